// SPDX-License-Identifier: BSD-3-Clause

#include "validation/proof_material.h"

#include "dnssec/rrsig.h"

#include <parallax/dns/rr_type.h>

void proof_material_open(const struct proof *proof, struct proof_material *ret_material)
{
	ret_material->proof = proof;
	ret_material->count = proof->message_count < PROOF_MESSAGES_MAX ? proof->message_count
									: PROOF_MESSAGES_MAX;
	for (unsigned i = 0; i < ret_material->count; i++) {
		const struct proof_message *message = &proof->messages[i];
		struct plx_message *opened = &ret_material->messages[i];
		if (message->wire == NULL ||
		    plx_message_open(message->wire, message->length, opened) < 0 ||
		    plx_message_check(opened) < 0) {
			opened->wire = NULL;
		}
	}
}

static bool is_reply(const struct plx_message *message)
{
	return message->wire != NULL &&
	       (message->rcode == PLX_RCODE_NOERROR || message->rcode == PLX_RCODE_NXDOMAIN);
}

enum material_reply proof_material_find(const struct proof_material *material,
					const struct plx_name *name, uint16_t type,
					unsigned *ret_index)
{
	enum material_reply found = MATERIAL_REPLY_MISSING;
	for (unsigned i = 0; i < material->count; i++) {
		const struct proof_message *message = &material->proof->messages[i];
		bool is_asked = message->kind == PROOF_ANSWER || message->kind == PROOF_UNANSWERED;
		if (!is_asked || message->type != type || !plx_name_equal(&message->name, name)) {
			continue;
		}
		if (message->kind == PROOF_ANSWER && is_reply(&material->messages[i])) {
			*ret_index = i;
			return MATERIAL_REPLY_THERE;
		}
		found = MATERIAL_REPLY_NONE;
	}
	return found;
}

bool proof_material_next_referral(const struct proof_material *material,
				  const struct plx_name *child, unsigned *index,
				  const struct plx_message **ret_message)
{
	while (*index < material->count) {
		unsigned i = (*index)++;
		const struct proof_message *message = &material->proof->messages[i];
		if (message->kind == PROOF_REFERRAL && material->messages[i].wire != NULL &&
		    plx_name_equal(&message->name, child)) {
			*ret_message = &material->messages[i];
			return true;
		}
	}
	return false;
}

bool message_is_signed_by(const struct plx_message *message, const struct plx_name *name,
			  const struct plx_name *zone)
{
	struct plx_record_cursor cursor = plx_message_records(message);
	struct plx_record record;
	struct rrsig rrsig;
	while (plx_message_next(message, &cursor, &record)) {
		bool is_about = record.section == PLX_SECTION_AUTHORITY ||
				(record.section == PLX_SECTION_ANSWER &&
				 plx_message_name_equal(message, record.owner_offset, name));
		if (record.type == PLX_TYPE_RRSIG && is_about &&
		    rrsig_parse(record.rdata, record.rdata_length, &rrsig) == 0 &&
		    plx_name_equal(&rrsig.signer, zone)) {
			return true;
		}
	}
	return false;
}
