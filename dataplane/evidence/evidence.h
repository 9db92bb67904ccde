// SPDX-License-Identifier: BSD-3-Clause
// An evidence in memory: what its file says, read and checked piece by piece but not yet judged.

#pragma once

#include <parallax/evidence/evidence.h>
#include <parallax/exchange/trace.h>

#include "dnssec/policy.h"
#include "dnssec/trust_anchor.h"

#include <stdbool.h>
#include <stdint.h>

struct json_t;

struct plx_evidence {
	struct plx_job job; // kind, name, type and flags
	struct dnssec_policy policy;
	struct trust_anchors anchors; // none: nothing was validated
	struct json_t *result;        // the line of parallax-sweep, an object
	bool is_as_written;           // the digest in the file is that of the rest of it
	unsigned step_count;
	struct plx_trace_step steps[PLX_TRACE_STEPS_MAX];
	// What the steps are views into.
	size_t trace_length;
	uint8_t trace[PLX_TRACE_BYTES_MAX];
};

// Reads evidence->trace into the steps. -EINVAL: it is none, or has too many.
PLX_MUST_CHECK int evidence_steps_read(struct plx_evidence *evidence);
// SHA-256 of the object without its member "digest", as hexadecimal text: of its compact form, members sorted. -ENOMEM.
#define EVIDENCE_DIGEST_TEXT 65
PLX_MUST_CHECK int evidence_digest(const struct json_t *object,
				   char text[static EVIDENCE_DIGEST_TEXT]);
// "test. IN DS 4711 13 2 0123..." of an anchor.
#define EVIDENCE_ANCHOR_TEXT (PLX_NAME_TEXT_MAX + 64 + 2 * DS_DIGEST_MAX)
void evidence_anchor_format(const struct ds_set *zone, const struct ds *ds,
			    char text[static EVIDENCE_ANCHOR_TEXT]);
