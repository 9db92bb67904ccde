// SPDX-License-Identifier: BSD-3-Clause
// Evidence as files beside the audit log: FILE.evidence/ab/abcd...json, named by the SHA-256 of its octets, 256 folders.
// A file is whole or absent: it is written and synced under FILE.evidence/new/ and then renamed, and the folder synced.
// Any number of threads and processes may read; one thread writes.

#pragma once

#include <parallax/base/attributes.h>

#include "trace_store/trace_digest.h"
#include "trace_store/trace_fault.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TRACE_FOLDER_SUFFIX ".evidence"
#define TRACE_SHARDS 256u
#define TRACE_FILE_NAME_MAX (TRACE_DIGEST_TEXT + 5) // and ".json"

struct trace_folder {
	char path[PATH_MAX];
	int fd;
	uint64_t next_name; // writer only
};

// A file on its way to its place.
struct trace_file {
	char digest[TRACE_DIGEST_TEXT];
	int fd;            // -1: none
	bool is_there;     // one with these octets was there before
	char new_name[32]; // below the folder
	size_t length;
};

// Of the log `audit_log`. For the writer: makes what is missing (mode 0700), and removes what a process left half-written.
// -errno; -ENOENT of a reader: there is none.
PLX_MUST_CHECK int trace_folder_open(const char *audit_log, bool is_writer,
				     struct trace_folder *ret_folder, struct trace_fault *fault);
void trace_folder_close(struct trace_folder *folder);

// The octets of a file, to be freed by free(), with a NUL behind them. -ENOENT; -EBADMSG: it does not hold what its name
// says, so that somebody or the disk altered it; -errno.
PLX_MUST_CHECK int trace_folder_read(const struct trace_folder *folder, const char *digest,
				     char **ret_text, size_t *ret_length,
				     struct trace_fault *fault);

// The steps of writing, so that those of many files can be taken together: the disk then works for all of them at a time.
// After an error of any step the file is gone, unless another put the same there.
PLX_MUST_CHECK int trace_file_begin(struct trace_folder *folder, const char *text, size_t length,
				    struct trace_file *ret_file, struct trace_fault *fault);
// Gives it its name, once its octets are on stable storage; `sync_error` is what fsync of its fd said: 0 or -errno.
PLX_MUST_CHECK int trace_file_place(struct trace_folder *folder, struct trace_file *file,
				    int sync_error, struct trace_fault *fault);
// The folder of a shard; its fsync puts the names of all files in it on stable storage. The caller closes it. -errno.
PLX_MUST_CHECK int trace_shard_open(const struct trace_folder *folder, unsigned shard);
// That of one that could not be opened or synced. Returns `error`.
int trace_shard_fault(const struct trace_folder *folder, unsigned shard, int error,
		      struct trace_fault *fault);
// More than most evidence takes: with room for less a store would be told to work and fail the next look-up, again and again.
#define TRACE_PROBE_BYTES (64u * 1024)
// Does the disk take anything? Writes and syncs a file of no meaning.
PLX_MUST_CHECK int trace_folder_probe(const struct trace_folder *folder, struct trace_fault *fault);
// 0..255, of a valid digest.
unsigned trace_shard_of(const char *digest);
// The name of the folder of a shard.
void trace_shard_name(unsigned shard, char ret_name[static 3]);
