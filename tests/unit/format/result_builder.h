// SPDX-License-Identifier: BSD-3-Clause
// Builds results and their bodies by hand, as result.h lays them out, for the tests and the bench of the formats.

#pragma once

#include <parallax/base/byte_writer.h>
#include <parallax/dns/name.h>
#include <parallax/dns/rr_type.h>
#include <parallax/exchange/result.h>

#include <stdlib.h>
#include <string.h>

struct result_builder {
	struct plx_result result;
	uint8_t body[4096];
	struct plx_writer writer;
};

static inline struct plx_name name_of(const char *text)
{
	struct plx_name name = {0};
	if (plx_name_parse(text, strlen(text), &name) != 0) {
		abort();
	}
	return name;
}

static inline void builder_init(struct result_builder *builder, uint16_t type)
{
	memset(builder, 0, sizeof(*builder));
	builder->writer = plx_writer_init(builder->body, sizeof(builder->body));
	builder->result = (struct plx_result) {
		.time_ns = 1795453200123456789u, // 2026-11-23T17:00:00.123456789Z
		.rtt_us = 812,
		.qtype = type,
		.queries = 2,
		.attempts = 1,
		.status = PLX_STATUS_ANSWERED,
		.dnssec = PLX_DNSSEC_INSECURE,
		.transport = PLX_TRANSPORT_UDP,
		.server = {.ip = {.bytes = {192, 0, 2, 53}, .family = 4}, .port = 53},
	};
}

static inline void builder_write_name(struct result_builder *builder, const char *text)
{
	struct plx_name name = name_of(text);
	plx_write_u8(&builder->writer, name.length);
	plx_write_bytes(&builder->writer, name.wire, name.length);
}

// To be called in the order of the body: found_at, owner, aliases, records.
static inline void builder_found_at(struct result_builder *builder, const char *name)
{
	builder->result.has_found_at = 1;
	builder_write_name(builder, name);
}

static inline void builder_owner(struct result_builder *builder, const char *name)
{
	builder_write_name(builder, name);
}

static inline void builder_alias(struct result_builder *builder, const char *target)
{
	builder->result.alias_count++;
	builder_write_name(builder, target);
}

static inline void builder_record(struct result_builder *builder, uint32_t ttl, const void *rdata,
				  uint16_t length)
{
	builder->result.record_count++;
	plx_write_u32(&builder->writer, ttl);
	plx_write_u16(&builder->writer, length);
	plx_write_bytes(&builder->writer, rdata, length);
}

static inline const struct plx_result *builder_finish(struct result_builder *builder)
{
	if (builder->writer.failed) {
		abort();
	}
	builder->result.body_length = (uint32_t)builder->writer.position;
	return &builder->result;
}
