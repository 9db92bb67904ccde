// SPDX-License-Identifier: BSD-3-Clause
// The control thread's queue of commands to one worker: its mailbox ring, and a list for when that is full. Commands
// are run in the order in which they were posted.

#pragma once

#include "worker/worker_command.h"

struct worker;

struct command_queue {
	struct worker_command *first_waiting; // did not fit into the mailbox
	struct worker_command *last_waiting;
	unsigned running; // in the mailbox or the completion ring
};

// Copies `command`. Ends the process when memory is out: a lost command would leave workers disagreeing.
void command_queue_post(struct command_queue *queue, struct worker *worker,
			const struct worker_command *command);
// Calls `done` of completed commands, frees them, and sends waiting ones on.
void command_queue_complete(struct command_queue *queue, struct worker *worker);
// Frees all without calling `done`. The worker has stopped, or is NULL.
void command_queue_discard(struct command_queue *queue, struct worker *worker);
