// SPDX-License-Identifier: BSD-3-Clause
// One record's text is judged by dcv_vectors.tsv; here the set.

#include "policy/persistent_record.h"

#include "cunit_runner.h"
#include "txt_records.h"

static const struct dcv_switches strict = {0};
static const char *const issuers[] = {"other.test", "ca.test"};
static const struct persistent_expected expected = {
	.issuer_domain_names = issuers,
	.issuer_domain_name_count = 2,
	.account_uri = "https://ca.test/a/1",
	.unix_time = 1795435200,
	.switches = &strict,
};

static enum persistent_reason judge(const char *records, size_t *ret_index)
{
	struct txt_records set = {0};
	txt_records_add(&set, records);
	return persistent_records_judge(&expected, set.records, set.count, ret_index);
}

TEST(any_usable_record_will_do)
{
	size_t index = 99;
	CU_ASSERT_EQUAL(judge("v=spf1 -all|third.test; accounturi=x:y|ca.test; account+uri=https:/"
			      "/ca.test/a/1|ca.test",
			      &index),
			PERSISTENT_USABLE);
	CU_ASSERT_EQUAL(index, 2);
}

TEST(the_reason_is_that_of_the_record_which_came_furthest)
{
	size_t index = 99;
	CU_ASSERT_EQUAL(judge("v=spf1 -all", &index), PERSISTENT_MALFORMED);
	CU_ASSERT_EQUAL(judge("v=spf1 -all|third.test", &index), PERSISTENT_OTHER_ISSUER);
	CU_ASSERT_EQUAL(
		judge("ca.test; accounturi=https://ca.test/a/1; persistUntil=1|ca.test", &index),
		PERSISTENT_EXPIRED);
	CU_ASSERT_EQUAL(persistent_records_judge(&expected, NULL, 0, &index),
			PERSISTENT_NO_RECORDS);
	CU_ASSERT_EQUAL(index, 99);
}

TEST(records_cannot_be_joined_into_a_usable_one)
{
	size_t index = 99;
	CU_ASSERT_EQUAL(judge("ca.test; |accounturi=https://ca.test/a/1", &index),
			PERSISTENT_NO_ACCOUNT);
}

TEST(only_usable_passes)
{
	for (unsigned i = 0; i <= PERSISTENT_REASON_COUNT; i++) {
		enum check_outcome outcome = persistent_reason_outcome((enum persistent_reason)i);
		CU_ASSERT_EQUAL(outcome == CHECK_PASS, i == PERSISTENT_USABLE);
		CU_ASSERT_PTR_NOT_NULL(persistent_reason_name((enum persistent_reason)i));
		CU_ASSERT_PTR_NOT_NULL(persistent_reason_text((enum persistent_reason)i));
	}
}

TEST_MAIN(persistent_record, T(any_usable_record_will_do),
	  T(the_reason_is_that_of_the_record_which_came_furthest),
	  T(records_cannot_be_joined_into_a_usable_one), T(only_usable_passes))
