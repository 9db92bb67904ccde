// SPDX-License-Identifier: BSD-3-Clause
// Bogus answers: others are asked once more, what they say counts if it is secure, and it costs nothing beyond the look-up's
// limits.

#include "cunit_runner.h"

#include "recursor_world.h"

#include <parallax/dns/rr_type.h>
#include <parallax/exchange/trace.h>

#include <stdio.h>
#include <string.h>

#define NS_B_OF_A "192.0.2.9" // a second server of a.test

// With two servers of a.test, both of which know www.
static const struct scripted_server two_servers[] = {
	{TLD, "*.a.test *", "",
	 "au a.test 3600 NS ns1.a.test\nau a.test 3600 NS ns2.a.test\n"
	 "ad ns1.a.test 3600 A " SERVER_A "\nad ns2.a.test 3600 A " NS_B_OF_A "\n"},
	{SERVER_A, "www.a.test A", "aa", "an www.a.test 300 A 203.0.113.1\n"},
	{NS_B_OF_A, "www.a.test A", "aa", "an www.a.test 300 A 203.0.113.1\n"},
	{"*", "*.a.test *", "aa", "au a.test 60 SOA 60\n"},
};

static struct world world;
static struct proof_verdict second; // of all proofs after the first
static unsigned budget_left;

static void start(void (*judge)(struct world *, struct validation_request *),
		  const struct scripted_server *servers, unsigned count)
{
	world_prepare(&world);
	world.config.validates = true;
	world_start(&world);
	world_use(&world, servers, count);
	world.judge = judge;
	budget_left = 20;
}

static struct proof_verdict bogus(const struct validation_request *request)
{
	return (struct proof_verdict) {
		.state = PLX_DNSSEC_BOGUS,
		.cause = DNSSEC_CAUSE_EXPIRED,
		.zone = scripted_name("a.test"),
		.owner = request->proof.name,
	};
}

static void judge_first_bogus(struct world *judged, struct validation_request *request)
{
	request->budget.validations_left = (uint16_t)budget_left;
	if (judged->proofs == 1) {
		request->verdict = bogus(request);
		return;
	}
	request->verdict = second;
	request->verdict.owner = request->proof.name;
}

static void judge_all_bogus(struct world *judged, struct validation_request *request)
{
	(void)judged;
	request->verdict = bogus(request);
}

static const struct proof_verdict secure = {
	.state = PLX_DNSSEC_SECURE, .kind = JUDGED_RECORDS, .ttl_s = 60};

static void check_bogus(const struct plx_result *result)
{
	CU_ASSERT_EQUAL(result->status, PLX_STATUS_BOGUS);
	CU_ASSERT_EQUAL(result->cause, PLX_CAUSE_VALIDATION_FAILED);
	CU_ASSERT_EQUAL(result->dnssec, PLX_DNSSEC_BOGUS);
	CU_ASSERT_EQUAL(result->ede_code, 7 + 1);
	CU_ASSERT_EQUAL(result->record_count, 0);
	CU_ASSERT_EQUAL(result->alias_count, 0);
	CU_ASSERT_TRUE(recursor_is_idle(world.recursor));
}

static unsigned lines_with(const char *text)
{
	unsigned count = 0;
	for (const char *at = world.log; (at = strstr(at, text)) != NULL; at++) {
		count++;
	}
	return count;
}

TEST(a_secure_answer_of_another_server_counts)
{
	second = secure;
	start(judge_first_bogus, two_servers, PLX_ARRAY_SIZE(two_servers));
	const struct plx_result *result = world_look_up(&world, "www.a.test A", 0);
	CU_ASSERT_EQUAL(result->status, PLX_STATUS_ANSWERED);
	CU_ASSERT_EQUAL(result->dnssec, PLX_DNSSEC_SECURE);
	CU_ASSERT_EQUAL(result->record_count, 1);
	CU_ASSERT_EQUAL(result->ede_code, 0);
	CU_ASSERT_EQUAL(lines_with(SERVER_A " www.a.test A\n"), 1);
	CU_ASSERT_EQUAL(lines_with(NS_B_OF_A " www.a.test A\n"), 1);
	CU_ASSERT_EQUAL(world.counters.answers_doubted, 1);
	CU_ASSERT_EQUAL(world.counters.answers_mended, 1);
	// The one that was wrong is not the first to be asked for the next name.
	world.judge = NULL;
	const bool is_a_first = strstr(world.log, SERVER_A " www") < strstr(world.log, NS_B_OF_A);
	const char *wrong = is_a_first ? SERVER_A : NS_B_OF_A;
	for (unsigned i = 0; i < 20; i++) {
		char question[32];
		snprintf(question, sizeof(question), "n%u.a.test A", i);
		(void)world_look_up(&world, question, 0);
		CU_ASSERT_EQUAL(lines_with(wrong), 0);
	}
	world_stop(&world);
}

TEST(any_other_state_after_a_bogus_answer_is_bogus)
{
	static const struct proof_verdict verdicts[] = {
		{.state = PLX_DNSSEC_INSECURE, .cause = DNSSEC_CAUSE_NO_DS, .ttl_s = 60},
		{.state = PLX_DNSSEC_INDETERMINATE, .cause = DNSSEC_CAUSE_UNANSWERED},
		{.state = PLX_DNSSEC_INDETERMINATE, .cause = DNSSEC_CAUSE_NSEC3_ITERATIONS},
		{.state = PLX_DNSSEC_BOGUS, .cause = DNSSEC_CAUSE_SIGNATURE_WRONG},
		// Secure, but something else.
		{.state = PLX_DNSSEC_SECURE, .kind = JUDGED_NODATA, .ttl_s = 60},
	};
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(verdicts); i++) {
		second = verdicts[i];
		start(judge_first_bogus, two_servers, PLX_ARRAY_SIZE(two_servers));
		check_bogus(world_look_up(&world, "www.a.test A", 0));
		CU_ASSERT_EQUAL(world.proofs, 2);
		CU_ASSERT_EQUAL(world.counters.answers_mended, 0);
		world_stop(&world);
	}
}

TEST(the_only_server_is_asked_once_more_by_tcp)
{
	second = secure;
	start(judge_first_bogus, NULL, 0);
	const struct plx_result *result = world_look_up(&world, "www.a.test A", 0);
	CU_ASSERT_EQUAL(result->status, PLX_STATUS_ANSWERED);
	CU_ASSERT_EQUAL(result->transport, PLX_TRANSPORT_TCP);
	CU_ASSERT_EQUAL(lines_with(SERVER_A " www.a.test A\n"), 1);
	CU_ASSERT_EQUAL(lines_with(SERVER_A " www.a.test A tcp\n"), 1);
	world_stop(&world);

	start(judge_all_bogus, NULL, 0);
	result = world_look_up(&world, "www.a.test A", 0);
	check_bogus(result);
	CU_ASSERT_EQUAL(result->transport, PLX_TRANSPORT_UDP);
	CU_ASSERT_EQUAL(lines_with("www.a.test A"), 2);
	world_stop(&world);
}

TEST(servers_that_fail_or_are_silent_leave_it_bogus)
{
	static const char *const flags[] = {"timeout", "servfail", "refused", "unreachable"};
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(flags); i++) {
		const struct scripted_server servers[] = {
			{SERVER_A, "www.a.test A", "tcp:timeout", ""},
			{SERVER_A, "www.a.test A", "aa", "an www.a.test 300 A 203.0.113.1\n"},
			{NS_B_OF_A, "www.a.test A", flags[i], ""},
			two_servers[0],
			{"*", "*.a.test *", "aa", "au a.test 60 SOA 60\n"},
		};
		start(judge_all_bogus, servers, PLX_ARRAY_SIZE(servers));
		const uint64_t begin_ns = world.now_ns;
		const struct plx_result *result = world_look_up(&world, "www.a.test A", 0);
		char address[PLX_IP_TEXT_MAX];
		check_bogus(result);
		CU_ASSERT_EQUAL(world.proofs, 1);
		CU_ASSERT_STRING_EQUAL(plx_ip_format(&result->server.ip, address), SERVER_A);
		CU_ASSERT_TRUE(world.now_ns - begin_ns <= 8 * SECOND);
		world_stop(&world);
	}
}

TEST(the_second_answer_costs_no_judge_budget_beyond_the_look_ups)
{
	second = secure;
	start(judge_first_bogus, two_servers, PLX_ARRAY_SIZE(two_servers));
	budget_left = 0;
	check_bogus(world_look_up(&world, "www.a.test A", 0));
	CU_ASSERT_EQUAL(world.proofs, 1);
	CU_ASSERT_EQUAL(lines_with("www.a.test A"), 1);
	CU_ASSERT_EQUAL(world.counters.answers_doubted, 0);
	world_stop(&world);
}

static void judge_budget_is_kept(struct world *judged, struct validation_request *request)
{
	if (judged->proofs == 1) {
		request->budget.validations_left = 3;
		request->budget.hashes_left = 5;
		request->verdict = bogus(request);
		return;
	}
	CU_ASSERT_EQUAL(request->budget.validations_left, 3);
	CU_ASSERT_EQUAL(request->budget.hashes_left, 5);
	// Only the second's replies.
	CU_ASSERT_EQUAL(request->proof.message_count, 2);
	request->verdict = secure;
	request->verdict.owner = request->proof.name;
}

TEST(the_second_proof_has_the_second_replies_and_what_is_left_of_the_budget)
{
	start(judge_budget_is_kept, two_servers, PLX_ARRAY_SIZE(two_servers));
	CU_ASSERT_EQUAL(world_look_up(&world, "www.a.test A", 0)->status, PLX_STATUS_ANSWERED);
	CU_ASSERT_EQUAL(world.proofs, 2);
	world_stop(&world);
}

// Each name's first proof is bogus, its second one good.
static void judge_every_name_twice(struct world *judged, struct validation_request *request)
{
	request->verdict = bogus(request);
	if (judged->proofs % 2 == 0) {
		request->verdict = secure;
		request->verdict.kind = JUDGED_NODATA;
		request->verdict.owner = request->proof.name;
	}
}

TEST(a_climb_is_not_mended_for_ever)
{
	start(judge_every_name_twice, two_servers, PLX_ARRAY_SIZE(two_servers));
	check_bogus(world_look_up(&world, "d.c.b.a.test relevant", 0));
	CU_ASSERT_EQUAL(world.counters.answers_doubted, 2);
	CU_ASSERT_EQUAL(world.counters.answers_mended, 2);
	CU_ASSERT_EQUAL(world.proofs, 5);
	world_stop(&world);
}

static void judge_insatiable_second(struct world *judged, struct validation_request *request)
{
	if (judged->proofs == 1) {
		request->verdict = bogus(request);
		return;
	}
	request->step = PROOF_NEEDS;
	request->need_count = 1;
	request->needs[0] = (struct proof_need) {scripted_name("www.a.test"), PLX_TYPE_DS};
}

TEST(rounds_of_both_proofs_are_counted_together)
{
	start(judge_insatiable_second, two_servers, PLX_ARRAY_SIZE(two_servers));
	const struct plx_result *result = world_look_up(&world, "www.a.test A", 0);
	check_bogus(result);
	CU_ASSERT_TRUE(world.proofs <= PROOF_ROUNDS_MAX + 2);
	CU_ASSERT_TRUE(result->queries <= 200);
	world_stop(&world);
}

TEST(the_trace_holds_both_answers_and_both_proofs)
{
	static const uint8_t kinds[] = {PLX_TRACE_QUERY, PLX_TRACE_QUERY, PLX_TRACE_QUERY,
					PLX_TRACE_PROOF, PLX_TRACE_QUERY, PLX_TRACE_QUERY,
					PLX_TRACE_PROOF};
	second = secure;
	start(judge_first_bogus, two_servers, PLX_ARRAY_SIZE(two_servers));
	const struct plx_result *result = world_look_up(&world, "www.a.test A", PLX_JOB_TRACE);
	struct plx_reader reader = plx_result_trace(result, world.results[0].body);
	struct plx_trace_step step;
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(kinds); i++) {
		CU_ASSERT_EQUAL_FATAL(plx_trace_read(&reader, &step), 1);
		CU_ASSERT_EQUAL(step.kind, kinds[i]);
		if (step.kind == PLX_TRACE_PROOF) {
			CU_ASSERT_EQUAL(step.dnssec, i == 3 ? PLX_DNSSEC_BOGUS : PLX_DNSSEC_SECURE);
		}
	}
	CU_ASSERT_EQUAL(plx_trace_read(&reader, &step), 0);
	world_stop(&world);
}

TEST(a_client_that_goes_leaves_nothing_of_a_second_look_up)
{
	static struct scripted_reply reply;
	struct world_query query;
	start(judge_first_bogus, two_servers, PLX_ARRAY_SIZE(two_servers));
	(void)world_submit(&world, "www.a.test A", 0);
	while (world_next_query(&world, &query)) {
		CU_ASSERT_TRUE_FATAL(world_answer(&world, &query, &reply));
		(void)world_deliver(&world, &query, &reply);
	}
	struct validation_request *request = recursor_next_proof(world.recursor);
	CU_ASSERT_PTR_NOT_NULL_FATAL(request);
	request->step = PROOF_JUDGED;
	request->verdict = bogus(request);
	recursor_proof_done(world.recursor, request, world.now_ns);
	CU_ASSERT_EQUAL(world.counters.answers_doubted, 1);
	recursor_cancel_client(world.recursor, 0);
	CU_ASSERT_TRUE(recursor_is_idle(world.recursor));
	CU_ASSERT_EQUAL(world.result_count, 0);
	world_stop(&world);
}

static void judge_too_much_work(struct world *judged, struct validation_request *request)
{
	(void)judged;
	request->verdict = bogus(request);
	request->verdict.cause = DNSSEC_CAUSE_WORK_LIMIT;
}

// Its traces would be twice as long, too: two such answers are more than a trace holds.
TEST(an_answer_that_is_too_much_work_is_not_asked_for_again)
{
	start(judge_too_much_work, two_servers, PLX_ARRAY_SIZE(two_servers));
	const struct plx_result *result = world_look_up(&world, "www.a.test A", 0);
	CU_ASSERT_EQUAL(result->status, PLX_STATUS_BOGUS);
	CU_ASSERT_EQUAL(world.proofs, 1);
	CU_ASSERT_EQUAL(world.counters.answers_doubted, 0);
	world_stop(&world);
}

TEST_MAIN(recursor_doubt, T(a_secure_answer_of_another_server_counts),
	  T(any_other_state_after_a_bogus_answer_is_bogus),
	  T(the_only_server_is_asked_once_more_by_tcp),
	  T(servers_that_fail_or_are_silent_leave_it_bogus),
	  T(the_second_answer_costs_no_judge_budget_beyond_the_look_ups),
	  T(the_second_proof_has_the_second_replies_and_what_is_left_of_the_budget),
	  T(a_climb_is_not_mended_for_ever), T(rounds_of_both_proofs_are_counted_together),
	  T(the_trace_holds_both_answers_and_both_proofs),
	  T(an_answer_that_is_too_much_work_is_not_asked_for_again),
	  T(a_client_that_goes_leaves_nothing_of_a_second_look_up))
