// SPDX-License-Identifier: BSD-3-Clause
// The state of a sweep that survives it, as text (docs/sweep.md has the format and the argument for it):
// everything before `low` is done, everything from `next` on is not begun, and between them all lines are done
// except the open ones. Done means: the output line lies within the first `output_length` octets.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/exchange/client.h>
#include <parallax/format/text_buffer.h>

#include "sweep/input_stream.h"
#include "sweep/sweep_failure.h"
#include "sweep/tally.h"

#define CHECKPOINT_OPTIONS_MAX 256
#define CHECKPOINT_OPEN_MAX PLX_CLIENT_WINDOW_MAX
#define CHECKPOINT_FILE_MAX                                                                        \
	(64u * 1024 * 1024) // 20 digits and a blank for each open line, and the head

struct line_position {
	uint64_t line;   // from 1
	uint64_t offset; // of its first octet in the decompressed input
};

struct checkpoint {
	char options[CHECKPOINT_OPTIONS_MAX]; // those that change what the output says
	struct input_identity input;
	uint64_t output_length;
	struct line_position low;
	struct line_position next;
	bool is_complete;
	struct tally tally;
	uint64_t *open_lines; // rising; owned
	size_t open_count;
};

void checkpoint_fini(struct checkpoint *checkpoint);

// Appends all but the open lines, each of which checkpoint_append_open adds, and checkpoint_append_end.
void checkpoint_append_head(struct plx_text *text, const struct checkpoint *checkpoint);
void checkpoint_append_open(struct plx_text *text, uint64_t line);
void checkpoint_append_end(struct plx_text *text);

// Reads the text of a checkpoint. -EINVAL with `ret_problem` (static) when it is not one, or damaged.
PLX_MUST_CHECK int checkpoint_parse(const char *bytes, size_t length,
				    struct checkpoint *ret_checkpoint, const char **ret_problem);

// Reads `path`. 0, -ENOENT when there is none; -EINVAL and the failure.
PLX_MUST_CHECK int checkpoint_load(const char *path, struct checkpoint *ret_checkpoint,
				   struct sweep_failure *failure);
