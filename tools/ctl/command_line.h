// SPDX-License-Identifier: BSD-3-Clause
// From words to a method and its parameters, as the table of methods declares them.

#pragma once

#include <parallax/base/attributes.h>

#include "readiness/readiness_options.h"

#include <stdbool.h>
#include <stdio.h>

struct json_t;
struct plx_method;

enum command_action {
	COMMAND_CALL,  // of `method` with `params`
	COMMAND_WATCH, // the live screen
	COMMAND_READINESS,
	COMMAND_HELP,
	COMMAND_VERSION,
};

struct command {
	enum command_action action;
	const char *socket_path;
	bool wants_json;
	const struct plx_method *method;
	struct json_t *params; // own reference
	unsigned watch_count;  // refreshes; 0: until interrupted
	struct readiness_options readiness;
};

struct command_fault {
	char text[320]; // one line
};

// -EINVAL and the fault.
PLX_MUST_CHECK int command_line_read(int argc, char **argv, struct command *ret_command,
				     struct command_fault *fault);
void command_line_print_help(FILE *out);
