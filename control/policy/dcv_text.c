// SPDX-License-Identifier: BSD-3-Clause
// Written out rather than by ctype.h: what is a letter must not depend on a locale.

#include "policy/dcv_text.h"

#include <parallax/dns/name.h>

#include <string.h>

#define HOST_NAME_MAX_OCTETS 253 // 255 on the wire

static bool is_alnum(char c)
{
	return dcv_text_is_digit(c) || dcv_text_is_letter(c);
}

size_t dcv_text_base64url_span(const char *text)
{
	size_t length = 0;
	while (is_alnum(text[length]) || text[length] == '-' || text[length] == '_') {
		length++;
	}
	return length;
}

static int hex_value(char c)
{
	if (dcv_text_is_digit(c)) {
		return c - '0';
	}
	char lower = (char)plx_ascii_lower((uint8_t)c);
	return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool dcv_text_hex_digest(const char *text, uint8_t ret_digest[static DCV_DIGEST_BYTES])
{
	uint8_t digest[DCV_DIGEST_BYTES];
	if (strnlen(text, 2 * DCV_DIGEST_BYTES + 1) != (size_t)2 * DCV_DIGEST_BYTES) {
		return false;
	}
	for (size_t i = 0; i < DCV_DIGEST_BYTES; i++) {
		int high = hex_value(text[2 * i]);
		int low = hex_value(text[2 * i + 1]);
		if (high < 0 || low < 0) {
			return false;
		}
		digest[i] = (uint8_t)(high << 4 | low);
	}
	memcpy(ret_digest, digest, sizeof(digest));
	return true;
}

static bool is_label(const char *label, size_t length)
{
	if (length == 0 || length > PLX_LABEL_MAX || label[0] == '-' || label[length - 1] == '-') {
		return false;
	}
	for (size_t i = 0; i < length; i++) {
		if (!is_alnum(label[i]) && label[i] != '-') {
			return false;
		}
	}
	return true;
}

bool dcv_text_is_host_name(const char *text, size_t length)
{
	if (length > HOST_NAME_MAX_OCTETS) {
		return false;
	}
	size_t begin = 0;
	for (size_t i = 0; i <= length; i++) {
		if (i < length && text[i] != '.') {
			continue;
		}
		if (!is_label(text + begin, i - begin)) {
			return false;
		}
		begin = i + 1;
	}
	return true;
}

static bool is_number(const char *label, size_t length)
{
	bool is_hex = length >= 2 && label[0] == '0' && (label[1] == 'x' || label[1] == 'X');
	for (size_t i = is_hex ? 2 : 0; i < length; i++) {
		if (is_hex ? hex_value(label[i]) < 0 : !dcv_text_is_digit(label[i])) {
			return false;
		}
	}
	return true;
}

bool dcv_text_is_url_host_name(const char *text, size_t length)
{
	if (!dcv_text_is_host_name(text, length)) {
		return false;
	}
	size_t begin = length;
	while (begin > 0 && text[begin - 1] != '.') {
		begin--;
	}
	return !is_number(text + begin, length - begin);
}

static bool is_unreserved(char c)
{
	return is_alnum(c) || (c != '\0' && strchr("-._~", c) != NULL);
}

bool dcv_text_is_relative_path(const char *text)
{
	size_t begin = 0;
	for (size_t i = 0;; i++) {
		if (text[i] != '/' && text[i] != '\0') {
			if (!is_unreserved(text[i])) {
				return false;
			}
			continue;
		}
		size_t length = i - begin;
		if (length == 0 || (length <= 2 && strncmp(text + begin, "..", length) == 0)) {
			return false;
		}
		if (text[i] == '\0') {
			return true;
		}
		begin = i + 1;
	}
}

static bool is_uri_character(char c)
{
	return is_unreserved(c) || (c != '\0' && strchr(":/?#[]@!$&'()*+,;=", c) != NULL);
}

bool dcv_text_is_uri(const char *text)
{
	size_t i = 0;
	while (is_alnum(text[i]) || (i > 0 && text[i] != '\0' && strchr("+-.", text[i]) != NULL)) {
		i++;
	}
	if (!dcv_text_is_letter(text[0]) || text[i] != ':' || text[i + 1] == '\0') {
		return false;
	}
	for (; text[i] != '\0'; i++) {
		if (text[i] == '%') {
			if (hex_value(text[i + 1]) < 0 || hex_value(text[i + 2]) < 0) {
				return false;
			}
		} else if (!is_uri_character(text[i])) {
			return false;
		}
	}
	return true;
}

bool dcv_text_equal_folded(const char *a, size_t a_length, const char *b, size_t b_length)
{
	if (a_length != b_length) {
		return false;
	}
	for (size_t i = 0; i < a_length; i++) {
		if (plx_ascii_lower((uint8_t)a[i]) != plx_ascii_lower((uint8_t)b[i])) {
			return false;
		}
	}
	return true;
}
