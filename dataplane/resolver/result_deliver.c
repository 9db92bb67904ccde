// SPDX-License-Identifier: BSD-3-Clause
// Results on their way out. A client that does not read makes its results wait here: bounded by
// RESOLVER_PARKED_BYTES_MAX, past which no answer is accepted, and by its own look-ups in flight, since
// resolver_submit takes nothing more from it. The one place in the engine that allocates while running.

#include "resolver/resolver_state.h"

#include <stdlib.h>
#include <string.h>

static void park(struct resolver *resolver, unsigned client, const struct plx_result *result,
		 const uint8_t *body)
{
	size_t size = sizeof(struct parked_result) + result->body_length;
	struct parked_result *parked = malloc(size);
	if (parked == NULL) {
		abort(); // a result may not be dropped; the clients see the dataplane as lost and ask again
	}
	parked->next = NULL;
	parked->result = *result;
	if (result->body_length > 0) {
		memcpy(parked->body, body, result->body_length);
	}
	struct client_state *state = &resolver->clients[client];
	if (state->last_parked == NULL) {
		state->first_parked = parked;
	} else {
		state->last_parked->next = parked;
	}
	state->last_parked = parked;
	resolver->clients_parked |= 1u << client;
	resolver->parked_bytes += size;
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
	resolver->parked_bytes -= sizeof(*parked) + parked->result.body_length;
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
