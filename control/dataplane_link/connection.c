// SPDX-License-Identifier: BSD-3-Clause
// The state machine of connection.h. Every transition happens in here.

#include "dataplane_link/connection.h"

#include <parallax/base/error.h>
#include <parallax/exchange/wake_event.h>

#include <errno.h>
#include <time.h>

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define CONNECT_RETRY_TIMEOUT_MS                                                                   \
	1 // a re-attach is tried from plx_client_collect, which never blocks
#define EVENTS_MAX 3
#define LOOK_MIN_NS                                                                                \
	50000000ull // between looks at the beats: a caller may ask in every turn of its loop

static int epoll_add(struct connection *connection, int fd)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
	return epoll_ctl(connection->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

// The dataplane holds the same descriptions, so that closing ours would not end its registration.
static void epoll_close(struct connection *connection, int *fd)
{
	if (*fd >= 0) {
		epoll_ctl(connection->epoll_fd, EPOLL_CTL_DEL, *fd, NULL);
		close(*fd);
		*fd = -1;
	}
}

// 0 disarms.
static void timer_arm(struct connection *connection, uint32_t milliseconds)
{
	const struct itimerspec due = {
		.it_value = {.tv_sec = milliseconds / 1000,
			     .tv_nsec = (long)(milliseconds % 1000) * 1000000}};
	timerfd_settime(connection->timer_fd, 0, &due, NULL);
}

// While attached the timer has no other use, and its end does nothing but wake.
void connection_wake_self(struct connection *connection)
{
	const struct itimerspec at_once = {.it_value = {.tv_nsec = 1}};
	timerfd_settime(connection->timer_fd, 0, &at_once, NULL);
}

int connection_init(struct connection *connection)
{
	*connection = (struct connection) {
		.socket = -1, .wake_fd = -1, .backoff_ms = CONNECTION_BACKOFF_MIN_MS};
	connection->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (connection->timer_fd < 0) {
		return -errno;
	}
	connection->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	int error = connection->epoll_fd < 0 ? -errno : epoll_add(connection, connection->timer_fd);
	if (error != 0) {
		close(connection->timer_fd);
		if (connection->epoll_fd >= 0) {
			close(connection->epoll_fd);
		}
	}
	return error;
}

static void region_release(struct connection *connection)
{
	epoll_close(connection, &connection->wake_fd);
	for (uint32_t worker = 0; worker < connection->region.worker_count; worker++) {
		close(connection->workers[worker].wake_fd);
	}
	region_unmap(&connection->region);
	attach_terms_fini(&connection->terms);
}

void connection_fini(struct connection *connection)
{
	if (connection->state == CONNECTION_ATTACHING) {
		attach_call_discard(&connection->call);
	}
	region_release(connection);
	epoll_close(connection, &connection->socket);
	close(connection->timer_fd);
	close(connection->epoll_fd);
}

void connection_schedule(struct connection *connection)
{
	epoll_close(connection, &connection->socket);
	timer_arm(connection, connection->backoff_ms);
	connection->backoff_ms = 2 * connection->backoff_ms < CONNECTION_BACKOFF_MAX_MS
					 ? 2 * connection->backoff_ms
					 : CONNECTION_BACKOFF_MAX_MS;
	connection->state = CONNECTION_WAITING;
}

static void attach_fail(struct connection *connection, int error)
{
	attach_call_discard(&connection->call);
	connection->last_error = error;
	connection_schedule(connection);
}

void connection_start(struct connection *connection, const struct connection_identity *identity,
		      unsigned connect_timeout_ms)
{
	int error = attach_call_start(identity->socket_path, identity->name, identity->priority,
				      connect_timeout_ms, &connection->call);
	if (error == 0) {
		connection->socket = connection->call.socket;
		error = epoll_add(connection, connection->socket);
	}
	if (error != 0) {
		attach_fail(connection, error);
		return;
	}
	timer_arm(connection, CONNECTION_ATTACH_LIMIT_MS);
	connection->state = CONNECTION_ATTACHING;
}

static void worker_links_init(struct connection *connection, const struct attach_answer *answer)
{
	void *base = connection->region.base;
	for (uint32_t i = 0; i < answer->worker_count; i++) {
		struct plx_region_worker *rings = plx_region_worker(base, i);
		struct worker_link *worker = &connection->workers[i];
		*worker = (struct worker_link) {.wake_fd = answer->worker_wake_fd[i],
						.beat = &rings->beat};
		plx_ring_producer_init(&worker->jobs, &rings->jobs, plx_region_job_bytes(base, i),
				       PLX_JOB_RING_BYTES);
		plx_ring_consumer_init(&worker->results, &rings->results,
				       plx_region_result_bytes(base, i), PLX_RESULT_RING_BYTES);
	}
}

// Takes over the descriptors of the answer, or closes them.
static int answer_accept(struct connection *connection, struct attach_answer *answer)
{
	int error = region_map(answer->region_fd, answer->worker_count, &connection->region);
	if (error == 0) {
		error = epoll_add(connection, answer->client_wake_fd);
	}
	if (error != 0) {
		region_unmap(&connection->region);
		attach_answer_close(answer);
		return error;
	}
	connection->wake_fd = answer->client_wake_fd;
	connection->terms = answer->terms;
	worker_links_init(connection, answer);
	connection->looked_ns = 0;
	connection->control_heartbeat = (struct heartbeat) {0};
	connection->silent_workers = 0;
	close(answer->region_fd); // the mapping keeps it
	return 0;
}

static void attach_continue(struct connection *connection)
{
	struct attach_answer answer;
	int error = attach_call_read(&connection->call, &answer);
	if (error == -EAGAIN) {
		return;
	}
	if (error == 0) {
		error = answer_accept(connection, &answer);
	}
	if (error != 0) {
		attach_fail(connection, error);
		return;
	}
	timer_arm(connection, 0);
	connection->backoff_ms = CONNECTION_BACKOFF_MIN_MS;
	connection->last_error = 0;
	connection->state = CONNECTION_ATTACHED;
	// Announced from the start, so that the first result makes the descriptor readable. There is none before the
	// first job.
	if (connection_announce_sleep(connection)) {
		connection_abandon(connection);
	}
}

uint64_t connection_realtime_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

// The dataplane sends nothing after its answer; what it may say in a later version is skipped.
static void socket_watch(struct connection *connection)
{
	char skipped[256];
	ssize_t count = recv(connection->socket, skipped, sizeof(skipped), MSG_DONTWAIT);
	if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) {
		connection->lost_time_ns = connection_realtime_ns();
		connection->state = CONNECTION_DRAINING;
	}
}

void connection_abandon(struct connection *connection)
{
	// Both ends now read end of file: the dataplane frees our look-ups, and our descriptor stays readable.
	shutdown(connection->socket, SHUT_RDWR);
	connection->lost_time_ns = connection_realtime_ns();
	connection->state = CONNECTION_DRAINING;
}

void connection_drop_region(struct connection *connection)
{
	region_release(connection);
	connection->state = CONNECTION_LOST;
}

static void timer_expired(struct connection *connection, const struct connection_identity *identity)
{
	uint64_t count;
	if (read(connection->timer_fd, &count, sizeof(count)) != (ssize_t)sizeof(count)) {
		return; // armed anew since
	}
	if (connection->state == CONNECTION_ATTACHING) {
		attach_fail(connection, -ETIMEDOUT);
	} else if (connection->state == CONNECTION_WAITING) {
		connection_start(connection, identity, CONNECT_RETRY_TIMEOUT_MS);
	}
}

static void socket_readable(struct connection *connection)
{
	if (connection->state == CONNECTION_ATTACHING) {
		attach_continue(connection);
	} else if (connection->state == CONNECTION_ATTACHED) {
		socket_watch(connection);
	}
}

int connection_step(struct connection *connection, const struct connection_identity *identity,
		    int timeout_ms)
{
	struct epoll_event events[EVENTS_MAX];
	int count = epoll_wait(connection->epoll_fd, events, EVENTS_MAX, timeout_ms);
	if (count < 0) {
		return -errno;
	}
	for (int i = 0; i < count; i++) {
		// By number, as an earlier event of this round may have closed one of them.
		int fd = events[i].data.fd;
		if (fd == connection->wake_fd) {
			connection->is_kicked = true;
		} else if (fd == connection->socket) {
			socket_readable(connection);
		} else if (fd == connection->timer_fd) {
			timer_expired(connection, identity);
		}
	}
	return 0;
}

void connection_drain_kick(struct connection *connection)
{
	if (connection->is_kicked && connection->wake_fd >= 0) {
		plx_wake_socket_drain(connection->wake_fd);
	}
	connection->is_kicked = false;
}

bool connection_announce_sleep(struct connection *connection)
{
	bool has_results = false;
	for (uint32_t i = 0; i < connection->region.worker_count; i++) {
		if (plx_ring_consumer_asleep(&connection->workers[i].results)) {
			has_results = true;
		}
	}
	return has_results;
}

static bool beat_look(struct heartbeat *heartbeat, const struct plx_beat *beat, uint64_t elapsed_ns)
{
	return heartbeat_look(heartbeat, __atomic_load_n(&beat->count, __ATOMIC_RELAXED),
			      elapsed_ns);
}

bool connection_look(struct connection *connection, uint64_t now_ns)
{
	bool is_first = connection->looked_ns == 0 || now_ns < connection->looked_ns;
	uint64_t elapsed_ns = is_first ? 0 : now_ns - connection->looked_ns;
	if (!is_first && elapsed_ns < LOOK_MIN_NS) {
		return false;
	}
	connection->looked_ns = now_ns;
	bool has_changed = beat_look(&connection->control_heartbeat,
				     plx_region_control_beat(connection->region.base), elapsed_ns);
	connection->silent_workers = 0;
	for (uint32_t i = 0; i < connection->region.worker_count; i++) {
		struct worker_link *worker = &connection->workers[i];
		if (beat_look(&worker->heartbeat, worker->beat, elapsed_ns)) {
			worker->end_cursor = 0;
			has_changed = true;
		}
		connection->silent_workers += worker->heartbeat.is_silent;
	}
	return has_changed;
}

void connection_publish(struct worker_link *worker)
{
	worker->unpublished = 0;
	if (plx_ring_publish(&worker->jobs)) {
		plx_wake_event_kick(worker->wake_fd);
	}
}
