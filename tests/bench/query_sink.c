// SPDX-License-Identifier: BSD-3-Clause

#include "query_sink.h"

#include <parallax/base/byte_writer.h>
#include <parallax/dns/rr_type.h>

#include "bench_network.h"
#include "network/checksum.h"

#include <stdlib.h>
#include <string.h>

#define HEADERS_BYTES 42
#define DNS_HEADER_BYTES 12
#define ANSWER_FLAGS 0x8180 // QR, RD, RA
#define BURST_SLACK 1024
#define ZONE_LABEL_BYTES 9 // "example" and the root, at the end of every name

bool query_sink_init(struct query_sink *sink, uint32_t in_flight)
{
	uint32_t capacity = 1;
	while (capacity < in_flight + BURST_SLACK) {
		capacity *= 2;
	}
	*sink = (struct query_sink) {.capacity = capacity};
	sink->queries = malloc(capacity * sizeof(*sink->queries));
	if (sink->queries == NULL) {
		return false;
	}
	memset(sink->queries, 1, capacity * sizeof(*sink->queries));
	return true;
}

void query_sink_fini(struct query_sink *sink)
{
	free(sink->queries);
	sink->queries = NULL;
}

void query_sink_take(struct query_sink *sink, const uint8_t *frame)
{
	struct sink_query *query = &sink->queries[sink->tail++ & (sink->capacity - 1)];
	const uint8_t *dns = frame + HEADERS_BYTES;
	memcpy(&query->server, frame + HEADERS_BYTES - 12, sizeof(query->server));
	memcpy(&query->port, frame + HEADERS_BYTES - 8, sizeof(query->port));
	memcpy(&query->id, dns, sizeof(query->id));
	unsigned length = 0;
	while (dns[DNS_HEADER_BYTES + length] != 0) {
		length += 1u + dns[DNS_HEADER_BYTES + length];
	}
	query->question_length = (uint8_t)(length + 1 + 4);
	memcpy(query->question, dns + DNS_HEADER_BYTES, query->question_length);
}

static void soa_write(struct plx_writer *writer, unsigned name_length)
{
	const uint16_t zone =
		(uint16_t)(0xc000 + DNS_HEADER_BYTES + name_length - ZONE_LABEL_BYTES);
	plx_write_u16(writer, zone);
	plx_write_u16(writer, PLX_TYPE_SOA);
	plx_write_u16(writer, PLX_CLASS_IN);
	plx_write_u32(writer, 300);
	plx_write_u16(writer, 6 + 13 + 20);
	plx_write_bytes(writer, "\3ns1", 4);
	plx_write_u16(writer, zone);
	plx_write_bytes(writer, "\12hostmaster", 11);
	plx_write_u16(writer, zone);
	for (unsigned i = 0; i < 5; i++) {
		plx_write_u32(writer, 3600);
	}
}

static void opt_write(struct plx_writer *writer)
{
	plx_write_u8(writer, 0);
	plx_write_u16(writer, PLX_TYPE_OPT);
	plx_write_u16(writer, 1232);
	plx_write_u32(writer, 0x8000);
	plx_write_u16(writer, 0);
}

static void headers_write(uint8_t *frame, const struct sink_query *query, uint16_t dns_length)
{
	static const uint8_t start[] = {
		2,    0,    0,    0, 0, 1, 2, 0, 0,    0, 0,  2,
		0x08, 0x00, 0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, 17,
	};
	struct plx_writer writer = plx_writer_init(frame, HEADERS_BYTES);
	plx_write_bytes(&writer, start, sizeof(start));
	plx_write_u16(&writer, 0);
	plx_write_bytes(&writer, &query->server, sizeof(query->server));
	plx_write_u32(&writer, BENCH_CLIENT);
	plx_write_u16(&writer, 53);
	plx_write_bytes(&writer, &query->port, sizeof(query->port));
	plx_write_u16(&writer, (uint16_t)(8 + dns_length));
	plx_write_u16(&writer, 0);
	frame[16] = (uint8_t)((28 + dns_length) >> 8);
	frame[17] = (uint8_t)(28 + dns_length);
	uint16_t ip = (uint16_t)~checksum_fold(checksum_add(0, frame + 14, 20));
	memcpy(frame + 24, &ip, sizeof(ip));
	uint64_t sum = checksum_add_u16(checksum_add_u16(0, 17), (uint16_t)(8 + dns_length));
	sum = checksum_add(sum, frame + 26, 8u + 8u + dns_length);
	uint16_t udp = (uint16_t)~checksum_fold(sum);
	memcpy(frame + 40, &udp, sizeof(udp));
}

uint32_t query_sink_answer(struct query_sink *sink, uint8_t ret_frame[static SINK_FRAME_MAX])
{
	const struct sink_query *query = &sink->queries[sink->head++ & (sink->capacity - 1)];
	__builtin_prefetch(&sink->queries[(sink->head + 64) & (sink->capacity - 1)]);
	struct plx_writer writer =
		plx_writer_init(ret_frame + HEADERS_BYTES, SINK_FRAME_MAX - HEADERS_BYTES);
	plx_write_bytes(&writer, &query->id, sizeof(query->id));
	plx_write_u16(&writer, ANSWER_FLAGS);
	plx_write_u16(&writer, 1);
	plx_write_u16(&writer, 0);
	plx_write_u16(&writer, 1);
	plx_write_u16(&writer, 1);
	plx_write_bytes(&writer, query->question, query->question_length);
	soa_write(&writer, query->question_length - 4u);
	opt_write(&writer);
	headers_write(ret_frame, query, (uint16_t)writer.position);
	return (uint32_t)(HEADERS_BYTES + writer.position);
}
