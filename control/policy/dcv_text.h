// SPDX-License-Identifier: BSD-3-Clause
// The small grammars that DCV parameters and hostile answers are held to: base64url, hex digests, host names, paths,
// URIs. ASCII only, no locale. Pure, any thread.

#pragma once

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DCV_DIGEST_BYTES 32 // SHA-256

// Octets at the start of `text` that are A-Z a-z 0-9 - _ (RFC 4648 section 5, without padding).
PLX_PURE size_t dcv_text_base64url_span(const char *text);
// Exactly 64 hexadecimal digits of either case.
bool dcv_text_hex_digest(const char *text, uint8_t ret_digest[static DCV_DIGEST_BYTES]);
// Labels of letters, digits and inner hyphens, 63 octets each, 253 in all, joined by single dots, no final dot
// (RFC 1123 2.1).
PLX_PURE bool dcv_text_is_host_name(const char *text, size_t length);
// A host name that no URL parser can take for an address: its last label is neither all digits nor 0x and hexadecimal
// digits ("2130706433", "0x7f.1", "1.2.3" are IPv4 to inet_aton and to browsers).
PLX_PURE bool dcv_text_is_url_host_name(const char *text, size_t length);
// Segments of RFC 3986 unreserved characters joined by "/": none empty, "." or "..", so that no server and no proxy
// can see another path than we do. No query, no escapes.
PLX_PURE bool dcv_text_is_relative_path(const char *text);
// A scheme and at least one character after it, all from RFC 3986's character set, escapes whole.
PLX_PURE bool dcv_text_is_uri(const char *text);
// ASCII case folded; octets above 126 are compared as they are.
PLX_PURE bool dcv_text_equal_folded(const char *a, size_t a_length, const char *b, size_t b_length);

// White space as Python's str.strip and RFC 8555 8.3 have it for ASCII.
static inline bool dcv_text_is_space(char character)
{
	return character == ' ' || (character >= '\t' && character <= '\r');
}

static inline bool dcv_text_is_digit(char character)
{
	return character >= '0' && character <= '9';
}

static inline bool dcv_text_is_letter(char character)
{
	return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
}
