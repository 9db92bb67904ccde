// SPDX-License-Identifier: BSD-3-Clause

#include "evidence/replay.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIFFERENCE_MAX 1400 // a name of 255 octets, written out, and words

const char *plx_replay_verdict_name(enum plx_replay_verdict verdict)
{
	switch (verdict) {
	case PLX_REPLAY_NOT_EVALUATED:
		return "not-evaluated";
	case PLX_REPLAY_AGREES:
		return "agrees";
	case PLX_REPLAY_DIFFERS:
		return "differs";
	}
	return "unknown";
}

void replay_differs(struct replay *replay, int index, const char *format, ...)
{
	char where[24] = "result";
	char what[DIFFERENCE_MAX];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(what, sizeof(what), format, arguments);
	va_end(arguments);
	if (index != REPLAY_RESULT) {
		snprintf(where, sizeof(where), "step %d", index + 1);
	}
	replay->report.differences++;
	if (replay->difference != NULL) {
		replay->difference(replay->context, where, what);
	}
}

bool replayed_step_is_conclusive(const struct replay *replay, unsigned index)
{
	const struct replayed_step *step = &replay->steps[index];
	if (!step->is_readable) {
		return false;
	}
	switch (step->kind) {
	case ZONE_REPLY_RECORDS:
	case ZONE_REPLY_ALIAS:
	case ZONE_REPLY_NODATA:
	case ZONE_REPLY_NXDOMAIN:
		return true;
	case ZONE_REPLY_NOT_EVALUATED:
	case ZONE_REPLY_REFERRAL:
	case ZONE_REPLY_TRUNCATED:
	case ZONE_REPLY_LAME:
	case ZONE_REPLY_FAILED:
	case ZONE_REPLY_BROKEN:
	case ZONE_REPLY_ALIAS_LOOP:
	case ZONE_REPLY_ALIAS_LIMIT:
	case ZONE_REPLY_ALIAS_TOO_LONG:
		return false;
	}
	return false;
}

const struct zone_reply *replay_judge_step(struct replay *replay, unsigned index)
{
	const struct replayed_step *step = &replay->steps[index];
	zone_reply_judge(&step->message, &step->zone, &step->name,
			 replay->evidence->steps[index].type, &replay->reply);
	return &replay->reply;
}

// The first step that concludes the question at depth 0; -1: none.
static int find_answer(const struct replay *replay, const struct plx_name *name, unsigned from,
		       unsigned end)
{
	for (unsigned i = from; i < end; i++) {
		const struct plx_trace_step *step = &replay->evidence->steps[i];
		if (step->kind == PLX_TRACE_QUERY && step->depth == 0 &&
		    step->type == replay->evidence->job.qtype &&
		    replayed_step_is_conclusive(replay, i) &&
		    plx_name_equal(&replay->steps[i].name, name)) {
			return (int)i;
		}
	}
	return -1;
}

static enum plx_trace_verdict end_of_chain(enum zone_reply_kind kind)
{
	return kind == ZONE_REPLY_RECORDS  ? PLX_TRACE_RECORDS
	       : kind == ZONE_REPLY_NODATA ? PLX_TRACE_NODATA
					   : PLX_TRACE_NXDOMAIN;
}

void replay_follow(struct replay *replay, const struct plx_name *name, unsigned from, unsigned end,
		   struct finding *ret_finding)
{
	struct plx_name current = *name;
	*ret_finding = (struct finding) {.verdict = PLX_TRACE_FAILED, .step = -1};
	// Bounded: each hop is one of PLX_ALIASES_MAX.
	for (unsigned hop = 0; hop <= PLX_ALIASES_MAX; hop++) {
		int index = find_answer(replay, &current, from, end);
		if (index < 0) {
			return;
		}
		const struct zone_reply *reply = replay_judge_step(replay, (unsigned)index);
		if (reply->alias_count > PLX_ALIASES_MAX - ret_finding->alias_count) {
			return;
		}
		for (unsigned i = 0; i < reply->alias_count; i++) {
			ret_finding->aliases[ret_finding->alias_count++] = reply->aliases[i];
		}
		ret_finding->step = index;
		if (reply->kind != ZONE_REPLY_ALIAS) {
			ret_finding->verdict = end_of_chain(reply->kind);
			return;
		}
		current = reply->owner;
		plx_name_lower(&current);
	}
}

static void check_whole(struct replay *replay)
{
	const struct plx_evidence *evidence = replay->evidence;
	if (!evidence->is_as_written) {
		replay_differs(replay, REPLAY_RESULT,
			       "the digest is not that of the file: it was changed after it was "
			       "written");
	}
	for (unsigned i = 0; i < evidence->step_count; i++) {
		if (evidence->steps[i].kind == PLX_TRACE_CUT) {
			replay_differs(replay, (int)i, "the trace had no room for more steps");
		} else if (evidence->steps[i].kind == PLX_TRACE_REMEMBERED) {
			replay_differs(replay, (int)i,
				       "the denial was remembered from another look-up, and "
				       "nothing here proves it");
		}
	}
}

int plx_replay(const struct plx_evidence *evidence, plx_replay_difference_cb difference,
	       void *context, struct plx_replay_report *ret_report)
{
	struct replay *replay = calloc(1, sizeof(*replay));
	if (replay == NULL) {
		return -ENOMEM;
	}
	replay->evidence = evidence;
	replay->difference = difference;
	replay->context = context;
	check_whole(replay);
	replay_messages(replay);
	replay_path(replay);
	int error = replay_proofs(replay);
	if (error == 0) {
		error = replay_result(replay);
	}
	if (error == 0) {
		replay->report.verdict =
			replay->report.differences == 0 ? PLX_REPLAY_AGREES : PLX_REPLAY_DIFFERS;
		*ret_report = replay->report;
	}
	free(replay);
	return error;
}
