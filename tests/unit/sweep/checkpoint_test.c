// SPDX-License-Identifier: BSD-3-Clause
// The checkpoint's text: what is written is read, and nothing else is.

#include "sweep/checkpoint.h"

#include "cunit_runner.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct checkpoint make_checkpoint(void)
{
	struct checkpoint checkpoint = {
		.options = "--caa --format jsonl --shard 1/1 --resolution stub",
		.input = {.size = UINT64_MAX, .digest = 0x0123456789abcdef},
		.output_length = 123456,
		.low = {7, 100},
		.next = {70, 2000},
		.tally = {.lines = 69, .results = 60, .failures = 3, .runtime_ms = 1234},
	};
	checkpoint.tally.rcodes[0] = 50;
	checkpoint.tally.rcodes[TALLY_RCODES] = 1;
	checkpoint.tally.statuses[PLX_STATUS_TIMEOUT] = 9;
	checkpoint.tally.dnssec[PLX_DNSSEC_SECURE] = 40;
	checkpoint.tally.dnssec[PLX_DNSSEC_INDETERMINATE] = 20;
	return checkpoint;
}

static struct plx_text write_text(const struct checkpoint *checkpoint, const uint64_t *open_lines,
				  size_t count)
{
	struct plx_text text = plx_text_growing();
	checkpoint_append_head(&text, checkpoint);
	for (size_t i = 0; i < count; i++) {
		checkpoint_append_open(&text, open_lines[i]);
	}
	checkpoint_append_end(&text);
	return text;
}

static int read_text(const struct plx_text *text, struct checkpoint *ret_checkpoint)
{
	const char *problem = NULL;
	return checkpoint_parse(text->bytes, text->length, ret_checkpoint, &problem);
}

TEST(what_is_written_is_read)
{
	static const uint64_t open_lines[] = {7, 8, 40, 69};
	struct checkpoint written = make_checkpoint();
	struct plx_text text = write_text(&written, open_lines, 4);
	struct checkpoint read;
	CU_ASSERT_EQUAL_FATAL(read_text(&text, &read), 0);
	CU_ASSERT_STRING_EQUAL(read.options, written.options);
	CU_ASSERT_EQUAL(memcmp(&read.input, &written.input, sizeof(read.input)), 0);
	CU_ASSERT_EQUAL(read.output_length, 123456);
	CU_ASSERT_EQUAL(memcmp(&read.low, &written.low, sizeof(read.low)), 0);
	CU_ASSERT_EQUAL(memcmp(&read.next, &written.next, sizeof(read.next)), 0);
	CU_ASSERT_EQUAL(memcmp(&read.tally, &written.tally, sizeof(read.tally)), 0);
	CU_ASSERT_FALSE(read.is_complete);
	CU_ASSERT_EQUAL_FATAL(read.open_count, 4);
	CU_ASSERT_EQUAL(memcmp(read.open_lines, open_lines, sizeof(open_lines)), 0);
	checkpoint_fini(&read);
	plx_text_free(&text);
}

TEST(every_damaged_octet_and_every_cut_is_noticed)
{
	static const uint64_t open_lines[] = {7, 8};
	struct checkpoint written = make_checkpoint();
	struct plx_text text = write_text(&written, open_lines, 2);
	struct checkpoint read;
	for (size_t i = 0; i < text.length; i++) {
		text.bytes[i] ^= 1;
		CU_ASSERT_EQUAL(read_text(&text, &read), -EINVAL);
		text.bytes[i] ^= 1;
	}
	for (size_t length = 0; length < text.length; length++) {
		char *exact = malloc(length + 1);
		const char *problem = NULL;
		memcpy(exact, text.bytes, length);
		CU_ASSERT_EQUAL(checkpoint_parse(exact, length, &read, &problem), -EINVAL);
		CU_ASSERT_PTR_NOT_NULL(problem);
		free(exact);
	}
	plx_text_free(&text);
}

static void expect_refused(const struct checkpoint *checkpoint, const uint64_t *open_lines,
			   size_t count)
{
	struct checkpoint read;
	struct plx_text text = write_text(checkpoint, open_lines, count);
	CU_ASSERT_EQUAL(read_text(&text, &read), -EINVAL);
	plx_text_free(&text);
}

TEST(impossible_contents_are_refused_in_spite_of_a_right_digest)
{
	struct checkpoint checkpoint = make_checkpoint();
	expect_refused(&checkpoint, (const uint64_t[]) {6}, 1);
	expect_refused(&checkpoint, (const uint64_t[]) {70}, 1);
	expect_refused(&checkpoint, (const uint64_t[]) {9, 9}, 2);
	expect_refused(&checkpoint, (const uint64_t[]) {10, 9}, 2);
	checkpoint.low.line = 71;
	expect_refused(&checkpoint, NULL, 0);
	checkpoint.low = (struct line_position) {0, 0};
	expect_refused(&checkpoint, NULL, 0);
	checkpoint.low = (struct line_position) {7, 2001};
	expect_refused(&checkpoint, NULL, 0);
}

TEST(file_of_another_kind_is_named)
{
	struct checkpoint read;
	const char *problem = NULL;
	CU_ASSERT_EQUAL(checkpoint_parse("hello\n", 6, &read, &problem), -EINVAL);
	CU_ASSERT_PTR_NOT_NULL(strstr(problem, "not a checkpoint"));
	struct sweep_failure failure;
	CU_ASSERT_EQUAL(checkpoint_load("/nowhere/x", &read, &failure), -ENOENT);
	CU_ASSERT_EQUAL(checkpoint_load("/proc/self/status", &read, &failure), -EINVAL);
	CU_ASSERT_PTR_NOT_NULL(strstr(failure.text, "/proc/self/status: "));
}

TEST_MAIN(checkpoint, T(what_is_written_is_read), T(every_damaged_octet_and_every_cut_is_noticed),
	  T(impossible_contents_are_refused_in_spite_of_a_right_digest),
	  T(file_of_another_kind_is_named))
