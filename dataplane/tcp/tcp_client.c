// SPDX-License-Identifier: BSD-3-Clause

#include "tcp/tcp_client.h"

#include <parallax/base/error.h>
#include <parallax/dns/message_reader.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#define QUERY_OF(pointer)                                                                          \
	((struct tcp_query *)(void *)((char *)(pointer)-offsetof(struct tcp_query, deadline)))
#define CONNECTION_OF(pointer)                                                                     \
	((struct tcp_connection *)(void *)((char *)(pointer)-offsetof(struct tcp_connection,       \
								      deadline)))

int tcp_client_init(struct tcp_client *client, int epoll_fd, uint32_t query_capacity,
		    void (*answer_cb)(void *context, struct tcp_query *query), void *context)
{
	memset(client, 0, sizeof(*client));
	client->epoll_fd = epoll_fd;
	client->answer_cb = answer_cb;
	client->context = context;
	TAILQ_INIT(&client->idle);
	TAILQ_INIT(&client->dirty);
	TAILQ_INIT(&client->closed);
	TAILQ_INIT(&client->reapable);
	int error = plx_random_init(&client->random);
	if (error != 0) {
		return error;
	}
	client->key.k0 = plx_random_u64(&client->random);
	client->key.k1 = plx_random_u64(&client->random);
	return tcp_deadlines_init(&client->deadlines, query_capacity + TCP_CONNECTIONS_MAX);
}

void tcp_client_fini(struct tcp_client *client)
{
	tcp_client_reap(client);
	for (size_t i = 0; i < TCP_SERVER_BUCKETS; i++) {
		struct tcp_server *server;
		while ((server = LIST_FIRST(&client->buckets[i])) != NULL) {
			struct tcp_connection *connection;
			while ((connection = LIST_FIRST(&server->connections)) != NULL) {
				LIST_REMOVE(connection, server_link);
				tcp_connection_destroy(connection);
			}
			LIST_REMOVE(server, bucket_link);
			tcp_server_destroy(server);
		}
	}
	tcp_deadlines_fini(&client->deadlines);
}

// Octets of the question behind the header, 0 when there is not exactly one that can be read. Our own writer made the
// query, but a wrong length here would make every comparison wrong.
static uint16_t question_length(const struct tcp_request *request)
{
	struct plx_message message;
	if (request->query_length > sizeof(request->query) ||
	    plx_message_open(request->query, request->query_length, &message) != 0 ||
	    message.question_count != 1) {
		return 0;
	}
	return (uint16_t)(message.question_name_length + 4);
}

void tcp_client_ask(struct tcp_client *client, struct tcp_query *query, uint64_t now_ns)
{
	const struct tcp_request *request = &query->request;
	query->connection = NULL;
	query->server = NULL;
	query->losses = 0;
	query->was_connected = false;
	query->sent_ns = now_ns;
	query->message = NULL;
	query->deadline = (struct tcp_deadline) {.kind = TCP_DEADLINE_QUERY};
	query->question_length = question_length(request);
	tcp_count(&client->counters.queries);
	if (query->question_length == 0) {
		tcp_client_answer(client, query, -EINVAL, NULL, 0, now_ns);
		return;
	}
	uint64_t latest_ns = now_ns + TCP_QUERY_TIMEOUT_NS;
	uint64_t deadline_ns = request->deadline_ns < latest_ns ? request->deadline_ns : latest_ns;
	if (deadline_ns <= now_ns) {
		tcp_client_answer(client, query, PLX_ERR_TCP_TIMEOUT, NULL, 0, now_ns);
		return;
	}
	query->server = tcp_server_get(client, &request->server);
	if (query->server == NULL) {
		tcp_client_answer(client, query, -ENOMEM, NULL, 0, now_ns);
		return;
	}
	tcp_deadline_set(&client->deadlines, &query->deadline, deadline_ns);
	TAILQ_INSERT_TAIL(&query->server->waiting, query, waiting_link);
	tcp_server_dispatch(client, query->server, now_ns);
}

void tcp_client_answer(struct tcp_client *client, struct tcp_query *query, int error,
		       const uint8_t *message, uint32_t length, uint64_t now_ns)
{
	tcp_deadline_clear(&client->deadlines, &query->deadline);
	if (error == 0) {
		query->message = malloc(length);
		if (query->message == NULL) {
			error = -ENOMEM;
		} else {
			memcpy(query->message, message, length);
			memcpy(query->message, query->request.query, 2); // the asker's own ID
		}
	}
	if (error == 0) {
		tcp_count(&client->counters.answers);
	} else {
		tcp_count(&client->counters.failures);
	}
	query->answer = (struct tcp_answer) {
		.server = query->request.server,
		.slot = query->request.slot,
		.generation = query->request.generation,
		.error = error,
		.rtt_us = (uint32_t)((now_ns - query->sent_ns) / 1000),
		.length = query->message != NULL ? length : 0,
		.resends = query->losses,
		.was_connected = query->was_connected,
		.message = query->message,
	};
	client->answer_cb(client->context, query);
}

void tcp_client_event(struct tcp_client *client, struct tcp_connection *connection, uint32_t events,
		      uint64_t now_ns)
{
	if (connection->state == TCP_CONNECTION_CONNECTING) {
		tcp_connection_connected(client, connection, now_ns);
	}
	if (connection->state == TCP_CONNECTION_OPEN && (events & EPOLLOUT) != 0) {
		tcp_connection_flush(client, connection, now_ns);
	}
	if (connection->state == TCP_CONNECTION_OPEN &&
	    (events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0) {
		tcp_connection_receive(client, connection, now_ns);
	}
}

static void expire_query(struct tcp_client *client, struct tcp_query *query, uint64_t now_ns)
{
	struct tcp_connection *connection = query->connection;
	if (connection == NULL) {
		TAILQ_REMOVE(&query->server->waiting, query, waiting_link);
		tcp_server_reap(client, query->server);
	} else {
		// Nothing came since it was sent: a server that is stuck must not get further queries.
		if (connection->state == TCP_CONNECTION_OPEN &&
		    connection->last_answer_ns < query->sent_ns) {
			connection->is_retiring = true;
		}
		tcp_connection_forget(client, query, now_ns);
	}
	struct tcp_server *server = query->server;
	tcp_client_answer(client, query, PLX_ERR_TCP_TIMEOUT, NULL, 0, now_ns);
	tcp_server_dispatch(client, server, now_ns);
}

void tcp_client_expire(struct tcp_client *client, uint64_t now_ns)
{
	struct tcp_deadline *deadline;
	while ((deadline = tcp_deadline_first(&client->deadlines)) != NULL &&
	       deadline->at_ns <= now_ns) {
		tcp_deadline_clear(&client->deadlines, deadline);
		if (deadline->kind == TCP_DEADLINE_QUERY) {
			expire_query(client, QUERY_OF(deadline), now_ns);
		} else {
			tcp_connection_lose(client, CONNECTION_OF(deadline), PLX_ERR_TCP_TIMEOUT,
					    now_ns);
		}
	}
}

void tcp_client_flush(struct tcp_client *client, uint64_t now_ns)
{
	struct tcp_connection *connection;
	// A flush may find its connection dead and queue its queries elsewhere: that is flushed as well.
	while ((connection = TAILQ_FIRST(&client->dirty)) != NULL) {
		TAILQ_REMOVE(&client->dirty, connection, dirty_link);
		connection->is_dirty = false;
		tcp_connection_flush(client, connection, now_ns);
	}
}

void tcp_client_reap(struct tcp_client *client)
{
	struct tcp_connection *connection;
	while ((connection = TAILQ_FIRST(&client->closed)) != NULL) {
		TAILQ_REMOVE(&client->closed, connection, closed_link);
		tcp_connection_destroy(connection);
	}
	struct tcp_server *server;
	while ((server = TAILQ_FIRST(&client->reapable)) != NULL) {
		TAILQ_REMOVE(&client->reapable, server, reap_link);
		server->is_reapable = false;
		if (LIST_EMPTY(&server->connections) && TAILQ_EMPTY(&server->waiting)) {
			LIST_REMOVE(server, bucket_link);
			tcp_server_destroy(server);
		}
	}
}
