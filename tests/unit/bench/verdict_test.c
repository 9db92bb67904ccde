// SPDX-License-Identifier: BSD-3-Clause
// The table verdict_vectors.tsv: facts, and what they mean.

#include "bench/verdict.h"

#include "cunit_runner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VECTORS_MIN 20

TEST(each_row_of_the_table_has_its_verdict)
{
	FILE *table = fopen(getenv("VERDICT_VECTORS"), "re");
	CU_ASSERT_PTR_NOT_NULL_FATAL(table);
	char line[512];
	unsigned rows = 0;
	while (fgets(line, sizeof(line), table) != NULL) {
		char verdict[32], loop[16];
		int full;
		struct verdict_facts facts = {0};
		if (line[0] == '#' || line[0] == '\n') {
			continue;
		}
		int read =
			sscanf(line, "%31s %15s %d %lf %lf %lf %lf %lf %lf %lf %lf %lf %lf",
			       verdict, loop, &full, &facts.planned, &facts.sent, &facts.lost,
			       &facts.nic_drops, &facts.wire_share, &facts.latency_ns,
			       &facts.lag_ns, &facts.pickup_ns, &facts.worker_busy, &facts.batch);
		CU_ASSERT_EQUAL_FATAL(read, 13);
		facts.is_open_loop = strcmp(loop, "open") == 0;
		facts.was_full = full != 0;
		const char *told = bench_verdict_name(verdict_of(&facts));
		if (strcmp(told, verdict) != 0) {
			fprintf(stderr, "%s for: %s", told, line);
		}
		CU_ASSERT_STRING_EQUAL(told, verdict);
		rows++;
	}
	fclose(table);
	CU_ASSERT_TRUE(rows >= VECTORS_MIN);
}

TEST(every_verdict_has_a_name_and_a_sentence)
{
	for (enum bench_verdict verdict = BENCH_VERDICT_NOT_EVALUATED;
	     verdict <= BENCH_VERDICT_RATE_LIMITED; verdict++) {
		CU_ASSERT_STRING_NOT_EQUAL(bench_verdict_name(verdict), "unknown");
		CU_ASSERT_STRING_NOT_EQUAL(bench_verdict_text(verdict), "unknown");
	}
}

TEST_MAIN(verdict, T(each_row_of_the_table_has_its_verdict),
	  T(every_verdict_has_a_name_and_a_sentence))
