// SPDX-License-Identifier: BSD-3-Clause

#include "engine.h"
#include "world.h"
#include "world_settings.h"

static int create(struct world *world)
{
	int error = 0;
	const struct resolver_config config = {
		.identity = &world->identity,
		.worker_count = 1,
		.lookups_max = 1u << WORLD_SLOT_BITS,
		.random = &world->random,
		.sink = {.deliver = world_take_result, .context = world},
		.counters = &world->counters,
	};
	world->resolver = resolver_create(&config, &error);
	if (world->resolver == NULL) {
		return error;
	}
	resolver_expire(world->resolver, world->now_ns);
	for (unsigned i = 0; i < world->upstream_count; i++) {
		resolver_upstream_set(world->resolver, i, &world->upstreams[i]);
		resolver_upstream_reachable(world->resolver, i, true);
	}
	return 0;
}

static void destroy(struct world *world)
{
	if (world->resolver != NULL) {
		resolver_destroy(world->resolver);
	}
}

static bool submit(struct world *world, enum plx_priority priority, const struct plx_job *job)
{
	return resolver_submit(world->resolver, 0, priority, job, world->now_ns) == 0;
}

static bool next_query(struct world *world, struct engine_query *query)
{
	struct outgoing_query outgoing = {.wire = query->wire};
	if (!resolver_next_query(world->resolver, world->now_ns, &outgoing)) {
		return false;
	}
	query->length = outgoing.length;
	query->source_port = outgoing.source_port;
	query->server = world->upstreams[outgoing.upstream].endpoint;
	return true;
}

// It is told before, by resolver_upstream_reachable.
static void unreachable(struct world *world, const struct engine_query *query)
{
	(void)query;
	(void)fault_set(&world->fault, 0, "a query to a server that the engine cannot reach");
}

static bool next_tcp(struct world *world, struct tcp_request *ret_request)
{
	return resolver_next_tcp(world->resolver, world->now_ns, ret_request);
}

static enum plx_drop_reason receive(struct world *world, const struct datagram *datagram)
{
	return resolver_receive(world->resolver, datagram, world->now_ns);
}

static void tcp_answer(struct world *world, const struct tcp_answer *answer)
{
	resolver_tcp_answer(world->resolver, answer, world->now_ns);
}

static void expire(struct world *world)
{
	resolver_expire(world->resolver, world->now_ns);
}

static uint64_t next_wakeup(const struct world *world)
{
	return resolver_next_wakeup(world->resolver, world->now_ns);
}

static bool change_server(struct world *world, const struct plx_ip *ip, enum upstream_change change)
{
	unsigned index = 0;
	while (index < world->upstream_count &&
	       !plx_ip_equal(&world->upstreams[index].endpoint.ip, ip)) {
		index++;
	}
	if (index == world->upstream_count) {
		return false;
	}
	switch (change) {
	case UPSTREAM_CHANGE_DOWN:
	case UPSTREAM_CHANGE_UP:
		world_take_server(world, &world->upstreams[index].endpoint)->is_down =
			change == UPSTREAM_CHANGE_DOWN;
		return true;
	case UPSTREAM_CHANGE_UNREACHABLE:
	case UPSTREAM_CHANGE_REACHABLE:
		resolver_upstream_reachable(world->resolver, index,
					    change == UPSTREAM_CHANGE_REACHABLE);
		return true;
	case UPSTREAM_CHANGE_DRAINING:
	case UPSTREAM_CHANGE_SERVING:
		resolver_upstream_drain(world->resolver, index, change == UPSTREAM_CHANGE_DRAINING);
		return true;
	case UPSTREAM_CHANGE_REMOVED:
		resolver_upstream_remove(world->resolver, index, world->now_ns);
		return true;
	case UPSTREAM_CHANGE_COUNT:
		break;
	}
	return false;
}

static bool flush(struct world *world, const struct plx_name *zone)
{
	(void)world;
	(void)zone;
	return false;
}

static bool is_quiet(const struct world *world)
{
	for (unsigned i = 0; i < world->upstream_count; i++) {
		struct upstream_snapshot snapshot;
		resolver_upstream_read(world->resolver, i, &snapshot);
		if (snapshot.in_flight != 0) {
			return false;
		}
	}
	return true;
}

const struct engine_kind stub_engine = {
	.read_settings = world_read_settings,
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
