// SPDX-License-Identifier: BSD-3-Clause
// responses/: results of perspectives, and what /mpic, /caa and /dcv answer.

#include "open_mpic/open_mpic_response.h"

#include "case_files.h"
#include "cunit_runner.h"

#define PERSPECTIVES_MAX 8

static const char *const own_issuers[] = {"ca.test"};
static const struct open_mpic_limits limits = {.known_perspective_count = 8,
					       .default_perspective_count = 4,
					       .issuer_domains = own_issuers,
					       .issuer_domain_count = 1};

static struct check_result result_of(json_t *value)
{
	struct check_result result = {.kind = CHECK_KIND_NONE};
	struct json_fault fault = {.text = ""};
	CU_ASSERT_EQUAL_FATAL(check_result_read(value, &result, &fault), 0);
	return result;
}

static void check_whole(const char *name, const struct open_mpic_request *request, json_t *value)
{
	struct check_result results[PERSPECTIVES_MAX];
	struct open_mpic_perspective perspectives[PERSPECTIVES_MAX];
	json_t *list = json_object_get(value, "perspectives");
	json_t *previous = json_object_get(value, "previous_attempts");
	size_t count = json_array_size(list);
	CU_ASSERT_TRUE_FATAL(count <= PERSPECTIVES_MAX);
	for (size_t i = 0; i < count; i++) {
		json_t *item = json_array_get(list, i);
		results[i] = result_of(json_object_get(item, "result"));
		perspectives[i] = (struct open_mpic_perspective) {
			.code = json_string_value(json_object_get(item, "code")),
			.result = &results[i]};
		CU_ASSERT_EQUAL(region_parse(json_string_value(json_object_get(item, "rir")),
					     &perspectives[i].region),
				0);
	}
	struct open_mpic_answer answer = {
		.request = request,
		.perspectives = perspectives,
		.perspective_count = count,
		.attempt_count = json_integer_value(json_object_get(value, "attempt_count")),
		.is_decided_valid = json_is_true(json_object_get(value, "is_decided_valid")),
		.previous_attempts = json_is_null(previous) ? NULL : previous};
	json_t *response = open_mpic_response_write(&answer);
	CU_ASSERT(case_is_equal(name, response, json_object_get(value, "response")));
	json_decref(response);
	for (size_t i = 0; i < count; i++) {
		check_result_fini(&results[i]);
	}
}

static void check_one(const char *name, const struct open_mpic_request *request, json_t *value)
{
	struct check_result result = result_of(json_object_get(value, "result"));
	json_t *response = open_mpic_check_write(&result, request);
	CU_ASSERT(case_is_equal(name, response, json_object_get(value, "response")));
	if (open_mpic_check_status(&result, request->method) !=
	    json_integer_value(json_object_get(value, "status"))) {
		printf("\n%s: another status\n", name);
		CU_FAIL("status");
	}
	json_decref(response);
	check_result_fini(&result);
}

static void run_case(const char *name, json_t *value)
{
	struct open_mpic_request request = {.kind = CHECK_KIND_NONE};
	const char *endpoint = json_string_value(json_object_get(value, "endpoint"));
	char *body = json_dumps(json_object_get(value, "request"), 0);
	json_t *answer = NULL;
	CU_ASSERT_EQUAL_FATAL(open_mpic_request_read(OPEN_MPIC_COORDINATOR, body, strlen(body),
						     &limits, &request, &answer),
			      0);
	if (strcmp(endpoint, "mpic") == 0) {
		check_whole(name, &request, value);
	} else {
		check_one(name, &request, value);
	}
	open_mpic_request_fini(&request);
	free(body);
}

TEST(every_result_is_told_in_open_mpics_words)
{
	CU_ASSERT(case_files_run(CASES "/responses", run_case) >= 50);
}

// A result whose evidence has wrong types still makes a whole response.
TEST(evidence_of_wrong_types_reads_as_absent)
{
	static const char *const texts[] = {
		"{\"dns\":[3],\"http\":7,\"tls\":[]}",
		"{\"dns\":[{\"records\":[1,{},{\"strings\":[2]}],\"aliases\":[4],\"status\":5}]}",
		"{\"http\":{\"hops\":[1,2],\"status\":\"200\"},\"tls\":{\"cause\":1}}"};
	for (int method = DCV_METHOD_NONE; method < DCV_METHOD_COUNT; method++) {
		for (size_t i = 0; i < PLX_ARRAY_SIZE(texts); i++) {
			struct open_mpic_request request = {.method = (enum dcv_method)method};
			struct check_result result = {
				.kind = method == DCV_METHOD_NONE ? CHECK_KIND_CAA : CHECK_KIND_DCV,
				.outcome = CHECK_ERROR,
				.evidence = json_loads(texts[i], 0, NULL)};
			json_t *response = open_mpic_check_write(&result, &request);
			CU_ASSERT_EQUAL(json_object_size(response), 6);
			CU_ASSERT(json_is_false(json_object_get(response, "check_passed")));
			CU_ASSERT(json_is_array(json_object_get(response, "errors")));
			json_decref(response);
			check_result_fini(&result);
		}
	}
}

TEST(what_was_not_evaluated_passes_nowhere)
{
	struct check_result none = {.kind = CHECK_KIND_NONE};
	const struct open_mpic_perspective perspectives[] = {{"a", REGION_ARIN, &none},
							     {"b", REGION_APNIC, &none}};
	CU_ASSERT_FALSE(open_mpic_is_corroborated(perspectives, 2, 0));
	struct open_mpic_request request = {.kind = CHECK_KIND_CAA};
	json_t *response = open_mpic_check_write(&none, &request);
	CU_ASSERT(json_is_false(json_object_get(response, "check_completed")));
	json_decref(response);
}

static void check_text(json_t *value, const char *expected)
{
	json_t *wanted = json_loads(expected, 0, NULL);
	CU_ASSERT(case_is_equal(expected, value, wanted));
	json_decref(wanted);
	json_decref(value);
}

TEST(bodies_without_a_check_are_open_mpics)
{
	static const char *const domains[] = {"ca.test"};
	const struct open_mpic_configuration configuration = {.app_version = "1.2",
							      .default_perspective_count = 6,
							      .http_client_timeout_s = 5,
							      .http_client_keepalive_timeout_s = 60,
							      .log_level = 20,
							      .default_caa_domains = domains,
							      .default_caa_domain_count = 1,
							      .dns_timeout_s = 2,
							      .dns_resolution_lifetime_s = 8};
	check_text(open_mpic_health_write(), "{\"status\":\"healthy\"}");
	check_text(open_mpic_error_write("no"), "{\"error\":\"no\"}");
	check_text(open_mpic_no_cohort_write(9),
		   "{\"error\":\"The coordinator could not construct a cohort of size 9\"}");
	check_text(open_mpic_no_such_cohort_write(7),
		   "{\"error\":\"The coordinator could not select cohort number 7 from available "
		   "cohorts.\"}");
	check_text(open_mpic_configuration_write(OPEN_MPIC_COORDINATOR, &configuration),
		   "{\"open_mpic_api_spec_version\":\"3.9.0\",\"app_version\":\"1.2\","
		   "\"mpic_core_version\":\"6.5.0\",\"absolute_max_attempts\":null,"
		   "\"default_perspective_count\":6,\"http_client_timeout_seconds\":5.0,"
		   "\"http_client_keepalive_timeout_seconds\":60.0,\"log_level\":20,"
		   "\"uvicorn_server_timeout_keep_alive\":null}");
	check_text(open_mpic_configuration_write(OPEN_MPIC_CAA_CHECKER, &configuration),
		   "{\"open_mpic_api_spec_version\":\"3.9.0\",\"app_version\":\"1.2\","
		   "\"mpic_core_version\":\"6.5.0\",\"default_caa_domains\":[\"ca.test\"],"
		   "\"log_level\":20,\"uvicorn_server_timeout_keep_alive\":null,"
		   "\"dns_timeout_seconds\":2.0,\"dns_resolution_lifetime_seconds\":8.0}");
	check_text(open_mpic_configuration_write(OPEN_MPIC_DCV_CHECKER, &configuration),
		   "{\"open_mpic_api_spec_version\":\"3.9.0\",\"app_version\":\"1.2\","
		   "\"mpic_core_version\":\"6.5.0\",\"verify_ssl\":false,"
		   "\"http_client_timeout_seconds\":5.0,\"log_level\":20,"
		   "\"uvicorn_server_timeout_keep_alive\":null,\"dns_timeout_seconds\":2.0,"
		   "\"dns_resolution_lifetime_seconds\":8.0}");
}

TEST_MAIN(open_mpic_response, T(every_result_is_told_in_open_mpics_words),
	  T(evidence_of_wrong_types_reads_as_absent), T(what_was_not_evaluated_passes_nowhere),
	  T(bodies_without_a_check_are_open_mpics))
