// SPDX-License-Identifier: BSD-3-Clause
// A record on its way to the table: its own copy, made on the caller's thread, so that the writer's thread never
// touches a JSON value of the event loop (their reference counts are not shared).

#pragma once

#include <parallax/base/attributes.h>

#include "audit/audit_record.h"

struct audit_row {
	int64_t time_us;
	char *body; // owned, with the keys' texts
	size_t body_length;
	size_t bytes; // what it counts towards a queue's limit
	enum audit_kind kind;
	struct audit_keys keys; // within key_text
	char *key_text;
};

// Checks and copies. -ENOMEM or PLX_ERR_AUDIT_RECORD, with a text.
PLX_MUST_CHECK int audit_row_init(struct audit_row *row, const struct audit_record *record,
				  struct audit_fault *fault);
void audit_row_fini(struct audit_row *row);
