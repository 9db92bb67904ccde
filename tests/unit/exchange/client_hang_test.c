// SPDX-License-Identifier: BSD-3-Clause
// A dataplane, or one worker of it, that hangs: what it has not answered is lost once, and it is asked again when it is
// back. The client's clock is ours, so that silence takes no time.

#include "client_session.h"
#include "cunit_runner.h"
#include "exchange_host.h"

#include "dataplane_link/client_state.h"

#include <errno.h>
#include <poll.h>

#define LOOK_NS (PLX_CLIENT_LOOK_MS * 1000000ull)

static uint64_t now_ns;

static bool look(struct session *session)
{
	now_ns += LOOK_NS;
	return plx_client_is_responding(session->client, now_ns);
}

// Ten looks, within less than a beat if need be: only who hangs may be looked at like that.
static void look_until_silent(struct session *session)
{
	unsigned looks = 0;
	while (looks < 10 && look(session)) {
		looks++;
	}
	CU_ASSERT_TRUE(looks < 10);
}

// The threads of a process that is stopped fall silent one look after another: some beat once more after the last one.
static void look_until_all_silent(struct session *session, uint32_t worker_count)
{
	for (unsigned looks = 0; looks < 10; looks++) {
		(void)look(session);
		if (plx_client_silent_workers(session->client) == worker_count &&
		    !plx_client_is_control_responding(session->client)) {
			return;
		}
	}
	CU_FAIL("some thread is still heard");
}

static void wait_until_responding(struct session *session)
{
	uint64_t deadline_ms = session_now_ms() + EXCHANGE_HOST_DEADLINE_MS;
	while (!look(session) && session_now_ms() < deadline_ms) {
		poll(NULL, 0, 1);
	}
	CU_ASSERT_TRUE_FATAL(session_now_ms() < deadline_ms);
}

static void session_lost_silently(void *context, const struct plx_result *result,
				  const uint8_t *body)
{
	struct session *session = context;
	uint64_t index = result->tag - SESSION_TAG_BASE;
	if (result->status == PLX_STATUS_LOST) {
		session->lost++;
		session->wrong += result->cause != PLX_CAUSE_DATAPLANE_SILENT ||
				  result->body_length != 0 || result->time_ns == 0 ||
				  index >= session->job_count || session->results[index]++ > 0 ||
				  result->qtype != session->jobs[index].qtype;
	} else {
		session_result(context, result, body);
	}
}

static unsigned collect(struct session *session, unsigned max)
{
	return plx_client_collect(session->client, max, session_lost_silently, session);
}

static void collect_all(struct session *session, unsigned max)
{
	while (collect(session, max) > 0) {
	}
}

static struct exchange_host *host_start(const struct session_socket *socket, unsigned workers)
{
	struct exchange_host *host = exchange_host_start(&(struct exchange_host_config) {
		.socket_path = socket->path, .worker_count = workers});
	CU_ASSERT_PTR_NOT_NULL_FATAL(host);
	return host;
}

static uint32_t worker_of(const struct session *session, uint32_t index)
{
	const struct connection *connection = &session->client->connection;
	return plx_region_worker_of(&connection->region.worker_key, &session->jobs[index].name,
				    connection->region.worker_count);
}

TEST(stopped_dataplane_loses_what_is_open_and_goes_on_when_continued)
{
	struct session_socket socket = session_socket_create();
	pid_t pid = exchange_process_start(
		&(struct exchange_host_config) {.socket_path = socket.path, .worker_count = 2});
	CU_ASSERT_TRUE_FATAL(pid > 0);
	struct session session;
	session_open(&session, &socket, 0, 400);
	CU_ASSERT_TRUE(look(&session));
	exchange_process_hang(pid, true);
	for (uint32_t i = 0; i < 200; i++) {
		session_submit(&session, i, 16, 5);
	}
	plx_client_flush(session.client);
	look_until_all_silent(&session, 2);
	CU_ASSERT_TRUE(plx_client_is_attached(session.client));
	CU_ASSERT_EQUAL(plx_client_silent_workers(session.client), 2);
	CU_ASSERT_FALSE(plx_client_is_control_responding(session.client));
	struct plx_job job = session_job(&session, 200, 16, 5);
	CU_ASSERT_EQUAL(plx_client_submit(session.client, &job), -ENOTCONN);
	// By the descriptor alone, a few at a time.
	struct pollfd readable = {.fd = plx_client_fd(session.client), .events = POLLIN};
	while (session.lost < 200) {
		CU_ASSERT_EQUAL_FATAL(poll(&readable, 1, EXCHANGE_HOST_DEADLINE_MS), 1);
		collect(&session, 7);
	}
	CU_ASSERT_EQUAL(plx_client_outstanding(session.client), 0);
	CU_ASSERT_FALSE(look(&session));
	CU_ASSERT_EQUAL(collect(&session, 7), 0);

	exchange_process_hang(pid, false);
	wait_until_responding(&session);
	CU_ASSERT_TRUE(plx_client_is_attached(session.client));
	for (uint32_t i = 200; i < 400; i++) {
		session_submit(&session, i, 16, 5);
	}
	session_finish(&session);
	uint64_t deadline_ms = session_now_ms() + EXCHANGE_HOST_DEADLINE_MS;
	while (plx_client_late_results(session.client) < 200 && session_now_ms() < deadline_ms) {
		collect(&session, 100);
	}
	CU_ASSERT_EQUAL(plx_client_late_results(session.client), 200);
	CU_ASSERT_EQUAL(plx_client_stray_results(session.client), 0);
	CU_ASSERT_EQUAL(session.answered, 200);
	CU_ASSERT_EQUAL(session.wrong, 0);
	for (uint32_t i = 0; i < 400; i++) {
		CU_ASSERT_EQUAL(session.results[i], 1);
	}
	session_close(&session);
	exchange_process_kill(pid);
	session_socket_remove(&socket);
}

TEST(one_stuck_worker_loses_its_own_look_ups_only)
{
	struct session_socket socket = session_socket_create();
	struct exchange_host *host = host_start(&socket, 2);
	struct session session;
	session_open(&session, &socket, 0, 600);
	uint32_t stuck = 0;
	look(&session);
	exchange_host_hang(host, 1, true);
	for (uint32_t i = 0; i < 200; i++) {
		session_submit(&session, i, EXCHANGE_HOST_HOLD, 0); // worker 0 will never answer
		stuck += worker_of(&session, i) == 1;
	}
	CU_ASSERT_TRUE_FATAL(stuck > 20 && stuck < 180);
	// The other one must have the time to beat: looks as often as in life.
	uint64_t deadline_ms = session_now_ms() + EXCHANGE_HOST_DEADLINE_MS;
	while (plx_client_silent_workers(session.client) == 0 && session_now_ms() < deadline_ms) {
		plx_client_is_responding(session.client, now_ns += LOOK_NS / 2);
		poll(NULL, 0, PLX_CLIENT_LOOK_MS / 2);
	}
	collect_all(&session, 1000);
	CU_ASSERT_EQUAL(plx_client_silent_workers(session.client), 1);
	CU_ASSERT_TRUE(plx_client_is_control_responding(session.client));
	CU_ASSERT_EQUAL(session.lost, stuck);
	CU_ASSERT_EQUAL(plx_client_outstanding(session.client), 200 - stuck);
	for (uint32_t i = 0; i < 200; i++) {
		CU_ASSERT_EQUAL(session.results[i], worker_of(&session, i) == 1);
	}
	// New ones: refused for the stuck worker, answered by the other.
	uint32_t refused = 0;
	for (uint32_t i = 200; i < 400; i++) {
		struct plx_job job = session_job(&session, i, 16, 3);
		int error = plx_client_submit(session.client, &job);
		CU_ASSERT_EQUAL(error, worker_of(&session, i) == 1 ? -ENOTCONN : 0);
		refused += error != 0;
	}
	plx_client_flush(session.client);
	deadline_ms = session_now_ms() + EXCHANGE_HOST_DEADLINE_MS;
	while (session.answered < 200 - refused && session_now_ms() < deadline_ms) {
		collect(&session, 100);
	}
	CU_ASSERT_EQUAL(session.answered, 200 - refused);

	exchange_host_hang(host, 1, false);
	wait_until_responding(&session);
	for (uint32_t i = 400; i < 600; i++) {
		session_submit(&session, i, 16, 3);
	}
	session_wait_answered(&session, 400 - refused);
	CU_ASSERT_EQUAL(session.lost, stuck);
	CU_ASSERT_EQUAL(session.wrong, 0);
	CU_ASSERT_EQUAL(plx_client_stray_results(session.client), 0);
	session_close(&session);
	exchange_host_stop(host);
	session_socket_remove(&socket);
}

TEST(result_that_was_there_before_the_hang_is_delivered)
{
	struct session_socket socket = session_socket_create();
	struct exchange_host *host = host_start(&socket, 1);
	struct session session;
	session_open(&session, &socket, 0, 21);
	look(&session);
	session_submit(&session, 20, EXCHANGE_HOST_HOLD, 0);
	for (uint32_t i = 0; i < 20; i++) {
		session_submit(&session, i, 16, 9);
	}
	plx_client_flush(
		session.client); // less than a batch: served in one turn, then we are woken
	struct pollfd readable = {.fd = plx_client_fd(session.client), .events = POLLIN};
	CU_ASSERT_EQUAL(poll(&readable, 1, EXCHANGE_HOST_DEADLINE_MS), 1);
	exchange_host_hang(host, 0, true);
	look_until_silent(&session);
	collect_all(&session, 6);
	CU_ASSERT_EQUAL(session.answered, 20);
	CU_ASSERT_EQUAL(session.lost, 1);
	CU_ASSERT_EQUAL(session.wrong, 0);
	exchange_host_hang(host, 0, false);
	session_close(&session);
	exchange_host_stop(host);
	session_socket_remove(&socket);
}

TEST(worker_that_is_back_before_its_loss_was_collected_answers_itself)
{
	struct session_socket socket = session_socket_create();
	struct exchange_host *host = host_start(&socket, 1);
	struct session session;
	session_open(&session, &socket, 0, 100);
	look(&session);
	exchange_host_hang(host, 0, true);
	for (uint32_t i = 0; i < 100; i++) {
		session_submit(&session, i, 16, 1);
	}
	plx_client_flush(session.client);
	look_until_silent(&session);
	CU_ASSERT_EQUAL(collect(&session, 30), 30);
	exchange_host_hang(host, 0, false);
	wait_until_responding(&session);
	uint64_t deadline_ms = session_now_ms() + EXCHANGE_HOST_DEADLINE_MS;
	while ((plx_client_outstanding(session.client) > 0 ||
		plx_client_late_results(session.client) < 30) &&
	       session_now_ms() < deadline_ms) {
		collect(&session, 100);
	}
	CU_ASSERT_EQUAL(session.lost, 30);
	CU_ASSERT_EQUAL(session.answered, 70);
	CU_ASSERT_EQUAL(session.wrong, 0);
	CU_ASSERT_EQUAL(plx_client_late_results(session.client), 30);
	CU_ASSERT_EQUAL(plx_client_stray_results(session.client), 0);
	session_close(&session);
	exchange_host_stop(host);
	session_socket_remove(&socket);
}

TEST(dataplane_that_dies_after_it_hung_loses_nothing_twice)
{
	struct session_socket socket = session_socket_create();
	pid_t pid = exchange_process_start(
		&(struct exchange_host_config) {.socket_path = socket.path, .worker_count = 1});
	struct session session;
	session_open(&session, &socket, 0, 100);
	look(&session);
	exchange_process_hang(pid, true);
	for (uint32_t i = 0; i < 100; i++) {
		session_submit(&session, i, 16, 1);
	}
	look_until_silent(&session);
	CU_ASSERT_EQUAL(collect(&session, 40), 40);
	exchange_process_kill(pid);
	// The rest ends one way or the other.
	uint64_t deadline_ms = session_now_ms() + EXCHANGE_HOST_DEADLINE_MS;
	while (plx_client_is_attached(session.client) && session_now_ms() < deadline_ms) {
		CU_ASSERT_EQUAL(plx_client_wait(session.client, 100), 0);
		collect(&session, 100);
	}
	CU_ASSERT_EQUAL(plx_client_outstanding(session.client), 0);
	CU_ASSERT_EQUAL(session.lost, 100);
	CU_ASSERT_FALSE(look(&session));
	CU_ASSERT_EQUAL(plx_client_silent_workers(session.client), 0);
	// A new one begins without what was held against the former.
	pid = exchange_process_start(
		&(struct exchange_host_config) {.socket_path = socket.path, .worker_count = 1});
	deadline_ms = session_now_ms() + EXCHANGE_HOST_DEADLINE_MS;
	while (!plx_client_is_attached(session.client) && session_now_ms() < deadline_ms) {
		CU_ASSERT_EQUAL(plx_client_wait(session.client, 1000), 0);
	}
	CU_ASSERT_TRUE(look(&session));
	CU_ASSERT_EQUAL(plx_client_stray_results(session.client), 0);
	session_close(&session);
	exchange_process_kill(pid);
	session_socket_remove(&socket);
}

TEST(each_hang_loses_what_is_open_then)
{
	struct session_socket socket = session_socket_create();
	struct exchange_host *host = host_start(&socket, 1);
	struct session session;
	session_open(&session, &socket, 0, 60);
	look(&session);
	for (uint32_t hang = 1; hang <= 3; hang++) {
		exchange_host_hang(host, 0, true);
		for (uint32_t i = (hang - 1) * 20; i < hang * 20; i++) {
			session_submit(&session, i, 16, 1);
		}
		look_until_silent(&session);
		collect_all(&session, 1000);
		CU_ASSERT_EQUAL(session.lost, hang * 20);
		CU_ASSERT_EQUAL(plx_client_outstanding(session.client), 0);
		exchange_host_hang(host, 0, false);
		wait_until_responding(&session);
	}
	CU_ASSERT_EQUAL(session.wrong, 0);
	session_close(&session);
	exchange_host_stop(host);
	session_socket_remove(&socket);
}

TEST(beats_that_a_client_writes_itself_fool_nobody_else)
{
	struct session_socket socket = session_socket_create();
	struct exchange_host *host = host_start(&socket, 1);
	struct session session;
	session_open(&session, &socket, 0, 1);
	exchange_host_hang(host, 0, true);
	look(&session);
	session_submit(&session, 0, 16, 1);
	struct plx_beat *beat = &plx_region_worker(session.client->connection.region.base, 0)->beat;
	for (uint64_t i = 0; i < 50; i++) { // as a hostile dataplane might
		__atomic_store_n(&beat->count, i % 2 == 0 ? UINT64_MAX - i : i, __ATOMIC_RELAXED);
		look(&session);
		CU_ASSERT_EQUAL(plx_client_silent_workers(session.client), 0);
	}
	CU_ASSERT_EQUAL(plx_client_outstanding(session.client), 1);
	exchange_host_hang(host, 0, false);
	session_wait_answered(&session, 1);
	session_close(&session);
	exchange_host_stop(host);
	session_socket_remove(&socket);
}

TEST_MAIN(client_hang, T(stopped_dataplane_loses_what_is_open_and_goes_on_when_continued),
	  T(dataplane_that_dies_after_it_hung_loses_nothing_twice),
	  T(one_stuck_worker_loses_its_own_look_ups_only),
	  T(result_that_was_there_before_the_hang_is_delivered),
	  T(worker_that_is_back_before_its_loss_was_collected_answers_itself),
	  T(each_hang_loses_what_is_open_then),
	  T(beats_that_a_client_writes_itself_fool_nobody_else))
