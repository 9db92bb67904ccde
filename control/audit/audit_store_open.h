// SPDX-License-Identifier: BSD-3-Clause
// What the two halves of the store know of each other: opening (and opening anew), and transactions.

#pragma once

#include <parallax/base/attributes.h>

#include "audit/audit_store.h"

struct sqlite3;
struct sqlite3_stmt;

struct audit_store {
	struct sqlite3 *database; // NULL: could not be opened anew
	struct sqlite3_stmt *insert_statement;
	struct sqlite3_stmt *index_statement;
	struct sqlite3_stmt *last_statement; // sequence, hash of the last record
	struct sqlite3_stmt *one_statement;  // the same of a given one
	struct audit_position committed;
	struct audit_position pending; // within a transaction
	unsigned busy_timeout_ms;
	bool is_doubtful; // the connection is replaced before it is used again
	char log_id[AUDIT_LOG_ID_BYTES];
	char *path;
};

// Replaces the connection, without a checkpoint by the old one. As audit_store_open; never makes a file.
PLX_MUST_CHECK int audit_store_reopen(struct audit_store *store, struct audit_fault *fault);
// Runs `last_statement` or `one_statement`. As audit_store_find.
PLX_MUST_CHECK int audit_store_read_position(struct audit_store *store,
					     struct sqlite3_stmt *statement,
					     struct audit_position *ret_position,
					     struct audit_fault *fault);
