// SPDX-License-Identifier: BSD-3-Clause
// From a request in Open MPIC's contract to the check that perspectives are asked (check/check_request.h). Pure.

#pragma once

#include "open_mpic/open_mpic_request.h"

#include <stdint.h>

struct json_t;

// What Open MPIC has in its configuration or not at all.
struct check_mapping {
	const char *const *issuer_domains; // default_caa_domains
	size_t issuer_domain_count;
	const char *account_uri; // RFC 8657; NULL: none
	int64_t time_s;          // of the decision
};

// The check as JSON, to be read by check_request_read with accepts_trailing_dot. Always some text for the target, good or
// bad; the name below in-addr.arpa or ip6.arpa by which reverse-address-lookup asks becomes the address, whose control it
// shows (BR 3.2.2.5.3). NULL without memory.
struct json_t *check_mapping_write(const struct open_mpic_request *request,
				   const struct check_mapping *mapping);
