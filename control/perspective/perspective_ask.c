// SPDX-License-Identifier: BSD-3-Clause
// One ask from its begin to its one callback.

#include "perspective/client_internal.h"

#include <parallax/base/random_source.h>

#include <event2/event.h>
#include <jansson.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static void detach(struct perspective_ask *ask)
{
	if (ask->batch != NULL) {
		ask_batch_forget(ask->batch, ask->slot);
	} else {
		TAILQ_REMOVE(&ask->client->waiting, ask, entry);
	}
	ask->client->status.asks--;
}

static void release(struct perspective_ask *ask)
{
	json_decref(ask->ticket.check);
	if (ask->timer != NULL) {
		event_free(ask->timer);
	}
	free(ask);
}

// Nobody waits for the batch any more: it is broken off from the loop, as this may run within libcurl.
static void abandon_if_empty(struct ask_batch *batch)
{
	if (batch != NULL && batch->left == 0 && !batch->is_abandoned) {
		batch->is_abandoned = true;
		event_active(batch->generation->client->reap, EV_TIMEOUT, 1);
	}
}

void perspective_ask_finish(struct perspective_ask *ask, const struct perspective_answer *answer)
{
	detach(ask);
	ask->client->status.by_cause[answer->cause]++;
	ask->on_answer(answer, ask->context);
	release(ask);
}

void perspective_ask_fail(struct perspective_ask *ask, enum perspective_cause cause,
			  const char *detail)
{
	struct perspective_answer answer = {
		.cause = cause, .latency_ms = client_now_ms() - ask->asked_ms, .detail = detail};
	perspective_ask_finish(ask, &answer);
}

void perspective_ask_cancel(struct perspective_ask *ask)
{
	struct ask_batch *batch = ask->batch;
	detach(ask);
	release(ask);
	abandon_if_empty(batch);
}

static void on_deadline(evutil_socket_t fd, short what, void *context)
{
	struct perspective_ask *ask = context;
	struct perspective_client *client = ask->client;
	struct ask_batch *batch = ask->batch;
	if (batch == NULL && client->status.health.state == CHANNEL_DOWN) {
		perspective_ask_fail(ask, PERSPECTIVE_UNREACHABLE, client->status.last_fault);
		return;
	}
	bool is_silent = batch != NULL && batch->left == 1 && !batch->has_answered;
	perspective_ask_fail(ask, PERSPECTIVE_TIMEOUT, "no answer by the deadline");
	if (is_silent) {
		client_note_failure(client, "no answer by the deadline");
	}
	abandon_if_empty(batch);
}

static int prepare_ticket(struct perspective_ask *ask, json_t *check, unsigned deadline_ms)
{
	uint8_t nonce[CHECK_NONCE_BYTES];
	int error = check_digest(check, ask->ticket.digest, &ask->bytes);
	if (error != 0) {
		return error;
	}
	plx_random_bytes(ask->client->config.random, nonce, sizeof(nonce));
	for (size_t i = 0; i < sizeof(nonce); i++) {
		snprintf(ask->ticket.nonce + 2 * i, 3, "%02x", nonce[i]);
	}
	ask->ticket.deadline_ms = deadline_ms;
	ask->ticket.id = ++ask->client->last_id;
	ask->timer = evtimer_new(ask->client->config.base, on_deadline, ask);
	return ask->timer != NULL ? 0 : -ENOMEM;
}

int perspective_ask(struct perspective_client *client, json_t *check, unsigned deadline_ms,
		    perspective_answer_cb on_answer, void *context,
		    struct perspective_ask **ret_ask)
{
	struct perspective_client_status *status = &client->status;
	if (deadline_ms < 1 || deadline_ms > CHECK_DEADLINE_MS_MAX || !json_is_object(check)) {
		return -EINVAL;
	}
	if (status->health.state == CHANNEL_DRAINING) {
		return -ESHUTDOWN;
	}
	if (status->asks >= client->config.asks_max) {
		return -EAGAIN;
	}
	struct perspective_ask *ask = calloc(1, sizeof(*ask));
	if (ask == NULL) {
		return -ENOMEM;
	}
	ask->client = client;
	ask->on_answer = on_answer;
	ask->context = context;
	ask->asked_ms = client_now_ms();
	int error = prepare_ticket(ask, check, deadline_ms);
	if (error != 0) {
		free(ask);
		return error;
	}
	ask->ticket.check = json_incref(check);
	// While the remote is left alone for longer than this ask can wait, there is no hope to wait for.
	bool is_hopeless = status->health.state == CHANNEL_DOWN &&
			   status->health.retry_at_ms >= ask->asked_ms + deadline_ms;
	unsigned wait_ms = is_hopeless ? 0 : deadline_ms;
	struct timeval wait = {.tv_sec = wait_ms / 1000,
			       .tv_usec = (suseconds_t)(wait_ms % 1000) * 1000};
	event_add(ask->timer, &wait);
	TAILQ_INSERT_TAIL(&client->waiting, ask, entry);
	status->asks++;
	status->asked++;
	*ret_ask = ask;
	client_schedule_flush(client, client->config.window_ms);
	return 0;
}
