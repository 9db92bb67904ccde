// SPDX-License-Identifier: BSD-3-Clause
// Addresses to names below arpa and back.

#include "names/reverse_name.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define V4_LABELS 6  // four octets, in-addr, arpa
#define V6_LABELS 34 // 32 nibbles, ip6, arpa

static const struct plx_name in_addr_arpa = {.length = 14, .wire = "\7in-addr\4arpa"};
static const struct plx_name ip6_arpa = {.length = 10, .wire = "\3ip6\4arpa"};

int reverse_name_make(const struct plx_ip *ip, struct plx_name *ret_name)
{
	static const char digits[] = "0123456789abcdef";
	struct plx_name name = {0};
	size_t length = plx_ip_length(ip);
	const struct plx_name *tree = ip->family == 4 ? &in_addr_arpa : &ip6_arpa;
	uint8_t *end = name.wire;
	if (length == 0) {
		return -EINVAL;
	}
	for (size_t i = length; i-- > 0;) {
		if (ip->family == 4) {
			char octet[4];
			int digit_count = snprintf(octet, sizeof(octet), "%u", ip->bytes[i]);
			*end++ = (uint8_t)digit_count;
			memcpy(end, octet, (size_t)digit_count);
			end += digit_count;
		} else {
			*end++ = 1;
			*end++ = (uint8_t)digits[ip->bytes[i] & 15];
			*end++ = 1;
			*end++ = (uint8_t)digits[ip->bytes[i] >> 4];
		}
	}
	memcpy(end, tree->wire, tree->length);
	name.length = (uint8_t)((size_t)(end - name.wire) + tree->length);
	*ret_name = name;
	return 0;
}

// The label at `wire`, one to three digits, as an octet.
static bool read_octet(const uint8_t *wire, uint8_t *ret_octet)
{
	unsigned value = 0;
	if (wire[0] < 1 || wire[0] > 3 || (wire[0] > 1 && wire[1] == '0')) {
		return false;
	}
	for (unsigned i = 1; i <= wire[0]; i++) {
		if (wire[i] < '0' || wire[i] > '9') {
			return false;
		}
		value = value * 10 + (wire[i] - '0');
	}
	*ret_octet = (uint8_t)value;
	return value <= 255;
}

// The label at `wire`, one hexadecimal digit.
static bool read_nibble(const uint8_t *wire, uint8_t *ret_nibble)
{
	uint8_t digit = plx_ascii_lower(wire[1]);
	if (wire[0] != 1) {
		return false;
	}
	if (digit >= '0' && digit <= '9') {
		*ret_nibble = (uint8_t)(digit - '0');
		return true;
	}
	*ret_nibble = (uint8_t)(digit - 'a' + 10);
	return digit >= 'a' && digit <= 'f';
}

int reverse_name_parse(const struct plx_name *name, struct plx_ip *ret_ip)
{
	struct plx_ip ip = {0};
	const uint8_t *label = name->wire;
	unsigned labels = plx_name_label_count(name);
	if (labels == V4_LABELS && plx_name_is_below(name, &in_addr_arpa)) {
		ip.family = 4;
		for (unsigned i = 4; i-- > 0; label += 1 + label[0]) {
			if (!read_octet(label, &ip.bytes[i])) {
				return -EINVAL;
			}
		}
	} else if (labels == V6_LABELS && plx_name_is_below(name, &ip6_arpa)) {
		ip.family = 6;
		for (unsigned i = 32; i-- > 0; label += 1 + label[0]) {
			uint8_t nibble;
			if (!read_nibble(label, &nibble)) {
				return -EINVAL;
			}
			ip.bytes[i / 2] |= (uint8_t)(i % 2 == 0 ? nibble << 4 : nibble);
		}
	} else {
		return -EINVAL;
	}
	*ret_ip = ip;
	return 0;
}

bool reverse_name_is_within(const struct plx_name *name)
{
	return plx_name_is_below(name, &in_addr_arpa) || plx_name_is_below(name, &ip6_arpa);
}
