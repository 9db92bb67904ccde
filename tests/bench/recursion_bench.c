// SPDX-License-Identifier: BSD-3-Clause
// How many names a second one core looks up from the root, when servers answer at once: a root, a TLD and as many zones as
// names, all in memory, nothing remembered but the TLD. Proofs are said to be insecure without a judge, so what is kept
// for them and handed over is part of the cost; checking signatures is not (dnssec_bench).
//
//	recursion_bench [NAMES] [IN_FLIGHT] [a|caa] [validates|not]

#include <parallax/base/byte_writer.h>
#include <parallax/base/random_source.h>
#include <parallax/dns/rr_type.h>

#include "recursion/recursor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SLOT_BITS 17
#define CONNECTION_WAIT_MAX (1u << SLOT_BITS)
#define US 1000ull

struct pending {
	uint8_t wire[PLX_QUERY_MAX];
	uint16_t length;
	uint16_t port;
	struct plx_ip server;
};

struct bench {
	struct plx_random random;
	struct query_identity identity;
	struct plx_worker_counters counters;
	struct recursor *recursor;
	struct pending *pending; // a ring
	uint32_t head;
	uint32_t tail;
	uint64_t now_ns;
	uint64_t results;
	uint64_t definitive;
};

static bool take_result(void *context, unsigned client, const struct plx_result *result,
			const uint8_t *body)
{
	struct bench *bench = context;
	(void)client;
	(void)body;
	bench->results++;
	bench->definitive += plx_result_is_definitive(result);
	return true;
}

static void write_address(struct plx_writer *writer, uint16_t owner, const uint8_t ip[static 4])
{
	plx_write_u16(writer, owner);
	plx_write_u16(writer, PLX_TYPE_A);
	plx_write_u16(writer, PLX_CLASS_IN);
	plx_write_u32(writer, 3600);
	plx_write_u16(writer, 4);
	plx_write_bytes(writer, ip, 4);
}

// A referral to the zone at `zone` octets into the question's name, to its server "ns", with glue.
static void write_referral(struct plx_writer *writer, unsigned zone, const uint8_t ip[static 4])
{
	uint16_t owner = (uint16_t)(0xc000 | (PLX_DNS_HEADER_BYTES + zone));
	plx_write_u16(writer, owner);
	plx_write_u16(writer, PLX_TYPE_NS);
	plx_write_u16(writer, PLX_CLASS_IN);
	plx_write_u32(writer, 3600);
	plx_write_u16(writer, 5);
	uint16_t name = (uint16_t)(0xc000 | writer->position);
	plx_write_bytes(writer, "\2ns", 3);
	plx_write_u16(writer, owner);
	write_address(writer, name, ip);
}

static void write_soa(struct plx_writer *writer, unsigned zone)
{
	plx_write_u16(writer, (uint16_t)(0xc000 | (PLX_DNS_HEADER_BYTES + zone)));
	plx_write_u16(writer, PLX_TYPE_SOA);
	plx_write_u16(writer, PLX_CLASS_IN);
	plx_write_u32(writer, 60);
	plx_write_u16(writer, 22);
	for (unsigned i = 0; i < 6; i++) {
		plx_write_u32(writer, i == 0 ? 0 : 60);
		if (i == 0) {
			writer->position -= 2; // two names, both the root
		}
	}
}

static void count_sections(uint8_t *wire, unsigned answer, unsigned authority, unsigned additional)
{
	wire[7] = (uint8_t)answer;
	wire[9] = (uint8_t)authority;
	wire[11] = (uint8_t)additional;
}

// 10.0.0.1 is the root, 10.0.0.2 serves test, 10.1.0.0/16 the zones below.
static uint32_t write_reply(const struct pending *query, uint8_t *wire)
{
	unsigned name_length = 0;
	const uint8_t *name = query->wire + PLX_DNS_HEADER_BYTES;
	unsigned labels = 0;
	unsigned starts[8];
	while (name[name_length] != 0) {
		starts[labels++] = name_length;
		name_length += 1u + name[name_length];
	}
	unsigned question_length = name_length + 1 + 4;
	uint16_t type = (uint16_t)(name[name_length + 1] << 8 | name[name_length + 2]);
	struct plx_writer writer = plx_writer_init(wire, 512);
	plx_write_bytes(&writer, query->wire, PLX_DNS_HEADER_BYTES + question_length);
	wire[2] = 0x80;
	wire[3] = 0;
	count_sections(wire, 0, 0, 0);
	if (query->server.bytes[1] == 0 && query->server.bytes[3] == 1) {
		write_referral(&writer, starts[labels - 1], (const uint8_t[]) {10, 0, 0, 2});
		count_sections(wire, 0, 1, 1);
	} else if (query->server.bytes[1] == 0 && labels > 1) {
		uint8_t hash = 0;
		for (unsigned i = starts[labels - 2]; i < starts[labels - 1]; i++) {
			hash = (uint8_t)(hash * 31 + (name[i] | 0x20));
		}
		write_referral(&writer, starts[labels - 2], (const uint8_t[]) {10, 1, 0, hash});
		count_sections(wire, 0, 1, 1);
	} else {
		wire[2] |= 0x04;
		if (type == PLX_TYPE_A) {
			write_address(&writer, 0xc000 | PLX_DNS_HEADER_BYTES,
				      (const uint8_t[]) {192, 0, 2, 1});
			count_sections(wire, 1, 0, 0);
		} else {
			write_soa(&writer, starts[labels > 1 ? labels - 2 : 0]);
			count_sections(wire, 0, 1, 0);
		}
	}
	return (uint32_t)writer.position;
}

static unsigned send_queries(struct bench *bench)
{
	struct recursor_query queries[QUERY_PAIRS_MAX];
	for (unsigned i = 0; i < QUERY_PAIRS_MAX; i++) {
		uint32_t at = (bench->tail + i) & (CONNECTION_WAIT_MAX - 1);
		queries[i].wire = bench->pending[at].wire;
	}
	unsigned count =
		recursor_next_queries(bench->recursor, bench->now_ns, QUERY_PAIRS_MAX, queries);
	for (unsigned i = 0; i < count; i++) {
		struct pending *pending =
			&bench->pending[bench->tail++ & (CONNECTION_WAIT_MAX - 1)];
		pending->length = queries[i].length;
		pending->port = queries[i].source_port;
		pending->server = queries[i].server;
	}
	return count;
}

static void answer(struct bench *bench)
{
	const struct pending *query = &bench->pending[bench->head++ & (CONNECTION_WAIT_MAX - 1)];
	uint8_t wire[512];
	struct datagram datagram = {
		.payload = wire,
		.length = write_reply(query, wire),
		.source = {.ip = query->server, .port = 53},
	};
	if (query_identity_decode(&bench->identity, query->port,
				  (uint16_t)(query->wire[0] << 8 | query->wire[1]),
				  &datagram.code)) {
		(void)recursor_receive(bench->recursor, &datagram, bench->now_ns);
	}
}

static void judge(struct bench *bench)
{
	struct validation_request *request;
	while ((request = recursor_next_proof(bench->recursor)) != NULL) {
		request->step = PROOF_JUDGED;
		request->verdict = (struct proof_verdict) {
			.state = PLX_DNSSEC_INSECURE,
			.cause = DNSSEC_CAUSE_NO_DS,
			.owner = request->proof.name,
			.ttl_s = 60,
		};
		recursor_proof_done(bench->recursor, request, bench->now_ns);
	}
}

static void submit(struct bench *bench, uint64_t number, uint16_t type)
{
	char text[64];
	struct plx_job job = {
		.kind = type == PLX_TYPE_CAA ? PLX_JOB_RELEVANT_CAA : PLX_JOB_LOOKUP,
		.qtype = type,
		.resolution = PLX_RESOLUTION_ITERATIVE,
	};
	int length = snprintf(text, sizeof(text), "z%09lu.test", (unsigned long)number);
	if (plx_name_parse(text, (size_t)length, &job.name) != 0 ||
	    recursor_submit(bench->recursor, 0, PLX_PRIORITY_INTERACTIVE, &job, bench->now_ns) !=
		    0) {
		abort();
	}
}

static double seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int create(struct bench *bench, uint32_t in_flight, bool validates)
{
	struct plx_name root = {.length = 1};
	struct plx_name server;
	struct plx_ip address;
	struct delegation hints;
	int error = plx_random_init(&bench->random);
	delegation_start(&hints, &root, UINT64_MAX);
	if (error != 0 || plx_name_parse("a.root", 6, &server) != 0 ||
	    plx_ip_parse("10.0.0.1", &address) != 0 ||
	    query_identity_init(&bench->identity, 32768, 15, 0, SLOT_BITS, &bench->random) != 0) {
		return -1;
	}
	(void)delegation_add_name(&hints, &server);
	(void)delegation_add_address(&hints, 0, &address);
	const struct recursor_config config = {
		.identity = &bench->identity,
		.slot_count = 1u << SLOT_BITS,
		.lookups_max = in_flight,
		.random = &bench->random,
		.sink = {.deliver = take_result, .context = bench},
		.counters = &bench->counters,
		.root_hints = &hints,
		.families = {.has_ipv4 = true},
		.is_unprimed = true,
		.validates = validates,
		.cache_bytes = 64 * 1024 * 1024,
		.servers_max = 4096,
		.message_bytes_max = 512ull * 1024 * 1024,
	};
	bench->recursor = recursor_create(&config, &error);
	bench->pending = calloc(CONNECTION_WAIT_MAX, sizeof(*bench->pending));
	return bench->recursor == NULL || bench->pending == NULL ? -1 : 0;
}

int main(int argc, char **argv)
{
	static struct bench bench = {.now_ns = 1000ull * 1000 * 1000};
	uint64_t names = argc > 1 ? strtoull(argv[1], NULL, 10) : 500000;
	uint32_t in_flight = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 20000;
	uint16_t type = argc > 3 && strcmp(argv[3], "caa") == 0 ? PLX_TYPE_CAA : PLX_TYPE_A;
	bool validates = argc <= 4 || strcmp(argv[4], "not") != 0;
	if (in_flight == 0 || in_flight > 1u << (SLOT_BITS - 1) ||
	    create(&bench, in_flight, validates) != 0) {
		return EXIT_FAILURE;
	}
	uint64_t submitted = 0;
	double start = seconds();
	while (bench.results < names) {
		while (submitted < names && submitted - bench.results < in_flight) {
			submit(&bench, submitted++, type);
		}
		while (send_queries(&bench) > 0) {
		}
		// A burst at a time, as from a port; the oldest first.
		for (unsigned i = 0; i < 64 && bench.head != bench.tail; i++) {
			answer(&bench);
		}
		judge(&bench);
		bench.now_ns += 50 * US;
		recursor_expire(bench.recursor, bench.now_ns);
	}
	double took = seconds() - start;
	printf("%lu look-ups (%lu definitive), %lu queries, %.0f look-ups/s, %.2f us each, %.2f "
	       "queries each\n",
	       (unsigned long)bench.results, (unsigned long)bench.definitive,
	       (unsigned long)bench.counters.queries_sent, (double)names / took,
	       took * 1e6 / (double)names, (double)bench.counters.queries_sent / (double)names);
	recursor_destroy(bench.recursor);
	free(bench.pending);
	// Failures are another way, with another cost.
	return bench.definitive == bench.results ? EXIT_SUCCESS : EXIT_FAILURE;
}
