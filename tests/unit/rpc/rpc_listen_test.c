// SPDX-License-Identifier: BSD-3-Clause

#include "cunit_runner.h"

#include <parallax/protocol/rpc_server.h>

#include "rpc/rpc_listen.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

static char directory[40];
static char run_directory[60];
static char path[80];
static struct plx_rpc_fault fault;

static void start(void)
{
	snprintf(directory, sizeof(directory), "/tmp/parallax-listen-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(directory));
	snprintf(run_directory, sizeof(run_directory), "%s/run", directory);
	snprintf(path, sizeof(path), "%s/test.sock", run_directory);
}

// Nothing but the directory that the listener made may be left.
static void stop(void)
{
	CU_ASSERT_EQUAL(rmdir(run_directory), 0);
	CU_ASSERT_EQUAL(rmdir(directory), 0);
}

static struct rpc_listener listener_open(void)
{
	struct rpc_listener listener = {.fd = -1};
	CU_ASSERT_EQUAL_FATAL(rpc_listener_open(path, NULL, &listener, &fault), 0);
	return listener;
}

TEST(the_socket_file_is_for_owner_and_group_only)
{
	start();
	struct rpc_listener listener = listener_open();
	struct stat status;
	CU_ASSERT_EQUAL(lstat(path, &status), 0);
	CU_ASSERT_TRUE(S_ISSOCK(status.st_mode));
	CU_ASSERT_EQUAL(status.st_mode & 07777, 0660);
	rpc_listener_close(&listener);
	stop();
}

TEST(a_second_daemon_on_one_socket_is_refused)
{
	start();
	struct rpc_listener first = listener_open();
	struct rpc_listener second;
	CU_ASSERT_EQUAL(rpc_listener_open(path, NULL, &second, &fault), -EADDRINUSE);
	CU_ASSERT_PTR_NOT_NULL(strstr(fault.text, "a daemon listens there already"));
	CU_ASSERT_EQUAL(access(path, F_OK), 0); // the first one is untouched
	rpc_listener_close(&first);
	stop();
}

TEST(a_stale_socket_is_replaced)
{
	start();
	struct rpc_listener listener = listener_open();
	close(listener.fd); // the file stays, as after kill -9
	listener = listener_open();
	rpc_listener_close(&listener);
	CU_ASSERT_NOT_EQUAL(access(path, F_OK), 0);
	stop();
}

TEST(a_file_that_is_no_socket_is_left_alone)
{
	start();
	CU_ASSERT_EQUAL(mkdir(run_directory, 0700), 0);
	close(open(path, O_CREAT | O_WRONLY, 0600));
	struct rpc_listener listener;
	CU_ASSERT_EQUAL(rpc_listener_open(path, NULL, &listener, &fault), -EEXIST);
	CU_ASSERT_EQUAL(unlink(path), 0);
	CU_ASSERT_EQUAL(symlink("/etc/hostname", path), 0);
	CU_ASSERT_EQUAL(rpc_listener_open(path, NULL, &listener, &fault), -EEXIST);
	CU_ASSERT_EQUAL(unlink(path), 0);
	stop();
}

TEST(a_socket_that_another_daemon_made_since_is_not_removed)
{
	start();
	struct rpc_listener first = listener_open();
	CU_ASSERT_EQUAL(unlink(path), 0);
	struct rpc_listener second = listener_open();
	rpc_listener_close(&first);
	CU_ASSERT_EQUAL(access(path, F_OK), 0);
	rpc_listener_close(&second);
	stop();
}

TEST(faults_say_what_to_mend)
{
	struct rpc_listener listener;
	CU_ASSERT_EQUAL(rpc_listener_open("/nonexistent/run/x.sock", NULL, &listener, &fault),
			-ENOENT);
	CU_ASSERT_STRING_EQUAL(fault.text,
			       "/nonexistent/run: cannot be made: No such file or directory");
	CU_ASSERT_EQUAL(rpc_listener_open("/tmp/x.sock", "no-such-group", &listener, &fault),
			-EINVAL);
	CU_ASSERT_STRING_EQUAL(fault.text, "socket_group: group \"no-such-group\" does not exist; "
					   "create it with groupadd");
	char long_path[200];
	memset(long_path, 'a', sizeof(long_path) - 1);
	long_path[sizeof(long_path) - 1] = '\0';
	CU_ASSERT_EQUAL(rpc_listener_open(long_path, NULL, &listener, &fault), -ENAMETOOLONG);
}

TEST_MAIN(rpc_listen, T(the_socket_file_is_for_owner_and_group_only),
	  T(a_second_daemon_on_one_socket_is_refused), T(a_stale_socket_is_replaced),
	  T(a_file_that_is_no_socket_is_left_alone),
	  T(a_socket_that_another_daemon_made_since_is_not_removed), T(faults_say_what_to_mend))
