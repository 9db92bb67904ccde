// SPDX-License-Identifier: BSD-3-Clause

#include "bench/bench_report.h"

#include "bench/bench_report_plots.h"
#include "bench/bench_report_style.h"
#include "bench/bench_report_tables.h"
#include "report/html_text.h"
#include "report/plot.h"

#include <inttypes.h>
#include <time.h>

static void tile(FILE *out, const char *name, double value, enum plot_unit unit)
{
	char text[32];
	plot_format(value, unit, text, sizeof(text));
	fprintf(out, "<li><b>%s</b>%s</li>\n", text, name);
}

static void write_tiles(FILE *out, const struct bench_run *run)
{
	const struct bench_point *best = &run->points[run->best];
	const struct load_tally *tally = &best->tally;
	fputs("<ul class=\"tiles\">\n", out);
	if (run->options->mode == BENCH_MODE_FIND_MAX) {
		tile(out, "queries/s sustained", run->knee.sustained_qps, PLOT_COUNT);
	}
	tile(out, "answers per second", load_tally_qps(tally), PLOT_COUNT);
	tile(out, "lost", load_tally_loss(tally) * 100, PLOT_PERCENT);
	static const struct {
		const char *name;
		double fraction;
	} percentiles[] = {
		{"median latency", 0.5}, {"p99", 0.99}, {"p99.9", 0.999}, {"longest", 1}};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(percentiles); i++) {
		uint64_t latency_ns =
			latency_histogram_percentile(tally->latency, percentiles[i].fraction);
		tile(out, percentiles[i].name, (double)latency_ns / 1e9, PLOT_SECONDS);
	}
	fputs("</ul>\n", out);
}

static const char *run_kind(const struct bench_run *run)
{
	switch (run->options->mode) {
	case BENCH_MODE_RAMP:
		return "Ramp of open loops";
	case BENCH_MODE_FIND_MAX:
		return "Search for the highest sustained rate";
	case BENCH_MODE_SELF_TEST:
		return "Self-test";
	case BENCH_MODE_PLAIN:
		break;
	}
	return run->options->rate_qps > 0
		       ? "Open loop: latency counts from the intended time of sending"
		       : "Closed loop: latency counts from the place that became free, and hides "
			 "what a pause does to others";
}

static void write_head(FILE *out, const struct bench_run *run)
{
	const struct bench_point *best = &run->points[run->best];
	char server[PLX_ENDPOINT_TEXT_MAX];
	char made[48];
	time_t now = time(NULL);
	struct tm parts;
	gmtime_r(&now, &parts);
	strftime(made, sizeof(made), "%Y-%m-%d %H:%M:%S UTC", &parts);
	plx_endpoint_format(&run->options->server, server);
	bool is_self_test = run->options->mode == BENCH_MODE_SELF_TEST;
	fprintf(out, "<h1>%s%s</h1>\n", is_self_test ? "Self-test over " : "DNS benchmark of ",
		is_self_test ? run->options->self_test : server);
	fprintf(out, "<p class=\"soft\">%s. %s.</p>\n", run_kind(run), made);
	fprintf(out, "<p class=\"notice\"><b>%s</b>: %s.</p>\n", bench_verdict_name(best->verdict),
		bench_verdict_text(best->verdict));
}

void bench_report_write(FILE *out, const struct bench_run *run)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
	      "<title>DNS benchmark</title>\n<style>",
	      out);
	fputs(bench_report_style, out);
	fputs("</style></head><body>\n", out);
	write_head(out, run);
	write_tiles(out, run);
	bench_report_plots(out, run);
	bench_report_tables(out, run);
	fputs("</body></html>\n", out);
}
