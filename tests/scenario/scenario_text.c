// SPDX-License-Identifier: BSD-3-Clause

#include "scenario_text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define NS_PER_MS (1000ull * 1000)
#define NS_PER_SECOND (1000 * NS_PER_MS)
#define SECONDS_MAX (100ull * 365 * 24 * 3600)

int fault_set(struct scenario_fault *fault, unsigned line, const char *format, ...)
{
	if (fault->text[0] == '\0') {
		fault->line = line;
		va_list arguments;
		va_start(arguments, format);
		vsnprintf(fault->text, sizeof(fault->text), format, arguments);
		va_end(arguments);
		for (char *c = fault->text; *c != '\0'; c++) {
			*c = *c < ' ' || *c == 127 ? '?' : *c; // shown on a terminal
		}
	}
	return -EINVAL;
}

struct line_reader line_reader_init(const char *text, size_t length)
{
	return (struct line_reader) {.text = text, .length = length};
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

// The word that begins at `position`, which is moved behind it.
static int read_word(const struct line_reader *reader, size_t end, size_t *position,
		     struct word *ret_word, struct scenario_fault *fault)
{
	const char *text = reader->text;
	size_t at = *position;
	bool is_quoted = text[at] == '"';
	size_t start = is_quoted ? at + 1 : at;
	for (at = start; at < end; at++) {
		if (text[at] == '\\') {
			at++;
		} else if (is_quoted ? text[at] == '"' : is_blank(text[at]) || text[at] == ';') {
			break;
		}
	}
	if (at > end || (is_quoted && at == end)) {
		return fault_set(fault, reader->line,
				 is_quoted ? "a quote is not closed; end the string with \""
					   : "a backslash ends the line; escape a character");
	}
	*ret_word =
		(struct word) {.text = text + start, .length = at - start, .is_quoted = is_quoted};
	*position = is_quoted ? at + 1 : at;
	return 0;
}

static int split_line(const struct line_reader *reader, size_t position, size_t end,
		      struct line_words *ret_words, struct scenario_fault *fault)
{
	ret_words->line = reader->line;
	ret_words->count = 0;
	const char *text = reader->text;
	while (position < end) {
		if (is_blank(text[position])) {
			position++;
			continue;
		}
		if (text[position] == ';' || (text[position] == '#' && ret_words->count == 0)) {
			return 0;
		}
		if (ret_words->count == LINE_WORDS_MAX) {
			return fault_set(fault, reader->line,
					 "more than %u words; spread them over lines",
					 LINE_WORDS_MAX);
		}
		int error =
			read_word(reader, end, &position, &ret_words->at[ret_words->count], fault);
		if (error < 0) {
			return error;
		}
		ret_words->count++;
	}
	return 0;
}

int line_read(struct line_reader *reader, struct line_words *ret_words,
	      struct scenario_fault *fault)
{
	while (reader->position < reader->length) {
		const char *start = reader->text + reader->position;
		const char *newline = memchr(start, '\n', reader->length - reader->position);
		size_t end = newline != NULL ? (size_t)(newline - reader->text) : reader->length;
		size_t position = reader->position;
		reader->position = end + 1;
		reader->line++;
		int error = split_line(reader, position, end, ret_words, fault);
		if (error < 0) {
			return error;
		}
		if (ret_words->count > 0) {
			return 1;
		}
	}
	return 0;
}

bool word_is(const struct word *word, const char *text)
{
	return word->length == strlen(text) && strncasecmp(word->text, text, word->length) == 0;
}

bool word_copy(const struct word *word, char *text, size_t size)
{
	if (word->length >= size || memchr(word->text, '\0', word->length) != NULL) {
		return false;
	}
	memcpy(text, word->text, word->length);
	text[word->length] = '\0';
	return true;
}

bool word_value(const struct word *word, const char *name, struct word *ret_value)
{
	size_t length = strlen(name);
	if (word->length <= length || strncasecmp(word->text, name, length) != 0 ||
	    word->text[length] != '=') {
		return false;
	}
	*ret_value = (struct word) {.text = word->text + length + 1,
				    .length = word->length - length - 1};
	return true;
}

int word_number(const struct word *word, uint64_t max, uint64_t *ret_number)
{
	uint64_t number = 0;
	for (size_t i = 0; i < word->length; i++) {
		unsigned digit = (unsigned)(unsigned char)word->text[i] - '0';
		if (digit > 9 || digit > max || number > (max - digit) / 10) {
			return -EINVAL;
		}
		number = number * 10 + digit;
	}
	if (word->length == 0) {
		return -EINVAL;
	}
	*ret_number = number;
	return 0;
}

// Digits with at most three decimals, times 1000.
static int read_thousandths(const struct word *word, uint64_t max, uint64_t *ret_thousandths)
{
	const char *dot = memchr(word->text, '.', word->length);
	struct word whole = *word;
	struct word decimals = {.text = "0", .length = 1};
	if (dot != NULL) {
		whole.length = (size_t)(dot - word->text);
		decimals =
			(struct word) {.text = dot + 1, .length = word->length - whole.length - 1};
	}
	uint64_t number;
	uint64_t fraction;
	if (decimals.length > 3 || word_number(&whole, max, &number) < 0 ||
	    word_number(&decimals, 999, &fraction) < 0) {
		return -EINVAL;
	}
	for (size_t digits = decimals.length; digits < 3; digits++) {
		fraction *= 10;
	}
	*ret_thousandths = number * 1000 + fraction;
	return 0;
}

int word_duration(const struct word *word, uint64_t *ret_ns)
{
	struct word number = *word;
	uint64_t unit_ns = NS_PER_SECOND;
	if (number.length > 2 && strncasecmp(number.text + number.length - 2, "ms", 2) == 0) {
		number.length -= 2;
		unit_ns = NS_PER_MS;
	} else if (number.length > 1 && (number.text[number.length - 1] | 0x20) == 's') {
		number.length--;
	}
	uint64_t thousandths;
	if (read_thousandths(&number, SECONDS_MAX, &thousandths) < 0) {
		return -EINVAL;
	}
	*ret_ns = thousandths * (unit_ns / 1000);
	return 0;
}

int word_share(const struct word *word, uint64_t *ret_permille)
{
	if (word->length < 2 || word->text[word->length - 1] != '%') {
		return -EINVAL;
	}
	const struct word number = {.text = word->text, .length = word->length - 1};
	uint64_t thousandths;
	if (read_thousandths(&number, 100, &thousandths) < 0 || thousandths > 100000) {
		return -EINVAL;
	}
	*ret_permille = thousandths / 100;
	return 0;
}
