// SPDX-License-Identifier: BSD-3-Clause
// A DNS server by TCP on loopback that does what a test tells it: one thread accepts, one serves each connection.

#pragma once

#include <parallax/base/ip_address.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#define LOOPBACK_CONNECTIONS_MAX 4096

struct loopback_server;

// Serves one connection, blocking as it likes: stopping the server shuts its socket down. `index` counts from 0.
typedef void (*loopback_serve)(struct loopback_server *server, int fd, unsigned index);

struct loopback_server {
	struct plx_endpoint endpoint;
	loopback_serve serve;
	void *context; // the test's own
	int listen_fd;
	pthread_t acceptor;
	pthread_mutex_t mutex; // guards the connections
	struct loopback_connection *connections;
	atomic_uint accepted_count;
	atomic_uint ended_count; // connections whose serve has returned
	atomic_bool is_stopping;
};

// `family` is 4 or 6. Ends the program when the machine has no loopback: no test could mean anything then.
void loopback_server_start(struct loopback_server *server, int family, loopback_serve serve,
			   void *context);
void loopback_server_stop(struct loopback_server *server);

// One query as the client framed it; its length, or 0 at the end of the stream.
size_t loopback_read_query(int fd, uint8_t *ret_query, size_t capacity);
// All of `bytes`; false when the client is gone.
_Bool loopback_write(int fd, const uint8_t *bytes, size_t length);
// The answer to `query` in its frame: QR set, the question as it is, `flags` and RCODE or-ed in, then zero octets up to
// `message_length` (as a test of sizes needs no records). Returns the frame's length.
size_t loopback_frame_answer(const uint8_t *query, size_t query_length, uint16_t flags,
			     size_t message_length, uint8_t *ret_frame);
// Ends the connection with RST.
void loopback_reset(int fd);
// Waits until the client closes, or for `timeout_ms`; true when it closed.
_Bool loopback_await_close(int fd, int timeout_ms);
