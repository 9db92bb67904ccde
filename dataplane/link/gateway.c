// SPDX-License-Identifier: BSD-3-Clause

#include "link/gateway.h"

#include <errno.h>

static unsigned family_index(uint8_t family)
{
	return family == 6 ? 1 : 0;
}

int gateway_set_init(struct gateway_set *set, const struct plx_ip *gateways, unsigned count,
		     struct neighbor_table *table, uint64_t now_ns)
{
	*set = (struct gateway_set) {.in_use = {-1, -1}};
	if (count > LINK_GATEWAYS_MAX) {
		return -ENOSPC;
	}
	for (unsigned i = 0; i < count; i++) {
		for (unsigned j = 0; j < i; j++) {
			if (plx_ip_equal(&gateways[i], &gateways[j])) {
				return -EINVAL;
			}
		}
		int error = neighbor_table_add(table, &gateways[i], now_ns);
		if (error < 0) {
			return error;
		}
		neighbor_table_watch_closely(table, &gateways[i]);
		set->gateways[i] = gateways[i];
		unsigned family = family_index(gateways[i].family);
		if (set->in_use[family] < 0) {
			set->in_use[family] = (int)i;
		}
	}
	set->count = count;
	return 0;
}

// While its first answer is under way nobody else takes its place.
static bool is_lost(const struct gateway_set *set, const struct neighbor_table *table,
		    unsigned index)
{
	const struct neighbor *neighbor = neighbor_table_find(table, &set->gateways[index]);
	return neighbor == NULL ||
	       (neighbor->state != NEIGHBOR_INCOMPLETE && !neighbor_is_answering(neighbor));
}

// When the gateway may take over from a less preferred one that works; UINT64_MAX while it does not answer.
static uint64_t may_return_ns(const struct gateway_set *set, const struct neighbor_table *table,
			      unsigned index)
{
	const struct neighbor *neighbor = neighbor_table_find(table, &set->gateways[index]);
	if (neighbor == NULL || !neighbor_is_answering(neighbor)) {
		return UINT64_MAX;
	}
	return neighbor->usable_since_ns + GATEWAY_RETURN_NS;
}

static int gateway_choose(const struct gateway_set *set, const struct neighbor_table *table,
			  unsigned family, uint64_t now_ns)
{
	int current = set->in_use[family];
	bool must_leave = is_lost(set, table, (unsigned)current);
	for (unsigned i = 0; i < set->count; i++) {
		if (family_index(set->gateways[i].family) != family) {
			continue;
		}
		if (!must_leave && (int)i >= current) {
			break;
		}
		uint64_t return_ns = may_return_ns(set, table, i);
		if (return_ns != UINT64_MAX && (must_leave || return_ns <= now_ns)) {
			return (int)i;
		}
	}
	return current;
}

bool gateway_set_update(struct gateway_set *set, const struct neighbor_table *table,
			uint64_t now_ns)
{
	bool has_changed = false;
	for (unsigned family = 0; family < 2; family++) {
		if (set->in_use[family] < 0) {
			continue;
		}
		int chosen = gateway_choose(set, table, family, now_ns);
		if (chosen != set->in_use[family]) {
			set->in_use[family] = chosen;
			set->switchovers++;
			has_changed = true;
		}
	}
	return has_changed;
}

const struct plx_ip *gateway_set_current(const struct gateway_set *set, uint8_t family)
{
	int index = set->in_use[family_index(family)];
	return index < 0 ? NULL : &set->gateways[index];
}

uint64_t gateway_set_next_wakeup(const struct gateway_set *set, const struct neighbor_table *table)
{
	uint64_t wakeup_ns = UINT64_MAX;
	for (unsigned i = 0; i < set->count; i++) {
		if ((int)i >= set->in_use[family_index(set->gateways[i].family)]) {
			continue;
		}
		uint64_t return_ns = may_return_ns(set, table, i);
		if (return_ns < wakeup_ns) {
			wakeup_ns = return_ns;
		}
	}
	return wakeup_ns;
}
