// SPDX-License-Identifier: BSD-3-Clause
// The zone is the name asked for, but for NXDOMAIN, whose zone is the parent: an apex exists (RFC 2308 2.1).

#include "reflect/tail.h"

#include <parallax/base/byte_writer.h>
#include <parallax/dns/message_reader.h>
#include <parallax/dns/rr_type.h>

#include "network/checksum.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define TTL_S 300
#define POINTER_TO_QUESTION 0xc00c
#define STRING_MAX 255 // RFC 1035 3.3
#define LABEL_TEXT_MAX 24

struct builder {
	struct plx_writer writer;
	struct reflect_tail *tail;
	bool is_parents; // pointers lead to the parent
};

static void write_owner(struct builder *builder)
{
	struct reflect_tail *tail = builder->tail;
	if (builder->is_parents) {
		tail->parent_pointers[tail->parent_pointer_count++] =
			(uint16_t)(builder->writer.position + 1);
	}
	plx_write_u16(&builder->writer, POINTER_TO_QUESTION);
}

static void write_label(struct builder *builder, const char *label)
{
	size_t length = strlen(label);
	plx_write_u8(&builder->writer, (uint8_t)length);
	plx_write_bytes(&builder->writer, label, length);
}

// A label in front of the question's name, or of its parent's.
static void write_name(struct builder *builder, const char *label)
{
	const uint16_t most = (uint16_t)(PLX_NAME_MAX - 1 - strlen(label));
	if (most < builder->tail->name_length_max) {
		builder->tail->name_length_max = most;
	}
	write_label(builder, label);
	write_owner(builder);
}

static void write_fixed(struct builder *builder, uint16_t type, uint16_t rdata_length)
{
	plx_write_u16(&builder->writer, type);
	plx_write_u16(&builder->writer, PLX_CLASS_IN);
	plx_write_u32(&builder->writer, TTL_S);
	plx_write_u16(&builder->writer, rdata_length);
}

static void write_soa(struct builder *builder)
{
	static const uint32_t numbers[] = {1, 3600, 900, 1209600, TTL_S}; // serial to minimum
	static const char *const names[] = {"ns1", "hostmaster"};
	write_owner(builder);
	write_fixed(builder, PLX_TYPE_SOA, (1 + 3 + 2) + (1 + 10 + 2) + sizeof(numbers));
	for (size_t i = 0; i < PLX_ARRAY_SIZE(names); i++) {
		write_name(builder, names[i]);
	}
	for (size_t i = 0; i < PLX_ARRAY_SIZE(numbers); i++) {
		plx_write_u32(&builder->writer, numbers[i]);
	}
	builder->tail->authority_count++;
}

static void write_caa(struct builder *builder, unsigned count)
{
	static const char tag[] = "issue";
	for (unsigned i = 1; i <= count; i++) {
		char value[LABEL_TEXT_MAX] = "ca.test";
		if (i > 1) {
			snprintf(value, sizeof(value), "ca%u.test", i);
		}
		size_t length = strlen(value);
		write_owner(builder);
		write_fixed(builder, PLX_TYPE_CAA, (uint16_t)(2 + strlen(tag) + length));
		plx_write_u8(&builder->writer, 0);
		write_label(builder, tag);
		plx_write_bytes(&builder->writer, value, length);
	}
	builder->tail->type = PLX_TYPE_CAA;
	builder->tail->answer_count = (uint16_t)count;
}

// One record: octets of text in strings of at most 255.
static void write_txt(struct builder *builder, unsigned size)
{
	unsigned string_count = (size + STRING_MAX - 1) / STRING_MAX;
	write_owner(builder);
	write_fixed(builder, PLX_TYPE_TXT, (uint16_t)(size + string_count));
	for (unsigned left = size; left > 0;) {
		unsigned length = left < STRING_MAX ? left : STRING_MAX;
		plx_write_u8(&builder->writer, (uint8_t)length);
		uint8_t *text = plx_write_room(&builder->writer, length);
		if (text != NULL) {
			for (unsigned i = 0; i < length; i++) {
				text[i] = (uint8_t)('a' + i % 26);
			}
		}
		left -= length;
	}
	builder->tail->type = PLX_TYPE_TXT;
	builder->tail->answer_count = 1;
}

static void write_server_name(struct builder *builder, unsigned number)
{
	char label[LABEL_TEXT_MAX];
	snprintf(label, sizeof(label), "ns%u", number);
	write_name(builder, label);
}

// The cut is at the name asked for. Glue from the documentation prefixes (RFC 5737, RFC 3849).
static void write_referral(struct builder *builder, unsigned count)
{
	for (unsigned i = 1; i <= count; i++) {
		write_owner(builder);
		write_fixed(builder, PLX_TYPE_NS, i < 10 ? 6 : 7);
		write_server_name(builder, i);
	}
	for (unsigned i = 1; i <= count; i++) {
		const uint8_t ipv4[4] = {192, 0, 2, (uint8_t)i};
		const uint8_t ipv6[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = (uint8_t)i};
		write_server_name(builder, i);
		write_fixed(builder, PLX_TYPE_A, sizeof(ipv4));
		plx_write_bytes(&builder->writer, ipv4, sizeof(ipv4));
		write_server_name(builder, i);
		write_fixed(builder, PLX_TYPE_AAAA, sizeof(ipv6));
		plx_write_bytes(&builder->writer, ipv6, sizeof(ipv6));
	}
	builder->tail->authority_count = (uint16_t)count;
	builder->tail->additional_count = (uint16_t)(2 * count);
}

static void write_records(struct builder *builder, const struct reflect_profile *profile)
{
	struct reflect_tail *tail = builder->tail;
	switch (profile->kind) {
	case REFLECT_CAA:
		tail->flags = PLX_FLAG_AA;
		write_caa(builder, profile->size);
		break;
	case REFLECT_TXT:
		tail->flags = PLX_FLAG_AA;
		write_txt(builder, profile->size);
		break;
	case REFLECT_REFERRAL:
		write_referral(builder, profile->size);
		break;
	case REFLECT_NODATA:
		tail->flags = PLX_FLAG_AA;
		write_soa(builder);
		break;
	case REFLECT_NXDOMAIN:
		tail->flags = PLX_FLAG_AA | PLX_RCODE_NXDOMAIN;
		builder->is_parents = true;
		write_soa(builder);
		break;
	case REFLECT_TRUNCATED:
		tail->flags = PLX_FLAG_AA | PLX_FLAG_TC;
		break;
	case REFLECT_REFUSED:
		tail->flags = PLX_RCODE_REFUSED;
		break;
	case REFLECT_SERVFAIL:
	case REFLECT_KINDS:
		tail->flags = PLX_RCODE_SERVFAIL;
		break;
	}
}

int reflect_tail_build(const struct reflect_profile *profile, struct reflect_tail *ret_tail)
{
	*ret_tail = (struct reflect_tail) {.name_length_max = PLX_NAME_MAX};
	struct builder builder = {
		.writer = plx_writer_init(ret_tail->bytes, sizeof(ret_tail->bytes)),
		.tail = ret_tail,
	};
	write_records(&builder, profile);
	if (builder.writer.failed) {
		return -ENOSPC;
	}
	ret_tail->length = (uint16_t)builder.writer.position;
	ret_tail->sum = checksum_fold(checksum_add(0, ret_tail->bytes, ret_tail->length));
	return 0;
}

void reflect_tail_build_rcode(uint16_t rcode, struct reflect_tail *ret_tail)
{
	*ret_tail = (struct reflect_tail) {.flags = rcode, .name_length_max = PLX_NAME_MAX};
}
