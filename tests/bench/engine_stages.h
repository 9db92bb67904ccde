// SPDX-License-Identifier: BSD-3-Clause
// The parts of a look-up's way through a worker, each run for a burst at a time and timed by rdtsc: the worker's own
// code, with plain memory where mbufs and the port would be.

#pragma once

#include <parallax/base/random_source.h>
#include <parallax/exchange/region_layout.h>
#include <parallax/exchange/worker_counters.h>

#include "exchange/lane_state.h"
#include "exchange/region_create.h"
#include "network/header_template.h"
#include "network/packet_input.h"
#include "query_sink.h"
#include "resolver/resolver.h"

#include <stdbool.h>
#include <stdint.h>

#define ENGINE_BURST 64
#define ENGINE_UPSTREAMS_MAX 16

#define ENGINE_STAGES(X)                                                                           \
	X(CLIENT_SUBMIT, "client: write jobs", false)                                              \
	X(INTAKE, "read jobs", true)                                                               \
	X(EXPIRE, "open questions, timers", true)                                                  \
	X(QUERY, "choose server, write queries", true)                                             \
	X(FRAME, "headers, checksums", true)                                                       \
	X(SINK, "(the server)", false)                                                             \
	X(PARSE, "classify, verify checksums", true)                                               \
	X(IDENTIFY, "decrypt port and ID", true)                                                   \
	X(MATCH, "acceptance rules, read answer, write result", true)                              \
	X(FLUSH, "publish results", true)                                                          \
	X(CLIENT_COLLECT, "client: read results", false)

enum engine_stage {
#define ENGINE_STAGE_ENTRY(name, text, is_worker) STAGE_##name,
	ENGINE_STAGES(ENGINE_STAGE_ENTRY)
#undef ENGINE_STAGE_ENTRY
		STAGE_COUNT
};

struct engine_config {
	uint32_t in_flight;
	uint16_t worker;
	uint16_t worker_count;
	uint8_t upstream_count; // at most ENGINE_UPSTREAMS_MAX
};

struct engine_buffer;

struct engine {
	struct engine_config config;
	struct query_identity identity;
	struct plx_random random;
	struct plx_worker_counters counters;
	struct resolver *resolver;
	struct packet_rules rules;
	struct header_template templates[ENGINE_UPSTREAMS_MAX];
	struct region region;
	struct exchange_lane lane;
	struct plx_ring_producer client_jobs;
	struct plx_ring_consumer client_results;
	struct query_sink sink;
	struct engine_buffer *buffers; // for queries, then for answers, used in turn
	uint32_t next_buffer;
	uint32_t next_answer_buffer;
	uint64_t now_ns;
	uint64_t turn_ns; // the engine's time between two turns
	uint64_t submitted;
	uint64_t collected;
	uint64_t bad_results;
	uint64_t cycles[STAGE_COUNT];
};

// False: memory.
bool engine_start(struct engine *engine, const struct engine_config *config);
void engine_stop(struct engine *engine);
// One turn: a burst of jobs in, and as many answers as were sent beyond the number in flight. Adds to `cycles`.
void engine_turn(struct engine *engine);
// Turns until the sink holds the number wanted and the flow window lets them out.
bool engine_fill(struct engine *engine);
// Answers what is left.
void engine_drain(struct engine *engine);
