// SPDX-License-Identifier: BSD-3-Clause

#include "bench/bench_point.h"

#include <jansson.h>

#define FRAME_EXTRA_BYTES 24 // preamble, frame check, gap: on the wire, and in no counter

double bench_point_cycles_per_query(const struct bench_point *point)
{
	return point->tally.completed == 0
		       ? 0
		       : (double)point->reading.busy_cycles / (double)point->tally.completed;
}

double bench_point_client_ns_per_query(const struct bench_point *point)
{
	return point->tally.completed == 0
		       ? 0
		       : (double)point->client_cpu_ns / (double)point->tally.completed;
}

double bench_point_worker_busy(const struct bench_point *point)
{
	double available = (double)point->reading.cycles_per_s * point->reading.workers *
			   (double)point->tally.end_ns / 1e9;
	return available <= 0 ? 0 : (double)point->reading.busy_cycles / available;
}

double bench_point_packets_per_turn(const struct bench_point *point)
{
	const struct dataplane_reading *reading = &point->reading;
	return reading->busy_turns == 0
		       ? 0
		       : (double)reading->packets_received / (double)reading->busy_turns;
}

double bench_point_shortfall(const struct bench_point *point)
{
	const struct load_tally *tally = &point->tally;
	return tally->planned <= tally->sent
		       ? 0
		       : (double)(tally->planned - tally->sent) / (double)tally->planned;
}

static double wire_share(const struct bench_point *point)
{
	const struct dataplane_reading *reading = &point->reading;
	double seconds = (double)point->tally.end_ns / 1e9;
	if (reading->link_bits_per_s == 0 || seconds <= 0) {
		return 0;
	}
	double sent = (double)(reading->bytes_sent + FRAME_EXTRA_BYTES * reading->packets_sent);
	double received =
		(double)(reading->bytes_received + FRAME_EXTRA_BYTES * reading->packets_received);
	double most = sent > received ? sent : received;
	return most * 8 / seconds / (double)reading->link_bits_per_s;
}

void bench_point_judge(struct bench_point *point)
{
	const struct load_tally *tally = &point->tally;
	const struct dataplane_reading *reading = &point->reading;
	if (tally->sent == 0) {
		point->verdict = BENCH_VERDICT_NOT_EVALUATED;
		return;
	}
	const struct verdict_facts facts = {
		.is_open_loop = point->offered_qps > 0,
		.was_full = tally->full_turns > 0,
		.planned = (double)tally->planned,
		.sent = (double)tally->sent,
		.lost = (double)tally->lost,
		.nic_drops = (double)reading->nic_drops,
		.wire_share = wire_share(point),
		.latency_ns = latency_histogram_mean_ns(tally->latency),
		.lag_ns = latency_histogram_mean_ns(tally->lag),
		.pickup_ns =
			tally->completed == 0 ? 0 : tally->pickup_ns / (double)tally->completed,
		.worker_busy = bench_point_worker_busy(point),
		.batch = bench_point_packets_per_turn(point),
	};
	point->verdict = verdict_of(&facts);
}

void bench_point_free(struct bench_point *point)
{
	load_tally_free(&point->tally);
	json_decref(point->ports_before);
	point->ports_before = NULL;
	dataplane_reading_release(&point->reading);
}
