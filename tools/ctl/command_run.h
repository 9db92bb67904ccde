// SPDX-License-Identifier: BSD-3-Clause
// One command: one call, or one to each daemon that is there, and what is shown of the answers.

#pragma once

struct command;

// Returns the program's exit status.
int command_run(const struct command *command);
