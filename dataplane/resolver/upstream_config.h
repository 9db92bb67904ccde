// SPDX-License-Identifier: BSD-3-Clause
// What ops say about one upstream server; the same on every worker. Health is resolver/upstream.h.

#pragma once

#include <parallax/base/ip_address.h>

#include <stdbool.h>
#include <stdint.h>

#define UPSTREAMS_MAX 64

struct upstream_config {
	struct plx_endpoint endpoint;
	bool is_trusted; // validates DNSSEC and the path to it is ours: its AD bit and EDE are reported
	// For benchmarks, where the server is what is measured (docs/bench.md):
	bool is_steady; // no window that follows its answers, no health, no spoofing alarm: all of in_flight_max at once
	bool is_without_edns;
	bool is_without_do;
	bool is_without_cookie;
	uint32_t rate_qps;      // over all workers; 0: no limit
	uint32_t in_flight_max; // over all workers; 0: UPSTREAM_IN_FLIGHT_DEFAULT
};

#define UPSTREAM_IN_FLIGHT_DEFAULT 4096
