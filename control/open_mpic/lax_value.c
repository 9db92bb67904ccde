// SPDX-License-Identifier: BSD-3-Clause

#include "open_mpic/lax_value.h"

#include <jansson.h>

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define BLANKS " \t\n\r\v\f"
#define NUMBER_TEXT_MAX 64    // octets; longer ones are no counts
#define EXACT_REAL_MAX 9.0e15 // doubles hold every whole number below

static bool real_read(double real, const json_t *value, struct issue_list *issues,
		      int64_t *ret_number)
{
	if (fabs(real) > EXACT_REAL_MAX) {
		return issue_add(
			issues, "int_parsing_size",
			"Unable to parse input string as an integer, exceeded maximum size", value,
			NULL);
	}
	if (trunc(real) != real) {
		return issue_add(issues, "int_from_float",
				 "Input should be a valid integer, got a number with a fractional "
				 "part",
				 value, NULL);
	}
	*ret_number = (int64_t)real;
	return true;
}

// "3", " 3 ", "3.0", "3.": digits with blanks around and a fraction of zeros.
static bool integer_parse(const char *text, int64_t *ret_number)
{
	char *end;
	text += strspn(text, BLANKS);
	size_t sign = strspn(text, "+-");
	if (sign > 1 || text[sign] < '0' || text[sign] > '9' || strlen(text) > NUMBER_TEXT_MAX) {
		return false;
	}
	errno = 0;
	long long number = strtoll(text, &end, 10);
	if (*end == '.') {
		end++;
		end += strspn(end, "0");
	}
	end += strspn(end, BLANKS);
	if (errno != 0 || *end != '\0') {
		return false;
	}
	*ret_number = number;
	return true;
}

bool lax_integer_read(const json_t *value, struct issue_list *issues, int64_t *ret_number)
{
	if (json_is_integer(value)) {
		*ret_number = json_integer_value(value);
		return true;
	}
	if (json_is_boolean(value)) {
		*ret_number = json_is_true(value);
		return true;
	}
	if (json_is_real(value)) {
		return real_read(json_real_value(value), value, issues, ret_number);
	}
	if (!json_is_string(value)) {
		return issue_add(issues, "int_type", "Input should be a valid integer", value,
				 NULL);
	}
	return integer_parse(json_string_value(value), ret_number) ||
	       issue_add(issues, "int_parsing",
			 "Input should be a valid integer, unable to parse string as an integer",
			 value, NULL);
}

static bool boolean_parse(const char *text, bool *ret_boolean)
{
	static const char *const words[] = {"0",  "1",   "f",   "t",  "n",     "y",
					    "no", "yes", "off", "on", "false", "true"};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(words); i++) {
		if (strcasecmp(text, words[i]) == 0) {
			*ret_boolean = i % 2 == 1;
			return true;
		}
	}
	return false;
}

bool lax_boolean_read(const json_t *value, struct issue_list *issues, bool *ret_boolean)
{
	if (json_is_boolean(value)) {
		*ret_boolean = json_is_true(value);
		return true;
	}
	if (json_is_number(value)) {
		double number = json_number_value(value);
		bool is_one = number > 0.5 && number < 1.5 && trunc(number) == number;
		bool is_zero = fabs(number) < 0.5 && trunc(number) == number;
		if (is_one || is_zero) {
			*ret_boolean = is_one;
			return true;
		}
	} else if (!json_is_string(value)) {
		return issue_add(issues, "bool_type", "Input should be a valid boolean", value,
				 NULL);
	}
	return (json_is_string(value) && boolean_parse(json_string_value(value), ret_boolean)) ||
	       issue_add(issues, "bool_parsing",
			 "Input should be a valid boolean, unable to interpret input", value, NULL);
}

bool lax_text_read(const json_t *value, struct issue_list *issues, const char **ret_text)
{
	if (!json_is_string(value)) {
		return issue_add(issues, "string_type", "Input should be a valid string", value,
				 NULL);
	}
	*ret_text = json_string_value(value);
	return true;
}

bool lax_texts_check(const json_t *value, struct issue_list *issues)
{
	const char *text;
	bool is_good = true;
	if (!json_is_array(value)) {
		return issue_add(issues, "list_type", "Input should be a valid list", value, NULL);
	}
	for (size_t i = 0; i < json_array_size(value); i++) {
		issue_list_enter_index(issues, i);
		is_good &= lax_text_read(json_array_get(value, i), issues, &text);
		issue_list_leave(issues);
	}
	return is_good;
}

bool lax_text_members_check(json_t *value, struct issue_list *issues)
{
	const char *name, *text;
	json_t *member;
	bool is_good = true;
	if (!json_is_object(value)) {
		return issue_add(issues, "dict_type", "Input should be a valid dictionary", value,
				 NULL);
	}
	json_object_foreach(value, name, member)
	{
		issue_list_enter(issues, name);
		is_good &= lax_text_read(member, issues, &text);
		issue_list_leave(issues);
	}
	return is_good;
}
