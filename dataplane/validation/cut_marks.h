// SPDX-License-Identifier: BSD-3-Clause
// Where on the way down to a name zone cuts may be, as the messages of a proof tell. Nothing here is believed: a mark says
// where to look for a DS, and a name without one is looked at when nothing else explains what was found.

#pragma once

#include "validation/proof_material.h"

#include <parallax/dns/name.h>

#include <stdint.h>

// Of one name at or above the target, told by its number of labels.
enum cut_mark {
	CUT_MARK_TOLD =
		1, // a referral, an answer's zone, a signer or an SOA tells of it, or it is to be tried
	CUT_MARK_SIGNS = 2,    // something is signed in its name
	CUT_MARK_HAS_DS = 4,   // a DS RRset for it is there
	CUT_MARK_REFERRED = 8, // a referral to it is there
	CUT_MARK_NONE = 16,    // proved to be no cut
};

struct cut_marks {
	struct plx_name target;
	unsigned deepest;                       // labels of the deepest cut that counts
	uint8_t marks[PLX_NAME_LABELS_MAX + 1]; // by labels, enum cut_mark
};

// Signatures, SOA and DS records looked at in a message. An honest answer has one signature for each of a few RRsets, a
// denial up to eight, a delegation a few DS.
#define CUT_RECORDS_READ_MAX 64

#define ANSWER_INDEX_NONE PROOF_MESSAGES_MAX

// `answer_index`: the message that speaks of the target although it is not the reply to it (alias chains), or
// ANSWER_INDEX_NONE.
void cut_marks_read(const struct proof_material *material, const struct plx_name *target,
		    unsigned deepest, unsigned answer_index, struct cut_marks *ret_marks);
// Marks each name with more labels than `above` and fewer than `below` that nothing is known of as one to be tried; false
// when there is none.
bool cut_marks_try(struct cut_marks *marks, unsigned above, unsigned below);
// The next one below `above` that may be a cut; 0: none.
unsigned cut_marks_next(const struct cut_marks *marks, unsigned above);
