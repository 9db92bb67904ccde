// SPDX-License-Identifier: BSD-3-Clause
// Where the output lines go: one large buffer, written with few write(2)s, whole lines only. After a failed write
// a regular file is cut back to its last whole line.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/format/text_buffer.h>

#include "sweep/sweep_failure.h"

#include <stdbool.h>
#include <stdint.h>

#include <signal.h>

#define OUTPUT_WRITE_BYTES (256 * 1024) // written when this much waits
#define OUTPUT_PATIENCE_MS 10000

struct output_file {
	int fd;
	bool is_regular;
	bool can_stall;    // its reader may rest, as that of a pipe
	bool is_abandoned; // nobody waits for a reader that rests
	const volatile sig_atomic_t
		*stop_requests; // end a stalled write; NULL: none; set by the owner
	const char *path;       // for messages; borrowed
	uint64_t written;    // octets of the file that hold whole lines; 0 at the start of a pipe
	uint64_t write_back; // up to here the kernel was asked to start writing to the disk
	struct plx_text pending;
};

// `path` "-" is stdout. `keep` octets of the file stay, the rest is dropped (0: an empty file). The file must end
// a line there. A regular file is locked, so that two sweeps never write to one.
PLX_MUST_CHECK int output_file_open(struct output_file *output, const char *path, uint64_t keep,
				    struct sweep_failure *failure);
// Nothing is flushed. Zeroed structures are accepted.
void output_file_close(struct output_file *output);

// Ends the line that was appended to output->pending.
static inline void output_file_end_line(struct output_file *output)
{
	plx_text_character(&output->pending, '\n');
}

static inline bool output_file_is_due(const struct output_file *output)
{
	return output->pending.length >= OUTPUT_WRITE_BYTES;
}

// By any thread: a flush that waits for its reader ends, failed.
static inline void output_file_abandon(struct output_file *output)
{
	__atomic_store_n(&output->is_abandoned, true, __ATOMIC_RELAXED);
}

// Writes all that is pending. A reader that rests is waited for, after a first stop request OUTPUT_PATIENCE_MS at most
// and after a second no longer.
PLX_MUST_CHECK int output_file_flush(struct output_file *output, struct sweep_failure *failure);
