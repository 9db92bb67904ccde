// SPDX-License-Identifier: BSD-3-Clause
// The join of declared with present records. Texts from the log are compared and printed, never trusted for sizes.

#include "audit/audit_report.h"

#include <parallax/base/error.h>

#include "audit/audit_index.h"
#include "audit/audit_query.h"

#include <sqlite3.h>

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

// Orders held in memory at once.
#define REPORT_PAGE_ORDERS 32u
// Longer than any kind; a longer one is cut and then unknown.
#define KIND_TEXT_BYTES 32

struct order_page {
	json_t *bodies[REPORT_PAGE_ORDERS];
	uint64_t sequences[REPORT_PAGE_ORDERS];
	int64_t times_us[REPORT_PAGE_ORDERS];
	unsigned count;
};

struct report {
	struct audit_reader *reader;
	audit_report_cb callback;
	void *context;
	struct audit_report_totals totals;
	const char *order_id;
	json_t *present; // of one order: key -> {"sequence", "result"}
	uint64_t matched_count;
	uint64_t last_sequence; // paging of them
	bool is_ended;          // by the callback
	int error;
};

// `perspective` NULL: the quorum record. Line feeds part the fields: no name holds one.
static char *make_key(const char *identifier, const char *check, int64_t attempt,
		      const char *perspective)
{
	char *key = NULL;
	int length = asprintf(&key, "%s\n%s\n%" PRId64 "\n%s", identifier, check, attempt,
			      perspective == NULL ? "" : perspective);
	return length < 0 ? NULL : key;
}

static json_t *load_body(const struct audit_entry *entry)
{
	return json_loadb(entry->body, entry->body_length, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL,
			  NULL);
}

static int add_present(struct report *report, enum audit_kind kind, const json_t *body,
		       uint64_t sequence)
{
	struct audit_keys keys;
	audit_keys_extract(kind, body, &keys);
	// Not of its form, or the index points to another order's record: it counts as missing.
	if (keys.identifier == NULL || keys.check == NULL || keys.order_id == NULL ||
	    strcmp(keys.order_id, report->order_id) != 0) {
		return 0;
	}
	char *key = make_key(keys.identifier, keys.check, keys.attempt, keys.perspective);
	if (key == NULL) {
		return -ENOMEM;
	}
	int error = 0;
	if (json_object_get(report->present, key) != NULL) {
		report->totals.duplicate_count++;
	} else {
		const char *member = kind == AUDIT_KIND_QUORUM ? "quorum" : "result";
		json_t *found = json_pack("{s:I, s:O?}", "sequence", (json_int_t)sequence, "result",
					  json_object_get(body, member));
		error = json_object_set_new(report->present, key, found) == 0 ? 0 : -ENOMEM;
	}
	free(key);
	return error;
}

static bool collect_present(const struct audit_entry *entry, void *context)
{
	struct report *report = context;
	char name[KIND_TEXT_BYTES];
	snprintf(name, sizeof(name), "%.*s", (int)entry->kind_length, entry->kind);
	enum audit_kind kind = audit_kind_find(name);
	report->last_sequence = entry->sequence;
	if (kind == AUDIT_KIND_CHECK || kind == AUDIT_KIND_QUORUM) {
		json_t *body = load_body(entry);
		report->error = add_present(report, kind, body, entry->sequence);
		json_decref(body);
	}
	return report->error == 0;
}

static int load_present(struct report *report, const char *order_id, struct audit_fault *fault)
{
	bool has_more = true;
	report->order_id = order_id;
	report->last_sequence = 0;
	report->matched_count = 0;
	json_object_clear(report->present);
	while (has_more) {
		struct audit_query query = {.order_id = order_id,
					    .after_sequence = report->last_sequence};
		int error = audit_query_run(report->reader, &query, collect_present, report,
					    &has_more, fault);
		if (error != 0 || report->error != 0) {
			return error != 0 ? error : report->error;
		}
	}
	return 0;
}

// The record, or NULL.
static json_t *match(struct report *report, const struct audit_report_row *row,
		     const char *perspective)
{
	char *key = make_key(row->identifier, row->check, row->attempt, perspective);
	json_t *found = key == NULL ? NULL : json_object_get(report->present, key);
	report->error = key == NULL ? -ENOMEM : report->error;
	free(key);
	report->totals.expected_count++;
	if (found == NULL) {
		report->totals.missing_count++;
	} else {
		report->totals.present_count++;
		report->matched_count++;
	}
	return found;
}

static void report_check(struct report *report, struct audit_report_row *row,
			 const json_t *perspectives)
{
	json_t *entries = json_array();
	row->expected_count = (unsigned)json_array_size(perspectives);
	row->present_count = 0;
	for (size_t i = 0; i < json_array_size(perspectives); i++) {
		const char *name = json_string_value(json_array_get(perspectives, i));
		json_t *found = match(report, row, name);
		row->present_count += found != NULL;
		json_t *entry = json_pack("{s:s, s:O?, s:O?}", "perspective", name, "sequence",
					  json_object_get(found, "sequence"), "result",
					  json_object_get(found, "result"));
		if (json_array_append_new(entries, entry) != 0) {
			report->error = -ENOMEM;
		}
	}
	row->quorum = json_string_value(json_object_get(match(report, row, NULL), "result"));
	row->entries = entries;
	if (report->error == 0 && report->callback != NULL &&
	    !report->callback(row, report->context)) {
		report->is_ended = true;
	}
	json_decref(entries);
}

static void report_identifier(struct report *report, struct audit_report_row *row,
			      const json_t *identifier)
{
	static const char *const checks[] = {"dcv", "caa"};
	const json_t *attempts = json_object_get(identifier, "attempts");
	row->identifier = json_string_value(json_object_get(identifier, "identifier"));
	report->totals.identifier_count++;
	for (size_t i = 0; i < json_array_size(attempts); i++) {
		for (unsigned j = 0; j < PLX_ARRAY_SIZE(checks); j++) {
			const json_t *names =
				json_object_get(json_array_get(attempts, i), checks[j]);
			if (names == NULL || report->is_ended || report->error != 0) {
				continue;
			}
			row->attempt = (unsigned)i + 1;
			row->check = checks[j];
			report_check(report, row, names);
		}
	}
}

static int report_order(struct report *report, const struct order_page *page, unsigned index,
			struct audit_fault *fault)
{
	const json_t *body = page->bodies[index];
	struct audit_record record = {.kind = AUDIT_KIND_ORDER, .body = body};
	struct audit_report_row row = {.order_sequence = page->sequences[index],
				       .order_time_us = page->times_us[index]};
	int error = audit_record_check(&record, fault);
	if (error != 0) {
		return audit_fault_set(fault, error,
				       "%s: record %llu declares no checks that can be "
				       "read: run `parallaxctl audit verify`",
				       audit_reader_path(report->reader),
				       (unsigned long long)row.order_sequence);
	}
	row.order_id = json_string_value(json_object_get(body, "order_id"));
	error = load_present(report, row.order_id, fault);
	const json_t *identifiers = json_object_get(body, "identifiers");
	for (size_t i = 0; i < json_array_size(identifiers) && error == 0; i++) {
		report_identifier(report, &row, json_array_get(identifiers, i));
		error = report->error;
	}
	if (error != 0) {
		return error;
	}
	report->totals.order_count++;
	uint64_t distinct = json_object_size(report->present);
	if (!report->is_ended && distinct > report->matched_count) {
		report->totals.undeclared_count += distinct - report->matched_count;
	}
	return 0;
}

static bool collect_order(const struct audit_entry *entry, void *context)
{
	struct order_page *page = context;
	page->bodies[page->count] = load_body(entry);
	page->sequences[page->count] = entry->sequence;
	page->times_us[page->count] = entry->time_us;
	page->count++;
	return true;
}

static int report_page(struct report *report, struct audit_query *query, bool *ret_has_more,
		       struct audit_fault *fault)
{
	struct order_page page = {.count = 0};
	int error =
		audit_query_run(report->reader, query, collect_order, &page, ret_has_more, fault);
	for (unsigned i = 0; i < page.count; i++) {
		if (error == 0 && !report->is_ended) {
			error = report_order(report, &page, i, fault);
		}
		query->after_sequence = page.sequences[i];
		json_decref(page.bodies[i]);
	}
	return error;
}

static int count_undecided(struct report *report, int64_t time_first_us, int64_t time_last_us,
			   struct audit_fault *fault)
{
	sqlite3 *database = audit_reader_database(report->reader);
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(
		database,
		// Each order is looked for once, not once for each of its checks: an order of a
		// thousand identifiers has 12,000 of them.
		"SELECT count(*) FROM (SELECT DISTINCT order_id FROM record_index"
		"  WHERE kind = 'check' AND time_us BETWEEN ? AND ? AND order_id IS NOT NULL) c"
		" WHERE NOT EXISTS (SELECT 1 FROM record_index o WHERE o.order_id = c.order_id"
		"  AND o.kind = 'order')",
		-1, &statement, NULL);
	if (code == SQLITE_OK) {
		sqlite3_bind_int64(statement, 1, time_first_us);
		sqlite3_bind_int64(statement, 2, time_last_us == 0 ? INT64_MAX : time_last_us);
		code = sqlite3_step(statement);
	}
	if (code == SQLITE_ROW) {
		report->totals.undecided_order_count = (uint64_t)sqlite3_column_int64(statement, 0);
	}
	sqlite3_finalize(statement);
	return code == SQLITE_ROW
		       ? 0
		       : audit_fault_from_sqlite(fault, database, audit_reader_path(report->reader),
						 "cannot be read");
}

static int require_whole_index(struct audit_reader *reader, struct audit_fault *fault)
{
	bool is_whole = false;
	int error = audit_index_count(audit_reader_database(reader), audit_reader_path(reader),
				      &is_whole, fault);
	if (error == 0 && !is_whole) {
		error = audit_fault_set(fault, PLX_ERR_AUDIT_INDEX,
					"%s: the index lacks records, so that a report would too: "
					"stop the daemon, empty the table record_index, and start "
					"it: it makes the index anew",
					audit_reader_path(reader));
	}
	return error;
}

int audit_report_run(struct audit_reader *reader, int64_t time_first_us, int64_t time_last_us,
		     audit_report_cb callback, void *context,
		     struct audit_report_totals *ret_totals, struct audit_fault *fault)
{
	struct report report = {.reader = reader,
				.callback = callback,
				.context = context,
				.present = json_object()};
	struct audit_query query = {
		.kind = AUDIT_KIND_ORDER,
		.time_first_us = time_first_us,
		.time_last_us = time_last_us,
		.row_max = REPORT_PAGE_ORDERS,
	};
	*fault = (struct audit_fault) {0};
	bool has_more = true;
	int error = report.present == NULL ? -ENOMEM : require_whole_index(reader, fault);
	while (error == 0 && has_more && !report.is_ended) {
		error = report_page(&report, &query, &has_more, fault);
	}
	if (error == 0) {
		error = count_undecided(&report, time_first_us, time_last_us, fault);
	}
	json_decref(report.present);
	if (error == -ENOMEM && fault->error == 0) {
		audit_fault_set(fault, error,
				"%s: no memory for the report: ask for a shorter time",
				audit_reader_path(reader));
	}
	if (error == 0) {
		*ret_totals = report.totals;
	}
	return error;
}
