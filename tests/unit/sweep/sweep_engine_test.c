// SPDX-License-Identifier: BSD-3-Clause
// Whole sweeps over a fake engine that dies, drains, stays away or answers nonsense: every line once all the same.

#include <parallax/dns/rr_type.h>

#include "bench_sweep.h"
#include "cunit_runner.h"

#include <stdlib.h>
#include <string.h>

TEST(lookups_of_a_dying_dataplane_are_asked_again)
{
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct bench_sweep *bench = bench_sweep_create(seed);
		bench->fake.die_one_in = 20;
		bench->fake.away_for_waits = 3;
		bench->fake.stray_one_in = 5;
		CU_ASSERT_EQUAL(bench_sweep_run(bench), 0);
		CU_ASSERT_TRUE(bench_sweep_is_exact(bench));
		CU_ASSERT_TRUE(bench->sweep.tally.resubmitted > 0);
		CU_ASSERT_TRUE(bench->sweep.stray_results > 0);
		CU_ASSERT_EQUAL(bench->sweep.tally.results, bench->needed);
		bench_sweep_destroy(bench);
	}
}

// Innocent names are asked together with the poison and lost with it, but never given up.
TEST(name_that_kills_the_dataplane_is_given_up)
{
	for (unsigned window = 1; window <= 4096; window *= 8) {
		struct bench_sweep *bench = bench_sweep_create(window);
		struct plx_text input = plx_text_growing();
		for (unsigned line = 1; line <= BENCH_SWEEP_LINES; line++) {
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
		CU_ASSERT_EQUAL(bench_sweep_run(bench), 0);
		CU_ASSERT_TRUE(bench_sweep_is_exact(bench));
		CU_ASSERT_EQUAL(bench->sweep.tally.results, BENCH_SWEEP_LINES);
		CU_ASSERT_EQUAL(bench->sweep.tally.statuses[PLX_STATUS_LOST], 2);
		CU_ASSERT_EQUAL(bench->sweep.tally.failures, 2);
		CU_ASSERT_TRUE(bench->fake.deaths <= 2 * SWEEP_LOSSES_MAX);
		char *output = sweep_files_read(bench->files.output);
		CU_ASSERT_PTR_NOT_NULL(strstr(output, "\"name\":\"poison10.test\",\"type\":\"A\","
						      "\"status\":\"LOST\""));
		CU_ASSERT_PTR_NOT_NULL(strstr(output,
					      "\"error\":\"the dataplane ended or hung each of 4 "
					      "times that it was asked, at last alone\""));
		free(output);
		bench_sweep_destroy(bench);
	}
}

TEST(dataplane_that_dies_of_other_causes_costs_no_name)
{
	struct bench_sweep *bench = bench_sweep_create(22);
	bench->fake.die_one_in = 400;
	bench->fake.away_for_waits = 3;
	CU_ASSERT_EQUAL(bench_sweep_run(bench), 0);
	CU_ASSERT_TRUE(bench_sweep_is_exact(bench));
	CU_ASSERT_TRUE(bench->fake.deaths > 1);
	CU_ASSERT_EQUAL(bench->sweep.tally.statuses[PLX_STATUS_LOST], 0);
	bench_sweep_destroy(bench);
}

TEST(drained_lookups_are_asked_again_at_a_slow_pace)
{
	struct bench_sweep *bench = bench_sweep_create(3);
	bench->fake.drained_results = 100;
	CU_ASSERT_EQUAL(bench_sweep_run(bench), 0);
	CU_ASSERT_TRUE(bench_sweep_is_exact(bench));
	CU_ASSERT_EQUAL(bench->sweep.tally.resubmitted, 100);
	// The first window goes out at once; of the rest one probe each half second.
	CU_ASSERT_TRUE(bench->fake.now_ns >= (100 - 64) * 500000000ull);
	bench_sweep_destroy(bench);
}

TEST(dataplane_that_stays_away_ends_the_sweep_with_3)
{
	struct bench_sweep *bench = bench_sweep_create(4);
	bench->config.checkpoint_path = bench->files.checkpoint;
	bench->fake.die_one_in = 50;
	bench->fake.away_for_waits = UINT32_MAX;
	CU_ASSERT_EQUAL(bench_sweep_run(bench), -1);
	CU_ASSERT_EQUAL(bench->failure.exit_status, SWEEP_EXIT_UNREACHABLE);
	CU_ASSERT_TRUE(bench->fake.now_ns >= 60000000000u);
	bench->config.resume = true;
	fake_engine_init(&bench->fake, 5);
	CU_ASSERT_EQUAL(bench_sweep_run(bench), 0);
	CU_ASSERT_TRUE(bench_sweep_is_exact(bench));
	bench_sweep_destroy(bench);
}

TEST(lookups_of_a_hanging_dataplane_are_asked_again)
{
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct bench_sweep *bench = bench_sweep_create(seed);
		bench->fake.die_one_in = 20;
		bench->fake.hangs = true;
		bench->fake.away_for_waits = 30;
		CU_ASSERT_EQUAL(bench_sweep_run(bench), 0);
		CU_ASSERT_TRUE(bench_sweep_is_exact(bench));
		CU_ASSERT_TRUE(bench->fake.deaths > 0);
		CU_ASSERT_TRUE(bench->sweep.tally.resubmitted > 0);
		CU_ASSERT_EQUAL(bench->sweep.tally.results, bench->needed);
		bench_sweep_destroy(bench);
	}
}

TEST(dataplane_that_hangs_for_good_ends_the_sweep_with_3)
{
	struct bench_sweep *bench = bench_sweep_create(4);
	bench->config.checkpoint_path = bench->files.checkpoint;
	bench->fake.die_one_in = 50;
	bench->fake.hangs = true;
	bench->fake.away_for_waits = UINT32_MAX;
	CU_ASSERT_EQUAL(bench_sweep_run(bench), -1);
	CU_ASSERT_EQUAL(bench->failure.exit_status, SWEEP_EXIT_UNREACHABLE);
	bench->config.resume = true;
	fake_engine_init(&bench->fake, 5);
	CU_ASSERT_EQUAL(bench_sweep_run(bench), 0);
	CU_ASSERT_TRUE(bench_sweep_is_exact(bench));
	bench_sweep_destroy(bench);
}

TEST(unreadable_results_become_malformed_lines)
{
	struct bench_sweep *bench = bench_sweep_create(13);
	bench->fake.unreadable_one_in = 10;
	CU_ASSERT_EQUAL(bench_sweep_run(bench), 0);
	CU_ASSERT_TRUE(bench_sweep_is_exact(bench));
	CU_ASSERT_TRUE(bench->sweep.tally.statuses[PLX_STATUS_MALFORMED] > 10);
	bench_sweep_destroy(bench);
}

TEST_MAIN(sweep_engine, T(lookups_of_a_dying_dataplane_are_asked_again),
	  T(name_that_kills_the_dataplane_is_given_up),
	  T(dataplane_that_dies_of_other_causes_costs_no_name),
	  T(drained_lookups_are_asked_again_at_a_slow_pace),
	  T(dataplane_that_stays_away_ends_the_sweep_with_3),
	  T(lookups_of_a_hanging_dataplane_are_asked_again),
	  T(dataplane_that_hangs_for_good_ends_the_sweep_with_3),
	  T(unreadable_results_become_malformed_lines))
