// SPDX-License-Identifier: BSD-3-Clause
// One command: one call, or one to each daemon that is there, and what is shown of the answers.

#pragma once

#include <parallax/base/attributes.h>

struct command;
struct json_t;

// Returns the program's exit status.
int command_run(const struct command *command);
// The same without showing it, for a command of one daemon: EXIT_DONE and an own reference to the result, else what went
// wrong was written to stderr.
PLX_MUST_CHECK int command_ask(const struct command *command, struct json_t **ret_result);
