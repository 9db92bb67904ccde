// SPDX-License-Identifier: BSD-3-Clause
// RDATA: decompressed for transport (results cross process borders without a message around them), as
// presentation text, and CAA and TXT taken apart.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/byte_writer.h>
#include <parallax/dns/message_reader.h>
#include <parallax/dns/rr_type.h>

#include <stddef.h>
#include <stdint.h>

// Writes the record's RDATA with every embedded name decompressed (types of RFC 1035, RFC 3597 4 and DNAME, SRV).
// Errors: PLX_ERR_DNS_*; -ENOSPC when `writer` has no room.
PLX_MUST_CHECK int plx_rdata_expand(const struct plx_message *message,
				    const struct plx_record *record, struct plx_writer *writer);

// Decompressed RDATA as presentation text: known types in their own form, all others, and known types whose
// RDATA is malformed, as RFC 3597 `\# n hex`. Returns the length that the whole text needs (like snprintf).
size_t plx_rdata_format(uint16_t type, const uint8_t *rdata, size_t length, char *text,
			size_t text_size);

// A CAA record (RFC 8659 4.1). Tag and value point into the RDATA.
struct plx_caa {
	uint8_t flags;
	uint8_t tag_length; // 1..255
	const char *tag;
	const uint8_t *value;
	uint16_t value_length;
};

// PLX_ERR_CAA_TAG when the tag is empty, leaves the RDATA or is not ASCII alphanumeric.
PLX_MUST_CHECK int plx_caa_parse(const uint8_t *rdata, size_t length, struct plx_caa *ret_caa);

// The next <character-string> of TXT RDATA: 1 and the view, 0 at the end, PLX_ERR_DNS_RDATA when it is cut short.
PLX_MUST_CHECK int plx_txt_next(const uint8_t *rdata, size_t length, size_t *offset,
				const uint8_t **ret_string, uint8_t *ret_length);
