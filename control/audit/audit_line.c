// SPDX-License-Identifier: BSD-3-Clause
// Parsing and formatting of exported lines.

#include "audit/audit_line.h"

#include <parallax/base/error.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Once something did not fit, nothing does: looked at once, at the end.
struct cursor {
	const char *position;
	const char *end;
	bool is_wrong;
};

static void expect(struct cursor *cursor, const char *text)
{
	size_t length = strlen(text);
	if (cursor->is_wrong || (size_t)(cursor->end - cursor->position) < length ||
	    memcmp(cursor->position, text, length) != 0) {
		cursor->is_wrong = true;
		return;
	}
	cursor->position += length;
}

static bool is_next(const struct cursor *cursor, const char *text)
{
	struct cursor copy = *cursor;
	expect(&copy, text);
	return !copy.is_wrong;
}

// A number as printf writes it: no sign but "-", no leading zeros, within int64_t.
static int64_t read_number(struct cursor *cursor)
{
	const char *begin = cursor->position;
	bool is_negative = !cursor->is_wrong && is_next(cursor, "-");
	if (is_negative) {
		expect(cursor, "-");
	}
	const char *digits = cursor->position;
	int64_t value = 0;
	while (!cursor->is_wrong && cursor->position < cursor->end && *cursor->position >= '0' &&
	       *cursor->position <= '9') {
		int digit = *cursor->position++ - '0';
		// Accumulated below zero, where int64_t reaches further.
		cursor->is_wrong = __builtin_mul_overflow(value, 10, &value) ||
				   __builtin_sub_overflow(value, digit, &value);
	}
	size_t count = (size_t)(cursor->position - digits);
	if (count == 0 || (digits[0] == '0' && (count > 1 || digits != begin)) ||
	    (!is_negative && value == INT64_MIN)) {
		cursor->is_wrong = true;
	}
	return cursor->is_wrong ? 0 : is_negative ? value : -value;
}

static uint64_t read_count(struct cursor *cursor)
{
	int64_t value = read_number(cursor);
	if (value < 0) {
		cursor->is_wrong = true;
		return 0;
	}
	return (uint64_t)value;
}

static void read_hash(struct cursor *cursor, uint8_t hash[static AUDIT_HASH_BYTES])
{
	size_t length = 2 * AUDIT_HASH_BYTES;
	if (cursor->is_wrong || (size_t)(cursor->end - cursor->position) < length ||
	    !audit_hash_parse(cursor->position, length, hash)) {
		cursor->is_wrong = true;
		return;
	}
	cursor->position += length;
}

static void read_kind(struct cursor *cursor, struct audit_entry *entry)
{
	entry->kind = cursor->position;
	while (!cursor->is_wrong && cursor->position < cursor->end &&
	       ((*cursor->position >= 'a' && *cursor->position <= 'z') ||
		*cursor->position == '-')) {
		cursor->position++;
	}
	entry->kind_length = (size_t)(cursor->position - entry->kind);
	if (entry->kind_length == 0 || entry->kind_length > AUDIT_LINE_KIND_MAX) {
		cursor->is_wrong = true;
	}
}

// All up to the line's last brace: a JSON object in ASCII, without the control characters below the blank.
static void read_body(struct cursor *cursor, struct audit_entry *entry)
{
	if (cursor->is_wrong || cursor->end - cursor->position < 1) {
		cursor->is_wrong = true;
		return;
	}
	entry->body = cursor->position;
	entry->body_length = (size_t)(cursor->end - cursor->position) - 1;
	for (size_t i = 0; i < entry->body_length; i++) {
		unsigned char octet = (unsigned char)entry->body[i];
		if (octet < 0x20 || octet > 0x7f) {
			cursor->is_wrong = true;
			return;
		}
	}
	json_t *body = json_loadb(entry->body, entry->body_length,
				  JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
	cursor->is_wrong = !json_is_object(body);
	json_decref(body);
	cursor->position += entry->body_length;
}

static void read_record(struct cursor *cursor, struct audit_entry *entry)
{
	expect(cursor, "{\"sequence\":");
	entry->sequence = read_count(cursor);
	expect(cursor, ",\"time_us\":");
	entry->time_us = read_number(cursor);
	expect(cursor, ",\"kind\":\"");
	read_kind(cursor, entry);
	expect(cursor, "\",\"previous_hash\":\"");
	read_hash(cursor, entry->previous_hash);
	expect(cursor, "\",\"hash\":\"");
	read_hash(cursor, entry->hash);
	expect(cursor, "\",\"body\":");
	read_body(cursor, entry);
	expect(cursor, "}");
}

static void read_end(struct cursor *cursor, struct audit_line_end *end)
{
	expect(cursor, "{\"end\":true,\"first_sequence\":");
	end->first_sequence = read_count(cursor);
	expect(cursor, ",\"last_sequence\":");
	end->last_sequence = read_count(cursor);
	expect(cursor, ",\"record_count\":");
	end->record_count = read_count(cursor);
	expect(cursor, ",\"last_hash\":\"");
	read_hash(cursor, end->last_hash);
	expect(cursor, "\"}");
}

int audit_line_parse(const char *text, size_t length, struct audit_line *ret_line)
{
	if (length > AUDIT_LINE_BYTES_MAX) {
		return PLX_ERR_AUDIT_LINE;
	}
	struct cursor cursor = {.position = text, .end = text + length};
	struct audit_line line = {0};
	if (is_next(&cursor, "{\"end\":")) {
		line.kind = AUDIT_LINE_END;
		read_end(&cursor, &line.end);
	} else {
		line.kind = AUDIT_LINE_RECORD;
		read_record(&cursor, &line.entry);
	}
	if (cursor.is_wrong || cursor.position != cursor.end) {
		return PLX_ERR_AUDIT_LINE;
	}
	*ret_line = line;
	return 0;
}

char *audit_line_format_record(const struct audit_entry *entry, size_t *ret_length)
{
	char previous_hash[AUDIT_HASH_TEXT_BYTES];
	char hash[AUDIT_HASH_TEXT_BYTES];
	char *text = NULL;
	audit_hash_format(entry->previous_hash, previous_hash);
	audit_hash_format(entry->hash, hash);
	int length = asprintf(&text,
			      "{\"sequence\":%" PRIu64 ",\"time_us\":%" PRId64
			      ",\"kind\":\"%.*s\",\"previous_hash\":\"%s\",\"hash\":\"%s\""
			      ",\"body\":%.*s}\n",
			      entry->sequence, entry->time_us, (int)entry->kind_length, entry->kind,
			      previous_hash, hash, (int)entry->body_length, entry->body);
	if (length < 0) {
		return NULL;
	}
	*ret_length = (size_t)length;
	return text;
}

char *audit_line_format_end(const struct audit_line_end *end, size_t *ret_length)
{
	char hash[AUDIT_HASH_TEXT_BYTES];
	char *text = NULL;
	audit_hash_format(end->last_hash, hash);
	int length =
		asprintf(&text,
			 "{\"end\":true,\"first_sequence\":%" PRIu64 ",\"last_sequence\":%" PRIu64
			 ",\"record_count\":%" PRIu64 ",\"last_hash\":\"%s\"}\n",
			 end->first_sequence, end->last_sequence, end->record_count, hash);
	if (length < 0) {
		return NULL;
	}
	*ret_length = (size_t)length;
	return text;
}
