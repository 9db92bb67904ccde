// SPDX-License-Identifier: BSD-3-Clause
// CAA checks from the request to the result, and what of the look-ups ends up as evidence.

#include <parallax/dns/rr_type.h>

#include "perform_session.h"

#include <stdio.h>
#include <string.h>

#define SERVFAIL 2

static const struct zone_row zone[] = {
	{.name = "ours.test",
	 .type = PLX_TYPE_CAA,
	 .dnssec = PLX_DNSSEC_SECURE,
	 .texts = {"0 iodef mailto:a@ours.test", "0 issue ca.test"}},
	{.name = "sub.ours.test",
	 .type = PLX_TYPE_CAA,
	 .dnssec = PLX_DNSSEC_SECURE,
	 .found_at = "ours.test",
	 .texts = {"0 issue ca.test"}},
	{.name = "theirs.test",
	 .type = PLX_TYPE_CAA,
	 .dnssec = PLX_DNSSEC_INSECURE,
	 .texts = {"0 issue other.test", "0 issuewild ca.test"}},
	{.name = "bound.test",
	 .type = PLX_TYPE_CAA,
	 .dnssec = PLX_DNSSEC_INSECURE,
	 .texts = {"0 issue ca.test; validationmethods=dns-01; "
		   "accounturi=https://ca.test/acct/1"}},
	{.name = "tbr.test",
	 .type = PLX_TYPE_CAA,
	 .dnssec = PLX_DNSSEC_INSECURE,
	 .texts = {"0 issue ca.test; validationmethods=ca-tbr-18"}},
	{.name = "unchecked.test", .type = PLX_TYPE_CAA, .texts = {"0 issue ca.test"}},
	{.name = "bogus.test",
	 .type = PLX_TYPE_CAA,
	 .status = PLX_STATUS_BOGUS,
	 .dnssec = PLX_DNSSEC_BOGUS,
	 .ede_code = 1 + 7,
	 .cause = PLX_CAUSE_VALIDATION_FAILED},
	{.name = "slow.test",
	 .type = PLX_TYPE_CAA,
	 .status = PLX_STATUS_TIMEOUT,
	 .cause = PLX_CAUSE_NO_ANSWER,
	 .attempts = 6},
	{.name = "slow.test", .type = PLX_TYPE_SOA, .dnssec = PLX_DNSSEC_INSECURE},
	{.name = "deep.slow.test",
	 .type = PLX_TYPE_CAA,
	 .status = PLX_STATUS_TIMEOUT,
	 .cause = PLX_CAUSE_NO_ANSWER,
	 .attempts = 6},
	{.name = "signed.test",
	 .type = PLX_TYPE_CAA,
	 .rcode = SERVFAIL,
	 .cause = PLX_CAUSE_RCODE,
	 .attempts = 3},
	{.name = "signed.test", .type = PLX_TYPE_SOA, .dnssec = PLX_DNSSEC_SECURE},
	{.name = "once.test",
	 .type = PLX_TYPE_CAA,
	 .rcode = SERVFAIL,
	 .cause = PLX_CAUSE_RCODE,
	 .attempts = 1},
	{.name = "broken.test",
	 .type = PLX_TYPE_CAA,
	 .dnssec = PLX_DNSSEC_SECURE,
	 .is_inconsistent = true,
	 .texts = {"0 issue ca.test"}},
	{.name = "many.test",
	 .type = PLX_TYPE_CAA,
	 .dnssec = PLX_DNSSEC_SECURE,
	 .copies = 100,
	 .texts = {"0 issue other.test", "128 unknown x"}},
	{0},
};

static void check(struct perform_session *session, const char *name, const char *more)
{
	session_check(session, request_caa("dns", name, more));
}

TEST(the_nearest_records_decide_and_are_kept)
{
	struct perform_session session;
	session_open(&session, zone, SESSION_DATAPLANE_RUNS);
	session.config.requires_validation = true;
	session_runner_open(&session);
	check(&session, "sub.ours.test", "");
	CU_ASSERT_STRING_EQUAL(session_told(&session), "pass matched");
	CU_ASSERT_STRING_EQUAL(session.result.found_at, "ours.test");
	CU_ASSERT_EQUAL(session.result.kind, CHECK_KIND_CAA);
	CU_ASSERT_EQUAL(session.result.dnssec, PLX_DNSSEC_SECURE);
	CU_ASSERT_EQUAL(session.result.usable_until_s, ZONE_TIME_S + 8 * 3600);
	CU_ASSERT_STRING_EQUAL(session_evidence_text(&session, "dns.0.name"), "sub.ours.test");
	CU_ASSERT_STRING_EQUAL(session_evidence_text(&session, "dns.0.status"), "NOERROR");
	CU_ASSERT_STRING_EQUAL(session_evidence_text(&session, "dns.0.found_at"), "ours.test");
	CU_ASSERT_STRING_EQUAL(session_evidence_text(&session, "dns.0.records.0.value"), "ca.test");
	CU_ASSERT_EQUAL(json_integer_value(session_evidence(&session, "dns.0.records_total")), 1);
	session_close(&session);
}

// `time` chooses the rules; how long an answer serves begins with the look-up.
TEST(a_permission_serves_from_its_look_up_whatever_the_time_of_the_rules)
{
	static const char *const times[] = {"2025-03-20T00:00:00Z", "2029-01-01T00:00:00Z"};
	struct perform_session session;
	session_open(&session, zone, SESSION_DATAPLANE_RUNS);
	session_runner_open(&session);
	for (size_t i = 0; i < PLX_ARRAY_SIZE(times); i++) {
		char text[512];
		snprintf(text, sizeof(text),
			 "{'check':'caa','identifier':{'type':'dns','value':'ours.test'},"
			 "'issuer_domains':['ca.test'],'profile':'tls','time':'%s'}",
			 times[i]);
		session_check(&session, text);
		CU_ASSERT_STRING_EQUAL(session_told(&session), "pass matched");
		CU_ASSERT_EQUAL(session.result.usable_until_s, ZONE_TIME_S + 8 * 3600);
	}
	session_close(&session);
}

TEST(no_records_permit_and_a_wildcard_asks_without_its_star)
{
	struct perform_session session;
	session_open(&session, zone, SESSION_DATAPLANE_RUNS);
	session_runner_open(&session);
	check(&session, "free.test", "");
	CU_ASSERT_STRING_EQUAL(session_told(&session), "pass no-records");
	CU_ASSERT_STRING_EQUAL(session.result.found_at, "");
	check(&session, "theirs.test", "");
	CU_ASSERT_STRING_EQUAL(session_told(&session), "fail issuer-not-listed");
	CU_ASSERT_EQUAL(session.result.usable_until_s, 0);
	check(&session, "*.theirs.test", "");
	CU_ASSERT_STRING_EQUAL(session_told(&session), "pass matched");
	CU_ASSERT_STRING_EQUAL(session_evidence_text(&session, "dns.0.name"), "theirs.test");
	session_close(&session);
}

TEST(account_and_method_of_the_request_are_held_against_the_record)
{
	struct perform_session session;
	session_open(&session, zone, SESSION_DATAPLANE_RUNS);
	session_runner_open(&session);
	check(&session, "bound.test",
	      ",'account_uri':'https://ca.test/acct/1','validation_method':'acme-dns-01'");
	CU_ASSERT_STRING_EQUAL(session_told(&session), "pass matched");
	check(&session, "bound.test",
	      ",'account_uri':'https://ca.test/acct/1','validation_method':'acme-http-01'");
	CU_ASSERT_STRING_EQUAL(session_told(&session), "fail method-mismatch");
	check(&session, "bound.test", ",'validation_method':'acme-dns-01'");
	CU_ASSERT_STRING_EQUAL(session_told(&session), "fail account-mismatch");
	check(&session, "tbr.test", ",'validation_method':'website-change'");
	CU_ASSERT_STRING_EQUAL(session_told(&session), "pass matched");
	session_close(&session);
}

// BR 4.2.2.1.2: from 2027-03-15 on nobody may overlook an accounturi.
TEST(a_switch_that_the_rules_forbid_no_longer_counts)
{
	static const struct {
		const char *time;
		const char *told;
	} rows[] = {{"2027-03-14T23:59:59Z", "pass matched"},
		    {"2027-03-15T00:00:00Z", "fail account-mismatch"}};
	struct perform_session session;
	session_open(&session, zone, SESSION_DATAPLANE_RUNS);
	caa_switch_set(&session.config.caa_switches, CAA_SWITCH_PARAMETERS_ENFORCED, false);
	session_runner_open(&session);
	for (size_t i = 0; i < PLX_ARRAY_SIZE(rows); i++) {
		char text[512];
		snprintf(text, sizeof(text),
			 "{'check':'caa','identifier':{'type':'dns','value':'bound.test'},"
			 "'issuer_domains':['ca.test'],'account_uri':'https://ca.test/acct/2',"
			 "'validation_method':'acme-dns-01','profile':'tls','time':'%s'}",
			 rows[i].time);
		session_check(&session, text);
		CU_ASSERT_STRING_EQUAL(session_told(&session), rows[i].told);
	}
	session_close(&session);
}

TEST(only_the_primary_needs_validated_answers)
{
	struct perform_session session;
	session_open(&session, zone, SESSION_DATAPLANE_RUNS);
	session_runner_open(&session);
	check(&session, "unchecked.test", "");
	CU_ASSERT_STRING_EQUAL(session_told(&session), "pass matched");
	CU_ASSERT_EQUAL(session.result.dnssec, PLX_DNSSEC_UNCHECKED);
	check_runner_close(session.runner);
	session.config.requires_validation = true;
	session_runner_open(&session);
	check(&session, "unchecked.test", "");
	CU_ASSERT_STRING_EQUAL(session_told(&session), "error not-validated");
	check(&session, "bogus.test", "");
	CU_ASSERT_STRING_EQUAL(session_told(&session), "error lookup-bogus");
	CU_ASSERT_EQUAL(session.result.dnssec, PLX_DNSSEC_BOGUS);
	CU_ASSERT_PTR_NOT_NULL(strstr(session.result.message, "(EDE 7, Signature Expired)"));
	session_close(&session);
}

TEST(a_failure_permits_nothing_and_asks_no_further_while_the_switch_is_off)
{
	struct perform_session session;
	session_open(&session, zone, SESSION_DATAPLANE_RUNS);
	session_runner_open(&session);
	check(&session, "slow.test", "");
	CU_ASSERT_STRING_EQUAL(session_told(&session), "error lookup-failed");
	CU_ASSERT_EQUAL(zone_table_asked(), 1);
	CU_ASSERT_EQUAL(session.result.usable_until_s, 0);
	session_close(&session);
}

TEST(a_failure_is_excused_by_an_insecure_base_domain_only)
{
	struct perform_session session;
	session_open(&session, zone, SESSION_DATAPLANE_RUNS);
	caa_switch_set(&session.config.caa_switches, CAA_SWITCH_LOOKUP_FAILURE_PERMITS, true);
	session_runner_open(&session);
	check(&session, "deep.slow.test", "");
	CU_ASSERT_STRING_EQUAL(session_told(&session), "pass failure-excused");
	CU_ASSERT_EQUAL(session.result.dnssec, PLX_DNSSEC_UNCHECKED);
	CU_ASSERT_STRING_EQUAL(session_evidence_text(&session, "dns.0.status"), "TIMEOUT");
	CU_ASSERT_STRING_EQUAL(session_evidence_text(&session, "dns.1.name"), "slow.test");
	CU_ASSERT_STRING_EQUAL(session_evidence_text(&session, "dns.1.type"), "SOA");
	CU_ASSERT_STRING_EQUAL(session_evidence_text(&session, "dns.1.dnssec"), "insecure");
	check(&session, "signed.test", "");
	CU_ASSERT_STRING_EQUAL(session_told(&session), "error lookup-failed");
	CU_ASSERT_EQUAL(json_array_size(session_evidence(&session, "dns")), 2);
	check(&session, "once.test", "");
	CU_ASSERT_STRING_EQUAL(session_told(&session), "error lookup-failed");
	CU_ASSERT_EQUAL(json_array_size(session_evidence(&session, "dns")), 1);
	check(&session, "bogus.test", "");
	CU_ASSERT_STRING_EQUAL(session_told(&session), "error lookup-bogus");
	CU_ASSERT_EQUAL(json_array_size(session_evidence(&session, "dns")), 1);
	session_close(&session);
}

// Its attempts may have gone to servers on the way.
TEST(an_iterative_failure_is_excused_once_the_whole_of_it_was_repeated)
{
	static const struct zone_row insecure[] = {
		{.name = "dead.test",
		 .type = PLX_TYPE_CAA,
		 .status = PLX_STATUS_TIMEOUT,
		 .dnssec = PLX_DNSSEC_INSECURE,
		 .attempts = 3,
		 .cause = PLX_CAUSE_NO_ANSWER},
		{.name = "dead.test", .type = PLX_TYPE_SOA, .dnssec = PLX_DNSSEC_INSECURE},
		{.name = NULL},
	};
	struct perform_session session;
	session_open(&session, insecure, SESSION_DATAPLANE_RUNS);
	caa_switch_set(&session.config.caa_switches, CAA_SWITCH_LOOKUP_FAILURE_PERMITS, true);
	session.config.lookup.resolution = PLX_RESOLUTION_ITERATIVE;
	session.config.requires_validation = true;
	session_runner_open(&session);
	check(&session, "dead.test", "");
	CU_ASSERT_STRING_EQUAL(session_told(&session), "pass failure-excused");
	CU_ASSERT_EQUAL(session.result.dnssec, PLX_DNSSEC_INSECURE);
	CU_ASSERT_EQUAL(zone_table_asked(), 3);
	CU_ASSERT_STRING_EQUAL(session_evidence_text(&session, "dns.0.type"), "CAA");
	CU_ASSERT_STRING_EQUAL(session_evidence_text(&session, "dns.1.type"), "CAA");
	CU_ASSERT_STRING_EQUAL(session_evidence_text(&session, "dns.1.status"), "TIMEOUT");
	CU_ASSERT_STRING_EQUAL(session_evidence_text(&session, "dns.2.type"), "SOA");
	session_close(&session);
}

TEST(a_body_that_contradicts_its_result_is_never_read)
{
	struct perform_session session;
	session_open(&session, zone, SESSION_DATAPLANE_RUNS);
	session_runner_open(&session);
	check(&session, "broken.test", "");
	CU_ASSERT_STRING_EQUAL(session_told(&session), "error result-inconsistent");
	CU_ASSERT_EQUAL(json_array_size(session_evidence(&session, "dns.0.records")), 0);
	session_close(&session);
}

TEST(evidence_is_cut_but_keeps_the_record_that_decided)
{
	struct perform_session session;
	session_open(&session, zone, SESSION_DATAPLANE_RUNS);
	session_runner_open(&session);
	check(&session, "many.test", "");
	CU_ASSERT_STRING_EQUAL(session_told(&session), "fail critical-unknown");
	CU_ASSERT_EQUAL(json_integer_value(session_evidence(&session, "dns.0.records_total")), 200);
	CU_ASSERT_EQUAL(json_array_size(session_evidence(&session, "dns.0.records")), 32);
	CU_ASSERT_STRING_EQUAL(session_evidence_text(&session, "dns.0.records.31.tag"), "unknown");
	session_close(&session);
}

TEST(addresses_and_onion_names_have_no_caa)
{
	struct perform_session session;
	session_open(&session, zone, SESSION_DATAPLANE_RUNS);
	session_runner_open(&session);
	session_check(&session, request_caa("ip", "127.0.0.9", ""));
	CU_ASSERT_STRING_EQUAL(session_told(&session), "error not-a-domain");
	check(&session, "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion", "");
	CU_ASSERT_STRING_EQUAL(session_told(&session), "error onion-unsupported");
	CU_ASSERT_EQUAL(zone_table_asked(), 0);
	session_close(&session);
}

PERFORM_TEST_MAIN(caa_check, T(the_nearest_records_decide_and_are_kept),
		  T(a_permission_serves_from_its_look_up_whatever_the_time_of_the_rules),
		  T(no_records_permit_and_a_wildcard_asks_without_its_star),
		  T(account_and_method_of_the_request_are_held_against_the_record),
		  T(a_switch_that_the_rules_forbid_no_longer_counts),
		  T(only_the_primary_needs_validated_answers),
		  T(a_failure_permits_nothing_and_asks_no_further_while_the_switch_is_off),
		  T(a_failure_is_excused_by_an_insecure_base_domain_only),
		  T(an_iterative_failure_is_excused_once_the_whole_of_it_was_repeated),
		  T(a_body_that_contradicts_its_result_is_never_read),
		  T(evidence_is_cut_but_keeps_the_record_that_decided),
		  T(addresses_and_onion_names_have_no_caa))
