// SPDX-License-Identifier: BSD-3-Clause
// The client library against a real exchange server in this process (tests/support/exchange_host.h): answers,
// limits, wake-ups. What happens when a process dies is in client_restart_test.c.

#include "client_session.h"
#include "cunit_runner.h"
#include "exchange_host.h"

#include <parallax/exchange/region_layout.h>
#include <parallax/protocol/rpc_error.h>

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

static struct exchange_host *host_start(const struct session_socket *socket, unsigned workers)
{
	struct exchange_host *host = exchange_host_start(&(struct exchange_host_config) {
		.socket_path = socket->path, .worker_count = workers});
	CU_ASSERT_PTR_NOT_NULL_FATAL(host);
	return host;
}

static void host_stop(struct exchange_host *host)
{
	CU_ASSERT_EQUAL(exchange_host_lost_wakeups(host), 0);
	CU_ASSERT_EQUAL(exchange_host_bad_records(host), 0);
	exchange_host_stop(host);
}

TEST(every_job_gets_its_own_result_once)
{
	struct session_socket socket = session_socket_create();
	struct exchange_host *host = host_start(&socket, 2);
	struct session session;
	session_open(&session, &socket, 1000, 50000);
	CU_ASSERT_EQUAL(plx_client_worker_count(session.client), 2);
	for (uint32_t i = 0; i < session.job_count; i++) {
		session_submit(&session, i, 16, i % 1500);
	}
	session_finish(&session);
	CU_ASSERT_EQUAL(session.answered, session.job_count);
	CU_ASSERT_EQUAL(session.wrong, 0);
	CU_ASSERT_EQUAL(plx_client_outstanding(session.client), 0);
	session_close(&session);
	host_stop(host);
	session_socket_remove(&socket);
}

TEST(single_jobs_never_miss_a_wake_up)
{
	struct session_socket socket = session_socket_create();
	struct exchange_host *host = host_start(&socket, 2);
	struct session session;
	session_open(&session, &socket, 0, 20000);
	for (uint32_t i = 0; i < session.job_count && session.timeouts == 0; i++) {
		session_submit(&session, i, 16, 0);
		session_finish(&session);
	}
	CU_ASSERT_EQUAL(session.timeouts, 0);
	CU_ASSERT_EQUAL(session.answered, session.job_count);
	session_close(&session);
	host_stop(host);
	session_socket_remove(&socket);
}

TEST(descriptor_alone_drives_an_event_loop)
{
	struct session_socket socket = session_socket_create();
	struct exchange_host *host = host_start(&socket, 2);
	struct session session;
	session_open(&session, &socket, 0, 20000);
	struct pollfd readable = {.fd = plx_client_fd(session.client), .events = POLLIN};
	uint32_t submitted = 0;
	while (session.answered < session.job_count) {
		for (unsigned i = 0; i < 7 && submitted < session.job_count; i++) {
			session_submit(&session, submitted++, 16, 10);
		}
		plx_client_flush(session.client);
		CU_ASSERT_EQUAL_FATAL(poll(&readable, 1, EXCHANGE_HOST_DEADLINE_MS), 1);
		session_collect(&session, 3);
	}
	// Everything is collected: the descriptor falls silent.
	while (session_collect(&session, 3) > 0) {
	}
	CU_ASSERT_EQUAL(poll(&readable, 1, 0), 0);
	session_close(&session);
	host_stop(host);
	session_socket_remove(&socket);
}

TEST(full_window_refuses_with_eagain)
{
	struct session_socket socket = session_socket_create();
	struct exchange_host *host = host_start(&socket, 1);
	struct session session;
	session_open(&session, &socket, 4, 8);
	for (uint32_t i = 0; i < 3; i++) {
		session_submit(&session, i, EXCHANGE_HOST_HOLD, 0);
	}
	session_submit(&session, 3, 16, 0);
	struct plx_job job = session_job(&session, 4, 16, 0);
	CU_ASSERT_EQUAL(plx_client_submit(session.client, &job), -EAGAIN);
	CU_ASSERT_EQUAL(plx_client_outstanding(session.client), 4);
	session_wait_answered(&session, 1);
	CU_ASSERT_EQUAL(plx_client_outstanding(session.client), 3);
	session_submit(&session, 4, 16, 0);
	session_wait_answered(&session, 2);
	session_close(&session);
	host_stop(host);
	session_socket_remove(&socket);
}

TEST(full_job_ring_refuses_with_eagain_and_nothing_is_lost)
{
	struct session_socket socket = session_socket_create();
	struct exchange_host *host = host_start(&socket, 1);
	struct session session;
	session_open(&session, &socket, PLX_CLIENT_WINDOW_MAX, 100000);
	exchange_host_stall(host, true);
	uint32_t submitted = 0;
	int error = 0;
	while (error == 0 && submitted < session.job_count) {
		struct plx_job job = session_job(&session, submitted, 16, 0);
		error = plx_client_submit(session.client, &job);
		submitted += error == 0;
	}
	CU_ASSERT_EQUAL(error, -EAGAIN);
	CU_ASSERT_TRUE(submitted > PLX_JOB_RING_BYTES / PLX_JOB_RECORD_MAX);
	CU_ASSERT_EQUAL(plx_client_outstanding(session.client), submitted);
	exchange_host_stall(host, false);
	session_wait_answered(&session, submitted);
	CU_ASSERT_EQUAL(session.wrong, 0);
	session_close(&session);
	host_stop(host);
	session_socket_remove(&socket);
}

TEST(results_wait_for_room_and_the_worker_is_woken)
{
	struct session_socket socket = session_socket_create();
	struct exchange_host *host = host_start(&socket, 2);
	struct session session;
	session_open(&session, &socket, 0, 300);
	for (uint32_t i = 0; i < session.job_count; i++) {
		session_submit(&session, i, 16, PLX_JOB_TIMEOUT_MS_MAX);
	}
	plx_client_flush(session.client);
	// Both result rings are full now, and both workers go to sleep with a result in hand.
	CU_ASSERT_TRUE(exchange_host_wait_parked(host, 2));
	session_finish(&session);
	CU_ASSERT_EQUAL(session.answered, session.job_count);
	CU_ASSERT_EQUAL(session.wrong, 0);
	CU_ASSERT_EQUAL(session.timeouts, 0);
	session_close(&session);
	host_stop(host);
	session_socket_remove(&socket);
}

TEST(second_answer_to_one_job_is_ignored_and_counted)
{
	struct session_socket socket = session_socket_create();
	struct exchange_host *host = host_start(&socket, 1);
	struct session session;
	session_open(&session, &socket, 0, 100);
	for (uint32_t i = 0; i < session.job_count; i++) {
		session_submit(&session, i, i % 2 == 0 ? EXCHANGE_HOST_TWICE : 16, 5);
	}
	session_finish(&session);
	CU_ASSERT_EQUAL(session.answered, 100);
	CU_ASSERT_EQUAL(session.wrong, 0);
	CU_ASSERT_EQUAL(plx_client_stray_results(session.client), 50);
	session_close(&session);
	host_stop(host);
	session_socket_remove(&socket);
}

TEST(job_that_breaks_a_limit_is_refused)
{
	struct session_socket socket = session_socket_create();
	struct exchange_host *host = host_start(&socket, 1);
	struct session session;
	session_open(&session, &socket, 0, 1);
	const struct plx_job good = session_job(&session, 0, 16, 0);
	struct plx_job bad[6];
	for (unsigned i = 0; i < 6; i++) {
		bad[i] = good;
	}
	bad[0].kind = 9;
	bad[1].attempts = PLX_JOB_ATTEMPTS_MAX + 1;
	bad[2].timeout_ms = PLX_JOB_TIMEOUT_MS_MAX + 1;
	bad[3].flags = 0x80;
	bad[4].name.length = 0;
	bad[5].name.wire[0] = 64;
	for (unsigned i = 0; i < 6; i++) {
		CU_ASSERT_EQUAL(plx_client_submit(session.client, &bad[i]), -EINVAL);
	}
	CU_ASSERT_EQUAL(plx_client_outstanding(session.client), 0);
	session_close(&session);
	host_stop(host);
	session_socket_remove(&socket);
}

TEST(clients_beyond_the_limit_are_refused_and_the_others_are_apart)
{
	struct session_socket socket = session_socket_create();
	struct exchange_host *host = host_start(&socket, 2);
	static struct session sessions[32];
	for (unsigned i = 0; i < 32; i++) {
		session_open(&sessions[i], &socket, 0, 20);
	}
	int error = 0;
	const struct plx_client_config config = {.socket_path = socket.path, .name = "one more"};
	CU_ASSERT_PTR_NULL(plx_client_open(&config, &error));
	CU_ASSERT_EQUAL(error, -ENOSPC);
	for (uint32_t job = 0; job < 20; job++) {
		for (unsigned i = 0; i < 32; i++) {
			session_submit(&sessions[i], job, 16, i);
		}
	}
	for (unsigned i = 0; i < 32; i++) {
		session_finish(&sessions[i]);
		CU_ASSERT_EQUAL(sessions[i].answered, 20);
		CU_ASSERT_EQUAL(sessions[i].wrong, 0);
		session_close(&sessions[i]);
	}
	// A place is free again once the workers let go of it.
	CU_ASSERT_TRUE(exchange_host_wait_clients(host, 0));
	session_open(&sessions[0], &socket, 0, 1);
	session_close(&sessions[0]);
	host_stop(host);
	session_socket_remove(&socket);
}

TEST(refusals_of_the_dataplane_become_errors)
{
	static const struct {
		int code;
		int error;
	} cases[] = {
		{PLX_ATTACH_ERROR_VERSION, PLX_ERR_REGION_VERSION},
		{PLX_ATTACH_ERROR_FULL, -ENOSPC},
		{PLX_RPC_STATE, -EBUSY},
		{-32601, -EPROTO},
	};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(cases); i++) {
		struct session_socket socket = session_socket_create();
		struct exchange_host *host = exchange_host_start(
			&(struct exchange_host_config) {.socket_path = socket.path,
							.worker_count = 1,
							.refuse_code = cases[i].code});
		CU_ASSERT_PTR_NOT_NULL_FATAL(host);
		int error = 0;
		const struct plx_client_config config = {.socket_path = socket.path,
							 .name = "refused"};
		CU_ASSERT_PTR_NULL(plx_client_open(&config, &error));
		CU_ASSERT_EQUAL(error, cases[i].error);
		exchange_host_stop(host);
		session_socket_remove(&socket);
	}
}

TEST(absent_dataplane_is_an_error_that_says_why)
{
	struct session_socket socket = session_socket_create();
	int error = 0;
	struct plx_client_config config = {.socket_path = socket.path, .name = "early"};
	CU_ASSERT_PTR_NULL(plx_client_open(&config, &error));
	CU_ASSERT_EQUAL(error, -ENOENT);
	exchange_host_stop(
		host_start(&socket, 1)); // leaves its socket behind, as a killed one does
	CU_ASSERT_PTR_NULL(plx_client_open(&config, &error));
	CU_ASSERT_EQUAL(error, -ECONNREFUSED);
	config.name = "";
	CU_ASSERT_PTR_NULL(plx_client_open(&config, &error));
	CU_ASSERT_EQUAL(error, -EINVAL);
	config.name = "early";
	char path[200];
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	config.socket_path = path;
	CU_ASSERT_PTR_NULL(plx_client_open(&config, &error));
	CU_ASSERT_EQUAL(error, -ENAMETOOLONG);
	session_socket_remove(&socket);
}

TEST(name_goes_to_one_worker_whatever_its_case)
{
	const struct plx_siphash_key key = {.k0 = 1, .k1 = 2};
	unsigned hits[4] = {0};
	for (unsigned i = 0; i < 4000; i++) {
		char text[64];
		struct plx_name lower;
		struct plx_name mixed;
		int length = snprintf(text, sizeof(text), "host-%u.example.test", i);
		CU_ASSERT_EQUAL(plx_name_parse(text, (size_t)length, &lower), 0);
		length = snprintf(text, sizeof(text), "HosT-%u.exAMPLE.Test", i);
		CU_ASSERT_EQUAL(plx_name_parse(text, (size_t)length, &mixed), 0);
		uint32_t worker = plx_region_worker_of(&key, &lower, 4);
		CU_ASSERT_EQUAL(plx_region_worker_of(&key, &mixed, 4), worker);
		CU_ASSERT_TRUE_FATAL(worker < 4);
		hits[worker]++;
	}
	for (unsigned i = 0; i < 4; i++) {
		CU_ASSERT_TRUE(hits[i] > 800 && hits[i] < 1200);
	}
}

TEST_MAIN(client, T(every_job_gets_its_own_result_once), T(single_jobs_never_miss_a_wake_up),
	  T(descriptor_alone_drives_an_event_loop), T(full_window_refuses_with_eagain),
	  T(full_job_ring_refuses_with_eagain_and_nothing_is_lost),
	  T(results_wait_for_room_and_the_worker_is_woken),
	  T(second_answer_to_one_job_is_ignored_and_counted), T(job_that_breaks_a_limit_is_refused),
	  T(clients_beyond_the_limit_are_refused_and_the_others_are_apart),
	  T(refusals_of_the_dataplane_become_errors), T(absent_dataplane_is_an_error_that_says_why),
	  T(name_goes_to_one_worker_whatever_its_case))
