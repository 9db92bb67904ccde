// SPDX-License-Identifier: BSD-3-Clause
// Queries out. The resolver writes each DNS message straight into a packet buffer, at a fixed place; the headers end
// where it begins. A buffer remembers by a name in an mbuf field which upstream's template it holds, so that most
// queries only need lengths, source port and checksums. What the port does not take is kept and offered again, and
// nothing else is generated meanwhile: backpressure, never loss.

#include "capture/packet_tap.h"
#include "worker/worker.h"

#include <rte_ethdev.h>
#include <rte_mbuf_dyn.h>

static uint32_t *template_field(const struct worker *worker, struct rte_mbuf *mbuf)
{
	return RTE_MBUF_DYNFIELD(mbuf, worker->environment->template_field, uint32_t *);
}

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
	uint32_t *held = template_field(worker, mbuf);
	if (*held != worker->template_name[query->upstream]) {
		header_template_place(header, query->wire);
		*held = worker->template_name[query->upstream];
	}
	header_template_finish(header, query->wire, query->length, query->source_port);
	mbuf->data_off = (uint16_t)(WORKER_PAYLOAD_OFFSET - header->length);
	mbuf->data_len = (uint16_t)(header->length + query->length);
	mbuf->pkt_len = mbuf->data_len;
}

// As many as there are buffers and questions; false when it were no use to try again.
static bool generate_burst(struct worker *worker, uint64_t now_ns)
{
	PLX_UNINITIALIZED struct outgoing_query queries[WORKER_BURST];
	unsigned max = spare_mbufs(worker, WORKER_BURST - worker->unsent_count);
	struct rte_mbuf **spare = worker->spare + worker->spare_count - max;
	for (unsigned i = 0; i < max; i++) {
		queries[i].wire = (uint8_t *)spare[i]->buf_addr + WORKER_PAYLOAD_OFFSET;
	}
	unsigned count = resolver_next_queries(worker->resolver, now_ns, max, queries);
	for (unsigned i = 0; i < count; i++) {
		struct rte_mbuf *mbuf = spare[i];
		frame_query(worker, mbuf, &queries[i]);
		packet_tap_frame(worker->tap, rte_pktmbuf_mtod(mbuf, const uint8_t *),
				 mbuf->data_len, now_ns, PACKET_SENT);
		worker->unsent[worker->unsent_count++] = mbuf;
	}
	memmove(spare, spare + count, (max - count) * sizeof(*spare));
	worker->spare_count = (uint16_t)(worker->spare_count - count);
	return count > 0 && count == max;
}

static void generate_queries(struct worker *worker, uint64_t now_ns)
{
	while (worker->unsent_count < WORKER_BURST && generate_burst(worker, now_ns)) {
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
