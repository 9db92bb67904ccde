// SPDX-License-Identifier: BSD-3-Clause
// Reading orders: what is taken, and that each fault says where and refuses the whole.

#include "cunit_runner.h"
#include "order/order_request.h"
#include "tsv_rows.h"

#include <jansson.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define NOW_S 1795435200 // 2026-11-23T12:00:00Z
#define HASH "LPsIwTo7o8BoG0-vjCyGQGBWSVIPxI-i_X336eUOQZo"
#define DNS_01                                                                                     \
	"\"dcv\":{\"validation_method\":\"acme-dns-01\",\"key_authorization_hash\":\"" HASH "\"}"
#define NAME(value) "{\"type\":\"dns\",\"value\":\"" value "\"," DNS_01 "}"

static struct suffix_table *suffixes;
static struct json_fault fault;
static int error;

static struct order_request *read_value(json_t *value)
{
	static const char *const issuers[] = {"ca.test", "ca2.test"};
	if (suffixes == NULL) {
		struct plx_name name;
		CU_ASSERT_EQUAL_FATAL(plx_name_parse("test", 4, &name), 0);
		CU_ASSERT_EQUAL_FATAL(suffix_table_create(NULL, &name, 1, &suffixes), 0);
	}
	struct order_request_rules rules = {
		.identifiers = {.suffixes = suffixes, .now_s = NOW_S},
		.identifiers_max = 4,
		.issuer_domains = issuers,
		.issuer_domain_count = 2,
	};
	memset(&fault, 0, sizeof(fault));
	struct order_request *request = order_request_read(value, &rules, &error, &fault);
	CU_ASSERT_EQUAL(request != NULL, error == 0);
	json_decref(value);
	return request;
}

static struct order_request *read_text(const char *text)
{
	json_t *value = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	if (value == NULL) {
		printf("no JSON: %s\n", text);
	}
	CU_ASSERT_PTR_NOT_NULL_FATAL(value);
	return read_value(value);
}

TEST(an_order_is_read_with_its_defaults)
{
	struct order_request *request = read_text(
		"{\"identifiers\":[" NAME("WWW.Example.test") "," NAME("*.example.test") "]}");
	CU_ASSERT_PTR_NOT_NULL_FATAL(request);
	CU_ASSERT_EQUAL(request->profile, PROFILE_TLS);
	CU_ASSERT_EQUAL(request->decide_at_s, NOW_S);
	CU_ASSERT_FALSE(request->is_hypothetical);
	CU_ASSERT_EQUAL(request->attempts_max, 1);
	CU_ASSERT(json_is_null(request->account_uri));
	CU_ASSERT_EQUAL(json_array_size(request->issuer_domains), 2);
	CU_ASSERT_EQUAL_FATAL(request->item_count, 2);
	CU_ASSERT_STRING_EQUAL(request->items[0].text, "www.example.test");
	CU_ASSERT_EQUAL(request->items[0].method, DCV_ACME_DNS_01);
	CU_ASSERT(request->items[1].is_wildcard);
	order_request_free(request);
}

TEST(every_member_of_an_order_is_read)
{
	struct order_request *request = read_text(
		"{\"profile\":\"smime\",\"account_uri\":\"https://ca.test/acct/1\","
		"\"issuer_domains\":[\"CA2.test.\"],\"decide_at\":\"2026-12-15T00:00:00Z\","
		"\"max_attempts\":3,\"reference\":\"order 4711\",\"identifiers\":[" NAME(
			"example.test") "]}");
	CU_ASSERT_PTR_NOT_NULL_FATAL(request);
	CU_ASSERT_EQUAL(request->profile, PROFILE_SMIME);
	CU_ASSERT_EQUAL(request->decide_at_s, 1797292800);
	CU_ASSERT(request->is_hypothetical);
	CU_ASSERT_EQUAL(request->attempts_max, 3);
	CU_ASSERT_STRING_EQUAL(json_string_value(request->reference), "order 4711");
	CU_ASSERT_EQUAL_FATAL(json_array_size(request->issuer_domains), 1);
	// As the configuration spells it, which is what CAA records are compared with.
	CU_ASSERT_STRING_EQUAL(json_string_value(json_array_get(request->issuer_domains, 0)),
			       "ca2.test");
	order_request_free(request);
}

TEST(an_order_may_name_each_of_our_issuers_for_a_persistent_record)
{
	struct order_request *request = read_text(
		"{\"issuer_domains\":[\"ca2.test\",\"ca.test\"],\"identifiers\":[{\"type\":\"dns\","
		"\"value\":\"example.test\",\"dcv\":{\"validation_method\":\"dns-persistent\","
		"\"issuer_domain_names\":[\"Ca2.test\"],"
		"\"expected_account_uri\":\"https://ca.test/a/1\"}}]}");
	CU_ASSERT_PTR_NOT_NULL(request);
	order_request_free(request);
}

TEST(every_fault_names_its_place_and_a_sentence)
{
	struct tsv_rows rows;
	tsv_open(&rows, TABLES "/order_faults.tsv", 3);
	while (tsv_next(&rows)) {
		struct order_request *request = read_text(rows.fields[2]);
		if (request != NULL || strcmp(fault.pointer, rows.fields[1]) != 0) {
			printf("%s: %s at \"%s\": %s\n", rows.fields[0],
			       request != NULL ? "taken" : "refused", fault.pointer, fault.text);
			CU_FAIL("a row of the table");
		}
		CU_ASSERT_EQUAL(error, -EINVAL);
		CU_ASSERT(fault.text[0] != '\0');
		order_request_free(request);
	}
	CU_ASSERT(rows.row_count >= 30);
}

TEST(too_many_identifiers_are_a_size_not_a_fault)
{
	CU_ASSERT_PTR_NULL(read_text("{\"identifiers\":[1,2,3,4,5]}"));
	CU_ASSERT_EQUAL(error, -E2BIG);
	CU_ASSERT_STRING_EQUAL(fault.pointer, "/identifiers");
}

#define CONTACT_ORDER                                                                              \
	"{\"decide_at\":\"%s\",\"identifiers\":[{\"type\":"                                        \
	"\"dns\",\"value\":\"example.test\","                                                      \
	"\"dcv\":{\"validation_method\":\"contact-phone-txt\","                                    \
	"\"challenge_value\":\"+15551234567\"}}]}"

TEST(a_method_is_judged_by_the_date_of_the_decision)
{
	char text[512];
	snprintf(text, sizeof(text), CONTACT_ORDER, "2027-03-14T23:59:59Z");
	struct order_request *request = read_text(text);
	CU_ASSERT_PTR_NOT_NULL(request);
	order_request_free(request);
	snprintf(text, sizeof(text), CONTACT_ORDER, "2027-03-15T00:00:00Z");
	CU_ASSERT_PTR_NULL(read_text(text));
	CU_ASSERT_STRING_EQUAL(fault.pointer, "/identifiers/0/dcv/validation_method");
}

// BR 3.2.2.4.7: thirty days of the calendar, whichever rules are asked about.
TEST(a_value_is_judged_by_the_present_as_well_as_by_the_date_of_the_decision)
{
	static const struct {
		const char *decide_at;
		int64_t issued_at;
		bool is_taken;
	} rows[] = {
		{"null", NOW_S - 30 * 86400, true},
		{"null", NOW_S - 30 * 86400 - 1, false},
		{"\"2026-11-01T00:00:00Z\"", NOW_S - 29 * 86400, true},
		{"\"2026-11-01T00:00:00Z\"", NOW_S - 31 * 86400, false},
		{"\"2026-12-15T00:00:00Z\"", NOW_S, true},
		{"\"2026-12-15T00:00:00Z\"", NOW_S + 3600, false},
		{"\"2027-03-15T00:00:00Z\"", NOW_S, false},
	};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(rows); i++) {
		char text[512];
		snprintf(text, sizeof(text),
			 "{\"decide_at\":%s,\"identifiers\":[{\"type\":\"dns\",\"value\":"
			 "\"example.test\",\"dcv\":{\"validation_method\":\"acme-dns-01\","
			 "\"key_authorization_hash\":\"" HASH "\",\"issued_at\":%lld}}]}",
			 rows[i].decide_at, (long long)rows[i].issued_at);
		struct order_request *request = read_text(text);
		CU_ASSERT_EQUAL(request != NULL, rows[i].is_taken);
		if (!rows[i].is_taken) {
			CU_ASSERT_STRING_EQUAL(fault.pointer, "/identifiers/0/dcv/issued_at");
		}
		order_request_free(request);
	}
}

TEST_MAIN(order_request, T(an_order_is_read_with_its_defaults), T(every_member_of_an_order_is_read),
	  T(an_order_may_name_each_of_our_issuers_for_a_persistent_record),
	  T(every_fault_names_its_place_and_a_sentence),
	  T(too_many_identifiers_are_a_size_not_a_fault),
	  T(a_method_is_judged_by_the_date_of_the_decision),
	  T(a_value_is_judged_by_the_present_as_well_as_by_the_date_of_the_decision))
