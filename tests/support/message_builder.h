// SPDX-License-Identifier: BSD-3-Clause
// Builds DNS messages octet by octet for tests, right or wrong: nothing is checked, except that the buffer is large
// enough. Include after cunit_runner.h.

#pragma once

#include <parallax/base/byte_writer.h>
#include <parallax/dns/message_reader.h>
#include <parallax/dns/rr_type.h>

#define POINTER(offset) (uint16_t)(0xc000 | (offset))
// A string constant as octets, without its NUL.
#define OCTETS(constant) (constant), sizeof(constant) - 1

struct message_builder {
	uint8_t wire[PLX_MESSAGE_MAX + 1];
	struct plx_writer writer;
};

// Header, and the question "a.test. CAA IN" (12 octets, at offset 12).
#define BUILDER_RECORDS_AT 24
static inline void build_start(struct message_builder *builder, uint16_t answers,
			       uint16_t authorities, uint16_t additionals)
{
	builder->writer = plx_writer_init(builder->wire, sizeof(builder->wire));
	plx_write_bytes(&builder->writer, OCTETS("\x12\x34\x84\x00\x00\x01"));
	plx_write_u16(&builder->writer, answers);
	plx_write_u16(&builder->writer, authorities);
	plx_write_u16(&builder->writer, additionals);
	plx_write_bytes(&builder->writer, OCTETS("\1a\4test\0\x01\x01\0\1"));
}

static inline void build_record_fields(struct message_builder *builder, uint16_t type,
				       uint16_t class, uint32_t ttl, const void *rdata,
				       size_t rdata_length)
{
	plx_write_u16(&builder->writer, type);
	plx_write_u16(&builder->writer, class);
	plx_write_u32(&builder->writer, ttl);
	plx_write_u16(&builder->writer, (uint16_t)rdata_length);
	plx_write_bytes(&builder->writer, rdata, rdata_length);
}

static inline void build_record(struct message_builder *builder, const void *owner,
				size_t owner_length, uint16_t type, const void *rdata,
				size_t rdata_length)
{
	plx_write_bytes(&builder->writer, owner, owner_length);
	build_record_fields(builder, type, PLX_CLASS_IN, 60, rdata, rdata_length);
}

// Owned by the question's name, through a pointer.
static inline void build_answer(struct message_builder *builder, uint16_t type, const void *rdata,
				size_t rdata_length)
{
	build_record(builder, OCTETS("\xc0\x0c"), type, rdata, rdata_length);
}

static inline void build_opt(struct message_builder *builder, uint32_t ttl, const void *options,
			     size_t options_length)
{
	plx_write_u8(&builder->writer, 0);
	build_record_fields(builder, PLX_TYPE_OPT, 1232, ttl, options, options_length);
}

// Opens and checks what was built.
static inline int build_check(const struct message_builder *builder,
			      struct plx_message *ret_message)
{
	int error = plx_message_open(builder->wire, builder->writer.position, ret_message);
	return error < 0 ? error : plx_message_check(ret_message);
}
