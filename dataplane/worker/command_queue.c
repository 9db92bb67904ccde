// SPDX-License-Identifier: BSD-3-Clause
// At most COMMANDS_RUNNING_MAX commands are in the mailbox and the completion ring together, so that the worker
// always finds room for a completion.

#include "worker/command_queue.h"

#include "worker/worker.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define COMMANDS_RUNNING_MAX (WORKER_MAILBOX_SIZE - 1) // a ring holds one less than its size

static void send_waiting(struct command_queue *queue, struct worker *worker)
{
	bool has_sent = false;
	while (queue->first_waiting != NULL && queue->running < COMMANDS_RUNNING_MAX) {
		struct worker_command *command = queue->first_waiting;
		if (rte_ring_sp_enqueue(worker->mailbox, command) != 0) {
			break;
		}
		queue->first_waiting = command->next;
		queue->running++;
		has_sent = true;
	}
	if (has_sent) {
		const uint64_t one = 1;
		ssize_t written = write(worker->wake_fd, &one, sizeof(one));
		(void)written; // a full counter already wakes it
	}
}

void command_queue_post(struct command_queue *queue, struct worker *worker,
			const struct worker_command *command)
{
	struct worker_command *copy = malloc(sizeof(*copy));
	if (copy == NULL) {
		fputs("parallax-dataplane: out of memory for a worker command\n", stderr);
		abort();
	}
	*copy = *command;
	copy->next = NULL;
	if (queue->first_waiting == NULL) {
		queue->first_waiting = copy;
	} else {
		queue->last_waiting->next = copy;
	}
	queue->last_waiting = copy;
	send_waiting(queue, worker);
}

void command_queue_complete(struct command_queue *queue, struct worker *worker)
{
	// Before the ring is read: a completion after this writes the eventfd again.
	__atomic_store_n(&worker->control_is_notified, 0, __ATOMIC_SEQ_CST);
	struct worker_command *command;
	while (rte_ring_sc_dequeue(worker->completions, (void **)&command) == 0) {
		queue->running--;
		if (command->done != NULL) {
			command->done(command->context, command);
		}
		free(command);
	}
	send_waiting(queue, worker);
}

static void free_ring(struct rte_ring *ring)
{
	void *command;
	while (ring != NULL && rte_ring_dequeue(ring, &command) == 0) {
		free(command);
	}
}

void command_queue_discard(struct command_queue *queue, struct worker *worker)
{
	if (worker != NULL) {
		free_ring(worker->mailbox);
		free_ring(worker->completions);
	}
	while (queue->first_waiting != NULL) {
		struct worker_command *command = queue->first_waiting;
		queue->first_waiting = command->next;
		free(command);
	}
}
