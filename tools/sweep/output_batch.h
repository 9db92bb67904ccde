// SPDX-License-Identifier: BSD-3-Clause
// Results that wait to become text, packed one after the other: whoever collects them only copies, another thread
// formats. One thread at a time.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/format/result_format.h>
#include <parallax/format/text_buffer.h>

#include <stdbool.h>
#include <stddef.h>

struct output_batch {
	struct plx_text packed; // zeroed with `grows` set is empty
	uint32_t count;
};

// One of them, unpacked. What it points to lives as long as the batch is not emptied.
struct output_item {
	struct plx_result result;
	struct plx_asked asked;
	struct plx_name name;
	const uint8_t *body; // result.body_length octets
};

// Copies all but asked->error, which must be static. -ENOMEM: nothing was added.
PLX_MUST_CHECK int output_batch_append(struct output_batch *batch, const struct plx_asked *asked,
				       const struct plx_result *result, const uint8_t *body);
// The item at *position (0: the first), which moves on; false after the last.
bool output_batch_next(const struct output_batch *batch, size_t *position,
		       struct output_item *ret_item);
void output_batch_empty(struct output_batch *batch); // keeps its memory
void output_batch_free(struct output_batch *batch);
