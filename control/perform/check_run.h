// SPDX-License-Identifier: BSD-3-Clause
// One check while it runs, for the files that know the steps of its kind. A step starts one look-up, fetch or handshake, or
// ends the check; after an end the check is gone.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/exchange/job.h>
#include <parallax/exchange/result.h>

#include "check/check_request.h"
#include "check/check_result.h"
#include "http_challenge/fetch.h"
#include "perform/check_fault.h"
#include "perform/check_runner.h"
#include "perform/check_traces.h"
#include "perform/connection_rules.h"
#include "perform/dnssec_worst.h"
#include "perform/evidence_json.h"
#include "policy/caa_record_set.h"
#include "policy/dcv_query.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/queue.h>

struct event;
struct lookup;
struct plx_formatter;
struct tls_alpn_probe;
struct tls_alpn_service;

struct check_runner {
	struct check_runner_config config;
	struct connection_rules rules;
	struct fetch_service *fetches;
	struct tls_alpn_service *probes;
	struct plx_formatter *formatter;
	struct check_runner_stats stats;
	LIST_HEAD(, check_run) running;
};

typedef void (*check_answer_cb)(struct check_run *run, const struct plx_result *result,
				const uint8_t *body);

struct check_run {
	LIST_ENTRY(check_run) entry;
	struct check_runner *runner;
	struct check_request *request;
	check_run_cb callback;
	void *context;
	struct event *step; // the first one, on the next turn of the loop
	struct event *deadline;
	int64_t start_ns; // CLOCK_MONOTONIC
	int64_t deadline_ns;
	// At most one of the three.
	struct lookup *lookup;
	struct fetch *fetch;
	struct tls_alpn_probe *probe;
	struct plx_job job; // of the look-up
	check_answer_cb on_answer;
	struct plx_name domain; // DCV: the ADN; no name for an address
	struct dcv_query query;
	struct caa_record_set caa_set; // CAA: the look-up that failed
	bool is_retried;               // CAA: it was asked once more
	struct dnssec_worst dnssec;
	bool is_evidence_lost; // no memory for it
	struct check_traces traces;
	bool is_storing; // it has ended but for its evidence
	struct check_result result;
	struct json_t *dns;
	struct json_t *http;
	struct json_t *tls;
};

// How long one step may take: `limit_ms`, or what is left until shortly before the deadline, so that the step can still
// tell what it saw. At least 1.
uint32_t check_run_step_ms(const struct check_run *run, uint32_t limit_ms);
// Asks the DNS. When that cannot be done the check has ended.
void check_run_ask(struct check_run *run, enum plx_job_kind kind, const struct plx_name *name,
		   uint16_t type, check_answer_cb on_answer);
// The answer to the open question becomes evidence, and the outcome rests upon it. `decisive` is a record's index or
// EVIDENCE_NO_RECORD.
void check_run_note_answer(struct check_run *run, const struct plx_result *result,
			   const uint8_t *body, size_t decisive);
// Adds to evidence.dns; takes the reference. NULL: there was no memory for it.
void check_run_add_dns(struct check_run *run, struct json_t *answer);

// For names that are host names, whose text fits; any other gives "".
void check_run_format_name(const struct plx_name *name, char ret_text[static IDENTIFIER_TEXT_MAX]);
// One sentence; the last call counts.
void check_run_set_message(struct check_run *run, const char *format, ...) PLX_PRINTF(2, 3);
// Why a look-up gave no answer: the cause and, where one came, the extended error: "... (EDE 7, Signature Expired)". NULL
// when neither is known.
#define CHECK_DETAIL_MAX 192
const char *check_run_detail(const struct plx_result *result,
			     char ret_text[static CHECK_DETAIL_MAX]);
// Both end the check: evidence is stored and put together, the callback called, `run` freed.
void check_run_end(struct check_run *run, enum check_outcome outcome, const char *reason);
void check_run_fail(struct check_run *run, enum check_fault fault, const char *detail);

// The evidence is stored, or could not be.
void check_run_stored(struct check_run *run);

// The first step of each kind.
void caa_check_begin(struct check_run *run);
void dcv_check_begin(struct check_run *run);
// The steps of DCV: run->domain first, then, with run->query made, one of the others.
void authorization_domain_begin(struct check_run *run);
void dcv_check_go_on(struct check_run *run); // run->domain is known
void dns_check_begin(struct check_run *run);
void http_check_begin(struct check_run *run);
void tls_alpn_check_begin(struct check_run *run);
