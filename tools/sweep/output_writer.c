// SPDX-License-Identifier: BSD-3-Clause
// The ring of batches and the thread at its end. handed_over is written by the sweep's thread alone, which may
// therefore read it without the mutex.

#include "sweep/output_writer.h"

#include "sweep/signal_free_thread.h"

#include <errno.h>

// A result that cannot be read, of a faulty dataplane, still is one line, and a failure.
static int append_unreadable(struct output_writer *writer, struct output_item *item)
{
	item->result = (struct plx_result) {
		.tag = item->result.tag,
		.time_ns = item->result.time_ns,
		.qtype = item->result.qtype,
		.queries = item->result.queries,
		.status = PLX_STATUS_MALFORMED,
	};
	item->asked.error = "the dataplane's result cannot be read";
	return plx_formatter_append(writer->formatter, &item->asked, &item->result, NULL,
				    &writer->file.pending);
}

static int write_batch(struct output_writer *writer, const struct output_batch *batch,
		       struct tally *counted, struct sweep_failure *failure)
{
	struct output_item item;
	for (size_t position = 0; output_batch_next(batch, &position, &item);) {
		int error = plx_formatter_append(writer->formatter, &item.asked, &item.result,
						 item.body, &writer->file.pending);
		if (error == -EINVAL) {
			error = append_unreadable(writer, &item);
		}
		if (error != 0) {
			return sweep_fail(failure, SWEEP_EXIT_USAGE, "out of memory");
		}
		output_file_end_line(&writer->file);
		tally_result(counted, &item.result);
		if (output_file_is_due(&writer->file) &&
		    output_file_flush(&writer->file, failure) != 0) {
			return -1;
		}
	}
	return output_file_flush(&writer->file, failure);
}

static void *write_batches(void *argument)
{
	struct output_writer *writer = argument;
	pthread_mutex_lock(&writer->mutex);
	for (;;) {
		while (writer->written == writer->handed_over && !writer->is_ending) {
			pthread_cond_wait(&writer->changed, &writer->mutex);
		}
		if (writer->written == writer->handed_over || writer->is_ending) {
			break;
		}
		struct output_batch *batch = &writer->batches[writer->written % OUTPUT_BATCHES];
		bool is_dropped = writer->has_failed;
		pthread_mutex_unlock(&writer->mutex); // the batch and the file are ours
		struct tally counted = {0};
		struct sweep_failure failure = {0};
		bool fails = !is_dropped && write_batch(writer, batch, &counted, &failure) != 0;
		output_batch_empty(batch);
		pthread_mutex_lock(&writer->mutex);
		if (fails) {
			writer->failure = failure;
			__atomic_store_n(&writer->has_failed, true, __ATOMIC_RELAXED);
		}
		tally_add(&writer->counted, &counted);
		writer->written++;
		pthread_cond_broadcast(&writer->changed);
	}
	pthread_mutex_unlock(&writer->mutex);
	return NULL;
}

int output_writer_open(struct output_writer *writer, const char *path, uint64_t keep,
		       enum plx_format format, const volatile sig_atomic_t *stop_requests,
		       struct tally *tally, struct sweep_failure *failure)
{
	*writer = (struct output_writer) {.tally = tally};
	for (unsigned i = 0; i < OUTPUT_BATCHES; i++) {
		writer->batches[i].packed = plx_text_growing();
	}
	if (output_file_open(&writer->file, path, keep, failure) != 0) {
		return -1;
	}
	writer->file.stop_requests = stop_requests;
	writer->formatter = plx_formatter_create(format);
	if (writer->formatter == NULL) {
		return sweep_fail(failure, SWEEP_EXIT_USAGE, "out of memory");
	}
	pthread_mutex_init(&writer->mutex, NULL);
	pthread_cond_init(&writer->changed, NULL);
	if (signal_free_thread_start(&writer->thread, write_batches, writer) != 0) {
		pthread_cond_destroy(&writer->changed);
		pthread_mutex_destroy(&writer->mutex);
		return sweep_fail(failure, SWEEP_EXIT_USAGE, "out of memory");
	}
	writer->is_started = true;
	return 0;
}

void output_writer_close(struct output_writer *writer)
{
	if (writer->is_started) {
		output_file_abandon(&writer->file);
		pthread_mutex_lock(&writer->mutex);
		writer->is_ending = true;
		pthread_cond_broadcast(&writer->changed);
		pthread_mutex_unlock(&writer->mutex);
		pthread_join(writer->thread, NULL);
		pthread_cond_destroy(&writer->changed);
		pthread_mutex_destroy(&writer->mutex);
		writer->is_started = false;
	}
	output_file_close(&writer->file);
	plx_formatter_destroy(writer->formatter);
	writer->formatter = NULL;
	for (unsigned i = 0; i < OUTPUT_BATCHES; i++) {
		output_batch_free(&writer->batches[i]);
	}
}

// With the mutex held: waits until `left` batches or fewer are with the thread, then takes what it counted.
static int await(struct output_writer *writer, uint64_t left, struct sweep_failure *failure)
{
	while (writer->handed_over - writer->written > left) {
		pthread_cond_wait(&writer->changed, &writer->mutex);
	}
	tally_add(writer->tally, &writer->counted);
	writer->unwritten -= (uint32_t)writer->counted.results;
	writer->counted = (struct tally) {0};
	if (writer->has_failed) {
		*failure = writer->failure;
		return -1;
	}
	return 0;
}

static int pass_on(struct output_writer *writer, uint64_t left, struct sweep_failure *failure)
{
	pthread_mutex_lock(&writer->mutex);
	if (!output_writer_is_idle(writer)) {
		writer->handed_over++;
		pthread_cond_broadcast(&writer->changed);
	}
	int error = await(writer, left, failure);
	pthread_mutex_unlock(&writer->mutex);
	return error;
}

// The batch after the one handed over must be free.
int output_writer_hand_over(struct output_writer *writer, struct sweep_failure *failure)
{
	return pass_on(writer, OUTPUT_BATCHES - 1, failure);
}

int output_writer_settle(struct output_writer *writer, struct sweep_failure *failure)
{
	return pass_on(writer, 0, failure);
}

int output_writer_append(struct output_writer *writer, const struct plx_asked *asked,
			 const struct plx_result *result, const uint8_t *body,
			 struct sweep_failure *failure)
{
	struct output_batch *batch = &writer->batches[writer->handed_over % OUTPUT_BATCHES];
	if (output_batch_append(batch, asked, result, body) != 0) {
		return sweep_fail(failure, SWEEP_EXIT_USAGE, "out of memory");
	}
	writer->unwritten++;
	return batch->packed.length >= OUTPUT_BATCH_BYTES ? output_writer_hand_over(writer, failure)
							  : 0;
}
