// SPDX-License-Identifier: BSD-3-Clause
// Loads on a server that is simulated with its time: what is sent when, and what the latencies say about a pause.

#include "bench/load_run.h"

#include "bench/load_pacer.h"
#include "cunit_runner.h"

#include <errno.h>
#include <string.h>

#define OPEN_MAX 65536
#define US 1000ull
#define MS 1000000ull
#define SECOND 1000000000ull
#define REALTIME_OFFSET (77 * SECOND)
#define STARTED (5 * SECOND)

// Answers each query after `latency_ns`, in order; nothing between the ends of its pause, and then all at once.
struct world {
	uint64_t now_ns;
	uint64_t turn_ns; // that passes by each look at the clock
	uint64_t latency_ns;
	uint64_t pause_from_ns, pause_to_ns;
	uint64_t timeout_ns; // of queries that are lost
	unsigned lose_each;  // every so many
	uint64_t room;       // refuses more than so many open ones; 0: no limit
	bool is_gone;
	uint64_t submitted;
	uint64_t first_tag, last_tag;
	struct {
		uint64_t tag, sent_ns, done_ns;
		bool is_lost;
	} open[OPEN_MAX];
	unsigned head, count, count_max;
};

static struct world world;

static bool is_up(void *context, uint64_t now_ns)
{
	return !world.is_gone;
}

static int submit(void *context, const struct plx_job *job)
{
	if (world.count == OPEN_MAX || (world.room > 0 && world.count >= world.room)) {
		return -EAGAIN;
	}
	uint64_t done_ns = world.now_ns + world.latency_ns;
	if (done_ns >= world.pause_from_ns && done_ns < world.pause_to_ns) {
		done_ns = world.pause_to_ns;
	}
	unsigned at = (world.head + world.count++) % OPEN_MAX;
	world.submitted++;
	world.open[at].tag = job->tag;
	world.open[at].sent_ns = world.now_ns;
	world.open[at].is_lost = world.lose_each > 0 && world.submitted % world.lose_each == 0;
	world.open[at].done_ns = done_ns;
	world.first_tag = world.submitted == 1 ? job->tag : world.first_tag;
	world.last_tag = job->tag;
	world.count_max = world.count > world.count_max ? world.count : world.count_max;
	return 0;
}

static void flush(void *context)
{
}

static unsigned collect(void *context, unsigned max, plx_result_cb callback, void *callback_context)
{
	unsigned taken = 0;
	while (taken < max && world.count > 0 && world.open[world.head].done_ns <= world.now_ns) {
		unsigned at = world.head;
		bool is_lost = world.open[at].is_lost;
		const struct plx_result result = {
			.tag = world.open[at].tag,
			.status = is_lost ? PLX_STATUS_TIMEOUT : PLX_STATUS_ANSWERED,
			.rcode = world.open[at].tag % 2 == 0 ? 0 : 3,
			.queries = 1,
			.answer_bytes = 100,
			.rtt_us =
				(uint32_t)((world.open[at].done_ns - world.open[at].sent_ns) / US),
			.time_ns = world.open[at].done_ns + REALTIME_OFFSET,
		};
		world.head = (world.head + 1) % OPEN_MAX;
		world.count--;
		taken++;
		callback(callback_context, &result, NULL);
	}
	return taken;
}

static void wait(void *context, uint64_t wait_ns)
{
	uint64_t next_ns = world.count > 0 ? world.open[world.head].done_ns : UINT64_MAX;
	uint64_t until_ns = world.now_ns + wait_ns;
	until_ns = next_ns < until_ns ? next_ns : until_ns;
	world.now_ns = until_ns > world.now_ns ? until_ns : world.now_ns;
}

static void rest(void *context, uint64_t rest_ns)
{
	world.now_ns += rest_ns;
}

static uint64_t monotonic_ns(void *context)
{
	world.now_ns += world.turn_ns;
	return world.now_ns;
}

static const struct load_engine engine = {
	.realtime_offset_ns = REALTIME_OFFSET,
	.is_up = is_up,
	.submit = submit,
	.flush = flush,
	.collect = collect,
	.wait = wait,
	.rest = rest,
	.monotonic_ns = monotonic_ns,
};

static struct query_list queries;
static struct load_tally tally;
static struct bench_failure failure;

static void start(void)
{
	memset(&world, 0, sizeof(world));
	world.now_ns = STARTED;
	world.turn_ns = 100;
	world.latency_ns = 200 * US;
	struct plx_name name;
	for (unsigned i = 0; i < 10; i++) {
		CU_ASSERT_EQUAL_FATAL(plx_name_parse("www.test", 8, &name), 0);
		CU_ASSERT_EQUAL_FATAL(query_list_add(&queries, &name, 1), 0);
	}
	CU_ASSERT_EQUAL_FATAL(load_tally_init(&tally, SECOND), 0);
}

static void stop(void)
{
	load_tally_free(&tally);
	query_list_free(&queries);
}

static struct load_plan open_loop(double rate_qps, uint64_t duration_ns)
{
	return (struct load_plan) {.rate_qps = rate_qps,
				   .outstanding_max = OPEN_MAX,
				   .duration_ns = duration_ns,
				   .timeout_ms = 5000,
				   .query_overhead_bytes = 16,
				   .attempts = 1};
}

static double p99_ms(void)
{
	return (double)latency_histogram_percentile(tally.latency, 0.99) / 1e6;
}

TEST(an_open_loop_sends_each_query_at_its_time)
{
	start();
	const struct load_plan plan = open_loop(10000, SECOND);
	CU_ASSERT_EQUAL_FATAL(load_run(&engine, &queries, &plan, &tally, &failure), 0);
	CU_ASSERT_EQUAL(tally.sent, 10000);
	CU_ASSERT_EQUAL(tally.planned, 10000);
	CU_ASSERT_EQUAL(tally.completed, 10000);
	CU_ASSERT_EQUAL(tally.lost, 0);
	CU_ASSERT_EQUAL(world.first_tag, 0);
	CU_ASSERT_EQUAL(world.last_tag, 999900 * US);
	CU_ASSERT_DOUBLE_EQUAL(latency_histogram_mean_ns(tally.latency), 200e3, 30e3);
	CU_ASSERT_EQUAL(tally.request_bytes, 10000 * (16 + 10));
	CU_ASSERT_EQUAL(tally.response_bytes, 10000 * 100);
	CU_ASSERT_DOUBLE_EQUAL(load_tally_qps(&tally), 10000, 10);
	stop();
}

TEST(a_pause_of_a_second_shows_in_an_open_loop_and_hides_in_a_closed_one)
{
	start();
	world.pause_from_ns = STARTED + SECOND;
	world.pause_to_ns = STARTED + 2 * SECOND;
	struct load_plan plan = open_loop(1000, 4 * SECOND);
	CU_ASSERT_EQUAL_FATAL(load_run(&engine, &queries, &plan, &tally, &failure), 0);
	CU_ASSERT_EQUAL(tally.completed, 4000);
	double open_p99_ms = p99_ms();
	CU_ASSERT_TRUE(open_p99_ms > 940 && open_p99_ms < 1001);
	stop();

	start();
	world.pause_from_ns = STARTED + SECOND;
	world.pause_to_ns = STARTED + 2 * SECOND;
	plan.rate_qps = 0;
	plan.outstanding_max = 10;
	CU_ASSERT_EQUAL_FATAL(load_run(&engine, &queries, &plan, &tally, &failure), 0);
	CU_ASSERT_TRUE(p99_ms() < 1);
	CU_ASSERT_TRUE(tally.latency->max_ns > 999 * MS);
	stop();
}

TEST(what_waits_for_a_place_keeps_its_time)
{
	start();
	world.pause_from_ns = STARTED;
	world.pause_to_ns = STARTED + SECOND;
	struct load_plan plan = open_loop(1000, 2 * SECOND);
	plan.outstanding_max = 50;
	CU_ASSERT_EQUAL_FATAL(load_run(&engine, &queries, &plan, &tally, &failure), 0);
	CU_ASSERT_EQUAL(tally.sent, 2000);
	CU_ASSERT_EQUAL(world.count_max, 50);
	CU_ASSERT_TRUE(tally.full_turns > 0);
	// The 500th was due at 0.5 s and could not be sent before 1 s.
	CU_ASSERT_TRUE(latency_histogram_percentile(tally.latency, 0.75) > 400 * MS);
	CU_ASSERT_TRUE(latency_histogram_percentile(tally.lag, 0.75) > 400 * MS);
	stop();
}

TEST(a_full_ring_delays_and_skips_no_query)
{
	start();
	world.room = 3;
	world.latency_ns = 10 * MS;
	struct load_plan plan = open_loop(1000, SECOND);
	plan.duration_ns = 0;
	plan.passes_max = 20;
	CU_ASSERT_EQUAL_FATAL(load_run(&engine, &queries, &plan, &tally, &failure), 0);
	CU_ASSERT_EQUAL(tally.sent, 200);
	CU_ASSERT_EQUAL(queries.passes, 20);
	CU_ASSERT_EQUAL(world.last_tag, 199 * MS);
	stop();
}

TEST(a_slow_generator_is_short_of_the_plan)
{
	start();
	world.turn_ns = 50 * MS; // and 256 queries a turn
	const struct load_plan plan = open_loop(10000, SECOND);
	CU_ASSERT_EQUAL_FATAL(load_run(&engine, &queries, &plan, &tally, &failure), 0);
	CU_ASSERT_EQUAL(tally.planned, 10000);
	CU_ASSERT_TRUE(tally.sent < 6000);
	CU_ASSERT_EQUAL(tally.full_turns, 0);
	stop();
}

TEST(who_fell_behind_catches_up_without_a_burst)
{
	struct load_pacer pacer = load_pacer_init(10000);
	load_pacer_credit(&pacer, 100 * MS); // a thousand are due
	unsigned burst = 0;
	for (; load_pacer_may_send(&pacer); burst++) {
		load_pacer_take(&pacer);
	}
	CU_ASSERT_EQUAL(burst, 64);
	unsigned turns = 0;
	uint64_t now_ns = 100 * MS;
	for (; load_pacer_next_ns(&pacer) <= now_ns; turns++) { // 1 ms each
		unsigned sent = 0;
		now_ns += MS;
		load_pacer_credit(&pacer, now_ns);
		while (load_pacer_may_send(&pacer) && load_pacer_next_ns(&pacer) <= now_ns) {
			load_pacer_take(&pacer);
			sent++;
		}
		CU_ASSERT_TRUE(sent <= 21); // ten are due in that time
	}
	CU_ASSERT_TRUE(turns > 80 && turns < 110);
}

TEST(the_middle_window_is_blind_to_pauses_and_sees_what_lasts)
{
	struct load_series series;
	struct load_middle middle;
	CU_ASSERT_EQUAL_FATAL(load_series_init(&series, 0), 0);
	load_series_middle(&series, SECOND, 1000, &middle);
	CU_ASSERT_EQUAL(middle.windows, 0);
	for (unsigned i = 0; i < 10; i++) { // a thousand in each
		struct load_interval *interval = load_series_at(&series, i * 100 * MS);
		interval->sent = 1000;
		interval->lost = i < 4 ? 500 : 2;
		for (unsigned j = 0; j < 1000; j++) {
			latency_outline_add(&interval->latency, i < 4 ? SECOND : MS);
		}
	}
	load_series_at(&series, SECOND)->sent = 7; // behind the end
	load_series_middle(&series, SECOND, 1000, &middle);
	CU_ASSERT_EQUAL(middle.windows, 10);
	CU_ASSERT_DOUBLE_EQUAL(middle.loss, 0.002, 1e-9);
	CU_ASSERT_TRUE(middle.p99_ns < 2 * MS);
	load_series_middle(&series, SECOND, 4000, &middle);
	CU_ASSERT_EQUAL(middle.windows, 2); // and the rest is not one
	CU_ASSERT_DOUBLE_EQUAL(middle.loss, 0.5, 1e-9);
	load_series_middle(&series, SECOND, 1000000, &middle);
	CU_ASSERT_EQUAL(middle.windows, 1);
	CU_ASSERT_DOUBLE_EQUAL(middle.loss, 0.2012, 1e-9);
	load_series_free(&series);
}

TEST(a_closed_loop_keeps_its_number_outstanding)
{
	start();
	struct load_plan plan = open_loop(0, SECOND);
	plan.outstanding_max = 7;
	CU_ASSERT_EQUAL_FATAL(load_run(&engine, &queries, &plan, &tally, &failure), 0);
	CU_ASSERT_EQUAL(world.count_max, 7);
	CU_ASSERT_DOUBLE_EQUAL(load_tally_qps(&tally), 35000, 1500);
	CU_ASSERT_EQUAL(tally.planned, tally.sent);
	stop();
}

TEST(losses_are_counted_and_have_no_latency)
{
	start();
	world.lose_each = 10;
	const struct load_plan plan = open_loop(1000, SECOND);
	CU_ASSERT_EQUAL_FATAL(load_run(&engine, &queries, &plan, &tally, &failure), 0);
	CU_ASSERT_EQUAL(tally.lost, 100);
	CU_ASSERT_EQUAL(tally.completed, 900);
	CU_ASSERT_EQUAL(tally.latency->count, 900);
	CU_ASSERT_DOUBLE_EQUAL(load_tally_loss(&tally), 0.1, 1e-9);
	uint64_t sent = 0, lost = 0, completed = 0;
	for (unsigned i = 0; i < tally.series.count; i++) {
		sent += tally.series.intervals[i].sent;
		lost += tally.series.intervals[i].lost;
		completed += tally.series.intervals[i].completed;
	}
	CU_ASSERT_EQUAL(sent, 1000);
	CU_ASSERT_EQUAL(lost, 100);
	CU_ASSERT_EQUAL(completed, 900);
	stop();
}

TEST(rcodes_have_histograms_of_their_own)
{
	start();
	const struct load_plan plan = open_loop(3, 10 * SECOND); // odd and even tags
	CU_ASSERT_EQUAL_FATAL(load_run(&engine, &queries, &plan, &tally, &failure), 0);
	CU_ASSERT_EQUAL(tally.rcodes[0] + tally.rcodes[3], 30);
	CU_ASSERT_TRUE(tally.rcodes[0] > 0 && tally.rcodes[3] > 0);
	CU_ASSERT_EQUAL(tally.by_rcode[0]->count, tally.rcodes[0]);
	CU_ASSERT_EQUAL(tally.by_rcode[3]->count, tally.rcodes[3]);
	CU_ASSERT_PTR_NULL(tally.by_rcode[2]);
	stop();
}

TEST(a_dataplane_that_goes_away_ends_the_run)
{
	start();
	world.is_gone = true;
	const struct load_plan plan = open_loop(1000, SECOND);
	CU_ASSERT_EQUAL(load_run(&engine, &queries, &plan, &tally, &failure), -1);
	CU_ASSERT_EQUAL(failure.exit_status, BENCH_EXIT_UNREACHABLE);
	stop();
}

TEST(a_second_signal_does_not_wait_for_answers)
{
	start();
	static const volatile sig_atomic_t two = 2;
	struct load_plan plan = open_loop(1000, 2 * SECOND);
	plan.stop_requests = &two;
	CU_ASSERT_EQUAL_FATAL(load_run(&engine, &queries, &plan, &tally, &failure), 0);
	CU_ASSERT_EQUAL(tally.sent, 0);
	CU_ASSERT_TRUE(world.now_ns < STARTED + SECOND);
	stop();
}

TEST(times_may_go_to_and_fro_between_intervals)
{
	struct load_series series;
	CU_ASSERT_EQUAL_FATAL(load_series_init(&series, 0), 0);
	for (unsigned i = 0; i < 10; i++) { // 100 ms each, up to their very ends
		load_series_at(&series, 0)->sent++;
		load_series_at(&series, 100 * MS - 1)->sent++;
		load_series_at(&series, 300 * MS)->sent++;
		load_series_at(&series, 100 * MS)->sent++;
	}
	CU_ASSERT_EQUAL(series.count, 4);
	CU_ASSERT_EQUAL(series.intervals[0].sent, 20);
	CU_ASSERT_EQUAL(series.intervals[1].sent, 10);
	CU_ASSERT_EQUAL(series.intervals[2].sent, 0);
	CU_ASSERT_EQUAL(series.intervals[3].sent, 10);
	load_series_free(&series);
}

TEST(intervals_of_a_long_run_are_merged)
{
	struct load_series series;
	CU_ASSERT_EQUAL_FATAL(load_series_init(&series, 0), 0);
	uint64_t total = 0;
	for (uint64_t second = 0; second < 3000; second++) {
		load_series_at(&series, second * SECOND)->sent += second;
		latency_outline_add(&load_series_at(&series, second * SECOND)->latency, second);
		total += second;
	}
	uint64_t sent = 0, latencies = 0;
	for (unsigned i = 0; i < series.count; i++) {
		sent += series.intervals[i].sent;
		latencies += series.intervals[i].latency.count;
	}
	CU_ASSERT_EQUAL(sent, total);
	CU_ASSERT_EQUAL(latencies, 3000);
	CU_ASSERT_TRUE(series.count <= LOAD_SERIES_MAX && series.count >= LOAD_SERIES_MAX / 2);
	CU_ASSERT_TRUE(series.interval_ns * series.count >= 3000 * SECOND);
	load_series_free(&series);
}

TEST(a_plan_has_a_query_for_each_time_before_its_end)
{
	struct load_pacer pacer = load_pacer_init(1000);
	CU_ASSERT_EQUAL(load_pacer_planned(&pacer, SECOND), 1000);
	CU_ASSERT_EQUAL(load_pacer_planned(&pacer, SECOND + 1), 1001);
	CU_ASSERT_EQUAL(load_pacer_planned(&pacer, 0), 0);
	pacer = load_pacer_init(3);
	pacer.taken = 3ull * 1000 * 1000 * 1000;
	CU_ASSERT_EQUAL(load_pacer_next_ns(&pacer) / SECOND, 1000000000);
}

TEST_MAIN(load_run, T(an_open_loop_sends_each_query_at_its_time),
	  T(a_pause_of_a_second_shows_in_an_open_loop_and_hides_in_a_closed_one),
	  T(what_waits_for_a_place_keeps_its_time), T(a_full_ring_delays_and_skips_no_query),
	  T(a_slow_generator_is_short_of_the_plan), T(who_fell_behind_catches_up_without_a_burst),
	  T(the_middle_window_is_blind_to_pauses_and_sees_what_lasts),
	  T(a_closed_loop_keeps_its_number_outstanding), T(losses_are_counted_and_have_no_latency),
	  T(rcodes_have_histograms_of_their_own), T(a_dataplane_that_goes_away_ends_the_run),
	  T(a_second_signal_does_not_wait_for_answers),
	  T(times_may_go_to_and_fro_between_intervals), T(intervals_of_a_long_run_are_merged),
	  T(a_plan_has_a_query_for_each_time_before_its_end))
