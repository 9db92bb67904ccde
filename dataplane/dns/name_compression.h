// SPDX-License-Identifier: BSD-3-Clause
// Names inside a message (RFC 1035 4.1.4). Stricter than the RFC where honest servers always are: a pointer leads
// before the run of labels that holds it and behind the header, and the run it leads to ends before that place
// too. So every name ends, and no name reads octets that come after itself.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/dns/name.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A name that was walked before, by the offset where it stands; or, after a walk, the part behind its first pointer.
struct known_name {
	uint32_t target; // NAME_UNKNOWN: none
	uint16_t octets;
	uint16_t jumps;
	uint32_t steps; // labels and jumps
};
#define NAME_UNKNOWN UINT32_MAX
#define NAMES_KNOWN_MAX 2

// Walks the name at `offset`, whose octets in place must end before `limit`. A first pointer that leads to one of
// `known` ends the walk: it stands further back than the one did that was walked, so that it obeys the same limits; the
// names of a message are walked in the order in which they stand. ret_next: the offset after it in place; ret_steps:
// labels and pointers of the name, walked or known. When the name has a pointer, what follows the first becomes known[NAMES_KNOWN_MAX - 1].
// Errors: PLX_ERR_DNS_{SHORT,POINTER,LABEL,LIMIT}.
PLX_MUST_CHECK int compressed_name_check_known(const uint8_t *wire, uint32_t offset, uint32_t limit,
					       struct known_name known[static NAMES_KNOWN_MAX],
					       uint32_t *ret_next, uint32_t *ret_steps);
// The same without any known name.
PLX_MUST_CHECK int compressed_name_check(const uint8_t *wire, uint32_t offset, uint32_t limit,
					 uint32_t *ret_next, uint32_t *ret_steps);
// The same, and gives the name.
PLX_MUST_CHECK int compressed_name_read(const uint8_t *wire, uint32_t offset, uint32_t limit,
					struct plx_name *ret_name, uint32_t *ret_next);
// Case-insensitive; false when the name cannot be read.
PLX_PURE bool compressed_name_equal(const uint8_t *wire, uint32_t offset, uint32_t limit,
				    const struct plx_name *name);
// Case-insensitive: whether it is `name`, which is well-formed, or an ancestor of it; false when it cannot be read.
PLX_PURE bool compressed_name_is_above(const uint8_t *wire, uint32_t offset, uint32_t limit,
				       const struct plx_name *name);
