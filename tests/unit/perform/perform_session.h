// SPDX-License-Identifier: BSD-3-Clause
// A check runner on an event loop, with a dataplane that answers from a table, in a network namespace of the test's own,
// so that ports 80 and 443 are free and no code needs to be told of other ports.

#pragma once

#include "check/check_result.h"
#include "cunit_runner.h"
#include "perform/check_runner.h"
#include "zone_table.h"

#include <jansson.h>

#include <stdbool.h>
#include <stdint.h>

#define PERFORM_DEADLINE_S 20 // of every wait
#define SESSION_NOW_US (INT64_C(1000000) * ZONE_TIME_S + 12345)

struct event_base;
struct lookup_service;

struct perform_session {
	struct event_base *base;
	struct exchange_host *host;
	struct lookup_service *lookup;
	struct suffix_table *suffixes;
	struct address_allowance allowance;
	struct check_runner_config config; // may be changed before session_runner_open
	struct check_runner *runner;
	char directory[64];
	char socket_path[80];
	unsigned ended;
	struct check_result result; // evidence is the session's own reference
	struct check_run *run;
	bool is_late;
};

enum session_dataplane {
	SESSION_DATAPLANE_RUNS,
	SESSION_DATAPLANE_STALLS, // takes no job
	SESSION_DATAPLANE_IS_GONE,
};

// A remote perspective, until config.requires_validation is set.
void session_open(struct perform_session *session, const struct zone_row *zone,
		  enum session_dataplane dataplane);
void session_runner_open(struct perform_session *session);
void session_close(struct perform_session *session);

// From JSON with ' for ".
struct check_request *session_request(struct perform_session *session, const char *text);
void session_start(struct perform_session *session, const char *request, uint32_t deadline_ms);
void session_wait(struct perform_session *session);
// Turns the loop for one round.
void session_turn(struct perform_session *session);
// session_start and session_wait.
void session_check(struct perform_session *session, const char *request);

// "pass matched": outcome and reason of the last check.
const char *session_told(struct perform_session *session);
// By path, as in "dns.0.status"; NULL when it is not there.
json_t *session_evidence(const struct perform_session *session, const char *path);
const char *session_evidence_text(const struct perform_session *session, const char *path);

// Requests. `parameters` are the members of `dcv`.
const char *request_dcv(const char *type, const char *value, const char *authorization_domain,
			const char *parameters);
const char *request_caa(const char *type, const char *value, const char *more);

int perform_tests_run(const char *suite, const struct test_entry *tests, size_t count);

// Like TEST_MAIN, in a network namespace of its own; 77 (skipped) where there is none to be had.
#define PERFORM_TEST_MAIN(suite, ...)                                                              \
	int main(void)                                                                             \
	{                                                                                          \
		static const struct test_entry tests[] = {__VA_ARGS__};                            \
		return perform_tests_run(#suite, tests, sizeof(tests) / sizeof(tests[0]));         \
	}
