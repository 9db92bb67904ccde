// SPDX-License-Identifier: BSD-3-Clause
// What the parts of an explanation share: where the text goes and how it looks.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/evidence/explain.h>

#include "evidence/replay.h"

enum explain_colour {
	EXPLAIN_PLAIN,
	EXPLAIN_DIM,
	EXPLAIN_GOOD,
	EXPLAIN_DOUBTFUL,
	EXPLAIN_BAD,
};

struct explanation {
	struct replay *replay; // its messages are read
	struct plx_text *text;
	bool has_colours;
};

void explain_print(struct explanation *explanation, const char *format, ...) PLX_PRINTF(2, 3);
void explain_paint(struct explanation *explanation, enum explain_colour colour, const char *format,
		   ...) PLX_PRINTF(3, 4);
// Text of peers: what is not printable ASCII as \DDD.
void explain_safe(struct explanation *explanation, const char *octets, size_t length);
enum explain_colour explain_dnssec_colour(enum plx_dnssec dnssec);

// "example.test 192.0.2.1: www.example.test CAA? no such records, 0.3 ms", and other kinds of steps; no line break.
void explain_step(struct explanation *explanation, unsigned index);
// The result and its records, lines.
void explain_result(struct explanation *explanation);
