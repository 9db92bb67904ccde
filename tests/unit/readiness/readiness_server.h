// SPDX-License-Identifier: BSD-3-Clause
// A daemon for tests: the project's own JSON-RPC server with `order.run`, on a thread. What it answers to an order is told
// by the order's "reference":
//
//	pass, or none  all identifiers pass 5/5           mode      it was run under enforcement
//	fail           the first identifier fails 3/5     nonsense  a result that is no order's answer
//	fault          -32602 at /identifiers/0/value     hold      no answer
//	busy           -32002 the first two times         lose      no answer, and the session is closed
//	internal       -32603                             interrupt no answer, and `interrupt_fd` is made readable

#pragma once

#include <stdbool.h>

struct readiness_server;

// `has_readiness` false: its order.run knows no purpose.
struct readiness_server *readiness_server_start(bool has_readiness, int interrupt_fd);
const char *readiness_server_path(const struct readiness_server *server);
int readiness_server_connect(const struct readiness_server *server);
// Orders that came, those sent again included, and the most that were open at a time.
unsigned readiness_server_count(const struct readiness_server *server);
unsigned readiness_server_peak(const struct readiness_server *server);
void readiness_server_stop(struct readiness_server *server);

// The answer to an order of these identifiers; the first one fails in `mode` or none.
struct json_t *readiness_answer(const struct json_t *order, const char *mode, bool first_fails);
