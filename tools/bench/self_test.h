// SPDX-License-Identifier: BSD-3-Clause
// How fast the engine itself is: look-ups of names that never repeat, answered with NODATA by a responder on this
// machine, with all of production's safety and each result delivered to this process, in a closed loop. Before it, over
// the same kind of port, the ceiling: a generator that does nothing but send and count against a bare echo.
//
// Each worker and the responder have a CPU of their own where there are two; this thread keeps off the worker's.

#pragma once

#include <parallax/base/attributes.h>

#include "bench/bench_run.h"

// run->options->self_test names the port; run->session is opened and closed here. Fills in one point and the ceiling.
PLX_MUST_CHECK int self_test_run(struct bench_run *run, const volatile sig_atomic_t *stop_requests,
				 struct bench_failure *failure);
