// SPDX-License-Identifier: BSD-3-Clause
// quorum_vectors.tsv, from answers to the decision about one identifier.

#include "quorum/identifier_decision.h"
#include "rules/utc_time.h"

#include "cunit_runner.h"
#include "tsv_rows.h"

#define REASONS_TEXT_MAX 128

static enum check_outcome primary_of(const char *word)
{
	if (strcmp(word, "pass") == 0) {
		return CHECK_PASS;
	}
	if (strcmp(word, "fail") == 0) {
		return CHECK_FAIL;
	}
	if (strcmp(word, "error") == 0) {
		return CHECK_ERROR;
	}
	CU_ASSERT_STRING_EQUAL_FATAL(word, "none");
	return CHECK_NOT_EVALUATED;
}

static struct quorum_remote remote_of(char *word)
{
	struct quorum_remote remote = {.region = REGION_UNKNOWN};
	char *sign = word + strlen(word) - 1;
	switch (*sign) {
	case '+':
		remote.outcome = CHECK_PASS;
		remote.corroborates = true;
		break;
	case '~':
		remote.outcome = CHECK_PASS;
		break;
	case '-':
		remote.outcome = CHECK_FAIL;
		break;
	case '?':
		// Whatever a confused caller says besides.
		remote.outcome = CHECK_ERROR;
		remote.corroborates = true;
		break;
	default:
		CU_ASSERT_EQUAL_FATAL(*sign, '0');
		remote.corroborates = true;
	}
	*sign = '\0';
	const char *name = strcmp(word, "RIPE") == 0 ? "RIPE NCC" : word;
	if (strcmp(name, "unknown") != 0) {
		CU_ASSERT_EQUAL_FATAL(region_parse(name, &remote.region), 0);
	}
	return remote;
}

static struct quorum_tally tally_of(const char *time, const char *primary, const char *text)
{
	struct quorum_remote remotes[PERSPECTIVE_REMOTES_MAX];
	char words[TSV_LINE_MAX];
	int64_t unix_us = 0;
	CU_ASSERT_EQUAL_FATAL(utc_time_parse(time, &unix_us), 0);
	struct quorum_input input = {
		.rules = rules_at(unix_us / UTC_SECOND_US),
		.placement = REFUSAL_NONE,
		.primary = primary_of(primary),
		.remotes = remotes,
	};
	(void)snprintf(words, sizeof(words), "%s", text);
	char *rest = words;
	for (char *word; (word = strsep(&rest, " ")) != NULL && *word != '\0';) {
		CU_ASSERT_TRUE_FATAL(input.remote_count < PERSPECTIVE_REMOTES_MAX);
		remotes[input.remote_count++] = remote_of(word);
	}
	return quorum_tally_count(&input);
}

static void format_reasons(const struct identifier_decision *result, char text[REASONS_TEXT_MAX])
{
	int length = 0;
	text[0] = '\0';
	for (size_t i = 0; i < result->reason_count; i++) {
		length += snprintf(text + length, (size_t)(REASONS_TEXT_MAX - length), "%s%s:%s",
				   i > 0 ? " " : "", check_set_name(result->reasons[i].set),
				   refusal_reason_name(result->reasons[i].reason));
	}
}

TEST(each_vector_is_decided_as_the_requirements_say)
{
	struct tsv_rows table;
	tsv_open(&table, QUORUM_VECTORS_FILE, 8);
	while (tsv_next(&table)) {
		const char *const time = table.fields[1], *const primary = table.fields[2];
		const char *const caa_text = table.fields[4];
		struct quorum_tally dcv = tally_of(time, primary, table.fields[3]);
		struct quorum_tally caa = dcv;
		enum caa_need need = CAA_REQUIRED;
		if (strcmp(caa_text, "absent") == 0) {
			caa = (struct quorum_tally) {0};
		} else if (strcmp(caa_text, "not-required") == 0) {
			need = CAA_NOT_REQUIRED;
		} else if (strcmp(caa_text, "same") != 0) {
			caa = tally_of(time, primary, caa_text);
		}
		struct identifier_decision result = identifier_decide(&dcv, &caa, need);
		char reasons[REASONS_TEXT_MAX], seen[TSV_LINE_MAX];
		format_reasons(&result, reasons);
		(void)snprintf(seen, sizeof(seen), "%s %s %s", decision_name(result.decision),
			       reasons, result.dcv.quorum_text);
		char expected[TSV_LINE_MAX];
		(void)snprintf(expected, sizeof(expected), "%.1000s %.1000s %.1000s",
			       table.fields[5], table.fields[6], table.fields[7]);
		if (strcmp(seen, expected) != 0) {
			(void)fprintf(stderr, "vector %s, line %u: %s instead of %s\n",
				      table.fields[0], table.line_number, seen, expected);
			CU_FAIL("a vector");
		}
	}
	CU_ASSERT_EQUAL(table.row_count, 41);
}

TEST_MAIN(quorum_vectors, T(each_vector_is_decided_as_the_requirements_say))
