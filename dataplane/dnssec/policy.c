// SPDX-License-Identifier: BSD-3-Clause

#include "dnssec/policy.h"

struct dnssec_policy dnssec_policy_production(void)
{
	return (struct dnssec_policy) {.nsec3_iterations_max = NSEC3_ITERATIONS_MAX,
				       .rsa_bits_min = RSA_BITS_MIN};
}

struct dnssec_policy dnssec_policy_test(void)
{
	return (struct dnssec_policy) {.allow_sha1 = true,
				       .nsec3_iterations_max = NSEC3_ITERATIONS_MAX,
				       .rsa_bits_min = 512};
}

bool dnssec_policy_has_algorithm(const struct dnssec_policy *policy, uint8_t algorithm)
{
	switch (algorithm) {
	case DNSSEC_RSASHA256:
	case DNSSEC_RSASHA512:
	case DNSSEC_ECDSAP256:
	case DNSSEC_ECDSAP384:
	case DNSSEC_ED25519:
	case DNSSEC_ED448:
		return true;
	case DNSSEC_RSASHA1:
	case DNSSEC_RSASHA1_NSEC3:
		return policy->allow_sha1;
	default:
		return false;
	}
}

bool dnssec_policy_has_digest(const struct dnssec_policy *policy, uint8_t digest)
{
	switch (digest) {
	case DNSSEC_DIGEST_SHA256:
	case DNSSEC_DIGEST_SHA384:
		return true;
	case DNSSEC_DIGEST_SHA1:
		return policy->allow_sha1;
	default:
		return false;
	}
}
