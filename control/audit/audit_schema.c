// SPDX-License-Identifier: BSD-3-Clause
// The tables, and the triggers that refuse to change what was written. The triggers stop accidents; whoever can write
// the file can drop them, which is what the chain is for.

#include "audit/audit_schema.h"

#include <parallax/base/error.h>

#include <sqlite3.h>

#include <stddef.h>

// The trigger on insertion also stops INSERT OR REPLACE, which runs no DELETE trigger.
static const char schema_sql[] =
	"CREATE TABLE record ("
	" sequence INTEGER PRIMARY KEY,"
	" time_us INTEGER NOT NULL,"
	" kind TEXT NOT NULL,"
	" body TEXT NOT NULL,"
	" previous_hash BLOB NOT NULL CHECK (length(previous_hash) = 32),"
	" hash BLOB NOT NULL CHECK (length(hash) = 32)"
	") STRICT;"
	"CREATE TRIGGER record_is_never_updated BEFORE UPDATE ON record BEGIN"
	" SELECT raise(ABORT, 'audit records are never changed'); END;"
	"CREATE TRIGGER record_is_never_deleted BEFORE DELETE ON record BEGIN"
	" SELECT raise(ABORT, 'audit records are never deleted'); END;"
	"CREATE TRIGGER record_is_only_appended BEFORE INSERT ON record"
	" WHEN new.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM record) BEGIN"
	" SELECT raise(ABORT, 'audit records are only appended'); END;"
	"CREATE TABLE record_index ("
	" sequence INTEGER PRIMARY KEY,"
	" time_us INTEGER NOT NULL,"
	" kind TEXT NOT NULL,"
	" order_id TEXT,"
	" identifier TEXT,"
	" perspective TEXT,"
	" check_kind TEXT,"
	" attempt INTEGER"
	") STRICT;"
	"CREATE INDEX record_index_time ON record_index (time_us);"
	"CREATE INDEX record_index_order ON record_index (order_id) WHERE order_id IS NOT NULL;"
	"CREATE INDEX record_index_identifier ON record_index (identifier)"
	" WHERE identifier IS NOT NULL;"
	// What the writer writes to find out whether the disk takes something again.
	"CREATE TABLE writer_probe (id INTEGER PRIMARY KEY, filler BLOB NOT NULL) STRICT;";

static int read_number(sqlite3 *database, const char *sql, sqlite3_int64 *ret_number)
{
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(database, sql, -1, &statement, NULL);
	if (code == SQLITE_OK) {
		code = sqlite3_step(statement);
	}
	if (code == SQLITE_ROW) {
		*ret_number = sqlite3_column_int64(statement, 0);
	}
	sqlite3_finalize(statement);
	return code == SQLITE_ROW ? SQLITE_OK : code;
}

// `ret_is_empty`: no tables yet.
static int examine(sqlite3 *database, const char *path, bool *ret_is_empty,
		   struct audit_fault *fault)
{
	sqlite3_int64 version = 0;
	sqlite3_int64 application = 0;
	sqlite3_int64 tables = 0;
	if (read_number(database, "PRAGMA user_version", &version) != SQLITE_OK ||
	    read_number(database, "PRAGMA application_id", &application) != SQLITE_OK ||
	    read_number(database, "SELECT count(*) FROM sqlite_schema", &tables) != SQLITE_OK) {
		return audit_fault_from_sqlite(fault, database, path, "cannot be read");
	}
	*ret_is_empty = tables == 0 && application == 0;
	if (*ret_is_empty) {
		return 0;
	}
	if (application != AUDIT_APPLICATION_ID || version < 1) {
		return audit_fault_set(fault, PLX_ERR_AUDIT_SCHEMA,
				       "%s: is a database of another program: give the audit log "
				       "a file of its own",
				       path);
	}
	if (version > AUDIT_SCHEMA_VERSION) {
		return audit_fault_set(fault, PLX_ERR_AUDIT_SCHEMA,
				       "%s: has schema version %lld, this program knows up to %d: "
				       "run the newer program, or start a new log",
				       path, (long long)version, AUDIT_SCHEMA_VERSION);
	}
	return 0;
}

int audit_schema_check(sqlite3 *database, const char *path, struct audit_fault *fault)
{
	bool is_empty = false;
	int error = examine(database, path, &is_empty, fault);
	if (error == 0 && is_empty) {
		return audit_fault_set(fault, PLX_ERR_AUDIT_SCHEMA,
				       "%s: holds no audit log: give the path of one", path);
	}
	return error;
}

int audit_schema_prepare(sqlite3 *database, const char *path, struct audit_fault *fault)
{
	bool is_empty = false;
	int error = examine(database, path, &is_empty, fault);
	if (error != 0 || !is_empty) {
		return error;
	}
	char pragmas[96];
	sqlite3_snprintf(sizeof(pragmas), pragmas,
			 "PRAGMA application_id = %d; PRAGMA user_version = %d;",
			 AUDIT_APPLICATION_ID, AUDIT_SCHEMA_VERSION);
	if (sqlite3_exec(database, schema_sql, NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_exec(database, pragmas, NULL, NULL, NULL) != SQLITE_OK) {
		return audit_fault_from_sqlite(fault, database, path, "cannot be prepared");
	}
	return 0;
}
