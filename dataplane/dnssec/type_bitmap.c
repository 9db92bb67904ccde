// SPDX-License-Identifier: BSD-3-Clause

#include "dnssec/type_bitmap.h"

#include <parallax/base/byte_reader.h>
#include <parallax/base/error.h>
#include <parallax/dns/rr_type.h>

#define WINDOW_OCTETS_MAX 32

int type_bitmap_parse(const uint8_t *octets, size_t length, struct type_bitmap *ret_bitmap)
{
	struct plx_reader reader = plx_reader_init(octets, length);
	int previous = -1;
	while (plx_reader_left(&reader) > 0) { // at most 256 windows: they ascend
		int window = plx_read_u8(&reader);
		uint8_t window_length = plx_read_u8(&reader);
		(void)plx_read_bytes(&reader, window_length);
		if (reader.failed || window <= previous || window_length == 0 ||
		    window_length > WINDOW_OCTETS_MAX) {
			return PLX_ERR_DNS_RDATA;
		}
		previous = window;
	}
	*ret_bitmap = (struct type_bitmap) {.octets = octets, .length = length};
	return 0;
}

bool type_bitmap_has(const struct type_bitmap *bitmap, uint16_t type)
{
	struct plx_reader reader = plx_reader_init(bitmap->octets, bitmap->length);
	while (plx_reader_left(&reader) > 0) {
		uint8_t window = plx_read_u8(&reader);
		uint8_t length = plx_read_u8(&reader);
		const uint8_t *bits = plx_read_bytes(&reader, length);
		if (bits != NULL && window == type >> 8) {
			unsigned octet = (type & 0xff) / 8;
			return octet < length && (bits[octet] & (0x80U >> (type & 7))) != 0;
		}
	}
	return false;
}

bool type_bitmap_is_delegation(const struct type_bitmap *bitmap)
{
	return type_bitmap_has(bitmap, PLX_TYPE_NS) && !type_bitmap_has(bitmap, PLX_TYPE_SOA);
}
