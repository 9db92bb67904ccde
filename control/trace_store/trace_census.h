// SPDX-License-Identifier: BSD-3-Clause
// How much evidence there is, found by walking one of the 256 folders at a time, so that a store of millions of files can be
// written to meanwhile; and on the same way the end of what is older than is kept. Of the writer's thread.

#pragma once

#include <parallax/base/attributes.h>

#include "trace_store/trace_folder.h"

#include <stdbool.h>
#include <stdint.h>

struct trace_shard_count {
	uint64_t files;
	uint64_t bytes;
};

struct trace_census {
	struct trace_shard_count shards[TRACE_SHARDS];
	struct trace_shard_count total; // of what was walked, and what was written since
	unsigned next_shard;            // TRACE_SHARDS: all were walked
	int64_t purge_before_s; // Unix: files that were last written before it end on the way; 0: none
	struct trace_shard_count purged; // since the start
	int64_t oldest_s; // Unix: last write of the oldest file that the walk has seen; INT64_MAX: none
};

// A walk through all of it begins with the next step. What a purge is for is given by the caller, who has recorded it.
void trace_census_start(struct trace_census *census, int64_t purge_before_s);
bool trace_census_is_complete(const struct trace_census *census);
// One folder. -errno: it is tried again by the next step.
PLX_MUST_CHECK int trace_census_step(struct trace_census *census, const struct trace_folder *folder,
				     struct trace_fault *fault);
// A file that was not there before.
void trace_census_add(struct trace_census *census, const struct trace_file *file);
