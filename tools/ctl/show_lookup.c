// SPDX-License-Identifier: BSD-3-Clause

#include "show_lookup.h"

#include <parallax/exchange/result.h>

#include "table.h"

#include <jansson.h>

#include <string.h>

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	return text != NULL ? text : "";
}

static void print_text(FILE *out, const json_t *string)
{
	print_safe(out, json_string_value(string), json_string_length(string));
}

static void print_quoted(FILE *out, const json_t *string)
{
	const char *text = json_string_value(string);
	size_t length = json_string_length(string);
	fputc('"', out);
	for (size_t i = 0; i < length; i++) {
		fputs(text[i] == '"' || text[i] == '\\' ? "\\" : "", out);
		print_safe(out, &text[i], 1);
	}
	fputc('"', out);
}

// What follows the type: CAA in parts, TXT as strings, others as they are.
static void print_data(FILE *out, const json_t *record)
{
	const json_t *strings = json_object_get(record, "strings");
	const json_t *data = json_object_get(record, "data");
	const json_t *value = json_object_get(record, "value");
	if (json_is_array(strings)) {
		size_t index;
		json_t *string;
		json_array_foreach(strings, index, string)
		{
			fputs(index > 0 ? " " : "", out);
			print_quoted(out, string);
		}
	} else if (json_is_string(value)) {
		fprintf(out, "%lld ",
			(long long)json_integer_value(json_object_get(record, "flags")));
		print_text(out, json_object_get(record, "tag"));
		fputc(' ', out);
		print_quoted(out, value);
	} else if (json_is_string(data)) {
		print_text(out, data);
	}
}

static void show_records(const json_t *result, FILE *out)
{
	size_t index;
	json_t *record;
	json_array_foreach(json_object_get(result, "records"), index, record)
	{
		const char *name = text_of(record, "name");
		print_safe(out, name, strlen(name));
		fprintf(out, "  %lld  %s  ",
			(long long)json_integer_value(json_object_get(record, "ttl")),
			text_of(record, "type"));
		print_data(out, record);
		fputc('\n', out);
	}
}

static void show_aliases(const json_t *result, FILE *out)
{
	size_t index;
	json_t *alias;
	json_array_foreach(json_object_get(result, "aliases"), index, alias)
	{
		fputs("; alias of ", out);
		print_text(out, alias);
		fputc('\n', out);
	}
}

static void show_found_at(const json_t *result, FILE *out)
{
	const json_t *found_at = json_object_get(result, "found_at");
	if (json_is_null(found_at)) {
		fputs("; no CAA at the name or above it\n", out);
	} else if (json_is_string(found_at)) {
		fputs("; found at ", out);
		print_text(out, found_at);
		fputc('\n', out);
	}
}

void show_lookup(const json_t *result, FILE *out)
{
	const char *name = text_of(result, "name");
	const char *error = text_of(result, "error");
	fputs("; ", out);
	print_safe(out, name, strlen(name));
	fprintf(out, " %s: %s, DNSSEC %s\n", text_of(result, "type"), text_of(result, "status"),
		text_of(result, "dnssec"));
	if (error[0] != '\0') {
		fprintf(out, "; %s\n", error);
	}
	const json_t *ede = json_object_get(result, "ede");
	if (json_is_integer(ede)) {
		long long info_code = (long long)json_integer_value(ede);
		fprintf(out, "; extended error %lld, %s\n", info_code,
			plx_ede_name(info_code < 0 || info_code > UINT16_MAX
					     ? UINT16_MAX
					     : (uint16_t)info_code));
	}
	show_aliases(result, out);
	show_found_at(result, out);
	show_records(result, out);
	const char *server = text_of(result, "server");
	fprintf(out, "; %lld queries, %lld attempts, %s by %s, %lld us, %s\n",
		(long long)json_integer_value(json_object_get(result, "queries")),
		(long long)json_integer_value(json_object_get(result, "attempts")),
		server[0] != '\0' ? server : "no server", text_of(result, "transport"),
		(long long)json_integer_value(json_object_get(result, "rtt_us")),
		text_of(result, "time"));
}
