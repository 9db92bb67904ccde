// SPDX-License-Identifier: BSD-3-Clause
// The relevant CAA RRset (RFC 8659 section 3) and alias chains.

#include "cunit_runner.h"
#include "engine_fixture.h"

#include <string.h>

static struct fixture fixture;
static struct fixture_query query;
static struct fixture_reply reply;

static void expect_query(const char *name, uint16_t type)
{
	CU_ASSERT_TRUE_FATAL(fixture_next_udp(&fixture, &query));
	CU_ASSERT_STRING_EQUAL(query.name_text, name);
	CU_ASSERT_EQUAL(query.message.question_type, type);
}

static const struct plx_result *expect_result(uint64_t tag, enum plx_status status, uint16_t rcode)
{
	const struct fixture_result *found = fixture_result_of(&fixture, tag);
	CU_ASSERT_PTR_NOT_NULL_FATAL(found);
	CU_ASSERT_EQUAL(found->result.status, status);
	CU_ASSERT_EQUAL(found->result.rcode, rcode);
	return &found->result;
}

static struct plx_result_view open_result(uint64_t tag)
{
	const struct fixture_result *found = fixture_result_of(&fixture, tag);
	CU_ASSERT_PTR_NOT_NULL_FATAL(found);
	struct plx_result_view view;
	CU_ASSERT_EQUAL_FATAL(plx_result_open(&found->result, found->body, &view), 0);
	return view;
}

static void expect_name(const struct plx_name *name, const char *text)
{
	char formatted[PLX_NAME_TEXT_MAX];
	plx_name_format(name, formatted);
	CU_ASSERT_STRING_EQUAL(formatted, text);
}

TEST(a_name_without_caa_asks_every_ancestor_but_the_root)
{
	fixture_start(&fixture, 1);
	uint64_t tag = fixture_caa(&fixture, "a.b.example.test");
	static const char *const asked[] = {"a.b.example.test", "b.example.test", "example.test",
					    "test"};
	for (unsigned i = 0; i < 4; i++) {
		expect_query(asked[i], PLX_TYPE_CAA);
		if (i == 1) {
			// RFC 8659 climbs past a name that does not exist as well.
			reply_begin(&reply, &query, PLX_FLAG_RA, PLX_RCODE_NXDOMAIN);
			reply_soa(&reply, "test");
			CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_ACCEPTED);
		} else {
			CU_ASSERT_EQUAL(reply_nodata(&fixture, &query), PLX_DROP_ACCEPTED);
		}
	}
	CU_ASSERT_FALSE(fixture_next_udp(&fixture, &query));
	const struct plx_result *result =
		expect_result(tag, PLX_STATUS_ANSWERED, PLX_RCODE_NOERROR);
	CU_ASSERT_EQUAL(result->has_found_at, 0);
	CU_ASSERT_EQUAL(result->record_count, 0);
	CU_ASSERT_EQUAL(result->queries, 4);
	fixture_stop(&fixture);
}

TEST(the_nearest_ancestor_with_caa_decides)
{
	fixture_start(&fixture, 1);
	uint64_t tag = fixture_caa(&fixture, "WWW.Example.test");
	expect_query("www.example.test", PLX_TYPE_CAA);
	CU_ASSERT_EQUAL(reply_nodata(&fixture, &query), PLX_DROP_ACCEPTED);
	expect_query("example.test", PLX_TYPE_CAA);
	reply_begin(&reply, &query, PLX_FLAG_RA, PLX_RCODE_NOERROR);
	reply_caa(&reply, NULL, 0, "issue", "ca.test");
	reply_caa(&reply, NULL, 128, "iodef", "mailto:x@y.test");
	CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_ACCEPTED);
	CU_ASSERT_FALSE(fixture_next_udp(&fixture, &query));
	const struct plx_result *result =
		expect_result(tag, PLX_STATUS_ANSWERED, PLX_RCODE_NOERROR);
	CU_ASSERT_EQUAL(result->record_count, 2);
	struct plx_result_view view = open_result(tag);
	expect_name(&view.found_at,
		    "Example.test"); // the client's spelling, not the random case on the wire
	expect_name(&view.owner, "Example.test");
	struct plx_result_record record;
	CU_ASSERT_TRUE_FATAL(plx_result_next(&view, &record));
	CU_ASSERT_EQUAL(record.ttl, 300);
	CU_ASSERT_EQUAL(record.rdata_length, 14);
	CU_ASSERT_EQUAL(memcmp(record.rdata, "\0\5issueca.test", 14), 0);
	CU_ASSERT_TRUE(plx_result_next(&view, &record));
	CU_ASSERT_FALSE(plx_result_next(&view, &record));
	fixture_stop(&fixture);
}

TEST(the_climb_stops_at_an_error)
{
	fixture_start(&fixture, 1);
	uint64_t tag = fixture_caa(&fixture, "www.example.test");
	for (unsigned i = 0; i < 2; i++) {
		expect_query("www.example.test", PLX_TYPE_CAA);
		CU_ASSERT_EQUAL(reply_rcode(&fixture, &query, PLX_RCODE_SERVFAIL),
				PLX_DROP_ACCEPTED);
	}
	CU_ASSERT_FALSE(fixture_next_udp(&fixture, &query));
	const struct plx_result *result =
		expect_result(tag, PLX_STATUS_ANSWERED, PLX_RCODE_SERVFAIL);
	CU_ASSERT_FALSE(plx_result_is_definitive(result));
	CU_ASSERT_EQUAL(result->cause, PLX_CAUSE_RCODE);
	fixture_stop(&fixture);
}

TEST(an_alias_without_caa_climbs_from_the_original_name)
{
	fixture_start(&fixture, 1);
	uint64_t tag = fixture_caa(&fixture, "x.example.test");
	expect_query("x.example.test", PLX_TYPE_CAA);
	reply_begin(&reply, &query, PLX_FLAG_RA, PLX_RCODE_NOERROR);
	reply_cname(&reply, NULL, "y.other.net");
	reply_soa(&reply, "other.net");
	CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_ACCEPTED);
	expect_query("example.test", PLX_TYPE_CAA); // not other.net
	reply_begin(&reply, &query, PLX_FLAG_RA, PLX_RCODE_NOERROR);
	reply_caa(&reply, NULL, 0, "issue", ";");
	CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_ACCEPTED);
	struct plx_result_view view = open_result(tag);
	CU_ASSERT_EQUAL(view.result->alias_count, 0);
	expect_name(&view.found_at, "example.test");
	fixture_stop(&fixture);
}

TEST(an_alias_with_caa_decides_for_the_name)
{
	fixture_start(&fixture, 1);
	uint64_t tag = fixture_caa(&fixture, "x.example.test");
	expect_query("x.example.test", PLX_TYPE_CAA);
	reply_begin(&reply, &query, PLX_FLAG_RA, PLX_RCODE_NOERROR);
	reply_cname(&reply, NULL, "y.other.net");
	reply_caa(&reply, "y.other.net", 0, "issue", ";");
	CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_ACCEPTED);
	struct plx_result_view view = open_result(tag);
	expect_name(&view.found_at, "x.example.test");
	expect_name(&view.owner, "y.other.net");
	CU_ASSERT_EQUAL(view.result->alias_count, 1);
	expect_name(&view.aliases[0], "y.other.net");
	fixture_stop(&fixture);
}

TEST(a_chain_that_the_server_does_not_follow_is_followed_here)
{
	fixture_start(&fixture, 1);
	uint64_t tag = fixture_lookup(&fixture, "w.example.test", PLX_TYPE_TXT);
	static const char *const hops[] = {"w.example.test", "h1.a.test", "h2.b.test", "h3.c.test",
					   "h4.d.test"};
	for (unsigned i = 0; i < 4; i++) {
		expect_query(hops[i], PLX_TYPE_TXT);
		reply_begin(&reply, &query, PLX_FLAG_AA, PLX_RCODE_NOERROR);
		reply_cname(&reply, NULL, hops[i + 1]);
		CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_ACCEPTED);
	}
	expect_query("h4.d.test", PLX_TYPE_TXT);
	reply_begin(&reply, &query, PLX_FLAG_AA, PLX_RCODE_NOERROR);
	reply_txt(&reply, NULL, "hello");
	CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_ACCEPTED);
	struct plx_result_view view = open_result(tag);
	CU_ASSERT_EQUAL(view.result->alias_count, 4);
	CU_ASSERT_EQUAL(view.result->queries, 5);
	expect_name(&view.aliases[3], "h4.d.test");
	expect_name(&view.owner, "h4.d.test");
	fixture_stop(&fixture);
}

TEST(names_that_point_into_the_question_are_not_in_random_case)
{
	fixture_start(&fixture, 1);
	uint64_t tag = fixture_lookup(&fixture, "a.long.example.test", PLX_TYPE_TXT);
	expect_query("a.long.example.test", PLX_TYPE_TXT);
	reply_begin(&reply, &query, PLX_FLAG_RA, PLX_RCODE_NOERROR);
	// CNAME x.<example.test in the question>, then the TXT there.
	static const uint8_t cname[] = {0xc0, 12, 0, 5, 0, 1,   0,    0,
					1,    44, 0, 4, 1, 'x', 0xc0, 12 + 7};
	static const uint8_t txt[] = {1, 'x', 0xc0, 12 + 7, 0, 16, 0, 1, 0, 0, 1, 44, 0, 2, 1, 'y'};
	plx_write_bytes(&reply.writer, cname, sizeof(cname));
	plx_write_bytes(&reply.writer, txt, sizeof(txt));
	reply.wire[7] = 2;
	CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_ACCEPTED);
	struct plx_result_view view = open_result(tag);
	expect_name(&view.owner, "x.example.test");
	expect_name(&view.aliases[0], "x.example.test");
	fixture_stop(&fixture);
}

TEST(an_alias_circle_is_a_loop)
{
	fixture_start(&fixture, 1);
	uint64_t within = fixture_lookup(&fixture, "a.test", PLX_TYPE_TXT);
	expect_query("a.test", PLX_TYPE_TXT);
	reply_begin(&reply, &query, PLX_FLAG_RA, PLX_RCODE_NOERROR);
	reply_cname(&reply, NULL, "b.test");
	reply_cname(&reply, "b.test", "a.test");
	CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_ACCEPTED);
	expect_result(within, PLX_STATUS_LOOP, 0);

	uint64_t across = fixture_lookup(&fixture, "a.test", PLX_TYPE_TXT);
	for (unsigned i = 0; i < 2; i++) {
		expect_query(i == 0 ? "a.test" : "b.test", PLX_TYPE_TXT);
		reply_begin(&reply, &query, PLX_FLAG_AA, PLX_RCODE_NOERROR);
		reply_cname(&reply, NULL, i == 0 ? "b.test" : "a.test");
		CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_ACCEPTED);
	}
	expect_result(across, PLX_STATUS_LOOP, 0);
	fixture_stop(&fixture);
}

static char chain_name[32];
static const char *chain_hop(unsigned i)
{
	snprintf(chain_name, sizeof(chain_name), "h%u.test", i);
	return chain_name;
}

TEST(more_hops_than_allowed_end_as_limit)
{
	fixture_start(&fixture, 1);
	uint64_t tag = fixture_lookup(&fixture, "h0.test", PLX_TYPE_TXT);
	expect_query("h0.test", PLX_TYPE_TXT);
	reply_begin(&reply, &query, PLX_FLAG_RA, PLX_RCODE_NOERROR);
	for (unsigned i = 0; i < 100; i++) {
		char owner[32];
		snprintf(owner, sizeof(owner), "h%u.test", i);
		reply_cname(&reply, owner, chain_hop(i + 1));
	}
	reply_txt(&reply, "h100.test", "end");
	CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_ACCEPTED);
	expect_result(tag, PLX_STATUS_LIMIT, 0);
	fixture_stop(&fixture);
}

TEST(nxdomain_with_the_records_asked_for_is_no_answer)
{
	fixture_start(&fixture, 1);
	uint64_t tag = fixture_caa(&fixture, "x.test");
	for (unsigned i = 0; i < 2; i++) {
		expect_query("x.test", PLX_TYPE_CAA);
		reply_begin(&reply, &query, PLX_FLAG_RA, PLX_RCODE_NXDOMAIN);
		reply_caa(&reply, NULL, 0, "issue", ";");
		CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_ACCEPTED);
	}
	CU_ASSERT_FALSE(plx_result_is_definitive(
		expect_result(tag, PLX_STATUS_MALFORMED, PLX_RCODE_NXDOMAIN)));
	fixture_stop(&fixture);
}

TEST(a_referral_or_an_empty_answer_from_nobody_is_lame)
{
	fixture_start(&fixture, 1);
	uint64_t tag = fixture_caa(&fixture, "x.test");
	for (unsigned i = 0; i < 2; i++) {
		expect_query("x.test", PLX_TYPE_CAA);
		reply_begin(&reply, &query, 0, PLX_RCODE_NOERROR);
		if (i == 0) {
			reply_ns(&reply, "test", "ns.elsewhere.test");
		}
		CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_ACCEPTED);
	}
	CU_ASSERT_FALSE(plx_result_is_definitive(expect_result(tag, PLX_STATUS_LAME, 0)));
	fixture_stop(&fixture);
}

TEST(nobody_in_charge_cannot_say_that_a_name_does_not_exist)
{
	fixture_start(&fixture, 1);
	uint64_t tag = fixture_caa(&fixture, "x.test");
	for (unsigned i = 0; i < 2; i++) {
		expect_query("x.test", PLX_TYPE_CAA);
		reply_begin(&reply, &query, 0, PLX_RCODE_NXDOMAIN);
		reply_soa(&reply, "test");
		CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_ACCEPTED);
	}
	expect_result(tag, PLX_STATUS_LAME, PLX_RCODE_NXDOMAIN);
	fixture_stop(&fixture);
}

TEST(a_malformed_caa_record_is_never_no_caa)
{
	fixture_start(&fixture, 1);
	uint64_t tag = fixture_caa(&fixture, "x.test");
	expect_query("x.test", PLX_TYPE_CAA);
	reply_begin(&reply, &query, PLX_FLAG_RA, PLX_RCODE_NOERROR);
	reply_caa(&reply, NULL, 0, "", "ca.test"); // tag of length 0
	CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_MALFORMED);
	// TCP decides, twice.
	for (unsigned i = 0; i < 2; i++) {
		CU_ASSERT_TRUE_FATAL(fixture_next_tcp(&fixture, &query));
		reply_begin(&reply, &query, PLX_FLAG_RA, PLX_RCODE_NOERROR);
		reply_caa(&reply, NULL, 0, "", "ca.test");
		reply_send_tcp(&fixture, &query, &reply);
	}
	CU_ASSERT_FALSE(plx_result_is_definitive(expect_result(tag, PLX_STATUS_MALFORMED, 0)));
	fixture_stop(&fixture);
}

TEST(dnssec_is_told_only_by_trusted_servers_and_the_weakest_counts)
{
	fixture_start_config(&fixture, 1, true, 0, 0);
	uint64_t tag = fixture_caa(&fixture, "x.test");
	expect_query("x.test", PLX_TYPE_CAA);
	CU_ASSERT_TRUE(query.message.edns_do);
	reply_begin(&reply, &query, PLX_FLAG_RA | PLX_FLAG_AD, PLX_RCODE_NOERROR);
	reply_soa(&reply, "test");
	reply_opt(&reply, 0, NULL, 0);
	CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_ACCEPTED);
	expect_query("test", PLX_TYPE_CAA);
	reply_begin(&reply, &query, PLX_FLAG_RA, PLX_RCODE_NOERROR);
	reply_soa(&reply, "test");
	reply_opt(&reply, 0, NULL, 0);
	CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_ACCEPTED);
	CU_ASSERT_EQUAL(expect_result(tag, PLX_STATUS_ANSWERED, 0)->dnssec, PLX_DNSSEC_INSECURE);
	fixture_stop(&fixture);

	fixture_start(&fixture, 1);
	tag = fixture_lookup(&fixture, "x.test", PLX_TYPE_TXT);
	expect_query("x.test", PLX_TYPE_TXT);
	reply_begin(&reply, &query, PLX_FLAG_RA | PLX_FLAG_AD, PLX_RCODE_NOERROR);
	reply_soa(&reply, "test");
	CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_ACCEPTED);
	CU_ASSERT_EQUAL(expect_result(tag, PLX_STATUS_ANSWERED, 0)->dnssec, PLX_DNSSEC_UNCHECKED);
	fixture_stop(&fixture);
}

TEST(bogus_by_a_trusted_validator_is_bogus)
{
	fixture_start_config(&fixture, 1, true, 0, 0);
	uint64_t tag = fixture_caa(&fixture, "x.test");
	for (unsigned i = 0; i < 2; i++) {
		expect_query("x.test", PLX_TYPE_CAA);
		reply_begin(&reply, &query, PLX_FLAG_RA, PLX_RCODE_SERVFAIL);
		reply_opt(&reply, 0, (const uint8_t[]) {0, 15, 0, 2, 0, 6},
			  6); // EDE 6, DNSSEC Bogus
		CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_ACCEPTED);
	}
	CU_ASSERT_EQUAL(expect_result(tag, PLX_STATUS_BOGUS, PLX_RCODE_SERVFAIL)->dnssec,
			PLX_DNSSEC_BOGUS);
	fixture_stop(&fixture);
}

// A SERVFAIL has no AD bit either: read as "insecure" it would excuse itself (BR 4.2.2.1).
TEST(no_failure_at_a_trusted_server_reads_as_insecure)
{
	static const uint16_t failures[] = {PLX_RCODE_SERVFAIL, PLX_RCODE_REFUSED,
					    PLX_RCODE_NOTIMP};
	for (unsigned f = 0; f < PLX_ARRAY_SIZE(failures); f++) {
		fixture_start_config(&fixture, 1, true, 0, 0);
		uint64_t tag = fixture_caa(&fixture, "x.test");
		for (unsigned i = 0; i < 2; i++) {
			expect_query("x.test", PLX_TYPE_CAA);
			reply_begin(&reply, &query, PLX_FLAG_RA, failures[f]);
			reply_opt(&reply, 0, NULL, 0);
			CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_ACCEPTED);
		}
		CU_ASSERT_EQUAL(expect_result(tag, PLX_STATUS_ANSWERED, failures[f])->dnssec,
				PLX_DNSSEC_INDETERMINATE);
		fixture_stop(&fixture);
	}

	fixture_start_config(&fixture, 1, true, 0, 0);
	uint64_t tag = fixture_caa(&fixture, "x.test");
	expect_query("x.test", PLX_TYPE_CAA);
	reply_begin(&reply, &query, PLX_FLAG_RA, PLX_RCODE_NOERROR);
	reply_cname(&reply, NULL, "x.test");
	reply_opt(&reply, 0, NULL, 0);
	CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_ACCEPTED);
	CU_ASSERT_EQUAL(expect_result(tag, PLX_STATUS_LOOP, PLX_RCODE_NOERROR)->dnssec,
			PLX_DNSSEC_INDETERMINATE);
	fixture_stop(&fixture);
}

// RFC 8659 3: the search begins below the star, whose own CAA says nothing about the certificate.
TEST(the_climb_of_a_wildcard_begins_below_its_star)
{
	fixture_start(&fixture, 1);
	uint64_t tag = fixture_caa(&fixture, "*.example.test");
	expect_query("example.test", PLX_TYPE_CAA);
	reply_begin(&reply, &query, PLX_FLAG_RA, PLX_RCODE_NOERROR);
	reply_caa(&reply, NULL, 0, "issue", "ca.test");
	CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_ACCEPTED);
	expect_result(tag, PLX_STATUS_ANSWERED, PLX_RCODE_NOERROR);
	struct plx_result_view view = open_result(tag);
	expect_name(&view.found_at, "example.test");
	fixture_stop(&fixture);
}

TEST(the_root_has_no_relevant_caa_and_is_not_asked)
{
	fixture_start(&fixture, 1);
	uint64_t tag = fixture_caa(&fixture, ".");
	CU_ASSERT_FALSE(fixture_next_udp(&fixture, &query));
	expect_result(tag, PLX_STATUS_INVALID_NAME, PLX_RCODE_NOERROR);
	fixture_stop(&fixture);
}

TEST_MAIN(climb, T(a_name_without_caa_asks_every_ancestor_but_the_root),
	  T(the_nearest_ancestor_with_caa_decides), T(the_climb_stops_at_an_error),
	  T(an_alias_without_caa_climbs_from_the_original_name),
	  T(an_alias_with_caa_decides_for_the_name),
	  T(a_chain_that_the_server_does_not_follow_is_followed_here),
	  T(names_that_point_into_the_question_are_not_in_random_case),
	  T(an_alias_circle_is_a_loop), T(more_hops_than_allowed_end_as_limit),
	  T(nxdomain_with_the_records_asked_for_is_no_answer),
	  T(a_referral_or_an_empty_answer_from_nobody_is_lame),
	  T(nobody_in_charge_cannot_say_that_a_name_does_not_exist),
	  T(a_malformed_caa_record_is_never_no_caa),
	  T(dnssec_is_told_only_by_trusted_servers_and_the_weakest_counts),
	  T(bogus_by_a_trusted_validator_is_bogus),
	  T(no_failure_at_a_trusted_server_reads_as_insecure),
	  T(the_climb_of_a_wildcard_begins_below_its_star),
	  T(the_root_has_no_relevant_caa_and_is_not_asked))
