// SPDX-License-Identifier: BSD-3-Clause
// By what a dataplane judges, as evidence tells it.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/evidence/evidence.h>
#include <parallax/format/text_buffer.h>

#include "dnssec/policy.h"
#include "dnssec/trust_anchor.h"

// The terms borrow the anchors' text, which is appended to `anchors_text`. `anchors` NULL: nothing is validated; `policy`
// NULL: that of production. -ENOMEM.
PLX_MUST_CHECK int evidence_terms_of(const struct trust_anchors *anchors,
				     const struct dnssec_policy *policy,
				     struct plx_text *anchors_text,
				     struct plx_evidence_terms *ret_terms);
