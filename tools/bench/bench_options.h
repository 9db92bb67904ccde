// SPDX-License-Identifier: BSD-3-Clause
// Flags to struct bench_options: dnsperf's where they mean the same, ours beyond them, and those of parallax-dataplane that
// are handed on to it. Every value is checked here.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/ip_address.h>

#include "bench/bench_failure.h"
#include "bench/load_steps.h"

#include <stdbool.h>
#include <stdint.h>

#define BENCH_DATAPLANE_ARGUMENTS_MAX 64
#define BENCH_OUTSTANDING_DEFAULT 100 // as dnsperf
#define BENCH_TIMEOUT_MS_DEFAULT 5000 // as dnsperf
// Open loop: a limit on memory, not on the load.
#define BENCH_OUTSTANDING_OPEN (1u << 18)
#define BENCH_OUTSTANDING_MAX (1u << 19) // of the dataplane's 2^20 look-ups
#define BENCH_STEP_NS_DEFAULT 3000000000ull
#define BENCH_FIND_MAX_STEP_NS 1000000000ull // of some 25 steps

enum bench_mode {
	BENCH_MODE_PLAIN = 0, // one load, by -Q or -q
	BENCH_MODE_RAMP,
	BENCH_MODE_FIND_MAX,
	BENCH_MODE_SELF_TEST,
};

struct bench_options {
	enum bench_mode mode;
	struct plx_endpoint server;
	const char *data_path; // NULL: stdin
	uint64_t duration_ns;  // 0: no limit
	uint64_t passes_max;   // 0: no limit
	double rate_qps;       // 0: closed loop
	uint32_t outstanding_max;
	uint32_t timeout_ms;
	uint64_t interval_ns; // of -S; 0: none
	bool edns;
	bool dnssec_ok;
	struct load_ramp ramp;
	uint64_t step_ns;
	struct knee_rules rules;
	const char *json_path;
	const char *report_path;
	const char *self_test;    // kind of port
	const char *reflect_path; // the responder of a self-test; NULL: look for it
	bool is_quiet;

	const char *socket_path;    // a dataplane that runs already; NULL: start one
	const char *dataplane_path; // the program to start; NULL: look for it
	const char *dataplane_name; // by this name
	const char *dataplane_arguments[BENCH_DATAPLANE_ARGUMENTS_MAX + 1]; // NULL-terminated
	unsigned dataplane_argument_count;
	const char *workers; // as given; NULL: the default
	bool is_poll_mode;
};

// 0; 1: help or version was printed; -1 and the failure.
PLX_MUST_CHECK int bench_options_parse(int argc, char **argv, struct bench_options *ret_options,
				       struct bench_failure *failure);
