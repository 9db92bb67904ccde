// SPDX-License-Identifier: BSD-3-Clause

#include "dnssec/cause.h"
#include "dnssec/policy.h"

#include "cunit_runner.h"

#include <parallax/dns/message_reader.h>

#include <string.h>

TEST(production_has_the_algorithms_of_rfc_8624_without_sha1)
{
	struct dnssec_policy policy = dnssec_policy_production();
	for (unsigned i = 0; i < 256; i++) {
		bool is_on = i == 8 || i == 10 || (i >= 13 && i <= 16);
		CU_ASSERT_EQUAL(dnssec_policy_has_algorithm(&policy, (uint8_t)i), is_on);
		CU_ASSERT_EQUAL(dnssec_policy_has_digest(&policy, (uint8_t)i), i == 2 || i == 4);
	}
	CU_ASSERT_FALSE(policy.iterations_insecure);
}

TEST(test_profile_adds_sha1_only)
{
	struct dnssec_policy policy = dnssec_policy_test();
	struct dnssec_policy production = dnssec_policy_production();
	for (unsigned i = 0; i < 256; i++) {
		bool is_on =
			dnssec_policy_has_algorithm(&production, (uint8_t)i) || i == 5 || i == 7;
		CU_ASSERT_EQUAL(dnssec_policy_has_algorithm(&policy, (uint8_t)i), is_on);
		CU_ASSERT_EQUAL(dnssec_policy_has_digest(&policy, (uint8_t)i),
				i == 1 || i == 2 || i == 4);
	}
}

TEST(every_cause_has_a_name_and_its_own_code)
{
	for (unsigned i = 0; i < DNSSEC_CAUSE_COUNT; i++) {
		CU_ASSERT_PTR_NOT_NULL_FATAL(dnssec_cause_name((enum dnssec_cause)i));
		for (unsigned j = 0; j < i; j++) {
			CU_ASSERT_STRING_NOT_EQUAL(dnssec_cause_name((enum dnssec_cause)i),
						   dnssec_cause_name((enum dnssec_cause)j));
		}
	}
	CU_ASSERT_EQUAL(dnssec_cause_ede(DNSSEC_CAUSE_NONE), 0);
	CU_ASSERT_EQUAL(dnssec_cause_ede(DNSSEC_CAUSE_EXPIRED), 7 + 1);
	CU_ASSERT_EQUAL(dnssec_cause_ede(DNSSEC_CAUSE_NOT_YET_VALID), 8 + 1);
	CU_ASSERT_EQUAL(dnssec_cause_ede(DNSSEC_CAUSE_NSEC3_ITERATIONS), 27 + 1);
	CU_ASSERT_EQUAL(dnssec_cause_ede(DNSSEC_CAUSE_COUNT), 6 + 1);
}

// What is bogus here must read as bogus wherever a code is read.
TEST(causes_of_bogus_have_codes_of_failed_validation)
{
	for (unsigned i = DNSSEC_CAUSE_DENIAL_MISSING; i <= DNSSEC_CAUSE_WORK_LIMIT; i++) {
		uint16_t code = dnssec_cause_ede((enum dnssec_cause)i);
		CU_ASSERT_TRUE(code > 0 && plx_ede_is_bogus((uint16_t)(code - 1)));
	}
	CU_ASSERT_FALSE(plx_ede_is_bogus((uint16_t)(dnssec_cause_ede(DNSSEC_CAUSE_OPT_OUT) - 1)));
}

TEST(greater_cause_wins)
{
	enum dnssec_cause cause = DNSSEC_CAUSE_SIGNATURE_MISSING;
	dnssec_cause_raise(&cause, DNSSEC_CAUSE_EXPIRED);
	CU_ASSERT_EQUAL(cause, DNSSEC_CAUSE_EXPIRED);
	dnssec_cause_raise(&cause, DNSSEC_CAUSE_SIGNER);
	CU_ASSERT_EQUAL(cause, DNSSEC_CAUSE_EXPIRED);
}

TEST_MAIN(dnssec_policy, T(production_has_the_algorithms_of_rfc_8624_without_sha1),
	  T(test_profile_adds_sha1_only), T(every_cause_has_a_name_and_its_own_code),
	  T(causes_of_bogus_have_codes_of_failed_validation), T(greater_cause_wins))
