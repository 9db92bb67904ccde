// SPDX-License-Identifier: BSD-3-Clause
// The engine against servers, a network and clients that do whatever the input says: answers built from the query
// and then bent, raw bytes with the right identity, TCP that fails or lies, time that jumps, clients that stall or go.
// Beyond memory safety: every look-up ends exactly once and within its deadline, sends a bounded number of queries,
// and nothing stays in flight when all is over.

#include <parallax/base/byte_reader.h>
#include <parallax/base/error.h>
#include <parallax/base/random_source.h>
#include <parallax/dns/message_reader.h>
#include <parallax/dns/rr_type.h>

#include "resolver/resolver.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LOOKUPS_MAX 32
#define OPERATIONS_MAX 400
#define OPEN_MAX 64
#define MS (1000ull * 1000)
#define QUERIES_MAX 240 // per look-up: RESOLVER_QUERIES_MAX and RESOLVER_QUESTION_QUERIES_MAX

struct open_query {
	uint8_t wire[PLX_QUERY_MAX];
	uint16_t length;
	uint16_t source_port;
	struct plx_endpoint server;
	struct tcp_request tcp; // slot and generation, when by TCP
	bool is_tcp;
};

struct world {
	struct plx_random random;
	struct query_identity identity;
	struct plx_worker_counters counters;
	struct resolver *resolver;
	uint64_t now_ns;
	struct open_query open[OPEN_MAX];
	unsigned open_count;
	uint64_t deadline_ns[LOOKUPS_MAX];
	uint8_t ended[LOOKUPS_MAX];
	unsigned submitted;
	bool is_stalled;
	bool was_stalled;
};

static void require(bool condition)
{
	if (!condition) {
		abort();
	}
}

static bool take_result(void *context, unsigned client, const struct plx_result *result,
			const uint8_t *body)
{
	struct world *world = context;
	if (world->is_stalled) {
		return false;
	}
	require(result->tag < world->submitted);
	require(world->ended[result->tag]++ == 0);
	require(result->status != PLX_STATUS_NOT_EVALUATED && result->status < PLX_STATUS_COUNT);
	require(result->queries <= QUERIES_MAX);
	// Time moves in steps of up to 255 ms, and a timer class may end 25 ms late.
	require(world->was_stalled || world->now_ns <= world->deadline_ns[result->tag] + 300 * MS);
	require(plx_result_is_definitive(result) ||
		(result->record_count == 0 && result->has_found_at == 0));
	// A failure never excuses itself (BR 4.2.2.1).
	require(plx_result_is_definitive(result) || result->dnssec != PLX_DNSSEC_INSECURE);
	struct plx_result_view view;
	require(plx_result_open(result, body, &view) == 0);
	struct plx_result_record record;
	unsigned records = 0;
	while (plx_result_next(&view, &record)) {
		records++;
	}
	require(records == result->record_count);
	return true;
}

static void submit(struct world *world, uint8_t choice)
{
	static const char *const names[] = {"a.example.test", "b.example.test",
					    "A.EXAMPLE.TEST", "x.y.z.test",
					    "test",           ".",
					    "w.other.net",    "0123456789.in-addr.arpa"};
	if (world->submitted == LOOKUPS_MAX) {
		return;
	}
	struct plx_job job = {
		.tag = world->submitted,
		.kind = choice & 8 ? PLX_JOB_RELEVANT_CAA : PLX_JOB_LOOKUP,
		.qtype = choice & 16 ? PLX_TYPE_TXT : PLX_TYPE_CAA,
		.flags = choice & 32 ? PLX_JOB_TCP_ONLY : 0,
		.timeout_ms = choice & 64 ? 500 : 0,
	};
	const char *text = names[choice & 7];
	require(plx_name_parse(text, strlen(text), &job.name) == 0);
	enum plx_priority priority = choice & 128 ? PLX_PRIORITY_INTERACTIVE : PLX_PRIORITY_BULK;
	world->deadline_ns[world->submitted] =
		world->now_ns + (job.timeout_ms > 0 ? 500 : 8000) * MS;
	world->submitted++; // the result may come during the call
	if (resolver_submit(world->resolver, 0, priority, &job, world->now_ns) != 0) {
		world->submitted--;
	}
}

static struct open_query *new_open_query(struct world *world)
{
	if (world->open_count == OPEN_MAX) {
		memmove(&world->open[0], &world->open[1], sizeof(world->open[0]) * (OPEN_MAX - 1));
		world->open_count--;
	}
	struct open_query *query = &world->open[world->open_count];
	memset(query, 0, sizeof(*query));
	return query;
}

static void send_queries(struct world *world)
{
	for (;;) {
		struct open_query *query = new_open_query(world);
		struct outgoing_query outgoing = {.wire = query->wire};
		if (!resolver_next_query(world->resolver, world->now_ns, &outgoing)) {
			break;
		}
		struct upstream_snapshot snapshot;
		resolver_upstream_read(world->resolver, outgoing.upstream, &snapshot);
		query->length = outgoing.length;
		query->source_port = outgoing.source_port;
		query->server = snapshot.config.endpoint;
		world->open_count++;
	}
	for (;;) {
		struct open_query *query = new_open_query(world);
		if (!resolver_next_tcp(world->resolver, world->now_ns, &query->tcp)) {
			break;
		}
		query->is_tcp = true;
		query->length = query->tcp.query_length;
		memcpy(query->wire, query->tcp.query, query->length);
		world->open_count++;
	}
}

static void deliver(struct world *world, const struct open_query *query, uint8_t *wire,
		    size_t length)
{
	if (query->is_tcp) {
		const struct tcp_answer answer = {
			.server = query->tcp.server,
			.slot = query->tcp.slot,
			.generation = query->tcp.generation,
			.was_connected = true,
			.length = (uint32_t)length,
			.message = wire,
		};
		resolver_tcp_answer(world->resolver, &answer, world->now_ns);
		return;
	}
	struct datagram datagram = {
		.payload = wire, .length = (uint32_t)length, .source = query->server};
	uint16_t id = length >= 2 ? (uint16_t)((unsigned)wire[0] << 8 | wire[1]) : 0;
	if (query_identity_decode(&world->identity, query->source_port, id, &datagram.code)) {
		(void)resolver_receive(world->resolver, &datagram, world->now_ns);
	}
}

// An answer that passes the first checks: the query's header and question, then what the input says.
static void answer_query(struct world *world, struct plx_reader *input,
			 const struct open_query *query)
{
	uint8_t wire[PLX_QUERY_MAX + 1024];
	size_t question_length = query->length;
	uint16_t flags = plx_read_u16(input);
	uint8_t bend = plx_read_u8(input);
	uint16_t length = plx_read_u16(input) & 1023;
	if (length > plx_reader_left(input)) {
		length = (uint16_t)plx_reader_left(input);
	}
	struct plx_message message;
	require(plx_message_open(query->wire, query->length, &message) == 0);
	question_length = message.records_offset;
	memcpy(wire, query->wire, question_length);
	wire[2] = (uint8_t)(0x80 | (flags >> 8 & 0x07));
	wire[3] = (uint8_t)flags;
	wire[7] = bend & 3;
	wire[9] = bend >> 2 & 3;
	wire[11] = bend >> 4 & 3;
	const uint8_t *tail = plx_read_bytes(input, length);
	if (tail != NULL) {
		memcpy(wire + question_length, tail, length);
	} else {
		length = 0;
	}
	if (bend & 128 && question_length > 13) {
		wire[13] ^= 0x20;
	}
	deliver(world, query, wire, question_length + length);
}

static void answer_raw(struct world *world, struct plx_reader *input,
		       const struct open_query *query)
{
	uint8_t wire[512];
	uint16_t length = plx_read_u16(input) & 511;
	if (length > plx_reader_left(input)) {
		length = (uint16_t)plx_reader_left(input);
	}
	plx_read_copy(input, wire, length);
	memcpy(wire, query->wire, length < 2 ? length : 2);
	deliver(world, query, wire, length);
}

static void fail_tcp(struct world *world, const struct open_query *query, uint8_t choice)
{
	static const int errors[] = {PLX_ERR_TCP_REFUSED, PLX_ERR_TCP_CLOSED, PLX_ERR_TCP_TIMEOUT,
				     PLX_ERR_TCP_FRAMING};
	const uint8_t resends = choice >> 2 & 3;
	const struct tcp_answer answer = {
		.server = query->tcp.server,
		.slot = query->tcp.slot,
		.generation = query->tcp.generation,
		.error = errors[choice & 3],
		.rtt_us = choice & 16 ? 3000000 : 1000,
		.was_connected = (choice & 32) != 0,
		.resends = resends < query->tcp.resends_max ? resends : query->tcp.resends_max,
	};
	if (query->is_tcp) {
		resolver_tcp_answer(world->resolver, &answer, world->now_ns);
	}
}

static void pass_time(struct world *world, uint64_t duration_ns)
{
	world->now_ns += duration_ns;
	resolver_expire(world->resolver, world->now_ns);
}

static void operate(struct world *world, struct plx_reader *input)
{
	uint8_t operation = plx_read_u8(input);
	uint8_t choice = plx_read_u8(input);
	const struct open_query *query =
		world->open_count > 0 ? &world->open[choice % world->open_count] : NULL;
	switch (operation & 7) {
	case 0:
		submit(world, choice);
		break;
	case 1:
		pass_time(world, (uint64_t)choice * MS);
		break;
	case 2:
	case 3:
		if (query != NULL) {
			answer_query(world, input, query);
		}
		break;
	case 4:
		if (query != NULL) {
			answer_raw(world, input, query);
		}
		break;
	case 5:
		if (query != NULL) {
			fail_tcp(world, query, choice);
		}
		break;
	case 6:
		world->is_stalled = choice & 1;
		world->was_stalled |= world->is_stalled;
		break;
	default:
		resolver_upstream_reachable(world->resolver, choice & 1, (choice & 2) != 0);
		break;
	}
	send_queries(world);
}

static void start(struct world *world)
{
	static const uint8_t key[PLX_RANDOM_KEY_BYTES] = {7};
	memset(world, 0, sizeof(*world));
	plx_random_init_fixed(&world->random, key);
	require(query_identity_init(&world->identity, 16384, 14, 0, 6, &world->random) == 0);
	const struct resolver_config config = {
		.identity = &world->identity,
		.worker_count = 1,
		.lookups_max = LOOKUPS_MAX,
		.random = &world->random,
		.sink = {.deliver = take_result, .context = world},
		.counters = &world->counters,
	};
	int error = 0;
	world->resolver = resolver_create(&config, &error);
	require(world->resolver != NULL);
	world->now_ns = 1000 * 1000 * MS;
	for (unsigned i = 0; i < 2; i++) {
		const struct upstream_config upstream = {
			.endpoint = {.ip = {.family = 4, .bytes = {192, 0, 2, (uint8_t)(i + 1)}},
				     .port = 53},
			.is_trusted = i == 0,
		};
		resolver_upstream_set(world->resolver, i, &upstream);
		resolver_upstream_reachable(world->resolver, i, true);
	}
}

static void finish(struct world *world)
{
	world->is_stalled = false;
	for (unsigned i = 0; i < 8100 / 25 + 2; i++) {
		pass_time(world, 25 * MS);
		world->open_count = 0;
		send_queries(world);
	}
	for (unsigned i = 0; i < world->submitted; i++) {
		require(world->ended[i] == 1);
	}
	require(world->counters.lookups_in_flight == 0 && world->counters.questions_in_flight == 0);
	for (unsigned i = 0; i < 2; i++) {
		struct upstream_snapshot snapshot;
		resolver_upstream_read(world->resolver, i, &snapshot);
		require(snapshot.in_flight == 0);
	}
	resolver_destroy(world->resolver);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct world world;
	start(&world);
	struct plx_reader input = plx_reader_init(data, size);
	for (unsigned i = 0; i < OPERATIONS_MAX && plx_reader_left(&input) > 0; i++) {
		operate(&world, &input);
	}
	finish(&world);
	return 0;
}
