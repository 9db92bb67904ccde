// SPDX-License-Identifier: BSD-3-Clause

#include <parallax/base/byte_writer.h>
#include <parallax/base/octets_copy.h>
#include <parallax/dns/message_reader.h>
#include <parallax/dns/message_writer.h>
#include <parallax/dns/rr_type.h>

#define OPTION_COOKIE 10 // RFC 7873
#define OPTION_HEADER_BYTES 4u
#define EDNS_FLAG_DO 0x8000

#define FIXED_BYTES (PLX_DNS_HEADER_BYTES + 4u) // header, type and class
#define OPT_BYTES 11u

static size_t options_length(const struct plx_query *query)
{
	return query->cookie_length > 0 ? OPTION_HEADER_BYTES + query->cookie_length : 0u;
}

static void header_write(const struct plx_query *query, uint8_t *wire)
{
	// Of constant length, like the others: the compiler then drops the bounds checks.
	struct plx_writer writer = plx_writer_init(wire, PLX_DNS_HEADER_BYTES);
	plx_write_u16(&writer, query->id);
	plx_write_u16(&writer, query->flags);
	plx_write_u16(&writer, 1);
	plx_write_u16(&writer, 0);
	plx_write_u16(&writer, 0);
	plx_write_u16(&writer, query->edns ? 1 : 0);
}

static void opt_write(const struct plx_query *query, uint8_t *wire)
{
	struct plx_writer writer = plx_writer_init(wire, OPT_BYTES);
	plx_write_u8(&writer, 0); // the root
	plx_write_u16(&writer, PLX_TYPE_OPT);
	plx_write_u16(&writer, PLX_EDNS_UDP_SIZE);
	plx_write_u32(&writer, query->edns_do ? EDNS_FLAG_DO : 0);
	plx_write_u16(&writer, (uint16_t)options_length(query));
	if (query->cookie_length > 0) {
		writer = plx_writer_init(wire + OPT_BYTES, OPTION_HEADER_BYTES);
		plx_write_u16(&writer, OPTION_COOKIE);
		plx_write_u16(&writer, query->cookie_length);
		plx_octets_copy(wire + OPT_BYTES + OPTION_HEADER_BYTES, query->cookie,
				query->cookie_length);
	}
}

size_t plx_query_write(const struct plx_query *query, uint8_t *ret_wire, size_t capacity)
{
	size_t opt_length = query->edns ? OPT_BYTES + options_length(query) : 0;
	size_t length = FIXED_BYTES + query->name_length + opt_length;
	if (length > capacity) {
		return 0;
	}
	header_write(query, ret_wire);
	uint8_t *at = ret_wire + PLX_DNS_HEADER_BYTES;
	if (query->name != at) {
		plx_octets_copy(at, query->name, query->name_length);
	}
	at += query->name_length;
	struct plx_writer writer = plx_writer_init(at, 4);
	plx_write_u16(&writer, query->type);
	plx_write_u16(&writer, PLX_CLASS_IN);
	if (query->edns) {
		opt_write(query, at + 4);
	}
	return length;
}
