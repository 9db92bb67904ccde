// SPDX-License-Identifier: BSD-3-Clause
// What a file of evidence is called: the SHA-256 of its octets, lower-case hexadecimal.

#pragma once

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stddef.h>

#define TRACE_DIGEST_TEXT 65 // NUL included

// -ENOMEM.
PLX_MUST_CHECK int trace_digest_of(const char *text, size_t length,
				   char ret_digest[static TRACE_DIGEST_TEXT]);
bool trace_digest_is_valid(const char *text);
