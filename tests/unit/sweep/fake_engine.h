// SPDX-License-Identifier: BSD-3-Clause
// An engine of a sweep without a dataplane: answers in a random order, dies and comes back, drains, fills up; on a
// clock that only moves when it is waited for. Deterministic from its seed.

#pragma once

#include "sweep/engine.h"

#define FAKE_JOBS_MAX 4096

struct fake_engine {
	uint64_t seed;
	uint64_t now_ns;
	unsigned capacity;          // jobs it takes
	unsigned die_one_in;        // collects; 0: never dies
	bool hangs;                 // stays attached when it dies, but does not respond
	bool is_poisonable;         // dies at once of a name whose first label begins with "poison"
	unsigned away_for_waits;    // after it died; UINT32_MAX: for good
	unsigned drained_results;   // so many results to come are CANCELLED
	unsigned unreadable_one_in; // results with an inconsistent body; 0: none
	unsigned stray_one_in;      // results with a foreign tag beside them; 0: none
	bool is_silent;             // never answers
	void (*on_step)(void);      // before anything it does; may be NULL
	void (*on_submit)(const struct plx_job *job); // of what it takes; may be NULL
	// Observed:
	unsigned submitted;
	unsigned deaths;
	unsigned most_held;
	uint64_t last_submit_ns;
	// Private:
	bool is_away;
	unsigned waits_away;
	unsigned lost_to_report;
	unsigned held;
	struct plx_job jobs[FAKE_JOBS_MAX];
};

void fake_engine_init(struct fake_engine *fake, uint64_t seed);
struct sweep_engine fake_engine_interface(struct fake_engine *fake);
uint64_t fake_engine_random(struct fake_engine *fake);
