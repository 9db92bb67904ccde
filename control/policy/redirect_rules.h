// SPDX-License-Identifier: BSD-3-Clause
// Whether an HTTP redirect may be followed (BR 3.2.2.4.18 and .19, 1.6.1), judged from the parts of the Location before
// anything is sent there. Whether the address that the host resolves to may be contacted is judged elsewhere, for each
// hop.

#pragma once

#include "policy/dcv_switches.h"
#include "rules/verdict.h"

#include <parallax/base/ip_address.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REDIRECT_HOPS_MAX 10 // followed in one check; BR sets none, Boulder has 10: a loop must end

// The parts as a URL parser took the Location (made absolute) apart. Strings are borrowed, any octets.
struct redirect_target {
	unsigned status;    // of the response that redirects
	const char *scheme; // NUL-terminated
	const char *host;   // not terminated; IPv6 in brackets
	size_t host_length;
	uint32_t port; // 0: none given, the scheme's
	bool has_userinfo;
	unsigned hops_before; // redirects already followed
};

enum redirect_reason {
	REDIRECT_NOT_EVALUATED = 0,
	REDIRECT_ALLOWED,
	REDIRECT_STATUS, // not 301, 302, 307, 308
	REDIRECT_HOPS,
	REDIRECT_SCHEME,
	REDIRECT_USERINFO, // credentials, or a host made to look like another
	REDIRECT_PORT,
	REDIRECT_HOST, // neither a host name nor an address as RFC 3986 writes it
	REDIRECT_REASON_COUNT
};

enum redirect_host {
	REDIRECT_HOST_NONE = 0,
	REDIRECT_HOST_NAME,
	REDIRECT_HOST_ADDRESS,
};

enum redirect_reason redirect_judge(const struct redirect_target *target,
				    const struct dcv_switches *switches);
// A name of LDH labels whose last is no number, a dotted quad, or an IPv6 address in brackets without a zone. All
// that some parser reads as an address and another as a name (2130706433, 0x7f.1, 0177.0.0.1, a%00b) is NONE. `ret_ip`
// is written for an ADDRESS only.
enum redirect_host redirect_host_judge(const char *host, size_t length, struct plx_ip *ret_ip);

enum check_outcome redirect_reason_outcome(enum redirect_reason reason);
const char *redirect_reason_name(enum redirect_reason reason);
const char *redirect_reason_text(enum redirect_reason reason);
const char *redirect_host_name(enum redirect_host host);
