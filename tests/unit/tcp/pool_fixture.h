// SPDX-License-Identifier: BSD-3-Clause
// A pool with one asking thread per worker, which sleeps until the pool's wake, never for a fixed time.

#pragma once

#include "tcp/tcp_query.h"

#include <pthread.h>
#include <stdint.h>

#define POOL_FIXTURE_WORKERS 2
#define POOL_FIXTURE_MESSAGE_MAX 65535

struct pool_fixture {
	struct tcp_pool *pool;
	pthread_mutex_t mutex;
	pthread_cond_t woken;
	uint64_t wake_count[POOL_FIXTURE_WORKERS];
};

// What was collected last, copied before its release.
struct pool_answer {
	uint32_t slot;
	uint32_t generation;
	int error;
	uint32_t rtt_us;
	uint32_t length;
	uint8_t resends;
	_Bool was_connected;
	uint8_t message[POOL_FIXTURE_MESSAGE_MAX];
};

void pool_fixture_init(struct pool_fixture *fixture);
void pool_fixture_fini(struct pool_fixture *fixture);

uint64_t pool_fixture_now_ns(void);
// A query for CAA of "q<slot>.example.test" with ID 0x4242, due in `timeout_ms`.
void pool_fixture_request(const struct plx_endpoint *server, uint32_t slot, int timeout_ms,
			  struct tcp_request *ret_request);
int pool_fixture_ask(struct pool_fixture *fixture, unsigned worker,
		     const struct plx_endpoint *server, uint32_t slot, int timeout_ms);
// The next answer; false when none comes within `timeout_ms`.
_Bool pool_fixture_await(struct pool_fixture *fixture, unsigned worker, int timeout_ms,
			 struct pool_answer *ret_answer);
