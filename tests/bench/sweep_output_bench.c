// SPDX-License-Identifier: BSD-3-Clause
// How many output lines a second a sweep can take off its results in each format: what its own thread spends on
// handing one over, and the rate at which the writing thread gets them into a file. Not part of the test suite:
//
//   build/tests/bench/sweep_output_bench [LINES] [FILE]     (FILE: /dev/null unless given)

#include <parallax/dns/rr_type.h>

#include "sweep/output_writer.h"

#include "../unit/format/result_builder.h"

#include <stdio.h>
#include <time.h>

#define ROUNDS 5

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

// Every other name has a CAA set, as among customers; the others have none.
static struct result_builder builders[2];
static struct plx_name asked_name;

static void build_results(void)
{
	asked_name = name_of("www.customer-12345.example.test");
	for (unsigned i = 0; i < 2; i++) {
		builder_init(&builders[i], PLX_TYPE_CAA);
	}
	builder_found_at(&builders[0], "example.test");
	builder_owner(&builders[0], "example.test");
	builder_record(&builders[0], 300, "\0\5issueletsencrypt.org", 22);
	builder_record(&builders[0], 300, "\0\5issuedigicert.com", 19);
	for (unsigned i = 0; i < 2; i++) {
		builder_finish(&builders[i]);
	}
}

struct figures {
	double handing_over_ns; // CPU of the sweep's thread for a line
	double lines_per_second;
	double octets; // of a line
};

static int measure(enum plx_format format, const char *path, uint64_t lines,
		   struct figures *ret_figures)
{
	static struct output_writer writer;
	struct tally tally = {0};
	struct sweep_failure failure = {0};
	int error = output_writer_open(&writer, path, 0, format, NULL, &tally, &failure);
	uint64_t begin_ns = clock_ns(CLOCK_MONOTONIC);
	uint64_t begin_cpu_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	for (uint64_t i = 0; i < lines && error == 0; i++) {
		struct result_builder *builder = &builders[i % 2];
		const struct plx_asked asked = {
			.line = i + 1,
			.name = &asked_name,
			.type = PLX_TYPE_CAA,
			.relevant_caa = true,
		};
		builder->result.time_ns += 5000; // 200,000 a second
		error = output_writer_append(&writer, &asked, &builder->result, builder->body,
					     &failure);
	}
	uint64_t cpu_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID) - begin_cpu_ns;
	if (error == 0) {
		error = output_writer_settle(&writer, &failure);
	}
	uint64_t elapsed_ns = clock_ns(CLOCK_MONOTONIC) - begin_ns;
	*ret_figures = (struct figures) {
		.handing_over_ns = (double)cpu_ns / (double)lines,
		.lines_per_second = (double)lines * 1e9 / (double)elapsed_ns,
		.octets = (double)writer.file.written / (double)lines,
	};
	output_writer_close(&writer);
	if (error != 0) {
		fprintf(stderr, "sweep_output_bench: %s\n", failure.text);
	}
	return error;
}

static int compare_rates(const void *a, const void *b)
{
	double left = ((const struct figures *)a)->lines_per_second;
	double right = ((const struct figures *)b)->lines_per_second;
	return (left > right) - (left < right);
}

int main(int argc, char **argv)
{
	uint64_t lines = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000;
	const char *path = argc > 2 ? argv[2] : "/dev/null";
	build_results();
	printf("%llu lines to %s, medians of %d rounds\n", (unsigned long long)lines, path, ROUNDS);
	for (unsigned format = 0; format < PLX_FORMAT_COUNT; format++) {
		struct figures rounds[ROUNDS];
		for (unsigned i = 0; i < ROUNDS; i++) {
			if (measure((enum plx_format)format, path, lines, &rounds[i]) != 0) {
				return EXIT_FAILURE;
			}
		}
		qsort(rounds, ROUNDS, sizeof(rounds[0]), compare_rates);
		const struct figures *median = &rounds[ROUNDS / 2];
		printf("%-15s %9.0f lines/s, %4.0f octets/line, the sweep's thread %3.0f ns/line\n",
		       plx_format_name((enum plx_format)format), median->lines_per_second,
		       median->octets, median->handing_over_ns);
	}
	return EXIT_SUCCESS;
}
