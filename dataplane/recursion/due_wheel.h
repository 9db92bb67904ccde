// SPDX-License-Identifier: BSD-3-Clause
// What is due when: queries, deadlines, servers whose rate lets the next query out. A wheel of ticks of about a
// millisecond; arming and disarming are O(1), and what is further away than the wheel reaches is looked at once per turn.
// Each id has one place. Pure.

#pragma once

#include <parallax/base/attributes.h>

#include <stdint.h>

#define DUE_WHEEL_TICK_SHIFT 20 // 2^20 ns
#define DUE_WHEEL_TICKS 4096    // 4.3 s: the longest wait for a server is 3.2 s
#define DUE_NONE UINT32_MAX

struct due_entry {
	uint64_t due_ns;
	uint32_t next;
	uint32_t previous;
	uint32_t place; // 0: not armed; else 1 + the bucket it is in
};

struct due_wheel {
	struct due_entry *entries;
	uint32_t count;
	uint32_t armed_count;
	uint64_t tick; // the earliest that may hold entries
	uint32_t heads[DUE_WHEEL_TICKS];
	uint64_t occupied[DUE_WHEEL_TICKS / 64];
};

// Ids 0 .. count - 1. -ENOMEM.
PLX_MUST_CHECK int due_wheel_init(struct due_wheel *wheel, uint32_t count);
void due_wheel_fini(struct due_wheel *wheel);
// Also of one that is armed already. It comes up to a tick late, never early.
void due_wheel_arm(struct due_wheel *wheel, uint32_t id, uint64_t due_ns);
// Harmless when it is not armed.
void due_wheel_disarm(struct due_wheel *wheel, uint32_t id);
// Takes one that is due; DUE_NONE when none is. `now_ns` never goes backward.
uint32_t due_wheel_pop(struct due_wheel *wheel, uint64_t now_ns);
// When to pop next at the latest; UINT64_MAX when nothing is armed.
uint64_t due_wheel_next_ns(const struct due_wheel *wheel);
