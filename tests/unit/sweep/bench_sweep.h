// SPDX-License-Identifier: BSD-3-Clause
// A sweep of 3000 lines of every kind over a fake engine, for tests to change before they run it.

#pragma once

#include "sweep/sweep.h"

#include "fake_engine.h"
#include "sweep_files.h"

#define BENCH_SWEEP_LINES 3000

struct bench_sweep {
	struct sweep_files files;
	struct sweep_config config;
	struct fake_engine fake;
	struct sweep sweep;
	struct sweep_failure failure;
	bool needs[BENCH_SWEEP_LINES + 1];
	unsigned needed;
};

// The same for the same seed. Never NULL.
struct bench_sweep *bench_sweep_create(uint64_t seed);
void bench_sweep_destroy(struct bench_sweep *bench);
// From opening to closing. 0, or -1 and bench->failure.
int bench_sweep_run(struct bench_sweep *bench);
// Whether the output holds each line that needs one, once.
bool bench_sweep_is_exact(struct bench_sweep *bench);
