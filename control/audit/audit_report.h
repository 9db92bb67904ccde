// SPDX-License-Identifier: BSD-3-Clause
// The self-audit table: for each order, identifier, attempt and check, which perspectives have an entry, and which of
// those that the order declared have none (BR 5.4.1 (2)(2), (7), (8)). Joins what order records declare with the check
// and quorum records that are there. Run audit_verify first: this proves completeness, that proves the records.

#pragma once

#include <parallax/base/attributes.h>

#include "audit/audit_reader.h"
#include "audit/audit_record.h"

#include <jansson.h>

#include <stdint.h>
#include <stdio.h>

// One attempt at one check of one identifier.
struct audit_report_row {
	uint64_t order_sequence;
	int64_t order_time_us;
	const char *order_id;
	const char *identifier;
	const char *check; // "dcv" or "caa"
	unsigned attempt;
	unsigned expected_count; // perspectives that the order declared
	unsigned present_count;  // of those, with a record
	const char *quorum;      // "3/4"; NULL: the quorum record is missing
	// [{"perspective":...,"sequence":n|null,"result":...|null}], in the order of the declaration
	const json_t *entries;
};

struct audit_report_totals {
	uint64_t order_count;
	uint64_t identifier_count;
	uint64_t expected_count; // check and quorum records declared
	uint64_t present_count;
	uint64_t missing_count;
	uint64_t duplicate_count;  // a second record of the same check
	uint64_t undeclared_count; // check and quorum records that their order does not declare
	uint64_t
		undecided_order_count; // checks were made, but no decision is recorded (the daemon ended before)
};

// Texts are valid during the call. False ends the report; the totals are those so far.
typedef bool (*audit_report_cb)(const struct audit_report_row *row, void *context);

// Orders decided at time_first_us <= t <= time_last_us (0: no bound). `callback` may be NULL. Memory is that of a page of
// orders. As audit_fault_from_sqlite, -ENOMEM, PLX_ERR_AUDIT_RECORD for an order whose body is not of its form, or
// PLX_ERR_AUDIT_INDEX when orders could be left out because the index lacks rows.
PLX_MUST_CHECK int audit_report_run(struct audit_reader *reader, int64_t time_first_us,
				    int64_t time_last_us, audit_report_cb callback, void *context,
				    struct audit_report_totals *ret_totals,
				    struct audit_fault *fault);

// Fixed-width columns. A short row is one line; missing perspectives are named.
void audit_report_write_header(FILE *output);
void audit_report_write_row(const struct audit_report_row *row, FILE *output);
void audit_report_write_totals(const struct audit_report_totals *totals, FILE *output);
// New references; NULL: no memory.
json_t *audit_report_row_json(const struct audit_report_row *row);
json_t *audit_report_totals_json(const struct audit_report_totals *totals);
