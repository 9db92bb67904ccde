// SPDX-License-Identifier: BSD-3-Clause
// Domain names (RFC 1035 3.1): uncompressed wire form with its length, terminating zero octet included.
// Never holds a compression pointer. The root is one zero octet.

#pragma once

#include <parallax/base/attributes.h>

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define PLX_NAME_MAX 255 // octets on the wire, RFC 1035 2.3.4
#define PLX_LABEL_MAX 63 // octets of one label
#define PLX_NAME_LABELS_MAX 127
#define PLX_NAME_TEXT_MAX 1025 // every octet as \DDD, dots, NUL

struct plx_name {
	uint8_t length; // 1..255; 0 means no name
	uint8_t wire[PLX_NAME_MAX];
};
static_assert(sizeof(struct plx_name) == 256, "names in tables start on cache lines");

// Presentation form (RFC 1035 5.1, \X and \DDD escapes) to wire; a final dot is optional; "." is the root.
// Case is kept. Refuses unescaped blanks and control characters and any octet above 126.
// Errors: PLX_ERR_NAME_*; ret_name is untouched then.
PLX_MUST_CHECK int plx_name_parse(const char *text, size_t text_length, struct plx_name *ret_name);

// Wire to presentation form without the final dot (the root is "."), escaped so that plx_name_parse gives the
// same name back; returns the text's length.
size_t plx_name_format(const struct plx_name *name, char text[static PLX_NAME_TEXT_MAX]);

// Copies the name alone, in whole blocks from its first octet on: a copy of a known small size is a few instructions,
// while one of the whole struct touches four cache lines and one of exactly `length` octets is a call.
#define PLX_NAME_BLOCK 32
#define PLX_NAME_LAST_BLOCK (PLX_NAME_MAX / PLX_NAME_BLOCK * PLX_NAME_BLOCK) // of one octet less
static inline void plx_name_copy(struct plx_name *ret_name, const struct plx_name *name)
{
	size_t length = name->length;
	ret_name->length = name->length;
	for (size_t at = 0; at < length && at < PLX_NAME_LAST_BLOCK; at += PLX_NAME_BLOCK) {
		memcpy(ret_name->wire + at, name->wire + at, PLX_NAME_BLOCK);
	}
	if (length > PLX_NAME_LAST_BLOCK) {
		memcpy(ret_name->wire + PLX_NAME_LAST_BLOCK, name->wire + PLX_NAME_LAST_BLOCK,
		       PLX_NAME_MAX - PLX_NAME_LAST_BLOCK);
	}
}

// Case-insensitive by RFC 4343 (ASCII letters only).
PLX_PURE bool plx_name_equal(const struct plx_name *a, const struct plx_name *b);
PLX_PURE bool plx_name_is_below(const struct plx_name *name,
				const struct plx_name *ancestor); // or equal
void plx_name_lower(struct plx_name *name);
// Labels without the root: "www.example.test" has 3.
PLX_PURE unsigned plx_name_label_count(const struct plx_name *name);
// The name without its leftmost label; the parent of the root is the root.
void plx_name_parent(const struct plx_name *name, struct plx_name *ret_parent);
// "*.example.test" becomes "example.test", any other name stays as it is, "*" alone too: a Wildcard Domain Name without
// its leading "*.", which is what the CAA search begins at (RFC 8659 section 3).
void plx_name_strip_wildcard(struct plx_name *name);
// True when `wire[0..length)` is a well-formed uncompressed name that fills `length` exactly: for bytes that
// another process wrote.
PLX_PURE bool plx_name_is_valid_wire(const uint8_t *wire, size_t length);

// Folds A-Z to a-z without a table look-up or locale.
static inline uint8_t plx_ascii_lower(uint8_t octet)
{
	return (uint8_t)(octet - 'A') < 26 ? octet | 0x20 : octet;
}

#define PLX_EACH_OCTET(value) (0x0101010101010101ULL * (value))

// Of eight octets at once, bit 7 where one is A-Z.
static inline uint64_t plx_ascii_upper_word(uint64_t word)
{
	uint64_t low_bits = word & PLX_EACH_OCTET(0x7f);
	uint64_t from_a = low_bits + PLX_EACH_OCTET(0x80 - 'A');
	uint64_t past_z = low_bits + PLX_EACH_OCTET(0x7f - 'Z');
	return (from_a ^ past_z) & ~word & PLX_EACH_OCTET(0x80);
}

// plx_ascii_lower of eight octets at once.
static inline uint64_t plx_ascii_lower_word(uint64_t word)
{
	return word | plx_ascii_upper_word(word) >> 2;
}

// plx_ascii_lower of any number of octets.
static inline void plx_ascii_lower_octets(uint8_t *octets, size_t length)
{
	uint64_t word;
	if (length < sizeof(word)) {
		for (size_t i = 0; i < length; i++) {
			octets[i] = plx_ascii_lower(octets[i]);
		}
		return;
	}
	// The last eight may overlap those before, and are read first: reading what was just written in parts stalls.
	uint64_t last;
	memcpy(&last, octets + length - sizeof(last), sizeof(last));
	for (size_t at = 0; at + sizeof(word) < length; at += sizeof(word)) {
		memcpy(&word, octets + at, sizeof(word));
		word = plx_ascii_lower_word(word);
		memcpy(octets + at, &word, sizeof(word));
	}
	last = plx_ascii_lower_word(last);
	memcpy(octets + length - sizeof(last), &last, sizeof(last));
}
