// SPDX-License-Identifier: BSD-3-Clause

#include "link/neighbor_table.h"

#include "link/route.h"

#include <errno.h>

const char *neighbor_state_name(enum neighbor_state state)
{
	switch (state) {
	case NEIGHBOR_INCOMPLETE:
		return "incomplete";
	case NEIGHBOR_REACHABLE:
		return "reachable";
	case NEIGHBOR_STALE:
		return "stale";
	case NEIGHBOR_FAILED:
		return "failed";
	}
	return "unknown";
}

void neighbor_table_init(struct neighbor_table *table)
{
	*table = (struct neighbor_table) {0};
	token_bucket_init(&table->ask_rate, NEIGHBOR_ASKS_PER_SECOND);
}

// A linear search: at most NEIGHBORS_MAX entries of one cache line or two, on the control thread, and no hash for an
// attacker to fill.
static struct neighbor *neighbor_lookup(struct neighbor_table *table, const struct plx_ip *ip)
{
	for (unsigned i = 0; i < NEIGHBORS_MAX; i++) {
		if (ip->family != 0 && plx_ip_equal(&table->entries[i].ip, ip)) {
			return &table->entries[i];
		}
	}
	return NULL;
}

const struct neighbor *neighbor_table_find(const struct neighbor_table *table,
					   const struct plx_ip *ip)
{
	for (unsigned i = 0; i < NEIGHBORS_MAX; i++) {
		if (ip->family != 0 && plx_ip_equal(&table->entries[i].ip, ip)) {
			return &table->entries[i];
		}
	}
	return NULL;
}

int neighbor_table_add(struct neighbor_table *table, const struct plx_ip *ip, uint64_t now_ns)
{
	if (!ip_is_unicast(ip)) {
		return -EINVAL;
	}
	struct neighbor *known = neighbor_lookup(table, ip);
	if (known != NULL) {
		known->users++;
		return 0;
	}
	for (unsigned i = 0; i < NEIGHBORS_MAX; i++) {
		if (table->entries[i].ip.family == 0) {
			table->entries[i] = (struct neighbor) {
				.ip = *ip,
				.state = NEIGHBOR_INCOMPLETE,
				.users = 1,
				.next_ns = now_ns,
				.recheck_ns = NEIGHBOR_REACHABLE_NS,
			};
			table->change_count++;
			return 0;
		}
	}
	return -ENOSPC;
}

void neighbor_table_remove(struct neighbor_table *table, const struct plx_ip *ip)
{
	struct neighbor *known = neighbor_lookup(table, ip);
	if (known != NULL && --known->users == 0) {
		*known = (struct neighbor) {0};
		table->change_count++;
	}
}

void neighbor_table_watch_closely(struct neighbor_table *table, const struct plx_ip *ip)
{
	struct neighbor *known = neighbor_lookup(table, ip);
	if (known != NULL) {
		known->recheck_ns = NEIGHBOR_CLOSELY_NS;
	}
}

bool neighbor_is_usable(const struct neighbor *neighbor)
{
	return neighbor->has_mac &&
	       (neighbor->state == NEIGHBOR_REACHABLE || neighbor->state == NEIGHBOR_STALE);
}

bool neighbor_is_answering(const struct neighbor *neighbor)
{
	return neighbor_is_usable(neighbor) && neighbor->asked <= NEIGHBOR_ASK_MAX;
}

static bool question_is_open(const struct neighbor *neighbor, uint64_t now_ns)
{
	return neighbor->is_open && now_ns - neighbor->asked_ns <= NEIGHBOR_ANSWER_WINDOW_NS;
}

// A question asked by unicast reached nobody but the known station, so another MAC in the answer is somebody else's.
static bool answer_fits(const struct neighbor *neighbor, const struct mac_address *mac)
{
	if (mac == NULL) {
		return neighbor->is_open_unicast;
	}
	if (!mac_is_station(mac)) {
		return false;
	}
	return !neighbor->is_open_unicast || mac_equal(mac, &neighbor->mac);
}

bool neighbor_table_answer(struct neighbor_table *table, const struct plx_ip *ip,
			   const struct mac_address *mac, uint64_t now_ns)
{
	struct neighbor *neighbor = neighbor_lookup(table, ip);
	if (neighbor == NULL || !question_is_open(neighbor, now_ns)) {
		table->unsolicited++;
		if (mac != NULL) {
			neighbor_table_hint(table, ip, mac, now_ns);
		}
		return false;
	}
	if (!answer_fits(neighbor, mac)) {
		table->conflicting++;
		return false;
	}
	bool is_new = mac != NULL && !mac_equal(mac, &neighbor->mac);
	if (!neighbor_is_answering(neighbor)) {
		neighbor->usable_since_ns = now_ns;
	}
	if (is_new || neighbor->state != NEIGHBOR_REACHABLE) {
		table->change_count++;
	}
	if (mac != NULL) {
		neighbor->mac = *mac;
		neighbor->has_mac = true;
	}
	neighbor->state = NEIGHBOR_REACHABLE;
	neighbor->is_open = false;
	neighbor->asked = 0;
	neighbor->confirmed_ns = now_ns;
	neighbor->next_ns = now_ns + neighbor->recheck_ns;
	return true;
}

void neighbor_table_hint(struct neighbor_table *table, const struct plx_ip *ip,
			 const struct mac_address *mac, uint64_t now_ns)
{
	struct neighbor *neighbor = neighbor_lookup(table, ip);
	if (neighbor == NULL || !mac_is_station(mac)) {
		return;
	}
	bool is_worth_asking =
		neighbor->state == NEIGHBOR_FAILED ||
		(neighbor->state == NEIGHBOR_REACHABLE && !mac_equal(mac, &neighbor->mac));
	if (!is_worth_asking) {
		return;
	}
	// Never more often than without hints: a flood of them gains nothing.
	uint64_t earliest_ns = neighbor->asked_ns + NEIGHBOR_RETRANSMIT_NS;
	uint64_t ask_ns = now_ns > earliest_ns ? now_ns : earliest_ns;
	if (ask_ns < neighbor->next_ns) {
		neighbor->next_ns = ask_ns;
	}
}

static void neighbor_change_state(struct neighbor_table *table, struct neighbor *neighbor,
				  enum neighbor_state state)
{
	neighbor->state = state;
	neighbor->asked = 0;
	table->change_count++;
}

// Lets time pass for a due entry. True when a question is to be asked now.
static bool neighbor_advance(struct neighbor_table *table, struct neighbor *neighbor,
			     uint64_t now_ns)
{
	if (neighbor->state == NEIGHBOR_REACHABLE) {
		neighbor_change_state(table, neighbor, NEIGHBOR_STALE);
	}
	unsigned asks = neighbor->state == NEIGHBOR_STALE ? 2 * NEIGHBOR_ASK_MAX : NEIGHBOR_ASK_MAX;
	if (neighbor->state != NEIGHBOR_FAILED && neighbor->asked >= asks) {
		neighbor_change_state(table, neighbor, NEIGHBOR_FAILED);
		neighbor->is_open = false;
		neighbor->next_ns = now_ns + NEIGHBOR_RETRANSMIT_NS;
		return false;
	}
	return true;
}

static uint64_t pause_after_question(const struct neighbor *neighbor)
{
	if (neighbor->state != NEIGHBOR_FAILED) {
		return NEIGHBOR_RETRANSMIT_NS;
	}
	unsigned doublings = neighbor->asked < 5 ? neighbor->asked : 5;
	uint64_t pause_ns = NEIGHBOR_RETRANSMIT_NS << doublings;
	return pause_ns < NEIGHBOR_RETRY_MAX_NS ? pause_ns : NEIGHBOR_RETRY_MAX_NS;
}

static void neighbor_ask(struct neighbor *neighbor, uint64_t now_ns,
			 struct neighbor_question *ret_question)
{
	bool is_unicast = neighbor->state == NEIGHBOR_STALE && neighbor->asked < NEIGHBOR_ASK_MAX;
	ret_question->ip = neighbor->ip;
	ret_question->mac = is_unicast ? neighbor->mac : MAC_BROADCAST;
	neighbor->is_open = true;
	neighbor->is_open_unicast = is_unicast;
	neighbor->asked_ns = now_ns;
	if (neighbor->asked < UINT8_MAX) {
		neighbor->asked++;
	}
	neighbor->next_ns = now_ns + pause_after_question(neighbor);
}

static struct neighbor *neighbor_most_due(struct neighbor_table *table, uint64_t now_ns)
{
	struct neighbor *found = NULL;
	for (unsigned i = 0; i < NEIGHBORS_MAX; i++) {
		struct neighbor *neighbor = &table->entries[i];
		if (neighbor->ip.family != 0 && neighbor->next_ns <= now_ns &&
		    (found == NULL || neighbor->next_ns < found->next_ns)) {
			found = neighbor;
		}
	}
	return found;
}

bool neighbor_table_next_question(struct neighbor_table *table, uint64_t now_ns,
				  struct neighbor_question *ret_question)
{
	// Every turn either ends or moves one entry's next_ns past now.
	for (unsigned i = 0; i <= NEIGHBORS_MAX; i++) {
		struct neighbor *neighbor = neighbor_most_due(table, now_ns);
		if (neighbor == NULL || !token_bucket_has(&table->ask_rate, now_ns)) {
			return false;
		}
		if (neighbor_advance(table, neighbor, now_ns)) {
			token_bucket_take(&table->ask_rate, now_ns);
			neighbor_ask(neighbor, now_ns, ret_question);
			return true;
		}
	}
	return false;
}

uint64_t neighbor_table_next_wakeup(const struct neighbor_table *table)
{
	uint64_t wakeup_ns = UINT64_MAX;
	for (unsigned i = 0; i < NEIGHBORS_MAX; i++) {
		const struct neighbor *neighbor = &table->entries[i];
		if (neighbor->ip.family != 0 && neighbor->next_ns < wakeup_ns) {
			wakeup_ns = neighbor->next_ns;
		}
	}
	uint64_t token_ns = token_bucket_next_ns(&table->ask_rate);
	return wakeup_ns != UINT64_MAX && token_ns > wakeup_ns ? token_ns : wakeup_ns;
}
