// SPDX-License-Identifier: BSD-3-Clause
// One TCP connection: connect, queue, send, cut the stream into messages, match each by ID and question, close.

#include <parallax/base/byte_writer.h>
#include <parallax/base/error.h>

#include "tcp/tcp_client.h"
#include "tcp/tcp_match.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static socklen_t endpoint_to_sockaddr(const struct plx_endpoint *endpoint,
				      struct sockaddr_storage *ret_address)
{
	memset(ret_address, 0, sizeof(*ret_address));
	if (endpoint->ip.family == 4) {
		struct sockaddr_in address = {.sin_family = AF_INET,
					      .sin_port = htons(endpoint->port)};
		memcpy(&address.sin_addr, endpoint->ip.bytes, sizeof(address.sin_addr));
		memcpy(ret_address, &address, sizeof(address));
		return sizeof(address);
	}
	struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_port = htons(endpoint->port)};
	memcpy(&address.sin6_addr, endpoint->ip.bytes, sizeof(address.sin6_addr));
	memcpy(ret_address, &address, sizeof(address));
	return sizeof(address);
}

// The cause that an errno of connect, send or recv stands for.
static int cause_of(int error_number)
{
	switch (error_number) {
	case ECONNREFUSED:
		return PLX_ERR_TCP_REFUSED;
	case ECONNRESET:
	case ECONNABORTED:
	case EPIPE:
		return PLX_ERR_TCP_CLOSED;
	case ETIMEDOUT:
		return PLX_ERR_TCP_TIMEOUT;
	default:
		return -error_number;
	}
}

static int open_socket(const struct plx_endpoint *endpoint, int *ret_fd)
{
	if (endpoint->ip.family != 4 && endpoint->ip.family != 6) {
		return -EAFNOSUPPORT;
	}
	struct sockaddr_storage address;
	socklen_t length = endpoint_to_sockaddr(endpoint, &address);
	int fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0) {
		return -errno;
	}
	// Whole batches are written at once, so Nagle's delay would only add to the answer time.
	int on = 1;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (connect(fd, (const struct sockaddr *)&address, length) != 0 && errno != EINPROGRESS) {
		int error = cause_of(errno);
		close(fd);
		return error;
	}
	*ret_fd = fd;
	return 0;
}

// Below the limit of all connections, if need be by closing the one unused for longest.
static int make_room(struct tcp_client *client, uint64_t now_ns)
{
	if (client->connection_count < TCP_CONNECTIONS_MAX) {
		return 0;
	}
	struct tcp_connection *idle = TAILQ_FIRST(&client->idle);
	if (idle == NULL) {
		return -EMFILE;
	}
	tcp_connection_lose(client, idle, PLX_ERR_TCP_CLOSED, now_ns);
	return 0;
}

int tcp_connection_open(struct tcp_client *client, struct tcp_server *server, uint64_t now_ns,
			struct tcp_connection **ret_connection)
{
	int error = make_room(client, now_ns);
	if (error != 0) {
		return error;
	}
	struct tcp_connection *connection = calloc(1, sizeof(*connection));
	if (connection == NULL) {
		return -ENOMEM;
	}
	error = open_socket(&server->endpoint, &connection->fd);
	if (error != 0) {
		tcp_count(&client->counters.connections_failed);
		free(connection);
		return error;
	}
	struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.ptr = connection};
	if (epoll_ctl(client->epoll_fd, EPOLL_CTL_ADD, connection->fd, &event) != 0) {
		error = -errno;
		close(connection->fd);
		free(connection);
		return error;
	}
	connection->is_send_blocked = true;
	connection->state = TCP_CONNECTION_CONNECTING;
	connection->server = server;
	connection->changed_ns = now_ns;
	connection->last_answer_ns = now_ns;
	connection->deadline = (struct tcp_deadline) {.kind = TCP_DEADLINE_CONNECTION};
	tcp_deadline_set(&client->deadlines, &connection->deadline,
			 now_ns + TCP_CONNECT_TIMEOUT_NS);
	LIST_INSERT_HEAD(&server->connections, connection, server_link);
	server->connection_count++;
	client->connection_count++;
	tcp_count(&client->counters.connections_opened);
	*ret_connection = connection;
	return 0;
}

void tcp_connection_destroy(struct tcp_connection *connection)
{
	if (connection->fd >= 0) {
		close(connection->fd);
	}
	tcp_stream_fini(&connection->stream);
	free(connection);
}

bool tcp_connection_has_room(const struct tcp_connection *connection)
{
	return connection->state != TCP_CONNECTION_CLOSED && !connection->is_retiring &&
	       connection->in_flight < TCP_PIPELINE_MAX &&
	       TCP_SEND_BYTES - (connection->send_end - connection->send_start) >=
		       2 + PLX_QUERY_MAX;
}

static void make_dirty(struct tcp_client *client, struct tcp_connection *connection)
{
	if (!connection->is_dirty) {
		connection->is_dirty = true;
		TAILQ_INSERT_TAIL(&client->dirty, connection, dirty_link);
	}
}

// Unpredictable and unlike every other in flight on this connection; at most 128 of 65536 are taken.
static uint16_t choose_id(struct tcp_client *client, const struct tcp_connection *connection)
{
	for (;;) {
		uint16_t id = (uint16_t)plx_random_u32(&client->random);
		uint32_t i = 0;
		while (i < connection->in_flight && connection->ids[i] != id) {
			i++;
		}
		if (i == connection->in_flight) {
			return id;
		}
	}
}

static void queue_bytes(struct tcp_connection *connection, const struct tcp_query *query)
{
	if (connection->send_start > 0) {
		memmove(connection->send_bytes, connection->send_bytes + connection->send_start,
			connection->send_end - connection->send_start);
		connection->send_end -= connection->send_start;
		connection->send_start = 0;
	}
	struct plx_writer writer = plx_writer_init(connection->send_bytes + connection->send_end,
						   TCP_SEND_BYTES - connection->send_end);
	plx_write_u16(&writer, query->request.query_length);
	plx_write_u16(&writer, query->wire_id);
	plx_write_bytes(&writer, query->request.query + 2, query->request.query_length - 2u);
	connection->send_end += (uint32_t)writer.position;
}

void tcp_connection_assign(struct tcp_client *client, struct tcp_connection *connection,
			   struct tcp_query *query, uint64_t now_ns)
{
	if (connection->state == TCP_CONNECTION_OPEN && connection->in_flight == 0) {
		TAILQ_REMOVE(&client->idle, connection, idle_link);
		tcp_deadline_clear(&client->deadlines, &connection->deadline);
		if (tcp_stream_is_partial(&connection->stream)) {
			// Begun while nobody waited, so it is no answer to this; but it is in the way.
			tcp_deadline_set(&client->deadlines, &connection->deadline,
					 now_ns + TCP_IDLE_TIMEOUT_NS);
		}
	}
	query->connection = connection;
	query->sent_ns = now_ns;
	query->was_connected |= connection->state == TCP_CONNECTION_OPEN;
	query->wire_id = choose_id(client, connection);
	connection->ids[connection->in_flight] = query->wire_id;
	connection->queries[connection->in_flight++] = query;
	connection->assigned_count++;
	if (connection->assigned_count >= connection->server->budget) {
		connection->is_retiring = true;
	}
	queue_bytes(connection, query);
	make_dirty(client, connection);
}

void tcp_connection_forget(struct tcp_client *client, struct tcp_query *query, uint64_t now_ns)
{
	struct tcp_connection *connection = query->connection;
	query->connection = NULL;
	uint32_t i = 0;
	while (connection->queries[i] != query) {
		i++;
	}
	connection->in_flight--;
	connection->ids[i] = connection->ids[connection->in_flight];
	connection->queries[i] = connection->queries[connection->in_flight];
	if (connection->in_flight > 0 || connection->state != TCP_CONNECTION_OPEN) {
		return;
	}
	connection->changed_ns = now_ns;
	TAILQ_INSERT_TAIL(&client->idle, connection, idle_link);
	if (connection->is_retiring) {
		tcp_connection_lose(client, connection, PLX_ERR_TCP_CLOSED, now_ns);
		return;
	}
	tcp_deadline_set(&client->deadlines, &connection->deadline, now_ns + TCP_IDLE_TIMEOUT_NS);
}

static void await_writable(struct tcp_client *client, struct tcp_connection *connection,
			   bool is_awaited)
{
	if (connection->is_send_blocked == is_awaited) {
		return;
	}
	connection->is_send_blocked = is_awaited;
	struct epoll_event event = {.events = EPOLLIN | (is_awaited ? EPOLLOUT : 0u),
				    .data.ptr = connection};
	(void)epoll_ctl(client->epoll_fd, EPOLL_CTL_MOD, connection->fd, &event);
}

void tcp_connection_flush(struct tcp_client *client, struct tcp_connection *connection,
			  uint64_t now_ns)
{
	if (connection->state != TCP_CONNECTION_OPEN) {
		return;
	}
	while (connection->send_start < connection->send_end) {
		ssize_t sent = send(connection->fd, connection->send_bytes + connection->send_start,
				    connection->send_end - connection->send_start, MSG_NOSIGNAL);
		if (sent >= 0) {
			connection->send_start += (uint32_t)sent;
		} else if (errno == EAGAIN) {
			break;
		} else if (errno != EINTR) {
			// Answers may have arrived before the end of the connection: they are read first.
			int cause = cause_of(errno);
			tcp_connection_receive(client, connection, now_ns);
			tcp_connection_lose(client, connection, cause, now_ns);
			return;
		}
	}
	await_writable(client, connection, connection->send_start < connection->send_end);
}

void tcp_connection_connected(struct tcp_client *client, struct tcp_connection *connection,
			      uint64_t now_ns)
{
	int error = 0;
	socklen_t length = sizeof(error);
	if (getsockopt(connection->fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0) {
		error = errno;
	}
	if (error != 0) {
		tcp_connection_lose(client, connection, cause_of(error), now_ns);
		return;
	}
	connection->state = TCP_CONNECTION_OPEN;
	connection->changed_ns = now_ns;
	connection->last_answer_ns = now_ns;
	for (uint32_t i = 0; i < connection->in_flight; i++) {
		connection->queries[i]->sent_ns = now_ns;
		connection->queries[i]->was_connected = true;
	}
	if (connection->in_flight == 0) {
		TAILQ_INSERT_TAIL(&client->idle, connection, idle_link);
		tcp_deadline_set(&client->deadlines, &connection->deadline,
				 now_ns + TCP_IDLE_TIMEOUT_NS);
	} else {
		tcp_deadline_clear(&client->deadlines, &connection->deadline);
	}
	tcp_connection_flush(client, connection, now_ns);
}

// The query that a message answers, or NULL.
static struct tcp_query *find_answered(const struct tcp_connection *connection,
				       const uint8_t *message, uint32_t length)
{
	uint16_t id = (uint16_t)(message[0] << 8 | message[1]);
	for (uint32_t i = 0; i < connection->in_flight; i++) {
		if (connection->ids[i] == id) {
			const struct tcp_query *query = connection->queries[i];
			return tcp_match_answer(query->request.query, query->question_length,
						message, length)
				       ? connection->queries[i]
				       : NULL;
		}
	}
	return NULL;
}

static int take_messages(struct tcp_client *client, struct tcp_connection *connection,
			 uint64_t now_ns)
{
	const uint8_t *message;
	uint32_t length;
	int taken;
	while ((taken = tcp_stream_next(&connection->stream, &message, &length)) == 1) {
		connection->message_begun_ns = now_ns;
		struct tcp_query *query = find_answered(connection, message, length);
		if (query == NULL) {
			tcp_count(&client->counters.answers_unknown);
			continue;
		}
		connection->answered_count++;
		connection->last_answer_ns = now_ns;
		tcp_connection_forget(client, query, now_ns);
		tcp_client_answer(client, query, 0, message, length, now_ns);
		if (connection->state == TCP_CONNECTION_CLOSED) {
			return 0; // it was retiring, and this was its last
		}
	}
	return taken;
}

// A message begun must go on within the idle time-out and be whole within the query time-out; between messages the
// queries' own deadlines suffice.
static void watch_message(struct tcp_client *client, struct tcp_connection *connection,
			  bool was_partial, uint64_t now_ns)
{
	if (!was_partial) {
		connection->message_begun_ns = now_ns;
	}
	if (connection->in_flight == 0) {
		return; // unused: trickled octets do not prolong its life
	}
	if (!tcp_stream_is_partial(&connection->stream)) {
		tcp_deadline_clear(&client->deadlines, &connection->deadline);
		return;
	}
	uint64_t whole_ns = connection->message_begun_ns + TCP_QUERY_TIMEOUT_NS;
	uint64_t go_on_ns = now_ns + TCP_IDLE_TIMEOUT_NS;
	tcp_deadline_set(&client->deadlines, &connection->deadline,
			 whole_ns < go_on_ns ? whole_ns : go_on_ns);
}

void tcp_connection_receive(struct tcp_client *client, struct tcp_connection *connection,
			    uint64_t now_ns)
{
	struct tcp_server *server = connection->server;
	bool was_partial = tcp_stream_is_partial(&connection->stream);
	int cause = 0;
	for (int reads = 0; reads < TCP_READS_PER_TURN && cause == 0; reads++) {
		size_t size;
		uint8_t *room = tcp_stream_room(&connection->stream, &size);
		if (room == NULL) {
			cause = -ENOMEM;
			break;
		}
		ssize_t count = recv(connection->fd, room, size, 0);
		if (count > 0) {
			tcp_stream_filled(&connection->stream, (size_t)count);
			cause = take_messages(client, connection, now_ns);
			if (connection->state == TCP_CONNECTION_CLOSED) {
				break;
			}
			if ((size_t)count < size) {
				break; // drained: level-triggered epoll tells of more
			}
		} else if (count == 0) {
			cause = PLX_ERR_TCP_CLOSED;
		} else if (errno == EAGAIN) {
			break;
		} else if (errno != EINTR) {
			cause = cause_of(errno);
		}
	}
	if (cause != 0) {
		tcp_connection_lose(client, connection, cause, now_ns);
	} else if (connection->state == TCP_CONNECTION_OPEN) {
		watch_message(client, connection, was_partial, now_ns);
	}
	tcp_server_dispatch(client, server, now_ns);
}

void tcp_connection_lose(struct tcp_client *client, struct tcp_connection *connection, int cause,
			 uint64_t now_ns)
{
	if (connection->state == TCP_CONNECTION_CLOSED) {
		return;
	}
	struct tcp_server *server = connection->server;
	bool was_open = connection->state == TCP_CONNECTION_OPEN;
	if (was_open && connection->in_flight == 0) {
		TAILQ_REMOVE(&client->idle, connection, idle_link);
	}
	if (was_open && connection->in_flight > 0) {
		server->budget = connection->answered_count > 0 ? connection->answered_count : 1;
	}
	connection->state = TCP_CONNECTION_CLOSED;
	if (connection->is_dirty) {
		connection->is_dirty = false;
		TAILQ_REMOVE(&client->dirty, connection, dirty_link);
	}
	tcp_deadline_clear(&client->deadlines, &connection->deadline);
	close(connection->fd);
	connection->fd = -1;
	LIST_REMOVE(connection, server_link);
	server->connection_count--;
	client->connection_count--;
	TAILQ_INSERT_TAIL(&client->closed, connection, closed_link);

	uint32_t in_flight = connection->in_flight;
	connection->in_flight = 0;
	for (uint32_t i = 0; i < in_flight; i++) {
		struct tcp_query *query = connection->queries[i];
		query->connection = NULL;
		if (was_open) {
			tcp_server_requeue(client, query, cause, now_ns);
		} else {
			tcp_client_answer(client, query, cause, NULL, 0, now_ns);
		}
	}
	if (!was_open) {
		tcp_count(&client->counters.connections_failed);
		// A server that cannot be reached is said to be so at once to all who wait for it.
		if (server->connection_count == 0) {
			tcp_server_answer_waiting(client, server, cause, now_ns);
		}
	}
	tcp_server_reap(client, server);
	tcp_server_dispatch(client, server, now_ns);
}
