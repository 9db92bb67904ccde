// SPDX-License-Identifier: BSD-3-Clause
// A foreign Open MPIC checker as a perspective: our check as the body of its /caa or /dcv, and its CheckResponse as a
// check result. The checker is a peer that may lie or be broken: whatever contradicts itself or the question is no
// answer. What it signs is nothing, and its evidence is hearsay: `evidence.foreign` keeps the response as it came. Pure.

#pragma once

#include "check/check_request.h"
#include "check/check_result.h"
#include "check/json_members.h"

#include <parallax/base/attributes.h>

#include <stddef.h>
#include <stdint.h>

struct json_t;

#define OPEN_MPIC_FOREIGN_BODY_MAX 262144   // octets of a response
#define OPEN_MPIC_FOREIGN_ERRORS_MAX 16     // errors in it
#define OPEN_MPIC_FOREIGN_RECORDS_MAX 256   // records, names or hops in it
#define OPEN_MPIC_FOREIGN_SKEW_US 300000000 // its clock may be wrong by so much

// The body, a new reference. `trace_identifier` may be NULL. -ENOTSUP: acme-dns-account-01, which Open MPIC does not have.
PLX_MUST_CHECK int open_mpic_foreign_write(const struct check_request *request,
					   const char *trace_identifier, struct json_t **ret_body);
// "/caa" or "/dcv".
const char *open_mpic_foreign_path(const struct check_request *request);

// `sent_us` and `received_us` are ours (Unix). The HTTP status does not matter (/dcv says 500 for a failed check).
// -EINVAL and the fault: no answer, to be told as an error of the perspective. A CAA permission by records with RFC 8657
// parameters becomes an error, since Open MPIC does not judge them.
PLX_MUST_CHECK int open_mpic_foreign_read(const struct check_request *request, const char *body,
					  size_t size, int64_t sent_us, int64_t received_us,
					  struct check_result *ret_result,
					  struct json_fault *fault);
