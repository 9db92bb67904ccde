// SPDX-License-Identifier: BSD-3-Clause
// The loop. Time is read once a turn; a turn does a bounded amount of everything.

#include "capture/packet_tap.h"
#include "exchange/exchange_server.h"
#include "recursion/recursor.h"
#include "tcp/tcp_query.h"
#include "worker/worker.h"

#include <rte_pause.h>

#include <sys/prctl.h>

// Turns without work before sleeping: some microseconds. Longer spinning would take the CPU from a client that shares it.
#define WORKER_SPIN_TURNS 32
#define TCP_PER_TURN 32
#define HANG_NS 500000000ull // with an interval before, what clients take for silence

static unsigned collect_tcp_answers(struct worker *worker, uint64_t now_ns)
{
	struct tcp_pool *tcp = worker->environment->tcp;
	unsigned count = 0;
	for (; count < TCP_PER_TURN; count++) {
		const struct tcp_answer *answer = tcp_pool_collect(tcp, worker->index);
		if (answer == NULL) {
			break;
		}
		if (answer->message != NULL) {
			packet_tap_tcp_message(worker->tap, &answer->server, answer->message,
					       answer->length, now_ns, PACKET_RECEIVED);
		}
		if (worker_slot_is_iterative(worker, answer->slot)) {
			recursor_tcp_answer(worker->recursor, answer, now_ns);
		} else {
			resolver_tcp_answer(worker->resolver, answer, now_ns);
		}
		tcp_pool_release(tcp, worker->index, answer);
	}
	return count;
}

static bool submit_tcp_request(struct worker *worker, const struct tcp_request *request,
			       uint64_t now_ns)
{
	if (tcp_pool_submit(worker->environment->tcp, worker->index, request) != 0) {
		return false;
	}
	packet_tap_tcp_message(worker->tap, &request->server, request->query, request->query_length,
			       now_ns, PACKET_SENT);
	return true;
}

static unsigned submit_tcp_requests(struct worker *worker, uint64_t now_ns)
{
	PLX_UNINITIALIZED struct tcp_request request;
	unsigned count = 0;
	while (count < TCP_PER_TURN && resolver_next_tcp(worker->resolver, now_ns, &request)) {
		if (!submit_tcp_request(worker, &request, now_ns)) {
			resolver_tcp_refused(worker->resolver, &request);
			break;
		}
		count++;
	}
	return count;
}

static unsigned submit_iterative_tcp_requests(struct worker *worker, uint64_t now_ns)
{
	PLX_UNINITIALIZED struct tcp_request request;
	unsigned count = 0;
	while (count < TCP_PER_TURN && recursor_next_tcp(worker->recursor, now_ns, &request)) {
		if (!submit_tcp_request(worker, &request, now_ns)) {
			recursor_tcp_refused(worker->recursor, &request);
			break;
		}
		count++;
	}
	return count;
}

// What has its turn after the resolver's.
static unsigned run_recursor(struct worker *worker, uint64_t now_ns)
{
	return submit_iterative_tcp_requests(worker, now_ns) + proofs_submit(worker);
}

// A beat that is long overdue is left out: we hung, and clients ask anew at the first beat. Until the next one is due,
// thousands of turns drop what piled up (answers as old as the hang, questions without time left), so that a new look-up
// does not join a question from before.
static void beat(struct worker *worker, uint64_t now_ns)
{
	if (PLX_UNLIKELY(now_ns >= worker->beat_due_ns)) {
		worker_follow_realtime(worker);
		bool has_hung = now_ns - worker->beat_due_ns >= HANG_NS;
		worker->beat_due_ns = now_ns + EXCHANGE_BEAT_MS * 1000000ull;
		if (!has_hung) {
			lane_beat_all(worker);
		}
	}
}

static unsigned run_turn(struct worker *worker, uint64_t now_ns)
{
	unsigned received = burst_receive(worker, now_ns);
	unsigned work = received;
	work += burst_steered(worker, now_ns);
	work += collect_tcp_answers(worker, now_ns);
	if (worker->recursor != NULL) {
		work += proofs_collect(worker, now_ns);
	}
	work += lane_intake(worker, now_ns);
	worker_run_timers(worker, received, now_ns);
	work += submit_tcp_requests(worker, now_ns);
	if (worker->recursor != NULL) {
		work += run_recursor(worker, now_ns);
	}
	work += burst_transmit(worker, now_ns);
	lane_flush_all(worker);
	return work + worker_mailbox_run(worker, now_ns);
}

int worker_run(void *context)
{
	struct worker *worker = context;
	prctl(PR_SET_TIMERSLACK, 1000ul); // ns; the default of 50 us would double our short sleeps
	worker_clock_init(&worker->clock);
	unsigned work = 0;
	uint64_t turn_cycles = 0;
	while (__atomic_load_n(&worker->should_stop, __ATOMIC_RELAXED) == 0) {
		uint64_t now_ns = worker_clock_read(&worker->clock);
		if (work > 0) {
			worker->counters.busy_turns++;
			worker->counters.busy_cycles += worker->clock.last_cycles - turn_cycles;
		}
		turn_cycles = worker->clock.last_cycles;
		worker->counters.loops++;
		work = run_turn(worker, now_ns);
		beat(worker, now_ns);
		if (work > 0) {
			worker->idle_turns = 0;
			worker->sleep_us = 0;
			continue;
		}
		if (worker->is_polling || ++worker->idle_turns < WORKER_SPIN_TURNS) {
			rte_pause();
			continue;
		}
		worker_sleep(worker, now_ns);
	}
	return 0;
}
