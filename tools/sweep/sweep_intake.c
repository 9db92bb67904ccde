// SPDX-License-Identifier: BSD-3-Clause
// From input lines to submitted look-ups.

#include <parallax/dns/rr_type.h>

#include "sweep/input_line.h"
#include "sweep/sweep.h"

#include <errno.h>

// So much input is read in a turn at most, then results are collected and stop requests seen: millions of lines in
// a row may be done, blank or of another shard, and a line may have no end. A line costs LINE_COST octets more than it
// has.
#define READ_PER_TURN (256 * 1024)
#define LINE_COST 64
#define DRAIN_PROBE_NS 500000000u // a draining dataplane is asked again this often

// Lines that the checkpoint holds as done are passed over; its open ones come up in order.
static bool was_done_before(struct sweep *sweep, uint64_t line)
{
	const struct checkpoint *checkpoint = &sweep->checkpoint;
	if (line >= checkpoint->next.line) {
		return false;
	}
	while (sweep->resumed_open < checkpoint->open_count &&
	       checkpoint->open_lines[sweep->resumed_open] < line) {
		sweep->resumed_open++;
	}
	return sweep->resumed_open == checkpoint->open_count ||
	       checkpoint->open_lines[sweep->resumed_open] != line;
}

static void set_job(const struct sweep *sweep, uint16_t line_type, struct plx_job *job)
{
	const struct sweep_config *config = sweep->config;
	job->qtype = line_type != 0 ? line_type : config->type;
	bool is_climb = config->relevant_caa && job->qtype == PLX_TYPE_CAA;
	job->kind = is_climb ? PLX_JOB_RELEVANT_CAA : PLX_JOB_LOOKUP;
	job->flags = config->no_cache ? PLX_JOB_NO_CACHE : 0;
	job->resolution = (uint8_t)config->resolution;
	job->attempts = config->attempts;
	job->timeout_ms = config->timeout_ms;
}

// True when the line became a waiting item.
static bool take_line(struct sweep *sweep, const struct line_view *line, struct open_item *item)
{
	struct tally *tally = &sweep->tally;
	if (was_done_before(sweep, line->number)) {
		return false;
	}
	bool is_new = line->number >= sweep->checkpoint.next.line; // else it was counted before
	struct input_line parsed;
	input_line_parse(line->text, line->length, &parsed, &item->job.name);
	tally->lines += is_new;
	if (line->too_long && parsed.kind != INPUT_LINE_COMMENT) {
		parsed.kind = INPUT_LINE_INVALID;
		parsed.error = "the line is longer than 4096 octets; its beginning is shown";
		parsed.shown = line->text;
		parsed.shown_length = line->length;
	}
	switch (parsed.kind) {
	case INPUT_LINE_BLANK:
		tally->blank += is_new;
		return false;
	case INPUT_LINE_COMMENT:
		tally->comments += is_new;
		return false;
	case INPUT_LINE_INVALID:
		if (!shard_has_octets(&sweep->config->shard, line->text, line->length)) {
			tally->other_shard += is_new;
			return false;
		}
		sweep_write_invalid(sweep, line, parsed.shown, parsed.shown_length, parsed.type,
				    parsed.error);
		return false;
	case INPUT_LINE_QUESTION:
		break;
	}
	if (!shard_has_name(&sweep->config->shard, &item->job.name)) {
		tally->other_shard += is_new;
		return false;
	}
	set_job(sweep, parsed.type, &item->job);
	item->line = line->number;
	item->offset = line->offset;
	open_items_commit(&sweep->items, item);
	open_items_wait(&sweep->items, item);
	return true;
}

static void end_damaged_input(struct sweep *sweep, int error)
{
	sweep_fail(&sweep->input_failure, SWEEP_EXIT_USAGE,
		   "%s: line %llu: cannot be read: %s; all lines before it are done",
		   sweep->config->input_path, (unsigned long long)sweep->reader->next_number,
		   input_stream_error_text(error));
	sweep->input_failed = true;
	sweep->input_ended = true;
}

static int next_line(struct sweep *sweep, struct line_view *ret_line)
{
	uint64_t before = line_reader_position(sweep->reader);
	int result = line_reader_next(sweep->reader, ret_line);
	sweep->reading_left -= (int64_t)(line_reader_position(sweep->reader) - before) + LINE_COST;
	return result;
}

// Reads lines until one waits to be asked. False: none now (end, dry pipe, no free slot, pace, failure, enough for
// this turn).
static bool read_until_waiting(struct sweep *sweep)
{
	while (!sweep->input_ended && !sweep->input_is_dry && !sweep->is_broken &&
	       sweep->reading_left > 0) {
		struct open_item *item = open_items_peek_free(&sweep->items);
		if (item == NULL || rate_pacer_delay(&sweep->pacer, sweep->now_ns) > 0) {
			return false;
		}
		struct line_view line;
		int result = next_line(sweep, &line);
		if (result == 0) {
			sweep->input_ended = true;
		} else if (result == -EAGAIN) {
			sweep->input_is_dry = true;
		} else if (result < 0 && result != -EINPROGRESS) {
			end_damaged_input(sweep, result);
		} else if (result > 0 && take_line(sweep, &line, item)) {
			rate_pacer_take(&sweep->pacer, sweep->now_ns);
			return true;
		}
	}
	return false;
}

// Whether an item may be asked beside those that are.
static bool is_submittable(struct sweep *sweep, const struct open_item *item)
{
	uint32_t asked = open_items_asked_count(&sweep->items);
	if (asked == 0) {
		return true;
	}
	if (sweep->is_asking_alone || item->losses >= SWEEP_LOSSES_ALONE) {
		return false;
	}
	return item->losses < SWEEP_LOSSES_SUSPECT || asked < SWEEP_SUSPECTS;
}

// The item keeps the name as the input has it, for the output line.
static int submit(const struct sweep *sweep, const struct open_item *item)
{
	struct plx_job job = item->job;
	if (job.kind == PLX_JOB_RELEVANT_CAA) {
		plx_name_strip_wildcard(&job.name);
	}
	return sweep->engine->submit(sweep->engine->context, &job);
}

unsigned sweep_intake(struct sweep *sweep, unsigned max)
{
	const struct sweep_engine *engine = sweep->engine;
	bool is_probe = sweep->drained_ns != 0;
	sweep->reading_left = READ_PER_TURN;
	if (!sweep->is_up || (is_probe && sweep->now_ns - sweep->drained_ns < DRAIN_PROBE_NS)) {
		return 0;
	}
	unsigned submitted = 0;
	while (submitted < (is_probe ? 1 : max)) {
		if (open_items_first_waiting(&sweep->items) == NULL && !read_until_waiting(sweep)) {
			break;
		}
		const struct open_item *item = open_items_first_waiting(&sweep->items);
		if (!is_submittable(sweep, item)) {
			break;
		}
		int error = submit(sweep, item);
		if (error == -EAGAIN || error == -ENOTCONN) {
			break;
		}
		if (error != 0) {
			sweep->is_broken = true;
			sweep_fail(sweep->failure, SWEEP_EXIT_USAGE,
				   "a look-up was refused before it was asked: %s",
				   strerror(-error));
			break;
		}
		sweep->is_asking_alone = item->losses >= SWEEP_LOSSES_ALONE;
		open_items_drop_waiting(&sweep->items);
		submitted++;
	}
	engine->flush(engine->context);
	return submitted;
}
