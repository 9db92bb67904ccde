// SPDX-License-Identifier: BSD-3-Clause
// Walks the whole chain and names the first record that is not as it was written, and why. Believes nothing but the
// records themselves and, when given, a head.

#pragma once

#include <parallax/base/attributes.h>

#include "audit/audit_head.h"
#include "audit/audit_reader.h"

#include <stdbool.h>
#include <stdint.h>

enum audit_finding {
	AUDIT_FINDING_NOT_EVALUATED = 0,
	AUDIT_FINDING_INTACT,
	AUDIT_FINDING_EDITED,    // its content does not give its hash
	AUDIT_FINDING_DELETED,   // the record is missing, later ones exist
	AUDIT_FINDING_REORDERED, // it holds what was another record
	AUDIT_FINDING_UNLINKED,  // whole in itself, but does not follow the record before it
	AUDIT_FINDING_FOREIGN, // a row that no log writes (a sequence below 1, or no genesis record first)
	AUDIT_FINDING_TRUNCATED, // the head remembers more records than there are
	AUDIT_FINDING_REWRITTEN, // the chain is whole, but it is not the one that the head remembers
	AUDIT_FINDING_BAD_HEAD,  // the head is not signed by the given key, or is of another log
};

// "intact", "edited" ... for output.
const char *audit_finding_name(enum audit_finding finding);

struct audit_verification {
	enum audit_finding finding;
	int64_t bad_sequence;  // first bad record; 0 when intact or when it is the head that is bad
	int64_t moved_from;    // AUDIT_FINDING_REORDERED: where its content was written
	uint64_t record_count; // good ones, from the first
	struct audit_position last;        // the last good one
	bool is_index_whole;               // derived, not part of the finding: see audit_index.h
	char text[AUDIT_FAULT_TEXT_BYTES]; // the finding in a sentence
};

// Checks one record against the one before it; what an exported file and a database have in common.
struct audit_chain_check {
	struct audit_position last; // start: {0}, or the record before the first
	bool has_last; // false: the first record may have any sequence and previous hash
};
// AUDIT_FINDING_INTACT moves on; EDITED, DELETED, UNLINKED, FOREIGN. -ENOMEM.
PLX_MUST_CHECK int audit_chain_check_entry(struct audit_chain_check *check,
					   const struct audit_entry *entry,
					   enum audit_finding *ret_finding);
// Judges the head, once the position it names is known to hold `hash` (NULL: there is no such record).
enum audit_finding audit_head_judge(const struct audit_head *head, struct evp_pkey_st *public_key,
				    const char *log_id, const uint8_t *hash);

// Fills `text` from the other members.
void audit_verification_describe(struct audit_verification *verification);

// `head` and `public_key` may be NULL: then nothing shows that the last records were cut off. With a key, the head must
// be signed by it. Errors are those of reading only; a broken chain is a result.
PLX_MUST_CHECK int audit_verify(struct audit_reader *reader, const struct audit_head *head,
				struct evp_pkey_st *public_key,
				struct audit_verification *ret_verification,
				struct audit_fault *fault);
