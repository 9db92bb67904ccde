// SPDX-License-Identifier: BSD-3-Clause

#include "quorum/cohort.h"

#include <parallax/base/attributes.h>

#include "cunit_runner.h"
#include "tsv_rows.h"

#include <errno.h>

#define TOO_CLOSE_MAX 8

// The perspectives of one row; the texts point into a copy of its field.
struct configuration {
	struct cohort_perspective perspectives[COHORT_PERSPECTIVES_MAX];
	const char *too_close[COHORT_PERSPECTIVES_MAX][TOO_CLOSE_MAX];
	size_t count;
	char text[TSV_LINE_MAX];
};

// "code:RIR" or "code:RIR:code,code".
static void read_perspective(char *text, struct configuration *configuration)
{
	CU_ASSERT_TRUE_FATAL(configuration->count < COHORT_PERSPECTIVES_MAX);
	size_t index = configuration->count++;
	struct cohort_perspective *perspective = &configuration->perspectives[index];
	*perspective = (struct cohort_perspective) {.code = strsep(&text, ":")};
	const char *region = strsep(&text, ":");
	CU_ASSERT_PTR_NOT_NULL_FATAL(region);
	region = strcmp(region, "RIPE") == 0 ? "RIPE NCC" : region;
	CU_ASSERT_EQUAL_FATAL(region_parse(region, &perspective->region), 0);
	perspective->too_close_codes = configuration->too_close[index];
	for (const char *code; (code = strsep(&text, ",")) != NULL;) {
		CU_ASSERT_TRUE_FATAL(perspective->too_close_count < TOO_CLOSE_MAX);
		configuration->too_close[index][perspective->too_close_count++] = code;
	}
}

static void read_configuration(const char *field, struct configuration *configuration)
{
	char *text = configuration->text;
	(void)snprintf(text, sizeof(configuration->text), "%s", field);
	configuration->count = 0;
	for (char *word; (word = strsep(&text, " ")) != NULL;) {
		read_perspective(word, configuration);
	}
}

// "a b".
static void format_members(const struct configuration *configuration, const uint8_t *members,
			   size_t count, char *text)
{
	size_t length = 0;
	text[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		length += (size_t)snprintf(text + length, TSV_LINE_MAX - length, "%s%s",
					   i > 0 ? " " : "",
					   configuration->perspectives[members[i]].code);
	}
}

// "[a b][c d]".
static void format_cohorts(const struct configuration *configuration,
			   const struct cohort_plan *plan, char *text)
{
	size_t length = 0;
	text[0] = '\0';
	for (size_t i = 0; i < plan->cohort_count; i++) {
		char cohort[TSV_LINE_MAX];
		format_members(configuration, plan->members + i * plan->cohort_size,
			       plan->cohort_size, cohort);
		length += (size_t)snprintf(text + length, TSV_LINE_MAX - length, "[%s]", cohort);
	}
}

TEST(each_vector_gives_open_mpics_order_and_cohorts)
{
	static struct configuration configuration;
	struct tsv_rows table;
	tsv_open(&table, COHORT_VECTORS_FILE, 6);
	while (tsv_next(&table)) {
		char order[TSV_LINE_MAX], cohorts[TSV_LINE_MAX];
		struct cohort_plan plan;
		read_configuration(table.fields[3], &configuration);
		CU_ASSERT_EQUAL_FATAL(cohort_plan_make(configuration.perspectives,
						       configuration.count, table.fields[0],
						       table.fields[1],
						       strtoul(table.fields[2], NULL, 10), &plan),
				      0);
		format_members(&configuration, plan.order, configuration.count, order);
		format_cohorts(&configuration, &plan, cohorts);
		if (strcmp(order, table.fields[4]) != 0 || strcmp(cohorts, table.fields[5]) != 0) {
			(void)fprintf(stderr, "line %u: order %s, cohorts %s\n", table.line_number,
				      order, cohorts);
			CU_FAIL("a vector");
		}
	}
	CU_ASSERT_EQUAL(table.row_count, 113);
}

static const struct cohort_perspective three[] = {
	{.code = "a", .region = REGION_ARIN},
	{.code = "b", .region = REGION_APNIC},
	{.code = "c", .region = REGION_LACNIC},
};

TEST(what_cannot_be_planned_says_why_and_leaves_the_plan_alone)
{
	struct cohort_plan plan = {.cohort_count = 77};
	CU_ASSERT_EQUAL(cohort_plan_make(three, 3, "s", "t", 1, &plan), -EINVAL);
	CU_ASSERT_EQUAL(cohort_plan_make(three, 3, "s", "t", 0, &plan), -EINVAL);
	struct cohort_perspective bad[] = {three[0], three[1], three[2]};
	bad[1].region = REGION_UNKNOWN;
	CU_ASSERT_EQUAL(cohort_plan_make(bad, 3, "s", "t", 2, &plan), -EINVAL);
	bad[1] = (struct cohort_perspective) {.region = REGION_ARIN};
	CU_ASSERT_EQUAL(cohort_plan_make(bad, 3, "s", "t", 2, &plan), -EINVAL);
	CU_ASSERT_EQUAL(cohort_plan_make(three, COHORT_PERSPECTIVES_MAX + 1, "s", "t", 2, &plan),
			-E2BIG);
	static char long_text[COHORT_SEED_TEXT_MAX + 1];
	memset(long_text, 'x', COHORT_SEED_TEXT_MAX);
	CU_ASSERT_EQUAL(cohort_plan_make(three, 3, "s", long_text, 2, &plan), -E2BIG);
	CU_ASSERT_EQUAL(cohort_plan_make(three, 3, long_text, "t", 2, &plan), -E2BIG);
	CU_ASSERT_EQUAL(plan.cohort_count, 77);
	CU_ASSERT_EQUAL(cohort_plan_make(three, 3, "", long_text, 2, &plan), 0);
	CU_ASSERT_EQUAL(plan.cohort_count, 1);
}

TEST(no_perspectives_and_huge_cohorts_give_no_cohort)
{
	struct cohort_plan plan = {.cohort_count = 77};
	CU_ASSERT_EQUAL(cohort_plan_make(NULL, 0, "s", "t", 2, &plan), 0);
	CU_ASSERT_EQUAL(plan.cohort_count, 0);
	plan.cohort_count = 77;
	CU_ASSERT_EQUAL(cohort_plan_make(three, 3, "s", "t", SIZE_MAX, &plan), 0);
	CU_ASSERT_EQUAL(plan.cohort_count, 0);
}

TEST_MAIN(cohort, T(each_vector_gives_open_mpics_order_and_cohorts),
	  T(what_cannot_be_planned_says_why_and_leaves_the_plan_alone),
	  T(no_perspectives_and_huge_cohorts_give_no_cohort))
