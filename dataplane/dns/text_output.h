// SPDX-License-Identifier: BSD-3-Clause
// A text cursor that counts what it has no room for, so that callers learn the size they need (like snprintf).

#pragma once

#include <parallax/dns/name.h>

#include <stddef.h>
#include <stdint.h>

struct text_output {
	char *text;
	size_t size;
	size_t length; // of the whole text, room or not
};

void text_put_char(struct text_output *out, char c);
void text_put(struct text_output *out, const char *string);
void text_put_number(struct text_output *out, uint32_t number);
void text_put_hex(struct text_output *out, const uint8_t *bytes, size_t length);
void text_put_base64(struct text_output *out, const uint8_t *bytes, size_t length);
// RFC 4648 7 without padding, lower case, as NSEC3 writes hashes.
void text_put_base32hex(struct text_output *out, const uint8_t *bytes, size_t length);
// With the final dot.
void text_put_name(struct text_output *out, const struct plx_name *name);
// `"` and `\` escaped by `\`, what ASCII cannot print as \DDD.
void text_put_escaped(struct text_output *out, const uint8_t *bytes, size_t length);
void text_put_quoted(struct text_output *out, const uint8_t *bytes, size_t length);
// Ends the text with NUL, cut to its size. Returns the length of the whole.
size_t text_end(struct text_output *out);
