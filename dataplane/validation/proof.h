// SPDX-License-Identifier: BSD-3-Clause
// Is what an iterative look-up found what the zones signed? A proof is the material that the look-up has gathered:
// replies, each with the zone whose server sent it. The judge walks from a trust anchor down to the zone that each
// answer is from, follows the aliases, and either says the state, or which DS or DNSKEY RRsets it lacks. Whoever asked
// fetches those, adds the replies and calls again; so whoever iterates knows nothing of DNSSEC.
//
//	proof ──► proof_judge ──► JUDGED: state, cause, kind
//	  ▲           └─────────► NEEDS: (name, DS | DNSKEY) ... ──► look-ups ──┐
//	  └─────────────────────────── their replies ◄──────────────────────────┘
//
// What was proved of a zone (keys, no DS, no cut) and which signed RRsets were checked is remembered in a trust cache:
// one for each thread, never shared between perspectives. Pure: time is an argument.

#pragma once

#include "dnssec/answer_judge.h"
#include "dnssec/cause.h"
#include "dnssec/judge_budget.h"
#include "dnssec/rrset_verify.h"
#include "dnssec/trust_anchor.h"

#include <parallax/base/attributes.h>
#include <parallax/base/siphash.h>
#include <parallax/dns/name.h>
#include <parallax/exchange/result.h>

#include <stdbool.h>
#include <stdint.h>

// Replies of one proof: answers of at most PLX_ALIASES_MAX + 1 zones and, for each, DS and DNSKEY of the cuts above it.
// Beyond it the state is BOGUS by DNSSEC_CAUSE_WORK_LIMIT.
#define PROOF_MESSAGES_MAX 64
#define PROOF_NEEDS_MAX 4 // told at a time
// Times that a proof may come back for more, counted by whoever asks (the judge keeps nothing); then it is BOGUS by the
// same cause. A deep chain of signed zones asks twice for each.
#define PROOF_ROUNDS_MAX 32

enum proof_message_kind {
	PROOF_MESSAGE_NOT_EVALUATED = 0,
	PROOF_ANSWER, // the reply to (name, type), whatever it says: also to DS and DNSKEY queries
	PROOF_REFERRAL,   // to the child `name`
	PROOF_UNANSWERED, // the look-up of (name, type) failed: there is no reply, and none will come
};

// A view: the octets are the caller's and outlive the call.
struct proof_message {
	enum proof_message_kind kind;
	uint16_t type;       // of ANSWER and UNANSWERED
	uint32_t length;     // 0 of UNANSWERED, as wire and zone are
	const uint8_t *wire; // passed plx_message_check; the question's case is folded
	struct plx_name
		zone; // whose server sent it, lower case: where to look, never a reason to believe
	struct plx_name name; // lower case
};

struct proof {
	struct plx_name name; // the question, lower case
	uint16_t type;
	// There is no answer: what is asked for is the state of `zone`, the deepest one whose servers were asked, which
	// decides what a failure means (BR 3.2.2.8: a CAA look-up may fail only where no DNSSEC chain leads to the root).
	bool is_failed;
	struct plx_name zone;
	unsigned message_count;
	struct proof_message messages[PROOF_MESSAGES_MAX];
};

enum proof_step {
	PROOF_NOT_EVALUATED = 0,
	PROOF_NEEDS,  // more replies
	PROOF_JUDGED, // the verdict is final for these messages
};

struct proof_need {
	struct plx_name name;
	uint16_t type; // DS, to be asked of the parent's servers, or DNSKEY
};

// The weakest state of all steps of the alias chain decides. `kind` is JUDGED_NOT_EVALUATED unless secure: an insecure
// answer says what its message says.
struct proof_verdict {
	enum plx_dnssec state; // SECURE, INSECURE, BOGUS or INDETERMINATE
	enum dnssec_cause cause;
	enum judged_kind kind; // of the last step
	struct plx_name
		zone; // the zone at which the state was decided, or the name that may be one
	struct plx_name owner; // where the alias chain ends
	uint32_t ttl_s;        // how long the verdict holds
	// How long `zone` is known to be unsigned, so that all at or below it is insecure. 0: that is not why the answer is
	// insecure (an opt-out range of a signed zone, say), or it is not.
	uint32_t unsigned_ttl_s;
};

struct trust_cache;

struct trust_cache_config {
	struct plx_siphash_key
		hash_key; // random: nobody shall know which zones make room for which
	// More than the cache can count (4 million, 16 million) is as much as it can count.
	uint32_t zones_max; // zones remembered; about 4 KiB for each signed one
	uint32_t
		rrsets_max; // digests of signed RRsets that were checked: denial ranges, DS and SOA that come again and again
};

// NULL when there is no memory.
struct trust_cache *trust_cache_create(const struct trust_cache_config *config);
void trust_cache_destroy(struct trust_cache *cache); // or NULL
// Forgets everything at or below the zone; returns how many zones that were.
uint32_t trust_cache_flush(struct trust_cache *cache, const struct plx_name *zone);

// Who judges: one for each thread.
struct proof_judge {
	struct trust_cache *cache; // NULL: nothing is remembered of zones (evidence, replay)
	const struct trust_anchors *anchors;
	// With the look-up's budget and time. `memory` may be set without a cache: without either, each round spends anew
	// on what it checked before.
	struct judge judge;
};

// ret_needs has room for PROOF_NEEDS_MAX. A need that is told again although a reply to it is among the messages is not
// told: the state is then decided by what is there.
enum proof_step proof_judge(const struct proof_judge *judge, const struct proof *proof,
			    struct proof_need *ret_needs, unsigned *ret_need_count,
			    struct proof_verdict *ret_verdict);
const char *proof_step_name(enum proof_step step);
