// SPDX-License-Identifier: BSD-3-Clause

#include "check/check_result.h"

#include "check/json_text.h"
#include "cunit_runner.h"

#include <jansson.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

static json_t *sample(void)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:n, s:s, s:s, s:s, s:s, s:i, s:{s:[]}}",
			 "check", "caa", "outcome", "permit", "reason", "issuer-matched", "message",
			 "it does", "corroboration", "x", "authorization_domain", "found_at",
			 "example.test", "dnssec", "secure", "usable_until",
			 "2026-11-23T20:00:00.000000Z", "time", "2026-11-23T12:00:00.000001Z",
			 "duration_us", 41000, "evidence", "dns");
}

TEST(what_is_written_reads_the_same)
{
	json_t *value = sample();
	struct check_result result;
	struct json_fault fault;
	CU_ASSERT_EQUAL_FATAL(check_result_read(value, &result, &fault), 0);
	CU_ASSERT_EQUAL(result.kind, CHECK_KIND_CAA);
	CU_ASSERT_EQUAL(result.outcome, CHECK_PASS);
	CU_ASSERT_EQUAL(result.dnssec, PLX_DNSSEC_SECURE);
	CU_ASSERT_EQUAL(result.usable_until_s, 1795464000);
	CU_ASSERT_EQUAL(result.duration_us, 41000);
	json_t *again = check_result_write(&result);
	CU_ASSERT(json_equal(value, again));
	json_decref(again);
	check_result_fini(&result);
	json_decref(value);
}

TEST(words_of_the_other_check_are_refused)
{
	static const struct {
		const char *member, *value, *pointer;
	} faults[] = {
		{"outcome", "pass", "/outcome"}, {"outcome", "not-evaluated", "/outcome"},
		{"check", "none", "/check"},     {"dnssec", "fine", "/dnssec"},
		{"time", "2026-11-23", "/time"}, {"usable_until", "later", "/usable_until"},
	};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(faults); i++) {
		json_t *value = sample();
		struct check_result result = {.kind = CHECK_KIND_NONE};
		struct json_fault fault;
		json_object_set_new(value, faults[i].member, json_string(faults[i].value));
		CU_ASSERT_EQUAL(check_result_read(value, &result, &fault), -EINVAL);
		CU_ASSERT_STRING_EQUAL(fault.pointer, faults[i].pointer);
		CU_ASSERT_EQUAL(result.outcome, CHECK_NOT_EVALUATED);
		json_decref(value);
	}
}

TEST(texts_that_do_not_fit_are_refused_not_cut)
{
	char text[CHECK_CORROBORATION_SIZE + 1];
	memset(text, 'a', sizeof(text));
	text[CHECK_CORROBORATION_SIZE] = '\0';
	json_t *value = sample();
	struct check_result result;
	struct json_fault fault;
	json_object_set_new(value, "corroboration", json_string(text));
	CU_ASSERT_EQUAL(check_result_read(value, &result, &fault), -EINVAL);
	CU_ASSERT_STRING_EQUAL(fault.pointer, "/corroboration");
	json_decref(value);
}

TEST(an_error_replaces_what_was_there)
{
	json_t *value = sample();
	struct check_result result;
	struct json_fault fault;
	CU_ASSERT_EQUAL_FATAL(check_result_read(value, &result, &fault), 0);
	check_result_set_error(&result, CHECK_KIND_DCV, "deadline", "time ran out");
	CU_ASSERT_EQUAL(result.outcome, CHECK_ERROR);
	CU_ASSERT_PTR_NULL(result.evidence);
	CU_ASSERT_STRING_EQUAL(result.reason, "deadline");
	CU_ASSERT_EQUAL(result.usable_until_s, 0);
	json_decref(value);
}

TEST(a_message_that_ends_within_a_character_is_written_all_the_same)
{
	struct check_result result = {.outcome = CHECK_PASS};
	char text[2 * CHECK_MESSAGE_SIZE] = "";
	for (size_t i = 0; i + 2 < sizeof(text); i += 2) {
		memcpy(text + i, "\xc3\xa9", 3);
	}
	check_result_set_error(&result, CHECK_KIND_DCV, "malformed", text);
	result.time_us = 1;
	json_t *value = check_result_write(&result);
	const char *message = json_string_value(json_object_get(value, "message"));
	CU_ASSERT_PTR_NOT_NULL_FATAL(message);
	CU_ASSERT_EQUAL(strlen(message), CHECK_MESSAGE_SIZE - 1);
	CU_ASSERT_EQUAL(strncmp(message, text, CHECK_MESSAGE_SIZE - 2), 0);
	CU_ASSERT_STRING_EQUAL(message + CHECK_MESSAGE_SIZE - 2, "?");
	json_decref(value);
}

TEST(octets_that_are_no_text_are_marked)
{
	static const char *const rows[][2] = {
		{"", ""},
		{"plain", "plain"},
		{"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80",
		 "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"},
		{"caf\xc3", "caf?"},
		{"\xe2\x82 \xe2\x82\xac", "?? \xe2\x82\xac"},
		{"\xff\xfe", "??"},
		{"\xc0\xaf\xed\xa0\x80", "?????"},
	};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(rows); i++) {
		char text[64];
		snprintf(text, sizeof(text), "%s", rows[i][0]);
		json_text_repair(text);
		CU_ASSERT_STRING_EQUAL(text, rows[i][1]);
	}
}

TEST_MAIN(check_result, T(what_is_written_reads_the_same), T(words_of_the_other_check_are_refused),
	  T(texts_that_do_not_fit_are_refused_not_cut), T(an_error_replaces_what_was_there),
	  T(a_message_that_ends_within_a_character_is_written_all_the_same),
	  T(octets_that_are_no_text_are_marked))
