// SPDX-License-Identifier: BSD-3-Clause
// Counts failures, sets the back-off, averages latency.

#include "perspective/channel_health.h"

void channel_health_note_answer(struct channel_health *health, int64_t latency_ms)
{
	double sample = (double)latency_ms;
	bool is_first = health->latency_ms <= 0;
	health->latency_ms = is_first ? sample : health->latency_ms * 7 / 8 + sample / 8;
	health->failures = 0;
	if (health->state != CHANNEL_DRAINING) {
		health->state = CHANNEL_UP;
	}
}

void channel_health_note_failure(struct channel_health *health, int64_t now_ms, uint32_t random)
{
	unsigned doublings = health->failures < 7 ? health->failures : 7;
	int64_t pause_ms = (int64_t)CHANNEL_BACKOFF_FIRST_MS << doublings;
	pause_ms = pause_ms < CHANNEL_BACKOFF_MAX_MS ? pause_ms : CHANNEL_BACKOFF_MAX_MS;
	health->failures++;
	health->retry_at_ms = now_ms + pause_ms - (int64_t)(random % (uint32_t)(pause_ms / 4));
	if (health->state != CHANNEL_DRAINING) {
		health->state = CHANNEL_DOWN;
	}
}

const char *channel_state_name(enum channel_state state)
{
	switch (state) {
	case CHANNEL_NOT_EVALUATED:
		return "not-evaluated";
	case CHANNEL_UP:
		return "up";
	case CHANNEL_DOWN:
		return "down";
	case CHANNEL_DRAINING:
		return "draining";
	}
	return "unknown";
}
