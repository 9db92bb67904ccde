// SPDX-License-Identifier: BSD-3-Clause
// Opens messages and iterates their records. What a message must satisfy before it is iterated is message_check.c.

#include <parallax/base/byte_reader.h>
#include <parallax/base/error.h>
#include <parallax/dns/message_reader.h>
#include <parallax/dns/rr_type.h>

#include "dns/name_compression.h"

#include <assert.h>
#include <string.h>

#define RECORD_FIELDS_BYTES 10 // TYPE, CLASS, TTL and RDLENGTH

static int question_read(struct plx_reader *reader, struct plx_message *message)
{
	uint32_t name_end;
	uint32_t steps;
	int error = compressed_name_check(reader->bytes, PLX_DNS_HEADER_BYTES,
					  (uint32_t)reader->length, &name_end, &steps);
	if (error < 0) {
		return error;
	}
	// Nothing but the header stands before it, so that a pointer has been refused.
	message->question_name_length = (uint8_t)(name_end - PLX_DNS_HEADER_BYTES);
	reader->position = name_end;
	message->question_type = plx_read_u16(reader);
	message->question_class = plx_read_u16(reader);
	return reader->failed ? PLX_ERR_DNS_SHORT : 0;
}

static struct plx_message header_read(const uint8_t *wire, size_t length)
{
	// Of constant length: the compiler then drops the bounds checks.
	struct plx_reader header = plx_reader_init(wire, PLX_DNS_HEADER_BYTES);
	struct plx_message message = {.wire = wire, .length = (uint32_t)length};
	message.id = plx_read_u16(&header);
	message.flags = plx_read_u16(&header);
	message.question_count = plx_read_u16(&header);
	message.record_count[PLX_SECTION_ANSWER] = plx_read_u16(&header);
	message.record_count[PLX_SECTION_AUTHORITY] = plx_read_u16(&header);
	message.record_count[PLX_SECTION_ADDITIONAL] = plx_read_u16(&header);
	message.rcode = message.flags & 0xf;
	return message;
}

static int length_check(size_t length)
{
	if (length > PLX_MESSAGE_MAX) {
		return PLX_ERR_DNS_LIMIT;
	}
	return length < PLX_DNS_HEADER_BYTES ? PLX_ERR_DNS_SHORT : 0;
}

int plx_message_open(const uint8_t *wire, size_t length, struct plx_message *ret_message)
{
	int error = length_check(length);
	if (error < 0) {
		return error;
	}
	struct plx_message message = header_read(wire, length);
	struct plx_reader reader = plx_reader_init(wire, length);
	reader.position = PLX_DNS_HEADER_BYTES;
	if (message.question_count == 1) {
		error = question_read(&reader, &message);
		if (error < 0) {
			return error;
		}
	}
	message.records_offset = (uint32_t)reader.position;
	*ret_message = message;
	return 0;
}

int plx_message_open_asked(const uint8_t *wire, size_t length, uint8_t name_length,
			   struct plx_message *ret_message)
{
	int error = length_check(length);
	if (error < 0) {
		return error;
	}
	struct plx_reader reader = plx_reader_init(wire, length);
	reader.position = PLX_DNS_HEADER_BYTES;
	(void)plx_read_bytes(&reader, name_length);
	uint16_t type = plx_read_u16(&reader);
	uint16_t class = plx_read_u16(&reader);
	if (reader.failed) {
		return PLX_ERR_DNS_SHORT;
	}
	*ret_message = header_read(wire, length);
	ret_message->question_name_length = name_length;
	ret_message->question_type = type;
	ret_message->question_class = class;
	ret_message->records_offset = (uint32_t)reader.position;
	return 0;
}

struct plx_record_cursor plx_message_records(const struct plx_message *message)
{
	struct plx_record_cursor cursor = {.offset = message->records_offset};
	static_assert(sizeof(cursor.left) == sizeof(message->record_count), "the same sections");
	memcpy(cursor.left, message->record_count, sizeof(cursor.left));
	return cursor;
}

// Passes a name in place: its labels up to the root or the first pointer.
static void owner_skip(struct plx_reader *reader)
{
	uint8_t octet;
	do {
		octet = plx_read_u8(reader);
		(void)plx_read_bytes(reader, octet > PLX_LABEL_MAX ? 1 : octet);
	} while (octet != 0 && octet <= PLX_LABEL_MAX);
}

bool plx_message_next(const struct plx_message *message, struct plx_record_cursor *cursor,
		      struct plx_record *ret_record)
{
	enum plx_section section = PLX_SECTION_ANSWER;
	while (section < PLX_SECTION_ADDITIONAL && cursor->left[section] == 0) {
		section++;
	}
	if (cursor->left[section] == 0) {
		return false;
	}
	struct plx_reader reader = plx_reader_init(message->wire, message->length);
	reader.position = cursor->offset;
	owner_skip(&reader);
	struct plx_record record = {.section = section, .owner_offset = cursor->offset};
	const uint8_t *fields_bytes = plx_read_bytes(&reader, RECORD_FIELDS_BYTES);
	if (fields_bytes == NULL) {
		return false; // of an unchecked message only, as below
	}
	struct plx_reader fields = plx_reader_init(fields_bytes, RECORD_FIELDS_BYTES);
	record.type = plx_read_u16(&fields);
	record.class = plx_read_u16(&fields);
	record.ttl = plx_read_u32(&fields);
	record.rdata_length = plx_read_u16(&fields);
	record.rdata_offset = (uint32_t)reader.position;
	record.rdata = plx_read_bytes(&reader, record.rdata_length);
	if (record.rdata == NULL) {
		return false;
	}
	if (record.ttl > INT32_MAX && record.type != PLX_TYPE_OPT) {
		record.ttl = 0; // RFC 2181 8
	}
	cursor->left[section]--;
	cursor->offset = (uint32_t)reader.position;
	*ret_record = record;
	return true;
}

int plx_message_name(const struct plx_message *message, uint32_t offset, struct plx_name *ret_name,
		     uint32_t *ret_next)
{
	return compressed_name_read(message->wire, offset, message->length, ret_name, ret_next);
}

bool plx_message_name_equal(const struct plx_message *message, uint32_t offset,
			    const struct plx_name *name)
{
	return compressed_name_equal(message->wire, offset, message->length, name);
}

bool plx_message_name_is_above(const struct plx_message *message, uint32_t offset,
			       const struct plx_name *name)
{
	return compressed_name_is_above(message->wire, offset, message->length, name);
}

// Whether the name at `offset` is a pointer to a label of the question's name: the usual owner of an SOA.
static bool is_pointer_into_question(const struct plx_message *message, uint32_t offset)
{
	struct plx_reader reader = plx_reader_init(message->wire, message->length);
	(void)plx_read_bytes(&reader, offset);
	uint32_t target = plx_read_u16(&reader) ^ 0xc000u;
	uint32_t end = PLX_DNS_HEADER_BYTES + message->question_name_length;
	if (reader.failed || target >= end) {
		return false;
	}
	// The name was walked, or compared with one that was: its labels end where it ends.
	uint32_t at = PLX_DNS_HEADER_BYTES;
	while (at < target) {
		at += 1u + message->wire[at];
	}
	return at == target;
}

bool plx_message_name_is_above_question(const struct plx_message *message, uint32_t offset)
{
	if (message->question_count != 1) {
		return false;
	}
	if (is_pointer_into_question(message, offset)) {
		return true;
	}
	PLX_UNINITIALIZED struct plx_name question;
	return compressed_name_read(message->wire, PLX_DNS_HEADER_BYTES, message->length, &question,
				    NULL) == 0 &&
	       plx_message_name_is_above(message, offset, &question);
}
