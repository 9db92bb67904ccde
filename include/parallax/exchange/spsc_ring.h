// SPDX-License-Identifier: BSD-3-Clause
// A single-producer single-consumer byte ring between two processes: records of any length, 8-byte aligned and
// contiguous, in memory that both map and neither trusts.
//
//   bytes:  [header|payload..][header|payload]...                [header|payload]....[wrap]
//                              ▲ consumed (consumer moves it)    ▲ published (producer moves it)
//
// Positions count bytes from the start of the ring's life and never wrap (64 bits); the offset is the position
// modulo the capacity. A record that does not fit before the end is written at offset 0 and a wrap marker tells
// the consumer to go there. Each end keeps its own position and the last seen one of its peer privately
// (struct plx_ring_producer, struct plx_ring_consumer), never reads back what it wrote, and looks at the peer's
// cache line only when its copy says full or empty. Many records are published with one store.
//
// Hostile peers: a position is taken over only if it lies where the protocol allows, a length only if the record
// lies within what was published; else the end is `is_corrupt` for good. Records are copied out before anyone
// looks at them, so the peer cannot change what was checked.
//
// Sleeping: an end that will sleep makes its `*_sleep` counter odd and then looks at the peer's position once
// more; the peer moves its position and then looks at the counter. All four accesses are seq_cst, so that at
// least one of the two sees the other (Dekker), and no wake-up is lost. (Accesses, not fences: x86 pays the same
// xchg, and ThreadSanitizer understands them.) Every odd value earns one kick, so that a busy producer does not
// kick a consumer that is about to wake a second time.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/error.h>
#include <parallax/base/octets_copy.h>

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define PLX_RING_ALIGNMENT 8u
#define PLX_RING_WRAP UINT32_MAX         // length of a wrap marker: go on at offset 0
#define PLX_RING_CAPACITY_MAX (1u << 31) // so that PLX_RING_WRAP never fits as a length

// The shared part of a ring; zeroed memory is an empty ring.
struct plx_ring_shared {
	// producer: rw, seq_cst store. consumer: ro, acquire (pairs with the store: records are complete).
	PLX_CACHE_ALIGNED uint64_t published;
	// consumer: rw, seq_cst store. producer: ro, acquire (pairs with the store: bytes were copied out).
	PLX_CACHE_ALIGNED uint64_t consumed;
	// consumer: rw, seq_cst. producer: ro, seq_cst, after it stored `published`. Odd: the consumer sleeps.
	PLX_CACHE_ALIGNED uint64_t consumer_sleep;
	// producer: rw, seq_cst. consumer: ro, seq_cst, after it stored `consumed`. Odd: waits for room.
	PLX_CACHE_ALIGNED uint64_t producer_sleep;
};

static_assert(offsetof(struct plx_ring_shared, published) == 0, "layout is a contract");
static_assert(offsetof(struct plx_ring_shared, consumed) == 64, "layout is a contract");
static_assert(offsetof(struct plx_ring_shared, consumer_sleep) == 128, "layout is a contract");
static_assert(offsetof(struct plx_ring_shared, producer_sleep) == 192, "layout is a contract");
static_assert(sizeof(struct plx_ring_shared) == 256, "layout is a contract");

// Before every record.
struct plx_ring_header {
	uint32_t length; // of the payload, or PLX_RING_WRAP
	uint32_t reserved;
};

static_assert(sizeof(struct plx_ring_header) == PLX_RING_ALIGNMENT, "layout is a contract");

struct plx_ring_producer {
	struct plx_ring_shared *shared;
	uint8_t *bytes;
	uint64_t capacity;  // power of two
	uint64_t written;   // end of the last record reserved
	uint64_t published; // what the consumer may read
	uint64_t consumed;  // as last seen
	uint64_t sleep;     // own copy of producer_sleep
	uint64_t kicked;    // the last value of consumer_sleep that was answered by a kick
	bool is_corrupt;    // sticky: the consumer's position was impossible
};

struct plx_ring_consumer {
	struct plx_ring_shared *shared;
	const uint8_t *bytes;
	uint64_t capacity;     // power of two
	uint64_t position;     // end of the last record taken
	uint64_t released;     // what the producer may overwrite
	uint64_t published;    // as last seen
	uint64_t sleep;        // own copy of consumer_sleep
	uint64_t kicked;       // the last value of producer_sleep that was answered by a kick
	uint64_t peeked_bytes; // size of the record last peeked, 0 when there is none
	bool is_corrupt;       // sticky: a position or length was impossible
};

// Both ends start with zeroed shared memory. `capacity` is a power of two, `bytes` 8-byte aligned.
static inline void plx_ring_producer_init(struct plx_ring_producer *producer,
					  struct plx_ring_shared *shared, uint8_t *bytes,
					  uint64_t capacity);
static inline void plx_ring_consumer_init(struct plx_ring_consumer *consumer,
					  struct plx_ring_shared *shared, const uint8_t *bytes,
					  uint64_t capacity);

// Room for one record of `length` bytes, to be filled before the next plx_ring_publish. NULL: no room now (or
// never: is_corrupt). A length whose record is larger than half the capacity is the caller's bug.
static inline uint8_t *plx_ring_reserve(struct plx_ring_producer *producer, uint32_t length);
static inline bool plx_ring_has_room(struct plx_ring_producer *producer, uint32_t length);
// Makes everything reserved visible. True: the consumer sleeps and must be kicked now.
PLX_MUST_CHECK static inline bool plx_ring_publish(struct plx_ring_producer *producer);

// 1: the next record's length is in ret_length and its first min(length, room) bytes are in ret_record; 0: none
// is there; PLX_ERR_RING_CORRUPT. The record stays until plx_ring_take.
PLX_MUST_CHECK static inline int plx_ring_peek(struct plx_ring_consumer *consumer, void *ret_record,
					       size_t room, uint32_t *ret_length);
// The same without the copy: the record where it is. The peer may change it at any time: each octet is to be read once,
// by a copy, before anything is decided by it.
PLX_MUST_CHECK static inline int plx_ring_peek_in_place(struct plx_ring_consumer *consumer,
							const uint8_t **ret_payload,
							uint32_t *ret_length);
// From `payload`, which was peeked, to the end of the ring's memory.
static inline size_t plx_ring_readable(const struct plx_ring_consumer *consumer,
				       const uint8_t *payload)
{
	return (size_t)(consumer->bytes + consumer->capacity - payload);
}
static inline void plx_ring_take(struct plx_ring_consumer *consumer);
// Gives the bytes of everything taken back to the producer. True: it waits for room and must be kicked now.
PLX_MUST_CHECK static inline bool plx_ring_release(struct plx_ring_consumer *consumer);

// Before sleeping: announces it and looks once more. True: something is there (or corrupt), do not sleep.
// Either way plx_ring_*_awake withdraws the announcement later.
PLX_MUST_CHECK static inline bool plx_ring_consumer_asleep(struct plx_ring_consumer *consumer);
static inline void plx_ring_consumer_awake(struct plx_ring_consumer *consumer);
PLX_MUST_CHECK static inline bool plx_ring_producer_asleep(struct plx_ring_producer *producer,
							   uint32_t length);
static inline void plx_ring_producer_awake(struct plx_ring_producer *producer);

static inline uint64_t plx_ring_record_bytes(uint32_t length)
{
	const uint64_t mask = PLX_RING_ALIGNMENT - 1;
	return sizeof(struct plx_ring_header) + (((uint64_t)length + mask) & ~mask);
}

static inline void plx_ring_producer_init(struct plx_ring_producer *producer,
					  struct plx_ring_shared *shared, uint8_t *bytes,
					  uint64_t capacity)
{
	assert(capacity <= PLX_RING_CAPACITY_MAX && (capacity & (capacity - 1)) == 0);
	*producer =
		(struct plx_ring_producer) {.shared = shared, .bytes = bytes, .capacity = capacity};
}

static inline void plx_ring_consumer_init(struct plx_ring_consumer *consumer,
					  struct plx_ring_shared *shared, const uint8_t *bytes,
					  uint64_t capacity)
{
	assert(capacity <= PLX_RING_CAPACITY_MAX && (capacity & (capacity - 1)) == 0);
	*consumer =
		(struct plx_ring_consumer) {.shared = shared, .bytes = bytes, .capacity = capacity};
}

// Takes over the consumer's position if it lies between the last one and what was published.
static inline void plx_ring_refresh_consumed(struct plx_ring_producer *producer, int order)
{
	uint64_t consumed = __atomic_load_n(&producer->shared->consumed, order);
	if (consumed - producer->consumed > producer->published - producer->consumed) {
		producer->is_corrupt = true;
		return;
	}
	producer->consumed = consumed;
}

// Bytes that a record takes from `written` on, padding before a wrap included.
static inline uint64_t plx_ring_needed_bytes(const struct plx_ring_producer *producer,
					     uint32_t length)
{
	uint64_t size = plx_ring_record_bytes(length);
	uint64_t to_end = producer->capacity - (producer->written & (producer->capacity - 1));
	return size > to_end ? to_end + size : size;
}

static inline uint64_t plx_ring_free_bytes(const struct plx_ring_producer *producer)
{
	return producer->capacity - (producer->written - producer->consumed);
}

static inline bool plx_ring_has_room(struct plx_ring_producer *producer, uint32_t length)
{
	uint64_t needed = plx_ring_needed_bytes(producer, length);
	if (PLX_UNLIKELY(needed > plx_ring_free_bytes(producer))) {
		plx_ring_refresh_consumed(producer, __ATOMIC_ACQUIRE);
	}
	return needed <= plx_ring_free_bytes(producer) && !producer->is_corrupt;
}

static inline void plx_ring_write_header(struct plx_ring_producer *producer, uint32_t length)
{
	const struct plx_ring_header header = {.length = length};
	memcpy(producer->bytes + (producer->written & (producer->capacity - 1)), &header,
	       sizeof(header));
}

static inline uint8_t *plx_ring_reserve(struct plx_ring_producer *producer, uint32_t length)
{
	uint64_t size = plx_ring_record_bytes(length);
	// A wrap wastes less than one record, so half the capacity always fits into an empty ring.
	assert(size <= producer->capacity / 2);
	if (!plx_ring_has_room(producer, length)) {
		return NULL;
	}
	uint64_t padding = plx_ring_needed_bytes(producer, length) - size;
	if (padding > 0) {
		plx_ring_write_header(producer, PLX_RING_WRAP);
		producer->written += padding;
	}
	plx_ring_write_header(producer, length);
	uint64_t offset = producer->written & (producer->capacity - 1);
	producer->written += size;
	return producer->bytes + offset + sizeof(struct plx_ring_header);
}

static inline bool plx_ring_publish(struct plx_ring_producer *producer)
{
	if (producer->written == producer->published) {
		return false;
	}
	producer->published = producer->written;
	__atomic_store_n(&producer->shared->published, producer->published, __ATOMIC_SEQ_CST);
	uint64_t sleep = __atomic_load_n(&producer->shared->consumer_sleep, __ATOMIC_SEQ_CST);
	if (PLX_LIKELY((sleep & 1) == 0 || sleep == producer->kicked)) {
		return false;
	}
	producer->kicked = sleep;
	return true;
}

static inline bool plx_ring_producer_asleep(struct plx_ring_producer *producer, uint32_t length)
{
	producer->sleep = (producer->sleep + 1) | 1; // a new odd value each time: earns a new kick
	__atomic_store_n(&producer->shared->producer_sleep, producer->sleep, __ATOMIC_SEQ_CST);
	plx_ring_refresh_consumed(producer, __ATOMIC_SEQ_CST);
	return producer->is_corrupt || plx_ring_has_room(producer, length);
}

static inline void plx_ring_producer_awake(struct plx_ring_producer *producer)
{
	if ((producer->sleep & 1) != 0) {
		producer->sleep++;
		__atomic_store_n(&producer->shared->producer_sleep, producer->sleep,
				 __ATOMIC_RELAXED);
	}
}

// Takes over the producer's position if it is aligned, not behind the last one and within the capacity.
static inline void plx_ring_refresh_published(struct plx_ring_consumer *consumer, int order)
{
	uint64_t published = __atomic_load_n(&consumer->shared->published, order);
	if (published - consumer->released > consumer->capacity ||
	    published - consumer->released < consumer->published - consumer->released ||
	    (published & (PLX_RING_ALIGNMENT - 1)) != 0) {
		consumer->is_corrupt = true;
		return;
	}
	consumer->published = published;
}

// Steps over a wrap marker. The producer publishes it together with the record after it, never at offset 0.
static inline bool plx_ring_follow_wrap(struct plx_ring_consumer *consumer)
{
	uint64_t offset = consumer->position & (consumer->capacity - 1);
	uint64_t padding = consumer->capacity - offset;
	if (offset == 0 || padding >= consumer->published - consumer->position) {
		return false;
	}
	consumer->position += padding;
	return true;
}

// The length of the record at `position`, read once: the peer may change it at any time.
static inline uint32_t plx_ring_read_length(const struct plx_ring_consumer *consumer)
{
	const uint8_t *header = consumer->bytes + (consumer->position & (consumer->capacity - 1));
	return __atomic_load_n((const uint32_t *)(const void *)header, __ATOMIC_RELAXED);
}

// True when `size` bytes at `position` were published and do not cross the end.
static inline bool plx_ring_is_within(const struct plx_ring_consumer *consumer, uint64_t size)
{
	uint64_t to_end = consumer->capacity - (consumer->position & (consumer->capacity - 1));
	return size <= to_end && size <= consumer->published - consumer->position;
}

static inline int plx_ring_peek_in_place(struct plx_ring_consumer *consumer,
					 const uint8_t **ret_payload, uint32_t *ret_length)
{
	consumer->peeked_bytes = 0;
	if (consumer->position == consumer->published) {
		plx_ring_refresh_published(consumer, __ATOMIC_ACQUIRE);
	}
	if (PLX_UNLIKELY(consumer->is_corrupt)) {
		return PLX_ERR_RING_CORRUPT;
	}
	if (consumer->position == consumer->published) {
		return 0;
	}
	uint32_t length = plx_ring_read_length(consumer);
	if (length == PLX_RING_WRAP && plx_ring_follow_wrap(consumer)) {
		length = plx_ring_read_length(consumer);
	}
	uint64_t size = plx_ring_record_bytes(length);
	if (PLX_UNLIKELY(!plx_ring_is_within(consumer, size))) {
		consumer->is_corrupt = true;
		return PLX_ERR_RING_CORRUPT;
	}
	*ret_payload = consumer->bytes + (consumer->position & (consumer->capacity - 1)) +
		       sizeof(struct plx_ring_header);
	consumer->peeked_bytes = size;
	*ret_length = length;
	return 1;
}

static inline int plx_ring_peek(struct plx_ring_consumer *consumer, void *ret_record, size_t room,
				uint32_t *ret_length)
{
	const uint8_t *payload;
	int found = plx_ring_peek_in_place(consumer, &payload, ret_length);
	if (found == 1) {
		plx_octets_copy(ret_record, payload, *ret_length < room ? *ret_length : room);
	}
	return found;
}

static inline void plx_ring_take(struct plx_ring_consumer *consumer)
{
	consumer->position += consumer->peeked_bytes;
	consumer->peeked_bytes = 0;
}

static inline bool plx_ring_release(struct plx_ring_consumer *consumer)
{
	if (consumer->position == consumer->released) {
		return false;
	}
	consumer->released = consumer->position;
	__atomic_store_n(&consumer->shared->consumed, consumer->released, __ATOMIC_SEQ_CST);
	uint64_t sleep = __atomic_load_n(&consumer->shared->producer_sleep, __ATOMIC_SEQ_CST);
	if (PLX_LIKELY((sleep & 1) == 0 || sleep == consumer->kicked)) {
		return false;
	}
	consumer->kicked = sleep;
	return true;
}

static inline bool plx_ring_consumer_asleep(struct plx_ring_consumer *consumer)
{
	consumer->sleep = (consumer->sleep + 1) | 1; // a new odd value each time: earns a new kick
	__atomic_store_n(&consumer->shared->consumer_sleep, consumer->sleep, __ATOMIC_SEQ_CST);
	plx_ring_refresh_published(consumer, __ATOMIC_SEQ_CST);
	return consumer->is_corrupt || consumer->position != consumer->published;
}

static inline void plx_ring_consumer_awake(struct plx_ring_consumer *consumer)
{
	if ((consumer->sleep & 1) != 0) {
		consumer->sleep++;
		__atomic_store_n(&consumer->shared->consumer_sleep, consumer->sleep,
				 __ATOMIC_RELAXED);
	}
}
