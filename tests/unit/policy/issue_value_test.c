// SPDX-License-Identifier: BSD-3-Clause

#include "policy/issue_value.h"

#include "cunit_runner.h"

#include <stdio.h>
#include <string.h>

static struct issue_value value;

static enum issue_value_fault parse(const char *text)
{
	return issue_value_parse(text, strlen(text), &value);
}

static void check_view(const char *view, size_t length, const char *expected)
{
	CU_ASSERT_EQUAL_FATAL(length, strlen(expected));
	CU_ASSERT_EQUAL(memcmp(view, expected, length), 0);
}

TEST(issuer_and_parameters_are_views_without_the_space_around_them)
{
	CU_ASSERT_EQUAL_FATAL(parse(" \tca-1.test \t;\t a-b = x:y=z, ; C\t=;d=\" "),
			      ISSUE_VALUE_SOUND);
	check_view(value.issuer, value.issuer_length, "ca-1.test");
	CU_ASSERT_EQUAL_FATAL(value.parameter_count, 3);
	check_view(value.parameters[0].tag, value.parameters[0].tag_length, "a-b");
	check_view(value.parameters[0].value, value.parameters[0].value_length, "x:y=z,");
	check_view(value.parameters[1].tag, value.parameters[1].tag_length, "C");
	CU_ASSERT_EQUAL(value.parameters[1].value_length, 0);
	check_view(value.parameters[2].value, value.parameters[2].value_length, "\"");
}

TEST(nothing_a_semicolon_and_space_name_no_issuer)
{
	static const char *const texts[] = {"", ";", "  ", " ;\t", "\t; "};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(texts); i++) {
		value.issuer_length = 9;
		CU_ASSERT_EQUAL(parse(texts[i]), ISSUE_VALUE_SOUND);
		CU_ASSERT_EQUAL(value.issuer_length, 0);
		CU_ASSERT_EQUAL(value.parameter_count, 0);
	}
	CU_ASSERT_EQUAL(parse("; a=1"), ISSUE_VALUE_SOUND);
	CU_ASSERT_EQUAL(value.parameter_count, 1);
}

TEST(each_breach_of_the_grammar_has_its_fault)
{
	static const struct {
		const char *text;
		enum issue_value_fault fault;
	} rows[] = {
		{"ca.test.", ISSUE_VALUE_BAD_ISSUER},
		{".ca.test", ISSUE_VALUE_BAD_ISSUER},
		{"ca..test", ISSUE_VALUE_BAD_ISSUER},
		{"-ca.test", ISSUE_VALUE_BAD_ISSUER},
		{"ca-.test", ISSUE_VALUE_BAD_ISSUER},
		{"ca_1.test", ISSUE_VALUE_BAD_ISSUER},
		{"%%", ISSUE_VALUE_BAD_ISSUER},
		{"c\xc3\xa4.test", ISSUE_VALUE_BAD_ISSUER},
		{"ca.test\n", ISSUE_VALUE_BAD_ISSUER},
		{"ca.test,x", ISSUE_VALUE_BAD_ISSUER},
		{"ca.test policy=ev", ISSUE_VALUE_NO_SEMICOLON},
		{"ca.test; a=1;", ISSUE_VALUE_EMPTY_PARAMETER},
		{"ca.test; a=1; ", ISSUE_VALUE_EMPTY_PARAMETER},
		{"ca.test;;", ISSUE_VALUE_EMPTY_PARAMETER},
		{"ca.test; policy=ev;;account=1", ISSUE_VALUE_EMPTY_PARAMETER},
		{"ca.test; a_b=1", ISSUE_VALUE_BAD_TAG},
		{"ca.test; -a=1", ISSUE_VALUE_BAD_TAG},
		{"ca.test; a-=1", ISSUE_VALUE_BAD_TAG},
		{"ca.test; =1", ISSUE_VALUE_BAD_TAG},
		{"ca.test; a b=1", ISSUE_VALUE_BAD_TAG},
		{"ca.test; a", ISSUE_VALUE_NO_EQUALS},
		{"ca.test; a ; b=1", ISSUE_VALUE_NO_EQUALS},
		{"ca.test; a=1 2", ISSUE_VALUE_BAD_VALUE},
		{"ca.test; a=\x7f", ISSUE_VALUE_BAD_VALUE},
		{"ca.test; a=\xff", ISSUE_VALUE_BAD_VALUE},
	};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(rows); i++) {
		value.issuer_length = 77;
		enum issue_value_fault fault = parse(rows[i].text);
		if (fault != rows[i].fault) {
			printf("\n\"%s\": %s\n", rows[i].text, issue_value_fault_name(fault));
		}
		CU_ASSERT_EQUAL(fault, rows[i].fault);
		CU_ASSERT_EQUAL(value.issuer_length, 77);
	}
}

TEST(a_zero_octet_is_part_of_the_value_and_malformed)
{
	CU_ASSERT_EQUAL(issue_value_parse("ca.test\0", 8, &value), ISSUE_VALUE_BAD_ISSUER);
	CU_ASSERT_EQUAL(issue_value_parse("ca.test;a=\0", 11, &value), ISSUE_VALUE_BAD_VALUE);
	CU_ASSERT_EQUAL(issue_value_parse("\0", 1, &value), ISSUE_VALUE_BAD_ISSUER);
}

TEST(as_many_parameters_as_the_limit_and_not_one_more)
{
	char text[8 + 4 * (ISSUE_PARAMETERS_MAX + 1)] = "ca.test";
	for (unsigned i = 0; i < ISSUE_PARAMETERS_MAX; i++) {
		memcpy(text + strlen(text), ";a=1", 5);
	}
	CU_ASSERT_EQUAL(parse(text), ISSUE_VALUE_SOUND);
	CU_ASSERT_EQUAL(issue_value_count(&value, "a"), ISSUE_PARAMETERS_MAX);
	memcpy(text + strlen(text), ";b=1", 5);
	CU_ASSERT_EQUAL(parse(text), ISSUE_VALUE_TOO_MANY_PARAMETERS);
}

TEST(parameters_are_found_whatever_the_case_of_their_tags)
{
	CU_ASSERT_EQUAL_FATAL(parse("ca.test; accounturi=1; x=2; AccountURI=3; accounturis=4"),
			      ISSUE_VALUE_SOUND);
	CU_ASSERT_EQUAL(issue_value_count(&value, "accounturi"), 2);
	CU_ASSERT_PTR_EQUAL(issue_value_find(&value, "accounturi"), &value.parameters[0]);
	CU_ASSERT_PTR_EQUAL(issue_value_find(&value, "X"), &value.parameters[1]);
	CU_ASSERT_PTR_NULL(issue_value_find(&value, "account"));
}

TEST(every_fault_has_a_name_and_a_sentence)
{
	for (int fault = 0; fault < ISSUE_VALUE_FAULT_COUNT; fault++) {
		CU_ASSERT_PTR_NOT_NULL(issue_value_fault_name((enum issue_value_fault)fault));
		CU_ASSERT_PTR_NOT_NULL(issue_value_fault_text((enum issue_value_fault)fault));
	}
}

TEST_MAIN(issue_value, T(issuer_and_parameters_are_views_without_the_space_around_them),
	  T(nothing_a_semicolon_and_space_name_no_issuer),
	  T(each_breach_of_the_grammar_has_its_fault),
	  T(a_zero_octet_is_part_of_the_value_and_malformed),
	  T(as_many_parameters_as_the_limit_and_not_one_more),
	  T(parameters_are_found_whatever_the_case_of_their_tags),
	  T(every_fault_has_a_name_and_a_sentence))
