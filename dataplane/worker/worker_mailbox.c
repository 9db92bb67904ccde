// SPDX-License-Identifier: BSD-3-Clause
// Runs the control thread's commands on the worker, between two turns, where nothing else touches its state.

#include "worker/worker_command.h"

#include "recursion/recursor.h"
#include "worker/worker.h"

#include <assert.h>
#include <unistd.h>

#define COMMANDS_PER_TURN 16

static_assert(PACKET_OWN_ADDRESSES_MAX >= UPSTREAMS_MAX + WORKER_PATH_SOURCES_MAX,
	      "answers are expected at the source address of each upstream and path");

static void add_address(struct packet_rules *rules, const struct plx_ip *source)
{
	bool is_known = source->family == 0;
	for (unsigned i = 0; i < rules->address_count && !is_known; i++) {
		is_known = plx_ip_equal(source, &rules->addresses[i]);
	}
	if (!is_known) {
		rules->addresses[rules->address_count++] = *source;
	}
}

// Answers must be addressed to an address that queries were sent from.
void worker_collect_addresses(struct worker *worker)
{
	worker->rules.address_count = 0;
	for (unsigned i = 0; i < UPSTREAMS_MAX; i++) {
		add_address(&worker->rules, &worker->sources[i]);
	}
	for (unsigned i = 0; i < WORKER_PATH_SOURCES_MAX; i++) {
		add_address(&worker->rules, &worker->path_sources[i]);
	}
}

// While a path is lost its template stays: answers that are under way may still come.
static void set_route(struct worker *worker, const struct worker_command *command)
{
	unsigned index = command->upstream;
	if (command->route.is_reachable) {
		worker->templates[index] = command->route.header;
		worker->template_name[index] = ++worker->template_count;
		worker->sources[index] = command->route.source;
		worker_collect_addresses(worker);
	}
	resolver_upstream_reachable(worker->resolver, index, command->route.is_reachable);
}

static void remove_upstream(struct worker *worker, unsigned index, uint64_t now_ns)
{
	resolver_upstream_remove(worker->resolver, index, now_ns);
	worker->sources[index] = (struct plx_ip) {0};
	worker_collect_addresses(worker);
}

static void flush_cache(struct worker *worker, struct worker_command *command)
{
	if (worker->recursor != NULL) {
		command->flush.entries = recursor_flush(worker->recursor, &command->flush.zone);
	}
}

static void run_command(struct worker *worker, struct worker_command *command, uint64_t now_ns)
{
	switch (command->kind) {
	case WORKER_LANE_ATTACH:
		lane_attach(worker, command->lane);
		break;
	case WORKER_LANE_DETACH:
		lane_detach(worker, command->lane);
		break;
	case WORKER_UPSTREAM_SET:
		resolver_upstream_set(worker->resolver, command->upstream,
				      &command->upstream_config);
		break;
	case WORKER_UPSTREAM_REMOVE:
		remove_upstream(worker, command->upstream, now_ns);
		break;
	case WORKER_UPSTREAM_DRAIN:
		resolver_upstream_drain(worker->resolver, command->upstream, command->is_on);
		break;
	case WORKER_UPSTREAM_ROUTE:
		set_route(worker, command);
		break;
	case WORKER_POLL_MODE:
		worker->is_polling = command->is_on;
		__atomic_store_n(&worker->shows_polling, command->is_on, __ATOMIC_RELAXED);
		break;
	case WORKER_DRAIN:
		worker->is_draining = command->is_on;
		break;
	case WORKER_CAPTURE:
		worker->tap = command->tap;
		break;
	case WORKER_CACHE_FLUSH:
		flush_cache(worker, command);
		break;
	}
}

unsigned worker_mailbox_run(struct worker *worker, uint64_t now_ns)
{
	void *commands[COMMANDS_PER_TURN];
	unsigned count =
		rte_ring_sc_dequeue_burst(worker->mailbox, commands, COMMANDS_PER_TURN, NULL);
	if (count == 0) {
		return 0;
	}
	for (unsigned i = 0; i < count; i++) {
		run_command(worker, commands[i], now_ns);
	}
	// Never full: both rings have the same size and a command is in one of them.
	rte_ring_sp_enqueue_burst(worker->completions, commands, count, NULL);
	worker_notify_control(worker);
	return count;
}

// The only system call outside of worker_sleep: at most once per look of the control thread, which clears the flag.
void worker_notify_control(struct worker *worker)
{
	if (__atomic_exchange_n(&worker->control_is_notified, 1, __ATOMIC_ACQ_REL) == 0) {
		const uint64_t one = 1;
		// A full counter already wakes its reader.
		ssize_t written = write(worker->environment->control_wake_fd, &one, sizeof(one));
		(void)written;
	}
}
