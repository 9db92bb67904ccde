// SPDX-License-Identifier: BSD-3-Clause
// The writing connection to the audit log: transactions that extend the chain. One thread at a time.
//
// Each transaction reads the last record afresh and compares it with the one it left, so the chain is continued only
// where it ends as remembered; a commit of which SQLite could not say whether it happened is found out that way too.

#pragma once

#include <parallax/base/attributes.h>

#include "audit/audit_chain.h"
#include "audit/audit_row.h"

#include <stdbool.h>

struct audit_store;

// Text of 32 hexadecimal digits that names a log file for ever.
#define AUDIT_LOG_ID_BYTES 33u

struct audit_position {
	uint64_t sequence; // 0: none
	uint8_t hash[AUDIT_HASH_BYTES];
};

struct audit_store_config {
	const char *path;
	unsigned busy_timeout_ms;
	const char *version;       // of the program, for the genesis record
	int64_t now_us;            // for the genesis record
	const char *previous_path; // the log that a new file continues; NULL: none
};

// Makes the file (mode 0600) when there is none, with its genesis record. Makes the index anew when it is not whole. All
// that it finds is on stable storage afterwards.
// As audit_fault_from_sqlite, or PLX_ERR_AUDIT_SCHEMA. Strings are copied.
PLX_MUST_CHECK int audit_store_open(const struct audit_store_config *config,
				    struct audit_store **ret_store, struct audit_fault *fault);
void audit_store_close(struct audit_store *store);

// Starts a transaction. PLX_ERR_AUDIT_CHAIN: the end is not as it was left. PLX_ERR_AUDIT_MOVED. -EBUSY after the
// timeout. Nothing is open then.
PLX_MUST_CHECK int audit_store_begin(struct audit_store *store, struct audit_fault *fault);
PLX_MUST_CHECK int audit_store_insert(struct audit_store *store, const struct audit_row *row,
				      struct audit_fault *fault);
// On success everything inserted is on stable storage. On failure the transaction is rolled back.
PLX_MUST_CHECK int audit_store_commit(struct audit_store *store, struct audit_fault *fault);
// Ends a transaction without effect; reopens the file when the last error leaves the connection in doubt.
void audit_store_rollback(struct audit_store *store);

// Does the file take something again? Writes to a table of its own.
PLX_MUST_CHECK int audit_store_probe(struct audit_store *store, struct audit_fault *fault);
// Copies what readers no longer hold from the write-ahead log into the file. A failure is harmless to what was
// committed: the write-ahead log keeps it, and grows until the next that succeeds. As audit_fault_from_sqlite.
PLX_MUST_CHECK int audit_store_checkpoint(struct audit_store *store, struct audit_fault *fault);

// Position of the record `sequence`, or {0} when there is none. As audit_fault_from_sqlite: that it cannot be read does
// not say that it is not there.
PLX_MUST_CHECK int audit_store_find(struct audit_store *store, uint64_t sequence,
				    struct audit_position *ret_position, struct audit_fault *fault);
// The last record that was committed.
struct audit_position audit_store_position(const struct audit_store *store);
const char *audit_store_log_id(const struct audit_store *store);
