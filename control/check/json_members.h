// SPDX-License-Identifier: BSD-3-Clause
// What an object of a request may hold: names, types and which are needed, checked before anything is read from it.
// Every fault names its place as a JSON pointer (RFC 6901), so that a client sees which of a thousand identifiers it was.

#pragma once

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stddef.h>

struct json_t;

#define JSON_POINTER_MAX 256
#define JSON_FAULT_TEXT_MAX 384

struct json_fault {
	char pointer[JSON_POINTER_MAX]; // "" is the whole document
	char text[JSON_FAULT_TEXT_MAX]; // one line: what is wrong and how to mend it
};

enum json_kind {
	JSON_KIND_TEXT, // a string without U+0000
	JSON_KIND_INTEGER,
	JSON_KIND_BOOLEAN,
	JSON_KIND_OBJECT,
	JSON_KIND_ARRAY,
};

struct json_member {
	const char *name;
	enum json_kind kind;
	bool is_required;
	bool is_nullable; // null reads like a member that is not there
};

// Replaces the fault; returns -EINVAL.
int json_fault_set(struct json_fault *fault, const char *pointer, const char *format, ...)
	PLX_PRINTF(3, 4);
// Puts a place in front of the fault's pointer: "/dcv" and "/token" give "/dcv/token".
void json_fault_prefix(struct json_fault *fault, const char *pointer);

// That `value` is an object with these members and no others. -EINVAL and the fault, whose pointer begins at `value`.
PLX_MUST_CHECK int json_members_check(struct json_t *value, const struct json_member *members,
				      size_t count, struct json_fault *fault);
// The member's text, or NULL when it is not there or null. After json_members_check only.
const char *json_member_text(const struct json_t *object, const char *name);
bool json_member_boolean(const struct json_t *object, const char *name, bool otherwise);
// The member, or NULL when it is not there or null.
struct json_t *json_member_get(const struct json_t *object, const char *name);
