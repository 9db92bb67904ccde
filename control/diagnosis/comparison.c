// SPDX-License-Identifier: BSD-3-Clause

#include "diagnosis/comparison.h"

#include <jansson.h>

#include <string.h>

#define HOPS_MAX 16      // of a fetch that are read; it follows ten redirects
#define ADDRESSES_MAX 64 // of a host that are read

void comparison_make(const struct diagnosis_input *input, enum check_kind kind,
		     struct comparison *ret_comparison)
{
	*ret_comparison = (struct comparison) {.views = input->views, .count = input->view_count};
	if (ret_comparison->count > DIAGNOSIS_PERSPECTIVES_MAX) {
		ret_comparison->count = DIAGNOSIS_PERSPECTIVES_MAX;
	}
	for (size_t i = 0; i < ret_comparison->count; i++) {
		const struct diagnosis_view *view = &input->views[i];
		ret_comparison->sightings[i] =
			kind == CHECK_KIND_DCV ? sighting_of(view->dcv, view->caa, view->probes)
					       : sighting_of(view->caa, view->dcv, NULL);
	}
}

static bool has(uint64_t set, size_t view)
{
	return (set >> view & 1) != 0;
}

uint64_t comparison_of_kind(const struct comparison *comparison, enum sighting_kind kind)
{
	uint64_t set = 0;
	for (size_t i = 0; i < comparison->count; i++) {
		set |= (uint64_t)(comparison->sightings[i].kind == kind) << i;
	}
	return set;
}

uint64_t comparison_missing(const struct comparison *comparison)
{
	uint64_t set = 0;
	for (size_t i = 0; i < comparison->count; i++) {
		set |= (uint64_t)sighting_is_missing(comparison->sightings[i].kind) << i;
	}
	return set;
}

uint64_t comparison_blocked(const struct comparison *comparison)
{
	uint64_t set = 0;
	for (size_t i = 0; i < comparison->count; i++) {
		set |= (uint64_t)sighting_is_blocked(comparison->sightings[i].kind) << i;
	}
	return set;
}

uint64_t comparison_remotes(const struct comparison *comparison)
{
	uint64_t set = 0;
	for (size_t i = 0; i < comparison->count; i++) {
		set |= (uint64_t)!comparison->views[i].is_primary << i;
	}
	return set;
}

uint64_t comparison_probed(const struct comparison *comparison, enum probe_kind kind,
			   enum check_outcome outcome)
{
	uint64_t set = 0;
	for (size_t i = 0; i < comparison->count; i++) {
		set |= (uint64_t)(comparison->sightings[i].probes[kind] == outcome) << i;
	}
	return set;
}

static bool share_address(const json_t *one, const json_t *other)
{
	for (size_t i = 0; i < json_array_size(one) && i < ADDRESSES_MAX; i++) {
		for (size_t j = 0; j < json_array_size(other) && j < ADDRESSES_MAX; j++) {
			if (json_equal(json_array_get(one, i), json_array_get(other, j))) {
				return true;
			}
		}
	}
	return false;
}

bool comparison_is_sent_elsewhere(const struct comparison *comparison, size_t view, uint64_t others)
{
	const json_t *own = comparison->sightings[view].addresses;
	const json_t *first = NULL;
	if (own == NULL) {
		return false;
	}
	for (size_t i = 0; i < comparison->count; i++) {
		const json_t *addresses = comparison->sightings[i].addresses;
		if (!has(others, i)) {
			continue;
		}
		first = first != NULL ? first : addresses;
		if (addresses == NULL || share_address(own, addresses) ||
		    !share_address(first, addresses)) {
			return false;
		}
	}
	return first != NULL;
}

static bool is_same_way(const json_t *one, const json_t *other)
{
	size_t count = json_array_size(one);
	for (size_t i = 0; i < count && i < HOPS_MAX; i++) {
		if (!json_equal(json_object_get(json_array_get(one, i), "url"),
				json_object_get(json_array_get(other, i), "url"))) {
			return false;
		}
	}
	return count == json_array_size(other);
}

bool comparison_is_led_elsewhere(const struct comparison *comparison, size_t view, uint64_t others)
{
	const json_t *own = comparison->sightings[view].hops;
	bool is_compared = false;
	for (size_t i = 0; own != NULL && i < comparison->count; i++) {
		const json_t *hops = comparison->sightings[i].hops;
		if (has(others, i) && hops != NULL) {
			is_compared = true;
			if (is_same_way(own, hops)) {
				return false;
			}
		}
	}
	return is_compared;
}

bool comparison_shares_region(const struct comparison *comparison, uint64_t one, uint64_t other)
{
	region_set_t regions[2] = {0, 0};
	for (size_t i = 0; i < comparison->count; i++) {
		region_set_t region = region_set_of(comparison->views[i].region);
		regions[0] |= has(one, i) ? region : 0;
		regions[1] |= has(other, i) ? region : 0;
	}
	return (regions[0] & regions[1]) != 0;
}

enum removal comparison_removal(const struct comparison *comparison, uint64_t passed,
				uint64_t missing)
{
	int64_t last_pass_us = INT64_MIN;
	int64_t first_miss_us = INT64_MAX;
	if ((comparison_probed(comparison, PROBE_LATER, CHECK_FAIL) & passed) != 0) {
		return REMOVAL_SEEN;
	}
	// Still there, or there at last.
	if (comparison_probed(comparison, PROBE_LATER, CHECK_PASS) != 0) {
		return REMOVAL_EXCLUDED;
	}
	for (size_t i = 0; i < comparison->count; i++) {
		int64_t time_us = comparison->sightings[i].time_us;
		last_pass_us = has(passed, i) && time_us > last_pass_us ? time_us : last_pass_us;
		first_miss_us =
			has(missing, i) && time_us < first_miss_us ? time_us : first_miss_us;
	}
	if (first_miss_us <= last_pass_us) {
		return REMOVAL_EXCLUDED;
	}
	// Unsigned: the times are a remote's word.
	return (uint64_t)first_miss_us - (uint64_t)last_pass_us >= DIAGNOSIS_REMOVED_GAP_US
		       ? REMOVAL_LIKELY
		       : REMOVAL_UNKNOWN;
}
