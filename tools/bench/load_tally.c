// SPDX-License-Identifier: BSD-3-Clause

#include "bench/load_tally.h"

#include <errno.h>
#include <stdlib.h>

int load_tally_init(struct load_tally *tally, uint64_t expected_ns)
{
	*tally = (struct load_tally) {
		.latency = calloc(1, sizeof(*tally->latency)),
		.lag = calloc(1, sizeof(*tally->lag)),
	};
	if (tally->latency == NULL || tally->lag == NULL ||
	    load_series_init(&tally->series, expected_ns) != 0) {
		load_tally_free(tally);
		return -ENOMEM;
	}
	return 0;
}

void load_tally_free(struct load_tally *tally)
{
	free(tally->latency);
	free(tally->lag);
	for (unsigned i = 0; i < LOAD_RCODES; i++) {
		free(tally->by_rcode[i]);
	}
	load_series_free(&tally->series);
	*tally = (struct load_tally) {0};
}

static bool take_answer(struct load_tally *tally, const struct plx_result *result,
			struct load_interval *interval, uint64_t intended_ns, uint64_t done_ns)
{
	uint64_t latency_ns = done_ns > intended_ns ? done_ns - intended_ns : 0;
	uint64_t rtt_ns = result->rtt_us * 1000ull;
	unsigned rcode = result->rcode < LOAD_RCODES ? result->rcode : LOAD_RCODES - 1;
	tally->completed++;
	tally->truncated += result->status == PLX_STATUS_TRUNCATED;
	tally->rcodes[rcode]++;
	tally->response_bytes += result->answer_bytes;
	latency_histogram_add(tally->latency, latency_ns);
	latency_histogram_add(tally->lag, latency_ns > rtt_ns ? latency_ns - rtt_ns : 0);
	if (tally->by_rcode[rcode] == NULL) {
		tally->by_rcode[rcode] = calloc(1, sizeof(*tally->by_rcode[rcode]));
	}
	if (tally->by_rcode[rcode] != NULL) {
		latency_histogram_add(tally->by_rcode[rcode], latency_ns);
	}
	interval->completed++;
	latency_outline_add(&interval->latency, latency_ns);
	return tally->by_rcode[rcode] != NULL;
}

bool load_tally_take(struct load_tally *tally, const struct plx_result *result,
		     uint64_t intended_ns, uint64_t done_ns)
{
	if (result->queries == 0) {
		return true; // never left: there was no path to the server, or no room for it
	}
	tally->sent++;
	struct load_interval *interval = load_series_at(&tally->series, intended_ns);
	interval->sent++;
	bool is_answer =
		result->status == PLX_STATUS_ANSWERED ||
		(result->status == PLX_STATUS_TRUNCATED && result->cause == PLX_CAUSE_UNJUDGED);
	if (is_answer) {
		if (done_ns > tally->end_ns) {
			tally->end_ns = done_ns;
		}
		return take_answer(tally, result, interval, intended_ns, done_ns);
	}
	tally->lost++;
	interval->lost++;
	return true;
}

double load_tally_qps(const struct load_tally *tally)
{
	return tally->end_ns == 0 ? 0 : (double)tally->completed * 1e9 / (double)tally->end_ns;
}

double load_tally_loss(const struct load_tally *tally)
{
	return tally->sent == 0 ? 0 : (double)tally->lost / (double)tally->sent;
}
