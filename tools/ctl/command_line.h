// SPDX-License-Identifier: BSD-3-Clause
// From words to a method and its parameters, as the table of methods declares them.

#pragma once

#include <parallax/base/attributes.h>

#include "audit_evidence_command.h"
#include "command_choice.h"
#include "explain_command.h"
#include "readiness/readiness_options.h"

#include <stdbool.h>
#include <stdio.h>

struct json_t;

enum command_action {
	COMMAND_CALL,  // of the chosen method with `params`
	COMMAND_WATCH, // the live screen
	COMMAND_READINESS,
	COMMAND_EXPLAIN, // of an evidence file, or of the answer to the chosen method
	COMMAND_REPLAY,
	COMMAND_AUDIT_EVIDENCE, // the answer to the chosen method, into files
	COMMAND_HELP,
	COMMAND_VERSION,
};

struct command {
	enum command_action action;
	const char *socket_path; // NULL: of the daemon that has the command
	bool wants_json;
	struct command_choice choice;
	struct json_t *params; // own reference
	unsigned watch_count;  // refreshes; 0: until interrupted
	struct readiness_options readiness;
	struct explain_options explain;
	struct audit_evidence_options audit_evidence;
	const char *replay_path;
};

struct command_fault {
	char text[320]; // one line
};

// -EINVAL and the fault.
PLX_MUST_CHECK int command_line_read(int argc, char **argv, struct command *ret_command,
				     struct command_fault *fault);
void command_line_print_help(FILE *out);
