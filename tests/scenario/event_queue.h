// SPDX-License-Identifier: BSD-3-Clause
// What is on its way through the virtual network, in order of arrival; what was sent first goes first at a tie.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/ip_address.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arrival {
	uint64_t at_ns;
	uint64_t order;
	bool is_tcp;
	// UDP
	uint32_t copies;
	uint32_t forged; // datagrams with other IDs that come just before
	uint16_t port;   // ours
	// TCP
	uint32_t slot;
	uint32_t generation;
	uint32_t rtt_us;
	bool is_connected;
	int error;
	// both
	struct plx_endpoint source;
	uint32_t length;
	uint8_t *wire; // owned
};

struct event_queue {
	struct arrival *heap; // by (at_ns, order), the next one first
	size_t count;
	size_t capacity;
	uint64_t next_order;
};

void event_queue_fini(struct event_queue *queue);
// Takes the octets over. -ENOMEM.
PLX_MUST_CHECK int event_queue_add(struct event_queue *queue, const struct arrival *arrival);
uint64_t event_queue_next_ns(const struct event_queue *queue); // UINT64_MAX when it is empty
// The next one that is due; false when none is. The caller frees the octets.
bool event_queue_take(struct event_queue *queue, uint64_t now_ns, struct arrival *ret_arrival);
