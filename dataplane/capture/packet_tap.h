// SPDX-License-Identifier: BSD-3-Clause
// The worker's end of a capture: copies frames that match the filter into a bounded ring. Never blocks and never
// slows a look-up: when the ring is full the copy is dropped and counted, the packet itself goes on.
//
//   worker ── packet_tap_frame ──► ring ──► packet_tap_drain ── control thread ──► capture_file
//
// One tap per worker. The filter is fixed at creation; a worker holds a tap only between two
// worker_group_set_capture calls, so a tap is destroyed after the second one's completion callback.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/ip_address.h>
#include <parallax/dns/name.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PACKET_TAP_FRAME_MAX                                                                       \
	(64 * 1024 + 128) // a whole DNS message over TCP with its synthetic headers
#define PACKET_TAP_RING_BYTES_DEFAULT (4u << 20)

enum packet_direction {
	PACKET_SENT,
	PACKET_RECEIVED,
};

// Both conditions must hold; an unset one always does.
struct packet_filter {
	struct plx_name suffix; // the question is this name or below it; length 0: any
	struct plx_ip server;   // family 0: any
	uint16_t server_port;   // 0: any
};

struct packet_tap_counters {
	uint64_t captured;
	uint64_t dropped; // matched, but the ring was full
};

struct packet_tap;

// NULL and ret_error: -ENOMEM, -EINVAL. `ring_bytes` is rounded up to a power of two.
struct packet_tap *packet_tap_create(const struct packet_filter *filter, size_t ring_bytes,
				     int *ret_error);
void packet_tap_destroy(struct packet_tap *tap);

// Worker thread. An Ethernet frame as it is on the wire; frames longer than PACKET_TAP_FRAME_MAX are dropped.
// `now_ns` is the worker's clock (CLOCK_MONOTONIC). With tap == NULL nothing happens.
static inline void packet_tap_frame(struct packet_tap *tap, const uint8_t *frame, size_t length,
				    uint64_t now_ns, enum packet_direction direction);
// Worker thread. A DNS message that travelled over a kernel TCP socket, as one synthetic segment with its two length
// octets, so that a verdict which came by TCP can be replayed as well. Our own end is the unspecified address.
static inline void packet_tap_tcp_message(struct packet_tap *tap, const struct plx_endpoint *server,
					  const uint8_t *message, size_t length, uint64_t now_ns,
					  enum packet_direction direction);

// Control thread. Hands over frames that are there now, oldest first; returns how many.
struct captured_frame {
	uint64_t time_ns; // the worker's clock
	enum packet_direction direction;
	uint32_t length;
	const uint8_t *bytes; // valid during the call only
};
typedef void (*packet_tap_cb)(void *context, const struct captured_frame *frame);
unsigned packet_tap_drain(struct packet_tap *tap, unsigned max, packet_tap_cb callback,
			  void *context);
struct packet_tap_counters packet_tap_read_counters(const struct packet_tap *tap);

// Not for callers: what the inline checks above call when there is a tap.
void packet_tap_copy_frame(struct packet_tap *tap, const uint8_t *frame, size_t length,
			   uint64_t now_ns, enum packet_direction direction);
void packet_tap_copy_tcp_message(struct packet_tap *tap, const struct plx_endpoint *server,
				 const uint8_t *message, size_t length, uint64_t now_ns,
				 enum packet_direction direction);

static inline void packet_tap_frame(struct packet_tap *tap, const uint8_t *frame, size_t length,
				    uint64_t now_ns, enum packet_direction direction)
{
	if (PLX_UNLIKELY(tap != NULL)) {
		packet_tap_copy_frame(tap, frame, length, now_ns, direction);
	}
}

static inline void packet_tap_tcp_message(struct packet_tap *tap, const struct plx_endpoint *server,
					  const uint8_t *message, size_t length, uint64_t now_ns,
					  enum packet_direction direction)
{
	if (PLX_UNLIKELY(tap != NULL)) {
		packet_tap_copy_tcp_message(tap, server, message, length, now_ns, direction);
	}
}
