// SPDX-License-Identifier: BSD-3-Clause
// An http or https URL taken apart, by libcurl's own parser and strictly. What is judged is what curl made of the text
// (it turns 0x7f.1, 017700000001 and 2130706433 into 127.0.0.1), and the same parts are what is connected to: never a
// second parser that might read the text otherwise. Pure.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/ip_address.h>
#include <parallax/dns/name.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define URL_TEXT_MAX                                                                               \
	2048 // a whole URL, with NUL; RFC 9110 4.1 asks for 8000, DCV targets are far shorter
#define URL_TARGET_MAX 2000 // path and query: what other CAs allow (standards 3.4)

enum url_scheme {
	URL_SCHEME_NONE = 0,
	URL_SCHEME_HTTP,
	URL_SCHEME_HTTPS,
};

enum url_fault {
	URL_FAULT_NONE = 0,
	URL_FAULT_EMPTY,
	URL_FAULT_TOO_LONG,
	URL_FAULT_CHARACTER, // a control character, a blank or an octet above 126
	URL_FAULT_SYNTAX,
	URL_FAULT_SCHEME,   // neither http nor https
	URL_FAULT_USERINFO, // user@host, which reads as a host to a person
	URL_FAULT_HOST, // neither a domain name nor an address; a zone identifier; a name that ends in a number
	URL_FAULT_PORT, // 0
	URL_FAULT_COUNT
};

struct url_parts {
	enum url_scheme scheme;
	bool is_ip; // then `ip` is the host
	struct plx_ip ip;
	struct plx_name name;            // otherwise
	uint16_t port;                   // the scheme's own when none is written
	char host[PLX_NAME_MAX];         // lower case, no final dot, no brackets
	char target[URL_TARGET_MAX + 1]; // path and query
	char text[URL_TEXT_MAX]; // normalised, without fragment: given to curl, compared for loops
};

// `base` NULL: `text` is an absolute URL. Otherwise it is a Location (RFC 9110 10.2.2), which may be relative to `base`.
// -EINVAL and the fault in ret_fault; -ENOMEM. ret_parts is untouched on failure.
PLX_MUST_CHECK int url_parts_parse(const struct url_parts *base, const char *text, size_t length,
				   struct url_parts *ret_parts, enum url_fault *ret_fault);

const char *url_scheme_name(enum url_scheme scheme);
const char *url_fault_text(enum url_fault fault); // a sentence
