// SPDX-License-Identifier: BSD-3-Clause
// The derived table record_index: written with each record, made anew from the chain when it is not whole.

#pragma once

#include <parallax/base/attributes.h>

#include "audit/audit_record.h"

#include <stdbool.h>
#include <stdint.h>

struct sqlite3;
struct sqlite3_stmt;

// The statement that audit_index_insert steps. A SQLite code.
PLX_MUST_CHECK int audit_index_prepare_insert(struct sqlite3 *database,
					      struct sqlite3_stmt **ret_statement);
// A SQLite code: SQLITE_DONE on success. The statement is reset.
PLX_MUST_CHECK int audit_index_insert(struct sqlite3_stmt *statement, uint64_t sequence,
				      int64_t time_us, const char *kind,
				      const struct audit_keys *keys);

// Do both begin and end with the same record? Costs the same however long the log is: what a writer asks at its start.
// Rows are missing in between only when somebody removed them, which audit_index_count finds.
PLX_MUST_CHECK int audit_index_compare_ends(struct sqlite3 *database, const char *path,
					    bool *ret_is_equal, struct audit_fault *fault);
// Does the index have as many rows as the chain, whose records are numbered without gaps? Walks the index. As
// audit_fault_from_sqlite.
PLX_MUST_CHECK int audit_index_count(struct sqlite3 *database, const char *path, bool *ret_is_whole,
				     struct audit_fault *fault);
// Within a write transaction: empties and refills it. A body that is no JSON gets a row without keys: to judge the chain
// is audit_verify's business.
PLX_MUST_CHECK int audit_index_rebuild(struct sqlite3 *database, const char *path,
				       struct audit_fault *fault);
