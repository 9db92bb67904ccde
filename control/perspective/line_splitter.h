// SPDX-License-Identifier: BSD-3-Clause
// Cuts a stream of octets into lines, whatever pieces it arrives in. Pure.

#pragma once

#include <parallax/base/attributes.h>

#include <stddef.h>

struct line_splitter {
	size_t line_max; // without its LF; set by the owner
	char *pending;   // the begin of a line
	size_t length;
	size_t capacity;
};

// `on_line` gets each whole line without its LF, empty ones included; what it returns other than 0 ends the work and is
// returned. 0, -E2BIG (a line longer than line_max), -ENOMEM. After an error the splitter is to be cleared.
PLX_MUST_CHECK int
line_splitter_feed(struct line_splitter *splitter, const char *bytes, size_t length,
		   int (*on_line)(const char *line, size_t length, void *context), void *context);
void line_splitter_clear(struct line_splitter *splitter);
