// SPDX-License-Identifier: BSD-3-Clause
// What an audit of the engine found, one test a finding: what one client or server does to others, and what a limit
// does when it is reached.

#include "cunit_runner.h"
#include "engine_fixture.h"

#include <parallax/base/error.h>

#include "ratelimit/token_bucket.h"
#include "resolver/upstream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct fixture fixture;
static struct fixture_query query;
static struct fixture_reply reply;

// A's SERVFAIL must not be told as B's, who never answered.
TEST(a_failure_names_the_server_that_failed)
{
	fixture_start(&fixture, 2);
	struct plx_job job = {
		.kind = PLX_JOB_LOOKUP, .qtype = PLX_TYPE_TXT, .attempts = 2, .timeout_ms = 8000};
	uint64_t tag = fixture_submit(&fixture, 0, PLX_PRIORITY_BULK, &job, "x.test");
	CU_ASSERT_TRUE_FATAL(fixture_next_udp(&fixture, &query));
	struct plx_endpoint first = query.server;
	reply_rcode(&fixture, &query, PLX_RCODE_SERVFAIL);
	CU_ASSERT_TRUE_FATAL(fixture_next_udp(&fixture, &query));
	CU_ASSERT_FALSE(plx_endpoint_equal(&first, &query.server));
	fixture_pass(&fixture, 2 * SECOND);
	const struct fixture_result *found = fixture_result_of(&fixture, tag);
	CU_ASSERT_PTR_NOT_NULL_FATAL(found);
	CU_ASSERT_EQUAL(found->result.status, PLX_STATUS_ANSWERED);
	CU_ASSERT_EQUAL(found->result.rcode, PLX_RCODE_SERVFAIL);
	CU_ASSERT_TRUE(plx_endpoint_equal(&found->result.server, &first));
	fixture_stop(&fixture);
}

// A client that left must not keep slots which its successor's look-ups need.
TEST(a_client_that_left_leaves_its_slots)
{
	fixture_start_config(&fixture, 1, false, 1, 0);
	struct plx_job job = {.kind = PLX_JOB_LOOKUP, .qtype = PLX_TYPE_TXT};
	char name[32];
	for (unsigned i = 0; i < 1024; i++) {
		snprintf(name, sizeof(name), "a%u.test", i);
		fixture_submit(&fixture, 0, PLX_PRIORITY_INTERACTIVE, &job, name);
	}
	resolver_cancel_client(fixture.resolver, 0);
	snprintf(name, sizeof(name), "b.test");
	fixture_submit(&fixture, 1, PLX_PRIORITY_INTERACTIVE, &job, name); // asserts in lookup.c
	fixture_stop(&fixture);
}

// The TCP pool is full for a while: UDP must go on.
TEST(a_full_tcp_pool_does_not_stop_udp)
{
	fixture_start(&fixture, 1);
	struct plx_job tcp = {
		.kind = PLX_JOB_LOOKUP, .qtype = PLX_TYPE_TXT, .flags = PLX_JOB_TCP_ONLY};
	fixture_submit(&fixture, 0, PLX_PRIORITY_BULK, &tcp, "tcp.test");
	for (unsigned turn = 0; turn < 10000; turn++) { // 10 us each: 0.1 s
		fixture.now_ns += 10 * 1000;
		resolver_expire(fixture.resolver, fixture.now_ns);
		if (fixture_next_tcp(&fixture, &query)) {
			resolver_tcp_refused(fixture.resolver, &query.tcp);
		}
	}
	fixture_lookup(&fixture, "udp.test", PLX_TYPE_TXT);
	CU_ASSERT_TRUE(fixture_next_udp(&fixture, &query));
	fixture_stop(&fixture);
}

// A probe that ends by suspicion or cancellation must not leave the server in "probing" for ever.
static void make_first_server_down(void)
{
	for (unsigned i = 0; i < 400; i++) {
		struct upstream_snapshot snapshot;
		resolver_upstream_read(fixture.resolver, 0, &snapshot);
		if (strcmp(snapshot.health, "down") == 0) {
			return;
		}
		char name[32];
		snprintf(name, sizeof(name), "d%u.test", i);
		struct plx_job job = {.kind = PLX_JOB_LOOKUP, .qtype = PLX_TYPE_TXT, .attempts = 2};
		fixture_submit(&fixture, 0, PLX_PRIORITY_BULK, &job, name);
		for (unsigned turn = 0; turn < 400; turn++) {
			while (fixture_next_udp(&fixture, &query)) {
				if (query.upstream == 1) {
					reply_rcode(&fixture, &query, PLX_RCODE_NXDOMAIN);
				}
			}
			fixture_pass(&fixture, 5 * MS);
		}
		fixture_forget_results(&fixture);
	}
}

TEST(a_probe_that_is_cancelled_leaves_no_server_probing_for_ever)
{
	fixture_start(&fixture, 2);
	make_first_server_down();
	struct upstream_snapshot snapshot;
	resolver_upstream_read(fixture.resolver, 0, &snapshot);
	CU_ASSERT_STRING_EQUAL_FATAL(snapshot.health, "down");
	fixture_pass(&fixture, 61 * SECOND);
	// Look-ups until one probes the first server.
	bool has_probed = false;
	for (unsigned i = 0; i < 200 && !has_probed; i++) {
		char name[32];
		snprintf(name, sizeof(name), "p%u.test", i);
		fixture_lookup(&fixture, name, PLX_TYPE_TXT);
		CU_ASSERT_TRUE_FATAL(fixture_next_udp(&fixture, &query));
		has_probed = query.upstream == 0;
		if (!has_probed) {
			reply_rcode(&fixture, &query, PLX_RCODE_NXDOMAIN);
		}
		fixture_forget_results(&fixture);
	}
	CU_ASSERT_TRUE_FATAL(has_probed);
	resolver_cancel_client(fixture.resolver, 0);
	fixture_pass(&fixture, 200 * SECOND);
	// It is well again and nobody is told: three minutes later nothing has gone to it.
	unsigned asked = 0;
	for (unsigned i = 0; i < 200; i++) {
		char name[32];
		snprintf(name, sizeof(name), "q%u.test", i);
		fixture_lookup(&fixture, name, PLX_TYPE_TXT);
		CU_ASSERT_TRUE_FATAL(fixture_next_udp(&fixture, &query));
		asked += query.upstream == 0;
		reply_rcode(&fixture, &query, PLX_RCODE_NXDOMAIN);
		fixture_forget_results(&fixture);
	}
	CU_ASSERT_TRUE(asked > 0);
	fixture_stop(&fixture);
}

// Late answers to an older query of an open question are no forgeries. The server answers what it knows in 5 ms and
// what it must find out in 400 ms, as every recursive resolver does.
#define SLOW_MAX 16384
static struct fixture_query pending[SLOW_MAX];
static uint64_t due_ns[SLOW_MAX];
static unsigned pending_count;

static void slow_server_turn(void)
{
	while (pending_count < SLOW_MAX && fixture_next_udp(&fixture, &pending[pending_count])) {
		bool is_slow = pending[pending_count].name_text[0] == 's';
		due_ns[pending_count++] = fixture.now_ns + (is_slow ? 400 : 5) * MS;
	}
	while (fixture_next_tcp(&fixture, &query)) {
		reply_begin(&reply, &query, PLX_FLAG_RA, PLX_RCODE_NXDOMAIN);
		reply_send_tcp(&fixture, &query, &reply);
	}
	fixture_pass(&fixture, 5 * MS);

	for (unsigned i = 0; i < pending_count; i++) {
		if (due_ns[i] != 0 && due_ns[i] <= fixture.now_ns) {
			due_ns[i] = 0;
			reply_begin(&reply, &pending[i], PLX_FLAG_RA, PLX_RCODE_NXDOMAIN);
			(void)reply_send(&fixture, &reply);
		}
	}
	fixture_forget_results(&fixture);
}

TEST(names_that_take_long_raise_no_alarm_and_shut_no_window)
{
	fixture_start(&fixture, 1);
	pending_count = 0;
	struct upstream_snapshot first, second;
	unsigned next = 0;
	char name[32];
	for (unsigned turn = 0; turn < 400; turn++) { // 2 s, 4000 names a second, 3 % slow
		for (unsigned i = 0; i < 20; i++) {
			if (resolver_room(fixture.resolver, PLX_PRIORITY_BULK) == 0) {
				break;
			}
			snprintf(name, sizeof(name), "%s%u.test",
				 turn > 50 && next % 33 == 0 ? "s" : "q", next);
			next++;
			fixture_lookup(&fixture, name, PLX_TYPE_TXT);
		}
		slow_server_turn();
	}
	resolver_upstream_read(fixture.resolver, 0, &first);
	resolver_upstream_read(fixture.resolver, 1, &second);
	CU_ASSERT_EQUAL(first.unwanted + second.unwanted, 0);
	CU_ASSERT_EQUAL(fixture.counters.spoof_alarms, 0);
	CU_ASSERT_TRUE(first.window >= 128); // no server is overloaded by 4000 names a second here
	fixture_stop(&fixture);
}

// Nor are late answers to a question that is over, when its slot has served others since. The first server takes two
// seconds for some names; the second one has answered them long before.
static void two_servers_turn(void)
{
	while (pending_count < SLOW_MAX && fixture_next_udp(&fixture, &pending[pending_count])) {
		const struct fixture_query *asked = &pending[pending_count];
		bool is_slow = asked->name_text[0] == 's' && asked->upstream == 0;
		due_ns[pending_count++] = fixture.now_ns + (is_slow ? 2000 : 5) * MS;
	}
	fixture_pass(&fixture, 5 * MS);
	for (unsigned i = 0; i < pending_count; i++) {
		if (due_ns[i] != 0 && due_ns[i] <= fixture.now_ns) {
			due_ns[i] = 0;
			reply_begin(&reply, &pending[i], PLX_FLAG_RA, PLX_RCODE_NXDOMAIN);
			(void)reply_send(&fixture, &reply);
		}
	}
	fixture_forget_results(&fixture);
}

TEST(answers_that_come_after_their_question_ended_raise_no_alarm)
{
	fixture_start(&fixture, 2);
	pending_count = 0;
	unsigned next = 0;
	char name[32];
	for (unsigned turn = 0; turn < 600; turn++) { // 3 s, 4000 names a second, a tenth slow
		for (unsigned i = 0; i < 20; i++) {
			if (resolver_room(fixture.resolver, PLX_PRIORITY_BULK) == 0) {
				break;
			}
			snprintf(name, sizeof(name), "%s%u.test",
				 turn > 50 && next % 10 == 0 ? "s" : "q", next);
			next++;
			fixture_lookup(&fixture, name, PLX_TYPE_TXT);
		}
		two_servers_turn();
	}
	struct upstream_snapshot first;
	resolver_upstream_read(fixture.resolver, 0, &first);
	CU_ASSERT_TRUE(pending_count < SLOW_MAX && first.timeouts > 200);
	CU_ASSERT_EQUAL(first.unwanted, 0);
	CU_ASSERT_EQUAL(fixture.counters.spoof_alarms, 0);
	fixture_stop(&fixture);
}

// The answer of a removed server must not be told as its successor's, least of all with the successor's trust.
TEST(a_removed_server_s_tcp_answer_is_not_its_successor_s)
{
	fixture_start(&fixture, 1);
	struct plx_job tcp = {
		.kind = PLX_JOB_LOOKUP, .qtype = PLX_TYPE_TXT, .flags = PLX_JOB_TCP_ONLY};
	uint64_t tag = fixture_submit(&fixture, 0, PLX_PRIORITY_BULK, &tcp, "x.test");
	CU_ASSERT_TRUE_FATAL(fixture_next_tcp(&fixture, &query));
	resolver_upstream_remove(fixture.resolver, 0, fixture.now_ns);
	const struct upstream_config trusted = {
		.endpoint = {.ip = {.family = 4, .bytes = {198, 51, 100, 1}}, .port = 53},
		.is_trusted = true,
	};
	resolver_upstream_set(fixture.resolver, 0, &trusted);
	reply_begin(&reply, &query, PLX_FLAG_RA | PLX_FLAG_AD, PLX_RCODE_NOERROR);
	reply_txt(&reply, NULL, "forged");
	reply_opt(&reply, 0, NULL, 0);
	reply_send_tcp(&fixture, &query, &reply);
	const struct fixture_result *found = fixture_result_of(&fixture, tag);
	if (found != NULL) {
		CU_ASSERT_NOT_EQUAL(found->result.dnssec, PLX_DNSSEC_SECURE);
		CU_ASSERT_TRUE(plx_endpoint_equal(&found->result.server, &query.server));
	}
	fixture_stop(&fixture);
}

// One client's impatience must not take a server from all.
TEST(short_deadlines_take_no_server_down)
{
	fixture_start(&fixture, 1);
	struct plx_job hasty = {
		.kind = PLX_JOB_LOOKUP, .qtype = PLX_TYPE_TXT, .timeout_ms = 10, .attempts = 1};
	char name[32];
	for (unsigned i = 0; i < 60; i++) { // the server answers each in 100 ms
		snprintf(name, sizeof(name), "h%u.test", i);
		fixture_submit(&fixture, 0, PLX_PRIORITY_BULK, &hasty, name);
		bool was_sent = fixture_next_udp(&fixture, &query);
		fixture_pass(&fixture, 100 * MS);
		if (was_sent) {
			reply_rcode(&fixture, &query, PLX_RCODE_NXDOMAIN);
		}
	}
	struct upstream_snapshot snapshot;
	resolver_upstream_read(fixture.resolver, 0, &snapshot);
	CU_ASSERT_STRING_EQUAL(snapshot.health, "up");
	fixture_stop(&fixture);
}

// A client with hasty deadlines must not use up the attempts of another one's question.
TEST(a_hasty_client_does_not_use_up_another_s_attempts)
{
	fixture_start(&fixture, 1);
	struct plx_job hasty = {.kind = PLX_JOB_LOOKUP, .qtype = PLX_TYPE_TXT, .timeout_ms = 1};
	struct plx_job patient = {
		.kind = PLX_JOB_LOOKUP, .qtype = PLX_TYPE_TXT, .timeout_ms = 8000};
	uint64_t tag = fixture_submit(&fixture, 0, PLX_PRIORITY_BULK, &patient, "victim.test");
	unsigned sent = 0;
	uint64_t start_ns = fixture.now_ns;
	while (fixture_result_of(&fixture, tag) == NULL && fixture.now_ns < start_ns + 9 * SECOND) {
		fixture_submit(&fixture, 1, PLX_PRIORITY_BULK, &hasty, "victim.test");
		while (fixture_next_udp(&fixture, &query)) {
			sent++;
		}
		while (fixture_next_tcp(&fixture, &query)) {
			reply_fail_tcp(&fixture, &query, PLX_ERR_TCP_TIMEOUT);
			sent++;
		}
		fixture_pass(&fixture, 5 * MS);
		if (fixture.result_count > 200) {
			break;
		}
	}
	const struct fixture_result *found = fixture_result_of(&fixture, tag);
	CU_ASSERT_TRUE(found == NULL || fixture.now_ns - start_ns > 2 * SECOND);
	fixture_stop(&fixture);
}

// CLOCK_MONOTONIC counts from the boot: 2^54 ns are 208 days.
TEST(a_token_bucket_outlives_208_days)
{
	struct token_bucket bucket;
	token_bucket_init(&bucket, 1000);
	uint64_t now_ns = (1ull << 54) - 1000;
	CU_ASSERT_TRUE(token_bucket_has(&bucket, now_ns));
	token_bucket_take(&bucket, now_ns);
	token_bucket_take(&bucket, now_ns);
	CU_ASSERT_TRUE(token_bucket_has(&bucket, now_ns + 60 * SECOND));
}

// A timer that is armed again finds its ring full.
TEST(a_full_ring_of_timers_stops_no_worker)
{
	fixture_start(&fixture, 1);
	struct plx_job tcp = {.kind = PLX_JOB_LOOKUP,
			      .qtype = PLX_TYPE_TXT,
			      .flags = PLX_JOB_TCP_ONLY,
			      .timeout_ms = 100};
	fixture_submit(&fixture, 0, PLX_PRIORITY_BULK, &tcp, "x.test");
	tcp.timeout_ms = 60000;
	fixture_submit(&fixture, 0, PLX_PRIORITY_BULK, &tcp, "x.test");
	CU_ASSERT_TRUE_FATAL(fixture_next_tcp(&fixture, &query)); // accepted by the pool
	fixture_submit(&fixture, 0, PLX_PRIORITY_BULK, &tcp, "y.test");
	while (fixture_next_tcp(&fixture, &query)) { // refused
		fixture.now_ns += 10 * 1000;
		resolver_tcp_refused(fixture.resolver, &query.tcp);
	}
	fixture_pass(&fixture, 200 * MS); // asserts in timer_fifo_arm
	fixture_stop(&fixture);
}

// One client that does not read must not stop the others.
static unsigned others_results;
static bool deliver_to_others(void *context, unsigned client, const struct plx_result *result,
			      const uint8_t *body)
{
	(void)context;
	(void)result;
	(void)body;
	others_results += client == 1;
	return client == 1;
}

TEST(a_client_that_does_not_read_stops_no_other)
{
	fixture_start(&fixture, 0);
	resolver_destroy(fixture.resolver);
	const struct resolver_config config = {
		.identity = &fixture.identity,
		.worker_count = 1,
		.lookups_max = 1024,
		.random = &fixture.random,
		.sink = {.deliver = deliver_to_others},
		.counters = &fixture.counters,
	};
	int error;
	fixture.resolver = resolver_create(&config, &error);
	const struct upstream_config upstream = {
		.endpoint = {.ip = {.family = 4, .bytes = {192, 0, 2, 1}}, .port = 53}};
	resolver_upstream_set(fixture.resolver, 0, &upstream);
	resolver_upstream_reachable(fixture.resolver, 0, true);
	struct plx_job job = {
		.kind = PLX_JOB_LOOKUP, .qtype = PLX_TYPE_TXT, .flags = PLX_JOB_TCP_ONLY};
	char text[251];
	memset(text, 'x', sizeof(text) - 1);
	text[250] = 0;
	for (unsigned client = 0; client < 4; client += 2) {
		for (unsigned i = 0; i < 1024; i++) {
			fixture_submit(&fixture, client, PLX_PRIORITY_INTERACTIVE, &job,
				       "big.test");
		}
		CU_ASSERT_TRUE_FATAL(fixture_next_tcp(&fixture, &query));
		reply_begin(&reply, &query, PLX_FLAG_RA, PLX_RCODE_NOERROR);
		for (unsigned i = 0; i < 245; i++) {
			reply_txt(&reply, NULL, text);
		}
		reply_send_tcp(&fixture, &query, &reply);
		fixture_pass(&fixture, SECOND);
	}
	job.flags = 0;
	fixture_submit(&fixture, 1, PLX_PRIORITY_INTERACTIVE, &job, "order.test");
	bool has_sent = fixture_next_udp(&fixture, &query);
	if (has_sent) {
	}
	fixture_pass(&fixture, 100 * SECOND);
	CU_ASSERT_EQUAL(others_results, 1);
	fixture_stop(&fixture);
}

// The SOA of the alias's own zone says nothing about the target in another zone.
TEST(a_foreign_soa_does_not_deny_the_alias_target)
{
	fixture_start(&fixture, 1);
	uint64_t tag = fixture_caa(&fixture, "www.customer.test");
	CU_ASSERT_TRUE_FATAL(fixture_next_udp(&fixture, &query));
	reply_begin(&reply, &query, PLX_FLAG_AA, PLX_RCODE_NOERROR);
	reply_cname(&reply, NULL, "host.cdn.example");
	reply_soa(&reply, "customer.test");
	reply_send(&fixture, &reply);
	CU_ASSERT_TRUE_FATAL(fixture_next_udp(&fixture, &query));
	CU_ASSERT_STRING_EQUAL(query.name_text, "host.cdn.example");
	(void)tag;
	fixture_stop(&fixture);
}

// Bogus is not washed white by a server that does not validate.
TEST(bogus_stands_whatever_an_untrusted_server_says)
{
	fixture_start_config(&fixture, 1, true, 0, 0);
	uint64_t tag = fixture_caa(&fixture, "x.test");
	CU_ASSERT_TRUE_FATAL(fixture_next_udp(&fixture, &query));
	const struct upstream_config untrusted = {
		.endpoint = {.ip = {.family = 4, .bytes = {198, 51, 100, 1}}, .port = 53}};
	resolver_upstream_set(fixture.resolver, 1, &untrusted);
	resolver_upstream_reachable(fixture.resolver, 1, true);
	reply_begin(&reply, &query, PLX_FLAG_RA, PLX_RCODE_SERVFAIL);
	reply_opt(&reply, 0, (const uint8_t[]) {0, 15, 0, 2, 0, 6}, 6);
	CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_ACCEPTED);
	while (fixture_next_udp(&fixture, &query)) {
		CU_ASSERT_EQUAL(query.upstream, 1);
		reply_begin(&reply, &query, PLX_FLAG_RA, PLX_RCODE_NOERROR);
		reply_caa(&reply, NULL, 0, "issue", "ca.test");
		CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_ACCEPTED);
		if (fixture_result_of(&fixture, tag) != NULL) {
			break;
		}
		resolver_upstream_drain(fixture.resolver, 0, true);
	}
	const struct fixture_result *found = fixture_result_of(&fixture, tag);
	CU_ASSERT_PTR_NOT_NULL_FATAL(found);
	CU_ASSERT_EQUAL(found->result.status, PLX_STATUS_BOGUS);
	CU_ASSERT_EQUAL(found->result.dnssec, PLX_DNSSEC_BOGUS);
	CU_ASSERT_EQUAL(found->result.server.ip.bytes[0], 192); // who said so
	fixture_stop(&fixture);
}

// A failure stays one when the server that caused it is removed: with its RCODE gone it would read as NOERROR, no CAA.
TEST(removing_the_server_that_failed_leaves_no_empty_answer)
{
	fixture_start(&fixture, 2);
	struct plx_job job = {.kind = PLX_JOB_RELEVANT_CAA, .qtype = PLX_TYPE_CAA, .attempts = 2};
	uint64_t tag = fixture_submit(&fixture, 0, PLX_PRIORITY_BULK, &job, "x.test");
	CU_ASSERT_TRUE_FATAL(fixture_next_udp(&fixture, &query));
	uint8_t failed = query.upstream;
	reply_rcode(&fixture, &query, PLX_RCODE_SERVFAIL);
	CU_ASSERT_TRUE_FATAL(fixture_next_udp(&fixture, &query));
	resolver_upstream_remove(fixture.resolver, failed, fixture.now_ns);
	fixture_pass(&fixture, 9 * SECOND);
	const struct fixture_result *found = fixture_result_of(&fixture, tag);
	CU_ASSERT_PTR_NOT_NULL_FATAL(found);
	CU_ASSERT_FALSE(plx_result_is_definitive(&found->result));
	fixture_stop(&fixture);
}

TEST_MAIN(audit, T(removing_the_server_that_failed_leaves_no_empty_answer),
	  T(a_failure_names_the_server_that_failed), T(a_full_tcp_pool_does_not_stop_udp),
	  T(a_probe_that_is_cancelled_leaves_no_server_probing_for_ever),
	  T(names_that_take_long_raise_no_alarm_and_shut_no_window),
	  T(answers_that_come_after_their_question_ended_raise_no_alarm),
	  T(a_token_bucket_outlives_208_days),
	  T(a_removed_server_s_tcp_answer_is_not_its_successor_s),
	  T(short_deadlines_take_no_server_down),
	  T(a_hasty_client_does_not_use_up_another_s_attempts),
	  T(a_client_that_does_not_read_stops_no_other),
	  T(a_foreign_soa_does_not_deny_the_alias_target), T(a_client_that_left_leaves_its_slots),
	  T(a_full_ring_of_timers_stops_no_worker),
	  T(bogus_stands_whatever_an_untrusted_server_says))
