// SPDX-License-Identifier: BSD-3-Clause

#include "cunit_runner.h"

#include "hostile_report.h"
#include "readiness/readiness_progress.h"
#include "readiness/readiness_table.h"

#include <jansson.h>

#include <string.h>
#include <time.h>

static char *print(size_t rows)
{
	char *text = NULL;
	size_t length;
	json_t *report = hostile_report(rows);
	CU_ASSERT_PTR_NOT_NULL_FATAL(report);
	FILE *out = open_memstream(&text, &length);
	readiness_table_print(report, out);
	fclose(out);
	json_decref(report);
	return text;
}

TEST(the_table_tells_totals_reasons_advice_perspectives_and_rows)
{
	static const char *const parts[] = {
		"2 of 80 identifiers would fail under enforcement, in 2 orders",
		"quorum-missed",
		"http-geo-blocked: 1 would fail, 3 pass all the same",
		"Exempt the path below /.well-known/ from geographic rules.",
		"LACNIC",
		"1  www.example.test",
		"pass 3/5",
		"gru-1,",
		"line 7: /",
		"Not run\n  line 9: the daemon was lost",
		"3 rows more were counted",
		"not read from line 45 on",
	};
	char *text = print(2);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		CU_ASSERT_PTR_NOT_NULL(strstr(text, parts[i]));
		if (strstr(text, parts[i]) == NULL) {
			fprintf(stderr, "\nmissing: %s\n", parts[i]);
		}
	}
	free(text);
}

TEST(nothing_in_the_table_moves_the_cursor)
{
	char *text = print(2);
	for (const char *c = text; *c != '\0'; c++) {
		CU_ASSERT_TRUE(*c == '\n' || (*c >= ' ' && *c <= '~'));
	}
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\\027[2J"));
	free(text);
}

TEST(ten_thousand_rows_are_printed_in_a_moment)
{
	clock_t start = clock();
	char *text = print(10000);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\n  10000  "));
	CU_ASSERT_TRUE((clock() - start) / CLOCKS_PER_SEC < 10);
	free(text);
}

static char *draw(const struct readiness_state *state, bool is_terminal)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);
	struct readiness_progress progress;
	readiness_progress_init(&progress, is_terminal ? out : NULL, 1000);
	readiness_progress_turn(&progress, state, 1100); // too early
	readiness_progress_turn(&progress, state, 11000);
	fclose(out);
	return text;
}

TEST(the_progress_line_tells_rate_and_time_left)
{
	struct readiness_state state = {.done = 50, .total = 200, .identifiers_failed = 7};
	char *text = draw(&state, true);
	CU_ASSERT_STRING_EQUAL(text, "\r\033[K50/200 orders  25.0 %  5.0/s  ETA 00:00:30  7 "
				     "identifiers would fail");
	free(text);
	state.total = 0; // a pipe that is not at its end
	text = draw(&state, true);
	CU_ASSERT_STRING_EQUAL(text, "\r\033[K50 orders  5.0/s  7 identifiers would fail");
	free(text);
}

TEST(there_is_no_progress_line_without_a_terminal)
{
	const struct readiness_state state = {.done = 50, .total = 200};
	char *text = draw(&state, false);
	CU_ASSERT_STRING_EQUAL(text, "");
	free(text);
}

TEST_MAIN(readiness_table, T(the_table_tells_totals_reasons_advice_perspectives_and_rows),
	  T(nothing_in_the_table_moves_the_cursor), T(ten_thousand_rows_are_printed_in_a_moment),
	  T(the_progress_line_tells_rate_and_time_left),
	  T(there_is_no_progress_line_without_a_terminal))
