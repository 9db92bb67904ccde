// SPDX-License-Identifier: BSD-3-Clause
// JSON string escaping and names. Nearly every name is letters, digits, hyphens and underscores: those labels are
// copied as they are, anything else goes through plx_name_format.

#include "format/json_text.h"

enum octet_class {
	OCTET_ESCAPED = 0, // as \u00XX
	OCTET_PLAIN = 1,
	OCTET_HOST = 2,      // plain, and needs no escape in a name
	OCTET_BACKSLASH = 3, // `"` and `\`
};

static const uint8_t octet_classes[256] =
	{
		[' ' ... '!'] = OCTET_PLAIN, ['"'] = OCTET_BACKSLASH,
		['#' ... ','] = OCTET_PLAIN, ['-'] = OCTET_HOST,
		['.' ... '/'] = OCTET_PLAIN, ['0' ... '9'] = OCTET_HOST,
		[':' ... '@'] = OCTET_PLAIN, ['A' ... 'Z'] = OCTET_HOST,
		['['] = OCTET_PLAIN,         ['\\'] = OCTET_BACKSLASH,
		[']' ... '^'] = OCTET_PLAIN, ['_'] = OCTET_HOST,
		['`'] = OCTET_PLAIN,         ['a' ... 'z'] = OCTET_HOST,
		['{' ... '~'] = OCTET_PLAIN,
};

static void append_escaped(struct plx_text *text, uint8_t octet)
{
	static const char hexadecimal[] = "0123456789abcdef";
	if (octet_classes[octet] == OCTET_BACKSLASH) {
		const char pair[2] = {'\\', (char)octet};
		plx_text_append(text, pair, sizeof(pair));
		return;
	}
	const char escape[6] = {
		'\\', 'u', '0', '0', hexadecimal[octet >> 4], hexadecimal[octet & 15]};
	plx_text_append(text, escape, sizeof(escape));
}

void json_append_octets(struct plx_text *text, const void *octets, size_t length)
{
	const uint8_t *bytes = octets;
	size_t start = 0;
	for (size_t i = 0; i < length; i++) {
		uint8_t class = octet_classes[bytes[i]];
		if (class == OCTET_PLAIN || class == OCTET_HOST) {
			continue;
		}
		plx_text_append(text, bytes + start, i - start);
		append_escaped(text, bytes[i]);
		start = i + 1;
	}
	plx_text_append(text, bytes + start, length - start);
}

// Copies the name with dots after its labels, the last included. False (and nothing written) when a label holds
// an octet that needs an escape, or the name is the root.
static bool append_host_name(struct plx_text *text, const struct plx_name *name)
{
	char *out = plx_text_room(text, name->length);
	if (out == NULL || name->length <= 1) {
		return false;
	}
	const uint8_t *label = name->wire;
	const uint8_t *end = name->wire + name->length - 1;
	char *start = out;
	while (label < end) {
		unsigned length = *label++;
		for (unsigned i = 0; i < length; i++) {
			if (octet_classes[label[i]] != OCTET_HOST) {
				return false;
			}
			*out++ = (char)label[i];
		}
		*out++ = '.';
		label += length;
	}
	text->length += (size_t)(out - start);
	return true;
}

void json_append_name(struct plx_text *text, const struct plx_name *name)
{
	if (append_host_name(text, name)) {
		text->length--; // the final dot
		return;
	}
	char presentation[PLX_NAME_TEXT_MAX];
	json_append_octets(text, presentation, plx_name_format(name, presentation));
}

void text_append_absolute_name(struct plx_text *text, const struct plx_name *name)
{
	if (append_host_name(text, name)) {
		return;
	}
	char presentation[PLX_NAME_TEXT_MAX];
	plx_text_append(text, presentation, plx_name_format(name, presentation));
	if (name->length > 1) {
		plx_text_character(text, '.');
	}
}
