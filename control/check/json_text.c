// SPDX-License-Identifier: BSD-3-Clause
// What is a character is jansson's to say: it is jansson that takes the text next.

#include "check/json_text.h"

#include <jansson.h>

#include <stdbool.h>
#include <string.h>

static bool is_utf8(const char *text, size_t length)
{
	json_t *value = json_stringn(text, length);
	json_decref(value);
	return value != NULL;
}

// Octets of the character that begins here; 0: none does.
static size_t character_length(const char *text)
{
	unsigned char first = (unsigned char)text[0];
	size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
	return strnlen(text, length) == length && is_utf8(text, length) ? length : 0;
}

void json_text_repair(char *text)
{
	if (is_utf8(text, strlen(text))) {
		return;
	}
	while (*text != '\0') {
		size_t length = character_length(text);
		if (length == 0) {
			*text = '?';
			length = 1;
		}
		text += length;
	}
}
