// SPDX-License-Identifier: BSD-3-Clause
// What is left when one of the two processes is killed, and that the survivor goes on by itself.

#include <parallax/evidence/evidence.h>

#include "client_session.h"
#include "cunit_runner.h"
#include "exchange_host.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <sys/wait.h>

static pid_t process_start(const struct session_socket *socket, unsigned workers)
{
	pid_t pid = exchange_process_start(&(struct exchange_host_config) {
		.socket_path = socket->path, .worker_count = workers});
	CU_ASSERT_TRUE_FATAL(pid > 0);
	return pid;
}

static pid_t judging_process_start(const struct session_socket *socket, const char *judged_by)
{
	pid_t pid = exchange_process_start(&(struct exchange_host_config) {
		.socket_path = socket->path, .worker_count = 1, .judged_by = judged_by});
	CU_ASSERT_TRUE_FATAL(pid > 0);
	return pid;
}

static void wait_until_attached(struct session *session)
{
	uint64_t deadline_ms = session_now_ms() + EXCHANGE_HOST_DEADLINE_MS;
	while (!plx_client_is_attached(session->client) && session_now_ms() < deadline_ms) {
		CU_ASSERT_EQUAL(plx_client_wait(session->client, 1000), 0);
	}
	CU_ASSERT_TRUE_FATAL(plx_client_is_attached(session->client));
}

static void wait_until_detached(struct session *session)
{
	uint64_t deadline_ms = session_now_ms() + EXCHANGE_HOST_DEADLINE_MS;
	while (plx_client_is_attached(session->client) && session_now_ms() < deadline_ms) {
		CU_ASSERT_EQUAL(plx_client_wait(session->client, 1000), 0);
	}
	CU_ASSERT_FALSE_FATAL(plx_client_is_attached(session->client));
}

#define JUDGED_BY_PRODUCTION                                                                       \
	"{\"trust_anchors\":\". IN DS 1 8 2 AA\\n\",\"allow_sha1\":false,"                         \
	"\"iterations_insecure\":true,\"nsec3_iterations_max\":100,\"rsa_bits_min\":1024}"
#define JUDGED_BY_NOTHING                                                                          \
	"{\"trust_anchors\":\"\",\"allow_sha1\":true,"                                             \
	"\"iterations_insecure\":false,\"nsec3_iterations_max\":0,\"rsa_bits_min\":512}"
#define JUDGED_BY_TOO_MUCH                                                                         \
	"{\"trust_anchors\":\"\",\"allow_sha1\":true,"                                             \
	"\"iterations_insecure\":false,\"nsec3_iterations_max\":65536,\"rsa_bits_min\":512}"

// Another dataplane on the same socket, which the client attaches to by itself.
static pid_t process_replace(struct session *session, const struct session_socket *socket,
			     pid_t before, const char *judged_by)
{
	exchange_process_kill(before);
	wait_until_detached(session);
	CU_ASSERT_EQUAL(session_collect(session, 100), 0);
	CU_ASSERT_PTR_NULL(plx_client_terms(session->client));
	pid_t pid = judging_process_start(socket, judged_by);
	wait_until_attached(session);
	return pid;
}

TEST(what_is_judged_by_is_that_of_the_dataplane_that_is_attached)
{
	struct session_socket socket = session_socket_create();
	pid_t pid = judging_process_start(&socket, JUDGED_BY_PRODUCTION);
	struct session session;
	session_open(&session, &socket, 0, 1);
	const struct plx_evidence_terms *terms = plx_client_terms(session.client);
	CU_ASSERT_PTR_NOT_NULL_FATAL(terms);
	CU_ASSERT_STRING_EQUAL(terms->trust_anchors, ". IN DS 1 8 2 AA\n");
	CU_ASSERT_TRUE(!terms->allow_sha1 && terms->iterations_insecure);
	CU_ASSERT_TRUE(terms->nsec3_iterations_max == 100 && terms->rsa_bits_min == 1024);

	pid = process_replace(&session, &socket, pid, JUDGED_BY_NOTHING);
	terms = plx_client_terms(session.client);
	CU_ASSERT_PTR_NOT_NULL_FATAL(terms);
	CU_ASSERT_STRING_EQUAL(terms->trust_anchors, "");
	CU_ASSERT_TRUE(terms->allow_sha1 && !terms->iterations_insecure);
	CU_ASSERT_TRUE(terms->nsec3_iterations_max == 0 && terms->rsa_bits_min == 512);

	pid = process_replace(&session, &socket, pid, JUDGED_BY_TOO_MUCH);
	CU_ASSERT_PTR_NULL(plx_client_terms(session.client));
	pid = process_replace(&session, &socket, pid, NULL);
	CU_ASSERT_PTR_NULL(plx_client_terms(session.client));
	session_close(&session);
	exchange_process_kill(pid);
	session_socket_remove(&socket);
}

TEST(what_was_answered_before_the_end_is_delivered_and_the_rest_is_lost_once)
{
	struct session_socket socket = session_socket_create();
	pid_t pid = process_start(&socket, 1);
	struct session session;
	session_open(&session, &socket, 0, 3000);
	for (uint32_t i = 0; i < 500; i++) {
		session_submit(&session, i, EXCHANGE_HOST_HOLD, 0);
	}
	for (uint32_t i = 500; i < 2000; i++) {
		session_submit(&session, i, 16, i % 300);
	}
	session_submit(&session, 2000, EXCHANGE_HOST_DIE, 0);
	uint32_t submitted = 2001;
	// Not collected before it is dead: all answers wait in the ring of a process that is no more.
	plx_client_flush(session.client);
	CU_ASSERT_EQUAL(waitpid(pid, NULL, 0), pid);
	while (submitted < 2100) { // nobody reads these
		session_submit(&session, submitted++, 16, 0);
	}
	session_finish(&session);
	CU_ASSERT_EQUAL(session.answered, 1500);
	CU_ASSERT_EQUAL(session.lost, submitted - 1500);
	CU_ASSERT_EQUAL(session.wrong, 0);
	CU_ASSERT_EQUAL(session.timeouts, 0);
	for (uint32_t i = 0; i < submitted; i++) {
		CU_ASSERT_EQUAL(session.results[i], 1);
	}
	CU_ASSERT_EQUAL(plx_client_stray_results(session.client), 0);
	session_close(&session);
	session_socket_remove(&socket);
}

TEST(client_attaches_again_when_the_dataplane_is_back)
{
	struct session_socket socket = session_socket_create();
	struct session session;
	pid_t pid = process_start(&socket, 2);
	session_open(&session, &socket, 0, 3000);
	for (uint32_t round = 0; round < 3; round++) {
		uint32_t first = round * 1000;
		for (uint32_t i = first; i < first + 1000; i++) {
			session_submit(&session, i, i % 10 == 0 ? EXCHANGE_HOST_HOLD : 16, 7);
		}
		session_wait_answered(&session, (round + 1) * 900);
		exchange_process_kill(pid);
		session_finish(&session);
		CU_ASSERT_EQUAL(session.lost, (round + 1) * 100);
		struct plx_job job = session_job(&session, first, 16, 7);
		CU_ASSERT_EQUAL(plx_client_submit(session.client, &job), -ENOTCONN);
		pid = process_start(&socket, 1 + round);
		wait_until_attached(&session);
		CU_ASSERT_EQUAL(plx_client_worker_count(session.client), 1 + round);
	}
	CU_ASSERT_EQUAL(session.wrong, 0);
	CU_ASSERT_EQUAL(plx_client_stray_results(session.client), 0);
	session_close(&session);
	exchange_process_kill(pid);
	session_socket_remove(&socket);
}

TEST(idle_client_notices_the_end_and_comes_back)
{
	struct session_socket socket = session_socket_create();
	struct session session;
	pid_t pid = process_start(&socket, 1);
	session_open(&session, &socket, 0, 1);
	exchange_process_kill(pid);
	wait_until_detached(&session);
	pid = process_start(&socket, 1);
	wait_until_attached(&session);
	session_submit(&session, 0, 16, 1);
	session_wait_answered(&session, 1);
	session_close(&session);
	exchange_process_kill(pid);
	session_socket_remove(&socket);
}

TEST(descriptor_alone_drives_the_return_too)
{
	struct session_socket socket = session_socket_create();
	struct session session;
	pid_t pid = process_start(&socket, 1);
	session_open(&session, &socket, 0, 200);
	for (uint32_t i = 0; i < 100; i++) {
		session_submit(&session, i, EXCHANGE_HOST_HOLD, 0);
	}
	plx_client_flush(session.client);
	exchange_process_kill(pid);
	struct pollfd readable = {.fd = plx_client_fd(session.client), .events = POLLIN};
	while (session.lost < 100) {
		CU_ASSERT_EQUAL_FATAL(poll(&readable, 1, EXCHANGE_HOST_DEADLINE_MS), 1);
		session_collect(&session, 7);
	}
	pid = process_start(&socket, 1);
	while (!plx_client_is_attached(session.client)) {
		CU_ASSERT_EQUAL_FATAL(poll(&readable, 1, EXCHANGE_HOST_DEADLINE_MS), 1);
		session_collect(&session, 7);
	}
	session_submit(&session, 100, 16, 3);
	plx_client_flush(session.client);
	while (session.answered < 1) {
		CU_ASSERT_EQUAL_FATAL(poll(&readable, 1, EXCHANGE_HOST_DEADLINE_MS), 1);
		session_collect(&session, 7);
	}
	CU_ASSERT_EQUAL(session.wrong, 0);
	session_close(&session);
	exchange_process_kill(pid);
	session_socket_remove(&socket);
}

TEST(dataplane_that_breaks_the_protocol_is_left_and_attached_again)
{
	struct session_socket socket = session_socket_create();
	struct session session;
	pid_t pid = process_start(&socket, 1);
	session_open(&session, &socket, 0, 200);
	for (uint32_t i = 0; i < 50; i++) {
		session_submit(&session, i, EXCHANGE_HOST_HOLD, 0);
	}
	session_submit(&session, 50, EXCHANGE_HOST_CORRUPT, 0);
	session_finish(&session);
	CU_ASSERT_EQUAL(session.lost, 51);
	CU_ASSERT_FALSE(plx_client_is_attached(session.client));
	wait_until_attached(&session);
	session_submit(&session, 51, 16, 9);
	session_wait_answered(&session, 1);
	CU_ASSERT_EQUAL(session.wrong, 0);
	session_close(&session);
	exchange_process_kill(pid);
	session_socket_remove(&socket);
}

// The client of the next test: attaches once it is told to, submits work that stays open, and waits to be killed.
static void client_process_run(const struct session_socket *socket, int start_fd, int ready_fd)
{
	char byte;
	struct session session;
	if (read(start_fd, &byte, 1) != 1) {
		_exit(1);
	}
	session_open(&session, socket, 0, 100);
	for (uint32_t i = 0; i < 100; i++) {
		session_submit(&session, i, EXCHANGE_HOST_HOLD, 0);
	}
	plx_client_flush(session.client);
	if (write(ready_fd, "r", 1) != 1) {
		_exit(1);
	}
	for (;;) {
		pause();
	}
}

TEST(killed_client_is_detached_and_others_go_on)
{
	struct session_socket socket = session_socket_create();
	int start[2];
	int ready[2];
	char byte;
	CU_ASSERT_EQUAL_FATAL(pipe(start), 0);
	CU_ASSERT_EQUAL_FATAL(pipe(ready), 0);
	// Forked before the host's threads exist.
	pid_t pid = fork();
	if (pid == 0) {
		client_process_run(&socket, start[0], ready[1]);
	}
	struct exchange_host *host = exchange_host_start(
		&(struct exchange_host_config) {.socket_path = socket.path, .worker_count = 2});
	CU_ASSERT_PTR_NOT_NULL_FATAL(host);
	struct session session;
	session_open(&session, &socket, 0, 200);
	CU_ASSERT_EQUAL(write(start[1], "s", 1), 1);
	CU_ASSERT_EQUAL(read(ready[0], &byte, 1), 1);
	CU_ASSERT_TRUE(exchange_host_wait_clients(host, 2));
	kill(pid, SIGKILL);
	CU_ASSERT_EQUAL(waitpid(pid, NULL, 0), pid);
	CU_ASSERT_TRUE(exchange_host_wait_clients(host, 1));
	for (uint32_t i = 0; i < 200; i++) {
		session_submit(&session, i, 16, 2);
	}
	session_finish(&session);
	CU_ASSERT_EQUAL(session.answered, 200);
	session_close(&session);
	CU_ASSERT_TRUE(exchange_host_wait_clients(host, 0));
	exchange_host_stop(host);
	close(start[0]);
	close(start[1]);
	close(ready[0]);
	close(ready[1]);
	session_socket_remove(&socket);
}

TEST_MAIN(client_restart,
	  T(what_was_answered_before_the_end_is_delivered_and_the_rest_is_lost_once),
	  T(client_attaches_again_when_the_dataplane_is_back),
	  T(what_is_judged_by_is_that_of_the_dataplane_that_is_attached),
	  T(idle_client_notices_the_end_and_comes_back), T(descriptor_alone_drives_the_return_too),
	  T(dataplane_that_breaks_the_protocol_is_left_and_attached_again),
	  T(killed_client_is_detached_and_others_go_on))
