// SPDX-License-Identifier: BSD-3-Clause
// What a load is put on, and the clock it goes by: the dataplane (client_load_engine.c) or, in tests, a server that behaves
// as it is told. The meanings are those of <parallax/exchange/client.h>.

#pragma once

#include <parallax/exchange/client.h>

#include <stdbool.h>
#include <stdint.h>

struct load_engine {
	void *context;
	// CLOCK_REALTIME - CLOCK_MONOTONIC, as results use it.
	uint64_t realtime_offset_ns;
	bool (*is_up)(void *context, uint64_t now_ns);
	int (*submit)(void *context, const struct plx_job *job);
	void (*flush)(void *context);
	unsigned (*collect)(void *context, unsigned max, plx_result_cb callback,
			    void *callback_context);
	// Until a result comes or the time is over; may return early.
	void (*wait)(void *context, uint64_t wait_ns);
	// Until the time is over, whatever comes: results gather meanwhile.
	void (*rest)(void *context, uint64_t rest_ns);
	uint64_t (*monotonic_ns)(void *context);
};
