// SPDX-License-Identifier: BSD-3-Clause
// An issue-value of a hostile zone. Oracle: all views lie in the value, in order and with nothing but space and the
// grammar's own signs between them; what is written anew from them, without any space, parses to the same.

#include "policy/issue_value.h"

#include "fuzz_target.h"

#include <string.h>

#define TEXT_MAX 4096

static char text[TEXT_MAX];

static void put(size_t *length, const char *bytes, size_t count)
{
	if (count > 0) { // no issuer is NULL
		memcpy(text + *length, bytes, count);
	}
	*length += count;
}

static size_t write_again(const struct issue_value *value)
{
	size_t length = 0;
	put(&length, value->issuer, value->issuer_length);
	for (size_t i = 0; i < value->parameter_count; i++) {
		const struct issue_parameter *parameter = &value->parameters[i];
		put(&length, ";", 1);
		put(&length, parameter->tag, parameter->tag_length);
		put(&length, "=", 1);
		put(&length, parameter->value, parameter->value_length);
	}
	return length;
}

static void check_gap(const char *from, const char *to)
{
	must(from <= to);
	for (; from < to; from++) {
		must(strchr(" \t;=", *from) != NULL && *from != '\0');
	}
}

static void check_views(const struct issue_value *value, const char *start, const char *end)
{
	const char *at = start;
	if (value->issuer_length > 0) {
		check_gap(at, value->issuer);
		at = value->issuer + value->issuer_length;
	}
	must(value->parameter_count <= ISSUE_PARAMETERS_MAX);
	for (size_t i = 0; i < value->parameter_count; i++) {
		const struct issue_parameter *parameter = &value->parameters[i];
		must(parameter->tag_length > 0);
		check_gap(at, parameter->tag);
		check_gap(parameter->tag + parameter->tag_length, parameter->value);
		at = parameter->value + parameter->value_length;
	}
	check_gap(at, end);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct issue_value value = {.parameter_count = 12345};
	struct issue_value again;
	if (size == 0 || size > TEXT_MAX) {
		return 0;
	}
	if (issue_value_parse((const char *)data, size, &value) != ISSUE_VALUE_SOUND) {
		must(value.parameter_count == 12345 && value.issuer == NULL);
		return 0;
	}
	check_views(&value, (const char *)data, (const char *)data + size);
	size_t length = write_again(&value);
	must(length <= size);
	must(issue_value_parse(text, length, &again) == ISSUE_VALUE_SOUND);
	must(again.issuer_length == value.issuer_length);
	must(again.parameter_count == value.parameter_count);
	for (size_t i = 0; i < value.parameter_count; i++) {
		must(again.parameters[i].tag_length == value.parameters[i].tag_length);
		must(again.parameters[i].value_length == value.parameters[i].value_length);
	}
	return 0;
}
