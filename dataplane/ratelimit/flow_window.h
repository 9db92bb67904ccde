// SPDX-License-Identifier: BSD-3-Clause
// How many queries may wait at one server: additive increase, multiplicative decrease, judged once per interval.
//
// A lost answer does not by itself mean that the server is overloaded: a link that loses 30 % whatever we do would
// otherwise squeeze the window to its floor, and a resolver is slow for some names whatever we do. So losses shrink the
// window only together with a sign of load: most answers take much longer than the quickest ones, many are refusals, or
// most queries go unanswered. Pure; time is the caller's.

#pragma once

#include <stdbool.h>
#include <stdint.h>

#define FLOW_WINDOW_MIN 16
#define FLOW_WINDOW_START 128
#define FLOW_WINDOW_INTERVAL_NS (20ull * 1000 * 1000)

struct flow_window {
	uint32_t size; // queries that may be outstanding
	uint32_t size_max;
	uint64_t judged_ns; // start of the running interval
	uint64_t
		rtt_min_ns; // quickest answer seen; forgotten slowly, so that a changed path is learnt
	uint32_t answers; // in this interval
	uint32_t slow_answers;
	uint32_t losses;
	uint32_t refusals; // SERVFAIL, REFUSED and the like
	bool was_full;     // the window held something back
	bool is_held;      // at size_max, whatever happens
	bool is_probing;   // slow start: doubles until the first sign of load
};

// `size_max` 0: never has room.
void flow_window_init(struct flow_window *window, uint32_t size_max);
// Opens it to size_max and leaves it there.
void flow_window_hold(struct flow_window *window);
static inline bool flow_window_has_room(const struct flow_window *window, uint32_t in_flight)
{
	return in_flight < window->size;
}
void flow_window_answer(struct flow_window *window, uint64_t rtt_ns);
void flow_window_loss(struct flow_window *window);
void flow_window_refusal(struct flow_window *window);
// Judges the interval when it is over. Cheap to call often.
void flow_window_judge(struct flow_window *window, uint64_t now_ns);
