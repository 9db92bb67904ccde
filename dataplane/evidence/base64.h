// SPDX-License-Identifier: BSD-3-Clause
// Octets of messages as base64 (RFC 4648 section 4), with one text for each: what would be read but not be written that
// way is refused.

#pragma once

#include <parallax/base/attributes.h>

#include <stddef.h>
#include <stdint.h>

#define BASE64_TEXT_MAX(length) (((length) + 2) / 3 * 4 + 1) // NUL included

// Into room for BASE64_TEXT_MAX(length); returns the text's length.
size_t base64_write(const uint8_t *octets, size_t length, char *text);
// -EINVAL: no base64, or more than `room` octets.
PLX_MUST_CHECK int base64_read(const char *text, size_t text_length, size_t room,
			       uint8_t *ret_octets, size_t *ret_length);
