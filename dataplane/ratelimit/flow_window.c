// SPDX-License-Identifier: BSD-3-Clause

#include "ratelimit/flow_window.h"

// An answer is slow when it takes more than twice the quickest one and this on top: scheduling noise on a LAN.
#define RTT_NOISE_NS (1000ull * 1000)

void flow_window_init(struct flow_window *window, uint32_t size_max)
{
	*window = (struct flow_window) {
		.size = size_max < FLOW_WINDOW_START ? size_max : FLOW_WINDOW_START,
		.size_max = size_max,
		.rtt_min_ns = UINT64_MAX,
		.is_probing = true,
	};
}

void flow_window_hold(struct flow_window *window)
{
	window->size = window->size_max;
	window->is_held = true;
}

void flow_window_answer(struct flow_window *window, uint64_t rtt_ns)
{
	window->answers++;
	if (rtt_ns < window->rtt_min_ns) {
		window->rtt_min_ns = rtt_ns;
	}
	if (rtt_ns > 2 * window->rtt_min_ns + RTT_NOISE_NS) {
		window->slow_answers++;
	}
}

void flow_window_loss(struct flow_window *window)
{
	window->losses++;
}

void flow_window_refusal(struct flow_window *window)
{
	window->refusals++;
}

static bool is_slow(const struct flow_window *window)
{
	return window->slow_answers * 2 > window->answers;
}

static bool is_overloaded(const struct flow_window *window)
{
	uint32_t bad = window->losses + window->refusals;
	uint32_t all = window->answers + bad;
	if (bad * 2 > all) {
		// Most went unanswered; before the first answer that may just be a distance nobody knows yet.
		return window->rtt_min_ns != UINT64_MAX;
	}
	if (window->refusals * 4 > all) {
		return true; // names that fail by themselves are fewer
	}
	return window->losses * 50 > all && is_slow(window);
}

void flow_window_judge(struct flow_window *window, uint64_t now_ns)
{
	if (window->is_held || now_ns - window->judged_ns < FLOW_WINDOW_INTERVAL_NS) {
		return;
	}
	window->judged_ns = now_ns;
	if (window->answers + window->losses + window->refusals == 0) {
		return;
	}
	if (is_overloaded(window)) {
		window->is_probing = false;
		window->size /= 2;
	} else if (window->was_full) {
		window->size += window->is_probing ? window->size : window->size / 16 + 1;
	}
	if (window->size < FLOW_WINDOW_MIN) {
		window->size = FLOW_WINDOW_MIN;
	}
	if (window->size > window->size_max) {
		window->size = window->size_max;
	}
	if (window->rtt_min_ns != UINT64_MAX) {
		window->rtt_min_ns += window->rtt_min_ns / 256;
	}
	window->answers = window->slow_answers = window->losses = window->refusals = 0;
	window->was_full = false;
}
