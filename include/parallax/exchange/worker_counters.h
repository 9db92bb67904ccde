// SPDX-License-Identifier: BSD-3-Clause
// Counters of one worker. worker: rw, everyone else: ro. Plain aligned 64-bit stores by one writer; readers use
// relaxed loads (plx_counter_read), so a reading is exact per counter and approximate across counters.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/exchange/drop_reason.h>

#include <stdint.h>

#define PLX_WORKER_COUNTERS(X)                                                                     \
	X(loops)                                                                                   \
	X(busy_turns)  /* loops that had something to do */                                        \
	X(busy_cycles) /* of the CPU's cycle counter, in turns that had something to do */         \
	X(idle_sleeps)                                                                             \
	X(jobs_received)                                                                           \
	X(jobs_rejected) /* malformed ring records */                                              \
	X(results_delivered)                                                                       \
	X(results_parked)   /* times that a full result ring made a result wait */                 \
	X(questions_merged) /* look-ups that joined an open question */                            \
	X(queries_sent)                                                                            \
	X(queries_retried)                                                                         \
	X(query_timeouts)                                                                          \
	X(answers_truncated)                                                                       \
	X(tcp_queries)                                                                             \
	X(tcp_answers)                                                                             \
	X(tcp_failures)                                                                            \
	X(spoof_suspects) /* look-ups sent to TCP because of forged or odd answers */              \
	X(spoof_alarms)   /* servers put on TCP by the unwanted-answer threshold */                \
	X(cookie_retries)                                                                          \
	X(downgrades) /* servers marked without EDNS, cookies or 0x20 */                           \
	X(packets_received)                                                                        \
	X(packets_sent)                                                                            \
	X(packets_unsent)  /* the port took fewer than offered; they were offered again */         \
	X(packets_steered) /* handed to the worker that owns them */                               \
	X(no_buffer)                                                                               \
	X(iterative_lookups) /* jobs that were looked up from the root servers down */             \
	X(proofs_judged)     /* by the validators */                                               \
	X(proofs_bogus)                                                                            \
	X(signatures_checked) /* by the validators, those that were not remembered */              \
	X(answers_doubted)    /* bogus ones that were asked for once more, of other servers */     \
	X(answers_mended)     /* and whose second answer is secure */                              \
	X(paths_asked)   /* times that the control thread was asked for the way to a server */     \
	X(paths_missing) /* queries not sent, for no way to their server was found */

#define PLX_WORKER_GAUGES(X)                                                                       \
	X(lookups_in_flight)                                                                       \
	X(questions_in_flight)                                                                     \
	X(iterative_in_flight) /* iterative look-ups */                                            \
	X(iterative_queries_in_flight)                                                             \
	X(iterative_cache_entries)

struct plx_worker_counters {
#define PLX_COUNTER_FIELD(name) uint64_t name;
	PLX_WORKER_COUNTERS(PLX_COUNTER_FIELD)
	uint64_t packets_by_reason[PLX_DROP_COUNT];
	PLX_WORKER_GAUGES(PLX_COUNTER_FIELD)
#undef PLX_COUNTER_FIELD
} PLX_CACHE_ALIGNED;

static inline uint64_t plx_counter_read(const uint64_t *counter)
{
	return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

// The writer's.
static inline void plx_counter_add(uint64_t *counter, uint64_t many)
{
	__atomic_store_n(counter, *counter + many, __ATOMIC_RELAXED);
}
