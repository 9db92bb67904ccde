// SPDX-License-Identifier: BSD-3-Clause
// Truncation, the last try by TCP, and servers whose TCP is dead.

#include "cunit_runner.h"
#include "engine_fixture.h"

#include <parallax/base/error.h>

#include "resolver/upstream.h"

#include <errno.h>
#include <stdio.h>

static struct fixture fixture;
static struct fixture_query query;
static struct fixture_reply reply;

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
	const struct plx_result *result =
		fixture_expect_result(&fixture, tag, PLX_STATUS_ANSWERED, PLX_CAUSE_NONE);
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
	(void)fixture_expect_result(&fixture, tag, PLX_STATUS_ANSWERED, PLX_CAUSE_NONE);
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
	(void)fixture_expect_result(&fixture, tag, PLX_STATUS_ANSWERED, PLX_CAUSE_NONE);
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
		fixture_expect_result(&fixture, tag, PLX_STATUS_TRUNCATED, PLX_CAUSE_TCP_REFUSED);
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
	fixture_expect_result(&fixture, tag, PLX_STATUS_TRUNCATED, PLX_CAUSE_TCP_TRUNCATED);
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
	CU_ASSERT_EQUAL(
		fixture_expect_result(&fixture, tag, PLX_STATUS_ANSWERED, PLX_CAUSE_NONE)->queries,
		2);
	fixture_stop(&fixture);
}

TEST_MAIN(tcp_fallback, T(truncation_means_tcp_from_the_same_server),
	  T(a_server_whose_tcp_is_dead_costs_three_waits_and_then_a_probe_a_minute),
	  T(a_short_wait_or_a_fault_of_ours_says_nothing_about_tcp),
	  T(those_who_wait_for_one_connection_are_one_failure),
	  T(the_only_server_is_asked_by_tcp_even_if_that_is_dead),
	  T(truncated_and_refused_by_tcp_is_truncated_never_empty),
	  T(truncation_over_tcp_does_not_loop), T(the_last_try_by_tcp_leaves_the_silent_server),
	  T(a_tcp_thread_that_is_full_gets_it_later))
