// SPDX-License-Identifier: BSD-3-Clause

#include "readiness/readiness_html_rows.h"

#include "readiness/json_keep.h"
#include "report/html_text.h"

#include <jansson.h>

#include <stdbool.h>
#include <string.h>

static void print_part(FILE *out, const char *label, const char *text)
{
	if (text[0] != '\0') {
		fprintf(out, "<small>%s", label);
		html_text(out, text);
		fputs("</small>", out);
	}
}

static bool says_the_same(const json_t *left, const json_t *right)
{
	return strcmp(json_text(left, "result"), json_text(right, "result")) == 0 &&
	       strcmp(json_text(left, "message"), json_text(right, "message")) == 0;
}

// Perspectives that say the same share a line.
static void print_missed(const json_t *missed, FILE *out)
{
	const json_t *entry;
	size_t i;
	json_array_foreach(missed, i, entry)
	{
		bool is_told = false;
		for (size_t j = 0; j < i; j++) {
			is_told |= says_the_same(json_array_get(missed, j), entry);
		}
		if (is_told) {
			continue;
		}
		fputs("<small><strong>", out);
		html_text(out, json_text(entry, "name"));
		for (size_t j = i + 1; j < json_array_size(missed); j++) {
			const json_t *other = json_array_get(missed, j);
			if (says_the_same(entry, other)) {
				fputs(", ", out);
				html_text(out, json_text(other, "name"));
			}
		}
		fputs("</strong> ", out);
		html_text(out, json_text(entry, "result"));
		if (json_text(entry, "message")[0] != '\0') {
			fputs(": ", out);
			html_text(out, json_text(entry, "message"));
		}
		fputs("</small>", out);
	}
}

static bool has_failed(const json_t *row, const char *set)
{
	const json_t *failed = json_object_get(row, "failed");
	const json_t *entry;
	size_t i;
	json_array_foreach(failed, i, entry)
	{
		if (strcmp(json_string_value(entry), set) == 0) {
			return true;
		}
	}
	return false;
}

static void print_checks(const json_t *row, const char *set, FILE *out)
{
	const json_t *checks = json_object_get(row, set);
	if (!json_is_object(checks)) {
		fputs("<td class=\"check soft\">not needed</td>", out);
		return;
	}
	fprintf(out, "<td class=\"check\"><strong class=\"%s\">",
		has_failed(row, set) ? "bad" : "good");
	fputs("quorum ", out);
	html_text(out, json_text(checks, "quorum"));
	fputs("</strong>", out);
	print_part(out, "primary: ", json_text(checks, "primary"));
	print_part(out, "DNSSEC: ", json_text(checks, "dnssec"));
	print_missed(json_object_get(checks, "missed"), out);
	fputs("</td>", out);
}

static void print_why(const json_t *row, FILE *out)
{
	const json_t *entry;
	size_t i;
	fputs("<td class=\"why\">", out);
	json_array_foreach(json_object_get(row, "reasons"), i, entry)
	{
		fputs("<small>", out);
		html_text(out, json_text(entry, "check"));
		fputs(": ", out);
		html_text(out, json_text(entry, "code"));
		fputs("</small>", out);
	}
	json_array_foreach(json_object_get(row, "diagnosis"), i, entry)
	{
		fputs("<span class=\"code\">", out);
		html_text(out, json_text(entry, "code"));
		fputs("</span>", out);
		print_part(out, "", json_text(entry, "advice"));
		print_part(out, "", json_text(entry, "detail"));
	}
	fputs("</td>", out);
}

static void print_failing(const json_t *rows, FILE *out)
{
	const json_t *row;
	size_t i;
	if (json_array_size(rows) == 0) {
		return;
	}
	fputs("<h2 id=\"rows\">Identifiers that would fail</h2>\n"
	      "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-labelledby=\"rows\">"
	      "<table aria-labelledby=\"rows\">\n<thead><tr>"
	      "<th scope=\"col\" class=\"num\">Line</th><th scope=\"col\">Identifier</th>"
	      "<th scope=\"col\">Domain control</th><th scope=\"col\">CAA</th>"
	      "<th scope=\"col\">Why, and what to do</th></tr></thead>\n<tbody id=\"failing\">\n",
	      out);
	json_array_foreach(rows, i, row)
	{
		fprintf(out, "<tr><td class=\"num\">%llu</td><th scope=\"row\" class=\"id\"><bdi>",
			(unsigned long long)json_count(row, "line"));
		html_text(out, json_text(row, "identifier"));
		fputs("</bdi>", out);
		print_part(out, "", json_text(row, "validation_method"));
		print_part(out, "order ", json_text(row, "order"));
		print_part(out, "reference ", json_text(row, "reference"));
		fputs("</th>", out);
		print_checks(row, "dcv", out);
		print_checks(row, "caa", out);
		print_why(row, out);
		fputs("</tr>\n", out);
	}
	fputs("</tbody></table></div>\n", out);
}

static void print_problems(const json_t *rows, const char *id, const char *title, FILE *out)
{
	const json_t *row;
	size_t i;
	if (json_array_size(rows) == 0) {
		return;
	}
	fprintf(out,
		"<h2 id=\"%s\">%s</h2>\n<div class=\"wide\" tabindex=\"0\" role=\"region\" "
		"aria-labelledby=\"%s\"><table aria-labelledby=\"%s\">\n"
		"<thead><tr><th scope=\"col\" class=\"num\">Line</th>"
		"<th scope=\"col\">What is wrong</th></tr></thead>\n<tbody>\n",
		id, title, id, id);
	json_array_foreach(rows, i, row)
	{
		fprintf(out, "<tr><td class=\"num\">%llu</td><td><bdi>",
			(unsigned long long)json_count(row, "line"));
		html_text(out, json_text(row, "message"));
		fputs("</bdi>", out);
		print_part(out, "at ", json_text(row, "pointer"));
		fputs("</td></tr>\n", out);
	}
	fputs("</tbody></table></div>\n", out);
}

void readiness_html_print_rows(const json_t *report, FILE *out)
{
	uint64_t left_out = json_count(json_object_get(report, "summary"), "rows_left_out");
	print_failing(json_object_get(report, "failing"), out);
	print_problems(json_object_get(report, "faulty"), "faulty", "Faulty lines", out);
	print_problems(json_object_get(report, "not_run"), "not-run", "Orders not run", out);
	if (left_out > 0) {
		fprintf(out,
			"<p class=\"soft\">%llu rows more were counted and are not listed.</p>\n",
			(unsigned long long)left_out);
	}
}
