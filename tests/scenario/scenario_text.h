// SPDX-License-Identifier: BSD-3-Clause
// A scenario file as lines and words: comments, quotes, numbers, durations. What the words mean is scenario_parse.c.

#pragma once

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCENARIO_FILE_MAX (1u << 20) // octets
#define LINE_WORDS_MAX 512

// The first error: where, what and how to mend it.
struct scenario_fault {
	unsigned line;
	char text[256];
};

// Always -EINVAL, for `return fault_set(...)`. An earlier fault stays.
int fault_set(struct scenario_fault *fault, unsigned line, const char *format, ...)
	PLX_PRINTF(3, 4);

// Views into the file. A quoted word is without its quotes; escapes are as written.
struct word {
	const char *text;
	size_t length;
	bool is_quoted;
};

struct line_words {
	unsigned line; // from 1
	unsigned count;
	struct word at[LINE_WORDS_MAX];
};

struct line_reader {
	const char *text;
	size_t length;
	size_t position;
	unsigned line;
};

struct line_reader line_reader_init(const char *text, size_t length);
// The next line that holds a word: 1, 0 at the end of the file, -EINVAL with a fault.
PLX_MUST_CHECK int line_read(struct line_reader *reader, struct line_words *ret_words,
			     struct scenario_fault *fault);

bool word_is(const struct word *word, const char *text); // case-insensitive
// Copies into `text` with a NUL; false when it does not fit.
bool word_copy(const struct word *word, char *text, size_t size);
// The part after `name=`, or a word of length 0 and false.
bool word_value(const struct word *word, const char *name, struct word *ret_value);
PLX_MUST_CHECK int word_number(const struct word *word, uint64_t max, uint64_t *ret_number);
// "2s", "250ms", "1.5s", and a bare number of seconds, as ELAPSE has it.
PLX_MUST_CHECK int word_duration(const struct word *word, uint64_t *ret_ns);
// "30%", "97.5%": in thousandths.
PLX_MUST_CHECK int word_share(const struct word *word, uint64_t *ret_permille);
// For fault texts: "%.*s" with these, bounded.
#define WORD_SHOWN_MAX 60
#define WORD_SHOW(word)                                                                            \
	(int)((word)->length < WORD_SHOWN_MAX ? (word)->length : WORD_SHOWN_MAX), (word)->text
