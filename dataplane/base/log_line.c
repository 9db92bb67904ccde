// SPDX-License-Identifier: BSD-3-Clause

#include <parallax/base/log_line.h>

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LINE_END_ROOM 4 // closing quote, brace, newline

static void put(struct plx_log_line *line, char c)
{
	if (line->length < sizeof(line->text) - LINE_END_ROOM) {
		line->text[line->length++] = c;
	}
}

static void put_plain(struct plx_log_line *line, const char *text)
{
	for (; *text != '\0'; text++) {
		put(line, *text);
	}
}

// JSON escapes serve for both formats.
static void put_quoted(struct plx_log_line *line, const char *text)
{
	put(line, '"');
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;
		if (c == '"' || c == '\\') {
			put(line, '\\');
			put(line, (char)c);
		} else if (c < 0x20 || c >= 0x7f) {
			char escape[8];
			snprintf(escape, sizeof(escape), "\\u%04x", c);
			put_plain(line, escape);
		} else {
			put(line, (char)c);
		}
	}
	put(line, '"');
}

static bool is_plain_word(const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "._-:/,+@[]";
	return *text != '\0' && text[strspn(text, plain)] == '\0';
}

static void put_key(struct plx_log_line *line, const char *key)
{
	if (line->length > 0) {
		put_plain(line, line->is_json ? "," : " ");
	}
	if (line->is_json) {
		put_plain(line, line->length == 0 ? "{" : "");
		put_quoted(line, key);
		put(line, ':');
	} else {
		put_plain(line, key);
		put(line, '=');
	}
}

void plx_log_text(struct plx_log_line *line, const char *key, const char *value)
{
	put_key(line, key);
	if (line->is_json || !is_plain_word(value)) {
		put_quoted(line, value);
	} else {
		put_plain(line, value);
	}
}

void plx_log_number(struct plx_log_line *line, const char *key, int64_t value)
{
	char digits[24];
	snprintf(digits, sizeof(digits), "%" PRId64, value);
	put_key(line, key);
	put_plain(line, digits);
}

static void put_time(struct plx_log_line *line)
{
	struct timespec now;
	struct tm utc;
	char text[40];
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	size_t length = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(text + length, sizeof(text) - length, ".%06ldZ", now.tv_nsec / 1000);
	plx_log_text(line, "time", text);
}

void plx_log_begin(struct plx_log_line *line, bool is_json, enum plx_log_level level,
		   const char *event)
{
	static const char *const level_names[] = {"error", "warning", "notice"};
	line->is_json = is_json;
	line->length = 0;
	put_time(line);
	plx_log_text(line, "level", level_names[level]);
	plx_log_text(line, "event", event);
}

void plx_log_end(struct plx_log_line *line)
{
	if (line->is_json) {
		line->text[line->length++] = '}';
	}
	line->text[line->length++] = '\n';
	// One write, so that lines of several processes do not mix. Nobody could be told of a failure.
	ssize_t written = write(STDERR_FILENO, line->text, line->length);
	(void)written;
}

void plx_log_message(bool is_json, enum plx_log_level level, const char *event, const char *format,
		     ...)
{
	char message[1024];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	struct plx_log_line line;
	plx_log_begin(&line, is_json, level, event);
	plx_log_text(&line, "message", message);
	plx_log_end(&line);
}
