// SPDX-License-Identifier: BSD-3-Clause
// Website change and http-01 against real servers on ports 80 and 443, honest and hostile.

#include <parallax/dns/rr_type.h>

#include "../http_challenge/tls_server.h"
#include "../http_challenge/web_stub.h"
#include "perform_session.h"

#include <stdio.h>
#include <string.h>

#define TOKEN "LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0"
#define THUMBPRINT ".9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI"
#define KEY TOKEN THUMBPRINT
#define RANDOM_VALUE "rv-0123456789abcdefghij"
#define HTTP_01_PATH "/.well-known/acme-challenge/"
#define WEBSITE_PATH "/.well-known/pki-validation/"
#define OK "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
#define MOVED(code, location) "HTTP/1.1 " code " Moved\r\nLocation: " location "\r\n\r\n"
#define SERVFAIL 2
#define INSECURE .dnssec = PLX_DNSSEC_INSECURE
#define NO_AAAA(host)                                                                              \
	{                                                                                          \
		.name = host, .type = PLX_TYPE_AAAA, INSECURE                                      \
	}

// Tokens are as long as they must be, and tell what happens.
#define T_GOOD TOKEN
#define T_TLS "to-https-00000000000000"
#define T_PORT "to-port-000000000000000"
#define T_PRIVATE "to-private-000000000000"
#define T_SCHEME "to-scheme-0000000000000"
#define T_SEE_OTHER "see-other-0000000000000"
#define T_LOOP "to-itself-0000000000000"
#define T_WRONG "wrong-body-000000000000"
#define T_LONG "endless-body-0000000000"
#define T_HANG "hangs-00000000000000000"
#define T_GARBAGE "garbage-000000000000000"
#define T_BYTES "hostile-location-000000"
#define T_BLANKS "endless-blanks-00000000"
#define T_V6 "to-ipv6-address-0000000"
#define T_MIXED "to-unchecked-0000000000"

static const struct web_page pages[] = {
	{.path = HTTP_01_PATH T_GOOD, .text = OK KEY "\r\n \t"},
	{.path = HTTP_01_PATH T_TLS, .text = MOVED("308", "https://web.test/key")},
	{.path = HTTP_01_PATH T_PORT, .text = MOVED("302", "http://web.test:8080/key")},
	{.path = HTTP_01_PATH T_PRIVATE, .text = MOVED("301", "http://private.test/key")},
	{.path = HTTP_01_PATH T_SCHEME, .text = MOVED("301", "file:///etc/passwd")},
	{.path = HTTP_01_PATH T_SEE_OTHER, .text = MOVED("303", "https://web.test/key")},
	{.path = HTTP_01_PATH T_LOOP, .text = MOVED("307", HTTP_01_PATH T_LOOP)},
	{.path = HTTP_01_PATH T_MIXED, .text = MOVED("301", "https://unchecked.test/key")},
	{.path = HTTP_01_PATH T_WRONG, .text = OK "<html>\x80\xff not here</html>"},
	{.path = HTTP_01_PATH T_LONG, .text = OK, .fault = WEB_REPEAT, .more = KEY},
	// What comes behind the blanks is not known.
	{.path = HTTP_01_PATH T_BLANKS,
	 .text = OK T_BLANKS THUMBPRINT,
	 .fault = WEB_REPEAT,
	 .more = "          "},
	{.path = HTTP_01_PATH T_V6, .text = MOVED("301", "http://[2001:4860:4860::8888]/key")},
	{.path = HTTP_01_PATH T_HANG, .text = OK KEY, .fault = WEB_HANG},
	{.path = HTTP_01_PATH T_GARBAGE, .text = "SSH-2.0-OpenSSH_9.2\r\n\r\n"},
	{.path = HTTP_01_PATH T_BYTES, .text = MOVED("301", "http://\xc3\x28\xff\x1b/")},
	{.path = WEBSITE_PATH "good.txt", .text = OK "before " RANDOM_VALUE " after"},
	{.path = WEBSITE_PATH RANDOM_VALUE, .text = OK RANDOM_VALUE},
	{.path = WEBSITE_PATH "created.txt",
	 .text = "HTTP/1.1 201 Created\r\nContent-Length: 23\r\n\r\n" RANDOM_VALUE},
	{.path = "/key", .text = OK T_TLS THUMBPRINT},
	{0},
};

static const struct zone_row zone[] = {
	{.name = "web.test",
	 .type = PLX_TYPE_A,
	 .dnssec = PLX_DNSSEC_SECURE,
	 .texts = {WEB_STUB_ADDRESS}},
	NO_AAAA("web.test"),
	{.name = "aliased.test",
	 .type = PLX_TYPE_A,
	 INSECURE,
	 .alias = "edge.test",
	 .found_at = "edge.test",
	 .texts = {WEB_STUB_ADDRESS}},
	{.name = "aliased.test", .type = PLX_TYPE_AAAA, INSECURE, .alias = "edge.test"},
	{.name = "half.test", .type = PLX_TYPE_A, INSECURE, .texts = {WEB_STUB_ADDRESS}},
	{.name = "half.test", .type = PLX_TYPE_AAAA, .rcode = SERVFAIL, .cause = PLX_CAUSE_RCODE},
	{.name = "six.test", .type = PLX_TYPE_A, INSECURE, .texts = {WEB_STUB_ADDRESS}},
	{.name = "six.test", .type = PLX_TYPE_AAAA, INSECURE, .texts = {"::1"}},
	{.name = "private.test", .type = PLX_TYPE_A, INSECURE, .texts = {"10.0.0.1"}},
	NO_AAAA("private.test"),
	{.name = "down.test", .type = PLX_TYPE_A, INSECURE, .texts = {"127.53.0.10"}},
	NO_AAAA("down.test"),
	{.name = "unchecked.test", .type = PLX_TYPE_A, .texts = {WEB_STUB_ADDRESS}},
	NO_AAAA("unchecked.test"),
	{.name = "bogus.test", .type = PLX_TYPE_A, INSECURE, .texts = {WEB_STUB_ADDRESS}},
	{.name = "bogus.test",
	 .type = PLX_TYPE_AAAA,
	 .status = PLX_STATUS_BOGUS,
	 .dnssec = PLX_DNSSEC_BOGUS},
	{.name = "slow.test",
	 .type = PLX_TYPE_A,
	 .status = PLX_STATUS_TIMEOUT,
	 .cause = PLX_CAUSE_NO_ANSWER},
	NO_AAAA("slow.test"),
	{0},
};

struct web_session {
	struct perform_session perform;
	struct web_stub *plain;
	struct web_stub *secure;
	SSL_CTX *tls;
};

static void web_open(struct web_session *session, bool requires_validation)
{
	session_open(&session->perform, zone, SESSION_DATAPLANE_RUNS);
	session->perform.config.requires_validation = requires_validation;
	session_runner_open(&session->perform);
	session->tls = tls_server_context(NULL, TLS1_3_VERSION, NULL);
	session->plain = web_stub_start(
		session->perform.base,
		&(struct web_stub_config) {.pages = pages, .has_ipv4 = true, .port = 80});
	session->secure = web_stub_start(
		session->perform.base,
		&(struct web_stub_config) {
			.pages = pages, .has_ipv4 = true, .port = 443, .tls = session->tls});
}

static void web_close(struct web_session *session)
{
	web_stub_stop(session->plain);
	web_stub_stop(session->secure);
	SSL_CTX_free(session->tls);
	session_close(&session->perform);
}

static const char *http_01(const char *type, const char *value, const char *token)
{
	char parameters[512];
	snprintf(
		parameters, sizeof(parameters),
		"'validation_method':'acme-http-01','token':'%s','key_authorization':'%s" THUMBPRINT
		"'",
		token, token);
	return request_dcv(type, value, NULL, parameters);
}

static const char *website(const char *value, const char *path, const char *more)
{
	char parameters[512];
	snprintf(parameters, sizeof(parameters),
		 "'validation_method':'website-change','challenge_value':'" RANDOM_VALUE
		 "','http_token_path':'%s'%s",
		 path, more);
	return request_dcv("dns", value, NULL, parameters);
}

// Host, token, told.
struct row {
	const char *host;
	const char *token;
	const char *told;
};

static void row_check(struct web_session *session, const struct row *row)
{
	session_check(&session->perform, http_01("dns", row->host, row->token));
	if (strcmp(session_told(&session->perform), row->told) != 0) {
		fprintf(stderr, "%s %s: %s (%s)\n", row->host, row->token,
			session_told(&session->perform), session->perform.result.message);
	}
	CU_ASSERT_STRING_EQUAL(session_told(&session->perform), row->told);
	CU_ASSERT_TRUE(json_is_object(session_evidence(&session->perform, "http")));
}

TEST(a_key_authorization_passes_with_its_addresses_as_evidence)
{
	struct web_session session;
	web_open(&session, true);
	row_check(&session, &(struct row) {"web.test", T_GOOD, "pass found"});
	CU_ASSERT_STRING_EQUAL(session.perform.result.corroboration, KEY);
	CU_ASSERT_STRING_EQUAL(session.perform.result.authorization_domain, "web.test");
	CU_ASSERT_EQUAL(session.perform.result.dnssec, PLX_DNSSEC_INSECURE);
	static const char *const expected[][2] = {
		{"dns.0.type", "AAAA"},
		{"dns.1.type", "A"},
		{"dns.1.name", "web.test"},
		{"dns.1.records.0.data", WEB_STUB_ADDRESS},
		{"dns.1.dnssec", "secure"},
		{"http.outcome", "complete"},
		{"http.cause", "none"},
		{"http.hops.0.url", "http://web.test" HTTP_01_PATH TOKEN},
		{"http.hops.0.address", WEB_STUB_ADDRESS},
		{"http.hops.0.addresses.0", WEB_STUB_ADDRESS},
	};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(expected); i++) {
		CU_ASSERT_STRING_EQUAL(session_evidence_text(&session.perform, expected[i][0]),
				       expected[i][1]);
	}
	CU_ASSERT_PTR_NULL(session_evidence(&session.perform, "dns.1.records.0.ttl"));
	CU_ASSERT_EQUAL(json_integer_value(session_evidence(&session.perform, "http.status")), 200);
	CU_ASSERT_EQUAL(json_integer_value(session_evidence(&session.perform, "http.body_bytes")),
			strlen(KEY) + 4);
	CU_ASSERT_EQUAL(strlen(session_evidence_text(&session.perform, "http.body_sha256")), 64);
	CU_ASSERT_EQUAL(strncmp(session_evidence_text(&session.perform, "http.body_start"),
				"TG9xWGNZVjhx", 12),
			0);
	CU_ASSERT_PTR_NOT_NULL(
		strstr(web_stub_request(session.plain), "User-Agent: perform test\r\n"));
	web_close(&session);
}

// With more members of the check itself.
static const char *probed(const char *request, const char *members)
{
	static char text[2048];
	(void)snprintf(text, sizeof(text), "{%s,%s", members, request + 1);
	return text;
}

TEST(probes_use_another_user_agent_or_one_address_family_only)
{
	static const char *const members[][3] = {
		{"'probe':'user-agent'", "web.test", "pass found"},
		{"'probe':'later'", "web.test", "pass found"},
		{"'probe':'address-family','address_family':4", "web.test", "pass found"},
		{"'probe':'address-family','address_family':6", "web.test", "fail no-address"},
		{"'probe':'address-family','address_family':4", "six.test", "pass found"},
		{"'probe':'address-family','address_family':6", "six.test", "fail address-refused"},
	};
	struct web_session session;
	web_open(&session, false);
	for (size_t i = 0; i < PLX_ARRAY_SIZE(members); i++) {
		session_check(&session.perform,
			      probed(http_01("dns", members[i][1], T_GOOD), members[i][0]));
		CU_ASSERT_STRING_EQUAL(session_told(&session.perform), members[i][2]);
		const char *agent =
			i == 0 ? "User-Agent: a browser\r\n" : "User-Agent: perform test\r\n";
		CU_ASSERT_PTR_NOT_NULL(strstr(web_stub_request(session.plain), agent));
	}
	web_close(&session);
}

TEST(servers_fail_where_they_answer_and_err_where_they_do_not)
{
	static const struct row rows[] = {
		{"aliased.test", T_GOOD, "pass found"},
		{"half.test", T_GOOD, "pass found"},
		{"six.test", T_GOOD, "pass found"},
		{"unchecked.test", T_GOOD, "pass found"},
		{"web.test", T_TLS, "pass found"},
		{"web.test", T_WRONG, "fail different"},
		{"web.test", T_LONG, "fail different"},
		{"web.test", T_BLANKS, "fail different"},
		{"web.test", T_V6, "error connect-failed"},
		{"web.test", "not-there-0000000000000", "fail bad-status"},
		{"web.test", T_PORT, "fail redirect-refused"},
		{"web.test", T_PRIVATE, "fail address-refused"},
		{"web.test", T_SCHEME, "fail redirect-location"},
		{"web.test", T_SEE_OTHER, "fail redirect-status"},
		{"web.test", T_LOOP, "fail redirect-loop"},
		{"web.test", T_BYTES, "fail redirect-location"},
		{"web.test", T_GARBAGE, "fail bad-response"},
		{"private.test", T_GOOD, "fail address-refused"},
		{"none.test", T_GOOD, "fail no-address"},
		{"down.test", T_GOOD, "error connect-failed"},
		{"slow.test", T_GOOD, "error lookup-timeout"},
		{"bogus.test", T_GOOD, "error dnssec-bogus"},
	};
	struct web_session session;
	web_open(&session, false);
	for (size_t i = 0; i < PLX_ARRAY_SIZE(rows); i++) {
		row_check(&session, &rows[i]);
	}
	web_close(&session);
}

TEST(the_primary_needs_validated_addresses_at_every_hop)
{
	static const struct row rows[] = {
		{"web.test", T_GOOD, "pass found"},
		{"half.test", T_GOOD, "pass found"},
		{"unchecked.test", T_GOOD, "error dnssec-unchecked"},
		{"web.test", T_MIXED, "error dnssec-unchecked"},
	};
	struct web_session session;
	web_open(&session, true);
	for (size_t i = 0; i < PLX_ARRAY_SIZE(rows); i++) {
		row_check(&session, &rows[i]);
	}
	CU_ASSERT_EQUAL(session.perform.result.dnssec, PLX_DNSSEC_UNCHECKED);
	web_close(&session);
}

TEST(hops_tell_status_location_and_refused_addresses)
{
	struct web_session session;
	web_open(&session, false);
	row_check(&session, &(struct row) {"web.test", T_TLS, "pass found"});
	CU_ASSERT_EQUAL(json_array_size(session_evidence(&session.perform, "http.hops")), 2);
	CU_ASSERT_EQUAL(
		json_integer_value(session_evidence(&session.perform, "http.hops.0.status")), 308);
	CU_ASSERT_STRING_EQUAL(session_evidence_text(&session.perform, "http.hops.0.location"),
			       "https://web.test/key");
	CU_ASSERT_STRING_EQUAL(session_evidence_text(&session.perform, "http.tls_version"),
			       "TLSv1.3");
	row_check(&session, &(struct row) {"six.test", T_GOOD, "pass found"});
	CU_ASSERT_EQUAL(
		json_integer_value(session_evidence(&session.perform, "http.hops.0.refused_count")),
		1);
	CU_ASSERT_EQUAL(
		json_array_size(session_evidence(&session.perform, "http.hops.0.addresses")), 2);
	row_check(&session, &(struct row) {"web.test", T_PRIVATE, "fail address-refused"});
	CU_ASSERT_PTR_NOT_NULL(session_evidence_text(&session.perform, "http.hops.1.refusal"));
	// Octets that are no UTF-8 come back one by one.
	row_check(&session, &(struct row) {"web.test", T_BYTES, "fail redirect-location"});
	CU_ASSERT_STRING_EQUAL(session_evidence_text(&session.perform, "http.hops.0.location"),
			       "http://\xc3\x83(\xc3\xbf\x1b/");
	web_close(&session);
}

TEST(a_server_that_hangs_is_told_of_before_the_deadline)
{
	struct web_session session;
	web_open(&session, false);
	session_start(&session.perform, http_01("dns", "web.test", T_HANG), 300);
	session_wait(&session.perform);
	CU_ASSERT_STRING_EQUAL(session_told(&session.perform), "error deadline");
	CU_ASSERT_STRING_EQUAL(session_evidence_text(&session.perform, "http.cause"), "deadline");
	CU_ASSERT_STRING_EQUAL(session_evidence_text(&session.perform, "http.hops.0.address"),
			       WEB_STUB_ADDRESS);
	web_close(&session);
}

TEST(website_change_needs_the_value_in_the_page_and_not_in_the_request)
{
	struct web_session session;
	web_open(&session, false);
	session_check(&session.perform, website("web.test", "good.txt", ""));
	CU_ASSERT_STRING_EQUAL(session_told(&session.perform), "pass found");
	CU_ASSERT_STRING_EQUAL(session.perform.result.corroboration, RANDOM_VALUE);
	session_check(&session.perform, website("web.test", "good.txt", ",'url_scheme':'https'"));
	CU_ASSERT_STRING_EQUAL(session_told(&session.perform), "pass found");
	session_check(&session.perform, website("web.test", "other.txt", ""));
	CU_ASSERT_STRING_EQUAL(session_told(&session.perform), "fail bad-status");
	session_check(&session.perform, website("web.test", RANDOM_VALUE, ""));
	CU_ASSERT_STRING_EQUAL(session_told(&session.perform), "fail in-request");
	session_check(&session.perform, website("web.test", "created.txt", ""));
	CU_ASSERT_STRING_EQUAL(session_told(&session.perform), "fail bad-status");
	session_check(&session.perform,
		      website("web.test", "good.txt", ",'match_regex':'^before rv'"));
	CU_ASSERT_STRING_EQUAL(session_told(&session.perform), "pass found");
	session_check(&session.perform, website("web.test", "good.txt", ",'match_regex':'^after'"));
	CU_ASSERT_STRING_EQUAL(session_told(&session.perform), "fail no-regex-match");
	session_check(&session.perform,
		      website("web.test", "good.txt", ",'http_headers':{'X-Order':'17'}"));
	CU_ASSERT_PTR_NOT_NULL(strstr(web_stub_request(session.plain), "X-Order: 17\r\n"));
	session_check(&session.perform, website("*.web.test", "good.txt", ""));
	CU_ASSERT_STRING_EQUAL(session_told(&session.perform), "error method-not-for-wildcard");
	web_close(&session);
}

TEST(an_address_is_asked_itself_without_any_dns)
{
	struct web_session session;
	web_open(&session, true);
	session_check(&session.perform, http_01("ip", WEB_STUB_ADDRESS, T_GOOD));
	CU_ASSERT_STRING_EQUAL(session_told(&session.perform), "pass found");
	CU_ASSERT_STRING_EQUAL(session.perform.result.authorization_domain, WEB_STUB_ADDRESS);
	CU_ASSERT_EQUAL(json_array_size(session_evidence(&session.perform, "dns")), 0);
	CU_ASSERT_EQUAL(zone_table_asked(), 0);
	CU_ASSERT_PTR_NOT_NULL(
		strstr(web_stub_request(session.plain), "Host: " WEB_STUB_ADDRESS "\r\n"));
	web_close(&session);
}

PERFORM_TEST_MAIN(http_check, T(a_key_authorization_passes_with_its_addresses_as_evidence),
		  T(probes_use_another_user_agent_or_one_address_family_only),
		  T(servers_fail_where_they_answer_and_err_where_they_do_not),
		  T(the_primary_needs_validated_addresses_at_every_hop),
		  T(hops_tell_status_location_and_refused_addresses),
		  T(a_server_that_hangs_is_told_of_before_the_deadline),
		  T(website_change_needs_the_value_in_the_page_and_not_in_the_request),
		  T(an_address_is_asked_itself_without_any_dns))
