// SPDX-License-Identifier: BSD-3-Clause

#include "open_mpic/open_mpic_response.h"

#include "open_mpic/check_details.h"
#include "open_mpic/check_errors.h"

#include <jansson.h>

#define NANOSECONDS_PER_US 1000

static bool is_completed(const struct check_result *result)
{
	switch (result->outcome) {
	case CHECK_PASS:
	case CHECK_FAIL:
		return true;
	case CHECK_ERROR:
	case CHECK_NOT_EVALUATED:
		break;
	}
	return false;
}

json_t *open_mpic_check_write(const struct check_result *result,
			      const struct open_mpic_request *request)
{
	json_t *time = result->time_us > 0 && result->time_us <= INT64_MAX / NANOSECONDS_PER_US
			       ? json_integer(result->time_us * NANOSECONDS_PER_US)
			       : json_null();
	return json_pack("{s:b, s:b, s:o, s:o, s:s, s:o}", "check_completed", is_completed(result),
			 "check_passed", result->outcome == CHECK_PASS, "errors",
			 check_errors_write(result, request), "timestamp_ns", time, "check_type",
			 check_kind_name(result->kind), "details",
			 check_details_write(result, request->method));
}

int open_mpic_check_status(const struct check_result *result, enum dcv_method method)
{
	return result->kind == CHECK_KIND_DCV && check_error_of(result, method) != CHECK_ERROR_NONE
		       ? 500
		       : 200;
}

json_t *open_mpic_perspectives_write(const struct open_mpic_perspective *perspectives, size_t count,
				     const struct open_mpic_request *request)
{
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++) {
		json_t *item = json_pack("{s:s, s:o}", "perspective_code", perspectives[i].code,
					 "check_response",
					 open_mpic_check_write(perspectives[i].result, request));
		if (json_array_append_new(list, item) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

bool open_mpic_is_corroborated(const struct open_mpic_perspective *perspectives, size_t count,
			       size_t quorum_count)
{
	size_t passes = 0;
	region_set_t regions = 0;
	for (size_t i = 0; i < count; i++) {
		if (perspectives[i].result->outcome == CHECK_PASS) {
			passes++;
			regions |= region_set_of(perspectives[i].region);
		}
	}
	return passes >= quorum_count && region_set_count(regions) >= 2;
}

static bool is_mpic_completed(const struct open_mpic_answer *answer)
{
	size_t incomplete = 0;
	for (size_t i = 0; i < answer->perspective_count; i++) {
		incomplete += !is_completed(answer->perspectives[i].result);
	}
	return incomplete + answer->request->actual_quorum_count <= answer->perspective_count;
}

json_t *open_mpic_response_write(const struct open_mpic_answer *answer)
{
	const struct open_mpic_request *request = answer->request;
	bool is_caa = request->kind == CHECK_KIND_CAA;
	bool is_valid = answer->is_decided_valid &&
			open_mpic_is_corroborated(answer->perspectives, answer->perspective_count,
						  request->actual_quorum_count);
	return json_pack(
		"{s:b, s:O?, s:{s:I, s:I, s:I}, s:s, s:s, s:b, s:s?, s:o, s:O?, s:O?}",
		"mpic_completed", is_mpic_completed(answer), "request_orchestration_parameters",
		request->orchestration, "actual_orchestration_parameters", "perspective_count",
		(json_int_t)answer->perspective_count, "quorum_count",
		(json_int_t)request->actual_quorum_count, "attempt_count",
		(json_int_t)answer->attempt_count, "check_type", check_kind_name(request->kind),
		"domain_or_ip_target", request->target, "is_valid", is_valid, "trace_identifier",
		request->trace_identifier, "perspectives",
		open_mpic_perspectives_write(answer->perspectives, answer->perspective_count,
					     request),
		is_caa ? "caa_check_parameters" : "dcv_check_parameters", request->parameters,
		"previous_attempt_results", answer->previous_attempts);
}

json_t *open_mpic_error_write(const char *text)
{
	return json_pack("{s:s}", "error", text);
}

json_t *open_mpic_refusal_write(const char *text)
{
	return json_pack("{s:s, s:[{s:s, s:s}]}", "error", "request-validation-failed",
			 "validation_issues", "issue_type", "unlawful-check", "message", text);
}

json_t *open_mpic_no_cohort_write(size_t cohort_size)
{
	return json_pack("{s:o}", "error",
			 json_sprintf("The coordinator could not construct a cohort of size %zu",
				      cohort_size));
}

json_t *open_mpic_no_such_cohort_write(int64_t cohort)
{
	return json_pack("{s:o}", "error",
			 json_sprintf("The coordinator could not select cohort number %lld from "
				      "available cohorts.",
				      (long long)cohort));
}
