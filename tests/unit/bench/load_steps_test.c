// SPDX-License-Identifier: BSD-3-Clause
// Ramps, and the search for the knee against servers whose knee is known.

#include "bench/load_steps.h"

#include "cunit_runner.h"

#include <math.h>

// Answers up to its capacity; near it the latency grows as 1 / (1 - load), beyond it the rest is lost.
struct server {
	double capacity_qps;
	double noise; // part by which the capacity changes from step to step
	double generator_qps;
	unsigned fluke; // this step, counted from 1, is disturbed
	bool is_lucky;  // or, for no reason, better than it may be
	double changed_qps;
	unsigned change; // from this step on the capacity is changed_qps; 0: never
};

static double noise_of(unsigned step)
{
	return sin((double)step * 12.9898); // even enough, and the same each time
}

static struct knee_step measure(const struct server *server, double rate_qps, unsigned step)
{
	bool is_changed = server->change > 0 && step >= server->change;
	double capacity = is_changed ? server->changed_qps : server->capacity_qps;
	capacity *= 1 + server->noise * noise_of(step);
	struct knee_step result = {.rate_qps = rate_qps, .p99_ns = 100000};
	double sent = rate_qps;
	if (server->generator_qps > 0 && rate_qps > server->generator_qps) {
		sent = server->generator_qps;
		result.shortfall = 1 - sent / rate_qps;
	}
	if (sent > capacity) {
		result.loss = 1 - capacity / sent;
		result.p99_ns = 1e9;
	} else {
		result.p99_ns = 100000 / (1.0001 - sent / capacity);
	}
	if (step == server->fluke) {
		result.loss = server->is_lucky ? 0 : 0.5;
		result.p99_ns = server->is_lucky ? 100000 : result.p99_ns;
	}
	return result;
}

static struct knee_result search_of(const struct server *server, double start_qps)
{
	struct knee_search search;
	struct knee_rules rules = KNEE_RULES_DEFAULT;
	double rate_qps;
	knee_search_init(&search, &rules, start_qps);
	while (knee_search_next(&search, &rate_qps)) {
		const struct knee_step step = measure(server, rate_qps, search.steps + 1);
		(void)knee_search_tell(&search, &step);
	}
	CU_ASSERT_TRUE(search.steps <= KNEE_STEPS_MAX);
	struct knee_result result;
	knee_search_result(&search, &result);
	return result;
}

TEST(the_knee_is_found_from_below_and_from_above)
{
	for (double capacity = 1000; capacity < 1e7; capacity *= 3.7) {
		const struct server server = {.capacity_qps = capacity};
		for (double part = 0.02; part < 8; part *= 2) {
			struct knee_result result = search_of(&server, capacity * part);
			CU_ASSERT_TRUE(result.sustained_qps <= capacity * 1.001);
			CU_ASSERT_TRUE(result.sustained_qps >= capacity * 0.95);
			CU_ASSERT_TRUE(result.broken_by == KNEE_LOSS ||
				       result.broken_by == KNEE_LATENCY);
			CU_ASSERT_TRUE(result.is_settled);
		}
	}
}

TEST(five_searches_of_a_noisy_server_agree_within_five_percent)
{
	double least = INFINITY;
	double most = 0;
	for (unsigned run = 0; run < 5; run++) {
		const struct server server = {.capacity_qps = 100000, .noise = 0.02};
		struct knee_result result = search_of(&server, 30000 + run * 7000);
		least = fmin(least, result.sustained_qps);
		most = fmax(most, result.sustained_qps);
	}
	CU_ASSERT_TRUE(most <= least * 1.05);
	CU_ASSERT_TRUE(least >= 93000 && most <= 103000);
}

TEST(one_disturbed_or_lucky_step_does_not_move_the_knee)
{
	for (unsigned fluke = 1; fluke < 20; fluke++) {
		struct server server = {.capacity_qps = 100000, .fluke = fluke};
		struct knee_result result = search_of(&server, 20000);
		CU_ASSERT_TRUE(result.sustained_qps >= 95000 && result.sustained_qps <= 100100);
		server.is_lucky = true;
		result = search_of(&server, 20000);
		CU_ASSERT_TRUE(result.sustained_qps >= 95000 && result.sustained_qps <= 100100);
	}
}

TEST(a_server_that_becomes_slower_or_faster_is_followed)
{
	for (unsigned change = 1; change < 14; change++) {
		struct server server = {
			.capacity_qps = 100000, .changed_qps = 70000, .change = change};
		struct knee_result result = search_of(&server, 50000);
		CU_ASSERT_TRUE(result.sustained_qps >= 65000 && result.sustained_qps <= 100100);
		if (change < 8) { // before it was settled
			CU_ASSERT_TRUE(result.sustained_qps <= 70100);
		}
		server.changed_qps = 140000;
		result = search_of(&server, 50000);
		CU_ASSERT_TRUE(result.sustained_qps >= 95000 && result.sustained_qps <= 140100);
		if (change < 8) {
			CU_ASSERT_TRUE(result.sustained_qps >= 133000);
		}
	}
}

TEST(a_server_is_not_blamed_for_a_few_steps_of_the_generator)
{
	struct knee_search search;
	struct knee_rules rules = KNEE_RULES_DEFAULT;
	double rate_qps;
	knee_search_init(&search, &rules, 50000);
	while (knee_search_next(&search, &rate_qps)) {
		struct knee_step step = {.rate_qps = rate_qps, .p99_ns = 100000};
		bool is_above = rate_qps > 100000;
		step.shortfall = is_above && search.steps % 5 == 0 ? 0.1 : 0;
		step.loss = is_above && search.steps % 5 != 0 ? 0.1 : 0;
		(void)knee_search_tell(&search, &step);
	}
	struct knee_result result;
	knee_search_result(&search, &result);
	CU_ASSERT_EQUAL(result.broken_by, KNEE_LOSS);
}

TEST(a_generator_that_is_slower_than_the_server_is_told)
{
	const struct server server = {.capacity_qps = 1e6, .generator_qps = 200000};
	struct knee_result result = search_of(&server, 50000);
	CU_ASSERT_EQUAL(result.broken_by, KNEE_GENERATOR);
	CU_ASSERT_TRUE(result.sustained_qps >= 195000 && result.sustained_qps <= 206000);
}

TEST(latency_that_grows_breaks_a_step_that_lost_nothing)
{
	struct knee_search search;
	struct knee_rules rules = KNEE_RULES_DEFAULT;
	knee_search_init(&search, &rules, 1000);
	struct knee_step step = {.rate_qps = 1000, .p99_ns = 2000000};
	CU_ASSERT_EQUAL(knee_search_tell(&search, &step), KNEE_SUSTAINED);
	step.p99_ns = 19000000;
	CU_ASSERT_EQUAL(knee_search_tell(&search, &step), KNEE_SUSTAINED);
	step.p99_ns = 21000000;
	CU_ASSERT_EQUAL(knee_search_tell(&search, &step), KNEE_LATENCY);
}

TEST(a_latency_below_the_floor_is_never_too_much)
{
	struct knee_search search;
	struct knee_rules rules = KNEE_RULES_DEFAULT;
	knee_search_init(&search, &rules, 1000);
	struct knee_step step = {.rate_qps = 1000, .p99_ns = 50000};
	CU_ASSERT_EQUAL(knee_search_tell(&search, &step), KNEE_SUSTAINED);
	step.p99_ns = 9000000;
	CU_ASSERT_EQUAL(knee_search_tell(&search, &step), KNEE_SUSTAINED);
}

TEST(a_server_that_answers_nothing_ends_the_search)
{
	struct knee_search search;
	struct knee_rules rules = KNEE_RULES_DEFAULT;
	double rate_qps;
	knee_search_init(&search, &rules, 1000);
	while (knee_search_next(&search, &rate_qps)) {
		const struct knee_step step = {.rate_qps = rate_qps, .loss = 1};
		(void)knee_search_tell(&search, &step);
	}
	struct knee_result result;
	knee_search_result(&search, &result);
	CU_ASSERT_EQUAL(result.sustained_qps, 0);
	CU_ASSERT_EQUAL(result.broken_by, KNEE_LOSS);
	CU_ASSERT_FALSE(result.is_settled);
	CU_ASSERT_TRUE(search.steps <= 10 * KNEE_TRIES);
}

TEST(a_ramp_has_all_of_its_steps)
{
	const struct load_ramp ramp = {.from_qps = 1000, .to_qps = 2000, .step_qps = 250};
	CU_ASSERT_EQUAL(load_ramp_rate(&ramp, 0), 1000);
	CU_ASSERT_EQUAL(load_ramp_rate(&ramp, 4), 2000);
	CU_ASSERT_EQUAL(load_ramp_rate(&ramp, 5), 0);
	const struct load_ramp uneven = {.from_qps = 1, .to_qps = 2, .step_qps = 0.1};
	CU_ASSERT_DOUBLE_EQUAL(load_ramp_rate(&uneven, 10), 2, 1e-9);
	CU_ASSERT_EQUAL(load_ramp_rate(&uneven, 11), 0);
	const struct load_ramp endless = {.from_qps = 1, .to_qps = 1e9, .step_qps = 1};
	CU_ASSERT_EQUAL(load_ramp_rate(&endless, LOAD_STEPS_MAX), 0);
}

TEST_MAIN(load_steps, T(the_knee_is_found_from_below_and_from_above),
	  T(five_searches_of_a_noisy_server_agree_within_five_percent),
	  T(one_disturbed_or_lucky_step_does_not_move_the_knee),
	  T(a_server_that_becomes_slower_or_faster_is_followed),
	  T(a_server_is_not_blamed_for_a_few_steps_of_the_generator),
	  T(a_generator_that_is_slower_than_the_server_is_told),
	  T(latency_that_grows_breaks_a_step_that_lost_nothing),
	  T(a_latency_below_the_floor_is_never_too_much),
	  T(a_server_that_answers_nothing_ends_the_search), T(a_ramp_has_all_of_its_steps))
