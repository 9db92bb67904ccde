// SPDX-License-Identifier: BSD-3-Clause
// One line of a sweep's input, taken apart: `name`, `TYPE name`, `name TYPE` or `rank,name`. Pure; fuzzed by
// tests/fuzz/fuzz_sweep_line.c. The forms are described in docs/sweep.md.

#pragma once

#include <parallax/dns/name.h>

#include <stddef.h>
#include <stdint.h>

enum input_line_kind {
	INPUT_LINE_BLANK,   // nothing but blanks
	INPUT_LINE_COMMENT, // begins with `;` or `#`
	INPUT_LINE_QUESTION,
	INPUT_LINE_INVALID,
};

struct input_line {
	enum input_line_kind kind;
	uint16_t type;     // 0: the line names none
	const char *error; // INVALID: one sentence, static
	const char *
		shown; // INVALID: what stands for the name in its output line; points into the line
	size_t shown_length;
};

// Fills *ret_name only when the kind is QUESTION.
void input_line_parse(const char *text, size_t length, struct input_line *ret_line,
		      struct plx_name *ret_name);
