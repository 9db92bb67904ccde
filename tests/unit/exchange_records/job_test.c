// SPDX-License-Identifier: BSD-3-Clause

#include <parallax/dns/rr_type.h>
#include <parallax/exchange/job.h>

#include "cunit_runner.h"

#include <errno.h>
#include <string.h>

static struct plx_job plain_job(void)
{
	struct plx_job job = {.tag = 0x0123456789abcdef,
			      .qtype = PLX_TYPE_TXT,
			      .kind = PLX_JOB_LOOKUP,
			      .flags = PLX_JOB_TCP_ONLY,
			      .attempts = 5,
			      .timeout_ms = 1234};
	CU_ASSERT_EQUAL_FATAL(plx_name_parse("wWw.test", 8, &job.name), 0);
	return job;
}

static int round_trip(const struct plx_job *job, struct plx_job *ret_job)
{
	uint8_t record[PLX_JOB_RECORD_MAX];
	size_t length = plx_job_write(job, record);
	return plx_job_read(record, length, ret_job);
}

static void expect_refused(const struct plx_job *job)
{
	struct plx_job read = {.tag = 99};
	CU_ASSERT_EQUAL(round_trip(job, &read), -EINVAL);
	CU_ASSERT_EQUAL(read.tag, 99);
	CU_ASSERT_EQUAL(plx_job_check(job), -EINVAL); // the writer's side knows
}

TEST(job_survives_the_ring)
{
	struct plx_job job = plain_job();
	struct plx_job read;
	CU_ASSERT_EQUAL_FATAL(round_trip(&job, &read), 0);
	CU_ASSERT_EQUAL(read.tag, job.tag);
	CU_ASSERT_EQUAL(read.qtype, job.qtype);
	CU_ASSERT_EQUAL(read.kind, job.kind);
	CU_ASSERT_EQUAL(read.flags, job.flags);
	CU_ASSERT_EQUAL(read.resolution, job.resolution);
	CU_ASSERT_EQUAL(read.attempts, job.attempts);
	CU_ASSERT_EQUAL(read.timeout_ms, job.timeout_ms);
	CU_ASSERT_EQUAL(read.name.length, job.name.length);
	CU_ASSERT_EQUAL(memcmp(read.name.wire, job.name.wire, job.name.length), 0);
}

TEST(longest_record_fits)
{
	struct plx_job job = plain_job();
	struct plx_job read;
	uint8_t record[PLX_JOB_RECORD_MAX];
	for (unsigned i = 0; i < 254; i += 2) {
		job.name.wire[i] = 1;
		job.name.wire[i + 1] = 'x';
	}
	job.name.wire[254] = 0;
	job.name.length = 255;
	CU_ASSERT_EQUAL(plx_job_write(&job, record), PLX_JOB_RECORD_MAX);
	CU_ASSERT_EQUAL(round_trip(&job, &read), 0);
}

TEST(a_record_takes_its_bytes_and_no_more)
{
	struct plx_job read;
	struct plx_job job = plain_job();
	uint8_t record[PLX_JOB_RECORD_MAX + 1];
	memset(record, 0xee, sizeof(record));
	CU_ASSERT_EQUAL(plx_job_check(&job), 0);
	size_t length = plx_job_write_tagged(&job, 77, record);
	CU_ASSERT_EQUAL(length, plx_job_record_bytes(&job));
	for (size_t i = length; i < sizeof(record); i++) {
		CU_ASSERT_EQUAL(record[i], 0xee);
	}
	CU_ASSERT_EQUAL_FATAL(plx_job_read(record, length, &read), 0);
	CU_ASSERT_EQUAL(read.tag, 77);
	CU_ASSERT_EQUAL(read.name.length, job.name.length);
}

TEST(limits_are_kept_exactly)
{
	struct plx_job read;
	struct plx_job job = plain_job();
	job.attempts = PLX_JOB_ATTEMPTS_MAX;
	job.timeout_ms = PLX_JOB_TIMEOUT_MS_MAX;
	CU_ASSERT_EQUAL(round_trip(&job, &read), 0);
	job.attempts++;
	expect_refused(&job);
	job = plain_job();
	job.timeout_ms = PLX_JOB_TIMEOUT_MS_MAX + 1;
	expect_refused(&job);
}

TEST(a_climb_cannot_end_with_its_first_answer)
{
	struct plx_job read;
	struct plx_job job = plain_job();
	job.flags = PLX_JOB_BENCHMARK;
	CU_ASSERT_EQUAL(round_trip(&job, &read), 0);
	CU_ASSERT_EQUAL(read.flags, PLX_JOB_BENCHMARK);
	job.kind = PLX_JOB_RELEVANT_CAA;
	job.qtype = PLX_TYPE_CAA;
	expect_refused(&job);
	job.flags = PLX_JOB_UNMERGED | PLX_JOB_PATIENT;
	CU_ASSERT_EQUAL(round_trip(&job, &read), 0);
}

TEST(unknown_kinds_flags_and_resolutions_are_refused)
{
	struct plx_job job = plain_job();
	job.kind = 0;
	expect_refused(&job);
	job.kind = 3;
	expect_refused(&job);
	job = plain_job();
	job.flags = PLX_JOB_NO_CACHE;
	expect_refused(&job);
	job.flags = PLX_JOB_TRACE;
	expect_refused(&job);
	job = plain_job();
	job.resolution = PLX_RESOLUTION_COUNT;
	expect_refused(&job);
}

TEST(iterative_jobs_have_flags_of_their_own)
{
	struct plx_job read;
	struct plx_job job = plain_job();
	job.resolution = PLX_RESOLUTION_ITERATIVE;
	job.flags = PLX_JOB_NO_CACHE | PLX_JOB_TRACE;
	CU_ASSERT_EQUAL(round_trip(&job, &read), 0);
	CU_ASSERT_EQUAL(read.resolution, PLX_RESOLUTION_ITERATIVE);
	CU_ASSERT_EQUAL(read.flags, PLX_JOB_NO_CACHE | PLX_JOB_TRACE);
	job.flags = PLX_JOB_TCP_ONLY;
	expect_refused(&job);
	job.flags = PLX_JOB_UNMERGED;
	expect_refused(&job);
}

TEST(resolutions_have_words)
{
	for (unsigned i = 0; i < PLX_RESOLUTION_COUNT; i++) {
		enum plx_resolution read = PLX_RESOLUTION_COUNT;
		const char *name = plx_resolution_name((enum plx_resolution)i);
		CU_ASSERT_EQUAL(plx_resolution_parse(name, &read), 0);
		CU_ASSERT_EQUAL(read, i);
	}
	enum plx_resolution untouched = PLX_RESOLUTION_ITERATIVE;
	CU_ASSERT_EQUAL(plx_resolution_parse("unknown", &untouched), -EINVAL);
	CU_ASSERT_EQUAL(plx_resolution_parse("", &untouched), -EINVAL);
	CU_ASSERT_EQUAL(untouched, PLX_RESOLUTION_ITERATIVE);
	CU_ASSERT_STRING_EQUAL(plx_resolution_name(PLX_RESOLUTION_COUNT), "unknown");
}

TEST(meta_types_are_refused_and_relevant_caa_asks_for_caa)
{
	struct plx_job read;
	struct plx_job job = plain_job();
	job.qtype = 252; // AXFR
	expect_refused(&job);
	job.qtype = 0;
	expect_refused(&job);
	job.kind = PLX_JOB_RELEVANT_CAA;
	CU_ASSERT_EQUAL(round_trip(&job, &read), 0);
	CU_ASSERT_EQUAL(read.qtype, PLX_TYPE_CAA);
	CU_ASSERT_EQUAL(plx_job_qtype(&job), PLX_TYPE_CAA);
	CU_ASSERT_EQUAL(plx_job_check(&job), 0);
	job.qtype = PLX_TYPE_TXT;
	expect_refused(&job);
}

TEST(malformed_names_are_refused)
{
	struct plx_job job = plain_job();
	job.name.wire[0] = 0xc0;
	expect_refused(&job);
	job = plain_job();
	job.name.length--;
	expect_refused(&job);
	job.name.length = 0;
	expect_refused(&job);
}

TEST(records_of_another_length_are_refused)
{
	struct plx_job job = plain_job();
	struct plx_job read;
	uint8_t record[PLX_JOB_RECORD_MAX + 1] = {0};
	size_t length = plx_job_write(&job, record);
	for (size_t cut = 0; cut < length; cut++) {
		CU_ASSERT_EQUAL(plx_job_read(record, cut, &read), -EINVAL);
	}
	CU_ASSERT_EQUAL(plx_job_read(record, length + 1, &read), -EINVAL);
}

// Of names of any length, with and without octets behind the record that can be read.
TEST(a_record_that_may_change_is_read_as_one_that_does_not)
{
	struct plx_job job = plain_job();
	for (unsigned length = 3; length <= PLX_NAME_MAX; length += 2) {
		job.name.length = (uint8_t)length;
		for (unsigned i = 0; i + 1 < length; i += 2) {
			job.name.wire[i] = 1;
			job.name.wire[i + 1] = (uint8_t)('a' + i % 26);
		}
		job.name.wire[length - 1] = 0;
		uint8_t record[PLX_JOB_RECORD_MAX + PLX_NAME_BLOCK] = {0};
		size_t record_length = plx_job_write(&job, record);
		for (size_t behind = 0; behind <= PLX_NAME_BLOCK; behind += 8) {
			struct plx_job taken;
			CU_ASSERT_EQUAL(
				plx_job_take(record, record_length, record_length + behind, &taken),
				0);
			CU_ASSERT_EQUAL(taken.tag, job.tag);
			CU_ASSERT_TRUE(plx_name_equal(&taken.name, &job.name));
			struct plx_name copy;
			plx_name_copy(&copy, &taken.name);
			CU_ASSERT_TRUE(plx_name_equal(&copy, &job.name));
		}
	}
}

TEST_MAIN(job, T(job_survives_the_ring), T(longest_record_fits),
	  T(a_record_takes_its_bytes_and_no_more), T(limits_are_kept_exactly),
	  T(a_climb_cannot_end_with_its_first_answer),
	  T(unknown_kinds_flags_and_resolutions_are_refused),
	  T(iterative_jobs_have_flags_of_their_own), T(resolutions_have_words),
	  T(meta_types_are_refused_and_relevant_caa_asks_for_caa), T(malformed_names_are_refused),
	  T(records_of_another_length_are_refused),
	  T(a_record_that_may_change_is_read_as_one_that_does_not))
