// SPDX-License-Identifier: BSD-3-Clause
// Where RDATA of class IN holds domain names that may be compressed, and what else its shape is bound by: octets,
// then <character-string>s, then names, then octets. Types without a layout are opaque octets.

#pragma once

#include <parallax/base/attributes.h>

#include <stdint.h>

#define RDATA_STRINGS_TO_END 255 // at least one, to the end
#define RDATA_TAIL_ANY 255       // any number of octets

struct rdata_layout {
	uint8_t head_bytes;
	uint8_t strings;
	uint8_t names;
	uint8_t tail_bytes;
};

// NULL for opaque types and classes. Static storage.
PLX_PURE const struct rdata_layout *rdata_layout_find(uint16_t type, uint16_t class);
