// SPDX-License-Identifier: BSD-3-Clause
// What came of a list of orders, gathered as answers come: totals, why, which perspectives miss how often, and a row for
// each identifier that enforcement would refuse. The report made of it is one JSON object that --json prints and that the
// table and the page are drawn from.
//
// It judges nothing: an identifier fails when the daemon's `enforced_decision` says anything but "issue". An answer that
// does not say so is none.

#pragma once

#include <parallax/base/attributes.h>

#include "readiness/order_list.h"

#include <stdint.h>

struct json_t;

// Kept rows of each kind: a list of a million names behind one firewall must not take the memory of a million rows.
// What is beyond is counted.
#define READINESS_ROWS_MAX 50000

struct readiness_tally {
	uint64_t orders_passed;
	uint64_t orders_failed;
	uint64_t orders_faulty;
	uint64_t orders_not_run;
	uint64_t identifiers;
	uint64_t identifiers_failed;
	uint64_t rows_left_out;
	uint64_t unread_from;        // line; 0: the input was read to its end
	struct json_t *reasons;      // by "check code"
	struct json_t *codes;        // of diagnosis
	struct json_t *perspectives; // by name
	struct json_t *failing;
	struct json_t *faulty;
	struct json_t *not_run;
};

// Memory that runs out ends the program, as with all of these.
void readiness_tally_init(struct readiness_tally *tally);
void readiness_tally_fini(struct readiness_tally *tally);

// The answer to the order of a line; borrowed. -EPROTO: it is not what a daemon answers, and was not counted; -EPERM: the
// order was not run in report-only mode, and was not counted either.
PLX_MUST_CHECK int readiness_tally_answer(struct readiness_tally *tally, uint64_t line,
					  const struct json_t *answer);
void readiness_tally_fault(struct readiness_tally *tally, uint64_t line,
			   const struct order_fault *fault);
// `cause`: a sentence without full stop.
void readiness_tally_not_run(struct readiness_tally *tally, uint64_t line, const char *cause);

// {"summary":{"orders":{"total","pass","fail","faulty","not_run"},"identifiers":{"total","pass","fail"},
//   "reasons":[{"check","code","message","identifiers"}],"diagnosis":[{"code","advice","failing","passing"}],
//   "perspectives":[{"name","rir","dcv_checks","dcv_missed","caa_checks","caa_missed"}],
//   "rows_left_out":0,"unread_from_line":null},
//  "failing":[{"line","pointer","order","reference","identifier","type","validation_method","failed":["dcv"],
//   "dcv":{"primary","quorum","missed":[{"name","result","message"}]},"caa":{...} or null,"reasons","diagnosis"}],
//  "faulty":[{"line","pointer","message"}],"not_run":[{"line","message"}]}
// Rows by line; counts by size. A new reference.
struct json_t *readiness_tally_report(const struct readiness_tally *tally);
