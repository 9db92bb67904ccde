// SPDX-License-Identifier: BSD-3-Clause
// Retries, deadlines, limits of queries, and server health.

#include "cunit_runner.h"
#include "engine_fixture.h"

#include <parallax/base/error.h>

#include "resolver/upstream.h"

#include <stdlib.h>

static struct fixture fixture;
static struct fixture_query query;
static struct fixture_reply reply;

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
		fixture_expect_result(&fixture, tag, PLX_STATUS_TIMEOUT, PLX_CAUSE_NO_ANSWER);
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
	fixture_expect_result(&fixture, tag, PLX_STATUS_TIMEOUT, PLX_CAUSE_NO_ANSWER);
	fixture_stop(&fixture);
}

TEST(without_servers_a_lookup_fails_at_once_or_by_its_deadline)
{
	fixture_start(&fixture, 0);
	fixture_expect_result(&fixture, fixture_lookup(&fixture, "x.test", PLX_TYPE_TXT),
			      PLX_STATUS_TIMEOUT, PLX_CAUSE_NO_SERVER);
	fixture_stop(&fixture);

	fixture_start(&fixture, 1);
	resolver_upstream_reachable(fixture.resolver, 0, false);
	uint64_t tag = fixture_lookup(&fixture, "x.test", PLX_TYPE_TXT);
	unsigned tcp = 0;
	CU_ASSERT_EQUAL(starve(8100 * MS, &tcp), 0);
	fixture_expect_result(&fixture, tag, PLX_STATUS_TIMEOUT, PLX_CAUSE_NO_SERVER);
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
		reply_hello(&fixture, &query);
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
	const struct plx_result *result =
		fixture_expect_result(&fixture, tag, PLX_STATUS_ANSWERED, PLX_CAUSE_RCODE);
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
		fixture_expect_result(&fixture, tag, PLX_STATUS_LIMIT, PLX_CAUSE_QUERY_LIMIT);
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
				reply_hello(&fixture, &query);
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
			reply_hello(&fixture, &query);
		}
	}
	CU_ASSERT_TRUE(was_probed);
	resolver_upstream_read(fixture.resolver, 0, &snapshot);
	CU_ASSERT_STRING_EQUAL(snapshot.health, "up");
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
	reply_hello(&fixture, &query);
	CU_ASSERT_EQUAL(fixture.result_count, 1);
	fixture_stop(&fixture);
}

TEST_MAIN(retry, T(silence_ends_as_timeout_by_the_deadline), T(a_single_attempt_is_a_single_query),
	  T(without_servers_a_lookup_fails_at_once_or_by_its_deadline),
	  T(a_retry_goes_to_another_server), T(servers_that_all_refuse_end_it_soon),
	  T(formerr_by_many_servers_stays_within_forty_queries),
	  T(more_attempts_than_forty_are_forty), T(a_dead_server_is_left_alone_and_tried_again),
	  T(removing_a_server_moves_its_questions))
