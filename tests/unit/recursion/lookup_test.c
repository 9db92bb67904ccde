// SPDX-License-Identifier: BSD-3-Clause
// Jobs from submit to result in a network that works, without validation.

#include "cunit_runner.h"

#include "recursor_world.h"

#include <parallax/dns/rr_type.h>

#include <string.h>

static struct world world;

static void start(const struct scripted_server *servers, unsigned count)
{
	world_prepare(&world);
	world_start(&world);
	world_use(&world, servers, count);
}

static const char *text(void)
{
	return world_text(&world, &world.results[0]);
}

TEST(a_name_is_looked_up_from_the_root)
{
	start(NULL, 0);
	const struct plx_result *result = world_look_up(&world, "WWW.a.test A", 0);
	CU_ASSERT_EQUAL(result->status, PLX_STATUS_ANSWERED);
	CU_ASSERT_EQUAL(result->rcode, PLX_RCODE_NOERROR);
	CU_ASSERT_EQUAL(result->dnssec, PLX_DNSSEC_UNCHECKED);
	CU_ASSERT_EQUAL(result->queries, 3);
	CU_ASSERT_EQUAL(result->attempts, 3);
	CU_ASSERT_EQUAL(result->transport, PLX_TRANSPORT_UDP);
	CU_ASSERT_EQUAL(result->rtt_us, WORLD_RTT_NS / 1000);
	CU_ASSERT_EQUAL(result->time_ns, world.now_ns + world.config.realtime_offset_ns);
	struct plx_ip server = scripted_ip(SERVER_A);
	CU_ASSERT_TRUE(plx_ip_equal(&result->server.ip, &server));
	CU_ASSERT_EQUAL(result->server.port, 53);
	CU_ASSERT_STRING_EQUAL(text(), "WWW.a.test 203.0.113.1");
	CU_ASSERT_STRING_EQUAL(world.log,
			       ROOT " test A\n" TLD " a.test A\n" SERVER_A " www.a.test A\n");
	world_stop(&world);
}

TEST(the_relevant_caa_set_is_searched_upward_but_not_in_the_root)
{
	const struct scripted_server servers[] = {
		{SERVER_A, "a.test CAA", "aa", "an a.test 60 CAA ca.example\n"},
	};
	start(servers, 1);
	const struct plx_result *result = world_look_up(&world, "*.www.a.test relevant", 0);
	CU_ASSERT_EQUAL(result->status, PLX_STATUS_ANSWERED);
	CU_ASSERT_EQUAL(result->has_found_at, 1);
	CU_ASSERT_EQUAL(result->record_count, 1);
	CU_ASSERT_STRING_EQUAL(text(), "a.test a.test 0 issue \"ca.example\"");
	CU_ASSERT_EQUAL(result->queries, 4);

	result = world_look_up(&world, "www.b.test relevant", 0);
	CU_ASSERT_EQUAL(result->status, PLX_STATUS_ANSWERED);
	CU_ASSERT_EQUAL(result->has_found_at, 0);
	CU_ASSERT_EQUAL(result->record_count, 0);
	CU_ASSERT_EQUAL(result->body_length, 0);
	CU_ASSERT_STRING_EQUAL(world.log, TLD " b.test A\n" SERVER_B " www.b.test CAA\n" SERVER_B
					      " b.test CAA\n" TLD " test CAA\n");

	result = world_look_up(&world, ". relevant", 0);
	CU_ASSERT_EQUAL(result->status, PLX_STATUS_INVALID_NAME);
	world_stop(&world);
}

TEST(nxdomain_is_climbed_past_and_a_failure_ends_the_climb)
{
	const struct scripted_server servers[] = {
		{SERVER_A, "no.a.test *", "aa nxdomain", "au a.test 60 SOA 60\n"},
		{SERVER_A, "a.test CAA", "aa", "an a.test 60 CAA ca.example\n"},
		{SERVER_B, "bad.b.test CAA", "servfail", ""},
	};
	start(servers, 3);
	const struct plx_result *result = world_look_up(&world, "no.a.test relevant", 0);
	CU_ASSERT_EQUAL(result->status, PLX_STATUS_ANSWERED);
	CU_ASSERT_EQUAL(result->rcode, PLX_RCODE_NOERROR);
	CU_ASSERT_EQUAL(result->has_found_at, 1);

	result = world_look_up(&world, "x.bad.b.test relevant", 0);
	CU_ASSERT_EQUAL(result->status, PLX_STATUS_ANSWERED);
	CU_ASSERT_EQUAL(result->rcode, PLX_RCODE_SERVFAIL);
	CU_ASSERT_EQUAL(result->cause, PLX_CAUSE_RCODE);
	CU_ASSERT_FALSE(plx_result_is_definitive(result));
	CU_ASSERT_PTR_NULL(strstr(world.log, " b.test CAA"));
	world_stop(&world);
}

TEST(an_alias_is_followed_and_the_climb_goes_on_at_the_parent_of_the_name)
{
	const struct scripted_server servers[] = {
		{SERVER_A, "www.a.test *", "aa", "an www.a.test 60 CNAME x.b.test\n"},
		{SERVER_B, "x.b.test CAA", "aa", "an x.b.test 60 CNAME y.b.test\n"},
		{SERVER_B, "y.b.test CAA", "aa", "au b.test 60 SOA 60\n"},
		{SERVER_A, "a.test CAA", "aa", "an a.test 60 CAA ca.example\n"},
		{SERVER_A, "caa.a.test *", "aa", "an caa.a.test 60 CNAME z.b.test\n"},
		{SERVER_B, "z.b.test CAA", "aa", "an z.b.test 60 CAA other.example\n"},
	};
	start(servers, 6);
	const struct plx_result *result = world_look_up(&world, "www.a.test relevant", 0);
	CU_ASSERT_EQUAL(result->alias_count, 0);
	CU_ASSERT_STRING_EQUAL(text(), "a.test a.test 0 issue \"ca.example\"");
	CU_ASSERT_PTR_NULL(strstr(world.log, " b.test CAA"));

	result = world_look_up(&world, "caa.a.test relevant", 0);
	CU_ASSERT_EQUAL(result->alias_count, 1);
	CU_ASSERT_STRING_EQUAL(text(), "caa.a.test z.b.test z.b.test 0 issue \"other.example\"");

	result = world_look_up(&world, "www.a.test TXT", 0);
	CU_ASSERT_EQUAL(result->record_count, 0);
	CU_ASSERT_EQUAL(result->alias_count, 1);
	world_stop(&world);
}

TEST_MAIN(recursor_lookup, T(a_name_is_looked_up_from_the_root),
	  T(the_relevant_caa_set_is_searched_upward_but_not_in_the_root),
	  T(nxdomain_is_climbed_past_and_a_failure_ends_the_climb),
	  T(an_alias_is_followed_and_the_climb_goes_on_at_the_parent_of_the_name))
