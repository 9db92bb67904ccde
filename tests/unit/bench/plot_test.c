// SPDX-License-Identifier: BSD-3-Clause

#include "report/plot.h"

#include <parallax/base/attributes.h>

#include "cunit_runner.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static char *svg_of(const struct plot *plot)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);
	CU_ASSERT_PTR_NOT_NULL_FATAL(out);
	plot_write(out, plot);
	fclose(out);
	return text;
}

static unsigned occurrences(const char *text, const char *part)
{
	unsigned count = 0;
	while ((text = strstr(text, part)) != NULL) {
		count++;
		text += strlen(part);
	}
	return count;
}

TEST(values_are_told_with_their_units)
{
	static const struct {
		double value;
		enum plot_unit unit;
		const char *text;
	} cases[] = {
		{0, PLOT_COUNT, "0"},
		{999, PLOT_COUNT, "999"},
		{12500, PLOT_COUNT, "12.5k"},
		{3e6, PLOT_COUNT, "3M"},
		{0.00025, PLOT_SECONDS, "250 us"},
		{1, PLOT_SECONDS, "1 s"},
		{0.001, PLOT_SECONDS, "1 ms"},
		{12.5, PLOT_PERCENT, "12.5%"},
		{0, PLOT_SECONDS, "0 s"},
	};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(cases); i++) {
		char text[32];
		plot_format(cases[i].value, cases[i].unit, text, sizeof(text));
		CU_ASSERT_STRING_EQUAL(text, cases[i].text);
	}
}

TEST(a_gap_parts_a_line)
{
	static const double x[] = {0, 1, 2, 3, 4}, y[] = {1, 2, NAN, 4, 5};
	struct plot plot = {
		.title = "t", .x_name = "x", .line_count = 1, .lines = {{"a", 5, x, y}}};
	char *svg = svg_of(&plot);
	CU_ASSERT_EQUAL(occurrences(svg, "<polyline"), 2);
	CU_ASSERT_EQUAL(occurrences(svg, "nan"), 0);
	free(svg);
}

TEST(a_logarithmic_axis_leaves_out_what_is_not_above_zero)
{
	static const double x[] = {0, 1, 2, 3}, y[] = {0, 0.001, 0.5, -1};
	struct plot plot = {.title = "t",
			    .x_name = "x",
			    .y_unit = PLOT_SECONDS,
			    .is_log = true,
			    .has_marks = true,
			    .line_count = 1,
			    .lines = {{"a", 4, x, y}}};
	char *svg = svg_of(&plot);
	CU_ASSERT_EQUAL(occurrences(svg, "<circle"), 2);
	CU_ASSERT_EQUAL(occurrences(svg, ">1 ms<"), 1);
	CU_ASSERT_EQUAL(occurrences(svg, ">1 s<"), 1);
	CU_ASSERT_EQUAL(occurrences(svg, "inf"), 0);
	free(svg);
}

TEST(nothing_to_show_is_a_plot_without_lines)
{
	static const double x[] = {0}, y[] = {NAN};
	struct plot plot = {
		.title = "t", .x_name = "x", .line_count = 1, .lines = {{"a", 1, x, y}}};
	char *svg = svg_of(&plot);
	CU_ASSERT_EQUAL(occurrences(svg, "<polyline"), 0);
	CU_ASSERT_EQUAL(occurrences(svg, "nan") + occurrences(svg, "inf"), 0);
	plot.lines[0].count = 0;
	plot.is_log = true;
	free(svg);
	svg = svg_of(&plot);
	CU_ASSERT_EQUAL(occurrences(svg, "</svg>"), 1);
	CU_ASSERT_EQUAL(occurrences(svg, "nan") + occurrences(svg, "inf"), 0);
	free(svg);
}

TEST_MAIN(plot, T(values_are_told_with_their_units), T(a_gap_parts_a_line),
	  T(a_logarithmic_axis_leaves_out_what_is_not_above_zero),
	  T(nothing_to_show_is_a_plot_without_lines))
