// SPDX-License-Identifier: BSD-3-Clause
// What all perspectives saw in one kind of check, side by side. For diagnosis.c and probes_wanted.c.

#pragma once

#include "diagnosis/diagnosis.h"

// Sets of views are bits, as in a finding.
struct comparison {
	const struct diagnosis_view *views;
	size_t count;
	struct sighting sightings[DIAGNOSIS_PERSPECTIVES_MAX];
};

void comparison_make(const struct diagnosis_input *input, enum check_kind kind,
		     struct comparison *ret_comparison);

uint64_t comparison_of_kind(const struct comparison *comparison, enum sighting_kind kind);
uint64_t comparison_missing(const struct comparison *comparison);
uint64_t comparison_blocked(const struct comparison *comparison);
uint64_t comparison_remotes(const struct comparison *comparison);
// A probe of this kind came to this outcome there.
uint64_t comparison_probed(const struct comparison *comparison, enum probe_kind kind,
			   enum check_outcome outcome);

// The server was reached by other addresses than from any view of `others`, while those agree among themselves: place
// decides where visitors are sent. False where every place is sent elsewhere, as by a CDN.
bool comparison_is_sent_elsewhere(const struct comparison *comparison, size_t view,
				  uint64_t others);
// The URLs of the hops are those of no view of `others`.
bool comparison_is_led_elsewhere(const struct comparison *comparison, size_t view, uint64_t others);
// A region that both sets have.
bool comparison_shares_region(const struct comparison *comparison, uint64_t one, uint64_t other);

enum removal {
	REMOVAL_UNKNOWN = 0, // all that miss it looked after all that saw it: place or time
	REMOVAL_EXCLUDED,
	REMOVAL_LIKELY, // so much later that time explains it
	REMOVAL_SEEN,   // a probe no longer found it where it had been
};
// Whether the challenge was there for `passed` and gone for `missing`; both not empty.
enum removal comparison_removal(const struct comparison *comparison, uint64_t passed,
				uint64_t missing);
