// SPDX-License-Identifier: BSD-3-Clause
// Which packets are answers, what odd ones lead to, and at what rate servers are asked.

#include "cunit_runner.h"

#include "recursor_world.h"

#include <parallax/dns/rr_type.h>

#include <string.h>

static struct world world;
static struct world_query query;
static struct scripted_reply reply;

static void start(void)
{
	world_prepare(&world);
	world_start(&world);
}

// A look-up whose first query is out, with its reply at hand.
static void ask(void)
{
	(void)world_submit(&world, "www.a.test A", 0);
	CU_ASSERT_TRUE_FATAL(world_next_query(&world, &query));
	CU_ASSERT_TRUE_FATAL(world_answer(&world, &query, &reply));
}

static bool is_answered(void)
{
	struct world_query next;
	return world_next_query(&world, &next);
}

TEST(a_packet_that_fails_a_check_ends_nothing)
{
	start();
	ask();
	struct plx_endpoint source = {.ip = query.server, .port = 53};
	struct plx_endpoint other = source;
	other.port = 54;
	CU_ASSERT_EQUAL(world_deliver_from(&world, &query, &reply, &other), PLX_DROP_WRONG_SOURCE);
	other.port = 53;
	other.ip.bytes[3]++;
	CU_ASSERT_EQUAL(world_deliver_from(&world, &query, &reply, &other), PLX_DROP_WRONG_SOURCE);
	struct scripted_reply bad = reply;
	bad.wire[2] &= 0x7f; // QR
	CU_ASSERT_EQUAL(world_deliver(&world, &query, &bad), PLX_DROP_NOT_RESPONSE);
	bad = reply;
	bad.wire[5] = 0; // no question
	CU_ASSERT_EQUAL(world_deliver(&world, &query, &bad), PLX_DROP_NOT_RESPONSE);
	bad = reply;
	bad.wire[13] ^= 1;
	CU_ASSERT_EQUAL(world_deliver(&world, &query, &bad), PLX_DROP_WRONG_QUESTION);
	bad.length = 16;
	CU_ASSERT_EQUAL(world_deliver(&world, &query, &bad), PLX_DROP_SHORT);
	CU_ASSERT_FALSE(is_answered());
	CU_ASSERT_EQUAL(world_deliver(&world, &query, &reply), PLX_DROP_ACCEPTED);
	CU_ASSERT_EQUAL(world_deliver(&world, &query, &reply), PLX_DROP_LATE);
	CU_ASSERT_TRUE(is_answered());
	CU_ASSERT_EQUAL(world.result_count, 0);
	world_stop(&world);
}

static void check_asked_by_tcp(void)
{
	struct world_query tcp;
	CU_ASSERT_FALSE(is_answered());
	CU_ASSERT_TRUE_FATAL(world_next_tcp(&world, &tcp));
	CU_ASSERT_STRING_EQUAL(tcp.text, query.text);
	CU_ASSERT_EQUAL(world_deliver(&world, &query, &reply), PLX_DROP_LATE);
	CU_ASSERT_TRUE_FATAL(world_answer(&world, &tcp, &reply));
	(void)world_deliver(&world, &tcp, &reply);
	CU_ASSERT_TRUE(is_answered());
}

TEST(letters_that_come_back_in_another_case_lead_to_tcp)
{
	start();
	ask();
	struct scripted_reply folded = reply;
	folded.wire[13] ^= 0x20;
	CU_ASSERT_EQUAL(world_deliver(&world, &query, &folded), PLX_DROP_WRONG_CASE);
	check_asked_by_tcp();
	CU_ASSERT_EQUAL(world.counters.spoof_suspects, 1);
	world_stop(&world);
}

TEST(an_answer_that_cannot_be_read_leads_to_tcp)
{
	start();
	ask();
	struct scripted_reply cut = reply;
	cut.length--;
	CU_ASSERT_EQUAL(world_deliver(&world, &query, &cut), PLX_DROP_MALFORMED);
	check_asked_by_tcp();
	world_stop(&world);
}

TEST(many_forged_answers_to_one_query_lead_to_tcp)
{
	start();
	ask();
	const struct plx_endpoint forger = {.ip = scripted_ip("203.0.113.66"), .port = 53};
	for (unsigned i = 0; i < 8; i++) {
		CU_ASSERT_EQUAL(world_deliver_from(&world, &query, &reply, &forger),
				PLX_DROP_WRONG_SOURCE);
	}
	check_asked_by_tcp();
	world_stop(&world);
}

TEST(a_forged_answer_that_tcp_cannot_settle_is_told)
{
	start();
	const struct scripted_server servers[] = {{"*", "*", "timeout", ""}};
	ask();
	struct scripted_reply folded = reply;
	folded.wire[13] ^= 0x20;
	world_use(&world, servers, 1);
	CU_ASSERT_EQUAL(world_deliver(&world, &query, &folded), PLX_DROP_WRONG_CASE);
	world_run(&world);
	CU_ASSERT_EQUAL_FATAL(world.result_count, 1);
	CU_ASSERT_EQUAL(world.results[0].result.status, PLX_STATUS_TIMEOUT);
	CU_ASSERT_EQUAL(world.results[0].result.cause, PLX_CAUSE_SPOOF_SUSPECTED);
	world_stop(&world);
}

// The OPT of an answer with a cookie of `length` octets, the client's part from the query.
static void add_cookie(const struct world_query *asked, uint16_t rcode, unsigned length)
{
	uint8_t *end = reply.wire + reply.length;
	const uint8_t opt[] = {0, 0, 41, 4, 208, (uint8_t)(rcode >> 4), 0, 0, 0};
	reply.wire[3] = (uint8_t)((reply.wire[3] & 0xf0) | (rcode & 0xf));
	reply.wire[11]++;
	memcpy(end, opt, sizeof(opt));
	end += sizeof(opt);
	*end++ = 0;
	*end++ = (uint8_t)(4 + length);
	*end++ = 0;
	*end++ = 10;
	*end++ = 0;
	*end++ = (uint8_t)length;
	memset(end, 0x5a, length);
	memcpy(end, asked->message.cookie, 8);
	reply.length = (size_t)(end + length - reply.wire);
}

TEST(cookies_are_learnt_echoed_and_required)
{
	start();
	ask();
	CU_ASSERT_EQUAL(query.message.cookie_length, 8);
	add_cookie(&query, 0, 16);
	CU_ASSERT_EQUAL(world_deliver(&world, &query, &reply), PLX_DROP_ACCEPTED);
	world_run(&world);
	// The root's cookie goes along now, and its answers must have ours.
	(void)world_submit(&world, "other A", 0);
	CU_ASSERT_TRUE_FATAL(world_next_query(&world, &query));
	CU_ASSERT_EQUAL(query.message.cookie_length, 16);
	const struct scripted_server servers[] = {
		{ROOT, "other A", "aa nxdomain", "au . 60 SOA 60\n"}};
	world_use(&world, servers, 1);
	CU_ASSERT_TRUE_FATAL(world_answer(&world, &query, &reply));
	struct scripted_reply bare = reply;
	add_cookie(&query, 0, 16);
	struct scripted_reply forged = reply;
	forged.wire[forged.length - 16] ^= 1;
	CU_ASSERT_EQUAL(world_deliver(&world, &query, &forged), PLX_DROP_WRONG_COOKIE);
	world_run(&world);
	(void)world_submit(&world, "other AAAA", 0); // NXDOMAIN is remembered
	CU_ASSERT_EQUAL(world.result_count, 3);
	CU_ASSERT_EQUAL(bare.message.cookie_length, 0);
	world_stop(&world);
}

TEST(badcookie_is_answered_once_with_the_new_cookie_and_then_by_tcp)
{
	start();
	ask();
	add_cookie(&query, PLX_RCODE_BADCOOKIE, 16);
	CU_ASSERT_EQUAL(world_deliver(&world, &query, &reply), PLX_DROP_ACCEPTED);
	CU_ASSERT_TRUE_FATAL(world_next_query(&world, &query));
	CU_ASSERT_EQUAL(query.message.cookie_length, 16);
	CU_ASSERT_TRUE_FATAL(world_answer(&world, &query, &reply));
	add_cookie(&query, PLX_RCODE_BADCOOKIE, 16);
	CU_ASSERT_EQUAL(world_deliver(&world, &query, &reply), PLX_DROP_ACCEPTED);
	check_asked_by_tcp();
	world_stop(&world);
}

TEST(a_truncated_answer_is_fetched_by_tcp)
{
	const struct scripted_server servers[] = {
		{SERVER_A, "www.a.test A", "tcp:aa", "an www.a.test 300 A 203.0.113.9\n"},
		{SERVER_A, "www.a.test A", "aa tc", ""},
	};
	start();
	world_use(&world, servers, 2);
	const struct plx_result *result = world_look_up(&world, "www.a.test A", 0);
	CU_ASSERT_EQUAL(result->transport, PLX_TRANSPORT_TCP);
	CU_ASSERT_EQUAL(result->queries, 4);
	CU_ASSERT_STRING_EQUAL(world_text(&world, &world.results[0]), "www.a.test 203.0.113.9");
	world_stop(&world);
}

TEST(jobs_for_tcp_ask_by_tcp_only)
{
	start();
	const struct plx_result *result = world_look_up(&world, "www.a.test A", PLX_JOB_TCP_ONLY);
	CU_ASSERT_EQUAL(result->status, PLX_STATUS_ANSWERED);
	CU_ASSERT_EQUAL(result->transport, PLX_TRANSPORT_TCP);
	CU_ASSERT_EQUAL(world.counters.queries_sent, 0);
	CU_ASSERT_EQUAL(world.counters.tcp_queries, 3);
	world_stop(&world);
}

TEST(queries_carry_random_letters_edns_and_no_recursion)
{
	world_prepare(&world);
	world.config.validates = true;
	world_start(&world);
	unsigned upper = 0;
	for (unsigned i = 0; i < 32; i++) {
		(void)world_submit(&world, "www.a.test A", PLX_JOB_UNMERGED);
		CU_ASSERT_TRUE_FATAL(world_next_query(&world, &query));
		upper += query.wire[13] == 'T';
		CU_ASSERT_EQUAL(query.message.flags, 0);
		CU_ASSERT_EQUAL(query.message.edns_udp_size, 1232);
		CU_ASSERT_TRUE(query.message.edns_do);
		CU_ASSERT_TRUE(query.slot >= WORLD_FIRST_SLOT);
	}
	CU_ASSERT_TRUE(upper > 4 && upper < 28);
	world_stop(&world);
}

TEST(equal_queries_are_one_and_each_look_up_gets_the_answer)
{
	start();
	uint64_t tags[20];
	for (unsigned i = 0; i < 20; i++) {
		tags[i] = world_submit(&world, i % 2 ? "www.a.test A" : "www.b.test A", 0);
	}
	world_run(&world);
	CU_ASSERT_EQUAL(world.queries, 5);
	for (unsigned i = 0; i < 20; i++) {
		CU_ASSERT_STRING_EQUAL(world_text(&world, world_result_of(&world, tags[i])),
				       i % 2 ? "www.a.test 203.0.113.1" : "www.b.test 203.0.113.2");
	}
	world_stop(&world);
}

TEST(a_lost_packet_that_many_waited_for_silences_no_server)
{
	start();
	for (unsigned i = 0; i < 20; i++) {
		(void)world_submit(&world, "www.a.test A", 0);
	}
	CU_ASSERT_TRUE(world_next_query(&world, &query));
	world_pass(&world, SECOND);
	CU_ASSERT_EQUAL(world.counters.query_timeouts, 1);
	world_run(&world);
	CU_ASSERT_EQUAL(world.result_count, 20);
	CU_ASSERT_EQUAL(world.queries, 4);
	world_stop(&world);
}

static unsigned sent_within(uint64_t duration_ns)
{
	unsigned sent = 0;
	for (uint64_t end_ns = world.now_ns + duration_ns; world.now_ns < end_ns;
	     world.now_ns += MS) {
		recursor_expire(world.recursor, world.now_ns);
		while (world_next_query(&world, &query)) {
			sent++;
		}
	}
	return sent;
}

TEST(a_server_is_asked_at_its_rate_at_most_and_others_do_not_wait)
{
	world_prepare(&world);
	world.config.server_rate_qps = 100;
	world_start(&world);
	(void)world_look_up(&world, "www.a.test A", 0);
	(void)world_look_up(&world, "www.b.test A", 0);
	for (unsigned i = 0; i < 60; i++) {
		(void)world_submit(&world, "www.a.test TXT", PLX_JOB_UNMERGED);
	}
	(void)world_submit(&world, "www.b.test TXT", 0);
	unsigned burst = 0;
	while (world_next_query(&world, &query) && strcmp(query.text, "www.b.test TXT") != 0) {
		burst++;
	}
	CU_ASSERT_STRING_EQUAL(query.text, "www.b.test TXT");
	CU_ASSERT_TRUE(burst <= 2);
	unsigned sent = sent_within(300 * MS);
	CU_ASSERT_TRUE(sent >= 25 && sent <= 31);
	world_stop(&world);
}

TEST(all_servers_together_are_asked_at_the_total_rate_at_most)
{
	world_prepare(&world);
	world.config.total_rate_qps = 1000;
	world_start(&world);
	for (unsigned i = 0; i < 400; i++) {
		(void)world_submit(&world, "www.a.test A", PLX_JOB_UNMERGED);
	}
	// Less than the window of a server that has not answered yet.
	unsigned sent = sent_within(100 * MS);
	CU_ASSERT_TRUE(sent >= 95 && sent <= 110);
	world_stop(&world);
}

TEST_MAIN(recursor_wall, T(a_packet_that_fails_a_check_ends_nothing),
	  T(letters_that_come_back_in_another_case_lead_to_tcp),
	  T(an_answer_that_cannot_be_read_leads_to_tcp),
	  T(many_forged_answers_to_one_query_lead_to_tcp),
	  T(a_forged_answer_that_tcp_cannot_settle_is_told),
	  T(cookies_are_learnt_echoed_and_required),
	  T(badcookie_is_answered_once_with_the_new_cookie_and_then_by_tcp),
	  T(a_truncated_answer_is_fetched_by_tcp), T(jobs_for_tcp_ask_by_tcp_only),
	  T(queries_carry_random_letters_edns_and_no_recursion),
	  T(equal_queries_are_one_and_each_look_up_gets_the_answer),
	  T(a_lost_packet_that_many_waited_for_silences_no_server),
	  T(a_server_is_asked_at_its_rate_at_most_and_others_do_not_wait),
	  T(all_servers_together_are_asked_at_the_total_rate_at_most))
