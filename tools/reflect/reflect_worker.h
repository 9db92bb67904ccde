// SPDX-License-Identifier: BSD-3-Clause
// The loop of one lcore: frames in, answers out, on its queue pairs.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/random_source.h>

#include "port/queue_pairs.h"
#include "ratelimit/token_bucket.h"
#include "reflect/counters.h"
#include "reflect/frame.h"
#include "reflect/generator.h"
#include "worker/worker_clock.h"

#include <stdbool.h>
#include <stdint.h>

#define REFLECT_WORKER_QUEUES_MAX 8

struct delay_queue;
struct exclusive_link;
struct rte_mempool;

struct reflect_queue {
	struct port_queue pair;
	struct delay_queue *delayed; // NULL: answers leave at once
};

// main thread: rw before the launch and after the end, worker: rw between. should_stop: main writes, worker reads.
struct reflect_worker {
	struct reflect_rules rules;
	uint16_t queue_count;
	struct reflect_queue queues[REFLECT_WORKER_QUEUES_MAX];
	struct exclusive_link *link; // NULL: the kernel speaks to neighbours, or nobody does
	struct rte_mempool *link_pool;
	uint64_t delay_ns;
	uint64_t jitter_ns;
	uint32_t loss_q32; // of 2^32 queries; 0: none
	bool has_rate_limit;
	bool is_polling;
	// Answers leave in packets of link_pool: those that came are another thread's, who expects them back unchanged.
	bool makes_copies;
	struct token_bucket rate;
	struct plx_random random;
	struct worker_clock clock;
	uint64_t now_ns;
	uint64_t transmit_wait_cycles;
	uint32_t idle_turns;
	uint32_t sleep_us;
	struct generator generator; // set: generator_run instead of reflect_worker_run
	struct reflect_counters counters PLX_CACHE_ALIGNED;
	uint32_t should_stop PLX_CACHE_ALIGNED;
};

// Runs until should_stop. For rte_eal_remote_launch.
int reflect_worker_run(void *context);
