// SPDX-License-Identifier: BSD-3-Clause

#include "validation/cut_marks.h"

#include "dnssec/rrsig.h"

#include <parallax/dns/rr_type.h>

#include <string.h>

// Signatures looked at in a message. An honest answer has one for each of a few RRsets, a denial up to eight.
#define SIGNERS_READ_MAX 64

static void mark(struct cut_marks *marks, const struct plx_name *name, unsigned mark_bits)
{
	if (!plx_name_is_below(&marks->target, name)) {
		return;
	}
	unsigned labels = plx_name_label_count(name);
	if (labels > 0 && labels <= marks->deepest) {
		marks->marks[labels] |= (uint8_t)mark_bits;
	}
}

// Signers, owners of SOA records in negative answers, DS RRsets.
static void read_records(struct cut_marks *marks, const struct plx_message *message)
{
	struct plx_record_cursor cursor = plx_message_records(message);
	struct plx_record record;
	struct plx_name owner;
	struct rrsig rrsig;
	unsigned signature_count = 0;
	while (plx_message_next(message, &cursor, &record) &&
	       record.section != PLX_SECTION_ADDITIONAL) {
		if (record.type == PLX_TYPE_RRSIG && signature_count < SIGNERS_READ_MAX) {
			signature_count++;
			if (rrsig_parse(record.rdata, record.rdata_length, &rrsig) == 0) {
				mark(marks, &rrsig.signer, CUT_MARK_TOLD | CUT_MARK_SIGNS);
			}
		} else if ((record.type == PLX_TYPE_SOA &&
			    record.section == PLX_SECTION_AUTHORITY) ||
			   record.type == PLX_TYPE_DS) {
			if (plx_message_name(message, record.owner_offset, &owner, NULL) == 0) {
				mark(marks, &owner,
				     CUT_MARK_TOLD |
					     (record.type == PLX_TYPE_DS ? CUT_MARK_HAS_DS : 0));
			}
		}
	}
}

void cut_marks_read(const struct proof_material *material, const struct plx_name *target,
		    unsigned deepest, unsigned answer_index, struct cut_marks *ret_marks)
{
	ret_marks->target = *target;
	ret_marks->deepest = deepest;
	memset(ret_marks->marks, 0, sizeof(ret_marks->marks));
	for (unsigned i = 0; i < material->count; i++) {
		const struct proof_message *message = &material->proof->messages[i];
		bool is_about = i == answer_index || plx_name_is_below(target, &message->name);
		if (!is_about || material->messages[i].wire == NULL) {
			continue;
		}
		mark(ret_marks, &message->zone, CUT_MARK_TOLD);
		if (message->kind == PROOF_REFERRAL) {
			mark(ret_marks, &message->name, CUT_MARK_TOLD | CUT_MARK_REFERRED);
		}
		read_records(ret_marks, &material->messages[i]);
	}
}

bool cut_marks_try(struct cut_marks *marks, unsigned above, unsigned below)
{
	bool is_any = false;
	for (unsigned labels = above + 1; labels < below && labels <= marks->deepest; labels++) {
		if ((marks->marks[labels] & (CUT_MARK_TOLD | CUT_MARK_NONE)) == 0) {
			marks->marks[labels] |= CUT_MARK_TOLD;
			is_any = true;
		}
	}
	return is_any;
}

unsigned cut_marks_next(const struct cut_marks *marks, unsigned above)
{
	for (unsigned labels = above + 1; labels <= marks->deepest; labels++) {
		if ((marks->marks[labels] & (CUT_MARK_TOLD | CUT_MARK_NONE)) == CUT_MARK_TOLD) {
			return labels;
		}
	}
	return 0;
}
