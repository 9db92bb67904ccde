// SPDX-License-Identifier: BSD-3-Clause
// A bogus answer may be the fault of one server, or of whoever forged it: all that it was judged by is asked for once more,
// of other servers (unbound and BIND do so too). Only a second answer that is secure counts. Whatever else comes of it,
// unsigned records, silence, a limit or the end of the job's time, leaves the name bogus: whoever can forge the first
// answer must not get a weaker state by the second.
//
// It costs the look-up's own queries, time, rounds and judge budget: nothing is granted anew.

#include "recursion/recursor_state.h"

static bool add_server(struct recursion *recursion, struct recursion_doubt *doubt,
		       const struct plx_ip *server)
{
	for (unsigned i = 0; i < recursion->doubted_count; i++) {
		if (plx_ip_equal(&doubt->servers[i], server)) {
			return true;
		}
	}
	if (recursion->doubted_count == RECURSION_DOUBTED_SERVERS_MAX) {
		return false;
	}
	doubt->servers[recursion->doubted_count++] = *server;
	return true;
}

// All whose replies were judged: the wrong one may be any of them. Those that answered for the zone that the proof broke
// at are asked last by later look-ups, too. False when they are too many.
static bool doubt_servers(struct recursor *recursor, uint32_t index, const struct plx_name *broken)
{
	struct recursion *recursion = &recursor->recursions[index];
	struct recursion_doubt *doubt = &recursor->more_names[index].doubt;
	for (const struct kept_reply *kept = recursion->first_kept; kept != NULL;
	     kept = kept->next) {
		if (kept->kind == PROOF_UNANSWERED) {
			continue;
		}
		if (!add_server(recursion, doubt, &kept->server)) {
			return false;
		}
		if (kept->kind == PROOF_ANSWER && kept->zone_length == broken->length &&
		    memcmp(kept->names, broken->wire, broken->length) == 0) {
			server_mark(recursor->context.book, &kept->server, broken,
				    recursor->now_ns);
		}
	}
	return true;
}

// The first answer's way is told when the second does not count.
static void keep_first(struct recursor *recursor, uint32_t index)
{
	const struct recursion *recursion = &recursor->recursions[index];
	struct recursion_doubt *doubt = &recursor->more_names[index].doubt;
	doubt->server = recursion->server;
	doubt->transport = recursion->transport;
	doubt->rtt_us = recursion->rtt_us;
	doubt->answer_bytes = recursion->answer_bytes;
	doubt->ede_code = recursion->ede_code;
}

void recursion_recall_first(struct recursor *recursor, uint32_t index)
{
	struct recursion *recursion = &recursor->recursions[index];
	const struct recursion_doubt *doubt = &recursor->more_names[index].doubt;
	recursion->server = doubt->server;
	recursion->transport = doubt->transport;
	recursion->rtt_us = doubt->rtt_us;
	recursion->answer_bytes = doubt->answer_bytes;
	recursion->ede_code = doubt->ede_code;
}

bool recursion_doubt(struct recursor *recursor, uint32_t index, const struct plx_name *broken)
{
	struct recursion *recursion = &recursor->recursions[index];
	if (recursion->is_second || recursion->doubt_count == RECURSION_DOUBTS_MAX ||
	    recursion->judge_budget.validations_left == 0 ||
	    recursion->judge_budget.digests_left == 0 || recursion->judge_budget.hashes_left == 0) {
		return false;
	}
	recursion->doubt_count++;
	if (!doubt_servers(recursor, index, broken)) {
		return false;
	}
	keep_first(recursor, index);
	recursion->is_second = true;
	count(&recursor->config.counters->answers_doubted);
	return true;
}
