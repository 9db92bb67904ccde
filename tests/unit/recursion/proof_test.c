// SPDX-License-Identifier: BSD-3-Clause
// What is handed to the judge, what is fetched for it, and what its verdicts make of a look-up.

#include "cunit_runner.h"

#include "recursor_world.h"

#include <parallax/dns/rr_type.h>
#include <parallax/exchange/trace.h>

#include <string.h>

static struct world world;

static void start(void (*judge)(struct world *, struct validation_request *),
		  const struct scripted_server *servers, unsigned count)
{
	world_prepare(&world);
	world.config.validates = true;
	world_start(&world);
	world_use(&world, servers, count);
	world.judge = judge;
}

static void secure(struct validation_request *request, enum judged_kind kind)
{
	request->verdict = (struct proof_verdict) {
		.state = PLX_DNSSEC_SECURE,
		.kind = kind,
		.owner = request->proof.name,
		.ttl_s = 3600,
	};
}

static bool is_about(const struct validation_request *request, const char *name)
{
	struct plx_name expected = scripted_name(name);
	return plx_name_equal(&request->proof.name, &expected);
}

static void judge_way(struct world *judged, struct validation_request *request)
{
	const struct proof *proof = &request->proof;
	(void)judged;
	struct plx_name root = scripted_name(".");
	struct plx_name child = scripted_name("a.test");
	CU_ASSERT_EQUAL_FATAL(proof->message_count, 3);
	CU_ASSERT_EQUAL(proof->messages[0].kind, PROOF_REFERRAL);
	CU_ASSERT_TRUE(plx_name_equal(&proof->messages[0].zone, &root));
	CU_ASSERT_TRUE(plx_name_equal(&proof->messages[1].name, &child));
	CU_ASSERT_EQUAL(proof->messages[2].kind, PROOF_ANSWER);
	CU_ASSERT_EQUAL(proof->messages[2].type, PLX_TYPE_A);
	CU_ASSERT_TRUE(plx_name_equal(&proof->messages[2].zone, &child));
	CU_ASSERT_EQUAL(memcmp(&proof->messages[2].name.wire, "\3www\1a", 6), 0);
	CU_ASSERT_FALSE(proof->is_failed);
	CU_ASSERT_TRUE(request->uses_cache);
	CU_ASSERT_EQUAL(request->now_s, 1700001000);
	secure(request, JUDGED_RECORDS);
}

TEST(an_answer_is_proved_with_the_replies_on_its_way)
{
	start(judge_way, NULL, 0);
	const struct plx_result *result = world_look_up(&world, "wWw.a.test A", 0);
	CU_ASSERT_EQUAL(result->status, PLX_STATUS_ANSWERED);
	CU_ASSERT_EQUAL(result->dnssec, PLX_DNSSEC_SECURE);
	CU_ASSERT_EQUAL(world.proofs, 1);
	CU_ASSERT_STRING_EQUAL(world_text(&world, &world.results[0]), "wWw.a.test 203.0.113.1");
	world_stop(&world);
}

static void judge_a_day_later(struct world *judged, struct validation_request *request)
{
	(void)judged;
	CU_ASSERT_EQUAL(request->now_s, 1700001000 + 86400);
	secure(request, JUDGED_RECORDS);
}

// A machine that was suspended, or a clock that was wrong when the dataplane started.
TEST(signatures_are_judged_by_the_clock_as_it_is_set_meanwhile)
{
	start(judge_a_day_later, NULL, 0);
	recursor_set_realtime_offset(world.recursor,
				     world.config.realtime_offset_ns + 86400 * SECOND);
	const struct plx_result *result = world_look_up(&world, "www.a.test A", 0);
	CU_ASSERT_EQUAL(world.proofs, 1);
	CU_ASSERT_EQUAL(result->time_ns / SECOND, 1700001000 + 86400);
	world_stop(&world);
}

static void judge_needs(struct world *judged, struct validation_request *request)
{
	const struct proof *proof = &request->proof;
	if (judged->proofs == 1) {
		request->step = PROOF_NEEDS;
		request->need_count = 2;
		request->needs[0] = (struct proof_need) {scripted_name("a.test"), PLX_TYPE_DS};
		request->needs[1] = (struct proof_need) {scripted_name("a.test"), PLX_TYPE_DNSKEY};
		request->budget.validations_left = 7;
		return;
	}
	CU_ASSERT_EQUAL(request->budget.validations_left, 7);
	CU_ASSERT_EQUAL_FATAL(proof->message_count, 5);
	CU_ASSERT_EQUAL(proof->messages[3].kind, PROOF_ANSWER);
	CU_ASSERT_EQUAL(proof->messages[3].type, PLX_TYPE_DS);
	struct plx_name parent = scripted_name("test");
	CU_ASSERT_TRUE(plx_name_equal(&proof->messages[3].zone, &parent));
	CU_ASSERT_EQUAL(proof->messages[4].type, PLX_TYPE_DNSKEY);
	secure(request, JUDGED_RECORDS);
}

TEST(what_the_judge_lacks_is_fetched_and_it_is_asked_again)
{
	const struct scripted_server servers[] = {
		{TLD, "a.test DS", "aa", "an a.test 60 DS 00010801aa\n"},
		{SERVER_A, "a.test DNSKEY", "aa", "an a.test 60 DNSKEY 01010308aa\n"},
	};
	start(judge_needs, servers, 2);
	const struct plx_result *result = world_look_up(&world, "www.a.test A", 0);
	CU_ASSERT_EQUAL(result->dnssec, PLX_DNSSEC_SECURE);
	CU_ASSERT_EQUAL(world.proofs, 2);
	CU_ASSERT_EQUAL(result->queries, 5);
	CU_ASSERT_EQUAL(result->attempts, 3);
	CU_ASSERT_STRING_EQUAL(world_text(&world, &world.results[0]), "www.a.test 203.0.113.1");
	world_stop(&world);
}

static void judge_unanswered(struct world *judged, struct validation_request *request)
{
	const struct proof *proof = &request->proof;
	if (judged->proofs == 1) {
		request->step = PROOF_NEEDS;
		request->need_count = 1;
		request->needs[0] = (struct proof_need) {scripted_name("a.test"), PLX_TYPE_DNSKEY};
		return;
	}
	CU_ASSERT_EQUAL_FATAL(proof->message_count, 4);
	CU_ASSERT_EQUAL(proof->messages[3].kind, PROOF_UNANSWERED);
	CU_ASSERT_EQUAL(proof->messages[3].type, PLX_TYPE_DNSKEY);
	request->verdict = (struct proof_verdict) {
		.state = PLX_DNSSEC_INDETERMINATE,
		.cause = DNSSEC_CAUSE_UNANSWERED,
	};
}

TEST(an_answer_whose_proof_cannot_be_had_is_dropped)
{
	const struct scripted_server servers[] = {{SERVER_A, "a.test DNSKEY", "refused", ""}};
	start(judge_unanswered, servers, 1);
	const struct plx_result *result = world_look_up(&world, "www.a.test A", 0);
	CU_ASSERT_EQUAL(result->status, PLX_STATUS_TIMEOUT);
	CU_ASSERT_EQUAL(result->cause, PLX_CAUSE_NO_PROOF);
	CU_ASSERT_EQUAL(result->dnssec, PLX_DNSSEC_INDETERMINATE);
	CU_ASSERT_EQUAL(result->ede_code, 5 + 1);
	CU_ASSERT_EQUAL(result->record_count, 0);
	world_stop(&world);
}

static void judge_insatiable(struct world *judged, struct validation_request *request)
{
	(void)judged;
	request->step = PROOF_NEEDS;
	request->need_count = 1;
	request->needs[0] = (struct proof_need) {scripted_name("www.a.test"), PLX_TYPE_DS};
}

TEST(a_judge_that_never_has_enough_is_stopped)
{
	start(judge_insatiable, NULL, 0);
	const struct plx_result *result = world_look_up(&world, "www.a.test A", 0);
	CU_ASSERT_EQUAL(result->status, PLX_STATUS_LIMIT);
	CU_ASSERT_EQUAL(result->dnssec, PLX_DNSSEC_INDETERMINATE);
	CU_ASSERT_TRUE(world.proofs <= PROOF_ROUNDS_MAX + 1);
	CU_ASSERT_TRUE(result->queries <= 200);
	world_stop(&world);
}

static void judge_iterations(struct world *judged, struct validation_request *request)
{
	(void)judged;
	request->verdict = (struct proof_verdict) {
		.state = PLX_DNSSEC_INDETERMINATE,
		.cause = DNSSEC_CAUSE_NSEC3_ITERATIONS,
	};
}

static void judge_another_name(struct world *judged, struct validation_request *request)
{
	(void)judged;
	secure(request, JUDGED_RECORDS);
	request->verdict.owner = scripted_name("a.test");
}

TEST(a_verdict_about_another_name_is_bogus)
{
	start(judge_another_name, NULL, 0);
	const struct plx_result *result = world_look_up(&world, "www.a.test A", 0);
	CU_ASSERT_EQUAL(result->status, PLX_STATUS_BOGUS);
	CU_ASSERT_EQUAL(result->dnssec, PLX_DNSSEC_BOGUS);
	CU_ASSERT_EQUAL(result->record_count, 0);
	world_stop(&world);
}

TEST(an_answer_that_is_whole_stands_beside_an_indeterminate_state)
{
	start(judge_iterations, NULL, 0);
	const struct plx_result *result = world_look_up(&world, "www.a.test A", 0);
	CU_ASSERT_EQUAL(result->status, PLX_STATUS_ANSWERED);
	CU_ASSERT_EQUAL(result->dnssec, PLX_DNSSEC_INDETERMINATE);
	CU_ASSERT_EQUAL(result->ede_code, 27 + 1);
	world_stop(&world);
}

static void judge_bogus_parent(struct world *judged, struct validation_request *request)
{
	(void)judged;
	if (is_about(request, "a.test")) {
		request->verdict = (struct proof_verdict) {
			.state = PLX_DNSSEC_BOGUS,
			.cause = DNSSEC_CAUSE_EXPIRED,
		};
	}
}

TEST(a_bogus_step_ends_the_climb_without_records_and_is_not_remembered)
{
	const struct scripted_server servers[] = {
		{SERVER_A, "a.test CAA", "aa", "an a.test 60 CAA ca.example\n"},
	};
	start(judge_bogus_parent, servers, 1);
	for (unsigned i = 0; i < 2; i++) {
		const struct plx_result *result = world_look_up(&world, "www.a.test relevant", 0);
		CU_ASSERT_EQUAL(result->status, PLX_STATUS_BOGUS);
		CU_ASSERT_EQUAL(result->cause, PLX_CAUSE_VALIDATION_FAILED);
		CU_ASSERT_EQUAL(result->dnssec, PLX_DNSSEC_BOGUS);
		CU_ASSERT_EQUAL(result->ede_code, 7 + 1);
		CU_ASSERT_EQUAL(result->record_count, 0);
		CU_ASSERT_EQUAL(result->has_found_at, 0);
		CU_ASSERT_EQUAL(result->body_length, 0);
		// The denial below was judged and is remembered.
		CU_ASSERT_EQUAL(strstr(world.log, "www.a.test CAA") == NULL, i == 1);
		CU_ASSERT_PTR_NOT_NULL(strstr(world.log, " a.test CAA"));
	}
	world_stop(&world);
}

static void judge_secure_parent(struct world *judged, struct validation_request *request)
{
	(void)judged;
	if (is_about(request, "a.test")) {
		secure(request, JUDGED_RECORDS);
	}
}

TEST(the_weakest_state_of_a_climb_counts_remembered_or_not)
{
	const struct scripted_server servers[] = {
		{SERVER_A, "a.test CAA", "aa", "an a.test 60 CAA ca.example\n"},
	};
	start(judge_secure_parent, servers, 1);
	CU_ASSERT_EQUAL(world_look_up(&world, "www.a.test relevant", 0)->dnssec,
			PLX_DNSSEC_INSECURE);
	CU_ASSERT_EQUAL(world_look_up(&world, "www.a.test relevant", 0)->dnssec,
			PLX_DNSSEC_INSECURE);
	CU_ASSERT_EQUAL(world.proofs, 1);
	CU_ASSERT_EQUAL(world_look_up(&world, "a.test relevant", 0)->dnssec, PLX_DNSSEC_SECURE);
	world_stop(&world);
}

static void judge_contrary(struct world *judged, struct validation_request *request)
{
	(void)judged;
	secure(request, JUDGED_NODATA);
}

TEST(what_the_judge_reads_otherwise_is_bogus_but_absence_is_what_was_proved)
{
	const struct scripted_server servers[] = {
		{SERVER_A, "no.a.test *", "aa nxdomain", "au a.test 60 SOA 60\n"},
	};
	start(judge_contrary, servers, 1);
	CU_ASSERT_EQUAL(world_look_up(&world, "www.a.test A", 0)->status, PLX_STATUS_BOGUS);
	const struct plx_result *result = world_look_up(&world, "no.a.test A", 0);
	CU_ASSERT_EQUAL(result->status, PLX_STATUS_ANSWERED);
	CU_ASSERT_EQUAL(result->rcode, PLX_RCODE_NOERROR);
	world_stop(&world);
}

static void judge_failed(struct world *judged, struct validation_request *request)
{
	(void)judged;
	struct plx_name zone = scripted_name("a.test");
	CU_ASSERT_TRUE(request->proof.is_failed);
	CU_ASSERT_TRUE(plx_name_equal(&request->proof.zone, &zone));
}

TEST(a_failed_look_up_has_the_state_of_its_zone)
{
	const struct scripted_server silent[] = {{SERVER_A, "*", "timeout", ""}};
	const struct scripted_server failing[] = {{SERVER_A, "*", "servfail", ""}};
	start(judge_failed, silent, 1);
	const struct plx_result *result = world_look_up(&world, "www.a.test A", 0);
	CU_ASSERT_EQUAL(result->status, PLX_STATUS_TIMEOUT);
	CU_ASSERT_EQUAL(result->cause, PLX_CAUSE_NO_ANSWER);
	CU_ASSERT_EQUAL(result->dnssec, PLX_DNSSEC_INSECURE);
	CU_ASSERT_EQUAL(world.proofs, 1);
	CU_ASSERT_EQUAL(result->server.ip.family, 0);
	world_use(&world, failing, 1);
	result = world_look_up(&world, "www.a.test A", 0);
	CU_ASSERT_EQUAL(result->rcode, PLX_RCODE_SERVFAIL);
	CU_ASSERT_EQUAL(result->dnssec, PLX_DNSSEC_INSECURE);
	world_stop(&world);
}

static void judge_evidence(struct world *judged, struct validation_request *request)
{
	(void)judged;
	CU_ASSERT_FALSE(request->uses_cache);
}

TEST(evidence_remembers_nothing_of_the_name_and_uses_nothing_remembered)
{
	start(NULL, NULL, 0);
	(void)world_look_up(&world, "www.a.test CAA", 0);
	world.judge = judge_evidence;
	(void)world_look_up(&world, "www.a.test CAA", PLX_JOB_NO_CACHE);
	CU_ASSERT_STRING_EQUAL(world.log, TLD " a.test A\n" SERVER_A " www.a.test CAA\n");
	CU_ASSERT_EQUAL(world.proofs, 1);
	world_stop(&world);
}

TEST(a_flush_forgets_delegations_and_denials)
{
	start(NULL, NULL, 0);
	(void)world_look_up(&world, "www.a.test CAA", 0);
	CU_ASSERT_EQUAL(world_look_up(&world, "www.a.test CAA", 0)->queries, 0);
	CU_ASSERT_EQUAL(world.results[0].result.dnssec, PLX_DNSSEC_INSECURE);
	struct plx_name zone = scripted_name("a.test");
	CU_ASSERT_EQUAL(recursor_flush(world.recursor, &zone), 2);
	CU_ASSERT_EQUAL(world_look_up(&world, "www.a.test CAA", 0)->queries, 2);
	world_stop(&world);
}

// Runs until the first proof is out.
static struct validation_request *prove(void)
{
	struct world_query query;
	static struct scripted_reply reply;
	(void)world_submit(&world, "www.a.test A", 0);
	while (world_next_query(&world, &query)) {
		CU_ASSERT_TRUE_FATAL(world_answer(&world, &query, &reply));
		(void)world_deliver(&world, &query, &reply);
	}
	struct validation_request *request = recursor_next_proof(world.recursor);
	CU_ASSERT_PTR_NOT_NULL_FATAL(request);
	return request;
}

TEST(a_look_up_whose_client_or_time_is_gone_waits_for_its_proof_unseen)
{
	start(NULL, NULL, 0);
	struct validation_request *request = prove();
	recursor_cancel_client(world.recursor, 0);
	recursor_proof_done(world.recursor, request, world.now_ns);
	CU_ASSERT_EQUAL(world.result_count, 0);
	CU_ASSERT_EQUAL(recursor_room(world.recursor, PLX_PRIORITY_INTERACTIVE), 1000);

	request = prove();
	world_pass(&world, 9 * SECOND);
	CU_ASSERT_EQUAL_FATAL(world.result_count, 1);
	CU_ASSERT_EQUAL(world.results[0].result.status, PLX_STATUS_TIMEOUT);
	CU_ASSERT_EQUAL(world.results[0].result.dnssec, PLX_DNSSEC_INDETERMINATE);
	recursor_proof_refused(world.recursor, request);
	CU_ASSERT_PTR_NULL(recursor_next_proof(world.recursor));
	CU_ASSERT_EQUAL(recursor_room(world.recursor, PLX_PRIORITY_INTERACTIVE), 1000);

	request = prove();
	recursor_proof_refused(world.recursor, request);
	world_run(&world);
	CU_ASSERT_EQUAL(world.result_count, 2);
	world_stop(&world);
}

TEST(a_trace_tells_each_step_as_it_was_on_the_wire)
{
	start(NULL, NULL, 0);
	const struct plx_result *result = world_look_up(&world, "www.a.test A", PLX_JOB_TRACE);
	CU_ASSERT_EQUAL(result->record_count, 1);
	CU_ASSERT_STRING_EQUAL(world_text(&world, &world.results[0]), "www.a.test 203.0.113.1");
	struct plx_reader reader = plx_result_trace(result, world.results[0].body);
	struct plx_trace_step step;
	static const enum plx_trace_verdict verdicts[] = {PLX_TRACE_REFERRAL, PLX_TRACE_REFERRAL,
							  PLX_TRACE_RECORDS};
	for (unsigned i = 0; i < 3; i++) {
		CU_ASSERT_EQUAL_FATAL(plx_trace_read(&reader, &step), 1);
		CU_ASSERT_EQUAL(step.kind, PLX_TRACE_QUERY);
		CU_ASSERT_EQUAL(step.verdict, verdicts[i]);
		CU_ASSERT_EQUAL(step.transport, PLX_TRANSPORT_UDP);
		CU_ASSERT_TRUE_FATAL(step.query_length > 17 && step.response_length > 17);
		CU_ASSERT_EQUAL(memcmp(step.query, step.response, 2), 0);
		CU_ASSERT_EQUAL(memcmp(step.query + 12, step.response + 12, step.name.length), 0);
		CU_ASSERT_EQUAL(memcmp(step.query + 12, step.name.wire, step.name.length), 0);
		CU_ASSERT_EQUAL(step.at_us, i * WORLD_RTT_NS / 1000);
	}
	CU_ASSERT_EQUAL_FATAL(plx_trace_read(&reader, &step), 1);
	CU_ASSERT_EQUAL(step.kind, PLX_TRACE_PROOF);
	CU_ASSERT_EQUAL(step.dnssec, PLX_DNSSEC_INSECURE);
	CU_ASSERT_EQUAL(step.verdict, PLX_TRACE_RECORDS);
	CU_ASSERT_EQUAL(step.judged_at_s, 1700001000);
	CU_ASSERT_EQUAL(plx_trace_read(&reader, &step), 0);
	world_stop(&world);
}

TEST_MAIN(recursor_proof, T(an_answer_is_proved_with_the_replies_on_its_way),
	  T(signatures_are_judged_by_the_clock_as_it_is_set_meanwhile),
	  T(what_the_judge_lacks_is_fetched_and_it_is_asked_again),
	  T(an_answer_whose_proof_cannot_be_had_is_dropped),
	  T(a_judge_that_never_has_enough_is_stopped), T(a_verdict_about_another_name_is_bogus),
	  T(an_answer_that_is_whole_stands_beside_an_indeterminate_state),
	  T(a_bogus_step_ends_the_climb_without_records_and_is_not_remembered),
	  T(the_weakest_state_of_a_climb_counts_remembered_or_not),
	  T(what_the_judge_reads_otherwise_is_bogus_but_absence_is_what_was_proved),
	  T(a_failed_look_up_has_the_state_of_its_zone),
	  T(evidence_remembers_nothing_of_the_name_and_uses_nothing_remembered),
	  T(a_flush_forgets_delegations_and_denials),
	  T(a_look_up_whose_client_or_time_is_gone_waits_for_its_proof_unseen),
	  T(a_trace_tells_each_step_as_it_was_on_the_wire))
