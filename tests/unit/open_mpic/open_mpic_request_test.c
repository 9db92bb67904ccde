// SPDX-License-Identifier: BSD-3-Clause
// requests/: bodies, and what they are read as or refused with. The refusals are those of pydantic for the same model.

#include "open_mpic/check_mapping.h"
#include "open_mpic/issue_list.h"
#include "open_mpic/open_mpic_request.h"

#include "case_files.h"
#include "cunit_runner.h"

#include <errno.h>

static const char *const own_issuers[] = {"ca.test", "a.test"};
static const struct open_mpic_limits limits = {.known_perspective_count = 8,
					       .default_perspective_count = 4,
					       .absolute_max_attempts = 3,
					       .issuer_domains = own_issuers,
					       .issuer_domain_count = 2};

static enum open_mpic_endpoint endpoint_of(const json_t *value)
{
	const char *name = json_string_value(json_object_get(value, "endpoint"));
	return strcmp(name, "mpic") == 0  ? OPEN_MPIC_COORDINATOR
	       : strcmp(name, "caa") == 0 ? OPEN_MPIC_CAA_CHECKER
					  : OPEN_MPIC_DCV_CHECKER;
}

// NULL and JSON's null are one here: an echo that is unset.
static void check_member(const char *name, json_t *found, const json_t *value, const char *member)
{
	json_t *shown = found != NULL ? json_incref(found) : json_null();
	CU_ASSERT(case_is_equal(name, shown, json_object_get(value, member)));
	json_decref(shown);
}

static void check_request(const char *name, const struct open_mpic_request *request, json_t *value)
{
	static const char *const issuers[] = {"ca1.test", "ca2.test"};
	const struct check_mapping mapping = {issuers, 2, NULL, 1795435200};
	CU_ASSERT_STRING_EQUAL(check_kind_name(request->kind),
			       json_string_value(json_object_get(value, "kind")));
	CU_ASSERT_STRING_EQUAL(request->target,
			       json_string_value(json_object_get(value, "target")));
	json_t *trace =
		request->trace_identifier != NULL ? json_string(request->trace_identifier) : NULL;
	check_member(name, trace, value, "trace_identifier");
	json_decref(trace);
	check_member(name, request->parameters, value, "parameters");
	json_t *check = check_mapping_write(request, &mapping);
	CU_ASSERT(case_is_equal(name, check, json_object_get(value, "check")));
	json_decref(check);
	if (json_object_get(value, "actual") != NULL) {
		json_t *actual =
			json_pack("[I, I, I]", (json_int_t)request->actual_perspective_count,
				  (json_int_t)request->actual_quorum_count,
				  (json_int_t)request->attempts_max);
		CU_ASSERT(case_is_equal(name, actual, json_object_get(value, "actual")));
		json_decref(actual);
		check_member(name, request->orchestration, value, "orchestration");
	}
}

static void run_case(const char *name, json_t *value)
{
	struct open_mpic_request request = {.kind = CHECK_KIND_NONE};
	struct open_mpic_limits own = limits;
	json_t *answer = NULL;
	char *body = json_dumps(json_object_get(value, "body"), JSON_ENCODE_ANY);
	const json_t *switches = json_object_get(value, "limits");
	own.accepts_unchecked_quorum =
		json_is_true(json_object_get(switches, "accepts_unchecked_quorum"));
	own.accepts_any_caa_domain =
		json_is_true(json_object_get(switches, "accepts_any_caa_domain"));
	enum open_mpic_endpoint endpoint = endpoint_of(value);
	int error = open_mpic_request_read(endpoint, body, strlen(body), &own, &request, &answer);
	const json_t *expected = json_object_get(value, "answer");
	if (expected == NULL && error == 0) {
		check_request(name, &request, value);
	} else {
		CU_ASSERT_EQUAL(error, -EINVAL);
		CU_ASSERT(case_is_equal(name, answer, expected));
		CU_ASSERT_EQUAL(open_mpic_fault_status(endpoint),
				json_integer_value(json_object_get(value, "status")));
	}
	open_mpic_request_fini(&request);
	json_decref(answer);
	free(body);
}

TEST(every_body_is_read_or_refused_as_pydantic_does)
{
	CU_ASSERT(case_files_run(CASES "/requests", run_case) >= 80);
}

static int read_text(const char *body, size_t size, json_t **ret_answer)
{
	struct open_mpic_request request = {.kind = CHECK_KIND_NONE};
	int error = open_mpic_request_read(OPEN_MPIC_COORDINATOR, body, size, &limits, &request,
					   ret_answer);
	open_mpic_request_fini(&request);
	return error;
}

TEST(what_is_no_json_is_told_so)
{
	static const char *const bodies[] = {
		"", "{", "{\"domain_or_ip_target\":\"a\",\"domain_or_ip_target\":\"b\"}",
		"{\"domain_or_ip_target\":\"a\\u0000b\"}", "{\"domain_or_ip_target\":\"\xff\"}",
		// The parser's own words end within the character.
		"{\"domain_or_ip_target\":\"a\\\xc5\xbe\"}"};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(bodies); i++) {
		json_t *answer = NULL;
		CU_ASSERT_EQUAL(read_text(bodies[i], strlen(bodies[i]), &answer), -EINVAL);
		const json_t *issue =
			json_array_get(json_object_get(answer, "validation_issues"), 0);
		CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(issue, "type")),
				       "json_invalid");
		json_decref(answer);
	}
}

TEST(answers_stay_small_however_large_the_body)
{
	static char body[OPEN_MPIC_BODY_MAX + 2];
	json_t *answer = NULL;
	size_t used = (size_t)snprintf(body, sizeof(body),
				       "{\"caa_check_parameters\":{\"caa_domains\":[1");
	while (used < OPEN_MPIC_BODY_MAX - 8) {
		body[used++] = ',';
		body[used++] = '1';
	}
	used += (size_t)snprintf(body + used, sizeof(body) - used, "]}}");
	CU_ASSERT_EQUAL(read_text(body, used, &answer), -EINVAL);
	const json_t *issues = json_object_get(answer, "validation_issues");
	// Of each of the two models.
	CU_ASSERT(json_array_size(issues) <= 2 * ISSUE_LIST_MAX);
	CU_ASSERT(json_is_null(json_object_get(json_array_get(issues, 0), "input")));
	json_decref(answer);
	memset(body, ' ', sizeof(body));
	answer = NULL;
	CU_ASSERT_EQUAL(read_text(body, OPEN_MPIC_BODY_MAX + 1, &answer), -EINVAL);
	json_decref(answer);
}

TEST(quorum_defaults_are_those_of_open_mpic)
{
	static const size_t quorums[] = {0, 0, 1, 2, 3, 4, 4, 5, 6};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(quorums); i++) {
		CU_ASSERT_EQUAL(open_mpic_quorum_default(i), quorums[i]);
	}
}

TEST(account_and_defaults_reach_the_check)
{
	static const char *const issuers[] = {"ca.test"};
	const struct check_mapping mapping = {issuers, 1, "https://ca.test/a/1", 1795435200};
	static const char body[] = "{\"domain_or_ip_target\":\"example.test\"}";
	struct open_mpic_request request = {.kind = CHECK_KIND_NONE};
	json_t *answer = NULL;
	CU_ASSERT_EQUAL_FATAL(open_mpic_request_read(OPEN_MPIC_COORDINATOR, body, sizeof(body) - 1,
						     &limits, &request, &answer),
			      0);
	json_t *check = check_mapping_write(&request, &mapping);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(check, "account_uri")),
			       "https://ca.test/a/1");
	CU_ASSERT_EQUAL(json_array_size(json_object_get(check, "issuer_domains")), 1);
	json_decref(check);
	open_mpic_request_fini(&request);
}

TEST_MAIN(open_mpic_request, T(every_body_is_read_or_refused_as_pydantic_does),
	  T(what_is_no_json_is_told_so), T(answers_stay_small_however_large_the_body),
	  T(quorum_defaults_are_those_of_open_mpic), T(account_and_defaults_reach_the_check))
