// SPDX-License-Identifier: BSD-3-Clause
// The grammar of RFC 8659 4.2, one function a rule. A rule either moves the cursor behind what it read or names the
// fault; the length is all that bounds the loops.

#include "policy/issue_value.h"

#include <string.h>
#include <strings.h>

struct cursor {
	const char *text;
	size_t length;
	size_t position;
};

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_value_octet(char c)
{
	return c >= 0x21 && c <= 0x7e && c != ';';
}

static bool at_end(const struct cursor *cursor)
{
	return cursor->position == cursor->length;
}

static bool is_at(const struct cursor *cursor, char c)
{
	return !at_end(cursor) && cursor->text[cursor->position] == c;
}

static bool take(struct cursor *cursor, char c)
{
	if (!is_at(cursor, c)) {
		return false;
	}
	cursor->position++;
	return true;
}

static void skip_space(struct cursor *cursor)
{
	while (is_at(cursor, ' ') || is_at(cursor, '\t')) {
		cursor->position++;
	}
}

// A label or a tag: begins and ends with a letter or digit, hyphens within.
static bool take_word(struct cursor *cursor)
{
	size_t start = cursor->position;
	while (!at_end(cursor) &&
	       (is_alnum(cursor->text[cursor->position]) || is_at(cursor, '-'))) {
		cursor->position++;
	}
	return cursor->position > start && cursor->text[start] != '-' &&
	       cursor->text[cursor->position - 1] != '-';
}

static enum issue_value_fault read_issuer(struct cursor *cursor, struct issue_value *value)
{
	value->issuer = cursor->text + cursor->position;
	size_t start = cursor->position;
	do {
		if (!take_word(cursor)) {
			return ISSUE_VALUE_BAD_ISSUER;
		}
	} while (take(cursor, '.'));
	value->issuer_length = cursor->position - start;
	if (!at_end(cursor) && !is_at(cursor, ';') && !is_at(cursor, ' ') && !is_at(cursor, '\t')) {
		return ISSUE_VALUE_BAD_ISSUER; // a character that no domain name has
	}
	return ISSUE_VALUE_SOUND;
}

static enum issue_value_fault read_parameter(struct cursor *cursor, struct issue_value *value)
{
	if (at_end(cursor) || is_at(cursor, ';')) {
		return ISSUE_VALUE_EMPTY_PARAMETER;
	}
	if (value->parameter_count == ISSUE_PARAMETERS_MAX) {
		return ISSUE_VALUE_TOO_MANY_PARAMETERS;
	}
	struct issue_parameter *parameter = &value->parameters[value->parameter_count];
	parameter->tag = cursor->text + cursor->position;
	size_t start = cursor->position;
	if (!take_word(cursor)) {
		return ISSUE_VALUE_BAD_TAG;
	}
	parameter->tag_length = cursor->position - start;
	skip_space(cursor);
	if (!take(cursor, '=')) {
		return at_end(cursor) || is_at(cursor, ';') ? ISSUE_VALUE_NO_EQUALS
							    : ISSUE_VALUE_BAD_TAG;
	}
	skip_space(cursor);
	parameter->value = cursor->text + cursor->position;
	start = cursor->position;
	while (!at_end(cursor) && is_value_octet(cursor->text[cursor->position])) {
		cursor->position++;
	}
	parameter->value_length = cursor->position - start;
	value->parameter_count++;
	return ISSUE_VALUE_SOUND;
}

static enum issue_value_fault read_parameters(struct cursor *cursor, struct issue_value *value)
{
	for (;;) {
		enum issue_value_fault fault = read_parameter(cursor, value);
		if (fault != ISSUE_VALUE_SOUND) {
			return fault;
		}
		skip_space(cursor);
		if (at_end(cursor)) {
			return ISSUE_VALUE_SOUND;
		}
		if (!take(cursor, ';')) {
			return ISSUE_VALUE_BAD_VALUE; // a space or another octet within the value
		}
		skip_space(cursor);
	}
}

enum issue_value_fault issue_value_parse(const char *value, size_t length,
					 struct issue_value *ret_value)
{
	struct cursor cursor = {.text = value, .length = length};
	struct issue_value parsed PLX_UNINITIALIZED;
	parsed.issuer = NULL;
	parsed.issuer_length = 0;
	parsed.parameter_count = 0;
	skip_space(&cursor);
	enum issue_value_fault fault = ISSUE_VALUE_SOUND;
	if (!at_end(&cursor) && !is_at(&cursor, ';')) {
		fault = read_issuer(&cursor, &parsed);
		skip_space(&cursor);
	}
	if (fault == ISSUE_VALUE_SOUND && !at_end(&cursor)) {
		if (!take(&cursor, ';')) {
			return ISSUE_VALUE_NO_SEMICOLON;
		}
		skip_space(&cursor);
		if (!at_end(&cursor)) {
			fault = read_parameters(&cursor, &parsed);
		}
	}
	if (fault != ISSUE_VALUE_SOUND) {
		return fault;
	}
	ret_value->issuer = parsed.issuer;
	ret_value->issuer_length = parsed.issuer_length;
	ret_value->parameter_count = parsed.parameter_count;
	memcpy(ret_value->parameters, parsed.parameters,
	       parsed.parameter_count * sizeof(parsed.parameters[0]));
	return ISSUE_VALUE_SOUND;
}

static bool parameter_has_tag(const struct issue_parameter *parameter, const char *tag)
{
	return parameter->tag_length == strlen(tag) &&
	       strncasecmp(parameter->tag, tag, parameter->tag_length) == 0;
}

size_t issue_value_count(const struct issue_value *value, const char *tag)
{
	size_t count = 0;
	for (size_t i = 0; i < value->parameter_count; i++) {
		count += parameter_has_tag(&value->parameters[i], tag);
	}
	return count;
}

const struct issue_parameter *issue_value_find(const struct issue_value *value, const char *tag)
{
	for (size_t i = 0; i < value->parameter_count; i++) {
		if (parameter_has_tag(&value->parameters[i], tag)) {
			return &value->parameters[i];
		}
	}
	return NULL;
}

static const struct {
	const char *name;
	const char *text;
} faults[ISSUE_VALUE_FAULT_COUNT] = {
	[ISSUE_VALUE_SOUND] = {"sound", "the value keeps to the grammar"},
	[ISSUE_VALUE_BAD_ISSUER] = {"bad-issuer", "the issuer is not a domain name without a "
						  "trailing dot"},
	[ISSUE_VALUE_NO_SEMICOLON] = {"no-semicolon",
				      "text follows the issuer without a semicolon between"},
	[ISSUE_VALUE_EMPTY_PARAMETER] = {"empty-parameter", "a semicolon ends the value or follows "
							    "another: a parameter is empty"},
	[ISSUE_VALUE_BAD_TAG] = {"bad-tag", "a parameter's tag holds something else than letters, "
					    "digits and inner hyphens"},
	[ISSUE_VALUE_NO_EQUALS] = {"no-equals", "a parameter has no equals sign"},
	[ISSUE_VALUE_BAD_VALUE] = {"bad-value", "a parameter's value holds a space or an octet "
						"outside printable ASCII"},
	[ISSUE_VALUE_TOO_MANY_PARAMETERS] = {"too-many-parameters",
					     "the value has more than 64 parameters"},
};

const char *issue_value_fault_name(enum issue_value_fault fault)
{
	return (unsigned)fault < ISSUE_VALUE_FAULT_COUNT ? faults[fault].name : "unknown";
}

const char *issue_value_fault_text(enum issue_value_fault fault)
{
	return (unsigned)fault < ISSUE_VALUE_FAULT_COUNT ? faults[fault].text : "unknown fault";
}
