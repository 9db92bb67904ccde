// SPDX-License-Identifier: BSD-3-Clause
// The threads that check signatures, so that no worker does: a check takes as long as a hundred packets. A worker hands a
// request over by a lock-free ring and gets it back when it was judged. Requests of one zone go to one thread, so that each
// zone's keys are read once.
//
//	worker ── validator_pool_submit, validator_pool_wake ──► thread: proof_judge
//	worker ◄─ validator_pool_collect ─────────────────────── thread

#pragma once

#include "validation/proof.h"

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stdint.h>

#define VALIDATOR_THREADS_MAX 64
#define VALIDATOR_WORKERS_MAX 64
#define VALIDATOR_OUTSTANDING_MAX 8192 // per worker; beyond it submit refuses

// Memory is the worker's; from submit to collect the thread's alone.
struct validation_request {
	struct proof proof;
	struct judge_budget budget; // the look-up's, handed on from round to round
	int64_t now_s;              // Unix time
	bool uses_cache; // false: evidence. Checked signatures are remembered all the same: that is true for ever
	// What the worker knows it by.
	uint32_t lookup;
	uint32_t serial;
	uint32_t flush_count; // what the worker had forgotten by then
	// Set by the thread.
	uint16_t checks; // of signatures in this round, those that were not remembered
	enum proof_step step;
	unsigned need_count;
	struct proof_need needs[PROOF_NEEDS_MAX];
	struct proof_verdict verdict;
};

struct validator_pool;

struct validator_pool_config {
	unsigned thread_count;               // 1..VALIDATOR_THREADS_MAX
	const int *cpus;                     // thread_count of them, or NULL: not pinned
	unsigned worker_count;               // 1..VALIDATOR_WORKERS_MAX
	const struct trust_anchors *anchors; // outlive the pool
	const struct dnssec_policy *policy;
	struct trust_cache_config cache; // of each thread
	// Called on a thread after requests were given back to a worker that may sleep; may be NULL.
	void (*wake)(void *context, unsigned worker);
	void *context;
};

// NULL and ret_error: -EINVAL (also for a hash key of zeroes: the digests of checked signatures and the choice of a thread
// would be anybody's to foresee), -ENOMEM, -errno of the thread.
struct validator_pool *validator_pool_create(const struct validator_pool_config *config,
					     int *ret_error);
// Stops the threads; what was not collected is the workers' memory. NULL is accepted.
void validator_pool_destroy(struct validator_pool *pool);
// Worker thread. -EAGAIN when too many are outstanding, its own or its thread's.
PLX_MUST_CHECK int validator_pool_submit(struct validator_pool *pool, unsigned worker,
					 struct validation_request *request);
// Worker thread, after some were submitted: wakes the threads that sleep although there is something for them. Waking for
// each request would be a system call each, and two changes of context where the threads share a CPU.
void validator_pool_wake(struct validator_pool *pool, unsigned worker);
// Worker thread. The next one that is judged, or NULL.
struct validation_request *validator_pool_collect(struct validator_pool *pool, unsigned worker);
// Any thread: each thread forgets everything at or below the zone before its next request.
void validator_pool_flush(struct validator_pool *pool, const struct plx_name *zone);
