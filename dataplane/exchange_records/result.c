// SPDX-License-Identifier: BSD-3-Clause
// Result records of the exchange rings: their layout, and their bodies written and read.

#include <parallax/exchange/result.h>
#include <parallax/exchange/trace.h>

#include <errno.h>

// Two processes, maybe of two builds, share this layout; a change needs a new exchange version.
#define RESULT_FIELD_AT(field, offset)                                                             \
	_Static_assert(offsetof(struct plx_result, field) == (offset), #field " has moved")
RESULT_FIELD_AT(tag, 0);
RESULT_FIELD_AT(time_ns, 8);
RESULT_FIELD_AT(rtt_us, 16);
RESULT_FIELD_AT(body_length, 20);
RESULT_FIELD_AT(rcode, 24);
RESULT_FIELD_AT(record_count, 30);
RESULT_FIELD_AT(ede_code, 32);
RESULT_FIELD_AT(alias_count, 34);
RESULT_FIELD_AT(status, 36);
RESULT_FIELD_AT(has_found_at, 40);
RESULT_FIELD_AT(reserved, 41);
RESULT_FIELD_AT(answer_bytes, 42);
RESULT_FIELD_AT(reserved_2, 44);
RESULT_FIELD_AT(server, 46);
RESULT_FIELD_AT(server.port, 64);
RESULT_FIELD_AT(padding, 66);
RESULT_FIELD_AT(trace_length, 68);
_Static_assert(sizeof(struct plx_result) == 72,
	       "struct plx_result has grown or has hidden padding");

#define RECORD_HEADER_BYTES 6 // TTL and RDLENGTH

void plx_result_body_name(struct plx_writer *writer, const struct plx_name *name)
{
	plx_write_u8(writer, name->length);
	plx_write_bytes(writer, name->wire, name->length);
}

size_t plx_result_body_record_begin(struct plx_writer *writer, uint32_t ttl)
{
	plx_write_u32(writer, ttl);
	plx_write_u16(writer, 0);
	return writer->position;
}

void plx_result_body_record_end(struct plx_writer *writer, size_t rdata_start)
{
	if (writer->failed) {
		return;
	}
	size_t length = writer->position - rdata_start;
	if (length > UINT16_MAX) {
		writer->failed = true;
		return;
	}
	writer->bytes[rdata_start - 2] = (uint8_t)(length >> 8);
	writer->bytes[rdata_start - 1] = (uint8_t)length;
}

static bool body_name_read(struct plx_reader *reader, struct plx_name *ret_name)
{
	ret_name->length = plx_read_u8(reader);
	plx_read_copy(reader, ret_name->wire, ret_name->length);
	return !reader->failed && plx_name_is_valid_wire(ret_name->wire, ret_name->length);
}

static bool record_read(struct plx_reader *reader, struct plx_result_record *ret_record)
{
	ret_record->ttl = plx_read_u32(reader);
	ret_record->rdata_length = plx_read_u16(reader);
	ret_record->rdata = plx_read_bytes(reader, ret_record->rdata_length);
	return ret_record->rdata != NULL;
}

static bool fixed_part_is_valid(const struct plx_result *result)
{
	return result->status < PLX_STATUS_COUNT && result->dnssec < PLX_DNSSEC_COUNT &&
	       result->transport < PLX_TRANSPORT_COUNT && result->cause < PLX_CAUSE_COUNT &&
	       result->has_found_at <= 1 && result->alias_count <= PLX_ALIASES_MAX &&
	       result->body_length <= PLX_RESULT_BODY_MAX &&
	       result->trace_length <= result->body_length &&
	       result->trace_length <= PLX_TRACE_BYTES_MAX &&
	       (result->server.ip.family == 0 || plx_ip_length(&result->server.ip) > 0);
}

int plx_result_open(const struct plx_result *result, const uint8_t *body,
		    struct plx_result_view *ret_view)
{
	if (!fixed_part_is_valid(result)) {
		return -EINVAL;
	}
	struct plx_reader reader =
		plx_reader_init(body, result->body_length - result->trace_length);
	struct plx_name *found_at = &ret_view->found_at;
	*found_at = ret_view->owner = (struct plx_name) {.length = 0};
	if (result->has_found_at && !body_name_read(&reader, found_at)) {
		return -EINVAL;
	}
	if (result->record_count > 0 && !body_name_read(&reader, &ret_view->owner)) {
		return -EINVAL;
	}
	for (unsigned i = 0; i < result->alias_count; i++) {
		if (!body_name_read(&reader, &ret_view->aliases[i])) {
			return -EINVAL;
		}
	}
	ret_view->result = result;
	ret_view->records = reader;
	struct plx_result_record record;
	for (unsigned i = 0; i < result->record_count; i++) {
		if (!record_read(&reader, &record)) {
			return -EINVAL;
		}
	}
	return plx_reader_left(&reader) == 0 ? 0 : -EINVAL;
}

bool plx_result_next(struct plx_result_view *view, struct plx_result_record *ret_record)
{
	struct plx_result_record record;
	if (plx_reader_left(&view->records) == 0 || !record_read(&view->records, &record)) {
		return false;
	}
	*ret_record = record;
	return true;
}

bool plx_result_is_definitive(const struct plx_result *result)
{
	// RCODE 3 and 0 are definitive only as a server's answer, never beside another status, nor where a cause says that
	// something was wrong.
	return result->status == PLX_STATUS_ANSWERED &&
	       (result->rcode == 0 || result->rcode == 3) && result->cause == PLX_CAUSE_NONE;
}
