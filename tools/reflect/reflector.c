// SPDX-License-Identifier: BSD-3-Clause

#include "reflect/reflector.h"

#include <parallax/process/account.h>

#include "link/exclusive_link.h"
#include "port/environment.h"
#include "port/packet_pool.h"
#include "port/port_fault.h"
#include "port/unmap_guard.h"
#include "reflect/delay_queue.h"
#include "reflect/ring_pair.h"

#include <rte_cycles.h>
#include <rte_errno.h>
#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_malloc.h>
#include <rte_mbuf.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

static bool is_shared(const struct reflector *reflector)
{
	return reflector->options->shared.interface[0] != '\0';
}

static int start_environment(struct reflector *reflector, struct port_fault *fault)
{
	const struct reflect_options *options = reflector->options;
	char lcores[LCORE_PLAN_TEXT_MAX], identity[32];
	int bad_cpu = 0;
	cpu_set_t allowed;
	if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0) {
		return port_fault_set(fault, "cpus", -errno, "cannot read the allowed CPUs: %s",
				      strerror(errno));
	}
	int error = lcore_plan_make(&options->shared.workers, options->shared.main_cpu, &allowed,
				    &reflector->lcores, &bad_cpu);
	if (error != 0) {
		return port_fault_set(fault, "cpus", error,
				      "CPU %d is not allowed to this process: correct --lcores or "
				      "--main-cpu",
				      bad_cpu);
	}
	error = lcore_plan_format(&reflector->lcores, lcores);
	if (error != 0) {
		return port_fault_set(fault, "cpus", error, "too many CPUs: give --main-cpu");
	}
	snprintf(identity, sizeof(identity), "reflect-%d", (int)getpid());
	const char *device = options->shared.device;
	const struct environment_config config = {
		.program = "parallax-reflect",
		.lcores = lcores,
		.identity = identity,
		.memory_mb = options->shared.memory_mb,
		.hugepages = options->shared.hugepages,
		.pci_device = !is_shared(reflector) && device_is_pci(device) ? device : NULL,
		.extra = options->eal_arguments,
		.extra_count = options->eal_argument_count,
	};
	error = environment_start(&config, fault);
	reflector->is_eal_up = error == 0;
	return error;
}

static int create_pools(struct reflector *reflector, struct port_fault *fault)
{
	const struct reflect_options *options = reflector->options;
	bool is_af_xdp = is_shared(reflector) || device_is_af_xdp(options->shared.device);
	// Waiting answers must not starve reception.
	unsigned size =
		PACKET_POOL_RECEIVE_SIZE + (options->delay_ns > 0 ? options->delay_slots : 0);
	for (unsigned i = 0; i < reflector->queue_count; i++) {
		reflector->pools[i] = packet_pool_create_receive("receive", i, size, is_af_xdp);
		if (reflector->pools[i] == NULL) {
			return port_fault_set(fault, "packet_memory", -rte_errno,
					      "no memory for %u packets: raise --memory-mb (now "
					      "%u), or lower --delay-slots",
					      size, options->shared.memory_mb);
		}
	}
	return 0;
}

static int add_addresses(const struct reflector *reflector, struct port_fault *fault)
{
	const struct options *shared = &reflector->options->shared;
	struct packet_filter *filter = reflector->shared.filter;
	for (unsigned i = 0; i < shared->address_count; i++) {
		int error = packet_filter_add_address(filter, &shared->address[i].ip);
		if (error != 0) {
			return port_fault_set(fault, "xdp", error, "too many addresses");
		}
	}
	packet_filter_add_server_port(filter, reflector->options->port);
	return 0;
}

// The kernel keeps the interface; queries to our addresses and port come to us.
static int open_shared(struct reflector *reflector, struct port_fault *fault)
{
	struct shared_interface *shared = &reflector->shared;
	const struct shared_interface_config config = {
		.interface = reflector->options->shared.interface,
		.kind = PACKET_FILTER_QUERIES,
		.xdp_program = reflector->options->shared.xdp_program,
		.worker_count = reflector->lcores.worker_count,
		.worker_option = "--lcores",
		.worker_queues_max = REFLECT_WORKER_QUEUES_MAX,
	};
	int error = shared_interface_prepare(&config, shared, fault);
	if (error != 0) {
		return error;
	}
	reflector->queue_count = shared->queue_count;
	error = create_pools(reflector, fault);
	if (error == 0) {
		error = shared_interface_open(shared, reflector->pools, reflector->queues,
					      &reflector->identity, fault);
	}
	if (error == 0) {
		error = add_addresses(reflector, fault);
	}
	return error == 0 ? shared_interface_attach(shared, 1, UINT16_MAX, fault) : error;
}

// The first lcore generates, the second is the echo.
static int open_rings(struct reflector *reflector, struct port_fault *fault)
{
	uint16_t far;
	reflector->queue_count = 2;
	int error = create_pools(reflector, fault);
	if (error == 0) {
		error = ring_pair_make(&far, fault);
	}
	if (error == 0) {
		error = device_open(RING_PAIR_NEAR, reflector->pools, 1, reflector->queues,
				    &reflector->identity, fault);
	}
	return error == 0 ? queue_pairs_open(far, RING_PAIR_FAR, &reflector->pools[1], 1,
					     &reflector->queues[1], fault)
			  : error;
}

static int open_port(struct reflector *reflector, struct port_fault *fault)
{
	if (is_shared(reflector)) {
		return open_shared(reflector, fault);
	}
	if (reflect_options_has_rings(reflector->options)) {
		return open_rings(reflector, fault);
	}
	reflector->queue_count = (uint16_t)reflector->lcores.worker_count;
	int error = create_pools(reflector, fault);
	if (error == 0) {
		error = device_open(reflector->options->shared.device, reflector->pools,
				    reflector->queue_count, reflector->queues, &reflector->identity,
				    fault);
	}
	if (error == 0) {
		device_take_multicast(reflector->queues[0].port);
	}
	return error;
}

// Neighbours ask each lcore that they happen to reach; each answers from a table of its own.
static int create_link(const struct reflector *reflector, struct reflect_worker *worker,
		       struct port_fault *fault)
{
	int error = 0;
	struct exclusive_link_config config = {.mac = reflector->identity.mac};
	const struct options *shared = &reflector->options->shared;
	if (shared->address_count == 0) {
		return 0;
	}
	for (unsigned i = 0; i < shared->address_count; i++) {
		config.addresses.entries[config.addresses.count++] = (struct link_address) {
			.ip = shared->address[i].ip, .prefix_length = shared->address[i].length};
	}
	if (is_shared(reflector)) { // the kernel speaks to neighbours
		for (unsigned i = 0; i < shared->address_count; i++) {
			worker->rules.addresses[worker->rules.address_count++] =
				shared->address[i].ip;
		}
		return 0;
	}
	worker->link = exclusive_link_create(&config, 0, &error);
	if (worker->link == NULL) {
		return port_fault_set(fault, "addresses", error,
				      "the link layer of these addresses cannot be made: %s",
				      strerror(-error));
	}
	const struct link_addresses *addresses = exclusive_link_addresses(worker->link);
	for (unsigned i = 0; i < addresses->count; i++) {
		worker->rules.addresses[worker->rules.address_count++] = addresses->entries[i].ip;
	}
	return 0;
}

static int create_worker(struct reflector *reflector, unsigned index, struct port_fault *fault)
{
	const struct reflect_options *options = reflector->options;
	uint8_t key[PLX_RANDOM_KEY_BYTES] = {0};
	struct reflect_worker *worker =
		rte_zmalloc("reflect_worker", sizeof(*worker), PLX_CACHE_LINE);
	if (worker == NULL) {
		return port_fault_set(fault, "memory", -ENOMEM, "no memory for a worker");
	}
	reflector->workers[index] = worker;
	worker->rules = (struct reflect_rules) {
		.answers = reflector->answers,
		.port = options->port,
		.is_echo = options->is_echo,
		.verifies_checksums = options->verifies_checksums,
	};
	worker->delay_ns = options->delay_ns;
	worker->jitter_ns = options->jitter_ns;
	worker->loss_q32 = options->loss_q32;
	worker->is_polling = options->shared.poll_mode;
	worker->has_rate_limit = options->rate_limit > 0;
	token_bucket_init_share(&worker->rate, options->rate_limit, reflector->lcores.worker_count);
	memcpy(key, &options->seed, sizeof(options->seed));
	memcpy(key + sizeof(options->seed), &index, sizeof(index));
	plx_random_init_fixed(&worker->random, key);
	worker->link_pool = reflector->pools[index];
	for (unsigned q = index; q < reflector->queue_count; q += reflector->lcores.worker_count) {
		struct reflect_queue *queue = &worker->queues[worker->queue_count++];
		queue->pair = reflector->queues[q];
		queue->delayed =
			options->delay_ns > 0 ? delay_queue_create(options->delay_slots) : NULL;
		if (options->delay_ns > 0 && queue->delayed == NULL) {
			return port_fault_set(fault, "memory", -ENOMEM,
					      "no memory for %u waiting answers: lower "
					      "--delay-slots",
					      options->delay_slots);
		}
	}
	if (reflect_options_has_rings(options) && index == 1) {
		worker->rules.is_echo = true; // of whatever is sent: nobody else is there
		worker->makes_copies = true;
		return 0;
	}
	if (options->generate > 0 &&
	    generator_init(&worker->generator, options->generate, options->frame_bytes,
			   &options->shared.address[0].ip, &options->generate_to) != 0) {
		return port_fault_set(fault, "generator", -EINVAL,
				      "--generate works with IPv4 and frames of %u to %u octets",
				      90, GENERATOR_FRAME_MAX);
	}
	return create_link(reflector, worker, fault);
}

static int create_workers(struct reflector *reflector, struct port_fault *fault)
{
	struct reflect_config config = reflector->options->answers;
	struct plx_random random;
	int error = plx_random_init(&random);
	if (error != 0) {
		return port_fault_set(fault, "random", error, "the kernel gives no randomness");
	}
	config.cookie_key.k0 = plx_random_u64(&random);
	config.cookie_key.k1 = plx_random_u64(&random);
	reflector->answers = reflect_answers_create(&config);
	if (reflector->answers == NULL) {
		return port_fault_set(fault, "memory", -ENOMEM, "no memory for answers");
	}
	for (unsigned i = 0; i < reflector->lcores.worker_count && error == 0; i++) {
		error = create_worker(reflector, i, fault);
	}
	return error;
}

static int drop_privileges(struct reflector *reflector, struct port_fault *fault)
{
	struct plx_account_fault account_fault;
	bool is_root;
	int error = plx_account_take(reflector->options->shared.user, &is_root, &account_fault);
	return error == 0 ? 0
			  : port_fault_set(fault, "privileges", error, "%s", account_fault.text);
}

static int launch(struct reflector *reflector, struct port_fault *fault)
{
	reflector->cycles_hz = rte_get_tsc_hz();
	reflector->started_ns = monotonic_time_ns();
	for (unsigned i = 0; i < reflector->lcores.worker_count; i++) {
		bool is_generator = reflector->workers[i]->generator.under_way_max > 0;
		int error = unmap_guard_watch(&reflector->workers[i]->counters.turns);
		if (error != 0) {
			return port_fault_set(fault, "launch", error, "too many lcores");
		}
		error = rte_eal_remote_launch(is_generator ? generator_run : reflect_worker_run,
					      reflector->workers[i], i + 1);
		if (error != 0) {
			return port_fault_set(fault, "launch", error, "lcore %u does not start: %s",
					      i + 1, strerror(-error));
		}
		reflector->is_running = true;
	}
	return 0;
}

int reflector_start(struct reflector *reflector, const struct reflect_options *options,
		    struct port_fault *fault)
{
	static int (*const steps[])(struct reflector * reflector, struct port_fault * fault) = {
		start_environment, open_port, create_workers, drop_privileges, launch};
	reflector->options = options;
	for (size_t i = 0; i < PLX_ARRAY_SIZE(steps); i++) {
		int error = steps[i](reflector, fault);
		if (error != 0) {
			return error;
		}
	}
	return 0;
}

void reflector_count(const struct reflector *reflector, struct reflect_counters *ret_counters)
{
	*ret_counters = (struct reflect_counters) {0};
	for (unsigned i = 0; i < reflector->lcores.worker_count; i++) {
		reflect_counters_add(ret_counters, &reflector->workers[i]->counters);
	}
}

void reflector_halt(struct reflector *reflector)
{
	if (!reflector->is_running) {
		return;
	}
	for (unsigned i = 0; i < reflector->lcores.worker_count; i++) {
		__atomic_store_n(&reflector->workers[i]->should_stop, 1, __ATOMIC_RELAXED);
	}
	rte_eal_mp_wait_lcore();
	unmap_guard_clear();
	reflector->is_running = false;
}

static void destroy_worker(struct reflect_worker *worker)
{
	if (worker == NULL) {
		return;
	}
	for (unsigned i = 0; i < worker->queue_count; i++) {
		void *mbuf;
		struct delay_queue *delayed = worker->queues[i].delayed;
		while (delayed != NULL && delay_queue_pop(delayed, UINT64_MAX - 1, 1, &mbuf) == 1) {
			rte_pktmbuf_free(mbuf);
		}
		delay_queue_destroy(delayed);
	}
	exclusive_link_destroy(worker->link);
	rte_free(worker);
}

void reflector_stop(struct reflector *reflector)
{
	reflector_halt(reflector);
	for (unsigned i = 0; i < reflector->lcores.worker_count; i++) {
		destroy_worker(reflector->workers[i]);
		reflector->workers[i] = NULL;
	}
	reflect_answers_destroy(reflector->answers);
	packet_filter_close(reflector->shared.filter);
	queue_pairs_close(reflector->queues, reflector->queue_count);
	if (reflector->is_eal_up) {
		environment_stop();
	}
}
