// SPDX-License-Identifier: BSD-3-Clause
// From the host of a hop to an address that the rules permit.

#include "http_challenge/fetch_state.h"

#include <stdlib.h>

// One of each family at most, IPv6 first.
static void candidate_add(struct fetch *fetch, const struct plx_ip *ip)
{
	struct fetch_hop *hop = fetch_hop(fetch);
	const struct fetch_rules *rules = &fetch->service->config.rules;
	const char *reason = NULL;
	if (rules->judge_address(rules->context, ip, &reason) != FETCH_PERMITTED) {
		hop->refused_count++;
		if (hop->refusal == NULL) {
			hop->refusal = reason == NULL ? "the address is not permitted" : reason;
		}
		return;
	}
	for (unsigned i = 0; i < fetch->candidate_count; i++) {
		if (fetch->candidates[i].family == ip->family) {
			return;
		}
	}
	if (fetch->candidate_count < FETCH_ATTEMPTS_MAX) {
		fetch->candidates[fetch->candidate_count++] = *ip;
	}
}

static void attempt_start(struct fetch *fetch)
{
	struct fetch_hop *hop = fetch_hop(fetch);
	const struct plx_ip *ip = &fetch->candidates[hop->attempt_count];
	hop->attempts[hop->attempt_count++].ip = *ip;
	if (fetch_transfer_start(fetch, ip) != 0) {
		hop->attempts[hop->attempt_count - 1].cause = FETCH_CAUSE_INTERNAL;
		fetch_fail(fetch, FETCH_CAUSE_INTERNAL);
	}
}

static void candidates_try(struct fetch *fetch)
{
	struct fetch_hop *hop = fetch_hop(fetch);
	if (fetch->candidate_count == 0) {
		fetch->result.reason = hop->refusal;
		fetch_fail(fetch, FETCH_CAUSE_ADDRESS_REFUSED);
		return;
	}
	attempt_start(fetch);
}

void fetch_connect_next(struct fetch *fetch, enum fetch_cause cause)
{
	struct fetch_hop *hop = fetch_hop(fetch);
	if (hop->attempt_count < fetch->candidate_count) {
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
	hop->addresses = malloc(sizeof(*hop->addresses));
	if (hop->addresses == NULL) {
		fetch_fail(fetch, FETCH_CAUSE_INTERNAL);
		return;
	}
	*hop->addresses = *list;
	switch (list->outcome) {
	case ADDRESS_FOUND:
		for (unsigned i = 0; i < list->count; i++) {
			candidate_add(fetch, &list->addresses[i]);
		}
		candidates_try(fetch);
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
	fetch->candidate_count = 0;
	if (hop->url->is_ip) {
		candidate_add(fetch, &hop->url->ip);
		candidates_try(fetch);
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
