// SPDX-License-Identifier: BSD-3-Clause
// A run's numbers as one JSON object, for machines: the members are documented in docs/bench.md.

#pragma once

#include "bench/bench_run.h"

struct json_t;

// An own reference; NULL: not enough memory.
struct json_t *statistics_json(const struct bench_run *run);
