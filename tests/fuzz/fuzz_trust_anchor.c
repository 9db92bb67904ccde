// SPDX-License-Identifier: BSD-3-Clause
// Files of trust anchors. Oracle: what is accepted has only supported records of right lengths, within the limits, in
// zones that are found again; what is refused leaves no trace and names a line of the text.

#include "dnssec/trust_anchor.h"

#include "fuzz_target.h"

#include <parallax/base/error.h>

#include <string.h>

static void check_set(const struct ds_set *set, const struct dnssec_policy *policy)
{
	must(plx_name_is_valid_wire(set->zone.wire, set->zone.length));
	must(set->count >= 1 && set->count <= DS_SET_MAX);
	for (unsigned i = 0; i < set->count; i++) {
		const struct ds *ds = &set->entries[i];
		must(dnssec_policy_has_algorithm(policy, ds->algorithm));
		must(dnssec_policy_has_digest(policy, ds->digest_type));
		must(ds->digest_length == ds_digest_length(ds->digest_type));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dnssec_policy policy = dnssec_policy_production();
	struct trust_anchors anchors = {.zone_count = 1234};
	unsigned line = 5678;
	int error = trust_anchors_parse((const char *)data, size, &policy, &anchors, &line);
	if (error < 0) {
		must(error == PLX_ERR_CONFIG && anchors.zone_count == 1234);
		must(line <= size + 1);
		return 0;
	}
	must(anchors.zone_count >= 1 && anchors.zone_count <= TRUST_ANCHOR_ZONES_MAX);
	for (unsigned i = 0; i < anchors.zone_count; i++) {
		check_set(&anchors.zones[i], &policy);
		must(trust_anchors_find(&anchors, &anchors.zones[i].zone) == &anchors.zones[i]);
	}
	return 0;
}
