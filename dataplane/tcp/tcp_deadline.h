// SPDX-License-Identifier: BSD-3-Clause
// What must happen when: a binary heap of deadlines, each embedded in what it ends. Room is reserved at init, so that
// setting one cannot fail. One thread.

#pragma once

#include <parallax/base/attributes.h>

#include <stddef.h>
#include <stdint.h>

enum tcp_deadline_kind {
	TCP_DEADLINE_QUERY,
	TCP_DEADLINE_CONNECTION,
};

struct tcp_deadline {
	uint64_t at_ns;
	uint32_t position; // in the heap, from 1; 0: not set
	enum tcp_deadline_kind kind;
};

struct tcp_deadlines {
	struct tcp_deadline **heap; // heap[1] is the earliest
	uint32_t count;
	uint32_t capacity;
};

PLX_MUST_CHECK int tcp_deadlines_init(struct tcp_deadlines *deadlines, uint32_t capacity);
void tcp_deadlines_fini(struct tcp_deadlines *deadlines);

// Sets or moves. The kind is left as the owner initialised it.
void tcp_deadline_set(struct tcp_deadlines *deadlines, struct tcp_deadline *deadline,
		      uint64_t at_ns);
void tcp_deadline_clear(struct tcp_deadlines *deadlines, struct tcp_deadline *deadline);
// The earliest, or NULL.
struct tcp_deadline *tcp_deadline_first(const struct tcp_deadlines *deadlines);
