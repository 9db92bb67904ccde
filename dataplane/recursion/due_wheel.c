// SPDX-License-Identifier: BSD-3-Clause

#include "recursion/due_wheel.h"

#include "base/table_memory.h"

#include <errno.h>
#include <string.h>

#define WORDS (DUE_WHEEL_TICKS / 64)

int due_wheel_init(struct due_wheel *wheel, uint32_t count)
{
	*wheel = (struct due_wheel) {.count = count};
	wheel->entries = table_memory_map(count * sizeof(*wheel->entries));
	if (wheel->entries == NULL) {
		return -ENOMEM;
	}
	memset(wheel->heads, 0xff, sizeof(wheel->heads)); // DUE_NONE
	return 0;
}

void due_wheel_fini(struct due_wheel *wheel)
{
	table_memory_unmap(wheel->entries, wheel->count * sizeof(*wheel->entries));
	*wheel = (struct due_wheel) {0};
}

// The first tick that is wholly past the time.
static uint64_t tick_after(uint64_t due_ns)
{
	return (due_ns >> DUE_WHEEL_TICK_SHIFT) + 1;
}

void due_wheel_disarm(struct due_wheel *wheel, uint32_t id)
{
	struct due_entry *entry = &wheel->entries[id];
	if (entry->place == 0) {
		return;
	}
	uint32_t bucket = entry->place - 1;
	if (entry->next != DUE_NONE) {
		wheel->entries[entry->next].previous = entry->previous;
	}
	if (entry->previous != DUE_NONE) {
		wheel->entries[entry->previous].next = entry->next;
	} else {
		wheel->heads[bucket] = entry->next;
		if (entry->next == DUE_NONE) {
			wheel->occupied[bucket / 64] &= ~(1ull << bucket % 64);
		}
	}
	entry->place = 0;
	wheel->armed_count--;
}

void due_wheel_arm(struct due_wheel *wheel, uint32_t id, uint64_t due_ns)
{
	due_wheel_disarm(wheel, id);
	struct due_entry *entry = &wheel->entries[id];
	uint64_t tick = tick_after(due_ns);
	if (tick < wheel->tick) {
		tick = wheel->tick;
	}
	if (tick - wheel->tick >= DUE_WHEEL_TICKS) {
		tick = wheel->tick + DUE_WHEEL_TICKS - 1;
	}
	uint32_t bucket = (uint32_t)(tick % DUE_WHEEL_TICKS);
	*entry = (struct due_entry) {
		.due_ns = due_ns,
		.next = wheel->heads[bucket],
		.previous = DUE_NONE,
		.place = 1 + bucket,
	};
	if (entry->next != DUE_NONE) {
		wheel->entries[entry->next].previous = id;
	}
	wheel->heads[bucket] = id;
	wheel->occupied[bucket / 64] |= 1ull << bucket % 64;
	wheel->armed_count++;
}

// Ticks from wheel->tick to the next one with entries; DUE_WHEEL_TICKS when there is none.
static uint32_t ticks_to_next(const struct due_wheel *wheel)
{
	uint32_t start = (uint32_t)(wheel->tick % DUE_WHEEL_TICKS);
	for (uint32_t i = 0; i <= WORDS; i++) {
		uint32_t index = (start / 64 + i) % WORDS;
		uint64_t word = wheel->occupied[index];
		if (i == 0) {
			word &= UINT64_MAX << start % 64;
		} else if (i == WORDS) {
			word &= ~(UINT64_MAX << start % 64);
		}
		if (word != 0) {
			uint32_t found = index * 64 + (uint32_t)__builtin_ctzll(word);
			return (found + DUE_WHEEL_TICKS - start) % DUE_WHEEL_TICKS;
		}
	}
	return DUE_WHEEL_TICKS;
}

uint32_t due_wheel_pop(struct due_wheel *wheel, uint64_t now_ns)
{
	uint64_t now_tick = now_ns >> DUE_WHEEL_TICK_SHIFT;
	while (wheel->tick <= now_tick) {
		uint32_t ahead = wheel->armed_count > 0 ? ticks_to_next(wheel) : DUE_WHEEL_TICKS;
		if (ahead == DUE_WHEEL_TICKS || ahead > now_tick - wheel->tick) {
			wheel->tick = now_tick + 1;
			return DUE_NONE;
		}
		wheel->tick += ahead;
		uint32_t id = wheel->heads[wheel->tick % DUE_WHEEL_TICKS];
		uint64_t due_ns = wheel->entries[id].due_ns;
		if (tick_after(due_ns) <= now_tick) {
			due_wheel_disarm(wheel, id);
			return id;
		}
		// Further away than a turn of the wheel.
		due_wheel_arm(wheel, id, due_ns);
	}
	return DUE_NONE;
}

uint64_t due_wheel_next_ns(const struct due_wheel *wheel)
{
	return wheel->armed_count == 0
		       ? UINT64_MAX
		       : (wheel->tick + ticks_to_next(wheel)) << DUE_WHEEL_TICK_SHIFT;
}
