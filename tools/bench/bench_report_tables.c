// SPDX-License-Identifier: BSD-3-Clause

#include "bench/bench_report_tables.h"

#include <parallax/dns/rr_type.h>

#include "bench/machine.h"
#include "report/html_text.h"
#include "report/plot.h"

#include <jansson.h>

#include <inttypes.h>
#include <string.h>

static void begin(FILE *out, const char *title, const char *const *heads)
{
	fprintf(out, "<h2>%s</h2>\n<div class=\"wide\"><table><thead><tr>", title);
	for (; *heads != NULL; heads++) {
		fprintf(out, "<th scope=\"col\">%s</th>", *heads);
	}
	fputs("</tr></thead><tbody>\n", out);
}

static void end(FILE *out)
{
	fputs("</tbody></table></div>\n", out);
}

static void cell(FILE *out, double value, enum plot_unit unit)
{
	char text[32];
	plot_format(value, unit, text, sizeof(text));
	fprintf(out, "<td>%s</td>", text);
}

static void latency_cells(FILE *out, const struct latency_histogram *latency)
{
	static const double fractions[] = {0.5, 0.9, 0.99, 0.999, 1};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(fractions); i++) {
		uint64_t value = latency_histogram_percentile(latency, fractions[i]);
		cell(out, (double)value / 1e9, PLOT_SECONDS);
	}
}

static void write_steps(FILE *out, const struct bench_run *run)
{
	static const char *const heads[] = {"Offered/s", "Answered/s", "Lost",    "p50",     "p90",
					    "p99",       "p99.9",      "Longest", "Outcome", NULL};
	begin(out, "Steps", heads);
	for (unsigned i = 0; i < run->point_count; i++) {
		const struct bench_point *point = &run->points[i];
		fprintf(out, "<tr><th scope=\"row\">%.0f</th><td>%.0f</td>", point->offered_qps,
			load_tally_qps(&point->tally));
		cell(out, load_tally_loss(&point->tally) * 100, PLOT_PERCENT);
		latency_cells(out, point->tally.latency);
		fprintf(out, "<td>%s</td></tr>\n",
			point->outcome == KNEE_NOT_JUDGED ? bench_verdict_name(point->verdict)
							  : knee_outcome_name(point->outcome));
	}
	end(out);
}

static void write_rcodes(FILE *out, const struct load_tally *tally)
{
	static const char *const heads[] = {"Response code", "Answers", "Part",    "p50", "p90",
					    "p99",           "p99.9",   "Longest", NULL};
	begin(out, "Response codes", heads);
	for (unsigned i = 0; i < LOAD_RCODES; i++) {
		char text[PLX_RCODE_TEXT_MAX];
		if (tally->rcodes[i] == 0) {
			continue;
		}
		fprintf(out, "<tr><th scope=\"row\">%s</th><td>%" PRIu64 "</td>",
			plx_rcode_format((uint16_t)i, text), tally->rcodes[i]);
		cell(out, (double)tally->rcodes[i] * 100 / (double)tally->completed, PLOT_PERCENT);
		if (tally->by_rcode[i] != NULL) {
			latency_cells(out, tally->by_rcode[i]);
		}
		fputs("</tr>\n", out);
	}
	end(out);
}

static void count_row(FILE *out, const char *name, uint64_t count)
{
	fprintf(out, "<tr><th scope=\"row\">%s</th><td>%" PRIu64 "</td></tr>\n", name, count);
}

static void write_counts(FILE *out, const struct bench_point *point)
{
	static const char *const heads[] = {"What", "Count", NULL};
	const struct load_tally *tally = &point->tally;
	begin(out, "Counts", heads);
	count_row(out, "Queries planned", tally->planned);
	count_row(out, "Queries sent", tally->sent);
	count_row(out, "Answered", tally->completed);
	count_row(out, "Truncated answers among them", tally->truncated);
	count_row(out, "Lost", tally->lost);
	count_row(out, "Interrupted", tally->interrupted);
	count_row(out, "Late answers, after their query was given up", point->reading.late);
	count_row(out, "Packets that answered no query of ours", point->reading.mismatched);
	count_row(out, "Packets dropped by our port", point->reading.nic_drops);
	fprintf(out,
		"<tr><th scope=\"row\">Cycles per query</th><td>%.0f</td></tr>\n"
		"<tr><th scope=\"row\">Workers busy</th><td>%.1f%%</td></tr>\n",
		bench_point_cycles_per_query(point), bench_point_worker_busy(point) * 100);
	end(out);
}

static void port_rows(FILE *out, const char *port, const json_t *before, const json_t *after)
{
	const char *key;
	const json_t *value;
	json_t *borrowed = (json_t *)(uintptr_t)after; // jansson's iterators take it so
	json_object_foreach(borrowed, key, value)
	{
		if (!json_is_integer(value) || strcmp(key, "link_mbps") == 0) {
			continue;
		}
		json_int_t first = json_integer_value(json_object_get(before, key));
		json_int_t last = json_integer_value(value);
		if (last == first) {
			continue;
		}
		fputs("<tr><th scope=\"row\">", out);
		html_text(out, port);
		fputs(" ", out);
		html_text(out, key);
		fprintf(out, "</th><td>%lld</td><td>%lld</td><td>%lld</td></tr>\n",
			(long long)first, (long long)last, (long long)(last - first));
	}
}

static void write_ports(FILE *out, const struct bench_point *point)
{
	static const char *const heads[] = {"Port and counter", "Before", "After", "Between", NULL};
	begin(out, "Counters of the port that moved", heads);
	for (size_t i = 0; i < json_array_size(point->reading.ports); i++) {
		const json_t *before = json_array_get(point->ports_before, i);
		const json_t *after = json_array_get(point->reading.ports, i);
		const char *name = json_string_value(json_object_get(after, "name"));
		name = name != NULL ? name : "port";
		port_rows(out, name, before, after);
		port_rows(out, name, json_object_get(before, "extra"),
			  json_object_get(after, "extra"));
	}
	end(out);
}

static void text_row(FILE *out, const char *name, const char *text)
{
	fprintf(out, "<tr><th scope=\"row\">%s</th><td class=\"text\">", name);
	html_text(out, text);
	fputs("</td></tr>\n", out);
}

static void write_circumstances(FILE *out, const struct bench_run *run)
{
	static const char *const heads[] = {"Circumstance", "", NULL};
	struct machine machine;
	char cpus[MACHINE_TEXT_MAX + 32];
	machine_read(&machine);
	snprintf(cpus, sizeof(cpus), "%u x %s, %u MiB", machine.cpus, machine.cpu_model,
		 machine.memory_mib);
	begin(out, "How it was measured", heads);
	text_row(out, "Command", run->command);
	text_row(out, "Version", "parallax-bench " PLX_VERSION);
	text_row(out, "Machine", cpus);
	text_row(out, "Kernel", machine.kernel);
	end(out);
}

void bench_report_tables(FILE *out, const struct bench_run *run)
{
	const struct bench_point *best = &run->points[run->best];
	if (run->point_count > 1) {
		write_steps(out, run);
	}
	if (run->options->mode == BENCH_MODE_SELF_TEST) {
		fprintf(out,
			"<p>Bare echo over the same kind of port: %.0f packets per second; ratio "
			"%.3f.</p>\n",
			run->ceiling_pps,
			run->ceiling_pps > 0 ? load_tally_qps(&best->tally) / run->ceiling_pps : 0);
	}
	write_rcodes(out, &best->tally);
	write_counts(out, best);
	write_ports(out, best);
	write_circumstances(out, run);
}
