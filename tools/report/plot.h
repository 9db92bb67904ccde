// SPDX-License-Identifier: BSD-3-Clause
// A line plot as inline SVG, without script. Colours and fonts come from the page: lines have the classes line-0, line-1 ...
// and marks likewise, text has "tick" and "axis", the grid "grid". Pure but for the writing.

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define PLOT_LINES_MAX 6

enum plot_unit {
	PLOT_COUNT,   // 12k
	PLOT_SECONDS, // 250 us
	PLOT_PERCENT,
};

struct plot_line {
	const char *name;
	size_t count;
	const double *x; // ascending
	const double *y; // NaN: a gap; on a logarithmic axis, 0 and less too
};

struct plot {
	const char *title;
	const char *x_name;
	enum plot_unit x_unit;
	enum plot_unit y_unit;
	bool is_log;    // the y axis, in decades
	bool has_marks; // a dot on each value
	unsigned line_count;
	struct plot_line lines[PLOT_LINES_MAX];
};

// A <figure> with the plot and its legend. Titles and names are the program's own texts, free of markup.
void plot_write(FILE *out, const struct plot *plot);
// "12.5k", "250 us", "3%": as on the axes.
void plot_format(double value, enum plot_unit unit, char *ret_text, size_t room);
