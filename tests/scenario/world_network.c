// SPDX-License-Identifier: BSD-3-Clause

#include "world_network.h"
#include "scenario_answer.h"

#include <parallax/base/error.h>
#include <parallax/dns/rr_type.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PERMILLE 1000

// A query on its way: what is the same by UDP and TCP.
struct sent_query {
	const uint8_t *wire;
	uint16_t length;
	struct world_server *server;
	enum plx_transport transport;
	struct plx_message message;
	struct arrival arrival; // of the answer, as far as it is known
};

static void trace_query(const struct world *world, const struct sent_query *sent)
{
	if (world->options.trace == NULL) {
		return;
	}
	struct plx_name name = {.length = sent->message.question_name_length};
	memcpy(name.wire, sent->wire + PLX_DNS_HEADER_BYTES, name.length);
	char text[PLX_NAME_TEXT_MAX];
	char type[PLX_TYPE_TEXT_MAX];
	char server[PLX_ENDPOINT_TEXT_MAX];
	plx_name_format(&name, text);
	fprintf(world->options.trace, "%10.3f ms  %s -> %s  %s %s%s%s\n",
		(double)(world->now_ns - world->start_ns) / 1e6,
		plx_transport_name(sent->transport),
		plx_endpoint_format(&sent->server->endpoint, server), text,
		plx_type_format(sent->message.question_type, type),
		sent->message.has_edns ? " edns" : "",
		sent->message.cookie != NULL ? " cookie" : "");
}

static void fault_no_entry(struct world *world, const struct sent_query *sent)
{
	struct plx_name name = {.length = sent->message.question_name_length};
	memcpy(name.wire, sent->wire + PLX_DNS_HEADER_BYTES, name.length);
	plx_name_lower(&name);
	char text[PLX_NAME_TEXT_MAX];
	char type[PLX_TYPE_TEXT_MAX];
	char server[PLX_ENDPOINT_TEXT_MAX];
	plx_name_format(&name, text);
	(void)fault_set(&world->fault, 0, "step %u: no entry for the query %.80s %s by %s to %s",
			world->step, text, plx_type_format(sent->message.question_type, type),
			plx_transport_name(sent->transport),
			plx_endpoint_format(&sent->server->endpoint, server));
}

// Many public files have no answer for priming (". NS"): the root does not answer it then.
static bool is_forgivable(const struct world *world, const struct sent_query *sent)
{
	return world->scenario->is_iterative && sent->message.question_type == PLX_TYPE_NS &&
	       sent->message.question_name_length == 1;
}

static bool is_lost(struct world *world, const struct entry_adjust *adjust)
{
	return adjust->loss && plx_random_u32(&world->chance) % PERMILLE < adjust->loss_value;
}

static uint64_t travel_time(struct world *world, const struct entry_adjust *adjust)
{
	uint64_t jitter_ns =
		adjust->jitter ? plx_random_u64(&world->chance) % (adjust->jitter_value + 1) : 0;
	return world->rtt_ns + adjust->delay_value + adjust->sleep_value +
	       adjust->packet_sleep_value + jitter_ns;
}

static void add_arrival(struct world *world, const struct arrival *arrival)
{
	if (event_queue_add(&world->events, arrival) < 0) {
		free(arrival->wire);
		(void)fault_set(&world->fault, 0, "out of memory");
	}
}

static void add_failure(struct world *world, struct arrival *arrival, int error, uint64_t at_ns)
{
	arrival->error = error;
	arrival->at_ns = at_ns;
	arrival->rtt_us = (uint32_t)((at_ns - world->now_ns) / 1000);
	add_arrival(world, arrival);
}

// By UDP nothing comes; the TCP thread owes every request an answer. `latest_ns` is when it gives up.
static void stay_silent(struct world *world, struct sent_query *sent, uint64_t latest_ns)
{
	if (sent->transport == PLX_TRANSPORT_TCP) {
		sent->arrival.is_connected = !sent->server->is_down;
		add_failure(world, &sent->arrival, PLX_ERR_TCP_TIMEOUT, latest_ns);
	}
}

// True when the connection ends without an answer.
static bool fails_by_tcp(struct world *world, struct sent_query *sent,
			 const struct entry_adjust *adjust)
{
	int error = adjust->tcp_refused   ? PLX_ERR_TCP_REFUSED
		    : adjust->tcp_close   ? PLX_ERR_TCP_CLOSED
		    : adjust->tcp_framing ? PLX_ERR_TCP_FRAMING
					  : 0;
	if (error != 0 && sent->transport == PLX_TRANSPORT_TCP) {
		sent->arrival.is_connected = error != PLX_ERR_TCP_REFUSED;
		add_failure(world, &sent->arrival, error, world->now_ns + world->rtt_ns);
		return true;
	}
	return false;
}

static void add_reply(struct world *world, struct sent_query *sent,
		      const struct scenario_entry *entry, uint64_t latest_ns)
{
	static uint8_t wire[PLX_MESSAGE_MAX]; // one thread
	const struct entry_adjust *adjust = &entry->adjust;
	size_t length = scenario_answer_write(entry, &sent->message, wire);
	struct arrival *arrival = &sent->arrival;
	uint64_t travel_ns = travel_time(world, adjust);
	if (sent->transport == PLX_TRANSPORT_TCP) {
		travel_ns += world->rtt_ns; // the handshake
		if (world->now_ns + travel_ns > latest_ns) {
			stay_silent(world, sent, latest_ns);
			return;
		}
	}
	arrival->at_ns = world->now_ns + travel_ns;
	arrival->rtt_us = (uint32_t)(travel_ns / 1000);
	arrival->is_connected = true;
	arrival->copies = adjust->copies ? (uint32_t)adjust->copies_value : 1;
	arrival->forged = (uint32_t)adjust->forge_value;
	arrival->source.port ^= adjust->wrong_port ? 1 : 0;
	arrival->source.ip.bytes[3] ^= adjust->wrong_src ? 0x80 : 0;
	arrival->length = (uint32_t)length;
	arrival->wire = malloc(length + 1);
	if (arrival->wire == NULL || (length == 0 && !adjust->octets)) {
		free(arrival->wire);
		(void)fault_set(&world->fault, entry->line, "the reply does not fit a message");
		return;
	}
	memcpy(arrival->wire, wire, length);
	add_arrival(world, arrival);
}

static void take_query(struct world *world, struct sent_query *sent, uint64_t latest_ns)
{
	struct world_server *server = sent->server;
	enum round_count count = sent->transport == PLX_TRANSPORT_TCP ? COUNT_tcp : COUNT_sent;
	world->counts[count]++;
	world->counts[COUNT_total]++;
	server->counts[count]++;
	if (plx_message_open(sent->wire, sent->length, &sent->message) < 0 ||
	    plx_message_check(&sent->message) < 0) {
		(void)fault_set(&world->fault, 0, "step %u: the engine sent a malformed query",
				world->step);
		stay_silent(world, sent, latest_ns);
		return;
	}
	trace_query(world, sent);
	if (server->is_down) {
		stay_silent(world, sent, latest_ns);
		return;
	}
	const struct server_question question = {
		.step = world->step,
		.destination = server->endpoint.ip,
		.transport = sent->transport,
		.query = &sent->message,
	};
	const struct scenario_entry *entry =
		scenario_answer_find(world->scenario, &question, world->uses);
	if (entry == NULL) {
		if (!is_forgivable(world, sent)) {
			fault_no_entry(world, sent);
		}
		stay_silent(world, sent, latest_ns);
		return;
	}
	const struct entry_adjust *adjust = &entry->adjust;
	bool is_gone = is_lost(world, adjust);
	is_gone |= is_lost(world, adjust); // on the way back
	if (adjust->drop || adjust->do_not_answer || is_gone) {
		stay_silent(world, sent, latest_ns);
	} else if (!fails_by_tcp(world, sent, adjust)) {
		add_reply(world, sent, entry, latest_ns);
	}
}

static void take_udp(struct world *world, const struct engine_query *query)
{
	struct sent_query sent = {
		.wire = query->wire,
		.length = query->length,
		.server = world_take_server(world, &query->server),
		.transport = PLX_TRANSPORT_UDP,
		.arrival = {.source = query->server, .port = query->source_port},
	};
	if (sent.server == NULL || sent.server->is_unreachable) {
		world->engine->unreachable(world, query);
	} else {
		take_query(world, &sent, 0);
	}
}

static void take_tcp(struct world *world, const struct tcp_request *request)
{
	struct sent_query sent = {
		.wire = request->query,
		.length = request->query_length,
		.server = world_take_server(world, &request->server),
		.transport = PLX_TRANSPORT_TCP,
		.arrival = {.is_tcp = true,
			    .source = request->server,
			    .slot = request->slot,
			    .generation = request->generation},
	};
	if (sent.server == NULL || sent.server->is_unreachable) {
		add_failure(world, &sent.arrival, -EHOSTUNREACH, world->now_ns);
		return;
	}
	uint64_t patience_ns = sent.server->is_down ? TCP_CONNECT_TIMEOUT_NS : TCP_QUERY_TIMEOUT_NS;
	uint64_t latest_ns = world->now_ns + patience_ns;
	latest_ns = request->deadline_ns < latest_ns ? request->deadline_ns : latest_ns;
	take_query(world, &sent, latest_ns);
}

void network_take_queries(struct world *world)
{
	uint8_t wire[PLX_QUERY_MAX];
	struct engine_query query = {.wire = wire};
	struct tcp_request request;
	bool is_busy;
	do {
		is_busy = false;
		world_hand_over(world);
		while (world->engine->next_query(world, &query)) {
			take_udp(world, &query);
			is_busy = true;
		}
		while (world->engine->next_tcp(world, &request)) {
			take_tcp(world, &request);
			is_busy = true;
		}
	} while (is_busy);
}

static void deliver_datagram(struct world *world, const struct arrival *arrival, uint16_t id)
{
	struct datagram datagram = {
		.payload = arrival->wire, .length = arrival->length, .source = arrival->source};
	enum plx_drop_reason reason = PLX_DROP_SHORT;
	// Shorter ones never reach the resolver: the network layer cannot read their ID.
	if (arrival->length >= 2) {
		reason = query_identity_decode(&world->identity, arrival->port, id, &datagram.code)
				 ? world->engine->receive(world, &datagram)
				 : PLX_DROP_NOT_OURS;
	}
	world->counts[COUNT_FIRST_REASON + reason]++;
	if (world->options.trace != NULL && arrival->forged == 0) {
		fprintf(world->options.trace, "%10.3f ms  udp <- %u octets: %s\n",
			(double)(world->now_ns - world->start_ns) / 1e6, arrival->length,
			plx_drop_reason_name(reason));
	}
}

static void deliver_udp(struct world *world, struct arrival *arrival)
{
	uint16_t id = arrival->length >= 2
			      ? (uint16_t)((unsigned)arrival->wire[0] << 8 | arrival->wire[1])
			      : 0;
	for (uint32_t i = 1; i <= arrival->forged; i++) {
		uint16_t forged = (uint16_t)(id + i); // every other ID comes once in 65535
		arrival->wire[0] = (uint8_t)(forged >> 8);
		arrival->wire[1] = (uint8_t)forged;
		deliver_datagram(world, arrival, forged);
	}
	if (arrival->forged > 0) {
		arrival->wire[0] = (uint8_t)(id >> 8);
		arrival->wire[1] = (uint8_t)id;
		arrival->forged = 0;
	}
	for (uint32_t i = 0; i < arrival->copies; i++) {
		deliver_datagram(world, arrival, id);
	}
}

static void deliver_tcp(struct world *world, const struct arrival *arrival)
{
	const struct tcp_answer answer = {
		.server = arrival->source,
		.slot = arrival->slot,
		.generation = arrival->generation,
		.error = arrival->error,
		.rtt_us = arrival->rtt_us,
		.was_connected = arrival->is_connected,
		.length = arrival->length,
		.message = arrival->wire,
	};
	if (world->options.trace != NULL) {
		fprintf(world->options.trace, "%10.3f ms  tcp <- %s\n",
			(double)(world->now_ns - world->start_ns) / 1e6,
			arrival->error != 0 ? plx_error_text(arrival->error) : "an answer");
	}
	world->engine->tcp_answer(world, &answer);
}

void network_deliver(struct world *world)
{
	struct arrival arrival;
	while (event_queue_take(&world->events, world->now_ns, &arrival)) {
		if (arrival.is_tcp) {
			deliver_tcp(world, &arrival);
		} else {
			deliver_udp(world, &arrival);
		}
		free(arrival.wire);
	}
}
