// SPDX-License-Identifier: BSD-3-Clause

#include "policy/dcv_query.h"

#include <parallax/base/error.h>
#include <parallax/dns/rr_type.h>

#include "cunit_runner.h"

#include <errno.h>
#include <string.h>

static struct plx_name domain;
static struct plx_name reverse;
static struct plx_ip ip;
static struct dcv_query query;

static int make(const struct dcv_parameters *parameters, const char *domain_text,
		const char *ip_text, const char *reverse_text)
{
	struct dcv_target target = {0};
	memset(&query, 0, sizeof(query));
	if (domain_text != NULL) {
		CU_ASSERT_EQUAL_FATAL(plx_name_parse(domain_text, strlen(domain_text), &domain), 0);
		target.domain = &domain;
	}
	if (ip_text != NULL) {
		CU_ASSERT_EQUAL_FATAL(plx_ip_parse(ip_text, &ip), 0);
		target.ip = &ip;
	}
	if (reverse_text != NULL) {
		CU_ASSERT_EQUAL_FATAL(plx_name_parse(reverse_text, strlen(reverse_text), &reverse),
				      0);
		target.reverse_name = &reverse;
	}
	return dcv_query_make(parameters, &target, &query);
}

static void expect_name(enum dcv_query_kind kind, uint16_t type, const char *expected)
{
	char text[PLX_NAME_TEXT_MAX];
	CU_ASSERT_STRING_EQUAL(dcv_query_kind_name(query.kind), dcv_query_kind_name(kind));
	CU_ASSERT_EQUAL(query.type, type);
	plx_name_format(&query.name, text);
	CU_ASSERT_STRING_EQUAL(text, expected);
}

TEST(each_dns_method_asks_below_its_own_label)
{
	static const struct {
		struct dcv_parameters parameters;
		uint16_t type;
		const char *name;
	} cases[] = {
		{{.method = DCV_ACME_DNS_01}, PLX_TYPE_TXT, "_acme-challenge.example.test"},
		{{.method = DCV_ACME_DNS_ACCOUNT_01,
		  .account_uri = "https://example.com/acme/acct/ExampleAccount"},
		 PLX_TYPE_TXT,
		 "_ujmmovf2vn55tgye._acme-challenge.example.test"},
		{{.method = DCV_DNS_CHANGE, .dns_record_type = PLX_TYPE_CNAME},
		 PLX_TYPE_CNAME,
		 "example.test"},
		{{.method = DCV_DNS_CHANGE,
		  .dns_record_type = PLX_TYPE_CAA,
		  .dns_name_prefix = "_X"},
		 PLX_TYPE_CAA,
		 "_x.example.test"},
		{{.method = DCV_DNS_PERSISTENT}, PLX_TYPE_TXT, "_validation-persist.example.test"},
		{{.method = DCV_CONTACT_EMAIL_TXT},
		 PLX_TYPE_TXT,
		 "_validation-contactemail.example.test"},
		{{.method = DCV_CONTACT_PHONE_TXT},
		 PLX_TYPE_TXT,
		 "_validation-contactphone.example.test"},
	};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(cases); i++) {
		CU_ASSERT_EQUAL(make(&cases[i].parameters, "Example.TEST", NULL, NULL), 0);
		expect_name(DCV_QUERY_DNS, cases[i].type, cases[i].name);
		// None of them is for an address.
		if (cases[i].parameters.method != DCV_DNS_PERSISTENT) {
			CU_ASSERT_EQUAL(make(&cases[i].parameters, NULL, "192.0.2.7", "7.test"),
					-EINVAL);
		}
	}
}

TEST(contacts_in_caa_are_searched_by_climbing)
{
	struct dcv_parameters parameters = {.method = DCV_CONTACT_PHONE_CAA};
	CU_ASSERT_EQUAL(make(&parameters, "a.example.test", NULL, NULL), 0);
	expect_name(DCV_QUERY_RELEVANT_CAA, PLX_TYPE_CAA, "a.example.test");
}

TEST(addresses_are_asked_for_by_their_reverse_name)
{
	struct dcv_parameters persistent = {.method = DCV_DNS_PERSISTENT};
	struct dcv_parameters reverse_lookup = {.method = DCV_REVERSE_ADDRESS_LOOKUP};
	struct dcv_parameters alpn = {.method = DCV_ACME_TLS_ALPN_01};
	const char *name = "7.2.0.192.in-addr.arpa";
	CU_ASSERT_EQUAL(make(&persistent, NULL, "192.0.2.7", name), 0);
	expect_name(DCV_QUERY_DNS, PLX_TYPE_TXT, "_ip-validation-persist.7.2.0.192.in-addr.arpa");
	CU_ASSERT_EQUAL(make(&reverse_lookup, NULL, NULL, name), 0);
	expect_name(DCV_QUERY_DNS, PLX_TYPE_PTR, name);
	CU_ASSERT_EQUAL(make(&alpn, NULL, "192.0.2.7", name), 0);
	expect_name(DCV_QUERY_TLS_ALPN, 0, name);
	CU_ASSERT_EQUAL(make(&alpn, "A.test", NULL, NULL), 0);
	expect_name(DCV_QUERY_TLS_ALPN, 0, "a.test");
}

TEST(urls_hold_the_host_and_the_well_known_path)
{
	struct dcv_parameters http_01 = {.method = DCV_ACME_HTTP_01, .token = "tok"};
	struct dcv_parameters website = {
		.method = DCV_WEBSITE_CHANGE, .http_token_path = "a/b", .url_scheme = "https"};
	CU_ASSERT_EQUAL(make(&http_01, "A.test", NULL, NULL), 0);
	CU_ASSERT_STRING_EQUAL(query.url, "http://a.test/.well-known/acme-challenge/tok");
	CU_ASSERT_EQUAL(make(&http_01, NULL, "2001:DB8:0:0::1", NULL), 0);
	CU_ASSERT_STRING_EQUAL(query.url, "http://[2001:db8::1]/.well-known/acme-challenge/tok");
	CU_ASSERT_EQUAL(make(&website, NULL, "192.0.2.7", NULL), 0);
	CU_ASSERT_STRING_EQUAL(query.url, "https://192.0.2.7/.well-known/pki-validation/a/b");
}

TEST(a_domain_that_a_url_parser_could_take_for_an_address_is_refused)
{
	struct dcv_parameters http_01 = {.method = DCV_ACME_HTTP_01, .token = "tok"};
	static const char *const wrong[] = {"192.0.2.7",  "2130706433", "0x7f.1",   "a.0x1",
					    "a\\@b.test", "a\\/b.test", "*.a.test", "."};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(wrong); i++) {
		CU_ASSERT_EQUAL(make(&http_01, wrong[i], NULL, NULL), -EINVAL);
		CU_ASSERT_EQUAL(query.kind, DCV_QUERY_NONE);
	}
}

TEST(a_name_too_long_for_its_prefix_is_refused)
{
	struct dcv_parameters dns_01 = {.method = DCV_ACME_DNS_01};
	char text[252];
	for (size_t i = 0; i < sizeof(text); i++) {
		text[i] = i % 2 == 0 ? 'a' : '.';
	}
	text[237] = '\0'; // 239 octets on the wire, and 16 of the prefix
	CU_ASSERT_EQUAL(make(&dns_01, text, NULL, NULL), 0);
	CU_ASSERT_EQUAL(query.name.length, PLX_NAME_MAX);
	text[237] = '.';
	text[239] = '\0';
	CU_ASSERT_EQUAL(make(&dns_01, text, NULL, NULL), PLX_ERR_NAME_TOO_LONG);
}

TEST_MAIN(dcv_query, T(each_dns_method_asks_below_its_own_label),
	  T(contacts_in_caa_are_searched_by_climbing),
	  T(addresses_are_asked_for_by_their_reverse_name),
	  T(urls_hold_the_host_and_the_well_known_path),
	  T(a_domain_that_a_url_parser_could_take_for_an_address_is_refused),
	  T(a_name_too_long_for_its_prefix_is_refused))
