// SPDX-License-Identifier: BSD-3-Clause
// Opening and closing a sweep.

#include "sweep/sweep.h"

#include "sweep/parent_directory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void sweep_notice(const struct sweep *sweep, const char *text)
{
	if (sweep->config->on_notice != NULL) {
		sweep->config->on_notice(sweep->config->callback_context, text);
	}
}

// A checkpoint may speak of the output only when its name outlasts a power cut too. It may be a link: what counts is
// where the file is.
static int keep_output_name(const struct sweep *sweep)
{
	const char *path = sweep->config->output_path;
	char *real = realpath(path, NULL);
	int error = real == NULL ? -errno : parent_directory_sync(real);
	free(real);
	if (error != 0) {
		return sweep_fail(sweep->failure, SWEEP_EXIT_USAGE,
				  "%s: its directory cannot be synced, as --checkpoint needs: %s",
				  path, strerror(-error));
	}
	return 0;
}

// After the checkpoint is known: where reading and writing go on.
static int open_files(struct sweep *sweep)
{
	const struct sweep_config *config = sweep->config;
	const struct line_position *low = &sweep->checkpoint.low;
	int error = input_stream_skip(sweep->stream, low->offset);
	if (error != 0) {
		return sweep_fail(
			sweep->failure, SWEEP_EXIT_USAGE,
			"%s: cannot be read up to octet %llu, where the checkpoint is: %s",
			config->input_path, (unsigned long long)low->offset,
			input_stream_error_text(error));
	}
	if (output_writer_open(&sweep->output, config->output_path, sweep->checkpoint.output_length,
			       config->format, config->stop_requests, &sweep->tally,
			       sweep->failure) != 0) {
		return -1;
	}
	if (config->checkpoint_path != NULL && sweep->output.file.is_regular &&
	    keep_output_name(sweep) != 0) {
		return -1;
	}
	sweep->reader = line_reader_create(sweep->stream, low->line, low->offset);
	if (sweep->reader == NULL || open_items_init(&sweep->items, config->window) != 0) {
		return sweep_fail(sweep->failure, SWEEP_EXIT_USAGE,
				  "out of memory: give a smaller --window");
	}
	if (config->checkpoint_path == NULL || sweep->checkpoint.is_complete) {
		return 0;
	}
	return checkpoint_writer_start(&sweep->checkpoint_writer, config->checkpoint_path,
				       sweep->output.file.fd, sweep->failure);
}

int sweep_open(struct sweep *sweep, const struct sweep_config *config,
	       const struct sweep_engine *engine, struct sweep_failure *failure)
{
	*sweep = (struct sweep) {.config = config, .engine = engine, .failure = failure};
	sweep->checkpoint.low = (struct line_position) {1, 0};
	sweep->checkpoint.next = (struct line_position) {1, 0};
	sweep->stream = input_stream_open(config->input_path, failure);
	if (sweep->stream == NULL) {
		return -1;
	}
	if (sweep_checkpoint_open(sweep) != 0 || open_files(sweep) != 0) {
		sweep_close(sweep);
		return -1;
	}
	sweep->tally = sweep->checkpoint.tally;
	sweep->runtime_before_ms = sweep->tally.runtime_ms;
	sweep->input_ended = sweep->checkpoint.is_complete;
	return 0;
}

void sweep_close(struct sweep *sweep)
{
	checkpoint_writer_stop(&sweep->checkpoint_writer);
	output_writer_close(&sweep->output);
	checkpoint_fini(&sweep->checkpoint);
	open_items_fini(&sweep->items);
	line_reader_destroy(sweep->reader);
	input_stream_close(sweep->stream);
	sweep->reader = NULL;
	sweep->stream = NULL;
}

bool sweep_is_complete(const struct sweep *sweep)
{
	return sweep->checkpoint.is_complete;
}

struct line_position sweep_low_position(const struct sweep *sweep)
{
	const struct open_items *items = &sweep->items;
	if (items->oldest != OPEN_ITEM_NONE) {
		const struct open_item *oldest = &items->slots[items->oldest];
		return (struct line_position) {oldest->line, oldest->offset};
	}
	return (struct line_position) {sweep->reader->next_number, sweep->reader->next_offset};
}

uint64_t sweep_total(const struct sweep *sweep)
{
	uint64_t begun = sweep->tally.results + sweep->output.unwritten + sweep->items.open_count;
	if (sweep->input_ended) {
		return begun;
	}
	double fraction = input_stream_fraction(sweep->stream) * line_reader_share(sweep->reader);
	return fraction > 0 ? (uint64_t)((double)begun / fraction) : 0;
}
