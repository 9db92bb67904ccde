// SPDX-License-Identifier: BSD-3-Clause
// The traces of a check's look-ups, from their answers until they are stored: one file each, which the answer in the check's
// evidence names by its SHA-256 ("trace_sha256"). What passes, passes with its evidence on stable storage or not at all.

#pragma once

#include <stdbool.h>
#include <stddef.h>

struct check_run;
struct check_trace;
struct json_t;
struct lookup_trace;

struct check_traces {
	struct check_trace *items;
	size_t count;
	size_t capacity;
	size_t open_count; // puts under way
	bool is_lost;      // one could not be kept or stored
	char fault[256];   // why, a sentence; "" unless it is lost
};

// What lookup_trace_keep gave for `answer`, an element of evidence.dns; takes the trace's reference.
void check_traces_add(struct check_run *run, struct lookup_trace *trace, int keep_error,
		      struct json_t *answer);
// Once the outcome is known. True: the store works, and check_run_stored comes, from the loop.
bool check_traces_store(struct check_run *run);
// Whatever is under way ends without a call. May be called twice.
void check_traces_fini(struct check_traces *traces);
