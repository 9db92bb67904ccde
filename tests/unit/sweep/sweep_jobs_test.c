// SPDX-License-Identifier: BSD-3-Clause
// What a sweep asks: the jobs that its options and its lines become.

#include <parallax/dns/rr_type.h>

#include "bench_sweep.h"
#include "cunit_runner.h"

#include <stdlib.h>
#include <string.h>

TEST(caa_sweep_climbs_and_keeps_explicit_types)
{
	struct bench_sweep *bench = bench_sweep_create(17);
	static const char input[] = "a.test\nCAA b.test\nc.test TXT\nbad..name\n";
	sweep_files_write(bench->files.input, input, sizeof(input) - 1);
	bench->config.relevant_caa = true;
	bench->config.type = PLX_TYPE_CAA;
	CU_ASSERT_EQUAL(bench_sweep_run(bench), 0);
	char *output = sweep_files_read(bench->files.output);
	CU_ASSERT_PTR_NOT_NULL(strstr(output, "{\"line\":1,\"name\":\"a.test\",\"type\":\"CAA\","
					      "\"status\":\"NXDOMAIN\",\"found_at\":null,"));
	CU_ASSERT_PTR_NOT_NULL(strstr(output, "{\"line\":2,\"name\":\"b.test\",\"type\":\"CAA\","
					      "\"status\":\"NOERROR\",\"found_at\":null,"));
	CU_ASSERT_PTR_NOT_NULL(strstr(output, "{\"line\":3,\"name\":\"c.test\",\"type\":\"TXT\","
					      "\"status\":\"NXDOMAIN\",\"records\":[]"));
	CU_ASSERT_PTR_NOT_NULL(strstr(output, "{\"line\":4,\"name\":\"bad..name\",\"type\":\"CAA\","
					      "\"status\":\"INVALID_NAME\",\"records\":[]"));
	free(output);
	bench_sweep_destroy(bench);
}

static char asked_names[256];

static void note_asked_name(const struct plx_job *job)
{
	char text[PLX_NAME_TEXT_MAX];
	plx_name_format(&job->name, text);
	size_t used = strlen(asked_names);
	size_t length = strlen(text);
	CU_ASSERT_FATAL(used + length + 3 <= sizeof(asked_names));
	memcpy(asked_names + used, text, length);
	memcpy(asked_names + used + length, job->kind == PLX_JOB_RELEVANT_CAA ? "^ " : "  ", 3);
	if (job->kind != PLX_JOB_RELEVANT_CAA) {
		asked_names[used + length + 1] = '\0';
	}
}

TEST(caa_search_of_a_wildcard_begins_below_the_star)
{
	struct bench_sweep *bench = bench_sweep_create(19);
	static const char input[] = "*.a.test\n*.b.test TXT\n*.*.c.test\n";
	sweep_files_write(bench->files.input, input, sizeof(input) - 1);
	bench->config.relevant_caa = true;
	bench->config.type = PLX_TYPE_CAA;
	bench->config.window = 1; // in order
	bench->fake.on_submit = note_asked_name;
	asked_names[0] = '\0';
	CU_ASSERT_EQUAL(bench_sweep_run(bench), 0);
	CU_ASSERT_STRING_EQUAL(asked_names, "a.test^ *.b.test *.c.test^ ");
	char *output = sweep_files_read(bench->files.output);
	CU_ASSERT_PTR_NOT_NULL(
		strstr(output, "{\"line\":1,\"name\":\"*.a.test\",\"type\":\"CAA\","));
	CU_ASSERT_PTR_NOT_NULL(
		strstr(output, "{\"line\":2,\"name\":\"*.b.test\",\"type\":\"TXT\","));
	CU_ASSERT_PTR_NOT_NULL(
		strstr(output, "{\"line\":3,\"name\":\"*.*.c.test\",\"type\":\"CAA\","));
	free(output);
	bench_sweep_destroy(bench);
}

static unsigned jobs_without_cache;
static unsigned jobs_with_cache;

static void count_iterative_job(const struct plx_job *job)
{
	jobs_without_cache +=
		job->resolution == PLX_RESOLUTION_ITERATIVE && job->flags == PLX_JOB_NO_CACHE;
	jobs_with_cache += job->resolution == PLX_RESOLUTION_ITERATIVE && job->flags == 0;
}

TEST(every_lookup_of_an_iterative_sweep_is_iterative)
{
	struct bench_sweep *bench = bench_sweep_create(23);
	bench->config.resolution = PLX_RESOLUTION_ITERATIVE;
	bench->fake.on_submit = count_iterative_job;
	jobs_without_cache = jobs_with_cache = 0;
	CU_ASSERT_EQUAL(bench_sweep_run(bench), 0);
	CU_ASSERT_EQUAL(jobs_with_cache, bench->fake.submitted);
	bench->config.no_cache = true;
	fake_engine_init(&bench->fake, 24);
	bench->fake.on_submit = count_iterative_job;
	CU_ASSERT_EQUAL(bench_sweep_run(bench), 0);
	CU_ASSERT_EQUAL(jobs_without_cache, bench->fake.submitted);
	CU_ASSERT_TRUE(bench->fake.submitted > 0);
	uint64_t counted = 0;
	for (unsigned i = 0; i < PLX_DNSSEC_COUNT; i++) {
		counted += bench->sweep.tally.dnssec[i];
	}
	CU_ASSERT_EQUAL(counted, bench->sweep.tally.results);
	bench_sweep_destroy(bench);
}

TEST_MAIN(sweep_jobs, T(caa_sweep_climbs_and_keeps_explicit_types),
	  T(caa_search_of_a_wildcard_begins_below_the_star),
	  T(every_lookup_of_an_iterative_sweep_is_iterative))
