// SPDX-License-Identifier: BSD-3-Clause

#include "bench/verdict.h"

static bool is_nic_drop(const struct verdict_facts *facts)
{
	return facts->nic_drops > VERDICT_LOSS * facts->sent && 2 * facts->nic_drops >= facts->lost;
}

static bool is_generator_bound(const struct verdict_facts *facts)
{
	bool is_saturated = facts->worker_busy >= VERDICT_BUSY && facts->batch >= VERDICT_BATCH;
	if (!facts->is_open_loop) {
		double life_ns = facts->latency_ns + facts->pickup_ns;
		return is_saturated || 2 * (facts->lag_ns + facts->pickup_ns) > life_ns;
	}
	if (facts->was_full) {
		return false;
	}
	bool is_short = facts->planned - facts->sent > VERDICT_SHORTFALL * facts->planned;
	bool is_late = facts->lag_ns > VERDICT_LAG_NS && 2 * facts->lag_ns > facts->latency_ns;
	return is_short || is_late;
}

enum bench_verdict verdict_of(const struct verdict_facts *facts)
{
	if (is_nic_drop(facts)) {
		return BENCH_VERDICT_NIC_DROP;
	}
	if (facts->wire_share >= VERDICT_WIRE) {
		return BENCH_VERDICT_WIRE_BOUND;
	}
	if (is_generator_bound(facts)) {
		return BENCH_VERDICT_GENERATOR_BOUND;
	}
	bool has_loss = facts->lost > VERDICT_LOSS * facts->sent;
	if (!facts->is_open_loop || facts->was_full || has_loss) {
		return BENCH_VERDICT_SERVER_BOUND;
	}
	return BENCH_VERDICT_RATE_LIMITED;
}

const char *bench_verdict_name(enum bench_verdict verdict)
{
	switch (verdict) {
	case BENCH_VERDICT_NOT_EVALUATED:
		return "not-evaluated";
	case BENCH_VERDICT_GENERATOR_BOUND:
		return "generator-bound";
	case BENCH_VERDICT_WIRE_BOUND:
		return "wire-bound";
	case BENCH_VERDICT_NIC_DROP:
		return "nic-drop";
	case BENCH_VERDICT_SERVER_BOUND:
		return "server-bound";
	case BENCH_VERDICT_RATE_LIMITED:
		return "rate-limited";
	}
	return "unknown";
}

const char *bench_verdict_text(enum bench_verdict verdict)
{
	switch (verdict) {
	case BENCH_VERDICT_NOT_EVALUATED:
		return "nothing was measured";
	case BENCH_VERDICT_GENERATOR_BOUND:
		return "this program could not put on more load: the server may be faster";
	case BENCH_VERDICT_WIRE_BOUND:
		return "the link was full";
	case BENCH_VERDICT_NIC_DROP:
		return "packets were dropped by this machine's port, not by the server";
	case BENCH_VERDICT_SERVER_BOUND:
		return "the server, or the path to it, was the limit";
	case BENCH_VERDICT_RATE_LIMITED:
		return "the rate that was asked for was the limit: all of it was answered";
	}
	return "unknown";
}
