// SPDX-License-Identifier: BSD-3-Clause

#include "order/order_journal.h"

#include <errno.h>
#include <stdlib.h>

#define CAPACITY_FIRST 16

static bool has_room(struct order_journal *journal)
{
	if (journal->count < journal->capacity) {
		return true;
	}
	size_t capacity = journal->capacity > 0 ? 2 * journal->capacity : CAPACITY_FIRST;
	struct audit_record *records =
		reallocarray(journal->records, capacity, sizeof(journal->records[0]));
	if (records == NULL) {
		return false;
	}
	journal->records = records;
	journal->capacity = capacity;
	return true;
}

void order_journal_add(struct order_journal *journal, enum audit_kind kind, int64_t time_us,
		       json_t *body)
{
	if (body == NULL || !has_room(journal)) {
		journal->is_broken = true;
		json_decref(body);
		return;
	}
	journal->records[journal->count++] =
		(struct audit_record) {.kind = kind, .time_us = time_us, .body = body};
}

static void drop_records(struct order_journal *journal)
{
	for (size_t i = 0; i < journal->count; i++) {
		// The record only borrows; the journal owns.
		json_t *body = (json_t *)(uintptr_t)journal->records[i].body;
		json_decref(body);
	}
	journal->count = 0;
}

int order_journal_flush(struct order_journal *journal, struct audit_log *log, audit_done_cb done,
			void *context, struct audit_fault *fault)
{
	if (journal->is_broken) {
		return -ENOMEM;
	}
	int error = audit_append_all(log, journal->records, journal->count, done, context, fault);
	if (error == 0) {
		journal->is_open = true;
		drop_records(journal);
	}
	return error;
}

void order_journal_note_done(struct order_journal *journal, int status)
{
	journal->is_open = false;
	journal->has_committed |= status == 0;
}

void order_journal_fini(struct order_journal *journal)
{
	drop_records(journal);
	free(journal->records);
	journal->records = NULL;
	journal->capacity = 0;
}
