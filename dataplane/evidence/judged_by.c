// SPDX-License-Identifier: BSD-3-Clause

#include "evidence/judged_by.h"

#include "evidence/evidence.h"

#include <errno.h>

int evidence_terms_of(const struct trust_anchors *anchors, const struct dnssec_policy *policy,
		      struct plx_text *anchors_text, struct plx_evidence_terms *ret_terms)
{
	const struct dnssec_policy production = dnssec_policy_production();
	char line[EVIDENCE_ANCHOR_TEXT];
	for (unsigned i = 0; anchors != NULL && i < anchors->zone_count; i++) {
		for (unsigned k = 0; k < anchors->zones[i].count; k++) {
			evidence_anchor_format(&anchors->zones[i], &anchors->zones[i].entries[k],
					       line);
			plx_text_string(anchors_text, line);
			plx_text_character(anchors_text, '\n');
		}
	}
	plx_text_character(anchors_text, '\0');
	if (anchors_text->failed) {
		return -ENOMEM;
	}
	policy = policy == NULL ? &production : policy;
	*ret_terms = (struct plx_evidence_terms) {
		.trust_anchors = anchors_text->bytes,
		.nsec3_iterations_max = policy->nsec3_iterations_max,
		.rsa_bits_min = policy->rsa_bits_min,
		.iterations_insecure = policy->iterations_insecure,
		.allow_sha1 = policy->allow_sha1,
	};
	return 0;
}
