// SPDX-License-Identifier: BSD-3-Clause
// The table of attached clients. A client's region lives from attach until its last worker acknowledged the
// detach, because a worker may be in the middle of a burst on it when the connection closes.

#include "exchange/exchange_server.h"

#include <parallax/exchange/region_layout.h>
#include <parallax/exchange/wake_event.h>

#include "exchange/lane_state.h"
#include "exchange/region_create.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

static_assert(EXCHANGE_WORKERS_MAX == PLX_REGION_WORKERS_MAX,
	      "the region has room for all workers");
static_assert(EXCHANGE_BEAT_MS < PLX_BEAT_INTERVAL_MS, "the timer may be late by the difference");

enum client_state {
	CLIENT_FREE = 0,
	CLIENT_ATTACHED,
	CLIENT_DETACHING,
};

struct exchange_client {
	enum client_state state;
	char name[PLX_CLIENT_NAME_MAX + 1];
	pid_t pid;
	enum plx_priority priority;
	struct region region;
	int wake_fd[2];                           // socket pair: ours, the client's; -1: none
	int worker_wake_fd[EXCHANGE_WORKERS_MAX]; // eventfds that the client writes; -1: none
	struct exchange_lane *lanes;              // one per worker
	unsigned unacknowledged;                  // workers that may still touch their lane
	void (*on_end)(void *owner);              // NULL: nobody set one
	void *owner;
};

struct exchange_server {
	unsigned worker_count;
	struct exchange_worker_ops ops;
	struct plx_siphash_key worker_key;
	uint64_t beat_count;
	int worker_wake_fd[EXCHANGE_WORKERS_MAX];
	struct exchange_client clients[EXCHANGE_CLIENTS_MAX];
};

static int worker_key_generate(struct plx_siphash_key *ret_key)
{
	ssize_t count = getrandom(ret_key, sizeof(*ret_key), 0);
	return count == (ssize_t)sizeof(*ret_key) ? 0 : -EIO;
}

static int worker_wake_fds_open(struct exchange_server *server)
{
	for (unsigned worker = 0; worker < server->worker_count; worker++) {
		server->worker_wake_fd[worker] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		if (server->worker_wake_fd[worker] < 0) {
			return -errno;
		}
	}
	return 0;
}

struct exchange_server *
exchange_server_create(unsigned worker_count, const struct exchange_worker_ops *ops, int *ret_error)
{
	if (worker_count == 0 || worker_count > EXCHANGE_WORKERS_MAX) {
		*ret_error = -EINVAL;
		return NULL;
	}
	struct exchange_server *server = calloc(1, sizeof(*server));
	if (server == NULL) {
		*ret_error = -ENOMEM;
		return NULL;
	}
	server->worker_count = worker_count;
	server->ops = *ops;
	for (unsigned worker = 0; worker < EXCHANGE_WORKERS_MAX; worker++) {
		server->worker_wake_fd[worker] = -1;
	}
	int error = worker_key_generate(&server->worker_key);
	if (error == 0) {
		error = worker_wake_fds_open(server);
	}
	if (error != 0) {
		exchange_server_destroy(server);
		*ret_error = error;
		return NULL;
	}
	return server;
}

static void fds_close(const int *fds, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (fds[i] >= 0) {
			close(fds[i]);
		}
	}
}

// Also of a client that is built in part.
static void client_release(struct exchange_client *client)
{
	free(client->lanes);
	region_destroy(&client->region);
	fds_close(client->wake_fd, 2);
	fds_close(client->worker_wake_fd, EXCHANGE_WORKERS_MAX);
}

static void client_free(struct exchange_client *client)
{
	if (client->state == CLIENT_FREE) {
		return;
	}
	client_release(client);
	*client = (struct exchange_client) {0};
}

void exchange_server_destroy(struct exchange_server *server)
{
	if (server == NULL) {
		return;
	}
	for (unsigned i = 0; i < EXCHANGE_CLIENTS_MAX; i++) {
		client_free(&server->clients[i]);
	}
	fds_close(server->worker_wake_fd, server->worker_count);
	free(server);
}

int exchange_server_worker_wake_fd(const struct exchange_server *server, unsigned worker)
{
	return server->worker_wake_fd[worker];
}

static struct exchange_lane *lanes_create(unsigned worker_count)
{
	static_assert(sizeof(struct exchange_lane) % PLX_CACHE_LINE == 0, "lanes share no line");
	return aligned_alloc(PLX_CACHE_LINE, worker_count * sizeof(struct exchange_lane));
}

static int client_wake_fds_open(const struct exchange_server *server,
				struct exchange_client *client)
{
	const int type = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
	if (socketpair(AF_UNIX, type, 0, client->wake_fd) < 0) {
		client->wake_fd[0] = client->wake_fd[1] = -1;
		return -errno;
	}
	// Nothing is read here, so that the client shall have nothing, descriptors least of all, to leave there.
	if (shutdown(client->wake_fd[0], SHUT_RD) < 0) {
		return -errno;
	}
	for (unsigned worker = 0; worker < server->worker_count; worker++) {
		client->worker_wake_fd[worker] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		if (client->worker_wake_fd[worker] < 0) {
			return -errno;
		}
	}
	return 0;
}

// Everything that a client needs, or nothing. The state stays CLIENT_FREE on errors.
static int client_build(struct exchange_server *server, struct exchange_client *client)
{
	struct exchange_client built = {
		.state = CLIENT_ATTACHED,
		.wake_fd = {-1, -1},
		.unacknowledged = server->worker_count,
		.lanes = lanes_create(server->worker_count),
	};
	for (unsigned worker = 0; worker < EXCHANGE_WORKERS_MAX; worker++) {
		built.worker_wake_fd[worker] = -1;
	}
	int error = built.lanes == NULL ? -ENOMEM : client_wake_fds_open(server, &built);
	if (error == 0) {
		error = region_create(server->worker_count, &server->worker_key, &built.region);
	}
	if (error != 0) {
		client_release(&built);
		return error;
	}
	*client = built;
	return 0;
}

static void attachment_describe(const struct exchange_server *server, unsigned index,
				struct exchange_attachment *ret_attachment)
{
	const struct exchange_client *client = &server->clients[index];
	*ret_attachment = (struct exchange_attachment) {
		.client = index,
		.region_fd = client->region.fd,
		.client_wake_fd = client->wake_fd[1],
		.worker_count = server->worker_count,
	};
	for (unsigned worker = 0; worker < server->worker_count; worker++) {
		ret_attachment->worker_wake_fd[worker] = client->worker_wake_fd[worker];
	}
}

int exchange_server_attach(struct exchange_server *server, enum plx_priority priority,
			   const char *name, pid_t pid, struct exchange_attachment *ret_attachment)
{
	unsigned index = 0;
	while (index < EXCHANGE_CLIENTS_MAX && server->clients[index].state != CLIENT_FREE) {
		index++;
	}
	if (index == EXCHANGE_CLIENTS_MAX) {
		return -ENOSPC;
	}
	struct exchange_client *client = &server->clients[index];
	int error = client_build(server, client);
	if (error != 0) {
		return error;
	}
	client->priority = priority;
	client->pid = pid;
	snprintf(client->name, sizeof(client->name), "%s", name);
	attachment_describe(server, index, ret_attachment);
	for (unsigned worker = 0; worker < server->worker_count; worker++) {
		struct exchange_lane *lane = &client->lanes[worker];
		const struct exchange_lane_wake wake = {client->wake_fd[0],
							client->worker_wake_fd[worker]};
		exchange_lane_init(lane, client->region.base, worker, index, priority, wake);
		server->ops.attach(server->ops.context, worker, lane);
		plx_wake_event_kick(server->worker_wake_fd[worker]);
	}
	return 0;
}

void exchange_server_set_owner(struct exchange_server *server, unsigned client,
			       void (*on_end)(void *owner), void *owner)
{
	assert(client < EXCHANGE_CLIENTS_MAX && server->clients[client].state == CLIENT_ATTACHED);
	server->clients[client].on_end = on_end;
	server->clients[client].owner = owner;
}

void exchange_server_end(struct exchange_server *server, unsigned client)
{
	if (client >= EXCHANGE_CLIENTS_MAX || server->clients[client].state != CLIENT_ATTACHED) {
		return;
	}
	if (server->clients[client].on_end != NULL) {
		server->clients[client].on_end(server->clients[client].owner);
	} else {
		exchange_server_detach(server, client);
	}
}

void exchange_server_beat(struct exchange_server *server)
{
	server->beat_count++;
	for (unsigned i = 0; i < EXCHANGE_CLIENTS_MAX; i++) {
		if (server->clients[i].state != CLIENT_FREE) {
			struct plx_beat *beat =
				plx_region_control_beat(server->clients[i].region.base);
			__atomic_store_n(&beat->count, server->beat_count, __ATOMIC_RELAXED);
		}
	}
}

void exchange_server_detach(struct exchange_server *server, unsigned client)
{
	if (client >= EXCHANGE_CLIENTS_MAX || server->clients[client].state != CLIENT_ATTACHED) {
		return;
	}
	server->clients[client].state = CLIENT_DETACHING;
	// The last acknowledgement frees the lanes, and it may come from within the last call: nothing of the
	// client is touched after it.
	struct exchange_lane *lanes = server->clients[client].lanes;
	for (unsigned worker = 0; worker < server->worker_count; worker++) {
		server->ops.detach(server->ops.context, worker, &lanes[worker]);
		plx_wake_event_kick(server->worker_wake_fd[worker]);
	}
}

void exchange_server_detached(struct exchange_server *server, unsigned worker,
			      struct exchange_lane *lane)
{
	struct exchange_client *client = &server->clients[lane->client];
	assert(client->state == CLIENT_DETACHING && lane == &client->lanes[worker]);
	assert(client->unacknowledged > 0);
	client->unacknowledged--;
	if (client->unacknowledged == 0) {
		client_free(client);
	}
}

bool exchange_server_client_info(const struct exchange_server *server, unsigned client,
				 struct exchange_client_info *ret_info)
{
	if (client >= EXCHANGE_CLIENTS_MAX || server->clients[client].state == CLIENT_FREE) {
		return false;
	}
	const struct exchange_client *attached = &server->clients[client];
	struct exchange_client_info info = {
		.pid = attached->pid,
		.priority = attached->priority,
		.is_detaching = attached->state == CLIENT_DETACHING,
	};
	static_assert(sizeof(info.name) == sizeof(attached->name), "names fit");
	snprintf(info.name, sizeof(info.name), "%s", attached->name);
	for (unsigned worker = 0; worker < server->worker_count; worker++) {
		const struct exchange_lane *lane = &attached->lanes[worker];
		info.jobs += __atomic_load_n(&lane->jobs_taken, __ATOMIC_RELAXED);
		info.results += __atomic_load_n(&lane->results_delivered, __ATOMIC_RELAXED);
	}
	*ret_info = info;
	return true;
}
