// SPDX-License-Identifier: BSD-3-Clause

#include "check/json_members.h"

#include "check/json_text.h"

#include <jansson.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

// Text of a client goes into faults, which are one line.
static void make_one_line(char *text)
{
	json_text_repair(text);
	for (char *c = text; *c != '\0'; c++) {
		if ((unsigned char)*c < ' ' || *c == 0x7f) {
			*c = '?';
		}
	}
}

int json_fault_set(struct json_fault *fault, const char *pointer, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(fault->text, sizeof(fault->text), format, arguments);
	va_end(arguments);
	snprintf(fault->pointer, sizeof(fault->pointer), "%s", pointer);
	make_one_line(fault->text);
	make_one_line(fault->pointer);
	return -EINVAL;
}

void json_fault_prefix(struct json_fault *fault, const char *pointer)
{
	size_t front = strnlen(pointer, JSON_POINTER_MAX / 2);
	size_t rest = strnlen(fault->pointer, sizeof(fault->pointer) - 1 - front);
	memmove(fault->pointer + front, fault->pointer, rest);
	memcpy(fault->pointer, pointer, front);
	fault->pointer[front + rest] = '\0';
	json_text_repair(fault->pointer);
}

static const char *kind_name(enum json_kind kind)
{
	switch (kind) {
	case JSON_KIND_TEXT:
		return "a string";
	case JSON_KIND_INTEGER:
		return "a whole number";
	case JSON_KIND_BOOLEAN:
		return "true or false";
	case JSON_KIND_OBJECT:
		return "an object";
	case JSON_KIND_ARRAY:
		return "an array";
	}
	return "nothing";
}

static bool is_kind(const json_t *value, enum json_kind kind)
{
	switch (kind) {
	case JSON_KIND_TEXT:
		return json_is_string(value) &&
		       strlen(json_string_value(value)) == json_string_length(value);
	case JSON_KIND_INTEGER:
		return json_is_integer(value);
	case JSON_KIND_BOOLEAN:
		return json_is_boolean(value);
	case JSON_KIND_OBJECT:
		return json_is_object(value);
	case JSON_KIND_ARRAY:
		return json_is_array(value);
	}
	return false;
}

static const char *found_name(const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return "an object";
	case JSON_ARRAY:
		return "an array";
	case JSON_STRING:
		return "a string";
	case JSON_INTEGER:
		return "a whole number";
	case JSON_REAL:
		return "a number with a fraction";
	case JSON_TRUE:
	case JSON_FALSE:
		return "a boolean";
	case JSON_NULL:
		return "null";
	}
	return "nothing";
}

static const struct json_member *find_member(const struct json_member *members, size_t count,
					     const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(members[i].name, name) == 0) {
			return &members[i];
		}
	}
	return NULL;
}

// RFC 6901: "~" and "/" within a name are escaped.
static void pointer_of(const char *name, char text[static JSON_POINTER_MAX])
{
	size_t used = 0;
	text[used++] = '/';
	for (const char *c = name; *c != '\0' && used < JSON_POINTER_MAX / 4; c++) {
		if (*c == '~' || *c == '/') {
			text[used++] = '~';
			text[used++] = *c == '~' ? '0' : '1';
		} else {
			text[used++] = *c;
		}
	}
	text[used] = '\0';
}

static int unknown_member(const char *pointer, const struct json_member *members, size_t count,
			  struct json_fault *fault)
{
	char names[JSON_FAULT_TEXT_MAX - 64] = "";
	size_t used = 0;
	for (size_t i = 0; i < count; i++) {
		int length = snprintf(names + used, sizeof(names) - used, "%s%s", i > 0 ? ", " : "",
				      members[i].name);
		used += length > 0 && (size_t)length < sizeof(names) - used ? (size_t)length : 0;
	}
	return json_fault_set(fault, pointer, "unknown member; this object has %s", names);
}

int json_members_check(json_t *value, const struct json_member *members, size_t count,
		       struct json_fault *fault)
{
	char pointer[JSON_POINTER_MAX];
	if (!json_is_object(value)) {
		return json_fault_set(fault, "", "expected an object, found %s",
				      value != NULL ? found_name(value) : "nothing");
	}
	const char *name;
	json_t *member;
	json_object_foreach((json_t *)value, name, member)
	{
		const struct json_member *rule = find_member(members, count, name);
		pointer_of(name, pointer);
		if (rule == NULL) {
			return unknown_member(pointer, members, count, fault);
		}
		if (json_is_null(member) && rule->is_nullable) {
			continue;
		}
		if (!is_kind(member, rule->kind)) {
			return json_fault_set(fault, pointer, "expected %s, found %s",
					      kind_name(rule->kind),
					      json_is_string(member) && rule->kind == JSON_KIND_TEXT
						      ? "a string with U+0000"
						      : found_name(member));
		}
	}
	for (size_t i = 0; i < count; i++) {
		if (members[i].is_required && json_member_get(value, members[i].name) == NULL) {
			pointer_of(members[i].name, pointer);
			return json_fault_set(fault, pointer, "is missing; it takes %s",
					      kind_name(members[i].kind));
		}
	}
	return 0;
}

json_t *json_member_get(const json_t *object, const char *name)
{
	json_t *member = json_object_get(object, name);
	return json_is_null(member) ? NULL : member;
}

const char *json_member_text(const json_t *object, const char *name)
{
	return json_string_value(json_member_get(object, name));
}

bool json_member_boolean(const json_t *object, const char *name, bool otherwise)
{
	const json_t *member = json_member_get(object, name);
	return json_is_boolean(member) ? json_is_true(member) : otherwise;
}
