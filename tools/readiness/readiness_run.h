// SPDX-License-Identifier: BSD-3-Clause
// Runs a list of orders for readiness: reads lines as there is room, keeps up to CALL_WINDOW_SIZE orders at the daemon,
// and gives what comes of each to the tally. Orders are run by `order.run` with the purpose "readiness": the daemon
// decides in report-only mode whatever the mode of the day, and nothing is issued on such an answer. A daemon that answers
// otherwise is asked no further.

#pragma once

#include <parallax/base/attributes.h>

#include <stdint.h>

struct readiness_progress;
struct readiness_tally;

#define READINESS_METHOD "order.run"
#define READINESS_PURPOSE "readiness"
// A daemon with orders in flight that says nothing for so long is lost. Orders end by their own deadline well before.
#define READINESS_SILENCE_MS 300000
// An order for which the daemon has no room is tried again, for a minute.
#define READINESS_BUSY_RETRY_MS 250
#define READINESS_BUSY_TRIES_MAX 240

enum readiness_end {
	READINESS_NOT_RUN = 0,
	READINESS_DONE,        // the whole input
	READINESS_INTERRUPTED, // by `interrupt_fd`
	READINESS_LOST, // the daemon closed the connection, or says nothing that can be understood
	READINESS_REFUSED, // the daemon does not run orders for readiness, or not for this peer
	READINESS_INPUT_FAILED,
};

struct readiness_run_config {
	int daemon_fd;                       // connected; taken over
	int input_fd;                        // blocking is fine: it is read when it has something
	int interrupt_fd;                    // readable: end now; -1: none
	struct readiness_progress *progress; // borrowed
};

// Orders at the daemon that were not answered are told to the tally as not run, and after the loss of the daemon the
// rest of an input file as well. ret_fault: one line about any other end than READINESS_DONE; may be unprintable.
enum readiness_end readiness_run(const struct readiness_run_config *config,
				 struct readiness_tally *tally, char *ret_fault,
				 unsigned fault_size);
// "done", "interrupted", "daemon-lost", "refused", "input-failed"; "not-run".
const char *readiness_end_name(enum readiness_end end);
