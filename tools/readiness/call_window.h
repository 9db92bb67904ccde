// SPDX-License-Identifier: BSD-3-Clause
// Calls over a control socket, several at a time: requests go out as the daemon takes them, answers come back in any
// order. Nothing blocks; the caller polls the descriptor.

#pragma once

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_t;

// A daemon works on as many calls of one session at a time (PLX_RPC_CALLS_MAX).
#define CALL_WINDOW_SIZE 64
// More than a session's answers can be (PLX_RPC_OUTPUT_MAX).
#define CALL_ANSWER_MAX ((size_t)16 * 1024 * 1024)

struct call_window {
	int fd;
	uint64_t next_id;
	unsigned open_count;
	struct {
		uint64_t id; // 0: free
		uint64_t tag;
	} calls[CALL_WINDOW_SIZE];
	char *output;
	size_t output_length;
	size_t output_sent;
	size_t output_capacity;
	char *input;
	size_t input_length;
	size_t input_searched;
	size_t input_capacity;
};

// Takes the connected descriptor and makes it non-blocking. -errno: it is the caller's still.
PLX_MUST_CHECK int call_window_init(struct call_window *window, int fd);
void call_window_fini(struct call_window *window); // closes it; twice is fine
// Queues a request; `params` is borrowed, `tag` (not 0) names the call. -EBUSY: CALL_WINDOW_SIZE calls are open;
// -EMSGSIZE: the daemon takes no request of that length; -ENOMEM.
PLX_MUST_CHECK int call_window_send(struct call_window *window, const char *method,
				    struct json_t *params, uint64_t tag);
bool call_window_wants_write(const struct call_window *window);
// What can be written now. -errno: the connection failed; read what the daemon said before.
PLX_MUST_CHECK int call_window_write(struct call_window *window);
// What has come. 0 also when nothing has; -ECONNRESET: it was closed; -EMSGSIZE: an answer is too long; -errno.
PLX_MUST_CHECK int call_window_read(struct call_window *window);
// 1, the tag and the answer object (own reference); 0: none is whole. Tag 0: it belongs to no call, which is how a
// daemon says why it closes. -EPROTO: it is no answer to us.
PLX_MUST_CHECK int call_window_next(struct call_window *window, uint64_t *ret_tag,
				    struct json_t **ret_answer);
