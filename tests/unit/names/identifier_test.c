// SPDX-License-Identifier: BSD-3-Clause
// identifier_cases.tsv: a row for each form that an order may hold.

#include "names/identifier.h"

#include "cunit_runner.h"
#include "tsv_rows.h"

#define USUAL_DAY_S 1795392000 // 2026-11-23

static struct suffix_table *lab_table;
static struct suffix_table *bare_table;
static const struct address_allowance ten = {
	.count = 1, .prefixes = {{.ip = {.bytes = {10}, .family = 4}, .length_bits = 8}}};

static void create_tables(void)
{
	struct plx_name test = {.length = 6, .wire = "\4test"};
	CU_ASSERT_EQUAL_FATAL(suffix_table_create(NULL, &test, 1, &lab_table), 0);
	CU_ASSERT_EQUAL_FATAL(suffix_table_create(NULL, NULL, 0, &bare_table), 0);
}

static void destroy_tables(void)
{
	suffix_table_destroy(lab_table);
	suffix_table_destroy(bare_table);
}

static struct identifier_rules rules_given(const char *given)
{
	struct identifier_rules rules = {.suffixes = lab_table, .now_s = USUAL_DAY_S};
	if (strcmp(given, "trailing-dot") == 0) {
		rules.accepts_trailing_dot = true;
	} else if (strcmp(given, "at-end") == 0) {
		rules.now_s = REVERSE_NAMES_END_S;
	} else if (strcmp(given, "before-end") == 0) {
		rules.now_s = REVERSE_NAMES_END_S - 1;
	} else if (strcmp(given, "no-lab") == 0) {
		rules.suffixes = bare_table;
	} else if (strcmp(given, "no-table") == 0) {
		rules.suffixes = NULL;
	} else if (strcmp(given, "open-10") == 0) {
		rules.allowance = &ten;
	} else {
		CU_ASSERT_STRING_EQUAL_FATAL(given, "");
	}
	return rules;
}

// \xHH and \\ of the table.
static size_t unescape(const char *text, char *ret_value)
{
	size_t length = 0;
	while (*text != '\0') {
		if (text[0] == '\\' && text[1] == 'x') {
			char digits[3] = {text[2], text[3], '\0'};
			ret_value[length++] = (char)strtoul(digits, NULL, 16);
			text += 4;
		} else {
			text += text[0] == '\\';
			ret_value[length++] = *text++;
		}
	}
	return length;
}

static void check_parsed(const struct tsv_rows *rows, const struct identifier *identifier)
{
	CU_ASSERT_STRING_EQUAL(identifier_type_name(identifier->type), rows->fields[4]);
	CU_ASSERT_STRING_EQUAL(identifier->text, rows->fields[5]);
	CU_ASSERT_EQUAL(identifier->is_wildcard, strstr(rows->fields[6], "wildcard") != NULL);
	CU_ASSERT_EQUAL(identifier->is_onion, strstr(rows->fields[6], "onion") != NULL);
	if (identifier->type == IDENTIFIER_TYPE_IP) {
		char text[PLX_IP_TEXT_MAX];
		CU_ASSERT_STRING_EQUAL(plx_ip_format(&identifier->ip, text), rows->fields[5]);
		CU_ASSERT_EQUAL(identifier->name.length, 0);
	} else {
		char text[PLX_NAME_TEXT_MAX];
		plx_name_format(&identifier->name, text);
		CU_ASSERT_STRING_EQUAL(text, rows->fields[5] + (identifier->is_wildcard ? 2 : 0));
		CU_ASSERT_EQUAL(identifier->ip.family, 0);
	}
}

TEST(each_text_names_what_the_table_says)
{
	struct tsv_rows rows;
	create_tables();
	tsv_open(&rows, TABLES "/identifier_cases.tsv", 7);
	while (tsv_next(&rows)) {
		char value[TSV_LINE_MAX];
		struct identifier identifier = {0};
		size_t length = unescape(rows.fields[1], value);
		struct identifier_rules rules = rules_given(rows.fields[2]);
		const char *type = strcmp(rows.fields[0], "any") == 0 ? NULL : rows.fields[0];
		enum identifier_fault fault =
			identifier_parse(type, value, length, &rules, &identifier);
		if (strcmp(identifier_fault_name(fault), rows.fields[3]) != 0) {
			fprintf(stderr, "line %u: %s: %s\n", rows.line_number, rows.fields[1],
				identifier_fault_name(fault));
			CU_FAIL("a text was misjudged");
		}
		if (fault == IDENTIFIER_FAULT_NONE) {
			check_parsed(&rows, &identifier);
		} else {
			CU_ASSERT_EQUAL(identifier.type, IDENTIFIER_TYPE_NONE);
		}
	}
	CU_ASSERT_TRUE(rows.row_count >= 100);
	destroy_tables();
}

TEST(a_value_longer_than_any_name_is_not_looked_at)
{
	static char value[IDENTIFIER_VALUE_MAX + 1];
	struct identifier identifier;
	create_tables();
	struct identifier_rules rules = rules_given("");
	memset(value, 'a', sizeof(value));
	CU_ASSERT_EQUAL(identifier_parse("dns", value, sizeof(value), &rules, &identifier),
			IDENTIFIER_FAULT_TOO_LONG);
	CU_ASSERT_EQUAL(identifier_parse("dns", value, sizeof(value) - 1, &rules, &identifier),
			IDENTIFIER_FAULT_LABEL_TOO_LONG);
	destroy_tables();
}

TEST_MAIN(identifier, T(each_text_names_what_the_table_says),
	  T(a_value_longer_than_any_name_is_not_looked_at))
