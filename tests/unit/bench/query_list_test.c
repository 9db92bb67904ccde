// SPDX-License-Identifier: BSD-3-Clause
// dnsperf's data files.

#include "bench/query_list.h"

#include "cunit_runner.h"

#include <stdio.h>
#include <string.h>

static struct query_list list;
static struct bench_failure failure;

static int read_text(const char *text)
{
	char copy[1024];
	snprintf(copy, sizeof(copy), "%s", text);
	FILE *in = fmemopen(copy, strlen(copy), "r");
	CU_ASSERT_PTR_NOT_NULL_FATAL(in);
	int error = query_list_read(in, "queries", &list, &failure);
	fclose(in);
	return error;
}

static void expect_next(const char *name, uint16_t type)
{
	struct plx_job job = {0};
	struct plx_name wanted;
	CU_ASSERT_EQUAL_FATAL(plx_name_parse(name, strlen(name), &wanted), 0);
	query_list_next(&list, &job);
	CU_ASSERT_EQUAL(job.qtype, type);
	CU_ASSERT_EQUAL(job.name.length, wanted.length);
	CU_ASSERT_EQUAL(memcmp(job.name.wire, wanted.wire, wanted.length), 0);
}

static void expect_failure(const char *text, const char *message)
{
	CU_ASSERT_EQUAL(read_text(text), -1);
	CU_ASSERT_STRING_EQUAL(failure.text, message);
	CU_ASSERT_EQUAL(failure.exit_status, BENCH_EXIT_USAGE);
}

TEST(queries_come_in_their_order_and_again)
{
	CU_ASSERT_EQUAL_FATAL(read_text("a.test A\n; a comment\n\nB.test. \t caa\r\n# another\n"
					". NS\n*.\\065.test TYPE65"),
			      0);
	CU_ASSERT_EQUAL(list.count, 4);
	for (unsigned pass = 0; pass < 3; pass++) {
		CU_ASSERT_EQUAL(list.passes, pass);
		expect_next("a.test", 1);
		expect_next("B.test", 257);
		expect_next(".", 2);
		expect_next("*.A.test", 65);
	}
	query_list_rewind(&list);
	expect_next("a.test", 1);
	query_list_free(&list);
}

TEST(lines_that_are_no_queries_are_told_with_their_place)
{
	expect_failure("a.test A\na.test\n",
		       "queries:2: this is not a query: it has no record type: write a name and a "
		       "type, like www.example.test A");
	expect_failure("a.test A IN\n",
		       "queries:1: this is not a query: it has more than a name and a type");
	expect_failure("a..test A\n",
		       "queries:1: this is not a query: its first word is not a domain name");
	expect_failure("a.test NOTYPE\n", "queries:1: this is not a query: its second word is not "
					  "a record type, like A or TYPE65");
	expect_failure("a.test AXFR\n", "queries:1: this is not a query: ANY, AXFR and other types "
					"that no record has are not asked for");
}

TEST(a_file_without_a_query_is_refused)
{
	expect_failure("; nothing\n\n", "queries: there is no query in it: write a name and a type "
					"a line, like www.example.test A");
}

TEST_MAIN(query_list, T(queries_come_in_their_order_and_again),
	  T(lines_that_are_no_queries_are_told_with_their_place),
	  T(a_file_without_a_query_is_refused))
