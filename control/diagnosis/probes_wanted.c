// SPDX-License-Identifier: BSD-3-Clause
// Which probes would settle what diagnosis_make can only guess. One of a kind is enough: it is chosen where its outcome
// says most.

#include "diagnosis/diagnosis.h"

#include "diagnosis/comparison.h"

struct wish_list {
	struct diagnosis_probe *probes;
	size_t count;
};

static uint8_t other_family(const struct sighting *sighting)
{
	return sighting->family == 4 ? 6 : 4;
}

// The first view of `candidates`, unless a probe of that kind was made anywhere.
static void wish(struct wish_list *list, const struct comparison *seen, enum probe_kind kind,
		 uint64_t candidates)
{
	uint64_t probed = comparison_probed(seen, kind, CHECK_PASS) |
			  comparison_probed(seen, kind, CHECK_FAIL) |
			  comparison_probed(seen, kind, CHECK_ERROR);
	if (candidates == 0 || probed != 0 || list->count == DIAGNOSIS_PROBES_MAX) {
		return;
	}
	size_t view = (size_t)__builtin_ctzll(candidates);
	list->probes[list->count++] = (struct diagnosis_probe) {
		.kind = kind,
		.view = view,
		.family = kind != PROBE_ADDRESS_FAMILY ? 0 : other_family(&seen->sightings[view])};
}

// A filter by User-Agent answers with a denial, a cut, or a page of its own. The primary first: it is nearest to those
// who operate the CA, so that a filter which bites there bites everywhere.
static uint64_t filter_suspects(const struct comparison *seen, uint64_t passed)
{
	uint64_t denied = comparison_of_kind(seen, SIGHTING_DENIED) |
			  comparison_of_kind(seen, SIGHTING_BROKEN);
	uint64_t other = comparison_of_kind(seen, SIGHTING_STATUS) |
			 comparison_of_kind(seen, SIGHTING_CONTENT);
	uint64_t suspects = denied != 0 ? denied : passed != 0 ? other : 0;
	for (size_t i = 0; i < seen->count; i++) {
		// A TLS handshake names no User-Agent.
		suspects &= seen->sightings[i].hops != NULL ? UINT64_MAX : ~(UINT64_C(1) << i);
	}
	uint64_t primary = suspects & ~comparison_remotes(seen);
	return primary != 0 ? primary : suspects;
}

// Failed by an address of one family, where all that passed used the other, and the host has both.
static uint64_t family_suspects(const struct comparison *seen, uint64_t passed)
{
	uint64_t suspects = 0;
	bool has_family[7] = {false};
	for (size_t i = 0; i < seen->count; i++) {
		has_family[seen->sightings[i].family] |= (passed >> i & 1) != 0;
	}
	for (size_t i = 0; i < seen->count; i++) {
		const struct sighting *sighting = &seen->sightings[i];
		bool is_failed =
			sighting_is_missing(sighting->kind) || sighting_is_blocked(sighting->kind);
		if (is_failed && sighting->has_other_family && !has_family[sighting->family] &&
		    has_family[other_family(sighting)]) {
			suspects |= UINT64_C(1) << i;
		}
	}
	return suspects;
}

size_t diagnosis_probes_wanted(const struct diagnosis_input *input,
			       struct diagnosis_probe ret_probes[static DIAGNOSIS_PROBES_MAX])
{
	struct comparison seen;
	struct wish_list list = {.probes = ret_probes};
	comparison_make(input, CHECK_KIND_DCV, &seen);
	uint64_t passed = comparison_of_kind(&seen, SIGHTING_PASS);
	uint64_t missing = comparison_missing(&seen);
	if (passed != 0 && missing != 0 &&
	    comparison_removal(&seen, passed, missing) == REMOVAL_UNKNOWN) {
		wish(&list, &seen, PROBE_LATER, passed);
	}
	wish(&list, &seen, PROBE_USER_AGENT, filter_suspects(&seen, passed));
	wish(&list, &seen, PROBE_ADDRESS_FAMILY, family_suspects(&seen, passed));
	return list.count;
}
