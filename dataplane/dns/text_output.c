// SPDX-License-Identifier: BSD-3-Clause

#include "dns/text_output.h"

#include <stdio.h>

void text_put_char(struct text_output *out, char c)
{
	if (out->length < out->size) {
		out->text[out->length] = c;
	}
	out->length++;
}

void text_put(struct text_output *out, const char *string)
{
	for (; *string != '\0'; string++) {
		text_put_char(out, *string);
	}
}

void text_put_number(struct text_output *out, uint32_t number)
{
	char digits[11];
	snprintf(digits, sizeof(digits), "%u", number);
	text_put(out, digits);
}

void text_put_hex(struct text_output *out, const uint8_t *bytes, size_t length)
{
	static const char digits[] = "0123456789ABCDEF";
	for (size_t i = 0; i < length; i++) {
		text_put_char(out, digits[bytes[i] >> 4]);
		text_put_char(out, digits[bytes[i] & 0xf]);
	}
}

// Digits of `bits_each` bits, most significant first; the last one filled up with zero bits. Returns how many.
static size_t put_digits(struct text_output *out, const uint8_t *bytes, size_t length,
			 unsigned bits_each, const char *alphabet)
{
	uint32_t pending = 0;
	unsigned pending_bits = 0;
	size_t count = 0;
	for (size_t i = 0; i < length; i++) {
		pending = (pending << 8 | bytes[i]) & 0xffff;
		for (pending_bits += 8; pending_bits >= bits_each; count++) {
			pending_bits -= bits_each;
			text_put_char(
				out, alphabet[(pending >> pending_bits) & ((1u << bits_each) - 1)]);
		}
	}
	if (pending_bits > 0) {
		pending <<= bits_each - pending_bits;
		text_put_char(out, alphabet[pending & ((1u << bits_each) - 1)]);
		count++;
	}
	return count;
}

void text_put_base64(struct text_output *out, const uint8_t *bytes, size_t length)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	for (size_t count = put_digits(out, bytes, length, 6, alphabet); count % 4 != 0; count++) {
		text_put_char(out, '=');
	}
}

void text_put_base32hex(struct text_output *out, const uint8_t *bytes, size_t length)
{
	(void)put_digits(out, bytes, length, 5, "0123456789abcdefghijklmnopqrstuv");
}

void text_put_name(struct text_output *out, const struct plx_name *name)
{
	char text[PLX_NAME_TEXT_MAX];
	plx_name_format(name, text);
	text_put(out, text);
	if (name->length > 1) {
		text_put_char(out, '.');
	}
}

void text_put_escaped(struct text_output *out, const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		uint8_t c = bytes[i];
		if (c < ' ' || c > '~') {
			const char escape[] = {'\\', (char)('0' + c / 100),
					       (char)('0' + c / 10 % 10), (char)('0' + c % 10),
					       '\0'};
			text_put(out, escape);
			continue;
		}
		if (c == '"' || c == '\\') {
			text_put_char(out, '\\');
		}
		text_put_char(out, (char)c);
	}
}

void text_put_quoted(struct text_output *out, const uint8_t *bytes, size_t length)
{
	text_put_char(out, '"');
	text_put_escaped(out, bytes, length);
	text_put_char(out, '"');
}

size_t text_end(struct text_output *out)
{
	if (out->size > 0) {
		out->text[out->length < out->size ? out->length : out->size - 1] = '\0';
	}
	return out->length;
}
