// SPDX-License-Identifier: BSD-3-Clause
// Every form of an input line, and what is none.

#include "sweep/input_line.h"

#include <parallax/dns/rr_type.h>

#include "cunit_runner.h"

#include <string.h>

static struct input_line line;
static struct plx_name name;
static char name_text[PLX_NAME_TEXT_MAX];

static const char *parse(const char *text)
{
	memset(&name, 0, sizeof(name));
	input_line_parse(text, strlen(text), &line, &name);
	name_text[0] = '\0';
	if (line.kind == INPUT_LINE_QUESTION) {
		name_text[plx_name_format(&name, name_text)] = '\0';
	}
	return name_text;
}

TEST(name_alone_has_no_type)
{
	CU_ASSERT_STRING_EQUAL(parse("Www.Example.TEST"), "Www.Example.TEST");
	CU_ASSERT_EQUAL(line.type, 0);
	CU_ASSERT_STRING_EQUAL(parse("  \twww.example.test. \r"), "www.example.test");
	CU_ASSERT_STRING_EQUAL(parse("."), ".");
}

TEST(type_stands_before_or_after_the_name)
{
	CU_ASSERT_STRING_EQUAL(parse("TXT example.test"), "example.test");
	CU_ASSERT_EQUAL(line.type, PLX_TYPE_TXT);
	CU_ASSERT_STRING_EQUAL(parse("example.test\tcaa"), "example.test");
	CU_ASSERT_EQUAL(line.type, PLX_TYPE_CAA);
	CU_ASSERT_STRING_EQUAL(parse("example.test TYPE65280"), "example.test");
	CU_ASSERT_EQUAL(line.type, 65280);
}

TEST(of_two_types_the_first_is_the_type)
{
	CU_ASSERT_STRING_EQUAL(parse("CAA mx"), "mx");
	CU_ASSERT_EQUAL(line.type, PLX_TYPE_CAA);
	CU_ASSERT_STRING_EQUAL(parse("mx. CAA"), "mx");
	CU_ASSERT_EQUAL(line.type, PLX_TYPE_CAA);
}

TEST(rank_of_a_top_list_is_dropped)
{
	CU_ASSERT_STRING_EQUAL(parse("12,example.test"), "example.test");
	CU_ASSERT_STRING_EQUAL(parse("1,a"), "a");
	CU_ASSERT_STRING_EQUAL(parse("12,example.test MX"), "example.test");
	CU_ASSERT_EQUAL(line.type, PLX_TYPE_MX);
	CU_ASSERT_STRING_EQUAL(parse("12"), "12");
}

TEST(blank_lines_and_comments_are_no_questions)
{
	parse("");
	CU_ASSERT_EQUAL(line.kind, INPUT_LINE_BLANK);
	parse(" \t\r");
	CU_ASSERT_EQUAL(line.kind, INPUT_LINE_BLANK);
	parse("; dnsperf comment");
	CU_ASSERT_EQUAL(line.kind, INPUT_LINE_COMMENT);
	parse("  #x");
	CU_ASSERT_EQUAL(line.kind, INPUT_LINE_COMMENT);
}

static void expect_invalid(const char *text, const char *error, const char *shown)
{
	parse(text);
	CU_ASSERT_EQUAL_FATAL(line.kind, INPUT_LINE_INVALID);
	CU_ASSERT_PTR_NOT_NULL(strstr(line.error, error));
	CU_ASSERT_EQUAL(line.shown_length, strlen(shown));
	CU_ASSERT_EQUAL(memcmp(line.shown, shown, line.shown_length), 0);
}

TEST(malformed_lines_say_why)
{
	char long_label[301];
	memset(long_label, 'x', 300);
	long_label[300] = '\0';
	expect_invalid("bad..name", "empty label", "bad..name");
	expect_invalid("a b c d", "more words", "a b c d");
	expect_invalid("a.test b.test", "neither word", "a.test b.test");
	expect_invalid(long_label, "63 octets", long_label);
	expect_invalid("caf\xc3\xa9.test A", "A-label", "caf\xc3\xa9.test");
	expect_invalid("a.test AXFR", "cannot be looked up", "a.test");
	expect_invalid("OPT a.test", "cannot be looked up", "a.test");
	expect_invalid("a\\", "escape", "a\\");
}

TEST(nul_and_control_octets_are_refused)
{
	input_line_parse("a\0b.test", 8, &line, &name);
	CU_ASSERT_EQUAL(line.kind, INPUT_LINE_INVALID);
	CU_ASSERT_EQUAL(line.shown_length, 8);
	input_line_parse("a\x01.test", 7, &line, &name);
	CU_ASSERT_EQUAL(line.kind, INPUT_LINE_INVALID);
}

TEST_MAIN(input_line, T(name_alone_has_no_type), T(type_stands_before_or_after_the_name),
	  T(of_two_types_the_first_is_the_type), T(rank_of_a_top_list_is_dropped),
	  T(blank_lines_and_comments_are_no_questions), T(malformed_lines_say_why),
	  T(nul_and_control_octets_are_refused))
