// SPDX-License-Identifier: BSD-3-Clause
// The ring with both ends in one thread: order, wrapping, fullness, and a peer that writes impossible things.

#include <parallax/exchange/spsc_ring.h>

#include "cunit_runner.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CAPACITY 256u

struct pair {
	struct plx_ring_shared shared;
	PLX_CACHE_ALIGNED uint8_t bytes[CAPACITY];
	struct plx_ring_producer producer;
	struct plx_ring_consumer consumer;
};

static void pair_init(struct pair *pair)
{
	memset(pair, 0, sizeof(*pair));
	plx_ring_producer_init(&pair->producer, &pair->shared, pair->bytes, CAPACITY);
	plx_ring_consumer_init(&pair->consumer, &pair->shared, pair->bytes, CAPACITY);
}

static bool put(struct pair *pair, uint8_t fill, uint32_t length)
{
	uint8_t *record = plx_ring_reserve(&pair->producer, length);
	if (record == NULL) {
		return false;
	}
	memset(record, fill, length);
	return true;
}

static void publish(struct pair *pair)
{
	CU_ASSERT_FALSE(plx_ring_publish(&pair->producer));
}

// Takes one record that must be `length` octets of `fill`.
static void expect(struct pair *pair, uint8_t fill, uint32_t length)
{
	uint8_t record[CAPACITY] = {0};
	uint8_t wanted[CAPACITY];
	uint32_t found_length = 0;
	memset(wanted, fill, sizeof(wanted));
	CU_ASSERT_EQUAL(plx_ring_peek(&pair->consumer, record, sizeof(record), &found_length), 1);
	CU_ASSERT_EQUAL(found_length, length);
	CU_ASSERT_EQUAL(memcmp(record, wanted, length), 0);
	plx_ring_take(&pair->consumer);
}

static int peek(struct pair *pair)
{
	uint8_t record[CAPACITY];
	uint32_t length;
	return plx_ring_peek(&pair->consumer, record, sizeof(record), &length);
}

static void release(struct pair *pair)
{
	CU_ASSERT_FALSE(plx_ring_release(&pair->consumer));
}

TEST(records_come_out_in_order)
{
	struct pair pair;
	pair_init(&pair);
	CU_ASSERT_TRUE(put(&pair, 1, 1));
	CU_ASSERT_TRUE(put(&pair, 2, 8));
	CU_ASSERT_TRUE(put(&pair, 3, 0));
	CU_ASSERT_TRUE(put(&pair, 4, 9));
	publish(&pair);
	expect(&pair, 1, 1);
	expect(&pair, 2, 8);
	expect(&pair, 3, 0);
	expect(&pair, 4, 9);
	CU_ASSERT_EQUAL(peek(&pair), 0);
}

TEST(records_are_invisible_until_published)
{
	struct pair pair;
	pair_init(&pair);
	CU_ASSERT_TRUE(put(&pair, 1, 20));
	CU_ASSERT_EQUAL(peek(&pair), 0);
	publish(&pair);
	expect(&pair, 1, 20);
}

TEST(peeked_record_stays_until_taken)
{
	struct pair pair;
	pair_init(&pair);
	CU_ASSERT_TRUE(put(&pair, 7, 5));
	publish(&pair);
	CU_ASSERT_EQUAL(peek(&pair), 1);
	CU_ASSERT_EQUAL(peek(&pair), 1);
	expect(&pair, 7, 5);
	// Taking without a peek takes nothing.
	plx_ring_take(&pair.consumer);
	CU_ASSERT_TRUE(put(&pair, 8, 5));
	publish(&pair);
	plx_ring_take(&pair.consumer);
	expect(&pair, 8, 5);
}

TEST(record_longer_than_the_room_is_cut_and_says_so)
{
	struct pair pair;
	pair_init(&pair);
	CU_ASSERT_TRUE(put(&pair, 5, 40));
	CU_ASSERT_TRUE(put(&pair, 6, 3));
	publish(&pair);
	uint8_t small[5] = {0, 0, 0, 0, 99};
	uint32_t length = 0;
	CU_ASSERT_EQUAL(plx_ring_peek(&pair.consumer, small, 4, &length), 1);
	CU_ASSERT_EQUAL(length, 40);
	CU_ASSERT_EQUAL(small[3], 5);
	CU_ASSERT_EQUAL(small[4], 99);
	plx_ring_take(&pair.consumer);
	expect(&pair, 6, 3);
}

TEST(full_ring_refuses_until_room_is_released)
{
	struct pair pair;
	pair_init(&pair);
	for (unsigned i = 0; i < CAPACITY / 32; i++) {
		CU_ASSERT_TRUE(put(&pair, (uint8_t)i, 24));
	}
	CU_ASSERT_FALSE(put(&pair, 99, 0));
	publish(&pair);
	expect(&pair, 0, 24);
	// Taken is not released: the bytes may still be looked at.
	CU_ASSERT_FALSE(put(&pair, 99, 24));
	release(&pair);
	CU_ASSERT_TRUE(put(&pair, 99, 24));
	CU_ASSERT_FALSE(put(&pair, 99, 24));
	CU_ASSERT_FALSE(pair.producer.is_corrupt);
}

TEST(every_length_at_every_offset_survives_wrapping)
{
	struct pair pair;
	pair_init(&pair);
	uint8_t fill = 0;
	for (unsigned round = 0; round < 40; round++) {
		for (uint32_t length = 0; length <= CAPACITY / 2 - 8; length++) {
			fill++;
			CU_ASSERT_TRUE_FATAL(put(&pair, fill, length));
			publish(&pair);
			expect(&pair, fill, length);
			release(&pair);
		}
	}
	CU_ASSERT_TRUE(pair.producer.written > 100 * CAPACITY);
	CU_ASSERT_EQUAL(pair.producer.written, pair.consumer.position);
}

TEST(half_the_capacity_fits_at_every_offset_of_an_empty_ring)
{
	for (uint32_t offset = 8; offset < CAPACITY / 2; offset += 8) {
		struct pair pair;
		pair_init(&pair);
		CU_ASSERT_TRUE(put(&pair, 1, offset - 8));
		publish(&pair);
		expect(&pair, 1, offset - 8);
		release(&pair);
		CU_ASSERT_TRUE(put(&pair, 2, CAPACITY / 2 - 8));
		publish(&pair);
		expect(&pair, 2, CAPACITY / 2 - 8);
		release(&pair);
		CU_ASSERT_TRUE(put(&pair, 3, CAPACITY / 2 - 8));
		publish(&pair);
		expect(&pair, 3, CAPACITY / 2 - 8);
	}
}

TEST(impossible_published_position_is_corrupt_for_good)
{
	static const uint64_t positions[] = {
		1, 4, CAPACITY + 8, UINT64_MAX, UINT64_MAX - 7, 1ull << 63, 1ull << 32};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(positions); i++) {
		struct pair pair;
		pair_init(&pair);
		pair.shared.published = positions[i];
		CU_ASSERT_EQUAL(peek(&pair), PLX_ERR_RING_CORRUPT);
		pair.shared.published = 16;
		CU_ASSERT_EQUAL(peek(&pair), PLX_ERR_RING_CORRUPT);
		CU_ASSERT_TRUE(plx_ring_consumer_asleep(&pair.consumer));
	}
}

TEST(published_position_that_goes_back_is_corrupt)
{
	struct pair pair;
	pair_init(&pair);
	CU_ASSERT_TRUE(put(&pair, 1, 8));
	CU_ASSERT_TRUE(put(&pair, 1, 8));
	publish(&pair);
	expect(&pair, 1, 8);
	expect(&pair, 1, 8);
	pair.shared.published = 16;
	CU_ASSERT_EQUAL(peek(&pair), PLX_ERR_RING_CORRUPT);
}

TEST(published_position_over_unreleased_records_is_corrupt)
{
	struct pair pair;
	pair_init(&pair);
	CU_ASSERT_TRUE(put(&pair, 1, 8));
	publish(&pair);
	expect(&pair, 1, 8);
	pair.shared.published = CAPACITY + 8;
	CU_ASSERT_EQUAL(peek(&pair), PLX_ERR_RING_CORRUPT);
}

static void header_write(struct pair *pair, uint64_t offset, uint32_t length)
{
	const struct plx_ring_header header = {.length = length};
	memcpy(pair->bytes + offset, &header, sizeof(header));
}

TEST(length_past_what_was_published_is_corrupt)
{
	static const uint32_t lengths[] = {9, 17, CAPACITY, 0x7fffffff, 0xfffffff0, 0xfffffffe};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(lengths); i++) {
		struct pair pair;
		pair_init(&pair);
		header_write(&pair, 0, lengths[i]);
		pair.shared.published = 16;
		CU_ASSERT_EQUAL(peek(&pair), PLX_ERR_RING_CORRUPT);
	}
}

TEST(record_across_the_end_is_corrupt)
{
	struct pair pair;
	pair_init(&pair);
	header_write(&pair, 0, CAPACITY - 24);
	pair.shared.published = CAPACITY - 16;
	CU_ASSERT_EQUAL(peek(&pair), 1);
	plx_ring_take(&pair.consumer);
	release(&pair);
	header_write(&pair, CAPACITY - 16, 16);
	pair.shared.published = CAPACITY + 8;
	CU_ASSERT_EQUAL(peek(&pair), PLX_ERR_RING_CORRUPT);
}

TEST(wrap_marker_at_the_start_is_corrupt)
{
	struct pair pair;
	pair_init(&pair);
	header_write(&pair, 0, PLX_RING_WRAP);
	pair.shared.published = CAPACITY;
	CU_ASSERT_EQUAL(peek(&pair), PLX_ERR_RING_CORRUPT);
}

TEST(wrap_marker_without_a_record_after_it_is_corrupt)
{
	struct pair pair;
	pair_init(&pair);
	header_write(&pair, 0, 0);
	header_write(&pair, 8, PLX_RING_WRAP);
	pair.shared.published = CAPACITY;
	CU_ASSERT_EQUAL(peek(&pair), 1);
	plx_ring_take(&pair.consumer);
	CU_ASSERT_EQUAL(peek(&pair), PLX_ERR_RING_CORRUPT);
}

TEST(wrap_marker_to_a_wrap_marker_is_corrupt)
{
	struct pair pair;
	pair_init(&pair);
	header_write(&pair, 0, 0);
	header_write(&pair, 8, PLX_RING_WRAP);
	pair.shared.published = 8;
	CU_ASSERT_EQUAL(peek(&pair), 1);
	plx_ring_take(&pair.consumer);
	release(&pair);
	header_write(&pair, 0, PLX_RING_WRAP);
	pair.shared.published = CAPACITY + 8;
	CU_ASSERT_EQUAL(peek(&pair), PLX_ERR_RING_CORRUPT);
}

TEST(impossible_consumed_position_stops_the_producer)
{
	static const uint64_t positions[] = {264, 512, UINT64_MAX, 1ull << 63};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(positions); i++) {
		struct pair pair;
		pair_init(&pair);
		CU_ASSERT_TRUE(put(&pair, 1, 120));
		CU_ASSERT_TRUE(put(&pair, 2, 120));
		publish(&pair);
		pair.shared.consumed = positions[i];
		CU_ASSERT_FALSE(put(&pair, 3, 8));
		CU_ASSERT_TRUE(pair.producer.is_corrupt);
		pair.shared.consumed = 256;
		CU_ASSERT_FALSE(put(&pair, 3, 8));
	}
}

TEST(consumed_position_past_the_unpublished_stops_the_producer)
{
	struct pair pair;
	pair_init(&pair);
	CU_ASSERT_TRUE(put(&pair, 1, 120));
	publish(&pair);
	CU_ASSERT_TRUE(put(&pair, 2, 120));
	pair.shared.consumed = 256;
	CU_ASSERT_FALSE(put(&pair, 3, 8));
	CU_ASSERT_TRUE(pair.producer.is_corrupt);
}

TEST(sleeping_consumer_earns_one_kick_per_sleep)
{
	struct pair pair;
	pair_init(&pair);
	CU_ASSERT_FALSE(plx_ring_consumer_asleep(&pair.consumer));
	CU_ASSERT_TRUE(put(&pair, 1, 8));
	CU_ASSERT_TRUE(plx_ring_publish(&pair.producer));
	CU_ASSERT_TRUE(put(&pair, 2, 8));
	CU_ASSERT_FALSE(plx_ring_publish(&pair.producer));
	expect(&pair, 1, 8);
	expect(&pair, 2, 8);
	// Announced again without having withdrawn: this is another sleep.
	CU_ASSERT_FALSE(plx_ring_consumer_asleep(&pair.consumer));
	CU_ASSERT_TRUE(put(&pair, 3, 8));
	CU_ASSERT_TRUE(plx_ring_publish(&pair.producer));
	plx_ring_consumer_awake(&pair.consumer);
	CU_ASSERT_TRUE(put(&pair, 4, 8));
	CU_ASSERT_FALSE(plx_ring_publish(&pair.producer));
}

TEST(consumer_that_has_work_does_not_fall_asleep)
{
	struct pair pair;
	pair_init(&pair);
	CU_ASSERT_TRUE(put(&pair, 1, 8));
	publish(&pair);
	CU_ASSERT_TRUE(plx_ring_consumer_asleep(&pair.consumer));
}

TEST(waiting_producer_earns_one_kick_per_sleep)
{
	struct pair pair;
	pair_init(&pair);
	CU_ASSERT_TRUE(put(&pair, 1, 120));
	CU_ASSERT_TRUE(put(&pair, 2, 56));
	CU_ASSERT_TRUE(put(&pair, 3, 56));
	publish(&pair);
	CU_ASSERT_FALSE(plx_ring_producer_asleep(&pair.producer, 100));
	expect(&pair, 1, 120);
	CU_ASSERT_TRUE(plx_ring_release(&pair.consumer));
	expect(&pair, 2, 56);
	CU_ASSERT_FALSE(plx_ring_release(&pair.consumer));
	CU_ASSERT_TRUE(plx_ring_producer_asleep(&pair.producer, 100));
	plx_ring_producer_awake(&pair.producer);
	expect(&pair, 3, 56);
	CU_ASSERT_FALSE(plx_ring_release(&pair.consumer));
}

TEST_MAIN(spsc_ring, T(records_come_out_in_order), T(records_are_invisible_until_published),
	  T(peeked_record_stays_until_taken), T(record_longer_than_the_room_is_cut_and_says_so),
	  T(full_ring_refuses_until_room_is_released),
	  T(every_length_at_every_offset_survives_wrapping),
	  T(half_the_capacity_fits_at_every_offset_of_an_empty_ring),
	  T(impossible_published_position_is_corrupt_for_good),
	  T(published_position_that_goes_back_is_corrupt),
	  T(published_position_over_unreleased_records_is_corrupt),
	  T(length_past_what_was_published_is_corrupt), T(record_across_the_end_is_corrupt),
	  T(wrap_marker_at_the_start_is_corrupt),
	  T(wrap_marker_without_a_record_after_it_is_corrupt),
	  T(wrap_marker_to_a_wrap_marker_is_corrupt),
	  T(impossible_consumed_position_stops_the_producer),
	  T(consumed_position_past_the_unpublished_stops_the_producer),
	  T(sleeping_consumer_earns_one_kick_per_sleep),
	  T(consumer_that_has_work_does_not_fall_asleep),
	  T(waiting_producer_earns_one_kick_per_sleep))
