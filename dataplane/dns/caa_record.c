// SPDX-License-Identifier: BSD-3-Clause
// CAA RDATA (RFC 8659 4.1) taken apart. A record that cannot be is never skipped: its whole message is refused
// (message_check.c), since the record might have forbidden the issuance.

#include <parallax/base/byte_reader.h>
#include <parallax/base/error.h>
#include <parallax/dns/record.h>

static bool is_alphanumeric(uint8_t c)
{
	uint8_t lower = plx_ascii_lower(c);
	return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9');
}

int plx_caa_parse(const uint8_t *rdata, size_t length, struct plx_caa *ret_caa)
{
	struct plx_reader reader = plx_reader_init(rdata, length);
	uint8_t flags = plx_read_u8(&reader);
	uint8_t tag_length = plx_read_u8(&reader);
	const uint8_t *tag = plx_read_bytes(&reader, tag_length);
	if (tag == NULL || tag_length == 0) {
		return PLX_ERR_CAA_TAG;
	}
	for (unsigned i = 0; i < tag_length; i++) {
		if (!is_alphanumeric(tag[i])) {
			return PLX_ERR_CAA_TAG;
		}
	}
	size_t value_length = plx_reader_left(&reader);
	if (value_length > UINT16_MAX) {
		return PLX_ERR_DNS_RDATA; // no RDATA is that long
	}
	*ret_caa = (struct plx_caa) {
		.flags = flags,
		.tag_length = tag_length,
		.tag = (const char *)tag,
		.value = plx_read_bytes(&reader, value_length),
		.value_length = (uint16_t)value_length,
	};
	return 0;
}
