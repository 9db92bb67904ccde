// SPDX-License-Identifier: BSD-3-Clause

#include "policy/caa_record_set.h"

#include "caa_lookup_text.h"
#include "cunit_runner.h"

#include <string.h>

static struct caa_lookup_text lookup;
static struct caa_record_set set;

static enum caa_set_state read_text(const char *text)
{
	CU_ASSERT_TRUE_FATAL(caa_lookup_parse(text, &lookup));
	caa_record_set_read(&lookup.result, lookup.body, &set);
	return set.state;
}

static enum caa_set_state read_again(void)
{
	caa_record_set_read(&lookup.result, lookup.body, &set);
	return set.state;
}

TEST(records_are_read_in_the_order_of_the_result)
{
	struct caa_record record;
	CU_ASSERT_EQUAL_FATAL(read_text("128 issue \"ca.test\" | 0 x \"\""), CAA_SET_RECORDS);
	struct plx_reader records = set.records;
	CU_ASSERT_TRUE_FATAL(caa_record_next(&records, &record));
	CU_ASSERT_EQUAL(record.flags, 128);
	CU_ASSERT_EQUAL(record.tag_length, 5);
	CU_ASSERT_EQUAL(memcmp(record.tag, "issue", 5), 0);
	CU_ASSERT_EQUAL_FATAL(record.value_length, 7);
	CU_ASSERT_EQUAL(memcmp(record.value, "ca.test", 7), 0);
	CU_ASSERT_TRUE_FATAL(caa_record_next(&records, &record));
	CU_ASSERT_EQUAL(record.value_length, 0);
	CU_ASSERT_FALSE(caa_record_next(&records, &record));
}

TEST(the_least_ttl_counts_and_a_negative_one_is_zero)
{
	CU_ASSERT_EQUAL(read_text("0 issue \"ca.test\""), CAA_SET_RECORDS);
	CU_ASSERT_EQUAL(set.ttl, CAA_LOOKUP_TTL_S);
	struct plx_writer writer;
	caa_lookup_begin(&lookup, &writer);
	static const uint32_t ttls[] = {300, 200, 0x7fffffff, 400};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(ttls); i++) {
		size_t start = plx_result_body_record_begin(&writer, ttls[i]);
		plx_write_bytes(&writer, "\0\1ax", 4);
		plx_result_body_record_end(&writer, start);
		lookup.result.record_count++;
	}
	caa_lookup_finish(&lookup, &writer);
	CU_ASSERT_EQUAL(read_again(), CAA_SET_RECORDS);
	CU_ASSERT_EQUAL(set.ttl, 200);
	size_t start = plx_result_body_record_begin(&writer, 0x80000001u);
	plx_write_bytes(&writer, "\0\1ax", 4);
	plx_result_body_record_end(&writer, start);
	lookup.result.record_count++;
	caa_lookup_finish(&lookup, &writer);
	CU_ASSERT_EQUAL(read_again(), CAA_SET_RECORDS);
	CU_ASSERT_EQUAL(set.ttl, 0);
}

TEST(one_malformed_record_spoils_the_set)
{
	CU_ASSERT_EQUAL(read_text("0 issue \"ca.test\" | \\# 0005"), CAA_SET_MALFORMED);
	CU_ASSERT_EQUAL(read_text("\\# 0000 | 0 issue \"ca.test\""), CAA_SET_MALFORMED);
}

TEST(a_set_of_1001_records_is_read_whole)
{
	struct plx_writer writer;
	struct caa_record record;
	unsigned count = 0;
	caa_lookup_begin(&lookup, &writer);
	for (unsigned i = 0; i < 1001; i++) {
		caa_lookup_add(&lookup, &writer, 0, "issue", "some-other-ca.test");
	}
	caa_lookup_finish(&lookup, &writer);
	CU_ASSERT_EQUAL_FATAL(read_again(), CAA_SET_RECORDS);
	for (struct plx_reader records = set.records; caa_record_next(&records, &record);) {
		count++;
	}
	CU_ASSERT_EQUAL(count, 1001);
}

TEST(failures_are_told_from_empty_answers)
{
	CU_ASSERT_EQUAL(read_text("none"), CAA_SET_EMPTY);
	CU_ASSERT_EQUAL(read_text("nxdomain"), CAA_SET_EMPTY);
	CU_ASSERT_EQUAL(read_text("failed servfail 2 none"), CAA_SET_FAILED);
	CU_ASSERT_EQUAL(read_text("failed notimp 2 none"), CAA_SET_FAILED);
	CU_ASSERT_EQUAL(read_text("failed timeout 2 none"), CAA_SET_FAILED);
	CU_ASSERT_EQUAL(read_text("failed bogus 2 none"), CAA_SET_BOGUS);
	CU_ASSERT_EQUAL(read_text("none bogus"), CAA_SET_BOGUS);
	lookup.result = (struct plx_result) {.status = PLX_STATUS_LOST}; // as the client makes it
	CU_ASSERT_EQUAL(read_again(), CAA_SET_FAILED);
}

TEST(zeroed_memory_is_no_set)
{
	lookup.result = (struct plx_result) {.tag = 0};
	CU_ASSERT_EQUAL(read_again(), CAA_SET_NOT_READ);
	struct caa_record_set zeroed = {.ttl = 0};
	CU_ASSERT_EQUAL(zeroed.state, CAA_SET_NOT_READ);
}

TEST(a_result_that_contradicts_itself_is_inconsistent)
{
	CU_ASSERT_EQUAL(read_text("0 issue \"ca.test\""), CAA_SET_RECORDS);
	lookup.result.record_count = 2;
	CU_ASSERT_EQUAL(read_again(), CAA_SET_INCONSISTENT);
	lookup.result.record_count = 0;
	CU_ASSERT_EQUAL(read_again(), CAA_SET_INCONSISTENT);
	lookup.result.body_length =
		1u + lookup.body[0]; // a place where records were found, and none
	CU_ASSERT_EQUAL(read_again(), CAA_SET_INCONSISTENT);
	CU_ASSERT_EQUAL(read_text("0 issue \"ca.test\""), CAA_SET_RECORDS);
	lookup.result.rcode = 3;
	CU_ASSERT_EQUAL(read_again(), CAA_SET_INCONSISTENT);
	lookup.result.rcode = 0;
	lookup.result.qtype = 16;
	CU_ASSERT_EQUAL(read_again(), CAA_SET_INCONSISTENT);
	CU_ASSERT_EQUAL(read_text("none"), CAA_SET_EMPTY);
	lookup.result.qtype = 1;
	CU_ASSERT_EQUAL(read_again(), CAA_SET_INCONSISTENT);
	lookup.result.status = PLX_STATUS_COUNT;
	CU_ASSERT_EQUAL(read_again(), CAA_SET_INCONSISTENT);
}

TEST_MAIN(caa_record_set, T(records_are_read_in_the_order_of_the_result),
	  T(the_least_ttl_counts_and_a_negative_one_is_zero),
	  T(one_malformed_record_spoils_the_set), T(a_set_of_1001_records_is_read_whole),
	  T(failures_are_told_from_empty_answers), T(zeroed_memory_is_no_set),
	  T(a_result_that_contradicts_itself_is_inconsistent))
