// SPDX-License-Identifier: BSD-3-Clause
// A log in a folder of its own, records to put into it, and a loop that runs until they are reported.

#pragma once

#include "audit/audit_log.h"
#include "audit/audit_reader.h"

#include <event2/event.h>

#include <stdbool.h>

#define FIXTURE_DEADLINE_S 60

struct audit_fixture {
	char directory[64];
	char path[96];
	char head_path[112];
	struct event_base *base;
	struct audit_log_config config;
	struct audit_log *log;
	unsigned reported_count;
	unsigned failed_count;
	int last_status;
	int64_t time_us; // of the next record
};

// A fresh folder; nothing is opened yet.
void fixture_init(struct audit_fixture *fixture);
void fixture_fini(struct audit_fixture *fixture); // closes, removes the folder
void fixture_open(struct audit_fixture *fixture);
void fixture_close(struct audit_fixture *fixture);

json_t *order_body(const char *order_id, const char *identifier, unsigned perspective_count);
json_t *check_body(const char *order_id, const char *identifier, unsigned perspective,
		   const char *check);
json_t *quorum_body(const char *order_id, const char *identifier, const char *check);

// Takes the body. The outcome is counted in the fixture.
int fixture_append(struct audit_fixture *fixture, enum audit_kind kind, json_t *body);
// Runs the loop once, for a short while at most.
void fixture_turn(struct audit_fixture *fixture);
// Runs the loop until `count` appends were reported in all. False: the deadline passed.
bool fixture_wait(struct audit_fixture *fixture, unsigned count);
bool fixture_wait_writable(struct audit_fixture *fixture);
// DCV and CAA by `perspective_count` perspectives with quorums and decision; `skip` leaves that many of the checks out.
// Returns how many records were appended.
unsigned fixture_append_order(struct audit_fixture *fixture, const char *order_id,
			      const char *identifier, unsigned perspective_count, unsigned skip);
struct audit_reader *fixture_reader(struct audit_fixture *fixture);
