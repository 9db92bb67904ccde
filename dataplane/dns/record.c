// SPDX-License-Identifier: BSD-3-Clause
// RDATA made independent of the message around it, and TXT strings one by one.

#include <parallax/base/byte_reader.h>
#include <parallax/base/error.h>
#include <parallax/dns/record.h>

#include "dns/name_compression.h"
#include "dns/rdata_layout.h"

#include <errno.h>

// Octets before the first name.
static size_t head_length(const struct rdata_layout *layout, const struct plx_record *record)
{
	struct plx_reader reader = plx_reader_init(record->rdata, record->rdata_length);
	(void)plx_read_bytes(&reader, layout->head_bytes);
	for (unsigned i = 0; i < layout->strings && !reader.failed; i++) {
		(void)plx_read_bytes(&reader, plx_read_u8(&reader));
	}
	return reader.failed ? SIZE_MAX : reader.position;
}

int plx_rdata_expand(const struct plx_message *message, const struct plx_record *record,
		     struct plx_writer *writer)
{
	const struct rdata_layout *layout = rdata_layout_find(record->type, record->class);
	size_t done = 0;
	if (layout != NULL && layout->names > 0) {
		done = head_length(layout, record);
		if (done > record->rdata_length) {
			return PLX_ERR_DNS_RDATA;
		}
		plx_write_bytes(writer, record->rdata, done);
		for (unsigned i = 0; i < layout->names; i++) {
			struct plx_name name;
			uint32_t next;
			int error = compressed_name_read(
				message->wire, record->rdata_offset + (uint32_t)done,
				record->rdata_offset + record->rdata_length, &name, &next);
			if (error < 0) {
				return error;
			}
			plx_write_bytes(writer, name.wire, name.length);
			done = next - record->rdata_offset;
		}
	}
	plx_write_bytes(writer, record->rdata + done, record->rdata_length - done);
	return writer->failed ? -ENOSPC : 0;
}

int plx_txt_next(const uint8_t *rdata, size_t length, size_t *offset, const uint8_t **ret_string,
		 uint8_t *ret_length)
{
	struct plx_reader reader = plx_reader_init(rdata, length);
	if (*offset >= length) {
		return *offset == length ? 0 : PLX_ERR_DNS_RDATA;
	}
	reader.position = *offset;
	uint8_t string_length = plx_read_u8(&reader);
	const uint8_t *string = plx_read_bytes(&reader, string_length);
	if (string == NULL) {
		return PLX_ERR_DNS_RDATA;
	}
	*offset = reader.position;
	*ret_string = string;
	*ret_length = string_length;
	return 1;
}
