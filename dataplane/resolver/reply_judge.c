// SPDX-License-Identifier: BSD-3-Clause
// What an accepted answer means for its question: it is the answer, or must come by TCP, or another server is asked.
// Downgrades of a server are decided here, and only on answers by TCP.

#include "resolver/answer.h"
#include "resolver/resolver_state.h"
#include "transaction/question_check.h"

#include <parallax/base/error.h>
#include <parallax/dns/rr_type.h>

#include <string.h>

static uint8_t dnssec_of(const struct upstream *upstream, const struct plx_message *message)
{
	if (!upstream->config.is_trusted) {
		return PLX_DNSSEC_UNCHECKED;
	}
	if (!message->has_edns) {
		return PLX_DNSSEC_INDETERMINATE; // DO did not reach it
	}
	return message->flags & PLX_FLAG_AD ? PLX_DNSSEC_SECURE : PLX_DNSSEC_INSECURE;
}

// Takes the cookie of an accepted answer, or, by TCP, learns that the server does none any more.
static void note_cookie(struct resolver *resolver, const struct accepted_reply *reply)
{
	struct transaction *transaction = slot_of(resolver, reply->slot);
	struct upstream *upstream = &resolver->pool.servers[transaction->upstream];
	const struct plx_message *message = reply->message;
	if ((transaction->flags & TRANSACTION_SENT_COOKIE) == 0) {
		return;
	}
	if (message->cookie == NULL) {
		if (reply->transport == PLX_TRANSPORT_TCP && upstream->server_cookie_length > 0) {
			upstream->server_cookie_length = 0;
			count(&resolver->config.counters->downgrades);
		}
		return;
	}
	bool is_ours = message->cookie_length >= 2 * PLX_COOKIE_CLIENT_BYTES &&
		       message->cookie_length <= PLX_COOKIE_CLIENT_BYTES + PLX_COOKIE_SERVER_MAX &&
		       memcmp(message->cookie, upstream->cookie, PLX_COOKIE_CLIENT_BYTES) == 0;
	if (is_ours) {
		upstream_learn_cookie(upstream, message->cookie, message->cookie_length);
	}
}

static void fail_at_server(struct resolver *resolver, const struct accepted_reply *reply,
			   enum plx_status status, enum plx_cause cause, uint64_t now_ns)
{
	struct transaction *transaction = slot_of(resolver, reply->slot);
	question_note_failure(transaction, status, cause, reply->message);
	transaction->failures++;
	bool is_its_own = status == PLX_STATUS_ANSWERED || status == PLX_STATUS_LAME;
	upstream_failed(&resolver->pool.servers[transaction->upstream], is_its_own);
	question_retry(resolver, reply->slot, now_ns);
}

// FORMERR or BADVERS to a query with EDNS. By UDP it proves nothing; by TCP the server is asked without the cookie,
// then without EDNS, and that is remembered for a while (RFC 6891 6.2.2).
static void downgrade_edns(struct resolver *resolver, const struct accepted_reply *reply,
			   uint64_t now_ns)
{
	struct transaction *transaction = slot_of(resolver, reply->slot);
	struct upstream *upstream = &resolver->pool.servers[transaction->upstream];
	if (reply->transport == PLX_TRANSPORT_TCP) {
		uint64_t until_ns = now_ns + UPSTREAM_DOWNGRADE_NS;
		if (transaction->flags & TRANSACTION_SENT_COOKIE) {
			upstream->no_cookie_until_ns = until_ns;
		} else {
			upstream->no_edns_until_ns = until_ns;
		}
		count(&resolver->config.counters->downgrades);
		// Not a failure of the question: the next query is another one.
		if (transaction->attempts_max < RESOLVER_QUESTION_QUERIES_MAX) {
			transaction->attempts_max++;
		}
	}
	question_to_tcp(resolver, reply->slot);
}

static void retry_with_cookie(struct resolver *resolver, const struct accepted_reply *reply,
			      uint64_t now_ns)
{
	struct transaction *transaction = slot_of(resolver, reply->slot);
	if (reply->transport == PLX_TRANSPORT_TCP) {
		fail_at_server(resolver, reply, PLX_STATUS_ANSWERED, PLX_CAUSE_RCODE, now_ns);
		return;
	}
	count(&resolver->config.counters->cookie_retries);
	if (transaction->flags & TRANSACTION_COOKIE_RETRY) {
		question_to_tcp(resolver, reply->slot); // RFC 7873 5.3: it keeps refusing
		return;
	}
	transaction->flags |= TRANSACTION_COOKIE_RETRY;
	question_ask_again(resolver, reply->slot, SEND_RETRY);
}

static void judge_failure(struct resolver *resolver, const struct accepted_reply *reply,
			  uint64_t now_ns)
{
	struct transaction *transaction = slot_of(resolver, reply->slot);
	const struct plx_message *message = reply->message;
	const struct upstream *upstream = &resolver->pool.servers[transaction->upstream];
	bool is_about_edns =
		message->rcode == PLX_RCODE_FORMERR || message->rcode == PLX_RCODE_BADVERS;
	if (is_about_edns && (transaction->flags & TRANSACTION_SENT_EDNS)) {
		downgrade_edns(resolver, reply, now_ns);
		return;
	}
	if (message->rcode == PLX_RCODE_BADCOOKIE &&
	    (transaction->flags & TRANSACTION_SENT_COOKIE)) {
		retry_with_cookie(resolver, reply, now_ns);
		return;
	}
	if (message->rcode == PLX_RCODE_SERVFAIL && upstream->config.is_trusted &&
	    message->ede_code != 0 && plx_ede_is_bogus((uint16_t)(message->ede_code - 1))) {
		fail_at_server(resolver, reply, PLX_STATUS_BOGUS, PLX_CAUSE_VALIDATION_FAILED,
			       now_ns);
		return;
	}
	fail_at_server(resolver, reply, PLX_STATUS_ANSWERED, PLX_CAUSE_RCODE, now_ns);
}

static void judge_answer(struct resolver *resolver, const struct accepted_reply *reply,
			 uint64_t now_ns)
{
	struct transaction *transaction = slot_of(resolver, reply->slot);
	struct upstream *upstream = &resolver->pool.servers[transaction->upstream];
	// A copy: those who wait may ask on, in the slot that this question leaves.
	PLX_UNINITIALIZED struct plx_name name;
	plx_name_copy(&name, &resolver->table.names[reply->slot]);
	PLX_UNINITIALIZED struct answer answer;
	answer_read(reply->message, &name, transaction->qtype, &answer);
	if (answer.kind == ANSWER_LAME) {
		fail_at_server(resolver, reply, PLX_STATUS_LAME, PLX_CAUSE_NOT_AUTHORITATIVE,
			       now_ns);
		return;
	}
	if (answer.kind == ANSWER_CONTRADICTORY) {
		fail_at_server(resolver, reply, PLX_STATUS_MALFORMED, PLX_CAUSE_BAD_MESSAGE,
			       now_ns);
		return;
	}
	upstream_served(upstream);
	if (transaction->last_status == PLX_STATUS_BOGUS && !upstream->config.is_trusted) {
		// Bogus is not washed white by a server that does not validate.
		fail_at_server(resolver, reply, PLX_STATUS_BOGUS, PLX_CAUSE_VALIDATION_FAILED,
			       now_ns);
		return;
	}
	const struct plx_result verdict = {
		.status = PLX_STATUS_ANSWERED,
		.rcode = reply->message->rcode,
		.ede_code = reply->message->ede_code,
		.dnssec = dnssec_of(upstream, reply->message),
		.transport = (uint8_t)reply->transport,
		.server = upstream->config.endpoint,
		.rtt_us = reply->rtt_us,
		.answer_bytes = (uint16_t)reply->message->length,
		.attempts = transaction->attempts,
		.queries = transaction->queries,
	};
	question_answer(resolver, reply->slot, &verdict, &answer, now_ns);
}

// PLX_JOB_FIRST_ANSWER.
static void take_unjudged(struct resolver *resolver, const struct accepted_reply *reply,
			  uint64_t now_ns)
{
	const struct transaction *transaction = slot_of(resolver, reply->slot);
	bool is_truncated = (reply->message->flags & PLX_FLAG_TC) != 0;
	const struct plx_result result = {
		.status = is_truncated ? PLX_STATUS_TRUNCATED : PLX_STATUS_ANSWERED,
		.cause = PLX_CAUSE_UNJUDGED,
		.rcode = reply->message->rcode,
		.ede_code = reply->message->ede_code,
		.transport = (uint8_t)reply->transport,
		.server = resolver->pool.servers[transaction->upstream].config.endpoint,
		.rtt_us = reply->rtt_us,
		.answer_bytes = (uint16_t)reply->message->length,
		.attempts = transaction->attempts,
		.queries = transaction->queries,
	};
	question_end(resolver, reply->slot, &result, now_ns);
}

void reply_judge(struct resolver *resolver, const struct accepted_reply *reply, uint64_t now_ns)
{
	struct transaction *transaction = slot_of(resolver, reply->slot);
	note_cookie(resolver, reply);
	if (PLX_UNLIKELY((transaction->key_flags & PLX_JOB_FIRST_ANSWER) != 0)) {
		take_unjudged(resolver, reply, now_ns);
		return;
	}
	if (reply->message->flags & PLX_FLAG_TC) {
		count(&resolver->config.counters->answers_truncated);
		transaction->flags |= TRANSACTION_SAW_TC;
		if (reply->transport == PLX_TRANSPORT_TCP) {
			fail_at_server(resolver, reply, PLX_STATUS_TRUNCATED,
				       PLX_CAUSE_TCP_TRUNCATED, now_ns);
		} else {
			question_to_tcp(resolver, reply->slot);
		}
		return;
	}
	if (reply->message->rcode == PLX_RCODE_NOERROR ||
	    reply->message->rcode == PLX_RCODE_NXDOMAIN) {
		judge_answer(resolver, reply, now_ns);
	} else {
		judge_failure(resolver, reply, now_ns);
	}
}

// A TCP answer that shows a question: ours, in whatever case. The case tells whether the server echoes it.
static bool is_tcp_answer_ours(const struct resolver *resolver, uint32_t slot,
			       const struct plx_message *message, bool *ret_same_case)
{
	const struct transaction *transaction = &resolver->table.slots[slot];
	if ((message->flags & PLX_FLAG_QR) == 0 || PLX_OPCODE(message->flags) != 0) {
		return false;
	}
	*ret_same_case = true;
	if (message->question_count == 0) {
		// Some servers drop the question of what they could not read.
		return message->rcode == PLX_RCODE_FORMERR || message->rcode == PLX_RCODE_NOTIMP;
	}
	if (message->question_count != 1 || message->question_type != transaction->qtype ||
	    message->question_class != PLX_CLASS_IN) {
		return false;
	}
	const struct plx_name *sent = &resolver->table.names[slot];
	*ret_same_case =
		message->question_name_length == sent->length &&
		memcmp(message->wire + PLX_DNS_HEADER_BYTES, sent->wire, sent->length) == 0;
	return plx_message_name_equal(message, PLX_DNS_HEADER_BYTES, sent);
}

// No answer by TCP: what is said about it depends on why TCP was needed.
static void tcp_failed(struct resolver *resolver, uint32_t slot, int error, uint64_t now_ns)
{
	struct transaction *transaction = slot_of(resolver, slot);
	count(&resolver->config.counters->tcp_failures);
	enum plx_cause cause =
		error == PLX_ERR_TCP_REFUSED ? PLX_CAUSE_TCP_REFUSED : PLX_CAUSE_TCP_FAILED;
	if (transaction->flags & TRANSACTION_SAW_TC) {
		question_note_failure(transaction, PLX_STATUS_TRUNCATED, cause, NULL);
	} else if (transaction->last_status != PLX_STATUS_MALFORMED) {
		question_note_failure(transaction, PLX_STATUS_TIMEOUT,
				      transaction->flags & TRANSACTION_SUSPECT
					      ? PLX_CAUSE_SPOOF_SUSPECTED
					      : cause,
				      NULL);
	}
	transaction->failures++;
	question_retry(resolver, slot, now_ns);
}

static void judge_tcp_message(struct resolver *resolver, const struct tcp_answer *answer,
			      uint64_t now_ns)
{
	struct transaction *transaction = slot_of(resolver, answer->slot);
	struct plx_message message = {0};
	const struct accepted_reply reply = {
		.message = &message,
		.slot = answer->slot,
		.transport = PLX_TRANSPORT_TCP,
		.rtt_us = answer->rtt_us,
	};
	bool is_same_case = false;
	if (plx_message_open(answer->message, answer->length, &message) != 0 ||
	    plx_message_check(&message) != 0 ||
	    !is_tcp_answer_ours(resolver, answer->slot, &message, &is_same_case)) {
		fail_at_server(resolver, &reply, PLX_STATUS_MALFORMED, PLX_CAUSE_BAD_MESSAGE,
			       now_ns);
		return;
	}
	struct upstream *upstream = &resolver->pool.servers[transaction->upstream];
	if (!is_same_case && (transaction->flags & TRANSACTION_WRONG_CASE)) {
		// By TCP as well: the server itself folds case. If only the UDP answer did, that one was forged.
		upstream->no_case_until_ns = now_ns + UPSTREAM_DOWNGRADE_NS;
		count(&resolver->config.counters->downgrades);
	}
	if (message.question_count == 1) {
		question_fold_case(answer->message, message.question_name_length);
	}
	upstream_heard(upstream, now_ns);
	reply_judge(resolver, &reply, now_ns);
}

// What the TCP thread sent again by itself counts like any other query, whether somebody still waits for it or not.
static void charge_resends(struct resolver *resolver, struct upstream *upstream, unsigned resends,
			   uint64_t now_ns)
{
	for (unsigned i = 0; i < resends; i++) {
		token_bucket_take(&resolver->total_bucket, now_ns);
		count(&resolver->config.counters->tcp_queries);
		if (upstream != NULL) {
			upstream_resent_tcp(upstream, now_ns);
		}
	}
}

void resolver_tcp_answer(struct resolver *resolver, const struct tcp_answer *answer,
			 uint64_t now_ns)
{
	resolver_begin(resolver, now_ns);
	uint8_t server = upstream_find(&resolver->pool, &answer->server);
	struct upstream *upstream =
		server != UPSTREAM_NONE ? &resolver->pool.servers[server] : NULL;
	if (upstream != NULL && upstream->tcp_in_flight > 0) {
		upstream->tcp_in_flight--;
	}
	charge_resends(resolver, upstream, answer->resends, now_ns);
	if (upstream != NULL && answer->was_connected) {
		upstream_tcp_connected(upstream);
	} else if (upstream != NULL) {
		upstream_tcp_unconnected(upstream, answer->error, answer->rtt_us * 1000ull, now_ns);
	}
	struct transaction *transaction = slot_of(resolver, answer->slot);
	if (transaction->state != TRANSACTION_WAIT_TCP ||
	    transaction->generation != answer->generation) {
		return; // the question ended meanwhile
	}
	transaction->queries = (uint16_t)(transaction->queries + answer->resends);
	transaction->state = TRANSACTION_QUEUED_TCP;
	if (answer->error != 0) {
		tcp_failed(resolver, answer->slot, answer->error, now_ns);
		return;
	}
	count(&resolver->config.counters->tcp_answers);
	judge_tcp_message(resolver, answer, now_ns);
}
