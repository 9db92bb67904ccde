// SPDX-License-Identifier: BSD-3-Clause

#include "mode/enforcement.h"

#include "cunit_runner.h"

#include <parallax/base/attributes.h>

#define I DECISION_ISSUE
#define R DECISION_REFUSE
#define N DECISION_NOT_EVALUATED

TEST(each_profile_and_mode_decides_by_its_part)
{
	static const struct {
		enum profile profile;
		enum mode mode;
		enum decision primary, full, decision, enforced;
	} cases[] = {
		{PROFILE_TLS, MODE_ENFORCE, I, I, I, I},
		{PROFILE_TLS, MODE_ENFORCE, I, R, R, R},
		{PROFILE_TLS, MODE_ENFORCE, I, N, R, R},
		{PROFILE_TLS, MODE_REPORT_ONLY, I, R, I, R},
		{PROFILE_TLS, MODE_REPORT_ONLY, I, N, I, R},
		{PROFILE_TLS, MODE_TEST_WINDOW, I, R, I, R},
		{PROFILE_TLS, MODE_TEST_WINDOW, I, I, I, I},
		{PROFILE_TLS, MODE_TEST_WINDOW, R, R, R, R},
		{PROFILE_SMIME, MODE_REPORT_ONLY, I, R, I, R},
		{PROFILE_SMIME, MODE_ENFORCE, I, R, R, R},
		{PROFILE_PRIVATE, MODE_ENFORCE, I, N, I, I},
		{PROFILE_PRIVATE, MODE_ENFORCE, I, R, I, I},
		{PROFILE_PRIVATE, MODE_REPORT_ONLY, I, R, I, I},
		{PROFILE_PRIVATE, MODE_ENFORCE, R, I, R, R},
		{PROFILE_PRIVATE, MODE_ENFORCE, N, I, R, R},
	};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(cases); i++) {
		struct enforcement result = enforcement_decide(cases[i].profile, cases[i].mode,
							       cases[i].primary, cases[i].full);
		CU_ASSERT_EQUAL(result.decision, cases[i].decision);
		CU_ASSERT_EQUAL(result.enforced_decision, cases[i].enforced);
		CU_ASSERT_EQUAL(result.would_refuse,
				cases[i].decision == I && cases[i].enforced == R);
	}
}

// All combinations, numbers that no enum has included.
TEST(nothing_is_issued_without_the_primary_or_a_known_mode)
{
	for (int profile = 0; profile <= 5; profile++) {
		for (int mode = 0; mode <= 5; mode++) {
			for (int primary = 0; primary <= 3; primary++) {
				for (int full = 0; full <= 3; full++) {
					struct enforcement result = enforcement_decide(
						(enum profile)profile, (enum mode)mode,
						(enum decision)primary, (enum decision)full);
					bool may = profile >= PROFILE_TLS &&
						   profile <= PROFILE_PRIVATE &&
						   mode >= MODE_REPORT_ONLY &&
						   mode <= MODE_ENFORCE && primary == I;
					CU_ASSERT_TRUE(may || result.decision == R);
					CU_ASSERT_TRUE(primary == I ||
						       result.enforced_decision == R);
					CU_ASSERT_TRUE(result.decision == I ||
						       result.decision == R);
					// Enforcement never issues what a weaker mode refuses.
					CU_ASSERT_TRUE(mode != MODE_ENFORCE ||
						       profile > PROFILE_PRIVATE ||
						       result.decision == result.enforced_decision);
				}
			}
		}
	}
}

TEST(zeroed_memory_refuses)
{
	struct enforcement result = enforcement_decide(PROFILE_NOT_SET, MODE_NOT_SET, N, N);
	CU_ASSERT_EQUAL(result.decision, R);
	CU_ASSERT_EQUAL(result.enforced_decision, R);
	CU_ASSERT_FALSE(result.would_refuse);
}

TEST_MAIN(enforcement, T(each_profile_and_mode_decides_by_its_part),
	  T(nothing_is_issued_without_the_primary_or_a_known_mode), T(zeroed_memory_refuses))
