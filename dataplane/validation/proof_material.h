// SPDX-License-Identifier: BSD-3-Clause
// The messages of a proof, opened, and what is found among them.

#pragma once

#include "validation/proof.h"

#include <parallax/base/attributes.h>
#include <parallax/dns/message_reader.h>

struct proof_material {
	const struct proof *proof;
	unsigned count;
	// Of UNANSWERED, and of what is no message after all, `wire` is NULL.
	struct plx_message messages[PROOF_MESSAGES_MAX];
};

enum material_reply {
	MATERIAL_REPLY_MISSING = 0, // it was not asked yet, as far as the proof tells
	MATERIAL_REPLY_NONE,        // it was asked in vain
	MATERIAL_REPLY_THERE,
};

void proof_material_open(const struct proof *proof, struct proof_material *ret_material);
// What there is to (name, type). The first ANSWER counts; one with another RCODE than NOERROR or NXDOMAIN says nothing of
// the name, so it is as good as none. ret_index is set for THERE only.
enum material_reply proof_material_find(const struct proof_material *material,
					const struct plx_name *name, uint16_t type,
					unsigned *ret_index);
// The next referral to `child` from *index on; false when there is none. *index is set behind it.
bool proof_material_next_referral(const struct proof_material *material,
				  const struct plx_name *child, unsigned *index,
				  const struct plx_message **ret_message);
// Whether a signature that claims to be the zone's is in the authority section, or at `name` in the answer section.
bool message_is_signed_by(const struct plx_message *message, const struct plx_name *name,
			  const struct plx_name *zone);
