// SPDX-License-Identifier: BSD-3-Clause
// Makes the workers, the exchange and the TCP thread, and sets workers running once everything else stands.

#include "exchange/exchange_server.h"
#include "port/packet_filter.h"
#include "port/unmap_guard.h"
#include "startup/dataplane.h"
#include "startup/exception_path.h"
#include "startup/path_service.h"
#include "startup/upstream_routes.h"
#include "tcp/tcp_query.h"
#include "validation/validator_pool.h"
#include "worker/worker_create.h"
#include "worker/worker_group.h"

#include <parallax/base/error.h>

#include <event2/event.h>
#include <rte_launch.h>
#include <rte_lcore.h>

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

// The least number of bits that can hold the values 0..count-1.
static uint8_t bits_for(uint32_t count)
{
	return count <= 1 ? 0 : (uint8_t)(32 - __builtin_clz(count - 1));
}

#define DNS_PORT 53
#define ITERATIVE_SERVERS_MAX 65536 // known at once, of all workers
#define ITERATIVE_MESSAGE_BYTES                                                                    \
	8192 // of a look-up on average: what it holds for its proof and trace
#define ITERATIVE_MESSAGES_MIN (4u << 20) // of a worker
#define TRUST_ZONE_BYTES 4096             // of a signed one (validation/proof.h)
#define TRUST_RRSETS_PER_ZONE 16 // denial ranges, DS and others of one zone that come again

static uint32_t part_of(uint32_t all, const struct dataplane *dataplane)
{
	uint32_t workers = dataplane->lcores.worker_count;
	return (all + workers - 1) / workers;
}

static uint32_t lookups_per_worker(const struct dataplane *dataplane)
{
	return part_of(dataplane->options.lookups_max, dataplane);
}

static uint32_t iterative_lookups_per_worker(const struct dataplane *dataplane)
{
	return part_of(dataplane->options.iterative_lookups_max, dataplane);
}

// The resolver's slots come first, the recursor's follow: one for each of its look-ups, and one for the root's servers.
static uint8_t divide_slots(struct dataplane *dataplane)
{
	struct worker_environment *environment = &dataplane->environment;
	environment->first_iterative_slot = 1u << bits_for(lookups_per_worker(dataplane));
	environment->iterative_slot_count =
		dataplane->iteration.is_on
			? 1u << bits_for(iterative_lookups_per_worker(dataplane) + 1)
			: 0;
	return bits_for(environment->first_iterative_slot + environment->iterative_slot_count);
}

static int no_randomness(const struct dataplane *dataplane, const char *step, int error)
{
	return start_fault(dataplane, step, error, "the kernel gives no randomness: %s",
			   plx_error_text(error));
}

static int make_identity(struct dataplane *dataplane)
{
	struct plx_random random;
	const struct options_port_range *ports = &dataplane->options.source_ports;
	int error = plx_random_init(&random);
	if (error != 0) {
		return no_randomness(dataplane, "random", error);
	}
	error = query_identity_init(&dataplane->environment.identity, ports->first,
				    bits_for((uint32_t)ports->last - ports->first + 1u),
				    bits_for(dataplane->lcores.worker_count),
				    divide_slots(dataplane), &random);
	if (error != 0) {
		return start_fault(
			dataplane, "identity", error,
			"source_ports %u-%u, lookups_max %u and iterative_lookups_max %u leave too "
			"few bits for query codes: use more ports (up to 32768) or fewer look-ups",
			ports->first, ports->last, dataplane->options.lookups_max,
			dataplane->options.iterative_lookups_max);
	}
	return 0;
}

// On the TCP thread.
static void wake_worker(void *context, unsigned index)
{
	const struct worker_environment *environment = context;
	const struct worker *worker = environment->workers[index];
	if (worker != NULL && __atomic_load_n(&worker->is_sleeping, __ATOMIC_SEQ_CST) != 0) {
		const uint64_t one = 1;
		ssize_t written = write(worker->wake_fd, &one, sizeof(one));
		(void)written; // a full counter already wakes it
	}
}

static int start_validators(struct dataplane *dataplane)
{
	int error;
	struct plx_random random;
	int cpus[OPTIONS_WORKERS_MAX];
	const struct iteration_setup *setup = &dataplane->iteration;
	struct worker_environment *environment = &dataplane->environment;
	const struct options_workers *validators = &dataplane->options.validators;
	if (!setup->is_on || !setup->validates) {
		return 0;
	}
	for (unsigned i = 0; i < validators->count; i++) {
		cpus[i] = validators->cpu[i];
	}
	uint64_t cache_bytes = (uint64_t)dataplane->options.iterative_cache_mb << 20;
	uint32_t zones_max = (uint32_t)(cache_bytes / validators->count / TRUST_ZONE_BYTES);
	error = plx_random_init(&random);
	if (error != 0) {
		return no_randomness(dataplane, "validators", error);
	}
	struct validator_pool_config config = {
		.thread_count = validators->count,
		.cpus = validators->is_pinned ? cpus : NULL,
		.worker_count = environment->worker_count,
		.anchors = &setup->anchors,
		.policy = &setup->policy,
		.cache = {.zones_max = zones_max, .rrsets_max = zones_max * TRUST_RRSETS_PER_ZONE},
		.wake = wake_worker,
		.context = environment,
	};
	plx_random_bytes(&random, &config.cache.hash_key, sizeof(config.cache.hash_key));
	environment->validators = validator_pool_create(&config, &error);
	return environment->validators != NULL
		       ? 0
		       : start_fault(
				 dataplane, "validators", error,
				 "the validators do not start: %s; lower iterative_cache_mb, or "
				 "correct their CPUs",
				 plx_error_text(error));
}

static int make_environment(struct dataplane *dataplane)
{
	int error;
	struct worker_environment *environment = &dataplane->environment;
	environment->worker_count = dataplane->lcores.worker_count;
	environment->template_field = dataplane->port.template_field;
	environment->is_exclusive = !dataplane_is_shared(dataplane);
	environment->control_wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (environment->control_wake_fd < 0) {
		return start_fault(dataplane, "events", -errno, "no eventfd: %s", strerror(errno));
	}
	environment->tcp =
		tcp_pool_create(environment->worker_count, wake_worker, environment, &error);
	if (environment->tcp == NULL) {
		return start_fault(dataplane, "tcp", error, "the TCP thread does not start: %s",
				   plx_error_text(error));
	}
	error = start_validators(dataplane);
	return error != 0 ? error : make_identity(dataplane);
}

static int make_group(struct dataplane *dataplane)
{
	int error;
	bool is_shared = dataplane_is_shared(dataplane);
	const struct port_summary summary = {
		.mode = is_shared ? "shared" : "exclusive",
		.device = is_shared ? dataplane->options.interface : dataplane->options.device,
		.port_name = dataplane->port.identity.name,
		.first_source_port = dataplane->options.source_ports.first,
		.last_source_port = dataplane->options.source_ports.last,
	};
	dataplane->group = worker_group_create(&dataplane->environment, &summary,
					       dataplane->options.poll_mode);
	if (dataplane->group == NULL) {
		return start_fault(dataplane, "workers", -ENOMEM, "out of memory");
	}
	const struct exchange_worker_ops lane_ops = worker_group_lane_ops(dataplane->group);
	dataplane->exchange =
		exchange_server_create(dataplane->lcores.worker_count, &lane_ops, &error);
	if (dataplane->exchange == NULL) {
		return start_fault(dataplane, "exchange", error,
				   "the exchange with clients does not start: %s",
				   plx_error_text(error));
	}
	worker_group_set_exchange(dataplane->group, dataplane->exchange);
	return 0;
}

// Queue q belongs to worker q modulo the number of workers.
static uint16_t deal_queues(const struct dataplane *dataplane, uint16_t index,
			    struct port_queue *ret_queues)
{
	uint16_t count = 0;
	for (unsigned q = index; q < dataplane->port.queue_count;
	     q += dataplane->lcores.worker_count) {
		ret_queues[count++] = dataplane->port.queues[q];
	}
	return count;
}

static struct recursor_config recursor_config_of(const struct dataplane *dataplane)
{
	const struct options *options = &dataplane->options;
	struct recursor_config config = dataplane->iteration.recursor;
	uint64_t cache_bytes = (uint64_t)options->iterative_cache_mb << 20;
	config.lookups_max = iterative_lookups_per_worker(dataplane);
	config.total_rate_qps = part_of(options->total_rate, dataplane);
	config.servers_max = part_of(ITERATIVE_SERVERS_MAX, dataplane);
	cache_bytes /= dataplane->lcores.worker_count;
	config.cache_bytes = cache_bytes < UINT32_MAX ? (uint32_t)cache_bytes : UINT32_MAX;
	config.message_bytes_max = (uint64_t)config.lookups_max * ITERATIVE_MESSAGE_BYTES;
	if (config.message_bytes_max < ITERATIVE_MESSAGES_MIN) {
		config.message_bytes_max = ITERATIVE_MESSAGES_MIN;
	}
	return config;
}

static int make_worker(struct dataplane *dataplane, uint16_t index)
{
	int error;
	struct port_queue queues[WORKER_QUEUES_MAX];
	const struct options *options = &dataplane->options;
	const struct recursor_config iteration = recursor_config_of(dataplane);
	const struct worker_config config = {
		.index = index,
		.queue_count = deal_queues(dataplane, index, queues),
		.queues = queues,
		.lcore = index + 1u,
		.cpu = dataplane->lcores.worker_cpu[index],
		.socket = options->hugepages ? (int)rte_lcore_to_socket_id(index + 1u)
					     : SOCKET_ID_ANY,
		.transmit_pool = dataplane->port.transmit_pools[index],
		.wake_fd = exchange_server_worker_wake_fd(dataplane->exchange, index),
		.first_port = options->source_ports.first,
		.last_port = options->source_ports.last,
		.trusts_checksums = options->trust_peer_checksums,
		.is_polling = options->poll_mode,
		.lookups_max = lookups_per_worker(dataplane),
		.total_rate_qps = options->total_rate,
		.slot_bits = bits_for(lookups_per_worker(dataplane)),
		.iteration = dataplane->iteration.is_on ? &iteration : NULL,
	};
	if (worker_create(&dataplane->environment, &config, &error) == NULL) {
		return start_fault(
			dataplane, "workers", error,
			"worker %u cannot be made: %s; lower "
			"lookups_max, iterative_lookups_max or iterative_cache_mb, or raise "
			"memory_mb",
			index, plx_error_text(error));
	}
	return 0;
}

static void on_control_wake(evutil_socket_t fd, short what, void *context)
{
	struct dataplane *dataplane = context;
	uint64_t count;
	ssize_t got = read(fd, &count, sizeof(count));
	(void)got; // whatever the count was, everything is looked at
	worker_group_process(dataplane->group);
	if (dataplane->exceptions != NULL) {
		exception_path_process(dataplane->exceptions);
	}
	if (dataplane->paths != NULL) {
		path_service_process(dataplane->paths);
	}
}

static void on_beat(evutil_socket_t fd, short what, void *context)
{
	struct dataplane *dataplane = context;
	exchange_server_beat(dataplane->exchange);
}

static int start_control_events(struct dataplane *dataplane)
{
	const struct timeval beat_interval = {.tv_usec = EXCHANGE_BEAT_MS * 1000};
	dataplane->control_wake =
		event_new(dataplane->events, dataplane->environment.control_wake_fd,
			  EV_READ | EV_PERSIST, on_control_wake, dataplane);
	dataplane->beat_timer = event_new(dataplane->events, -1, EV_PERSIST, on_beat, dataplane);
	if (dataplane->control_wake == NULL || event_add(dataplane->control_wake, NULL) != 0 ||
	    dataplane->beat_timer == NULL ||
	    event_add(dataplane->beat_timer, &beat_interval) != 0) {
		return start_fault(dataplane, "events", -ENOMEM, "out of memory");
	}
	return 0;
}

int start_workers(struct dataplane *dataplane)
{
	int error = make_environment(dataplane);
	if (error == 0) {
		error = make_group(dataplane);
	}
	for (uint16_t i = 0; i < dataplane->lcores.worker_count && error == 0; i++) {
		error = make_worker(dataplane, i);
	}
	if (error != 0) {
		return error;
	}
	return start_control_events(dataplane);
}

int start_routes(struct dataplane *dataplane)
{
	dataplane->routes = upstream_routes_create(dataplane);
	if (dataplane->routes == NULL) {
		return -EIO;
	}
	if (dataplane->iteration.is_on) {
		dataplane->paths = path_service_create(dataplane);
		if (dataplane->paths == NULL) {
			return -EIO;
		}
	}
	if (!dataplane_is_shared(dataplane)) {
		dataplane->exceptions = exception_path_create(dataplane);
		return dataplane->exceptions == NULL ? -EIO : 0;
	}
	if (dataplane->iteration.is_on) {
		packet_filter_add_server_port(dataplane->filter, DNS_PORT);
	}
	return 0;
}

int start_upstreams(struct dataplane *dataplane)
{
	const struct options *options = &dataplane->options;
	for (unsigned i = 0; i < options->upstreams_count; i++) {
		unsigned index;
		char text[PLX_ENDPOINT_TEXT_MAX];
		int error =
			worker_group_add_upstream(dataplane->group, &options->upstreams[i], &index);
		if (error != 0) {
			return start_fault(
				dataplane, "upstreams", error, "upstream %s cannot be added: %s",
				plx_endpoint_format(&options->upstreams[i].endpoint, text),
				error == -ERANGE
					? "its in_flight is less than the number of workers"
					: plx_error_text(error));
		}
	}
	return 0;
}

int launch_workers(struct dataplane *dataplane)
{
	for (unsigned i = 0; i < dataplane->lcores.worker_count; i++) {
		struct worker *worker = dataplane->environment.workers[i];
		int error = unmap_guard_watch(&worker->counters.loops);
		if (error == 0) {
			error = rte_eal_remote_launch(worker_run, worker, worker->lcore);
		}
		if (error != 0) {
			return start_fault(dataplane, "workers", error, "lcore %u does not run: %s",
					   worker->lcore, strerror(-error));
		}
		dataplane->are_workers_running = true;
	}
	return 0;
}
