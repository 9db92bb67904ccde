// SPDX-License-Identifier: BSD-3-Clause

#include "evidence/base64.h"

#include <openssl/evp.h>

#include <errno.h>
#include <stdbool.h>
#include <string.h>

size_t base64_write(const uint8_t *octets, size_t length, char *text)
{
	return (size_t)EVP_EncodeBlock((unsigned char *)text, octets, (int)length);
}

// Four characters at a time, since libcrypto also takes blanks around the text and bits beyond the last octet.
static bool group_read(const char text[static 4], bool is_last, uint8_t octets[static 3],
		       size_t *ret_count)
{
	unsigned char decoded[3];
	char again[BASE64_TEXT_MAX(3)];
	size_t count = !is_last || text[3] != '=' ? 3 : text[2] != '=' ? 2 : 1;
	if (EVP_DecodeBlock(decoded, (const unsigned char *)text, 4) != 3) {
		return false;
	}
	base64_write(decoded, count, again);
	if (memcmp(again, text, 4) != 0) {
		return false;
	}
	memcpy(octets, decoded, count);
	*ret_count = count;
	return true;
}

int base64_read(const char *text, size_t text_length, size_t room, uint8_t *ret_octets,
		size_t *ret_length)
{
	size_t length = 0;
	if (text_length % 4 != 0) {
		return -EINVAL;
	}
	for (size_t at = 0; at < text_length; at += 4) {
		uint8_t octets[3];
		size_t count;
		if (!group_read(text + at, at + 4 == text_length, octets, &count) ||
		    count > room - length) {
			return -EINVAL;
		}
		memcpy(ret_octets + length, octets, count);
		length += count;
	}
	*ret_length = length;
	return 0;
}
