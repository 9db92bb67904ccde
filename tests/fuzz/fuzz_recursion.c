// SPDX-License-Identifier: BSD-3-Clause
// The recursor against servers, a network, a judge and clients that do whatever the input says. Beyond memory safety:
// every look-up ends exactly once and within its deadline, sends a bounded number of queries, no bogus or unproved answer
// has records, no other than a secure one takes the place of a bogus one, and nothing stays held when all is over.

#include <parallax/base/byte_reader.h>
#include <parallax/base/byte_writer.h>
#include <parallax/base/random_source.h>
#include <parallax/dns/message_reader.h>
#include <parallax/dns/rr_type.h>

#include "recursion/recursor.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LOOKUPS_MAX 16
#define OPERATIONS_MAX 400
#define OPEN_MAX 32
#define PROOFS_MAX 16
#define RECORDS_MAX 6
#define MS (1000ull * 1000)
#define QUERIES_MAX 260 // RECURSOR_QUERIES_MAX, and what one query more may be sent again

struct open_query {
	uint8_t wire[PLX_QUERY_MAX];
	uint16_t length;
	struct recursor_query udp;
	struct tcp_request tcp;
	bool is_tcp;
};

struct world {
	struct plx_random random;
	struct query_identity identity;
	struct plx_worker_counters counters;
	struct delegation hints;
	struct recursor *recursor;
	uint64_t now_ns;
	struct open_query open[OPEN_MAX];
	unsigned open_count;
	struct validation_request *proofs[PROOFS_MAX];
	unsigned proof_count;
	uint64_t deadline_ns[LOOKUPS_MAX];
	uint8_t ended[LOOKUPS_MAX];
	unsigned submitted;
	bool is_unprimed; // serials of look-ups are their tags
	// A bogus answer was judged, and no secure one since.
	bool is_doubted[LOOKUPS_MAX];
	bool is_lost[LOOKUPS_MAX]; // what was judged next was not secure
	bool is_stalled;
	bool was_stalled;
	bool was_cancelled;
};

static const char *const names[] = {"test",      "x.test",    "www.x.test", "y.test",
				    "ns.x.test", "ns.y.test", "a.b.x.test", "."};
static const uint16_t types[] = {PLX_TYPE_A,   PLX_TYPE_NS,    PLX_TYPE_CNAME, PLX_TYPE_SOA,
				 PLX_TYPE_CAA, PLX_TYPE_DNAME, PLX_TYPE_DS,    PLX_TYPE_AAAA};

static void require(bool condition)
{
	if (!condition) {
		abort();
	}
}

static struct plx_name name_at(uint8_t choice)
{
	struct plx_name name;
	const char *text = names[choice % PLX_ARRAY_SIZE(names)];
	require(plx_name_parse(text, strlen(text), &name) == 0);
	return name;
}

static bool take_result(void *context, unsigned client, const struct plx_result *result,
			const uint8_t *body)
{
	struct world *world = context;
	if (world->is_stalled) {
		return false;
	}
	(void)client;
	require(result->tag < world->submitted);
	require(world->ended[result->tag]++ == 0);
	require(result->status != PLX_STATUS_NOT_EVALUATED && result->status < PLX_STATUS_COUNT);
	require(result->queries <= QUERIES_MAX);
	require(world->was_stalled || world->now_ns <= world->deadline_ns[result->tag] + 300 * MS);
	require(plx_result_is_definitive(result) ||
		(result->record_count == 0 && result->has_found_at == 0));
	// Bogus answers are never used; failed look-ups in bogus zones keep their own word.
	require(result->dnssec != PLX_DNSSEC_BOGUS || !plx_result_is_definitive(result));
	// Nothing weaker than a secure answer takes a bogus one's place.
	require(!world->is_unprimed || !plx_result_is_definitive(result) ||
		(!world->is_doubted[result->tag] && !world->is_lost[result->tag]));
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
	if (world->submitted == LOOKUPS_MAX) {
		return;
	}
	const struct plx_job job = {
		.tag = world->submitted,
		.kind = choice & 8 ? PLX_JOB_RELEVANT_CAA : PLX_JOB_LOOKUP,
		.qtype = choice & 8 || choice & 16 ? PLX_TYPE_CAA : PLX_TYPE_A,
		.flags = (uint8_t)((choice & 32 ? PLX_JOB_TRACE : 0) |
				   (choice & 64 ? PLX_JOB_NO_CACHE : 0)),
		.resolution = PLX_RESOLUTION_ITERATIVE,
		.timeout_ms = choice & 128 ? 500 : 0,
		.name = name_at(choice & 7),
	};
	world->deadline_ns[world->submitted] =
		world->now_ns + (job.timeout_ms > 0 ? 500 : 8000) * MS;
	world->submitted++; // the result may come during the call
	if (recursor_submit(world->recursor, 0, PLX_PRIORITY_INTERACTIVE, &job, world->now_ns) !=
	    0) {
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
		query->udp.wire = query->wire;
		if (recursor_next_queries(world->recursor, world->now_ns, 1, &query->udp) == 0) {
			break;
		}
		query->length = query->udp.length;
		world->open_count++;
	}
	for (;;) {
		struct open_query *query = new_open_query(world);
		if (!recursor_next_tcp(world->recursor, world->now_ns, &query->tcp)) {
			break;
		}
		query->is_tcp = true;
		query->length = query->tcp.query_length;
		memcpy(query->wire, query->tcp.query, query->length);
		world->open_count++;
	}
	while (world->proof_count < PROOFS_MAX) {
		struct validation_request *request = recursor_next_proof(world->recursor);
		if (request == NULL) {
			break;
		}
		world->proofs[world->proof_count++] = request;
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
		recursor_tcp_answer(world->recursor, &answer, world->now_ns);
		return;
	}
	struct datagram datagram = {
		.payload = wire,
		.length = (uint32_t)length,
		.source = {.ip = query->udp.server, .port = 53},
	};
	uint16_t id = length >= 2 ? (uint16_t)((unsigned)wire[0] << 8 | wire[1]) : 0;
	if (query_identity_decode(&world->identity, query->udp.source_port, id, &datagram.code)) {
		(void)recursor_receive(world->recursor, &datagram, world->now_ns);
	}
}

static void write_data(struct plx_writer *writer, uint16_t type, uint8_t choice)
{
	const struct plx_name name = name_at(choice);
	switch (type) {
	case PLX_TYPE_A:
		plx_write_u16(writer, 4);
		plx_write_u32(writer, 0xc6336400u | choice % 8u);
		break;
	case PLX_TYPE_AAAA:
		plx_write_u16(writer, 16);
		plx_write_u64(writer, 0x20010db800000000u);
		plx_write_u64(writer, choice % 8u);
		break;
	case PLX_TYPE_SOA:
		plx_write_u16(writer, 22);
		plx_write_u16(writer, 0);
		for (unsigned i = 0; i < 5; i++) {
			plx_write_u32(writer, choice);
		}
		break;
	case PLX_TYPE_NS:
	case PLX_TYPE_CNAME:
	case PLX_TYPE_DNAME:
		plx_write_u16(writer, name.length);
		plx_write_bytes(writer, name.wire, name.length);
		break;
	default:
		plx_write_u16(writer, 8);
		plx_write_bytes(writer, "\0\5issue;", 8);
		break;
	}
}

// A reply to the query: flags, then up to RECORDS_MAX records, each of a section, an owner, a type and data.
static void answer_query(struct world *world, struct plx_reader *input,
			 const struct open_query *query)
{
	uint8_t wire[4096];
	uint16_t flags = plx_read_u16(input);
	unsigned record_count = plx_read_u8(input) % (RECORDS_MAX + 1);
	struct plx_message message;
	require(plx_message_open(query->wire, query->length, &message) == 0);
	struct plx_writer writer = plx_writer_init(wire, sizeof(wire));
	plx_write_bytes(&writer, query->wire, message.records_offset);
	wire[2] = (uint8_t)(0x80 | (flags >> 8 & 0x07));
	wire[3] = (uint8_t)(flags & 0x0f);
	memset(wire + 6, 0, 6);
	unsigned section = 0;
	for (unsigned i = 0; i < record_count && plx_reader_left(input) >= 3; i++) {
		uint8_t choice = plx_read_u8(input);
		section = choice >> 6 > section ? (choice >> 6) % 3u : section;
		uint16_t type = types[choice & 7];
		uint8_t owner_choice = plx_read_u8(input);
		const struct plx_name owner = name_at(owner_choice);
		if (owner_choice & 8) {
			plx_write_u16(&writer, 0xc00c);
		} else {
			plx_write_bytes(&writer, owner.wire, owner.length);
		}
		plx_write_u16(&writer, type);
		plx_write_u16(&writer, PLX_CLASS_IN);
		plx_write_u32(&writer, choice);
		write_data(&writer, type, plx_read_u8(input));
		wire[7 + 2 * section]++;
	}
	if (flags & 0x80) {
		wire[13] ^= 0x20;
	}
	deliver(world, query, wire, writer.position - (flags & 0x40 ? 1 : 0));
}

static void note_verdict(struct world *world, const struct validation_request *request)
{
	if (!world->is_unprimed || request->step != PROOF_JUDGED || request->proof.is_failed) {
		return;
	}
	require(request->serial < LOOKUPS_MAX);
	bool *is_doubted = &world->is_doubted[request->serial];
	const enum plx_dnssec state = request->verdict.state;
	world->is_lost[request->serial] |= *is_doubted && state != PLX_DNSSEC_SECURE;
	*is_doubted = state == PLX_DNSSEC_BOGUS;
}

static void judge(struct world *world, struct plx_reader *input)
{
	if (world->proof_count == 0) {
		return;
	}
	struct validation_request *request = world->proofs[--world->proof_count];
	uint8_t choice = plx_read_u8(input);
	if (choice & 128) {
		recursor_proof_refused(world->recursor, request);
		return;
	}
	for (unsigned i = 0; i < request->proof.message_count; i++) {
		const struct proof_message *kept = &request->proof.messages[i];
		struct plx_message message;
		require(kept->kind == PROOF_UNANSWERED ||
			(plx_message_open(kept->wire, kept->length, &message) == 0 &&
			 plx_message_check(&message) == 0));
	}
	request->step = (choice & 3) == 0 ? PROOF_NEEDS : PROOF_JUDGED;
	request->need_count = 1u + (choice >> 2 & 3);
	for (unsigned i = 0; i < request->need_count; i++) {
		request->needs[i].name = name_at((uint8_t)(choice >> 4) + i);
		request->needs[i].type = i % 2 ? PLX_TYPE_DNSKEY : PLX_TYPE_DS;
	}
	request->verdict = (struct proof_verdict) {
		.state = (enum plx_dnssec)((choice >> 2) % PLX_DNSSEC_COUNT),
		.cause = (enum dnssec_cause)(choice % DNSSEC_CAUSE_COUNT),
		.kind = (enum judged_kind)(choice >> 4 & 7) % (JUDGED_NXDOMAIN + 1u),
		.owner = (choice & 0x80) == 0 ? request->proof.name : name_at((uint8_t)choice),
		.zone = name_at((uint8_t)(choice >> 3)),
		.ttl_s = choice,
		.unsigned_ttl_s = choice & 64 ? choice : 0,
	};
	note_verdict(world, request);
	recursor_proof_done(world->recursor, request, world->now_ns);
}

static void pass_time(struct world *world, uint64_t duration_ns)
{
	world->now_ns += duration_ns;
	recursor_expire(world->recursor, world->now_ns);
}

static void fail(struct world *world, const struct open_query *query, uint8_t choice)
{
	if (!query->is_tcp) {
		recursor_unreachable(world->recursor, query->udp.slot, query->udp.generation,
				     world->now_ns);
		return;
	}
	const struct tcp_answer answer = {
		.server = query->tcp.server,
		.slot = query->tcp.slot,
		.generation = query->tcp.generation,
		.error = -1,
		.resends = choice & 1,
	};
	recursor_tcp_answer(world->recursor, &answer, world->now_ns);
}

static void operate(struct world *world, struct plx_reader *input)
{
	uint8_t operation = plx_read_u8(input);
	uint8_t choice = plx_read_u8(input);
	const struct open_query *query =
		world->open_count > 0 ? &world->open[choice % world->open_count] : NULL;
	const struct plx_name zone = name_at(choice);
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
			fail(world, query, choice);
		}
		break;
	case 5:
		judge(world, input);
		break;
	case 6:
		world->is_stalled = choice & 1;
		world->was_stalled |= world->is_stalled;
		break;
	default:
		if (choice > 250) {
			recursor_cancel_client(world->recursor, 0);
			world->was_cancelled = true;
		}
		(void)recursor_flush(world->recursor, &zone);
		break;
	}
	send_queries(world);
}

static void start(struct world *world, uint8_t choice)
{
	const struct plx_name root = {.length = 1};
	const struct plx_ip address = {.family = 4, .bytes = {198, 51, 100, 7}};
	const struct plx_name server = name_at(4);
	memset(world, 0, sizeof(*world));
	plx_random_init_fixed(&world->random, (const uint8_t[PLX_RANDOM_KEY_BYTES]) {7});
	require(query_identity_init(&world->identity, 16384, 14, 0, 6, &world->random) == 0);
	delegation_start(&world->hints, &root, UINT64_MAX);
	require(delegation_add_name(&world->hints, &server) == 0);
	require(delegation_add_address(&world->hints, 0, &address));
	static struct trust_anchors anchors = {.zone_count = 1, .zones = {{.zone = {.length = 1}}}};
	const struct recursor_config config = {
		.identity = &world->identity,
		.first_slot = 32,
		.slot_count = 32,
		.lookups_max = LOOKUPS_MAX,
		.server_rate_qps = choice & 1 ? 100 : 0,
		.total_rate_qps = choice & 2 ? 100 : 0,
		.random = &world->random,
		.sink = {.deliver = take_result, .context = world},
		.counters = &world->counters,
		.root_hints = &world->hints,
		.families = {.has_ipv4 = true, .has_ipv6 = true},
		.validates = (choice & 4) == 0,
		.anchors = choice & 16 ? &anchors : NULL,
		.is_unprimed = (choice & 8) != 0,
		.cache_bytes = 256 * 1024,
		.servers_max = 64,
		.message_bytes_max = 2 * 1024 * 1024,
	};
	world->is_unprimed = config.is_unprimed;
	int error = 0;
	world->recursor = recursor_create(&config, &error);
	require(world->recursor != NULL);
	world->now_ns = 1000 * 1000 * MS;
}

static void finish(struct world *world)
{
	world->is_stalled = false;
	for (unsigned i = 0; i < 9000 / 100; i++) {
		pass_time(world, 100 * MS);
		world->open_count = 0;
		send_queries(world);
		while (world->proof_count > 0) {
			struct validation_request *request = world->proofs[--world->proof_count];
			request->step = PROOF_NOT_EVALUATED;
			recursor_proof_done(world->recursor, request, world->now_ns);
		}
	}
	for (unsigned i = 0; i < world->submitted; i++) {
		require(world->ended[i] == 1 || (world->was_cancelled && world->ended[i] == 0));
	}
	require(recursor_room(world->recursor, PLX_PRIORITY_INTERACTIVE) == LOOKUPS_MAX);
	require(recursor_is_idle(world->recursor));
	recursor_destroy(world->recursor);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct world world;
	struct plx_reader input = plx_reader_init(data, size);
	start(&world, plx_read_u8(&input));
	for (unsigned i = 0; i < OPERATIONS_MAX && plx_reader_left(&input) > 0; i++) {
		operate(&world, &input);
	}
	finish(&world);
	return 0;
}
