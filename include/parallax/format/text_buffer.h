// SPDX-License-Identifier: BSD-3-Clause
// Text under construction: into memory of the caller (fixed) or into memory that grows. An append that finds no
// room sets the sticky `failed` and adds nothing; plx_text_rewind gives the buffer back as it was.

#pragma once

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct plx_text {
	char *bytes;
	size_t length;
	size_t capacity;
	bool grows;
	bool failed;
};

// The text goes to `bytes`; nothing is ever allocated.
static inline struct plx_text plx_text_fixed(char *bytes, size_t capacity)
{
	return (struct plx_text) {.bytes = bytes, .capacity = capacity};
}

// The text goes to the heap: plx_text_free.
static inline struct plx_text plx_text_growing(void)
{
	return (struct plx_text) {.grows = true};
}

void plx_text_free(struct plx_text *text);
// Makes room for `count` more characters. NULL and `failed` when there is none.
char *plx_text_grow(struct plx_text *text, size_t count);

// Room for `count` characters after the text, not counted as written yet; NULL: there is none.
static inline char *plx_text_room(struct plx_text *text, size_t count)
{
	if (__builtin_expect(text->failed || count > text->capacity - text->length, 0)) {
		return plx_text_grow(text, count);
	}
	return text->bytes + text->length;
}

static inline void plx_text_append(struct plx_text *text, const void *characters, size_t count)
{
	if (count == 0) {
		return; // an empty buffer has no memory to point into
	}
	char *room = plx_text_room(text, count);
	if (room != NULL) {
		memcpy(room, characters, count);
		text->length += count;
	}
}

#define plx_text_literal(text, literal) plx_text_append((text), (literal), sizeof(literal) - 1)

static inline void plx_text_character(struct plx_text *text, char character)
{
	plx_text_append(text, &character, 1);
}

static inline void plx_text_string(struct plx_text *text, const char *string)
{
	plx_text_append(text, string, strlen(string));
}

void plx_text_unsigned(struct plx_text *text, uint64_t value);

// Drops what was appended after `length` and clears the error.
static inline void plx_text_rewind(struct plx_text *text, size_t length)
{
	text->length = length;
	text->failed = false;
}
