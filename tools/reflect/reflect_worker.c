// SPDX-License-Identifier: BSD-3-Clause
// Three passes over a burst: prefetch, turn each frame round in its buffer, send. Nothing is allocated but for answers
// to neighbours.

#include "reflect/reflect_worker.h"

#include "link/exclusive_link.h"
#include "reflect/delay_queue.h"

#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_pause.h>
#include <rte_prefetch.h>

#include <poll.h>
#include <sys/prctl.h>
#include <time.h>

#define BURST 64
#define TRANSMIT_WAIT_MS 20 // for a full ring, whose reader lost the CPU for a turn, or hangs
#define SPIN_TURNS 256
#define SLEEP_FIRST_US 20u
#define SLEEP_MAX_US 2000u     // without a socket: what the first query after a long pause waits
#define SLEEP_SOCKET_US 50000u // the socket wakes us; this only bounds how long the end is not seen

static void count_drop(struct reflect_worker *worker, enum reflect_drop reason, unsigned count)
{
	worker->counters.dropped[reason] += count;
}

static unsigned transmit_rest(const struct reflect_worker *worker, const struct port_queue *pair,
			      struct rte_mbuf **mbufs, unsigned count)
{
	unsigned sent = 0;
	uint64_t begin = rte_rdtsc();
	while (sent < count && rte_rdtsc() - begin < worker->transmit_wait_cycles) {
		rte_pause();
		sent += rte_eth_tx_burst(pair->port, pair->queue, mbufs + sent,
					 (uint16_t)(count - sent));
	}
	return sent;
}

static void transmit(struct reflect_worker *worker, const struct port_queue *pair,
		     struct rte_mbuf **mbufs, unsigned count)
{
	unsigned sent;
	uint64_t bytes = 0;
	for (unsigned i = 0; i < count; i++) {
		bytes += mbufs[i]->pkt_len;
	}
	sent = rte_eth_tx_burst(pair->port, pair->queue, mbufs, (uint16_t)count);
	if (PLX_UNLIKELY(sent < count)) {
		sent += transmit_rest(worker, pair, mbufs + sent, count - sent);
	}
	for (unsigned i = sent; i < count; i++) {
		bytes -= mbufs[i]->pkt_len;
	}
	worker->counters.answered += sent;
	worker->counters.answered_bytes += bytes;
	if (PLX_UNLIKELY(sent < count)) {
		count_drop(worker, REFLECT_DROP_TRANSMIT_FULL, count - sent);
		rte_pktmbuf_free_bulk(mbufs + sent, count - sent);
	}
}

// ARP and neighbour discovery: the answer, if any, is a frame of its own.
static void answer_neighbor(struct reflect_worker *worker, const struct port_queue *pair,
			    const struct rte_mbuf *question)
{
	uint8_t frame[LINK_FRAME_MAX];
	if (worker->link == NULL) {
		count_drop(worker, REFLECT_DROP_FOREIGN, 1);
		return;
	}
	struct link_verdict verdict =
		exclusive_link_receive(worker->link, rte_pktmbuf_mtod(question, const uint8_t *),
				       question->data_len, worker->now_ns, frame);
	if (verdict.reply_length == 0) {
		count_drop(worker, REFLECT_DROP_FOREIGN, 1);
		return;
	}
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(worker->link_pool);
	char *room = mbuf == NULL ? NULL : rte_pktmbuf_append(mbuf, verdict.reply_length);
	if (room == NULL) {
		rte_pktmbuf_free(mbuf);
		count_drop(worker, REFLECT_DROP_NO_ROOM, 1);
		return;
	}
	memcpy(room, frame, verdict.reply_length);
	if (rte_eth_tx_burst(pair->port, pair->queue, &mbuf, 1) == 1) {
		worker->counters.neighbor_answers++;
	} else {
		rte_pktmbuf_free(mbuf);
		count_drop(worker, REFLECT_DROP_TRANSMIT_FULL, 1);
	}
}

// Losses that were asked for: a query that a busy server or the way to it would have lost.
static enum reflect_drop lose(struct reflect_worker *worker)
{
	if (worker->loss_q32 > 0 && plx_random_u32(&worker->random) < worker->loss_q32) {
		return REFLECT_DROP_LOSS;
	}
	if (worker->has_rate_limit) {
		if (!token_bucket_has(&worker->rate, worker->now_ns)) {
			return REFLECT_DROP_RATE;
		}
		token_bucket_take(&worker->rate, worker->now_ns);
	}
	return REFLECT_ACCEPTED;
}

// True when the buffer now holds an answer to be sent; else it is done with.
static bool turn_round(struct reflect_worker *worker, const struct port_queue *pair,
		       struct rte_mbuf *mbuf)
{
	uint32_t length = 0;
	enum reflect_drop reason = REFLECT_DROP_BAD_FRAME; // no query is longer than a buffer
	uint8_t *frame = rte_pktmbuf_mtod(mbuf, uint8_t *);
	uint32_t capacity = mbuf->data_len + (uint32_t)rte_pktmbuf_tailroom(mbuf);
	enum reflect_class class = REFLECT_FRAME_DROP;
	worker->counters.received_bytes += mbuf->pkt_len;
	if (PLX_LIKELY(mbuf->nb_segs == 1)) {
		class = reflect_frame(&worker->rules, frame, mbuf->data_len, capacity, &length,
				      &reason);
	}
	switch (class) {
	case REFLECT_FRAME_ANSWER:
		reason = lose(worker);
		if (PLX_LIKELY(reason == REFLECT_ACCEPTED)) {
			mbuf->data_len = (uint16_t)length;
			mbuf->pkt_len = length;
			// What reception said is not for sending; whose buffer it is stays.
			mbuf->ol_flags &= RTE_MBUF_F_INDIRECT | RTE_MBUF_F_EXTERNAL;
			return true;
		}
		count_drop(worker, reason, 1);
		return false;
	case REFLECT_FRAME_LINK:
		answer_neighbor(worker, pair, mbuf);
		return false;
	case REFLECT_FRAME_DROP:
		count_drop(worker, reason, 1);
		return false;
	}
	return false;
}

static uint64_t due_time(struct reflect_worker *worker)
{
	uint64_t jitter_ns = 0;
	if (worker->jitter_ns > 0) {
		uint64_t span = 2 * worker->jitter_ns;
		jitter_ns =
			(uint64_t)((unsigned __int128)plx_random_u64(&worker->random) * span >> 64);
	}
	return worker->now_ns + worker->delay_ns - worker->jitter_ns + jitter_ns;
}

static void delay(struct reflect_worker *worker, struct delay_queue *delayed,
		  struct rte_mbuf **mbufs, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (!delay_queue_push(delayed, mbufs[i], due_time(worker))) {
			count_drop(worker, REFLECT_DROP_DELAY_FULL, 1);
			rte_pktmbuf_free(mbufs[i]);
		}
	}
}

// Packets of ours for those of others. How many there are to answer: all, or none when we have none left.
static unsigned take_copies(struct reflect_worker *worker, struct rte_mbuf **mbufs, unsigned count)
{
	PLX_UNINITIALIZED struct rte_mbuf *copies[BURST];
	bool has_room = rte_pktmbuf_alloc_bulk(worker->link_pool, copies, count) == 0;
	for (unsigned i = 0; i < count && has_room; i++) {
		// No query is longer than a buffer of the usual room; were one, it is cut and so malformed.
		uint16_t length = mbufs[i]->data_len;
		uint16_t room = rte_pktmbuf_tailroom(copies[i]);
		copies[i]->data_len = length < room ? length : room;
		copies[i]->pkt_len = copies[i]->data_len;
		memcpy(rte_pktmbuf_mtod(copies[i], void *), rte_pktmbuf_mtod(mbufs[i], void *),
		       copies[i]->data_len);
	}
	rte_pktmbuf_free_bulk(mbufs, count);
	if (!has_room) {
		count_drop(worker, REFLECT_DROP_NO_ROOM, count);
		return 0;
	}
	memcpy(mbufs, copies, count * sizeof(copies[0]));
	return count;
}

static unsigned receive(struct reflect_worker *worker, const struct reflect_queue *queue)
{
	PLX_UNINITIALIZED struct rte_mbuf *mbufs[BURST];
	PLX_UNINITIALIZED struct rte_mbuf *answers[BURST];
	PLX_UNINITIALIZED struct rte_mbuf *done[BURST];
	unsigned answer_count = 0, done_count = 0;
	uint64_t begin = rte_rdtsc();
	unsigned count = rte_eth_rx_burst(queue->pair.port, queue->pair.queue, mbufs, BURST);
	if (count == 0) {
		return 0;
	}
	uint64_t work_begin = rte_rdtsc();
	for (unsigned i = 0; i < count; i++) {
		rte_prefetch0(rte_pktmbuf_mtod(mbufs[i], const void *));
	}
	unsigned whole = worker->makes_copies ? take_copies(worker, mbufs, count) : count;
	for (unsigned i = 0; i < whole; i++) {
		if (turn_round(worker, &queue->pair, mbufs[i])) {
			answers[answer_count++] = mbufs[i];
		} else {
			done[done_count++] = mbufs[i];
		}
	}
	uint64_t work_end = rte_rdtsc();
	if (done_count > 0) {
		rte_pktmbuf_free_bulk(done, done_count);
	}
	if (queue->delayed != NULL) {
		delay(worker, queue->delayed, answers, answer_count);
	} else if (answer_count > 0) {
		transmit(worker, &queue->pair, answers, answer_count);
	}
	worker->counters.received += count;
	worker->counters.work_cycles += work_end - work_begin;
	worker->counters.busy_cycles += rte_rdtsc() - begin;
	return count;
}

static unsigned send_due(struct reflect_worker *worker, const struct reflect_queue *queue)
{
	PLX_UNINITIALIZED struct rte_mbuf *mbufs[BURST];
	uint64_t begin = rte_rdtsc();
	unsigned count = delay_queue_pop(queue->delayed, worker->now_ns, BURST, (void **)mbufs);
	if (count > 0) {
		transmit(worker, &queue->pair, mbufs, count);
		worker->counters.busy_cycles += rte_rdtsc() - begin;
	}
	return count;
}

static uint64_t next_due_ns(const struct reflect_worker *worker)
{
	uint64_t due_ns = UINT64_MAX;
	for (unsigned i = 0; i < worker->queue_count; i++) {
		const struct delay_queue *delayed = worker->queues[i].delayed;
		uint64_t next_ns = delayed != NULL ? delay_queue_next_ns(delayed) : UINT64_MAX;
		due_ns = next_ns < due_ns ? next_ns : due_ns;
	}
	return due_ns;
}

// Until a packet wakes us (where the driver has a socket), an answer is due, or a short pause that doubles.
static void idle(struct reflect_worker *worker)
{
	struct pollfd fds[REFLECT_WORKER_QUEUES_MAX];
	bool has_sockets = true;
	if (worker->is_polling || ++worker->idle_turns < SPIN_TURNS) {
		rte_pause();
		return;
	}
	for (unsigned i = 0; i < worker->queue_count; i++) {
		fds[i] = (struct pollfd) {.fd = worker->queues[i].pair.fd, .events = POLLIN};
		has_sockets &= fds[i].fd >= 0;
	}
	worker->sleep_us = has_sockets                       ? SLEEP_SOCKET_US
			   : worker->sleep_us == 0           ? SLEEP_FIRST_US
			   : worker->sleep_us < SLEEP_MAX_US ? worker->sleep_us * 2
							     : SLEEP_MAX_US;
	uint64_t wait_ns = worker->sleep_us * 1000ull;
	uint64_t due_ns = next_due_ns(worker);
	if (due_ns <= worker->now_ns) {
		return;
	}
	wait_ns = due_ns - worker->now_ns < wait_ns ? due_ns - worker->now_ns : wait_ns;
	struct timespec timeout = {.tv_nsec = (long)wait_ns};
	worker->counters.sleeps++;
	(void)ppoll(fds, worker->queue_count, &timeout, NULL); // fds of -1 are skipped
}

int reflect_worker_run(void *context)
{
	struct reflect_worker *worker = context;
	prctl(PR_SET_TIMERSLACK, 1000ul); // ns; the default of 50 us would double our short sleeps
	worker_clock_init(&worker->clock);
	worker->transmit_wait_cycles = rte_get_tsc_hz() / 1000 * TRANSMIT_WAIT_MS;
	while (__atomic_load_n(&worker->should_stop, __ATOMIC_RELAXED) == 0) {
		unsigned work = 0;
		// Ends the turn before for those who wait for it (port/unmap_guard.h).
		__atomic_store_n(&worker->counters.turns, worker->counters.turns + 1,
				 __ATOMIC_RELEASE);
		worker->now_ns = worker_clock_read(&worker->clock);
		for (unsigned i = 0; i < worker->queue_count; i++) {
			const struct reflect_queue *queue = &worker->queues[i];
			work += receive(worker, queue);
			work += queue->delayed != NULL ? send_due(worker, queue) : 0;
		}
		if (work > 0) {
			worker->idle_turns = 0;
			worker->sleep_us = 0;
		} else {
			idle(worker);
		}
	}
	return 0;
}
