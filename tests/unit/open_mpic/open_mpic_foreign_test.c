// SPDX-License-Identifier: BSD-3-Clause
// foreign/: our checks as bodies for a foreign checker, and its answers as results or faults.

#include "open_mpic/open_mpic_foreign.h"

#include "case_files.h"
#include "cunit_runner.h"

#include <errno.h>

#define SENT_US INT64_C(1795435200000000)
#define RECEIVED_US (SENT_US + 250000)

static struct check_request *request_of(json_t *value)
{
	struct suffix_table *suffixes = NULL;
	struct plx_name name;
	struct json_fault fault = {.text = ""};
	CU_ASSERT_EQUAL_FATAL(plx_name_parse("test", 4, &name), 0);
	CU_ASSERT_EQUAL_FATAL(suffix_table_create(NULL, &name, 1, &suffixes), 0);
	const struct identifier_rules rules = {.suffixes = suffixes};
	struct check_request *request = check_request_read(value, &rules, &fault);
	if (request == NULL) {
		printf("\n%s: %s\n", fault.pointer, fault.text);
	}
	CU_ASSERT_PTR_NOT_NULL_FATAL(request);
	suffix_table_destroy(suffixes);
	return request;
}

static void check_result_of(const char *name, const struct check_result *result,
			    const json_t *answer)
{
	const char *outcome = check_outcome_dcv_name(result->outcome);
	json_t *written = check_result_write(result);
	struct check_result again = {.kind = CHECK_KIND_NONE};
	struct json_fault fault = {.text = ""};
	CU_ASSERT_STRING_EQUAL(outcome, json_string_value(json_object_get(answer, "outcome")));
	CU_ASSERT_STRING_EQUAL(result->reason,
			       json_string_value(json_object_get(answer, "reason")));
	CU_ASSERT(case_is_equal(name, json_object_get(result->evidence, "foreign"),
				json_object_get(answer, "response")));
	CU_ASSERT_EQUAL(result->time_us, RECEIVED_US);
	CU_ASSERT_EQUAL(result->duration_us, 250000);
	CU_ASSERT_EQUAL(result->dnssec, PLX_DNSSEC_UNCHECKED);
	CU_ASSERT_EQUAL((result->corroboration[0] != '\0'),
			(result->kind == CHECK_KIND_DCV && result->outcome == CHECK_PASS));
	// It travels like any other.
	CU_ASSERT_EQUAL(check_result_read(written, &again, &fault), 0);
	check_result_fini(&again);
	json_decref(written);
}

static void run_answer(const char *name, const struct check_request *request, const json_t *answer)
{
	struct check_result result = {.kind = CHECK_KIND_NONE};
	struct json_fault fault = {.text = ""};
	char *body = json_dumps(json_object_get(answer, "response"), 0);
	const char *pointer = json_string_value(json_object_get(answer, "fault"));
	int error = open_mpic_foreign_read(request, body, strlen(body), SENT_US, RECEIVED_US,
					   &result, &fault);
	if (error != (pointer != NULL ? -EINVAL : 0) ||
	    (pointer != NULL && strcmp(pointer, fault.pointer) != 0)) {
		printf("\n%s: %s\n found %d %s %s\n", name, body, error, fault.pointer, fault.text);
		CU_FAIL("answer");
	} else if (pointer == NULL) {
		check_result_of(name, &result, answer);
	} else {
		CU_ASSERT_EQUAL(result.outcome, CHECK_NOT_EVALUATED);
	}
	check_result_fini(&result);
	free(body);
}

static void run_case(const char *name, json_t *value)
{
	struct check_request *request = request_of(json_object_get(value, "check"));
	const json_t *answers = json_object_get(value, "answers");
	json_t *body = NULL;
	int error = open_mpic_foreign_write(request, "t", &body);
	if (json_is_null(json_object_get(value, "body"))) {
		CU_ASSERT_EQUAL(error, -ENOTSUP);
	} else {
		CU_ASSERT_EQUAL(error, 0);
		CU_ASSERT(case_is_equal(name, body, json_object_get(value, "body")));
	}
	CU_ASSERT_STRING_EQUAL(open_mpic_foreign_path(request),
			       json_string_value(json_object_get(value, "path")));
	for (size_t i = 0; i < json_array_size(answers); i++) {
		run_answer(name, request, json_array_get(answers, i));
	}
	json_decref(body);
	check_request_free(request);
}

TEST(every_check_can_be_asked_of_a_foreign_checker)
{
	CU_ASSERT(case_files_run(CASES "/foreign", run_case) >= 14);
}

static struct check_request *caa_request(void)
{
	json_t *value = json_pack("{s:s, s:[s], s:{s:s, s:s}, s:s, s:s}", "check", "caa",
				  "issuer_domains", "ca.test", "identifier", "type", "dns", "value",
				  "example.test", "profile", "tls", "time", "2026-11-23T12:00:00Z");
	struct check_request *request = request_of(value);
	json_decref(value);
	return request;
}

TEST(what_is_no_json_or_too_large_is_refused)
{
	static char large[OPEN_MPIC_FOREIGN_BODY_MAX + 1];
	struct check_request *request = caa_request();
	struct check_result result = {.kind = CHECK_KIND_NONE};
	struct json_fault fault = {.text = ""};
	memset(large, ' ', sizeof(large));
	CU_ASSERT_EQUAL(open_mpic_foreign_read(request, large, sizeof(large), SENT_US, RECEIVED_US,
					       &result, &fault),
			-EINVAL);
	CU_ASSERT_EQUAL(open_mpic_foreign_read(request, "Internal Server Error", 21, SENT_US,
					       RECEIVED_US, &result, &fault),
			-EINVAL);
	CU_ASSERT(fault.text[0] != '\0');
	check_request_free(request);
}

// What nobody reads is kept and recorded all the same: a number that is none of ours, or more depth than a record can have,
// would fail the record, and the order with it.
TEST(a_hop_says_nothing_but_its_status_and_url)
{
	static const char *const members[] = {"", ",\"x\":1.5", ",\"x\":[[[]]]", ",\"status\":301"};
	json_t *value = json_pack("{s:s, s:{s:s, s:s, s:s}, s:{s:s, s:s}, s:s, s:s}", "check",
				  "dcv", "dcv", "validation_method", "acme-http-01", "token", "t",
				  "key_authorization", "t.k", "identifier", "type", "dns", "value",
				  "example.test", "profile", "tls", "time", "2026-11-23T12:00:00Z");
	struct check_request *request = request_of(value);
	for (size_t i = 0; i < PLX_ARRAY_SIZE(members); i++) {
		struct check_result result = {.kind = CHECK_KIND_NONE};
		struct json_fault fault = {.text = ""};
		char body[512];
		int length = snprintf(
			body, sizeof(body),
			"{\"check_completed\":true,\"check_passed\":true,\"check_type\":\"dcv\","
			"\"details\":{\"validation_method\":\"acme-http-01\",\"response_history\":"
			"[{\"status_code\":301,\"url\":\"u\"%s}],\"response_url\":\"u\","
			"\"response_status_code\":200,\"response_page\":null}}",
			members[i]);
		CU_ASSERT_EQUAL(open_mpic_foreign_read(request, body, (size_t)length, SENT_US,
						       RECEIVED_US, &result, &fault),
				i == 0 ? 0 : -EINVAL);
		CU_ASSERT_STRING_EQUAL(fault.pointer, i == 0 ? "" : "/details/response_history");
		check_result_fini(&result);
	}
	json_decref(value);
	check_request_free(request);
}

// A message is cut at the size of its field, never within a character.
TEST(long_messages_are_cut_between_characters)
{
	struct check_request *request = caa_request();
	struct check_result result = {.kind = CHECK_KIND_NONE};
	struct json_fault fault = {.text = ""};
	char body[2048] =
		"{\"check_completed\":false,\"check_passed\":false,\"check_type\":\"caa\","
		"\"details\":{},\"errors\":[{\"error_type\":\"e\",\"error_message\":\"";
	size_t used = strlen(body);
	for (int i = 0; i < 200; i++) {
		memcpy(body + used, "\xe2\x82\xac", 3);
		used += 3;
	}
	used += (size_t)snprintf(body + used, sizeof(body) - used, "\"}]}");
	CU_ASSERT_EQUAL_FATAL(
		open_mpic_foreign_read(request, body, used, SENT_US, RECEIVED_US, &result, &fault),
		0);
	CU_ASSERT_EQUAL(strlen(result.message), (CHECK_MESSAGE_SIZE - 1) / 3 * 3);
	json_t *written = check_result_write(&result);
	CU_ASSERT_PTR_NOT_NULL(written);
	json_decref(written);
	check_result_fini(&result);
	check_request_free(request);
}

TEST_MAIN(open_mpic_foreign, T(every_check_can_be_asked_of_a_foreign_checker),
	  T(what_is_no_json_or_too_large_is_refused), T(a_hop_says_nothing_but_its_status_and_url),
	  T(long_messages_are_cut_between_characters))
