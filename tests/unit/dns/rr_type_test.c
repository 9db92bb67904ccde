// SPDX-License-Identifier: BSD-3-Clause

#include <parallax/dns/rr_type.h>

#include "cunit_runner.h"

#include <errno.h>
#include <string.h>

static void expect_type(const char *text, uint16_t type)
{
	uint16_t parsed = 0;
	CU_ASSERT_EQUAL(plx_type_parse(text, strlen(text), &parsed), 0);
	CU_ASSERT_EQUAL(parsed, type);
}

TEST(types_parse_in_any_case_and_by_number)
{
	expect_type("CAA", PLX_TYPE_CAA);
	expect_type("caa", 257);
	expect_type("A", 1);
	expect_type("nSec3", 50);
	expect_type("TYPE257", 257);
	expect_type("type0", 0);
	expect_type("TYPE65535", 65535);
}

TEST(other_words_are_not_types)
{
	static const char *const bad[] = {"",       "CA",       "CAAA", "TYPE",  "TYPE65536",
					  "TYPE-1", "TYPE1x",   "TYP",  "A ",    "TYPE000001",
					  "257",    "TYPE 257", " A",   "TYPE+1"};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(bad); i++) {
		uint16_t type = 9;
		CU_ASSERT_EQUAL(plx_type_parse(bad[i], strlen(bad[i]), &type), -EINVAL);
		CU_ASSERT_EQUAL(type, 9);
	}
}

TEST(every_number_survives_text)
{
	for (uint32_t type = 0; type <= UINT16_MAX; type++) {
		char text[PLX_TYPE_TEXT_MAX];
		const char *name = plx_type_format((uint16_t)type, text);
		uint16_t parsed = 0;
		if (plx_type_parse(name, strlen(name), &parsed) != 0 || parsed != type) {
			CU_FAIL("a type does not survive text");
		}
	}
}

TEST(types_and_rcodes_have_their_iana_names)
{
	char text[PLX_TYPE_TEXT_MAX];
	CU_ASSERT_STRING_EQUAL(plx_type_format(PLX_TYPE_HTTPS, text), "HTTPS");
	CU_ASSERT_STRING_EQUAL(plx_type_format(32769, text), "DLV");
	CU_ASSERT_STRING_EQUAL(plx_type_format(65280, text), "TYPE65280");
	CU_ASSERT_STRING_EQUAL(plx_rcode_format(PLX_RCODE_NOERROR, text), "NOERROR");
	CU_ASSERT_STRING_EQUAL(plx_rcode_format(PLX_RCODE_NOTIMP, text), "NOTIMP");
	CU_ASSERT_STRING_EQUAL(plx_rcode_format(PLX_RCODE_BADCOOKIE, text), "BADCOOKIE");
	CU_ASSERT_STRING_EQUAL(plx_rcode_format(12, text), "RCODE12");
	CU_ASSERT_STRING_EQUAL(plx_rcode_format(4095, text), "RCODE4095");
	CU_ASSERT_STRING_EQUAL(plx_rcode_format(65535, text), "RCODE65535");
}

TEST(meta_types_are_known)
{
	CU_ASSERT_TRUE(plx_type_is_meta(0));
	CU_ASSERT_TRUE(plx_type_is_meta(PLX_TYPE_OPT));
	CU_ASSERT_TRUE(plx_type_is_meta(249));
	CU_ASSERT_TRUE(plx_type_is_meta(252));
	CU_ASSERT_TRUE(plx_type_is_meta(PLX_TYPE_ANY));
	CU_ASSERT_FALSE(plx_type_is_meta(127));
	CU_ASSERT_FALSE(plx_type_is_meta(256));
	CU_ASSERT_FALSE(plx_type_is_meta(PLX_TYPE_CAA));
	CU_ASSERT_FALSE(plx_type_is_meta(65535));
}

TEST_MAIN(rr_type, T(types_parse_in_any_case_and_by_number), T(other_words_are_not_types),
	  T(every_number_survives_text), T(types_and_rcodes_have_their_iana_names),
	  T(meta_types_are_known))
