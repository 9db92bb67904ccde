// SPDX-License-Identifier: BSD-3-Clause

#include "bench/bench_report_plots.h"

#include "report/plot.h"

#include <math.h>
#include <stdlib.h>

#define POINTS_MAX LOAD_SERIES_MAX

// One value of each kind for each interval or step.
struct columns {
	size_t count;
	double x[POINTS_MAX];
	double sent[POINTS_MAX];
	double completed[POINTS_MAX];
	double loss[POINTS_MAX];
	double p50[POINTS_MAX];
	double p90[POINTS_MAX];
	double p99[POINTS_MAX];
	double most[POINTS_MAX];
};

static double loss_percent(uint64_t lost, uint64_t sent)
{
	return sent == 0 ? NAN : (double)lost * 100 / (double)sent;
}

static double seconds_or_gap(uint64_t ns, uint64_t count)
{
	return count == 0 ? NAN : (double)ns / 1e9;
}

static void fill_over_time(const struct load_tally *tally, struct columns *columns)
{
	const struct load_series *series = &tally->series;
	double interval_s = (double)series->interval_ns / 1e9;
	columns->count = series->count;
	for (unsigned i = 0; i < series->count; i++) {
		const struct load_interval *interval = &series->intervals[i];
		const struct latency_outline *latency = &interval->latency;
		// The last one may be cut short.
		double end_s = (double)tally->end_ns / 1e9;
		double length_s = fmin(interval_s, fmax(end_s - i * interval_s, interval_s / 10));
		columns->x[i] = i * interval_s;
		columns->sent[i] = (double)interval->sent / length_s;
		columns->completed[i] = (double)interval->completed / length_s;
		columns->loss[i] = loss_percent(interval->lost, interval->sent);
		columns->p50[i] =
			seconds_or_gap(latency_outline_percentile(latency, 0.5), latency->count);
		columns->p90[i] =
			seconds_or_gap(latency_outline_percentile(latency, 0.9), latency->count);
		columns->p99[i] =
			seconds_or_gap(latency_outline_percentile(latency, 0.99), latency->count);
		columns->most[i] = seconds_or_gap(latency->max_ns, latency->count);
	}
}

static int by_offered(const void *a, const void *b)
{
	const struct bench_point *const *left = a;
	const struct bench_point *const *right = b;
	return ((*left)->offered_qps > (*right)->offered_qps) -
	       ((*left)->offered_qps < (*right)->offered_qps);
}

static void fill_over_load(const struct bench_run *run, struct columns *columns)
{
	const struct bench_point *sorted[LOAD_STEPS_MAX];
	for (unsigned i = 0; i < run->point_count; i++) {
		sorted[i] = &run->points[i];
	}
	qsort(sorted, run->point_count, sizeof(sorted[0]), by_offered);
	columns->count = run->point_count;
	for (unsigned i = 0; i < run->point_count; i++) {
		const struct load_tally *tally = &sorted[i]->tally;
		const struct latency_histogram *latency = tally->latency;
		columns->x[i] = sorted[i]->offered_qps;
		columns->sent[i] = sorted[i]->offered_qps;
		columns->completed[i] = load_tally_qps(tally);
		columns->loss[i] = loss_percent(tally->lost, tally->sent);
		columns->p50[i] =
			seconds_or_gap(latency_histogram_percentile(latency, 0.5), latency->count);
		columns->p90[i] =
			seconds_or_gap(latency_histogram_percentile(latency, 0.9), latency->count);
		columns->p99[i] =
			seconds_or_gap(latency_histogram_percentile(latency, 0.99), latency->count);
		columns->most[i] = seconds_or_gap(latency->max_ns, latency->count);
	}
}

static void write_three(FILE *out, const struct columns *columns, bool is_over_load)
{
	struct plot plot = {
		.title = is_over_load ? "Answers per second" : "Queries per second",
		.x_name = is_over_load ? "queries per second offered" : "time of sending",
		.x_unit = is_over_load ? PLOT_COUNT : PLOT_SECONDS,
		.y_unit = PLOT_COUNT,
		.has_marks = is_over_load,
		.line_count = 2,
		.lines = {{"answered", columns->count, columns->x, columns->completed},
			  {is_over_load ? "offered" : "sent", columns->count, columns->x,
			   columns->sent}},
	};
	plot_write(out, &plot);
	plot.title = "Latency";
	plot.y_unit = PLOT_SECONDS;
	plot.is_log = true;
	plot.line_count = 4;
	plot.lines[0] = (struct plot_line) {"median", columns->count, columns->x, columns->p50};
	plot.lines[1] = (struct plot_line) {"p90", columns->count, columns->x, columns->p90};
	plot.lines[2] = (struct plot_line) {"p99", columns->count, columns->x, columns->p99};
	plot.lines[3] = (struct plot_line) {"longest", columns->count, columns->x, columns->most};
	plot_write(out, &plot);
	plot.title = "Lost, of those sent";
	plot.y_unit = PLOT_PERCENT;
	plot.is_log = false;
	plot.line_count = 1;
	plot.lines[0] = (struct plot_line) {"lost", columns->count, columns->x, columns->loss};
	plot_write(out, &plot);
}

static void write_distribution(FILE *out, const struct latency_histogram *latency)
{
	double x[100], y[100];
	for (unsigned i = 0; i < 100; i++) {
		x[i] = i + 1;
		y[i] = seconds_or_gap(latency_histogram_percentile(latency, (i + 1) / 100.0),
				      latency->count);
	}
	const struct plot plot = {
		.title = "Latency that so many of all do not exceed",
		.x_name = "part of the answers",
		.x_unit = PLOT_PERCENT,
		.y_unit = PLOT_SECONDS,
		.is_log = true,
		.line_count = 1,
		.lines = {{"latency", 100, x, y}},
	};
	plot_write(out, &plot);
}

void bench_report_plots(FILE *out, const struct bench_run *run)
{
	struct columns *columns = calloc(1, sizeof(*columns));
	if (columns == NULL) {
		return; // the tables tell the same
	}
	if (run->point_count > 1) {
		fputs("<h2>Over load</h2>\n<div class=\"plots\">\n", out);
		fill_over_load(run, columns);
		write_three(out, columns, true);
		fputs("</div>\n", out);
	}
	const struct load_tally *best = &run->points[run->best].tally;
	fprintf(out, "<h2>Over time%s</h2>\n<div class=\"plots\">\n",
		run->point_count > 1 ? ", of the step that speaks for all" : "");
	fill_over_time(best, columns);
	write_three(out, columns, false);
	write_distribution(out, best->latency);
	fputs("</div>\n", out);
	free(columns);
}
