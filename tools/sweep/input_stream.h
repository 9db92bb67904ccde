// SPDX-License-Identifier: BSD-3-Clause
// The input as one stream of octets: a file or stdin, plain, gzip or zstd (recognised by their first octets, not
// by the file's name). Memory is constant. Not for lines: see line_reader.h.

#pragma once

#include <parallax/base/attributes.h>

#include "sweep/sweep_failure.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct input_stream;

// What tells one input from another when a sweep is resumed: of a redirected stdin the part from where it stands on.
// Its path is not part of it.
struct input_identity {
	uint64_t size;
	uint64_t digest; // of the first and last 64 KiB
};

// `path` "-" is stdin; redirected from a file it is read from where it stands, and left there. NULL and the failure.
struct input_stream *input_stream_open(const char *path, struct sweep_failure *failure);
void input_stream_close(struct input_stream *stream);

// Decompressed octets: how many, 0 at the end, -EAGAIN when a pipe has none yet, -EBADMSG for damaged and
// -ENODATA for cut-off compressed data, -EFBIG for zstd windows above 128 MiB, -errno.
PLX_MUST_CHECK ssize_t input_stream_read(struct input_stream *stream, void *bytes, size_t size);
// To a position counted in decompressed octets, before the first read. Negative as above; -ENODATA too when the
// input is shorter.
PLX_MUST_CHECK int input_stream_skip(struct input_stream *stream, uint64_t position);
// What such an error means for the input, and how to mend it.
const char *input_stream_error_text(int error);

// True for regular files; false for pipes, which cannot be resumed.
bool input_stream_identify(const struct input_stream *stream, struct input_identity *ret_identity);
// The part of the file that was read, 0 to 1; negative for pipes.
double input_stream_fraction(const struct input_stream *stream);
// Sleeps until a pipe has octets or the time is over.
void input_stream_wait(const struct input_stream *stream, int timeout_ms);
