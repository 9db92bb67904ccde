// SPDX-License-Identifier: BSD-3-Clause
// Keeps the answers that wait, and when they leave.

#include "perspective/answer_outbox.h"

#include "perspective/signed_line.h"

#include <event2/event.h>

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <time.h>

#define HOLD_US (ANSWER_HOLD_MS * 1000)

struct waiting_answer {
	STAILQ_ENTRY(waiting_answer) entry;
	char *payload;
	void *answer;
};

struct answer_outbox {
	struct answer_outbox_config config;
	struct event *flush;
	size_t waiting_count;
	bool has_signed;
	int64_t signed_us; // last
	STAILQ_HEAD(, waiting_answer) waiting;
};

static int64_t now_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

// Takes the first ones out of the queue.
static unsigned take(struct answer_outbox *outbox, struct waiting_answer **ret_answers)
{
	unsigned count = 0;
	while (count < HASH_TREE_LEAVES_MAX && outbox->waiting_count > 0) {
		ret_answers[count++] = STAILQ_FIRST(&outbox->waiting);
		STAILQ_REMOVE_HEAD(&outbox->waiting, entry);
		outbox->waiting_count--;
	}
	return count;
}

static void deliver(struct answer_outbox *outbox, struct waiting_answer *waiting, char *line)
{
	outbox->config.on_line(line, line != NULL ? strlen(line) : 0, waiting->answer);
	free(line);
	free(waiting->payload);
	free(waiting);
}

static void send_tree(struct answer_outbox *outbox)
{
	struct waiting_answer *answers[HASH_TREE_LEAVES_MAX];
	const char *payloads[HASH_TREE_LEAVES_MAX] = {NULL};
	char *lines[HASH_TREE_LEAVES_MAX] = {NULL};
	unsigned count = take(outbox, answers);
	for (unsigned i = 0; i < count; i++) {
		payloads[i] = answers[i]->payload;
	}
	int error = signed_lines_make(payloads, count, outbox->config.perspective,
				      outbox->config.key, lines);
	for (unsigned i = 0; i < count; i++) {
		deliver(outbox, answers[i], error == 0 ? lines[i] : NULL);
	}
}

static void on_flush(evutil_socket_t fd, short what, void *context)
{
	struct answer_outbox *outbox = context;
	// What is added meanwhile is for another turn.
	size_t trees = (outbox->waiting_count + HASH_TREE_LEAVES_MAX - 1) / HASH_TREE_LEAVES_MAX;
	outbox->has_signed = true;
	outbox->signed_us = now_us();
	for (; trees > 0; trees--) {
		send_tree(outbox);
	}
}

struct answer_outbox *answer_outbox_create(const struct answer_outbox_config *config)
{
	struct answer_outbox *outbox = calloc(1, sizeof(*outbox));
	if (outbox == NULL) {
		return NULL;
	}
	outbox->config = *config;
	STAILQ_INIT(&outbox->waiting);
	outbox->flush = evtimer_new(config->base, on_flush, outbox);
	if (outbox->flush == NULL) {
		free(outbox);
		return NULL;
	}
	return outbox;
}

void answer_outbox_destroy(struct answer_outbox *outbox)
{
	struct waiting_answer *waiting;
	if (outbox == NULL) {
		return;
	}
	event_free(outbox->flush);
	outbox->flush = NULL;
	while ((waiting = STAILQ_FIRST(&outbox->waiting)) != NULL) {
		STAILQ_REMOVE_HEAD(&outbox->waiting, entry);
		outbox->waiting_count--;
		deliver(outbox, waiting, NULL);
	}
	free(outbox);
}

// Activated by hand, it runs behind whatever else is due in this turn of the loop.
void answer_outbox_hurry(struct answer_outbox *outbox)
{
	if (outbox->waiting_count > 0) {
		event_active(outbox->flush, EV_TIMEOUT, 1);
	}
}

static void schedule(struct answer_outbox *outbox)
{
	int64_t left_us = outbox->has_signed ? outbox->signed_us + HOLD_US - now_us() : 0;
	if (left_us <= 0 || outbox->waiting_count >= HASH_TREE_LEAVES_MAX) {
		answer_outbox_hurry(outbox);
	} else if (!event_pending(outbox->flush, EV_TIMEOUT, NULL)) {
		const struct timeval wait = {.tv_usec = (suseconds_t)left_us};
		event_add(outbox->flush, &wait);
	}
}

int answer_outbox_add(struct answer_outbox *outbox, char *payload, void *answer)
{
	struct waiting_answer *waiting = malloc(sizeof(*waiting));
	if (waiting == NULL) {
		free(payload);
		return -ENOMEM;
	}
	*waiting = (struct waiting_answer) {.payload = payload, .answer = answer};
	STAILQ_INSERT_TAIL(&outbox->waiting, waiting, entry);
	outbox->waiting_count++;
	schedule(outbox);
	return 0;
}

size_t answer_outbox_waiting(const struct answer_outbox *outbox)
{
	return outbox->waiting_count;
}
