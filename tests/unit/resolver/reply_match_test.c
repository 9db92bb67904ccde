// SPDX-License-Identifier: BSD-3-Clause
// The anti-spoofing wall (RFC 5452): what is accepted, what is counted, what sends a question to TCP.

#include "cunit_runner.h"
#include "engine_fixture.h"

#include "resolver/upstream.h"

#include <string.h>

static struct fixture fixture;
static struct fixture_query query;
static struct fixture_reply reply;
static uint64_t tag;

static void ask(void)
{
	fixture_start(&fixture, 1);
	tag = fixture_lookup(&fixture, "www.example.test", PLX_TYPE_TXT);
	CU_ASSERT_TRUE_FATAL(fixture_next_udp(&fixture, &query));
	reply_begin(&reply, &query, PLX_FLAG_RA, PLX_RCODE_NOERROR);
	reply_txt(&reply, NULL, "genuine");
}

static void expect_open_until_genuine(void)
{
	CU_ASSERT_PTR_NULL(fixture_result_of(&fixture, tag));
	reply_begin(&reply, &query, PLX_FLAG_RA, PLX_RCODE_NOERROR);
	reply_txt(&reply, NULL, "genuine");
	CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_ACCEPTED);
	const struct fixture_result *result = fixture_result_of(&fixture, tag);
	CU_ASSERT_PTR_NOT_NULL_FATAL(result);
	CU_ASSERT_EQUAL(result->result.status, PLX_STATUS_ANSWERED);
	CU_ASSERT_EQUAL(result->result.transport, PLX_TRANSPORT_UDP);
	CU_ASSERT_EQUAL(result->result.attempts, 1);
	fixture_stop(&fixture);
}

static void expect_answer_by_tcp(void)
{
	CU_ASSERT_PTR_NULL(fixture_result_of(&fixture, tag));
	// The genuine answer by UDP is too late now.
	reply_begin(&reply, &query, PLX_FLAG_RA, PLX_RCODE_NOERROR);
	reply_txt(&reply, NULL, "genuine");
	CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_LATE);
	struct fixture_query by_tcp;
	CU_ASSERT_TRUE_FATAL(fixture_next_tcp(&fixture, &by_tcp));
	reply_begin(&reply, &by_tcp, PLX_FLAG_RA, PLX_RCODE_NOERROR);
	reply_txt(&reply, NULL, "genuine");
	reply_send_tcp(&fixture, &by_tcp, &reply);
	const struct fixture_result *result = fixture_result_of(&fixture, tag);
	CU_ASSERT_PTR_NOT_NULL_FATAL(result);
	CU_ASSERT_EQUAL(result->result.status, PLX_STATUS_ANSWERED);
	CU_ASSERT_EQUAL(result->result.transport, PLX_TRANSPORT_TCP);
	fixture_stop(&fixture);
}

TEST(short_datagrams_are_counted_and_ignored)
{
	ask();
	for (unsigned length = 0; length < 17; length++) {
		reply.writer.position = length;
		CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_SHORT);
	}
	expect_open_until_genuine();
}

TEST(another_source_address_or_port_is_ignored)
{
	ask();
	reply.source.ip.bytes[3] = 99;
	CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_WRONG_SOURCE);
	reply.source = query.server;
	reply.source.port = 5353;
	CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_WRONG_SOURCE);
	expect_open_until_genuine();
}

TEST(a_query_another_opcode_or_question_count_is_ignored)
{
	ask();
	reply.wire[2] &= 0x7f;
	CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_NOT_RESPONSE);
	reply.wire[2] = 0x80 | 4 << 3;
	CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_NOT_RESPONSE);
	reply.wire[2] = 0x81;
	reply.wire[5] = 0;
	CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_NOT_RESPONSE);
	reply.wire[5] = 2;
	CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_NOT_RESPONSE);
	expect_open_until_genuine();
}

TEST(another_name_type_or_class_is_ignored)
{
	ask();
	reply.wire[13] ^= 0x01; // "vww"
	CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_WRONG_QUESTION);
	reply.wire[13] ^= 0x01;
	reply.wire[12 + query.name.length + 1] = PLX_TYPE_A;
	CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_WRONG_QUESTION);
	reply.wire[12 + query.name.length + 1] = PLX_TYPE_TXT;
	reply.wire[12 + query.name.length + 3] = 3;
	CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_WRONG_QUESTION);
	expect_open_until_genuine();
}

TEST(every_other_id_is_refused)
{
	ask();
	unsigned accepted = 0;
	unsigned genuine = (unsigned)reply.wire[0] << 8 | reply.wire[1];
	for (unsigned id = 0; id < 65536; id++) {
		if (id != genuine) {
			reply.wire[0] = (uint8_t)(id >> 8);
			reply.wire[1] = (uint8_t)id;
			accepted += reply_send(&fixture, &reply) == PLX_DROP_ACCEPTED;
		}
	}
	CU_ASSERT_EQUAL(accepted, 0);
	// So many from the server's own address raise the alarm: even the genuine one must come by TCP.
	CU_ASSERT_EQUAL(fixture.counters.spoof_alarms, 1);
	struct upstream_snapshot snapshot;
	resolver_upstream_read(fixture.resolver, 0, &snapshot);
	CU_ASSERT_TRUE(snapshot.tcp_only);
	CU_ASSERT_TRUE(snapshot.unwanted > 65000);
	reply_begin(&reply, &query, PLX_FLAG_RA, PLX_RCODE_NOERROR);
	reply_txt(&reply, NULL, "genuine");
	CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_SUSPECT);
	expect_answer_by_tcp();
}

TEST(the_alarm_ends_by_itself)
{
	ask();
	for (unsigned i = 0; i < 200; i++) {
		reply.wire[0] ^= (uint8_t)i;
		reply.wire[1] ^= 0x55;
		(void)reply_send(&fixture, &reply);
	}
	CU_ASSERT_EQUAL(fixture.counters.spoof_alarms, 1);
	uint64_t during = fixture_lookup(&fixture, "during.test", PLX_TYPE_TXT);
	CU_ASSERT_FALSE(fixture_next_udp(&fixture, &query));
	CU_ASSERT_TRUE(fixture_next_tcp(&fixture, &query));
	fixture_pass(&fixture, UPSTREAM_ALARM_NS + 50 * MS);
	CU_ASSERT_PTR_NOT_NULL(fixture_result_of(&fixture, during));
	(void)fixture_lookup(&fixture, "after.test", PLX_TYPE_TXT);
	CU_ASSERT_TRUE(fixture_next_udp(&fixture, &query));
	fixture_stop(&fixture);
}

TEST(case_that_is_not_echoed_means_tcp)
{
	ask();
	for (unsigned i = 0; i < query.name.length; i++) {
		reply.wire[12 + i] = plx_ascii_lower(reply.wire[12 + i]);
	}
	CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_WRONG_CASE);
	expect_answer_by_tcp();
}

static void lower_question(void)
{
	for (unsigned i = 0; i < query.name.length; i++) {
		reply.wire[12 + i] = plx_ascii_lower(reply.wire[12 + i]);
	}
}

TEST(a_server_that_folds_case_is_known_only_after_tcp_shows_it)
{
	ask();
	struct upstream_snapshot snapshot;
	lower_question();
	CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_WRONG_CASE);
	resolver_upstream_read(fixture.resolver, 0, &snapshot);
	CU_ASSERT_FALSE(snapshot.no_0x20);
	CU_ASSERT_TRUE_FATAL(fixture_next_tcp(&fixture, &query));
	reply_begin(&reply, &query, PLX_FLAG_RA, PLX_RCODE_NOERROR);
	lower_question();
	reply_txt(&reply, NULL, "genuine");
	reply_send_tcp(&fixture, &query, &reply);
	CU_ASSERT_PTR_NOT_NULL(fixture_result_of(&fixture, tag));
	resolver_expire(fixture.resolver, fixture.now_ns + 100 * MS);
	resolver_upstream_read(fixture.resolver, 0, &snapshot);
	CU_ASSERT_TRUE(snapshot.no_0x20);
	// Without the entropy of case, and without a cookie, TCP is used until the memory expires.
	(void)fixture_lookup(&fixture, "next.test", PLX_TYPE_TXT);
	CU_ASSERT_FALSE(fixture_next_udp(&fixture, &query));
	CU_ASSERT_TRUE(fixture_next_tcp(&fixture, &query));
	fixture_pass(&fixture, 30 * SECOND);
	fixture.now_ns += UPSTREAM_DOWNGRADE_NS;
	(void)fixture_lookup(&fixture, "later.test", PLX_TYPE_TXT);
	CU_ASSERT_TRUE(fixture_next_udp(&fixture, &query));
	fixture_stop(&fixture);
}

TEST(many_mismatches_against_one_question_mean_tcp)
{
	ask();
	reply.wire[13] ^= 0x01;
	for (unsigned i = 0; i < 8; i++) {
		CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_WRONG_QUESTION);
	}
	CU_ASSERT_EQUAL(fixture.counters.spoof_suspects, 1);
	expect_answer_by_tcp();
}

TEST(a_malformed_answer_does_not_end_the_wait)
{
	ask();
	reply.writer.position -= 3; // cut inside the last record
	CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_MALFORMED);
	expect_answer_by_tcp();
}

TEST(duplicates_are_late_and_never_answer_twice)
{
	ask();
	CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_ACCEPTED);
	for (unsigned i = 0; i < 4; i++) {
		CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_LATE);
	}
	CU_ASSERT_EQUAL(fixture.result_count, 1);
	struct upstream_snapshot snapshot;
	resolver_upstream_read(fixture.resolver, 0, &snapshot);
	CU_ASSERT_EQUAL(snapshot.unwanted, 0);
	fixture_stop(&fixture);
}

TEST(an_answer_to_an_earlier_query_is_late)
{
	ask();
	fixture_pass(&fixture, 420 * MS);
	struct fixture_query second;
	CU_ASSERT_TRUE_FATAL(fixture_next_udp(&fixture, &second));
	CU_ASSERT_TRUE(second.source_port != query.source_port ||
		       second.message.id != query.message.id);
	CU_ASSERT_NOT_EQUAL(memcmp(second.name.wire, query.name.wire, query.name.length), 0);
	CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_LATE);
	query = second;
	CU_ASSERT_PTR_NULL(fixture_result_of(&fixture, tag));
	reply_begin(&reply, &query, PLX_FLAG_RA, PLX_RCODE_NOERROR);
	reply_txt(&reply, NULL, "genuine");
	CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_ACCEPTED);
	CU_ASSERT_EQUAL(fixture_result_of(&fixture, tag)->result.attempts, 2);
	fixture_stop(&fixture);
}

TEST(answers_to_all_earlier_queries_are_late_and_teach_the_delay)
{
	// A server that always takes 2 s (reliability case 3): the first answers come when later queries are out.
	fixture_start(&fixture, 1);
	tag = fixture_lookup(&fixture, "www.example.test", PLX_TYPE_TXT);
	struct fixture_query sent[8];
	uint64_t sent_ns[8];
	unsigned count = 0;
	unsigned answered = 0;
	while (fixture_result_of(&fixture, tag) == NULL && count < 8) {
		if (fixture_next_udp(&fixture, &sent[count])) {
			sent_ns[count++] = fixture.now_ns;
		}
		while (answered < count && fixture.now_ns >= sent_ns[answered] + 2 * SECOND) {
			reply_begin(&reply, &sent[answered++], PLX_FLAG_RA, PLX_RCODE_NOERROR);
			reply_txt(&reply, NULL, "genuine");
			enum plx_drop_reason reason = reply_send(&fixture, &reply);
			CU_ASSERT_TRUE(reason == PLX_DROP_LATE || reason == PLX_DROP_ACCEPTED);
		}
		fixture_pass(&fixture, 5 * MS);
	}
	const struct fixture_result *result = fixture_result_of(&fixture, tag);
	CU_ASSERT_PTR_NOT_NULL_FATAL(result);
	CU_ASSERT_EQUAL(result->result.status, PLX_STATUS_ANSWERED);
	CU_ASSERT_EQUAL(result->result.transport, PLX_TRANSPORT_UDP);
	struct upstream_snapshot snapshot;
	resolver_upstream_read(fixture.resolver, 0, &snapshot);
	CU_ASSERT_EQUAL(snapshot.unwanted, 0);
	fixture_stop(&fixture);
}

static const uint8_t *client_cookie(void)
{
	CU_ASSERT_PTR_NOT_NULL_FATAL(query.message.cookie);
	return query.message.cookie;
}

static void add_cookie(const uint8_t *client, uint8_t server_octet)
{
	uint8_t option[4 + 16] = {0, 10, 0, 16};
	memcpy(option + 4, client, 8);
	memset(option + 12, server_octet, 8);
	reply_opt(&reply, 0, option, sizeof(option));
}

TEST(a_wrong_cookie_means_tcp)
{
	ask();
	static const uint8_t forged[8] = {1, 2, 3, 4, 5, 6, 7, 8};
	add_cookie(forged, 7);
	CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_WRONG_COOKIE);
	expect_answer_by_tcp();
}

TEST(a_server_known_for_cookies_must_send_them)
{
	ask();
	add_cookie(client_cookie(), 9);
	CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_ACCEPTED);
	tag = fixture_lookup(&fixture, "next.example.test", PLX_TYPE_TXT);
	CU_ASSERT_TRUE_FATAL(fixture_next_udp(&fixture, &query));
	CU_ASSERT_EQUAL(query.message.cookie_length, 16); // client and server cookie
	CU_ASSERT_EQUAL(query.message.cookie[15], 9);
	reply_begin(&reply, &query, PLX_FLAG_RA, PLX_RCODE_NOERROR);
	reply_txt(&reply, NULL, "without a cookie");
	CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_WRONG_COOKIE);
	expect_answer_by_tcp();
}

// A cookie that is no longer sent protects nothing.
TEST(a_cookie_given_up_does_not_stand_in_for_the_case)
{
	struct upstream upstream = {.server_cookie_length = 8, .no_case_until_ns = 10 * SECOND};
	CU_ASSERT_FALSE(upstream_wants_tcp(&upstream, SECOND));
	upstream.no_cookie_until_ns = 5 * SECOND;
	CU_ASSERT_TRUE(upstream_wants_tcp(&upstream, SECOND));
	CU_ASSERT_FALSE(upstream_wants_tcp(&upstream, 6 * SECOND));
	upstream.no_edns_until_ns = 8 * SECOND;
	CU_ASSERT_TRUE(upstream_wants_tcp(&upstream, 6 * SECOND));
}

TEST_MAIN(reply_match, T(short_datagrams_are_counted_and_ignored),
	  T(another_source_address_or_port_is_ignored),
	  T(a_query_another_opcode_or_question_count_is_ignored),
	  T(another_name_type_or_class_is_ignored), T(every_other_id_is_refused),
	  T(the_alarm_ends_by_itself), T(case_that_is_not_echoed_means_tcp),
	  T(a_server_that_folds_case_is_known_only_after_tcp_shows_it),
	  T(many_mismatches_against_one_question_mean_tcp),
	  T(a_malformed_answer_does_not_end_the_wait),
	  T(duplicates_are_late_and_never_answer_twice), T(an_answer_to_an_earlier_query_is_late),
	  T(answers_to_all_earlier_queries_are_late_and_teach_the_delay),
	  T(a_wrong_cookie_means_tcp), T(a_server_known_for_cookies_must_send_them),
	  T(a_cookie_given_up_does_not_stand_in_for_the_case))
