// SPDX-License-Identifier: BSD-3-Clause
// The live screen: status, rates and upstreams, anew each second.

#pragma once

struct command;

// Returns the program's exit status.
int watch_run(const struct command *command);
