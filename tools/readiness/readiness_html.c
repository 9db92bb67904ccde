// SPDX-License-Identifier: BSD-3-Clause
// The page's summary: totals, reasons, advice, perspectives.

#include "readiness/readiness_html.h"

#include "readiness/json_keep.h"
#include "readiness/readiness_html_rows.h"
#include "readiness/readiness_page.h"
#include "report/html_text.h"

#include <jansson.h>

#include <string.h>

static unsigned long long count_of(const json_t *object, const char *key)
{
	return (unsigned long long)json_count(object, key);
}

static void print_notice(const json_t *summary, FILE *out)
{
	const char *end = json_text(summary, "end");
	unsigned long long unread = count_of(summary, "unread_from_line");
	if (end[0] == '\0' || strcmp(end, "done") == 0) {
		return;
	}
	fputs("<p class=\"notice\" role=\"note\"><strong>This report is not complete.</strong> ",
	      out);
	fputs("The run ended early: ", out);
	html_text(out, end);
	const char *fault = json_text(summary, "fault");
	if (fault[0] != '\0' && strcmp(fault, end) != 0) {
		fputs(" (", out);
		html_text(out, fault);
		fputc(')', out);
	}
	fputs(".", out);
	if (unread > 0) {
		fprintf(out, " The input was not read from line %llu on.", unread);
	}
	fputs("</p>\n", out);
}

static void print_head(const json_t *summary, FILE *out)
{
	const json_t *identifiers = json_object_get(summary, "identifiers");
	unsigned long long failing = count_of(identifiers, "fail");
	fputs("<header>\n<h1>Readiness for enforcement</h1>\n<p>", out);
	if (failing == 0) {
		fprintf(out, "None of %llu identifiers would fail.",
			count_of(identifiers, "total"));
	} else {
		fprintf(out,
			"<strong class=\"bad\">%llu of %llu identifiers would fail</strong> if "
			"corroboration were enforced.",
			failing, count_of(identifiers, "total"));
	}
	fputs("</p>\n<p class=\"soft\">", out);
	if (json_text(summary, "input")[0] != '\0') {
		fputs("Orders from ", out);
		html_text(out, json_text(summary, "input"));
		fputs(", run in report-only mode", out);
	} else {
		fputs("Run in report-only mode", out);
	}
	if (json_text(summary, "finished")[0] != '\0') {
		fputs(" from ", out);
		html_text(out, json_text(summary, "started"));
		fputs(" to ", out);
		html_text(out, json_text(summary, "finished"));
	}
	fputs(". Nothing was issued.</p>\n</header>\n<main>\n", out);
	print_notice(summary, out);
}

static void print_tile(FILE *out, unsigned long long number, const char *colour, const char *label)
{
	fprintf(out, "<li><b class=\"%s\">%llu</b>%s</li>\n", number > 0 ? colour : "", number,
		label);
}

static void print_tiles(const json_t *summary, FILE *out)
{
	const json_t *orders = json_object_get(summary, "orders");
	const json_t *identifiers = json_object_get(summary, "identifiers");
	fputs("<ul class=\"tiles\">\n", out);
	print_tile(out, count_of(identifiers, "fail"), "bad", "identifiers would fail");
	print_tile(out, count_of(identifiers, "pass"), "good", "identifiers would pass");
	print_tile(out, count_of(orders, "fail"), "bad", "orders would fail");
	print_tile(out, count_of(orders, "pass"), "good", "orders would pass");
	print_tile(out, count_of(orders, "faulty"), "warn", "faulty lines");
	print_tile(out, count_of(orders, "not_run"), "warn", "orders not run");
	fputs("</ul>\n", out);
}

// Beside the number that it shows, for those who see it.
static void print_bar(FILE *out, unsigned long long part, unsigned long long whole)
{
	fputs("<td><span class=\"bar\" aria-hidden=\"true\">", out);
	if (part > 0 && whole > 0) {
		fprintf(out, "<i style=\"width:%.1f%%\"></i>", 100 * (double)part / (double)whole);
	}
	fputs("</span></td>", out);
}

static void print_reasons(const json_t *summary, FILE *out)
{
	const json_t *entries = json_object_get(summary, "reasons");
	unsigned long long whole = count_of(json_object_get(summary, "identifiers"), "fail");
	const json_t *entry;
	size_t i;
	if (json_array_size(entries) == 0) {
		return;
	}
	fputs("<h2 id=\"reasons\">Why they would be refused</h2>\n<div class=\"wide\" "
	      "tabindex=\"0\" "
	      "role=\"region\" aria-labelledby=\"reasons\">"
	      "<table aria-labelledby=\"reasons\">\n<thead><tr><th scope=\"col\">Reason</th>"
	      "<th scope=\"col\">Check</th><th scope=\"col\" class=\"num\">Identifiers</th>"
	      "<th scope=\"col\">Share</th></tr></thead>\n<tbody>\n",
	      out);
	json_array_foreach(entries, i, entry)
	{
		fputs("<tr><th scope=\"row\"><span class=\"code\">", out);
		html_text(out, json_text(entry, "code"));
		fputs("</span><small>", out);
		html_text(out, json_text(entry, "message"));
		fputs("</small></th><td>", out);
		html_text(out, json_text(entry, "check"));
		fprintf(out, "</td><td class=\"num\">%llu</td>", count_of(entry, "identifiers"));
		print_bar(out, count_of(entry, "identifiers"), whole);
		fputs("</tr>\n", out);
	}
	fputs("</tbody></table></div>\n", out);
}

static void print_diagnosis(const json_t *summary, FILE *out)
{
	const json_t *entries = json_object_get(summary, "diagnosis");
	const json_t *entry;
	size_t i;
	if (json_array_size(entries) == 0) {
		return;
	}
	fputs("<h2>What to mend</h2>\n<div class=\"cards\">\n", out);
	json_array_foreach(entries, i, entry)
	{
		fputs("<section class=\"card\"><h3 class=\"code\">", out);
		html_text(out, json_text(entry, "code"));
		fprintf(out,
			"</h3><p class=\"soft\">%llu would fail, %llu pass all the same</p><p>",
			count_of(entry, "failing"), count_of(entry, "passing"));
		html_text(out, json_text(entry, "advice"));
		fputs("</p></section>\n", out);
	}
	fputs("</div>\n", out);
}

static void print_missed(const json_t *entry, const char *checks, const char *missed, FILE *out)
{
	fprintf(out, "<td class=\"num\">%llu of %llu</td>", count_of(entry, missed),
		count_of(entry, checks));
	print_bar(out, count_of(entry, missed), count_of(entry, checks));
}

static void print_perspectives(const json_t *summary, FILE *out)
{
	const json_t *entries = json_object_get(summary, "perspectives");
	const json_t *entry;
	size_t i;
	if (json_array_size(entries) == 0) {
		return;
	}
	fputs("<h2 id=\"perspectives\">By perspective</h2>\n<div class=\"wide\" tabindex=\"0\" "
	      "role=\"region\" aria-labelledby=\"perspectives\">"
	      "<table aria-labelledby=\"perspectives\">\n<thead><tr>"
	      "<th scope=\"col\">Perspective</th><th scope=\"col\">Region</th>"
	      "<th scope=\"col\" class=\"num\">DCV missed</th><th scope=\"col\">Share</th>"
	      "<th scope=\"col\" class=\"num\">CAA missed</th><th scope=\"col\">Share</th>"
	      "</tr></thead>\n<tbody>\n",
	      out);
	json_array_foreach(entries, i, entry)
	{
		fputs("<tr><th scope=\"row\">", out);
		html_text(out, json_text(entry, "name"));
		fputs("</th><td>", out);
		html_text(out, json_text(entry, "rir"));
		fputs("</td>", out);
		print_missed(entry, "dcv_checks", "dcv_missed", out);
		print_missed(entry, "caa_checks", "caa_missed", out);
		fputs("</tr>\n", out);
	}
	fputs("</tbody></table></div>\n", out);
}

void readiness_html_print(const json_t *report, FILE *out)
{
	const json_t *summary = json_object_get(report, "summary");
	readiness_page_begin(out);
	print_head(summary, out);
	print_tiles(summary, out);
	print_reasons(summary, out);
	print_diagnosis(summary, out);
	print_perspectives(summary, out);
	readiness_html_print_rows(report, out);
	fputs("</main>\n", out);
	readiness_page_end(out);
}
