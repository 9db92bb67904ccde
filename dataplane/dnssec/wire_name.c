// SPDX-License-Identifier: BSD-3-Clause

#include "dnssec/wire_name.h"

void wire_name_read(struct plx_reader *reader, struct plx_name *ret_name)
{
	unsigned length = 0;
	for (unsigned labels = 0; labels <= PLX_NAME_LABELS_MAX && !reader->failed; labels++) {
		uint8_t label_length = plx_read_u8(reader);
		const uint8_t *label = plx_read_bytes(reader, label_length);
		if (reader->failed || label_length > PLX_LABEL_MAX ||
		    length + 1 + label_length > PLX_NAME_MAX) {
			break;
		}
		ret_name->wire[length] = label_length;
		memcpy(ret_name->wire + length + 1, label, label_length);
		length += 1U + label_length;
		if (label_length == 0) {
			ret_name->length = (uint8_t)length;
			plx_name_lower(ret_name);
			return;
		}
	}
	reader->failed = true;
}
