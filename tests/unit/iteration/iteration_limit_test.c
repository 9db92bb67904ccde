// SPDX-License-Identifier: BSD-3-Clause
// Zones made to cause work without end: look-ups of them end early, by a limit that they name.

#include "iteration/iteration.h"

#include <parallax/dns/rr_type.h>

#include "cunit_runner.h"
#include "scripted_network.h"
#include "scripted_reply.h"

#include <stdio.h>
#include <string.h>

static struct scripted_network net;

TEST(zones_that_need_each_other_are_a_loop)
{
	network_start(&net);
	network_look_up(&net, "www.c.test A",
			NETWORK({TLD, "*.c.test *", "", "au c.test 60 NS ns.d.test\n"},
				{TLD, "*.d.test *", "", "au d.test 60 NS ns.c.test\n"}));
	network_check_failed(&net, ITERATION_CAUSE_NS_LOOP);
	CU_ASSERT_TRUE(net.queries <= 6);
	// A server outside the loop saves the zone.
	network_stop(&net);
	network_start(&net);
	network_look_up(
		&net, "www.c.test A",
		NETWORK({TLD, "*.c.test *", "",
			 "au c.test 60 NS ns.d.test\nau c.test 60 NS ns.b.test\n"},
			{TLD, "*.d.test *", "", "au d.test 60 NS ns.c.test\n"},
			{SERVER_B, "www.c.test A", "aa", "an www.c.test 60 A 203.0.113.3\n"}));
	CU_ASSERT_EQUAL(net.result.outcome, ITERATION_RECORDS);
	network_stop(&net);
}

TEST(a_zone_whose_only_server_lies_in_it_without_glue_is_a_loop)
{
	network_start(&net);
	network_look_up(&net, "www.c.test A",
			NETWORK({TLD, "*.c.test *", "", "au c.test 60 NS ns.c.test\n"}));
	network_check_failed(&net, ITERATION_CAUSE_NS_LOOP);
	CU_ASSERT_EQUAL(net.queries, 2);
	network_stop(&net);
}

TEST(a_root_that_needs_itself_is_a_loop)
{
	network_start(&net);
	net.context.families.has_ipv4 = false;
	network_look_up(&net, "www.a.test A", NULL, 0);
	network_check_failed(&net, ITERATION_CAUSE_NS_LOOP);
	CU_ASSERT_EQUAL(net.queries, 0);
	network_stop(&net);
}

TEST(a_referral_to_1500_names_costs_few_queries)
{
	static char records[1500 * 40];
	size_t length = 0;
	for (unsigned i = 0; i < 1500; i++) {
		length += (size_t)snprintf(records + length, sizeof(records) - length,
					   "au c.test 60 NS n%u.b.test\n", i);
	}
	network_start(&net);
	network_look_up(&net, "www.c.test A", NETWORK({TLD, "*.c.test *", "", records}));
	network_check_limit(&net, WORK_LIMIT_NS_FETCHES_PER_DELEGATION);
	CU_ASSERT_EQUAL(network_count(&net, SERVER_B), WORK_NS_FETCHES_PER_DELEGATION_MAX);
	CU_ASSERT_TRUE(net.queries <= 3 + WORK_NS_FETCHES_PER_DELEGATION_MAX);
	network_stop(&net);
}

TEST(fan_out_at_every_level_is_bounded_in_all)
{
	// Each zone's servers are names in four more zones without glue.
	static const struct scripted_server fan[] = {
		{TLD, "*.w.test *", "",
		 "au w.test 60 NS n.x0.test\nau w.test 60 NS n.x1.test\nau w.test 60 NS "
		 "n.x2.test\n"},
		{TLD, "*.x0.test *", "",
		 "au x0.test 60 NS n.y0.test\nau x0.test 60 NS n.y1.test\nau x0.test 60 NS "
		 "n.y2.test\n"},
		{TLD, "*.x1.test *", "",
		 "au x1.test 60 NS n.y3.test\nau x1.test 60 NS n.y4.test\nau x1.test 60 NS "
		 "n.y5.test\n"},
		{TLD, "*.x2.test *", "",
		 "au x2.test 60 NS n.y6.test\nau x2.test 60 NS n.y7.test\nau x2.test 60 NS "
		 "n.y8.test\n"},
		{TLD, "*.test *", "aa nxdomain", "au test 60 SOA 60\n"},
	};
	network_start(&net);
	network_look_up(&net, "www.w.test A", fan, PLX_ARRAY_SIZE(fan));
	CU_ASSERT_EQUAL(net.result.outcome, ITERATION_FAILED);
	CU_ASSERT_EQUAL(net.result.cause, ITERATION_CAUSE_LIMIT);
	CU_ASSERT_TRUE(net.iteration.budget.ns_fetches <= WORK_NS_FETCHES_MAX);
	CU_ASSERT_TRUE(net.queries <= WORK_QUERIES_MAX);
	CU_ASSERT_EQUAL(net.frames_left, 0);
	network_stop(&net);
}

TEST(look_ups_within_look_ups_end_by_depth)
{
	static char records[20][64];
	static char questions[20][32];
	struct scripted_server chain[20];
	for (unsigned i = 0; i < 20; i++) {
		snprintf(questions[i], sizeof(questions[i]), "*.z%u.test *", i);
		snprintf(records[i], sizeof(records[i]), "au z%u.test 60 NS n.z%u.test\n", i,
			 i + 1);
		chain[i] = (struct scripted_server) {TLD, questions[i], "", records[i]};
	}
	network_start(&net);
	network_look_up(&net, "www.z0.test A", chain, 20);
	network_check_limit(&net, WORK_LIMIT_DEPTH);
	CU_ASSERT_EQUAL(net.deepest, WORK_DEPTH_MAX);
	network_stop(&net);
}

TEST(a_chain_of_100_aliases_ends)
{
	static char records[100][64];
	static char questions[100][32];
	struct scripted_server chain[100];
	for (unsigned i = 0; i < 100; i++) {
		snprintf(questions[i], sizeof(questions[i]), "c%u.a.test A", i);
		snprintf(records[i], sizeof(records[i]), "an c%u.a.test 60 CNAME c%u.a.test\n", i,
			 i + 1);
		chain[i] = (struct scripted_server) {SERVER_A, questions[i], "aa", records[i]};
	}
	network_start(&net);
	network_look_up(&net, "c0.a.test A", chain, 100);
	network_check_limit(&net, WORK_LIMIT_ALIASES);
	CU_ASSERT_EQUAL(net.queries, 2 + WORK_ALIASES_MAX + 1);
	network_stop(&net);
}

TEST(a_dname_that_grows_its_own_names_ends)
{
	network_start(&net);
	net.context.probe_type = 0;
	network_look_up(
		&net, "x.d.a.test A",
		NETWORK({SERVER_A, "*.d.a.test *", "aa", "an d.a.test 60 DNAME y.d.a.test\n"}));
	network_check_limit(&net, WORK_LIMIT_ALIASES);
	CU_ASSERT_TRUE(net.queries <= 2 + WORK_ALIASES_MAX + 1);
	network_stop(&net);
}

TEST(the_time_of_a_look_up_ends)
{
	network_start(&net);
	network_look_up(&net, "www.c.test A", NETWORK({ROOT, "*", "timeout", ""}));
	network_check_failed(&net, ITERATION_CAUSE_TIMEOUT);
	network_stop(&net);
	// 13 silent servers would take 26 timeouts.
	network_start(&net);
	uint64_t begun_ns = net.now_ns;
	char glue[1024] = "";
	for (unsigned i = 0; i < 13; i++) {
		size_t used = strlen(glue);
		snprintf(glue + used, sizeof(glue) - used,
			 "au c.test 60 NS n%u.c.test\nad n%u.c.test 60 A 192.0.2.%u\n", i, i,
			 100 + i);
	}
	network_look_up(
		&net, "www.c.test A",
		NETWORK({TLD, "*.c.test *", "", glue}, {"*", "www.c.test *", "timeout", ""}));
	network_check_limit(&net, WORK_LIMIT_TIME);
	CU_ASSERT_EQUAL(net.now_ns - begun_ns, WORK_TIME_NS);
	network_stop(&net);
}

TEST(the_queries_of_a_look_up_end)
{
	// 26 addresses of 13 names refuse, for a name and for its alias.
	char glue[2048] = "";
	for (unsigned i = 0; i < 13; i++) {
		size_t used = strlen(glue);
		snprintf(glue + used, sizeof(glue) - used,
			 "au c.test 60 NS n%u.c.test\nad n%u.c.test 60 A 192.0.2.%u\n"
			 "ad n%u.c.test 60 A 192.0.3.%u\n",
			 i, i, 100 + i, i, 100 + i);
	}
	network_start(&net);
	network_look_up(&net, "www.c.test A",
			NETWORK({TLD, "*.c.test *", "", glue},
				{"*", "www.c.test *", "noedns:refused", ""},
				{"*", "www.c.test *", "formerr", ""}));
	network_check_limit(&net, WORK_LIMIT_QUERIES);
	CU_ASSERT_EQUAL(net.queries, WORK_QUERIES_MAX);
	network_stop(&net);
}

TEST(a_delegation_to_our_own_host_is_not_followed)
{
	network_start(&net);
	network_look_up(&net, "www.c.test A",
			NETWORK({TLD, "*.c.test *", "",
				 "au c.test 60 NS ns.c.test\nad ns.c.test 60 A 127.0.0.1\n"
				 "ad ns.c.test 60 AAAA ::1\n"}));
	network_check_failed(&net, ITERATION_CAUSE_NS_LOOP);
	CU_ASSERT_EQUAL(network_count(&net, "127.0.0.1"), 0);
	network_stop(&net);
}

TEST(without_a_root_or_a_frame_the_fault_is_ours)
{
	network_start(&net);
	net.context.root_hints = NULL;
	network_look_up(&net, "www.a.test A", NULL, 0);
	network_check_failed(&net, ITERATION_CAUSE_NO_ROOT);
	net.context.root_hints = &net.hints;

	struct iteration_frames *all = net.context.frames;
	CU_ASSERT_EQUAL_FATAL(iteration_frames_create(1, &net.context.frames), 0);
	network_look_up(&net, "www.c.test A",
			NETWORK({TLD, "*.c.test *", "", "au c.test 60 NS ns.b.test\n"}));
	CU_ASSERT_EQUAL(net.result.cause, ITERATION_CAUSE_NO_FRAME);
	struct plx_name name = scripted_name("x.test");
	struct iteration first;
	struct iteration second;
	CU_ASSERT_TRUE(iteration_start(&first, &net.context, &name, PLX_TYPE_A, net.use, 0));
	CU_ASSERT_FALSE(iteration_start(&second, &net.context, &name, PLX_TYPE_A, net.use, 0));
	iteration_abandon(&first, &net.context);
	CU_ASSERT_EQUAL(iteration_frames_free_count(net.context.frames), 1);
	iteration_frames_destroy(net.context.frames);
	net.context.frames = all;
	network_stop(&net);
}

TEST_MAIN(iteration_limit, T(zones_that_need_each_other_are_a_loop),
	  T(a_zone_whose_only_server_lies_in_it_without_glue_is_a_loop),
	  T(a_root_that_needs_itself_is_a_loop), T(a_referral_to_1500_names_costs_few_queries),
	  T(fan_out_at_every_level_is_bounded_in_all), T(look_ups_within_look_ups_end_by_depth),
	  T(a_chain_of_100_aliases_ends), T(a_dname_that_grows_its_own_names_ends),
	  T(the_time_of_a_look_up_ends), T(the_queries_of_a_look_up_end),
	  T(a_delegation_to_our_own_host_is_not_followed),
	  T(without_a_root_or_a_frame_the_fault_is_ours))
