// SPDX-License-Identifier: BSD-3-Clause
// The anti-spoofing wall: is this datagram an answer to what was asked, from whom it was asked (RFC 5452 9.1)? Cheap
// checks come first. A packet that fails one is counted and changes nothing but counters; one that got far (right
// port, ID, server) and is odd sends the question to TCP, whose answer decides.

#include "resolver/resolver_state.h"
#include "transaction/question_check.h"

#include <string.h>

void reply_count_unwanted(struct resolver *resolver, const struct plx_endpoint *source,
			  uint64_t now_ns)
{
	uint8_t index = upstream_find(&resolver->pool, source);
	if (index != UPSTREAM_NONE && upstream_unwanted(&resolver->pool.servers[index], now_ns)) {
		count(&resolver->config.counters->spoof_alarms);
	}
}

// Forged or odd answers reached an open question: from now on only TCP can answer it.
static void suspect(struct resolver *resolver, uint32_t slot)
{
	if (slot_of(resolver, slot)->key_flags & PLX_JOB_FIRST_ANSWER) {
		return; // only an acceptable answer ends it, and that by UDP
	}
	slot_of(resolver, slot)->flags |= TRANSACTION_SUSPECT;
	count(&resolver->config.counters->spoof_suspects);
	question_to_tcp(resolver, slot);
}

static void note_mismatch(struct resolver *resolver, uint32_t slot)
{
	struct transaction *transaction = slot_of(resolver, slot);
	if (++transaction->mismatches >= RESOLVER_MISMATCHES_MAX) {
		suspect(resolver, slot);
	}
}

// A late answer to an earlier query of the question that waits now: each query was a generation.
static void note_late(struct resolver *resolver, const struct datagram *datagram, uint64_t now_ns)
{
	const struct transaction *transaction = slot_of(resolver, datagram->code.slot);
	uint32_t age = transaction_age(transaction, datagram->code.generation,
				       resolver->config.identity->generation_bits);
	if (transaction->state != TRANSACTION_WAIT_UDP || age >= transaction->queries) {
		return;
	}
	struct upstream *upstream = &resolver->pool.servers[transaction->upstream];
	if (plx_endpoint_equal(&upstream->config.endpoint, &datagram->source)) {
		upstream_heard_late(upstream, now_ns - transaction->first_sent_ns, now_ns);
	}
}

// Late answers are told from forged ones by the generation. They teach the server's RTT and nothing else.
static enum plx_drop_reason check_generation(struct resolver *resolver,
					     const struct datagram *datagram, uint64_t now_ns)
{
	const struct transaction *transaction = slot_of(resolver, datagram->code.slot);
	bool is_current = transaction->generation == datagram->code.generation;
	if (is_current && transaction->state == TRANSACTION_WAIT_UDP) {
		return PLX_DROP_ACCEPTED;
	}
	if (transaction_had(transaction, datagram->code.generation,
			    resolver->config.identity->generation_bits)) {
		note_late(resolver, datagram, now_ns);
		return PLX_DROP_LATE;
	}
	reply_count_unwanted(resolver, &datagram->source, now_ns);
	return PLX_DROP_NO_TRANSACTION;
}

static enum plx_drop_reason check_question(const struct resolver *resolver,
					   const struct datagram *datagram)
{
	const struct transaction *transaction = &resolver->table.slots[datagram->code.slot];
	return question_check(datagram->payload, datagram->length,
			      resolver->table.names[datagram->code.slot].wire,
			      transaction->name_length, transaction->qtype);
}

// RFC 7873 5.3: our client cookie must come back if the server is known to do cookies, and never another one.
static bool has_right_cookie(const struct upstream *upstream, const struct transaction *transaction,
			     const struct plx_message *message)
{
	if ((transaction->flags & TRANSACTION_SENT_COOKIE) == 0) {
		return true;
	}
	if (message->cookie == NULL) {
		return upstream->server_cookie_length == 0;
	}
	return message->cookie_length >= PLX_COOKIE_CLIENT_BYTES &&
	       memcmp(message->cookie, upstream->cookie, PLX_COOKIE_CLIENT_BYTES) == 0;
}

static enum plx_drop_reason check_message(struct resolver *resolver,
					  const struct datagram *datagram, uint64_t now_ns,
					  struct plx_message *ret_message)
{
	uint32_t slot = datagram->code.slot;
	struct transaction *transaction = slot_of(resolver, slot);
	struct upstream *upstream = &resolver->pool.servers[transaction->upstream];
	if (plx_message_open_asked(datagram->payload, datagram->length, transaction->name_length,
				   ret_message) != 0 ||
	    plx_message_check(ret_message) != 0) {
		question_note_failure(transaction, PLX_STATUS_MALFORMED, PLX_CAUSE_BAD_MESSAGE,
				      ret_message);
		return PLX_DROP_MALFORMED;
	}
	if (!has_right_cookie(upstream, transaction, ret_message)) {
		return PLX_DROP_WRONG_COOKIE;
	}
	return now_ns < upstream->alarm_until_ns ? PLX_DROP_SUSPECT : PLX_DROP_ACCEPTED;
}

enum plx_drop_reason resolver_receive(struct resolver *resolver, const struct datagram *datagram,
				      uint64_t now_ns)
{
	resolver_begin(resolver, now_ns);
	if (datagram->length < ANSWER_BYTES_MIN) {
		return PLX_DROP_SHORT;
	}
	uint32_t slot = datagram->code.slot;
	if (datagram->code.worker != resolver->config.worker ||
	    slot >= resolver->table.slot_count) {
		reply_count_unwanted(resolver, &datagram->source, now_ns);
		return PLX_DROP_NO_TRANSACTION;
	}
	enum plx_drop_reason reason = check_generation(resolver, datagram, now_ns);
	if (reason != PLX_DROP_ACCEPTED) {
		return reason;
	}
	struct transaction *transaction = slot_of(resolver, slot);
	struct upstream *upstream = &resolver->pool.servers[transaction->upstream];
	if (!plx_endpoint_equal(&upstream->config.endpoint, &datagram->source)) {
		reply_count_unwanted(resolver, &datagram->source, now_ns);
		note_mismatch(resolver, slot);
		return PLX_DROP_WRONG_SOURCE;
	}
	reason = check_question(resolver, datagram);
	if (reason == PLX_DROP_NOT_RESPONSE || reason == PLX_DROP_WRONG_QUESTION) {
		reply_count_unwanted(resolver, &datagram->source, now_ns);
		note_mismatch(resolver, slot);
		return reason;
	}
	bool may_fold_case = (transaction->flags & TRANSACTION_SENT_COOKIE) != 0 &&
			     upstream_may_fold_case(upstream, now_ns);
	if (reason == PLX_DROP_WRONG_CASE && !may_fold_case) {
		transaction->flags |= TRANSACTION_WRONG_CASE;
		suspect(resolver, slot);
		return reason;
	}
	struct plx_message message = {0};
	reason = check_message(resolver, datagram, now_ns, &message);
	if (reason != PLX_DROP_ACCEPTED) {
		suspect(resolver, slot);
		return reason;
	}

	if (message.record_count[PLX_SECTION_ANSWER] > 0) { // only its names are told to anybody
		question_fold_case(datagram->payload, transaction->name_length);
	}
	uint64_t rtt_ns = now_ns - transaction->sent_ns;
	upstream_answered(upstream, rtt_ns, now_ns);
	transaction->state = TRANSACTION_QUEUED; // no longer outstanding
	const struct accepted_reply reply = {
		.message = &message,
		.slot = slot,
		.transport = PLX_TRANSPORT_UDP,
		.rtt_us = (uint32_t)(rtt_ns / 1000),
	};
	reply_judge(resolver, &reply, now_ns);
	return PLX_DROP_ACCEPTED;
}
