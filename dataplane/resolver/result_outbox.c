// SPDX-License-Identifier: BSD-3-Clause

#include "resolver/result_outbox.h"

#include <stdlib.h>
#include <string.h>

static_assert(RESOLVER_CLIENTS_MAX <= 32, "a bit of clients_parked per client");

static void park(struct result_outbox *outbox, unsigned client, const struct plx_result *result,
		 const uint8_t *body)
{
	struct parked_results *waiting = &outbox->clients[client];
	struct plx_result kept = *result;
	if (waiting->body_bytes + kept.body_length > RESOLVER_PARKED_BYTES_MAX &&
	    kept.body_length > 0) {
		kept = (struct plx_result) {
			.tag = result->tag,
			.time_ns = result->time_ns,
			.qtype = result->qtype,
			.queries = result->queries,
			.attempts = result->attempts,
			.status = PLX_STATUS_LIMIT,
			.cause = PLX_CAUSE_UNREAD,
		};
	}
	struct parked_result *parked = malloc(sizeof(*parked) + kept.body_length);
	if (parked == NULL) {
		abort(); // a result may not be dropped; the clients see the dataplane as lost and ask again
	}
	parked->next = NULL;
	parked->result = kept;
	if (kept.body_length > 0) {
		memcpy(parked->body, body, kept.body_length);
	}
	if (waiting->last == NULL) {
		waiting->first = parked;
	} else {
		waiting->last->next = parked;
	}
	waiting->last = parked;
	waiting->body_bytes += kept.body_length;
	outbox->clients_parked |= 1u << client;
	plx_counter_add(&outbox->counters->results_parked, 1);
}

void result_outbox_deliver(struct result_outbox *outbox, unsigned client,
			   const struct plx_result *result, const uint8_t *body)
{
	const struct resolver_sink *sink = &outbox->sink;
	if (!result_outbox_has(outbox, client) &&
	    sink->deliver(sink->context, client, result, body)) {
		plx_counter_add(&outbox->counters->results_delivered, 1);
		return;
	}
	park(outbox, client, result, body);
}

static void take_first(struct result_outbox *outbox, unsigned client)
{
	struct parked_results *waiting = &outbox->clients[client];
	struct parked_result *parked = waiting->first;
	waiting->first = parked->next;
	if (waiting->first == NULL) {
		waiting->last = NULL;
		outbox->clients_parked &= ~(1u << client);
	}
	waiting->body_bytes -= parked->result.body_length;
	free(parked);
}

void result_outbox_offer(struct result_outbox *outbox)
{
	const struct resolver_sink *sink = &outbox->sink;
	for (uint32_t left = outbox->clients_parked; left != 0; left &= left - 1) {
		unsigned client = (unsigned)__builtin_ctz(left);
		const struct parked_result *parked = outbox->clients[client].first;
		while (parked != NULL &&
		       sink->deliver(sink->context, client, &parked->result, parked->body)) {
			plx_counter_add(&outbox->counters->results_delivered, 1);
			take_first(outbox, client);
			parked = outbox->clients[client].first;
		}
	}
}

void result_outbox_forget(struct result_outbox *outbox, unsigned client)
{
	while (result_outbox_has(outbox, client)) {
		take_first(outbox, client);
	}
}

void result_outbox_fini(struct result_outbox *outbox)
{
	for (unsigned client = 0; client < RESOLVER_CLIENTS_MAX; client++) {
		result_outbox_forget(outbox, client);
	}
}
