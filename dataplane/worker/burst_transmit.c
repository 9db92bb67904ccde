// SPDX-License-Identifier: BSD-3-Clause
// Queries out. Resolver and recursor write each DNS message straight into a packet buffer (query_frame.h). A buffer that
// holds its upstream's template already only needs lengths, source port and checksums. When both have more than a burst
// holds each gets half of it. What the port does not take is kept and offered again, and nothing else is generated
// meanwhile: backpressure, never loss.

#include "capture/packet_tap.h"
#include "worker/query_frame.h"

#include <rte_ethdev.h>

// False while the port still refuses some.
static bool send_unsent(struct worker *worker)
{
	uint16_t sent = rte_eth_tx_burst(worker->queues[0].port, worker->queues[0].queue,
					 worker->unsent, worker->unsent_count);
	worker->counters.packets_sent += sent;
	worker->unsent_count = (uint16_t)(worker->unsent_count - sent);
	if (worker->unsent_count == 0) {
		return true;
	}
	worker->counters.packets_unsent += worker->unsent_count;
	memmove(worker->unsent, worker->unsent + sent,
		worker->unsent_count * sizeof(worker->unsent[0]));
	return false;
}

// How many buffers there are to write queries to, at most `wanted`.
static unsigned spare_mbufs(struct worker *worker, unsigned wanted)
{
	if (worker->spare_count == 0) {
		if (rte_pktmbuf_alloc_bulk(worker->transmit_pool, worker->spare, WORKER_BURST) !=
		    0) {
			worker->counters.no_buffer++;
			return 0;
		}
		worker->spare_count = WORKER_BURST;
	}
	return wanted < worker->spare_count ? wanted : worker->spare_count;
}

static void frame_query(struct worker *worker, struct rte_mbuf *mbuf,
			const struct outgoing_query *query)
{
	const struct header_template *header = &worker->templates[query->upstream];
	uint32_t *held = query_template(worker, mbuf);
	if (*held != worker->template_name[query->upstream]) {
		header_template_place(header, query->wire);
		*held = worker->template_name[query->upstream];
	}
	query_frame_finish(header, mbuf, query->length, query->source_port);
}

static unsigned stub_queries_write(struct worker *worker, uint64_t now_ns, unsigned max,
				   struct rte_mbuf **mbufs)
{
	PLX_UNINITIALIZED struct outgoing_query queries[WORKER_BURST];
	for (unsigned i = 0; i < max; i++) {
		queries[i].wire = query_payload(mbufs[i]);
	}
	unsigned count = resolver_next_queries(worker->resolver, now_ns, max, queries);
	for (unsigned i = 0; i < count; i++) {
		frame_query(worker, mbufs[i], &queries[i]);
	}
	return count;
}

// As many as there are buffers and questions, at most `max`; false when it were no use to try again.
static bool generate_burst(struct worker *worker, uint64_t now_ns, unsigned max,
			   unsigned (*queries_write)(struct worker *worker, uint64_t now_ns,
						     unsigned max, struct rte_mbuf **mbufs))
{
	max = spare_mbufs(worker, max);
	if (max == 0) {
		return false;
	}
	struct rte_mbuf **spare = worker->spare + worker->spare_count - max;
	unsigned count = queries_write(worker, now_ns, max, spare);
	for (unsigned i = 0; i < count; i++) {
		struct rte_mbuf *mbuf = spare[i];
		packet_tap_frame(worker->tap, rte_pktmbuf_mtod(mbuf, const uint8_t *),
				 mbuf->data_len, now_ns, PACKET_SENT);
		worker->unsent[worker->unsent_count++] = mbuf;
	}
	memmove(spare, spare + count, (max - count) * sizeof(*spare));
	worker->spare_count = (uint16_t)(worker->spare_count - count);
	return count > 0 && count == max;
}

static unsigned room(const struct worker *worker)
{
	return WORKER_BURST - worker->unsent_count;
}

static void generate_stub(struct worker *worker, uint64_t now_ns)
{
	while (room(worker) > 0 &&
	       generate_burst(worker, now_ns, room(worker), stub_queries_write)) {
	}
}

static void generate_queries(struct worker *worker, uint64_t now_ns)
{
	if (worker->recursor == NULL) {
		generate_stub(worker, now_ns);
		return;
	}
	if (room(worker) == 0) {
		return;
	}
	// The half that it does not need is the resolver's, and the other way round.
	bool has_more =
		generate_burst(worker, now_ns, (room(worker) + 1) / 2, iterative_queries_write);
	generate_stub(worker, now_ns);
	while (has_more && room(worker) > 0) {
		has_more = generate_burst(worker, now_ns, room(worker), iterative_queries_write);
	}
}

unsigned burst_transmit(struct worker *worker, uint64_t now_ns)
{
	if (worker->unsent_count > 0 && !send_unsent(worker)) {
		return 0;
	}
	if (worker->frames_out != NULL) {
		worker->unsent_count = (uint16_t)rte_ring_sc_dequeue_burst(
			worker->frames_out, (void **)worker->unsent, WORKER_BURST / 2, NULL);
	}
	generate_queries(worker, now_ns);
	unsigned count = worker->unsent_count;
	if (count > 0) {
		send_unsent(worker);
	}
	return count;
}
