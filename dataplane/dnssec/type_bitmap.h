// SPDX-License-Identifier: BSD-3-Clause
// The types that a name has, as NSEC and NSEC3 list them (RFC 4034 4.1.2).

#pragma once

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A view of a bitmap that type_bitmap_parse accepted.
struct type_bitmap {
	const uint8_t *octets;
	size_t length;
};

// Windows ascending, each of 1 to 32 octets, nothing behind them. Errors: PLX_ERR_DNS_RDATA.
PLX_MUST_CHECK int type_bitmap_parse(const uint8_t *octets, size_t length,
				     struct type_bitmap *ret_bitmap);
PLX_PURE bool type_bitmap_has(const struct type_bitmap *bitmap, uint16_t type);
// The name is a zone cut seen from above: NS without SOA (RFC 6840 4.1).
PLX_PURE bool type_bitmap_is_delegation(const struct type_bitmap *bitmap);
