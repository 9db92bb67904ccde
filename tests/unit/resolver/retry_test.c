// SPDX-License-Identifier: BSD-3-Clause
// Retries, deadlines, server health, truncation and TCP, EDNS and cookie downgrades.

#include "cunit_runner.h"
#include "engine_fixture.h"

#include <parallax/base/error.h>

#include "resolver/upstream.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static struct fixture fixture;
static struct fixture_query query;
static struct fixture_reply reply;

static const struct plx_result *expect_result(uint64_t tag, enum plx_status status,
					      enum plx_cause cause)
{
	const struct fixture_result *found = fixture_result_of(&fixture, tag);
	CU_ASSERT_PTR_NOT_NULL_FATAL(found);
	CU_ASSERT_EQUAL(found->result.status, status);
	CU_ASSERT_EQUAL(found->result.cause, cause);
	return &found->result;
}

static void send_txt(void)
{
	reply_begin(&reply, &query, PLX_FLAG_RA, PLX_RCODE_NOERROR);
	reply_txt(&reply, NULL, "hello");
	CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_ACCEPTED);
}

// Sends what is to be sent for `duration_ns`, answering nothing; returns how many queries went out by UDP.
static unsigned starve(uint64_t duration_ns, unsigned *ret_tcp)
{
	unsigned udp = 0;
	for (uint64_t end_ns = fixture.now_ns + duration_ns; fixture.now_ns < end_ns;) {
		while (fixture_next_udp(&fixture, &query)) {
			udp++;
		}
		while (fixture_next_tcp(&fixture, &query)) {
			(*ret_tcp)++;
		}
		fixture_pass(&fixture, 5 * MS);
	}
	return udp;
}

TEST(silence_ends_as_timeout_by_the_deadline)
{
	fixture_start(&fixture, 2);
	uint64_t start_ns = fixture.now_ns;
	uint64_t tag = fixture_caa(&fixture, "x.test");
	unsigned tcp = 0;
	unsigned udp = starve(7900 * MS, &tcp);
	CU_ASSERT_PTR_NULL(fixture_result_of(&fixture, tag));
	udp += starve(200 * MS, &tcp);
	const struct plx_result *result =
		expect_result(tag, PLX_STATUS_TIMEOUT, PLX_CAUSE_NO_ANSWER);
	CU_ASSERT_FALSE(plx_result_is_definitive(result));
	CU_ASSERT_EQUAL(udp, 5);
	CU_ASSERT_EQUAL(tcp, 1); // the last try
	CU_ASSERT_EQUAL(result->attempts, 6);
	CU_ASSERT_EQUAL(result->queries, 6);
	CU_ASSERT_TRUE(result->time_ns - start_ns <= 8 * SECOND + 30 * MS);
	CU_ASSERT_EQUAL(fixture.counters.lookups_in_flight, 0);
	CU_ASSERT_EQUAL(fixture.counters.questions_in_flight, 0);
	fixture_stop(&fixture);
}

TEST(a_single_attempt_is_a_single_query)
{
	fixture_start(&fixture, 1);
	struct plx_job job = {
		.kind = PLX_JOB_LOOKUP, .qtype = PLX_TYPE_TXT, .attempts = 1, .timeout_ms = 2000};
	uint64_t tag = fixture_submit(&fixture, 0, PLX_PRIORITY_BULK, &job, "x.test");
	unsigned tcp = 0;
	CU_ASSERT_EQUAL(starve(3 * SECOND, &tcp), 1);
	CU_ASSERT_EQUAL(tcp, 0);
	expect_result(tag, PLX_STATUS_TIMEOUT, PLX_CAUSE_NO_ANSWER);
	fixture_stop(&fixture);
}

TEST(without_servers_a_lookup_fails_at_once_or_by_its_deadline)
{
	fixture_start(&fixture, 0);
	expect_result(fixture_lookup(&fixture, "x.test", PLX_TYPE_TXT), PLX_STATUS_TIMEOUT,
		      PLX_CAUSE_NO_SERVER);
	fixture_stop(&fixture);

	fixture_start(&fixture, 1);
	resolver_upstream_reachable(fixture.resolver, 0, false);
	uint64_t tag = fixture_lookup(&fixture, "x.test", PLX_TYPE_TXT);
	unsigned tcp = 0;
	CU_ASSERT_EQUAL(starve(8100 * MS, &tcp), 0);
	expect_result(tag, PLX_STATUS_TIMEOUT, PLX_CAUSE_NO_SERVER);
	fixture_stop(&fixture);
}

TEST(a_retry_goes_to_another_server)
{
	fixture_start(&fixture, 3);
	for (unsigned i = 0; i < 20; i++) {
		(void)fixture_lookup(&fixture, i % 2 == 0 ? "a.test" : "b.test", PLX_TYPE_TXT);
		CU_ASSERT_TRUE_FATAL(fixture_next_udp(&fixture, &query));
		uint8_t first = query.upstream;
		(void)reply_rcode(&fixture, &query, PLX_RCODE_REFUSED);
		CU_ASSERT_TRUE_FATAL(fixture_next_udp(&fixture, &query));
		CU_ASSERT_NOT_EQUAL(query.upstream, first);
		send_txt();
	}
	fixture_stop(&fixture);
}

TEST(servers_that_all_refuse_end_it_soon)
{
	fixture_start(&fixture, 3);
	uint64_t tag = fixture_caa(&fixture, "x.test");
	unsigned asked = 0;
	while (fixture_next_udp(&fixture, &query)) {
		asked++;
		CU_ASSERT_EQUAL(reply_rcode(&fixture, &query, PLX_RCODE_REFUSED),
				PLX_DROP_ACCEPTED);
	}
	CU_ASSERT_EQUAL(asked, 4);
	const struct plx_result *result = expect_result(tag, PLX_STATUS_ANSWERED, PLX_CAUSE_RCODE);
	CU_ASSERT_EQUAL(result->rcode, PLX_RCODE_REFUSED);
	CU_ASSERT_FALSE(plx_result_is_definitive(result));
	fixture_stop(&fixture);
}

// Each server costs up to three queries (plain, without the cookie, without EDNS) before it counts as a failure.
TEST(formerr_by_many_servers_stays_within_forty_queries)
{
	fixture_start(&fixture, UPSTREAMS_MAX);
	uint64_t tag = fixture_lookup(&fixture, "x.test", PLX_TYPE_TXT);
	unsigned sent = 0;
	while (fixture_next_udp(&fixture, &query)) {
		sent++;
		(void)reply_rcode(&fixture, &query, PLX_RCODE_FORMERR);
	}
	while (fixture_next_tcp(&fixture, &query)) {
		sent++;
		reply_begin(&reply, &query, PLX_FLAG_RA, PLX_RCODE_FORMERR);
		reply_send_tcp(&fixture, &query, &reply);
	}
	CU_ASSERT_EQUAL(sent, 40);
	const struct plx_result *result =
		expect_result(tag, PLX_STATUS_LIMIT, PLX_CAUSE_QUERY_LIMIT);
	CU_ASSERT_EQUAL(result->queries, sent);
	CU_ASSERT_EQUAL(fixture.counters.lookups_in_flight, 0);
	fixture_stop(&fixture);
}

TEST(more_attempts_than_forty_are_forty)
{
	fixture_start(&fixture, 1);
	struct plx_job job = {.kind = PLX_JOB_LOOKUP,
			      .qtype = PLX_TYPE_TXT,
			      .attempts = PLX_JOB_ATTEMPTS_MAX,
			      .timeout_ms = PLX_JOB_TIMEOUT_MS_MAX};
	uint64_t tag = fixture_submit(&fixture, 0, PLX_PRIORITY_BULK, &job, "x.test");
	// Silent by UDP; the last try goes by TCP, which fails.
	unsigned sent = 0;
	while (fixture_result_of(&fixture, tag) == NULL && sent < 100) {
		sent += fixture_next_udp(&fixture, &query);
		if (fixture_next_tcp(&fixture, &query)) {
			sent++;
			reply_fail_tcp(&fixture, &query, PLX_ERR_TCP_TIMEOUT);
		}
		fixture_pass(&fixture, 100 * MS);
	}
	CU_ASSERT_EQUAL(sent, 40);
	fixture_stop(&fixture);
}

TEST(a_dead_server_is_left_alone_and_tried_again)
{
	fixture_start(&fixture, 2);
	unsigned to_dead = 0;
	unsigned late_to_dead = 0;
	char name[] = "aaaa.test";
	uint64_t start_ns = fixture.now_ns;
	for (unsigned i = 0; i < 4000; i++) { // 40 s
		name[0] = (char)('a' + i % 26);
		name[1] = (char)('a' + i / 26 % 26);
		name[2] = (char)('a' + i / 676 % 26);
		(void)fixture_lookup(&fixture, name, PLX_TYPE_TXT);
		while (fixture_next_udp(&fixture, &query)) {
			if (query.upstream == 0) {
				to_dead++;
				late_to_dead += fixture.now_ns - start_ns > 5 * SECOND;
			} else {
				send_txt();
			}
		}
		fixture_pass(&fixture, 10 * MS);
		for (unsigned r = 0; r < fixture.result_count; r++) {
			CU_ASSERT_EQUAL(fixture.results[r].result.status, PLX_STATUS_ANSWERED);
			free(fixture.results[r].body);
		}
		fixture.result_count = 0;
	}
	CU_ASSERT_TRUE(to_dead > 0);
	CU_ASSERT_EQUAL(late_to_dead, 0);
	// After a minute one query probes it; an answer brings it back.
	struct upstream_snapshot snapshot;
	resolver_upstream_read(fixture.resolver, 0, &snapshot);
	CU_ASSERT_STRING_EQUAL(snapshot.health, "down");
	fixture_pass(&fixture, UPSTREAM_PROBE_NS);
	bool was_probed = false;
	for (unsigned i = 0; i < 20 && !was_probed; i++) {
		name[3] = (char)('b' + i);
		(void)fixture_lookup(&fixture, name, PLX_TYPE_TXT);
		while (fixture_next_udp(&fixture, &query)) {
			was_probed |= query.upstream == 0;
			send_txt();
		}
	}
	CU_ASSERT_TRUE(was_probed);
	resolver_upstream_read(fixture.resolver, 0, &snapshot);
	CU_ASSERT_STRING_EQUAL(snapshot.health, "up");
	fixture_stop(&fixture);
}

static void send_truncated(void)
{
	reply_begin(&reply, &query, PLX_FLAG_RA | PLX_FLAG_TC, PLX_RCODE_NOERROR);
	reply_txt(&reply, NULL, "a part");
	CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_ACCEPTED);
}

TEST(truncation_means_tcp_from_the_same_server)
{
	fixture_start(&fixture, 2);
	uint64_t tag = fixture_lookup(&fixture, "big.test", PLX_TYPE_TXT);
	CU_ASSERT_TRUE_FATAL(fixture_next_udp(&fixture, &query));
	struct plx_endpoint server = query.server;
	send_truncated();
	CU_ASSERT_PTR_NULL(fixture_result_of(&fixture, tag));
	CU_ASSERT_FALSE(fixture_next_udp(&fixture, &query));
	CU_ASSERT_TRUE_FATAL(fixture_next_tcp(&fixture, &query));
	CU_ASSERT_TRUE(plx_endpoint_equal(&server, &query.server));
	reply_begin(&reply, &query, PLX_FLAG_RA, PLX_RCODE_NOERROR);
	for (unsigned i = 0; i < 1001; i++) {
		reply_txt(&reply, NULL, "record");
	}
	reply_send_tcp(&fixture, &query, &reply);
	const struct plx_result *result = expect_result(tag, PLX_STATUS_ANSWERED, PLX_CAUSE_NONE);
	CU_ASSERT_EQUAL(result->record_count, 1001);
	CU_ASSERT_EQUAL(result->transport, PLX_TRANSPORT_TCP);
	fixture_stop(&fixture);
}

// A look-up whose UDP answers are truncated. By TCP the first server cannot be connected to unless `has_tcp`, which
// is known after `waited_ns`; the second one answers. Counts how often the first one was asked by TCP.
static unsigned fetch_truncated(const char *name, bool has_tcp, int error, uint64_t waited_ns)
{
	unsigned to_first = 0;
	uint64_t tag = fixture_lookup(&fixture, name, PLX_TYPE_TXT);
	CU_ASSERT_TRUE_FATAL(fixture_next_udp(&fixture, &query));
	send_truncated();
	while (fixture_next_tcp(&fixture, &query)) {
		bool is_first = query.server.ip.bytes[3] == 1;
		to_first += is_first;
		if (is_first && !has_tcp) {
			fixture_pass(&fixture, waited_ns);
			const struct tcp_answer answer = {
				.server = query.server,
				.slot = query.tcp.slot,
				.generation = query.tcp.generation,
				.error = error,
				.rtt_us = (uint32_t)(waited_ns / 1000),
			};
			resolver_tcp_answer(fixture.resolver, &answer, fixture.now_ns);
			continue;
		}
		reply_begin(&reply, &query, PLX_FLAG_RA, PLX_RCODE_NOERROR);
		reply_txt(&reply, NULL, "whole");
		reply_send_tcp(&fixture, &query, &reply);
	}
	(void)expect_result(tag, PLX_STATUS_ANSWERED, PLX_CAUSE_NONE);
	fixture_forget_results(&fixture);
	return to_first;
}

static const char *numbered(unsigned i)
{
	static char name[32];
	snprintf(name, sizeof(name), "n%u.test", i);
	return name;
}

TEST(a_server_whose_tcp_is_dead_costs_three_waits_and_then_a_probe_a_minute)
{
	static const int errors[] = {PLX_ERR_TCP_TIMEOUT, PLX_ERR_TCP_REFUSED, -EHOSTUNREACH};
	for (unsigned e = 0; e < PLX_ARRAY_SIZE(errors); e++) {
		fixture_start(&fixture, 2);
		unsigned asked = 0;
		for (unsigned i = 0; i < 50; i++) {
			asked += fetch_truncated(numbered(i), false, errors[e], 3 * SECOND);
		}
		CU_ASSERT_EQUAL(asked, UPSTREAM_TCP_BROKEN_ROW);
		struct upstream_snapshot snapshot;
		resolver_upstream_read(fixture.resolver, 0, &snapshot);
		CU_ASSERT_TRUE(snapshot.no_tcp);
		CU_ASSERT_STRING_EQUAL(snapshot.health, "up"); // UDP goes on
		fixture_pass(&fixture, UPSTREAM_PROBE_NS);
		for (unsigned i = 0; i < 50; i++) {
			asked += fetch_truncated(numbered(i), false, errors[e], 3 * SECOND);
		}
		CU_ASSERT_EQUAL(asked, UPSTREAM_TCP_BROKEN_ROW + 1);
		fixture_pass(&fixture, UPSTREAM_PROBE_NS);
		asked = 0;
		for (unsigned i = 0; i < 50; i++) {
			asked += fetch_truncated(numbered(i), true, 0, 0);
		}
		CU_ASSERT_TRUE(asked > 10); // the probe found it well
		resolver_upstream_read(fixture.resolver, 0, &snapshot);
		CU_ASSERT_FALSE(snapshot.no_tcp);
		fixture_stop(&fixture);
	}
}

TEST(a_short_wait_or_a_fault_of_ours_says_nothing_about_tcp)
{
	static const int errors[] = {PLX_ERR_TCP_TIMEOUT, -EMFILE, -ENOMEM};
	for (unsigned e = 0; e < PLX_ARRAY_SIZE(errors); e++) {
		fixture_start(&fixture, 2);
		unsigned asked = 0;
		for (unsigned i = 0; i < 50; i++) {
			asked += fetch_truncated(numbered(i), false, errors[e], 100 * MS);
		}
		CU_ASSERT_TRUE(asked > 10);
		fixture_stop(&fixture);
	}
}

TEST(those_who_wait_for_one_connection_are_one_failure)
{
	fixture_start(&fixture, 1);
	static struct fixture_query asked[10];
	struct plx_job job = {
		.kind = PLX_JOB_LOOKUP, .qtype = PLX_TYPE_TXT, .flags = PLX_JOB_TCP_ONLY};
	for (unsigned i = 0; i < 10; i++) {
		(void)fixture_submit(&fixture, 0, PLX_PRIORITY_BULK, &job, numbered(i));
		CU_ASSERT_TRUE_FATAL(fixture_next_tcp(&fixture, &asked[i]));
	}
	fixture_pass(&fixture, 10 * MS);
	for (unsigned i = 0; i < 10; i++) {
		reply_fail_tcp(&fixture, &asked[i], PLX_ERR_TCP_REFUSED);
	}
	struct upstream_snapshot snapshot;
	resolver_upstream_read(fixture.resolver, 0, &snapshot);
	CU_ASSERT_FALSE(snapshot.no_tcp);
	fixture_stop(&fixture);
}

TEST(the_only_server_is_asked_by_tcp_even_if_that_is_dead)
{
	fixture_start(&fixture, 1);
	struct plx_job job = {
		.kind = PLX_JOB_LOOKUP, .qtype = PLX_TYPE_TXT, .flags = PLX_JOB_TCP_ONLY};
	for (unsigned i = 0; i < 5; i++) {
		(void)fixture_submit(&fixture, 0, PLX_PRIORITY_BULK, &job, numbered(i));
		while (fixture_next_tcp(&fixture, &query)) {
			fixture_pass(&fixture, 10 * MS);
			reply_fail_tcp(&fixture, &query, PLX_ERR_TCP_REFUSED);
		}
	}
	uint64_t tag = fixture_submit(&fixture, 0, PLX_PRIORITY_BULK, &job, "x.test");
	CU_ASSERT_TRUE_FATAL(fixture_next_tcp(&fixture, &query));
	reply_begin(&reply, &query, PLX_FLAG_RA, PLX_RCODE_NOERROR);
	reply_txt(&reply, NULL, "whole");
	reply_send_tcp(&fixture, &query, &reply);
	(void)expect_result(tag, PLX_STATUS_ANSWERED, PLX_CAUSE_NONE);
	struct upstream_snapshot snapshot;
	resolver_upstream_read(fixture.resolver, 0, &snapshot);
	CU_ASSERT_FALSE(snapshot.no_tcp);
	fixture_stop(&fixture);
}

TEST(truncated_and_refused_by_tcp_is_truncated_never_empty)
{
	fixture_start(&fixture, 1);
	uint64_t tag = fixture_caa(&fixture, "big.test");
	CU_ASSERT_TRUE_FATAL(fixture_next_udp(&fixture, &query));
	send_truncated();
	unsigned tcp = 0;
	while (fixture_next_tcp(&fixture, &query)) {
		tcp++;
		reply_fail_tcp(&fixture, &query, PLX_ERR_TCP_REFUSED);
	}
	CU_ASSERT_TRUE(tcp >= 1 && tcp <= 3);
	const struct plx_result *result =
		expect_result(tag, PLX_STATUS_TRUNCATED, PLX_CAUSE_TCP_REFUSED);
	CU_ASSERT_FALSE(plx_result_is_definitive(result));
	CU_ASSERT_FALSE(fixture_next_udp(&fixture, &query)); // and it did not climb
	fixture_stop(&fixture);
}

TEST(truncation_over_tcp_does_not_loop)
{
	fixture_start(&fixture, 1);
	uint64_t tag = fixture_caa(&fixture, "big.test");
	CU_ASSERT_TRUE_FATAL(fixture_next_udp(&fixture, &query));
	send_truncated();
	unsigned tcp = 0;
	while (fixture_next_tcp(&fixture, &query)) {
		tcp++;
		reply_begin(&reply, &query, PLX_FLAG_RA | PLX_FLAG_TC, PLX_RCODE_NXDOMAIN);
		reply_send_tcp(&fixture, &query, &reply);
	}
	CU_ASSERT_EQUAL(tcp, 2);
	expect_result(tag, PLX_STATUS_TRUNCATED, PLX_CAUSE_TCP_TRUNCATED);
	fixture_stop(&fixture);
}

TEST(the_last_try_by_tcp_leaves_the_silent_server)
{
	fixture_start(&fixture, 2);
	struct plx_job job = {.kind = PLX_JOB_LOOKUP, .qtype = PLX_TYPE_TXT, .attempts = 3};
	(void)fixture_submit(&fixture, 0, PLX_PRIORITY_BULK, &job, "x.test");
	struct plx_endpoint last = {0};
	for (unsigned i = 0; i < 2; i++) {
		CU_ASSERT_TRUE_FATAL(fixture_next_udp(&fixture, &query));
		last = query.server;
		fixture_pass(&fixture, 810 * MS);
	}
	CU_ASSERT_FALSE(fixture_next_udp(&fixture, &query));
	CU_ASSERT_TRUE_FATAL(fixture_next_tcp(&fixture, &query));
	CU_ASSERT_FALSE(plx_endpoint_equal(&last, &query.server));
	fixture_stop(&fixture);
}

TEST(a_tcp_thread_that_is_full_gets_it_later)
{
	fixture_start(&fixture, 1);
	uint64_t tag = fixture_lookup(&fixture, "big.test", PLX_TYPE_TXT);
	CU_ASSERT_TRUE_FATAL(fixture_next_udp(&fixture, &query));
	send_truncated();
	CU_ASSERT_TRUE_FATAL(fixture_next_tcp(&fixture, &query));
	resolver_tcp_refused(fixture.resolver, &query.tcp);
	CU_ASSERT_TRUE_FATAL(fixture_next_tcp(&fixture, &query));
	reply_begin(&reply, &query, PLX_FLAG_RA, PLX_RCODE_NOERROR);
	reply_txt(&reply, NULL, "whole");
	reply_send_tcp(&fixture, &query, &reply);
	CU_ASSERT_EQUAL(expect_result(tag, PLX_STATUS_ANSWERED, PLX_CAUSE_NONE)->queries, 2);
	fixture_stop(&fixture);
}

TEST(edns_is_given_up_only_on_tcp_evidence)
{
	fixture_start(&fixture, 1);
	uint64_t tag = fixture_lookup(&fixture, "x.test", PLX_TYPE_TXT);
	CU_ASSERT_TRUE_FATAL(fixture_next_udp(&fixture, &query));
	CU_ASSERT_TRUE(query.message.has_edns);
	CU_ASSERT_EQUAL(query.message.edns_udp_size, 1232);
	CU_ASSERT_EQUAL(query.message.cookie_length, 8);
	CU_ASSERT_EQUAL(reply_rcode(&fixture, &query, PLX_RCODE_FORMERR), PLX_DROP_ACCEPTED);
	struct upstream_snapshot snapshot;
	resolver_upstream_read(fixture.resolver, 0, &snapshot);
	CU_ASSERT_FALSE(snapshot.no_edns);
	// By TCP: without the cookie, then without EDNS.
	for (unsigned i = 0; i < 2; i++) {
		CU_ASSERT_TRUE_FATAL(fixture_next_tcp(&fixture, &query));
		CU_ASSERT_TRUE(query.message.has_edns);
		CU_ASSERT_EQUAL(query.message.cookie == NULL, i == 1);
		reply_begin(&reply, &query, PLX_FLAG_RA, PLX_RCODE_FORMERR);
		reply_send_tcp(&fixture, &query, &reply);
	}
	CU_ASSERT_TRUE_FATAL(fixture_next_tcp(&fixture, &query));
	CU_ASSERT_FALSE(query.message.has_edns);
	reply_begin(&reply, &query, PLX_FLAG_RA, PLX_RCODE_NOERROR);
	reply_txt(&reply, NULL, "plain");
	reply_send_tcp(&fixture, &query, &reply);
	expect_result(tag, PLX_STATUS_ANSWERED, PLX_CAUSE_NONE);
	resolver_expire(fixture.resolver, fixture.now_ns += 50 * MS);
	resolver_upstream_read(fixture.resolver, 0, &snapshot);
	CU_ASSERT_TRUE(snapshot.no_edns);
	CU_ASSERT_EQUAL(fixture.counters.downgrades, 2);
	(void)fixture_lookup(&fixture, "y.test", PLX_TYPE_TXT);
	CU_ASSERT_TRUE_FATAL(fixture_next_udp(&fixture, &query));
	CU_ASSERT_FALSE(query.message.has_edns);
	send_txt();
	fixture.now_ns += UPSTREAM_DOWNGRADE_NS;
	(void)fixture_lookup(&fixture, "z.test", PLX_TYPE_TXT);
	CU_ASSERT_TRUE_FATAL(fixture_next_udp(&fixture, &query));
	CU_ASSERT_TRUE(query.message.has_edns);
	fixture_stop(&fixture);
}

TEST(badcookie_is_retried_once_and_then_by_tcp)
{
	fixture_start(&fixture, 1);
	(void)fixture_lookup(&fixture, "x.test", PLX_TYPE_TXT);
	for (unsigned i = 0; i < 2; i++) {
		CU_ASSERT_TRUE_FATAL(fixture_next_udp(&fixture, &query));
		uint8_t option[4 + 16] = {0, 10, 0, 16};
		CU_ASSERT_PTR_NOT_NULL_FATAL(query.message.cookie);
		memcpy(option + 4, query.message.cookie, 8);
		option[12] = (uint8_t)(i + 1);
		reply_begin(&reply, &query, PLX_FLAG_RA, PLX_RCODE_BADCOOKIE & 0xf);
		reply_opt(&reply, PLX_RCODE_BADCOOKIE >> 4, option, sizeof(option));
		CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_ACCEPTED);
	}
	CU_ASSERT_EQUAL(query.message.cookie_length,
			16); // the second query carried the first server cookie
	CU_ASSERT_FALSE(fixture_next_udp(&fixture, &query));
	CU_ASSERT_TRUE(fixture_next_tcp(&fixture, &query));
	fixture_stop(&fixture);
}

TEST(removing_a_server_moves_its_questions)
{
	fixture_start(&fixture, 2);
	(void)fixture_lookup(&fixture, "x.test", PLX_TYPE_TXT);
	CU_ASSERT_TRUE_FATAL(fixture_next_udp(&fixture, &query));
	uint8_t first = query.upstream;
	resolver_upstream_remove(fixture.resolver, first, fixture.now_ns);
	CU_ASSERT_TRUE_FATAL(fixture_next_udp(&fixture, &query));
	CU_ASSERT_NOT_EQUAL(query.upstream, first);
	send_txt();
	CU_ASSERT_EQUAL(fixture.result_count, 1);
	fixture_stop(&fixture);
}

TEST_MAIN(retry, T(silence_ends_as_timeout_by_the_deadline), T(a_single_attempt_is_a_single_query),
	  T(without_servers_a_lookup_fails_at_once_or_by_its_deadline),
	  T(a_retry_goes_to_another_server), T(servers_that_all_refuse_end_it_soon),
	  T(formerr_by_many_servers_stays_within_forty_queries),
	  T(more_attempts_than_forty_are_forty), T(a_dead_server_is_left_alone_and_tried_again),
	  T(truncation_means_tcp_from_the_same_server),
	  T(a_server_whose_tcp_is_dead_costs_three_waits_and_then_a_probe_a_minute),
	  T(a_short_wait_or_a_fault_of_ours_says_nothing_about_tcp),
	  T(those_who_wait_for_one_connection_are_one_failure),
	  T(the_only_server_is_asked_by_tcp_even_if_that_is_dead),
	  T(truncated_and_refused_by_tcp_is_truncated_never_empty),
	  T(truncation_over_tcp_does_not_loop), T(the_last_try_by_tcp_leaves_the_silent_server),
	  T(a_tcp_thread_that_is_full_gets_it_later), T(edns_is_given_up_only_on_tcp_evidence),
	  T(badcookie_is_retried_once_and_then_by_tcp), T(removing_a_server_moves_its_questions))
