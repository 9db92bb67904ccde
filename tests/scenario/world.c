// SPDX-License-Identifier: BSD-3-Clause

#include "world_network.h"

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

static void trace_result(const struct world *world, const struct world_job *job)
{
	if (world->options.trace != NULL) {
		char name[PLX_NAME_TEXT_MAX];
		char status[12];
		plx_name_format(&job->job.name, name);
		fprintf(world->options.trace,
			"%10.3f ms  result %s %s, %u records, %u aliases, %s\n",
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

bool world_take_result(void *context, unsigned client, const struct plx_result *result,
		       const uint8_t *body)
{
	(void)client;
	keep_result(context, result, body);
	return true;
}

struct world_server *world_take_server(struct world *world, const struct plx_endpoint *endpoint)
{
	for (unsigned i = 0; i < world->server_count; i++) {
		if (plx_endpoint_equal(&world->servers[i].endpoint, endpoint)) {
			return &world->servers[i];
		}
	}
	if (world->server_count == WORLD_SERVERS_MAX) {
		(void)fault_set(&world->fault, 0, "more than %u servers are asked",
				WORLD_SERVERS_MAX);
		return NULL;
	}
	struct world_server *server = &world->servers[world->server_count++];
	server->endpoint = *endpoint;
	return server;
}

static int create_engine(struct world *world)
{
	uint8_t key[PLX_RANDOM_KEY_BYTES] = {1};
	memcpy(key + 1, &world->seed, sizeof(world->seed));
	plx_random_init_fixed(&world->chance, key);
	key[0] = 2;
	plx_random_init_fixed(&world->random, key);
	int error = query_identity_init(&world->identity, FIRST_PORT, PORT_BITS, 0, WORLD_SLOT_BITS,
					&world->random);
	return error < 0 ? error : world->engine->create(world);
}

int world_open(struct world *world, const struct scenario *scenario,
	       const struct world_options *options, struct scenario_fault *fault)
{
	world->scenario = scenario;
	world->options = *options;
	world->engine = scenario->is_iterative ? &iterative_engine : &stub_engine;
	world->seed = 1;
	world->rtt_ns = RTT_DEFAULT_NS;
	world->now_ns = world->start_ns = START_NS;
	int error = world->engine->read_settings(world, fault);
	if (error < 0) {
		return error;
	}
	world->uses = calloc(scenario->entry_count + 1, sizeof(*world->uses));
	world->jobs = calloc(WORLD_JOBS_MAX, sizeof(*world->jobs));
	if (world->uses == NULL || world->jobs == NULL) {
		return -ENOMEM;
	}
	return create_engine(world);
}

void world_close(struct world *world)
{
	world->engine->destroy(world);
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
		.rcode = world->options.subject == SUBJECT_EMPTY ? PLX_RCODE_NOERROR
								 : PLX_RCODE_SERVFAIL,
		.qtype = job->qtype,
	};
	keep_result(world, &result, NULL);
}

// False when the engine has no room now.
static bool hand_over(struct world *world, struct world_job *job)
{
	job->submitted_ns = world->now_ns;
	if (!subject_is_engine(world->options.subject)) {
		answer_wrongly(world, &job->job);
	} else if (!world->engine->submit(world, job->priority, &job->job)) {
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
		uint64_t wakeup_ns = world->engine->next_wakeup(world);
		next_ns = wakeup_ns < next_ns ? wakeup_ns : next_ns;
		if (next_ns > until_ns) {
			world->now_ns = until_ns;
			world->engine->expire(world);
			network_take_queries(world);
			return;
		}
		world->now_ns = next_ns > world->now_ns ? next_ns : world->now_ns;
		network_deliver(world);
		world->engine->expire(world);
	}
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
	for (unsigned i = 0; i < world->server_count; i++) {
		memcpy(world->servers[i].round_counts, world->servers[i].counts,
		       sizeof(world->servers[i].counts));
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
	for (unsigned i = 0; i < world->server_count; i++) {
		const struct world_server *server = &world->servers[i];
		if (plx_ip_equal(&server->endpoint.ip, &expectation->address)) {
			sum += server->counts[expectation->count] -
			       server->round_counts[expectation->count];
		}
	}
	return sum;
}
