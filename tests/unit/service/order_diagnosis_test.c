// SPDX-License-Identifier: BSD-3-Clause
// From what the perspectives found to the probes that diagnosis wants, and from their results to its codes.

#include "check/check_result.h"
#include "cunit_runner.h"
#include "service/order_diagnosis.h"

#include <jansson.h>

#include <stdio.h>
#include <string.h>

#define SEATS 3

struct case_ {
	struct order_findings findings;
	json_t *results[SEATS];
};

// A fetch of http-01 at `address`, of a host with both families, that ended with `status`.
static json_t *fetched(const char *status, const char *address, int second)
{
	char text[1024];
	bool passed = strcmp(status, "200") == 0;
	snprintf(
		text, sizeof(text),
		"{\"check\":\"dcv\",\"outcome\":\"%s\",\"reason\":\"r\",\"message\":\"m\","
		"\"dnssec\":\"secure\",\"time\":\"2026-11-23T12:00:0%dZ\",\"duration_us\":1,"
		"\"evidence\":{\"http\":{\"outcome\":\"complete\",\"cause\":\"none\",\"status\":%s,"
		"\"hops\":[{\"url\":\"http://a.test/\",\"status\":%s,\"address\":\"%s\","
		"\"addresses\":[\"192.0.2.1\",\"2001:db8::1\"]}]}}}",
		passed ? "pass" : "fail", second, status, status, address);
	json_t *value = json_loads(text, 0, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(value);
	return value;
}

static void open_case(struct case_ *one, const char *const statuses[SEATS],
		      const char *const addresses[SEATS])
{
	static const char *const names[SEATS] = {"ams-1", "gru-1", "sin-1"};
	static const enum region regions[SEATS] = {REGION_RIPE_NCC, REGION_LACNIC, REGION_APNIC};
	*one = (struct case_) {.findings = {.type = IDENTIFIER_TYPE_DNS,
					    .identifier = "a.test",
					    .method = DCV_ACME_HTTP_01,
					    .counts = {[CHECK_SET_DCV] = SEATS}}};
	for (size_t i = 0; i < SEATS; i++) {
		one->results[i] = fetched(statuses[i], addresses[i], (int)i);
		one->findings.sets[CHECK_SET_DCV][i] = (struct order_finding) {
			.perspective = names[i], .region = regions[i], .result = one->results[i]};
	}
}

static void close_case(struct case_ *one)
{
	for (size_t i = 0; i < SEATS; i++) {
		json_decref(one->results[i]);
	}
}

static void expect_code(struct case_ *one, const char *code, const char *perspective)
{
	json_t *written = order_diagnose(NULL, &one->findings);
	const json_t *first = json_array_get(written, 0);
	CU_ASSERT_EQUAL(json_array_size(written), 1);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(first, "code")), code);
	CU_ASSERT_STRING_EQUAL(
		json_string_value(json_array_get(json_object_get(first, "perspectives"), 0)),
		perspective);
	json_decref(written);
}

static const char *const v4[SEATS] = {"192.0.2.1", "192.0.2.1", "192.0.2.1"};

TEST(a_denial_is_a_geo_block_until_a_browser_is_let_in)
{
	static const char *const statuses[SEATS] = {"200", "403", "200"};
	struct order_probe_wish wishes[ORDER_PROBES_MAX];
	struct case_ one;
	open_case(&one, statuses, v4);
	CU_ASSERT_EQUAL_FATAL(order_probes_wanted(NULL, &one.findings, wishes), 1);
	CU_ASSERT_EQUAL(wishes[0].kind, PROBE_USER_AGENT);
	CU_ASSERT_EQUAL(wishes[0].seat, 1);
	expect_code(&one, "http-geo-blocked", "gru-1");
	one.findings.probe_count = 1;
	one.findings.probes[0] = (struct order_probe_finding) {
		.kind = PROBE_USER_AGENT, .seat = 1, .outcome = CHECK_FAIL};
	expect_code(&one, "http-geo-blocked", "gru-1");
	one.findings.probes[0].outcome = CHECK_PASS;
	expect_code(&one, "http-user-agent-filtered", "gru-1");
	// What was probed is not wanted again.
	CU_ASSERT_EQUAL(order_probes_wanted(NULL, &one.findings, wishes), 0);
	close_case(&one);
}

TEST(the_family_that_was_not_used_is_the_one_to_probe)
{
	static const char *const statuses[SEATS] = {"200", "404", "200"};
	static const char *const addresses[SEATS] = {"192.0.2.1", "2001:db8::1", "192.0.2.1"};
	struct order_probe_wish wishes[ORDER_PROBES_MAX];
	struct case_ one;
	open_case(&one, statuses, addresses);
	CU_ASSERT_EQUAL_FATAL(order_probes_wanted(NULL, &one.findings, wishes), 2);
	CU_ASSERT_EQUAL(wishes[1].kind, PROBE_ADDRESS_FAMILY);
	CU_ASSERT_EQUAL(wishes[1].family, 4);
	CU_ASSERT_EQUAL(wishes[1].seat, 1);
	close_case(&one);
}

TEST(a_challenge_that_a_later_look_misses_was_removed_early)
{
	static const char *const statuses[SEATS] = {"200", "404", "404"};
	struct order_probe_wish wishes[ORDER_PROBES_MAX];
	struct case_ one;
	open_case(&one, statuses, v4);
	size_t count = order_probes_wanted(NULL, &one.findings, wishes);
	CU_ASSERT_EQUAL_FATAL(count, 2);
	CU_ASSERT_EQUAL(wishes[0].kind, PROBE_LATER);
	CU_ASSERT_EQUAL(wishes[0].seat, 0);
	one.findings.probe_count = 1;
	one.findings.probes[0] = (struct order_probe_finding) {
		.kind = PROBE_LATER, .seat = 0, .outcome = CHECK_FAIL};
	expect_code(&one, "challenge-removed-early", "gru-1");
	close_case(&one);
}

TEST(results_that_cannot_be_read_want_no_probe)
{
	static const char *const statuses[SEATS] = {"200", "403", "200"};
	struct order_probe_wish wishes[ORDER_PROBES_MAX];
	struct case_ one;
	open_case(&one, statuses, v4);
	json_object_set_new(one.results[1], "outcome", json_string("maybe"));
	one.findings.sets[CHECK_SET_DCV][2].result = NULL;
	CU_ASSERT_EQUAL(order_probes_wanted(NULL, &one.findings, wishes), 0);
	close_case(&one);
}

TEST_MAIN(order_diagnosis, T(a_denial_is_a_geo_block_until_a_browser_is_let_in),
	  T(the_family_that_was_not_used_is_the_one_to_probe),
	  T(a_challenge_that_a_later_look_misses_was_removed_early),
	  T(results_that_cannot_be_read_want_no_probe))
