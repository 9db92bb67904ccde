// SPDX-License-Identifier: BSD-3-Clause

#include "names/address_prefix.h"

#include "cunit_runner.h"

#include <string.h>

static enum address_prefix_fault parse(const char *text, struct address_prefix *ret_prefix)
{
	return address_prefix_parse(text, strlen(text), ret_prefix);
}

TEST(a_prefix_is_read_and_written_the_same)
{
	static const char *const texts[] = {"192.0.2.0/24", "0.0.0.0/0",     "10.0.0.1/32", "::/0",
					    "::1/128",      "2001:db8::/32", "fe80::/10"};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(texts); i++) {
		char text[ADDRESS_PREFIX_TEXT_MAX];
		struct address_prefix prefix;
		CU_ASSERT_EQUAL(parse(texts[i], &prefix), ADDRESS_PREFIX_FAULT_NONE);
		CU_ASSERT_STRING_EQUAL(address_prefix_format(&prefix, text), texts[i]);
	}
}

TEST(what_is_no_prefix_is_told_why)
{
	static const struct {
		const char *text;
		enum address_prefix_fault fault;
	} cases[] = {
		{"", ADDRESS_PREFIX_FAULT_ADDRESS},
		{"/8", ADDRESS_PREFIX_FAULT_ADDRESS},
		{"10/8", ADDRESS_PREFIX_FAULT_ADDRESS},
		{"example.test/8", ADDRESS_PREFIX_FAULT_ADDRESS},
		{"1111:1111:1111:1111:1111:1111:1111:1111:1111:1111/8",
		 ADDRESS_PREFIX_FAULT_ADDRESS},
		{"10.0.0.0", ADDRESS_PREFIX_FAULT_LENGTH_MISSING},
		{"10.0.0.0/", ADDRESS_PREFIX_FAULT_LENGTH},
		{"10.0.0.0/33", ADDRESS_PREFIX_FAULT_LENGTH},
		{"10.0.0.0/08", ADDRESS_PREFIX_FAULT_LENGTH},
		{"10.0.0.0/+8", ADDRESS_PREFIX_FAULT_LENGTH},
		{"10.0.0.0/8 ", ADDRESS_PREFIX_FAULT_LENGTH},
		{"10.0.0.0/8/8", ADDRESS_PREFIX_FAULT_LENGTH},
		{"10.0.0.0/4294967304", ADDRESS_PREFIX_FAULT_LENGTH},
		{"::/129", ADDRESS_PREFIX_FAULT_LENGTH},
		{"10.1.2.3/8", ADDRESS_PREFIX_FAULT_HOST_BITS},
		{"192.0.2.128/24", ADDRESS_PREFIX_FAULT_HOST_BITS},
		{"2001:db8::1/127", ADDRESS_PREFIX_FAULT_HOST_BITS},
	};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(cases); i++) {
		struct address_prefix prefix = {.length_bits = 77};
		CU_ASSERT_EQUAL(parse(cases[i].text, &prefix), cases[i].fault);
		CU_ASSERT_EQUAL(prefix.length_bits, 77);
	}
}

TEST(a_nul_within_hides_nothing)
{
	struct address_prefix prefix;
	CU_ASSERT_EQUAL(address_prefix_parse("10.0.0.0\0x/8", 12, &prefix),
			ADDRESS_PREFIX_FAULT_ADDRESS);
}

TEST(a_prefix_contains_exactly_its_range)
{
	static const struct {
		const char *prefix;
		const char *ip;
		bool is_in;
	} cases[] = {
		{"10.0.0.0/8", "10.255.255.255", true},
		{"10.0.0.0/8", "11.0.0.0", false},
		{"172.16.0.0/12", "172.31.255.255", true},
		{"172.16.0.0/12", "172.32.0.0", false},
		{"10.0.0.1/32", "10.0.0.1", true},
		{"10.0.0.1/32", "10.0.0.0", false},
		{"0.0.0.0/0", "203.0.113.1", true},
		{"0.0.0.0/0", "::1", false},
		{"::/0", "10.0.0.1", false},
		{"::/0", "ffff::", true},
		{"fe80::/10", "febf::1", true},
		{"fe80::/10", "fec0::1", false},
		{"10.0.0.0/8", "::ffff:10.0.0.1", false},
	};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(cases); i++) {
		struct address_prefix prefix;
		struct plx_ip ip;
		CU_ASSERT_EQUAL_FATAL(parse(cases[i].prefix, &prefix), ADDRESS_PREFIX_FAULT_NONE);
		CU_ASSERT_EQUAL_FATAL(plx_ip_parse(cases[i].ip, &ip), 0);
		CU_ASSERT_EQUAL(address_prefix_contains(&prefix, &ip), cases[i].is_in);
	}
}

TEST(each_fault_has_a_name_and_a_sentence)
{
	for (int i = 0; i <= ADDRESS_PREFIX_FAULT_HOST_BITS; i++) {
		CU_ASSERT_STRING_NOT_EQUAL(address_prefix_fault_name((enum address_prefix_fault)i),
					   "unknown");
		CU_ASSERT_TRUE(strlen(address_prefix_fault_text((enum address_prefix_fault)i)) >
			       20);
	}
}

TEST_MAIN(address_prefix, T(a_prefix_is_read_and_written_the_same),
	  T(what_is_no_prefix_is_told_why), T(a_nul_within_hides_nothing),
	  T(a_prefix_contains_exactly_its_range), T(each_fault_has_a_name_and_a_sentence))
