// SPDX-License-Identifier: BSD-3-Clause
// All that comes from one configuration and changes with it: names, addresses and remotes. A reload makes another
// generation; orders and checks in flight keep theirs, which goes when the last of them lets go.

#pragma once

#include <parallax/base/attributes.h>

#include "names/address_allowance.h"
#include "names/identifier.h"
#include "service/configuration.h"
#include "service/remote.h"

#include <sys/queue.h>

struct check_runner;
struct event;
struct event_base;
struct lookup_service;
struct plx_random;
struct suffix_table;
struct trace_store;

#define GENERATION_SECRET_MAX 1024 // octets, with NUL; see COHORT_SEED_TEXT_MAX

LIST_HEAD(generation_list, generation);

struct generation {
	LIST_ENTRY(generation) entry;
	unsigned reference_count;
	struct event *reaper; // ends it from the loop, outside of any callback of its parts
	struct configuration configuration;
	struct suffix_table *suffixes;
	struct address_allowance allowance;
	struct identifier_rules identifiers; // of checks, which were judged as orders before
	struct check_runner *runner;         // this perspective's own checks
	struct remote_list remotes;
	char hash_secret[GENERATION_SECRET_MAX]; // of mpic.hash_secret; "": none
};

struct generation_config {
	struct event_base *base;
	struct plx_random *random;
	struct lookup_service *lookup;
	struct trace_store *traces;          // NULL: not open yet, see check_runner_set_traces
	const char *path;                    // for messages
	struct configuration *configuration; // taken over, also on failure
	struct generation_list *list;        // holds it until it ends
};

// One reference. -errno or PLX_ERR_CONFIG, and the fault.
PLX_MUST_CHECK int generation_create(const struct generation_config *config,
				     struct generation **ret_generation,
				     struct plx_setting_fault *fault);
struct generation *generation_acquire(struct generation *generation);
// The last one ends it in a later turn of the loop. NULL is accepted.
void generation_release(struct generation *generation);
// Ends it now, whoever still refers to it; for the end of the daemon. NULL is accepted.
void generation_destroy(struct generation *generation);
