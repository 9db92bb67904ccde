// SPDX-License-Identifier: BSD-3-Clause
// The queue of one remote: when to send what waits, and what is known of the remote's health.

#include "perspective/perspective_client.h"

#include <parallax/base/random_source.h>

#include "perspective/channel_url.h"
#include "perspective/client_internal.h"

#include <event2/event.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CONNECTIONS_MAX 256
#define WINDOW_MS_MAX 1000
#define WINDOW_DOUBLINGS 6

int64_t client_now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void client_note_failure(struct perspective_client *client, const char *why)
{
	snprintf(client->status.last_fault, sizeof(client->status.last_fault), "%s", why);
	channel_health_note_failure(&client->status.health, client_now_ms(),
				    plx_random_u32(client->config.random));
}

void client_schedule_flush(struct perspective_client *client, int64_t delay_ms)
{
	if (TAILQ_EMPTY(&client->waiting) ||
	    (delay_ms > 0 && event_pending(client->flush, EV_TIMEOUT, NULL))) {
		return;
	}
	unsigned doublings = client->status.transfers * (WINDOW_DOUBLINGS + 1) /
			     (client->config.connections_max + 1);
	delay_ms <<= doublings;
	struct timeval delay = {.tv_sec = delay_ms / 1000,
				.tv_usec = (suseconds_t)(delay_ms % 1000) * 1000};
	event_add(client->flush, &delay);
}

// A remote that failed is tried with one request before it gets many again.
static unsigned transfers_allowed(const struct perspective_client *client)
{
	return client->status.health.failures > 0 ? 1 : client->config.connections_max;
}

static void on_flush(evutil_socket_t fd, short what, void *context)
{
	struct perspective_client *client = context;
	struct channel_health *health = &client->status.health;
	int64_t pause_ms =
		health->state == CHANNEL_DOWN ? health->retry_at_ms - client_now_ms() : 0;
	if (pause_ms > 0) {
		struct timeval pause = {.tv_sec = pause_ms / 1000,
					.tv_usec = (suseconds_t)(pause_ms % 1000) * 1000};
		event_add(client->flush, &pause);
		return;
	}
	while (!TAILQ_EMPTY(&client->waiting) &&
	       client->status.transfers < transfers_allowed(client)) {
		if (ask_batch_start(client) != 0) {
			client_note_failure(client, "not enough memory");
			client_schedule_flush(client, 0);
			return;
		}
	}
}

static void on_reap(evutil_socket_t fd, short what, void *context)
{
	struct perspective_client *client = context;
	struct ask_batch *batch = LIST_FIRST(&client->batches);
	while (batch != NULL) {
		struct ask_batch *next = LIST_NEXT(batch, entry);
		if (batch->is_abandoned) {
			ask_batch_destroy(batch);
		}
		batch = next;
	}
	struct channel_generation *generation = LIST_FIRST(&client->generations);
	while (generation != NULL) {
		struct channel_generation *next = LIST_NEXT(generation, entry);
		if (generation != client->current && generation->transfers == 0) {
			channel_generation_destroy(generation);
		}
		generation = next;
	}
	client_schedule_flush(client, 0);
}

static int client_start(struct perspective_client *client, struct perspective_fault *fault)
{
	const struct perspective_client_config *config = &client->config;
	size_t base_length = 0;
	int error = channel_url_check(config->url, &base_length);
	int length = snprintf(client->url, sizeof(client->url), "%.*s/v1/checks", (int)base_length,
			      config->url);
	if (service_name_format(config->name, config->rir, client->identity) != 0 || error != 0 ||
	    length >= (int)sizeof(client->url)) {
		snprintf(fault->text, sizeof(fault->text),
			 "perspective %.63s: give a name of a-z, 0-9 and '-', a region of A-Z and "
			 "space, and an https:// URL with a host",
			 config->name);
		return -EINVAL;
	}
	if (config->connections_max < 1 || config->connections_max > CONNECTIONS_MAX ||
	    config->window_ms > WINDOW_MS_MAX) {
		snprintf(fault->text, sizeof(fault->text),
			 "perspective %.63s: connections are 1 to %d, the window 0 to %d ms",
			 config->name, CONNECTIONS_MAX, WINDOW_MS_MAX);
		return -EINVAL;
	}
	snprintf(client->name, sizeof(client->name), "%s", config->name);
	snprintf(client->rir, sizeof(client->rir), "%s", config->rir);
	client->flush = evtimer_new(config->base, on_flush, client);
	client->reap = evtimer_new(config->base, on_reap, client);
	if (client->flush == NULL || client->reap == NULL) {
		snprintf(fault->text, sizeof(fault->text), "not enough memory");
		return -ENOMEM;
	}
	return channel_generation_create(client, &config->tls, &client->current, fault);
}

struct perspective_client *perspective_client_create(const struct perspective_client_config *config,
						     int *ret_error,
						     struct perspective_fault *fault)
{
	struct perspective_client *client = calloc(1, sizeof(*client));
	if (client == NULL) {
		snprintf(fault->text, sizeof(fault->text), "not enough memory");
		*ret_error = -ENOMEM;
		return NULL;
	}
	client->config = *config;
	LIST_INIT(&client->generations);
	TAILQ_INIT(&client->waiting);
	LIST_INIT(&client->batches);
	int error = client_start(client, fault);
	if (error != 0) {
		perspective_client_destroy(client);
		*ret_error = error;
		return NULL;
	}
	return client;
}

void perspective_client_destroy(struct perspective_client *client)
{
	if (client == NULL) {
		return;
	}
	client->status.health.state = CHANNEL_DRAINING; // a callback may not ask again
	struct perspective_ask *ask;
	while ((ask = TAILQ_FIRST(&client->waiting)) != NULL) {
		perspective_ask_fail(ask, PERSPECTIVE_CLOSED, "");
	}
	struct ask_batch *batch;
	while ((batch = LIST_FIRST(&client->batches)) != NULL) {
		for (size_t i = 0; i < batch->count; i++) {
			if (batch->slots[i].ask != NULL) {
				perspective_ask_fail(batch->slots[i].ask, PERSPECTIVE_CLOSED, "");
			}
		}
		ask_batch_destroy(batch);
	}
	struct channel_generation *generation;
	while ((generation = LIST_FIRST(&client->generations)) != NULL) {
		channel_generation_destroy(generation);
	}
	if (client->flush != NULL) {
		event_free(client->flush);
	}
	if (client->reap != NULL) {
		event_free(client->reap);
	}
	free(client);
}

int perspective_client_reload(struct perspective_client *client,
			      const struct perspective_tls_files *tls,
			      struct perspective_fault *fault)
{
	struct channel_generation *generation = NULL;
	int error = channel_generation_create(client, tls, &generation, fault);
	if (error == 0) {
		client->current = generation;
		event_active(client->reap, EV_TIMEOUT, 1);
	}
	return error;
}

void perspective_client_set_draining(struct perspective_client *client, bool is_draining)
{
	client->status.health.state = is_draining ? CHANNEL_DRAINING : CHANNEL_NOT_EVALUATED;
	client->status.health.failures = 0;
	client_schedule_flush(client, 0);
}

void perspective_client_status(const struct perspective_client *client,
			       struct perspective_client_status *ret_status)
{
	*ret_status = client->status;
}

const char *perspective_cause_name(enum perspective_cause cause)
{
	static const char *const names[] = {
		[PERSPECTIVE_NOT_EVALUATED] = "not-evaluated",
		[PERSPECTIVE_ANSWERED] = "answered",
		[PERSPECTIVE_TIMEOUT] = "timeout",
		[PERSPECTIVE_UNREACHABLE] = "unreachable",
		[PERSPECTIVE_DISCONNECTED] = "disconnected",
		[PERSPECTIVE_REFUSED_IDENTITY] = "refused-identity",
		[PERSPECTIVE_REFUSED_REQUEST] = "refused-request",
		[PERSPECTIVE_MISSING] = "missing",
		[PERSPECTIVE_MALFORMED] = "malformed",
		[PERSPECTIVE_BAD_SIGNATURE] = "bad-signature",
		[PERSPECTIVE_MISLABELLED] = "mislabelled",
		[PERSPECTIVE_REPLAYED] = "replayed",
		[PERSPECTIVE_CLOSED] = "closed",
	};
	return (size_t)cause < PLX_ARRAY_SIZE(names) ? names[cause] : "unknown";
}
