// SPDX-License-Identifier: BSD-3-Clause

#include <parallax/capture/reply_verdict.h>

#include <parallax/dns/rr_type.h>

#include "resolver/answer.h"

#include <string.h>

static const char *answer_text(enum answer_kind kind)
{
	switch (kind) {
	case ANSWER_RECORDS:
		return "records";
	case ANSWER_NODATA:
		return "nodata";
	case ANSWER_NXDOMAIN:
		return "nxdomain";
	case ANSWER_UNFINISHED:
		return "unfinished";
	case ANSWER_LAME:
		return "lame";
	case ANSWER_LOOP:
		return "loop";
	case ANSWER_LIMIT:
		return "limit";
	case ANSWER_CONTRADICTORY:
		return "contradictory";
	}
	return "unknown";
}

static void judge_answer(struct plx_reply_verdict *verdict)
{
	struct answer answer;
	answer_read(&verdict->message, &verdict->question, verdict->message.question_type, &answer);
	verdict->text = answer_text(answer.kind);
	verdict->alias_count = answer.alias_count;
	memcpy(verdict->aliases, answer.aliases, answer.alias_count * sizeof(verdict->aliases[0]));
}

// In the engine's order: TC before anything that the sections say, RCODE before records.
static void judge_reply(struct plx_reply_verdict *verdict)
{
	const struct plx_message *message = &verdict->message;
	if ((message->flags & PLX_FLAG_TC) != 0) {
		verdict->text = "truncated";
	} else if (message->rcode != PLX_RCODE_NOERROR && message->rcode != PLX_RCODE_NXDOMAIN) {
		verdict->text = "failure";
	} else {
		judge_answer(verdict);
	}
}

void plx_reply_judge(const uint8_t *bytes, size_t length, struct plx_reply_verdict *ret_verdict)
{
	struct plx_reply_verdict *verdict = ret_verdict;
	*verdict = (struct plx_reply_verdict) {.text = "malformed"};
	verdict->error = plx_message_open(bytes, length, &verdict->message);
	if (verdict->error != 0) {
		return;
	}
	if (verdict->message.question_count != 1) {
		verdict->text = "no_question";
		return;
	}
	verdict->has_question = true;
	verdict->question.length = verdict->message.question_name_length;
	memcpy(verdict->question.wire, bytes + PLX_DNS_HEADER_BYTES, verdict->question.length);
	verdict->error = plx_message_check(&verdict->message);
	if (verdict->error != 0) {
		return;
	}
	verdict->is_checked = true;
	if ((verdict->message.flags & PLX_FLAG_QR) == 0) {
		verdict->text = "query";
	} else {
		judge_reply(verdict);
	}
}
