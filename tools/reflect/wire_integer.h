// SPDX-License-Identifier: BSD-3-Clause
// Big-endian integers in a packet whose length was checked: one load or store each, where a reader would check again.

#pragma once

#include <stdint.h>
#include <string.h>

static inline uint16_t load_u16(const uint8_t *at)
{
	uint16_t value;
	memcpy(&value, at, sizeof(value));
	return __builtin_bswap16(value);
}

static inline void store_u16(uint8_t *at, uint16_t value)
{
	value = __builtin_bswap16(value);
	memcpy(at, &value, sizeof(value));
}
