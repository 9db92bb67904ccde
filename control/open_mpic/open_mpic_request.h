// SPDX-License-Identifier: BSD-3-Clause
// Bodies of POST /mpic, /caa and /dcv in Open MPIC's contract: read as leniently as callers expect (unknown members are
// ignored, "3" is a number), refused in its own form. What of it is lawful is judged afterwards like any order. Pure.

#pragma once

#include "check/check_request.h"

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_t;

#define OPEN_MPIC_BODY_MAX 1048576 // octets; one target. Open MPIC sets none

enum open_mpic_endpoint {
	OPEN_MPIC_ENDPOINT_NONE = 0,
	OPEN_MPIC_COORDINATOR, // /mpic
	OPEN_MPIC_CAA_CHECKER, // /caa
	OPEN_MPIC_DCV_CHECKER, // /dcv
};

struct open_mpic_limits {
	size_t known_perspective_count;
	size_t default_perspective_count;
	int64_t absolute_max_attempts; // 0: none
	// Open MPIC looks at quorum_count only beside a valid perspective_count, so that 0 without one issues always. On:
	// as it does.
	bool accepts_unchecked_quorum;
	// The CA's own. Open MPIC takes any in caa_domains, so that a caller may be permitted by a record that permits
	// another CA. On: as it does. issuer_domain_names of dns-persistent likewise.
	const char *const *issuer_domains;
	size_t issuer_domain_count;
	bool accepts_any_caa_domain;
};

struct open_mpic_number {
	bool is_given;
	int64_t value;
};

// Strings belong to `source`.
struct open_mpic_request {
	struct json_t *source;
	enum check_kind kind;
	const char *target;                        // as sent, not looked at
	const char *trace_identifier;              // NULL: none
	struct open_mpic_number perspective_count; // as given
	struct open_mpic_number quorum_count;
	struct open_mpic_number max_attempts;
	struct open_mpic_number cohort;
	struct json_t *orchestration; // echo with all its members, or NULL
	// Echo with all members: caa_check_parameters (NULL: null) or dcv_check_parameters.
	struct json_t *parameters;
	enum dcv_method method;
	// What holds after defaults and limits; 0 for checkers.
	size_t actual_perspective_count;
	size_t actual_quorum_count;
	int64_t attempts_max; // 1 when a cohort is given
};

// -EINVAL: `ret_answer` is the body to send with open_mpic_fault_status. -ENOMEM: neither is set. Release the request
// with open_mpic_request_fini. `limits` may be NULL for checkers, which are told
// by their coordinator what counts and permit nothing themselves: any issuer is taken then.
PLX_MUST_CHECK int open_mpic_request_read(enum open_mpic_endpoint endpoint, const char *body,
					  size_t size, const struct open_mpic_limits *limits,
					  struct open_mpic_request *ret_request,
					  struct json_t **ret_answer);
void open_mpic_request_fini(struct open_mpic_request *request);

int open_mpic_fault_status(enum open_mpic_endpoint endpoint); // 400, checkers 422
// What Open MPIC takes for the quorum of so many perspectives.
size_t open_mpic_quorum_default(size_t perspective_count);
