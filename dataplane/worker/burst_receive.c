// SPDX-License-Identifier: BSD-3-Clause
// Packets in, in passes over a burst, so that latency overlaps, of memory and of decryption: prefetch the headers; parse
// them; decode the identities and prefetch their slots; prefetch what these lead to; hand the payloads to the
// resolver. (In one pass, parsing and
// decoding took 174 cycles a packet, in two 105.) An answer whose code names another worker goes to that worker's ring:
// the key is shared, so any queue can tell whose it is.

#include "capture/packet_tap.h"
#include "recursion/recursor.h"
#include "worker/worker.h"

#include <rte_ethdev.h>
#include <rte_prefetch.h>

#include <assert.h>

static_assert(WORKER_BURST <= QUERY_PAIRS_MAX, "a burst is decoded at once");

#define DNS_MESSAGE_MIN 17 // header and the shortest question: root, type, class

struct parsed_packet {
	struct rte_mbuf *mbuf;
	struct packet_view view;
};

struct receive_burst {
	struct parsed_packet answers[WORKER_BURST];
	struct query_pair pairs[WORKER_BURST]; // of each answer
	struct rte_mbuf *done[WORKER_BURST];   // to be freed
	unsigned answer_count;
	unsigned done_count;
	unsigned frame_count; // handed to the control thread
	bool is_steered;      // came from a peer: was captured and must not be steered again
};

static enum packet_checksum offload_state(const struct rte_mbuf *mbuf)
{
	switch (mbuf->ol_flags & RTE_MBUF_F_RX_L4_CKSUM_MASK) {
	case RTE_MBUF_F_RX_L4_CKSUM_GOOD:
		return PACKET_CHECKSUM_GOOD;
	case RTE_MBUF_F_RX_L4_CKSUM_BAD:
		return PACKET_CHECKSUM_BAD;
	default:
		return PACKET_CHECKSUM_UNKNOWN;
	}
}

static void finish(struct worker *worker, struct receive_burst *burst, struct rte_mbuf *mbuf,
		   enum plx_drop_reason reason)
{
	worker_count_packet(worker, reason);
	burst->done[burst->done_count++] = mbuf;
}

// ARP, neighbour discovery and the kernel's traffic leave through the control thread. Shared mode has none of it: its
// XDP program lets nothing but answers through.
static void hand_to_control(struct worker *worker, struct receive_burst *burst,
			    struct rte_mbuf *mbuf, enum plx_drop_reason reason)
{
	if (worker->frames_in == NULL || rte_ring_sp_enqueue(worker->frames_in, mbuf) != 0) {
		finish(worker, burst, mbuf, PLX_DROP_NOT_OURS);
		return;
	}
	worker_count_packet(worker, reason);
	burst->frame_count++;
}

static void steer(struct worker *worker, struct receive_burst *burst, struct rte_mbuf *mbuf,
		  uint16_t owner)
{
	const struct worker_environment *environment = worker->environment;
	if (owner >= environment->worker_count || burst->is_steered) {
		finish(worker, burst, mbuf, PLX_DROP_NO_TRANSACTION);
		return;
	}
	if (rte_ring_mp_enqueue(environment->workers[owner]->steered, mbuf) != 0) {
		finish(worker, burst, mbuf, PLX_DROP_STEER_FULL);
		return;
	}
	worker->counters.packets_steered++; // its owner counts what becomes of it
}

// The answer is at the end of `answers` already.
static void note_answer(struct worker *worker, struct receive_burst *burst, struct rte_mbuf *mbuf)
{
	struct parsed_packet *answer = &burst->answers[burst->answer_count];
	if (answer->view.payload_length < DNS_MESSAGE_MIN) {
		finish(worker, burst, mbuf, PLX_DROP_SHORT);
		return;
	}
	const uint8_t *payload = answer->view.payload;
	answer->mbuf = mbuf;
	burst->pairs[burst->answer_count++] = (struct query_pair) {
		.port = answer->view.destination_port,
		.id = (uint16_t)((unsigned)payload[0] << 8 | payload[1]),
	};
}

// Keeps those that are this worker's, in order.
static void identify(struct worker *worker, struct receive_burst *burst)
{
	unsigned kept = 0;
	query_identity_decode_burst(&worker->environment->identity, burst->pairs,
				    burst->answer_count);
	for (unsigned i = 0; i < burst->answer_count; i++) {
		struct parsed_packet *answer = &burst->answers[i];
		const struct query_pair *pair = &burst->pairs[i];
		if (!pair->is_ours) {
			finish(worker, burst, answer->mbuf, PLX_DROP_NO_TRANSACTION);
		} else if (pair->code.worker != worker->index) {
			steer(worker, burst, answer->mbuf, pair->code.worker);
		} else {
			resolver_prefetch(worker->resolver, pair->code.slot);
			if (kept != i) {
				burst->answers[kept] = *answer;
				burst->pairs[kept] = *pair;
			}
			kept++;
		}
	}
	burst->answer_count = kept;
}

static void parse(struct worker *worker, struct receive_burst *burst, struct rte_mbuf *mbuf,
		  uint64_t now_ns)
{
	struct packet_view *view = &burst->answers[burst->answer_count].view;
	enum plx_drop_reason reason = PLX_DROP_BAD_FRAME;
	const uint8_t *frame = rte_pktmbuf_mtod(mbuf, const uint8_t *);
	if (mbuf->nb_segs != 1) {
		finish(worker, burst, mbuf,
		       PLX_DROP_BAD_FRAME); // no answer is longer than a buffer
		return;
	}
	switch (packet_classify(&worker->rules, frame, mbuf->data_len, offload_state(mbuf), view,
				&reason)) {
	case PACKET_ANSWER:
		if (!burst->is_steered) {
			packet_tap_frame(worker->tap, frame, mbuf->data_len, now_ns,
					 PACKET_RECEIVED);
		}
		note_answer(worker, burst, mbuf);
		break;
	case PACKET_NEIGHBOR:
		hand_to_control(worker, burst, mbuf, PLX_DROP_NEIGHBOR);
		break;
	case PACKET_FOREIGN:
		hand_to_control(worker, burst, mbuf, PLX_DROP_TO_KERNEL);
		break;
	case PACKET_DROP:
		finish(worker, burst, mbuf, reason);
		break;
	}
}

static enum plx_drop_reason receive_one(struct worker *worker, const struct parsed_packet *answer,
					const struct query_code *code, uint64_t now_ns)
{
	uint8_t *frame = rte_pktmbuf_mtod(answer->mbuf, uint8_t *);
	const struct datagram datagram = {
		.payload = frame + (answer->view.payload - frame),
		.length = answer->view.payload_length,
		.source = answer->view.source,
		.code = *code,
	};
	if (PLX_UNLIKELY(!worker_slot_is_resolver(worker, code->slot))) {
		return worker_slot_is_iterative(worker, code->slot)
			       ? recursor_receive(worker->recursor, &datagram, now_ns)
			       : PLX_DROP_NO_TRANSACTION;
	}
	return resolver_receive(worker->resolver, &datagram, now_ns);
}

static void run_burst(struct worker *worker, struct rte_mbuf **mbufs, unsigned count,
		      struct receive_burst *burst, uint64_t now_ns)
{
	for (unsigned i = 0; i < count; i++) {
		rte_prefetch0(rte_pktmbuf_mtod(mbufs[i], const void *));
	}
	for (unsigned i = 0; i < count; i++) {
		parse(worker, burst, mbufs[i], now_ns);
	}
	identify(worker, burst);
	resolver_prefetch_outcomes(worker->resolver, burst->pairs, burst->answer_count);
	for (unsigned i = 0; i < burst->answer_count; i++) {
		finish(worker, burst, burst->answers[i].mbuf,
		       receive_one(worker, &burst->answers[i], &burst->pairs[i].code, now_ns));
	}
	rte_pktmbuf_free_bulk(burst->done, burst->done_count);
	if (burst->frame_count > 0) {
		worker_notify_control(worker);
	}
}

static unsigned receive_from(struct worker *worker, const struct port_queue *from, uint64_t now_ns)
{
	PLX_UNINITIALIZED struct rte_mbuf *mbufs[WORKER_BURST];
	uint16_t count = rte_eth_rx_burst(from->port, from->queue, mbufs, WORKER_BURST);
	if (count == 0) {
		return 0;
	}
	worker->counters.packets_received += count;
	PLX_UNINITIALIZED struct receive_burst burst;
	burst.answer_count = burst.done_count = burst.frame_count = 0;
	burst.is_steered = false;
	run_burst(worker, mbufs, count, &burst, now_ns);
	return count;
}

unsigned burst_receive(struct worker *worker, uint64_t now_ns)
{
	unsigned count = 0;
	for (unsigned i = 0; i < worker->queue_count; i++) {
		count += receive_from(worker, &worker->queues[i], now_ns);
	}
	return count;
}

unsigned burst_steered(struct worker *worker, uint64_t now_ns)
{
	if (worker->steered == NULL) {
		return 0;
	}
	PLX_UNINITIALIZED struct rte_mbuf *mbufs[WORKER_BURST];
	unsigned count =
		rte_ring_sc_dequeue_burst(worker->steered, (void **)mbufs, WORKER_BURST, NULL);
	if (count == 0) {
		return 0;
	}
	PLX_UNINITIALIZED struct receive_burst burst;
	burst.answer_count = burst.done_count = burst.frame_count = 0;
	burst.is_steered = true;
	run_burst(worker, mbufs, count, &burst, now_ns);
	return count;
}
