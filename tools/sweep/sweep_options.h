// SPDX-License-Identifier: BSD-3-Clause
// The command line of parallax-sweep.

#pragma once

#include "sweep/sweep.h"

struct sweep_options {
	struct sweep_config config;
	const char *socket_path;  // NULL: the default
	const char *summary_path; // NULL: none
	bool json;                // the summary as JSON on stderr
	bool quiet;               // nothing on stderr but failures
};

// 0: go on; 1: --help or --version was answered; -1 and the failure.
PLX_MUST_CHECK int sweep_options_parse(int argc, char **argv, struct sweep_options *ret_options,
				       struct sweep_failure *failure);
