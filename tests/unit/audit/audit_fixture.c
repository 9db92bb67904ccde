// SPDX-License-Identifier: BSD-3-Clause
// The fixture of the audit tests.

#include "audit_fixture.h"

#include <CUnit/CUnit.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

void fixture_init(struct audit_fixture *fixture)
{
	*fixture = (struct audit_fixture) {.directory = "/tmp/parallax-audit-XXXXXX",
					   .time_us = 1790000000000000};
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(fixture->directory));
	snprintf(fixture->path, sizeof(fixture->path), "%s/audit.db", fixture->directory);
	snprintf(fixture->head_path, sizeof(fixture->head_path), "%s.head", fixture->path);
	fixture->base = event_base_new();
	CU_ASSERT_PTR_NOT_NULL_FATAL(fixture->base);
	fixture->config = (struct audit_log_config) {
		.path = fixture->path,
		.head_path = fixture->head_path,
		.base = fixture->base,
		.version = "0.1.0",
	};
}

void fixture_open(struct audit_fixture *fixture)
{
	struct audit_fault fault;
	int error = audit_log_open(&fixture->config, &fixture->log, &fault);
	if (error != 0) {
		printf("%s\n", fault.text);
	}
	CU_ASSERT_EQUAL_FATAL(error, 0);
}

void fixture_close(struct audit_fixture *fixture)
{
	audit_log_close(fixture->log);
	fixture->log = NULL;
}

void fixture_fini(struct audit_fixture *fixture)
{
	fixture_close(fixture);
	event_base_free(fixture->base);
	DIR *folder = opendir(fixture->directory);
	for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
		if (entry->d_name[0] != '.') {
			unlinkat(dirfd(folder), entry->d_name, 0);
		}
	}
	closedir(folder);
	rmdir(fixture->directory);
}

static json_t *perspective_names(unsigned count)
{
	json_t *names = json_array();
	for (unsigned i = 0; i < count; i++) {
		json_array_append_new(names, json_sprintf("perspective-%u", i));
	}
	return names;
}

json_t *order_body(const char *order_id, const char *identifier, unsigned perspective_count)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:[{s:s, s:s, s:i, s:[{s:o, s:o}]}]}",
			 "order_id", order_id, "profile", "tls", "mode", "enforce", "decision",
			 "issue", "enforced_decision", "issue", "identifiers", "identifier",
			 identifier, "decision", "pass", "check_count", 2 * perspective_count,
			 "attempts", "dcv", perspective_names(perspective_count), "caa",
			 perspective_names(perspective_count));
}

json_t *check_body(const char *order_id, const char *identifier, unsigned perspective,
		   const char *check)
{
	return json_pack(
		"{s:s, s:o, s:s, s:n, s:s, s:s, s:i, s:s, s:s, s:[], s:{s:s, s:s}}", "order_id",
		order_id, "perspective", json_sprintf("perspective-%u", perspective), "identifier",
		identifier, "adn", "method", "3.2.2.4.7", "check", check, "attempt", 1, "result",
		strcmp(check, "caa") == 0 ? "permit" : "pass", "signature", "b64:c2lnbmF0dXJl",
		"traces", "evidence", "rcode", "NOERROR", "dnssec", "secure");
}

json_t *quorum_body(const char *order_id, const char *identifier, const char *check)
{
	return json_pack("{s:s, s:s, s:s, s:i, s:s, s:s}", "order_id", order_id, "identifier",
			 identifier, "check", check, "attempt", 1, "quorum", "4/4", "result",
			 "pass");
}

static void on_reported(int status, void *context)
{
	struct audit_fixture *fixture = context;
	fixture->reported_count++;
	fixture->failed_count += status != 0;
	fixture->last_status = status;
}

int fixture_append(struct audit_fixture *fixture, enum audit_kind kind, json_t *body)
{
	struct audit_record record = {.kind = kind, .time_us = fixture->time_us++, .body = body};
	struct audit_fault fault;
	CU_ASSERT_PTR_NOT_NULL_FATAL(body);
	int error = audit_append(fixture->log, &record, on_reported, fixture, &fault);
	json_decref(body);
	return error;
}

static int64_t deadline_s(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec;
}

void fixture_turn(struct audit_fixture *fixture)
{
	struct timeval limit = {.tv_usec = 20000};
	event_base_loopexit(fixture->base, &limit);
	event_base_loop(fixture->base, EVLOOP_ONCE);
}

bool fixture_wait(struct audit_fixture *fixture, unsigned count)
{
	int64_t end_s = deadline_s() + FIXTURE_DEADLINE_S;
	while (fixture->reported_count < count && deadline_s() < end_s) {
		fixture_turn(fixture);
	}
	return fixture->reported_count >= count;
}

bool fixture_wait_writable(struct audit_fixture *fixture)
{
	int64_t end_s = deadline_s() + FIXTURE_DEADLINE_S;
	while (!audit_is_writable(fixture->log) && deadline_s() < end_s) {
		fixture_turn(fixture);
	}
	return audit_is_writable(fixture->log);
}

unsigned fixture_append_order(struct audit_fixture *fixture, const char *order_id,
			      const char *identifier, unsigned perspective_count, unsigned skip)
{
	static const char *const checks[] = {"dcv", "caa"};
	unsigned count = 0;
	for (unsigned check = 0; check < 2; check++) {
		for (unsigned i = 0; i < perspective_count; i++) {
			if (skip > 0) {
				skip--;
				continue;
			}
			CU_ASSERT_EQUAL(
				fixture_append(fixture, AUDIT_KIND_CHECK,
					       check_body(order_id, identifier, i, checks[check])),
				0);
			count++;
		}
		CU_ASSERT_EQUAL(fixture_append(fixture, AUDIT_KIND_QUORUM,
					       quorum_body(order_id, identifier, checks[check])),
				0);
		count++;
	}
	CU_ASSERT_EQUAL(fixture_append(fixture, AUDIT_KIND_ORDER,
				       order_body(order_id, identifier, perspective_count)),
			0);
	return count + 1;
}

struct audit_reader *fixture_reader(struct audit_fixture *fixture)
{
	struct audit_reader *reader = NULL;
	struct audit_fault fault;
	int error = audit_reader_open(fixture->path, &reader, &fault);
	if (error != 0) {
		printf("%s\n", fault.text);
	}
	CU_ASSERT_EQUAL_FATAL(error, 0);
	return reader;
}
