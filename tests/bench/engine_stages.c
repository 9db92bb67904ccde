// SPDX-License-Identifier: BSD-3-Clause

#include "engine_stages.h"

#include <parallax/dns/rr_type.h>

#include "bench_network.h"
#include "ratelimit/flow_window.h"
#include "resolver/upstream_config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <x86intrin.h>

#define BUFFER_COUNT 4096 // as a receive ring with its pool: beyond L1 and L2
#define PAYLOAD_OFFSET 128
#define RTT_NS (20ull * 1000 * 1000)
#define LANE_INTAKE 32

struct engine_buffer {
	uint8_t bytes[PAYLOAD_OFFSET + 640];
	uint32_t template_name; // of the upstream whose headers it holds
} PLX_CACHE_ALIGNED;

struct parsed {
	uint8_t *frame;
	struct packet_view view;
};

static struct engine_buffer *buffer_next(struct engine *engine)
{
	return &engine->buffers[engine->next_buffer++ % BUFFER_COUNT];
}

static struct engine_buffer *answer_buffer_next(struct engine *engine)
{
	return &engine->buffers[BUFFER_COUNT + engine->next_answer_buffer++ % BUFFER_COUNT];
}

static bool deliver(void *context, unsigned client, const struct plx_result *result,
		    const uint8_t *body)
{
	struct engine *engine = context;
	return exchange_lane_deliver(&engine->lane, result, body);
}

static struct plx_ip ipv4(uint32_t address)
{
	return (struct plx_ip) {.family = 4,
				.bytes = {(uint8_t)(address >> 24), (uint8_t)(address >> 16),
					  (uint8_t)(address >> 8), (uint8_t)address}};
}

static uint8_t bits_for(uint32_t count)
{
	uint8_t bits = 0;
	while (1ull << bits < count) {
		bits++;
	}
	return bits;
}

static bool start_resolver(struct engine *engine)
{
	const struct engine_config *config = &engine->config;
	// Bulk may not take the last eighth.
	uint32_t lookups = config->in_flight + config->in_flight / 4 + 4096;
	uint8_t worker_bits = bits_for(config->worker_count);
	if (plx_random_init(&engine->random) != 0 ||
	    query_identity_init(&engine->identity, 32768, 15, worker_bits, bits_for(lookups),
				&engine->random) != 0) {
		return false;
	}
	const struct resolver_config resolver_config = {
		.identity = &engine->identity,
		.worker = config->worker,
		.worker_count = config->worker_count,
		.lookups_max = lookups,
		.random = &engine->random,
		.sink = {.deliver = deliver, .context = engine},
		.counters = &engine->counters,
	};
	int error;
	engine->resolver = resolver_create(&resolver_config, &error);
	if (engine->resolver == NULL) {
		return false;
	}
	resolver_expire(engine->resolver, engine->now_ns);
	for (unsigned i = 0; i < config->upstream_count; i++) {
		const struct upstream_config upstream = {
			.endpoint = {.ip = ipv4(BENCH_SERVER + i), .port = 53},
			.in_flight_max = lookups * config->worker_count,
		};
		resolver_upstream_set(engine->resolver, i, &upstream);
		resolver_upstream_reachable(engine->resolver, i, true);
	}
	return true;
}

static void start_lane(struct engine *engine)
{
	struct plx_region_worker *rings = plx_region_worker(engine->region.base, 0);
	const struct exchange_lane_wake wake = {-1, -1}; // nobody sleeps
	exchange_lane_init(&engine->lane, engine->region.base, 0, 0, PLX_PRIORITY_BULK, wake);
	plx_ring_producer_init(&engine->client_jobs, &rings->jobs,
			       plx_region_job_bytes(engine->region.base, 0), PLX_JOB_RING_BYTES);
	plx_ring_consumer_init(&engine->client_results, &rings->results,
			       plx_region_result_bytes(engine->region.base, 0),
			       PLX_RESULT_RING_BYTES);
}

bool engine_start(struct engine *engine, const struct engine_config *config)
{
	const struct plx_siphash_key key = {0};
	*engine = (struct engine) {.config = *config, .now_ns = 1000ull * 1000 * 1000 * 1000};
	engine->rules = (struct packet_rules) {
		.first_port = 32768,
		.last_port = 65535,
		.address_count = 1,
		.addresses = {ipv4(BENCH_CLIENT)},
	};
	for (unsigned i = 0; i < config->upstream_count; i++) {
		const struct header_fields fields = {
			.source_mac = {{2, 0, 0, 0, 0, 1}},
			.destination_mac = {{2, 0, 0, 0, 0, 2}},
			.source = ipv4(BENCH_CLIENT),
			.destination = {.ip = ipv4(BENCH_SERVER + i), .port = 53},
		};
		if (header_template_build(&engine->templates[i], &fields) != 0) {
			return false;
		}
	}
	engine->buffers = aligned_alloc(64, 2 * BUFFER_COUNT * sizeof(*engine->buffers));
	if (engine->buffers == NULL || region_create(1, &key, &engine->region) != 0 ||
	    !query_sink_init(&engine->sink, config->in_flight) || !start_resolver(engine)) {
		return false;
	}
	memset(engine->buffers, 0, 2 * BUFFER_COUNT * sizeof(*engine->buffers));
	start_lane(engine);
	return true;
}

void engine_stop(struct engine *engine)
{
	resolver_destroy(engine->resolver);
	region_destroy(&engine->region);
	query_sink_fini(&engine->sink);
	free(engine->buffers);
}

static void client_submit(struct engine *engine, unsigned count)
{
	// 24 to 26 octets with the root; each name is asked once.
	struct plx_job job = {.kind = PLX_JOB_LOOKUP, .qtype = PLX_TYPE_CAA};
	char digits[16];
	for (unsigned i = 0; i < count; i++) {
		job.tag = engine->submitted++;
		int length = snprintf(digits, sizeof(digits), "c%llu",
				      (unsigned long long)job.tag % 100000000);
		job.name.wire[0] = 3;
		memcpy(job.name.wire + 1, "www", 3);
		job.name.wire[4] = (uint8_t)length;
		memcpy(job.name.wire + 5, digits, (size_t)length);
		memcpy(job.name.wire + 5 + length, "\7example", 9);
		job.name.length = (uint8_t)(5 + length + 9);
		uint8_t record[PLX_JOB_RECORD_MAX];
		size_t record_length = plx_job_write(&job, record);
		uint8_t *room = plx_ring_reserve(&engine->client_jobs, (uint32_t)record_length);
		if (room == NULL) {
			engine->submitted--;
			break;
		}
		memcpy(room, record, record_length);
	}
	(void)!plx_ring_publish(&engine->client_jobs);
}

// As lane_intake.c does it.
static void intake(struct engine *engine)
{
	struct plx_job job;
	for (unsigned i = 0; i < ENGINE_BURST; i++) {
		if (exchange_lane_peek(&engine->lane, &job) != 1 ||
		    resolver_submit(engine->resolver, 0, PLX_PRIORITY_BULK, &job, engine->now_ns) !=
			    0) {
			break;
		}
		exchange_lane_take(&engine->lane);
		engine->counters.jobs_received++;
	}
}

static unsigned write_queries(struct engine *engine, struct outgoing_query *queries)
{
	for (unsigned i = 0; i < ENGINE_BURST; i++) {
		queries[i].wire = buffer_next(engine)->bytes + PAYLOAD_OFFSET;
	}
	return resolver_next_queries(engine->resolver, engine->now_ns, ENGINE_BURST, queries);
}

// As frame_query in burst_transmit.c does it.
static void frame_queries(struct engine *engine, const struct outgoing_query *queries,
			  unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		const struct header_template *header = &engine->templates[queries[i].upstream];
		struct engine_buffer *buffer =
			(struct engine_buffer *)(queries[i].wire - PAYLOAD_OFFSET);
		if (buffer->template_name != queries[i].upstream + 1u) {
			header_template_place(header, queries[i].wire);
			buffer->template_name = queries[i].upstream + 1u;
		}
		header_template_finish(header, queries[i].wire, queries[i].length,
				       queries[i].source_port);
	}
}

struct frame {
	uint8_t *bytes;
	uint32_t length;
};

static unsigned serve(struct engine *engine, const struct outgoing_query *queries, unsigned count,
		      uint32_t in_flight, struct frame *frames)
{
	for (unsigned i = 0; i < count; i++) {
		query_sink_take(&engine->sink, queries[i].wire - engine->templates[0].length);
	}
	unsigned answers = 0;
	while (answers < ENGINE_BURST && query_sink_count(&engine->sink) > in_flight) {
		frames[answers].bytes = answer_buffer_next(engine)->bytes;
		frames[answers].length = query_sink_answer(&engine->sink, frames[answers].bytes);
		answers++;
	}
	return answers;
}

// As burst_receive.c does it.
static unsigned parse(struct engine *engine, const struct frame *frames, unsigned count,
		      struct parsed *parsed, struct query_pair *pairs)
{
	unsigned answers = 0;
	for (unsigned i = 0; i < count; i++) {
		__builtin_prefetch(frames[i].bytes);
	}
	for (unsigned i = 0; i < count; i++) {
		struct parsed *answer = &parsed[answers];
		enum plx_drop_reason reason = PLX_DROP_BAD_FRAME;
		if (packet_classify(&engine->rules, frames[i].bytes, frames[i].length,
				    PACKET_CHECKSUM_UNKNOWN, &answer->view,
				    &reason) != PACKET_ANSWER) {
			engine->counters.packets_by_reason[reason]++;
			continue;
		}
		const uint8_t *payload = answer->view.payload;
		answer->frame = frames[i].bytes;
		pairs[answers++] = (struct query_pair) {
			.port = answer->view.destination_port,
			.id = (uint16_t)((unsigned)payload[0] << 8 | payload[1]),
		};
	}
	return answers;
}

static unsigned identify(struct engine *engine, struct parsed *parsed, struct query_pair *pairs,
			 unsigned count)
{
	unsigned kept = 0;
	query_identity_decode_burst(&engine->identity, pairs, count);
	for (unsigned i = 0; i < count; i++) {
		if (!pairs[i].is_ours || pairs[i].code.worker != engine->config.worker) {
			engine->counters.packets_by_reason[PLX_DROP_NO_TRANSACTION]++;
			continue;
		}
		resolver_prefetch(engine->resolver, pairs[i].code.slot);
		if (kept != i) {
			parsed[kept] = parsed[i];
			pairs[kept] = pairs[i];
		}
		kept++;
	}
	return kept;
}

static void match(struct engine *engine, const struct parsed *parsed,
		  const struct query_pair *pairs, unsigned count)
{
	resolver_prefetch_outcomes(engine->resolver, pairs, count);
	for (unsigned i = 0; i < count; i++) {
		const struct datagram datagram = {
			.payload = parsed[i].frame + (parsed[i].view.payload - parsed[i].frame),
			.length = parsed[i].view.payload_length,
			.source = parsed[i].view.source,
			.code = pairs[i].code,
		};
		enum plx_drop_reason reason =
			resolver_receive(engine->resolver, &datagram, engine->now_ns);
		engine->counters.packets_by_reason[reason]++;
	}
}

// As result_collect.c does it.
static void client_collect(struct engine *engine)
{
	static _Thread_local uint8_t record[PLX_RESULT_RECORD_MAX];
	uint32_t length;
	while (plx_ring_peek(&engine->client_results, record, sizeof(record), &length) == 1) {
		struct plx_result result;
		memcpy(&result, record, sizeof(result));
		bool is_good = length == sizeof(result) + result.body_length &&
			       result.status == PLX_STATUS_ANSWERED && result.rcode == 0 &&
			       result.record_count == 0 && result.queries == 1;
		engine->bad_results += !is_good;
		plx_ring_take(&engine->client_results);
		engine->collected++;
	}
	(void)!plx_ring_release(&engine->client_results);
}

static void run_turn(struct engine *engine, unsigned jobs, uint32_t in_flight)
{
	PLX_UNINITIALIZED struct outgoing_query queries[ENGINE_BURST];
	PLX_UNINITIALIZED struct frame frames[ENGINE_BURST];
	PLX_UNINITIALIZED struct parsed parsed[ENGINE_BURST];
	PLX_UNINITIALIZED struct query_pair pairs[ENGINE_BURST];
	uint64_t at[STAGE_COUNT + 1];
	engine->now_ns += engine->turn_ns;

	at[STAGE_CLIENT_SUBMIT] = __rdtsc();
	client_submit(engine, jobs);
	at[STAGE_INTAKE] = __rdtsc();
	intake(engine);
	at[STAGE_EXPIRE] = __rdtsc();
	resolver_expire(engine->resolver, engine->now_ns);
	at[STAGE_QUERY] = __rdtsc();
	unsigned query_count = write_queries(engine, queries);
	at[STAGE_FRAME] = __rdtsc();
	frame_queries(engine, queries, query_count);
	at[STAGE_SINK] = __rdtsc();
	unsigned answer_count = serve(engine, queries, query_count, in_flight, frames);
	at[STAGE_PARSE] = __rdtsc();
	answer_count = parse(engine, frames, answer_count, parsed, pairs);
	at[STAGE_IDENTIFY] = __rdtsc();
	answer_count = identify(engine, parsed, pairs, answer_count);
	at[STAGE_MATCH] = __rdtsc();
	match(engine, parsed, pairs, answer_count);
	at[STAGE_FLUSH] = __rdtsc();
	exchange_lane_flush(&engine->lane);
	at[STAGE_CLIENT_COLLECT] = __rdtsc();
	client_collect(engine);
	at[STAGE_COUNT] = __rdtsc();
	for (unsigned stage = 0; stage < STAGE_COUNT; stage++) {
		engine->cycles[stage] += at[stage + 1] - at[stage];
	}
}

void engine_turn(struct engine *engine)
{
	run_turn(engine, ENGINE_BURST, engine->config.in_flight);
}

// The flow window opens by doubling while it is full and answers come: the sink holds all that it lets out, then
// answers them, until it lets out enough.
bool engine_fill(struct engine *engine)
{
	// A burst more than what stays, so that the window has room while the sink is full.
	uint32_t wanted = engine->config.in_flight + ENGINE_BURST;
	engine->turn_ns = 0; // nothing may time out meanwhile
	for (unsigned round = 0; round < 64; round++) {
		for (unsigned idle_turns = 0;
		     query_sink_count(&engine->sink) < wanted && idle_turns < 16; idle_turns++) {
			uint32_t before = query_sink_count(&engine->sink);
			run_turn(engine, ENGINE_BURST, wanted);
			if (query_sink_count(&engine->sink) != before) {
				idle_turns = 0;
			}
		}
		if (query_sink_count(&engine->sink) >= wanted) {
			engine->turn_ns = RTT_NS * ENGINE_BURST / engine->config.in_flight;
			return true;
		}
		while (query_sink_count(&engine->sink) > 0) {
			run_turn(engine, 0, 0);
		}
		engine->now_ns += FLOW_WINDOW_INTERVAL_NS;
	}
	return false;
}

void engine_drain(struct engine *engine)
{
	uint64_t collected = engine->collected;
	for (unsigned idle_turns = 0; idle_turns < 1024; idle_turns++) {
		run_turn(engine, 0, 0);
		if (engine->collected != collected) {
			collected = engine->collected;
			idle_turns = 0;
		}
	}
}
