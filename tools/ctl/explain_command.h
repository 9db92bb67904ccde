// SPDX-License-Identifier: BSD-3-Clause
// parallaxctl explain and replay: an evidence, from the dataplane or from a file, as a tree; and judged again.

#pragma once

#include <parallax/base/attributes.h>

#include "command_choice.h"

#include <stdbool.h>

struct command;
struct command_fault;

struct explain_options {
	const char *evidence_path; // NULL: the dataplane is asked; "-": standard input
	const char *output_path;   // where the evidence is written; NULL: nowhere
};

// Exit statuses of replay.
#define REPLAY_EXIT_AGREES 0
#define REPLAY_EXIT_DIFFERS 1
#define REPLAY_EXIT_UNREADABLE 2

// Takes FLAG PATH or FLAG=PATH out of the words; the last one counts. -EINVAL: no path follows.
PLX_MUST_CHECK int path_option_take(struct command_words *words, const char *flag,
				    const char **ret_path);
// Takes --evidence and --output out of the words of `explain`. -EINVAL and the fault.
PLX_MUST_CHECK int explain_options_take(struct command_words *words,
					struct explain_options *ret_options,
					struct command_fault *fault);
// Return the program's exit status.
int explain_command_run(const struct command *command);
int replay_command_run(const char *path, bool wants_json);
