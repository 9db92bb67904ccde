// SPDX-License-Identifier: BSD-3-Clause
// Which algorithms count (RFC 8624, RFC 9905) and what is refused. Never tied to the host's crypto policy: that would
// turn zones bogus that must be insecure.

#pragma once

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stdint.h>

enum dnssec_algorithm {
	DNSSEC_RSASHA1 = 5,
	DNSSEC_RSASHA1_NSEC3 = 7,
	DNSSEC_RSASHA256 = 8,
	DNSSEC_RSASHA512 = 10,
	DNSSEC_ECDSAP256 = 13,
	DNSSEC_ECDSAP384 = 14,
	DNSSEC_ED25519 = 15,
	DNSSEC_ED448 = 16,
};

enum dnssec_digest {
	DNSSEC_DIGEST_SHA1 = 1,
	DNSSEC_DIGEST_SHA256 = 2,
	DNSSEC_DIGEST_SHA384 = 4,
};

// RFC 9276 3.2 lets validators refuse any number above 0; BIND, Knot Resolver and PowerDNS stop at 50.
#define NSEC3_ITERATIONS_MAX 50
// Below it a key is factored by hobbyists (RSA-829 fell in 2020). Zones that use such keys are bogus, not insecure:
// they claim to be signed.
#define RSA_BITS_MIN 1024
// RFC 3110 and RFC 5702 section 2: longer ones only cost time.
#define RSA_BITS_MAX 4096

struct dnssec_policy {
	// Algorithms 5 and 7, DS digest 1. RFC 9905: operators treat them as unsupported, so that zones that have nothing
	// else are insecure. On in the test profile only.
	bool allow_sha1;
	// An NSEC3 above the limit makes the answer insecure instead of indeterminate.
	bool iterations_insecure;
	uint16_t nsec3_iterations_max;
	uint16_t rsa_bits_min;
};

struct dnssec_policy dnssec_policy_production(void);
// What published vectors need: SHA-1, and the 512-bit keys of RFC 5155 and RFC 5702. Never for issuance.
struct dnssec_policy dnssec_policy_test(void);

// 1, 3, 6 and 12 are off everywhere (RFC 8624 3.1).
PLX_PURE bool dnssec_policy_has_algorithm(const struct dnssec_policy *policy, uint8_t algorithm);
PLX_PURE bool dnssec_policy_has_digest(const struct dnssec_policy *policy, uint8_t digest);
