// SPDX-License-Identifier: BSD-3-Clause
// The choices that the rules leave to a CA, each a named switch: where BR, ACME drafts and Open MPIC differ.

#pragma once

#include <stdbool.h>

struct dcv_switches {
	bool http_accepts_any_2xx; // BR 3.2.2.4.18 and .19 allow any 2xx; off: 200 alone, as Open MPIC and Boulder
	bool redirect_allows_smtp_ssh; // Authorized Ports 25 and 22 of BR 1.6.1 as redirect targets
	bool persistent_ignores_policy; // off: wildcard and subdomain use needs policy=wildcard (dns-persist draft)
	bool persistent_folds_account; // off: accounturi is compared octet by octet (dns-persist draft)
	bool tls_alpn_requires_dates; // off: an expired challenge certificate passes (RFC 8737 section 4)
	bool regex_may_stand_alone; // website-change with an empty challenge and a regex (Open MPIC); off: refused
	// A Random Value has at least 112 bits of entropy (BR 1.6.1): 19 characters of base64url. Below 2: no minimum,
	// for callers that are trusted to make them.
	unsigned challenge_characters_min;
};
