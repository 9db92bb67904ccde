// SPDX-License-Identifier: BSD-3-Clause
// Domain names as text and as uncompressed wire octets. Length octets are at most 63, below 'A', so that case can
// be folded over a whole wire name without looking at its labels.

#include <parallax/base/error.h>
#include <parallax/dns/name.h>

#include <string.h>

static inline uint64_t read_folded(const uint8_t *bytes)
{
	uint64_t word;
	memcpy(&word, bytes, sizeof(word));
	return plx_ascii_lower_word(word);
}

static bool wire_equal(const uint8_t *a, const uint8_t *b, size_t length)
{
	size_t i = 0;
	for (; i + sizeof(uint64_t) <= length; i += sizeof(uint64_t)) {
		if (read_folded(a + i) != read_folded(b + i)) {
			return false;
		}
	}
	for (; i < length; i++) {
		if (plx_ascii_lower(a[i]) != plx_ascii_lower(b[i])) {
			return false;
		}
	}
	return true;
}

bool plx_name_equal(const struct plx_name *a, const struct plx_name *b)
{
	return a->length == b->length && wire_equal(a->wire, b->wire, a->length);
}

bool plx_name_is_below(const struct plx_name *name, const struct plx_name *ancestor)
{
	size_t offset = 0;
	if (ancestor->length == 0) {
		return false;
	}
	while (offset < name->length && name->length - offset > ancestor->length) {
		offset += 1u + name->wire[offset];
	}
	return offset + ancestor->length == name->length &&
	       wire_equal(name->wire + offset, ancestor->wire, ancestor->length);
}

void plx_name_lower(struct plx_name *name)
{
	plx_ascii_lower_octets(name->wire, name->length);
}

unsigned plx_name_label_count(const struct plx_name *name)
{
	unsigned count = 0;
	for (size_t i = 0; i < name->length && name->wire[i] != 0; i += 1u + name->wire[i]) {
		count++;
	}
	return count;
}

void plx_name_parent(const struct plx_name *name, struct plx_name *ret_parent)
{
	size_t skip = name->length > 1 ? 1u + name->wire[0] : 0;
	// The caller may pass the same name twice.
	ret_parent->length = (uint8_t)(name->length - skip);
	memmove(ret_parent->wire, name->wire + skip, ret_parent->length);
}

void plx_name_strip_wildcard(struct plx_name *name)
{
	if (name->length > 3 && name->wire[0] == 1 && name->wire[1] == '*') {
		plx_name_parent(name, name);
	}
}

bool plx_name_is_valid_wire(const uint8_t *wire, size_t length)
{
	if (length == 0 || length > PLX_NAME_MAX) {
		return false;
	}
	size_t offset = 0;
	while (offset < length && wire[offset] != 0) {
		if (wire[offset] > PLX_LABEL_MAX) {
			return false;
		}
		offset += 1u + wire[offset];
	}
	return offset + 1 == length;
}

// One octet of a label from text, escapes resolved. Returns 1, or PLX_ERR_NAME_*.
static int octet_parse(const char *text, size_t text_length, size_t *position, uint8_t *ret_octet)
{
	uint8_t c = (uint8_t)text[*position];
	bool escaped = c == '\\';
	*position += 1;
	if (escaped) {
		if (*position == text_length) {
			return PLX_ERR_NAME_ESCAPE;
		}
		c = (uint8_t)text[*position];
		*position += 1;
	}
	if (c > 127) {
		return PLX_ERR_NAME_NOT_ASCII;
	}
	if (c < ' ' || c == 127 || (c == ' ' && !escaped)) {
		return PLX_ERR_NAME_CHARACTER;
	}
	if (!escaped || c < '0' || c > '9') {
		*ret_octet = c;
		return 1;
	}
	unsigned value = c - '0';
	for (unsigned i = 0; i < 2; i++, *position += 1) {
		if (*position == text_length || text[*position] < '0' || text[*position] > '9') {
			return PLX_ERR_NAME_ESCAPE;
		}
		value = value * 10 + (unsigned)(text[*position] - '0');
	}
	*ret_octet = (uint8_t)value;
	return value > UINT8_MAX ? PLX_ERR_NAME_ESCAPE : 1;
}

// The label that begins at `position`, up to a dot (consumed) or the end.
static int label_parse(const char *text, size_t text_length, size_t *position,
		       uint8_t ret_label[static PLX_LABEL_MAX], uint8_t *ret_length)
{
	uint8_t length = 0;
	while (*position < text_length && text[*position] != '.') {
		uint8_t octet;
		int error = octet_parse(text, text_length, position, &octet);
		if (error < 0) {
			return error;
		}
		if (length == PLX_LABEL_MAX) {
			return PLX_ERR_NAME_LABEL_TOO_LONG;
		}
		ret_label[length++] = octet;
	}
	if (*position < text_length) {
		*position += 1;
	}
	*ret_length = length;
	return length == 0 ? PLX_ERR_NAME_EMPTY_LABEL : 0;
}

int plx_name_parse(const char *text, size_t text_length, struct plx_name *ret_name)
{
	struct plx_name name = {.length = 0};
	size_t position = 0;
	if (text_length == 0) {
		return PLX_ERR_NAME_EMPTY;
	}
	if (text_length == 1 && text[0] == '.') {
		*ret_name = (struct plx_name) {.length = 1};
		return 0;
	}
	while (position < text_length) {
		uint8_t label[PLX_LABEL_MAX];
		uint8_t label_length;
		int error = label_parse(text, text_length, &position, label, &label_length);
		if (error < 0) {
			return error;
		}
		// Room is needed for this label, its length and the root.
		if (name.length + 1u + label_length + 1u > PLX_NAME_MAX) {
			return PLX_ERR_NAME_TOO_LONG;
		}
		name.wire[name.length] = label_length;
		memcpy(name.wire + name.length + 1, label, label_length);
		name.length = (uint8_t)(name.length + 1 + label_length);
	}
	name.wire[name.length++] = 0;
	*ret_name = name;
	return 0;
}

static bool is_plain(uint8_t c)
{
	uint8_t lower = plx_ascii_lower(c);
	return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
	       c == '*' || c == '/';
}

// As kdig writes it. '#' becomes \035, since `\#` begins generic RDATA (RFC 3597 5).
static size_t octet_format(uint8_t c, char *text)
{
	if (is_plain(c)) {
		text[0] = (char)c;
		return 1;
	}
	text[0] = '\\';
	if (c > ' ' && c < 127 && c != '#') {
		text[1] = (char)c;
		return 2;
	}
	text[1] = (char)('0' + c / 100);
	text[2] = (char)('0' + c / 10 % 10);
	text[3] = (char)('0' + c % 10);
	return 4;
}

size_t plx_name_format(const struct plx_name *name, char text[static PLX_NAME_TEXT_MAX])
{
	size_t length = 0;
	size_t offset = 0;
	if (name->length == 1) {
		text[length++] = '.';
	}
	while (offset < name->length && name->wire[offset] != 0) {
		size_t end = offset + 1 + name->wire[offset];
		if (offset > 0) {
			text[length++] = '.';
		}
		for (offset++; offset < end; offset++) {
			length += octet_format(name->wire[offset], text + length);
		}
	}
	text[length] = '\0';
	return length;
}
