// SPDX-License-Identifier: BSD-3-Clause
// Makes the shared memory of one client (layout and protocol: parallax/exchange/region_layout.h).

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/siphash.h>

#include <stddef.h>

struct region {
	void *base; // NULL: none
	size_t length;
	int fd; // memfd, sealed
};

// -errno of memfd_create, ftruncate, fcntl or mmap; ret_region is untouched then.
PLX_MUST_CHECK int region_create(unsigned worker_count, const struct plx_siphash_key *worker_key,
				 struct region *ret_region);
// Safe on a zeroed region.
void region_destroy(struct region *region);
