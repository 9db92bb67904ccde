// SPDX-License-Identifier: BSD-3-Clause
// One event, one line on stderr: key=value text (journald-friendly) or a JSON object. Strings are quoted and escaped
// where they need it, so that no input can forge a line. Control thread only; workers count instead.

#pragma once

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOG_LINE_MAX 4096

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_NOTICE,
};

struct log_line {
	bool is_json;
	size_t length;
	char text[LOG_LINE_MAX];
};

// `event` is one word, e.g. "started". Keys are ours and are not escaped.
void log_begin(struct log_line *line, bool is_json, enum log_level level, const char *event);
void log_text(struct log_line *line, const char *key, const char *value);
void log_number(struct log_line *line, const char *key, int64_t value);
// Writes the line. What does not fit is cut.
void log_end(struct log_line *line);

// The whole of a simple event in one call.
void log_message(bool is_json, enum log_level level, const char *event, const char *format, ...)
	PLX_PRINTF(4, 5);
