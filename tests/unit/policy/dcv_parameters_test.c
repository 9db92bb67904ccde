// SPDX-License-Identifier: BSD-3-Clause

#include "policy/dcv_parameters.h"

#include <parallax/dns/rr_type.h>

#include "cunit_runner.h"

#include <string.h>

#define NOW INT64_C(1795435200)
#define TOKEN "LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0"
#define THUMBPRINT "9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI"
#define HASH "LPsIwTo7o8BoG0-vjCyGQGBWSVIPxI-i_X336eUOQZo"

static const struct dcv_identifier fqdn = {0};
static const struct dcv_identifier wildcard = {.is_wildcard = true};
static const struct dcv_identifier address = {.is_ip = true};
static const struct dcv_switches strict = {0};

static void expect(const struct dcv_parameters *parameters, const struct dcv_identifier *identifier,
		   enum dcv_parameters_verdict verdict, const char *member)
{
	struct dcv_parameters_finding finding =
		dcv_parameters_check(parameters, identifier, NOW, &strict);
	CU_ASSERT_STRING_EQUAL(dcv_parameters_verdict_name(finding.verdict),
			       dcv_parameters_verdict_name(verdict));
	CU_ASSERT_STRING_EQUAL(finding.member, member);
}

static const struct dcv_parameters http_01 = {
	.method = DCV_ACME_HTTP_01, .token = TOKEN, .key_authorization = TOKEN "." THUMBPRINT};
static const struct dcv_parameters website = {
	.method = DCV_WEBSITE_CHANGE, .challenge_value = "v", .http_token_path = "a/b.txt"};
static const struct dcv_parameters dns_change = {.method = DCV_DNS_CHANGE,
						 .challenge_value = "v",
						 .dns_name_prefix = "_p",
						 .dns_record_type = PLX_TYPE_TXT};
static const char *const issuers[] = {"ca.test", "ca..test"};

TEST(whole_parameters_of_each_method_pass)
{
	const struct dcv_parameters right[] = {
		http_01,
		website,
		dns_change,
		{.method = DCV_ACME_DNS_01, .key_authorization_hash = HASH},
		{.method = DCV_ACME_TLS_ALPN_01,
		 .key_authorization_hash =
			 "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"},
		{.method = DCV_ACME_DNS_ACCOUNT_01,
		 .key_authorization_hash = HASH,
		 .account_uri = "https://ca.test/a/1"},
		{.method = DCV_DNS_PERSISTENT,
		 .issuer_domain_names = issuers,
		 .issuer_domain_name_count = 1,
		 .account_uri = "acct:a@ca.test"},
		{.method = DCV_CONTACT_EMAIL_CAA, .challenge_value = "a@b.test"},
	};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(right); i++) {
		expect(&right[i], &fqdn, DCV_PARAMETERS_OK, "");
	}
	struct dcv_parameters reverse = {.method = DCV_REVERSE_ADDRESS_LOOKUP,
					 .challenge_value = "host.test"};
	expect(&reverse, &address, DCV_PARAMETERS_OK, "");
}

TEST(a_method_is_refused_where_it_may_not_be_used)
{
	struct dcv_parameters dns_01 = {.method = DCV_ACME_DNS_01, .key_authorization_hash = HASH};
	struct dcv_parameters retired = {.method = DCV_IP_ADDRESS};
	struct dcv_parameters none = {0};
	struct dcv_identifier onion = {.is_onion = true};
	expect(&none, &fqdn, DCV_PARAMETERS_METHOD_UNKNOWN, "/validation_method");
	expect(&retired, &fqdn, DCV_PARAMETERS_METHOD_RETIRED, "/validation_method");
	expect(&dns_01, &address, DCV_PARAMETERS_METHOD_NOT_FOR_IP, "/validation_method");
	expect(&dns_01, &onion, DCV_PARAMETERS_METHOD_NOT_FOR_ONION, "/validation_method");
	expect(&http_01, &wildcard, DCV_PARAMETERS_METHOD_NOT_FOR_WILDCARD, "/validation_method");
	expect(&http_01, &onion, DCV_PARAMETERS_OK, "");
}

TEST(the_key_authorization_belongs_to_the_token)
{
	struct dcv_parameters parameters = http_01;
	parameters.token = "LoqXcYV8q5ONbJQxbmR7S"; // 21
	expect(&parameters, &fqdn, DCV_PARAMETERS_TOO_SHORT, "/token");
	parameters.token = "LoqXcYV8q5ONbJQxbmR7SC"; // 22, but another token
	expect(&parameters, &fqdn, DCV_PARAMETERS_NOT_KEY_AUTHORIZATION, "/key_authorization");
	parameters.token = "../../../../../../../../etc";
	expect(&parameters, &fqdn, DCV_PARAMETERS_NOT_BASE64URL, "/token");
	parameters = http_01;
	parameters.key_authorization = TOKEN "." THUMBPRINT "x";
	expect(&parameters, &fqdn, DCV_PARAMETERS_NOT_KEY_AUTHORIZATION, "/key_authorization");
	parameters.key_authorization = NULL;
	expect(&parameters, &fqdn, DCV_PARAMETERS_MISSING, "/key_authorization");
}

TEST(hashes_have_the_shape_of_their_method)
{
	struct dcv_parameters parameters = {.method = DCV_ACME_DNS_01,
					    .key_authorization_hash = HASH "="};
	expect(&parameters, &fqdn, DCV_PARAMETERS_NOT_HASH_BASE64URL, "/key_authorization_hash");
	parameters.method = DCV_ACME_TLS_ALPN_01;
	parameters.key_authorization_hash = HASH;
	expect(&parameters, &fqdn, DCV_PARAMETERS_NOT_HASH_HEX, "/key_authorization_hash");
}

TEST(a_path_cannot_leave_its_folder)
{
	static const char *const wrong[] = {"/a",  "a//b", "../a", "a/..", "a/./b", "a?b",
					    "a#b", "a%2e", "a b",  "a\\b", "a/"};
	struct dcv_parameters parameters = website;
	for (size_t i = 0; i < PLX_ARRAY_SIZE(wrong); i++) {
		parameters.http_token_path = wrong[i];
		expect(&parameters, &fqdn, DCV_PARAMETERS_PATH, "/http_token_path");
	}
	parameters.http_token_path = "a\r\nHost: x";
	expect(&parameters, &fqdn, DCV_PARAMETERS_CONTROL_CHARACTER, "/http_token_path");
	parameters.http_token_path = ".../a..b/_~-";
	expect(&parameters, &fqdn, DCV_PARAMETERS_OK, "");
}

TEST(headers_cannot_split_the_request_or_carry_credentials)
{
	static const struct {
		struct dcv_http_header header;
		enum dcv_parameters_verdict verdict;
	} cases[] = {
		{{"User-Agent", "x"}, DCV_PARAMETERS_OK},
		{{"X", ""}, DCV_PARAMETERS_OK},
		{{"hOST", "x"}, DCV_PARAMETERS_HEADER_RESERVED},
		{{"Cookie", "x"}, DCV_PARAMETERS_HEADER_RESERVED},
		{{"Transfer-Encoding", "x"}, DCV_PARAMETERS_HEADER_RESERVED},
		{{"X", "a\r\nHost: b"}, DCV_PARAMETERS_CONTROL_CHARACTER},
		{{"X: y", "a"}, DCV_PARAMETERS_HEADER_NAME},
		{{"", "a"}, DCV_PARAMETERS_HEADER_NAME},
		{{"X", NULL}, DCV_PARAMETERS_MISSING},
	};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(cases); i++) {
		struct dcv_http_header headers[] = {{"A", "b"}, cases[i].header};
		struct dcv_parameters parameters = website;
		parameters.http_headers = headers;
		parameters.http_header_count = 2;
		expect(&parameters, &fqdn, cases[i].verdict,
		       cases[i].verdict == DCV_PARAMETERS_OK ? "" : "/http_headers/1");
	}
}

TEST(a_prefix_is_one_label_that_begins_with_an_underscore)
{
	struct dcv_parameters parameters = dns_change;
	static const char *const wrong[] = {"p", "_", "_a._b", "_a ", "_\xc3\xa9"};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(wrong); i++) {
		parameters.dns_name_prefix = wrong[i];
		expect(&parameters, &fqdn, DCV_PARAMETERS_PREFIX, "/dns_name_prefix");
	}
	parameters.dns_name_prefix = "";
	expect(&parameters, &wildcard, DCV_PARAMETERS_OK, "");
	parameters.dns_record_type = PLX_TYPE_A;
	expect(&parameters, &fqdn, DCV_PARAMETERS_RECORD_TYPE, "/dns_record_type");
}

TEST(the_persistent_method_names_issuers_and_an_account)
{
	struct dcv_parameters parameters = {.method = DCV_DNS_PERSISTENT,
					    .issuer_domain_names = issuers,
					    .issuer_domain_name_count = 2,
					    .account_uri = "https://ca.test/a/1"};
	expect(&parameters, &fqdn, DCV_PARAMETERS_ISSUER_NAME, "/issuer_domain_names/1");
	parameters.issuer_domain_name_count = 1;
	parameters.account_uri = "1";
	expect(&parameters, &fqdn, DCV_PARAMETERS_URI, "/account_uri");
	parameters.issuer_domain_name_count = DCV_ISSUER_NAMES_MAX + 1;
	expect(&parameters, &fqdn, DCV_PARAMETERS_TOO_MANY, "/issuer_domain_names");
}

TEST(a_value_lives_thirty_days_to_the_second)
{
	struct dcv_parameters parameters = dns_change;
	parameters.issued_at = NOW - 30 * DCV_DAY_S;
	expect(&parameters, &fqdn, DCV_PARAMETERS_OK, "");
	parameters.issued_at--;
	expect(&parameters, &fqdn, DCV_PARAMETERS_EXPIRED, "/issued_at");
	parameters.issued_at = NOW + DCV_CLOCK_SKEW_S + 1;
	expect(&parameters, &fqdn, DCV_PARAMETERS_FROM_THE_FUTURE, "/issued_at");
	parameters.issued_at = INT64_MAX;
	expect(&parameters, &fqdn, DCV_PARAMETERS_FROM_THE_FUTURE, "/issued_at");
}

TEST(switches_decide_about_short_and_empty_challenges)
{
	struct dcv_switches switches = {.challenge_characters_min = 19};
	struct dcv_parameters parameters = website;
	CU_ASSERT_EQUAL(dcv_parameters_check(&parameters, &fqdn, NOW, &switches).verdict,
			DCV_PARAMETERS_TOO_SHORT);
	parameters.challenge_value = "";
	parameters.match_regex = "^a+$";
	expect(&parameters, &fqdn, DCV_PARAMETERS_EMPTY, "/challenge_value");
	switches.regex_may_stand_alone = true;
	CU_ASSERT_EQUAL(dcv_parameters_check(&parameters, &fqdn, NOW, &switches).verdict,
			DCV_PARAMETERS_OK);
	parameters.match_regex = "(";
	CU_ASSERT_EQUAL(dcv_parameters_check(&parameters, &fqdn, NOW, &switches).verdict,
			DCV_PARAMETERS_REGEX);
}

TEST(every_verdict_has_a_code_and_a_sentence)
{
	for (unsigned i = 0; i < DCV_PARAMETERS_VERDICT_COUNT; i++) {
		enum dcv_parameters_verdict verdict = (enum dcv_parameters_verdict)i;
		CU_ASSERT_PTR_NOT_NULL_FATAL(dcv_parameters_verdict_name(verdict));
		CU_ASSERT_PTR_NOT_NULL_FATAL(dcv_parameters_verdict_text(verdict));
	}
}

TEST_MAIN(dcv_parameters, T(whole_parameters_of_each_method_pass),
	  T(a_method_is_refused_where_it_may_not_be_used),
	  T(the_key_authorization_belongs_to_the_token), T(hashes_have_the_shape_of_their_method),
	  T(a_path_cannot_leave_its_folder),
	  T(headers_cannot_split_the_request_or_carry_credentials),
	  T(a_prefix_is_one_label_that_begins_with_an_underscore),
	  T(the_persistent_method_names_issuers_and_an_account),
	  T(a_value_lives_thirty_days_to_the_second),
	  T(switches_decide_about_short_and_empty_challenges),
	  T(every_verdict_has_a_code_and_a_sentence))
