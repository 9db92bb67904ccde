// SPDX-License-Identifier: BSD-3-Clause
// Runs checks as one perspective sees the world, primary and remote alike:
//
//   request ──► parameters and date ──► ADN (alias chain) ──► look-up | fetch | handshake ──► policy ──► result, evidence
//
// Nothing that was found is kept: each check asks the DNS and the servers anew (BR 3.2.2.9). docs/checks.md says what
// each method asks and when it passes. Thread of the event base only; the process ignores SIGPIPE.

#pragma once

#include <parallax/base/attributes.h>

#include "check/check_request.h"
#include "check/check_result.h"
#include "lookup/lookup.h"
#include "names/address_allowance.h"
#include "names/base_domain.h"
#include "policy/caa_switches.h"
#include "policy/dcv_switches.h"
#include "rules/verdict.h"

#include <stdbool.h>
#include <stdint.h>

struct check_run;
struct check_runner;
struct event_base;
struct trace_store;

// At a time: 2,000 orders of a few identifiers, each with DCV and CAA. One takes about 6 KiB while it asks the DNS.
#define CHECK_RUNNING_MAX 16384u
#define CHECK_RUN_DEADLINE_MS_DEFAULT 20000u
#define CHECK_RUN_DEADLINE_MS_MAX 120000u
#define CHECK_STORE_MS 3000u // for the disk, beyond the deadline

// Whatever this points to outlives the runner.
struct check_runner_config {
	struct event_base *base;
	struct lookup_way lookup; // all of its look-ups, addresses included
	const struct suffix_table *suffixes;
	const struct address_allowance *allowance; // NULL: plain global unicast only
	struct dcv_switches dcv_switches;
	struct caa_switches caa_switches;
	const char *user_agent;       // NULL: none is sent
	const char *probe_user_agent; // of PROBE_USER_AGENT; NULL: none is sent
	uint32_t lookup_timeout_ms;   // of one question; 0: PLX_JOB_TIMEOUT_MS_DEFAULT
	uint8_t lookup_attempts;      // 0: PLX_JOB_ATTEMPTS_DEFAULT
	uint32_t connect_ms;          // of one address; 0: FETCH_CONNECT_MS_DEFAULT
	uint32_t running_max;         // 0: CHECK_RUNNING_MAX, which is also the most
	// The primary perspective: an answer that nobody trusted validated is an error (BR 4.2.2.2). Remotes need not.
	bool requires_validation;
	// Where the evidence of iterative look-ups goes that `lookup` wants traces of; NULL: nowhere.
	struct trace_store *traces;
	bool keeps_passed;                // of all checks; else of those that did not pass
	int64_t (*now_us)(void *context); // Unix time
	void *clock_context;
};

struct check_runner_stats {
	uint32_t running;
	uint64_t started;
	uint64_t refused; // -EAGAIN
	uint64_t cancelled;
	uint64_t dcv[CHECK_ERROR + 1]; // finished, by outcome
	uint64_t caa[CHECK_ERROR + 1];
};

// NULL and ret_error: -EINVAL (a limit, or something that must be given), -ENOMEM.
struct check_runner *check_runner_open(const struct check_runner_config *config, int *ret_error);
// Checks that run are cancelled. Not from a callback. NULL is accepted.
void check_runner_close(struct check_runner *runner);
// Where evidence goes from now on, when `config.traces` could not be named yet.
void check_runner_set_traces(struct check_runner *runner, struct trace_store *traces);
void check_runner_stats(const struct check_runner *runner, struct check_runner_stats *ret_stats);

// `result` is valid during the call only, in which checks may be started and cancelled.
typedef void (*check_run_cb)(void *context, const struct check_result *result);

// The callback comes exactly once, never from within this call, at the latest when the deadline (0: the default) has
// passed, and CHECK_STORE_MS where evidence is kept. -EAGAIN: too many run; -EINVAL: the deadline is too long; -ENOMEM: then it never comes and the request stays the
// caller's. On success the request is the runner's, and ret_run is void once the callback is called.
PLX_MUST_CHECK int check_run_start(struct check_runner *runner, struct check_request *request,
				   uint32_t deadline_ms, check_run_cb callback, void *context,
				   struct check_run **ret_run);
// The callback does not come. NULL is accepted.
void check_run_cancel(struct check_run *run);
