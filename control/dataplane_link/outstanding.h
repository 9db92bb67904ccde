// SPDX-License-Identifier: BSD-3-Clause
// The look-ups that wait for their result. On the wire a look-up is named by its place here and the place's
// generation, so that a result for anything else (twice answered, never asked) is recognised; the caller's own
// tag stays on this side.

#pragma once

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stdint.h>

struct outstanding_entry {
	uint64_t user_tag;
	uint32_t generation; // odd while open: counted up at open and at close
	uint32_t next_free;  // while closed
	uint16_t qtype;
	uint16_t worker; // that was asked, and that alone may answer
};

struct outstanding {
	struct outstanding_entry *entries;
	uint32_t window;
	uint32_t open_count;
	uint32_t touched;    // entries that were ever open: the others cost no memory
	uint32_t first_free; // among the touched
};

// -ENOMEM.
PLX_MUST_CHECK int outstanding_init(struct outstanding *table, uint32_t window);
void outstanding_fini(struct outstanding *table);

static inline bool outstanding_is_full(const struct outstanding *table)
{
	return table->open_count == table->window;
}

// Opens an entry and returns its wire tag. The table is not full.
uint64_t outstanding_add(struct outstanding *table, uint64_t user_tag, uint16_t qtype,
			 uint16_t worker);
// Closes the entry of a wire tag that came from `worker`. False: no such entry is open.
bool outstanding_remove(struct outstanding *table, uint64_t wire_tag, uint16_t worker,
			uint64_t *ret_user_tag);
#define OUTSTANDING_ANY_WORKER UINT16_MAX
// Closes any open entry of `worker` at or after place `*cursor` and moves the cursor past it. False: there is none.
bool outstanding_remove_next(struct outstanding *table, uint16_t worker, uint32_t *cursor,
			     uint64_t *ret_user_tag, uint16_t *ret_qtype);
