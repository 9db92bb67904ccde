// SPDX-License-Identifier: BSD-3-Clause

#include "bench/statistics_json.h"

#include <parallax/dns/rr_type.h>

#include "bench/machine.h"

#include <jansson.h>

#define NS_PER_US 1000.0

static json_t *microseconds(double ns)
{
	return json_real(ns / NS_PER_US);
}

static json_t *percentile(const struct latency_histogram *histogram, double fraction)
{
	return microseconds((double)latency_histogram_percentile(histogram, fraction));
}

static json_t *latency_object(const struct latency_histogram *histogram)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "min",
			 microseconds((double)histogram->min_ns), "mean",
			 microseconds(latency_histogram_mean_ns(histogram)), "p50",
			 percentile(histogram, 0.5), "p90", percentile(histogram, 0.9), "p99",
			 percentile(histogram, 0.99), "p999", percentile(histogram, 0.999), "max",
			 microseconds((double)histogram->max_ns), "stddev",
			 microseconds(latency_histogram_deviation_ns(histogram)));
}

// By RCODE: the counts, and the latencies of each.
static int add_rcodes(json_t *object, const struct load_tally *tally)
{
	json_t *counts = json_object();
	json_t *latencies = json_object();
	int error = counts == NULL || latencies == NULL;
	for (unsigned i = 0; i < LOAD_RCODES; i++) {
		char text[PLX_RCODE_TEXT_MAX];
		if (tally->rcodes[i] == 0) {
			continue;
		}
		const char *name = plx_rcode_format((uint16_t)i, text);
		error |= json_object_set_new(counts, name,
					     json_integer((json_int_t)tally->rcodes[i]));
		if (tally->by_rcode[i] != NULL) {
			error |= json_object_set_new(latencies, name,
						     latency_object(tally->by_rcode[i]));
		}
	}
	error |= json_object_set_new(object, "response_codes", counts);
	return error | json_object_set_new(object, "latency_us_by_rcode", latencies);
}

static json_t *series_array(const struct load_series *series)
{
	json_t *array = json_array();
	int error = array == NULL;
	for (unsigned i = 0; i < series->count; i++) {
		const struct load_interval *interval = &series->intervals[i];
		const struct latency_outline *latency = &interval->latency;
		error |= json_array_append_new(
			array,
			json_pack("{s:f, s:I, s:I, s:I, s:o, s:o, s:o, s:o}", "time_s",
				  (double)i * (double)series->interval_ns / 1e9, "sent",
				  (json_int_t)interval->sent, "completed",
				  (json_int_t)interval->completed, "lost",
				  (json_int_t)interval->lost, "p50_us",
				  microseconds((double)latency_outline_percentile(latency, 0.5)),
				  "p90_us",
				  microseconds((double)latency_outline_percentile(latency, 0.9)),
				  "p99_us",
				  microseconds((double)latency_outline_percentile(latency, 0.99)),
				  "max_us", microseconds((double)latency->max_ns)));
	}
	if (error != 0) {
		json_decref(array);
		return NULL;
	}
	return array;
}

static json_t *or_null(json_t *borrowed)
{
	return borrowed != NULL ? json_incref(borrowed) : json_null();
}

static json_t *point_object(const struct bench_point *point)
{
	const struct load_tally *tally = &point->tally;
	const struct dataplane_reading *reading = &point->reading;
	json_t *offered = point->offered_qps > 0 ? json_real(point->offered_qps) : json_null();
	json_t *object = json_pack(
		"{s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:f, s:f, s:o, s:o, s:I, s:I, s:f, s:f, s:f, "
		"s:f, s:s}",
		"offered_qps", offered, "queries_planned", (json_int_t)tally->planned,
		"queries_sent", (json_int_t)tally->sent, "queries_completed",
		(json_int_t)tally->completed, "queries_lost", (json_int_t)tally->lost,
		"queries_interrupted", (json_int_t)tally->interrupted, "truncated",
		(json_int_t)tally->truncated, "run_time_s", (double)tally->end_ns / 1e9, "qps",
		load_tally_qps(tally), "latency_us", latency_object(tally->latency), "sent_late_us",
		latency_object(tally->lag), "late", (json_int_t)reading->late, "mismatched",
		(json_int_t)reading->mismatched, "cycles_per_query",
		bench_point_cycles_per_query(point), "worker_busy", bench_point_worker_busy(point),
		"packets_per_turn", bench_point_packets_per_turn(point), "client_ns_per_query",
		bench_point_client_ns_per_query(point), "verdict",
		bench_verdict_name(point->verdict));
	if (object == NULL || add_rcodes(object, tally) != 0) {
		json_decref(object);
		return NULL;
	}
	return object;
}

static json_t *machine_object(void)
{
	struct machine machine;
	machine_read(&machine);
	return json_pack("{s:s, s:i, s:i, s:s}", "cpu_model", machine.cpu_model, "cpus",
			 (int)machine.cpus, "memory_mib", (int)machine.memory_mib, "kernel",
			 machine.kernel);
}

static json_t *steps_array(const struct bench_run *run)
{
	json_t *array = json_array();
	int error = array == NULL;
	for (unsigned i = 0; i < run->point_count; i++) {
		const struct bench_point *point = &run->points[i];
		json_t *object = point_object(point);
		error |= json_object_set_new(object, "outcome",
					     json_string(knee_outcome_name(point->outcome)));
		if (point->outcome != KNEE_NOT_JUDGED) {
			error |= json_object_set_new(object, "middle_window",
						     json_pack("{s:f, s:f, s:i}", "loss",
							       point->middle.loss, "p99_us",
							       (double)point->middle.p99_ns / 1e3,
							       "of", (int)point->middle.windows));
		}
		error |= json_array_append_new(array, object);
	}
	if (error != 0) {
		json_decref(array);
		return NULL;
	}
	return array;
}

json_t *statistics_json(const struct bench_run *run)
{
	const struct bench_point *best = &run->points[run->best];
	json_t *object = point_object(best);
	int error = object == NULL;
	char server[PLX_ENDPOINT_TEXT_MAX];
	error |= json_object_set_new(object, "program", json_string("parallax-bench"));
	error |= json_object_set_new(object, "version", json_string(PLX_VERSION));
	error |= json_object_set_new(object, "command", json_string(run->command));
	error |= json_object_set_new(
		object, "server", json_string(plx_endpoint_format(&run->options->server, server)));
	error |= json_object_set_new(object, "machine", machine_object());
	error |= json_object_set_new(object, "ports",
				     json_pack("{s:o, s:o}", "before", or_null(best->ports_before),
					       "after", or_null(best->reading.ports)));
	error |= json_object_set_new(object, "intervals", series_array(&best->tally.series));
	if (run->options->mode == BENCH_MODE_SELF_TEST) {
		double ratio =
			run->ceiling_pps > 0 ? load_tally_qps(&best->tally) / run->ceiling_pps : 0;
		error |= json_object_set_new(object, "self_test",
					     json_string(run->options->self_test));
		error |= json_object_set_new(object, "ceiling_pps", json_real(run->ceiling_pps));
		error |= json_object_set_new(object, "ratio", json_real(ratio));
	}
	if (run->options->mode == BENCH_MODE_FIND_MAX) {
		const struct knee_result *knee = &run->knee;
		error |= json_object_set_new(object, "sustained_qps",
					     json_real(knee->sustained_qps));
		error |= json_object_set_new(object, "turns",
					     json_pack("{s:b, s:f, s:f}", "settled",
						       knee->is_settled, "low_qps", knee->low_qps,
						       "high_qps", knee->high_qps));
	}
	if (run->options->mode == BENCH_MODE_FIND_MAX || run->options->mode == BENCH_MODE_RAMP) {
		error |= json_object_set_new(object, "steps", steps_array(run));
	}
	if (error != 0) {
		json_decref(object);
		return NULL;
	}
	return object;
}
