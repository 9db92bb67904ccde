// SPDX-License-Identifier: BSD-3-Clause
// The host of a redirect. Oracle: inet_aton, the laxest reader there is, takes no accepted name for an address; an
// accepted address is written as its own text or is IPv6 in brackets; both are plain ASCII that no URL parser splits.

#include "policy/redirect_rules.h"

#include "fuzz_target.h"

#include <arpa/inet.h>
#include <string.h>

static const struct dcv_switches strict = {0};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[256] = {0};
	char address[PLX_IP_TEXT_MAX];
	struct in_addr lax;
	struct plx_ip ip = {.family = 0};
	enum redirect_host host = redirect_host_judge((const char *)data, size, &ip);
	struct redirect_target target = {
		.status = 301, .scheme = "http", .host = (const char *)data, .host_length = size};
	must((redirect_judge(&target, &strict) == REDIRECT_ALLOWED) ==
	     (host != REDIRECT_HOST_NONE));
	must((ip.family != 0) == (host == REDIRECT_HOST_ADDRESS));
	if (host == REDIRECT_HOST_NONE) {
		return 0;
	}
	must(size > 0 && size < sizeof(text));
	memcpy(text, data, size);
	must(strlen(text) == size);
	must(strpbrk(text, "%@/\\?# \t\r\n_*") == NULL);
	if (host == REDIRECT_HOST_NAME) {
		must(inet_aton(text, &lax) == 0);
		must(strpbrk(text, ":[]") == NULL);
	} else if (ip.family == 4) {
		must(strcmp(plx_ip_format(&ip, address), text) == 0);
	} else {
		must(ip.family == 6 && text[0] == '[' && text[size - 1] == ']');
	}
	return 0;
}
