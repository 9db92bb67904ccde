// SPDX-License-Identifier: BSD-3-Clause
// Whole sweeps over a fake engine: every line once, stopped and resumed, refused when they must be.

#include <parallax/dns/rr_type.h>

#include "bench_sweep.h"
#include "cunit_runner.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

TEST(every_line_gets_one_output_line)
{
	struct bench_sweep *bench = bench_sweep_create(1);
	CU_ASSERT_EQUAL(bench_sweep_run(bench), 0);
	CU_ASSERT_TRUE(bench_sweep_is_exact(bench));
	CU_ASSERT_EQUAL(bench->sweep.tally.lines, BENCH_SWEEP_LINES);
	CU_ASSERT_EQUAL(bench->sweep.tally.results, bench->needed);
	CU_ASSERT_EQUAL(bench->sweep.tally.blank + bench->sweep.tally.comments,
			BENCH_SWEEP_LINES - bench->needed);
	CU_ASSERT_TRUE(bench->sweep.tally.statuses[PLX_STATUS_INVALID_NAME] > 100);
	CU_ASSERT_TRUE(bench->sweep.tally.statuses[PLX_STATUS_TIMEOUT] > 100);
	CU_ASSERT_EQUAL(bench->sweep.tally.failures,
			bench->sweep.tally.statuses[PLX_STATUS_INVALID_NAME] +
				bench->sweep.tally.statuses[PLX_STATUS_TIMEOUT]);
	bench_sweep_destroy(bench);
}

TEST(window_bounds_what_is_asked_at_once)
{
	struct bench_sweep *bench = bench_sweep_create(2);
	bench->config.window = 7;
	CU_ASSERT_EQUAL(bench_sweep_run(bench), 0);
	CU_ASSERT_EQUAL(bench->fake.most_held, 7);
	CU_ASSERT_TRUE(bench_sweep_is_exact(bench));
	bench_sweep_destroy(bench);
}

static volatile sig_atomic_t stop_requests;
static unsigned turns_to_stop;

static void stop_after_turns(void *context, const struct sweep *sweep, uint64_t now_ns)
{
	if (turns_to_stop > 0 && --turns_to_stop == 0) {
		stop_requests = 1;
	}
}

TEST(stopped_sweep_finishes_what_is_asked_and_resumes)
{
	struct bench_sweep *bench = bench_sweep_create(6);
	bench->config.checkpoint_path = bench->files.checkpoint;
	bench->config.stop_requests = &stop_requests;
	bench->config.on_turn = stop_after_turns;
	stop_requests = 0;
	turns_to_stop = 100;
	CU_ASSERT_EQUAL(bench_sweep_run(bench), -1);
	CU_ASSERT_EQUAL(bench->failure.exit_status, SWEEP_EXIT_INTERRUPTED);
	CU_ASSERT_EQUAL(bench->fake.held, 0);
	CU_ASSERT_TRUE(bench->sweep.tally.results > 0);
	CU_ASSERT_TRUE(bench->sweep.tally.results < bench->needed);
	stop_requests = 0;
	bench->config.resume = true;
	CU_ASSERT_EQUAL(bench_sweep_run(bench), 0);
	CU_ASSERT_TRUE(bench_sweep_is_exact(bench));
	CU_ASSERT_EQUAL(bench->sweep.tally.results, bench->needed);
	CU_ASSERT_EQUAL(bench->sweep.tally.lines, BENCH_SWEEP_LINES);
	bench_sweep_destroy(bench);
}

static bool was_answered_while_reading;
static unsigned reading_turns;

static void watch_reading(void *context, const struct sweep *sweep, uint64_t now_ns)
{
	stop_after_turns(context, sweep, now_ns);
	if (!sweep->input_ended) {
		was_answered_while_reading |= sweep->tally.results + sweep->output.unwritten > 0;
		reading_turns++;
	}
}

#define SKIPPED_LINES 1000000

// An input of one name, a million blank lines and another name; or of one line without an end in sight.
static struct bench_sweep *setup_slow_reading(uint64_t seed, char filling)
{
	struct bench_sweep *bench = bench_sweep_create(seed);
	char *input = malloc(SKIPPED_LINES + 16);
	memcpy(input, "a.test\n", 7);
	memset(input + 7, filling, SKIPPED_LINES);
	memcpy(input + 7 + SKIPPED_LINES, "\nc.test\n", 8);
	sweep_files_write(bench->files.input, input, SKIPPED_LINES + 15);
	free(input);
	bench->config.stop_requests = &stop_requests;
	bench->config.on_turn = watch_reading;
	stop_requests = 0;
	turns_to_stop = 0;
	was_answered_while_reading = false;
	reading_turns = 0;
	return bench;
}

TEST(results_are_written_while_millions_of_lines_are_skipped)
{
	struct bench_sweep *bench = setup_slow_reading(20, '\n');
	uint64_t begin_ns = bench->fake.now_ns;
	CU_ASSERT_EQUAL(bench_sweep_run(bench), 0);
	CU_ASSERT_TRUE(was_answered_while_reading);
	CU_ASSERT_EQUAL(bench->sweep.tally.results, 2);
	CU_ASSERT_EQUAL(bench->sweep.tally.blank, SKIPPED_LINES + 1);
	// The fake clock moves by waiting only, and there is nothing to wait for but the last answers.
	CU_ASSERT_TRUE(reading_turns > 100);
	CU_ASSERT_TRUE(bench->fake.now_ns - begin_ns < 1000000000);
	bench_sweep_destroy(bench);
}

TEST(stop_request_is_seen_while_lines_are_skipped)
{
	for (unsigned i = 0; i < 2; i++) {
		struct bench_sweep *bench = setup_slow_reading(21, "\nx"[i]);
		turns_to_stop = 3;
		CU_ASSERT_EQUAL(bench_sweep_run(bench), -1);
		CU_ASSERT_EQUAL(bench->failure.exit_status, SWEEP_EXIT_INTERRUPTED);
		CU_ASSERT_TRUE(bench->sweep.tally.lines >= 1);
		CU_ASSERT_TRUE(bench->sweep.tally.lines < SKIPPED_LINES / 10);
		CU_ASSERT_FALSE(bench->sweep.input_ended);
		bench_sweep_destroy(bench);
	}
	stop_requests = 0;
}

TEST(silent_dataplane_does_not_hold_up_a_stop_for_ever)
{
	struct bench_sweep *bench = bench_sweep_create(7);
	bench->config.checkpoint_path = bench->files.checkpoint;
	bench->config.stop_requests = &stop_requests;
	bench->config.on_turn = stop_after_turns;
	bench->fake.is_silent = true;
	stop_requests = 0;
	turns_to_stop = 5;
	CU_ASSERT_EQUAL(bench_sweep_run(bench), -1);
	CU_ASSERT_EQUAL(bench->failure.exit_status, SWEEP_EXIT_INTERRUPTED);
	CU_ASSERT_EQUAL(bench->fake.held, 64);
	stop_requests = 0;
	bench->config.resume = true;
	fake_engine_init(&bench->fake, 8);
	CU_ASSERT_EQUAL(bench_sweep_run(bench), 0);
	CU_ASSERT_TRUE(bench_sweep_is_exact(bench));
	bench_sweep_destroy(bench);
}

TEST(complete_sweep_is_not_run_again)
{
	struct bench_sweep *bench = bench_sweep_create(9);
	bench->config.checkpoint_path = bench->files.checkpoint;
	CU_ASSERT_EQUAL(bench_sweep_run(bench), 0);
	unsigned submitted = bench->fake.submitted;
	bench->config.resume = true;
	CU_ASSERT_EQUAL(bench_sweep_run(bench), 0);
	CU_ASSERT_EQUAL(bench->fake.submitted, submitted);
	CU_ASSERT_TRUE(bench_sweep_is_exact(bench));
	bench->config.resume = false; // and without --resume it starts anew
	CU_ASSERT_EQUAL(bench_sweep_run(bench), 0);
	CU_ASSERT_TRUE(bench->fake.submitted > submitted);
	CU_ASSERT_TRUE(bench_sweep_is_exact(bench));
	bench_sweep_destroy(bench);
}

// Stops a sweep half-way, so that its checkpoint is unfinished.
static struct bench_sweep *setup_unfinished(uint64_t seed)
{
	struct bench_sweep *bench = bench_sweep_create(seed);
	bench->config.checkpoint_path = bench->files.checkpoint;
	bench->config.stop_requests = &stop_requests;
	bench->config.on_turn = stop_after_turns;
	stop_requests = 0;
	turns_to_stop = 50;
	CU_ASSERT_EQUAL(bench_sweep_run(bench), -1);
	stop_requests = 0;
	bench->config.resume = true;
	return bench;
}

TEST(unfinished_checkpoint_is_not_overwritten)
{
	struct bench_sweep *bench = setup_unfinished(10);
	bench->config.resume = false;
	CU_ASSERT_EQUAL(bench_sweep_run(bench), -1);
	CU_ASSERT_EQUAL(bench->failure.exit_status, SWEEP_EXIT_USAGE);
	CU_ASSERT_PTR_NOT_NULL(strstr(bench->failure.text, "--resume"));
	bench_sweep_destroy(bench);
}

TEST(other_options_or_input_are_refused)
{
	struct bench_sweep *bench = setup_unfinished(11);
	bench->config.type = PLX_TYPE_TXT;
	CU_ASSERT_EQUAL(bench_sweep_run(bench), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(bench->failure.text, "`--type A "));
	CU_ASSERT_PTR_NOT_NULL(strstr(bench->failure.text, "`--type TXT "));
	bench->config.type = PLX_TYPE_A;
	bench->config.resolution = PLX_RESOLUTION_ITERATIVE;
	bench->config.no_cache = true;
	CU_ASSERT_EQUAL(bench_sweep_run(bench), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(bench->failure.text, "--resolution stub`"));
	CU_ASSERT_PTR_NOT_NULL(strstr(bench->failure.text, "--resolution iterative --no-cache`"));
	bench->config.resolution = PLX_RESOLUTION_STUB;
	bench->config.no_cache = false;
	char *input = sweep_files_read(bench->files.input);
	input[0] ^= 1;
	sweep_files_write(bench->files.input, input, strlen(input));
	CU_ASSERT_EQUAL(bench_sweep_run(bench), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(bench->failure.text, "another input"));
	input[0] ^= 1;
	sweep_files_write(bench->files.input, input, strlen(input));
	free(input);
	CU_ASSERT_EQUAL(bench_sweep_run(bench), 0);
	CU_ASSERT_TRUE(bench_sweep_is_exact(bench));
	bench_sweep_destroy(bench);
}

TEST(output_that_was_changed_is_refused)
{
	struct bench_sweep *bench = setup_unfinished(12);
	char *output = sweep_files_read(bench->files.output);
	sweep_files_write(bench->files.output, output, strlen(output) - 1);
	CU_ASSERT_EQUAL(bench_sweep_run(bench), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(bench->failure.text, "the checkpoint says"));
	output[strlen(output) - 1] = 'x';
	sweep_files_write(bench->files.output, output, strlen(output));
	CU_ASSERT_EQUAL(bench_sweep_run(bench), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(bench->failure.text, "no line ends"));
	free(output);
	bench_sweep_destroy(bench);
}

static void expect_refusal(struct bench_sweep *bench, const char *reason)
{
	CU_ASSERT_EQUAL(bench_sweep_run(bench), -1);
	CU_ASSERT_EQUAL(bench->failure.exit_status, SWEEP_EXIT_USAGE);
	CU_ASSERT_PTR_NOT_NULL(strstr(bench->failure.text, reason));
}

TEST(checkpoint_that_cannot_be_made_is_refused_before_the_output_is_emptied)
{
	struct bench_sweep *bench = bench_sweep_create(22);
	char path[128];
	snprintf(path, sizeof(path), "%s/none/checkpoint", bench->files.directory);
	sweep_files_write(bench->files.output, "kept\n", 5);
	chmod(bench->files.output, 0666);
	bench->config.checkpoint_path = path;
	expect_refusal(bench, "its directory does not exist: create it or give another");
	bench->config.checkpoint_path = bench->files.checkpoint;
	chmod(bench->files.directory, 0555);
	if (geteuid() == 0) {
		CU_ASSERT_EQUAL_FATAL(seteuid(65534), 0); // root may write anywhere
	}
	expect_refusal(bench, "its directory cannot be written: Permission denied");
	CU_ASSERT_EQUAL(seteuid(getuid()), 0);
	chmod(bench->files.directory, 0755);
	char *text = sweep_files_read(bench->files.output);
	CU_ASSERT_STRING_EQUAL(text, "kept\n");
	free(text);
	bench_sweep_destroy(bench);
}

TEST(output_that_cannot_be_cut_back_has_no_checkpoint)
{
	struct bench_sweep *bench = bench_sweep_create(23);
	bench->config.checkpoint_path = bench->files.checkpoint;
	CU_ASSERT_EQUAL(mkfifo(bench->files.output, 0600), 0);
	expect_refusal(bench, "is not a regular file and cannot be cut back on resume");
	bench->config.output_path = "/dev/null";
	expect_refusal(bench, "--checkpoint: the output /dev/null is not a regular file");
	CU_ASSERT_NOT_EQUAL(access(bench->files.checkpoint, F_OK), 0);
	bench_sweep_destroy(bench);
}

TEST(shards_share_the_lines_out)
{
	struct bench_sweep *bench = bench_sweep_create(14);
	uint64_t total = 0;
	struct plx_text joined = plx_text_growing();
	for (uint32_t index = 1; index <= 3; index++) {
		bench->config.shard = (struct shard) {index, 3};
		CU_ASSERT_EQUAL(bench_sweep_run(bench), 0);
		CU_ASSERT_TRUE(bench->sweep.tally.results > bench->needed / 6);
		CU_ASSERT_EQUAL(bench->sweep.tally.results + bench->sweep.tally.other_shard +
					bench->sweep.tally.blank + bench->sweep.tally.comments,
				BENCH_SWEEP_LINES);
		total += bench->sweep.tally.results;
		char *output = sweep_files_read(bench->files.output);
		plx_text_string(&joined, output);
		free(output);
	}
	CU_ASSERT_EQUAL(total, bench->needed);
	sweep_files_write(bench->files.output, joined.bytes, joined.length);
	CU_ASSERT_TRUE(bench_sweep_is_exact(bench));
	plx_text_free(&joined);
	bench_sweep_destroy(bench);
}

TEST(rate_is_kept_over_the_whole_sweep)
{
	struct bench_sweep *bench = bench_sweep_create(15);
	bench->config.rate = 1000;
	uint64_t begin_ns = bench->fake.now_ns;
	CU_ASSERT_EQUAL(bench_sweep_run(bench), 0);
	CU_ASSERT_TRUE(bench_sweep_is_exact(bench));
	double seconds = (double)(bench->fake.last_submit_ns - begin_ns) / 1e9;
	CU_ASSERT_TRUE((double)bench->fake.submitted / seconds < 1030);
	CU_ASSERT_TRUE((double)bench->fake.submitted / seconds > 700);
	bench_sweep_destroy(bench);
}

TEST(full_disk_ends_with_one_clear_line)
{
	struct bench_sweep *bench = bench_sweep_create(16);
	bench->config.output_path = "/dev/full";
	CU_ASSERT_EQUAL(bench_sweep_run(bench), -1);
	CU_ASSERT_EQUAL(bench->failure.exit_status, SWEEP_EXIT_USAGE);
	CU_ASSERT_STRING_EQUAL(bench->failure.text,
			       "/dev/full: cannot be written: No space left on device: free space "
			       "and resume");
	bench_sweep_destroy(bench);
}

TEST(two_sweeps_never_write_to_one_file)
{
	struct bench_sweep *bench = bench_sweep_create(18);
	struct sweep other;
	struct sweep_failure failure;
	struct sweep_engine engine = fake_engine_interface(&bench->fake);
	CU_ASSERT_EQUAL(sweep_open(&other, &bench->config, &engine, &failure), 0);
	CU_ASSERT_EQUAL(bench_sweep_run(bench), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(bench->failure.text, "another parallax-sweep"));
	sweep_close(&other);
	CU_ASSERT_EQUAL(bench_sweep_run(bench), 0);
	bench_sweep_destroy(bench);
}

// To a device or a pipe they may, as with any other program.
TEST(two_sweeps_may_write_to_dev_null)
{
	struct bench_sweep *bench = bench_sweep_create(19);
	struct sweep other;
	struct sweep_failure failure;
	struct sweep_engine engine = fake_engine_interface(&bench->fake);
	bench->config.output_path = "/dev/null";
	CU_ASSERT_EQUAL(sweep_open(&other, &bench->config, &engine, &failure), 0);
	CU_ASSERT_EQUAL(bench_sweep_run(bench), 0);
	sweep_close(&other);
	bench_sweep_destroy(bench);
}

TEST(stop_request_ends_the_wait_for_a_reader_that_rests)
{
	struct bench_sweep *bench = bench_sweep_create(20);
	CU_ASSERT_EQUAL(mkfifo(bench->files.output, 0600), 0);
	int fd = open(bench->files.output, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	static const char filling[4096];
	while (write(fd, filling, sizeof(filling)) > 0) {
	}
	bench->config.stop_requests = &stop_requests;
	stop_requests = 2;
	CU_ASSERT_EQUAL(bench_sweep_run(bench), -1);
	CU_ASSERT_EQUAL(bench->failure.exit_status, SWEEP_EXIT_INTERRUPTED);
	CU_ASSERT_PTR_NOT_NULL(strstr(bench->failure.text, "its reader takes nothing"));
	close(fd);
	bench_sweep_destroy(bench);
}

static unsigned bad_estimates;
static unsigned estimates;

static void check_total(void *context, const struct sweep *sweep, uint64_t now_ns)
{
	const unsigned *needed = context;
	if (sweep->tally.results < 500) {
		return;
	}
	uint64_t total = sweep_total(sweep);
	uint64_t error = total > *needed ? total - *needed : *needed - total;
	estimates++;
	bad_estimates += error > (sweep->input_ended ? 0 : *needed / 5);
}

// All of this input fits into the reader's buffer.
TEST(total_is_estimated_from_the_lines_that_were_passed)
{
	struct bench_sweep *bench = bench_sweep_create(21);
	bench->config.on_turn = check_total;
	bench->config.callback_context = &bench->needed;
	bad_estimates = 0;
	CU_ASSERT_EQUAL(bench_sweep_run(bench), 0);
	CU_ASSERT_TRUE(estimates > 10);
	CU_ASSERT_EQUAL(bad_estimates, 0);
	bench_sweep_destroy(bench);
}

TEST_MAIN(sweep, T(every_line_gets_one_output_line), T(window_bounds_what_is_asked_at_once),
	  T(stopped_sweep_finishes_what_is_asked_and_resumes),
	  T(results_are_written_while_millions_of_lines_are_skipped),
	  T(stop_request_is_seen_while_lines_are_skipped),
	  T(silent_dataplane_does_not_hold_up_a_stop_for_ever), T(complete_sweep_is_not_run_again),
	  T(unfinished_checkpoint_is_not_overwritten), T(other_options_or_input_are_refused),
	  T(output_that_was_changed_is_refused),
	  T(checkpoint_that_cannot_be_made_is_refused_before_the_output_is_emptied),
	  T(output_that_cannot_be_cut_back_has_no_checkpoint), T(shards_share_the_lines_out),
	  T(rate_is_kept_over_the_whole_sweep), T(full_disk_ends_with_one_clear_line),
	  T(two_sweeps_never_write_to_one_file), T(two_sweeps_may_write_to_dev_null),
	  T(stop_request_ends_the_wait_for_a_reader_that_rests),
	  T(total_is_estimated_from_the_lines_that_were_passed))
