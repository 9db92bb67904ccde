// SPDX-License-Identifier: BSD-3-Clause
// POST /mpic and GET /configz against the real program. Without a dataplane no check has a verdict, so that nothing is
// valid; who is asked, how often, and in which form it is told can be seen all the same.

#include "api_call.h"
#include "cunit_runner.h"
#include "daemon_fixture.h"

#include <parallax/base/attributes.h>

#include <jansson.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DCV(method) "\"dcv_check_parameters\":{\"validation_method\":\"" method "\","
#define HASH "\"key_authorization_hash\":\"LPJNul-wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ\"}"
#define VALUE "\"challenge_value\":\"evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ\""

static const struct place {
	const char *name, *rir, *where;
} places[] = {
	// Those of Open MPIC's published cohorts: p1 and p2 are too close to each other, and no others.
	{"a1", "ARIN", "latitude: 39.0, longitude: -77.5"},
	{"a2", "ARIN", "latitude: 37.4, longitude: -121.9"},
	{"a3", "ARIN", "latitude: 45.5, longitude: -73.6"},
	{"r1", "RIPE NCC", "latitude: 40.4, longitude: -3.7"},
	{"r2", "RIPE NCC", "latitude: 60.2, longitude: 24.9"},
	{"p1", "APNIC", "latitude: 1.35, longitude: 103.8"},
	{"p2", "APNIC", "latitude: 3.1, longitude: 101.7"},
	{"l1", "LACNIC", "latitude: -23.5, longitude: -46.6"},
};

// Remotes that nobody runs, at port 1; `more` are further lines.
static void start(const char *more)
{
	static char extra[6144];
	size_t used = 0;
	for (size_t i = 0; i < PLX_ARRAY_SIZE(places); i++) {
		const struct place *place = &places[i];
		used += (size_t)snprintf(
			extra + used, sizeof(extra) - used,
			"    - {name: %s, rir: %s, %s, resolvers: [{address: 192.0.2.%zu, rir: %s, "
			"%s}], url: \"https://127.0.0.1:1\", public_key: @/fra-1-sign.pub}\n",
			place->name, place->rir, place->where, 100 + i, place->rir, place->where);
	}
	snprintf(extra + used, sizeof(extra) - used,
		 "  limits: {lookup_timeout: 200ms, check_timeout: 2s}\n  mpic: {hash_secret: "
		 "@/secret, default_perspective_count: 3, absolute_max_attempts: 3}\n%s",
		 more);
	fixture_init(&(struct daemon_options_text) {.primary_extra = extra});
	for (size_t i = 0; i < PLX_ARRAY_SIZE(places); i++) {
		char key[96];
		snprintf(key, sizeof(key), "%s/fra-1-sign.pub", fixture.directory);
		daemon_edit_config(&fixture.primary, "@/fra-1-sign.pub", key);
	}
	char path[96];
	snprintf(path, sizeof(path), "%s/secret", fixture.directory);
	FILE *file = fopen(path, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	fputs("secret\n", file);
	fclose(file);
	daemon_edit_config(&fixture.primary, "@/secret", path);
	daemon_start(&fixture.primary);
}

// The fixture's remote, in all places at once, by Open MPIC's /caa and /dcv.
static void make_foreign(void)
{
	char mine[192], foreign[96];
	daemon_edit_config(&fixture.remote,
			   "  callers:", "  limits: {lookup_timeout: 200ms}\n  callers:");
	daemon_start(&fixture.remote);
	snprintf(mine, sizeof(mine), "url: \"https://127.0.0.1:1\", public_key: %s/fra-1-sign.pub}",
		 fixture.directory);
	snprintf(foreign, sizeof(foreign), "protocol: open-mpic, url: \"https://127.0.0.1:%d\"}",
		 fixture.remote.port);
	for (size_t i = 0; i < PLX_ARRAY_SIZE(places); i++) {
		daemon_edit_config(&fixture.primary, mine, foreign);
	}
	json_decref(daemon_ask(&fixture.primary, "config.reload", NULL));
}

static json_t *ask(long status, const char *body)
{
	struct request *request = ask_path("/mpic", NULL, body);
	if (request->status != status) {
		printf("%ld: %s\n%s\n", request->status, body, request->text);
	}
	CU_ASSERT_EQUAL(request->status, status);
	json_t *answer = json_loads(request->text, 0, NULL);
	CU_ASSERT_PTR_NOT_NULL(answer);
	return answer;
}

static void expect_codes(const json_t *perspectives, const char *codes)
{
	char found[64] = "";
	for (size_t i = 0; i < json_array_size(perspectives); i++) {
		size_t used = strlen(found);
		snprintf(found + used, sizeof(found) - used, "%s%s", i > 0 ? " " : "",
			 member_text(json_array_get(perspectives, i), "perspective_code"));
	}
	CU_ASSERT_STRING_EQUAL(found, codes);
}

TEST(each_check_type_is_asked_at_the_cohort_and_answered_with_every_member)
{
	static const struct {
		const char *type, *parameters;
	} checks[] = {
		{"caa", "\"caa_check_parameters\":{\"caa_domains\":[\"ca.test\"]}"},
		{"caa", "\"caa_check_parameters\":{\"certificate_type\":\"s-mime\"}"},
		{"dcv", DCV("acme-dns-01") HASH},
		{"dcv", DCV("acme-http-01") "\"token\":\"evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-"
					    "oA\",\"key_authorization\":"
					    "\"evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA."
					    "9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI\"}"},
		{"dcv", DCV("website-change") VALUE ",\"http_token_path\":\"token.txt\"}"},
		{"dcv", DCV("dns-change") VALUE ",\"dns_record_type\":\"TXT\"}"},
		{"dcv", DCV("contact-email-txt") "\"challenge_value\":\"admin@example.com\"}"},
		{"dcv",
		 DCV("dns-persistent") "\"issuer_domain_names\":[\"ca.test\"],"
				       "\"expected_account_uri\":\"https://ca.test/acct/1\"}"},
	};
	start("");
	for (size_t i = 0; i < PLX_ARRAY_SIZE(checks); i++) {
		char body[1024];
		snprintf(body, sizeof(body),
			 "{\"check_type\":\"%s\",\"domain_or_ip_target\":\"example.com\","
			 "\"trace_identifier\":\"trace-7\",%s}",
			 checks[i].type, checks[i].parameters);
		json_t *answer = ask(200, body);
		CU_ASSERT_EQUAL(json_object_size(answer), 10);
		CU_ASSERT_STRING_EQUAL(member_text(answer, "check_type"), checks[i].type);
		CU_ASSERT_STRING_EQUAL(member_text(answer, "trace_identifier"), "trace-7");
		CU_ASSERT_STRING_EQUAL(member_text(answer, "domain_or_ip_target"), "example.com");
		CU_ASSERT_TRUE(json_is_false(member(answer, "is_valid")));
		CU_ASSERT_TRUE(json_is_false(member(answer, "mpic_completed")));
		CU_ASSERT_TRUE(json_is_null(member(answer, "previous_attempt_results")));
		expect_codes(member(answer, "perspectives"), "p2 a1 a2");
		CU_ASSERT_STRING_EQUAL(
			member_text(answer, "perspectives/0/check_response/check_type"),
			checks[i].type);
		CU_ASSERT(json_array_size(member(answer, "perspectives/0/check_response/errors")) ==
			  1);
		json_decref(answer);
	}
	fixture_fini();
}

TEST(cohorts_are_those_of_open_mpic_for_the_same_secret)
{
	start("");
	json_t *answer = ask(200, "{\"domain_or_ip_target\":\"Example.COM\",\"orchestration_"
				  "parameters\":{\"perspective_count\":4,\"cohort_for_single_"
				  "attempt\":2}}");
	expect_codes(member(answer, "perspectives"), "p1 a3 l1 r1");
	CU_ASSERT_EQUAL(
		json_integer_value(member(answer, "actual_orchestration_parameters/quorum_count")),
		3);
	json_decref(answer);
	answer = ask(500, "{\"domain_or_ip_target\":\"example.com\",\"orchestration_parameters\":{"
			  "\"cohort_for_single_attempt\":3}}");
	CU_ASSERT_STRING_EQUAL(member_text(answer, "error"),
			       "The coordinator could not select cohort number 3 from available "
			       "cohorts.");
	json_decref(answer);
	answer = ask(500, "{\"domain_or_ip_target\":\"example.com\",\"orchestration_parameters\":{"
			  "\"perspective_count\":8}}");
	CU_ASSERT_STRING_EQUAL(member_text(answer, "error"),
			       "The coordinator could not construct a cohort of size 8");
	json_decref(answer);
	fixture_fini();
}

TEST(each_attempt_asks_another_cohort_anew_and_is_recorded)
{
	start("");
	json_t *answer = ask(200, "{\"domain_or_ip_target\":\"example.com\",\"orchestration_"
				  "parameters\":{\"max_attempts\":9}}");
	CU_ASSERT_EQUAL(
		json_integer_value(member(answer, "actual_orchestration_parameters/attempt_count")),
		3);
	expect_codes(member(answer, "previous_attempt_results/0"), "p2 a1 a2");
	expect_codes(member(answer, "previous_attempt_results/1"), "p1 a3 r2");
	expect_codes(member(answer, "perspectives"), "p2 a1 a2");
	json_decref(answer);
	json_t *report = daemon_ask(&fixture.primary, "audit.report", NULL);
	CU_ASSERT_EQUAL(json_integer_value(member(report, "totals/order_count")), 3);
	CU_ASSERT_EQUAL(json_integer_value(member(report, "totals/missing_count")), 0);
	CU_ASSERT_EQUAL(json_integer_value(member(report, "totals/present_count")),
			3 * (4 + 1)); // checks and a quorum
	json_decref(report);
	fixture_fini();
}

TEST(what_is_wrong_is_told_in_open_mpic_s_form)
{
	static const struct {
		const char *body, *issue;
	} bad[] = {
		{"nonsense", "json_invalid"},
		{"{\"domain_or_ip_target\":null}", "string_type"},
		{"{\"domain_or_ip_target\":\"example.com\",\"orchestration_parameters\":{"
		 "\"perspective_count\":1}}",
		 "invalid-perspective-count"},
		{"{\"domain_or_ip_target\":\"example.com\",\"caa_check_parameters\":{\"caa_"
		 "domains\":[\"other-ca.test\"]}}",
		 "foreign-issuer-domain"},
		{"{\"domain_or_ip_target\":\"8.8.8.8\"}", "unlawful-check"},
		{"{\"domain_or_ip_target\":\"no name\"}", "unlawful-check"},
	};
	start("");
	for (size_t i = 0; i < PLX_ARRAY_SIZE(bad); i++) {
		json_t *answer = ask(400, bad[i].body);
		const json_t *issue = member(answer, "validation_issues/0");
		CU_ASSERT_STRING_EQUAL(member_text(answer, "error"), "request-validation-failed");
		CU_ASSERT(strcmp(member_text(issue, "type"), bad[i].issue) == 0 ||
			  strcmp(member_text(issue, "issue_type"), bad[i].issue) == 0);
		json_decref(answer);
	}
	fixture_fini();
}

TEST(a_coordinator_that_drains_takes_no_request)
{
	static struct request first;
	start("");
	first = (struct request) {.path = "/mpic",
				  .body = "{\"domain_or_ip_target\":\"example.com\"}"};
	pthread_create(&first.thread, NULL, run_request, &first);
	for (bool is_in_flight = false; !is_in_flight;) {
		json_t *status = daemon_ask(&fixture.primary, "status.get", NULL);
		is_in_flight = json_integer_value(member(status, "orders/in_flight")) == 1;
		json_decref(status);
	}
	json_decref(daemon_ask(&fixture.primary, "drain.start", NULL));
	json_t *answer = ask(503, "{\"domain_or_ip_target\":\"example.com\"}");
	json_decref(answer);
	pthread_join(first.thread, NULL);
	CU_ASSERT_EQUAL(first.status, 200);
	CU_ASSERT_EQUAL(daemon_wait(&fixture.primary), 0);
	fixture_fini();
}

TEST(a_foreign_checker_is_a_perspective_without_a_signature)
{
	static const struct {
		const char *body, *error, *check;
	} checks[] = {
		{"{\"domain_or_ip_target\":\"example.com\"}", "mpic_error:caa_checker:lookup",
		 "caa"},
		{"{\"domain_or_ip_target\":\"example.com\"," DCV("acme-dns-01") HASH "}",
		 "mpic_error:dcv_checker:lookup", "dcv"},
	};
	start("");
	make_foreign();
	for (size_t i = 0; i < PLX_ARRAY_SIZE(checks); i++) {
		json_t *answer = ask(200, checks[i].body);
		CU_ASSERT_STRING_EQUAL(
			member_text(answer, "perspectives/2/check_response/errors/0/error_type"),
			checks[i].error);
		json_decref(answer);
	}
	json_t *status =
		daemon_ask(&fixture.primary, "perspectives.test", json_pack("{s:s}", "name", "p2"));
	CU_ASSERT_TRUE(json_is_true(member(status, "answered")));
	json_decref(status);
	json_t *shown = daemon_ask(&fixture.primary, "audit.show",
				   json_pack("{s:s, s:s}", "kind", "check", "perspective", "p2"));
	const json_t *records = member(shown, "records");
	CU_ASSERT_EQUAL(json_array_size(records), 2);
	for (size_t i = 0; i < json_array_size(records); i++) {
		const json_t *body = member(json_array_get(records, i), "body");
		CU_ASSERT_STRING_EQUAL(member_text(body, "check"), checks[i].check);
		CU_ASSERT_TRUE(json_is_null(member(body, "signature")));
		CU_ASSERT_EQUAL(
			strncmp(member_text(body, "evidence/source"), "https://127.0.0.1:", 18), 0);
		CU_ASSERT_TRUE(json_is_object(member(body, "evidence/foreign")));
	}
	json_decref(shown);
	fixture_fini();
}

TEST(a_foreign_checker_without_the_right_certificate_is_no_answer)
{
	start("");
	make_foreign();
	char other[96];
	snprintf(other, sizeof(other), "https://localhost:%d", fixture.remote.port);
	char given[96];
	snprintf(given, sizeof(given), "https://127.0.0.1:%d", fixture.remote.port);
	for (size_t i = 0; i < PLX_ARRAY_SIZE(places) + 1; i++) {
		daemon_edit_config(&fixture.primary, given, other); // fra-1 stands first
	}
	json_decref(daemon_ask(&fixture.primary, "config.reload", NULL));
	json_t *test =
		daemon_ask(&fixture.primary, "perspectives.test", json_pack("{s:s}", "name", "a1"));
	CU_ASSERT_TRUE(json_is_false(member(test, "answered")));
	CU_ASSERT_STRING_EQUAL(member_text(test, "cause"), "refused-identity");
	json_decref(test);
	json_t *answer = ask(200, "{\"domain_or_ip_target\":\"example.com\"}");
	CU_ASSERT_STRING_EQUAL(
		member_text(answer, "perspectives/0/check_response/errors/0/error_type"),
		"mpic_error:coordinator:remote_check");
	json_decref(answer);
	fixture_fini();
}

TEST(configz_tells_what_requests_are_judged_by)
{
	start("");
	struct request *request = ask_path("/configz", NULL, NULL);
	CU_ASSERT_EQUAL(request->status, 200);
	json_t *answer = json_loads(request->text, 0, NULL);
	CU_ASSERT_EQUAL(json_integer_value(member(answer, "default_perspective_count")), 3);
	CU_ASSERT_EQUAL(json_integer_value(member(answer, "absolute_max_attempts")), 3);
	json_decref(answer);
	fixture_fini();
}

TEST_MAIN(mpic_api, T(each_check_type_is_asked_at_the_cohort_and_answered_with_every_member),
	  T(cohorts_are_those_of_open_mpic_for_the_same_secret),
	  T(each_attempt_asks_another_cohort_anew_and_is_recorded),
	  T(what_is_wrong_is_told_in_open_mpic_s_form),
	  T(a_coordinator_that_drains_takes_no_request),
	  T(a_foreign_checker_is_a_perspective_without_a_signature),
	  T(a_foreign_checker_without_the_right_certificate_is_no_answer),
	  T(configz_tells_what_requests_are_judged_by))
