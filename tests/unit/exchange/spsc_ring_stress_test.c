// SPDX-License-Identifier: BSD-3-Clause
// The ring between two threads, both of which sleep whenever they can: every record arrives once, in order and
// whole, and no wake-up is lost (a lost one shows as a poll that ran into its deadline). Meant for
// -Db_sanitize=thread too, which checks that every byte is handed over by the positions alone.

#include <parallax/exchange/spsc_ring.h>
#include <parallax/exchange/wake_event.h>

#include "cunit_runner.h"

#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/eventfd.h>

#define CAPACITY_MAX 4096u // small, so that both ends meet its limits often
#define WORDS_MAX 30u
#define DEADLINE_MS 20000

struct exchange {
	struct plx_ring_shared shared;
	PLX_CACHE_ALIGNED uint8_t bytes[CAPACITY_MAX];
	uint32_t capacity;
	int producer_wake_fd;
	int consumer_wake_fd;
	uint64_t record_count;
	unsigned batch_mask; // one in so many publishes, minus 1
	// Each written by one thread and read after both ended.
	uint64_t producer_sleeps;
	uint64_t producer_timeouts;
	uint64_t consumer_sleeps;
	uint64_t consumer_timeouts;
	uint64_t wrong_records;
	uint64_t received;
};

// The same numbers for both ends: which words record `number` holds.
static uint64_t word_of(uint64_t number, unsigned index)
{
	return (number + 1) * 0x9e3779b97f4a7c15ull + index;
}

static uint32_t length_of(uint64_t number)
{
	return (uint32_t)(word_of(number, 0) >> 40) % (8 * WORDS_MAX + 1);
}

static bool wake_wait(int fd)
{
	struct pollfd wake = {.fd = fd, .events = POLLIN};
	int ready = poll(&wake, 1, DEADLINE_MS);
	plx_wake_event_drain(fd);
	return ready == 1;
}

static void record_fill(uint64_t number, uint32_t length, uint8_t *record)
{
	uint64_t words[WORDS_MAX];
	for (unsigned i = 0; i < WORDS_MAX; i++) {
		words[i] = word_of(number, i);
	}
	memcpy(record, words, length);
}

static void publish(struct exchange *exchange, struct plx_ring_producer *producer)
{
	if (plx_ring_publish(producer)) {
		plx_wake_event_kick(exchange->consumer_wake_fd);
	}
}

static void *produce(void *context)
{
	struct exchange *exchange = context;
	struct plx_ring_producer producer;
	plx_ring_producer_init(&producer, &exchange->shared, exchange->bytes, exchange->capacity);
	for (uint64_t number = 0; number < exchange->record_count; number++) {
		uint32_t length = length_of(number);
		uint8_t *record = plx_ring_reserve(&producer, length);
		while (record == NULL) {
			publish(exchange, &producer);
			if (!plx_ring_producer_asleep(&producer, length)) {
				exchange->producer_sleeps++;
				exchange->producer_timeouts +=
					!wake_wait(exchange->producer_wake_fd);
			}
			plx_ring_producer_awake(&producer);
			record = plx_ring_reserve(&producer, length);
		}
		record_fill(number, length, record);
		if ((word_of(number, 1) >> 32 & exchange->batch_mask) == 0) {
			publish(exchange, &producer);
		}
	}
	publish(exchange, &producer);
	return NULL;
}

static void record_check(struct exchange *exchange, const uint8_t *record, uint32_t length)
{
	uint8_t wanted[8 * WORDS_MAX];
	uint32_t wanted_length = length_of(exchange->received);
	record_fill(exchange->received, wanted_length, wanted);
	exchange->wrong_records +=
		length != wanted_length || memcmp(record, wanted, wanted_length) != 0;
	exchange->received++;
}

static void release(struct exchange *exchange, struct plx_ring_consumer *consumer)
{
	if (plx_ring_release(consumer)) {
		plx_wake_event_kick(exchange->producer_wake_fd);
	}
}

static void *consume(void *context)
{
	struct exchange *exchange = context;
	struct plx_ring_consumer consumer;
	plx_ring_consumer_init(&consumer, &exchange->shared, exchange->bytes, exchange->capacity);
	while (exchange->received < exchange->record_count && exchange->consumer_timeouts == 0) {
		uint8_t record[8 * WORDS_MAX];
		uint32_t length;
		int found = plx_ring_peek(&consumer, record, sizeof(record), &length);
		if (found == 1) {
			plx_ring_take(&consumer);
			record_check(exchange, record, length);
			if ((word_of(exchange->received, 2) >> 32 & exchange->batch_mask) == 0) {
				release(exchange, &consumer);
			}
			continue;
		}
		if (found < 0) {
			exchange->wrong_records++;
			break;
		}
		release(exchange, &consumer);
		if (!plx_ring_consumer_asleep(&consumer)) {
			exchange->consumer_sleeps++;
			exchange->consumer_timeouts += !wake_wait(exchange->consumer_wake_fd);
		}
		plx_ring_consumer_awake(&consumer);
	}
	release(exchange, &consumer);
	return NULL;
}

static void run(uint64_t record_count, unsigned batch_mask, uint32_t capacity)
{
	struct exchange *exchange = aligned_alloc(PLX_CACHE_LINE, sizeof(*exchange));
	memset(exchange, 0, sizeof(*exchange));
	exchange->record_count = record_count;
	exchange->batch_mask = batch_mask;
	exchange->capacity = capacity;
	exchange->producer_wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	exchange->consumer_wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	pthread_t producer;
	pthread_t consumer;
	CU_ASSERT_EQUAL(pthread_create(&consumer, NULL, consume, exchange), 0);
	CU_ASSERT_EQUAL(pthread_create(&producer, NULL, produce, exchange), 0);
	pthread_join(producer, NULL);
	pthread_join(consumer, NULL);
	CU_ASSERT_EQUAL(exchange->received, record_count);
	CU_ASSERT_EQUAL(exchange->wrong_records, 0);
	CU_ASSERT_EQUAL(exchange->producer_timeouts, 0);
	CU_ASSERT_EQUAL(exchange->consumer_timeouts, 0);
	// The test means little if nobody ever slept.
	CU_ASSERT_TRUE(exchange->producer_sleeps + exchange->consumer_sleeps > 0);
	close(exchange->producer_wake_fd);
	close(exchange->consumer_wake_fd);
	free(exchange);
}

TEST(a_million_single_records_arrive_whole_and_in_order)
{
	run(1000000, 0, CAPACITY_MAX);
}

TEST(millions_of_records_in_batches_arrive_whole_and_in_order)
{
	run(3000000, 15, CAPACITY_MAX);
}

// Two records fill the ring, so that each end soon depends on a kick of the other.
TEST(records_through_a_tiny_ring_lose_no_wake_up)
{
	run(300000, 0, 512);
}

TEST_MAIN(spsc_ring_stress, T(records_through_a_tiny_ring_lose_no_wake_up),
	  T(a_million_single_records_arrive_whole_and_in_order),
	  T(millions_of_records_in_batches_arrive_whole_and_in_order))
