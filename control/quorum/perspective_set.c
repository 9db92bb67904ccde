// SPDX-License-Identifier: BSD-3-Clause

#include "quorum/perspective_set.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define PRIMARY (-1)

static bool has_place(enum region region, const struct coordinates *place)
{
	return region_set_of(region) != 0 && coordinates_are_valid(place);
}

static bool has_code(const struct perspective *perspective)
{
	return perspective->code != NULL && perspective->code[0] != '\0';
}

// Both have a code and a place.
static bool are_distinct(const struct perspective *a, const struct perspective *b)
{
	return strcasecmp(a->code, b->code) != 0 && distance_is_distinct(&a->place, &b->place);
}

// Why the remote `index` is not used, given what was decided about those before it.
static enum refusal_reason judge_remote(const struct perspective *primary,
					const struct perspective *remotes, size_t index,
					const struct perspective_selection *selection)
{
	const struct perspective *remote = &remotes[index];
	if (!has_code(remote) || !has_place(remote->region, &remote->place)) {
		return REFUSAL_PLACE_UNKNOWN;
	}
	if (!are_distinct(primary, remote)) {
		return REFUSAL_NOT_DISTINCT;
	}
	for (size_t i = 0; i < index; i++) {
		if (selection->remote_reasons[i] == REFUSAL_NONE &&
		    !are_distinct(&remotes[i], remote)) {
			return REFUSAL_NOT_DISTINCT;
		}
	}
	return REFUSAL_NONE;
}

// Same region as the perspective that uses them (BR 3.2.2.9).
static enum refusal_reason judge_resolvers(const struct perspective *perspective)
{
	if (perspective->resolver_count == 0 ||
	    perspective->resolver_count > PERSPECTIVE_RESOLVERS_MAX) {
		return REFUSAL_RESOLVER_UNKNOWN;
	}
	for (size_t i = 0; i < perspective->resolver_count; i++) {
		const struct perspective_resolver *resolver = &perspective->resolvers[i];
		if (resolver->id == NULL || resolver->id[0] == '\0') {
			return REFUSAL_RESOLVER_UNKNOWN;
		}
		if (!has_place(resolver->region, &resolver->place)) {
			return REFUSAL_PLACE_UNKNOWN;
		}
		if (resolver->region != perspective->region) {
			return REFUSAL_RESOLVER_REGION;
		}
	}
	return REFUSAL_NONE;
}

// Both passed judge_resolvers.
static enum refusal_reason judge_resolver_pairs(const struct perspective *a,
						const struct perspective *b)
{
	for (size_t i = 0; i < a->resolver_count; i++) {
		for (size_t j = 0; j < b->resolver_count; j++) {
			const struct perspective_resolver *one = &a->resolvers[i];
			const struct perspective_resolver *other = &b->resolvers[j];
			if (strcasecmp(one->id, other->id) == 0 ||
			    !distance_is_distinct(&one->place, &other->place)) {
				return REFUSAL_RESOLVERS_NOT_DISTINCT;
			}
		}
	}
	return REFUSAL_NONE;
}

static const struct perspective *perspective_at(const struct perspective *primary,
						const struct perspective *remotes, int index)
{
	return index == PRIMARY ? primary : &remotes[index];
}

static bool is_used(const struct perspective_selection *selection, int index)
{
	return index == PRIMARY || selection->remote_reasons[index] == REFUSAL_NONE;
}

// The primary and each used remote by itself, then against each one before it.
static enum refusal_reason judge_all_resolvers(const struct perspective *primary,
					       const struct perspective *remotes, int remote_count,
					       struct perspective_selection *selection)
{
	for (int i = PRIMARY; i < remote_count; i++) {
		if (!is_used(selection, i)) {
			continue;
		}
		const struct perspective *perspective = perspective_at(primary, remotes, i);
		selection->first = selection->second = i;
		enum refusal_reason reason = judge_resolvers(perspective);
		for (int j = PRIMARY; j < i && reason == REFUSAL_NONE; j++) {
			if (is_used(selection, j)) {
				selection->first = j;
				reason = judge_resolver_pairs(perspective_at(primary, remotes, j),
							      perspective);
			}
		}
		if (reason != REFUSAL_NONE) {
			return reason;
		}
	}
	selection->first = selection->second = PRIMARY;
	return REFUSAL_NONE;
}

void perspective_set_select(const struct perspective *primary, const struct perspective *remotes,
			    size_t remote_count, struct perspective_selection *ret_selection)
{
	*ret_selection = (struct perspective_selection) {.first = PRIMARY, .second = PRIMARY};
	if (remote_count > PERSPECTIVE_REMOTES_MAX) {
		ret_selection->reason = REFUSAL_TOO_MANY_REMOTES;
		return;
	}
	if (!has_code(primary) || !has_place(primary->region, &primary->place)) {
		ret_selection->reason = REFUSAL_PLACE_UNKNOWN;
		return;
	}
	for (size_t i = 0; i < remote_count; i++) {
		ret_selection->remote_reasons[i] = judge_remote(primary, remotes, i, ret_selection);
		if (ret_selection->remote_reasons[i] == REFUSAL_NONE) {
			ret_selection->used_count++;
		}
	}
	ret_selection->reason =
		judge_all_resolvers(primary, remotes, (int)remote_count, ret_selection);
}
