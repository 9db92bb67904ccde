// SPDX-License-Identifier: BSD-3-Clause
// Peers of other accounts: needs root to become them; without it only the own account is tested.

#include "cunit_runner.h"

#include <parallax/protocol/rpc_server.h>

#include "rpc/peer_access.h"

#include <errno.h>
#include <grp.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#define OTHER_UID 54321
#define OTHER_GID 54322
#define SOCKET_GROUP 54323

// What a listener finds about a peer that connects with these credentials; -1 for `supplementary`: none.
static int access_of(uid_t uid, gid_t gid, gid_t supplementary, struct plx_rpc_peer *ret_peer)
{
	// An abstract address: no file whose mode would be in the way.
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int length = snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1,
			      "parallax-peer-access-%d", (int)getpid());
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CU_ASSERT_EQUAL_FATAL(bind(listener, (const struct sockaddr *)(const void *)&address, size),
			      0);
	CU_ASSERT_EQUAL_FATAL(listen(listener, 1), 0);
	pid_t child = fork();
	if (child == 0) {
		size_t count = supplementary == (gid_t)-1 ? 0 : 1;
		int fd = socket(AF_UNIX, SOCK_STREAM, 0);
		if (uid != geteuid() &&
		    (setgroups(count, &supplementary) != 0 || setresgid(gid, gid, gid) != 0 ||
		     setresuid(uid, uid, uid) != 0)) {
			_exit(1);
		}
		_exit(connect(fd, (const struct sockaddr *)(const void *)&address, size) == 0 ? 0
											      : 1);
	}
	int fd = accept(listener, NULL, NULL);
	int error = peer_access_read(fd, true, SOCKET_GROUP, ret_peer);
	int status;
	waitpid(child, &status, 0);
	CU_ASSERT_EQUAL(status, 0);
	close(fd);
	close(listener);
	return error;
}

TEST(the_own_account_may_change)
{
	struct plx_rpc_peer peer;
	CU_ASSERT_EQUAL(access_of(geteuid(), getegid(), (gid_t)-1, &peer), 0);
	CU_ASSERT_EQUAL(peer.permission, PLX_MAY_CHANGE);
	CU_ASSERT_EQUAL(peer.uid, geteuid());
}

TEST(a_stranger_may_nothing)
{
	struct plx_rpc_peer peer;
	if (geteuid() == 0) {
		CU_ASSERT_EQUAL(access_of(OTHER_UID, OTHER_GID, (gid_t)-1, &peer), -EACCES);
		CU_ASSERT_EQUAL(access_of(OTHER_UID, OTHER_GID, OTHER_GID + 9, &peer), -EACCES);
	}
}

TEST(members_of_the_group_may_use)
{
	struct plx_rpc_peer peer;
	if (geteuid() == 0) {
		CU_ASSERT_EQUAL(access_of(OTHER_UID, SOCKET_GROUP, (gid_t)-1, &peer), 0);
		CU_ASSERT_EQUAL(peer.permission, PLX_MAY_USE);
		CU_ASSERT_EQUAL(access_of(OTHER_UID, OTHER_GID, SOCKET_GROUP, &peer), 0);
		CU_ASSERT_EQUAL(peer.permission, PLX_MAY_USE);
		CU_ASSERT_EQUAL(peer.uid, OTHER_UID);
	}
}

TEST_MAIN(peer_access, T(the_own_account_may_change), T(a_stranger_may_nothing),
	  T(members_of_the_group_may_use))
