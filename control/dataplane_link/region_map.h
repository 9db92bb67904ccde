// SPDX-License-Identifier: BSD-3-Clause
// Maps the shared memory that the dataplane handed over, after checking that it is what region_layout.h says.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/exchange/region_layout.h>

#include <stdint.h>

struct region_mapping {
	void *base; // NULL: none
	uint32_t worker_count;
	struct plx_siphash_key worker_key;
};

// PLX_ERR_REGION_VERSION: another version or other ring sizes; -EPROTO: not such a region, not sealed, or of
// another length; -errno of fstat or mmap. `fd` stays the caller's.
PLX_MUST_CHECK int region_map(int fd, uint32_t worker_count, struct region_mapping *ret_mapping);
// Safe on a zeroed mapping.
void region_unmap(struct region_mapping *mapping);
