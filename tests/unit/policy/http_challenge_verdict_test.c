// SPDX-License-Identifier: BSD-3-Clause

#include "policy/http_challenge_verdict.h"

#include "cunit_runner.h"

#include <string.h>

static const struct dcv_switches strict = {0};
static const char *const url[] = {"http://a.test/.well-known/pki-validation/x",
				  "https://b.test/echo?q=ToKen%20"};

static enum http_challenge_reason website(struct dcv_parameters parameters, const char *body,
					  size_t url_count)
{
	struct http_page page = {.status = 200,
				 .body = body,
				 .body_length = strlen(body),
				 .urls = url,
				 .url_count = url_count};
	parameters.method = DCV_WEBSITE_CHANGE;
	return http_challenge_judge(&parameters, &page, &strict);
}

TEST(the_value_may_stand_anywhere_in_the_page)
{
	struct dcv_parameters parameters = {.challenge_value = "ToKen", .require_exact_case = true};
	CU_ASSERT_EQUAL(website(parameters, "<b>ToKen</b>", 1), HTTP_CHALLENGE_FOUND);
	CU_ASSERT_EQUAL(website(parameters, "<b>token</b>", 1), HTTP_CHALLENGE_ABSENT);
	CU_ASSERT_EQUAL(website(parameters, "ToKem", 1), HTTP_CHALLENGE_ABSENT);
	CU_ASSERT_EQUAL(website(parameters, "", 1), HTTP_CHALLENGE_ABSENT);
	parameters.require_exact_case = false;
	CU_ASSERT_EQUAL(website(parameters, "<b>token</b>", 1), HTTP_CHALLENGE_FOUND);
}

TEST(a_value_that_was_in_the_request_proves_nothing)
{
	struct dcv_http_header header = {.name = "X-A", .value = "my token"};
	struct dcv_parameters parameters = {.challenge_value = "ToKen"};
	CU_ASSERT_EQUAL(website(parameters, "ToKen", 2), HTTP_CHALLENGE_IN_REQUEST);
	parameters.http_headers = &header;
	parameters.http_header_count = 1;
	CU_ASSERT_EQUAL(website(parameters, "ToKen", 1), HTTP_CHALLENGE_IN_REQUEST);
	header.value = "my tokem";
	CU_ASSERT_EQUAL(website(parameters, "ToKen", 1), HTTP_CHALLENGE_FOUND);
}

TEST(the_pattern_must_match_as_well)
{
	struct dcv_parameters parameters = {.challenge_value = "tok", .match_regex = "^tok\\d+$"};
	CU_ASSERT_EQUAL(website(parameters, "tok12\n", 1), HTTP_CHALLENGE_FOUND);
	CU_ASSERT_EQUAL(website(parameters, "tok12x", 1), HTTP_CHALLENGE_NO_REGEX);
	parameters.match_regex = "^t(o|oo|k)+$";
	CU_ASSERT_EQUAL(website(parameters, "tokoooooooooooooooooooooooooooooooooooooooox", 1),
			HTTP_CHALLENGE_REGEX_LIMIT);
	CU_ASSERT_EQUAL(http_challenge_outcome(HTTP_CHALLENGE_REGEX_LIMIT), CHECK_ERROR);
}

TEST(an_empty_value_never_passes_without_its_switch)
{
	struct dcv_switches switches = {.regex_may_stand_alone = true};
	struct dcv_parameters parameters = {
		.method = DCV_WEBSITE_CHANGE, .challenge_value = "", .match_regex = "tok"};
	struct http_page page = {.status = 200, .body = "tok", .body_length = 3};
	CU_ASSERT_EQUAL(http_challenge_judge(&parameters, &page, &strict),
			HTTP_CHALLENGE_BAD_QUERY);
	CU_ASSERT_EQUAL(http_challenge_judge(&parameters, &page, &switches), HTTP_CHALLENGE_FOUND);
	parameters.match_regex = NULL;
	CU_ASSERT_EQUAL(http_challenge_judge(&parameters, &page, &switches),
			HTTP_CHALLENGE_BAD_QUERY);
}

TEST(a_body_cut_short_is_not_the_key_authorization)
{
	struct dcv_parameters parameters = {.method = DCV_ACME_HTTP_01, .key_authorization = "t.k"};
	struct http_page page = {.status = 200, .body = "t.k \t\r\n", .body_length = 7};
	CU_ASSERT_EQUAL(http_challenge_judge(&parameters, &page, &strict), HTTP_CHALLENGE_FOUND);
	page.is_cut = true;
	CU_ASSERT_EQUAL(http_challenge_judge(&parameters, &page, &strict),
			HTTP_CHALLENGE_DIFFERENT);
}

TEST(other_methods_are_not_judged)
{
	struct dcv_parameters parameters = {.method = DCV_ACME_DNS_01};
	struct http_page page = {.status = 200};
	CU_ASSERT_EQUAL(http_challenge_judge(&parameters, &page, &strict),
			HTTP_CHALLENGE_NOT_EVALUATED);
	CU_ASSERT_EQUAL(http_challenge_outcome(HTTP_CHALLENGE_NOT_EVALUATED), CHECK_NOT_EVALUATED);
}

TEST_MAIN(http_challenge_verdict, T(the_value_may_stand_anywhere_in_the_page),
	  T(a_value_that_was_in_the_request_proves_nothing), T(the_pattern_must_match_as_well),
	  T(an_empty_value_never_passes_without_its_switch),
	  T(a_body_cut_short_is_not_the_key_authorization), T(other_methods_are_not_judged))
