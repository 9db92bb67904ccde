// SPDX-License-Identifier: BSD-3-Clause
// Exit statuses that all programs of the project share.

#pragma once

enum exit_status {
	EXIT_DONE = 0,
	EXIT_USAGE = 1,       // the command line or a parameter is wrong, or the daemon refused
	EXIT_FAILURES = 2,    // it ran, and the look-up has no definitive answer
	EXIT_UNREACHABLE = 3, // no daemon, or it went away
	EXIT_INTERRUPTED = 130,
};
