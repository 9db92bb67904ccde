// SPDX-License-Identifier: BSD-3-Clause
// What a service manager hears from a primary (sd_notify(3)), from its start to its end.

#include "cunit_runner.h"

#include "daemon_fixture.h"

#include <jansson.h>

#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define WAIT_S 20
#define MESSAGES_MAX 100

static int listen_as_supervisor(void)
{
	const struct timeval wait = {.tv_sec = WAIT_S};
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char name[64];
	snprintf(name, sizeof(name), "@parallax-supervisor-%d", getpid());
	memcpy(address.sun_path + 1, name + 1, strlen(name) - 1);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	CU_ASSERT_EQUAL_FATAL(
		bind(fd, (const struct sockaddr *)&address,
		     (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name))),
		0);
	CU_ASSERT_EQUAL(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)), 0);
	setenv("NOTIFY_SOCKET", name, 1);
	setenv("WATCHDOG_USEC", "200000", 1);
	return fd;
}

// Skips what comes before.
static bool hears(int fd, const char *start)
{
	char message[1024];
	for (unsigned i = 0; i < MESSAGES_MAX; i++) {
		ssize_t length = recv(fd, message, sizeof(message) - 1, 0);
		if (length <= 0) {
			return false;
		}
		message[length] = '\0';
		if (strncmp(message, start, strlen(start)) == 0) {
			return true;
		}
	}
	return false;
}

TEST(the_manager_hears_of_start_reload_life_and_end)
{
	fixture_init(NULL);
	int fd = listen_as_supervisor();
	daemon_start(&fixture.primary);
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	CU_ASSERT_TRUE(hears(fd, "READY=1\nSTATUS=primary, not ready: the dataplane is not "
				 "attached\nWATCHDOG=1\n"));
	CU_ASSERT_TRUE(hears(fd, "WATCHDOG=1\n"));
	json_decref(daemon_ask(&fixture.primary, "config.reload", NULL));
	CU_ASSERT_TRUE(hears(fd, "RELOADING=1\nMONOTONIC_USEC="));
	CU_ASSERT_TRUE(hears(fd, "READY=1\n"));
	kill(fixture.primary.pid, SIGTERM);
	CU_ASSERT_TRUE(hears(fd, "STOPPING=1\nSTATUS=stopping: SIGTERM\n"));
	CU_ASSERT_EQUAL(daemon_wait(&fixture.primary), 0);
	close(fd);
	fixture_fini();
}

TEST(a_failed_start_is_never_called_ready)
{
	char path[160];
	fixture_init(NULL);
	int fd = listen_as_supervisor();
	snprintf(path, sizeof(path), "%s/one.pem", fixture.directory);
	CU_ASSERT_EQUAL(unlink(path), 0);
	CU_ASSERT_EQUAL(daemon_run(&fixture.primary, NULL), 1);
	char message[64];
	CU_ASSERT_TRUE(recv(fd, message, sizeof(message), MSG_DONTWAIT) < 0);
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	close(fd);
	fixture_fini();
}

TEST(an_address_that_is_none_is_told_and_nothing_else)
{
	fixture_init(NULL);
	setenv("NOTIFY_SOCKET", "vsock:2:1", 1);
	daemon_start(&fixture.primary);
	unsetenv("NOTIFY_SOCKET");
	CU_ASSERT_TRUE(daemon_log_has(&fixture.primary, "event=supervisor"));
	fixture_fini();
}

TEST_MAIN(supervisor_process, T(the_manager_hears_of_start_reload_life_and_end),
	  T(a_failed_start_is_never_called_ready),
	  T(an_address_that_is_none_is_told_and_nothing_else))
