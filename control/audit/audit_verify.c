// SPDX-License-Identifier: BSD-3-Clause
// Verification of the chain.

#include "audit/audit_verify.h"

#include "audit/audit_index.h"
#include "audit/audit_record.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *audit_finding_name(enum audit_finding finding)
{
	switch (finding) {
	case AUDIT_FINDING_NOT_EVALUATED:
		return "not-evaluated";
	case AUDIT_FINDING_INTACT:
		return "intact";
	case AUDIT_FINDING_EDITED:
		return "edited";
	case AUDIT_FINDING_DELETED:
		return "deleted";
	case AUDIT_FINDING_REORDERED:
		return "reordered";
	case AUDIT_FINDING_UNLINKED:
		return "unlinked";
	case AUDIT_FINDING_FOREIGN:
		return "foreign";
	case AUDIT_FINDING_TRUNCATED:
		return "truncated";
	case AUDIT_FINDING_REWRITTEN:
		return "rewritten";
	case AUDIT_FINDING_BAD_HEAD:
		return "bad-head";
	}
	return "not-evaluated";
}

static bool is_kind(const struct audit_entry *entry, enum audit_kind kind)
{
	const char *name = audit_kind_name(kind);
	return entry->kind_length == strlen(name) &&
	       memcmp(entry->kind, name, entry->kind_length) == 0;
}

int audit_chain_check_entry(struct audit_chain_check *check, const struct audit_entry *entry,
			    enum audit_finding *ret_finding)
{
	if ((int64_t)entry->sequence <= (int64_t)check->last.sequence) {
		*ret_finding = AUDIT_FINDING_FOREIGN;
		return 0;
	}
	if (check->has_last && entry->sequence != check->last.sequence + 1) {
		*ret_finding = AUDIT_FINDING_DELETED;
		return 0;
	}
	uint8_t hash[AUDIT_HASH_BYTES];
	int error = audit_chain_hash(entry, hash);
	if (error != 0) {
		return error;
	}
	// The genesis record's previous hash is that of another file, or zeros.
	bool is_linked = !check->has_last || entry->sequence == 1 ||
			 memcmp(entry->previous_hash, check->last.hash, AUDIT_HASH_BYTES) == 0;
	if (memcmp(hash, entry->hash, AUDIT_HASH_BYTES) != 0) {
		*ret_finding = AUDIT_FINDING_EDITED;
	} else if (!is_linked) {
		*ret_finding = AUDIT_FINDING_UNLINKED;
	} else if ((entry->sequence == 1) != is_kind(entry, AUDIT_KIND_GENESIS)) {
		*ret_finding = AUDIT_FINDING_FOREIGN;
	} else {
		*ret_finding = AUDIT_FINDING_INTACT;
		check->last.sequence = entry->sequence;
		check->has_last = true;
		memcpy(check->last.hash, hash, AUDIT_HASH_BYTES);
	}
	return 0;
}

enum audit_finding audit_head_judge(const struct audit_head *head, struct evp_pkey_st *public_key,
				    const char *log_id, const uint8_t *hash)
{
	if ((public_key != NULL && !audit_head_is_authentic(head, public_key)) ||
	    (log_id != NULL && strcmp(head->log_id, log_id) != 0)) {
		return AUDIT_FINDING_BAD_HEAD;
	}
	if (hash == NULL) {
		return AUDIT_FINDING_TRUNCATED;
	}
	return memcmp(hash, head->position.hash, AUDIT_HASH_BYTES) == 0 ? AUDIT_FINDING_INTACT
									: AUDIT_FINDING_REWRITTEN;
}

struct verify_walk {
	struct audit_reader *reader;
	const struct audit_head *head;
	struct audit_chain_check check;
	struct audit_verification *result;
	uint8_t head_hash[AUDIT_HASH_BYTES]; // of the record that the head names
	bool has_head_hash;
	uint64_t end; // last sequence when the walk began
	int error;
};

// Hashes tried for where a moved record came from; past it a move is told as an edit.
#define ORIGIN_TRIES_MAX (1u << 20)

static int64_t find_origin(const struct audit_entry *entry, uint64_t last)
{
	struct audit_entry moved = *entry;
	uint8_t hash[AUDIT_HASH_BYTES];
	uint64_t limit = last < ORIGIN_TRIES_MAX ? last : ORIGIN_TRIES_MAX;
	for (moved.sequence = 1; moved.sequence <= limit; moved.sequence++) {
		if (audit_chain_hash(&moved, hash) == 0 &&
		    memcmp(hash, moved.hash, AUDIT_HASH_BYTES) == 0) {
			return (int64_t)moved.sequence;
		}
	}
	return 0;
}

static void note_bad(struct verify_walk *walk, const struct audit_entry *entry,
		     enum audit_finding finding)
{
	struct audit_verification *result = walk->result;
	result->finding = finding;
	result->bad_sequence = finding == AUDIT_FINDING_DELETED
				       ? (int64_t)walk->check.last.sequence + 1
				       : (int64_t)entry->sequence;
	if (finding == AUDIT_FINDING_EDITED) {
		result->moved_from = find_origin(entry, walk->end);
		if (result->moved_from != 0) {
			result->finding = AUDIT_FINDING_REORDERED;
		}
	}
}

static bool check_one(const struct audit_entry *entry, void *context)
{
	struct verify_walk *walk = context;
	enum audit_finding finding = AUDIT_FINDING_NOT_EVALUATED;
	walk->error = audit_chain_check_entry(&walk->check, entry, &finding);
	if (walk->error != 0) {
		return false;
	}
	if (finding != AUDIT_FINDING_INTACT) {
		note_bad(walk, entry, finding);
		return false;
	}
	walk->result->record_count++;
	if (walk->head != NULL && entry->sequence == walk->head->position.sequence) {
		walk->has_head_hash = true;
		memcpy(walk->head_hash, entry->hash, AUDIT_HASH_BYTES);
	}
	return true;
}

static void judge_end(struct verify_walk *walk, struct evp_pkey_st *public_key)
{
	struct audit_verification *result = walk->result;
	if (result->record_count == 0) {
		result->finding = AUDIT_FINDING_DELETED;
		result->bad_sequence = 1;
		return;
	}
	result->finding = AUDIT_FINDING_INTACT;
	if (walk->head == NULL) {
		return;
	}
	result->finding =
		audit_head_judge(walk->head, public_key, audit_reader_log_id(walk->reader),
				 walk->has_head_hash ? walk->head_hash : NULL);
	if (result->finding == AUDIT_FINDING_TRUNCATED) {
		result->bad_sequence = (int64_t)walk->check.last.sequence + 1;
	} else if (result->finding == AUDIT_FINDING_REWRITTEN) {
		result->bad_sequence = (int64_t)walk->head->position.sequence;
	}
}

void audit_verification_describe(struct audit_verification *result)
{
	long long bad = (long long)result->bad_sequence;
	char *text = result->text;
	size_t size = sizeof(result->text);
	switch (result->finding) {
	case AUDIT_FINDING_NOT_EVALUATED:
		snprintf(text, size, "not verified");
		return;
	case AUDIT_FINDING_INTACT:
		snprintf(text, size, "%" PRIu64 " records, the chain is whole",
			 result->record_count);
		return;
	case AUDIT_FINDING_EDITED:
		snprintf(text, size, "record %lld was edited: its content does not give its hash",
			 bad);
		return;
	case AUDIT_FINDING_DELETED:
		snprintf(text, size, "record %lld was deleted: there are later ones, or none", bad);
		return;
	case AUDIT_FINDING_REORDERED:
		snprintf(text, size, "record %lld was replaced: it holds what was written as %lld",
			 bad, (long long)result->moved_from);
		return;
	case AUDIT_FINDING_UNLINKED:
		snprintf(text, size,
			 "record %lld does not follow record %lld: one of the two was written anew",
			 bad, bad - 1);
		return;
	case AUDIT_FINDING_FOREIGN:
		snprintf(text, size, "record %lld is none that an audit log writes there", bad);
		return;
	case AUDIT_FINDING_TRUNCATED:
		snprintf(text, size,
			 "records from %lld on were cut off: the head remembers more of them", bad);
		return;
	case AUDIT_FINDING_REWRITTEN:
		snprintf(text, size,
			 "the chain up to record %lld was written anew: its hash there is not the "
			 "one that the head remembers",
			 bad);
		return;
	case AUDIT_FINDING_BAD_HEAD:
		snprintf(text, size,
			 "the head is not signed by the given key, or is of another log");
		return;
	}
}

int audit_verify(struct audit_reader *reader, const struct audit_head *head,
		 struct evp_pkey_st *public_key, struct audit_verification *ret_verification,
		 struct audit_fault *fault)
{
	struct audit_verification result = {0};
	struct audit_position end = {0};
	struct verify_walk walk = {
		.reader = reader,
		.head = head,
		.check = {.has_last = true}, // of position 0: the first record must be 1
		.result = &result,
	};
	int error = audit_reader_last(reader, &end, fault);
	if (error != 0) {
		return error;
	}
	walk.end = end.sequence;
	error = audit_reader_walk(reader, INT64_MIN, INT64_MAX, check_one, &walk, fault);
	if (error == 0 && walk.error != 0) {
		error = audit_fault_set(fault, walk.error,
					"%s: records cannot be hashed: no memory: "
					"give the program more",
					audit_reader_path(reader));
	}
	if (error == 0) {
		error = audit_index_count(audit_reader_database(reader), audit_reader_path(reader),
					  &result.is_index_whole, fault);
	}
	if (error != 0) {
		return error;
	}
	if (result.finding == AUDIT_FINDING_NOT_EVALUATED) {
		judge_end(&walk, public_key);
	}
	result.last = walk.check.last;
	audit_verification_describe(&result);
	*ret_verification = result;
	return 0;
}
