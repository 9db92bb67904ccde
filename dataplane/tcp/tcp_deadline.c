// SPDX-License-Identifier: BSD-3-Clause

#include "tcp/tcp_deadline.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

int tcp_deadlines_init(struct tcp_deadlines *deadlines, uint32_t capacity)
{
	struct tcp_deadline **heap = calloc((size_t)capacity + 1, sizeof(*heap));
	if (heap == NULL) {
		return -ENOMEM;
	}
	*deadlines = (struct tcp_deadlines) {.heap = heap, .capacity = capacity};
	return 0;
}

void tcp_deadlines_fini(struct tcp_deadlines *deadlines)
{
	free(deadlines->heap);
	*deadlines = (struct tcp_deadlines) {0};
}

static void place(struct tcp_deadlines *deadlines, struct tcp_deadline *deadline, uint32_t position)
{
	deadlines->heap[position] = deadline;
	deadline->position = position;
}

static void sift_up(struct tcp_deadlines *deadlines, struct tcp_deadline *deadline)
{
	uint32_t position = deadline->position;
	while (position > 1 && deadlines->heap[position / 2]->at_ns > deadline->at_ns) {
		place(deadlines, deadlines->heap[position / 2], position);
		position /= 2;
	}
	place(deadlines, deadline, position);
}

static void sift_down(struct tcp_deadlines *deadlines, struct tcp_deadline *deadline)
{
	uint32_t position = deadline->position;
	for (;;) {
		uint32_t child = position * 2;
		if (child > deadlines->count) {
			break;
		}
		if (child < deadlines->count &&
		    deadlines->heap[child + 1]->at_ns < deadlines->heap[child]->at_ns) {
			child++;
		}
		if (deadlines->heap[child]->at_ns >= deadline->at_ns) {
			break;
		}
		place(deadlines, deadlines->heap[child], position);
		position = child;
	}
	place(deadlines, deadline, position);
}

void tcp_deadline_set(struct tcp_deadlines *deadlines, struct tcp_deadline *deadline,
		      uint64_t at_ns)
{
	deadline->at_ns = at_ns;
	if (deadline->position == 0) {
		assert(deadlines->count < deadlines->capacity);
		place(deadlines, deadline, ++deadlines->count);
	}
	sift_up(deadlines, deadline);
	sift_down(deadlines, deadline);
}

void tcp_deadline_clear(struct tcp_deadlines *deadlines, struct tcp_deadline *deadline)
{
	if (deadline->position == 0) {
		return;
	}
	struct tcp_deadline *last = deadlines->heap[deadlines->count--];
	if (last != deadline) {
		place(deadlines, last, deadline->position);
		sift_up(deadlines, last);
		sift_down(deadlines, last);
	}
	deadline->position = 0;
}

struct tcp_deadline *tcp_deadline_first(const struct tcp_deadlines *deadlines)
{
	return deadlines->count > 0 ? deadlines->heap[1] : NULL;
}
