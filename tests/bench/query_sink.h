// SPDX-License-Identifier: BSD-3-Clause
// A DNS server that knows one answer, inside a benchmark: NODATA with the SOA of an ancestor and EDNS, to queries over
// IPv4. It sleeps until so many queries are with it, then answers the oldest for each new one, so that the number in
// flight stays what it is. Its own cost is not what is measured, but it keeps no more memory than it must: it runs on
// the same caches.

#pragma once

#include <stdbool.h>
#include <stdint.h>

#define SINK_QUESTION_MAX 80
#define SINK_FRAME_MAX 256

struct sink_query {
	uint32_t server; // as on the wire
	uint16_t port;
	uint16_t id;
	uint8_t question_length;
	uint8_t question[SINK_QUESTION_MAX]; // name as sent, type, class
};

struct query_sink {
	struct sink_query *queries; // a ring
	uint32_t capacity;          // a power of two
	uint32_t head;
	uint32_t tail;
};

// Room for `in_flight` queries and one burst more, in memory that is touched already. False: none.
bool query_sink_init(struct query_sink *sink, uint32_t in_flight);
void query_sink_fini(struct query_sink *sink);
static inline uint32_t query_sink_count(const struct query_sink *sink)
{
	return sink->tail - sink->head;
}
// A frame with a query: Ethernet, IPv4, UDP, DNS.
void query_sink_take(struct query_sink *sink, const uint8_t *frame);
// Writes the frame that answers the oldest query and returns its length.
uint32_t query_sink_answer(struct query_sink *sink, uint8_t ret_frame[static SINK_FRAME_MAX]);
