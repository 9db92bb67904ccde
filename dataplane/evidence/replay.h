// SPDX-License-Identifier: BSD-3-Clause
// What the parts of a replay share. Each part judges one thing of all steps and tells each difference it finds.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/dns/message_reader.h>
#include <parallax/evidence/replay.h>

#include "evidence/evidence.h"
#include "iteration/zone_reply.h"
#include "validation/proof.h"

#include <stdbool.h>

// A step whose response can be relied on by the parts that follow.
struct replayed_step {
	bool is_readable;
	struct plx_message message; // into replay->folded
	enum zone_reply_kind kind;
	struct plx_name zone; // lower case, as is name
	struct plx_name name;
	struct proof_verdict proof; // of a PROOF, as it was judged anew; UNCHECKED: it could not be
};

// What the messages say of one name: of the question, or of an ancestor that was climbed to.
struct finding {
	enum plx_trace_verdict verdict; // RECORDS, NODATA, NXDOMAIN or FAILED
	int step;                       // whose response ended the chain; -1: none
	unsigned alias_count;
	struct plx_name aliases[PLX_ALIASES_MAX];
};

struct replay {
	const struct plx_evidence *evidence;
	plx_replay_difference_cb difference;
	void *context;
	struct plx_replay_report report;
	struct replayed_step steps[PLX_TRACE_STEPS_MAX];
	struct zone_reply reply;             // scratch
	uint8_t folded[PLX_TRACE_BYTES_MAX]; // the trace, letters of the questions in lower case
};

// `index` of the step, or REPLAY_RESULT.
#define REPLAY_RESULT (-1)
void replay_differs(struct replay *replay, int index, const char *format, ...) PLX_PRINTF(3, 4);

// A response that leads on or ends a look-up, rather than one after which another server is asked.
bool replayed_step_is_conclusive(const struct replay *replay, unsigned index);
// Judges a readable step once more, into replay->reply.
const struct zone_reply *replay_judge_step(struct replay *replay, unsigned index);
// Follows the aliases of the name through the steps from `from` on and before `end`.
void replay_follow(struct replay *replay, const struct plx_name *name, unsigned from, unsigned end,
		   struct finding *ret_finding);

// Whether `zone` is the one that failed, of a look-up of `name` that has no answer.
void replay_failure(struct replay *replay, unsigned from, unsigned index,
		    const struct plx_name *name, const struct plx_name *zone,
		    const struct finding *finding);

void replay_messages(struct replay *replay);
void replay_path(struct replay *replay);
PLX_MUST_CHECK int replay_proofs(struct replay *replay); // -ENOMEM
PLX_MUST_CHECK int replay_result(struct replay *replay); // -ENOMEM
