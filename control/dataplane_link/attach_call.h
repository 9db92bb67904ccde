// SPDX-License-Identifier: BSD-3-Clause
// The call `exchange.attach` on the dataplane's socket (protocol: parallax/exchange/region_layout.h), without
// blocking: start, then read whenever the socket is readable.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/exchange/job.h>
#include <parallax/exchange/region_layout.h>

#include "dataplane_link/attach_terms.h"

#include <stddef.h>
#include <stdint.h>

#define ATTACH_FDS_MAX (2 + PLX_REGION_WORKERS_MAX)

// What the answer brought. The descriptors belong to whoever holds it: -1 where there is none.
struct attach_answer {
	int region_fd;
	int client_wake_fd;
	int worker_wake_fd[PLX_REGION_WORKERS_MAX];
	uint32_t worker_count;
	struct attach_terms terms; // whoever holds the answer ends them
};

// An answer as far as it was received.
struct attach_call {
	int socket;
	char line[PLX_ATTACH_LINE_MAX];
	size_t line_length;
	int fds[ATTACH_FDS_MAX];
	unsigned fd_count;
};

// Connects (waiting at most `connect_timeout_ms` for a dataplane whose backlog is full) and sends the request.
// -errno of socket, connect or send; -ENAMETOOLONG; -EINVAL when `name` is not UTF-8. The socket of ret_call
// outlives the call: the caller closes it.
PLX_MUST_CHECK int attach_call_start(const char *socket_path, const char *name,
				     enum plx_priority priority, unsigned connect_timeout_ms,
				     struct attach_call *ret_call);
// 0: ret_answer holds the descriptors; -EAGAIN: read again later. Errors: PLX_ERR_REGION_VERSION; -ENOSPC (too
// many clients); -EBUSY (draining); -EPROTO (no valid answer); -ECONNRESET (the connection ended). After an error
// or when given up, attach_call_discard.
PLX_MUST_CHECK int attach_call_read(struct attach_call *call, struct attach_answer *ret_answer);
// Closes descriptors that were received but not handed out; not the socket.
void attach_call_discard(struct attach_call *call);
void attach_answer_close(struct attach_answer *answer);
