// SPDX-License-Identifier: BSD-3-Clause

#include "world_network.h"
#include "world_settings.h"

#include <parallax/dns/rr_type.h>

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define NS_PER_MS (1000ull * 1000)
#define RTT_DEFAULT_NS (10 * NS_PER_MS)
#define START_NS (1000ull * 1000 * NS_PER_MS) // the engine's clock never starts at zero
#define FIRST_PORT 16384
#define PORT_BITS 14
#define SLOT_BITS 14

const char *subject_name(enum subject subject)
{
	static const char *const names[SUBJECT_COUNT] = {
		[SUBJECT_ENGINE] = "engine",
		[SUBJECT_SERVFAIL] = "servfail",
		[SUBJECT_EMPTY] = "empty",
	};
	return names[subject];
}

static void trace_result(const struct world *world, const struct world_job *job)
{
	if (world->trace != NULL) {
		char name[PLX_NAME_TEXT_MAX];
		char status[12];
		plx_name_format(&job->job.name, name);
		fprintf(world->trace, "%10.3f ms  result %s %s, %u records, %u aliases, %s\n",
			(double)(world->now_ns - world->start_ns) / 1e6, name,
			plx_status_format(&job->result, status), job->result.record_count,
			job->result.alias_count, plx_cause_text((enum plx_cause)job->result.cause));
	}
}

static void keep_result(struct world *world, const struct plx_result *result, const uint8_t *body)
{
	struct world_job *job = result->tag < world->job_count ? &world->jobs[result->tag] : NULL;
	if (job == NULL || job->is_done) {
		(void)fault_set(&world->fault, 0, "step %u: a result nobody waits for",
				world->step);
		return;
	}
	job->is_done = true;
	job->done_ns = world->now_ns;
	job->result = *result;
	job->body = malloc(result->body_length + 1);
	if (job->body == NULL) {
		(void)fault_set(&world->fault, 0, "out of memory");
		job->result.body_length = 0;
		return;
	}
	if (result->body_length > 0) {
		memcpy(job->body, body, result->body_length);
	}
	world->counts[COUNT_results]++;
	world->counts[COUNT_definitive] += plx_result_is_definitive(result);
	trace_result(world, job);
}

static bool take_result(void *context, unsigned client, const struct plx_result *result,
			const uint8_t *body)
{
	(void)client;
	keep_result(context, result, body);
	return true;
}

static int create_engine(struct world *world, uint64_t seed)
{
	uint8_t key[PLX_RANDOM_KEY_BYTES] = {1};
	memcpy(key + 1, &seed, sizeof(seed));
	plx_random_init_fixed(&world->chance, key);
	key[0] = 2;
	plx_random_init_fixed(&world->random, key);
	int error = query_identity_init(&world->identity, FIRST_PORT, PORT_BITS, 0, SLOT_BITS,
					&world->random);
	if (error < 0) {
		return error;
	}
	const struct resolver_config config = {
		.identity = &world->identity,
		.worker_count = 1,
		.lookups_max = 1u << SLOT_BITS,
		.random = &world->random,
		.sink = {.deliver = take_result, .context = world},
		.counters = &world->counters,
	};
	world->resolver = resolver_create(&config, &error);
	if (world->resolver == NULL) {
		return error;
	}
	resolver_expire(world->resolver, world->now_ns);
	for (unsigned i = 0; i < world->upstream_count; i++) {
		resolver_upstream_set(world->resolver, i, &world->upstreams[i].config);
		resolver_upstream_reachable(world->resolver, i, true);
	}
	return 0;
}

int world_open(struct world *world, const struct scenario *scenario, enum subject subject,
	       FILE *trace, struct scenario_fault *fault)
{
	uint64_t seed = 1;
	world->scenario = scenario;
	world->subject = subject;
	world->trace = trace;
	world->rtt_ns = RTT_DEFAULT_NS;
	world->now_ns = world->start_ns = START_NS;
	int error = world_read_settings(world, &seed, fault);
	if (error < 0) {
		return error;
	}
	world->uses = calloc(scenario->entry_count + 1, sizeof(*world->uses));
	world->jobs = calloc(WORLD_JOBS_MAX, sizeof(*world->jobs));
	if (world->uses == NULL || world->jobs == NULL) {
		return -ENOMEM;
	}
	return create_engine(world, seed);
}

void world_close(struct world *world)
{
	if (world->resolver != NULL) {
		resolver_destroy(world->resolver);
	}
	event_queue_fini(&world->events);
	for (unsigned i = 0; i < world->job_count; i++) {
		free(world->jobs[i].body);
	}
	free(world->jobs);
	free(world->uses);
}

// What a wrong engine says to everything.
static void answer_wrongly(struct world *world, const struct plx_job *job)
{
	const struct plx_result result = {
		.tag = job->tag,
		.status = PLX_STATUS_ANSWERED,
		.rcode = world->subject == SUBJECT_EMPTY ? PLX_RCODE_NOERROR : PLX_RCODE_SERVFAIL,
		.qtype = job->qtype,
	};
	keep_result(world, &result, NULL);
}

// False when the engine has no room now.
static bool hand_over(struct world *world, struct world_job *job)
{
	job->submitted_ns = world->now_ns;
	if (world->subject != SUBJECT_ENGINE) {
		answer_wrongly(world, &job->job);
	} else if (resolver_submit(world->resolver, 0, job->priority, &job->job, world->now_ns) <
		   0) {
		return false;
	}
	job->is_taken = true;
	return true;
}

void world_hand_over(struct world *world)
{
	for (; world->first_waiting < world->job_count; world->first_waiting++) {
		struct world_job *next = &world->jobs[world->first_waiting];
		if (!next->is_taken && !hand_over(world, next)) {
			return;
		}
	}
}

bool world_submit(struct world *world, const struct plx_job *job, enum plx_priority priority)
{
	if (world->job_count == WORLD_JOBS_MAX) {
		return false;
	}
	struct world_job *kept = &world->jobs[world->job_count];
	kept->job = *job;
	kept->job.tag = world->job_count++;
	kept->priority = priority;
	kept->step = world->step;
	if (priority == PLX_PRIORITY_INTERACTIVE) {
		(void)hand_over(world, kept); // not behind bulk work that waits for room
	}
	world_hand_over(world);
	return true;
}

void world_run(struct world *world, uint64_t until_ns, const struct world_job *job)
{
	for (;;) {
		network_take_queries(world);
		if (world->fault.text[0] != '\0' || (job != NULL && job->is_done)) {
			return;
		}
		uint64_t next_ns = event_queue_next_ns(&world->events);
		uint64_t wakeup_ns = resolver_next_wakeup(world->resolver, world->now_ns);
		next_ns = wakeup_ns < next_ns ? wakeup_ns : next_ns;
		if (next_ns > until_ns) {
			world->now_ns = until_ns;
			resolver_expire(world->resolver, until_ns);
			network_take_queries(world);
			return;
		}
		world->now_ns = next_ns > world->now_ns ? next_ns : world->now_ns;
		network_deliver(world);
		resolver_expire(world->resolver, world->now_ns);
	}
}

bool world_change_upstream(struct world *world, const struct plx_ip *ip,
			   enum upstream_change change)
{
	unsigned index = 0;
	while (index < world->upstream_count &&
	       !plx_ip_equal(&world->upstreams[index].config.endpoint.ip, ip)) {
		index++;
	}
	if (index == world->upstream_count) {
		return false;
	}
	switch (change) {
	case UPSTREAM_CHANGE_DOWN:
	case UPSTREAM_CHANGE_UP:
		world->upstreams[index].is_down = change == UPSTREAM_CHANGE_DOWN;
		break;
	case UPSTREAM_CHANGE_UNREACHABLE:
	case UPSTREAM_CHANGE_REACHABLE:
		resolver_upstream_reachable(world->resolver, index,
					    change == UPSTREAM_CHANGE_REACHABLE);
		break;
	case UPSTREAM_CHANGE_DRAINING:
	case UPSTREAM_CHANGE_SERVING:
		resolver_upstream_drain(world->resolver, index, change == UPSTREAM_CHANGE_DRAINING);
		break;
	case UPSTREAM_CHANGE_REMOVED:
		resolver_upstream_remove(world->resolver, index, world->now_ns);
		break;
	case UPSTREAM_CHANGE_COUNT:
		return false;
	}
	return true;
}

// The engine's own counters, where the others are.
static uint64_t read_count(const struct world *world, unsigned count)
{
	static const size_t offsets[] = {
#define COUNTER_OFFSET(name) offsetof(struct plx_worker_counters, name),
		PLX_WORKER_COUNTERS(COUNTER_OFFSET)
#undef COUNTER_OFFSET
	};
	if (count < COUNT_FIRST_COUNTER) {
		return world->counts[count];
	}
	const char *counters = (const char *)&world->counters;
	uint64_t value;
	memcpy(&value, counters + offsets[count - COUNT_FIRST_COUNTER], sizeof(value));
	return value;
}

void world_start_round(struct world *world)
{
	for (unsigned count = 0; count < COUNT_COUNT; count++) {
		world->round_counts[count] = read_count(world, count);
	}
	for (unsigned i = 0; i < world->upstream_count; i++) {
		memcpy(world->upstreams[i].round_counts, world->upstreams[i].counts,
		       sizeof(world->upstreams[i].counts));
	}
}

uint64_t world_count(const struct world *world, const struct expectation *expectation)
{
	if (expectation->count == COUNT_elapsed_ms) {
		return world->counts[COUNT_elapsed_ms];
	}
	if (!expectation->has_address) {
		unsigned count = (unsigned)expectation->count;
		return read_count(world, count) - world->round_counts[count];
	}
	uint64_t sum = 0;
	for (unsigned i = 0; i < world->upstream_count; i++) {
		const struct world_upstream *upstream = &world->upstreams[i];
		if (plx_ip_equal(&upstream->config.endpoint.ip, &expectation->address)) {
			sum += upstream->counts[expectation->count] -
			       upstream->round_counts[expectation->count];
		}
	}
	return sum;
}
