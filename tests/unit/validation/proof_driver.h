// SPDX-License-Identifier: BSD-3-Clause
// Asks the judge, brings what it needs, asks again: what a recursor does, without one.

#pragma once

#include "validation/proof.h"

struct proof_driver {
	struct proof_judge judge;
	// The reply to a need, or an UNANSWERED one. Octets live as long as the drive.
	void (*answer)(void *context, const struct proof_need *need,
		       struct proof_message *ret_message);
	void *context;
	// Set by proof_drive.
	unsigned round_count; // calls of the judge
	unsigned need_count;
	struct proof_verdict verdict;
};

void proof_begin(struct proof *proof, const struct plx_name *name, uint16_t type);
// Ends the program when the proof is full.
struct proof_message *proof_add(struct proof *proof, enum proof_message_kind kind,
				const struct plx_name *name, uint16_t type,
				const struct plx_name *zone, const uint8_t *wire, size_t length);
// Until the verdict. False, with a word on stderr, when the judge asks twice for the same, for nothing, or for ever.
bool proof_drive(struct proof_driver *driver, struct proof *proof);
