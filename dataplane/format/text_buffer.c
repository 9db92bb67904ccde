// SPDX-License-Identifier: BSD-3-Clause
// The slow half of the text buffer: growth and numbers.

#include <parallax/format/text_buffer.h>

#include <stdlib.h>

void plx_text_free(struct plx_text *text)
{
	if (text->grows) {
		free(text->bytes);
	}
	*text = (struct plx_text) {.grows = text->grows};
}

char *plx_text_grow(struct plx_text *text, size_t count)
{
	if (text->failed || !text->grows || count > SIZE_MAX / 4 - text->length) {
		text->failed = true;
		return NULL;
	}
	size_t capacity = text->capacity < 256 ? 256 : text->capacity;
	while (capacity - text->length < count) {
		capacity *= 2;
	}
	char *bytes = realloc(text->bytes, capacity);
	if (bytes == NULL) {
		text->failed = true;
		return NULL;
	}
	text->bytes = bytes;
	text->capacity = capacity;
	return bytes + text->length;
}

static const char digit_pairs[201] = "00010203040506070809"
				     "10111213141516171819"
				     "20212223242526272829"
				     "30313233343536373839"
				     "40414243444546474849"
				     "50515253545556575859"
				     "60616263646566676869"
				     "70717273747576777879"
				     "80818283848586878889"
				     "90919293949596979899";

void plx_text_unsigned(struct plx_text *text, uint64_t value)
{
	if (value < 10) {
		plx_text_character(text, (char)('0' + value));
		return;
	}
	char digits[20];
	char *first = digits + sizeof(digits);
	while (value >= 100) {
		first -= 2;
		memcpy(first, &digit_pairs[value % 100 * 2], 2);
		value /= 100;
	}
	if (value >= 10) {
		first -= 2;
		memcpy(first, &digit_pairs[value * 2], 2);
	} else {
		*--first = (char)('0' + value);
	}
	plx_text_append(text, first, (size_t)(digits + sizeof(digits) - first));
}
