// SPDX-License-Identifier: BSD-3-Clause
// When a sweep makes checkpoints, and whether it may go on from one.

#include <parallax/dns/rr_type.h>

#include "sweep/parent_directory.h"
#include "sweep/replaced_file.h"
#include "sweep/sweep.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// All that changes what the output says; how fast it is asked may differ between runs.
static void describe_options(const struct sweep_config *config,
			     char text[static CHECKPOINT_OPTIONS_MAX])
{
	char type[PLX_TYPE_TEXT_MAX];
	snprintf(text, CHECKPOINT_OPTIONS_MAX, "%s%s --format %s --shard %u/%u --resolution %s%s",
		 config->relevant_caa ? "--caa" : "--type ",
		 config->relevant_caa ? "" : plx_type_format(config->type, type),
		 plx_format_name(config->format), config->shard.index, config->shard.count,
		 plx_resolution_name(config->resolution), config->no_cache ? " --no-cache" : "");
}

static int check_same_sweep(const struct sweep *sweep, const char *options,
			    const struct input_identity *input)
{
	const struct sweep_config *config = sweep->config;
	if (strcmp(options, sweep->checkpoint.options) != 0) {
		return sweep_fail(sweep->failure, SWEEP_EXIT_USAGE,
				  "%s: is of a sweep with `%s`, this one has `%s`: give the same "
				  "options or start anew",
				  config->checkpoint_path, sweep->checkpoint.options, options);
	}
	if (memcmp(input, &sweep->checkpoint.input, sizeof(*input)) != 0) {
		return sweep_fail(sweep->failure, SWEEP_EXIT_USAGE,
				  "%s: is of another input than %s, or that was changed: give the "
				  "same input or start anew",
				  config->checkpoint_path, config->input_path);
	}
	return 0;
}

static int check_can_resume_later(const struct sweep *sweep)
{
	const struct sweep_config *config = sweep->config;
	if (strcmp(config->output_path, "-") == 0) {
		return sweep_fail(
			sweep->failure, SWEEP_EXIT_USAGE,
			"--checkpoint: stdout cannot be cut back on resume: give --output FILE");
	}
	struct stat status;
	if (stat(config->output_path, &status) == 0 && !S_ISREG(status.st_mode)) {
		return sweep_fail(sweep->failure, SWEEP_EXIT_USAGE,
				  "--checkpoint: the output %s is not a regular file and cannot be "
				  "cut back on resume: give another --output",
				  config->output_path);
	}
	return 0;
}

// Else it would show at the first checkpoint, when the output is emptied already.
static int check_writable(const struct sweep *sweep)
{
	return replaced_file_check("--checkpoint", sweep->config->checkpoint_path, sweep->failure);
}

// Whatever checkpoint was there, or was removed by hand, is gone for good before the output is emptied: after a power
// cut it would vouch for an output that is not there.
static int forget_checkpoint(const struct sweep *sweep, bool is_there)
{
	const char *path = sweep->config->checkpoint_path;
	int error = is_there && unlink(path) != 0 ? -errno : parent_directory_sync(path);
	if (error != 0) {
		return sweep_fail(sweep->failure, SWEEP_EXIT_USAGE,
				  "%s: cannot be replaced: %s: remove it or give another", path,
				  strerror(-error));
	}
	return 0;
}

int sweep_checkpoint_open(struct sweep *sweep)
{
	const struct sweep_config *config = sweep->config;
	if (config->checkpoint_path == NULL) {
		return 0;
	}
	char options[CHECKPOINT_OPTIONS_MAX];
	struct input_identity input;
	if (check_can_resume_later(sweep) != 0) {
		return -1;
	}
	if (!input_stream_identify(sweep->stream, &input)) {
		return sweep_fail(sweep->failure, SWEEP_EXIT_USAGE,
				  "--checkpoint: a pipe cannot be read again on resume: give "
				  "--input FILE");
	}
	describe_options(config, options);
	struct checkpoint found;
	int error = checkpoint_load(config->checkpoint_path, &found, sweep->failure);
	bool is_there = error == 0;
	if (error == -ENOENT) {
		goto start_anew;
	}
	if (error != 0) {
		return -1;
	}
	if (!config->resume) {
		bool is_complete = found.is_complete;
		checkpoint_fini(&found);
		if (is_complete) {
			goto start_anew;
		}
		return sweep_fail(sweep->failure, SWEEP_EXIT_USAGE,
				  "%s: is of an unfinished sweep: add --resume to go on, or remove "
				  "it to start anew",
				  config->checkpoint_path);
	}
	sweep->checkpoint = found;
	if (check_same_sweep(sweep, options, &input) != 0) {
		return -1;
	}
	return found.is_complete ? 0 : check_writable(sweep);
start_anew:
	if (check_writable(sweep) != 0) {
		return -1;
	}
	memcpy(sweep->checkpoint.options, options, sizeof(options));
	sweep->checkpoint.input = input;
	return forget_checkpoint(sweep, is_there);
}

// Resumed, and not yet past what the earlier run had begun: lines ahead of the reader are done already, all but
// those that the old checkpoint lists as open.
static bool is_rereading(const struct sweep *sweep)
{
	return sweep->reader->next_number < sweep->checkpoint.next.line;
}

static void append_unread_open(const struct sweep *sweep, struct plx_text *text)
{
	const struct checkpoint *resumed = &sweep->checkpoint;
	for (size_t i = sweep->resumed_open; i < resumed->open_count; i++) {
		if (resumed->open_lines[i] >= sweep->reader->next_number) {
			checkpoint_append_open(text, resumed->open_lines[i]);
		}
	}
}

// Everything done so far goes to the file first: the checkpoint speaks of whole output only.
static int begin_checkpoint(struct sweep *sweep, struct plx_text *text, bool is_complete)
{
	if (output_writer_settle(&sweep->output, sweep->failure) != 0) {
		return -1;
	}
	sweep->handed_over_ns = sweep->now_ns;
	struct checkpoint checkpoint = sweep->checkpoint;
	checkpoint.output_length = sweep->output.file.written;
	checkpoint.low = sweep_low_position(sweep);
	if (!is_rereading(sweep)) {
		checkpoint.next = (struct line_position) {sweep->reader->next_number,
							  sweep->reader->next_offset};
	}
	checkpoint.is_complete = is_complete;
	checkpoint.tally = sweep->tally;
	checkpoint_append_head(text, &checkpoint);
	const struct open_items *items = &sweep->items;
	for (uint32_t slot = items->oldest; slot != OPEN_ITEM_NONE;
	     slot = items->slots[slot].newer) {
		checkpoint_append_open(text, items->slots[slot].line);
	}
	if (is_rereading(sweep)) {
		append_unread_open(sweep, text);
	}
	checkpoint_append_end(text);
	return 0;
}

void sweep_checkpoint_due(struct sweep *sweep)
{
	struct checkpoint_writer *writer = &sweep->checkpoint_writer;
	if (!writer->is_started || sweep->is_broken ||
	    sweep->now_ns - sweep->checkpointed_ns < sweep->config->checkpoint_interval_ns) {
		return;
	}
	struct plx_text *text = checkpoint_writer_begin(writer);
	if (text == NULL) {
		return;
	}
	if (checkpoint_writer_check(writer, sweep->failure) != 0 ||
	    begin_checkpoint(sweep, text, false) != 0) {
		sweep->is_broken = true;
		return;
	}
	checkpoint_writer_commit(writer);
	sweep->checkpointed_ns = sweep->now_ns;
}

int sweep_checkpoint_final(struct sweep *sweep, bool is_complete)
{
	struct checkpoint_writer *writer = &sweep->checkpoint_writer;
	if (!writer->is_started) {
		return output_writer_settle(&sweep->output, sweep->failure);
	}
	if (checkpoint_writer_finish(writer, sweep->failure) != 0) {
		return -1;
	}
	struct plx_text *text = checkpoint_writer_begin(writer);
	if (begin_checkpoint(sweep, text, is_complete) != 0) {
		return -1;
	}
	checkpoint_writer_commit(writer);
	return checkpoint_writer_finish(writer, sweep->failure);
}
