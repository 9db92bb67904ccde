// SPDX-License-Identifier: BSD-3-Clause
// What /mpic, /caa, /dcv, /healthz and /configz answer, with every member that Open MPIC has. Pure. All functions return
// a new reference, or NULL without memory.

#pragma once

#include "check/check_result.h"
#include "open_mpic/open_mpic_request.h"
#include "quorum/region.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_t;

struct open_mpic_perspective {
	const char *code;
	enum region region;
	const struct check_result *result;
};

struct open_mpic_answer {
	const struct open_mpic_request *request;
	const struct open_mpic_perspective *perspectives; // the cohort of the last attempt
	size_t perspective_count;
	int64_t attempt_count;
	// What the rules of the date say (quorum/). is_valid needs this and Open MPIC's own count.
	bool is_decided_valid;
	struct json_t *previous_attempts; // an array of open_mpic_perspectives_write; NULL: none
};

// {"check_completed","check_passed","errors","timestamp_ns","check_type","details"}: the answer of a checker as well.
struct json_t *open_mpic_check_write(const struct check_result *result,
				     const struct open_mpic_request *request);
// The HTTP status of a checker: /dcv is 500 whenever there are errors, NXDOMAIN included.
int open_mpic_check_status(const struct check_result *result, enum dcv_method method);

struct json_t *open_mpic_perspectives_write(const struct open_mpic_perspective *perspectives,
					    size_t count, const struct open_mpic_request *request);
struct json_t *open_mpic_response_write(const struct open_mpic_answer *answer);
// Passes reach the quorum and come from two regions.
bool open_mpic_is_corroborated(const struct open_mpic_perspective *perspectives, size_t count,
			       size_t quorum_count);

// The 500 bodies, {"error":"..."}.
struct json_t *open_mpic_no_cohort_write(size_t cohort_size);
struct json_t *open_mpic_no_such_cohort_write(int64_t cohort);
struct json_t *open_mpic_error_write(const char *text);
// The 400 body of a request that is well formed and against the rules: issue_type "unlawful-check".
struct json_t *open_mpic_refusal_write(const char *text);

struct open_mpic_configuration {
	const char *app_version;
	size_t default_perspective_count;
	int64_t absolute_max_attempts; // 0: none
	double http_client_timeout_s;
	double http_client_keepalive_timeout_s;
	int log_level; // of Python: 20 is INFO
	const char *const *default_caa_domains;
	size_t default_caa_domain_count;
	double dns_timeout_s;
	double dns_resolution_lifetime_s;
};

struct json_t *open_mpic_health_write(void);
// /configz of the coordinator or of a checker.
struct json_t *open_mpic_configuration_write(enum open_mpic_endpoint endpoint,
					     const struct open_mpic_configuration *configuration);
