// SPDX-License-Identifier: BSD-3-Clause
// An order's answer on its way into a report, whose texts are a stranger's. Oracle: what is counted adds up; the table has
// only printable ASCII; the page has only its own script, no control and no mark that turns text round.

#include "readiness/json_keep.h"
#include "readiness/readiness_html.h"
#include "readiness/readiness_table.h"
#include "readiness/readiness_tally.h"

#include "fuzz_target.h"

#include <jansson.h>

#include <stdlib.h>
#include <string.h>

static char *print(const json_t *report, void (*printer)(const json_t *report, FILE *out))
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	must(out != NULL);
	printer(report, out);
	fclose(out);
	must(strlen(text) == length);
	return text;
}

static unsigned occurrences(const char *text, const char *part)
{
	unsigned count = 0;
	while ((text = strstr(text, part)) != NULL) {
		count++;
		text += strlen(part);
	}
	return count;
}

static void check_report(const json_t *report)
{
	char *table = print(report, readiness_table_print);
	for (const char *c = table; *c != '\0'; c++) {
		must(*c == '\n' || (*c >= ' ' && *c <= '~'));
	}
	free(table);
	char *page = print(report, readiness_html_print);
	must(occurrences(page, "<script") == 1 && occurrences(page, "</script") == 1);
	must(occurrences(page, "<img") == 0 && occurrences(page, "<a ") == 0);
	must(occurrences(page, "\xe2\x80\xae") == 0 && occurrences(page, "\xe2\x81\xa6") == 0);
	for (const char *c = page; *c != '\0'; c++) {
		must((unsigned char)*c >= ' ' || *c == '\n');
	}
	free(page);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *answer = json_loadb((const char *)data, size, JSON_ALLOW_NUL, NULL);
	struct readiness_tally tally;
	readiness_tally_init(&tally);
	int error = readiness_tally_answer(&tally, 1, answer);
	must((error == 0) == (tally.orders_passed + tally.orders_failed == 1));
	must(error == 0 ? tally.identifiers > 0 : tally.identifiers == 0);
	must((tally.identifiers_failed > 0) == (tally.orders_failed == 1));
	must(json_array_size(tally.failing) == tally.identifiers_failed);
	json_t *report = readiness_tally_report(&tally);
	check_report(report);
	json_decref(report);
	readiness_tally_fini(&tally);
	json_decref(answer);
	return 0;
}
