// SPDX-License-Identifier: BSD-3-Clause

#include "bench/query_line.h"

#include <parallax/dns/rr_type.h>

#include <stdbool.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

struct word {
	const char *text;
	size_t length;
};

// The next word from *at on; its length is 0 at the end.
static struct word next_word(const char *text, size_t length, size_t *at)
{
	while (*at < length && is_blank(text[*at])) {
		(*at)++;
	}
	struct word word = {.text = text + *at};
	while (*at < length && !is_blank(text[*at])) {
		(*at)++;
	}
	word.length = (size_t)(text + *at - word.text);
	return word;
}

enum query_line_kind query_line_parse(const char *text, size_t length, struct plx_name *ret_name,
				      uint16_t *ret_type, const char **ret_error)
{
	size_t at = 0;
	struct word name_word = next_word(text, length, &at);
	if (name_word.length == 0 || name_word.text[0] == ';' || name_word.text[0] == '#') {
		return QUERY_LINE_EMPTY;
	}
	struct word type_word = next_word(text, length, &at);
	struct plx_name name;
	uint16_t type;
	if (type_word.length == 0) {
		*ret_error =
			"it has no record type: write a name and a type, like www.example.test A";
		return QUERY_LINE_INVALID;
	}
	if (next_word(text, length, &at).length != 0) {
		*ret_error = "it has more than a name and a type";
		return QUERY_LINE_INVALID;
	}
	if (plx_name_parse(name_word.text, name_word.length, &name) != 0) {
		*ret_error = "its first word is not a domain name";
		return QUERY_LINE_INVALID;
	}
	if (plx_type_parse(type_word.text, type_word.length, &type) != 0) {
		*ret_error = "its second word is not a record type, like A or TYPE65";
		return QUERY_LINE_INVALID;
	}
	if (plx_type_is_meta(type)) {
		*ret_error = "ANY, AXFR and other types that no record has are not asked for";
		return QUERY_LINE_INVALID;
	}
	*ret_name = name;
	*ret_type = type;
	return QUERY_LINE_QUERY;
}
