// SPDX-License-Identifier: BSD-3-Clause
// What of a look-up's replies outlives them: the aliases they led along, and, for the proof, the answers and referrals
// themselves. A reply that several look-ups wait for is kept once.

#include "recursion/recursor_state.h"

#include <string.h>

static uint8_t *keep_wire(struct recursor *recursor, const struct plx_message *message)
{
	if (recursor->delivered == NULL) {
		recursor->delivered = message_store_take(recursor->store, message->length);
		if (recursor->delivered == NULL) {
			return NULL;
		}
		memcpy(recursor->delivered, message->wire, message->length);
	}
	message_store_hold(recursor->delivered);
	return recursor->delivered;
}

// A place in the look-up's list, without octets yet; NULL when there is none.
static struct kept_reply *add_kept(struct recursor *recursor, struct recursion *recursion,
				   enum proof_message_kind kind, const struct plx_name *zone,
				   const struct plx_name *name, uint16_t type)
{
	if (recursion->kept_count >= PROOF_MESSAGES_MAX) {
		return NULL; // the judge says that it was too much
	}
	struct kept_reply *kept = (struct kept_reply *)message_store_take(
		recursor->store, (uint32_t)(sizeof(*kept) + zone->length + name->length));
	if (kept == NULL) {
		recursion->lacks_memory = true;
		return NULL;
	}
	*kept = (struct kept_reply) {
		.kind = kind,
		.type = type,
		.zone_length = zone->length,
		.name_length = name->length,
	};
	memcpy(kept->names, zone->wire, zone->length);
	memcpy(kept->names + zone->length, name->wire, name->length);
	plx_ascii_lower_octets(kept->names, (size_t)zone->length + name->length);
	if (recursion->last_kept == NULL) {
		recursion->first_kept = kept;
	} else {
		recursion->last_kept->next = kept;
	}
	recursion->last_kept = kept;
	recursion->kept_count++;
	return kept;
}

void recursion_keep_unanswered(struct recursor *recursor, uint32_t index,
			       const struct proof_need *need)
{
	static const struct plx_name none = {0};
	struct recursion *recursion = &recursor->recursions[index];
	(void)add_kept(recursor, recursion, PROOF_UNANSWERED, &none, &need->name, need->type);
}

// The kept octets; NULL when they are not.
static uint8_t *keep(struct recursor *recursor, uint32_t index, enum proof_message_kind kind,
		     const struct plx_name *name, const struct plx_message *message)
{
	struct recursion *recursion = &recursor->recursions[index];
	const struct iteration_judgement *judgement = &recursor->action.judgement;
	struct kept_reply *kept =
		add_kept(recursor, recursion, kind, &judgement->zone, name, judgement->type);
	if (kept == NULL) {
		return NULL;
	}
	kept->server = judgement->server;
	kept->wire = keep_wire(recursor, message);
	recursion->lacks_memory |= kept->wire == NULL;
	return kept->wire;
}

void recursion_forget_kept(struct recursor *recursor, struct recursion *recursion)
{
	struct kept_reply *kept = recursion->first_kept;
	while (kept != NULL) {
		struct kept_reply *next = kept->next;
		if (kept->wire != NULL) {
			message_store_drop(recursor->store, kept->wire);
		}
		message_store_drop(recursor->store, (uint8_t *)kept);
		kept = next;
	}
	recursion->first_kept = NULL;
	recursion->last_kept = NULL;
	recursion->kept_count = 0;
	recursion->answer = NULL;
}

static void note_server(struct recursor *recursor, struct recursion *recursion,
			const struct iteration_judgement *judgement,
			const struct plx_message *message)
{
	recursion->server = judgement->server;
	recursion->transport = recursor->ended.is_tcp ? PLX_TRANSPORT_TCP : PLX_TRANSPORT_UDP;
	recursion->rtt_us = (uint32_t)(recursor->ended.rtt_ns / 1000);
	recursion->answer_bytes = (uint16_t)message->length;
	recursion->ede_code = message->ede_code;
}

// It answers the whole question, or a part of its alias chain.
static void note_answer(struct recursor *recursor, uint32_t index, const struct zone_reply *reply,
			const struct plx_message *message)
{
	struct recursion *recursion = &recursor->recursions[index];
	const struct iteration_judgement *judgement = &recursor->action.judgement;
	for (unsigned i = 0; !recursion->is_fetching && i < reply->alias_count &&
			     recursion->alias_count < PLX_ALIASES_MAX;
	     i++) {
		plx_name_copy(&recursor->more_names[index].aliases[recursion->alias_count++],
			      &reply->aliases[i]);
	}
	if (!recursor->config.validates || recursion->kind == RECURSION_PRIMING) {
		return;
	}
	uint8_t *wire = keep(recursor, index, PROOF_ANSWER, &judgement->name, message);
	if (!recursion->is_fetching) {
		recursion->answer = wire;
	}
}

static void note_referral(struct recursor *recursor, uint32_t index, const struct zone_reply *reply,
			  const struct plx_message *message)
{
	struct recursion *recursion = &recursor->recursions[index];
	if (recursion->is_fetching) {
		return; // a proof asks for the DS itself
	}
	// It was an answer about the way, not about the name.
	recursion->server.family = 0;
	recursion->transport = PLX_TRANSPORT_NONE;
	recursion->rtt_us = 0;
	recursion->answer_bytes = 0;
	recursion->ede_code = 0;
	if (recursor->config.validates && recursion->kind != RECURSION_PRIMING) {
		(void)keep(recursor, index, PROOF_REFERRAL,
			   &reply->referral.servers.delegation.zone, message);
	}
}

void recursion_note(struct recursor *recursor, uint32_t index, const struct plx_message *message)
{
	struct recursion *recursion = &recursor->recursions[index];
	const struct iteration_judgement *judgement = &recursor->action.judgement;
	const struct zone_reply *reply = judgement->reply;
	if (!judgement->is_set || judgement->depth > 0 || reply == NULL) {
		return;
	}
	if (!recursion->is_fetching) {
		note_server(recursor, recursion, judgement, message);
	}
	switch (reply->kind) {
	case ZONE_REPLY_RECORDS:
	case ZONE_REPLY_ALIAS:
	case ZONE_REPLY_NODATA:
	case ZONE_REPLY_NXDOMAIN:
		if (judgement->is_whole) {
			note_answer(recursor, index, reply, message);
		}
		return;
	case ZONE_REPLY_REFERRAL:
		note_referral(recursor, index, reply, message);
		return;
	case ZONE_REPLY_NOT_EVALUATED:
	case ZONE_REPLY_TRUNCATED:
	case ZONE_REPLY_LAME:
	case ZONE_REPLY_FAILED:
	case ZONE_REPLY_BROKEN:
	case ZONE_REPLY_ALIAS_LOOP:
	case ZONE_REPLY_ALIAS_LIMIT:
	case ZONE_REPLY_ALIAS_TOO_LONG:
		return;
	}
}
