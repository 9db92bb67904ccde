// SPDX-License-Identifier: BSD-3-Clause
// Merging, priority, limits, backpressure and clients that go away.

#include "cunit_runner.h"
#include "engine_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static struct fixture fixture;
static struct fixture_query query;

static const char *numbered(unsigned i)
{
	static char name[32];
	snprintf(name, sizeof(name), "n%u.test", i);
	return name;
}

TEST(identical_questions_are_asked_once_and_all_are_answered)
{
	fixture_start(&fixture, 1);
	uint64_t tags[5];
	for (unsigned i = 0; i < 5; i++) {
		tags[i] = fixture_lookup(&fixture, i % 2 == 0 ? "x.test" : "X.TEST", PLX_TYPE_TXT);
	}
	CU_ASSERT_TRUE(fixture_next_udp(&fixture, &query));
	struct fixture_query more;
	CU_ASSERT_FALSE(fixture_next_udp(&fixture, &more));
	CU_ASSERT_EQUAL(fixture.counters.questions_merged, 4);
	CU_ASSERT_EQUAL(reply_nodata(&fixture, &query), PLX_DROP_ACCEPTED);
	for (unsigned i = 0; i < 5; i++) {
		CU_ASSERT_PTR_NOT_NULL(fixture_result_of(&fixture, tags[i]));
	}
	fixture_stop(&fixture);
}

TEST(joining_an_open_question_keeps_the_shorter_deadline)
{
	fixture_start(&fixture, 1);
	struct plx_job job = {
		.kind = PLX_JOB_LOOKUP, .qtype = PLX_TYPE_TXT, .flags = PLX_JOB_TCP_ONLY};
	uint64_t patient = fixture_submit(&fixture, 0, PLX_PRIORITY_BULK, &job, "x.test");
	CU_ASSERT_TRUE(fixture_next_tcp(&fixture, &query));
	job.timeout_ms = 500;
	uint64_t hasty = fixture_submit(&fixture, 0, PLX_PRIORITY_BULK, &job, "x.test");
	fixture_pass(&fixture, 490 * MS);
	CU_ASSERT_PTR_NULL(fixture_result_of(&fixture, hasty));
	fixture_pass(&fixture, 50 * MS);
	CU_ASSERT_PTR_NOT_NULL(fixture_result_of(&fixture, hasty));
	CU_ASSERT_PTR_NULL(fixture_result_of(&fixture, patient));
	fixture_stop(&fixture);
}

TEST(climbs_share_their_parents)
{
	fixture_start(&fixture, 1);
	for (unsigned i = 0; i < 50; i++) {
		(void)fixture_caa(&fixture, numbered(i));
	}
	unsigned asked = 0;
	while (fixture_next_udp(&fixture, &query)) {
		asked++;
		if (strcmp(query.name_text, "test") != 0) {
			CU_ASSERT_EQUAL(reply_nodata(&fixture, &query), PLX_DROP_ACCEPTED);
		}
		if (asked == 51) {
			break; // 50 names, and the parent once
		}
	}
	CU_ASSERT_EQUAL(asked, 51);
	CU_ASSERT_FALSE(fixture_next_udp(&fixture, &query));
	fixture_stop(&fixture);
}

TEST(interactive_goes_before_bulk)
{
	fixture_start(&fixture, 1);
	for (unsigned i = 0; i < 10; i++) {
		(void)fixture_lookup(&fixture, numbered(i), PLX_TYPE_TXT);
	}
	struct plx_job job = {.kind = PLX_JOB_LOOKUP, .qtype = PLX_TYPE_TXT};
	(void)fixture_submit(&fixture, 1, PLX_PRIORITY_INTERACTIVE, &job, "order.test");
	// Joining a bulk question that was not sent yet brings it forward as well.
	(void)fixture_submit(&fixture, 1, PLX_PRIORITY_INTERACTIVE, &job, numbered(7));
	CU_ASSERT_TRUE_FATAL(fixture_next_udp(&fixture, &query));
	CU_ASSERT_STRING_EQUAL(query.name_text, "order.test");
	CU_ASSERT_TRUE_FATAL(fixture_next_udp(&fixture, &query));
	CU_ASSERT_STRING_EQUAL(query.name_text, "n7.test");
	CU_ASSERT_TRUE_FATAL(fixture_next_udp(&fixture, &query));
	CU_ASSERT_STRING_EQUAL(query.name_text, "n0.test");
	unsigned rest = 0;
	while (fixture_next_udp(&fixture, &query)) {
		rest++;
	}
	CU_ASSERT_EQUAL(rest, 8);
	fixture_stop(&fixture);
}

static unsigned submit_until_refused(const char *(*name_of)(unsigned))
{
	struct plx_job job = {.kind = PLX_JOB_LOOKUP, .qtype = PLX_TYPE_TXT};
	for (unsigned taken = 0;; taken++) {
		const char *name = name_of(taken);
		CU_ASSERT_EQUAL_FATAL(plx_name_parse(name, strlen(name), &job.name), 0);
		if (resolver_submit(fixture.resolver, 0, PLX_PRIORITY_BULK, &job, fixture.now_ns) !=
		    0) {
			return taken;
		}
	}
}

static const char *always_the_same(unsigned i)
{
	(void)i;
	return "same.test";
}

TEST(bulk_leaves_room_for_interactive)
{
	fixture_start(&fixture, 1);
	CU_ASSERT_EQUAL(submit_until_refused(always_the_same), 1024 - 128);
	CU_ASSERT_EQUAL(resolver_room(fixture.resolver, PLX_PRIORITY_BULK), 0);
	CU_ASSERT_EQUAL(resolver_room(fixture.resolver, PLX_PRIORITY_INTERACTIVE), 128);
	struct plx_job job = {.kind = PLX_JOB_LOOKUP, .qtype = PLX_TYPE_TXT};
	(void)fixture_submit(&fixture, 1, PLX_PRIORITY_INTERACTIVE, &job, "order.test");
	fixture_stop(&fixture);
}

TEST(bulk_that_cannot_be_sent_yet_stays_with_its_client)
{
	fixture_start(&fixture, 1);
	CU_ASSERT_EQUAL(submit_until_refused(numbered), 512);
	unsigned sent = 0;
	while (fixture_next_udp(&fixture, &query)) {
		sent++;
	}
	CU_ASSERT_EQUAL(sent, 128); // the window at the start
	CU_ASSERT_EQUAL(resolver_room(fixture.resolver, PLX_PRIORITY_BULK), 128);
	fixture_stop(&fixture);
}

TEST(a_server_never_has_more_in_flight_than_allowed)
{
	fixture_start_config(&fixture, 1, false, 0, 20);
	for (unsigned i = 0; i < 100; i++) {
		(void)fixture_lookup(&fixture, numbered(i), PLX_TYPE_TXT);
	}
	unsigned sent = 0;
	struct fixture_query last;
	while (fixture_next_udp(&fixture, &query)) {
		sent++;
		last = query;
	}
	CU_ASSERT_EQUAL(sent, 20);
	CU_ASSERT_EQUAL(reply_nodata(&fixture, &last), PLX_DROP_ACCEPTED);
	CU_ASSERT_TRUE(fixture_next_udp(&fixture, &query));
	CU_ASSERT_FALSE(fixture_next_udp(&fixture, &query));
	fixture_stop(&fixture);
}

TEST(a_server_is_not_asked_faster_than_its_rate)
{
	fixture_start_config(&fixture, 1, false, 100, 0);
	for (unsigned i = 0; i < 500; i++) {
		(void)fixture_lookup(&fixture, numbered(i), PLX_TYPE_TXT);
	}
	unsigned sent = 0;
	uint64_t end_ns = fixture.now_ns + 2 * SECOND;
	while (fixture.now_ns < end_ns) {
		while (fixture_next_udp(&fixture, &query)) {
			sent++;
			CU_ASSERT_EQUAL(reply_nodata(&fixture, &query), PLX_DROP_ACCEPTED);
			for (unsigned r = 0; r < fixture.result_count; r++) {
				free(fixture.results[r].body);
			}
			fixture.result_count = 0;
		}
		fixture_pass(&fixture, MS);
	}
	CU_ASSERT_TRUE(sent >= 198 && sent <= 203);
	fixture_stop(&fixture);
}

TEST(workers_together_keep_to_the_in_flight_limit)
{
	static const uint32_t limits[] = {1, 2, 4, 7, 41};
	for (unsigned l = 0; l < PLX_ARRAY_SIZE(limits); l++) {
		unsigned sent = 0;
		for (uint16_t worker = 0; worker < 4; worker++) {
			fixture_start_worker(&fixture, worker, 4, 0, limits[l]);
			for (unsigned i = 0; i < 50; i++) {
				(void)fixture_lookup(&fixture, numbered(i), PLX_TYPE_TXT);
			}
			while (fixture_next_udp(&fixture, &query)) {
				sent++;
			}
			CU_ASSERT_FALSE(fixture_next_tcp(&fixture, &query));
			fixture_stop(&fixture);
		}
		CU_ASSERT_EQUAL(sent, limits[l]);
	}
}

TEST(a_worker_without_a_part_of_a_server_fails_at_once)
{
	fixture_start_worker(&fixture, 3, 4, 0, 3);
	uint64_t tag = fixture_lookup(&fixture, "x.test", PLX_TYPE_TXT);
	const struct fixture_result *found = fixture_result_of(&fixture, tag);
	CU_ASSERT_PTR_NOT_NULL_FATAL(found);
	CU_ASSERT_EQUAL(found->result.status, PLX_STATUS_TIMEOUT);
	CU_ASSERT_EQUAL(found->result.cause, PLX_CAUSE_NO_SERVER);
	fixture_stop(&fixture);
}

TEST(workers_together_keep_to_the_rate)
{
	unsigned sent = 0;
	for (uint16_t worker = 0; worker < 4; worker++) {
		fixture_start_worker(&fixture, worker, 4, 1, 0);
		unsigned asked = 0;
		for (uint64_t end_ns = fixture.now_ns + 20 * SECOND; fixture.now_ns < end_ns;) {
			(void)fixture_lookup(&fixture, numbered(asked), PLX_TYPE_TXT);
			while (fixture_next_udp(&fixture, &query)) {
				asked++;
				CU_ASSERT_EQUAL(reply_nodata(&fixture, &query), PLX_DROP_ACCEPTED);
			}
			fixture_pass(&fixture, 100 * MS);
			fixture_forget_results(&fixture);
		}
		CU_ASSERT_TRUE(asked >= 5); // none is left out
		sent += asked;
		fixture_stop(&fixture);
	}
	CU_ASSERT_TRUE(sent <= 20 + 4); // and one for each at the start
}

TEST(what_tcp_sends_again_counts_and_takes_its_tokens)
{
	fixture_start_config(&fixture, 1, false, 10, 0);
	struct plx_job job = {
		.kind = PLX_JOB_LOOKUP, .qtype = PLX_TYPE_TXT, .flags = PLX_JOB_TCP_ONLY};
	uint64_t tag = fixture_submit(&fixture, 0, PLX_PRIORITY_BULK, &job, "x.test");
	CU_ASSERT_TRUE_FATAL(fixture_next_tcp(&fixture, &query));
	CU_ASSERT_EQUAL(query.tcp.resends_max, TCP_RECONNECTS_PER_QUERY);
	static struct fixture_reply reply;
	reply_begin(&reply, &query, PLX_FLAG_RA, PLX_RCODE_NOERROR);
	reply_txt(&reply, NULL, "hello");
	const struct tcp_answer answer = {
		.server = query.server,
		.slot = query.tcp.slot,
		.generation = query.tcp.generation,
		.resends = 2,
		.length = (uint32_t)reply.writer.position,
		.message = reply.wire,
	};
	resolver_tcp_answer(fixture.resolver, &answer, fixture.now_ns);
	CU_ASSERT_PTR_NOT_NULL_FATAL(fixture_result_of(&fixture, tag));
	CU_ASSERT_EQUAL(fixture_result_of(&fixture, tag)->result.queries, 3);
	CU_ASSERT_EQUAL(fixture.counters.tcp_queries, 3);
	// 10 a second: the next one is due after three times 100 ms, less what may go at once after a pause.
	(void)fixture_lookup(&fixture, "y.test", PLX_TYPE_TXT);
	fixture_pass(&fixture, 190 * MS);
	CU_ASSERT_FALSE(fixture_next_udp(&fixture, &query));
	fixture_pass(&fixture, 120 * MS);
	CU_ASSERT_TRUE(fixture_next_udp(&fixture, &query));
	fixture_stop(&fixture);
}

TEST(the_last_queries_of_a_question_are_not_sent_again_by_tcp)
{
	fixture_start(&fixture, 1);
	struct plx_job job = {.kind = PLX_JOB_LOOKUP,
			      .qtype = PLX_TYPE_TXT,
			      .attempts = 40,
			      .timeout_ms = PLX_JOB_TIMEOUT_MS_MAX};
	uint64_t tag = fixture_submit(&fixture, 0, PLX_PRIORITY_BULK, &job, "x.test");
	unsigned udp = 0;
	struct fixture_query last = {0};
	for (unsigned i = 0; i < 1200 && fixture_result_of(&fixture, tag) == NULL; i++) {
		udp += fixture_next_udp(&fixture, &query);
		if (fixture_next_tcp(&fixture, &last)) {
			break;
		}
		fixture_pass(&fixture, 100 * MS);
	}
	CU_ASSERT_EQUAL(udp, 39);
	CU_ASSERT_EQUAL(last.tcp.resends_max, 0);
	fixture_stop(&fixture);
}

TEST(a_client_that_does_not_read_loses_nothing_and_gets_no_more_work)
{
	fixture_start(&fixture, 1);
	uint64_t tags[3];
	for (unsigned i = 0; i < 3; i++) {
		tags[i] = fixture_lookup(&fixture, numbered(i), PLX_TYPE_TXT);
	}
	fixture.is_client_stalled = true;
	for (unsigned i = 0; i < 3; i++) {
		CU_ASSERT_TRUE_FATAL(fixture_next_udp(&fixture, &query));
		CU_ASSERT_EQUAL(reply_nodata(&fixture, &query), PLX_DROP_ACCEPTED);
	}
	CU_ASSERT_EQUAL(fixture.result_count, 0);
	struct plx_job job = {.kind = PLX_JOB_LOOKUP, .qtype = PLX_TYPE_TXT, .name = {.length = 1}};
	CU_ASSERT_EQUAL(
		resolver_submit(fixture.resolver, 0, PLX_PRIORITY_BULK, &job, fixture.now_ns),
		-EBUSY);
	CU_ASSERT_EQUAL(
		resolver_submit(fixture.resolver, 1, PLX_PRIORITY_BULK, &job, fixture.now_ns), 0);
	fixture.is_client_stalled = false;
	fixture_pass(&fixture, 5 * MS);
	CU_ASSERT_EQUAL(fixture.result_count, 3);
	for (unsigned i = 0; i < 3; i++) {
		CU_ASSERT_EQUAL(fixture.results[i].result.tag, tags[i]); // in order
	}
	CU_ASSERT_EQUAL(
		resolver_submit(fixture.resolver, 0, PLX_PRIORITY_BULK, &job, fixture.now_ns), 0);
	fixture_stop(&fixture);
}

TEST(a_client_that_is_gone_frees_its_work_and_leaves_others_alone)
{
	fixture_start(&fixture, 1);
	struct plx_job job = {.kind = PLX_JOB_LOOKUP, .qtype = PLX_TYPE_TXT};
	for (unsigned i = 0; i < 100; i++) {
		(void)fixture_submit(&fixture, 3, PLX_PRIORITY_BULK, &job, numbered(i));
	}
	uint64_t shared = fixture_submit(&fixture, 4, PLX_PRIORITY_BULK, &job, numbered(50));
	for (unsigned i = 0; i < 60; i++) {
		CU_ASSERT_TRUE(fixture_next_udp(&fixture, &query));
	}
	resolver_cancel_client(fixture.resolver, 3);
	fixture_pass(&fixture, 25 * MS);
	CU_ASSERT_EQUAL(fixture.counters.lookups_in_flight, 1);
	struct upstream_snapshot snapshot;
	resolver_upstream_read(fixture.resolver, 0, &snapshot);
	CU_ASSERT_EQUAL(snapshot.in_flight, 1);
	CU_ASSERT_FALSE(
		fixture_next_udp(&fixture, &query)); // what was queued for it is not sent any more
	fixture_pass(&fixture, 10 * SECOND);
	CU_ASSERT_EQUAL(fixture.result_count, 1);
	CU_ASSERT_PTR_NOT_NULL(fixture_result_of(&fixture, shared));
	CU_ASSERT_EQUAL(fixture.counters.questions_in_flight, 0);
	fixture_stop(&fixture);
}

// Timers are not cancelled: what was answered long ago still has one.
TEST(a_quick_server_is_asked_more_often_than_there_are_slots_for_a_timeout)
{
	fixture_start(&fixture, 1);
	for (unsigned i = 0; i < 64 * 1024; i++) {
		uint64_t tag = fixture_lookup(&fixture, "x.test", PLX_TYPE_TXT);
		CU_ASSERT_TRUE_FATAL(fixture_next_udp(&fixture, &query));
		CU_ASSERT_EQUAL_FATAL(reply_nodata(&fixture, &query), PLX_DROP_ACCEPTED);
		CU_ASSERT_PTR_NOT_NULL_FATAL(fixture_result_of(&fixture, tag));
		fixture_forget_results(&fixture);
	}
	fixture_stop(&fixture);
}

TEST(an_idle_resolver_asks_for_no_wakeup)
{
	fixture_start(&fixture, 1);
	CU_ASSERT_EQUAL(resolver_next_wakeup(fixture.resolver, fixture.now_ns), UINT64_MAX);
	(void)fixture_lookup(&fixture, "x.test", PLX_TYPE_TXT);
	CU_ASSERT_TRUE(resolver_next_wakeup(fixture.resolver, fixture.now_ns) <=
		       fixture.now_ns + MS);
	CU_ASSERT_TRUE(fixture_next_udp(&fixture, &query));
	CU_ASSERT_EQUAL(resolver_next_wakeup(fixture.resolver, fixture.now_ns),
			fixture.now_ns + 400 * MS);
	fixture_stop(&fixture);
}

// The others are of those who share the codes with it.
TEST(a_resolver_keeps_to_its_part_of_the_slots)
{
	fixture_start(&fixture, 1);
	resolver_destroy(fixture.resolver);
	int error = 0;
	struct resolver_config config = {
		.identity = &fixture.identity,
		.worker_count = 1,
		.lookups_max = 64,
		.slot_bits = 5,
		.random = &fixture.random,
		.counters = &fixture.counters,
	};
	fixture.resolver = resolver_create(&config, &error);
	CU_ASSERT_PTR_NULL(fixture.resolver);
	CU_ASSERT_EQUAL(error, -EINVAL);
	config.slot_bits = 6;
	fixture.resolver = resolver_create(&config, &error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(fixture.resolver);
	const struct upstream_config upstream = {
		.endpoint = {.ip = {.family = 4, .bytes = {192, 0, 2, 1}}, .port = 53}};
	resolver_upstream_set(fixture.resolver, 0, &upstream);
	resolver_upstream_reachable(fixture.resolver, 0, true);
	for (unsigned i = 0; i < 56; i++) { // bulk leaves the rest to others
		(void)fixture_lookup(&fixture, numbered(i), PLX_TYPE_TXT);
		struct query_code code;
		CU_ASSERT_TRUE_FATAL(fixture_next_udp(&fixture, &query));
		CU_ASSERT_TRUE(query_identity_decode(
			&fixture.identity, query.source_port,
			(uint16_t)((unsigned)query.wire[0] << 8 | query.wire[1]), &code));
		CU_ASSERT_TRUE(code.slot < 64);
	}
	fixture_stop(&fixture);
}

TEST_MAIN(flow, T(a_resolver_keeps_to_its_part_of_the_slots),
	  T(identical_questions_are_asked_once_and_all_are_answered),
	  T(joining_an_open_question_keeps_the_shorter_deadline), T(climbs_share_their_parents),
	  T(interactive_goes_before_bulk), T(bulk_leaves_room_for_interactive),
	  T(bulk_that_cannot_be_sent_yet_stays_with_its_client),
	  T(a_server_never_has_more_in_flight_than_allowed),
	  T(a_server_is_not_asked_faster_than_its_rate),
	  T(workers_together_keep_to_the_in_flight_limit),
	  T(a_worker_without_a_part_of_a_server_fails_at_once),
	  T(workers_together_keep_to_the_rate), T(what_tcp_sends_again_counts_and_takes_its_tokens),
	  T(the_last_queries_of_a_question_are_not_sent_again_by_tcp),
	  T(a_client_that_does_not_read_loses_nothing_and_gets_no_more_work),
	  T(a_client_that_is_gone_frees_its_work_and_leaves_others_alone),
	  T(a_quick_server_is_asked_more_often_than_there_are_slots_for_a_timeout),
	  T(an_idle_resolver_asks_for_no_wakeup))
