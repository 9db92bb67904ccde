// SPDX-License-Identifier: BSD-3-Clause
// `parallaxctl readiness`: from options to exit status.

#pragma once

#include <stdbool.h>

struct readiness_options;

// Returns the program's exit status: 0 all would pass; 1 the daemon refused, or a file cannot be opened; 2 some would
// fail, are faulty or were not run; 3 no daemon, or it was lost; 130 interrupted. SIGINT and SIGTERM are left blocked while
// the report is written, so that it is written whole.
int readiness_command_run(const char *socket_path, bool wants_json,
			  const struct readiness_options *options);
