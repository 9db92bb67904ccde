// SPDX-License-Identifier: BSD-3-Clause

#include "policy/dcv_text.h"

#include "cunit_runner.h"

#include <string.h>

static bool is_host(const char *text)
{
	return dcv_text_is_host_name(text, strlen(text));
}

TEST(host_names_are_letters_digits_and_inner_hyphens)
{
	char label[65] = {0};
	CU_ASSERT_TRUE(is_host("a.b-c.1"));
	CU_ASSERT_TRUE(is_host("xn--bcher-kva.test"));
	static const char *const wrong[] = {"",     ".",   "a.",  ".a",    "a..b", "-a.b",
					    "a-.b", "a_b", "a b", "a%00b", "*.a",  "\xc3\xa9.test"};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(wrong); i++) {
		CU_ASSERT_FALSE(is_host(wrong[i]));
	}
	memset(label, 'x', 63);
	CU_ASSERT_TRUE(is_host(label));
	label[63] = 'x';
	CU_ASSERT_FALSE(is_host(label));
	char name[255];
	for (size_t i = 0; i < sizeof(name); i++) {
		name[i] = i % 2 == 0 ? 'x' : '.';
	}
	CU_ASSERT_TRUE(dcv_text_is_host_name(name, 253));
	CU_ASSERT_FALSE(dcv_text_is_host_name(name, 255));
}

TEST(a_digest_is_64_hexadecimal_digits)
{
	uint8_t digest[DCV_DIGEST_BYTES] = {7};
	char text[] = "0f00000000000000000000000000000000000000000000000000000000000aFg";
	CU_ASSERT_FALSE(dcv_text_hex_digest(text, digest));
	CU_ASSERT_EQUAL(digest[0], 7);
	text[63] = 'e';
	CU_ASSERT_TRUE(dcv_text_hex_digest(text, digest));
	CU_ASSERT_EQUAL(digest[0], 0x0f);
	CU_ASSERT_EQUAL(digest[31], 0xfe);
	text[63] = '\0';
	CU_ASSERT_FALSE(dcv_text_hex_digest(text, digest));
}

TEST(a_uri_has_a_scheme_and_whole_escapes)
{
	CU_ASSERT_TRUE(dcv_text_is_uri("https://ca.test/a/1?x=%20"));
	CU_ASSERT_TRUE(dcv_text_is_uri("acct:a@ca.test"));
	static const char *const wrong[] = {"",     "a",    "1a:b",  "a:",    ":b",
					    "a: b", "a:%2", "a:%zz", "a:\"b", "a:\xc3\xa9"};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(wrong); i++) {
		CU_ASSERT_FALSE(dcv_text_is_uri(wrong[i]));
	}
}

TEST(only_ascii_letters_are_folded)
{
	CU_ASSERT_TRUE(dcv_text_equal_folded("aZ@", 3, "Az@", 3));
	CU_ASSERT_FALSE(dcv_text_equal_folded("[", 1, "{", 1));
	CU_ASSERT_FALSE(dcv_text_equal_folded("a", 1, "ab", 2));
	CU_ASSERT_FALSE(dcv_text_equal_folded("\xc3\xa9", 2, "\xc3\x89", 2));
}

TEST_MAIN(dcv_text, T(host_names_are_letters_digits_and_inner_hyphens),
	  T(a_digest_is_64_hexadecimal_digits), T(a_uri_has_a_scheme_and_whole_escapes),
	  T(only_ascii_letters_are_folded))
