// SPDX-License-Identifier: BSD-3-Clause
// A ring whose other end writes whatever it likes: positions, headers and bytes, between any two of our steps. Our
// ends must never touch memory outside the ring, never hand out more than was published, and always come to an end.

#include <parallax/exchange/spsc_ring.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CAPACITY 512u
#define RECORD_MAX 64u
#define PEEKS_MAX (CAPACITY / 8) // the smallest record takes 8 octets

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct script {
	const uint8_t *bytes;
	size_t left;
};

static uint64_t script_read(struct script *script, size_t count)
{
	uint64_t value = 0;
	count = count < script->left ? count : script->left;
	memcpy(&value, script->bytes, count);
	script->bytes += count;
	script->left -= count;
	return value;
}

static void must(bool is_true)
{
	if (!is_true) {
		abort();
	}
}

static void check_consumer(const struct plx_ring_consumer *consumer)
{
	must(consumer->published - consumer->released <= CAPACITY);
	must(consumer->position - consumer->released <= consumer->published - consumer->released);
	must(consumer->position % PLX_RING_ALIGNMENT == 0);
}

static void check_producer(const struct plx_ring_producer *producer)
{
	must(producer->written - producer->consumed <= CAPACITY);
	must(producer->published - producer->consumed <= producer->written - producer->consumed);
}

// Takes what there is: by positions alone no more than a ring of the smallest records.
static void drain(struct plx_ring_consumer *consumer)
{
	uint8_t record[RECORD_MAX];
	uint32_t length = 0;
	for (unsigned i = 0; i <= PEEKS_MAX; i++) {
		int found = plx_ring_peek(consumer, record, sizeof(record), &length);
		check_consumer(consumer);
		must(found == 0 || found == 1 || found == PLX_ERR_RING_CORRUPT);
		must(!consumer->is_corrupt || found == PLX_ERR_RING_CORRUPT);
		if (found != 1) {
			return;
		}
		must(length < CAPACITY);
		plx_ring_take(consumer);
		check_consumer(consumer);
	}
	must(false); // more records than the ring can hold
}

static void produce(struct plx_ring_producer *producer, uint32_t length)
{
	uint8_t *record = plx_ring_reserve(producer, length % (CAPACITY / 2 - 8));
	if (record != NULL) {
		memset(record, 0x55, length % (CAPACITY / 2 - 8));
	}
	check_producer(producer);
}

static void step(struct script *script, struct plx_ring_producer *producer,
		 struct plx_ring_consumer *consumer)
{
	struct plx_ring_shared *shared = consumer->shared;
	uint8_t *bytes = producer->bytes;
	bool is_kick = false;
	switch (script_read(script, 1) % 10) {
	case 0: // hostile producer: anywhere
		shared->published = script_read(script, 8);
		break;
	case 1: // hostile producer: somewhere plausible
		shared->published = consumer->released + 8 * (script_read(script, 1) % 80);
		break;
	case 2: { // hostile producer: a header
		uint64_t offset = 8 * script_read(script, 1) % CAPACITY;
		uint32_t length = (uint32_t)script_read(script, 4);
		memcpy(bytes + offset, &length, sizeof(length));
		break;
	}
	case 3: { // hostile producer: a short header or a wrap marker
		uint64_t offset = 8 * script_read(script, 1) % CAPACITY;
		uint32_t length = (uint32_t)script_read(script, 1);
		length = length == 255 ? PLX_RING_WRAP : length;
		memcpy(bytes + offset, &length, sizeof(length));
		break;
	}
	case 4:
		drain(consumer);
		break;
	case 5:
		is_kick = plx_ring_release(consumer);
		check_consumer(consumer);
		break;
	case 6:
		is_kick = plx_ring_consumer_asleep(consumer);
		plx_ring_consumer_awake(consumer);
		break;
	case 7: // hostile consumer
		shared->consumed = script_read(script, 8);
		shared->consumer_sleep = shared->consumed;
		break;
	case 8:
		produce(producer, (uint32_t)script_read(script, 2));
		break;
	default:
		is_kick = plx_ring_publish(producer);
		check_producer(producer);
		break;
	}
	(void)is_kick; // nobody sleeps here
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	// On the heap and of exactly the ring's size, so that AddressSanitizer sees one octet too many.
	struct plx_ring_shared *shared = aligned_alloc(PLX_CACHE_LINE, sizeof(*shared));
	uint8_t *bytes = calloc(1, CAPACITY);
	memset(shared, 0, sizeof(*shared));
	struct plx_ring_producer producer;
	struct plx_ring_consumer consumer;
	plx_ring_producer_init(&producer, shared, bytes, CAPACITY);
	plx_ring_consumer_init(&consumer, shared, bytes, CAPACITY);
	struct script script = {.bytes = data, .left = size};
	while (script.left > 0) {
		step(&script, &producer, &consumer);
	}
	free(bytes);
	free(shared);
	return 0;
}
