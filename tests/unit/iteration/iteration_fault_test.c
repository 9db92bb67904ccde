// SPDX-License-Identifier: BSD-3-Clause
// Servers that are dead, lame or broken: another one is asked, or another way, or the look-up fails with its cause and
// never says that there is nothing.

#include "iteration/iteration.h"

#include <parallax/dns/rr_type.h>

#include "cunit_runner.h"
#include "scripted_network.h"
#include "scripted_reply.h"

#include <stdio.h>
#include <string.h>

#define MS (1000ull * 1000)
// c.test has two servers.
#define FIRST "192.0.2.11"
#define SECOND "192.0.2.12"
#define TWO_SERVERS                                                                                \
	{                                                                                          \
		TLD, "*.c.test *", "",                                                             \
			"au c.test 3600 NS n1.c.test\nau c.test 3600 NS n2.c.test\n"               \
			"ad n1.c.test 3600 A " FIRST "\nad n2.c.test 3600 A " SECOND "\n"          \
	}
#define GOOD_SECOND                                                                                \
	{                                                                                          \
		SECOND, "www.c.test A", "aa", "an www.c.test 60 A 203.0.113.3\n"                   \
	}

static struct scripted_network net;

// With the first server known to be the faster one, so that it is asked first.
static void start_with_first(void)
{
	struct plx_ip first = scripted_ip(FIRST);
	struct plx_ip second = scripted_ip(SECOND);
	network_start(&net);
	server_answered(net.context.book, &first, MS, net.now_ns);
	server_answered(net.context.book, &second, 300 * MS, net.now_ns);
}

static void look_up_with_first(const char *flags, const char *records)
{
	start_with_first();
	network_look_up(&net, "www.c.test A",
			NETWORK(TWO_SERVERS, GOOD_SECOND, {FIRST, "*", flags, records}));
	CU_ASSERT_TRUE(network_asked(&net, FIRST));
}

static void check_found(void)
{
	CU_ASSERT_EQUAL(net.result.outcome, ITERATION_RECORDS);
	CU_ASSERT_TRUE(network_asked(&net, SECOND " www.c.test A -> records"));
	CU_ASSERT_EQUAL(net.frames_left, 0);
}

TEST(a_dead_server_costs_one_timeout)
{
	look_up_with_first("timeout", "");
	check_found();
	CU_ASSERT_EQUAL(network_count(&net, FIRST), 1);
	network_stop(&net);
}

TEST(a_server_that_cannot_be_reached_is_left)
{
	look_up_with_first("unreachable", "");
	check_found();
	CU_ASSERT_EQUAL(network_count(&net, FIRST), 1);
	network_stop(&net);
}

TEST(a_server_that_cannot_be_reached_stays_out_for_the_next_label)
{
	start_with_first();
	network_look_up(&net, "w.x.y.c.test A",
			NETWORK(TWO_SERVERS, {FIRST, "*", "unreachable", ""},
				{SECOND, "*", "aa", "au c.test 60 SOA 60\n"}));
	CU_ASSERT_EQUAL(net.result.outcome, ITERATION_NODATA);
	CU_ASSERT_EQUAL(network_count(&net, FIRST), 1);
	network_stop(&net);
}

TEST(the_cause_is_of_the_zone_that_the_look_up_ended_in)
{
	start_with_first();
	network_look_up(&net, "www.x.c.test A",
			NETWORK(TWO_SERVERS, {FIRST, "*", "", ""},
				{SECOND, "*", "", "au x.c.test 60 NS ns.x.c.test\n"}));
	CU_ASSERT_TRUE(network_asked(&net, "-> lame"));
	network_check_failed(&net, ITERATION_CAUSE_NS_LOOP);
	network_stop(&net);
}

TEST(only_the_addresses_of_the_server_are_taken_from_the_answer_about_it)
{
	network_start(&net);
	network_look_up(&net, "www.c.test A",
			NETWORK({TLD, "*.c.test *", "", "au c.test 60 NS alias.b.test\n"},
				{SERVER_B, "alias.b.test *", "aa",
				 "an alias.b.test 60 CNAME ns.b.test\nan ns.b.test 60 A " SERVER_B
				 "\nan other.b.test 60 A 192.0.2.66\n"},
				{SERVER_B, "www.c.test A", "refused", ""}));
	network_check_failed(&net, ITERATION_CAUSE_RCODE);
	network_stop(&net);
}

TEST(a_lame_server_is_left_and_not_asked_first_again)
{
	static const struct {
		const char *flags;
		const char *records;
	} lame[] = {
		{"", ""},
		{"", "au . 60 NS a.root\n"},
		{"", "au c.test 60 NS n1.c.test\n"},
		{"ra", "an www.c.test 60 A 192.0.2.66\n"},
		{"aa nxdomain", "au test 60 SOA 60\n"},
	};
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(lame); i++) {
		look_up_with_first(lame[i].flags, lame[i].records);
		check_found();
		if (network_asked(&net, "-> lame")) {
			for (unsigned j = 0; j < 20; j++) {
				network_look_up(&net, "www.c.test A", NETWORK(GOOD_SECOND));
				CU_ASSERT_EQUAL(net.queries, 1);
			}
		}
		network_stop(&net);
	}
}

TEST(a_server_that_refuses_or_fails_is_left)
{
	static const char *const flags[] = {"servfail", "refused", "aa yxdomain"};
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(flags); i++) {
		look_up_with_first(flags[i], "");
		check_found();
		network_stop(&net);
	}
}

TEST(an_answer_that_contradicts_itself_is_not_used)
{
	look_up_with_first("aa",
			   "an www.c.test 60 CNAME x.c.test\nan www.c.test 60 CNAME y.c.test\n");
	check_found();
	network_stop(&net);
}

TEST(when_all_servers_are_lame_the_look_up_fails_with_few_queries)
{
	network_start(&net);
	network_look_up(&net, "www.c.test A", NETWORK(TWO_SERVERS, {"*", "*.c.test *", "", ""}));
	network_check_failed(&net, ITERATION_CAUSE_LAME);
	CU_ASSERT_EQUAL(net.queries, 4);
	network_stop(&net);
}

TEST(when_all_servers_are_dead_each_is_tried_three_times)
{
	network_start(&net);
	uint64_t begun_ns = net.now_ns;
	network_look_up(&net, "www.c.test A",
			NETWORK(TWO_SERVERS, {"*", "www.c.test *", "timeout", ""}));
	network_check_failed(&net, ITERATION_CAUSE_TIMEOUT);
	CU_ASSERT_EQUAL(network_count(&net, FIRST), 3);
	CU_ASSERT_EQUAL(network_count(&net, SECOND), 3);
	CU_ASSERT_EQUAL(net.iteration.budget.failed_count, 2);
	CU_ASSERT_TRUE(net.now_ns - begun_ns <= WORK_TIME_NS);
	network_stop(&net);
}

TEST(a_refused_name_keeps_the_rcode)
{
	network_start(&net);
	network_look_up(&net, "www.c.test CAA",
			NETWORK(TWO_SERVERS, {"*", "www.c.test *", "refused", ""}));
	network_check_failed(&net, ITERATION_CAUSE_RCODE);
	CU_ASSERT_EQUAL(net.result.rcode, PLX_RCODE_REFUSED);
	CU_ASSERT_EQUAL(network_count(&net, "www.c.test CAA"), 2);
	// SERVFAIL may pass: it is asked again.
	network_look_up(&net, "www.c.test TXT",
			NETWORK(TWO_SERVERS, {"*", "www.c.test *", "servfail", ""}));
	network_check_failed(&net, ITERATION_CAUSE_RCODE);
	CU_ASSERT_EQUAL(net.result.rcode, PLX_RCODE_SERVFAIL);
	CU_ASSERT_EQUAL(network_count(&net, "www.c.test TXT"), 2 * SERVER_TRIES_MAX);
	network_stop(&net);
}

TEST(truncation_asks_again_by_tcp)
{
	network_start(&net);
	network_look_up(
		&net, "www.a.test TXT",
		NETWORK({SERVER_A, "www.a.test TXT", "tcp:aa", "an www.a.test 60 TXT 0178\n"},
			{SERVER_A, "www.a.test TXT", "aa tc nxdomain", "au a.test 60 SOA 60\n"}));
	CU_ASSERT_EQUAL(net.result.outcome, ITERATION_RECORDS);
	CU_ASSERT_TRUE(network_asked(&net, SERVER_A " www.a.test TXT -> truncated\n" SERVER_A
						    " www.a.test TXT tcp -> records\n"));
	network_stop(&net);
}

TEST(truncated_and_no_tcp_is_a_failure)
{
	network_start(&net);
	network_look_up(
		&net, "www.a.test TXT",
		NETWORK({SERVER_A, "*", "tcp:timeout", ""},
			{SERVER_A, "www.a.test TXT", "aa tc nxdomain", "au a.test 60 SOA 60\n"}));
	network_check_failed(&net, ITERATION_CAUSE_TCP);
	CU_ASSERT_EQUAL(network_count(&net, SERVER_A), 2);
	network_look_up(&net, "www.b.test TXT", NETWORK({SERVER_B, "*", "aa tc", ""}));
	network_check_failed(&net, ITERATION_CAUSE_TCP);
	CU_ASSERT_EQUAL(network_count(&net, SERVER_B), 2);
	network_stop(&net);
}

TEST(a_server_without_edns_is_asked_without)
{
	static const char *const flags[] = {"formerr", "notimp"};
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(flags); i++) {
		network_start(&net);
		network_look_up(&net, "www.a.test A",
				NETWORK({SERVER_A, "www.a.test A", "noedns:aa",
					 "an www.a.test 60 A 203.0.113.1\n"},
					{SERVER_A, "*", flags[i], ""}));
		CU_ASSERT_EQUAL(net.result.outcome, ITERATION_RECORDS);
		CU_ASSERT_TRUE(network_asked(&net, "www.a.test A noedns -> records"));
		CU_ASSERT_EQUAL(net.queries, 4);
		network_stop(&net);
	}
}

TEST(a_server_that_refuses_shortened_names_is_asked_for_the_whole)
{
	static const char *const flags[] = {"servfail", "refused", "aa nxdomain", "formerr"};
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(flags); i++) {
		network_start(&net);
		network_look_up(&net, "www.x.y.a.test A",
				NETWORK({SERVER_A, "www.x.y.a.test A", "aa",
					 "an www.x.y.a.test 60 A 203.0.113.1\n"},
					{SERVER_A, "*", flags[i], "au a.test 60 SOA 60\n"}));
		CU_ASSERT_EQUAL(net.result.outcome, ITERATION_RECORDS);
		CU_ASSERT_FALSE(network_asked(&net, " x.y.a.test A"));
		network_stop(&net);
	}
}

TEST(a_server_that_refers_to_itself_is_asked_once)
{
	network_start(&net);
	network_look_up(&net, "www.a.test A",
			NETWORK({SERVER_A, "*", "",
				 "au a.test 60 NS ns.a.test\nad ns.a.test 60 A " SERVER_A "\n"}));
	network_check_failed(&net, ITERATION_CAUSE_LAME);
	CU_ASSERT_EQUAL(network_count(&net, SERVER_A), 1);
	network_stop(&net);
}

TEST(addresses_are_asked_for_where_none_is_known_only)
{
	network_start(&net);
	network_look_up(
		&net, "www.c.test A",
		NETWORK({TLD, "*.c.test *", "",
			 "au c.test 60 NS n1.b.test\nau c.test 60 NS ns.b.test\n"
			 "ad n1.b.test 60 A " FIRST "\n"},
			{FIRST, "*", "timeout", ""},
			{SERVER_B, "www.c.test A", "aa", "an www.c.test 60 A 203.0.113.3\n"}));
	CU_ASSERT_EQUAL(net.result.outcome, ITERATION_RECORDS);
	CU_ASSERT_FALSE(network_asked(&net, "n1.b.test"));
	CU_ASSERT_EQUAL(network_count(&net, FIRST), SERVER_TRIES_MAX);
	network_stop(&net);
}

TEST(a_server_that_fails_under_every_zone_is_asked_three_times)
{
	static char records[WORK_ALIASES_MAX][300];
	static char zones[WORK_ALIASES_MAX][16];
	static char questions[WORK_ALIASES_MAX][24];
	static char aliases[WORK_ALIASES_MAX][64];
	struct scripted_server chain[2 * WORK_ALIASES_MAX + 1];
	for (unsigned i = 0; i < WORK_ALIASES_MAX; i++) {
		snprintf(zones[i], sizeof(zones[i]), "*.e%u.test *", i);
		snprintf(records[i], sizeof(records[i]),
			 "au e%u.test 60 NS f.e%u.test\nau e%u.test 60 NS s.e%u.test\n"
			 "ad f.e%u.test 60 A " FIRST "\nad s.e%u.test 60 A " SECOND "\n",
			 i, i, i, i, i, i);
		snprintf(questions[i], sizeof(questions[i]), "x.e%u.test A", i);
		snprintf(aliases[i], sizeof(aliases[i]), "an x.e%u.test 60 CNAME x.e%u.test\n", i,
			 i + 1);
		if (i + 1 == WORK_ALIASES_MAX) {
			snprintf(aliases[i], sizeof(aliases[i]), "an x.e%u.test 60 A 203.0.113.1\n",
				 i);
		}
		chain[2 * i] = (struct scripted_server) {TLD, zones[i], "", records[i]};
		chain[2 * i + 1] =
			(struct scripted_server) {SECOND, questions[i], "aa", aliases[i]};
	}
	chain[2 * WORK_ALIASES_MAX] = (struct scripted_server) {FIRST, "*", "refused", ""};
	start_with_first();
	net.context.probe_type = 0;
	network_look_up(&net, "x.e0.test A", chain, PLX_ARRAY_SIZE(chain));
	CU_ASSERT_EQUAL(net.result.outcome, ITERATION_RECORDS);
	CU_ASSERT_EQUAL(network_count(&net, FIRST), WORK_SERVER_FAILURES_MAX);
	network_stop(&net);
}

TEST(a_server_that_serves_again_loses_its_mark)
{
	network_start(&net);
	static const struct {
		const char *server;
		const char *zone;
	} marked[] = {{ROOT, "."}, {TLD, "test"}, {SERVER_A, "a.test"}};
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(marked); i++) {
		struct plx_ip ip = scripted_ip(marked[i].server);
		struct plx_name zone = scripted_name(marked[i].zone);
		server_mark(net.context.book, &ip, &zone, net.now_ns);
	}
	network_look_up(&net, "www.a.test A", NULL, 0);
	CU_ASSERT_EQUAL(net.result.outcome, ITERATION_RECORDS);
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(marked); i++) {
		struct plx_ip ip = scripted_ip(marked[i].server);
		struct plx_name zone = scripted_name(marked[i].zone);
		CU_ASSERT_FALSE(server_is_marked(net.context.book, &ip, &zone, net.now_ns));
	}
	network_stop(&net);
}

TEST_MAIN(iteration_fault, T(a_dead_server_costs_one_timeout),
	  T(a_server_that_cannot_be_reached_is_left),
	  T(a_server_that_cannot_be_reached_stays_out_for_the_next_label),
	  T(the_cause_is_of_the_zone_that_the_look_up_ended_in),
	  T(only_the_addresses_of_the_server_are_taken_from_the_answer_about_it),
	  T(a_lame_server_is_left_and_not_asked_first_again),
	  T(a_server_that_refuses_or_fails_is_left),
	  T(an_answer_that_contradicts_itself_is_not_used),
	  T(when_all_servers_are_lame_the_look_up_fails_with_few_queries),
	  T(when_all_servers_are_dead_each_is_tried_three_times), T(a_refused_name_keeps_the_rcode),
	  T(truncation_asks_again_by_tcp), T(truncated_and_no_tcp_is_a_failure),
	  T(a_server_without_edns_is_asked_without),
	  T(a_server_that_refuses_shortened_names_is_asked_for_the_whole),
	  T(a_server_that_refers_to_itself_is_asked_once),
	  T(addresses_are_asked_for_where_none_is_known_only),
	  T(a_server_that_fails_under_every_zone_is_asked_three_times),
	  T(a_server_that_serves_again_loses_its_mark))
