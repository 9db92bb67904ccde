// SPDX-License-Identifier: BSD-3-Clause
// The command line of parallaxd. All that it does is in the configuration; the flags only say where that is and what to do.

#pragma once

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stdio.h>

enum daemon_action {
	DAEMON_RUN = 0,
	DAEMON_CHECK_CONFIG,
	DAEMON_HELP,
	DAEMON_VERSION,
};

enum daemon_log_format {
	DAEMON_LOG_AS_CONFIGURED = 0,
	DAEMON_LOG_TEXT,
	DAEMON_LOG_JSON,
};

struct daemon_options {
	enum daemon_action action;
	const char *config_path;
	enum daemon_log_format log_format;
};

struct daemon_options_fault {
	char text[256]; // one line
};

// -EINVAL and the fault.
PLX_MUST_CHECK int daemon_options_read(int argc, char **argv, struct daemon_options *ret_options,
				       struct daemon_options_fault *fault);
void daemon_options_print_help(FILE *out);
