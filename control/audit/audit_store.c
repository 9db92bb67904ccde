// SPDX-License-Identifier: BSD-3-Clause
// Transactions on the audit log.

#include "audit/audit_store.h"

#include <parallax/base/error.h>

#include "audit/audit_index.h"
#include "audit/audit_store_open.h"

#include <sqlite3.h>

#include <string.h>

static int fault_of(struct audit_store *store, const char *what, struct audit_fault *fault)
{
	int error = audit_fault_from_sqlite(fault, store->database, store->path, what);
	// After these the connection's picture of the file may be wrong: fsync, for one, reports an error only once.
	int code = sqlite3_errcode(store->database) & 0xff;
	if (code == SQLITE_IOERR || code == SQLITE_CORRUPT || code == SQLITE_NOTADB ||
	    code == SQLITE_CANTOPEN) {
		store->is_doubtful = true;
	}
	return error;
}

int audit_store_read_position(struct audit_store *store, struct sqlite3_stmt *statement,
			      struct audit_position *ret_position, struct audit_fault *fault)
{
	struct audit_position position = {0};
	int code = sqlite3_step(statement);
	if (code == SQLITE_ROW && sqlite3_column_bytes(statement, 1) == (int)AUDIT_HASH_BYTES) {
		position.sequence = (uint64_t)sqlite3_column_int64(statement, 0);
		memcpy(position.hash, sqlite3_column_blob(statement, 1), AUDIT_HASH_BYTES);
	}
	// Resetting reports the failure of the step once more.
	sqlite3_reset(statement);
	if (code != SQLITE_ROW && code != SQLITE_DONE) {
		return fault_of(store, "cannot be read", fault);
	}
	*ret_position = position;
	return 0;
}

int audit_store_find(struct audit_store *store, uint64_t sequence,
		     struct audit_position *ret_position, struct audit_fault *fault)
{
	sqlite3_bind_int64(store->one_statement, 1, (sqlite3_int64)sequence);
	return audit_store_read_position(store, store->one_statement, ret_position, fault);
}

// The end of the chain may lie further on (another coordinator writes too, or a commit whose outcome was unknown
// did happen), but what we left must still be there.
static int load_position(struct audit_store *store, struct audit_fault *fault)
{
	struct audit_position last;
	struct audit_position left = {0};
	int error = audit_store_read_position(store, store->last_statement, &last, fault);
	if (error == 0 && store->committed.sequence > 0) {
		error = audit_store_find(store, store->committed.sequence, &left, fault);
	}
	if (error != 0) {
		return error;
	}
	if (memcmp(left.hash, store->committed.hash, AUDIT_HASH_BYTES) != 0) {
		return audit_fault_set(fault, PLX_ERR_AUDIT_CHAIN,
				       "%s: record %llu is not as it was written: keep the "
				       "file for the auditor, run `parallaxctl audit verify`, "
				       "then restart with a new log",
				       store->path, (unsigned long long)store->committed.sequence);
	}
	store->pending = last;
	return 0;
}

// A file that was moved or deleted would go on taking records that nobody finds.
static int check_moved(struct audit_store *store, struct audit_fault *fault)
{
	int has_moved = 0;
	sqlite3_file_control(store->database, "main", SQLITE_FCNTL_HAS_MOVED, &has_moved);
	if (has_moved != 0) {
		return audit_fault_set(fault, PLX_ERR_AUDIT_MOVED,
				       "%s: was moved or deleted while in use: put it back, or "
				       "restart to begin a new log",
				       store->path);
	}
	return 0;
}

static int ensure_open(struct audit_store *store, struct audit_fault *fault)
{
	return store->database == NULL || store->is_doubtful ? audit_store_reopen(store, fault) : 0;
}

int audit_store_begin(struct audit_store *store, struct audit_fault *fault)
{
	int error = ensure_open(store, fault);
	if (error == 0) {
		error = check_moved(store, fault);
	}
	if (error != 0) {
		return error;
	}
	if (sqlite3_exec(store->database, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK) {
		return fault_of(store, "cannot be written", fault);
	}
	error = load_position(store, fault);
	if (error != 0) {
		audit_store_rollback(store);
	}
	return error;
}

int audit_store_insert(struct audit_store *store, const struct audit_row *row,
		       struct audit_fault *fault)
{
	const char *kind = audit_kind_name(row->kind);
	struct audit_entry entry = {
		.sequence = store->pending.sequence + 1,
		.time_us = row->time_us,
		.kind = kind,
		.kind_length = strlen(kind),
		.body = row->body,
		.body_length = row->body_length,
	};
	memcpy(entry.previous_hash, store->pending.hash, AUDIT_HASH_BYTES);
	int error = audit_chain_hash(&entry, entry.hash);
	if (error != 0) {
		return audit_fault_set(fault, error,
				       "%s: a record cannot be hashed: %s: give the "
				       "program more memory",
				       store->path, plx_error_text(error));
	}
	sqlite3_stmt *insert = store->insert_statement;
	sqlite3_bind_int64(insert, 1, (sqlite3_int64)entry.sequence);
	sqlite3_bind_int64(insert, 2, entry.time_us);
	sqlite3_bind_text(insert, 3, kind, -1, SQLITE_STATIC);
	sqlite3_bind_text(insert, 4, entry.body, (int)entry.body_length, SQLITE_STATIC);
	sqlite3_bind_blob(insert, 5, entry.previous_hash, AUDIT_HASH_BYTES, SQLITE_STATIC);
	sqlite3_bind_blob(insert, 6, entry.hash, AUDIT_HASH_BYTES, SQLITE_STATIC);
	int code = sqlite3_step(insert);
	sqlite3_reset(insert);
	if (code == SQLITE_DONE) {
		code = audit_index_insert(store->index_statement, entry.sequence, entry.time_us,
					  kind, &row->keys);
	}
	if (code != SQLITE_DONE) {
		return fault_of(store, "a record cannot be written", fault);
	}
	store->pending.sequence = entry.sequence;
	memcpy(store->pending.hash, entry.hash, AUDIT_HASH_BYTES);
	return 0;
}

int audit_store_commit(struct audit_store *store, struct audit_fault *fault)
{
	if (sqlite3_exec(store->database, "COMMIT", NULL, NULL, NULL) != SQLITE_OK) {
		int error = fault_of(store, "records cannot be committed", fault);
		audit_store_rollback(store);
		return error;
	}
	store->committed = store->pending;
	return 0;
}

void audit_store_rollback(struct audit_store *store)
{
	// SQLite may have rolled back by itself; then this fails, and that is all right.
	if (store->database != NULL && sqlite3_get_autocommit(store->database) == 0) {
		sqlite3_exec(store->database, "ROLLBACK", NULL, NULL, NULL);
	}
	store->pending = store->committed;
}

int audit_store_probe(struct audit_store *store, struct audit_fault *fault)
{
	int error = audit_store_begin(store, fault);
	if (error != 0) {
		return error;
	}
	if (sqlite3_exec(store->database,
			 "REPLACE INTO writer_probe (id, filler) VALUES (1, zeroblob(65536))", NULL,
			 NULL, NULL) != SQLITE_OK) {
		error = fault_of(store, "cannot be written", fault);
		audit_store_rollback(store);
		return error;
	}
	store->pending = store->committed;
	if (sqlite3_exec(store->database, "COMMIT", NULL, NULL, NULL) != SQLITE_OK) {
		error = fault_of(store, "cannot be written", fault);
		audit_store_rollback(store);
	}
	return error;
}

int audit_store_checkpoint(struct audit_store *store, struct audit_fault *fault)
{
	int error = ensure_open(store, fault);
	if (error != 0) {
		return error;
	}
	int code = sqlite3_wal_checkpoint_v2(store->database, "main", SQLITE_CHECKPOINT_PASSIVE,
					     NULL, NULL);
	// Busy: another connection is at it.
	return code == SQLITE_OK || (code & 0xff) == SQLITE_BUSY
		       ? 0
		       : fault_of(store, "records cannot be moved from its write-ahead log", fault);
}

struct audit_position audit_store_position(const struct audit_store *store)
{
	return store->committed;
}

const char *audit_store_log_id(const struct audit_store *store)
{
	return store->log_id;
}
