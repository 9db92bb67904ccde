// SPDX-License-Identifier: BSD-3-Clause
// RFC 1035 3.3, and the types of RFC 3597 4 whose names receivers decompress; DNAME (RFC 6672 2.5) and KX likewise.

#include "dns/rdata_layout.h"

#include <parallax/dns/rr_type.h>

#include <stdbool.h>
#include <stddef.h>

// All zero: no layout.
static const struct rdata_layout layouts[] = {
	[PLX_TYPE_A] = {.head_bytes = 4},
	[PLX_TYPE_NS] = {.names = 1},
	[3] = {.names = 1}, // MD
	[4] = {.names = 1}, // MF
	[PLX_TYPE_CNAME] = {.names = 1},
	[PLX_TYPE_SOA] = {.names = 2, .tail_bytes = 20},
	[7] = {.names = 1}, // MB
	[8] = {.names = 1}, // MG
	[9] = {.names = 1}, // MR
	[PLX_TYPE_PTR] = {.names = 1},
	[14] = {.names = 2}, // MINFO
	[PLX_TYPE_MX] = {.head_bytes = 2, .names = 1},
	[PLX_TYPE_TXT] = {.strings = RDATA_STRINGS_TO_END},
	[17] = {.names = 2},                                                 // RP
	[18] = {.head_bytes = 2, .names = 1},                                // AFSDB
	[21] = {.head_bytes = 2, .names = 1},                                // RT
	[24] = {.head_bytes = 18, .names = 1, .tail_bytes = RDATA_TAIL_ANY}, // SIG
	[26] = {.head_bytes = 2, .names = 2},                                // PX
	[PLX_TYPE_AAAA] = {.head_bytes = 16},
	[30] = {.names = 1, .tail_bytes = RDATA_TAIL_ANY}, // NXT
	[PLX_TYPE_SRV] = {.head_bytes = 6, .names = 1},
	[35] = {.head_bytes = 4, .strings = 3, .names = 1}, // NAPTR
	[36] = {.head_bytes = 2, .names = 1},               // KX
	[PLX_TYPE_DNAME] = {.names = 1},
};

const struct rdata_layout *rdata_layout_find(uint16_t type, uint16_t class)
{
	if (class != PLX_CLASS_IN || type >= PLX_ARRAY_SIZE(layouts)) {
		return NULL;
	}
	const struct rdata_layout *layout = &layouts[type];
	bool is_known = layout->head_bytes > 0 || layout->strings > 0 || layout->names > 0;
	return is_known ? layout : NULL;
}
