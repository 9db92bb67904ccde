// SPDX-License-Identifier: BSD-3-Clause
// Results on their way out. A client that does not read makes its results wait here: as many as its look-ups in flight,
// since resolver_submit takes nothing more from it, and with RESOLVER_PARKED_BYTES_MAX of bodies; past that its own
// results end as LIMIT. The one place in the engine that allocates while running.

#include "resolver/resolver_state.h"

#include <stdlib.h>
#include <string.h>

static void park(struct resolver *resolver, unsigned client, const struct plx_result *result,
		 const uint8_t *body)
{
	struct client_state *state = &resolver->clients[client];
	struct plx_result kept = *result;
	if (state->parked_bytes + kept.body_length > RESOLVER_PARKED_BYTES_MAX &&
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
	if (state->last_parked == NULL) {
		state->first_parked = parked;
	} else {
		state->last_parked->next = parked;
	}
	state->last_parked = parked;
	state->parked_bytes += kept.body_length;
	resolver->clients_parked |= 1u << client;
	count(&resolver->config.counters->results_parked);
}

void result_deliver(struct resolver *resolver, unsigned client, const struct plx_result *result,
		    const uint8_t *body)
{
	const struct resolver_sink *sink = &resolver->config.sink;
	if (resolver->clients[client].first_parked == NULL &&
	    sink->deliver(sink->context, client, result, body)) {
		count(&resolver->config.counters->results_delivered);
		return;
	}
	park(resolver, client, result, body);
}

static void take_first(struct resolver *resolver, unsigned client)
{
	struct client_state *state = &resolver->clients[client];
	struct parked_result *parked = state->first_parked;
	state->first_parked = parked->next;
	if (state->first_parked == NULL) {
		state->last_parked = NULL;
		resolver->clients_parked &= ~(1u << client);
	}
	state->parked_bytes -= parked->result.body_length;
	free(parked);
}

void result_offer_parked(struct resolver *resolver)
{
	const struct resolver_sink *sink = &resolver->config.sink;
	for (uint32_t left = resolver->clients_parked; left != 0; left &= left - 1) {
		unsigned client = (unsigned)__builtin_ctz(left);
		const struct parked_result *parked = resolver->clients[client].first_parked;
		while (parked != NULL &&
		       sink->deliver(sink->context, client, &parked->result, parked->body)) {
			count(&resolver->config.counters->results_delivered);
			take_first(resolver, client);
			parked = resolver->clients[client].first_parked;
		}
	}
}

void result_forget_parked(struct resolver *resolver, unsigned client)
{
	while (resolver->clients[client].first_parked != NULL) {
		take_first(resolver, client);
	}
}
