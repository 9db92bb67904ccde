// SPDX-License-Identifier: BSD-3-Clause
// Lines of an input stream, with their number and position. A line that is too long is cut, not collected:
// memory does not depend on the input.

#pragma once

#include <parallax/base/attributes.h>

#include "sweep/input_stream.h"

// A name in presentation form needs 1004 characters at most; the rest is for type, rank and blanks.
#define SWEEP_LINE_MAX 4096
#define SWEEP_LINE_SHOWN 256 // octets kept of a longer line, for its output line
#define LINE_READER_BUFFER (256 * 1024)

struct line_view {
	const char *text; // without its line end; valid until the next call
	size_t length;
	uint64_t number; // from 1
	uint64_t offset; // of its first octet in the decompressed input
	bool too_long;   // text holds its beginning
};

struct line_reader {
	struct input_stream *stream;
	uint64_t next_number;
	uint64_t next_offset;
	size_t start; // unread octets: buffer[start..end)
	size_t end;
	uint64_t dropped; // octets of a too long line that have left the buffer
	bool at_end;
	char shown[SWEEP_LINE_SHOWN];
	char buffer[LINE_READER_BUFFER];
};

// Heap; `number` and `offset` are those of the first line that the stream will give.
struct line_reader *line_reader_create(struct input_stream *stream, uint64_t number,
				       uint64_t offset);
void line_reader_destroy(struct line_reader *reader);

// How many octets of the input were passed, those of a too long line that is not over included.
static inline uint64_t line_reader_position(const struct line_reader *reader)
{
	return reader->next_offset + reader->dropped;
}

// How much of what was passed and is buffered was passed: the stream runs ahead by the buffer. 1 for an empty input.
static inline double line_reader_share(const struct line_reader *reader)
{
	double passed = (double)line_reader_position(reader);
	double buffered = (double)(reader->end - reader->start);
	return passed + buffered > 0 ? passed / (passed + buffered) : 1;
}

// 1 and a line, 0 at the end, -EINPROGRESS when a buffer full of a too long line was passed (call again: there is
// more), else as input_stream_read. A last line without a line end is a line.
PLX_MUST_CHECK int line_reader_next(struct line_reader *reader, struct line_view *ret_line);
