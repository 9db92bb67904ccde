// SPDX-License-Identifier: BSD-3-Clause
// One event, one line on stderr: key=value text (journald-friendly) or a JSON object. Strings are quoted and escaped
// where they need it, so that no input can forge a line. Any thread but a worker: workers count instead.

#pragma once

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLX_LOG_LINE_MAX 4096

enum plx_log_level {
	PLX_LOG_LEVEL_ERROR,
	PLX_LOG_LEVEL_WARNING,
	PLX_LOG_LEVEL_NOTICE,
};

struct plx_log_line {
	bool is_json;
	size_t length;
	char text[PLX_LOG_LINE_MAX];
};

// `event` is one word, e.g. "started". Keys are ours and are not escaped.
void plx_log_begin(struct plx_log_line *line, bool is_json, enum plx_log_level level,
		   const char *event);
void plx_log_text(struct plx_log_line *line, const char *key, const char *value);
void plx_log_number(struct plx_log_line *line, const char *key, int64_t value);
// Writes the line. What does not fit is cut.
void plx_log_end(struct plx_log_line *line);

// The whole of a simple event in one call.
void plx_log_message(bool is_json, enum plx_log_level level, const char *event, const char *format,
		     ...) PLX_PRINTF(4, 5);
