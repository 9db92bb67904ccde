// SPDX-License-Identifier: BSD-3-Clause
// A walk through the audit log on a thread of its own, so that the loop does not wait for a disk. One at a time; the call
// it answers waits.

#pragma once

#include <parallax/base/attributes.h>

#include "audit/audit_query.h"
#include "trace_store/trace_digest.h"

#include <stdbool.h>
#include <stdint.h>

struct audit_reader;
struct audit_task;
struct command_server;
struct config;
struct json_t;
struct plx_rpc_call;

struct audit_task_request {
	const char *order, *identifier, *perspective; // borrowed for the start
	enum audit_kind kind;
	int64_t from_us, to_us; // 0: no bound
	uint64_t first, last;   // sequence numbers; 0: no bound
	unsigned limit;
	char file[256];                 // of an export
	struct evp_pkey_st *public_key; // of the head; borrowed, the task's alone while it runs
	bool wants_signatures;
	bool skips_evidence;
	char digest[TRACE_DIGEST_TEXT]; // of one file of evidence; "": those of `order`
	const struct config *config;    // of the moment; set by the task, which keeps it
};

// On the task's own thread. Fills ret_result, which it makes itself, or the fault.
typedef int (*audit_task_work)(struct audit_reader *reader,
			       const struct audit_task_request *request, struct json_t **ret_result,
			       struct audit_fault *fault);

// Answers the call, now (when another one runs, or without memory) or when the work is done.
void audit_task_start(struct command_server *server, struct plx_rpc_call *call,
		      const struct audit_task_request *request, audit_task_work work);
// Waits for its end. NULL is accepted.
void audit_task_destroy(struct audit_task *task);
