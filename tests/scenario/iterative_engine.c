// SPDX-License-Identifier: BSD-3-Clause

#include "engine.h"
#include "world.h"

#include "recursion/recursor.h"
#include "validation/proof.h"

#include <errno.h>
#include <stdlib.h>

#define LOOKUPS_MAX 64
#define SLOT_COUNT 1024
#define CACHE_BYTES (4u << 20)
#define SERVERS_MAX 1024
#define MESSAGE_BYTES_MAX (64u << 20)
#define NS_PER_SECOND 1000000000ull

// What judges proofs, in the place of the validator threads: at once, in the thread that drives all.
struct iterative_state {
	struct recursor *recursor;
	struct trust_cache *trust_cache;
	struct canonical_workspace workspace;
};

static int create(struct world *world)
{
	const struct iterative_settings *settings = &world->settings;
	struct iterative_state *state = calloc(1, sizeof(*state));
	int error = 0;
	if (state == NULL) {
		return -ENOMEM;
	}
	world->iterative = state;
	const struct trust_cache_config cache_config = {.zones_max = 64, .rrsets_max = 256};
	state->trust_cache = trust_cache_create(&cache_config);
	if (state->trust_cache == NULL) {
		return -ENOMEM;
	}
	const struct recursor_config config = {
		.identity = &world->identity,
		.slot_count = SLOT_COUNT,
		.lookups_max = LOOKUPS_MAX,
		.random = &world->random,
		.sink = {.deliver = world_take_result, .context = world},
		.counters = &world->counters,
		// Modulo 2^64: the date may be before the clock's zero.
		.realtime_offset_ns = (uint64_t)settings->date_s * NS_PER_SECOND - world->now_ns,
		.root_hints = &settings->root,
		.families = settings->families,
		.validates = settings->validates && world->options.subject != SUBJECT_UNVALIDATED,
		.anchors = &settings->anchors,
		.asks_whole_names = settings->asks_whole_names,
		.cache_bytes = CACHE_BYTES,
		.servers_max = SERVERS_MAX,
		.message_bytes_max = MESSAGE_BYTES_MAX,
	};
	state->recursor = recursor_create(&config, &error);
	return state->recursor == NULL ? error : 0;
}

static void destroy(struct world *world)
{
	if (world->iterative != NULL) {
		recursor_destroy(world->iterative->recursor);
		trust_cache_destroy(world->iterative->trust_cache);
		free(world->iterative);
	}
}

static bool submit(struct world *world, enum plx_priority priority, const struct plx_job *job)
{
	return recursor_submit(world->iterative->recursor, 0, priority, job, world->now_ns) == 0;
}

static void trace_proof(const struct world *world, const struct validation_request *request)
{
	FILE *trace = world->options.trace;
	if (trace == NULL) {
		return;
	}
	char name[PLX_NAME_TEXT_MAX];
	plx_name_format(&request->proof.name, name);
	fprintf(trace, "%10.3f ms  proof of %s, %u messages: %s",
		(double)(world->now_ns - world->start_ns) / 1e6, name, request->proof.message_count,
		proof_step_name(request->step));
	if (request->step == PROOF_JUDGED) {
		fprintf(trace, " %s, %s", plx_dnssec_name(request->verdict.state),
			dnssec_cause_name(request->verdict.cause));
	}
	for (unsigned i = 0; request->step == PROOF_NEEDS && i < request->need_count; i++) {
		char type[PLX_TYPE_TEXT_MAX];
		plx_name_format(&request->needs[i].name, name);
		fprintf(trace, " %s %s", name, plx_type_format(request->needs[i].type, type));
	}
	fputc('\n', trace);
}

static void judge_proofs(struct world *world)
{
	struct iterative_state *state = world->iterative;
	struct validation_request *request;
	while ((request = recursor_next_proof(state->recursor)) != NULL) {
		const struct proof_judge judge = {
			.cache = request->uses_cache ? state->trust_cache : NULL,
			.anchors = &world->settings.anchors,
			.judge = {.workspace = &state->workspace,
				  .policy = &world->settings.policy,
				  .budget = &request->budget,
				  .now_s = request->now_s},
		};
		request->step = proof_judge(&judge, &request->proof, request->needs,
					    &request->need_count, &request->verdict);
		trace_proof(world, request);
		recursor_proof_done(state->recursor, request, world->now_ns);
	}
}

static bool next_query(struct world *world, struct engine_query *query)
{
	struct recursor_query outgoing = {.wire = query->wire};
	judge_proofs(world);
	if (recursor_next_queries(world->iterative->recursor, world->now_ns, 1, &outgoing) == 0) {
		return false;
	}
	query->length = outgoing.length;
	query->source_port = outgoing.source_port;
	query->slot = outgoing.slot;
	query->generation = outgoing.generation;
	query->server = (struct plx_endpoint) {.ip = outgoing.server, .port = 53};
	return true;
}

static void unreachable(struct world *world, const struct engine_query *query)
{
	recursor_unreachable(world->iterative->recursor, query->slot, query->generation,
			     world->now_ns);
}

static bool next_tcp(struct world *world, struct tcp_request *ret_request)
{
	return recursor_next_tcp(world->iterative->recursor, world->now_ns, ret_request);
}

static enum plx_drop_reason receive(struct world *world, const struct datagram *datagram)
{
	return recursor_receive(world->iterative->recursor, datagram, world->now_ns);
}

static void tcp_answer(struct world *world, const struct tcp_answer *answer)
{
	recursor_tcp_answer(world->iterative->recursor, answer, world->now_ns);
}

static void expire(struct world *world)
{
	recursor_expire(world->iterative->recursor, world->now_ns);
}

static uint64_t next_wakeup(const struct world *world)
{
	return recursor_next_wakeup(world->iterative->recursor, world->now_ns);
}

static bool change_server(struct world *world, const struct plx_ip *ip, enum upstream_change change)
{
	const struct plx_endpoint endpoint = {.ip = *ip, .port = 53};
	struct world_server *server = world_take_server(world, &endpoint);
	switch (change) {
	case UPSTREAM_CHANGE_DOWN:
	case UPSTREAM_CHANGE_UP:
		if (server != NULL) {
			server->is_down = change == UPSTREAM_CHANGE_DOWN;
		}
		return server != NULL;
	case UPSTREAM_CHANGE_UNREACHABLE:
	case UPSTREAM_CHANGE_REACHABLE:
		if (server != NULL) {
			server->is_unreachable = change == UPSTREAM_CHANGE_UNREACHABLE;
		}
		return server != NULL;
	case UPSTREAM_CHANGE_DRAINING:
	case UPSTREAM_CHANGE_SERVING:
	case UPSTREAM_CHANGE_REMOVED:
	case UPSTREAM_CHANGE_COUNT:
		break;
	}
	return false;
}

static bool flush(struct world *world, const struct plx_name *zone)
{
	uint32_t forgotten = recursor_flush(world->iterative->recursor, zone);
	return forgotten + trust_cache_flush(world->iterative->trust_cache, zone) > 0;
}

// A proof is judged as soon as it comes up: none is ever outstanding.
static bool is_quiet(const struct world *world)
{
	return recursor_next_proof(world->iterative->recursor) == NULL;
}

const struct engine_kind iterative_engine = {
	.read_settings = iterative_settings_read,
	.create = create,
	.destroy = destroy,
	.submit = submit,
	.next_query = next_query,
	.unreachable = unreachable,
	.next_tcp = next_tcp,
	.receive = receive,
	.tcp_answer = tcp_answer,
	.expire = expire,
	.next_wakeup = next_wakeup,
	.change_server = change_server,
	.flush = flush,
	.is_quiet = is_quiet,
};
