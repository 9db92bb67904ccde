// SPDX-License-Identifier: BSD-3-Clause

#include "bench/statistics_text.h"

#include <inttypes.h>

#define DNSPERF_RCODES 16

// dnsperf's words; it knows no extended ones.
static const char *const rcode_words[DNSPERF_RCODES] = {
	"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP",  "REFUSED", "YXDOMAIN", "YXRRSET",
	"NXRRSET", "NOTAUTH", "NOTZONE",  "rcode11",  "rcode12", "rcode13", "rcode14",  "rcode15"};

static double part(uint64_t count, uint64_t whole)
{
	return whole == 0 ? 0 : (double)count * 100 / (double)whole;
}

static void print_rcodes(FILE *out, const struct load_tally *tally)
{
	const char *separator = "";
	fputs("  Response codes:       ", out);
	for (unsigned i = 0; i < LOAD_RCODES; i++) {
		if (tally->rcodes[i] == 0) {
			continue;
		}
		char number[16];
		snprintf(number, sizeof(number), "rcode%u", i);
		fprintf(out, "%s%s %" PRIu64 " (%.2f%%)", separator,
			i < DNSPERF_RCODES ? rcode_words[i] : number, tally->rcodes[i],
			part(tally->rcodes[i], tally->completed));
		separator = ", ";
	}
	fputc('\n', out);
}

void statistics_text_dnsperf(FILE *out, const struct load_tally *tally)
{
	const struct latency_histogram *latency = tally->latency;
	fputs("Statistics:\n\n", out);
	fprintf(out, "  Queries sent:         %" PRIu64 "\n", tally->sent);
	fprintf(out, "  Queries completed:    %" PRIu64 " (%.2f%%)\n", tally->completed,
		part(tally->completed, tally->sent));
	fprintf(out, "  Queries lost:         %" PRIu64 " (%.2f%%)\n", tally->lost,
		part(tally->lost, tally->sent));
	if (tally->interrupted > 0) {
		fprintf(out, "  Queries interrupted:  %" PRIu64 " (%.2f%%)\n", tally->interrupted,
			part(tally->interrupted, tally->sent));
	}
	fputc('\n', out);
	print_rcodes(out, tally);
	fprintf(out, "  Average packet size:  request %" PRIu64 ", response %" PRIu64 "\n",
		tally->submitted == 0 ? 0 : tally->request_bytes / tally->submitted,
		tally->completed == 0 ? 0 : tally->response_bytes / tally->completed);
	fprintf(out, "  Run time (s):         %.6f\n", (double)tally->end_ns / 1e9);
	fprintf(out, "  Queries per second:   %.6f\n", load_tally_qps(tally));
	fputc('\n', out);
	fprintf(out, "  Average Latency (s):  %.6f (min %.6f, max %.6f)\n",
		latency_histogram_mean_ns(latency) / 1e9, (double)latency->min_ns / 1e9,
		(double)latency->max_ns / 1e9);
	if (tally->completed > 1) {
		fprintf(out, "  Latency StdDev (s):   %.6f\n",
			latency_histogram_deviation_ns(latency) / 1e9);
	}
	fputc('\n', out);
}

static double percentile_s(const struct latency_histogram *histogram, double fraction)
{
	return (double)latency_histogram_percentile(histogram, fraction) / 1e9;
}

void statistics_text_self_test(FILE *out, const struct bench_point *point, const char *kind,
			       double ceiling_pps)
{
	double qps = load_tally_qps(&point->tally);
	fprintf(out, "Self-test over %s, nothing left out, results delivered:\n\n", kind);
	fprintf(out, "  Look-ups per second:  %.0f (%u worker%s)\n", qps, point->reading.workers,
		point->reading.workers == 1 ? "" : "s");
	fprintf(out,
		"  Cycles per look-up:   %.0f (busy turns of the worker: %.1f%% of its time)\n",
		bench_point_cycles_per_query(point), bench_point_worker_busy(point) * 100);
	fprintf(out, "  Bare echo per second: %.0f\n", ceiling_pps);
	fprintf(out, "  Ratio:                %.3f\n\n", ceiling_pps > 0 ? qps / ceiling_pps : 0);
}

void statistics_text_beyond(FILE *out, const struct bench_point *point)
{
	const struct load_tally *tally = &point->tally;
	const struct dataplane_reading *reading = &point->reading;
	fputs("Beyond dnsperf:\n\n", out);
	fprintf(out, "  Latency from:         %s\n",
		point->offered_qps > 0 ? "the intended time of sending (open loop)"
				       : "the place that became free (closed loop)");
	fprintf(out, "  Latency (s):          p50 %.6f, p90 %.6f, p99 %.6f, p99.9 %.6f, max %.6f\n",
		percentile_s(tally->latency, 0.5), percentile_s(tally->latency, 0.9),
		percentile_s(tally->latency, 0.99), percentile_s(tally->latency, 0.999),
		(double)tally->latency->max_ns / 1e9);
	fprintf(out, "  Sent late by (s):     p50 %.6f, p99 %.6f\n", percentile_s(tally->lag, 0.5),
		percentile_s(tally->lag, 0.99));
	fprintf(out,
		"  Not answers:          late %" PRIu64 ", mismatched %" PRIu64
		"; truncated answers %" PRIu64 "\n",
		reading->late, reading->mismatched, tally->truncated);
	fprintf(out, "  Port:                 dropped %" PRIu64 ", offered again %" PRIu64 "\n",
		reading->nic_drops, reading->packets_unsent);
	fprintf(out, "  Generator:            workers busy %.1f%%, cycles per query %.0f\n",
		bench_point_worker_busy(point) * 100, bench_point_cycles_per_query(point));
	fprintf(out, "  This program:         %.0f ns of CPU time per query\n",
		bench_point_client_ns_per_query(point));
	fprintf(out, "  Verdict:              %s: %s\n\n", bench_verdict_name(point->verdict),
		bench_verdict_text(point->verdict));
}
