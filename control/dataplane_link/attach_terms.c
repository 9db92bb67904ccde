// SPDX-License-Identifier: BSD-3-Clause

#include "dataplane_link/attach_terms.h"

#include <jansson.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int attach_terms_read(const json_t *judged_by, struct attach_terms *ret_terms)
{
	const char *anchors;
	int sha1, insecure, iterations, bits;
	*ret_terms = (struct attach_terms) {.is_known = false};
	if (json_unpack((json_t *)(uintptr_t)judged_by, "{s:s, s:b, s:b, s:i, s:i}",
			"trust_anchors", &anchors, "allow_sha1", &sha1, "iterations_insecure",
			&insecure, "nsec3_iterations_max", &iterations, "rsa_bits_min",
			&bits) != 0 ||
	    iterations < 0 || iterations > UINT16_MAX || bits < 0 || bits > UINT16_MAX) {
		return 0;
	}
	ret_terms->trust_anchors = strdup(anchors);
	if (ret_terms->trust_anchors == NULL) {
		return -ENOMEM;
	}
	ret_terms->is_known = true;
	ret_terms->terms = (struct plx_evidence_terms) {
		.trust_anchors = ret_terms->trust_anchors,
		.nsec3_iterations_max = (uint16_t)iterations,
		.rsa_bits_min = (uint16_t)bits,
		.iterations_insecure = insecure != 0,
		.allow_sha1 = sha1 != 0,
	};
	return 0;
}

void attach_terms_fini(struct attach_terms *terms)
{
	free(terms->trust_anchors);
	*terms = (struct attach_terms) {.is_known = false};
}
