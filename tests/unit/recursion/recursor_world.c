// SPDX-License-Identifier: BSD-3-Clause

#include "cunit_runner.h"

#include "recursor_world.h"

#include <parallax/dns/record.h>
#include <parallax/dns/rr_type.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TURNS_MAX 100000

static bool keep_result(void *context, unsigned client, const struct plx_result *result,
			const uint8_t *body)
{
	struct world *world = context;
	if (world->is_client_stalled) {
		return false;
	}
	CU_ASSERT_FATAL(world->result_count < WORLD_RESULTS_MAX);
	struct world_result *kept = &world->results[world->result_count++];
	kept->client = client;
	kept->result = *result;
	kept->body = malloc(result->body_length + 1);
	if (result->body_length > 0) {
		memcpy(kept->body, body, result->body_length);
	}
	return true;
}

void world_prepare(struct world *world)
{
	struct plx_name root = scripted_name(".");
	struct plx_name server = scripted_name("a.root");
	struct plx_ip address = scripted_ip(ROOT);
	memset(world, 0, sizeof(*world));
	plx_random_init_fixed(&world->random, (const uint8_t[PLX_RANDOM_KEY_BYTES]) {42});
	CU_ASSERT_EQUAL_FATAL(
		query_identity_init(&world->identity, 16384, 14, 2, 11, &world->random), 0);
	delegation_start(&world->hints, &root, UINT64_MAX);
	(void)delegation_add_name(&world->hints, &server);
	(void)delegation_add_address(&world->hints, 0, &address);
	world->config = (struct recursor_config) {
		.identity = &world->identity,
		.worker = 1,
		.first_slot = WORLD_FIRST_SLOT,
		.slot_count = 1024,
		.lookups_max = 1000,
		.random = &world->random,
		.sink = {.deliver = keep_result, .context = world},
		.counters = &world->counters,
		.root_hints = &world->hints,
		.families = {.has_ipv4 = true, .has_ipv6 = true},
		.is_unprimed = true,
		.cache_bytes = 4 * 1024 * 1024,
		.servers_max = 1024,
		.message_bytes_max = 64 * 1024 * 1024,
		.realtime_offset_ns = 1700000000 * SECOND,
	};
	world->now_ns = 1000 * SECOND;
}

void world_start(struct world *world)
{
	int error = 0;
	world->recursor = recursor_create(&world->config, &error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(world->recursor);
}

void world_forget(struct world *world)
{
	for (unsigned i = 0; i < world->result_count; i++) {
		free(world->results[i].body);
	}
	world->result_count = 0;
	world->queries = 0;
	world->proofs = 0;
	world->log[0] = '\0';
}

void world_stop(struct world *world)
{
	recursor_destroy(world->recursor);
	world_forget(world);
}

void world_use(struct world *world, const struct scripted_server *servers, unsigned count)
{
	world->servers = servers;
	world->server_count = count;
}

uint64_t world_submit(struct world *world, const char *question, uint8_t flags)
{
	char name[300];
	char type[16];
	struct plx_job job = {
		.tag = ++world->next_tag,
		.kind = PLX_JOB_LOOKUP,
		.flags = flags,
		.resolution = PLX_RESOLUTION_ITERATIVE,
	};
	CU_ASSERT_EQUAL_FATAL(sscanf(question, "%299s %15s", name, type), 2);
	if (strcmp(type, "relevant") == 0) {
		job.kind = PLX_JOB_RELEVANT_CAA;
		job.qtype = PLX_TYPE_CAA;
	} else {
		CU_ASSERT_EQUAL_FATAL(plx_type_parse(type, strlen(type), &job.qtype), 0);
	}
	CU_ASSERT_EQUAL_FATAL(plx_name_parse(name, strlen(name), &job.name), 0);
	CU_ASSERT_EQUAL_FATAL(
		recursor_submit(world->recursor, 0, PLX_PRIORITY_BULK, &job, world->now_ns), 0);
	return job.tag;
}

static void parse(struct world *world, struct world_query *query)
{
	char name[PLX_NAME_TEXT_MAX];
	char type[PLX_TYPE_TEXT_MAX];
	char address[PLX_IP_TEXT_MAX];
	CU_ASSERT_EQUAL_FATAL(plx_message_open(query->wire, query->length, &query->message), 0);
	CU_ASSERT_EQUAL_FATAL(plx_message_check(&query->message), 0);
	struct iteration_query *asked = &query->asked;
	CU_ASSERT_EQUAL_FATAL(
		plx_message_name(&query->message, PLX_DNS_HEADER_BYTES, &asked->name, NULL), 0);
	plx_name_lower(&asked->name);
	asked->server = query->server;
	asked->type = query->message.question_type;
	asked->by_tcp = query->is_tcp;
	asked->has_edns = query->message.has_edns;
	plx_name_format(&asked->name, name);
	snprintf(query->text, sizeof(query->text), "%s %s", name,
		 plx_type_format(asked->type, type));
	size_t used = strlen(world->log);
	snprintf(world->log + used, WORLD_LOG_BYTES - used, "%s %s%s\n",
		 plx_ip_format(&query->server, address), query->text, query->is_tcp ? " tcp" : "");
	world->queries++;
}

bool world_next_query(struct world *world, struct world_query *ret_query)
{
	memset(ret_query, 0, sizeof(*ret_query));
	struct recursor_query outgoing = {.wire = ret_query->wire};
	if (recursor_next_queries(world->recursor, world->now_ns, 1, &outgoing) == 0) {
		return false;
	}
	ret_query->length = outgoing.length;
	ret_query->port = outgoing.source_port;
	ret_query->slot = outgoing.slot;
	ret_query->generation = outgoing.generation;
	ret_query->server = outgoing.server;
	parse(world, ret_query);
	return true;
}

bool world_next_tcp(struct world *world, struct world_query *ret_query)
{
	struct tcp_request request;
	memset(ret_query, 0, sizeof(*ret_query));
	if (!recursor_next_tcp(world->recursor, world->now_ns, &request)) {
		return false;
	}
	memcpy(ret_query->wire, request.query, request.query_length);
	ret_query->length = request.query_length;
	ret_query->slot = request.slot;
	ret_query->generation = (uint16_t)request.generation;
	ret_query->server = request.server.ip;
	ret_query->is_tcp = true;
	CU_ASSERT_EQUAL(request.server.port, 53);
	parse(world, ret_query);
	return true;
}

bool world_answer(struct world *world, const struct world_query *query,
		  struct scripted_reply *ret_reply)
{
	const struct scripted_server *server =
		scripted_server_find(world->servers, world->server_count, &query->asked);
	const char *flags = scripted_server_flags(server);
	if (strcmp(flags, "timeout") == 0 || strcmp(flags, "unreachable") == 0) {
		return false;
	}
	scripted_reply(ret_reply, query->text, flags, server->records);
	// ID and letter case as they were sent.
	memcpy(ret_reply->wire, query->wire, 2);
	memcpy(ret_reply->wire + PLX_DNS_HEADER_BYTES, query->wire + PLX_DNS_HEADER_BYTES,
	       query->asked.name.length);
	return true;
}

static void deliver_tcp(struct world *world, const struct world_query *query,
			struct scripted_reply *reply)
{
	const struct tcp_answer answer = {
		.server = {.ip = query->server, .port = 53},
		.slot = query->slot,
		.generation = query->generation,
		.error = reply == NULL ? -1 : 0,
		.length = reply == NULL ? 0 : (uint32_t)reply->length,
		.message = reply == NULL ? NULL : reply->wire,
		.was_connected = reply != NULL,
	};
	recursor_tcp_answer(world->recursor, &answer, world->now_ns);
}

enum plx_drop_reason world_deliver_from(struct world *world, const struct world_query *query,
					const struct scripted_reply *reply,
					const struct plx_endpoint *source)
{
	static struct scripted_reply copy;
	copy = *reply;
	struct datagram datagram = {
		.payload = copy.wire,
		.length = (uint32_t)copy.length,
		.source = *source,
	};
	uint16_t id = (uint16_t)(copy.wire[0] << 8 | copy.wire[1]);
	CU_ASSERT_TRUE_FATAL(
		query_identity_decode(&world->identity, query->port, id, &datagram.code));
	return recursor_receive(world->recursor, &datagram, world->now_ns);
}

enum plx_drop_reason world_deliver(struct world *world, const struct world_query *query,
				   const struct scripted_reply *reply)
{
	static struct scripted_reply copy;
	if (query->is_tcp) {
		copy = *reply;
		deliver_tcp(world, query, &copy);
		return PLX_DROP_ACCEPTED;
	}
	const struct plx_endpoint source = {.ip = query->server, .port = 53};
	return world_deliver_from(world, query, reply, &source);
}

static void judge(struct world *world, struct validation_request *request)
{
	world->proofs++;
	request->step = PROOF_JUDGED;
	request->verdict = (struct proof_verdict) {
		.state = PLX_DNSSEC_INSECURE,
		.cause = DNSSEC_CAUSE_NO_DS,
		.owner = request->proof.name,
		.ttl_s = 3600,
	};
	if (world->judge != NULL) {
		world->judge(world, request);
	}
	recursor_proof_done(world->recursor, request, world->now_ns);
}

static bool is_unreachable(const struct world *world, const struct world_query *query)
{
	const struct scripted_server *server =
		scripted_server_find(world->servers, world->server_count, &query->asked);
	return strcmp(scripted_server_flags(server), "unreachable") == 0;
}

// One round trip of all that is to be sent. False when nothing was.
static bool turn(struct world *world)
{
	static struct world_query queries[256];
	static struct scripted_reply reply;
	unsigned count = 0;
	bool did_anything = false;
	while (count < 128 && world_next_query(world, &queries[count])) {
		count++;
	}
	while (count < PLX_ARRAY_SIZE(queries) && world_next_tcp(world, &queries[count])) {
		count++;
	}
	did_anything = count > 0;
	world->now_ns += count > 0 ? WORLD_RTT_NS : 0;
	for (unsigned i = 0; i < count; i++) {
		if (world_answer(world, &queries[i], &reply)) {
			CU_ASSERT_EQUAL(world_deliver(world, &queries[i], &reply),
					PLX_DROP_ACCEPTED);
		} else if (is_unreachable(world, &queries[i])) {
			recursor_unreachable(world->recursor, queries[i].slot,
					     queries[i].generation, world->now_ns);
		}
	}
	struct validation_request *request;
	while ((request = recursor_next_proof(world->recursor)) != NULL) {
		judge(world, request);
		did_anything = true;
	}
	return did_anything;
}

void world_run(struct world *world)
{
	for (unsigned turns = 0; turns < TURNS_MAX; turns++) {
		recursor_expire(world->recursor, world->now_ns);
		if (recursor_room(world->recursor, PLX_PRIORITY_INTERACTIVE) ==
			    world->config.lookups_max &&
		    !world->is_client_stalled) {
			return;
		}
		if (!turn(world)) {
			uint64_t next_ns = recursor_next_wakeup(world->recursor, world->now_ns);
			if (next_ns == UINT64_MAX) {
				break;
			}
			world->now_ns = next_ns > world->now_ns ? next_ns : world->now_ns + MS;
		}
	}
	fprintf(stderr, "the look-ups do not end:\n%s", world->log);
	exit(EXIT_FAILURE);
}

const struct world_result *world_result_of(const struct world *world, uint64_t tag)
{
	const struct world_result *found = NULL;
	for (unsigned i = 0; i < world->result_count; i++) {
		if (world->results[i].result.tag == tag) {
			CU_ASSERT_PTR_NULL(found); // one each
			found = &world->results[i];
		}
	}
	CU_ASSERT_PTR_NOT_NULL_FATAL(found);
	return found;
}

const struct plx_result *world_look_up(struct world *world, const char *question, uint8_t flags)
{
	world_forget(world);
	uint64_t tag = world_submit(world, question, flags);
	world_run(world);
	return &world_result_of(world, tag)->result;
}

static void append_name(char *text, size_t size, const struct plx_name *name)
{
	char part[PLX_NAME_TEXT_MAX];
	plx_name_format(name, part);
	size_t used = strlen(text);
	snprintf(text + used, size - used, "%s%s", used > 0 ? " " : "", part);
}

const char *world_text(const struct world *world, const struct world_result *result)
{
	static char text[4096];
	char data[1024];
	struct plx_result_view view;
	struct plx_result_record record;
	text[0] = '\0';
	CU_ASSERT_EQUAL_FATAL(plx_result_open(&result->result, result->body, &view), 0);
	if (view.found_at.length > 0) {
		append_name(text, sizeof(text), &view.found_at);
	}
	if (view.owner.length > 0) {
		append_name(text, sizeof(text), &view.owner);
	}
	for (unsigned i = 0; i < result->result.alias_count; i++) {
		append_name(text, sizeof(text), &view.aliases[i]);
	}
	while (plx_result_next(&view, &record)) {
		plx_rdata_format(result->result.qtype, record.rdata, record.rdata_length, data,
				 sizeof(data));
		size_t used = strlen(text);
		snprintf(text + used, sizeof(text) - used, " %s", data);
	}
	return text;
}

void world_pass(struct world *world, uint64_t duration_ns)
{
	uint64_t end_ns = world->now_ns + duration_ns;
	while (world->now_ns < end_ns) {
		uint64_t step_ns =
			end_ns - world->now_ns < 5 * MS ? end_ns - world->now_ns : 5 * MS;
		world->now_ns += step_ns;
		recursor_expire(world->recursor, world->now_ns);
	}
}
