// SPDX-License-Identifier: BSD-3-Clause
// One sweep: lines in, look-ups asked through an engine, lines out, each input line exactly once.
//
//	input ─► line_reader ─► input_line ─► open_items ─► engine ─► results ─► output_writer
//	             │ invalid: output line at once               │ lost: asked again
//	             └─ done before the resume, other shard, blank, comment: skipped
//
// One thread runs it all but two things, which have threads of their own: output lines are made and written, and
// checkpoints made durable. Memory depends on the window alone.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/format/result_format.h>

#include "sweep/checkpoint.h"
#include "sweep/checkpoint_writer.h"
#include "sweep/engine.h"
#include "sweep/line_reader.h"
#include "sweep/open_items.h"
#include "sweep/output_writer.h"
#include "sweep/rate_pacer.h"
#include "sweep/shard.h"
#include "sweep/sweep_failure.h"
#include "sweep/tally.h"

#include <signal.h>

// A name may be what the dataplane ends of, and is lost together with all that was asked beside it. Lost once, it is
// asked again like any other; lost twice, with few others; thrice, alone; lost even then, it is given up with status
// LOST. So the innocent ones keep their answers, and one such name ends the dataplane four times at most.
#define SWEEP_LOSSES_MAX 4
#define SWEEP_LOSSES_ALONE 3
#define SWEEP_LOSSES_SUSPECT 2
#define SWEEP_SUSPECTS 128 // asked at the same time

struct sweep;

struct sweep_config {
	const char *input_path;      // "-": stdin
	const char *output_path;     // "-": stdout
	const char *checkpoint_path; // NULL: none
	bool resume;
	uint16_t type;     // of lines that name none
	bool relevant_caa; // CAA means the climb
	enum plx_format format;
	enum plx_resolution resolution;
	bool no_cache; // of iterative look-ups: PLX_JOB_NO_CACHE
	struct shard shard;
	uint64_t rate;       // look-ups a second; 0: no limit
	uint32_t timeout_ms; // of a look-up; 0: the dataplane's default
	uint8_t attempts;    // 0: the dataplane's default
	uint32_t window;     // look-ups open at most
	uint64_t reconnect_timeout_ns;
	uint64_t checkpoint_interval_ns;
	const volatile sig_atomic_t *stop_requests; // counted by signal handlers; NULL: none
	void (*on_turn)(void *context, const struct sweep *sweep, uint64_t now_ns); // may be NULL
	void (*on_notice)(void *context,
			  const char *text); // what the user should know; may be NULL
	void *callback_context;
};

struct sweep {
	const struct sweep_config *config;
	const struct sweep_engine *engine;
	struct sweep_failure *failure;
	struct input_stream *stream;
	struct line_reader *reader;
	struct output_writer output;
	struct open_items items;
	struct checkpoint_writer checkpoint_writer;
	struct checkpoint checkpoint; // as resumed from; its fixed part is kept for the next ones
	size_t resumed_open;          // open lines of the checkpoint that were passed
	struct rate_pacer pacer;
	struct tally tally;
	uint64_t started_ns;
	uint64_t runtime_before_ms; // of earlier runs
	uint64_t now_ns;            // of this turn
	uint64_t handed_over_ns;
	uint64_t checkpointed_ns;
	uint64_t down_since_ns; // 0: the dataplane takes look-ups
	bool is_up;             // in this turn: attached, and it responds
	uint64_t
		drained_ns; // when a look-up was last refused by a draining dataplane; 0: it is not
	uint64_t stray_results;
	bool is_asking_alone; // what was submitted last may have nothing asked beside it
	int64_t reading_left; // octets that this turn may still read; 0 or less: it was cut short
	bool input_ended;
	bool input_is_dry; // a pipe had nothing this turn
	bool input_failed; // the lines before the damage are finished all the same
	struct sweep_failure input_failure;
	bool is_broken; // output or memory: *failure is filled
};

// Opens input, output and checkpoint. On failure everything is closed again.
PLX_MUST_CHECK int sweep_open(struct sweep *sweep, const struct sweep_config *config,
			      const struct sweep_engine *engine, struct sweep_failure *failure);
void sweep_close(struct sweep *sweep);

// True: the checkpoint is of a sweep that was finished; there is nothing to run.
bool sweep_is_complete(const struct sweep *sweep);
// Runs to the end, the first failure or a stop request. The output and the checkpoint agree afterwards. 0: every
// line has its output line; else the failure says why not.
PLX_MUST_CHECK int sweep_run(struct sweep *sweep);

// Where a resumed sweep would begin reading.
struct line_position sweep_low_position(const struct sweep *sweep);

// How many output lines there will be: exact once all of the input is read, till then an estimate from its lines so
// far. 0: unknown, the input is a pipe or has just begun.
uint64_t sweep_total(const struct sweep *sweep);

// Between the files of the sweep:
unsigned sweep_intake(struct sweep *sweep, unsigned max); // submits; how many
void sweep_take_result(void *sweep, const struct plx_result *result, const uint8_t *body);
void sweep_write_invalid(struct sweep *sweep, const struct line_view *line, const char *shown,
			 size_t shown_length, uint16_t type, const char *error);
int sweep_checkpoint_open(struct sweep *sweep);
void sweep_checkpoint_due(struct sweep *sweep);
int sweep_checkpoint_final(struct sweep *sweep, bool is_complete);
void sweep_notice(const struct sweep *sweep, const char *text);
