// SPDX-License-Identifier: BSD-3-Clause

#include "validation/cut_marks.h"

#include "dnssec/rrsig.h"

#include <parallax/dns/rr_type.h>

#include <string.h>

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

// Of a record that may tell of a cut: the signer, the owner of an SOA in a negative answer, that of a DS.
static void read_record(struct cut_marks *marks, const struct plx_message *message,
			const struct plx_record *record)
{
	struct plx_name owner;
	struct rrsig rrsig;
	if (record->type == PLX_TYPE_RRSIG) {
		if (rrsig_parse(record->rdata, record->rdata_length, &rrsig) == 0) {
			mark(marks, &rrsig.signer, CUT_MARK_TOLD | CUT_MARK_SIGNS);
		}
	} else if (plx_message_name(message, record->owner_offset, &owner, NULL) == 0) {
		mark(marks, &owner,
		     CUT_MARK_TOLD | (record->type == PLX_TYPE_DS ? CUT_MARK_HAS_DS : 0));
	}
}

static void read_records(struct cut_marks *marks, const struct plx_message *message)
{
	struct plx_record_cursor cursor = plx_message_records(message);
	struct plx_record record;
	unsigned read_count = 0;
	while (read_count < CUT_RECORDS_READ_MAX && plx_message_next(message, &cursor, &record) &&
	       record.section != PLX_SECTION_ADDITIONAL) {
		bool may_tell =
			record.type == PLX_TYPE_RRSIG || record.type == PLX_TYPE_DS ||
			(record.type == PLX_TYPE_SOA && record.section == PLX_SECTION_AUTHORITY);
		if (may_tell) {
			read_count++;
			read_record(marks, message, &record);
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
