// SPDX-License-Identifier: BSD-3-Clause
// What became of orders, in numbers, for status and metrics.

#pragma once

#include "mode/mode.h"
#include "order/order_admission.h"
#include "rules/verdict.h"

#include <stdint.h>

#define ORDER_MODE_COUNT (MODE_ENFORCE + 1)
#define ORDER_LATENCY_BUCKETS 11

struct order_statistics {
	uint64_t admissions[ORDER_ADMISSION_COUNT]; // by enum order_admission
	uint64_t issued[ORDER_MODE_COUNT];          // by mode, as the mode says
	uint64_t refused[ORDER_MODE_COUNT];
	uint64_t would_refuse[ORDER_MODE_COUNT]; // issued, and enforce would not have
	uint64_t hypothetical;  // answers by the rules of another date, in no other count
	uint64_t single_checks; // DCV or CAA alone, decided, in no other count
	uint64_t abandoned;     // the client hung up
	uint64_t failed;        // ended without a decision
	uint64_t identifiers;   // decided
	uint64_t reasons[REFUSAL_REASON_COUNT]; // of identifiers, under enforce
	uint64_t attempts;
	uint64_t checks;         // asked for
	uint64_t check_errors;   // ended without a verdict
	uint64_t probes;         // asked for, to explain a failure
	uint64_t repeated;       // answers to what was answered before
	uint64_t latency_sum_ms; // of decided orders
	// Decided orders by time from start to answer; the last bucket has no upper bound.
	uint64_t latency_counts[ORDER_LATENCY_BUCKETS];
	// Now.
	uint64_t orders_in_flight;
	uint64_t checks_in_flight;
	uint64_t probes_in_flight;
	uint64_t finished_kept;
	uint64_t unclosed; // failed orders whose last record is still to be written
};

// Upper bounds of the buckets but the last.
extern const uint32_t order_latency_bounds_ms[ORDER_LATENCY_BUCKETS - 1];

void order_statistics_note_latency(struct order_statistics *statistics, int64_t latency_ms);
