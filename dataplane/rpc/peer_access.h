// SPDX-License-Identifier: BSD-3-Clause
// Who is at the other end of a Unix socket, and what he may do.

#pragma once

#include <parallax/base/attributes.h>

#include <stdbool.h>

#include <sys/types.h>

struct plx_rpc_peer;

// -EACCES when the peer may not even read; -errno when the kernel does not tell who it is.
PLX_MUST_CHECK int peer_access_read(int fd, bool has_group, gid_t group,
				    struct plx_rpc_peer *ret_peer);
