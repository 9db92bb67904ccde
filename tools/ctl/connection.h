// SPDX-License-Identifier: BSD-3-Clause
// One connection to a control socket and calls over it, one at a time. Blocking, with a time limit.

#pragma once

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct json_t;

// The longest look-up that can be asked for, and some.
#define CONNECTION_TIMEOUT_MS 130000

// For what a daemon answers from memory: one that takes longer hangs.
#define CONNECTION_STATUS_TIMEOUT_MS 3000

struct connection {
	int fd;         // -1: none
	int timeout_ms; // for each part of an answer; CONNECTION_TIMEOUT_MS from connection_open
	unsigned next_id;
	char *input; // bytes of answers, not used up
	size_t input_length;
	size_t input_capacity;
};

// -errno of the connection.
PLX_MUST_CHECK int connection_open(const char *socket_path, struct connection *ret_connection);
// One line for the user about an error of connection_open or connection_call, with advice.
void connection_print_failure(const char *socket_path, int error, FILE *out);
void connection_close(struct connection *connection);
// 0 and an own reference to the whole answer object, which holds `result` or `error`. -errno: the connection failed
// (-ECONNRESET: the daemon closed it; -ETIMEDOUT; -EPROTO: the answer is not JSON-RPC). `params` is borrowed.
PLX_MUST_CHECK int connection_call(struct connection *connection, const char *method,
				   struct json_t *params, struct json_t **ret_answer);
