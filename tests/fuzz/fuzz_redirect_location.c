// SPDX-License-Identifier: BSD-3-Clause
// A Location, relative to a base or absolute. Oracle: what is accepted is http or https with a port and a host that is
// either an address or a name of letters, digits, hyphens, dots and underscores; its text holds no blank, control
// character or user information; and reading that text again gives the same parts, so that curl connects to what was
// judged.

#include "http_challenge/url_parts.h"

#include "fuzz_target.h"

#include <string.h>

static void parts_are_sound(const struct url_parts *parts)
{
	must(parts->scheme == URL_SCHEME_HTTP || parts->scheme == URL_SCHEME_HTTPS);
	must(parts->port > 0 && parts->target[0] == '/');
	must(strlen(parts->host) > 0 && strpbrk(parts->host, "/@?#%\\ []") == NULL);
	must(parts->is_ip ? plx_ip_length(&parts->ip) > 0
			  : plx_name_is_valid_wire(parts->name.wire, parts->name.length));
	for (const char *c = parts->text; *c != '\0'; c++) {
		must(*c > 0x20 && *c < 0x7f);
	}
	const char *authority = strstr(parts->text, "://") + 3;
	must(memchr(authority, '@', strcspn(authority, "/?#")) == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct url_parts base;
	struct url_parts parts;
	struct url_parts again;
	enum url_fault fault = URL_FAULT_NONE;
	static const char base_text[] = "http://web.test:8080/a/b?c";
	must(url_parts_parse(NULL, base_text, sizeof(base_text) - 1, &base, &fault) == 0);
	bool is_relative = size > 0 && (data[0] & 1) != 0;
	const char *text = size > 0 ? (const char *)data + 1 : "";
	int error = url_parts_parse(is_relative ? &base : NULL, text, size > 0 ? size - 1 : 0,
				    &parts, &fault);
	if (error != 0) {
		must(fault != URL_FAULT_NONE && fault < URL_FAULT_COUNT);
		return 0;
	}
	parts_are_sound(&parts);
	must(url_parts_parse(NULL, parts.text, strlen(parts.text), &again, &fault) == 0);
	must(again.port == parts.port && again.scheme == parts.scheme &&
	     again.is_ip == parts.is_ip && plx_ip_equal(&again.ip, &parts.ip) &&
	     strcmp(again.host, parts.host) == 0 && strcmp(again.text, parts.text) == 0);
	return 0;
}
