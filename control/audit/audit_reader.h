// SPDX-License-Identifier: BSD-3-Clause
// A reading connection to an audit log: any thread, any process, while the writer runs. It never writes, and holds a
// snapshot for at most AUDIT_READER_CHUNK records, so that the write-ahead log can be recycled meanwhile.

#pragma once

#include <parallax/base/attributes.h>

#include "audit/audit_chain.h"
#include "audit/audit_fault.h"
#include "audit/audit_store.h"

#include <stdbool.h>
#include <stdint.h>

#define AUDIT_READER_CHUNK 4096u
#define AUDIT_READER_BUSY_TIMEOUT_MS 5000

struct audit_reader;
struct sqlite3;
struct sqlite3_stmt;

// False ends the walk. Texts of the entry are valid during the call; the reader may not be used for anything that
// writes, and other reads are allowed.
typedef bool (*audit_entry_cb)(const struct audit_entry *entry, void *context);

// Also a log that was closed and lies where nothing can be written (an archive). As audit_fault_from_sqlite, or
// PLX_ERR_AUDIT_SCHEMA.
PLX_MUST_CHECK int audit_reader_open(const char *path, struct audit_reader **ret_reader,
				     struct audit_fault *fault);
void audit_reader_close(struct audit_reader *reader);

const char *audit_reader_path(const struct audit_reader *reader);
// Of the genesis record; "" when that is missing or broken, which audit_verify tells.
const char *audit_reader_log_id(const struct audit_reader *reader);
struct sqlite3 *audit_reader_database(struct audit_reader *reader);

// The last record; sequence 0 for none.
PLX_MUST_CHECK int audit_reader_last(struct audit_reader *reader, struct audit_position *ret_last,
				     struct audit_fault *fault);
// All records with first <= sequence <= last in order. Foreign rows with a sequence below 1 are within a walk from
// INT64_MIN.
PLX_MUST_CHECK int audit_reader_walk(struct audit_reader *reader, int64_t first, int64_t last,
				     audit_entry_cb callback, void *context,
				     struct audit_fault *fault);

// Columns sequence, time_us, kind, body, previous_hash, hash of the statement's row. A hash of the wrong length reads as
// zeros.
void audit_reader_entry(struct sqlite3_stmt *statement, struct audit_entry *ret_entry);
// Log id of any connection's genesis record; "" as above.
PLX_MUST_CHECK int audit_reader_read_log_id(struct sqlite3 *database, const char *path,
					    char ret_log_id[static AUDIT_LOG_ID_BYTES],
					    struct audit_fault *fault);
