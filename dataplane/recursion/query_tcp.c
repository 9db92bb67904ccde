// SPDX-License-Identifier: BSD-3-Clause
// Answers by TCP: what was truncated, and what odd answers by UDP left open.

#include "recursion/recursor_state.h"

#include "resolver/upstream.h"
#include "transaction/question_check.h"

#include <string.h>

// It shows our question, in whatever case. Some servers drop the question of what they could not read.
static bool is_ours(const struct recursor *recursor, uint32_t query,
		    const struct plx_message *message, bool *ret_same_case)
{
	const struct open_query *open = &recursor->queries[query];
	const struct plx_name *sent = &recursor->query_names[query];
	*ret_same_case = true;
	if ((message->flags & PLX_FLAG_QR) == 0 || PLX_OPCODE(message->flags) != 0) {
		return false;
	}
	if (message->question_count == 0) {
		return message->rcode == PLX_RCODE_FORMERR || message->rcode == PLX_RCODE_NOTIMP;
	}
	if (message->question_count != 1 || message->question_type != open->qtype ||
	    message->question_class != PLX_CLASS_IN) {
		return false;
	}
	*ret_same_case =
		message->question_name_length == sent->length &&
		memcmp(message->wire + PLX_DNS_HEADER_BYTES, sent->wire, sent->length) == 0;
	return plx_message_name_equal(message, PLX_DNS_HEADER_BYTES, sent);
}

// True when the message may be judged.
static bool take_message(struct recursor *recursor, uint32_t query, const struct tcp_answer *answer,
			 struct plx_message *ret_message)
{
	struct open_query *open = query_of(recursor, query);
	bool is_same_case = true;
	if (plx_message_open(answer->message, answer->length, ret_message) != 0 ||
	    plx_message_check(ret_message) != 0 ||
	    !is_ours(recursor, query, ret_message, &is_same_case)) {
		open->flags |= OPEN_QUERY_MALFORMED;
		return false;
	}
	if (!is_same_case && (open->flags & OPEN_QUERY_WRONG_CASE)) {
		// By TCP as well: the server itself folds case. If only the UDP answer did, that one was forged.
		recursor->peers.peers[open->peer].folds_case_until_ns =
			recursor->now_ns + UPSTREAM_DOWNGRADE_NS;
		count(&recursor->config.counters->downgrades);
	}
	open_query_take_question(recursor, query, ret_message);
	if (ret_message->question_count == 1) {
		question_fold_case(answer->message, ret_message->question_name_length);
	}
	return true;
}

// What the TCP thread sent again by itself counts like any other query.
static void charge_resends(struct recursor *recursor, const struct tcp_answer *answer)
{
	uint32_t peer = peer_find(&recursor->peers, &answer->server.ip);
	for (unsigned i = 0; i < answer->resends; i++) {
		token_bucket_take(&recursor->total_bucket, recursor->now_ns);
		if (peer != PEER_NONE) {
			token_bucket_take(&recursor->peers.peers[peer].bucket, recursor->now_ns);
		}
		count(&recursor->config.counters->tcp_queries);
	}
}

void recursor_tcp_answer(struct recursor *recursor, const struct tcp_answer *answer,
			 uint64_t now_ns)
{
	uint32_t query = answer->slot - recursor->config.first_slot;
	recursor->now_ns = now_ns;
	charge_resends(recursor, answer);
	if (query >= recursor->config.slot_count) {
		return;
	}
	struct open_query *open = query_of(recursor, query);
	if (open->state != OPEN_QUERY_WAIT_TCP || open->generation != answer->generation) {
		return; // it ended meanwhile
	}
	open->sent_count = (uint8_t)(open->sent_count + answer->resends);
	struct plx_message message = {0};
	if (answer->error == 0 && take_message(recursor, query, answer, &message)) {
		count(&recursor->config.counters->tcp_answers);
		open_query_answer(recursor, query, &message, true);
		return;
	}
	count(&recursor->config.counters->tcp_failures);
	const struct iteration_event event = {.kind = ITERATION_EVENT_TIMEOUT};
	open_query_end(recursor, query, &event);
}
