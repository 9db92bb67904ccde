// SPDX-License-Identifier: BSD-3-Clause

#include "loopback_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct loopback_connection {
	struct loopback_server *server;
	pthread_t thread;
	int fd;
	unsigned index;
};

static void must(bool is_true, const char *what)
{
	if (!is_true) {
		perror(what);
		abort();
	}
}

static void *serve_connection(void *argument)
{
	struct loopback_connection *connection = argument;
	struct loopback_server *server = connection->server;
	server->serve(server, connection->fd, connection->index);
	pthread_mutex_lock(&server->mutex);
	close(connection->fd);
	connection->fd = -1;
	pthread_mutex_unlock(&server->mutex);
	atomic_fetch_add(&server->ended_count, 1);
	return NULL;
}

static void *accept_connections(void *argument)
{
	struct loopback_server *server = argument;
	for (;;) {
		int fd = accept(server->listen_fd, NULL, NULL);
		if (atomic_load(&server->is_stopping)) {
			if (fd >= 0) {
				close(fd);
			}
			return NULL;
		}
		must(fd >= 0, "accept");
		int on = 1;
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		pthread_mutex_lock(&server->mutex);
		unsigned index = atomic_load(&server->accepted_count);
		must(index < LOOPBACK_CONNECTIONS_MAX, "too many connections");
		struct loopback_connection *connection = &server->connections[index];
		*connection =
			(struct loopback_connection) {.server = server, .fd = fd, .index = index};
		// First, for the test may look as soon as it is served.
		atomic_store(&server->accepted_count, index + 1);
		must(pthread_create(&connection->thread, NULL, serve_connection, connection) == 0,
		     "pthread_create");
		pthread_mutex_unlock(&server->mutex);
	}
}

static void listen_on_loopback(struct loopback_server *server, int family)
{
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr *address = family == 4 ? (struct sockaddr *)&v4 : (struct sockaddr *)&v6;
	socklen_t length = family == 4 ? sizeof(v4) : sizeof(v6);
	server->listen_fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(server->listen_fd >= 0, "socket");
	must(bind(server->listen_fd, address, length) == 0, "bind");
	must(listen(server->listen_fd, 128) == 0, "listen");
	must(getsockname(server->listen_fd, address, &length) == 0, "getsockname");
	server->endpoint.ip.family = (uint8_t)family;
	if (family == 4) {
		memcpy(server->endpoint.ip.bytes, &v4.sin_addr, 4);
		server->endpoint.port = ntohs(v4.sin_port);
	} else {
		memcpy(server->endpoint.ip.bytes, &v6.sin6_addr, 16);
		server->endpoint.port = ntohs(v6.sin6_port);
	}
}

void loopback_server_start(struct loopback_server *server, int family, loopback_serve serve,
			   void *context)
{
	memset(server, 0, sizeof(*server));
	server->serve = serve;
	server->context = context;
	server->connections = calloc(LOOPBACK_CONNECTIONS_MAX, sizeof(*server->connections));
	must(server->connections != NULL, "calloc");
	pthread_mutex_init(&server->mutex, NULL);
	listen_on_loopback(server, family);
	must(pthread_create(&server->acceptor, NULL, accept_connections, server) == 0,
	     "pthread_create");
}

void loopback_server_stop(struct loopback_server *server)
{
	atomic_store(&server->is_stopping, true);
	shutdown(server->listen_fd, SHUT_RDWR);
	pthread_join(server->acceptor, NULL);
	close(server->listen_fd);
	unsigned count = atomic_load(&server->accepted_count);
	for (unsigned i = 0; i < count; i++) {
		pthread_mutex_lock(&server->mutex);
		if (server->connections[i].fd >= 0) {
			shutdown(server->connections[i].fd, SHUT_RDWR);
		}
		pthread_mutex_unlock(&server->mutex);
		pthread_join(server->connections[i].thread, NULL);
	}
	pthread_mutex_destroy(&server->mutex);
	free(server->connections);
}

static bool read_all(int fd, uint8_t *ret_bytes, size_t length)
{
	size_t have = 0;
	while (have < length) {
		ssize_t count = recv(fd, ret_bytes + have, length - have, 0);
		if (count > 0) {
			have += (size_t)count;
		} else if (count == 0 || errno != EINTR) {
			return false;
		}
	}
	return true;
}

size_t loopback_read_query(int fd, uint8_t *ret_query, size_t capacity)
{
	uint8_t prefix[2];
	if (!read_all(fd, prefix, sizeof(prefix))) {
		return 0;
	}
	size_t length = (size_t)(prefix[0] << 8 | prefix[1]);
	must(length <= capacity, "query too long");
	return read_all(fd, ret_query, length) ? length : 0;
}

_Bool loopback_write(int fd, const uint8_t *bytes, size_t length)
{
	size_t done = 0;
	while (done < length) {
		ssize_t count = send(fd, bytes + done, length - done, MSG_NOSIGNAL);
		if (count >= 0) {
			done += (size_t)count;
		} else if (errno != EINTR) {
			return false;
		}
	}
	return true;
}

size_t loopback_frame_answer(const uint8_t *query, size_t query_length, uint16_t flags,
			     size_t message_length, uint8_t *ret_frame)
{
	uint8_t *message = ret_frame + 2;
	size_t length = message_length > query_length ? message_length : query_length;
	memset(message, 0, length);
	memcpy(message, query, query_length);
	message[2] |= (uint8_t)(0x80 | flags >> 8);
	message[3] |= (uint8_t)flags;
	ret_frame[0] = (uint8_t)(length >> 8);
	ret_frame[1] = (uint8_t)length;
	return length + 2;
}

void loopback_reset(int fd)
{
	struct linger linger = {.l_onoff = 1, .l_linger = 0};
	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
}

_Bool loopback_await_close(int fd, int timeout_ms)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLRDHUP};
	return poll(&poll_fd, 1, timeout_ms) > 0;
}
