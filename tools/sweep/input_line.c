// SPDX-License-Identifier: BSD-3-Clause
// The forms of an input line.

#include "sweep/input_line.h"

#include <parallax/base/error.h>
#include <parallax/dns/rr_type.h>

#include <stdbool.h>

struct token {
	const char *text;
	size_t length;
};

static bool is_blank(char character)
{
	return character == ' ' || character == '\t' || character == '\r' || character == '\v' ||
	       character == '\f';
}

static bool is_digit(char character)
{
	return character >= '0' && character <= '9';
}

// Splits at blanks into at most `max` tokens; returns how many the line has, counted up to max + 1.
static unsigned split(const char *text, size_t length, struct token *tokens, unsigned max)
{
	unsigned count = 0;
	size_t i = 0;
	for (;;) {
		while (i < length && is_blank(text[i])) {
			i++;
		}
		if (i == length || count > max) {
			return count;
		}
		size_t start = i;
		while (i < length && !is_blank(text[i])) {
			i++;
		}
		if (count < max) {
			tokens[count] = (struct token) {text + start, i - start};
		}
		count++;
	}
}

// "12,example.com": the rank of a top list goes away.
static void drop_rank(struct token *token)
{
	size_t i = 0;
	while (i < token->length && is_digit(token->text[i])) {
		i++;
	}
	if (i > 0 && i + 1 < token->length && token->text[i] == ',') {
		token->text += i + 1;
		token->length -= i + 1;
	}
}

static void set_invalid(struct input_line *line, const char *error)
{
	line->kind = INPUT_LINE_INVALID;
	line->error = error;
}

// Two words: one of them is the type. When both could be, the first is (write the name's final dot then).
static const struct token *find_name(const struct token tokens[2], struct input_line *line)
{
	uint16_t type;
	if (plx_type_parse(tokens[0].text, tokens[0].length, &type) == 0) {
		line->type = type;
		return &tokens[1];
	}
	if (plx_type_parse(tokens[1].text, tokens[1].length, &type) == 0) {
		line->type = type;
		return &tokens[0];
	}
	return NULL;
}

static void parse_question(struct token tokens[2], unsigned count, struct input_line *line,
			   struct plx_name *ret_name)
{
	const struct token *name = &tokens[0];
	drop_rank(&tokens[0]);
	if (count == 2) {
		name = find_name(tokens, line);
	}
	if (count > 2 || name == NULL) {
		set_invalid(line, count > 2 ? "the line has more words than a name and a type"
					    : "neither word of the line is a known record type");
		return;
	}
	line->shown = name->text;
	line->shown_length = name->length;
	if (line->type != 0 && plx_type_is_meta(line->type)) {
		set_invalid(line, "the record type cannot be looked up");
		return;
	}
	int error = plx_name_parse(name->text, name->length, ret_name);
	if (error != 0) {
		set_invalid(line, plx_error_text(error));
		return;
	}
	line->kind = INPUT_LINE_QUESTION;
}

void input_line_parse(const char *text, size_t length, struct input_line *ret_line,
		      struct plx_name *ret_name)
{
	struct token tokens[2];
	unsigned count = split(text, length, tokens, 2);
	*ret_line = (struct input_line) {.shown = text, .shown_length = length};
	if (count == 0) {
		ret_line->kind = INPUT_LINE_BLANK;
	} else if (tokens[0].text[0] == ';' || tokens[0].text[0] == '#') {
		ret_line->kind = INPUT_LINE_COMMENT;
	} else {
		parse_question(tokens, count, ret_line, ret_name);
	}
}
