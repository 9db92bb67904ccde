// SPDX-License-Identifier: BSD-3-Clause
// Writes JSON in one walk.

#include "check/json_writer.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BYTES 2048 // a record of the audit log, mostly
// Members are few and mostly in order already. Past it sorting is not left to the simple way.
#define SIMPLE_SORT_MAX 32
#define REAL_BYTES_MAX 64
#define MEMBERS_FIRST 64

struct member {
	const char *name;
	size_t length;
	const json_t *value;
};

struct writer {
	struct plx_text text;
	// A stack: the members of each object that is open, in the order of their writing.
	struct member *members; // `own` while that is enough
	size_t member_count;
	size_t member_capacity;
	struct member own[MEMBERS_FIRST];
	size_t flags;
	unsigned depth;
	bool failed;
};

static void write_value(struct writer *writer, const json_t *value);

static int compare_members(const void *left, const void *right)
{
	const struct member *a = left;
	const struct member *b = right;
	size_t common = a->length < b->length ? a->length : b->length;
	int order = memcmp(a->name, b->name, common);
	return order != 0 ? order : (a->length > b->length) - (a->length < b->length);
}

static void sort_members(struct member *members, size_t count)
{
	if (count > SIMPLE_SORT_MAX) {
		qsort(members, count, sizeof(members[0]), compare_members);
		return;
	}
	for (size_t i = 1; i < count; i++) {
		struct member moved = members[i];
		size_t place = i;
		for (; place > 0 && compare_members(&members[place - 1], &moved) > 0; place--) {
			members[place] = members[place - 1];
		}
		members[place] = moved;
	}
}

// Octets of a character by its first one. jansson lets nothing into a string but UTF-8.
static unsigned character_length(unsigned char first)
{
	return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

static void write_unit(struct plx_text *text, uint32_t unit)
{
	static const char digits[] = "0123456789ABCDEF";
	const char escape[] = {'\\',
			       'u',
			       digits[unit >> 12 & 15],
			       digits[unit >> 8 & 15],
			       digits[unit >> 4 & 15],
			       digits[unit & 15]};
	plx_text_append(text, escape, sizeof(escape));
}

// RFC 8259 section 7: beyond the first 65,536 characters as a pair of surrogates.
static void write_code(struct plx_text *text, uint32_t code)
{
	if (code < 0x10000) {
		write_unit(text, code);
		return;
	}
	code -= 0x10000;
	write_unit(text, 0xd800 | code >> 10);
	write_unit(text, 0xdc00 | (code & 0x3ff));
}

// The character at `at` that does not stand for itself; how many octets it has.
static size_t write_escape(struct plx_text *text, const char *at, size_t left)
{
	static const char short_forms[] = "\"\"\\\\\bb\ff\nn\rr\tt";
	unsigned char first = (unsigned char)*at;
	for (const char *form = short_forms; *form != '\0'; form += 2) {
		if (*at == form[0]) {
			plx_text_character(text, '\\');
			plx_text_character(text, form[1]);
			return 1;
		}
	}
	if (first < 0x80) {
		write_unit(text, first);
		return 1;
	}
	size_t length = character_length(first);
	if (length > left) {
		text->failed = true;
		return left;
	}
	uint32_t code = first & (0x7fU >> length);
	for (size_t i = 1; i < length; i++) {
		code = code << 6 | ((unsigned char)at[i] & 0x3fU);
	}
	write_code(text, code);
	return length;
}

static void write_string(struct writer *writer, const char *string, size_t length)
{
	const unsigned char last_plain = writer->flags & JSON_ENSURE_ASCII ? 0x7f : 0xff;
	struct plx_text *text = &writer->text;
	const char *end = string + length;
	plx_text_character(text, '"');
	while (string < end) {
		const char *at = string;
		while (at < end && (unsigned char)*at >= ' ' && (unsigned char)*at <= last_plain &&
		       *at != '"' && *at != '\\') {
			at++;
		}
		plx_text_append(text, string, (size_t)(at - string));
		string = at < end ? at + write_escape(text, at, (size_t)(end - at)) : end;
	}
	plx_text_character(text, '"');
}

static bool reserve_members(struct writer *writer, size_t count)
{
	size_t needed = writer->member_count + count;
	if (needed > writer->member_capacity) {
		size_t capacity = 2 * needed;
		bool was_own = writer->members == writer->own;
		struct member *members = reallocarray(was_own ? NULL : writer->members, capacity,
						      sizeof(members[0]));
		if (members == NULL) {
			return false;
		}
		if (was_own) {
			memcpy(members, writer->own, writer->member_count * sizeof(members[0]));
		}
		writer->members = members;
		writer->member_capacity = capacity;
	}
	writer->member_count = needed;
	return true;
}

static void write_object(struct writer *writer, const json_t *object)
{
	size_t first = writer->member_count;
	size_t count = json_object_size(object);
	if (count == 0) {
		plx_text_literal(&writer->text, "{}");
		return;
	}
	if (!reserve_members(writer, count)) {
		writer->failed = true;
		return;
	}
	struct member *members = &writer->members[first];
	// jansson's iterators take what they do not change as what they might.
	json_t *source = (json_t *)(uintptr_t)object;
	void *iterator = json_object_iter(source);
	for (size_t i = 0; i < count; i++) {
		members[i] = (struct member) {json_object_iter_key(iterator),
					      json_object_iter_key_len(iterator),
					      json_object_iter_value(iterator)};
		iterator = json_object_iter_next(source, iterator);
	}
	if (writer->flags & JSON_SORT_KEYS) {
		sort_members(members, count);
	}
	plx_text_character(&writer->text, '{');
	for (size_t i = 0; i < count && !writer->failed; i++) {
		// The stack moves when what is within this object makes it grow.
		struct member member = writer->members[first + i];
		if (i > 0) {
			plx_text_character(&writer->text, ',');
		}
		write_string(writer, member.name, member.length);
		plx_text_character(&writer->text, ':');
		write_value(writer, member.value);
	}
	plx_text_character(&writer->text, '}');
	writer->member_count = first;
}

static void write_array(struct writer *writer, const json_t *array)
{
	size_t count = json_array_size(array);
	plx_text_character(&writer->text, '[');
	for (size_t i = 0; i < count && !writer->failed; i++) {
		if (i > 0) {
			plx_text_character(&writer->text, ',');
		}
		write_value(writer, json_array_get(array, i));
	}
	plx_text_character(&writer->text, ']');
}

static void write_integer(struct plx_text *text, json_int_t value)
{
	if (value < 0) {
		plx_text_character(text, '-');
		plx_text_unsigned(text, -(uint64_t)value);
	} else {
		plx_text_unsigned(text, (uint64_t)value);
	}
}

// How many digits a fraction takes is jansson's to say. None of our documents has one.
static void write_real(struct writer *writer, const json_t *value)
{
	char real[REAL_BYTES_MAX];
	size_t length = json_dumpb(value, real, sizeof(real), JSON_ENCODE_ANY);
	if (length == 0 || length > sizeof(real)) {
		writer->failed = true;
		return;
	}
	plx_text_append(&writer->text, real, length);
}

static void write_container(struct writer *writer, const json_t *value)
{
	if (writer->depth == JSON_WRITER_DEPTH_MAX) {
		writer->failed = true;
		return;
	}
	writer->depth++;
	if (json_is_object(value)) {
		write_object(writer, value);
	} else {
		write_array(writer, value);
	}
	writer->depth--;
}

static void write_value(struct writer *writer, const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
	case JSON_ARRAY:
		write_container(writer, value);
		return;
	case JSON_STRING:
		write_string(writer, json_string_value(value), json_string_length(value));
		return;
	case JSON_INTEGER:
		write_integer(&writer->text, json_integer_value(value));
		return;
	case JSON_REAL:
		write_real(writer, value);
		return;
	case JSON_TRUE:
		plx_text_literal(&writer->text, "true");
		return;
	case JSON_FALSE:
		plx_text_literal(&writer->text, "false");
		return;
	case JSON_NULL:
		plx_text_literal(&writer->text, "null");
		return;
	}
	writer->failed = true;
}

void json_text_append(struct plx_text *text, const json_t *value, size_t flags)
{
	struct writer writer; // without `own`, which needs no beginning
	writer.text = *text;
	writer.members = writer.own;
	writer.member_count = 0;
	writer.member_capacity = MEMBERS_FIRST;
	writer.flags = flags;
	writer.depth = 0;
	writer.failed = false;
	if (json_is_object(value) || json_is_array(value)) {
		write_value(&writer, value);
	} else {
		writer.failed = true;
	}
	if (writer.members != writer.own) {
		free(writer.members);
	}
	*text = writer.text;
	text->failed |= writer.failed;
}

char *json_text_write(const json_t *value, size_t flags, size_t *ret_length)
{
	struct plx_text text = plx_text_growing();
	(void)plx_text_room(&text, FIRST_BYTES);
	json_text_append(&text, value, flags);
	plx_text_character(&text, '\0');
	if (text.failed) {
		plx_text_free(&text);
		return NULL;
	}
	if (ret_length != NULL) {
		*ret_length = text.length - 1;
	}
	return text.bytes;
}
