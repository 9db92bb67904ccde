// SPDX-License-Identifier: BSD-3-Clause
// Exported lines, and a file made by another program from docs/audit-log.md alone.

#include "audit/audit_line.h"

#include <parallax/base/error.h>

#include "audit/audit_export.h"

#include "cunit_runner.h"

#include <stdio.h>
#include <string.h>

static const char *corpus;

TEST(file_made_by_another_program_verifies)
{
	char path[512];
	struct audit_verification result = {0};
	struct audit_fault fault = {0};
	uint64_t line = 0;
	snprintf(path, sizeof(path), "%s/whole_file", corpus);
	FILE *input = fopen(path, "r");
	CU_ASSERT_PTR_NOT_NULL_FATAL(input);
	CU_ASSERT_EQUAL(audit_export_verify(input, NULL, NULL, &result, &line, &fault), 0);
	CU_ASSERT_EQUAL(result.finding, AUDIT_FINDING_INTACT);
	CU_ASSERT_EQUAL(result.record_count, 4);
	fclose(input);
}

#define HASH "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define RECORD(sequence, time, kind, body)                                                         \
	"{\"sequence\":" sequence ",\"time_us\":" time ",\"kind\":\"" kind                         \
	"\",\"previous_hash\":\"" HASH "\",\"hash\":\"" HASH "\",\"body\":" body "}"

TEST(only_the_exact_form_parses)
{
	static const struct {
		const char *text;
		bool is_line;
	} rows[] = {
		{RECORD("1", "-5", "start", "{}"), true},
		{RECORD("9223372036854775807", "0", "mode-change", "{\"a\":\"}\"}"), true},
		{RECORD("9223372036854775808", "0", "start", "{}"), false},
		{RECORD("-1", "0", "start", "{}"), false},
		{RECORD("01", "0", "start", "{}"), false},
		{RECORD("1", "-0", "start", "{}"), false},
		{RECORD("1", "-9223372036854775808", "start", "{}"), true},
		{RECORD("1", "+1", "start", "{}"), false},
		{RECORD("1", "", "start", "{}"), false},
		{RECORD("1", "0", "", "{}"), false},
		{RECORD("1", "0", "Start", "{}"), false},
		{RECORD("1", "0", "start", "[]"), false},
		{RECORD("1", "0", "start", "{}}"), false},
		{RECORD("1", "0", "start", "{\"a\":1,\"a\":1}"), false},
		{RECORD("1", "0", "start", "{\"a\":\"\303\244\"}"), false},
		{RECORD("1", "0", "start", "{}") " ", false},
		{"", false},
		{"{}", false},
		{"{\"end\":true,\"first_sequence\":0,\"last_sequence\":0,\"record_count\":0,"
		 "\"last_hash\":\"" HASH "\"}",
		 true},
		{"{\"end\":true}", false},
	};
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(rows); i++) {
		struct audit_line line = {0};
		int error = audit_line_parse(rows[i].text, strlen(rows[i].text), &line);
		CU_ASSERT_EQUAL(error, rows[i].is_line ? 0 : PLX_ERR_AUDIT_LINE);
		if ((error == 0) != rows[i].is_line) {
			printf("%s\n", rows[i].text);
		}
	}
}

int main(int argc, char **argv)
{
	static const struct test_entry tests[] = {T(file_made_by_another_program_verifies),
						  T(only_the_exact_form_parses)};
	corpus = argc > 1 ? argv[1] : ".";
	return cunit_run("audit_line", tests, PLX_ARRAY_SIZE(tests));
}
