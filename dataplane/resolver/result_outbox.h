// SPDX-License-Identifier: BSD-3-Clause
// Results on their way out. A client that does not read makes its results wait here: as many as its look-ups in flight,
// since nothing more is taken from it, and with RESOLVER_PARKED_BYTES_MAX of bodies; past that its own results end as
// LIMIT. The one place in the engines that allocates while running.

#pragma once

#include <parallax/exchange/result.h>
#include <parallax/exchange/worker_counters.h>

#include "resolver/resolver.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Bodies of results that one client leaves unread; past it results are parked without theirs, as LIMIT.
#define RESOLVER_PARKED_BYTES_MAX (8u * 1024 * 1024)

struct parked_result {
	struct parked_result *next;
	struct plx_result result;
	uint8_t body[];
};

struct parked_results {
	struct parked_result *first;
	struct parked_result *last;
	size_t body_bytes;
};

// Zeroed but for sink and counters, which are the caller's.
struct result_outbox {
	struct resolver_sink sink;
	struct plx_worker_counters *counters;
	uint32_t clients_parked; // bit per client with parked results
	struct parked_results clients[RESOLVER_CLIENTS_MAX];
};

// `body` may be NULL when result->body_length is 0; copied if it has to wait.
void result_outbox_deliver(struct result_outbox *outbox, unsigned client,
			   const struct plx_result *result, const uint8_t *body);
// Offers again what is parked.
void result_outbox_offer(struct result_outbox *outbox);
void result_outbox_forget(struct result_outbox *outbox, unsigned client);
void result_outbox_fini(struct result_outbox *outbox);

static inline bool result_outbox_has(const struct result_outbox *outbox, unsigned client)
{
	return outbox->clients[client].first != NULL;
}
