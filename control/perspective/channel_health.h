// SPDX-License-Identifier: BSD-3-Clause
// Whether a remote is worth asking now: failures in a row, when to try again, how long answers take. Pure.

#pragma once

#include <stdbool.h>
#include <stdint.h>

#define CHANNEL_BACKOFF_FIRST_MS 250
#define CHANNEL_BACKOFF_MAX_MS 30000

enum channel_state {
	CHANNEL_NOT_EVALUATED = 0, // not asked yet
	CHANNEL_UP,
	CHANNEL_DOWN,
	CHANNEL_DRAINING, // by hand: asked no more
};

struct channel_health {
	enum channel_state state;
	unsigned failures;   // in a row
	int64_t retry_at_ms; // while DOWN: nothing is sent before
	double latency_ms;   // exponentially weighted, 1/8 a new answer (RFC 6298's weight)
};

void channel_health_note_answer(struct channel_health *health, int64_t latency_ms);
// Doubles the back-off, with up to a quarter of jitter from `random`, so that many primaries do not return at once.
void channel_health_note_failure(struct channel_health *health, int64_t now_ms, uint32_t random);
const char *channel_state_name(enum channel_state state);
