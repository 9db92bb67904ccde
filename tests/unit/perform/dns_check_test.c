// SPDX-License-Identifier: BSD-3-Clause
// DCV by what the DNS holds: every method passes, fails and errs, and the name validated is the one that may be.

#include <parallax/dns/rr_type.h>

#include "perform_session.h"

#include <stdio.h>
#include <string.h>

#define SERVFAIL 2
#define HASH "LPsIwTo7o8BoG0-vjCyGQGBWSVIPxI-i_X336eUOQZo"
#define RANDOM_VALUE "rv-0123456789abcdefghij"
#define ACCOUNT "https://acme-v02.api.letsencrypt.org/acme/acct/12345"
#define INSECURE .dnssec = PLX_DNSSEC_INSECURE

#define DNS_01 "'validation_method':'acme-dns-01','key_authorization_hash':'" HASH "'"
#define DNS_ACCOUNT                                                                                \
	"'validation_method':'acme-dns-account-01','expected_account_uri':'" ACCOUNT               \
	"','key_authorization_hash':'" HASH "'"
#define PERSISTENT                                                                                 \
	"'validation_method':'dns-persistent','issuer_domain_names':['ca.test'],"                  \
	"'expected_account_uri':'" ACCOUNT "'"
#define CHANGE(type, more)                                                                         \
	"'validation_method':'dns-change','challenge_value':'" RANDOM_VALUE                        \
	"','dns_record_type':'" type "'" more
#define CONTACT(method, contact) "'validation_method':'" method "','challenge_value':'" contact "'"

static const struct zone_row zone[] = {
	{.name = "_acme-challenge.good.test",
	 .type = PLX_TYPE_TXT,
	 .dnssec = PLX_DNSSEC_SECURE,
	 .texts = {"other", HASH}},
	{.name = "_acme-challenge.wrong.test", .type = PLX_TYPE_TXT, INSECURE, .texts = {"no"}},
	{.name = "_acme-challenge.alias.test",
	 .type = PLX_TYPE_TXT,
	 INSECURE,
	 .alias = "x.delegated.test",
	 .found_at = "x.delegated.test",
	 .texts = {HASH}},
	{.name = "_acme-challenge.slow.test",
	 .type = PLX_TYPE_TXT,
	 .status = PLX_STATUS_TIMEOUT,
	 .cause = PLX_CAUSE_NO_ANSWER},
	{.name = "_acme-challenge.fail.test",
	 .type = PLX_TYPE_TXT,
	 .rcode = SERVFAIL,
	 .cause = PLX_CAUSE_RCODE},
	{.name = "_acme-challenge.bogus.test",
	 .type = PLX_TYPE_TXT,
	 .ede_code = 1 + 7,
	 .cause = PLX_CAUSE_VALIDATION_FAILED,
	 .status = PLX_STATUS_BOGUS,
	 .dnssec = PLX_DNSSEC_BOGUS,
	 .texts = {HASH}},
	{.name = "_acme-challenge.forged.test",
	 .type = PLX_TYPE_TXT,
	 .dnssec = PLX_DNSSEC_BOGUS,
	 .texts = {HASH}},
	{.name = "_acme-challenge.busy.test",
	 .type = PLX_TYPE_TXT,
	 .status = PLX_STATUS_CANCELLED,
	 .cause = PLX_CAUSE_DRAINED},
	{.name = "_acme-challenge.torn.test",
	 .type = PLX_TYPE_TXT,
	 INSECURE,
	 .is_inconsistent = true,
	 .texts = {HASH}},
	{.name = "_acme-challenge.unchecked.test", .type = PLX_TYPE_TXT, .texts = {HASH}},
	{.name = "_acme-challenge.unsure.test",
	 .type = PLX_TYPE_TXT,
	 .dnssec = PLX_DNSSEC_INDETERMINATE,
	 .texts = {HASH}},
	{.name = "_acme-challenge.target.test", .type = PLX_TYPE_TXT, INSECURE, .texts = {HASH}},
	{.name = "_lvrajhh53e27yh7f._acme-challenge.good.test",
	 .type = PLX_TYPE_TXT,
	 INSECURE,
	 .texts = {HASH}},
	{.name = "_dnsauth.good.test",
	 .type = PLX_TYPE_TXT,
	 INSECURE,
	 .texts = {"v=" RANDOM_VALUE ";"}},
	{.name = "good.test", .type = PLX_TYPE_CNAME, INSECURE, .texts = {RANDOM_VALUE ".ca.test"}},
	{.name = "good.test",
	 .type = PLX_TYPE_CAA,
	 INSECURE,
	 .texts = {"0 contactemail a@good.test", "0 contactphone +1 555 0100",
		   "0 issue " RANDOM_VALUE}},
	{.name = "_validation-contactemail.good.test",
	 .type = PLX_TYPE_TXT,
	 INSECURE,
	 .texts = {"b@good.test", "A@good.test"}},
	{.name = "_validation-contactphone.good.test",
	 .type = PLX_TYPE_TXT,
	 INSECURE,
	 .texts = {"+1 555 0100"}},
	{.name = "_validation-persist.good.test",
	 .type = PLX_TYPE_TXT,
	 INSECURE,
	 .texts = {"ca.test; accounturi=" ACCOUNT}},
	{.name = "_validation-persist.wide.test",
	 .type = PLX_TYPE_TXT,
	 INSECURE,
	 .texts = {"ca.test; accounturi=" ACCOUNT "; policy=wildcard"}},
	{.name = "_validation-persist.old.test",
	 .type = PLX_TYPE_TXT,
	 INSECURE,
	 .texts = {"ca.test; accounturi=" ACCOUNT "; persistUntil=1700000000"}},
	{.name = "_ip-validation-persist.7.0.0.127.in-addr.arpa",
	 .type = PLX_TYPE_TXT,
	 INSECURE,
	 .texts = {"ca.test; accounturi=" ACCOUNT}},
	{.name = "7.0.0.127.in-addr.arpa",
	 .type = PLX_TYPE_PTR,
	 INSECURE,
	 .texts = {"host.good.test"}},
	{.name = "cname.test",
	 .type = PLX_TYPE_A,
	 INSECURE,
	 .alias = "www.target.test target.test"},
	{.name = "cname-unchecked.test", .type = PLX_TYPE_A, .alias = "target.test"},
	{.name = "cname-bogus.test",
	 .type = PLX_TYPE_A,
	 .status = PLX_STATUS_BOGUS,
	 .dnssec = PLX_DNSSEC_BOGUS},
	{.name = "cname-slow.test", .type = PLX_TYPE_A, .status = PLX_STATUS_TIMEOUT},
	{.name = "cname-torn.test",
	 .type = PLX_TYPE_A,
	 INSECURE,
	 .is_inconsistent = true,
	 .alias = "target.test"},
	{0},
};

struct row {
	const char *type;
	const char *value;
	const char *authorization_domain;
	const char *parameters;
	const char *told;
	const char *asked; // the last question; NULL: nothing was asked
	const char *corroboration;
};

static const struct row rows[] = {
	{"dns", "good.test", NULL, DNS_01, "pass found", "_acme-challenge.good.test", HASH},
	{"dns", "*.good.test", NULL, DNS_01, "pass found", "_acme-challenge.good.test", HASH},
	{"dns", "wrong.test", NULL, DNS_01, "fail absent", "_acme-challenge.wrong.test", ""},
	{"dns", "none.test", NULL, DNS_01, "fail no-records", "_acme-challenge.none.test", ""},
	{"dns", "alias.test", NULL, DNS_01, "pass found", "_acme-challenge.alias.test", HASH},
	{"dns", "slow.test", NULL, DNS_01, "error lookup-timeout", "_acme-challenge.slow.test", ""},
	{"dns", "fail.test", NULL, DNS_01, "error lookup-failed", "_acme-challenge.fail.test", ""},
	{"dns", "bogus.test", NULL, DNS_01, "error dnssec-bogus", "_acme-challenge.bogus.test", ""},
	{"dns", "forged.test", NULL, DNS_01, "error dnssec-bogus", "_acme-challenge.forged.test",
	 ""},
	{"dns", "busy.test", NULL, DNS_01, "error dataplane-busy", "_acme-challenge.busy.test", ""},
	{"dns", "torn.test", NULL, DNS_01, "error answer-unreadable", "_acme-challenge.torn.test",
	 ""},
	{"dns", "good.test", NULL, DNS_ACCOUNT, "pass found",
	 "_lvrajhh53e27yh7f._acme-challenge.good.test", HASH},
	{"dns", "none.test", NULL, DNS_ACCOUNT, "fail no-records",
	 "_lvrajhh53e27yh7f._acme-challenge.none.test", ""},
	{"dns", "good.test", NULL, CHANGE("TXT", ",'dns_name_prefix':'_dnsauth'"), "pass found",
	 "_dnsauth.good.test", RANDOM_VALUE},
	{"dns", "good.test", NULL,
	 CHANGE("TXT", ",'dns_name_prefix':'_dnsauth','require_exact_match':true"), "fail absent",
	 "_dnsauth.good.test", ""},
	{"dns", "good.test", NULL, CHANGE("CNAME", ""), "pass found", "good.test", RANDOM_VALUE},
	{"dns", "good.test", NULL, CHANGE("CAA", ""), "pass found", "good.test", RANDOM_VALUE},
	{"dns", "good.test", NULL, CONTACT("contact-email-txt", "a@good.test"), "pass found",
	 "_validation-contactemail.good.test", "a@good.test"},
	{"dns", "good.test", NULL, CONTACT("contact-email-txt", "c@good.test"),
	 "fail other-contact", "_validation-contactemail.good.test", ""},
	{"dns", "good.test", NULL, CONTACT("contact-phone-txt", "+15550100"), "pass found",
	 "_validation-contactphone.good.test", "+15550100"},
	{"dns", "good.test", NULL, CONTACT("contact-email-caa", "a@good.test"), "pass found",
	 "good.test", "a@good.test"},
	{"dns", "good.test", NULL, CONTACT("contact-phone-caa", "+15550199"), "fail other-contact",
	 "good.test", ""},
	{"dns", "good.test", NULL, PERSISTENT, "pass usable", "_validation-persist.good.test",
	 ACCOUNT},
	{"dns", "*.good.test", NULL, PERSISTENT, "fail no-policy", "_validation-persist.good.test",
	 ""},
	{"dns", "a.good.test", "good.test", PERSISTENT, "fail no-policy",
	 "_validation-persist.good.test", ""},
	{"dns", "a.wide.test", "wide.test", PERSISTENT, "pass usable",
	 "_validation-persist.wide.test", ACCOUNT},
	{"dns", "old.test", NULL, PERSISTENT, "fail expired", "_validation-persist.old.test", ""},
	{"ip", "127.0.0.7", NULL, PERSISTENT, "pass usable",
	 "_ip-validation-persist.7.0.0.127.in-addr.arpa", ACCOUNT},
	{"ip", "127.0.0.8", NULL, PERSISTENT, "fail no-records",
	 "_ip-validation-persist.8.0.0.127.in-addr.arpa", ""},
	{"ip", "127.0.0.7", NULL, CONTACT("reverse-address-lookup", "host.good.test"), "pass found",
	 "7.0.0.127.in-addr.arpa", "host.good.test"},
	{"ip", "127.0.0.7", NULL, CONTACT("reverse-address-lookup", "other.good.test"),
	 "fail absent", "7.0.0.127.in-addr.arpa", ""},
	// which name is validated
	{"dns", "a.b.good.test", "good.test", DNS_01, "pass found", "_acme-challenge.good.test",
	 HASH},
	{"dns", "a.good.test", "test", DNS_01, "error above-base", NULL, ""},
	{"dns", "a.good.test", "not a name", DNS_01, "error bad-authorization-domain", NULL, ""},
	{"dns", "cname.test", "target.test", DNS_01, "pass found", "_acme-challenge.target.test",
	 HASH},
	{"dns", "cname.test", "elsewhere.test", DNS_01, "fail unrelated", "cname.test", ""},
	{"dns", "*.cname.test", "target.test", DNS_01, "fail cname-wildcard", "cname.test", ""},
	{"dns", "cname.test", "target.test", PERSISTENT, "fail no-cname", "cname.test", ""},
	{"dns", "none.test", "target.test", DNS_01, "fail unrelated", "none.test", ""},
	{"dns", "cname-bogus.test", "target.test", DNS_01, "error dnssec-bogus", "cname-bogus.test",
	 ""},
	{"dns", "cname-slow.test", "target.test", DNS_01, "error lookup-timeout", "cname-slow.test",
	 ""},
	{"dns", "cname-torn.test", "target.test", DNS_01, "error answer-unreadable",
	 "cname-torn.test", ""},
	{"ip", "127.0.0.7", "127.0.0.8", PERSISTENT, "error bad-authorization-domain", NULL, ""},
	// refused before anything is asked
	{"dns", "good.test", NULL, "'validation_method':'acme-dns-01','key_authorization_hash':'x'",
	 "error not-hash-base64url", NULL, ""},
	{"ip", "127.0.0.7", NULL, DNS_01, "error method-not-for-ip", NULL, ""},
	{"dns", "good.test", NULL,
	 "'validation_method':'ip-address','dns_record_type':'A','challenge_value':'192.0.2.1'",
	 "error method-retired", NULL, ""},
	{"dns", "good.test", NULL, DNS_01 ",'issued_at':1700000000", "error expired", NULL, ""},
};

static void row_check(struct perform_session *session, const struct row *row)
{
	char path[32];
	zone_table_set(zone);
	session_check(session, request_dcv(row->type, row->value, row->authorization_domain,
					   row->parameters));
	size_t answers = json_array_size(session_evidence(session, "dns"));
	snprintf(path, sizeof(path), "dns.%zu.name", answers - 1);
	bool is_right = strcmp(session_told(session), row->told) == 0 &&
			strcmp(session->result.corroboration, row->corroboration) == 0 &&
			zone_table_asked() == answers &&
			(row->asked == NULL
				 ? answers == 0
				 : strcmp(session_evidence_text(session, path), row->asked) == 0);
	if (!is_right) {
		fprintf(stderr, "%s for %s: %s (%s), asked %s of %u, corroborates by \"%s\"\n",
			row->parameters, row->value, session_told(session), session->result.message,
			session_evidence_text(session, path), zone_table_asked(),
			session->result.corroboration);
	}
	CU_ASSERT_TRUE(is_right);
}

TEST(every_method_passes_fails_and_errs)
{
	struct perform_session session;
	session_open(&session, zone, SESSION_DATAPLANE_RUNS);
	session_runner_open(&session);
	for (size_t i = 0; i < PLX_ARRAY_SIZE(rows); i++) {
		row_check(&session, &rows[i]);
	}
	session_close(&session);
}

TEST(the_primary_passes_on_the_same_rows)
{
	struct perform_session session;
	session_open(&session, zone, SESSION_DATAPLANE_RUNS);
	session.config.requires_validation = true;
	session_runner_open(&session);
	for (size_t i = 0; i < PLX_ARRAY_SIZE(rows); i++) {
		row_check(&session, &rows[i]);
	}
	session_close(&session);
}

TEST(the_primary_takes_no_answer_that_nobody_validated)
{
	static const struct row remote[] = {
		{"dns", "unchecked.test", NULL, DNS_01, "pass found",
		 "_acme-challenge.unchecked.test", HASH},
		{"dns", "unsure.test", NULL, DNS_01, "pass found", "_acme-challenge.unsure.test",
		 HASH},
		{"dns", "cname-unchecked.test", "target.test", DNS_01, "pass found",
		 "_acme-challenge.target.test", HASH},
	};
	static const struct row primary[] = {
		{"dns", "unchecked.test", NULL, DNS_01, "error dnssec-unchecked",
		 "_acme-challenge.unchecked.test", ""},
		{"dns", "unsure.test", NULL, DNS_01, "error dnssec-unchecked",
		 "_acme-challenge.unsure.test", ""},
		{"dns", "cname-unchecked.test", "target.test", DNS_01, "error dnssec-unchecked",
		 "cname-unchecked.test", ""},
	};
	struct perform_session session;
	session_open(&session, zone, SESSION_DATAPLANE_RUNS);
	session_runner_open(&session);
	for (size_t i = 0; i < PLX_ARRAY_SIZE(remote); i++) {
		row_check(&session, &remote[i]);
	}
	session_check(&session, request_dcv("dns", "bogus.test", NULL, DNS_01));
	CU_ASSERT_PTR_NOT_NULL(strstr(session.result.message, "(EDE 7, Signature Expired)"));
	check_runner_close(session.runner);
	session.config.requires_validation = true;
	session_runner_open(&session);
	for (size_t i = 0; i < PLX_ARRAY_SIZE(primary); i++) {
		row_check(&session, &primary[i]);
	}
	session_close(&session);
}

TEST(the_outcome_is_as_sure_as_its_least_sure_answer)
{
	struct perform_session session;
	session_open(&session, zone, SESSION_DATAPLANE_RUNS);
	session_runner_open(&session);
	session_check(&session, request_dcv("dns", "good.test", NULL, DNS_01));
	CU_ASSERT_EQUAL(session.result.dnssec, PLX_DNSSEC_SECURE);
	CU_ASSERT_STRING_EQUAL(session.result.authorization_domain, "good.test");
	session_check(&session, request_dcv("dns", "cname-unchecked.test", "target.test", DNS_01));
	CU_ASSERT_EQUAL(session.result.dnssec, PLX_DNSSEC_UNCHECKED);
	CU_ASSERT_STRING_EQUAL(session.result.authorization_domain, "target.test");
	session_close(&session);
}

TEST(methods_end_with_their_sunset_by_the_time_of_the_request)
{
	struct perform_session session;
	session_open(&session, zone, SESSION_DATAPLANE_RUNS);
	session_runner_open(&session);
	session_check(
		&session,
		"{'check':'dcv','identifier':{'type':'dns','value':'good.test'},"
		"'dcv':{'validation_method':'contact-phone-txt','challenge_value':'+15550100'},"
		"'profile':'tls','time':'2027-03-14T23:59:59Z'}");
	CU_ASSERT_STRING_EQUAL(session_told(&session), "pass found");
	session_check(
		&session,
		"{'check':'dcv','identifier':{'type':'dns','value':'good.test'},"
		"'dcv':{'validation_method':'contact-phone-txt','challenge_value':'+15550100'},"
		"'profile':'tls','time':'2027-03-15T00:00:00Z'}");
	CU_ASSERT_STRING_EQUAL(session_told(&session), "error method-retired");
	session_close(&session);
}

TEST(onion_names_are_not_within_reach)
{
	struct perform_session session;
	session_open(&session, zone, SESSION_DATAPLANE_RUNS);
	session_runner_open(&session);
	session_check(&session,
		      request_dcv("dns",
				  "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion",
				  NULL,
				  "'validation_method':'website-change','http_token_path':'a',"
				  "'challenge_value':'" RANDOM_VALUE "'"));
	CU_ASSERT_STRING_EQUAL(session_told(&session), "error onion-unsupported");
	CU_ASSERT_EQUAL(zone_table_asked(), 0);
	session_close(&session);
}

PERFORM_TEST_MAIN(dns_check, T(every_method_passes_fails_and_errs),
		  T(the_primary_passes_on_the_same_rows),
		  T(the_primary_takes_no_answer_that_nobody_validated),
		  T(the_outcome_is_as_sure_as_its_least_sure_answer),
		  T(methods_end_with_their_sunset_by_the_time_of_the_request),
		  T(onion_names_are_not_within_reach))
