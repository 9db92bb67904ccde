// SPDX-License-Identifier: BSD-3-Clause
// A range of addresses: an address and how many of its leading bits count ("192.0.2.0/24"). Pure.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/ip_address.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ADDRESS_PREFIX_TEXT_MAX (PLX_IP_TEXT_MAX + 4) // "/128" behind an address

struct address_prefix {
	struct plx_ip ip; // the bits behind `length_bits` are zero
	uint8_t length_bits;
};

// Why a text is no prefix.
enum address_prefix_fault {
	ADDRESS_PREFIX_FAULT_NONE = 0,
	ADDRESS_PREFIX_FAULT_ADDRESS,
	ADDRESS_PREFIX_FAULT_LENGTH_MISSING,
	ADDRESS_PREFIX_FAULT_LENGTH,
	ADDRESS_PREFIX_FAULT_HOST_BITS,
};

// "192.0.2.0/24" or "2001:db8::/32". The length is never guessed, and bits behind it must be zero: whoever wrote
// 10.1.2.3/8 may have meant one host. ret_prefix is untouched on a fault.
PLX_MUST_CHECK enum address_prefix_fault address_prefix_parse(const char *text, size_t text_length,
							      struct address_prefix *ret_prefix);
// "192.0.2.0/24" into `text`, which it also returns.
const char *address_prefix_format(const struct address_prefix *prefix,
				  char text[static ADDRESS_PREFIX_TEXT_MAX]);
// False when the families differ: an IPv4-mapped IPv6 address is not in an IPv4 prefix. False for a zeroed prefix.
PLX_PURE bool address_prefix_contains(const struct address_prefix *prefix, const struct plx_ip *ip);
// A sentence: what is wrong and how to mend it.
const char *address_prefix_fault_text(enum address_prefix_fault fault);
const char *address_prefix_fault_name(enum address_prefix_fault fault);
