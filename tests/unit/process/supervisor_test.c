// SPDX-License-Identifier: BSD-3-Clause
// What the service manager hears, over a datagram socket of ours in its place.

#include <parallax/process/supervisor.h>

#include "cunit_runner.h"

#include <event2/event.h>

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define DEADLINE_MS 20000

struct bench {
	int fd;
	char name[64];
	struct event_base *base;
	struct plx_supervisor *supervisor;
	const char *status;
	char message[1024];
};

static void write_status(void *context, char *ret_text, size_t size)
{
	const struct bench *bench = context;
	snprintf(ret_text, size, "%s", bench->status);
}

static void bench_init(struct bench *bench, bool is_abstract)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	*bench = (struct bench) {.status = "all is well"};
	snprintf(bench->name, sizeof(bench->name), "%sparallax-notify-%d",
		 is_abstract ? "@" : "/tmp/", getpid());
	size_t length = strlen(bench->name);
	memcpy(address.sun_path, bench->name, length);
	if (is_abstract) {
		address.sun_path[0] = '\0';
	}
	bench->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	CU_ASSERT_EQUAL_FATAL(bind(bench->fd, (const struct sockaddr *)&address,
				   (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)),
			      0);
	bench->base = event_base_new();
	setenv("NOTIFY_SOCKET", bench->name, 1);
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
}

static void bench_open(struct bench *bench)
{
	CU_ASSERT_EQUAL_FATAL(
		plx_supervisor_open(bench->base, write_status, bench, &bench->supervisor), 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(bench->supervisor);
}

static void bench_fini(struct bench *bench)
{
	plx_supervisor_close(bench->supervisor);
	event_base_free(bench->base);
	close(bench->fd);
	if (bench->name[0] == '/') {
		unlink(bench->name);
	}
}

// The next message; "" when there is none.
static const char *receive(struct bench *bench)
{
	ssize_t length = recv(bench->fd, bench->message, sizeof(bench->message) - 1, MSG_DONTWAIT);
	bench->message[length > 0 ? length : 0] = '\0';
	return bench->message;
}

// Turns the loop until there is one.
static const char *await(struct bench *bench)
{
	struct pollfd wait = {.fd = bench->fd, .events = POLLIN};
	for (unsigned i = 0; i < DEADLINE_MS && poll(&wait, 1, 1) == 0; i++) {
		event_base_loop(bench->base, EVLOOP_NONBLOCK);
	}
	return receive(bench);
}

static void expect_life(struct bench *bench)
{
	bench_open(bench);
	CU_ASSERT_STRING_EQUAL(receive(bench), ""); // not ready yet
	plx_supervisor_ready(bench->supervisor);
	CU_ASSERT_STRING_EQUAL(receive(bench), "READY=1\nSTATUS=all is well\n");
	plx_supervisor_reloading(bench->supervisor, 17);
	CU_ASSERT_STRING_EQUAL(receive(bench), "RELOADING=1\nMONOTONIC_USEC=17\n");
	plx_supervisor_ready(bench->supervisor);
	CU_ASSERT_STRING_EQUAL(receive(bench), "READY=1\nSTATUS=all is well\n");
	plx_supervisor_stopping(bench->supervisor, "SIGTERM");
	CU_ASSERT_STRING_EQUAL(receive(bench), "STOPPING=1\nSTATUS=stopping: SIGTERM\n");
}

TEST(a_life_is_told_to_a_socket_with_a_path)
{
	struct bench bench;
	bench_init(&bench, false);
	expect_life(&bench);
	CU_ASSERT_PTR_NULL(getenv("NOTIFY_SOCKET")); // not for programs that we start
	bench_fini(&bench);
}

TEST(a_life_is_told_to_an_abstract_socket)
{
	struct bench bench;
	bench_init(&bench, true);
	expect_life(&bench);
	bench_fini(&bench);
}

TEST(the_watchdog_hears_from_the_loop_and_only_from_it)
{
	struct bench bench;
	bench_init(&bench, true);
	setenv("WATCHDOG_USEC", "40000", 1);
	bench_open(&bench);
	plx_supervisor_ready(bench.supervisor);
	CU_ASSERT_STRING_EQUAL(receive(&bench), "READY=1\nSTATUS=all is well\nWATCHDOG=1\n");
	for (unsigned i = 0; i < 5; i++) {
		CU_ASSERT_STRING_EQUAL(await(&bench), "WATCHDOG=1\n");
	}
	struct pollfd wait = {.fd = bench.fd, .events = POLLIN};
	CU_ASSERT_EQUAL(poll(&wait, 1, 100), 0); // the loop hangs
	bench.status = "not ready:\nthe dataplane is not attached";
	CU_ASSERT_STRING_EQUAL(await(&bench),
			       "WATCHDOG=1\nSTATUS=not ready: the dataplane is not attached\n");
	CU_ASSERT_STRING_EQUAL(await(&bench), "WATCHDOG=1\n"); // it is not told twice
	bench_fini(&bench);
}

TEST(the_watchdog_of_another_process_is_left_alone)
{
	struct bench bench;
	bench_init(&bench, true);
	setenv("WATCHDOG_USEC", "1000", 1);
	setenv("WATCHDOG_PID", "1", 1);
	bench_open(&bench);
	plx_supervisor_ready(bench.supervisor);
	CU_ASSERT_STRING_EQUAL(receive(&bench), "READY=1\nSTATUS=all is well\n");
	struct pollfd wait = {.fd = bench.fd, .events = POLLIN};
	for (unsigned i = 0; i < 20; i++) {
		event_base_loop(bench.base, EVLOOP_NONBLOCK);
		CU_ASSERT_EQUAL(poll(&wait, 1, 1), 0);
	}
	bench_fini(&bench);
}

TEST(a_manager_that_is_gone_or_full_does_not_stop_us)
{
	struct bench bench;
	bench_init(&bench, true);
	setenv("WATCHDOG_USEC", "2", 1);
	bench_open(&bench);
	plx_supervisor_ready(bench.supervisor);
	for (unsigned i = 0; i < 600; i++) { // far more than its queue holds
		event_base_loop(bench.base, EVLOOP_ONCE);
	}
	close(bench.fd);
	plx_supervisor_stopping(bench.supervisor, "SIGTERM");
	event_base_loop(bench.base, EVLOOP_ONCE);
	bench.fd = -1;
	bench_fini(&bench);
}

TEST(nobody_to_tell_is_fine_and_nonsense_is_refused)
{
	static const struct {
		const char *socket, *usec, *pid;
		int error;
	} rows[] = {
		{NULL, NULL, NULL, 0},
		{"", "nonsense", NULL, 0},
		{"vsock:2:1234", NULL, NULL, -EAFNOSUPPORT},
		{"relative", NULL, NULL, -EAFNOSUPPORT},
		{"/", NULL, NULL, -EINVAL},
		{"@x", "", NULL, -EINVAL},
		{"@x", "0", NULL, -EINVAL},
		{"@x", "-5", NULL, -EINVAL},
		{"@x", "5s", NULL, -EINVAL},
		{"@x", "99999999999999999999999", NULL, -EINVAL},
		{"@x", "1000", "me", -EINVAL},
		{"@0123456789012345678901234567890123456789012345678901234567890123456789012345678"
		 "90123456789012345678901234567890",
		 NULL, NULL, -EINVAL},
	};
	struct event_base *base = event_base_new();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct plx_supervisor *supervisor = (void *)base;
		unsetenv("NOTIFY_SOCKET");
		unsetenv("WATCHDOG_USEC");
		unsetenv("WATCHDOG_PID");
		if (rows[i].socket != NULL) {
			setenv("NOTIFY_SOCKET", rows[i].socket, 1);
		}
		if (rows[i].usec != NULL) {
			setenv("WATCHDOG_USEC", rows[i].usec, 1);
		}
		if (rows[i].pid != NULL) {
			setenv("WATCHDOG_PID", rows[i].pid, 1);
		}
		CU_ASSERT_EQUAL(plx_supervisor_open(base, write_status, NULL, &supervisor),
				rows[i].error);
		CU_ASSERT_PTR_NULL(supervisor);
	}
	plx_supervisor_ready(NULL);
	plx_supervisor_reloading(NULL, 1);
	plx_supervisor_stopping(NULL, "nothing");
	plx_supervisor_close(NULL);
	event_base_free(base);
}

TEST_MAIN(supervisor, T(a_life_is_told_to_a_socket_with_a_path),
	  T(a_life_is_told_to_an_abstract_socket),
	  T(the_watchdog_hears_from_the_loop_and_only_from_it),
	  T(the_watchdog_of_another_process_is_left_alone),
	  T(a_manager_that_is_gone_or_full_does_not_stop_us),
	  T(nobody_to_tell_is_fine_and_nonsense_is_refused))
