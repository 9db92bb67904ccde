// SPDX-License-Identifier: BSD-3-Clause

#include "report/html_text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

// First and last code points that are shown by number.
static const uint32_t unseen[][2] = {
	{0x0000, 0x001f}, {0x007f, 0x009f}, {0x00ad, 0x00ad}, {0x061c, 0x061c}, {0x115f, 0x1160},
	{0x180e, 0x180e}, {0x200b, 0x200f}, {0x2028, 0x202f}, {0x2060, 0x206f}, {0x3164, 0x3164},
	{0xfe00, 0xfe0f}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xfffd, 0xffff}, {0xe0000, 0xe0fff},
};

static bool is_unseen(uint32_t point)
{
	for (size_t i = 0; i < sizeof(unseen) / sizeof(unseen[0]); i++) {
		if (point >= unseen[i][0] && point <= unseen[i][1]) {
			return true;
		}
	}
	return false;
}

// Octets used; a faulty one is used alone and reads U+FFFD.
static size_t read_point(const char *text, uint32_t *ret_point)
{
	static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *octets = (const unsigned char *)text;
	size_t length = octets[0] < 0x80   ? 1
			: octets[0] < 0xc2 ? 0
			: octets[0] < 0xe0 ? 2
			: octets[0] < 0xf0 ? 3
			: octets[0] < 0xf5 ? 4
					   : 0;
	uint32_t point = length == 1 ? octets[0] : length > 1 ? octets[0] & (0x7fu >> length) : 0;
	*ret_point = 0xfffd;
	for (size_t i = 1; i < length; i++) {
		if ((octets[i] & 0xc0) != 0x80) { // the end of the text as well
			return 1;
		}
		point = point << 6 | (octets[i] & 0x3f);
	}
	if (length == 0 || point < smallest[length] || point > 0x10ffff ||
	    (point >= 0xd800 && point <= 0xdfff)) {
		return 1;
	}
	*ret_point = point;
	return length;
}

// NULL: it stands for itself.
static const char *markup_of(uint32_t point)
{
	switch (point) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

void html_text(FILE *out, const char *text)
{
	const char *plain = text; // from here on what needs no escape, not written yet
	while (*text != '\0') {
		uint32_t point;
		size_t length = read_point(text, &point);
		const char *markup = markup_of(point);
		if (markup != NULL || is_unseen(point)) {
			fwrite(plain, 1, (size_t)(text - plain), out);
			plain = text + length;
			if (markup != NULL) {
				fputs(markup, out);
			} else {
				fprintf(out, "<span class=\"unseen\">U+%04X</span>", point);
			}
		}
		text += length;
	}
	fwrite(plain, 1, (size_t)(text - plain), out);
}
