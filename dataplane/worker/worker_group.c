// SPDX-License-Identifier: BSD-3-Clause
// Commands to workers and readings of them. A command that finds its mailbox full waits in a list here, in order, until
// completions show that there is room.

#include "worker/worker_group.h"

#include "validation/validator_pool.h"
#include "worker/command_queue.h"
#include "worker/port_counters.h"
#include "worker/worker.h"

#include <rte_cycles.h>

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static_assert(WORKERS_MAX == EXCHANGE_WORKERS_MAX, "each worker has its rings in every region");
static_assert(PLX_ARRAY_SIZE(((struct worker_environment *)NULL)->workers) == WORKERS_MAX,
	      "the environment has a place for each worker");

enum upstream_state { UPSTREAM_FREE = 0, UPSTREAM_USED, UPSTREAM_LEAVING };

struct upstream_entry {
	enum upstream_state state;
	unsigned acknowledgements_due; // LEAVING: workers that have not forgotten it yet
	enum link_path_state path;
	struct upstream_config config;
};

struct capture_change {
	unsigned acknowledgements_due;
	void (*done)(void *context);
	void *context;
};

struct worker_group {
	const struct worker_environment *environment;
	struct port_summary port;
	struct upstream_route_ops routes;
	struct exchange_server *exchange;
	bool is_polling;
	bool is_draining;
	struct command_queue queues[WORKERS_MAX];
	struct upstream_entry upstreams[UPSTREAMS_MAX];
};

struct worker_group *worker_group_create(const struct worker_environment *environment,
					 const struct port_summary *port, bool is_polling)
{
	struct worker_group *group = calloc(1, sizeof(*group));
	if (group != NULL) {
		group->environment = environment;
		group->port = *port;
		group->is_polling = is_polling;
	}
	return group;
}

void worker_group_destroy(struct worker_group *group)
{
	if (group == NULL) {
		return;
	}
	for (unsigned i = 0; i < group->environment->worker_count; i++) {
		command_queue_discard(&group->queues[i], group->environment->workers[i]);
	}
	free(group);
}

void worker_group_set_routes(struct worker_group *group, const struct upstream_route_ops *ops)
{
	group->routes = *ops;
}

void worker_group_set_exchange(struct worker_group *group, struct exchange_server *server)
{
	group->exchange = server;
}

static void post(struct worker_group *group, unsigned worker, const struct worker_command *command)
{
	command_queue_post(&group->queues[worker], group->environment->workers[worker], command);
}

static void post_to_all(struct worker_group *group, const struct worker_command *command)
{
	for (unsigned i = 0; i < group->environment->worker_count; i++) {
		struct worker_command copy = *command;
		copy.worker = i;
		post(group, i, &copy);
	}
}

// After completions were taken: a place that is free again by then is marked no more.
static void end_broken_clients(struct worker_group *group)
{
	uint32_t broken = 0;
	for (unsigned i = 0; i < group->environment->worker_count; i++) {
		const struct worker *worker = group->environment->workers[i];
		broken |= __atomic_load_n(&worker->broken_lanes, __ATOMIC_SEQ_CST);
	}
	for (; broken != 0; broken &= broken - 1) {
		exchange_server_end(group->exchange, (unsigned)__builtin_ctz(broken));
	}
}

void worker_group_process(struct worker_group *group)
{
	for (unsigned i = 0; i < group->environment->worker_count; i++) {
		command_queue_complete(&group->queues[i], group->environment->workers[i]);
	}
	end_broken_clients(group);
}

void worker_group_stop(struct worker_group *group)
{
	const uint64_t one = 1;
	for (unsigned i = 0; i < group->environment->worker_count; i++) {
		struct worker *worker = group->environment->workers[i];
		__atomic_store_n(&worker->should_stop, 1, __ATOMIC_RELAXED);
		ssize_t written = write(worker->wake_fd, &one, sizeof(one));
		(void)written; // a full counter already wakes it
	}
}

// Lanes.

static void attach_lane(void *context, unsigned worker, struct exchange_lane *lane)
{
	const struct worker_command command = {
		.kind = WORKER_LANE_ATTACH, .lane = lane, .worker = worker};
	post(context, worker, &command);
}

static void lane_detached(void *context, const struct worker_command *command)
{
	struct worker_group *group = context;
	exchange_server_detached(group->exchange, command->worker, command->lane);
}

static void detach_lane(void *context, unsigned worker, struct exchange_lane *lane)
{
	const struct worker_command command = {
		.kind = WORKER_LANE_DETACH,
		.lane = lane,
		.worker = worker,
		.done = lane_detached,
		.context = context,
	};
	post(context, worker, &command);
}

struct exchange_worker_ops worker_group_lane_ops(struct worker_group *group)
{
	return (struct exchange_worker_ops) {
		.attach = attach_lane, .detach = detach_lane, .context = group};
}

// Upstreams.

static struct upstream_entry *find_used(struct worker_group *group, unsigned index)
{
	bool is_used = index < UPSTREAMS_MAX && group->upstreams[index].state == UPSTREAM_USED;
	return is_used ? &group->upstreams[index] : NULL;
}

int worker_group_find_upstream(const struct worker_group *group,
			       const struct plx_endpoint *endpoint)
{
	for (int i = 0; i < UPSTREAMS_MAX; i++) {
		const struct upstream_entry *entry = &group->upstreams[i];
		if (entry->state == UPSTREAM_USED &&
		    plx_endpoint_equal(&entry->config.endpoint, endpoint)) {
			return i;
		}
	}
	return -ENOENT;
}

int worker_group_add_upstream(struct worker_group *group, const struct upstream_config *config,
			      unsigned *ret_index)
{
	if (plx_ip_length(&config->endpoint.ip) == 0 || config->endpoint.port == 0) {
		return -EINVAL;
	}
	if (config->in_flight_max > 0 && config->in_flight_max < group->environment->worker_count) {
		return -ERANGE; // names are spread over workers by their hash
	}
	if (worker_group_find_upstream(group, &config->endpoint) >= 0) {
		return -EEXIST;
	}
	unsigned index = 0;
	while (index < UPSTREAMS_MAX && group->upstreams[index].state != UPSTREAM_FREE) {
		index++;
	}
	if (index == UPSTREAMS_MAX) {
		return -ENOSPC;
	}
	// The route's answer comes later, by worker_group_set_path from the event loop.
	int error = group->routes.added(group->routes.context, index, &config->endpoint);
	if (error != 0) {
		return error;
	}
	group->upstreams[index] =
		(struct upstream_entry) {.state = UPSTREAM_USED, .config = *config};
	const struct worker_command command = {
		.kind = WORKER_UPSTREAM_SET, .upstream = index, .upstream_config = *config};
	post_to_all(group, &command);
	*ret_index = index;
	return 0;
}

static void upstream_forgotten(void *context, const struct worker_command *command)
{
	struct worker_group *group = context;
	struct upstream_entry *entry = &group->upstreams[command->upstream];
	if (--entry->acknowledgements_due == 0) {
		entry->state = UPSTREAM_FREE;
	}
}

int worker_group_remove_upstream(struct worker_group *group, unsigned index)
{
	struct upstream_entry *entry = find_used(group, index);
	if (entry == NULL) {
		return -ENOENT;
	}
	entry->state = UPSTREAM_LEAVING;
	entry->acknowledgements_due = group->environment->worker_count;
	group->routes.removed(group->routes.context, index, &entry->config.endpoint);
	const struct worker_command command = {
		.kind = WORKER_UPSTREAM_REMOVE,
		.upstream = index,
		.done = upstream_forgotten,
		.context = group,
	};
	post_to_all(group, &command);
	return 0;
}

int worker_group_drain_upstream(struct worker_group *group, unsigned index, bool is_draining)
{
	if (find_used(group, index) == NULL) {
		return -ENOENT;
	}
	const struct worker_command command = {
		.kind = WORKER_UPSTREAM_DRAIN, .upstream = index, .is_on = is_draining};
	post_to_all(group, &command);
	return 0;
}

const struct plx_endpoint *worker_group_endpoint(const struct worker_group *group, unsigned index)
{
	bool is_used = index < UPSTREAMS_MAX && group->upstreams[index].state == UPSTREAM_USED;
	return is_used ? &group->upstreams[index].config.endpoint : NULL;
}

void worker_group_set_path(struct worker_group *group, unsigned index, const struct link_path *path)
{
	struct upstream_entry *entry = find_used(group, index);
	if (entry == NULL) {
		return;
	}
	entry->path = path->state;
	struct worker_command command = {.kind = WORKER_UPSTREAM_ROUTE, .upstream = index};
	const struct header_fields fields = {
		.source_mac = path->source_mac,
		.destination_mac = path->destination_mac,
		.source = path->source,
		.destination = entry->config.endpoint,
	};
	if (link_path_is_reachable(path) &&
	    header_template_build(&command.route.header, &fields) == 0) {
		command.route.is_reachable = true;
		command.route.source = path->source;
	}
	post_to_all(group, &command);
}

enum link_path_state worker_group_upstream_path(const struct worker_group *group, unsigned index)
{
	return index < UPSTREAMS_MAX ? group->upstreams[index].path : LINK_PATH_UNKNOWN;
}

// Modes.

void worker_group_set_poll_mode(struct worker_group *group, bool is_polling)
{
	group->is_polling = is_polling;
	const struct worker_command command = {.kind = WORKER_POLL_MODE, .is_on = is_polling};
	post_to_all(group, &command);
}

bool worker_group_is_poll_mode(const struct worker_group *group)
{
	return group->is_polling;
}

void worker_group_set_drain(struct worker_group *group, bool is_draining)
{
	group->is_draining = is_draining;
	const struct worker_command command = {.kind = WORKER_DRAIN, .is_on = is_draining};
	post_to_all(group, &command);
}

bool worker_group_is_draining(const struct worker_group *group)
{
	return group->is_draining;
}

static void capture_changed(void *context, const struct worker_command *command)
{
	struct capture_change *change = context;
	if (--change->acknowledgements_due > 0) {
		return;
	}
	if (change->done != NULL) {
		change->done(change->context);
	}
	free(change);
}

int worker_group_set_capture(struct worker_group *group, struct packet_tap *const *taps,
			     void (*done)(void *context), void *context)
{
	struct capture_change *change = malloc(sizeof(*change));
	if (change == NULL) {
		return -ENOMEM;
	}
	*change = (struct capture_change) {group->environment->worker_count, done, context};
	for (unsigned i = 0; i < group->environment->worker_count; i++) {
		const struct worker_command command = {
			.kind = WORKER_CAPTURE,
			.tap = taps == NULL ? NULL : taps[i],
			.worker = i,
			.done = capture_changed,
			.context = change,
		};
		post(group, i, &command);
	}
	return 0;
}

struct cache_flush {
	unsigned acknowledgements_due;
	uint64_t entries;
	void (*done)(void *context, uint64_t entries);
	void *context;
};

static void cache_flushed(void *context, const struct worker_command *command)
{
	struct cache_flush *flush = context;
	flush->entries += command->flush.entries;
	if (--flush->acknowledgements_due == 0) {
		flush->done(flush->context, flush->entries);
		free(flush);
	}
}

int worker_group_flush_cache(struct worker_group *group, const struct plx_name *zone,
			     void (*done)(void *context, uint64_t entries), void *context)
{
	struct cache_flush *flush = malloc(sizeof(*flush));
	if (flush == NULL) {
		return -ENOMEM;
	}
	*flush = (struct cache_flush) {group->environment->worker_count, 0, done, context};
	if (group->environment->validators != NULL) {
		validator_pool_flush(group->environment->validators, zone);
	}
	const struct worker_command command = {
		.kind = WORKER_CACHE_FLUSH,
		.flush.zone = *zone,
		.done = cache_flushed,
		.context = flush,
	};
	post_to_all(group, &command);
	return 0;
}

bool worker_group_is_iterative(const struct worker_group *group)
{
	return group->environment->iterative_slot_count > 0;
}

// Readings.

unsigned worker_group_count(const struct worker_group *group)
{
	return group->environment->worker_count;
}

void worker_group_read_status(const struct worker_group *group, unsigned worker,
			      struct worker_status *ret_status)
{
	const struct worker *from = group->environment->workers[worker];
	*ret_status = (struct worker_status) {
		.lcore = from->lcore,
		.cpu = from->cpu,
		.queue = from->queues[0].queue,
		.is_polling = __atomic_load_n(&from->shows_polling, __ATOMIC_RELAXED) != 0,
		.is_sleeping = __atomic_load_n(&from->is_sleeping, __ATOMIC_RELAXED) != 0,
		.clients = __atomic_load_n(&from->lane_count, __ATOMIC_RELAXED),
	};
}

void worker_group_read_counters(const struct worker_group *group, unsigned worker,
				struct plx_worker_counters *ret_counters)
{
	const struct plx_worker_counters *from = &group->environment->workers[worker]->counters;
	static_assert(sizeof(*from) % sizeof(uint64_t) == 0, "counters are 64-bit fields only");
	const uint64_t *source = (const uint64_t *)from;
	uint64_t *target = (uint64_t *)ret_counters;
	for (size_t i = 0; i < sizeof(*from) / sizeof(uint64_t); i++) {
		target[i] = plx_counter_read(&source[i]);
	}
}

bool worker_group_read_upstream(const struct worker_group *group, unsigned worker,
				unsigned upstream, struct upstream_snapshot *ret_snapshot)
{
	if (upstream >= UPSTREAMS_MAX || group->upstreams[upstream].state != UPSTREAM_USED) {
		return false;
	}
	resolver_upstream_read(group->environment->workers[worker]->resolver, upstream,
			       ret_snapshot);
	return ret_snapshot->is_set;
}

uint64_t worker_group_lookups_in_flight(const struct worker_group *group)
{
	uint64_t sum = 0;
	for (unsigned i = 0; i < group->environment->worker_count; i++) {
		const struct worker *worker = group->environment->workers[i];
		sum += plx_counter_read(&worker->counters.lookups_in_flight);
		sum += plx_counter_read(&worker->counters.iterative_in_flight);
	}
	return sum;
}

uint64_t worker_group_cycles_per_second(void)
{
	return rte_get_tsc_hz();
}

bool worker_group_read_port(const struct worker_group *group, unsigned place,
			    struct port_counters *ret_counters)
{
	return port_counters_read(group->environment, place, ret_counters);
}

const struct port_summary *worker_group_port(const struct worker_group *group)
{
	return &group->port;
}
