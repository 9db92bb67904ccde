// SPDX-License-Identifier: BSD-3-Clause
// Whole sweeps over a fake engine: every line once, whatever the engine does.

#include "sweep/sweep.h"

#include <parallax/dns/rr_type.h>

#include "cunit_runner.h"
#include "fake_engine.h"
#include "sweep_files.h"

#include <stdlib.h>
#include <string.h>

#define LINES 3000

struct bench_sweep {
	struct sweep_files files;
	struct sweep_config config;
	struct fake_engine fake;
	struct sweep sweep;
	struct sweep_failure failure;
	bool needs[LINES + 1];
	unsigned needed;
};

static struct bench_sweep *setup(uint64_t seed)
{
	struct bench_sweep *bench = calloc(1, sizeof(*bench));
	sweep_files_create(&bench->files);
	bench->needed = sweep_files_make_input(bench->files.input, LINES, seed, bench->needs);
	fake_engine_init(&bench->fake, seed);
	bench->config = (struct sweep_config) {
		.input_path = bench->files.input,
		.output_path = bench->files.output,
		.type = PLX_TYPE_A,
		.format = PLX_FORMAT_JSONL,
		.shard = {1, 1},
		.window = 64,
		.reconnect_timeout_ns = 60000000000,
		.checkpoint_interval_ns = 50000000,
	};
	return bench;
}

static int run(struct bench_sweep *bench)
{
	struct sweep_engine engine = fake_engine_interface(&bench->fake);
	if (sweep_open(&bench->sweep, &bench->config, &engine, &bench->failure) != 0) {
		return -1;
	}
	int error = sweep_is_complete(&bench->sweep) ? 0 : sweep_run(&bench->sweep);
	sweep_close(&bench->sweep);
	return error;
}

static void teardown(struct bench_sweep *bench)
{
	sweep_files_remove(&bench->files);
	free(bench);
}

static bool is_exact(struct bench_sweep *bench)
{
	return sweep_files_is_exact(bench->files.output, LINES, bench->needs);
}

TEST(every_line_gets_one_output_line)
{
	struct bench_sweep *bench = setup(1);
	CU_ASSERT_EQUAL(run(bench), 0);
	CU_ASSERT_TRUE(is_exact(bench));
	CU_ASSERT_EQUAL(bench->sweep.tally.lines, LINES);
	CU_ASSERT_EQUAL(bench->sweep.tally.results, bench->needed);
	CU_ASSERT_EQUAL(bench->sweep.tally.blank + bench->sweep.tally.comments,
			LINES - bench->needed);
	CU_ASSERT_TRUE(bench->sweep.tally.statuses[PLX_STATUS_INVALID_NAME] > 100);
	CU_ASSERT_TRUE(bench->sweep.tally.statuses[PLX_STATUS_TIMEOUT] > 100);
	CU_ASSERT_EQUAL(bench->sweep.tally.failures,
			bench->sweep.tally.statuses[PLX_STATUS_INVALID_NAME] +
				bench->sweep.tally.statuses[PLX_STATUS_TIMEOUT]);
	teardown(bench);
}

TEST(window_bounds_what_is_asked_at_once)
{
	struct bench_sweep *bench = setup(2);
	bench->config.window = 7;
	CU_ASSERT_EQUAL(run(bench), 0);
	CU_ASSERT_EQUAL(bench->fake.most_held, 7);
	CU_ASSERT_TRUE(is_exact(bench));
	teardown(bench);
}

TEST(lookups_of_a_dying_dataplane_are_asked_again)
{
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct bench_sweep *bench = setup(seed);
		bench->fake.die_one_in = 20;
		bench->fake.away_for_waits = 3;
		bench->fake.stray_one_in = 5;
		CU_ASSERT_EQUAL(run(bench), 0);
		CU_ASSERT_TRUE(is_exact(bench));
		CU_ASSERT_TRUE(bench->sweep.tally.resubmitted > 0);
		CU_ASSERT_TRUE(bench->sweep.stray_results > 0);
		CU_ASSERT_EQUAL(bench->sweep.tally.results, bench->needed);
		teardown(bench);
	}
}

// Innocent names are asked together with the poison and lost with it, but never given up.
TEST(name_that_kills_the_dataplane_is_given_up)
{
	for (unsigned window = 1; window <= 4096; window *= 8) {
		struct bench_sweep *bench = setup(window);
		struct plx_text input = plx_text_growing();
		for (unsigned line = 1; line <= LINES; line++) {
			bool is_poison = line == 10 || line == 1500;
			plx_text_string(&input, is_poison ? "poison" : "a");
			plx_text_unsigned(&input, line);
			plx_text_string(&input, ".test\n");
			bench->needs[line] = true;
		}
		sweep_files_write(bench->files.input, input.bytes, input.length);
		plx_text_free(&input);
		bench->config.window = window;
		bench->fake.is_poisonable = true;
		bench->fake.away_for_waits = 3;
		CU_ASSERT_EQUAL(run(bench), 0);
		CU_ASSERT_TRUE(is_exact(bench));
		CU_ASSERT_EQUAL(bench->sweep.tally.results, LINES);
		CU_ASSERT_EQUAL(bench->sweep.tally.statuses[PLX_STATUS_LOST], 2);
		CU_ASSERT_EQUAL(bench->sweep.tally.failures, 2);
		CU_ASSERT_TRUE(bench->fake.deaths <= 2 * SWEEP_LOSSES_MAX);
		char *output = sweep_files_read(bench->files.output);
		CU_ASSERT_PTR_NOT_NULL(strstr(output, "\"name\":\"poison10.test\",\"type\":\"A\","
						      "\"status\":\"LOST\""));
		CU_ASSERT_PTR_NOT_NULL(strstr(output,
					      "\"error\":\"the dataplane ended each of 4 times "
					      "that it was asked, at last alone\""));
		free(output);
		teardown(bench);
	}
}

TEST(dataplane_that_dies_of_other_causes_costs_no_name)
{
	struct bench_sweep *bench = setup(22);
	bench->fake.die_one_in = 400;
	bench->fake.away_for_waits = 3;
	CU_ASSERT_EQUAL(run(bench), 0);
	CU_ASSERT_TRUE(is_exact(bench));
	CU_ASSERT_TRUE(bench->fake.deaths > 1);
	CU_ASSERT_EQUAL(bench->sweep.tally.statuses[PLX_STATUS_LOST], 0);
	teardown(bench);
}

TEST(drained_lookups_are_asked_again_at_a_slow_pace)
{
	struct bench_sweep *bench = setup(3);
	bench->fake.drained_results = 100;
	CU_ASSERT_EQUAL(run(bench), 0);
	CU_ASSERT_TRUE(is_exact(bench));
	CU_ASSERT_EQUAL(bench->sweep.tally.resubmitted, 100);
	// The first window goes out at once; of the rest one probe each half second.
	CU_ASSERT_TRUE(bench->fake.now_ns >= (100 - 64) * 500000000ull);
	teardown(bench);
}

TEST(dataplane_that_stays_away_ends_the_sweep_with_3)
{
	struct bench_sweep *bench = setup(4);
	bench->config.checkpoint_path = bench->files.checkpoint;
	bench->fake.die_one_in = 50;
	bench->fake.away_for_waits = UINT32_MAX;
	CU_ASSERT_EQUAL(run(bench), -1);
	CU_ASSERT_EQUAL(bench->failure.exit_status, SWEEP_EXIT_UNREACHABLE);
	CU_ASSERT_TRUE(bench->fake.now_ns >= 60000000000u);
	bench->config.resume = true;
	fake_engine_init(&bench->fake, 5);
	CU_ASSERT_EQUAL(run(bench), 0);
	CU_ASSERT_TRUE(is_exact(bench));
	teardown(bench);
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
	struct bench_sweep *bench = setup(6);
	bench->config.checkpoint_path = bench->files.checkpoint;
	bench->config.stop_requests = &stop_requests;
	bench->config.on_turn = stop_after_turns;
	stop_requests = 0;
	turns_to_stop = 100;
	CU_ASSERT_EQUAL(run(bench), -1);
	CU_ASSERT_EQUAL(bench->failure.exit_status, SWEEP_EXIT_INTERRUPTED);
	CU_ASSERT_EQUAL(bench->fake.held, 0);
	CU_ASSERT_TRUE(bench->sweep.tally.results > 0);
	CU_ASSERT_TRUE(bench->sweep.tally.results < bench->needed);
	stop_requests = 0;
	bench->config.resume = true;
	CU_ASSERT_EQUAL(run(bench), 0);
	CU_ASSERT_TRUE(is_exact(bench));
	CU_ASSERT_EQUAL(bench->sweep.tally.results, bench->needed);
	CU_ASSERT_EQUAL(bench->sweep.tally.lines, LINES);
	teardown(bench);
}

static bool was_answered_while_reading;
static unsigned reading_turns;

static void watch_reading(void *context, const struct sweep *sweep, uint64_t now_ns)
{
	stop_after_turns(context, sweep, now_ns);
	if (!sweep->input_ended) {
		was_answered_while_reading |= sweep->tally.results > 0;
		reading_turns++;
	}
}

#define SKIPPED_LINES 1000000

// An input of one name, a million blank lines and another name; or of one line without an end in sight.
static struct bench_sweep *setup_slow_reading(uint64_t seed, char filling)
{
	struct bench_sweep *bench = setup(seed);
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
	CU_ASSERT_EQUAL(run(bench), 0);
	CU_ASSERT_TRUE(was_answered_while_reading);
	CU_ASSERT_EQUAL(bench->sweep.tally.results, 2);
	CU_ASSERT_EQUAL(bench->sweep.tally.blank, SKIPPED_LINES + 1);
	// The fake clock moves by waiting only, and there is nothing to wait for but the last answers.
	CU_ASSERT_TRUE(reading_turns > 100);
	CU_ASSERT_TRUE(bench->fake.now_ns - begin_ns < 1000000000);
	teardown(bench);
}

TEST(stop_request_is_seen_while_lines_are_skipped)
{
	for (unsigned i = 0; i < 2; i++) {
		struct bench_sweep *bench = setup_slow_reading(21, "\nx"[i]);
		turns_to_stop = 3;
		CU_ASSERT_EQUAL(run(bench), -1);
		CU_ASSERT_EQUAL(bench->failure.exit_status, SWEEP_EXIT_INTERRUPTED);
		CU_ASSERT_TRUE(bench->sweep.tally.lines >= 1);
		CU_ASSERT_TRUE(bench->sweep.tally.lines < SKIPPED_LINES / 10);
		CU_ASSERT_FALSE(bench->sweep.input_ended);
		teardown(bench);
	}
	stop_requests = 0;
}

TEST(silent_dataplane_does_not_hold_up_a_stop_for_ever)
{
	struct bench_sweep *bench = setup(7);
	bench->config.checkpoint_path = bench->files.checkpoint;
	bench->config.stop_requests = &stop_requests;
	bench->config.on_turn = stop_after_turns;
	bench->fake.is_silent = true;
	stop_requests = 0;
	turns_to_stop = 5;
	CU_ASSERT_EQUAL(run(bench), -1);
	CU_ASSERT_EQUAL(bench->failure.exit_status, SWEEP_EXIT_INTERRUPTED);
	CU_ASSERT_EQUAL(bench->fake.held, 64);
	stop_requests = 0;
	bench->config.resume = true;
	fake_engine_init(&bench->fake, 8);
	CU_ASSERT_EQUAL(run(bench), 0);
	CU_ASSERT_TRUE(is_exact(bench));
	teardown(bench);
}

TEST(complete_sweep_is_not_run_again)
{
	struct bench_sweep *bench = setup(9);
	bench->config.checkpoint_path = bench->files.checkpoint;
	CU_ASSERT_EQUAL(run(bench), 0);
	unsigned submitted = bench->fake.submitted;
	bench->config.resume = true;
	CU_ASSERT_EQUAL(run(bench), 0);
	CU_ASSERT_EQUAL(bench->fake.submitted, submitted);
	CU_ASSERT_TRUE(is_exact(bench));
	bench->config.resume = false; // and without --resume it starts anew
	CU_ASSERT_EQUAL(run(bench), 0);
	CU_ASSERT_TRUE(bench->fake.submitted > submitted);
	CU_ASSERT_TRUE(is_exact(bench));
	teardown(bench);
}

// Stops a sweep half-way, so that its checkpoint is unfinished.
static struct bench_sweep *setup_unfinished(uint64_t seed)
{
	struct bench_sweep *bench = setup(seed);
	bench->config.checkpoint_path = bench->files.checkpoint;
	bench->config.stop_requests = &stop_requests;
	bench->config.on_turn = stop_after_turns;
	stop_requests = 0;
	turns_to_stop = 50;
	CU_ASSERT_EQUAL(run(bench), -1);
	stop_requests = 0;
	bench->config.resume = true;
	return bench;
}

TEST(unfinished_checkpoint_is_not_overwritten)
{
	struct bench_sweep *bench = setup_unfinished(10);
	bench->config.resume = false;
	CU_ASSERT_EQUAL(run(bench), -1);
	CU_ASSERT_EQUAL(bench->failure.exit_status, SWEEP_EXIT_USAGE);
	CU_ASSERT_PTR_NOT_NULL(strstr(bench->failure.text, "--resume"));
	teardown(bench);
}

TEST(other_options_or_input_are_refused)
{
	struct bench_sweep *bench = setup_unfinished(11);
	bench->config.type = PLX_TYPE_TXT;
	CU_ASSERT_EQUAL(run(bench), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(bench->failure.text, "`--type A "));
	CU_ASSERT_PTR_NOT_NULL(strstr(bench->failure.text, "`--type TXT "));
	bench->config.type = PLX_TYPE_A;
	char *input = sweep_files_read(bench->files.input);
	input[0] ^= 1;
	sweep_files_write(bench->files.input, input, strlen(input));
	CU_ASSERT_EQUAL(run(bench), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(bench->failure.text, "another input"));
	input[0] ^= 1;
	sweep_files_write(bench->files.input, input, strlen(input));
	free(input);
	CU_ASSERT_EQUAL(run(bench), 0);
	CU_ASSERT_TRUE(is_exact(bench));
	teardown(bench);
}

TEST(output_that_was_changed_is_refused)
{
	struct bench_sweep *bench = setup_unfinished(12);
	char *output = sweep_files_read(bench->files.output);
	sweep_files_write(bench->files.output, output, strlen(output) - 1);
	CU_ASSERT_EQUAL(run(bench), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(bench->failure.text, "the checkpoint says"));
	output[strlen(output) - 1] = 'x';
	sweep_files_write(bench->files.output, output, strlen(output));
	CU_ASSERT_EQUAL(run(bench), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(bench->failure.text, "no line ends"));
	free(output);
	teardown(bench);
}

TEST(unreadable_results_become_malformed_lines)
{
	struct bench_sweep *bench = setup(13);
	bench->fake.unreadable_one_in = 10;
	CU_ASSERT_EQUAL(run(bench), 0);
	CU_ASSERT_TRUE(is_exact(bench));
	CU_ASSERT_TRUE(bench->sweep.tally.statuses[PLX_STATUS_MALFORMED] > 10);
	teardown(bench);
}

TEST(shards_share_the_lines_out)
{
	struct bench_sweep *bench = setup(14);
	uint64_t total = 0;
	struct plx_text joined = plx_text_growing();
	for (uint32_t index = 1; index <= 3; index++) {
		bench->config.shard = (struct shard) {index, 3};
		CU_ASSERT_EQUAL(run(bench), 0);
		CU_ASSERT_TRUE(bench->sweep.tally.results > bench->needed / 6);
		CU_ASSERT_EQUAL(bench->sweep.tally.results + bench->sweep.tally.other_shard +
					bench->sweep.tally.blank + bench->sweep.tally.comments,
				LINES);
		total += bench->sweep.tally.results;
		char *output = sweep_files_read(bench->files.output);
		plx_text_string(&joined, output);
		free(output);
	}
	CU_ASSERT_EQUAL(total, bench->needed);
	sweep_files_write(bench->files.output, joined.bytes, joined.length);
	CU_ASSERT_TRUE(is_exact(bench));
	plx_text_free(&joined);
	teardown(bench);
}

TEST(rate_is_kept_over_the_whole_sweep)
{
	struct bench_sweep *bench = setup(15);
	bench->config.rate = 1000;
	uint64_t begin_ns = bench->fake.now_ns;
	CU_ASSERT_EQUAL(run(bench), 0);
	CU_ASSERT_TRUE(is_exact(bench));
	double seconds = (double)(bench->fake.last_submit_ns - begin_ns) / 1e9;
	CU_ASSERT_TRUE((double)bench->fake.submitted / seconds < 1030);
	CU_ASSERT_TRUE((double)bench->fake.submitted / seconds > 700);
	teardown(bench);
}

TEST(full_disk_ends_with_one_clear_line)
{
	struct bench_sweep *bench = setup(16);
	bench->config.output_path = "/dev/full";
	CU_ASSERT_EQUAL(run(bench), -1);
	CU_ASSERT_EQUAL(bench->failure.exit_status, SWEEP_EXIT_USAGE);
	CU_ASSERT_STRING_EQUAL(bench->failure.text,
			       "/dev/full: cannot be written: No space left on device: free space "
			       "and resume");
	teardown(bench);
}

TEST(caa_sweep_climbs_and_keeps_explicit_types)
{
	struct bench_sweep *bench = setup(17);
	static const char input[] = "a.test\nCAA b.test\nc.test TXT\nbad..name\n";
	sweep_files_write(bench->files.input, input, sizeof(input) - 1);
	bench->config.relevant_caa = true;
	bench->config.type = PLX_TYPE_CAA;
	CU_ASSERT_EQUAL(run(bench), 0);
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
	teardown(bench);
}

static char asked_names[256];

static void note_asked_name(const struct plx_job *job)
{
	char text[PLX_NAME_TEXT_MAX];
	plx_name_format(&job->name, text);
	strncat(asked_names, text, sizeof(asked_names) - strlen(asked_names) - 1);
	strncat(asked_names, job->kind == PLX_JOB_RELEVANT_CAA ? "^ " : " ",
		sizeof(asked_names) - strlen(asked_names) - 1);
}

TEST(caa_search_of_a_wildcard_begins_below_the_star)
{
	struct bench_sweep *bench = setup(19);
	static const char input[] = "*.a.test\n*.b.test TXT\n*.*.c.test\n";
	sweep_files_write(bench->files.input, input, sizeof(input) - 1);
	bench->config.relevant_caa = true;
	bench->config.type = PLX_TYPE_CAA;
	bench->config.window = 1; // in order
	bench->fake.on_submit = note_asked_name;
	asked_names[0] = '\0';
	CU_ASSERT_EQUAL(run(bench), 0);
	CU_ASSERT_STRING_EQUAL(asked_names, "a.test^ *.b.test *.c.test^ ");
	char *output = sweep_files_read(bench->files.output);
	CU_ASSERT_PTR_NOT_NULL(
		strstr(output, "{\"line\":1,\"name\":\"*.a.test\",\"type\":\"CAA\","));
	CU_ASSERT_PTR_NOT_NULL(
		strstr(output, "{\"line\":2,\"name\":\"*.b.test\",\"type\":\"TXT\","));
	CU_ASSERT_PTR_NOT_NULL(
		strstr(output, "{\"line\":3,\"name\":\"*.*.c.test\",\"type\":\"CAA\","));
	free(output);
	teardown(bench);
}

TEST(two_sweeps_never_write_to_one_file)
{
	struct bench_sweep *bench = setup(18);
	struct sweep other;
	struct sweep_failure failure;
	struct sweep_engine engine = fake_engine_interface(&bench->fake);
	CU_ASSERT_EQUAL(sweep_open(&other, &bench->config, &engine, &failure), 0);
	CU_ASSERT_EQUAL(run(bench), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(bench->failure.text, "another parallax-sweep"));
	sweep_close(&other);
	CU_ASSERT_EQUAL(run(bench), 0);
	teardown(bench);
}

TEST_MAIN(sweep, T(every_line_gets_one_output_line), T(window_bounds_what_is_asked_at_once),
	  T(lookups_of_a_dying_dataplane_are_asked_again),
	  T(name_that_kills_the_dataplane_is_given_up),
	  T(dataplane_that_dies_of_other_causes_costs_no_name),
	  T(drained_lookups_are_asked_again_at_a_slow_pace),
	  T(dataplane_that_stays_away_ends_the_sweep_with_3),
	  T(stopped_sweep_finishes_what_is_asked_and_resumes),
	  T(results_are_written_while_millions_of_lines_are_skipped),
	  T(stop_request_is_seen_while_lines_are_skipped),
	  T(silent_dataplane_does_not_hold_up_a_stop_for_ever), T(complete_sweep_is_not_run_again),
	  T(unfinished_checkpoint_is_not_overwritten), T(other_options_or_input_are_refused),
	  T(output_that_was_changed_is_refused), T(unreadable_results_become_malformed_lines),
	  T(shards_share_the_lines_out), T(rate_is_kept_over_the_whole_sweep),
	  T(full_disk_ends_with_one_clear_line), T(caa_sweep_climbs_and_keeps_explicit_types),
	  T(caa_search_of_a_wildcard_begins_below_the_star), T(two_sweeps_never_write_to_one_file))
