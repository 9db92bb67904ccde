// SPDX-License-Identifier: BSD-3-Clause
// What is inside a look-up service: for lookup.c and lookup_trace.c.

#pragma once

#include "lookup/lookup.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/queue.h>

struct event;
struct plx_client;

TAILQ_HEAD(lookup_list, lookup);

struct lookup_service {
	struct plx_client *client;
	struct event *client_event;
	struct lookup_list waiting;
	struct lookup_list open;
	int64_t emptied_ms; // CLOCK_MONOTONIC: all results that were there then are handed over
	uint32_t waiting_max;
	uint32_t grace_ms;
	struct event *look_timer;
	bool was_attached;
	bool is_responding; // as of the last look
	struct lookup_stats stats;
};

// Does an answer have to bring its trace?
bool lookup_way_traces(const struct lookup_way *way);
// The job that is asked for evidence.
struct plx_job lookup_evidence_job(const struct lookup_way *way, const struct plx_job *job);
