// SPDX-License-Identifier: BSD-3-Clause
// The `details` of Open MPIC's CheckResponse, from the evidence of a check: CAA, HTTP, DNS or ALPN. Pure.

#pragma once

#include "check/check_result.h"
#include "policy/dcv_method.h"

struct json_t;

#define CHECK_DETAILS_RECORDS_MAX 256 // of one answer that are listed

enum check_details {
	CHECK_DETAILS_NONE = 0,
	CHECK_DETAILS_CAA,
	CHECK_DETAILS_HTTP,
	CHECK_DETAILS_DNS,
	CHECK_DETAILS_ALPN,
};

enum check_details check_details_of(enum check_kind kind, enum dcv_method method);
// A new reference with every member of the form, null where nothing was seen; NULL without memory.
struct json_t *check_details_write(const struct check_result *result, enum dcv_method method);
