// SPDX-License-Identifier: BSD-3-Clause
// Output lines are made and written by a thread of its own: the sweep's thread packs results into batches, which go
// around a ring between the two. A full ring makes the sweep wait, so that nothing is dropped and memory is bounded.
//
//	sweep: append ─► batch ─hand over─► [ring of batches] ─► thread: formatter ─► output_file
//
// Lines are counted where they are made, since only the formatter knows whether a result can be read; the counts come
// back with hand over and settle.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/format/result_format.h>

#include "sweep/output_batch.h"
#include "sweep/output_file.h"
#include "sweep/sweep_failure.h"
#include "sweep/tally.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#define OUTPUT_BATCHES 4
#define OUTPUT_BATCH_BYTES (256u * 1024) // handed over when this much is packed

struct output_writer {
	struct output_file file; // the thread's; the sweep's own once settled
	struct plx_formatter *formatter;
	struct output_batch batches[OUTPUT_BATCHES]; // that of number n is n % OUTPUT_BATCHES
	struct tally *tally;                         // of the sweep's thread; borrowed
	uint32_t unwritten; // lines appended whose count is not in *tally yet
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	bool is_started;
	// Under the mutex:
	uint64_t handed_over; // batches
	uint64_t written;
	struct tally counted; // since the sweep last took it
	struct sweep_failure failure;
	bool has_failed; // also read without it: what is handed over is dropped
	bool is_ending;
};

// Opens the file as output_file_open and starts the thread. `tally` is added to by hand over and settle only.
PLX_MUST_CHECK int output_writer_open(struct output_writer *writer, const char *path, uint64_t keep,
				      enum plx_format format,
				      const volatile sig_atomic_t *stop_requests,
				      struct tally *tally, struct sweep_failure *failure);
// Ends the thread; what was not settled is dropped. Zeroed structures are accepted.
void output_writer_close(struct output_writer *writer);

// One line, sooner or later. asked->error must be static. Negative with the failure when the output is broken.
PLX_MUST_CHECK int output_writer_append(struct output_writer *writer, const struct plx_asked *asked,
					const struct plx_result *result, const uint8_t *body,
					struct sweep_failure *failure);
// Has what was appended written, without waiting for it (but for room in the ring).
PLX_MUST_CHECK int output_writer_hand_over(struct output_writer *writer,
					   struct sweep_failure *failure);
// The same, and waits: file.written then tells of everything appended.
PLX_MUST_CHECK int output_writer_settle(struct output_writer *writer,
					struct sweep_failure *failure);

static inline bool output_writer_has_failed(const struct output_writer *writer)
{
	return __atomic_load_n(&writer->has_failed, __ATOMIC_RELAXED);
}

// Whether something waits to be handed over.
static inline bool output_writer_is_idle(const struct output_writer *writer)
{
	return writer->batches[writer->handed_over % OUTPUT_BATCHES].count == 0;
}
