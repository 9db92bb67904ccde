// SPDX-License-Identifier: BSD-3-Clause

#include "proof_driver.h"

#include <parallax/dns/rr_type.h>

#include <stdio.h>
#include <stdlib.h>

void proof_begin(struct proof *proof, const struct plx_name *name, uint16_t type)
{
	proof->name = *name;
	proof->type = type;
	proof->is_failed = false;
	proof->zone = (struct plx_name) {.length = 1};
	proof->message_count = 0;
}

struct proof_message *proof_add(struct proof *proof, enum proof_message_kind kind,
				const struct plx_name *name, uint16_t type,
				const struct plx_name *zone, const uint8_t *wire, size_t length)
{
	if (proof->message_count == PROOF_MESSAGES_MAX) {
		fprintf(stderr, "proof_driver: too many messages\n");
		exit(EXIT_FAILURE);
	}
	struct proof_message *message = &proof->messages[proof->message_count++];
	*message = (struct proof_message) {.kind = kind,
					   .type = type,
					   .length = (uint32_t)length,
					   .wire = wire,
					   .zone = *zone,
					   .name = *name};
	return message;
}

static bool is_asked_before(const struct proof *proof, const struct proof_need *need)
{
	for (unsigned i = 0; i < proof->message_count; i++) {
		const struct proof_message *message = &proof->messages[i];
		if (message->kind != PROOF_REFERRAL && message->type == need->type &&
		    plx_name_equal(&message->name, &need->name)) {
			return true;
		}
	}
	return false;
}

static bool complain(const char *what)
{
	fprintf(stderr, "proof_driver: the judge asks %s\n", what);
	return false;
}

bool proof_drive(struct proof_driver *driver, struct proof *proof)
{
	struct proof_need needs[PROOF_NEEDS_MAX];
	driver->need_count = 0;
	for (driver->round_count = 1; driver->round_count <= PROOF_ROUNDS_MAX;
	     driver->round_count++) {
		unsigned count = 0;
		switch (proof_judge(&driver->judge, proof, needs, &count, &driver->verdict)) {
		case PROOF_JUDGED:
			return true;
		case PROOF_NOT_EVALUATED:
			return complain("nothing and says nothing");
		case PROOF_NEEDS:
			break;
		}
		if (count == 0 || count > PROOF_NEEDS_MAX) {
			return complain("for nothing, or too much");
		}
		for (unsigned i = 0; i < count; i++) {
			bool is_type =
				needs[i].type == PLX_TYPE_DS || needs[i].type == PLX_TYPE_DNSKEY;
			if (!is_type || is_asked_before(proof, &needs[i])) {
				return complain("for the same again, or for another type");
			}
			static const struct plx_name root = {.length = 1};
			struct proof_message *message =
				proof_add(proof, PROOF_UNANSWERED, &needs[i].name, needs[i].type,
					  &root, NULL, 0);
			driver->answer(driver->context, &needs[i], message);
			driver->need_count++;
		}
	}
	return complain("for ever");
}
