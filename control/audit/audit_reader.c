// SPDX-License-Identifier: BSD-3-Clause
// Reading connections.

#include "audit/audit_reader.h"

#include "audit/audit_schema.h"

#include <jansson.h>
#include <sqlite3.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct audit_reader {
	sqlite3 *database;
	sqlite3_stmt *walk_statement;
	char log_id[AUDIT_LOG_ID_BYTES];
	char *path;
};

static int fault_of(struct audit_reader *reader, struct audit_fault *fault)
{
	return audit_fault_from_sqlite(fault, reader->database, reader->path, "cannot be read");
}

int audit_reader_read_log_id(sqlite3 *database, const char *path,
			     char ret_log_id[static AUDIT_LOG_ID_BYTES], struct audit_fault *fault)
{
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(database, "SELECT body FROM record WHERE sequence = 1", -1,
				      &statement, NULL);
	if (code == SQLITE_OK) {
		code = sqlite3_step(statement);
	}
	const char *text =
		code == SQLITE_ROW ? (const char *)sqlite3_column_text(statement, 0) : NULL;
	json_t *body = text == NULL ? NULL : json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	const char *log_id = json_string_value(json_object_get(body, "log_id"));
	ret_log_id[0] = '\0';
	if (log_id != NULL && strlen(log_id) == AUDIT_LOG_ID_BYTES - 1) {
		memcpy(ret_log_id, log_id, AUDIT_LOG_ID_BYTES);
	}
	json_decref(body);
	sqlite3_finalize(statement);
	if (code != SQLITE_ROW && code != SQLITE_DONE) {
		return audit_fault_from_sqlite(fault, database, path, "cannot be read");
	}
	return 0;
}

static int connect(struct audit_reader *reader, const char *name, int flags,
		   struct audit_fault *fault)
{
	sqlite3_close(reader->database);
	reader->database = NULL;
	int code = sqlite3_open_v2(
		name, &reader->database,
		SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | flags, NULL);
	if (reader->database == NULL) {
		return audit_fault_set(fault, -ENOMEM,
				       "%s: cannot be opened: no memory: give the program more",
				       reader->path);
	}
	sqlite3_busy_timeout(reader->database, AUDIT_READER_BUSY_TIMEOUT_MS);
	if (code != SQLITE_OK) {
		return audit_fault_from_sqlite(fault, reader->database, reader->path,
					       "cannot be opened");
	}
	return audit_schema_check(reader->database, reader->path, fault);
}

// An archived log in a place that cannot be written: SQLite wants to make its -shm file there unless it is told that
// nothing changes. Only when no write-ahead log lies beside it, whose records would be missed.
static int connect_archived(struct audit_reader *reader, struct audit_fault *fault)
{
	char *journal = sqlite3_mprintf("%s-wal", reader->path);
	char *name = sqlite3_mprintf("file:%s?immutable=1", reader->path);
	int error = fault->error;
	bool is_archived = journal != NULL && name != NULL && access(reader->path, R_OK) == 0 &&
			   access(journal, F_OK) != 0 && strpbrk(reader->path, "?#%") == NULL;
	if (is_archived) {
		error = connect(reader, name, SQLITE_OPEN_URI, fault);
	}
	sqlite3_free(journal);
	sqlite3_free(name);
	return error;
}

static int open_database(struct audit_reader *reader, struct audit_fault *fault)
{
	int error = connect(reader, reader->path, 0, fault);
	if (error != 0 && reader->database != NULL &&
	    (sqlite3_errcode(reader->database) & 0xff) == SQLITE_CANTOPEN) {
		error = connect_archived(reader, fault);
	}
	if (error != 0) {
		return error;
	}
	int code = sqlite3_prepare_v2(reader->database,
				      "SELECT sequence, time_us, kind, body, previous_hash, hash"
				      " FROM record WHERE sequence BETWEEN ? AND ?"
				      " ORDER BY sequence LIMIT ?",
				      -1, &reader->walk_statement, NULL);
	if (code != SQLITE_OK) {
		return fault_of(reader, fault);
	}
	return audit_reader_read_log_id(reader->database, reader->path, reader->log_id, fault);
}

int audit_reader_open(const char *path, struct audit_reader **ret_reader, struct audit_fault *fault)
{
	*fault = (struct audit_fault) {0};
	struct audit_reader *reader = calloc(1, sizeof(*reader));
	if (reader == NULL || (reader->path = strdup(path)) == NULL) {
		free(reader);
		return audit_fault_set(fault, -ENOMEM,
				       "%s: cannot be opened: no memory: give the "
				       "program more",
				       path);
	}
	int error = open_database(reader, fault);
	if (error != 0) {
		audit_reader_close(reader);
		return error;
	}
	*ret_reader = reader;
	return 0;
}

void audit_reader_close(struct audit_reader *reader)
{
	if (reader == NULL) {
		return;
	}
	sqlite3_finalize(reader->walk_statement);
	sqlite3_close(reader->database);
	free(reader->path);
	free(reader);
}

const char *audit_reader_path(const struct audit_reader *reader)
{
	return reader->path;
}

const char *audit_reader_log_id(const struct audit_reader *reader)
{
	return reader->log_id;
}

sqlite3 *audit_reader_database(struct audit_reader *reader)
{
	return reader->database;
}

static void read_hash(sqlite3_stmt *statement, int column, uint8_t ret_hash[AUDIT_HASH_BYTES])
{
	const void *hash = sqlite3_column_blob(statement, column);
	if (hash != NULL && sqlite3_column_bytes(statement, column) == (int)AUDIT_HASH_BYTES) {
		memcpy(ret_hash, hash, AUDIT_HASH_BYTES);
	} else {
		memset(ret_hash, 0, AUDIT_HASH_BYTES);
	}
}

void audit_reader_entry(sqlite3_stmt *statement, struct audit_entry *ret_entry)
{
	const char *kind = (const char *)sqlite3_column_text(statement, 2);
	const char *body = (const char *)sqlite3_column_text(statement, 3);
	*ret_entry = (struct audit_entry) {
		.sequence = (uint64_t)sqlite3_column_int64(statement, 0),
		.time_us = sqlite3_column_int64(statement, 1),
		.kind = kind == NULL ? "" : kind,
		.kind_length = (size_t)sqlite3_column_bytes(statement, 2),
		.body = body == NULL ? "" : body,
		.body_length = (size_t)sqlite3_column_bytes(statement, 3),
	};
	read_hash(statement, 4, ret_entry->previous_hash);
	read_hash(statement, 5, ret_entry->hash);
}

int audit_reader_last(struct audit_reader *reader, struct audit_position *ret_last,
		      struct audit_fault *fault)
{
	sqlite3_stmt *statement = NULL;
	struct audit_position last = {0};
	int code = sqlite3_prepare_v2(reader->database,
				      "SELECT sequence, hash FROM record"
				      " ORDER BY sequence DESC LIMIT 1",
				      -1, &statement, NULL);
	if (code == SQLITE_OK) {
		code = sqlite3_step(statement);
	}
	if (code == SQLITE_ROW) {
		last.sequence = (uint64_t)sqlite3_column_int64(statement, 0);
		read_hash(statement, 1, last.hash);
	}
	sqlite3_finalize(statement);
	if (code != SQLITE_ROW && code != SQLITE_DONE) {
		return fault_of(reader, fault);
	}
	*ret_last = last;
	return 0;
}

// `ret_next`: where the walk goes on. `ret_is_over`: nothing follows, or the callback has had enough.
static int walk_chunk(struct audit_reader *reader, int64_t last, audit_entry_cb callback,
		      void *context, int64_t *next, bool *ret_is_over, struct audit_fault *fault)
{
	sqlite3_stmt *statement = reader->walk_statement;
	sqlite3_bind_int64(statement, 1, *next);
	sqlite3_bind_int64(statement, 2, last);
	sqlite3_bind_int64(statement, 3, AUDIT_READER_CHUNK);
	unsigned count = 0;
	bool wants_more = true;
	int code = SQLITE_DONE;
	while (wants_more && (code = sqlite3_step(statement)) == SQLITE_ROW) {
		struct audit_entry entry;
		audit_reader_entry(statement, &entry);
		count++;
		wants_more = callback(&entry, context) && (int64_t)entry.sequence < INT64_MAX;
		*next = (int64_t)entry.sequence + wants_more;
	}
	int error = wants_more && code != SQLITE_DONE ? fault_of(reader, fault) : 0;
	sqlite3_reset(statement);
	*ret_is_over = !wants_more || count < AUDIT_READER_CHUNK;
	return error;
}

int audit_reader_walk(struct audit_reader *reader, int64_t first, int64_t last,
		      audit_entry_cb callback, void *context, struct audit_fault *fault)
{
	bool is_over = false;
	int error = 0;
	while (!is_over && error == 0) {
		error = walk_chunk(reader, last, callback, context, &first, &is_over, fault);
	}
	return error;
}
