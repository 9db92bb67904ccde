// SPDX-License-Identifier: BSD-3-Clause
// One entry per server that has connections or queries: which connection a query goes to, and what becomes of queries
// whose connection ended.

#include <parallax/base/error.h>

#include "tcp/tcp_client.h"

#include <errno.h>
#include <stdlib.h>

struct tcp_server *tcp_server_get(struct tcp_client *client, const struct plx_endpoint *endpoint)
{
	uint8_t bytes[sizeof(endpoint->ip.bytes) + 3];
	memcpy(bytes, endpoint->ip.bytes, sizeof(endpoint->ip.bytes));
	bytes[16] = endpoint->ip.family;
	bytes[17] = (uint8_t)(endpoint->port >> 8);
	bytes[18] = (uint8_t)endpoint->port;
	size_t bucket = plx_siphash(&client->key, bytes, sizeof(bytes)) & (TCP_SERVER_BUCKETS - 1);

	struct tcp_server *server;
	LIST_FOREACH(server, &client->buckets[bucket], bucket_link)
	{
		if (plx_endpoint_equal(&server->endpoint, endpoint)) {
			return server;
		}
	}
	server = calloc(1, sizeof(*server));
	if (server == NULL) {
		return NULL;
	}
	server->endpoint = *endpoint;
	server->budget = UINT32_MAX;
	LIST_INIT(&server->connections);
	TAILQ_INIT(&server->waiting);
	LIST_INSERT_HEAD(&client->buckets[bucket], server, bucket_link);
	return server;
}

void tcp_server_destroy(struct tcp_server *server)
{
	free(server);
}

// Freed at the end of the turn if it is still unused then.
void tcp_server_reap(struct tcp_client *client, struct tcp_server *server)
{
	if (!server->is_reapable) {
		server->is_reapable = true;
		TAILQ_INSERT_TAIL(&client->reapable, server, reap_link);
	}
}

// The one with the fewest queries in flight that may take another, or NULL.
static struct tcp_connection *least_loaded(const struct tcp_server *server)
{
	struct tcp_connection *best = NULL;
	struct tcp_connection *connection;
	LIST_FOREACH(connection, &server->connections, server_link)
	{
		if (tcp_connection_has_room(connection) &&
		    (best == NULL || connection->in_flight < best->in_flight)) {
			best = connection;
		}
	}
	return best;
}

// RFC 7766 6.2.2: no more connections than needed, so a further one only when all are well used.
static struct tcp_connection *choose_connection(struct tcp_client *client,
						struct tcp_server *server, uint64_t now_ns,
						int *ret_error)
{
	struct tcp_connection *connection = least_loaded(server);
	if (connection != NULL && connection->in_flight < TCP_PIPELINE_COMFORT) {
		return connection;
	}
	if (server->connection_count < TCP_CONNECTIONS_PER_SERVER) {
		struct tcp_connection *opened;
		int error = tcp_connection_open(client, server, now_ns, &opened);
		if (error == 0) {
			return opened;
		}
		if (server->connection_count == 0) {
			*ret_error = error;
		}
	}
	return connection;
}

void tcp_server_dispatch(struct tcp_client *client, struct tcp_server *server, uint64_t now_ns)
{
	while (!TAILQ_EMPTY(&server->waiting)) {
		int error = 0;
		struct tcp_connection *connection =
			choose_connection(client, server, now_ns, &error);
		if (error != 0) {
			tcp_server_answer_waiting(client, server, error, now_ns);
			return;
		}
		// Opening one may close an idle one, which dispatches as well: look again.
		struct tcp_query *query = TAILQ_FIRST(&server->waiting);
		if (query == NULL || connection == NULL || !tcp_connection_has_room(connection)) {
			return; // all are full: the next answer, loss or deadline comes back here
		}
		TAILQ_REMOVE(&server->waiting, query, waiting_link);
		tcp_connection_assign(client, connection, query, now_ns);
	}
}

void tcp_server_requeue(struct tcp_client *client, struct tcp_query *query, int cause,
			uint64_t now_ns)
{
	if (query->losses >= TCP_RECONNECTS_PER_QUERY ||
	    query->losses >= query->request.resends_max) {
		tcp_client_answer(client, query, cause, NULL, 0, now_ns);
		return;
	}
	query->losses++;
	tcp_count(&client->counters.requeued);
	TAILQ_INSERT_HEAD(&query->server->waiting, query, waiting_link);
}

void tcp_server_answer_waiting(struct tcp_client *client, struct tcp_server *server, int error,
			       uint64_t now_ns)
{
	struct tcp_query *query;
	while ((query = TAILQ_FIRST(&server->waiting)) != NULL) {
		TAILQ_REMOVE(&server->waiting, query, waiting_link);
		tcp_client_answer(client, query, error, NULL, 0, now_ns);
	}
	tcp_server_reap(client, server);
}
