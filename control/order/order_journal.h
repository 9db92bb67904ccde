// SPDX-License-Identifier: BSD-3-Clause
// The records of one order on their way into the audit log: gathered while an append runs, appended together when it has
// ended, so that there is one append at a time and the order's last record is never before the others.

#pragma once

#include <parallax/base/attributes.h>

#include "audit/audit_log.h"

#include <stdbool.h>
#include <stddef.h>

struct order_journal {
	struct audit_record *records; // waiting
	size_t count;
	size_t capacity;
	bool is_open;       // an append runs
	bool is_broken;     // a record could not be made or taken for want of memory
	bool has_committed; // some record of this order is in the log
};

// Takes the reference of `body`; NULL breaks the journal.
void order_journal_add(struct order_journal *journal, enum audit_kind kind, int64_t time_us,
		       json_t *body);
// Appends what waits; there must be no append running. 0, or as audit_append_all: -EAGAIN leaves everything waiting.
// `done` comes later with `context`; the owner then calls order_journal_note_done.
PLX_MUST_CHECK int order_journal_flush(struct order_journal *journal, struct audit_log *log,
				       audit_done_cb done, void *context,
				       struct audit_fault *fault);
void order_journal_note_done(struct order_journal *journal, int status);
void order_journal_fini(struct order_journal *journal);
