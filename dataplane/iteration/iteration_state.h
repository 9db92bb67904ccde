// SPDX-License-Identifier: BSD-3-Clause
// What the files of the look-up's machine share; for nobody else.

#pragma once

#include "iteration/iteration.h"

// What comes next for the innermost frame.
enum iteration_next {
	ITERATION_NEXT_ASK = 1,    // some server of its zone
	ITERATION_NEXT_SENT,       // the action is a query
	ITERATION_NEXT_ANSWERED,   // context->reply holds the frame's answer
	ITERATION_NEXT_REMEMBERED, // the negative cache does
	ITERATION_NEXT_FAILED,     // the frame, by frame->cause
	ITERATION_NEXT_EXHAUSTED,  // the whole look-up, by a limit
};

struct iteration_turn {
	struct iteration *iteration;
	struct iteration_context *context;
	const struct iteration_event *event;
	uint64_t now_ns;
	struct iteration_action *action;
	enum work_limit limit; // of NEXT_EXHAUSTED
	enum negative_kind remembered;
	enum plx_dnssec remembered_dnssec;
};

// Finds the closest zone known for the frame's question.
enum iteration_next frame_begin(struct iteration_turn *turn);
// Chooses a server and writes the query, or stacks a frame for a server's address.
enum iteration_next frame_ask(struct iteration_turn *turn);
// Takes the event that a query ended with.
enum iteration_next frame_take_event(struct iteration_turn *turn);
// Notes why the frame fails.
enum iteration_next frame_fail(struct iteration_turn *turn, enum iteration_cause cause,
			       enum work_limit limit);
// `above` has its answer: takes the addresses of the server that `frame` had it ask for.
void frame_take_addresses(struct iteration_turn *turn, struct iteration_frame *frame,
			  const struct iteration_frame *above);
// `above` was told that the server has none.
void frame_take_no_address(struct iteration_turn *turn, struct iteration_frame *frame,
			   const struct iteration_frame *above);
