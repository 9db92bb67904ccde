// SPDX-License-Identifier: BSD-3-Clause
// Walks the text once, without allocation.

#include "perspective/canonical_json.h"

#include <string.h>

struct name {
	const char *text;
	size_t length;
};

struct scan {
	const char *at;
	const char *end;
	unsigned depth;
	// Of each level: whether it is an object, and the last name there.
	struct {
		bool is_object;
		struct name last;
	} levels[CANONICAL_JSON_DEPTH_MAX];
};

static bool take(struct scan *scan, char expected)
{
	if (scan->at == scan->end || *scan->at != expected) {
		return false;
	}
	scan->at++;
	return true;
}

static bool take_word(struct scan *scan, const char *word)
{
	size_t length = strlen(word);
	if ((size_t)(scan->end - scan->at) < length || memcmp(scan->at, word, length) != 0) {
		return false;
	}
	scan->at += length;
	return true;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool take_integer(struct scan *scan)
{
	bool is_negative = take(scan, '-');
	if (take(scan, '0')) {
		return !is_negative && (scan->at == scan->end || !is_digit(*scan->at));
	}
	const char *start = scan->at;
	while (scan->at < scan->end && is_digit(*scan->at)) {
		scan->at++;
	}
	return scan->at > start;
}

// What follows a backslash: the short forms where there are any, else \u00XX for the rest of the control characters. NUL
// is refused, as the parser does.
static bool take_escape(struct scan *scan)
{
	static const char digits[] = "0123456789ABCDEF";
	if (scan->at == scan->end) {
		return false;
	}
	if (*scan->at != 'u') {
		return memchr("\"\\bfnrt", *scan->at++, 7) != NULL;
	}
	if (!take_word(scan, "u00") || scan->end - scan->at < 2) {
		return false;
	}
	const char *low = memchr(digits, scan->at[1], 16);
	if ((scan->at[0] != '0' && scan->at[0] != '1') || low == NULL) {
		return false;
	}
	int code = 16 * (scan->at[0] - '0') + (int)(low - digits);
	scan->at += 2;
	return code != 0 && memchr("\b\f\n\r\t", code, 5) == NULL;
}

static bool take_string(struct scan *scan)
{
	if (!take(scan, '"')) {
		return false;
	}
	while (scan->at < scan->end) {
		unsigned char c = (unsigned char)*scan->at++;
		if (c == '"') {
			return true;
		}
		if (c < ' ' || (c == '\\' && !take_escape(scan))) {
			return false;
		}
	}
	return false;
}

static bool take_name(struct scan *scan, struct name *ret_name)
{
	if (!take(scan, '"')) {
		return false;
	}
	const char *start = scan->at;
	while (scan->at < scan->end && *scan->at >= ' ' && *scan->at <= '~' && *scan->at != '"' &&
	       *scan->at != '\\') {
		scan->at++;
	}
	*ret_name = (struct name) {start, (size_t)(scan->at - start)};
	return take_word(scan, "\":");
}

static bool is_ascending(const struct name *before, const struct name *name)
{
	size_t common = before->length < name->length ? before->length : name->length;
	int order = memcmp(before->text, name->text, common);
	return order < 0 || (order == 0 && before->length < name->length);
}

// The name of the innermost object's next member.
static bool take_member(struct scan *scan, bool is_first)
{
	struct name *last = &scan->levels[scan->depth - 1].last;
	struct name name;
	if (!take_name(scan, &name) || (!is_first && !is_ascending(last, &name))) {
		return false;
	}
	*last = name;
	return true;
}

static bool open_level(struct scan *scan, bool is_object)
{
	if (scan->depth == CANONICAL_JSON_DEPTH_MAX) {
		return false;
	}
	scan->levels[scan->depth++].is_object = is_object;
	return true;
}

// Up to where a value is complete: a scalar, or an empty object or array. Others are entered.
static bool take_start(struct scan *scan)
{
	while (scan->at < scan->end) {
		char c = *scan->at;
		if (c == '"') {
			return take_string(scan);
		}
		if (c != '{' && c != '[') {
			return take_word(scan, "true") || take_word(scan, "false") ||
			       take_word(scan, "null") || take_integer(scan);
		}
		bool is_object = c == '{';
		scan->at++;
		if (take(scan, is_object ? '}' : ']')) {
			return true;
		}
		if (!open_level(scan, is_object) || (is_object && !take_member(scan, true))) {
			return false;
		}
	}
	return false;
}

// Behind a complete value: closes what ends here. False on a fault; ret_is_next when another value must follow.
static bool take_end(struct scan *scan, bool *ret_is_next)
{
	*ret_is_next = false;
	while (scan->depth > 0) {
		bool is_object = scan->levels[scan->depth - 1].is_object;
		if (take(scan, ',')) {
			*ret_is_next = true;
			return !is_object || take_member(scan, false);
		}
		if (!take(scan, is_object ? '}' : ']')) {
			return false;
		}
		scan->depth--;
	}
	return true;
}

bool canonical_json_is_object(const char *text, size_t length)
{
	struct scan scan = {.at = text, .end = text + length};
	if (length == 0 || text[0] != '{') {
		return false;
	}
	bool is_next = true;
	while (is_next) {
		if (!take_start(&scan) || !take_end(&scan, &is_next)) {
			return false;
		}
	}
	return scan.at == scan.end;
}
