// SPDX-License-Identifier: BSD-3-Clause
// The derived index of the audit log.

#include "audit/audit_index.h"

#include <sqlite3.h>

int audit_index_prepare_insert(sqlite3 *database, sqlite3_stmt **ret_statement)
{
	return sqlite3_prepare_v3(database,
				  "INSERT INTO record_index (sequence, time_us, kind, order_id,"
				  " identifier, perspective, check_kind, attempt)"
				  " VALUES (?, ?, ?, ?, ?, ?, ?, nullif(?, 0))",
				  -1, SQLITE_PREPARE_PERSISTENT, ret_statement, NULL);
}

int audit_index_insert(sqlite3_stmt *statement, uint64_t sequence, int64_t time_us,
		       const char *kind, const struct audit_keys *keys)
{
	sqlite3_bind_int64(statement, 1, (sqlite3_int64)sequence);
	sqlite3_bind_int64(statement, 2, time_us);
	sqlite3_bind_text(statement, 3, kind, -1, SQLITE_STATIC);
	sqlite3_bind_text(statement, 4, keys->order_id, -1, SQLITE_STATIC);
	sqlite3_bind_text(statement, 5, keys->identifier, -1, SQLITE_STATIC);
	sqlite3_bind_text(statement, 6, keys->perspective, -1, SQLITE_STATIC);
	sqlite3_bind_text(statement, 7, keys->check, -1, SQLITE_STATIC);
	sqlite3_bind_int64(statement, 8, keys->attempt);
	int code = sqlite3_step(statement);
	sqlite3_reset(statement);
	return code;
}

static int ask(sqlite3 *database, const char *path, const char *sql, bool *ret_is_true,
	       struct audit_fault *fault)
{
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(database, sql, -1, &statement, NULL);
	if (code == SQLITE_OK) {
		code = sqlite3_step(statement);
	}
	bool is_true = code == SQLITE_ROW && sqlite3_column_int(statement, 0) != 0;
	sqlite3_finalize(statement);
	if (code != SQLITE_ROW) {
		return audit_fault_from_sqlite(fault, database, path, "cannot be read");
	}
	*ret_is_true = is_true;
	return 0;
}

// Each MIN or MAX by itself: SQLite finds one of them at an end of the tree, of two it walks the whole.
int audit_index_compare_ends(sqlite3 *database, const char *path, bool *ret_is_equal,
			     struct audit_fault *fault)
{
	return ask(database, path,
		   "SELECT (SELECT min(sequence) FROM record) IS"
		   " (SELECT min(sequence) FROM record_index)"
		   " AND (SELECT max(sequence) FROM record) IS"
		   " (SELECT max(sequence) FROM record_index)",
		   ret_is_equal, fault);
}

int audit_index_count(sqlite3 *database, const char *path, bool *ret_is_whole,
		      struct audit_fault *fault)
{
	return ask(database, path,
		   "SELECT (SELECT coalesce(max(sequence), 0) FROM record) ="
		   " (SELECT count(*) FROM record_index)",
		   ret_is_whole, fault);
}

static int index_one(sqlite3_stmt *record, sqlite3_stmt *insert)
{
	const char *kind = (const char *)sqlite3_column_text(record, 2);
	const char *text = (const char *)sqlite3_column_text(record, 3);
	json_t *body = text == NULL
			       ? NULL
			       : json_loads(text, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
	struct audit_keys keys;
	audit_keys_extract(kind == NULL ? AUDIT_KIND_NONE : audit_kind_find(kind), body, &keys);
	int code = audit_index_insert(insert, (uint64_t)sqlite3_column_int64(record, 0),
				      sqlite3_column_int64(record, 1), kind == NULL ? "" : kind,
				      &keys);
	json_decref(body);
	return code;
}

int audit_index_rebuild(sqlite3 *database, const char *path, struct audit_fault *fault)
{
	sqlite3_stmt *record = NULL;
	sqlite3_stmt *insert = NULL;
	int code = sqlite3_exec(database, "DELETE FROM record_index", NULL, NULL, NULL);
	if (code == SQLITE_OK) {
		code = sqlite3_prepare_v2(database,
					  "SELECT sequence, time_us, kind, body FROM record"
					  " ORDER BY sequence",
					  -1, &record, NULL);
	}
	if (code == SQLITE_OK) {
		code = audit_index_prepare_insert(database, &insert);
	}
	if (code == SQLITE_OK) {
		code = sqlite3_step(record);
	}
	while (code == SQLITE_ROW) {
		code = index_one(record, insert);
		if (code == SQLITE_DONE) {
			code = sqlite3_step(record);
		}
	}
	int error = code == SQLITE_DONE ? 0
					: audit_fault_from_sqlite(fault, database, path,
								  "its index cannot be made anew");
	sqlite3_finalize(record);
	sqlite3_finalize(insert);
	return error;
}
