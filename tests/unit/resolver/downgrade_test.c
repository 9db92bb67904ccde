// SPDX-License-Identifier: BSD-3-Clause
// EDNS and cookies given up for servers that cannot do them.

#include "cunit_runner.h"
#include "engine_fixture.h"

#include "resolver/upstream.h"

#include <string.h>

static struct fixture fixture;
static struct fixture_query query;
static struct fixture_reply reply;

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
	fixture_expect_result(&fixture, tag, PLX_STATUS_ANSWERED, PLX_CAUSE_NONE);
	resolver_expire(fixture.resolver, fixture.now_ns += 50 * MS);
	resolver_upstream_read(fixture.resolver, 0, &snapshot);
	CU_ASSERT_TRUE(snapshot.no_edns);
	CU_ASSERT_EQUAL(fixture.counters.downgrades, 2);
	(void)fixture_lookup(&fixture, "y.test", PLX_TYPE_TXT);
	CU_ASSERT_TRUE_FATAL(fixture_next_udp(&fixture, &query));
	CU_ASSERT_FALSE(query.message.has_edns);
	reply_hello(&fixture, &query);
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

TEST_MAIN(downgrade, T(edns_is_given_up_only_on_tcp_evidence),
	  T(badcookie_is_retried_once_and_then_by_tcp))
