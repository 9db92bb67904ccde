// SPDX-License-Identifier: BSD-3-Clause

#include "rpc/peer_access.h"

#include <parallax/protocol/rpc_server.h>

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include <sys/socket.h>

#define PEER_GROUPS_MAX 65536 // NGROUPS_MAX of Linux

// The supplementary groups that the process had when it connected; asked of the kernel, not of the name service.
static bool has_supplementary_group(int fd, gid_t group)
{
	socklen_t length = 0;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, NULL, &length) == 0 || errno != ERANGE ||
	    length > PEER_GROUPS_MAX * sizeof(gid_t)) {
		return false; // none, or not told
	}
	gid_t *groups = malloc(length);
	bool is_member = false;
	if (groups != NULL && getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &length) == 0) {
		for (size_t i = 0; i < length / sizeof(gid_t); i++) {
			is_member |= groups[i] == group;
		}
	}
	free(groups);
	return is_member;
}

int peer_access_read(int fd, bool has_group, gid_t group, struct plx_rpc_peer *ret_peer)
{
	struct ucred credentials;
	socklen_t length = sizeof(credentials);
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0) {
		return -errno;
	}
	struct plx_rpc_peer peer = {
		.pid = credentials.pid, .uid = credentials.uid, .gid = credentials.gid};
	if (peer.uid == 0 || peer.uid == geteuid()) {
		peer.permission = PLX_MAY_CHANGE;
	} else if (has_group && (peer.gid == group || has_supplementary_group(fd, group))) {
		peer.permission = PLX_MAY_USE;
	} else {
		return -EACCES;
	}
	*ret_peer = peer;
	return 0;
}
