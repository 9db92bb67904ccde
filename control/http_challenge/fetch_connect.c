// SPDX-License-Identifier: BSD-3-Clause
// From the host of a hop to an address that the rules permit.

#include "http_challenge/fetch_state.h"

#include <stdlib.h>

static void attempt_start(struct fetch *fetch)
{
	struct fetch_hop *hop = fetch_hop(fetch);
	const struct plx_ip *ip = &fetch->choice.candidates[hop->attempt_count];
	hop->attempts[hop->attempt_count++].ip = *ip;
	if (fetch_transfer_start(fetch, ip) != 0) {
		hop->attempts[hop->attempt_count - 1].cause = FETCH_CAUSE_INTERNAL;
		fetch_fail(fetch, FETCH_CAUSE_INTERNAL);
	}
}

static void addresses_try(struct fetch *fetch, const struct plx_ip *addresses, unsigned count)
{
	struct fetch_hop *hop = fetch_hop(fetch);
	address_choice_make(&fetch->service->config.rules, addresses, count, fetch->address_family,
			    &fetch->choice);
	hop->refused_count = fetch->choice.refused_count;
	hop->refusal = fetch->choice.refusal;
	if (fetch->choice.candidate_count == 0) {
		fetch->result.reason = hop->refusal;
		// Without a refusal there is none of the family asked for.
		fetch_fail(fetch, hop->refusal == NULL ? FETCH_CAUSE_NO_ADDRESS
						       : FETCH_CAUSE_ADDRESS_REFUSED);
		return;
	}
	attempt_start(fetch);
}

void fetch_connect_next(struct fetch *fetch, enum fetch_cause cause)
{
	struct fetch_hop *hop = fetch_hop(fetch);
	if (hop->attempt_count < fetch->choice.candidate_count) {
		attempt_start(fetch);
	} else {
		fetch_fail(fetch, cause);
	}
}

static void on_addresses(void *context, const struct address_list *list)
{
	struct fetch *fetch = context;
	struct fetch_hop *hop = fetch_hop(fetch);
	fetch->query = NULL;
	hop->addresses = address_list_copy(list);
	if (hop->addresses == NULL) {
		fetch_fail(fetch, FETCH_CAUSE_INTERNAL);
		return;
	}
	switch (list->outcome) {
	case ADDRESS_FOUND:
		addresses_try(fetch, list->addresses, list->count);
		return;
	case ADDRESS_NONE:
		fetch_fail(fetch, FETCH_CAUSE_NO_ADDRESS);
		return;
	case ADDRESS_FAILED:
	case ADDRESS_NOT_EVALUATED:
		break;
	}
	fetch_fail(fetch, FETCH_CAUSE_RESOLVE_FAILED);
}

void fetch_connect_begin(struct fetch *fetch)
{
	struct fetch_hop *hop = fetch_hop(fetch);
	if (hop->url->is_ip) {
		addresses_try(fetch, &hop->url->ip, 1);
		return;
	}
	int64_t left_ms = fetch->deadline_ms - fetch_now_ms();
	const struct host_resolver *resolver = &fetch->service->config.resolver;
	int error = left_ms <= 0
			    ? -1
			    : resolver->start(resolver->context, &hop->url->name, (uint32_t)left_ms,
					      on_addresses, fetch, &fetch->query);
	if (error != 0) {
		fetch_fail(fetch, left_ms <= 0 ? FETCH_CAUSE_DEADLINE : FETCH_CAUSE_INTERNAL);
	}
}
