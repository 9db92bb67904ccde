// SPDX-License-Identifier: BSD-3-Clause
// The two ends of a self-test on one machine: DPDK devices, and what must be made before them and removed behind them.

#pragma once

#include <parallax/base/attributes.h>

#include "bench/bench_failure.h"

#include <stdbool.h>

struct self_test_link {
	char client[128]; // device of the one that asks
	char server
		[128]; // and of the one that answers; empty: it is in the process of the one that asks
	char generator[128];   // of the one that asks for the ceiling
	const char *dataplane; // the program for it
	char interface[16];    // of a veth pair that was made; empty: none
};

// `kind`: ring (within one process), memif (shared memory between two) or af_xdp (a veth pair; needs root).
PLX_MUST_CHECK int self_test_link_open(struct self_test_link *link, const char *kind,
				       struct bench_failure *failure);
// A zeroed one is fine.
void self_test_link_close(struct self_test_link *link);
