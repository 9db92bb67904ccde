// SPDX-License-Identifier: BSD-3-Clause
// One connection: bytes to lines, answers to bytes. Destroyed only from its own event callbacks and by the server,
// never beneath a handler.

#include "rpc/rpc_internal.h"

#include <event2/buffer.h>
#include <event2/event.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>

#define LINES_PER_TURN 16 // so that one busy peer does not hold the loop

static void on_readable(evutil_socket_t fd, short what, void *context);
static void on_writable(evutil_socket_t fd, short what, void *context);

int rpc_session_create(struct plx_rpc_server *server, int fd, const struct plx_rpc_peer *peer)
{
	struct plx_rpc_session *session = calloc(1, sizeof(*session));
	if (session == NULL) {
		return -ENOMEM;
	}
	session->server = server;
	session->fd = -1; // the caller's until all is made
	session->peer = *peer;
	STAILQ_INIT(&session->outputs);
	LIST_INIT(&session->calls);
	LIST_INSERT_HEAD(&server->sessions, session, entry);
	server->counters.sessions++;
	session->input = evbuffer_new();
	session->read_event =
		event_new(server->config.base, fd, EV_READ | EV_PERSIST, on_readable, session);
	session->write_event = event_new(server->config.base, fd, EV_WRITE, on_writable, session);
	if (session->input == NULL || session->read_event == NULL || session->write_event == NULL ||
	    event_add(session->read_event, NULL) != 0) {
		rpc_session_destroy(session);
		return -ENOMEM;
	}
	session->is_reading = true;
	session->fd = fd;
	return 0;
}

static void output_free(struct rpc_output *output)
{
	for (size_t i = 0; i < output->fd_count; i++) {
		close(output->fds[i]);
	}
	free(output->line);
	free(output);
}

// Calls that are in progress outlive it, unless their handlers end them for it.
static void hang_up_calls(struct plx_rpc_session *session)
{
	struct plx_rpc_call *call;
	while ((call = LIST_FIRST(&session->calls)) != NULL) {
		LIST_REMOVE(call, entry);
		call->session = NULL;
		if (call->on_hangup != NULL) {
			call->on_hangup(call, call->hangup_context);
		}
	}
}

void rpc_session_destroy(struct plx_rpc_session *session)
{
	LIST_REMOVE(session, entry);
	session->server->counters.sessions--;
	hang_up_calls(session);
	if (session->on_close != NULL) {
		session->on_close(session->state);
	}
	struct rpc_output *output;
	while ((output = STAILQ_FIRST(&session->outputs)) != NULL) {
		STAILQ_REMOVE_HEAD(&session->outputs, entry);
		output_free(output);
	}
	if (session->read_event != NULL) {
		event_free(session->read_event);
	}
	if (session->write_event != NULL) {
		event_free(session->write_event);
	}
	if (session->input != NULL) {
		evbuffer_free(session->input);
	}
	if (session->fd >= 0) {
		close(session->fd);
	}
	free(session);
}

static bool may_take_lines(const struct plx_rpc_session *session)
{
	return !session->is_ending && session->call_count < PLX_RPC_CALLS_MAX &&
	       session->output_bytes < PLX_RPC_OUTPUT_PAUSE;
}

// The buffer's first line end; -1: none yet. What was searched is not searched again: a long line comes in many pieces.
static ssize_t line_end(struct plx_rpc_session *session)
{
	struct evbuffer_ptr start;
	if (evbuffer_ptr_set(session->input, &start, session->searched, EVBUFFER_PTR_SET) != 0) {
		return -1; // nothing beyond it
	}
	ssize_t end = evbuffer_search_eol(session->input, &start, NULL, EVBUFFER_EOL_LF).pos;
	session->searched = end >= 0 ? (size_t)end : evbuffer_get_length(session->input);
	return end;
}

// Arms or disarms reading; lines that already wait in the buffer are looked at in the next turn.
static void update_reading(struct plx_rpc_session *session)
{
	bool may_take = may_take_lines(session);
	if (!may_take && session->is_reading) {
		event_del(session->read_event);
		session->is_reading = false;
	} else if (may_take && !session->is_reading) {
		session->is_reading =
			!session->is_peer_done && event_add(session->read_event, NULL) == 0;
		event_active(session->read_event, EV_TIMEOUT, 0);
	}
}

void rpc_session_resume(struct plx_rpc_session *session)
{
	update_reading(session);
	if (session->is_ending) {
		event_active(session->write_event, EV_WRITE, 0); // it may have been the last call
	}
}

static void close_fds(const int *fds, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		close(fds[i]);
	}
}

void rpc_session_send(struct plx_rpc_session *session, char *line, size_t length, const int *fds,
		      size_t fd_count)
{
	struct rpc_output *output = line != NULL ? calloc(1, sizeof(*output)) : NULL;
	bool is_too_much = session->output_bytes + length > PLX_RPC_OUTPUT_MAX;
	if (output == NULL || is_too_much) {
		// An answer must not get lost silently: without it the connection is worth nothing.
		session->is_overflow = true;
		close_fds(fds, fd_count);
		free(line);
		free(output);
	} else {
		output->line = line;
		output->length = length;
		output->fd_count = fd_count;
		if (fd_count > 0) {
			memcpy(output->fds, fds, fd_count * sizeof(*fds));
		}
		session->output_bytes += length;
		STAILQ_INSERT_TAIL(&session->outputs, output, entry);
	}
	// The next turn of the loop writes: a session must not vanish beneath its caller.
	event_active(session->write_event, EV_WRITE, 0);
}

static ssize_t output_write(int fd, const struct rpc_output *output)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int) * PLX_RPC_FDS_MAX)];
	} control;
	struct iovec part = {.iov_base = output->line + output->sent,
			     .iov_len = output->length - output->sent};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	if (output->fd_count > 0) {
		memset(&control, 0, sizeof(control));
		message.msg_control = &control;
		message.msg_controllen = CMSG_SPACE(sizeof(int) * output->fd_count);
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(sizeof(int) * output->fd_count);
		memcpy(CMSG_DATA(&control.header), output->fds, sizeof(int) * output->fd_count);
	}
	return sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

// False when the connection is at an end.
static bool flush_outputs(struct plx_rpc_session *session)
{
	struct rpc_output *output;
	while ((output = STAILQ_FIRST(&session->outputs)) != NULL) {
		ssize_t count = output_write(session->fd, output);
		if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
			return event_add(session->write_event, NULL) == 0;
		}
		if (count < 0 && errno != EINTR) {
			return false;
		}
		if (count <= 0) {
			continue;
		}
		close_fds(output->fds, output->fd_count); // they went with the first byte
		output->fd_count = 0;
		output->sent += (size_t)count;
		session->output_bytes -= (size_t)count;
		if (output->sent == output->length) {
			STAILQ_REMOVE_HEAD(&session->outputs, entry);
			output_free(output);
		}
	}
	return true;
}

// True when the session was destroyed.
static bool end_if_due(struct plx_rpc_session *session)
{
	bool has_lines = session->is_peer_done && !session->is_ending && line_end(session) >= 0;
	bool is_asked = !session->is_hung_up &&
			(session->call_count > 0 || !STAILQ_EMPTY(&session->outputs));
	bool is_finished = (session->is_ending || session->is_peer_done) && !is_asked && !has_lines;
	if (session->is_overflow) {
		session->server->counters.overflowed++;
	}
	if (!session->is_overflow && !session->is_unwanted && !is_finished) {
		return false;
	}
	rpc_session_destroy(session);
	return true;
}

static void on_writable(evutil_socket_t fd, short what, void *context)
{
	struct plx_rpc_session *session = context;
	if (!flush_outputs(session)) {
		rpc_session_destroy(session);
		return;
	}
	if (!end_if_due(session)) {
		update_reading(session);
	}
}

// The peer broke the framing: what follows cannot be told apart any more.
static void refuse_long_line(struct plx_rpc_session *session)
{
	session->is_ending = true;
	evbuffer_drain(session->input, evbuffer_get_length(session->input));
	session->searched = 0;
	char message[80];
	snprintf(message, sizeof(message), "a request must be one line of at most %zu bytes",
		 session->server->config.line_bytes_max);
	rpc_session_fail(session, PLX_RPC_INVALID_REQUEST, message);
}

// Runs whole lines in the buffer.
static void take_lines(struct plx_rpc_session *session)
{
	for (unsigned i = 0; i < LINES_PER_TURN && may_take_lines(session); i++) {
		ssize_t end = line_end(session);
		size_t length = end >= 0 ? (size_t)end : evbuffer_get_length(session->input);
		if (length >= session->server->config.line_bytes_max) {
			refuse_long_line(session);
			return;
		}
		if (end < 0) {
			return;
		}
		const char *line = (const char *)evbuffer_pullup(session->input, end + 1);
		if (line == NULL) {
			session->is_overflow = true;
			return;
		}
		// Empty lines (socat by hand) are no requests.
		if (length > 0 && !(length == 1 && line[0] == '\r')) {
			rpc_call_start(session, line, length);
		}
		evbuffer_drain(session->input, length + 1);
		session->searched = 0;
	}
	if (may_take_lines(session) && line_end(session) >= 0) {
		event_active(session->read_event, EV_TIMEOUT, 0);
	}
}

// Closed, and not only shut down for sending.
static bool has_hung_up(int fd)
{
	struct pollfd state = {.fd = fd};
	return poll(&state, 1, 0) == 1 && (state.revents & POLLHUP) != 0;
}

static void on_readable(evutil_socket_t fd, short what, void *context)
{
	struct plx_rpc_session *session = context;
	size_t held = evbuffer_get_length(session->input);
	size_t line_bytes_max = session->server->config.line_bytes_max;
	if ((what & EV_READ) != 0 && held <= line_bytes_max) {
		int count = evbuffer_read(session->input, fd, (int)(line_bytes_max + 1 - held));
		if (count < 0 && errno != EAGAIN && errno != EINTR) {
			rpc_session_destroy(session);
			return;
		}
		if (count == 0) {
			// Perhaps half-closed (socat): what was asked is still answered. A last line without
			// its newline was not asked.
			session->is_peer_done = true;
			session->is_hung_up = has_hung_up(fd);
			event_del(session->read_event);
			session->is_reading = false;
		}
	}
	take_lines(session);
	if (!end_if_due(session) && !session->is_peer_done) {
		update_reading(session);
	}
}

const struct plx_rpc_peer *plx_rpc_session_peer(const struct plx_rpc_session *session)
{
	return &session->peer;
}

void plx_rpc_session_set_state(struct plx_rpc_session *session, void *state,
			       void (*on_close)(void *state))
{
	session->state = state;
	session->on_close = on_close;
}

void plx_rpc_session_close(struct plx_rpc_session *session)
{
	session->is_unwanted = true;
	event_active(session->write_event, EV_WRITE, 0);
}

void *plx_rpc_session_state(const struct plx_rpc_session *session)
{
	return session->state;
}
