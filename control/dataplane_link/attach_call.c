// SPDX-License-Identifier: BSD-3-Clause
// One JSON line out, one JSON line and a bundle of descriptors back.

#include "dataplane_link/attach_call.h"

#include <parallax/base/error.h>
#include <parallax/protocol/rpc_error.h>

#include <jansson.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

// A name is short.
#define REQUEST_LINE_MAX 1024

static int socket_set_blocking(int fd, bool is_blocking)
{
	int flags = fcntl(fd, F_GETFL);
	int wanted = is_blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK;
	return flags < 0 || fcntl(fd, F_SETFL, wanted) < 0 ? -errno : 0;
}

// A connect to a Unix socket waits only while the listener's backlog is full, for SO_SNDTIMEO at most.
static int socket_connect(int fd, const char *path, unsigned timeout_ms)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t length = strlen(path);
	if (length >= sizeof(address.sun_path)) {
		return -ENAMETOOLONG;
	}
	memcpy(address.sun_path, path, length + 1);
	const struct timeval timeout = {.tv_sec = timeout_ms / 1000,
					.tv_usec = (suseconds_t)(timeout_ms % 1000) * 1000};
	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)) < 0 ||
	    connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
		return -errno;
	}
	return socket_set_blocking(fd, false);
}

static int request_send(int fd, const char *name, enum plx_priority priority)
{
	json_t *request = json_pack("{s:s, s:i, s:s, s:{s:i, s:s, s:s}}", "jsonrpc", "2.0", "id", 1,
				    "method", PLX_ATTACH_METHOD, "params", "version",
				    PLX_EXCHANGE_VERSION, "name", name, "priority",
				    priority == PLX_PRIORITY_INTERACTIVE ? "interactive" : "bulk");
	if (request == NULL) {
		return -EINVAL;
	}
	char line[REQUEST_LINE_MAX];
	size_t length = json_dumpb(request, line, sizeof(line) - 1, JSON_COMPACT);
	json_decref(request);
	if (length == 0 || length >= sizeof(line)) {
		return -EINVAL;
	}
	line[length++] = '\n';
	ssize_t sent = send(fd, line, length, MSG_NOSIGNAL);
	return sent == (ssize_t)length ? 0 : sent < 0 ? -errno : -EIO;
}

int attach_call_start(const char *socket_path, const char *name, enum plx_priority priority,
		      unsigned connect_timeout_ms, struct attach_call *ret_call)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0) {
		return -errno;
	}
	int error = socket_connect(fd, socket_path, connect_timeout_ms);
	if (error == 0) {
		error = request_send(fd, name, priority);
	}
	if (error != 0) {
		close(fd);
		return error;
	}
	ret_call->socket = fd;
	ret_call->line_length = 0;
	ret_call->fd_count = 0;
	return 0;
}

void attach_call_discard(struct attach_call *call)
{
	for (unsigned i = 0; i < call->fd_count; i++) {
		close(call->fds[i]);
	}
	call->fd_count = 0;
}

void attach_answer_close(struct attach_answer *answer)
{
	close(answer->region_fd);
	close(answer->client_wake_fd);
	for (uint32_t worker = 0; worker < answer->worker_count; worker++) {
		close(answer->worker_wake_fd[worker]);
	}
	attach_terms_fini(&answer->terms);
}

// Takes the descriptors of one message; more than an answer can have are closed and make it invalid.
static int fds_take(struct attach_call *call, struct msghdr *message)
{
	bool is_too_many = (message->msg_flags & MSG_CTRUNC) != 0;
	for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part != NULL;
	     part = CMSG_NXTHDR(message, part)) {
		if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) {
			continue;
		}
		size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < count; i++) {
			int fd;
			memcpy(&fd, CMSG_DATA(part) + i * sizeof(int), sizeof(fd));
			if (call->fd_count < ATTACH_FDS_MAX) {
				call->fds[call->fd_count++] = fd;
			} else {
				close(fd);
				is_too_many = true;
			}
		}
	}
	return is_too_many ? -EPROTO : 0;
}

// One recvmsg(2). 0 when bytes came.
static int answer_receive(struct attach_call *call)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(ATTACH_FDS_MAX * sizeof(int))];
	} control;
	struct iovec room = {.iov_base = call->line + call->line_length,
			     .iov_len = sizeof(call->line) - call->line_length};
	struct msghdr message = {.msg_iov = &room,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = sizeof(control)};
	if (room.iov_len == 0) {
		return -EPROTO;
	}
	ssize_t count = recvmsg(call->socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	if (count < 0) {
		return errno == EINTR ? -EAGAIN : -errno;
	}
	if (count == 0) {
		return -ECONNRESET;
	}
	call->line_length += (size_t)count;
	return fds_take(call, &message);
}

static int error_of_code(json_int_t code)
{
	switch (code) {
	case PLX_ATTACH_ERROR_VERSION:
		return PLX_ERR_REGION_VERSION;
	case PLX_ATTACH_ERROR_FULL:
		return -ENOSPC;
	case PLX_RPC_STATE:
		return -EBUSY;
	default:
		return -EPROTO;
	}
}

// The number of workers that a valid answer names, or an error; with the number its terms.
static int answer_parse(const char *line, size_t length, struct attach_terms *ret_terms)
{
	json_t *answer = json_loadb(line, length, JSON_REJECT_DUPLICATES, NULL);
	json_int_t code = 0;
	int version = 0;
	int workers = 0;
	int outcome = -EPROTO;
	if (json_unpack(answer, "{s:{s:I}}", "error", "code", &code) == 0) {
		outcome = error_of_code(code);
	} else if (json_unpack(answer, "{s:{s:i}}", "result", "version", &version) == 0 &&
		   version != PLX_EXCHANGE_VERSION) {
		outcome = PLX_ERR_REGION_VERSION;
	} else if (json_unpack(answer, "{s:{s:i}}", "result", "workers", &workers) == 0 &&
		   version == PLX_EXCHANGE_VERSION && workers > 0 &&
		   workers <= PLX_REGION_WORKERS_MAX) {
		int error = attach_terms_read(
			json_object_get(json_object_get(answer, "result"), "judged_by"), ret_terms);
		outcome = error != 0 ? error : workers;
	}
	json_decref(answer);
	return outcome;
}

int attach_call_read(struct attach_call *call, struct attach_answer *ret_answer)
{
	int error = answer_receive(call);
	if (error != 0) {
		return error;
	}
	const char *end = memchr(call->line, '\n', call->line_length);
	if (end == NULL) {
		return -EAGAIN;
	}
	struct attach_terms terms;
	int workers = answer_parse(call->line, (size_t)(end - call->line), &terms);
	if (workers < 0) {
		return workers;
	}
	if (call->fd_count != 2 + (unsigned)workers) {
		attach_terms_fini(&terms);
		return -EPROTO;
	}
	ret_answer->region_fd = call->fds[0];
	ret_answer->client_wake_fd = call->fds[1];
	memcpy(ret_answer->worker_wake_fd, call->fds + 2, (size_t)workers * sizeof(int));
	ret_answer->worker_count = (uint32_t)workers;
	ret_answer->terms = terms;
	call->fd_count = 0;
	return 0;
}
