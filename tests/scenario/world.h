// SPDX-License-Identifier: BSD-3-Clause
// The world around the engine under test: a clock, a network and the servers of a scenario, all virtual. Time jumps
// from event to event, so that a deadline of eight seconds costs none; chance is seeded, so that every run is alike.

#pragma once

#include "event_queue.h"
#include "round_count.h"
#include "scenario.h"

#include <parallax/base/random_source.h>
#include <parallax/exchange/job.h>
#include <parallax/exchange/result.h>

#include "engine.h"
#include "iterative_settings.h"
#include "subject.h"

#include <stdio.h>

#define WORLD_JOBS_MAX 20000
#define WORLD_SERVERS_MAX 1024
#define WORLD_SLOT_BITS 14

// A server that was asked, or may be.
struct world_server {
	struct plx_endpoint endpoint;
	bool is_down;
	bool is_unreachable; // iterative: the engine is told at each query
	uint64_t counts[2];  // COUNT_sent, COUNT_tcp
	uint64_t round_counts[2];
};

struct world_job {
	struct plx_job job;
	uint32_t step;
	uint64_t submitted_ns; // when the engine took it
	uint64_t done_ns;
	enum plx_priority priority;
	bool is_taken; // by the engine
	bool is_done;
	struct plx_result result;
	uint8_t *body; // owned
};

struct world_options {
	enum subject subject;
	bool allows_sha1; // DNSSEC by the test profile, for public scenarios of 2007 to 2018
	FILE *trace;      // NULL: silent
};

struct world {
	const struct scenario *scenario;
	struct world_options options;
	uint64_t now_ns;
	uint64_t start_ns;
	uint64_t rtt_ns;
	uint64_t seed;
	uint32_t step;
	uint32_t *uses; // of entries
	struct plx_random chance;
	struct plx_random random; // the engine's
	struct query_identity identity;
	struct plx_worker_counters counters;
	const struct engine_kind *engine;
	// Of the stub.
	struct resolver *resolver;
	unsigned upstream_count;
	struct upstream_config upstreams[UPSTREAMS_MAX];
	// Of the iterative one.
	struct iterative_settings settings;
	struct iterative_state *iterative;

	struct event_queue events;
	unsigned server_count;
	struct world_server servers[WORLD_SERVERS_MAX];
	struct world_job *jobs;
	unsigned job_count;
	unsigned first_waiting; // bulk jobs from here on wait until the engine has room
	uint64_t counts[COUNT_COUNT];
	uint64_t round_counts[COUNT_COUNT]; // at the start of the round
	struct scenario_fault fault;        // what must not happen and did: the scenario failed
};

// Reads the settings of the scenario. -EINVAL with a fault, -ENOMEM. `world` is zeroed by the caller.
PLX_MUST_CHECK int world_open(struct world *world, const struct scenario *scenario,
			      const struct world_options *options, struct scenario_fault *fault);
void world_close(struct world *world);

// Asks one look-up more; like any client, it waits while the engine has no room. False past WORLD_JOBS_MAX.
bool world_submit(struct world *world, const struct plx_job *job, enum plx_priority priority);
// Hands over what waits, as far as there is room.
void world_hand_over(struct world *world);
// Lets time pass until `until_ns`, or until the job is done if there is one.
void world_run(struct world *world, uint64_t until_ns, const struct world_job *job);
// The server with this address, a new one if need be; NULL past WORLD_SERVERS_MAX.
struct world_server *world_take_server(struct world *world, const struct plx_endpoint *endpoint);
// The engine's sink; the context is the world.
bool world_take_result(void *context, unsigned client, const struct plx_result *result,
		       const uint8_t *body);

// Counts since the start of the round.
void world_start_round(struct world *world);
uint64_t world_count(const struct world *world, const struct expectation *expectation);
