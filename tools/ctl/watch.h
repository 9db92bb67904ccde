// SPDX-License-Identifier: BSD-3-Clause
// The live screen, anew each second: status, rates and upstreams of a dataplane; status, orders, modes and perspectives
// of parallaxd.

#pragma once

struct command;

// Returns the program's exit status.
int watch_run(const struct command *command);
