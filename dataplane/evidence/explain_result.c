// SPDX-License-Identifier: BSD-3-Clause
// The result as it was recorded. It is the file's word, of any form: what is not there is left out.

#include "evidence/explain.h"

#include <jansson.h>

#include <string.h>

// As it is, whatever type it has.
static void print_value(struct explanation *explanation, const json_t *value)
{
	if (json_is_string(value)) {
		explain_safe(explanation, json_string_value(value), json_string_length(value));
	} else if (json_is_integer(value)) {
		explain_print(explanation, "%lld", (long long)json_integer_value(value));
	}
}

static void print_member(struct explanation *explanation, const json_t *object, const char *before,
			 const char *name, const char *after)
{
	const json_t *value = json_object_get(object, name);
	if (json_is_string(value) || json_is_integer(value)) {
		explain_print(explanation, "%s", before);
		print_value(explanation, value);
		explain_print(explanation, "%s", after);
	}
}

static void print_record(struct explanation *explanation, const json_t *record)
{
	size_t index;
	json_t *string;
	explain_print(explanation, "  ");
	print_member(explanation, record, "", "name", "");
	print_member(explanation, record, " ", "ttl", "");
	print_member(explanation, record, " ", "type", "");
	print_member(explanation, record, " ", "flags", "");
	print_member(explanation, record, " ", "tag", "");
	print_member(explanation, record, " \"", "value", "\"");
	print_member(explanation, record, " ", "data", "");
	json_array_foreach(json_object_get(record, "strings"), index, string)
	{
		explain_print(explanation, " \"");
		print_value(explanation, string);
		explain_print(explanation, "\"");
	}
	explain_print(explanation, "\n");
}

static enum plx_dnssec dnssec_of(const json_t *result)
{
	const char *word = json_string_value(json_object_get(result, "dnssec"));
	for (unsigned i = 0; word != NULL && i < PLX_DNSSEC_COUNT; i++) {
		if (strcmp(word, plx_dnssec_name((enum plx_dnssec)i)) == 0) {
			return (enum plx_dnssec)i;
		}
	}
	return PLX_DNSSEC_COUNT;
}

void explain_result(struct explanation *explanation)
{
	const json_t *result = explanation->replay->evidence->result;
	const json_t *value;
	size_t index;
	enum plx_dnssec dnssec = dnssec_of(result);
	explain_print(explanation, "\nresult: ");
	print_member(explanation, result, "", "status", "");
	print_member(explanation, result, ", found at ", "found_at", "");
	if (dnssec != PLX_DNSSEC_COUNT) {
		explain_print(explanation, ", ");
		explain_paint(explanation, explain_dnssec_colour(dnssec), "%s",
			      plx_dnssec_name(dnssec));
	}
	print_member(explanation, result, ", ", "queries", " queries");
	print_member(explanation, result, ", ", "time", "");
	explain_print(explanation, "\n");
	print_member(explanation, result, "  ", "error", "\n");
	json_array_foreach(json_object_get(result, "aliases"), index, value)
	{
		explain_print(explanation, "  alias ");
		print_value(explanation, value);
		explain_print(explanation, "\n");
	}
	json_array_foreach(json_object_get(result, "records"), index, value)
	{
		print_record(explanation, value);
	}
}
