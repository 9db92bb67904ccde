// SPDX-License-Identifier: BSD-3-Clause
// Makes checkpoints durable on a thread of its own, so that look-ups go on while the disk works. Order matters:
// first the output's data, then the checkpoint under another name, then the rename, then the directory. So after
// a crash at any moment the checkpoint on disk speaks of output that is on disk.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/format/text_buffer.h>

#include "sweep/sweep_failure.h"

#include <pthread.h>
#include <stdbool.h>

struct checkpoint_writer {
	const char *path; // borrowed
	char *temporary_path;
	int directory_fd;
	int output_fd; // borrowed
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	// Under the mutex:
	struct plx_text text; // the checkpoint to be written
	bool is_busy;
	bool is_ending;
	int error; // errno of the first failure
	bool is_started;
};

PLX_MUST_CHECK int checkpoint_writer_start(struct checkpoint_writer *writer, const char *path,
					   int output_fd, struct sweep_failure *failure);
// Ends the thread; what was begun is finished. Zeroed structures are accepted.
void checkpoint_writer_stop(struct checkpoint_writer *writer);

// The buffer to fill with the next checkpoint, or NULL while one is being written (try again later).
struct plx_text *checkpoint_writer_begin(struct checkpoint_writer *writer);
// Hands the filled buffer over.
void checkpoint_writer_commit(struct checkpoint_writer *writer);
// Waits until nothing is being written. Negative and the failure when a checkpoint could not be made durable.
PLX_MUST_CHECK int checkpoint_writer_finish(struct checkpoint_writer *writer,
					    struct sweep_failure *failure);
// The same without waiting.
PLX_MUST_CHECK int checkpoint_writer_check(struct checkpoint_writer *writer,
					   struct sweep_failure *failure);
