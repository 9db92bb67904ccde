// SPDX-License-Identifier: BSD-3-Clause
// What counts as the same is in dcv_vectors.tsv; here the outcomes.

#include "policy/dcv_corroboration.h"

#include "cunit_runner.h"

static const struct dcv_switches strict = {0};
static const struct dcv_observation passed = {DCV_ACME_DNS_01, CHECK_PASS, "abc"};

static enum dcv_corroboration remote(struct dcv_observation observation)
{
	return dcv_corroboration_judge(&passed, &observation, &strict);
}

TEST(only_a_pass_with_evidence_corroborates)
{
	CU_ASSERT_EQUAL(remote(passed), DCV_CORROBORATION_SAME);
	CU_ASSERT_EQUAL(remote((struct dcv_observation) {DCV_ACME_DNS_01, CHECK_FAIL, "abc"}),
			DCV_CORROBORATION_REMOTE_FAILED);
	CU_ASSERT_EQUAL(remote((struct dcv_observation) {DCV_ACME_DNS_01, CHECK_ERROR, "abc"}),
			DCV_CORROBORATION_REMOTE_ERROR);
	CU_ASSERT_EQUAL(remote((struct dcv_observation) {0}), DCV_CORROBORATION_REMOTE_ERROR);
	CU_ASSERT_EQUAL(remote((struct dcv_observation) {DCV_ACME_DNS_01, CHECK_PASS, NULL}),
			DCV_CORROBORATION_NO_EVIDENCE);
	CU_ASSERT_EQUAL(remote((struct dcv_observation) {DCV_DNS_CHANGE, CHECK_PASS, "abc"}),
			DCV_CORROBORATION_OTHER_METHOD);
}

TEST(nothing_corroborates_a_primary_that_did_not_pass)
{
	struct dcv_observation primary = passed;
	primary.outcome = CHECK_FAIL;
	CU_ASSERT_EQUAL(dcv_corroboration_judge(&primary, &passed, &strict),
			DCV_CORROBORATION_PRIMARY_NOT_PASSED);
	primary = (struct dcv_observation) {DCV_METHOD_NONE, CHECK_PASS, "abc"};
	CU_ASSERT_EQUAL(dcv_corroboration_judge(&primary, &primary, &strict),
			DCV_CORROBORATION_NOT_EVALUATED);
	primary = (struct dcv_observation) {DCV_ACME_DNS_01, CHECK_PASS, ""};
	CU_ASSERT_EQUAL(dcv_corroboration_judge(&primary, &primary, &strict),
			DCV_CORROBORATION_NO_EVIDENCE);
}

TEST_MAIN(dcv_corroboration, T(only_a_pass_with_evidence_corroborates),
	  T(nothing_corroborates_a_primary_that_did_not_pass))
