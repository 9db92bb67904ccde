// SPDX-License-Identifier: BSD-3-Clause
// A DNS message from a hostile peer. Oracle: iterating any opened message stays inside it; what plx_message_check
// accepts can be iterated to its counts, every name and RDATA of it can be read, and the same message written anew
// without compression is accepted and says the same.

#include <parallax/base/byte_writer.h>
#include <parallax/dns/record.h>

#include "fuzz_target.h"

#include <string.h>

#define EXPANDED_MAX (128 * 1024)

static uint8_t rewritten[PLX_MESSAGE_MAX];

static void read_unchecked(const struct plx_message *message)
{
	struct plx_record_cursor cursor = plx_message_records(message);
	struct plx_record record;
	struct plx_name name;
	while (plx_message_next(message, &cursor, &record)) {
		uint8_t expanded[1024];
		struct plx_writer writer = plx_writer_init(expanded, sizeof(expanded));
		(void)!plx_message_name(message, record.owner_offset, &name, NULL);
		(void)!plx_rdata_expand(message, &record, &writer);
	}
}

static size_t expand(const struct plx_message *message, const struct plx_record *record,
		     uint8_t expanded[static EXPANDED_MAX])
{
	struct plx_writer writer = plx_writer_init(expanded, EXPANDED_MAX);
	must(plx_rdata_expand(message, record, &writer) == 0);
	return writer.position;
}

static void read_owner(const struct plx_message *message, const struct plx_record *record,
		       struct plx_name *ret_owner)
{
	uint32_t next;
	must(plx_message_name(message, record->owner_offset, ret_owner, &next) == 0);
	must(plx_name_is_valid_wire(ret_owner->wire, ret_owner->length));
	must(plx_message_name_equal(message, record->owner_offset, ret_owner));
	must(next == record->rdata_offset - 10);
}

static void write_record(struct plx_writer *writer, const struct plx_record *record,
			 const struct plx_name *owner, const uint8_t *rdata, size_t length)
{
	writer->failed |= length > UINT16_MAX;
	plx_write_bytes(writer, owner->wire, owner->length);
	plx_write_u16(writer, record->type);
	plx_write_u16(writer, record->class);
	plx_write_u32(writer, record->ttl);
	plx_write_u16(writer, (uint16_t)length);
	plx_write_bytes(writer, rdata, length);
}

// Returns the length of the message written without compression, or 0 when it would be too long.
static size_t read_checked(const struct plx_message *message)
{
	static uint8_t expanded[EXPANDED_MAX];
	char text[256];
	struct plx_writer writer = plx_writer_init(rewritten, sizeof(rewritten));
	struct plx_record_cursor cursor = plx_message_records(message);
	struct plx_record record;
	struct plx_name owner;
	unsigned count = 0;
	plx_write_bytes(&writer, message->wire, message->records_offset);
	for (; plx_message_next(message, &cursor, &record); count++) {
		read_owner(message, &record, &owner);
		size_t length = expand(message, &record, expanded);
		plx_rdata_format(record.type, expanded, length, text, sizeof(text));
		must(memchr(text, '\0', sizeof(text)) != NULL);
		write_record(&writer, &record, &owner, expanded, length);
	}
	must(count == (unsigned)message->record_count[1] + message->record_count[2] +
			      message->record_count[3]);
	must(cursor.offset == message->length);
	return writer.failed ? 0 : writer.position;
}

static void compare_rewritten(const struct plx_message *message, size_t length)
{
	static uint8_t expanded[2][EXPANDED_MAX];
	struct plx_message again;
	must(plx_message_open(rewritten, length, &again) == 0);
	must(plx_message_check(&again) == 0);
	must(again.rcode == message->rcode && again.ede_code == message->ede_code);
	must(again.cookie_length == message->cookie_length);
	struct plx_record_cursor cursors[2] = {plx_message_records(message),
					       plx_message_records(&again)};
	struct plx_record records[2];
	while (plx_message_next(message, &cursors[0], &records[0])) {
		must(plx_message_next(&again, &cursors[1], &records[1]));
		must(records[0].type == records[1].type && records[0].ttl == records[1].ttl);
		must(records[0].section == records[1].section);
		size_t lengths[2] = {expand(message, &records[0], expanded[0]),
				     expand(&again, &records[1], expanded[1])};
		must(lengths[0] == lengths[1]);
		must(memcmp(expanded[0], expanded[1], lengths[0]) == 0);
	}
	must(!plx_message_next(&again, &cursors[1], &records[1]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct plx_message message;
	if (plx_message_open(data, size, &message) < 0) {
		return 0;
	}
	read_unchecked(&message);
	if (plx_message_check(&message) < 0) {
		return 0;
	}
	if (message.cookie != NULL) {
		must(message.cookie >= data &&
		     message.cookie + message.cookie_length <= data + size);
	}
	size_t length = read_checked(&message);
	if (length > 0) {
		compare_rewritten(&message, length);
	}
	return 0;
}
