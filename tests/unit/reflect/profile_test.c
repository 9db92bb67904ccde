// SPDX-License-Identifier: BSD-3-Clause

#include "reflect/profile.h"

#include "cunit_runner.h"

#include <errno.h>
#include <string.h>

static void expect(const char *text, enum reflect_kind kind, uint16_t size)
{
	struct reflect_profile profile;
	CU_ASSERT_EQUAL_FATAL(reflect_profile_parse(text, strlen(text), &profile), 0);
	CU_ASSERT_EQUAL(profile.kind, kind);
	CU_ASSERT_EQUAL(profile.size, size);
}

TEST(every_kind_has_a_word_and_some_a_size)
{
	expect("nodata", REFLECT_NODATA, 0);
	expect("caa:3", REFLECT_CAA, 3);
	expect("caa32", REFLECT_CAA, 32);
	expect("TXT:1000", REFLECT_TXT, 1000);
	expect("referral:13", REFLECT_REFERRAL, 13);
	expect("rEf4", REFLECT_REFERRAL, 4);
	expect("truncated", REFLECT_TRUNCATED, 0);
	expect("tc", REFLECT_TRUNCATED, 0);
	expect("nxdomain", REFLECT_NXDOMAIN, 0);
	expect("nx", REFLECT_NXDOMAIN, 0);
	expect("servfail", REFLECT_SERVFAIL, 0);
	expect("refused", REFLECT_REFUSED, 0);
}

TEST(anything_else_is_no_profile)
{
	static const char *const texts[] = {
		"",    "caa",     "caa:",  "caa0",     "caa33",   "caa:-1",
		"txt", "txt4097", "ref14", "txt99999", "nodata1", "nxd",
		"www", "caas3",   "tc:",   "caa3x",    "caa3:3",  "NX DOMAIN"};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(texts); i++) {
		struct reflect_profile profile = {.kind = REFLECT_KINDS};
		CU_ASSERT_EQUAL(reflect_profile_parse(texts[i], strlen(texts[i]), &profile),
				-EINVAL);
		CU_ASSERT_EQUAL(profile.kind, REFLECT_KINDS);
	}
}

TEST(names_read_as_the_kinds_they_name)
{
	for (unsigned kind = 0; kind < REFLECT_KINDS; kind++) {
		char text[24];
		uint16_t most = reflect_kind_size_max((enum reflect_kind)kind);
		snprintf(text, sizeof(text), most > 0 ? "%s:%u" : "%s",
			 reflect_kind_name((enum reflect_kind)kind), most);
		expect(text, (enum reflect_kind)kind, most);
	}
}

TEST_MAIN(reflect_profile, T(every_kind_has_a_word_and_some_a_size), T(anything_else_is_no_profile),
	  T(names_read_as_the_kinds_they_name))
