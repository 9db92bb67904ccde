// SPDX-License-Identifier: BSD-3-Clause

#include "names/reverse_name.h"

#include "cunit_runner.h"

#include <errno.h>
#include <string.h>

static struct plx_name name_of(const char *text)
{
	struct plx_name name = {0};
	CU_ASSERT_EQUAL_FATAL(plx_name_parse(text, strlen(text), &name), 0);
	return name;
}

TEST(an_address_and_its_reverse_name_give_each_other)
{
	static const char *const cases[][2] = {
		{"192.0.2.7", "7.2.0.192.in-addr.arpa"},
		{"255.10.0.100", "100.0.10.255.in-addr.arpa"},
		{"2001:db8::567:89ab", "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1."
				       "0.0.2.ip6.arpa"},
	};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(cases); i++) {
		struct plx_ip ip;
		struct plx_ip again = {0};
		struct plx_name name;
		char text[PLX_NAME_TEXT_MAX];
		CU_ASSERT_EQUAL_FATAL(plx_ip_parse(cases[i][0], &ip), 0);
		CU_ASSERT_EQUAL(reverse_name_make(&ip, &name), 0);
		plx_name_format(&name, text);
		CU_ASSERT_STRING_EQUAL(text, cases[i][1]);
		CU_ASSERT_TRUE(plx_name_is_valid_wire(name.wire, name.length));
		CU_ASSERT_EQUAL(reverse_name_parse(&name, &again), 0);
		CU_ASSERT_TRUE(plx_ip_equal(&ip, &again));
	}
}

TEST(what_is_no_address_has_no_reverse_name)
{
	struct plx_ip none = {0};
	struct plx_name name = {.length = 99};
	CU_ASSERT_EQUAL(reverse_name_make(&none, &name), -EINVAL);
	CU_ASSERT_EQUAL(name.length, 99);
}

TEST(letters_of_either_case_are_read)
{
	struct plx_name name = name_of("B.A.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.B.D.0.1."
				       "0.0.2.IP6.ARPA");
	struct plx_ip ip;
	struct plx_ip expected;
	CU_ASSERT_EQUAL(reverse_name_parse(&name, &ip), 0);
	CU_ASSERT_EQUAL_FATAL(plx_ip_parse("2001:db8::567:89ab", &expected), 0);
	CU_ASSERT_TRUE(plx_ip_equal(&ip, &expected));
}

TEST(a_name_that_is_not_exactly_one_address_is_refused)
{
	static const char *const texts[] = {
		"in-addr.arpa",
		"2.0.192.in-addr.arpa",
		"1.7.2.0.192.in-addr.arpa",
		"256.2.0.192.in-addr.arpa",
		"07.2.0.192.in-addr.arpa",
		"1000.2.0.192.in-addr.arpa",
		"0/25.2.0.192.in-addr.arpa",
		"7.2.0.192.in-addr.test",
		"\\055.2.0.192.in-addr.arpa1",
		"ip6.arpa",
		"g.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
		"ba.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
		"a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(texts); i++) {
		struct plx_name name = name_of(texts[i]);
		struct plx_ip ip = {.family = 99};
		CU_ASSERT_EQUAL(reverse_name_parse(&name, &ip), -EINVAL);
		CU_ASSERT_EQUAL(ip.family, 99);
	}
}

TEST(the_two_trees_are_known_with_their_apexes)
{
	static const struct {
		const char *text;
		bool is_within;
	} cases[] = {{"in-addr.arpa", true}, {"a.b.IN-ADDR.ARPA", true},
		     {"ip6.arpa", true},     {"x.ip6.arpa", true},
		     {"arpa", false},        {"home.arpa", false},
		     {"xip6.arpa", false},   {"in-addr.arpa.test", false}};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(cases); i++) {
		struct plx_name name = name_of(cases[i].text);
		CU_ASSERT_EQUAL(reverse_name_is_within(&name), cases[i].is_within);
	}
}

TEST_MAIN(reverse_name, T(an_address_and_its_reverse_name_give_each_other),
	  T(what_is_no_address_has_no_reverse_name), T(letters_of_either_case_are_read),
	  T(a_name_that_is_not_exactly_one_address_is_refused),
	  T(the_two_trees_are_known_with_their_apexes))
