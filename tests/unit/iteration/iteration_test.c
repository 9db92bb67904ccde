// SPDX-License-Identifier: BSD-3-Clause
// What a look-up asks and finds in a network that works.

#include "iteration/iteration.h"

#include <parallax/dns/rr_type.h>

#include "cunit_runner.h"
#include "iteration/root_hints.h"
#include "scripted_network.h"
#include "scripted_reply.h"

#include <stdio.h>
#include <string.h>

#define SECOND (1000ull * 1000 * 1000)

static struct scripted_network net;

static bool owner_is(const char *text)
{
	struct plx_name name = scripted_name(text);
	return plx_name_equal(&net.result.owner, &name);
}

TEST(a_chain_of_referrals_leads_to_the_answer)
{
	network_start(&net);
	network_look_up(&net, "www.a.test A", NULL, 0);
	CU_ASSERT_EQUAL(net.result.outcome, ITERATION_RECORDS);
	CU_ASSERT_TRUE(owner_is("www.a.test"));
	CU_ASSERT_STRING_EQUAL(net.log,
			       ROOT " test A -> referral\n" TLD " a.test A -> referral\n" SERVER_A
				    " www.a.test A -> records\n");
	CU_ASSERT_EQUAL(net.frames_left, 0);
	network_stop(&net);
}

TEST(delegations_are_remembered_and_whole_names_kept_from_the_upper_servers)
{
	network_start(&net);
	network_look_up(&net, "www.a.test A", NULL, 0);
	network_look_up(&net, "mail.a.test A", NULL, 0);
	CU_ASSERT_EQUAL(net.result.outcome, ITERATION_NODATA);
	CU_ASSERT_STRING_EQUAL(net.log, SERVER_A " mail.a.test A -> nodata\n");
	network_look_up(&net, "www.b.test A", NULL, 0);
	CU_ASSERT_STRING_EQUAL(net.log,
			       TLD " b.test A -> referral\n" SERVER_B " www.b.test A -> records\n");
	net.now_ns += DELEGATION_TTL_MAX_S * SECOND;
	network_look_up(&net, "www.b.test A", NULL, 0);
	CU_ASSERT_EQUAL(net.queries, 3);
	network_stop(&net);
}

TEST(evidence_begins_at_the_tld)
{
	network_start(&net);
	network_look_up(&net, "www.a.test A", NULL, 0);
	net.use = CACHE_USE_EVIDENCE;
	network_look_up(&net, "www.a.test A", NULL, 0);
	CU_ASSERT_STRING_EQUAL(net.log,
			       TLD " a.test A -> referral\n" SERVER_A " www.a.test A -> records\n");
	network_look_up(&net, "none.a.test A", NULL, 0);
	network_look_up(&net, "none.a.test A", NULL, 0);
	CU_ASSERT_EQUAL(net.queries, 2);
	CU_ASSERT_FALSE(net.result.from_cache);
	network_stop(&net);
}

TEST(without_a_probe_type_the_whole_name_is_asked_everywhere)
{
	network_start(&net);
	net.context.probe_type = 0;
	network_look_up(&net, "www.a.test A", NULL, 0);
	CU_ASSERT_EQUAL(net.result.outcome, ITERATION_RECORDS);
	CU_ASSERT_EQUAL(network_count(&net, "www.a.test A"), 3);
	network_stop(&net);
}

TEST(a_delegation_without_glue_is_resolved_by_its_servers_names)
{
	network_start(&net);
	network_look_up(
		&net, "www.c.test A",
		NETWORK({TLD, "*.c.test *", "", "au c.test 3600 NS ns.b.test\n"},
			{SERVER_B, "www.c.test A", "aa", "an www.c.test 60 A 203.0.113.3\n"}));
	CU_ASSERT_EQUAL(net.result.outcome, ITERATION_RECORDS);
	CU_ASSERT_EQUAL(net.deepest, 1);
	CU_ASSERT_STRING_EQUAL(net.log, ROOT
			       " test A -> referral\n" TLD " c.test A -> referral\n" TLD
			       " b.test A -> referral\n" SERVER_B
			       " ns.b.test A -> records\n" SERVER_B " www.c.test A -> records\n");
	// The address is remembered.
	network_look_up(
		&net, "www.c.test A",
		NETWORK({SERVER_B, "www.c.test A", "aa", "an www.c.test 60 A 203.0.113.3\n"}));
	CU_ASSERT_EQUAL(net.queries, 1);
	CU_ASSERT_EQUAL(net.frames_left, 0);
	// As long as the address may be.
	net.now_ns += 300 * SECOND;
	network_look_up(
		&net, "www.c.test A",
		NETWORK({TLD, "*.c.test *", "", "au c.test 3600 NS ns.b.test\n"},
			{SERVER_B, "www.c.test A", "aa", "an www.c.test 60 A 203.0.113.3\n"}));
	CU_ASSERT_EQUAL(net.result.outcome, ITERATION_RECORDS);
	CU_ASSERT_STRING_EQUAL(net.log, SERVER_B " ns.b.test A -> records\n" SERVER_B
						 " www.c.test A -> records\n");
	network_stop(&net);
}

TEST(the_address_of_a_server_of_many_zones_is_asked_for_once_but_by_evidence_each_time)
{
	const struct scripted_server servers[] = {
		{TLD, "*.c.test *", "", "au c.test 60 NS ns.b.test\n"},
		{TLD, "*.d.test *", "", "au d.test 60 NS ns.b.test\n"},
		{SERVER_B, "www.c.test A", "aa", "an www.c.test 60 A 203.0.113.3\n"},
		{SERVER_B, "www.d.test A", "aa", "an www.d.test 60 A 203.0.113.4\n"},
	};
	network_start(&net);
	network_look_up(&net, "www.c.test A", servers, PLX_ARRAY_SIZE(servers));
	network_look_up(&net, "www.d.test A", servers, PLX_ARRAY_SIZE(servers));
	CU_ASSERT_STRING_EQUAL(net.log,
			       TLD " d.test A -> referral\n" SERVER_B " www.d.test A -> records\n");
	net.use = CACHE_USE_EVIDENCE;
	network_look_up(&net, "www.d.test A", servers, PLX_ARRAY_SIZE(servers));
	CU_ASSERT_EQUAL(network_count(&net, "ns.b.test A -> records"), 1);
	CU_ASSERT_EQUAL(net.queries, 4);
	network_stop(&net);
}

TEST(the_address_of_a_server_is_forgotten_with_the_zone_that_gave_it)
{
	const struct scripted_server servers[] = {
		{TLD, "*.b.test *", "",
		 "au b.test 10 NS ns.b.test\nad ns.b.test 10 A " SERVER_B "\n"},
		{TLD, "*.c.test *", "", "au c.test 3600 NS ns.b.test\n"},
		{SERVER_B, "www.c.test A", "aa", "an www.c.test 60 A 203.0.113.3\n"},
	};
	network_start(&net);
	network_look_up(&net, "www.c.test A", servers, PLX_ARRAY_SIZE(servers));
	net.now_ns += 10 * SECOND;
	network_look_up(&net, "www.c.test A", servers, PLX_ARRAY_SIZE(servers));
	CU_ASSERT_EQUAL(net.result.outcome, ITERATION_RECORDS);
	CU_ASSERT_EQUAL(network_count(&net, "ns.b.test A -> records"), 1);
	network_stop(&net);
}

TEST(one_server_is_asked_as_often_as_a_deep_name_has_labels)
{
	network_start(&net);
	network_look_up(&net, "u.v.w.x.y.z.a.test A", NULL, 0);
	CU_ASSERT_EQUAL(net.result.outcome, ITERATION_NODATA);
	CU_ASSERT_EQUAL(network_count(&net, SERVER_A), 6);
	network_stop(&net);
}

TEST(an_alias_to_a_known_child_zone_goes_there_at_once)
{
	const struct scripted_server servers[] = {
		{SERVER_A, "*.sub.a.test *", "",
		 "au sub.a.test 60 NS ns.sub.a.test\nad ns.sub.a.test 60 A 192.0.2.7\n"},
		{SERVER_A, "alias.a.test A", "aa", "an alias.a.test 60 CNAME www.sub.a.test\n"},
		{"192.0.2.7", "www.sub.a.test A", "aa", "an www.sub.a.test 60 A 203.0.113.4\n"},
	};
	network_start(&net);
	network_look_up(&net, "www.sub.a.test A", servers, PLX_ARRAY_SIZE(servers));
	CU_ASSERT_EQUAL(net.result.outcome, ITERATION_RECORDS);
	network_look_up(&net, "alias.a.test A", servers, PLX_ARRAY_SIZE(servers));
	CU_ASSERT_STRING_EQUAL(net.log, SERVER_A " alias.a.test A -> alias\n"
						 "192.0.2.7 www.sub.a.test A -> records\n");
	network_stop(&net);
}

TEST(hints_are_completed_but_not_remembered_as_the_root)
{
	network_start(&net);
	network_look_up(&net, "www.b.test A", NULL, 0);
	struct plx_name root = scripted_name(".");
	struct plx_name server = scripted_name("ns.b.test");
	struct delegation found;
	delegation_start(&net.hints, &root, UINT64_MAX);
	CU_ASSERT_EQUAL(delegation_add_name(&net.hints, &server), 0);
	network_look_up(&net, "x A", NETWORK({SERVER_B, "x A", "aa nxdomain", "au . 60 SOA 60\n"}));
	CU_ASSERT_EQUAL(net.result.outcome, ITERATION_NXDOMAIN);
	CU_ASSERT_FALSE(delegation_cache_closest(net.context.cache, &root, CACHE_USE_ALL,
						 net.now_ns, &found));
	network_stop(&net);
}

TEST(glue_out_of_bailiwick_is_ignored_and_asked_for)
{
	network_start(&net);
	network_look_up(
		&net, "www.x.c.test A",
		NETWORK({TLD, "*.c.test *", "",
			 "au c.test 60 NS ns.c.test\nad ns.c.test 60 A 192.0.2.3\n"},
			{"192.0.2.3", "*.x.c.test *", "",
			 "au x.c.test 60 NS ns.b.test\nad ns.b.test 60 A 192.0.2.66\n"},
			{SERVER_B, "www.x.c.test A", "aa", "an www.x.c.test 60 A 203.0.113.3\n"}));
	CU_ASSERT_EQUAL(net.result.outcome, ITERATION_RECORDS);
	CU_ASSERT_FALSE(network_asked(&net, "192.0.2.66"));
	CU_ASSERT_TRUE(network_asked(&net, SERVER_B " ns.b.test A -> records"));
	network_stop(&net);
}

TEST(an_alias_leads_across_zones)
{
	network_start(&net);
	network_look_up(&net, "alias.a.test A",
			NETWORK({SERVER_A, "alias.a.test A", "aa",
				 "an alias.a.test 60 CNAME www.b.test\n"
				 "an www.b.test 60 A 192.0.2.66\n"}));
	CU_ASSERT_EQUAL(net.result.outcome, ITERATION_RECORDS);
	CU_ASSERT_TRUE(owner_is("www.b.test"));
	CU_ASSERT_TRUE(network_asked(&net, SERVER_B " www.b.test A -> records"));
	CU_ASSERT_EQUAL(net.iteration.budget.aliases, 1);
	network_stop(&net);
}

TEST(an_alias_within_the_zone_is_asked_of_the_same_servers)
{
	network_start(&net);
	net.use = CACHE_USE_EVIDENCE;
	network_look_up(&net, "alias.a.test A",
			NETWORK({SERVER_A, "alias.a.test A", "aa",
				 "an alias.a.test 60 CNAME www.a.test\n"}));
	CU_ASSERT_EQUAL(net.result.outcome, ITERATION_RECORDS);
	CU_ASSERT_EQUAL(net.queries, 4);
	network_stop(&net);
}

TEST(a_dname_redirects_what_lies_below_it)
{
	network_start(&net);
	network_look_up(&net, "www.d.a.test A",
			NETWORK({SERVER_A, "www.d.a.test A", "aa",
				 "an d.a.test 60 DNAME b.test\n"
				 "an www.d.a.test 60 CNAME www.b.test\n"}));
	CU_ASSERT_EQUAL(net.result.outcome, ITERATION_RECORDS);
	CU_ASSERT_TRUE(owner_is("www.b.test"));
	network_stop(&net);
}

TEST(aliases_that_go_round_across_zones_are_a_loop)
{
	network_start(&net);
	network_look_up(&net, "x.a.test A",
			NETWORK({SERVER_A, "x.a.test A", "aa", "an x.a.test 60 CNAME y.b.test\n"},
				{SERVER_B, "y.b.test A", "aa", "an y.b.test 60 CNAME X.A.test\n"}));
	CU_ASSERT_EQUAL(net.result.outcome, ITERATION_FAILED);
	CU_ASSERT_EQUAL(net.result.cause, ITERATION_CAUSE_ALIAS_LOOP);
	CU_ASSERT_EQUAL(net.queries, 5);
	network_stop(&net);
}

TEST(an_alias_of_a_probed_name_changes_nothing)
{
	network_start(&net);
	network_look_up(
		&net, "www.sub.a.test A",
		NETWORK({SERVER_A, "sub.a.test A", "aa", "an sub.a.test 60 CNAME www.b.test\n"},
			{SERVER_A, "www.sub.a.test A", "aa",
			 "an www.sub.a.test 60 A 203.0.113.4\n"}));
	CU_ASSERT_EQUAL(net.result.outcome, ITERATION_RECORDS);
	CU_ASSERT_TRUE(owner_is("www.sub.a.test"));
	CU_ASSERT_EQUAL(network_count(&net, "b.test"), 0);
	network_stop(&net);
}

TEST(nxdomain_at_an_empty_non_terminal_does_not_hide_what_is_below)
{
	network_start(&net);
	network_look_up(&net, "www.ent.a.test A",
			NETWORK({SERVER_A, "ent.a.test *", "aa nxdomain", "au a.test 60 SOA 60\n"},
				{SERVER_A, "www.ent.a.test A", "aa",
				 "an www.ent.a.test 60 A 203.0.113.5\n"}));
	CU_ASSERT_EQUAL(net.result.outcome, ITERATION_RECORDS);
	CU_ASSERT_TRUE(network_asked(&net, "ent.a.test A -> nxdomain"));
	network_stop(&net);
}

TEST(a_name_that_does_not_exist_is_denied_and_remembered)
{
	network_start(&net);
	const struct scripted_server denial = {SERVER_A, "no.a.test *", "aa nxdomain",
					       "au a.test 60 SOA 30\n"};
	network_look_up(&net, "no.a.test CAA", &denial, 1);
	CU_ASSERT_EQUAL(net.result.outcome, ITERATION_NXDOMAIN);
	CU_ASSERT_EQUAL(net.result.negative_ttl_s, 30);
	// By whoever judged it, with what it is worth.
	network_look_up(&net, "no.a.test TXT", &denial, 1);
	CU_ASSERT_EQUAL(net.queries, 1);
	negative_cache_put(net.context.cache, &net.result.owner, PLX_TYPE_CAA, NEGATIVE_NXDOMAIN,
			   PLX_DNSSEC_INSECURE, net.result.negative_ttl_s, net.now_ns);
	network_look_up(&net, "no.a.test TXT", &denial, 1);
	CU_ASSERT_EQUAL(net.result.outcome, ITERATION_NXDOMAIN);
	CU_ASSERT_EQUAL(net.result.dnssec, PLX_DNSSEC_INSECURE);
	CU_ASSERT_TRUE(net.result.from_cache);
	CU_ASSERT_EQUAL(net.queries, 0);
	net.use = CACHE_USE_SERVERS;
	network_look_up(&net, "no.a.test TXT", &denial, 1);
	CU_ASSERT_EQUAL(net.queries, 1);
	net.use = CACHE_USE_ALL;
	net.now_ns += 30 * SECOND;
	network_look_up(&net, "no.a.test TXT", &denial, 1);
	CU_ASSERT_EQUAL(net.queries, 1);
	network_stop(&net);
}

TEST(no_data_is_remembered_for_its_type)
{
	network_start(&net);
	network_look_up(&net, "www.a.test CAA", NULL, 0);
	CU_ASSERT_EQUAL(net.result.outcome, ITERATION_NODATA);
	CU_ASSERT_EQUAL(net.result.negative_ttl_s, 60);
	negative_cache_put(net.context.cache, &net.result.owner, PLX_TYPE_CAA, NEGATIVE_NODATA,
			   PLX_DNSSEC_SECURE, net.result.negative_ttl_s, net.now_ns);
	network_look_up(&net, "www.a.test CAA", NULL, 0);
	CU_ASSERT_EQUAL(net.result.dnssec, PLX_DNSSEC_SECURE);
	CU_ASSERT_EQUAL(net.queries, 0);
	// An alias to it is asked for: what the chain is worth is not remembered.
	network_look_up(&net, "alias.b.test CAA",
			NETWORK({SERVER_B, "alias.b.test *", "aa",
				 "an alias.b.test 60 CNAME www.a.test\n"}));
	CU_ASSERT_EQUAL(net.result.outcome, ITERATION_NODATA);
	CU_ASSERT_FALSE(net.result.from_cache);
	network_look_up(&net, "www.a.test A", NULL, 0);
	CU_ASSERT_EQUAL(net.result.outcome, ITERATION_RECORDS);
	network_stop(&net);
}

TEST(a_delegation_of_ipv6_servers_is_followed)
{
	const struct scripted_server servers[] = {
		{TLD, "*.c.test *", "",
		 "au c.test 60 NS ns.c.test\nad ns.c.test 60 AAAA 2001:db8::3\n"},
		{"2001:db8::3", "www.c.test A", "aa", "an www.c.test 60 A 203.0.113.3\n"},
	};
	network_start(&net);
	network_look_up(&net, "www.c.test A", servers, 2);
	CU_ASSERT_EQUAL(net.result.outcome, ITERATION_RECORDS);
	CU_ASSERT_TRUE(network_asked(&net, "2001:db8::3 www.c.test A"));
	// A host without IPv6 cannot: its server's A record is in the zone that it serves.
	net.context.families.has_ipv6 = false;
	network_look_up(&net, "www.c.test A", servers, 2);
	CU_ASSERT_EQUAL(net.result.outcome, ITERATION_FAILED);
	CU_ASSERT_EQUAL(net.result.cause, ITERATION_CAUSE_NS_LOOP);
	CU_ASSERT_EQUAL(net.queries, 0);
	network_stop(&net);
}

TEST(servers_whose_names_have_ipv6_only_are_found)
{
	network_start(&net);
	network_look_up(
		&net, "www.c.test A",
		NETWORK({TLD, "*.c.test *", "", "au c.test 60 NS v6.b.test\n"},
			{SERVER_B, "v6.b.test AAAA", "aa", "an v6.b.test 60 AAAA 2001:db8::6\n"},
			{"2001:db8::6", "www.c.test A", "aa", "an www.c.test 60 A 203.0.113.3\n"}));
	CU_ASSERT_EQUAL(net.result.outcome, ITERATION_RECORDS);
	CU_ASSERT_TRUE(network_asked(&net, "v6.b.test A -> nodata"));
	CU_ASSERT_TRUE(network_asked(&net, "v6.b.test AAAA -> records"));
	network_stop(&net);
}

TEST(the_ds_of_a_zone_is_asked_of_its_parent)
{
	network_start(&net);
	network_look_up(&net, "www.a.test A", NULL, 0);
	network_look_up(&net, "a.test DS",
			NETWORK({TLD, "a.test DS", "aa", "an a.test 60 DS 00010d02aa\n"}));
	CU_ASSERT_EQUAL(net.result.outcome, ITERATION_RECORDS);
	CU_ASSERT_STRING_EQUAL(net.log, TLD " a.test DS -> records\n");
	network_stop(&net);
}

TEST(a_server_of_parent_and_child_answers_without_a_referral)
{
	network_start(&net);
	network_look_up(&net, "www.c.test A",
			NETWORK({TLD, "c.test A", "aa", "au c.test 60 SOA 60\n"},
				{TLD, "www.c.test A", "aa", "an www.c.test 60 A 203.0.113.3\n"}));
	CU_ASSERT_EQUAL(net.result.outcome, ITERATION_RECORDS);
	network_stop(&net);
}

TEST(priming_replaces_the_hints)
{
	network_start(&net);
	network_look_up(&net, ". NS",
			NETWORK({ROOT, ". NS", "aa",
				 "an . 900 NS b.root\nad b.root 900 A 198.51.100.9\n"}));
	CU_ASSERT_EQUAL(net.result.outcome, ITERATION_RECORDS);
	static struct scripted_reply reply;
	struct delegation root;
	scripted_reply(&reply, ". NS", "aa", "an . 900 NS b.root\nad b.root 900 A 198.51.100.9\n");
	CU_ASSERT_EQUAL_FATAL(root_priming_read(&reply.message, net.now_ns, &root), 0);
	delegation_cache_put(net.context.cache, &root, net.now_ns);
	network_look_up(&net, "x A",
			NETWORK({"198.51.100.9", "x A", "aa nxdomain", "au . 60 SOA 60\n"}));
	CU_ASSERT_EQUAL(net.result.outcome, ITERATION_NXDOMAIN);
	network_stop(&net);
}

TEST(a_child_is_forgotten_with_its_parent)
{
	network_start(&net);
	network_look_up(&net, "www.c.test A",
			NETWORK({ROOT, "*.test *", "",
				 "au test 10 NS ns.nic.test\nad ns.nic.test 10 A " TLD "\n"},
				{TLD, "*.c.test *", "",
				 "au c.test 3600 NS ns.c.test\nad ns.c.test 3600 A 192.0.2.3\n"},
				{"192.0.2.3", "*", "aa", "au c.test 60 SOA 0\n"}));
	CU_ASSERT_EQUAL(net.queries, 3);
	net.now_ns += 10 * SECOND;
	network_look_up(&net, "www.c.test A",
			NETWORK({TLD, "c.test *", "aa nxdomain", "au test 60 SOA 60\n"},
				{TLD, "www.c.test *", "aa nxdomain", "au test 60 SOA 60\n"}));
	CU_ASSERT_EQUAL(net.result.outcome, ITERATION_NXDOMAIN);
	network_stop(&net);
}

TEST_MAIN(iteration, T(a_chain_of_referrals_leads_to_the_answer),
	  T(delegations_are_remembered_and_whole_names_kept_from_the_upper_servers),
	  T(evidence_begins_at_the_tld), T(without_a_probe_type_the_whole_name_is_asked_everywhere),
	  T(a_delegation_without_glue_is_resolved_by_its_servers_names),
	  T(the_address_of_a_server_of_many_zones_is_asked_for_once_but_by_evidence_each_time),
	  T(the_address_of_a_server_is_forgotten_with_the_zone_that_gave_it),
	  T(one_server_is_asked_as_often_as_a_deep_name_has_labels),
	  T(an_alias_to_a_known_child_zone_goes_there_at_once),
	  T(hints_are_completed_but_not_remembered_as_the_root),
	  T(glue_out_of_bailiwick_is_ignored_and_asked_for), T(an_alias_leads_across_zones),
	  T(an_alias_within_the_zone_is_asked_of_the_same_servers),
	  T(a_dname_redirects_what_lies_below_it), T(aliases_that_go_round_across_zones_are_a_loop),
	  T(an_alias_of_a_probed_name_changes_nothing),
	  T(nxdomain_at_an_empty_non_terminal_does_not_hide_what_is_below),
	  T(a_name_that_does_not_exist_is_denied_and_remembered),
	  T(no_data_is_remembered_for_its_type), T(a_delegation_of_ipv6_servers_is_followed),
	  T(servers_whose_names_have_ipv6_only_are_found),
	  T(the_ds_of_a_zone_is_asked_of_its_parent),
	  T(a_server_of_parent_and_child_answers_without_a_referral), T(priming_replaces_the_hints),
	  T(a_child_is_forgotten_with_its_parent))
