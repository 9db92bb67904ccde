// SPDX-License-Identifier: BSD-3-Clause
// Whom to ask next: a server with an address, or for the address of a server.

#include "iteration/iteration_state.h"

#include <parallax/dns/rr_type.h>

#include <string.h>

enum iteration_next frame_fail(struct iteration_turn *turn, enum iteration_cause cause,
			       enum work_limit limit)
{
	turn->iteration->frame->cause = cause;
	turn->iteration->frame->limit = limit;
	return ITERATION_NEXT_FAILED;
}

// The zone to begin at: of DS the parent's (RFC 4035 3.1.4.1). An alias that stays in the zone stays with its servers,
// unless a closer one is known.
static bool enter_closest_zone(struct iteration_turn *turn, struct iteration_frame *frame)
{
	struct iteration_context *context = turn->context;
	struct plx_name name = frame->name;
	if (frame->type == PLX_TYPE_DS) {
		plx_name_parent(&name, &name);
	}
	bool has_zone = frame->zone.zone.length > 0 && plx_name_is_below(&name, &frame->zone.zone);
	PLX_UNINITIALIZED struct delegation found;
	bool is_found = delegation_cache_closest(context->cache, &name, turn->iteration->use,
						 turn->now_ns, &found);
	if (has_zone && (!is_found || found.zone.length <= frame->zone.zone.length)) {
		iteration_frame_reset_tries(frame);
		return true;
	}
	if (!is_found && context->root_hints == NULL) {
		return false;
	}
	frame->zone = is_found ? found : *context->root_hints;
	iteration_frame_reset_zone(frame);
	return true;
}

enum iteration_next frame_begin(struct iteration_turn *turn)
{
	struct iteration_frame *frame = turn->iteration->frame;
	// Not of an alias's target: what is remembered was judged by itself and does not say what the chain is worth.
	if (frame->depth == 0 && turn->iteration->visited_count == 0) {
		turn->remembered = negative_cache_get(turn->context->cache, &frame->name,
						      frame->type, turn->iteration->use,
						      turn->now_ns, &turn->remembered_dnssec);
		if (turn->remembered != NEGATIVE_UNKNOWN) {
			return ITERATION_NEXT_REMEMBERED;
		}
	}
	if (!enter_closest_zone(turn, frame)) {
		return frame_fail(turn, ITERATION_CAUSE_NO_ROOT, WORK_WITHIN_LIMITS);
	}
	minimisation_start(&frame->minimisation, &frame->name, turn->context->probe_type,
			   plx_name_label_count(&frame->zone.zone));
	return ITERATION_NEXT_ASK;
}

static enum iteration_next send(struct iteration_turn *turn, struct iteration_frame *frame)
{
	struct work_budget *budget = &turn->iteration->budget;
	enum work_limit limit = work_charge_query(budget, turn->now_ns);
	if (limit != WORK_WITHIN_LIMITS) {
		turn->limit = limit;
		return ITERATION_NEXT_EXHAUSTED;
	}
	struct iteration_query *query = &turn->action->query;
	turn->action->kind = ITERATION_ACTION_SEND;
	query->server = frame->zone.addresses[frame->server];
	query->by_tcp = frame->by_tcp;
	query->has_edns = !frame->without_edns;
	query->timeout_ns = server_timeout_ns(turn->context->book, &query->server,
					      frame->tries[frame->server] - 1u);
	if (frame->by_tcp) {
		query->timeout_ns =
			SERVER_TIMEOUT_MAX_NS; // a handshake more, and servers are slower at it
	}
	// No one server may use up the time that another try would need.
	uint64_t left_ns = budget->deadline_ns - turn->now_ns;
	uint64_t share_ns = left_ns / WORK_TIME_SHARE;
	share_ns = share_ns < SERVER_TIMEOUT_MIN_NS ? SERVER_TIMEOUT_MIN_NS : share_ns;
	if (query->timeout_ns > share_ns) {
		query->timeout_ns = share_ns < left_ns ? share_ns : left_ns;
	}
	minimisation_question(&frame->minimisation, &frame->name, frame->type, &query->name,
			      &query->type);
	return ITERATION_NEXT_SENT;
}

// TsuNAME: the server's name can be found only through the servers of a zone that waits for it, this one or one below in
// the stack; so it can if an equal question waits.
static bool is_loop(const struct iteration_frame *frame, const struct plx_name *server,
		    uint16_t type)
{
	for (; frame != NULL; frame = frame->parent) {
		bool is_root = frame->zone.zone.length == 1;
		if ((!is_root && plx_name_is_below(server, &frame->zone.zone)) ||
		    (frame->type == type && plx_name_equal(server, &frame->name))) {
			return true;
		}
	}
	return false;
}

static bool has_usable_address(const struct delegation *zone, unsigned index,
			       const struct address_families *families)
{
	for (unsigned i = 0; i < zone->address_count; i++) {
		if (zone->address_names[i] == index &&
		    server_address_is_usable(&zone->addresses[i], families)) {
			return true;
		}
	}
	return false;
}

// The next address to ask for, of a server that none is known of which this host can reach: IPv4 first. Type 0: none is
// left to ask for.
static uint16_t choose_fetch(struct iteration_frame *frame, const struct address_families *families,
			     unsigned *ret_index)
{
	for (unsigned i = 0; i < frame->zone.name_count; i++) {
		uint16_t bit = (uint16_t)(1u << i);
		if (has_usable_address(&frame->zone, i, families)) {
			continue;
		}
		*ret_index = i;
		if (families->has_ipv4 && (frame->fetched_ipv4 & bit) == 0) {
			frame->fetched_ipv4 |= bit;
			return PLX_TYPE_A;
		}
		if (families->has_ipv6 && (frame->fetched_ipv6 & bit) == 0) {
			frame->fetched_ipv6 |= bit;
			return PLX_TYPE_AAAA;
		}
	}
	return 0;
}

// True when addresses were known.
static bool take_remembered(struct iteration_turn *turn, struct iteration_frame *frame,
			    const struct plx_name *server, uint16_t type, unsigned index,
			    bool *ret_has_none)
{
	struct plx_ip addresses[DELEGATION_NAME_ADDRESSES_MAX];
	bool has_taken = false;
	int count = address_cache_get(turn->context->cache, server, type, turn->iteration->use,
				      turn->now_ns, addresses);
	*ret_has_none = count == 0;
	for (int i = 0; i < count; i++) {
		has_taken |= delegation_add_address(&frame->zone, index, &addresses[i]);
	}
	return has_taken;
}

// Stacks a frame for an address.
static enum iteration_next fetch_address(struct iteration_turn *turn, struct iteration_frame *frame)
{
	unsigned index;
	uint16_t type;
	while ((type = choose_fetch(frame, &turn->context->families, &index)) != 0) {
		PLX_UNINITIALIZED struct plx_name server;
		delegation_name(&frame->zone, index, &server);
		bool has_none;
		if (take_remembered(turn, frame, &server, type, index, &has_none)) {
			return ITERATION_NEXT_ASK;
		}
		if (has_none) {
			continue;
		}
		if (is_loop(frame, &server, type)) {
			if (frame->cause == ITERATION_CAUSE_NONE) {
				frame->cause = ITERATION_CAUSE_NS_LOOP;
			}
			continue;
		}
		enum work_limit limit = work_charge_ns_fetch(&turn->iteration->budget,
							     frame->ns_fetches, frame->depth + 1u);
		if (limit != WORK_WITHIN_LIMITS) {
			return frame_fail(turn, ITERATION_CAUSE_LIMIT, limit);
		}
		struct iteration_frame *above =
			iteration_frame_acquire(turn->context->frames, frame, &server, type);
		if (above == NULL) {
			return frame_fail(turn, ITERATION_CAUSE_NO_FRAME, WORK_WITHIN_LIMITS);
		}
		frame->ns_fetches++;
		frame->fetching = (uint8_t)index;
		above->zone.zone.length = 0;
		turn->iteration->frame = above;
		return frame_begin(turn);
	}
	if (frame->cause == ITERATION_CAUSE_NONE) {
		frame->cause = ITERATION_CAUSE_NO_ADDRESS;
	}
	return ITERATION_NEXT_FAILED;
}

static bool is_doubted(const struct iteration *iteration, const struct plx_ip *server)
{
	for (unsigned i = 0; i < iteration->doubted_count; i++) {
		if (plx_ip_equal(&iteration->doubted[i], server)) {
			return true;
		}
	}
	return false;
}

// Among the servers that are not doubted, or, once for each, among those that are; -1: there is none.
static int choose_server(struct iteration_turn *turn, const struct iteration_frame *frame,
			 bool takes_doubted)
{
	struct iteration_context *context = turn->context;
	uint8_t tries[DELEGATION_ADDRESSES_MAX];
	for (unsigned i = 0; i < frame->zone.address_count; i++) {
		bool may_be_asked = is_doubted(turn->iteration, &frame->zone.addresses[i])
					    ? takes_doubted && frame->tries[i] == 0
					    : !takes_doubted;
		tries[i] = may_be_asked ? frame->tries[i] : UINT8_MAX;
	}
	return server_choose(context->book, &frame->zone, tries, &turn->iteration->budget,
			     &context->families, context->random, turn->now_ns);
}

static enum iteration_next ask_server(struct iteration_turn *turn, struct iteration_frame *frame,
				      int server, bool by_tcp)
{
	frame->server = (uint8_t)server;
	frame->tries[server]++;
	frame->by_tcp = by_tcp;
	frame->without_edns = false;
	return send(turn, frame);
}

enum iteration_next frame_ask(struct iteration_turn *turn)
{
	struct iteration_frame *frame = turn->iteration->frame;
	if (frame->is_resend) {
		frame->is_resend = false;
		return send(turn, frame);
	}
	int server = choose_server(turn, frame, false);
	if (server >= 0) {
		return ask_server(turn, frame, server, false);
	}
	enum iteration_next next = fetch_address(turn, frame);
	if (next == ITERATION_NEXT_FAILED && turn->iteration->frame == frame) {
		server = choose_server(turn, frame, true);
		if (server >= 0) {
			return ask_server(turn, frame, server, true);
		}
	}
	return next;
}

// The addresses in the answer, and the lowest TTL of them.
static unsigned read_addresses(const struct plx_message *message, const struct plx_name *owner,
			       struct plx_ip ret_addresses[static DELEGATION_NAME_ADDRESSES_MAX],
			       uint32_t *ret_ttl)
{
	struct plx_record_cursor cursor = plx_message_records(message);
	struct plx_record record;
	unsigned count = 0;
	*ret_ttl = UINT32_MAX;
	while (count < DELEGATION_NAME_ADDRESSES_MAX &&
	       plx_message_next(message, &cursor, &record) &&
	       record.section == PLX_SECTION_ANSWER) {
		if (ns_address_read(&record, &ret_addresses[count]) &&
		    plx_message_name_equal(message, record.owner_offset, owner)) {
			*ret_ttl = record.ttl < *ret_ttl ? record.ttl : *ret_ttl;
			count++;
		}
	}
	return count;
}

static void remember_addresses(struct iteration_turn *turn, const struct iteration_frame *frame,
			       const struct iteration_frame *above, const struct plx_ip *addresses,
			       unsigned count, uint32_t ttl)
{
	// No longer than the zone is known that gave them.
	uint64_t expires_ns = delegation_expiry(turn->now_ns, ttl);
	if (above->zone.expires_ns < expires_ns) {
		expires_ns = above->zone.expires_ns;
	}
	struct plx_name server;
	delegation_name(&frame->zone, frame->fetching, &server);
	address_cache_put(turn->context->cache, &server, above->type, addresses, count, expires_ns,
			  turn->now_ns);
}

void frame_take_no_address(struct iteration_turn *turn, struct iteration_frame *frame,
			   const struct iteration_frame *above)
{
	remember_addresses(turn, frame, above, NULL, 0, turn->context->reply.negative_ttl_s);
}

void frame_take_addresses(struct iteration_turn *turn, struct iteration_frame *frame,
			  const struct iteration_frame *above)
{
	struct plx_ip addresses[DELEGATION_NAME_ADDRESSES_MAX];
	uint32_t ttl;
	unsigned count =
		read_addresses(turn->event->message, &turn->context->reply.owner, addresses, &ttl);
	for (unsigned i = 0; i < count; i++) {
		(void)delegation_add_address(&frame->zone, frame->fetching, &addresses[i]);
	}
	remember_addresses(turn, frame, above, addresses, count, ttl);
}
