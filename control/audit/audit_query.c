// SPDX-License-Identifier: BSD-3-Clause
// One SELECT put together from fixed fragments; values are bound, never written into it.

#include "audit/audit_query.h"

#include <sqlite3.h>

#include <string.h>

#define QUERY_SQL_BYTES 1024

static const char query_begin[] =
	"SELECT r.sequence, r.time_us, r.kind, r.body, r.previous_hash, r.hash"
	" FROM record_index i JOIN record r ON r.sequence = i.sequence"
	" WHERE i.sequence > :after";

static void add(char sql[static QUERY_SQL_BYTES], bool is_wanted, const char *fragment)
{
	size_t length = strlen(sql);
	if (is_wanted) {
		sqlite3_snprintf((int)(QUERY_SQL_BYTES - length), sql + length, "%s", fragment);
	}
}

static void bind_text(sqlite3_stmt *statement, const char *name, const char *value)
{
	int index = sqlite3_bind_parameter_index(statement, name);
	if (index > 0) {
		sqlite3_bind_text(statement, index, value, -1, SQLITE_STATIC);
	}
}

static void bind_number(sqlite3_stmt *statement, const char *name, int64_t value)
{
	int index = sqlite3_bind_parameter_index(statement, name);
	if (index > 0) {
		sqlite3_bind_int64(statement, index, value);
	}
}

static int prepare(struct audit_reader *reader, const struct audit_query *query, unsigned row_max,
		   sqlite3_stmt **ret_statement)
{
	char sql[QUERY_SQL_BYTES] = "";
	add(sql, true, query_begin);
	add(sql, query->sequence_last != 0, " AND i.sequence <= :last");
	add(sql, query->order_id != NULL, " AND i.order_id = :order");
	// The sign keeps SQLite from its index: a name may be in all orders of years, an order has few records.
	add(sql, query->identifier != NULL && query->order_id == NULL,
	    " AND i.identifier = :identifier");
	add(sql, query->identifier != NULL && query->order_id != NULL,
	    " AND +i.identifier = :identifier");
	add(sql, query->perspective != NULL, " AND i.perspective = :perspective");
	add(sql, query->kind != AUDIT_KIND_NONE, " AND i.kind = :kind");
	add(sql, query->time_first_us != 0, " AND i.time_us >= :time_first");
	add(sql, query->time_last_us != 0, " AND i.time_us <= :time_last");
	add(sql, true, " ORDER BY i.sequence LIMIT :rows");
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(audit_reader_database(reader), sql, -1, &statement, NULL);
	if (code != SQLITE_OK) {
		return code;
	}
	bind_number(statement, ":after", (int64_t)query->after_sequence);
	bind_number(statement, ":last", (int64_t)query->sequence_last);
	bind_text(statement, ":order", query->order_id);
	bind_text(statement, ":identifier", query->identifier);
	bind_text(statement, ":perspective", query->perspective);
	bind_text(statement, ":kind", audit_kind_name(query->kind));
	bind_number(statement, ":time_first", query->time_first_us);
	bind_number(statement, ":time_last", query->time_last_us);
	bind_number(statement, ":rows", (int64_t)row_max + 1);
	*ret_statement = statement;
	return code;
}

int audit_query_run(struct audit_reader *reader, const struct audit_query *query,
		    audit_entry_cb callback, void *context, bool *ret_has_more,
		    struct audit_fault *fault)
{
	unsigned row_max = query->row_max == 0 || query->row_max > AUDIT_QUERY_ROWS_MAX
				   ? AUDIT_QUERY_ROWS_MAX
				   : query->row_max;
	sqlite3_stmt *statement = NULL;
	int code = prepare(reader, query, row_max, &statement);
	bool wants_more = code == SQLITE_OK;
	bool has_more = false;
	unsigned count = 0;
	while (wants_more && (code = sqlite3_step(statement)) == SQLITE_ROW) {
		struct audit_entry entry;
		has_more = count == row_max;
		audit_reader_entry(statement, &entry);
		wants_more = !has_more && callback(&entry, context);
		count++;
	}
	int error = 0;
	if (code != SQLITE_ROW && code != SQLITE_DONE && code != SQLITE_OK) {
		error = audit_fault_from_sqlite(fault, audit_reader_database(reader),
						audit_reader_path(reader), "cannot be read");
	}
	sqlite3_finalize(statement);
	if (error == 0) {
		*ret_has_more = has_more;
	}
	return error;
}
