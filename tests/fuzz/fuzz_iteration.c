// SPDX-License-Identifier: BSD-3-Clause
// Look-ups from the root in a network where every server says what the input makes of it: silence, raw octets behind a
// right question, or records of a few names that matter. Oracle: each look-up ends within its budget, with an outcome
// that has a cause if it is a failure, asks no address that may not be asked and no name outside the zone, and gives all
// frames back.

#include <parallax/base/byte_reader.h>
#include <parallax/base/byte_writer.h>
#include <parallax/dns/rr_type.h>

#include "fuzz_target.h"
#include "iteration/iteration.h"

#include <string.h>

#define FRAMES 8
#define LOOKUPS 4
#define RAW_MAX 64
#define MS (1000ull * 1000)

static const struct plx_siphash_key hash_key = {1, 2};
static const char *const names[] = {".",          "test",   "x.test",    "ns.x.test",
				    "www.x.test", "y.test", "ns.y.test", "ns.z.y.test"};
static const uint16_t types[] = {PLX_TYPE_A,     PLX_TYPE_AAAA, PLX_TYPE_NS, PLX_TYPE_CNAME,
				 PLX_TYPE_DNAME, PLX_TYPE_SOA,  PLX_TYPE_DS, PLX_TYPE_CAA};

struct world {
	struct plx_reader input;
	struct iteration_context context;
	struct iteration iteration;
	struct delegation hints;
	struct plx_random random;
	struct plx_message message;
	uint8_t wire[4096];
	uint64_t now_ns;
};

// One of the names, of the query's name and of what is above it.
static void pick_name(uint8_t choice, const struct plx_name *asked, struct plx_name *ret_name)
{
	if (choice < PLX_ARRAY_SIZE(names)) {
		must(plx_name_parse(names[choice], strlen(names[choice]), ret_name) == 0);
		return;
	}
	*ret_name = *asked;
	for (unsigned up = choice % 4; up > 0; up--) {
		plx_name_parent(ret_name, ret_name);
	}
}

static void write_data(struct world *world, struct plx_writer *writer, uint16_t type,
		       const struct plx_name *asked)
{
	uint8_t choice = plx_read_u8(&world->input);
	struct plx_name name;
	pick_name(choice, asked, &name);
	switch (type) {
	case PLX_TYPE_A:
		plx_write_bytes(writer, choice < 4 ? "\177\0\0\1" : "\300\0\2", choice < 4 ? 4 : 3);
		if (choice >= 4) {
			plx_write_u8(writer, choice);
		}
		break;
	case PLX_TYPE_AAAA:
		plx_write_bytes(writer, "\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0", 15);
		plx_write_u8(writer, choice);
		break;
	case PLX_TYPE_SOA:
		plx_write_bytes(writer, "\0\0", 2);
		for (unsigned i = 0; i < 5; i++) {
			plx_write_u32(writer, choice);
		}
		break;
	case PLX_TYPE_CAA:
		plx_write_bytes(writer, "\0\5issueca.test", 14);
		break;
	default:
		plx_write_bytes(writer, name.wire, name.length);
		break;
	}
}

static void write_record(struct world *world, struct plx_writer *writer,
			 const struct plx_name *asked)
{
	struct plx_name owner;
	pick_name(plx_read_u8(&world->input), asked, &owner);
	uint16_t type = types[plx_read_u8(&world->input) % PLX_ARRAY_SIZE(types)];
	plx_write_bytes(writer, owner.wire, owner.length);
	plx_write_u16(writer, type);
	plx_write_u16(writer, PLX_CLASS_IN);
	plx_write_u32(writer, plx_read_u8(&world->input));
	size_t length_at = writer->position;
	plx_write_u16(writer, 0);
	write_data(world, writer, type, asked);
	writer->bytes[length_at + 1] = (uint8_t)(writer->position - length_at - 2);
}

// The input's idea of a reply. False: it is none.
static bool make_reply(struct world *world, const struct iteration_query *query)
{
	struct plx_writer writer = plx_writer_init(world->wire, sizeof(world->wire));
	uint8_t counts = plx_read_u8(&world->input);
	unsigned answers = counts & 3;
	unsigned authorities = counts >> 2 & 7;
	unsigned additionals = counts >> 5 & 3;
	plx_write_u16(&writer, 0x1234);
	plx_write_u16(&writer, PLX_FLAG_QR | (uint16_t)(plx_read_u8(&world->input) & 7) << 8 |
				       (plx_read_u8(&world->input) & 0xf));
	plx_write_u16(&writer, 1);
	plx_write_u16(&writer, (uint16_t)answers);
	plx_write_u16(&writer, (uint16_t)authorities);
	plx_write_u16(&writer, (uint16_t)additionals);
	plx_write_bytes(&writer, query->name.wire, query->name.length);
	plx_write_u16(&writer, query->type);
	plx_write_u16(&writer, PLX_CLASS_IN);
	if (counts >= 128) {
		size_t length = plx_reader_left(&world->input);
		length = length < RAW_MAX ? length : RAW_MAX;
		plx_write_bytes(&writer, plx_read_bytes(&world->input, length), length);
	} else {
		for (unsigned i = 0; i < answers + authorities + additionals; i++) {
			write_record(world, &writer, &query->name);
		}
	}
	must(!writer.failed);
	return plx_message_open(world->wire, writer.position, &world->message) == 0 &&
	       plx_message_check(&world->message) == 0;
}

static struct iteration_event answer(struct world *world, const struct iteration_query *query)
{
	uint8_t kind = plx_read_u8(&world->input);
	if (kind == 1) {
		return (struct iteration_event) {.kind = ITERATION_EVENT_UNREACHABLE};
	}
	if (kind == 0 || !make_reply(world, query)) {
		world->now_ns += query->timeout_ns;
		return (struct iteration_event) {.kind = ITERATION_EVENT_TIMEOUT};
	}
	world->now_ns += kind * MS;
	return (struct iteration_event) {
		.kind = ITERATION_EVENT_REPLY, .message = &world->message, .rtt_ns = kind * MS};
}

static void check_done(const struct world *world, const struct iteration_result *result)
{
	bool has_failed = result->outcome == ITERATION_FAILED;
	must(result->outcome != ITERATION_NOT_EVALUATED);
	must(has_failed == (result->cause != ITERATION_CAUSE_NONE));
	must((result->cause == ITERATION_CAUSE_LIMIT) == (result->limit != WORK_WITHIN_LIMITS));
	must(!result->from_cache || world->iteration.use == CACHE_USE_ALL);
	must(iteration_frames_free_count(world->context.frames) == FRAMES);
	must(plx_name_is_valid_wire(result->owner.wire, result->owner.length));
}

static void look_up(struct world *world)
{
	struct iteration_event event = {.kind = ITERATION_EVENT_BEGIN};
	struct iteration_action action;
	struct plx_name name;
	uint8_t choice = plx_read_u8(&world->input);
	must(plx_name_parse(names[choice % PLX_ARRAY_SIZE(names)],
			    strlen(names[choice % PLX_ARRAY_SIZE(names)]), &name) == 0);
	uint16_t type = types[plx_read_u8(&world->input) % PLX_ARRAY_SIZE(types)];
	uint64_t begun_ns = world->now_ns;
	must(iteration_start(&world->iteration, &world->context, &name, type,
			     choice & 0x80 ? CACHE_USE_EVIDENCE : CACHE_USE_ALL, begun_ns));
	for (unsigned sent = 0;; sent++) {
		iteration_step(&world->iteration, &world->context, &event, world->now_ns, &action);
		if (action.judgement.is_set) {
			must(action.judgement.depth <= WORK_DEPTH_MAX);
			must(plx_name_is_below(&action.judgement.name, &action.judgement.zone));
		}
		if (action.kind == ITERATION_ACTION_DONE) {
			check_done(world, &action.result);
			return;
		}
		must(action.kind == ITERATION_ACTION_SEND && sent < WORK_QUERIES_MAX);
		must(server_address_is_usable(&action.query.server, &world->context.families));
		must(action.query.timeout_ns > 0);
		must(world->now_ns + action.query.timeout_ns <= begun_ns + WORK_TIME_NS);
		event = answer(world, &action.query);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct world world;
	static const struct plx_ip address = {.family = 4, .bytes = {198, 51, 100, 1}};
	struct plx_name root = {.length = 1};
	world.input = plx_reader_init(data, size);
	world.now_ns = 1000 * MS;
	plx_random_init_fixed(&world.random, (const uint8_t[PLX_RANDOM_KEY_BYTES]) {3});
	delegation_start(&world.hints, &root, UINT64_MAX);
	must(delegation_add_name(&world.hints, &root) == 0);
	must(delegation_add_address(&world.hints, 0, &address));
	uint8_t options = plx_read_u8(&world.input);
	world.context = (struct iteration_context) {
		.random = &world.random,
		.root_hints = &world.hints,
		.families = {.has_ipv4 = (options & 1) == 0, .has_ipv6 = (options & 2) == 0},
		.probe_type = options & 4 ? 0 : PLX_TYPE_A,
	};
	must(packed_store_create(PACKED_STORE_BYTES_MIN, &hash_key, &world.context.cache) == 0);
	must(server_book_create(SERVER_BOOK_SERVERS_MIN, &hash_key, &world.context.book) == 0);
	must(iteration_frames_create(FRAMES, &world.context.frames) == 0);
	for (unsigned i = 0; i < LOOKUPS; i++) {
		look_up(&world);
	}
	packed_store_destroy(world.context.cache);
	server_book_destroy(world.context.book);
	iteration_frames_destroy(world.context.frames);
	return 0;
}
