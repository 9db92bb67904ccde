// SPDX-License-Identifier: BSD-3-Clause
// The quorum of one set of answers, DCV or CAA, of one identifier in one attempt (BR 3.2.2.9). Pure.
//
// Remotes corroborate what the primary found; they never outvote it. Each used remote counts, also one that timed out,
// was lost or never answered: dropping it after the fact would be shopping for a result. Nothing is carried over from
// another attempt: the input is one attempt's answers.

#pragma once

#include "quorum/perspective_set.h"
#include "quorum/region.h"
#include "rules/rule_table.h"
#include "rules/verdict.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QUORUM_TEXT_MAX 8 // "255/255" and NUL

// Whether this set needs remotes at all. Zero is the strict one.
enum corroboration_need {
	CORROBORATION_REQUIRED = 0,
	// Private certificates, onion names, methods outside BR 3.2.2.9: the primary decides alone.
	CORROBORATION_NOT_REQUIRED,
};

// What one used remote answered.
struct quorum_remote {
	enum region region;
	enum check_outcome outcome;
	// It saw what the primary saw: the same token, the same contact, the same account (policy judges that). Alone it
	// says nothing: a remote corroborates when its outcome is CHECK_PASS as well.
	bool corroborates;
};

struct quorum_input {
	const struct rule_row *rules; // in force at the time of decision; NULL: not evaluated
	enum corroboration_need need;
	// The reason of the perspective_selection that chose these remotes; anything but REFUSAL_NONE refuses.
	enum refusal_reason placement;
	enum check_outcome primary;
	const struct quorum_remote *remotes; // only those in use, and all of them
	size_t remote_count;                 // at most PERSPECTIVE_REMOTES_MAX
};

struct quorum_tally {
	// What the rules make of it. In the monitoring phase of 2025 this issues although the quorum was missed.
	enum decision decision;
	enum refusal_reason reason; // REFUSAL_NONE when it issues
	// The numbers of the rules are met by enough remotes, enforced or not. For logs; `decision` decides.
	bool is_corroborated;
	enum corroboration_need need;
	uint8_t corroborating_count; // 0 when the primary did not pass: there is nothing to corroborate
	uint8_t used_count;
	uint8_t misses_allowed;
	region_set_t regions; // of the corroborating remotes; the primary's does not count
	char quorum_text[QUORUM_TEXT_MAX]; // "4/5": corroborating of used (BR 5.4.1)
};

struct quorum_tally quorum_tally_count(const struct quorum_input *input);
// "required", "not-required".
const char *corroboration_need_name(enum corroboration_need need);
