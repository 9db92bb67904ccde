// SPDX-License-Identifier: BSD-3-Clause

#include "check/check_result.h"

#include "cunit_runner.h"

#include <jansson.h>

#include <errno.h>
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

TEST_MAIN(check_result, T(what_is_written_reads_the_same), T(words_of_the_other_check_are_refused),
	  T(texts_that_do_not_fit_are_refused_not_cut), T(an_error_replaces_what_was_there))
