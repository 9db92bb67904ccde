// SPDX-License-Identifier: BSD-3-Clause

#include "http_challenge/address_choice.h"

#include "cunit_runner.h"

#include <string.h>

// Permits whatever does not begin with 10 or fd.
static enum fetch_permission judge(void *context, const struct plx_ip *ip, const char **ret_reason)
{
	if (ip->bytes[0] == 10 || ip->bytes[0] == 0xfd) {
		*ret_reason = context;
		return FETCH_FORBIDDEN;
	}
	return ip->bytes[0] == 11 ? FETCH_PERMISSION_NOT_EVALUATED : FETCH_PERMITTED;
}

static struct address_choice choose_of(uint8_t family, const char *const *texts, unsigned count)
{
	static char reason[] = "private";
	const struct fetch_rules rules = {.context = reason, .judge_address = judge};
	struct plx_ip addresses[8];
	for (unsigned i = 0; i < count; i++) {
		CU_ASSERT_EQUAL(plx_ip_parse(texts[i], &addresses[i]), 0);
	}
	struct address_choice choice;
	address_choice_make(&rules, addresses, count, family, &choice);
	return choice;
}

static struct address_choice choose(const char *const *texts, unsigned count)
{
	return choose_of(0, texts, count);
}

TEST(first_permitted_ipv6_then_first_permitted_ipv4)
{
	static const char *const texts[] = {"192.0.2.1",   "fd00::1",     "192.0.2.2",
					    "2001:db8::1", "2001:db8::2", "10.0.0.1"};
	struct address_choice choice = choose(texts, 6);
	CU_ASSERT_EQUAL(choice.candidate_count, 2);
	CU_ASSERT_EQUAL(choice.candidates[0].family, 6);
	CU_ASSERT_EQUAL(choice.candidates[0].bytes[15], 1);
	CU_ASSERT_EQUAL(choice.candidates[1].family, 4);
	CU_ASSERT_EQUAL(choice.candidates[1].bytes[3], 1);
	CU_ASSERT_EQUAL(choice.refused_count, 2);
	CU_ASSERT_STRING_EQUAL(choice.refusal, "private");
}

TEST(two_of_one_family_are_never_tried)
{
	static const char *const texts[] = {"192.0.2.1", "192.0.2.2", "192.0.2.3"};
	CU_ASSERT_EQUAL(choose(texts, 3).candidate_count, 1);
}

TEST(a_family_that_is_asked_for_excludes_the_other)
{
	static const char *const texts[] = {"192.0.2.1", "2001:db8::1", "fd00::1"};
	struct address_choice choice = choose_of(4, texts, 3);
	CU_ASSERT_EQUAL(choice.candidate_count, 1);
	CU_ASSERT_EQUAL(choice.candidates[0].family, 4);
	CU_ASSERT_EQUAL(choice.refused_count, 1); // judged all the same
	choice = choose_of(6, texts, 3);
	CU_ASSERT_EQUAL(choice.candidate_count, 1);
	CU_ASSERT_EQUAL(choice.candidates[0].family, 6);
	CU_ASSERT_EQUAL(choose_of(6, texts, 1).candidate_count, 0);
	CU_ASSERT_PTR_NULL(choose_of(6, texts, 1).refusal);
}

TEST(what_is_not_judged_is_refused)
{
	static const char *const texts[] = {"11.0.0.1"};
	struct address_choice choice = choose(texts, 1);
	CU_ASSERT_EQUAL(choice.candidate_count, 0);
	CU_ASSERT_EQUAL(choice.refused_count, 1);
	CU_ASSERT_PTR_NOT_NULL(choice.refusal);
	CU_ASSERT_EQUAL(choose(texts, 0).candidate_count, 0);
}

TEST_MAIN(address_choice, T(first_permitted_ipv6_then_first_permitted_ipv4),
	  T(two_of_one_family_are_never_tried), T(a_family_that_is_asked_for_excludes_the_other),
	  T(what_is_not_judged_is_refused))
