// SPDX-License-Identifier: BSD-3-Clause
// The thread that makes and writes output lines: each line once and in order, counted where it is written, the sweep
// held up by a full ring and by nothing else, failures told.

#include <parallax/dns/rr_type.h>

#include "sweep/output_writer.h"

#include "cunit_runner.h"
#include "sweep_files.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEADLINE_MS 10000

struct bench {
	struct sweep_files files;
	struct output_writer writer;
	struct tally tally;
	struct sweep_failure failure;
	struct plx_name name;
};

static struct bench *open_bench(const char *path)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	sweep_files_create(&bench->files);
	CU_ASSERT_EQUAL_FATAL(plx_name_parse("a.example.test", 14, &bench->name), 0);
	CU_ASSERT_EQUAL_FATAL(
		output_writer_open(&bench->writer, path == NULL ? bench->files.output : path, 0,
				   PLX_FORMAT_MASSDNS_NDJSON, NULL, &bench->tally, &bench->failure),
		0);
	return bench;
}

static void close_bench(struct bench *bench)
{
	output_writer_close(&bench->writer);
	sweep_files_remove(&bench->files);
	free(bench);
}

static int append(struct bench *bench, uint64_t line, const struct plx_result *result,
		  const uint8_t *body)
{
	const struct plx_asked asked = {.line = line, .name = &bench->name, .type = PLX_TYPE_A};
	return output_writer_append(&bench->writer, &asked, result, body, &bench->failure);
}

static const struct plx_result no_records = {
	.status = PLX_STATUS_ANSWERED,
	.qtype = PLX_TYPE_A,
	.queries = 1,
};

static unsigned count_lines(const char *path)
{
	char *text = sweep_files_read(path);
	unsigned lines = 0;
	for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++) {
		lines++;
	}
	free(text);
	return lines;
}

TEST(settled_lines_are_in_the_file_and_counted)
{
	struct bench *bench = open_bench(NULL);
	for (unsigned i = 1; i <= 50000; i++) { // many batches around the ring
		CU_ASSERT_EQUAL_FATAL(append(bench, i, &no_records, NULL), 0);
	}
	CU_ASSERT_EQUAL(output_writer_settle(&bench->writer, &bench->failure), 0);
	CU_ASSERT_EQUAL(bench->tally.results, 50000);
	CU_ASSERT_EQUAL(bench->tally.rcodes[0], 50000);
	CU_ASSERT_EQUAL(bench->writer.unwritten, 0);
	CU_ASSERT_EQUAL(count_lines(bench->files.output), 50000);
	char *text = sweep_files_read(bench->files.output);
	CU_ASSERT_EQUAL(bench->writer.file.written, strlen(text));
	free(text);
	close_bench(bench);
}

TEST(names_that_are_none_are_copied_too)
{
	struct bench *bench = open_bench(NULL);
	char raw[] = "bad..name";
	const struct plx_asked asked = {
		.line = 1, .raw = raw, .raw_length = 9, .type = PLX_TYPE_A, .error = "why"};
	const struct plx_result result = {.status = PLX_STATUS_INVALID_NAME};
	CU_ASSERT_EQUAL(
		output_writer_append(&bench->writer, &asked, &result, NULL, &bench->failure), 0);
	memset(raw, 'x', sizeof(raw) - 1);
	CU_ASSERT_EQUAL(output_writer_settle(&bench->writer, &bench->failure), 0);
	char *text = sweep_files_read(bench->files.output);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "bad..name"));
	free(text);
	CU_ASSERT_EQUAL(bench->tally.statuses[PLX_STATUS_INVALID_NAME], 1);
	close_bench(bench);
}

TEST(unreadable_results_are_lines_and_failures)
{
	struct bench *bench = open_bench(NULL);
	struct plx_result result = no_records;
	result.record_count = 1;
	result.body_length = 3;
	CU_ASSERT_EQUAL(append(bench, 1, &result, (const uint8_t *)"\377\1\1"), 0);
	CU_ASSERT_EQUAL(append(bench, 2, &no_records, NULL), 0);
	CU_ASSERT_EQUAL(output_writer_settle(&bench->writer, &bench->failure), 0);
	CU_ASSERT_EQUAL(count_lines(bench->files.output), 2);
	CU_ASSERT_EQUAL(bench->tally.statuses[PLX_STATUS_MALFORMED], 1);
	CU_ASSERT_EQUAL(bench->tally.failures, 1);
	CU_ASSERT_EQUAL(bench->tally.results, 2);
	close_bench(bench);
}

TEST(handed_over_lines_reach_the_file_without_settling)
{
	struct bench *bench = open_bench(NULL);
	CU_ASSERT_EQUAL(append(bench, 1, &no_records, NULL), 0);
	CU_ASSERT_EQUAL(output_writer_hand_over(&bench->writer, &bench->failure), 0);
	pthread_mutex_lock(&bench->writer.mutex);
	while (bench->writer.written == 0) {
		pthread_cond_wait(&bench->writer.changed, &bench->writer.mutex);
	}
	pthread_mutex_unlock(&bench->writer.mutex);
	CU_ASSERT_EQUAL(count_lines(bench->files.output), 1);
	CU_ASSERT_EQUAL(bench->tally.results + bench->writer.unwritten, 1);
	close_bench(bench);
}

TEST(full_disk_is_told_once_written)
{
	struct bench *bench = open_bench("/dev/full");
	CU_ASSERT_EQUAL(append(bench, 1, &no_records, NULL), 0);
	CU_ASSERT_EQUAL(output_writer_settle(&bench->writer, &bench->failure), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(bench->failure.text, "/dev/full: cannot be written"));
	CU_ASSERT_TRUE(output_writer_has_failed(&bench->writer));
	bench->failure.text[0] = 0;
	CU_ASSERT_EQUAL(append(bench, 2, &no_records, NULL), 0);
	CU_ASSERT_EQUAL(output_writer_settle(&bench->writer, &bench->failure), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(bench->failure.text, "/dev/full: cannot be written"));
	close_bench(bench);
}

TEST(nothing_follows_lines_that_were_not_written)
{
	struct bench *bench = open_bench(NULL);
	struct rlimit before;
	CU_ASSERT_EQUAL_FATAL(getrlimit(RLIMIT_FSIZE, &before), 0);
	const struct rlimit none = {.rlim_cur = 0, .rlim_max = before.rlim_max};
	CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_FSIZE, &none), 0);
	CU_ASSERT_EQUAL(append(bench, 1, &no_records, NULL), 0);
	CU_ASSERT_EQUAL(output_writer_settle(&bench->writer, &bench->failure), -1);
	CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_FSIZE, &before), 0);
	CU_ASSERT_EQUAL(append(bench, 2, &no_records, NULL), 0);
	CU_ASSERT_EQUAL(output_writer_settle(&bench->writer, &bench->failure), -1);
	CU_ASSERT_EQUAL(count_lines(bench->files.output), 0);
	close_bench(bench);
}

static void *fill_the_ring(void *argument)
{
	struct bench *bench = argument;
	uint64_t line = 0;
	while (append(bench, ++line, &no_records, NULL) == 0) {
	}
	return NULL;
}

TEST(reader_that_rests_holds_up_the_sweep_and_its_stop_ends_that)
{
	struct sweep_files files;
	sweep_files_create(&files);
	CU_ASSERT_EQUAL_FATAL(mkfifo(files.output, 0600), 0);
	int reader = open(files.output, O_RDONLY | O_NONBLOCK);
	struct bench *bench = open_bench(files.output);
	static volatile sig_atomic_t stop_requests;
	stop_requests = 0;
	bench->writer.file.stop_requests = &stop_requests;
	pthread_t sweep;
	CU_ASSERT_EQUAL_FATAL(pthread_create(&sweep, NULL, fill_the_ring, bench), 0);
	pthread_mutex_lock(&bench->writer.mutex);
	while (bench->writer.handed_over - bench->writer.written < OUTPUT_BATCHES) {
		pthread_cond_wait(&bench->writer.changed, &bench->writer.mutex);
	}
	pthread_mutex_unlock(&bench->writer.mutex);
	__atomic_store_n(&stop_requests, 2, __ATOMIC_RELAXED);
	pthread_join(sweep, NULL);
	CU_ASSERT_EQUAL(bench->failure.exit_status, SWEEP_EXIT_INTERRUPTED);
	close_bench(bench);
	close(reader);
	sweep_files_remove(&files);
}

TEST(closing_does_not_wait_for_a_reader_that_rests)
{
	struct sweep_files files;
	sweep_files_create(&files);
	CU_ASSERT_EQUAL_FATAL(mkfifo(files.output, 0600), 0);
	int reader = open(files.output, O_RDONLY | O_NONBLOCK);
	struct bench *bench = open_bench(files.output);
	for (unsigned i = 1; i < 1000; i++) { // more than a pipe holds
		CU_ASSERT_EQUAL(append(bench, i, &no_records, NULL), 0);
	}
	CU_ASSERT_EQUAL(output_writer_hand_over(&bench->writer, &bench->failure), 0);
	struct pollfd first = {.fd = reader, .events = POLLIN};
	CU_ASSERT_EQUAL(poll(&first, 1, DEADLINE_MS), 1); // the thread is at it, and has to stall
	close_bench(bench);                               // or this test never ends
	close(reader);
	sweep_files_remove(&files);
}

TEST_MAIN(output_writer, T(settled_lines_are_in_the_file_and_counted),
	  T(names_that_are_none_are_copied_too), T(unreadable_results_are_lines_and_failures),
	  T(handed_over_lines_reach_the_file_without_settling), T(full_disk_is_told_once_written),
	  T(nothing_follows_lines_that_were_not_written),
	  T(reader_that_rests_holds_up_the_sweep_and_its_stop_ends_that),
	  T(closing_does_not_wait_for_a_reader_that_rests))
