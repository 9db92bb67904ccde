// SPDX-License-Identifier: BSD-3-Clause
// A ring of pointers between exactly one pushing and one popping thread of this process. Lock-free; a push never
// overwrites. head and tail count from 0 and wrap with uint32_t; the slot is their low bits.

#pragma once

#include <parallax/base/attributes.h>

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

struct pointer_ring {
	// pusher: rw, popper: ro. seq_cst, since a sleeper re-checks it after announcing its sleep (tcp_pool.c, validator_pool.c).
	_Atomic uint32_t head PLX_CACHE_ALIGNED;
	// popper: rw, pusher: ro. Release; pairs with the acquire in pointer_ring_push: the slot is free again.
	_Atomic uint32_t tail PLX_CACHE_ALIGNED;
	void **slots PLX_CACHE_ALIGNED;
	uint32_t mask;
};

// `capacity` is a power of two.
PLX_MUST_CHECK static inline int pointer_ring_init(struct pointer_ring *ring, uint32_t capacity)
{
	ring->slots = calloc(capacity, sizeof(*ring->slots));
	ring->mask = capacity - 1;
	atomic_init(&ring->head, 0);
	atomic_init(&ring->tail, 0);
	return ring->slots != NULL ? 0 : -ENOMEM;
}

static inline void pointer_ring_fini(struct pointer_ring *ring)
{
	free(ring->slots);
	ring->slots = NULL;
}

// False when the ring is full.
PLX_MUST_CHECK static inline bool pointer_ring_push(struct pointer_ring *ring, void *item)
{
	uint32_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
	if (head - atomic_load_explicit(&ring->tail, memory_order_acquire) > ring->mask) {
		return false;
	}
	ring->slots[head & ring->mask] = item;
	atomic_store(&ring->head, head + 1);
	return true;
}

static inline bool pointer_ring_is_empty(struct pointer_ring *ring)
{
	return atomic_load(&ring->head) == atomic_load_explicit(&ring->tail, memory_order_relaxed);
}

// NULL when the ring is empty.
static inline void *pointer_ring_pop(struct pointer_ring *ring)
{
	uint32_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
	if (atomic_load_explicit(&ring->head, memory_order_acquire) == tail) {
		return NULL;
	}
	void *item = ring->slots[tail & ring->mask];
	atomic_store_explicit(&ring->tail, tail + 1, memory_order_release);
	return item;
}
