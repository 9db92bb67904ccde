// SPDX-License-Identifier: BSD-3-Clause

#include <parallax/base/byte_writer.h>
#include <parallax/dns/message_writer.h>
#include <parallax/dns/rr_type.h>

#define OPTION_COOKIE 10 // RFC 7873
#define OPTION_HEADER_BYTES 4
#define EDNS_FLAG_DO 0x8000

static void opt_write(struct plx_writer *writer, const struct plx_query *query)
{
	plx_write_u8(writer, 0); // the root
	plx_write_u16(writer, PLX_TYPE_OPT);
	plx_write_u16(writer, PLX_EDNS_UDP_SIZE);
	plx_write_u32(writer, query->edns_do ? EDNS_FLAG_DO : 0);
	if (query->cookie_length == 0) {
		plx_write_u16(writer, 0);
		return;
	}
	plx_write_u16(writer, (uint16_t)(OPTION_HEADER_BYTES + query->cookie_length));
	plx_write_u16(writer, OPTION_COOKIE);
	plx_write_u16(writer, query->cookie_length);
	plx_write_bytes(writer, query->cookie, query->cookie_length);
}

size_t plx_query_write(const struct plx_query *query, uint8_t *ret_wire, size_t capacity)
{
	struct plx_writer writer = plx_writer_init(ret_wire, capacity);
	plx_write_u16(&writer, query->id);
	plx_write_u16(&writer, query->flags);
	plx_write_u16(&writer, 1);
	plx_write_u16(&writer, 0);
	plx_write_u16(&writer, 0);
	plx_write_u16(&writer, query->edns ? 1 : 0);
	plx_write_bytes(&writer, query->name, query->name_length);
	plx_write_u16(&writer, query->type);
	plx_write_u16(&writer, PLX_CLASS_IN);
	if (query->edns) {
		opt_write(&writer, query);
	}
	return writer.failed ? 0 : writer.position;
}
