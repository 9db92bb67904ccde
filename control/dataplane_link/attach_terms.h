// SPDX-License-Identifier: BSD-3-Clause
// By what the attached dataplane judges iterative look-ups, as its answer to exchange.attach says. It cannot change while
// the connection lasts, so that it holds for every result of it.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/evidence/evidence.h>

#include <stdbool.h>

struct json_t;

struct attach_terms {
	bool is_known; // false: the dataplane did not say, or not in words that we know
	char *trust_anchors;
	struct plx_evidence_terms terms; // borrows the text above
};

// From `judged_by` of an answer, or NULL. Unreadable ones are unknown, which is no error: look-ups need no terms, their
// evidence does. -ENOMEM.
PLX_MUST_CHECK int attach_terms_read(const struct json_t *judged_by,
				     struct attach_terms *ret_terms);
void attach_terms_fini(struct attach_terms *terms); // they are unknown then
