// SPDX-License-Identifier: BSD-3-Clause
// Octets and names as the inside of JSON strings (RFC 8259). Not for numbers or structure.

#pragma once

#include <parallax/dns/name.h>
#include <parallax/format/text_buffer.h>

// Printable ASCII as it is, `"` and `\` escaped, every other octet as \u00XX. So the octets of any value come
// back by encoding the string as Latin-1, and no octet can make the line invalid or end it.
void json_append_octets(struct plx_text *text, const void *octets, size_t length);

// The presentation form without the final dot ("." for the root), escaped for JSON.
void json_append_name(struct plx_text *text, const struct plx_name *name);

// The same outside of JSON: presentation form with the final dot.
void text_append_absolute_name(struct plx_text *text, const struct plx_name *name);
