// SPDX-License-Identifier: BSD-3-Clause

#include "control_socket/own_client.h"

#include <parallax/exchange/client.h>

#include <event2/event.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/eventfd.h>
#include <sys/queue.h>

#define LOOKUPS_MAX 1024
#define RESULTS_PER_TURN 64

struct own_lookup {
	STAILQ_ENTRY(own_lookup) entry; // while it waits for the attachment
	struct own_lookup *next_open;   // while it is submitted; see open_lookups
	struct own_lookup **previous_open;
	struct plx_job job;
	own_client_cb callback;
	void *context;
};

struct own_client {
	struct event_base *base;
	char *socket_path;
	struct plx_client *client; // NULL: not attached yet
	struct event *client_event;
	STAILQ_HEAD(own_lookups, own_lookup) waiting;
	struct own_lookup *open_lookups;
	unsigned lookup_count; // waiting and open

	// The attaching thread: writes opened and open_error, then the eventfd; the loop joins before it reads them.
	bool is_attaching;
	pthread_t thread;
	int attached_fd;
	struct event *attached_event;
	struct plx_client *opened;
	int open_error;
};

static void on_attached(evutil_socket_t fd, short what, void *context);
static void on_results(evutil_socket_t fd, short what, void *context);

struct own_client *own_client_create(struct event_base *base, const char *socket_path)
{
	struct own_client *client = calloc(1, sizeof(*client));
	if (client == NULL) {
		return NULL;
	}
	client->base = base;
	STAILQ_INIT(&client->waiting);
	client->attached_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	client->socket_path = strdup(socket_path);
	if (client->attached_fd >= 0) {
		client->attached_event = event_new(base, client->attached_fd, EV_READ | EV_PERSIST,
						   on_attached, client);
	}
	if (client->socket_path == NULL || client->attached_event == NULL ||
	    event_add(client->attached_event, NULL) != 0) {
		own_client_destroy(client);
		return NULL;
	}
	return client;
}

static void lookup_open(struct own_client *client, struct own_lookup *lookup)
{
	lookup->next_open = client->open_lookups;
	lookup->previous_open = &client->open_lookups;
	if (lookup->next_open != NULL) {
		lookup->next_open->previous_open = &lookup->next_open;
	}
	client->open_lookups = lookup;
}

static void lookup_end(struct own_client *client, struct own_lookup *lookup, int error,
		       const struct plx_result *result, const uint8_t *body)
{
	client->lookup_count--;
	lookup->callback(lookup->context, error, &lookup->job, result, body);
	free(lookup);
}

static void lookup_close(struct own_lookup *lookup)
{
	*lookup->previous_open = lookup->next_open;
	if (lookup->next_open != NULL) {
		lookup->next_open->previous_open = lookup->previous_open;
	}
}

static void fail_waiting(struct own_client *client, int error)
{
	struct own_lookup *lookup;
	while ((lookup = STAILQ_FIRST(&client->waiting)) != NULL) {
		STAILQ_REMOVE_HEAD(&client->waiting, entry);
		lookup_end(client, lookup, error, NULL, NULL);
	}
}

static void submit_waiting(struct own_client *client)
{
	struct own_lookup *lookup;
	while ((lookup = STAILQ_FIRST(&client->waiting)) != NULL) {
		STAILQ_REMOVE_HEAD(&client->waiting, entry);
		// A copy: the answer shows the name as the caller gave it.
		struct plx_job job = lookup->job;
		job.tag = (uint64_t)(uintptr_t)lookup;
		if (job.kind == PLX_JOB_RELEVANT_CAA) {
			plx_name_strip_wildcard(&job.name);
		}
		int error = plx_client_submit(client->client, &job);
		if (error != 0) {
			lookup_end(client, lookup, error, NULL, NULL);
		} else {
			lookup_open(client, lookup);
		}
	}
	plx_client_flush(client->client);
}

static void *attach_run(void *context)
{
	struct own_client *client = context;
	const struct plx_client_config config = {
		.socket_path = client->socket_path,
		.name = "control",
		.priority = PLX_PRIORITY_INTERACTIVE,
		.window = LOOKUPS_MAX,
	};
	client->opened = plx_client_open(&config, &client->open_error);
	const uint64_t one = 1;
	ssize_t written = write(client->attached_fd, &one, sizeof(one));
	(void)written; // an eventfd that holds 0 takes a 1
	return NULL;
}

static int attach_start(struct own_client *client)
{
	sigset_t all, before;
	sigfillset(&all);
	// Signals are the loop's.
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int error = pthread_create(&client->thread, NULL, attach_run, client);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	client->is_attaching = error == 0;
	return -error;
}

static void attach_join(struct own_client *client)
{
	if (client->is_attaching) {
		pthread_join(client->thread, NULL);
		client->is_attaching = false;
		client->client = client->opened;
		client->opened = NULL;
	}
}

static void on_attached(evutil_socket_t fd, short what, void *context)
{
	struct own_client *client = context;
	uint64_t value;
	if (read(fd, &value, sizeof(value)) != (ssize_t)sizeof(value)) {
		return;
	}
	attach_join(client);
	if (client->client == NULL) {
		fail_waiting(client, client->open_error);
		return;
	}
	client->client_event = event_new(client->base, plx_client_fd(client->client),
					 EV_READ | EV_PERSIST, on_results, client);
	if (client->client_event == NULL || event_add(client->client_event, NULL) != 0) {
		plx_client_close(client->client);
		client->client = NULL;
		fail_waiting(client, -ENOMEM);
		return;
	}
	submit_waiting(client);
}

static void result_arrived(void *context, const struct plx_result *result, const uint8_t *body)
{
	struct own_client *client = context;
	struct own_lookup *lookup = (struct own_lookup *)(uintptr_t)result->tag;
	lookup_close(lookup);
	lookup_end(client, lookup, 0, result, body);
}

static void on_results(evutil_socket_t fd, short what, void *context)
{
	struct own_client *client = context;
	submit_waiting(client);
	// Level-triggered: what one turn leaves keeps the descriptor readable.
	plx_client_collect(client->client, RESULTS_PER_TURN, result_arrived, client);
}

int own_client_submit(struct own_client *client, const struct plx_job *job, own_client_cb callback,
		      void *context)
{
	if (client->lookup_count == LOOKUPS_MAX) {
		return -EAGAIN;
	}
	struct own_lookup *lookup = calloc(1, sizeof(*lookup));
	if (lookup == NULL) {
		return -ENOMEM;
	}
	lookup->job = *job;
	lookup->callback = callback;
	lookup->context = context;
	client->lookup_count++;
	STAILQ_INSERT_TAIL(&client->waiting, lookup, entry);
	if (client->client == NULL && !client->is_attaching) {
		int error = attach_start(client);
		if (error != 0) {
			STAILQ_REMOVE(&client->waiting, lookup, own_lookup, entry);
			client->lookup_count--;
			free(lookup);
			return error;
		}
	} else if (client->client != NULL) {
		// From a turn of its own: the callback must not come before this returns.
		event_active(client->client_event, EV_TIMEOUT, 0);
	}
	return 0;
}

void own_client_destroy(struct own_client *client)
{
	if (client == NULL) {
		return;
	}
	attach_join(client);
	fail_waiting(client, -ECANCELED);
	while (client->open_lookups != NULL) {
		struct own_lookup *lookup = client->open_lookups;
		lookup_close(lookup);
		lookup_end(client, lookup, -ECANCELED, NULL, NULL);
	}
	if (client->client_event != NULL) {
		event_free(client->client_event);
	}
	plx_client_close(client->client);
	if (client->attached_event != NULL) {
		event_free(client->attached_event);
	}
	if (client->attached_fd >= 0) {
		close(client->attached_fd);
	}
	free(client->socket_path);
	free(client);
}
