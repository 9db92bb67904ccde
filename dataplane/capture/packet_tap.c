// SPDX-License-Identifier: BSD-3-Clause

#include "capture/packet_tap.h"

#include <parallax/capture/frame_payload.h>
#include <parallax/dns/message_reader.h>
#include <parallax/exchange/spsc_ring.h>

#include "capture/tcp_frame.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define RING_BYTES_MIN ((size_t)256 * 1024) // two frames of PACKET_TAP_FRAME_MAX and more

// Before the frame in a ring record.
struct frame_header {
	uint64_t time_ns;
	uint32_t direction;
	uint32_t reserved;
};

struct packet_tap {
	// control: rw before the worker gets it, then ro for both.
	struct packet_filter filter;
	// worker: rw.
	struct plx_ring_producer producer PLX_CACHE_ALIGNED;
	struct packet_tap_counters counters; // control: ro, relaxed
	// control: rw.
	struct plx_ring_consumer consumer PLX_CACHE_ALIGNED;
	struct plx_ring_shared shared;
	uint8_t *bytes;
	uint8_t record[sizeof(struct frame_header) + PACKET_TAP_FRAME_MAX];
};

static size_t power_of_two_from(size_t bytes)
{
	size_t power = RING_BYTES_MIN;
	while (power < bytes) {
		power *= 2;
	}
	return power;
}

struct packet_tap *packet_tap_create(const struct packet_filter *filter, size_t ring_bytes,
				     int *ret_error)
{
	if (ring_bytes > PLX_RING_CAPACITY_MAX) {
		*ret_error = -EINVAL;
		return NULL;
	}
	size_t capacity = power_of_two_from(ring_bytes);
	struct packet_tap *tap = aligned_alloc(PLX_CACHE_LINE, sizeof(*tap));
	uint8_t *bytes = aligned_alloc(PLX_CACHE_LINE, capacity);
	if (tap == NULL || bytes == NULL) {
		free(tap);
		free(bytes);
		*ret_error = -ENOMEM;
		return NULL;
	}
	memset(tap, 0, sizeof(*tap));
	tap->filter = *filter;
	tap->bytes = bytes;
	plx_ring_producer_init(&tap->producer, &tap->shared, bytes, capacity);
	plx_ring_consumer_init(&tap->consumer, &tap->shared, bytes, capacity);
	return tap;
}

void packet_tap_destroy(struct packet_tap *tap)
{
	if (tap != NULL) {
		free(tap->bytes);
		free(tap);
	}
}

static bool endpoint_matches(const struct packet_filter *filter,
			     const struct plx_endpoint *endpoint)
{
	return (filter->server.family == 0 || plx_ip_equal(&filter->server, &endpoint->ip)) &&
	       (filter->server_port == 0 || filter->server_port == endpoint->port);
}

// A message that cannot be read has no name: it is captured only without a name filter.
static bool question_matches(const struct packet_filter *filter, const uint8_t *bytes,
			     size_t length)
{
	if (filter->suffix.length == 0) {
		return true;
	}
	struct plx_message message;
	if (plx_message_open(bytes, length, &message) != 0 || message.question_count != 1 ||
	    message.question_name_length == 0) {
		return false;
	}
	struct plx_name name = {.length = message.question_name_length};
	memcpy(name.wire, bytes + PLX_DNS_HEADER_BYTES, name.length);
	return plx_name_is_below(&name, &filter->suffix);
}

static bool frame_matches(const struct packet_filter *filter, const uint8_t *frame, size_t length)
{
	if (filter->suffix.length == 0 && filter->server.family == 0 && filter->server_port == 0) {
		return true;
	}
	struct plx_frame_payload payload;
	return plx_frame_payload_find(frame, length, &payload) &&
	       (endpoint_matches(filter, &payload.source) ||
		endpoint_matches(filter, &payload.destination)) &&
	       question_matches(filter, payload.message, payload.message_length);
}

static void count(uint64_t *counter)
{
	__atomic_store_n(counter, *counter + 1, __ATOMIC_RELAXED);
}

// Copies both parts as one record, or drops and counts.
static void ring_put(struct packet_tap *tap, const uint8_t *head, size_t head_length,
		     const uint8_t *body, size_t body_length, uint64_t now_ns,
		     enum packet_direction direction)
{
	const struct frame_header header = {.time_ns = now_ns, .direction = direction};
	size_t length = sizeof(header) + head_length + body_length;
	uint8_t *record = NULL;
	if (head_length + body_length <= PACKET_TAP_FRAME_MAX) {
		record = plx_ring_reserve(&tap->producer, (uint32_t)length);
	}
	if (record == NULL) {
		count(&tap->counters.dropped);
		return;
	}
	memcpy(record, &header, sizeof(header));
	memcpy(record + sizeof(header), head, head_length);
	if (body_length > 0) {
		memcpy(record + sizeof(header) + head_length, body, body_length);
	}
	count(&tap->counters.captured);
	bool needs_kick = plx_ring_publish(&tap->producer);
	(void)needs_kick; // the control thread drains by timer and never sleeps on the ring
}

void packet_tap_copy_frame(struct packet_tap *tap, const uint8_t *frame, size_t length,
			   uint64_t now_ns, enum packet_direction direction)
{
	if (frame_matches(&tap->filter, frame, length)) {
		ring_put(tap, frame, length, NULL, 0, now_ns, direction);
	}
}

void packet_tap_copy_tcp_message(struct packet_tap *tap, const struct plx_endpoint *server,
				 const uint8_t *message, size_t length, uint64_t now_ns,
				 enum packet_direction direction)
{
	if (length > PLX_MESSAGE_MAX || length < 2 || !endpoint_matches(&tap->filter, server) ||
	    !question_matches(&tap->filter, message, length)) {
		return;
	}
	uint8_t headers[TCP_FRAME_HEADERS_MAX];
	uint16_t id = (uint16_t)((unsigned)message[0] << 8 | message[1]);
	size_t header_length =
		tcp_frame_headers(server, direction == PACKET_SENT, id, length, headers);
	ring_put(tap, headers, header_length, message, length, now_ns, direction);
}

unsigned packet_tap_drain(struct packet_tap *tap, unsigned max, packet_tap_cb callback,
			  void *context)
{
	unsigned drained = 0;
	uint32_t length;
	while (drained < max &&
	       plx_ring_peek(&tap->consumer, tap->record, sizeof(tap->record), &length) == 1) {
		struct frame_header header;
		memcpy(&header, tap->record, sizeof(header));
		const struct captured_frame frame = {
			.time_ns = header.time_ns,
			.direction = (enum packet_direction)header.direction,
			.length = length - (uint32_t)sizeof(header),
			.bytes = tap->record + sizeof(header),
		};
		callback(context, &frame);
		plx_ring_take(&tap->consumer);
		bool needs_kick = plx_ring_release(&tap->consumer);
		(void)needs_kick; // the worker never waits for room
		drained++;
	}
	return drained;
}

struct packet_tap_counters packet_tap_read_counters(const struct packet_tap *tap)
{
	return (struct packet_tap_counters) {
		.captured = __atomic_load_n(&tap->counters.captured, __ATOMIC_RELAXED),
		.dropped = __atomic_load_n(&tap->counters.dropped, __ATOMIC_RELAXED),
	};
}
