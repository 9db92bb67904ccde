// SPDX-License-Identifier: BSD-3-Clause
// The block that dnsperf 2.10 prints for the same numbers, octet by octet.

#include "bench/statistics_text.h"

#include "cunit_runner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct load_tally tally;

static void expect_block(const char *expected)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	CU_ASSERT_PTR_NOT_NULL_FATAL(out);
	statistics_text_dnsperf(out, &tally);
	fclose(out);
	if (strcmp(text, expected) != 0) {
		fprintf(stderr, "%s", text);
	}
	CU_ASSERT_STRING_EQUAL(text, expected);
	free(text);
}

// What dnsperf printed for a server that was not there.
TEST(nothing_answered_reads_as_in_dnsperf)
{
	CU_ASSERT_EQUAL_FATAL(load_tally_init(&tally, 0), 0);
	tally.sent = tally.submitted = tally.lost = 1;
	tally.request_bytes = 24;
	tally.end_ns = 1195000;
	expect_block("Statistics:\n"
		     "\n"
		     "  Queries sent:         1\n"
		     "  Queries completed:    0 (0.00%)\n"
		     "  Queries lost:         1 (100.00%)\n"
		     "\n"
		     "  Response codes:       \n"
		     "  Average packet size:  request 24, response 0\n"
		     "  Run time (s):         0.001195\n"
		     "  Queries per second:   0.000000\n"
		     "\n"
		     "  Average Latency (s):  0.000000 (min 0.000000, max 0.000000)\n"
		     "\n");
	load_tally_free(&tally);
}

TEST(answers_of_two_rcodes_read_as_in_dnsperf)
{
	CU_ASSERT_EQUAL_FATAL(load_tally_init(&tally, 0), 0);
	for (unsigned i = 0; i < 4; i++) {
		const struct plx_result result = {.status = PLX_STATUS_ANSWERED,
						  .rcode = i == 0 ? 3 : 0,
						  .queries = 1,
						  .answer_bytes = 60};
		CU_ASSERT_TRUE(load_tally_take(&tally, &result, 0, 1000000 * (i + 1)));
	}
	tally.submitted = 4;
	tally.request_bytes = 4 * 34;
	tally.interrupted = 0;
	expect_block("Statistics:\n"
		     "\n"
		     "  Queries sent:         4\n"
		     "  Queries completed:    4 (100.00%)\n"
		     "  Queries lost:         0 (0.00%)\n"
		     "\n"
		     "  Response codes:       NOERROR 3 (75.00%), NXDOMAIN 1 (25.00%)\n"
		     "  Average packet size:  request 34, response 60\n"
		     "  Run time (s):         0.004000\n"
		     "  Queries per second:   1000.000000\n"
		     "\n"
		     "  Average Latency (s):  0.002500 (min 0.001000, max 0.004000)\n"
		     "  Latency StdDev (s):   0.001291\n"
		     "\n");
	load_tally_free(&tally);
}

TEST_MAIN(statistics_text, T(nothing_answered_reads_as_in_dnsperf),
	  T(answers_of_two_rcodes_read_as_in_dnsperf))
