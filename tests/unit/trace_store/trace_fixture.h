// SPDX-License-Identifier: BSD-3-Clause
// A store of evidence in a folder of its own, with recorded look-ups to put into it.

#pragma once

#include <parallax/evidence/evidence.h>

#include "cunit_runner.h"
#include "lookup/lookup_trace.h"
#include "trace_store/trace_store.h"

#include "../evidence/recorded_lookup.h"

#include <event2/event.h>

#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#define DEADLINE_S 20 // of every wait

struct fixture {
	struct event_base *base;
	struct trace_store *store;
	struct trace_store_config config;
	char directory[64];
	char audit_log[96];
	size_t held_bytes;
	unsigned state_changes;
	bool is_late;
};

struct told {
	unsigned count;
	int error;
	char text[TRACE_FAULT_TEXT_BYTES];
	char digest[TRACE_DIGEST_TEXT];
};

static struct recorded_lookup recorded[RECORDED_KINDS];

static inline void state_changed(const struct trace_fault *fault, void *context)
{
	struct fixture *fixture = context;
	fixture->state_changes++;
	CU_ASSERT_EQUAL(fault == NULL, trace_store_is_writable(fixture->store));
}

static inline void store_open(struct fixture *fixture)
{
	struct trace_fault fault;
	CU_ASSERT_EQUAL_FATAL(trace_store_open(&fixture->config, &fixture->store, &fault), 0);
}

static inline void prepare(struct fixture *fixture)
{
	*fixture = (struct fixture) {.base = event_base_new()};
	snprintf(fixture->directory, sizeof(fixture->directory), "/tmp/plx-traces-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(fixture->directory));
	snprintf(fixture->audit_log, sizeof(fixture->audit_log), "%s/audit.db", fixture->directory);
	fixture->config = (struct trace_store_config) {.audit_log = fixture->audit_log,
						       .base = fixture->base,
						       .state_changed = state_changed,
						       .state_context = fixture};
}

static inline void open_fixture(struct fixture *fixture)
{
	prepare(fixture);
	store_open(fixture);
}

static inline int entry_remove(const char *path, const struct stat *facts, int kind,
			       struct FTW *place)
{
	return remove(path);
}

static inline void close_fixture(struct fixture *fixture)
{
	trace_store_close(fixture->store);
	CU_ASSERT_EQUAL(fixture->held_bytes, 0);
	event_base_free(fixture->base);
	CU_ASSERT_EQUAL(nftw(fixture->directory, entry_remove, 16, FTW_DEPTH | FTW_PHYS), 0);
}

static inline void on_alarm(evutil_socket_t fd, short what, void *context)
{
	*(bool *)context = true;
}

#define TURN_WHILE(fixture, condition)                                                             \
	do {                                                                                       \
		struct event *alarm_event =                                                        \
			evtimer_new((fixture)->base, on_alarm, &(fixture)->is_late);               \
		const struct timeval limit = {.tv_sec = DEADLINE_S};                               \
		evtimer_add(alarm_event, &limit);                                                  \
		while ((condition) && !(fixture)->is_late) {                                       \
			event_base_loop((fixture)->base, EVLOOP_ONCE);                             \
		}                                                                                  \
		event_free(alarm_event);                                                           \
		CU_ASSERT_FALSE_FATAL((fixture)->is_late);                                         \
	} while (0)

// As the look-up service would have kept it; `number` makes them differ.
static inline struct lookup_trace *trace_of(struct fixture *fixture, enum recorded_kind kind,
					    unsigned number)
{
	struct recorded_lookup *lookup = &recorded[kind];
	struct lookup_trace *trace = calloc(1, sizeof(*trace));
	CU_ASSERT_PTR_NOT_NULL_FATAL(trace);
	*trace = (struct lookup_trace) {.reference_count = 1,
					.held_bytes = &fixture->held_bytes,
					.bytes = sizeof(*trace),
					.job = lookup->job,
					.result = lookup->result,
					.terms = plx_evidence_terms_production(lookup->anchors),
					.body = lookup->body};
	trace->result.rtt_us += number;
	fixture->held_bytes += trace->bytes;
	return trace;
}

static inline void on_put(void *context, const struct trace_fault *fault, const char *digest)
{
	struct told *told = context;
	told->count++;
	told->error = fault == NULL ? 0 : fault->error;
	snprintf(told->text, sizeof(told->text), "%s", fault == NULL ? "" : fault->text);
	snprintf(told->digest, sizeof(told->digest), "%s", digest);
}

static inline struct trace_put *put_start(struct fixture *fixture, enum recorded_kind kind,
					  unsigned number, struct told *told)
{
	struct lookup_trace *trace = trace_of(fixture, kind, number);
	struct trace_put *put = NULL;
	*told = (struct told) {.count = 0};
	CU_ASSERT_EQUAL_FATAL(trace_store_put(fixture->store, trace, on_put, told, &put), 0);
	lookup_trace_release(trace);
	CU_ASSERT_EQUAL(told->count, 0);
	return put;
}

static inline struct told put(struct fixture *fixture, enum recorded_kind kind, unsigned number)
{
	struct told told;
	put_start(fixture, kind, number, &told);
	TURN_WHILE(fixture, told.count == 0);
	return told;
}

static inline struct trace_store_status status_of(struct fixture *fixture)
{
	struct trace_store_status status;
	trace_store_status(fixture->store, &status);
	return status;
}

// The walk through the folders goes on between puts.
static inline void put_until_counted(struct fixture *fixture, enum recorded_kind kind)
{
	for (unsigned i = 0; i < 100000 && !status_of(fixture).is_counted; i++) {
		CU_ASSERT_EQUAL_FATAL(put(fixture, kind, 0).error, 0);
	}
	CU_ASSERT_TRUE_FATAL(status_of(fixture).is_counted);
}

static inline void path_of(const struct fixture *fixture, const char *digest, char path[static 256])
{
	snprintf(path, 256, "%s.evidence/%.2s/%s.json", fixture->audit_log, digest, digest);
}

// Reads as somebody else would. Returns the error.
static inline int read_back(const struct fixture *fixture, const char *digest, char **ret_text,
			    size_t *ret_length)
{
	struct trace_folder folder;
	struct trace_fault fault;
	CU_ASSERT_EQUAL_FATAL(trace_folder_open(fixture->audit_log, false, &folder, &fault), 0);
	int error = trace_folder_read(&folder, digest, ret_text, ret_length, &fault);
	trace_folder_close(&folder);
	return error;
}

static inline int check_back(const struct fixture *fixture, const char *digest)
{
	char *text = NULL;
	size_t length = 0;
	int error = read_back(fixture, digest, &text, &length);
	free(text);
	return error;
}

// Like TEST_MAIN, with the look-ups recorded before.
static inline int trace_tests_run(const char *suite, const struct test_entry *tests, size_t count)
{
	recorded_start();
	for (int kind = 0; kind < RECORDED_KINDS; kind++) {
		recorded_make((enum recorded_kind)kind, &recorded[kind]);
	}
	int status = cunit_run(suite, tests, count);
	recorded_stop();
	return status;
}

#define TRACE_TEST_MAIN(suite, ...)                                                                \
	int main(void)                                                                             \
	{                                                                                          \
		static const struct test_entry tests[] = {__VA_ARGS__};                            \
		return trace_tests_run(#suite, tests, sizeof(tests) / sizeof(tests[0]));           \
	}
