// SPDX-License-Identifier: BSD-3-Clause
// The `dcv` object of an order and of a check: Open MPIC's dcv_check_parameters in a strict reading, with what we add
// (acme-dns-account-01, issued_at). Types and members only: whether they are lawful is policy/dcv_parameters.h.

#pragma once

#include <parallax/base/attributes.h>

#include "check/json_members.h"
#include "policy/dcv_parameters.h"

struct json_t;

// The parameters and the lists that they point to. Strings belong to the JSON value, which must stay.
struct dcv_parameters_store {
	struct dcv_parameters parameters;
	const char *issuer_domain_names[DCV_ISSUER_NAMES_MAX];
	struct dcv_http_header http_headers[DCV_HTTP_HEADERS_MAX];
};

// -EINVAL and the fault, whose pointer begins at `value`. The store must not move afterwards.
PLX_MUST_CHECK int dcv_parameters_read(struct json_t *value, struct dcv_parameters_store *ret_store,
				       struct json_fault *fault);
