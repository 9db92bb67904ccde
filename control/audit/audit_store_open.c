// SPDX-License-Identifier: BSD-3-Clause
// Opening the audit log for writing: durability settings, tables, genesis record, index.

#include "audit/audit_store_open.h"

#include <parallax/base/error.h>

#include "audit/audit_index.h"
#include "audit/audit_reader.h"
#include "audit/audit_renewal.h"
#include "audit/audit_schema.h"

#include <openssl/rand.h>
#include <sqlite3.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// WAL with synchronous=FULL: each commit is one fsync of the write-ahead log. Checkpoints are ours to time, after the
// callers of a batch were told.
static const char connection_sql[] = "PRAGMA journal_mode = WAL;"
				     "PRAGMA synchronous = FULL;"
				     "PRAGMA wal_autocheckpoint = 0;"
				     "PRAGMA journal_size_limit = 67108864;"
				     "PRAGMA trusted_schema = OFF;"
				     "PRAGMA recursive_triggers = ON;";

static void close_database(struct audit_store *store, bool wants_checkpoint)
{
	sqlite3_finalize(store->insert_statement);
	sqlite3_finalize(store->index_statement);
	sqlite3_finalize(store->last_statement);
	sqlite3_finalize(store->one_statement);
	store->insert_statement = NULL;
	store->index_statement = NULL;
	store->last_statement = NULL;
	store->one_statement = NULL;
	if (store->database != NULL && !wants_checkpoint) {
		sqlite3_db_config(store->database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	}
	sqlite3_close(store->database);
	store->database = NULL;
}

static int prepare_statements(struct audit_store *store)
{
	sqlite3 *database = store->database;
	unsigned flags = SQLITE_PREPARE_PERSISTENT;
	int code = sqlite3_prepare_v3(database,
				      "INSERT INTO record (sequence, time_us, kind, body,"
				      " previous_hash, hash) VALUES (?, ?, ?, ?, ?, ?)",
				      -1, flags, &store->insert_statement, NULL);
	if (code == SQLITE_OK) {
		code = sqlite3_prepare_v3(database,
					  "SELECT sequence, hash FROM record"
					  " ORDER BY sequence DESC LIMIT 1",
					  -1, flags, &store->last_statement, NULL);
	}
	if (code == SQLITE_OK) {
		code = sqlite3_prepare_v3(database,
					  "SELECT sequence, hash FROM record WHERE sequence = ?",
					  -1, flags, &store->one_statement, NULL);
	}
	if (code == SQLITE_OK) {
		code = audit_index_prepare_insert(database, &store->index_statement);
	}
	return code;
}

static int open_database(struct audit_store *store, struct audit_fault *fault)
{
	int code = sqlite3_open_v2(
		store->path, &store->database,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
	if (store->database == NULL) {
		return audit_fault_set(fault, -ENOMEM,
				       "%s: cannot be opened: no memory: give the "
				       "program more",
				       store->path);
	}
	sqlite3_busy_timeout(store->database, (int)store->busy_timeout_ms);
	if (code == SQLITE_OK) {
		code = sqlite3_exec(store->database, connection_sql, NULL, NULL, NULL);
	}
	return code == SQLITE_OK ? 0
				 : audit_fault_from_sqlite(fault, store->database, store->path,
							   "cannot be opened");
}

int audit_store_reopen(struct audit_store *store, struct audit_fault *fault)
{
	close_database(store, false);
	int error = audit_renewal_run(store->path, store->busy_timeout_ms, fault);
	if (error == 0) {
		error = open_database(store, fault);
	}
	if (error == 0 && prepare_statements(store) != SQLITE_OK) {
		error = audit_fault_from_sqlite(fault, store->database, store->path,
						"cannot be opened anew");
	}
	if (error != 0) {
		close_database(store, false);
		return error;
	}
	store->is_doubtful = false;
	return 0;
}

static json_t *describe_previous(const char *path, struct audit_position *ret_position,
				 struct audit_fault *fault)
{
	struct audit_reader *reader = NULL;
	struct audit_position last = {0};
	json_t *previous = NULL;
	if (audit_reader_open(path, &reader, fault) != 0) {
		return NULL;
	}
	char hash[AUDIT_HASH_TEXT_BYTES];
	if (audit_reader_last(reader, &last, fault) == 0) {
		audit_hash_format(last.hash, hash);
		previous = json_pack("{s:s, s:I, s:s}", "log_id", audit_reader_log_id(reader),
				     "sequence", (json_int_t)last.sequence, "hash", hash);
		*ret_position = last;
	}
	audit_reader_close(reader);
	return previous;
}

static int make_genesis(struct audit_store *store, const struct audit_store_config *config,
			struct audit_fault *fault)
{
	uint8_t random[AUDIT_HASH_BYTES] = {0};
	char text[AUDIT_HASH_TEXT_BYTES];
	if (RAND_bytes(random, sizeof(random)) != 1) {
		return audit_fault_set(fault, -EIO,
				       "%s: no random numbers for its id: look at the "
				       "OpenSSL configuration",
				       store->path);
	}
	audit_hash_format(random, text);
	memcpy(store->log_id, text, AUDIT_LOG_ID_BYTES - 1);
	struct audit_position previous = {0};
	json_t *previous_body = NULL;
	if (config->previous_path != NULL) {
		previous_body = describe_previous(config->previous_path, &previous, fault);
		if (previous_body == NULL) {
			return fault->error != 0 ? fault->error : -ENOMEM;
		}
		// The chain goes on across files: the first hash of this one covers the last of that one.
		memcpy(store->pending.hash, previous.hash, AUDIT_HASH_BYTES);
	}
	json_t *body = json_pack("{s:s, s:s, s:i, s:o?}", "log_id", store->log_id, "version",
				 config->version, "schema", AUDIT_SCHEMA_VERSION, "previous_log",
				 previous_body);
	struct audit_record record = {
		.kind = AUDIT_KIND_GENESIS,
		.time_us = config->now_us,
		.body = body,
	};
	struct audit_row row;
	int error = audit_row_init(&row, &record, fault);
	json_decref(body);
	if (error == 0) {
		error = audit_store_insert(store, &row, fault);
		audit_row_fini(&row);
	}
	return error;
}

static int load_log_id(struct audit_store *store, struct audit_fault *fault)
{
	return audit_reader_read_log_id(store->database, store->path, store->log_id, fault);
}

// In one transaction, so that a crash leaves either nothing or a whole log.
static int prepare_content(struct audit_store *store, const struct audit_store_config *config,
			   struct audit_fault *fault)
{
	if (sqlite3_exec(store->database, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK) {
		return audit_fault_from_sqlite(fault, store->database, store->path,
					       "cannot be written");
	}
	struct audit_position last;
	bool has_index = true;
	int error = audit_schema_prepare(store->database, store->path, fault);
	if (error == 0 && prepare_statements(store) != SQLITE_OK) {
		error = audit_fault_from_sqlite(fault, store->database, store->path,
						"its tables are not as they should be");
	}
	if (error == 0) {
		error = audit_store_read_position(store, store->last_statement, &last, fault);
	}
	if (error == 0) {
		error = last.sequence == 0 ? make_genesis(store, config, fault)
					   : load_log_id(store, fault);
	}
	if (error == 0) {
		error = audit_index_compare_ends(store->database, store->path, &has_index, fault);
	}
	if (error == 0 && !has_index) {
		error = audit_index_rebuild(store->database, store->path, fault);
	}
	if (error == 0) {
		error = audit_store_read_position(store, store->last_statement, &store->pending,
						  fault);
	}
	return error == 0 ? audit_store_commit(store, fault) : error;
}

// SQLite would make the file with the umask's rights; evidence of customers is not for everyone.
static int make_file(const char *path, struct audit_fault *fault)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 && errno == EEXIST) {
		return 0; // opened by SQLite only: to close another descriptor would drop its locks
	}
	if (fd < 0) {
		int error = -errno;
		return audit_fault_set(fault, error,
				       "%s: cannot be opened: %s: create its folder, or "
				       "give this user write access",
				       path, strerror(-error));
	}
	close(fd);
	return 0;
}

int audit_store_open(const struct audit_store_config *config, struct audit_store **ret_store,
		     struct audit_fault *fault)
{
	*fault = (struct audit_fault) {0};
	int error = make_file(config->path, fault);
	if (error != 0) {
		return error;
	}
	struct audit_store *store = calloc(1, sizeof(*store));
	if (store == NULL || (store->path = strdup(config->path)) == NULL) {
		free(store);
		return audit_fault_set(fault, -ENOMEM,
				       "%s: cannot be opened: no memory: give the "
				       "program more",
				       config->path);
	}
	store->busy_timeout_ms = config->busy_timeout_ms;
	error = audit_renewal_run(store->path, store->busy_timeout_ms, fault);
	if (error == 0) {
		error = open_database(store, fault);
	}
	if (error == 0) {
		error = prepare_content(store, config, fault);
	}
	if (error != 0) {
		audit_store_rollback(store);
		close_database(store, false);
		free(store->path);
		free(store);
		return error;
	}
	*ret_store = store;
	return 0;
}

void audit_store_close(struct audit_store *store)
{
	if (store == NULL) {
		return;
	}
	close_database(store, !store->is_doubtful);
	free(store->path);
	free(store);
}
