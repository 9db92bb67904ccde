// SPDX-License-Identifier: BSD-3-Clause
// The lines between ENTRY_BEGIN and ENTRY_END.

#pragma once

#include "scenario.h"

// What an entry is for decides which lines it may hold.
enum entry_place {
	ENTRY_OF_RANGE, // a server's answer
	ENTRY_OF_QUERY,
	ENTRY_OF_CHECK,
};

// Reads up to ENTRY_END. `words` is room for one line. -EINVAL with a fault, -ENOMEM; what was read so far is in
// `entry` and released by the caller.
PLX_MUST_CHECK int scenario_entry_read(struct line_reader *reader, enum entry_place place,
				       struct scenario *scenario, struct scenario_entry *entry,
				       struct line_words *words, struct scenario_fault *fault);
