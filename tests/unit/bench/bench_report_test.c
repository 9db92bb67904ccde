// SPDX-License-Identifier: BSD-3-Clause
// The page as text, and as a browser understands it. The browser is chromium without a screen; without it that part is
// left out, and the program says so.

#include "bench/bench_report.h"

#include "browser.h"
#include "cunit_runner.h"

#include <jansson.h>

#include <stdio.h>
#include <string.h>

#define STEPS 3

static struct bench_run run;
static struct bench_options options;

static void add_step(unsigned index, double rate_qps)
{
	struct bench_point *point = &run.points[index];
	point->offered_qps = rate_qps;
	CU_ASSERT_EQUAL_FATAL(load_tally_init(&point->tally, 2000000000), 0);
	for (unsigned i = 0; i < 2000; i++) {
		uint64_t intended_ns = i * 1000000ull;
		bool is_lost = index == 2 && i % 4 == 0;
		const struct plx_result result = {
			.status = is_lost ? PLX_STATUS_TIMEOUT : PLX_STATUS_ANSWERED,
			.rcode = i % 5 == 0 ? 3 : 0,
			.queries = 1,
			.answer_bytes = 60,
		};
		CU_ASSERT_TRUE(load_tally_take(&point->tally, &result, intended_ns,
					       intended_ns + 100000 + i * 50));
	}
	point->tally.submitted = point->tally.planned = 2000;
	point->ports_before = json_pack("[{s:s, s:i, s:{s:i}}]", "name", "net_<b>0", "packets_sent",
					5, "extra", "rx_<i>", 1);
	point->reading.ports = json_pack("[{s:s, s:i, s:{s:i}}]", "name", "net_<b>0",
					 "packets_sent", 2005, "extra", "rx_<i>", 9);
	bench_point_judge(point);
}

static void start(unsigned steps)
{
	memset(&run, 0, sizeof(run));
	options = (struct bench_options) {.mode = steps > 1 ? BENCH_MODE_RAMP : BENCH_MODE_PLAIN,
					  .rate_qps = 1000};
	CU_ASSERT_EQUAL_FATAL(plx_ip_parse("192.0.2.53", &options.server.ip), 0);
	options.server.port = 53;
	run.options = &options;
	run.command = "parallax-bench -d <script>alert(1)</script>";
	for (unsigned i = 0; i < steps; i++) {
		add_step(i, 1000.0 * (i + 1));
	}
	run.point_count = steps;
}

static char *page_of(unsigned steps)
{
	char *text = NULL;
	size_t length;
	start(steps);
	FILE *out = open_memstream(&text, &length);
	CU_ASSERT_PTR_NOT_NULL_FATAL(out);
	bench_report_write(out, &run);
	fclose(out);
	bench_run_free(&run);
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

TEST(the_page_asks_the_network_for_nothing_and_runs_nothing)
{
	static const char *const forbidden[] = {
		"<script", "http:", "https:", "src=", "href=", "url(", "@import", "<i>", "net_<b>"};
	char *page = page_of(STEPS);
	for (size_t i = 0; i < PLX_ARRAY_SIZE(forbidden); i++) {
		CU_ASSERT_EQUAL(occurrences(page, forbidden[i]), 0);
	}
	CU_ASSERT_EQUAL(occurrences(page, "&lt;script&gt;"), 1);
	free(page);
}

TEST(several_loads_have_plots_over_load_and_one_has_none)
{
	char *page = page_of(STEPS);
	CU_ASSERT_EQUAL(occurrences(page, "<svg"), 7);
	CU_ASSERT_EQUAL(occurrences(page, "<h2>Over load</h2>"), 1);
	CU_ASSERT_EQUAL(occurrences(page, "<h2>Steps</h2>"), 1);
	free(page);
	page = page_of(1);
	CU_ASSERT_EQUAL(occurrences(page, "<svg"), 4);
	CU_ASSERT_EQUAL(occurrences(page, "Over load"), 0);
	free(page);
}

TEST(no_coordinate_is_anything_but_a_number)
{
	char *page = page_of(STEPS);
	CU_ASSERT_EQUAL(occurrences(page, "nan"), 0);
	CU_ASSERT_EQUAL(occurrences(page, "\"inf"), 0);
	CU_ASSERT_EQUAL(occurrences(page, "=\"-"), 0);
	CU_ASSERT_TRUE(occurrences(page, "<polyline") >= 15);
	free(page);
}

TEST(the_tables_tell_what_was_measured)
{
	char *page = page_of(STEPS);
	CU_ASSERT_EQUAL(occurrences(page, "<th scope=\"row\">NXDOMAIN</th><td>400</td>"), 1);
	CU_ASSERT_EQUAL(occurrences(page, "packets_sent</th><td>5</td><td>2005</td><td>2000</td>"),
			1);
	CU_ASSERT_EQUAL(occurrences(page, "rate-limited"), 3); // the notice and two steps
	CU_ASSERT_EQUAL(occurrences(page, "server-bound"), 1); // the third step
	free(page);
}

TEST(a_browser_reads_all_of_it)
{
	char *page = page_of(STEPS);
	char *document = browser_read(page);
	if (document != NULL) {
		CU_ASSERT_EQUAL(occurrences(document, "</svg>"), 7);
		CU_ASSERT_EQUAL(occurrences(document, "</table>"), 5);
		CU_ASSERT_EQUAL(occurrences(document, "<polyline"), occurrences(page, "<polyline"));
		CU_ASSERT_EQUAL(occurrences(document, "<script"), 0);
		CU_ASSERT_EQUAL(occurrences(document, "parsererror"), 0);
	}
	free(document);
	free(page);
}

TEST_MAIN(bench_report, T(the_page_asks_the_network_for_nothing_and_runs_nothing),
	  T(several_loads_have_plots_over_load_and_one_has_none),
	  T(no_coordinate_is_anything_but_a_number), T(the_tables_tell_what_was_measured),
	  T(a_browser_reads_all_of_it))
