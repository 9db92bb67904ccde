// SPDX-License-Identifier: BSD-3-Clause
// The socket file: made with care for what may already be at its path, removed only while it is ours.

#pragma once

#include <parallax/base/attributes.h>

#include <stdbool.h>

#include <sys/types.h>

struct plx_rpc_fault;

struct rpc_listener {
	int fd; // listening, non-blocking
	char path[108];
	dev_t device; // of the file we made
	ino_t inode;
	bool has_group;
	gid_t group;
};

// -errno and the fault. `group` may be NULL or "".
PLX_MUST_CHECK int rpc_listener_open(const char *path, const char *group,
				     struct rpc_listener *ret_listener,
				     struct plx_rpc_fault *fault);
void rpc_listener_close(struct rpc_listener *listener);
