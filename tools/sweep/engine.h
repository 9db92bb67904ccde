// SPDX-License-Identifier: BSD-3-Clause
// What a sweep asks its look-ups of, and the clocks it lives by: the dataplane (client_engine.c) or, in tests, one
// that fails as it is told. The meanings are those of <parallax/exchange/client.h>.

#pragma once

#include <parallax/exchange/client.h>

struct sweep_engine {
	void *context;
	bool (*is_attached)(void *context);
	bool (*is_responding)(void *context, uint64_t now_ns);
	int (*submit)(void *context, const struct plx_job *job);
	void (*flush)(void *context);
	unsigned (*collect)(void *context, unsigned max, plx_result_cb callback,
			    void *callback_context);
	void (*wait)(void *context, int timeout_ms);
	// Lets others have the processor while results gather; shorter than a wait, and nobody wakes us.
	void (*rest)(void *context);
	uint64_t (*monotonic_ns)(void *context);
	uint64_t (*realtime_ns)(void *context);
};
