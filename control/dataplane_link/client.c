// SPDX-License-Identifier: BSD-3-Clause
// Opening, closing and waiting; the rest of the contract is in job_submit.c and result_collect.c.

#include "dataplane_link/client_state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define OPEN_CONNECT_TIMEOUT_MS 2000u
#define CREATE_CONNECT_TIMEOUT_MS 1u // never blocks: a full backlog is tried again by the timer

static int client_configure(struct plx_client *client, const struct plx_client_config *config)
{
	const char *path = config->socket_path;
	size_t name_length = strlen(config->name);
	if (name_length == 0 || name_length > PLX_CLIENT_NAME_MAX ||
	    config->window > PLX_CLIENT_WINDOW_MAX) {
		return -EINVAL;
	}
	memcpy(client->name, config->name, name_length + 1);
	client->socket_path = strdup(path == NULL ? PLX_DATAPLANE_SOCKET_DEFAULT : path);
	client->record = malloc(PLX_RESULT_RECORD_MAX);
	if (client->socket_path == NULL || client->record == NULL) {
		return -ENOMEM;
	}
	client->identity = (struct connection_identity) {.socket_path = client->socket_path,
							 .name = client->name,
							 .priority = config->priority};
	return outstanding_init(&client->outstanding,
				config->window == 0 ? PLX_CLIENT_WINDOW_DEFAULT : config->window);
}

// The first attach waits for its answer, CONNECTION_ATTACH_LIMIT_MS at most.
static int client_attach(struct plx_client *client)
{
	struct connection *connection = &client->connection;
	connection_start(connection, &client->identity, OPEN_CONNECT_TIMEOUT_MS);
	while (connection->state == CONNECTION_ATTACHING) {
		int error = connection_step(connection, &client->identity, -1);
		if (error != 0 && error != -EINTR) {
			return error;
		}
	}
	return connection->state == CONNECTION_ATTACHED ? 0 : connection->last_error;
}

static void client_free(struct plx_client *client)
{
	outstanding_fini(&client->outstanding);
	free(client->record);
	free(client->socket_path);
	free(client);
}

// Everything but the attach.
static struct plx_client *client_prepare(const struct plx_client_config *config, int *ret_error)
{
	struct plx_client *client = calloc(1, sizeof(*client));
	if (client == NULL) {
		*ret_error = -ENOMEM;
		return NULL;
	}
	int error = client_configure(client, config);
	if (error == 0) {
		error = connection_init(&client->connection);
	}
	if (error != 0) {
		client_free(client);
		*ret_error = error;
		return NULL;
	}
	return client;
}

struct plx_client *plx_client_open(const struct plx_client_config *config, int *ret_error)
{
	struct plx_client *client = client_prepare(config, ret_error);
	if (client == NULL) {
		return NULL;
	}
	int error = client_attach(client);
	if (error != 0) {
		plx_client_close(client);
		*ret_error = error;
		return NULL;
	}
	return client;
}

struct plx_client *plx_client_create(const struct plx_client_config *config, int *ret_error)
{
	struct plx_client *client = client_prepare(config, ret_error);
	if (client != NULL) {
		// Refused or absent: the state is WAITING and its timer tries again.
		connection_start(&client->connection, &client->identity, CREATE_CONNECT_TIMEOUT_MS);
	}
	return client;
}

void plx_client_close(struct plx_client *client)
{
	if (client == NULL) {
		return;
	}
	connection_fini(&client->connection);
	client_free(client);
}

bool plx_client_is_attached(const struct plx_client *client)
{
	return client->connection.state == CONNECTION_ATTACHED;
}

uint32_t plx_client_outstanding(const struct plx_client *client)
{
	return client->outstanding.open_count;
}

uint32_t plx_client_worker_count(const struct plx_client *client)
{
	return client->connection.region.worker_count;
}

const struct plx_evidence_terms *plx_client_terms(const struct plx_client *client)
{
	const struct attach_terms *terms = &client->connection.terms;
	return terms->is_known ? &terms->terms : NULL;
}

int plx_client_fd(const struct plx_client *client)
{
	return client->connection.epoll_fd;
}

uint64_t plx_client_late_results(const struct plx_client *client)
{
	return client->late_results;
}

bool plx_client_is_responding(struct plx_client *client, uint64_t now_ns)
{
	struct connection *connection = &client->connection;
	if (connection->state != CONNECTION_ATTACHED) {
		return false;
	}
	if (connection_look(connection, now_ns)) {
		connection_wake_self(connection);
	}
	return connection->silent_workers == 0;
}

uint32_t plx_client_silent_workers(const struct plx_client *client)
{
	return client->connection.state == CONNECTION_ATTACHED ? client->connection.silent_workers
							       : 0;
}

bool plx_client_is_control_responding(const struct plx_client *client)
{
	return client->connection.state == CONNECTION_ATTACHED &&
	       !client->connection.control_heartbeat.is_silent;
}

uint64_t plx_client_stray_results(const struct plx_client *client)
{
	return client->stray_results;
}

static bool rings_are_empty(struct connection *connection)
{
	// Announcing is looking; nobody is left who would kick us.
	return !connection_announce_sleep(connection);
}

static bool rings_are_corrupt(const struct connection *connection)
{
	for (uint32_t i = 0; i < connection->region.worker_count; i++) {
		if (connection->workers[i].results.is_corrupt) {
			return true;
		}
	}
	return false;
}

void client_settle(struct plx_client *client)
{
	struct connection *connection = &client->connection;
	if (connection->state == CONNECTION_DRAINING &&
	    (rings_are_corrupt(connection) || rings_are_empty(connection))) {
		connection_drop_region(connection);
		client->lost_cursor = 0;
	}
	if (connection->state == CONNECTION_LOST && client->outstanding.open_count == 0) {
		connection_schedule(connection);
	}
}

int plx_client_wait(struct plx_client *client, int timeout_ms)
{
	struct connection *connection = &client->connection;
	plx_client_flush(client);
	client_settle(client);
	if (connection->state == CONNECTION_DRAINING || connection->state == CONNECTION_LOST ||
	    (connection->state == CONNECTION_ATTACHED && connection_announce_sleep(connection))) {
		return 0;
	}
	int error = connection_step(connection, &client->identity, timeout_ms);
	client_settle(client);
	return error;
}
