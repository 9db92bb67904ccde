// SPDX-License-Identifier: BSD-3-Clause
// JSON as text, octet for octet what json_dumps makes with JSON_COMPACT, at a fifth of its cost, which is paid dozens of
// times for each identifier of an order: jansson enters each container into a hash table, by its address in print, to
// find circles, and allocates for each object that it sorts.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/format/text_buffer.h>

#include <stddef.h>

#include <jansson.h>

// As deep as jansson reads (JSON_PARSER_MAX_DEPTH): it bounds our stack, and ends a circle.
#define JSON_WRITER_DEPTH_MAX 2048

// What is signed, hashed or kept has one spelling: members ascending by the octets of their names.
#define JSON_CANONICAL JSON_SORT_KEYS

// The text with a NUL behind it, to be freed; ret_length may be NULL. `value` is an object or an array; `flags` are of
// JSON_SORT_KEYS and JSON_ENSURE_ASCII. NULL: no memory, no such value, or too deep.
PLX_MUST_CHECK char *json_text_write(const json_t *value, size_t flags, size_t *ret_length);

// The same into a text under construction; text->failed where the other is NULL.
void json_text_append(struct plx_text *text, const json_t *value, size_t flags);
