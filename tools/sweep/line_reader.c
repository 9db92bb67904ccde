// SPDX-License-Identifier: BSD-3-Clause
// Splits the stream at newlines; a carriage return before one belongs to the line end.

#include "sweep/line_reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct line_reader *line_reader_create(struct input_stream *stream, uint64_t number,
				       uint64_t offset)
{
	struct line_reader *reader = malloc(sizeof(*reader));
	if (reader != NULL) {
		reader->stream = stream;
		reader->next_number = number;
		reader->next_offset = offset;
		reader->start = 0;
		reader->end = 0;
		reader->dropped = 0;
		reader->at_end = false;
	}
	return reader;
}

void line_reader_destroy(struct line_reader *reader)
{
	free(reader);
}

static int fill(struct line_reader *reader)
{
	if (reader->start > 0) {
		memmove(reader->buffer, reader->buffer + reader->start,
			reader->end - reader->start);
		reader->end -= reader->start;
		reader->start = 0;
	}
	if (reader->end == sizeof(reader->buffer)) { // no line end in all of it
		if (reader->dropped == 0) {
			memcpy(reader->shown, reader->buffer, sizeof(reader->shown));
		}
		reader->dropped += reader->end;
		reader->end = 0;
	}
	ssize_t count = input_stream_read(reader->stream, reader->buffer + reader->end,
					  sizeof(reader->buffer) - reader->end);
	if (count < 0) {
		return (int)count;
	}
	reader->at_end = count == 0;
	reader->end += (size_t)count;
	return 0;
}

// The line buffer[start..start+length), which `consumed` octets of the input make up.
static void take_line(struct line_reader *reader, size_t length, size_t consumed,
		      struct line_view *ret_line)
{
	const char *text = reader->buffer + reader->start;
	bool too_long = reader->dropped > 0 || length > SWEEP_LINE_MAX;
	if (reader->dropped > 0) {
		text = reader->shown;
	}
	if (too_long) {
		length = SWEEP_LINE_SHOWN;
	} else if (length > 0 && text[length - 1] == '\r') {
		length--;
	}
	*ret_line = (struct line_view) {
		.text = text,
		.length = length,
		.number = reader->next_number,
		.offset = reader->next_offset,
		.too_long = too_long,
	};
	reader->next_number++;
	reader->next_offset += reader->dropped + consumed;
	reader->start += consumed;
	reader->dropped = 0;
}

int line_reader_next(struct line_reader *reader, struct line_view *ret_line)
{
	size_t searched = 0;
	for (;;) {
		size_t available = reader->end - reader->start;
		const char *text = reader->buffer + reader->start;
		const char *newline = memchr(text + searched, '\n', available - searched);
		if (newline != NULL) {
			size_t length = (size_t)(newline - text);
			take_line(reader, length, length + 1, ret_line);
			return 1;
		}
		if (reader->at_end) {
			if (available == 0 && reader->dropped == 0) {
				return 0;
			}
			take_line(reader, available, available, ret_line);
			return 1;
		}
		uint64_t dropped_before = reader->dropped;
		int error = fill(reader);
		if (error != 0) {
			return error;
		}
		if (reader->dropped != dropped_before) {
			return -EINPROGRESS; // none of what replaced it was searched
		}
		searched = available;
	}
}
