// SPDX-License-Identifier: BSD-3-Clause

#include "control_socket/capture_session.h"

#include <parallax/base/error.h>

#include "capture/capture_file.h"
#include "worker/worker_control.h"

#include <event2/event.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NS_PER_S 1000000000ull
// A full ring of 4 MiB each 10 ms is 400 MB/s per worker: more than the disk takes.
#define DRAIN_INTERVAL_US 10000
// Per worker and turn, so that a flood of packets does not hold the event loop.
#define FRAMES_PER_TURN 16384

enum capture_state {
	CAPTURE_IDLE,
	CAPTURE_RUNNING,
	CAPTURE_STOPPING,
};

struct capture_session {
	struct capture_session_config config;
	enum capture_state state;
	struct event *drain_timer;
	struct packet_tap *taps[WORKERS_MAX];
	unsigned tap_count;
	struct capture_file *file;
	int file_error; // sticky for this capture
	uint64_t realtime_offset_ns;
	void (*done)(void *context); // of the stop that waits
	void *done_context;
	struct capture_status status; // counts of the last capture once it has ended
};

static void on_drain(evutil_socket_t fd, short what, void *context);

struct capture_session *capture_session_create(const struct capture_session_config *config)
{
	struct capture_session *session = calloc(1, sizeof(*session));
	if (session == NULL) {
		return NULL;
	}
	session->config = *config;
	session->drain_timer = event_new(config->base, -1, EV_PERSIST, on_drain, session);
	if (session->drain_timer == NULL) {
		free(session);
		return NULL;
	}
	return session;
}

static uint64_t clock_now_ns(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static void frame_arrived(void *context, const struct captured_frame *frame)
{
	struct capture_session *session = context;
	if (session->file_error == 0) {
		session->file_error = capture_file_write(
			session->file, frame->time_ns + session->realtime_offset_ns, frame->bytes,
			frame->length);
	}
}

static void drain_taps(struct capture_session *session, unsigned max)
{
	for (unsigned i = 0; i < session->tap_count; i++) {
		packet_tap_drain(session->taps[i], max, frame_arrived, session);
	}
	if (session->file_error == 0) {
		session->file_error = capture_file_flush(session->file);
	}
}

static void read_counts(const struct capture_session *session, struct capture_status *status)
{
	status->captured = status->dropped = 0;
	for (unsigned i = 0; i < session->tap_count; i++) {
		struct packet_tap_counters counters = packet_tap_read_counters(session->taps[i]);
		status->captured += counters.captured;
		status->dropped += counters.dropped;
	}
	status->bytes = capture_file_bytes(session->file);
}

static void destroy_taps(struct capture_session *session)
{
	for (unsigned i = 0; i < session->tap_count; i++) {
		packet_tap_destroy(session->taps[i]);
	}
	session->tap_count = 0;
}

// No worker holds a tap any more: what is left in the rings is written, and that was the capture.
static void capture_finish(struct capture_session *session)
{
	drain_taps(session, UINT32_MAX);
	read_counts(session, &session->status);
	int error = capture_file_close(session->file);
	session->file = NULL;
	error = session->file_error != 0 ? session->file_error : error;
	session->status.end_reason = error == 0        ? "stopped"
				     : error == -EFBIG ? "size limit"
						       : plx_error_text(error);
	destroy_taps(session);
	event_del(session->drain_timer);
	session->state = CAPTURE_IDLE;
	void (*done)(void *context) = session->done;
	session->done = NULL;
	if (done != NULL) {
		done(session->done_context);
	}
}

static void workers_let_go(void *context)
{
	capture_finish(context);
}

static int stop_begin(struct capture_session *session)
{
	int error = worker_group_set_capture(session->config.group, NULL, workers_let_go, session);
	if (error == 0) {
		session->state = CAPTURE_STOPPING;
	}
	return error;
}

static void on_drain(evutil_socket_t fd, short what, void *context)
{
	struct capture_session *session = context;
	drain_taps(session, FRAMES_PER_TURN);
	if (session->state == CAPTURE_RUNNING && session->file_error != 0) {
		int error = stop_begin(session);
		(void)error; // no memory now: the next turn tries again
	}
}

static int create_taps(struct capture_session *session, const struct packet_filter *filter)
{
	unsigned count = worker_group_count(session->config.group);
	int error = 0;
	while (session->tap_count < count) {
		struct packet_tap *tap =
			packet_tap_create(filter, PACKET_TAP_RING_BYTES_DEFAULT, &error);
		if (tap == NULL) {
			destroy_taps(session);
			return error;
		}
		session->taps[session->tap_count++] = tap;
	}
	return 0;
}

static int workers_take_taps(struct capture_session *session)
{
	const struct timeval interval = {.tv_usec = DRAIN_INTERVAL_US};
	if (event_add(session->drain_timer, &interval) != 0) {
		return -ENOMEM;
	}
	int error = worker_group_set_capture(session->config.group, session->taps, NULL, NULL);
	if (error != 0) {
		event_del(session->drain_timer);
	}
	return error;
}

int capture_session_start(struct capture_session *session, const char *file, uint64_t limit_bytes,
			  const struct packet_filter *filter)
{
	if (session->state != CAPTURE_IDLE) {
		return -EBUSY;
	}
	int error = create_taps(session, filter);
	if (error != 0) {
		return error;
	}
	session->file = capture_file_open(session->config.directory, file, limit_bytes, &error);
	if (session->file == NULL) {
		destroy_taps(session);
		return error;
	}
	session->file_error = 0;
	session->realtime_offset_ns = clock_now_ns(CLOCK_REALTIME) - clock_now_ns(CLOCK_MONOTONIC);
	error = workers_take_taps(session);
	if (error != 0) {
		capture_file_close(session->file);
		session->file = NULL;
		destroy_taps(session);
		return error;
	}
	session->status = (struct capture_status) {.limit_bytes = limit_bytes};
	snprintf(session->status.file, sizeof(session->status.file), "%s", file);
	session->state = CAPTURE_RUNNING;
	return 0;
}

int capture_session_stop(struct capture_session *session, void (*done)(void *context),
			 void *context)
{
	if (session->state == CAPTURE_IDLE) {
		return -ENOENT;
	}
	if (session->done != NULL) {
		return -EBUSY;
	}
	int error = session->state == CAPTURE_RUNNING ? stop_begin(session) : 0;
	if (error == 0) {
		session->done = done;
		session->done_context = context;
	}
	return error;
}

bool capture_session_is_running(const struct capture_session *session)
{
	return session->state != CAPTURE_IDLE;
}

void capture_session_read(const struct capture_session *session, struct capture_status *ret_status)
{
	*ret_status = session->status;
	ret_status->is_running = session->state != CAPTURE_IDLE;
	ret_status->is_stopping = session->state == CAPTURE_STOPPING;
	if (ret_status->is_running) {
		read_counts(session, ret_status);
	}
}

void capture_session_destroy(struct capture_session *session)
{
	if (session == NULL) {
		return;
	}
	if (session->state != CAPTURE_IDLE) {
		capture_finish(session);
	}
	event_free(session->drain_timer);
	free(session);
}
