// SPDX-License-Identifier: BSD-3-Clause
// The error_type and error_message of Open MPIC for what a check found. Pure.

#pragma once

#include "check/check_result.h"
#include "open_mpic/open_mpic_request.h"

struct json_t;

enum check_error {
	CHECK_ERROR_NONE = 0,
	CHECK_ERROR_CAA_LOOKUP,
	CHECK_ERROR_DCV_LOOKUP,
	CHECK_ERROR_DCV_PARAMETER,
	CHECK_ERROR_HTTP,
	CHECK_ERROR_REDIRECT,
	CHECK_ERROR_REMOTE, // the perspective could not be asked, or answered nonsense
	CHECK_ERROR_CERTIFICATE,
	CHECK_ERROR_COUNT
};

// NONE when there was a verdict without one.
enum check_error check_error_of(const struct check_result *result, enum dcv_method method);
const char *check_error_name(enum check_error error); // "mpic_error:http"; "" for none
// [{"error_type","error_message"}], or null when there is none: a new reference, NULL without memory.
struct json_t *check_errors_write(const struct check_result *result,
				  const struct open_mpic_request *request);
