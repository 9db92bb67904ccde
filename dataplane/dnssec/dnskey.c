// SPDX-License-Identifier: BSD-3-Clause

#include "dnssec/dnskey.h"

#include <parallax/base/byte_reader.h>
#include <parallax/base/error.h>

int dnskey_parse(const uint8_t *rdata, size_t length, struct dnskey *ret_key)
{
	struct plx_reader reader = plx_reader_init(rdata, length);
	uint16_t flags = plx_read_u16(&reader);
	uint8_t protocol = plx_read_u8(&reader);
	uint8_t algorithm = plx_read_u8(&reader);
	size_t key_length = plx_reader_left(&reader);
	if (key_length == 0 || length > UINT16_MAX) {
		return PLX_ERR_DNS_RDATA;
	}
	*ret_key = (struct dnskey) {
		.rdata = rdata,
		.key = rdata + reader.position,
		.rdata_length = (uint16_t)length,
		.key_length = (uint16_t)key_length,
		.flags = flags,
		.tag = dnskey_tag(rdata, length),
		.protocol = protocol,
		.algorithm = algorithm,
	};
	return 0;
}

uint16_t dnskey_tag(const uint8_t *rdata, size_t length)
{
	uint32_t sum = 0; // 65535 octets of at most 0xff00 stay below 2^32
	for (size_t i = 0; i < length; i++) {
		sum += (i & 1) != 0 ? rdata[i] : (uint32_t)rdata[i] << 8;
	}
	sum += sum >> 16 & 0xffff;
	return (uint16_t)sum;
}

bool dnskey_is_zone_key(const struct dnskey *key)
{
	return (key->flags & DNSKEY_FLAG_ZONE) != 0 && (key->flags & DNSKEY_FLAG_REVOKE) == 0 &&
	       key->protocol == DNSKEY_PROTOCOL;
}
