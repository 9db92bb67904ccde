// SPDX-License-Identifier: BSD-3-Clause
// Answers below zones that were proved to be unsigned need no proof of their own; all others do, however near they are.

#include "cunit_runner.h"

#include "recursion/recursor_state.h"
#include "recursor_world.h"

#include <parallax/dns/rr_type.h>

static struct world world;
static struct trust_anchors anchors;

static void start(void (*judge)(struct world *, struct validation_request *))
{
	world_prepare(&world);
	anchors.zone_count = 1;
	anchors.zones[0].zone = scripted_name(".");
	world.config.validates = true;
	world.config.anchors = &anchors;
	world_start(&world);
	world.judge = judge;
}

// a.test is unsigned, what else there is below test is signed.
static void judge_mixed(struct world *judged, struct validation_request *request)
{
	(void)judged;
	struct plx_name zone = scripted_name("a.test");
	struct proof_verdict *verdict = &request->verdict;
	if (plx_name_is_below(&request->proof.name, &zone)) {
		verdict->zone = zone;
		verdict->unsigned_ttl_s = verdict->ttl_s = 300;
	} else {
		verdict->state = PLX_DNSSEC_SECURE;
		verdict->cause = DNSSEC_CAUSE_NONE;
		verdict->kind = JUDGED_RECORDS;
	}
}

static void expect(const char *question, uint8_t flags, enum plx_dnssec dnssec, unsigned proofs)
{
	const struct plx_result *result = world_look_up(&world, question, flags);
	CU_ASSERT_EQUAL(result->status, PLX_STATUS_ANSWERED);
	CU_ASSERT_EQUAL(result->dnssec, dnssec);
	CU_ASSERT_EQUAL(world.proofs, proofs);
}

TEST(an_unsigned_zone_is_proved_once_and_a_signed_one_beside_it_each_time)
{
	start(judge_mixed);
	expect("www.a.test A", 0, PLX_DNSSEC_INSECURE, 1);
	for (unsigned i = 0; i < 3; i++) {
		expect("www.a.test A", 0, PLX_DNSSEC_INSECURE, 0);
		CU_ASSERT_STRING_EQUAL(world_text(&world, &world.results[0]),
				       "www.a.test 203.0.113.1");
		expect("www.b.test A", 0, PLX_DNSSEC_SECURE, 1);
	}
	// Absence as well; and the DS of the zone is its parent's word.
	expect("nothing.a.test A", 0, PLX_DNSSEC_INSECURE, 0);
	expect("nothing.a.test A", 0, PLX_DNSSEC_INSECURE, 0);
	CU_ASSERT_EQUAL(world.results[0].result.queries, 0);
	(void)world_look_up(&world, "a.test DS", 0);
	CU_ASSERT_EQUAL(world.proofs, 1);
	world_stop(&world);
}

TEST(it_is_proved_again_when_its_time_is_over)
{
	start(judge_mixed);
	expect("www.a.test A", 0, PLX_DNSSEC_INSECURE, 1);
	world_pass(&world, 290 * SECOND);
	expect("www.a.test A", 0, PLX_DNSSEC_INSECURE, 0);
	world_pass(&world, 10 * SECOND);
	expect("www.a.test A", 0, PLX_DNSSEC_INSECURE, 1);
	world_stop(&world);
}

TEST(a_denial_is_not_remembered_for_longer_than_the_zone_is)
{
	start(judge_mixed);
	expect("www.a.test A", 0, PLX_DNSSEC_INSECURE, 1);
	world_pass(&world, 270 * SECOND);
	expect("www.a.test CAA", 0, PLX_DNSSEC_INSECURE, 0);
	world_pass(&world, 20 * SECOND);
	expect("www.a.test CAA", 0, PLX_DNSSEC_INSECURE, 0);
	CU_ASSERT_EQUAL(world.results[0].result.queries, 0);
	world_pass(&world, 10 * SECOND);
	expect("www.a.test CAA", 0, PLX_DNSSEC_INSECURE, 1);
	CU_ASSERT_TRUE(world.results[0].result.queries > 0);
	world_stop(&world);
}

TEST(it_is_proved_again_after_a_flush)
{
	static const char *const flushed[] = {"a.test", "test", "."};
	start(judge_mixed);
	expect("www.a.test A", 0, PLX_DNSSEC_INSECURE, 1);
	struct plx_name other = scripted_name("b.test");
	(void)recursor_flush(world.recursor, &other);
	expect("www.a.test A", 0, PLX_DNSSEC_INSECURE, 0);
	for (unsigned i = 0; i < 3; i++) {
		struct plx_name zone = scripted_name(flushed[i]);
		(void)recursor_flush(world.recursor, &zone);
		expect("www.a.test A", 0, PLX_DNSSEC_INSECURE, 1);
	}
	world_stop(&world);
}

static void judge_and_flush(struct world *judged, struct validation_request *request)
{
	struct plx_name zone = scripted_name("a.test");
	judge_mixed(judged, request);
	(void)recursor_flush(judged->recursor, &zone);
}

TEST(what_was_judged_before_a_flush_is_not_remembered_after_it)
{
	start(judge_and_flush);
	expect("www.a.test A", 0, PLX_DNSSEC_INSECURE, 1);
	expect("www.a.test A", 0, PLX_DNSSEC_INSECURE, 1);
	world.judge = judge_mixed;
	expect("www.a.test A", 0, PLX_DNSSEC_INSECURE, 1);
	expect("www.a.test A", 0, PLX_DNSSEC_INSECURE, 0);
	world_stop(&world);
}

TEST(evidence_is_proved_each_time_and_teaches_nothing)
{
	start(judge_mixed);
	expect("www.a.test A", PLX_JOB_NO_CACHE, PLX_DNSSEC_INSECURE, 1);
	expect("www.a.test A", PLX_JOB_NO_CACHE, PLX_DNSSEC_INSECURE, 1);
	expect("www.a.test A", 0, PLX_DNSSEC_INSECURE, 1);
	expect("www.a.test A", PLX_JOB_NO_CACHE, PLX_DNSSEC_INSECURE, 1);
	expect("www.a.test A", PLX_JOB_TRACE, PLX_DNSSEC_INSECURE, 1);
	expect("www.a.test A", 0, PLX_DNSSEC_INSECURE, 0);
	world_stop(&world);
}

TEST(chains_and_failures_are_proved)
{
	const struct scripted_server servers[] = {
		{SERVER_A, "x.a.test *", "aa", "an x.a.test 60 CNAME www.b.test\n"},
		{SERVER_A, "broken.a.test *", "servfail", ""},
	};
	start(judge_mixed);
	expect("www.a.test A", 0, PLX_DNSSEC_INSECURE, 1);
	world_use(&world, servers, 2);
	(void)world_look_up(&world, "x.a.test A", 0);
	CU_ASSERT_EQUAL(world.proofs,
			2); // this judge says nothing of the target: once more, of another server
	(void)world_look_up(&world, "broken.a.test A", 0);
	CU_ASSERT_EQUAL(world.proofs, 1);
	expect("www.a.test A", 0, PLX_DNSSEC_INSECURE, 0);
	world_stop(&world);
}

// Insecure by an opt-out range of test, which is signed.
static void judge_opted_out(struct world *judged, struct validation_request *request)
{
	(void)judged;
	request->verdict.cause = DNSSEC_CAUSE_OPT_OUT;
	request->verdict.zone = scripted_name("test");
}

TEST(an_insecure_answer_of_a_signed_zone_says_nothing_of_the_next)
{
	start(judge_opted_out);
	expect("www.a.test A", 0, PLX_DNSSEC_INSECURE, 1);
	world.judge = judge_mixed;
	expect("www.b.test A", 0, PLX_DNSSEC_SECURE, 1);
	expect("www.a.test A", 0, PLX_DNSSEC_INSECURE, 1);
	world_stop(&world);
}

// A verdict that is refused, or not insecure after all, teaches nothing, whatever it says of the zone.
static void judge_contradictory(struct world *judged, struct validation_request *request)
{
	judge_mixed(judged, request);
	request->verdict.owner = scripted_name("another.a.test");
}

static void judge_bogus(struct world *judged, struct validation_request *request)
{
	judge_mixed(judged, request);
	request->verdict.state = PLX_DNSSEC_BOGUS;
}

TEST(only_insecure_verdicts_that_are_taken_teach)
{
	start(judge_contradictory);
	CU_ASSERT_EQUAL(world_look_up(&world, "www.a.test A", 0)->dnssec, PLX_DNSSEC_BOGUS);
	world.judge = judge_bogus;
	CU_ASSERT_EQUAL(world_look_up(&world, "www.a.test A", 0)->dnssec, PLX_DNSSEC_BOGUS);
	CU_ASSERT_EQUAL(world.proofs, 2); // the second answer is judged as well
	world.judge = judge_mixed;
	expect("www.a.test A", 0, PLX_DNSSEC_INSECURE, 1);
	world_stop(&world);
}

// By the time of the second answer its zone is known to be unsigned, from another look-up.
static void judge_bogus_meanwhile(struct world *judged, struct validation_request *request)
{
	const struct plx_name zone = scripted_name("a.test");
	const struct unsigned_zone known = {.expires_s = request->now_s + 300};
	judge_bogus(judged, request);
	unsigned_zones_put(judged->recursor->unsigned_zones, &zone, &known, request->now_s);
	judged->judge = judge_mixed;
}

TEST(second_answer_after_a_bogus_one_is_proved_and_unsigned_it_is_a_downgrade)
{
	start(judge_bogus_meanwhile);
	CU_ASSERT_EQUAL(world_look_up(&world, "www.a.test A", 0)->dnssec, PLX_DNSSEC_BOGUS);
	CU_ASSERT_EQUAL(world.proofs, 2);
	expect("www.a.test A", 0, PLX_DNSSEC_INSECURE, 0);
	world_stop(&world);
}

static void judge_old_algorithm(struct world *judged, struct validation_request *request)
{
	judge_mixed(judged, request);
	request->verdict.cause = DNSSEC_CAUSE_ALGORITHM_UNSUPPORTED;
}

TEST(why_a_zone_counts_as_unsigned_is_told_each_time)
{
	start(judge_old_algorithm);
	for (unsigned i = 0; i < 2; i++) {
		expect("www.a.test A", 0, PLX_DNSSEC_INSECURE, i == 0);
		CU_ASSERT_EQUAL(world.results[0].result.ede_code, 1 + 1);
	}
	world_stop(&world);
}

TEST(without_anchors_each_answer_is_proved)
{
	start(judge_mixed);
	world_stop(&world);
	world_prepare(&world);
	world.config.validates = true;
	world_start(&world);
	world.judge = judge_mixed;
	expect("www.a.test A", 0, PLX_DNSSEC_INSECURE, 1);
	expect("www.a.test A", 0, PLX_DNSSEC_INSECURE, 1);
	world_stop(&world);
}

TEST_MAIN(recursor_unsigned,
	  T(an_unsigned_zone_is_proved_once_and_a_signed_one_beside_it_each_time),
	  T(it_is_proved_again_when_its_time_is_over),
	  T(a_denial_is_not_remembered_for_longer_than_the_zone_is),
	  T(it_is_proved_again_after_a_flush),
	  T(what_was_judged_before_a_flush_is_not_remembered_after_it),
	  T(evidence_is_proved_each_time_and_teaches_nothing), T(chains_and_failures_are_proved),
	  T(an_insecure_answer_of_a_signed_zone_says_nothing_of_the_next),
	  T(only_insecure_verdicts_that_are_taken_teach),
	  T(second_answer_after_a_bogus_one_is_proved_and_unsigned_it_is_a_downgrade),
	  T(why_a_zone_counts_as_unsigned_is_told_each_time),
	  T(without_anchors_each_answer_is_proved))
