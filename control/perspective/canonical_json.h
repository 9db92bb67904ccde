// SPDX-License-Identifier: BSD-3-Clause
// Whether octets are the one spelling of a JSON object that a record can be put together to again: no blanks, members
// ascending by the octets of their names, and whatever else jansson writes with JSON_COMPACT | JSON_SORT_KEYS. Narrower
// in three respects, none of which an answer needs: no numbers but integers, names of plain ASCII, limited depth. Pure.

#pragma once

#include <stdbool.h>
#include <stddef.h>

// An answer's evidence is some ten levels deep; the limit bounds our stack.
#define CANONICAL_JSON_DEPTH_MAX 32

// Looks at spelling and order only: UTF-8 and the range of integers are left to the parser that reads the text next.
bool canonical_json_is_object(const char *text, size_t length);
