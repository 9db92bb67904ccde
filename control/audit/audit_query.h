// SPDX-License-Identifier: BSD-3-Clause
// Finding records: by order, identifier, perspective, kind, time and sequence, all optional. Goes by the derived
// index; what is handed out are records of the chain.

#pragma once

#include <parallax/base/attributes.h>

#include "audit/audit_reader.h"
#include "audit/audit_record.h"

// Rows of one answer; go on with `after_sequence`. Bounds how long a snapshot keeps the write-ahead log.
#define AUDIT_QUERY_ROWS_MAX 10000u

struct audit_query {
	const char *order_id;
	const char *identifier; // of checks and quorums, exactly as recorded
	const char *perspective;
	enum audit_kind kind;    // AUDIT_KIND_NONE: all
	int64_t time_first_us;   // 0: no bound
	int64_t time_last_us;    // 0: no bound; inclusive
	uint64_t after_sequence; // 0: from the start
	uint64_t sequence_last;  // 0: no bound
	unsigned row_max;        // 0: AUDIT_QUERY_ROWS_MAX, which is also the most
};

// Calls back for each record in the order of the chain. `ret_has_more`: the limit cut the answer. As
// audit_fault_from_sqlite.
PLX_MUST_CHECK int audit_query_run(struct audit_reader *reader, const struct audit_query *query,
				   audit_entry_cb callback, void *context, bool *ret_has_more,
				   struct audit_fault *fault);
