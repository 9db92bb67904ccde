// SPDX-License-Identifier: BSD-3-Clause
// The sweep of bench_sweep.h.

#include "bench_sweep.h"

#include <parallax/dns/rr_type.h>

#include <stdlib.h>

struct bench_sweep *bench_sweep_create(uint64_t seed)
{
	struct bench_sweep *bench = calloc(1, sizeof(*bench));
	sweep_files_create(&bench->files);
	bench->needed =
		sweep_files_make_input(bench->files.input, BENCH_SWEEP_LINES, seed, bench->needs);
	fake_engine_init(&bench->fake, seed);
	bench->config = (struct sweep_config) {
		.input_path = bench->files.input,
		.output_path = bench->files.output,
		.type = PLX_TYPE_A,
		.format = PLX_FORMAT_JSONL,
		.shard = {1, 1},
		.window = 64,
		.reconnect_timeout_ns = 60000000000,
		.checkpoint_interval_ns = 50000000,
	};
	return bench;
}

int bench_sweep_run(struct bench_sweep *bench)
{
	struct sweep_engine engine = fake_engine_interface(&bench->fake);
	if (sweep_open(&bench->sweep, &bench->config, &engine, &bench->failure) != 0) {
		return -1;
	}
	int error = sweep_is_complete(&bench->sweep) ? 0 : sweep_run(&bench->sweep);
	sweep_close(&bench->sweep);
	return error;
}

void bench_sweep_destroy(struct bench_sweep *bench)
{
	sweep_files_remove(&bench->files);
	free(bench);
}

bool bench_sweep_is_exact(struct bench_sweep *bench)
{
	return sweep_files_is_exact(bench->files.output, BENCH_SWEEP_LINES, bench->needs);
}
