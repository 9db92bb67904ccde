// SPDX-License-Identifier: BSD-3-Clause
// The anti-spoofing wall: is this datagram an answer to what was asked, from whom it was asked (RFC 5452 9.1)? A packet
// that fails a check is counted and ends nothing; an odd one that got far (right port, ID, server) sends the query to
// TCP, whose answer decides. The rules are those of resolver/reply_match.c.

#include "recursion/recursor_state.h"

#include "resolver/upstream.h"
#include "transaction/generation.h"
#include "transaction/question_check.h"

#include <string.h>

void open_query_count_unwanted(struct recursor *recursor, const struct plx_endpoint *source)
{
	uint32_t peer = peer_find(&recursor->peers, &source->ip);
	if (peer != PEER_NONE && source->port == DNS_PORT &&
	    peer_unwanted(&recursor->peers.peers[peer], recursor->now_ns)) {
		count(&recursor->config.counters->spoof_alarms);
	}
}

static void suspect(struct recursor *recursor, uint32_t query)
{
	query_of(recursor, query)->flags |= OPEN_QUERY_SUSPECT;
	count(&recursor->config.counters->spoof_suspects);
	open_query_to_tcp(recursor, query);
}

static void note_mismatch(struct recursor *recursor, uint32_t query)
{
	if (++query_of(recursor, query)->mismatches >= RECURSOR_MISMATCHES_MAX) {
		suspect(recursor, query);
	}
}

// Late answers are told from forged ones by the generation.
static enum plx_drop_reason check_generation(struct recursor *recursor, uint32_t query,
					     const struct datagram *datagram)
{
	const struct open_query *open = query_of(recursor, query);
	if (open->generation == datagram->code.generation && open->state == OPEN_QUERY_WAIT_UDP) {
		return PLX_DROP_ACCEPTED;
	}
	if (generation_age(open->generation, datagram->code.generation,
			   recursor->config.identity->generation_bits) <= open->renewals) {
		return PLX_DROP_LATE;
	}
	open_query_count_unwanted(recursor, &datagram->source);
	return PLX_DROP_NO_TRANSACTION;
}

// RFC 7873 5.3: our client cookie must come back if the server is known to do cookies, and never another one.
static bool has_right_cookie(const struct open_query *open, const struct peer *peer,
			     const struct plx_message *message)
{
	if ((open->flags & OPEN_QUERY_SENT_COOKIE) == 0) {
		return true;
	}
	if (message->cookie == NULL) {
		return peer->server_cookie_length == 0;
	}
	return message->cookie_length >= PLX_COOKIE_CLIENT_BYTES &&
	       memcmp(message->cookie, peer->cookie, PLX_COOKIE_CLIENT_BYTES) == 0;
}

static enum plx_drop_reason check_source_and_question(struct recursor *recursor, uint32_t query,
						      const struct datagram *datagram)
{
	const struct open_query *open = query_of(recursor, query);
	const struct peer *peer = &recursor->peers.peers[open->peer];
	if (datagram->source.port != DNS_PORT || !plx_ip_equal(&datagram->source.ip, &peer->ip)) {
		return PLX_DROP_WRONG_SOURCE;
	}
	return question_check(datagram->payload, datagram->length,
			      recursor->query_names[query].wire, open->name_length, open->qtype);
}

static enum plx_drop_reason check_message(struct recursor *recursor, uint32_t query,
					  const struct datagram *datagram,
					  struct plx_message *ret_message)
{
	struct open_query *open = query_of(recursor, query);
	const struct peer *peer = &recursor->peers.peers[open->peer];
	if (plx_message_open_asked(datagram->payload, datagram->length, open->name_length,
				   ret_message) != 0 ||
	    plx_message_check(ret_message) != 0) {
		open->flags |= OPEN_QUERY_MALFORMED;
		return PLX_DROP_MALFORMED;
	}
	if (!has_right_cookie(open, peer, ret_message)) {
		return PLX_DROP_WRONG_COOKIE;
	}
	return recursor->now_ns < peer->alarm_until_ns ? PLX_DROP_SUSPECT : PLX_DROP_ACCEPTED;
}

// A server that was seen not to echo case is believed without it when its cookie stands in.
static bool may_fold_case(const struct recursor *recursor, const struct open_query *open)
{
	const struct peer *peer = &recursor->peers.peers[open->peer];
	return (open->flags & OPEN_QUERY_SENT_COOKIE) != 0 && peer->server_cookie_length > 0 &&
	       recursor->now_ns < peer->folds_case_until_ns;
}

static void note_cookie(struct recursor *recursor, const struct open_query *open,
			const struct plx_message *message, bool is_tcp)
{
	struct peer *peer = &recursor->peers.peers[open->peer];
	if ((open->flags & OPEN_QUERY_SENT_COOKIE) == 0) {
		return;
	}
	if (message->cookie == NULL) {
		if (is_tcp && peer->server_cookie_length > 0) {
			peer->server_cookie_length = 0;
			count(&recursor->config.counters->downgrades);
		}
		return;
	}
	bool is_ours = message->cookie_length >= 2 * PLX_COOKIE_CLIENT_BYTES &&
		       message->cookie_length <= PLX_COOKIE_CLIENT_BYTES + PLX_COOKIE_SERVER_MAX &&
		       memcmp(message->cookie, peer->cookie, PLX_COOKIE_CLIENT_BYTES) == 0;
	if (is_ours) {
		peer_learn_cookie(peer, message->cookie, message->cookie_length);
	}
}

// RFC 7873 5.3: once more with the cookie it gave, then by TCP. By TCP it is an answer like any other.
static bool is_retried_with_cookie(struct recursor *recursor, uint32_t query,
				   const struct plx_message *message, bool is_tcp)
{
	struct open_query *open = query_of(recursor, query);
	if (message->rcode != PLX_RCODE_BADCOOKIE || is_tcp ||
	    (open->flags & OPEN_QUERY_SENT_COOKIE) == 0) {
		return false;
	}
	count(&recursor->config.counters->cookie_retries);
	if (open->flags & OPEN_QUERY_COOKIE_RETRY) {
		open_query_to_tcp(recursor, query);
		return true;
	}
	open->flags |= OPEN_QUERY_COOKIE_RETRY;
	open_query_again(recursor, query);
	return true;
}

void open_query_take_question(struct recursor *recursor, uint32_t query,
			      const struct plx_message *message)
{
	struct plx_name *question = &recursor->ended.question;
	question->length = 0;
	if ((query_of(recursor, query)->key_flags & QUERY_KEY_TRACED) &&
	    message->question_count == 1) {
		question->length = message->question_name_length;
		memcpy(question->wire, message->wire + PLX_DNS_HEADER_BYTES, question->length);
	}
}

void open_query_answer(struct recursor *recursor, uint32_t query, const struct plx_message *message,
		       bool is_tcp)
{
	const struct open_query *open = query_of(recursor, query);
	if (!is_tcp) {
		peer_answered(&recursor->peers.peers[open->peer], recursor->now_ns - open->sent_ns,
			      recursor->now_ns);
	}
	note_cookie(recursor, open, message, is_tcp);
	if (is_retried_with_cookie(recursor, query, message, is_tcp)) {
		return;
	}
	if (message->flags & PLX_FLAG_TC) {
		count(&recursor->config.counters->answers_truncated);
	}
	const struct iteration_event event = {
		.kind = ITERATION_EVENT_REPLY,
		.message = message,
		.rtt_ns = recursor->now_ns - open->sent_ns,
	};
	recursor->delivered = NULL;
	open_query_end(recursor, query, &event);
	if (recursor->delivered != NULL) {
		message_store_drop(recursor->store, recursor->delivered);
		recursor->delivered = NULL;
	}
}

static enum plx_drop_reason receive(struct recursor *recursor, uint32_t query,
				    const struct datagram *datagram)
{
	struct open_query *open = query_of(recursor, query);
	enum plx_drop_reason reason = check_source_and_question(recursor, query, datagram);
	if (reason == PLX_DROP_WRONG_SOURCE || reason == PLX_DROP_NOT_RESPONSE ||
	    reason == PLX_DROP_WRONG_QUESTION) {
		open_query_count_unwanted(recursor, &datagram->source);
		note_mismatch(recursor, query);
		return reason;
	}
	if (reason == PLX_DROP_WRONG_CASE && !may_fold_case(recursor, open)) {
		open->flags |= OPEN_QUERY_WRONG_CASE;
		suspect(recursor, query);
		return reason;
	}
	struct plx_message message = {0};
	reason = check_message(recursor, query, datagram, &message);
	if (reason != PLX_DROP_ACCEPTED) {
		suspect(recursor, query);
		return reason;
	}
	open_query_take_question(recursor, query, &message);
	question_fold_case(datagram->payload, open->name_length);
	open_query_answer(recursor, query, &message, false);
	return PLX_DROP_ACCEPTED;
}

enum plx_drop_reason recursor_receive(struct recursor *recursor, const struct datagram *datagram,
				      uint64_t now_ns)
{
	recursor->now_ns = now_ns;
	if (datagram->length < ANSWER_BYTES_MIN) {
		return PLX_DROP_SHORT;
	}
	uint32_t query = datagram->code.slot - recursor->config.first_slot;
	if (datagram->code.worker != recursor->config.worker ||
	    query >= recursor->config.slot_count) {
		open_query_count_unwanted(recursor, &datagram->source);
		return PLX_DROP_NO_TRANSACTION;
	}
	enum plx_drop_reason reason = check_generation(recursor, query, datagram);
	return reason != PLX_DROP_ACCEPTED ? reason : receive(recursor, query, datagram);
}
