// SPDX-License-Identifier: BSD-3-Clause

#include "report/plot.h"

#include <parallax/base/attributes.h>

#include <math.h>

#define WIDTH 720.0
#define HEIGHT 260.0
#define LEFT 74.0
#define RIGHT 16.0
#define TOP 12.0
#define BOTTOM 42.0
#define TICKS_WANTED 5
#define DECADES_MAX 12
#define TICK_TEXT_MAX 32

struct axis {
	double from, to; // of a logarithmic one: exponents of 10
	double step;
};

struct frame {
	const struct plot *plot;
	struct axis x, y;
};

static double rounded_step(double span)
{
	double rough = span / TICKS_WANTED;
	double power = pow(10, floor(log10(rough)));
	double digit = rough / power;
	return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
}

static struct axis linear_axis(double least, double most)
{
	if (!(most > least)) {
		most = least + (least > 0 ? least : 1);
	}
	double step = rounded_step(most - least);
	return (struct axis) {floor(least / step) * step, ceil(most / step) * step, step};
}

static struct axis log_axis(double least, double most)
{
	struct axis axis = {floor(log10(least)), ceil(log10(most)), 1};
	if (axis.to <= axis.from) {
		axis.to = axis.from + 1;
	}
	if (axis.to - axis.from > DECADES_MAX) {
		axis.from = axis.to - DECADES_MAX;
	}
	return axis;
}

static bool is_shown(const struct plot *plot, double value)
{
	return isfinite(value) && (!plot->is_log || value > 0);
}

static struct frame make_frame(const struct plot *plot)
{
	double x_least = INFINITY, x_most = -INFINITY, y_least = INFINITY, y_most = -INFINITY;
	for (unsigned i = 0; i < plot->line_count; i++) {
		const struct plot_line *line = &plot->lines[i];
		for (size_t at = 0; at < line->count; at++) {
			if (is_shown(plot, line->y[at])) {
				x_least = fmin(x_least, line->x[at]);
				x_most = fmax(x_most, line->x[at]);
				y_least = fmin(y_least, line->y[at]);
				y_most = fmax(y_most, line->y[at]);
			}
		}
	}
	if (x_least > x_most) { // nothing to show
		x_least = 0;
		x_most = y_most = 1;
		y_least = plot->is_log ? 0.1 : 0;
	}
	return (struct frame) {
		.plot = plot,
		.x = linear_axis(fmin(x_least, x_most * 0.5), x_most),
		.y = plot->is_log ? log_axis(y_least, y_most) : linear_axis(0, y_most),
	};
}

static double x_at(const struct frame *frame, double value)
{
	return LEFT +
	       (value - frame->x.from) / (frame->x.to - frame->x.from) * (WIDTH - LEFT - RIGHT);
}

static double y_at(const struct frame *frame, double value)
{
	double place = frame->plot->is_log ? log10(value) : value;
	double part = (place - frame->y.from) / (frame->y.to - frame->y.from);
	return HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM);
}

void plot_format(double value, enum plot_unit unit, char *ret_text, size_t room)
{
	static const struct {
		double least;
		const char *count;
		const char *seconds;
	} scales[] = {{1e9, "G", NULL},    {1e6, "M", NULL},    {1e3, "k", NULL},   {1, "", " s"},
		      {1e-3, NULL, " ms"}, {1e-6, NULL, " us"}, {1e-9, NULL, " ns"}};
	if (unit == PLOT_PERCENT) {
		snprintf(ret_text, room, "%.3g%%", value);
		return;
	}
	for (size_t i = 0; i < PLX_ARRAY_SIZE(scales); i++) {
		const char *suffix = unit == PLOT_SECONDS ? scales[i].seconds : scales[i].count;
		// A little less counts too: 0.9999999 ms is 1 ms.
		if (suffix != NULL && value >= scales[i].least * (1 - 1e-9)) {
			snprintf(ret_text, room, "%.4g%s", value / scales[i].least, suffix);
			return;
		}
	}
	snprintf(ret_text, room, "%.3g%s", value, unit == PLOT_SECONDS ? " s" : "");
}

static void write_y_axis(FILE *out, const struct frame *frame)
{
	unsigned count = (unsigned)lround((frame->y.to - frame->y.from) / frame->y.step);
	for (unsigned i = 0; i <= count; i++) {
		char text[TICK_TEXT_MAX];
		double value = frame->y.from + i * frame->y.step;
		value = frame->plot->is_log ? pow(10, value) : value;
		double y = y_at(frame, value);
		plot_format(value, frame->plot->y_unit, text, sizeof(text));
		fprintf(out,
			"<line class=\"grid\" x1=\"%.0f\" x2=\"%.0f\" y1=\"%.1f\" y2=\"%.1f\"/>"
			"<text class=\"tick\" x=\"%.0f\" y=\"%.1f\" "
			"text-anchor=\"end\">%s</text>\n",
			LEFT, WIDTH - RIGHT, y, y, LEFT - 8, y + 4, text);
	}
}

static void write_x_axis(FILE *out, const struct frame *frame)
{
	unsigned count = (unsigned)lround((frame->x.to - frame->x.from) / frame->x.step);
	for (unsigned i = 0; i <= count; i++) {
		char text[TICK_TEXT_MAX];
		double value = frame->x.from + i * frame->x.step;
		if (frame->plot->x_unit == PLOT_SECONDS) {
			snprintf(text, sizeof(text), "%.4g s", value); // one unit along the time
		} else {
			plot_format(value, frame->plot->x_unit, text, sizeof(text));
		}
		fprintf(out,
			"<text class=\"tick\" x=\"%.1f\" y=\"%.0f\" "
			"text-anchor=\"middle\">%s</text>\n",
			x_at(frame, value), HEIGHT - BOTTOM + 18, text);
	}
	fprintf(out,
		"<text class=\"axis\" x=\"%.0f\" y=\"%.0f\" text-anchor=\"middle\">%s</text>\n",
		(LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, frame->plot->x_name);
}

static void write_line(FILE *out, const struct frame *frame, unsigned number)
{
	const struct plot_line *line = &frame->plot->lines[number];
	bool is_open = false;
	for (size_t i = 0; i < line->count; i++) {
		if (!is_shown(frame->plot, line->y[i])) {
			fputs(is_open ? "\"/>\n" : "", out);
			is_open = false;
			continue;
		}
		if (!is_open) {
			fprintf(out, "<polyline class=\"line-%u\" points=\"", number);
			is_open = true;
		}
		fprintf(out, "%.1f,%.1f ", x_at(frame, line->x[i]), y_at(frame, line->y[i]));
	}
	fputs(is_open ? "\"/>\n" : "", out);
	for (size_t i = 0; frame->plot->has_marks && i < line->count; i++) {
		if (is_shown(frame->plot, line->y[i])) {
			fprintf(out,
				"<circle class=\"mark-%u\" cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\"/>\n",
				number, x_at(frame, line->x[i]), y_at(frame, line->y[i]));
		}
	}
}

void plot_write(FILE *out, const struct plot *plot)
{
	const struct frame frame = make_frame(plot);
	fprintf(out,
		"<figure><figcaption>%s</figcaption>\n"
		"<svg viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"%s\">\n",
		plot->title, WIDTH, HEIGHT, plot->title);
	write_y_axis(out, &frame);
	write_x_axis(out, &frame);
	for (unsigned i = 0; i < plot->line_count; i++) {
		write_line(out, &frame, i);
	}
	fputs("</svg>\n<ul class=\"legend\">", out);
	for (unsigned i = 0; i < plot->line_count; i++) {
		fprintf(out, "<li class=\"key-%u\">%s</li>", i, plot->lines[i].name);
	}
	fputs("</ul></figure>\n", out);
}
