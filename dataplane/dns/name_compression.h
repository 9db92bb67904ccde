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

// Walks the name at `offset`, whose octets in place must end before `limit`. ret_next: the offset after it in
// place; ret_steps: labels and pointers passed. Errors: PLX_ERR_DNS_{SHORT,POINTER,LABEL,LIMIT}.
PLX_MUST_CHECK int compressed_name_check(const uint8_t *wire, uint32_t offset, uint32_t limit,
					 uint32_t *ret_next, uint32_t *ret_steps);
// The same, and gives the name.
PLX_MUST_CHECK int compressed_name_read(const uint8_t *wire, uint32_t offset, uint32_t limit,
					struct plx_name *ret_name, uint32_t *ret_next);
// Case-insensitive; false when the name cannot be read.
PLX_PURE bool compressed_name_equal(const uint8_t *wire, uint32_t offset, uint32_t limit,
				    const struct plx_name *name);
