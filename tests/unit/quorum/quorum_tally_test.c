// SPDX-License-Identifier: BSD-3-Clause
// Properties over random sets, and the edges that the vectors leave out. Random inputs come from a fixed seed.

#include "quorum/quorum_tally.h"

#include "cunit_runner.h"

#include <string.h>

#define ROUNDS 200000
#define REMOTES_MAX 12

struct attempt {
	struct quorum_remote remotes[REMOTES_MAX + 1];
	struct quorum_input input;
};

// xorshift64: Marsaglia 2003.
static uint32_t draw(uint64_t *state, uint32_t below)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (uint32_t)(*state >> 33) % below;
}

// Of any date, mostly near a pass, so that both sides of each edge are met.
static void prepare(struct attempt *attempt, uint64_t *state)
{
	static const int64_t times[] = {0,          1742428800, 1757894400, 1773532800,
					1781481600, 1797292800, 1900000000};
	*attempt = (struct attempt) {
		.input = {.rules = rules_at(times[draw(state, 7)]),
			  .placement = REFUSAL_NONE,
			  .primary = draw(state, 8) == 0 ? (enum check_outcome)draw(state, 4)
							 : CHECK_PASS,
			  .remotes = attempt->remotes,
			  .remote_count = draw(state, REMOTES_MAX + 1)},
	};
	for (size_t i = 0; i < attempt->input.remote_count; i++) {
		attempt->remotes[i] = (struct quorum_remote) {
			.region = (enum region)draw(state, REGION_COUNT),
			.outcome = draw(state, 5) == 0 ? (enum check_outcome)draw(state, 4)
						       : CHECK_PASS,
			.corroborates = draw(state, 8) != 0,
		};
	}
}

static enum decision decide(const struct attempt *attempt)
{
	return quorum_tally_count(&attempt->input).decision;
}

TEST(taking_a_corroboration_away_never_helps)
{
	uint64_t state = 1;
	unsigned issued = 0, refused = 0;
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct attempt attempt;
		prepare(&attempt, &state);
		enum decision before = decide(&attempt);
		if (before == DECISION_ISSUE) {
			issued++;
			continue;
		}
		refused++;
		for (size_t i = 0; i < attempt.input.remote_count; i++) {
			struct quorum_remote kept = attempt.remotes[i];
			attempt.remotes[i].outcome = (enum check_outcome)draw(&state, 4);
			attempt.remotes[i].corroborates = false;
			CU_ASSERT_EQUAL_FATAL(decide(&attempt), DECISION_REFUSE);
			attempt.remotes[i] = kept;
		}
		attempt.input.primary = CHECK_FAIL;
		CU_ASSERT_EQUAL_FATAL(decide(&attempt), DECISION_REFUSE);
	}
	CU_ASSERT_TRUE(issued > ROUNDS / 10 && refused > ROUNDS / 10);
}

// The one thing that a remote which says no can mend is that too few were asked: 3/3 is too few, 3/4 is a quorum.
TEST(one_more_no_helps_only_where_too_few_were_asked)
{
	uint64_t state = 2;
	unsigned mended = 0;
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct attempt attempt;
		prepare(&attempt, &state);
		struct quorum_tally before = quorum_tally_count(&attempt.input);
		attempt.remotes[attempt.input.remote_count++] =
			(struct quorum_remote) {.region = REGION_AFRINIC, .outcome = CHECK_FAIL};
		struct quorum_tally after = quorum_tally_count(&attempt.input);
		CU_ASSERT_TRUE_FATAL(after.corroborating_count == before.corroborating_count);
		if (before.decision != DECISION_ISSUE && after.decision == DECISION_ISSUE) {
			mended++;
			CU_ASSERT_EQUAL_FATAL(before.reason, REFUSAL_TOO_FEW_REMOTES);
		}
	}
	CU_ASSERT_TRUE(mended > 0);
}

// The rule again, in other words: what issues under MPIC has the numbers to show for it.
TEST(whatever_issues_has_the_numbers_of_its_date)
{
	uint64_t state = 3;
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct attempt attempt;
		prepare(&attempt, &state);
		struct quorum_tally tally = quorum_tally_count(&attempt.input);
		const struct rule_row *rules = attempt.input.rules;
		unsigned yes = 0, seen[REGION_COUNT] = {0}, regions = 0;
		for (size_t i = 0; i < attempt.input.remote_count; i++) {
			const struct quorum_remote *remote = &attempt.remotes[i];
			if (remote->outcome == CHECK_PASS && remote->corroborates) {
				yes++;
				regions += remote->region != REGION_UNKNOWN &&
					   seen[remote->region]++ == 0;
			}
		}
		size_t used = attempt.input.remote_count;
		bool is_met = used >= rules->remotes_min &&
			      (!rules->is_quorum_enforced || used - yes <= (used <= 5 ? 1u : 2u)) &&
			      regions >= rules->regions_min;
		bool is_right = attempt.input.primary == CHECK_PASS && is_met;
		CU_ASSERT_EQUAL_FATAL(tally.decision, is_right ? DECISION_ISSUE : DECISION_REFUSE);
		CU_ASSERT_EQUAL_FATAL(tally.reason == REFUSAL_NONE, is_right);
	}
}

TEST(zeroed_memory_never_issues)
{
	struct quorum_input zero = {0};
	struct quorum_tally tally = quorum_tally_count(&zero);
	CU_ASSERT_EQUAL(tally.decision, DECISION_REFUSE);
	CU_ASSERT_EQUAL(tally.reason, REFUSAL_NOT_EVALUATED);
	// Each thing forgotten alone, on the days with rules and on those without.
	struct quorum_remote remotes[6] = {{0}};
	for (int64_t unix_s = 0; unix_s <= 1800000000; unix_s += 1800000000) {
		struct quorum_input input = {.rules = rules_at(unix_s),
					     .placement = REFUSAL_NONE,
					     .remotes = remotes,
					     .remote_count = 6};
		CU_ASSERT_EQUAL(quorum_tally_count(&input).reason, REFUSAL_NOT_EVALUATED);
	}
	struct quorum_input input = {.rules = rules_at(1800000000),
				     .primary = CHECK_PASS,
				     .remotes = remotes,
				     .remote_count = 6};
	CU_ASSERT_EQUAL(quorum_tally_count(&input).reason, REFUSAL_NOT_EVALUATED);
	input.placement = REFUSAL_NONE;
	CU_ASSERT_EQUAL(quorum_tally_count(&input).reason, REFUSAL_QUORUM_MISSED);
	memset(&tally, 0, sizeof(tally));
	CU_ASSERT_EQUAL(tally.decision, DECISION_NOT_EVALUATED);
}

TEST(a_set_that_needs_no_remotes_follows_the_primary_alone)
{
	struct quorum_input input = {.rules = rules_at(1800000000),
				     .need = CORROBORATION_NOT_REQUIRED,
				     .primary = CHECK_PASS};
	struct quorum_tally tally = quorum_tally_count(&input);
	CU_ASSERT_EQUAL(tally.decision, DECISION_ISSUE);
	CU_ASSERT_FALSE(tally.is_corroborated);
	CU_ASSERT_STRING_EQUAL(tally.quorum_text, "0/0");
	CU_ASSERT_STRING_EQUAL(corroboration_need_name(tally.need), "not-required");
	for (unsigned i = 0; i < 6; i++) {
		input.primary = (enum check_outcome)i;
		CU_ASSERT_EQUAL(quorum_tally_count(&input).decision == DECISION_ISSUE,
				i == CHECK_PASS);
	}
}

TEST(placement_that_does_not_comply_refuses_the_best_quorum)
{
	struct quorum_remote remotes[6];
	for (unsigned i = 0; i < 6; i++) {
		remotes[i] = (struct quorum_remote) {(enum region)(1 + i % 5), CHECK_PASS, true};
	}
	struct quorum_input input = {.rules = rules_at(1800000000),
				     .placement = REFUSAL_RESOLVERS_NOT_DISTINCT,
				     .primary = CHECK_PASS,
				     .remotes = remotes,
				     .remote_count = 6};
	struct quorum_tally tally = quorum_tally_count(&input);
	CU_ASSERT_EQUAL(tally.decision, DECISION_REFUSE);
	CU_ASSERT_EQUAL(tally.reason, REFUSAL_RESOLVERS_NOT_DISTINCT);
	CU_ASSERT_FALSE(tally.is_corroborated);
	input.placement = REFUSAL_NONE;
	tally = quorum_tally_count(&input);
	CU_ASSERT_EQUAL(tally.decision, DECISION_ISSUE);
	CU_ASSERT_TRUE(tally.is_corroborated);
	CU_ASSERT_EQUAL(region_set_count(tally.regions), 5);
	CU_ASSERT_EQUAL(tally.misses_allowed, 2);
}

TEST(the_monitoring_phase_issues_and_still_tells_that_the_quorum_was_missed)
{
	struct quorum_remote remotes[2] = {{REGION_ARIN, CHECK_FAIL, false},
					   {REGION_APNIC, CHECK_ERROR, false}};
	struct quorum_input input = {.rules = rules_at(1742428800),
				     .placement = REFUSAL_NONE,
				     .primary = CHECK_PASS,
				     .remotes = remotes,
				     .remote_count = 2};
	struct quorum_tally tally = quorum_tally_count(&input);
	CU_ASSERT_EQUAL(tally.decision, DECISION_ISSUE);
	CU_ASSERT_FALSE(tally.is_corroborated);
	CU_ASSERT_STRING_EQUAL(tally.quorum_text, "0/2");
}

TEST(more_remotes_than_an_attempt_can_use_are_refused_unread)
{
	struct quorum_input input = {.rules = rules_at(1800000000),
				     .placement = REFUSAL_NONE,
				     .primary = CHECK_PASS,
				     .remote_count = PERSPECTIVE_REMOTES_MAX + 1};
	CU_ASSERT_EQUAL(quorum_tally_count(&input).reason, REFUSAL_TOO_MANY_REMOTES);
}

TEST_MAIN(quorum_tally, T(taking_a_corroboration_away_never_helps),
	  T(one_more_no_helps_only_where_too_few_were_asked),
	  T(whatever_issues_has_the_numbers_of_its_date), T(zeroed_memory_never_issues),
	  T(a_set_that_needs_no_remotes_follows_the_primary_alone),
	  T(placement_that_does_not_comply_refuses_the_best_quorum),
	  T(the_monitoring_phase_issues_and_still_tells_that_the_quorum_was_missed),
	  T(more_remotes_than_an_attempt_can_use_are_refused_unread))
