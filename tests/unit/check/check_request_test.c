// SPDX-License-Identifier: BSD-3-Clause

#include "check/check_request.h"

#include "cunit_runner.h"

#include <jansson.h>
#include <string.h>

static struct suffix_table *suffixes;

// Reads the text as a request; the fault stays in `fault`.
static struct json_fault fault;
static struct check_request *read_text(const char *text)
{
	if (suffixes == NULL) {
		struct plx_name name;
		CU_ASSERT_EQUAL_FATAL(plx_name_parse("test", 4, &name), 0);
		CU_ASSERT_EQUAL_FATAL(suffix_table_create(NULL, &name, 1, &suffixes), 0);
	}
	struct identifier_rules rules = {.suffixes = suffixes};
	json_t *value = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(value);
	memset(&fault, 0, sizeof(fault));
	struct check_request *request = check_request_read(value, &rules, &fault);
	json_decref(value);
	return request;
}

static void refused(const char *text, const char *pointer)
{
	struct check_request *request = read_text(text);
	CU_ASSERT_PTR_NULL(request);
	CU_ASSERT_STRING_EQUAL(fault.pointer, pointer);
	CU_ASSERT(fault.text[0] != '\0');
	check_request_free(request);
}

#define IDENTIFIER "\"identifier\":{\"type\":\"dns\",\"value\":\"WWW.example.test\"}"
#define WHEN "\"profile\":\"tls\",\"time\":\"2026-11-23T12:00:00Z\""
#define HASH "\"key_authorization_hash\":\"LPsIwTo7o8BoG0-vjCyGQGBWSVIPxI-i_X336eUOQZo\""
#define DNS_01 "{\"validation_method\":\"acme-dns-01\"," HASH "}"

TEST(a_dcv_check_is_read_with_its_parameters)
{
	struct check_request *request =
		read_text("{\"check\":\"dcv\"," IDENTIFIER ",\"dcv\":" DNS_01
			  ",\"authorization_domain\":\"example.test\"," WHEN "}");
	CU_ASSERT_PTR_NOT_NULL_FATAL(request);
	CU_ASSERT_EQUAL(request->kind, CHECK_KIND_DCV);
	CU_ASSERT_EQUAL(request->profile, PROFILE_TLS);
	CU_ASSERT_EQUAL(request->time_s, 1795435200);
	CU_ASSERT_STRING_EQUAL(request->identifier.text, "www.example.test");
	CU_ASSERT_EQUAL(request->dcv.parameters.method, DCV_ACME_DNS_01);
	CU_ASSERT_STRING_EQUAL(request->authorization_domain, "example.test");
	CU_ASSERT(request->dcv.parameters.require_exact_case);
	check_request_free(request);
}

TEST(a_caa_check_is_read_with_issuers_account_and_method)
{
	struct check_request *request = read_text(
		"{\"check\":\"caa\"," IDENTIFIER ",\"issuer_domains\":[\"ca.test\",\"other.test\"],"
		"\"account_uri\":\"https://ca.test/a/"
		"1\",\"validation_method\":\"acme-http-01\"," WHEN "}");
	CU_ASSERT_PTR_NOT_NULL_FATAL(request);
	CU_ASSERT_EQUAL(request->kind, CHECK_KIND_CAA);
	CU_ASSERT_EQUAL(request->issuer_domain_count, 2);
	CU_ASSERT_STRING_EQUAL(request->issuer_domains[1], "other.test");
	CU_ASSERT_STRING_EQUAL(request->account_uri, "https://ca.test/a/1");
	CU_ASSERT_EQUAL(request->caa_method, DCV_ACME_HTTP_01);
	check_request_free(request);
}

TEST(every_fault_names_its_place)
{
	refused("{}", "/check");
	refused("[]", "/check");
	refused("{\"check\":\"mx\"}", "/check");
	refused("{\"check\":\"dcv\"," IDENTIFIER "," WHEN "}", "/dcv");
	refused("{\"check\":\"dcv\"," IDENTIFIER ",\"dcv\":" DNS_01 "," WHEN ",\"extra\":1}",
		"/extra");
	refused("{\"check\":\"dcv\"," IDENTIFIER ",\"dcv\":7," WHEN "}", "/dcv");
	refused("{\"check\":\"dcv\"," IDENTIFIER ",\"dcv\":{}," WHEN "}", "/dcv/validation_method");
	refused("{\"check\":\"dcv\"," IDENTIFIER ",\"dcv\":{\"validation_method\":\"whois\"}," WHEN
		"}",
		"/dcv/validation_method");
	refused("{\"check\":\"dcv\"," IDENTIFIER
		",\"dcv\":{\"validation_method\":\"acme-dns-01\",\"dns_record_type\":\"CAA\"," HASH
		"}," WHEN "}",
		"/dcv/dns_record_type");
	refused("{\"check\":\"dcv\",\"identifier\":{\"type\":\"dns\",\"value\":\"a..test\"},"
		"\"dcv\":" DNS_01 "," WHEN "}",
		"/identifier/value");
	refused("{\"check\":\"dcv\",\"identifier\":{\"type\":\"dns\"},\"dcv\":" DNS_01 "," WHEN "}",
		"/identifier/value");
	refused("{\"check\":\"caa\"," IDENTIFIER ",\"issuer_domains\":[]," WHEN "}",
		"/issuer_domains");
	refused("{\"check\":\"caa\"," IDENTIFIER ",\"issuer_domains\":[1]," WHEN "}",
		"/issuer_domains");
	refused("{\"check\":\"caa\"," IDENTIFIER ",\"issuer_domains\":[\"ca.test\"],\"profile\":"
		"\"web\",\"time\":\"2026-11-23T12:00:00Z\"}",
		"/profile");
	refused("{\"check\":\"caa\"," IDENTIFIER
		",\"issuer_domains\":[\"ca.test\"],\"profile\":\"tls\",\"time\":\"yesterday\"}",
		"/time");
}

#define HTTP_01                                                                                    \
	"{\"validation_method\":\"acme-http-01\",\"token\":\"LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDf\","  \
	"\"key_authorization\":\"LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDf.9jg46WB3rR_AHD-"                 \
	"EBXdN7cBkH1WOu0tA3M9fm21mqTI\"}"
#define PROBED(parameters, members)                                                                \
	"{\"check\":\"dcv\"," IDENTIFIER ",\"dcv\":" parameters "," members "," WHEN "}"

TEST(a_probe_is_read_where_its_method_allows_it)
{
	static const struct {
		const char *text;
		enum probe_kind kind;
		uint8_t family;
	} rows[] = {
		{PROBED(DNS_01, "\"probe\":\"later\""), PROBE_LATER, 0},
		{PROBED(HTTP_01, "\"probe\":\"later\""), PROBE_LATER, 0},
		{PROBED(HTTP_01, "\"probe\":\"user-agent\""), PROBE_USER_AGENT, 0},
		{PROBED(HTTP_01, "\"probe\":\"address-family\",\"address_family\":4"),
		 PROBE_ADDRESS_FAMILY, 4},
		{PROBED("{\"validation_method\":\"acme-tls-alpn-01\"," HASH "}",
			"\"probe\":\"address-family\",\"address_family\":6"),
		 PROBE_ADDRESS_FAMILY, 6},
	};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(rows); i++) {
		struct check_request *request = read_text(rows[i].text);
		CU_ASSERT_PTR_NOT_NULL_FATAL(request);
		CU_ASSERT_EQUAL(request->probe, rows[i].kind);
		CU_ASSERT_EQUAL(request->address_family, rows[i].family);
		check_request_free(request);
	}
	refused(PROBED(DNS_01, "\"probe\":\"none\""), "/probe");
	refused(PROBED(DNS_01, "\"probe\":\"\""), "/probe");
	refused(PROBED(DNS_01, "\"probe\":null"), "/probe");
	refused(PROBED(DNS_01, "\"probe\":\"user-agent\""), "/probe");
	refused(PROBED(DNS_01, "\"probe\":\"address-family\",\"address_family\":4"), "/probe");
	refused(PROBED("{\"validation_method\":\"acme-tls-alpn-01\"," HASH "}",
		       "\"probe\":\"user-agent\""),
		"/probe");
	refused(PROBED(HTTP_01, "\"probe\":\"address-family\""), "/address_family");
	refused(PROBED(HTTP_01, "\"probe\":\"address-family\",\"address_family\":5"),
		"/address_family");
	refused(PROBED(HTTP_01, "\"probe\":\"later\",\"address_family\":4"), "/address_family");
	refused(PROBED(HTTP_01, "\"address_family\":4"), "/address_family");
	refused("{\"check\":\"caa\"," IDENTIFIER
		",\"issuer_domains\":[\"ca.test\"],\"probe\":\"later\"," WHEN "}",
		"/probe");
}

TEST(hidden_octets_are_refused)
{
	json_t *value = json_loads("{\"check\":\"d\\u0000v\"}", JSON_ALLOW_NUL, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(value);
	struct identifier_rules rules = {.suffixes = suffixes};
	CU_ASSERT_PTR_NULL(check_request_read(value, &rules, &fault));
	json_decref(value);
}

TEST(a_slash_in_a_name_is_escaped_in_the_pointer)
{
	refused("{\"check\":\"dcv\"," IDENTIFIER ",\"dcv\":" DNS_01 "," WHEN ",\"a/b~c\":1}",
		"/a~1b~0c");
}

TEST(an_address_is_an_identifier)
{
	struct check_request *request =
		read_text("{\"check\":\"dcv\",\"identifier\":{\"type\":\"ip\",\"value\":\"198.41.0."
			  "4\"},\"dcv\":{"
			  "\"validation_method\":\"acme-http-01\",\"token\":\"t\",\"key_"
			  "authorization\":\"t.k\","
			  "\"http_headers\":{\"x-trace\":\"1\"}}," WHEN "}");
	CU_ASSERT_PTR_NOT_NULL_FATAL(request);
	CU_ASSERT_EQUAL(request->identifier.type, IDENTIFIER_TYPE_IP);
	CU_ASSERT_EQUAL(request->dcv.parameters.http_header_count, 1);
	CU_ASSERT_STRING_EQUAL(request->dcv.parameters.http_headers[0].name, "x-trace");
	check_request_free(request);
	suffix_table_destroy(suffixes);
	suffixes = NULL;
}

TEST_MAIN(check_request, T(a_dcv_check_is_read_with_its_parameters),
	  T(a_caa_check_is_read_with_issuers_account_and_method), T(every_fault_names_its_place),
	  T(a_probe_is_read_where_its_method_allows_it), T(hidden_octets_are_refused),
	  T(a_slash_in_a_name_is_escaped_in_the_pointer), T(an_address_is_an_identifier))
