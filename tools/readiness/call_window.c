// SPDX-License-Identifier: BSD-3-Clause
// Request lines out, answer lines in.

#include "readiness/call_window.h"

#include <parallax/protocol/control_methods.h>

#include <jansson.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>

#define READ_BYTES ((size_t)256 * 1024)

int call_window_init(struct call_window *window, int fd)
{
	int flags = fcntl(fd, F_GETFL);
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0) {
		return -errno;
	}
	*window = (struct call_window) {.fd = fd, .next_id = 1};
	return 0;
}

void call_window_fini(struct call_window *window)
{
	if (window->fd >= 0) {
		close(window->fd);
	}
	free(window->output);
	free(window->input);
	*window = (struct call_window) {.fd = -1};
}

static int reserve(char **buffer, size_t *capacity, size_t wanted)
{
	if (wanted <= *capacity) {
		return 0;
	}
	size_t grown = *capacity * 2 > wanted ? *capacity * 2 : wanted;
	char *memory = realloc(*buffer, grown);
	if (memory == NULL) {
		return -ENOMEM;
	}
	*buffer = memory;
	*capacity = grown;
	return 0;
}

static int queue_line(struct call_window *window, const char *line)
{
	size_t length = strlen(line);
	if (length + 1 > PLX_CONTROL_LINE_MAX) {
		return -EMSGSIZE;
	}
	if (window->output_sent > 0) {
		window->output_length -= window->output_sent;
		memmove(window->output, window->output + window->output_sent,
			window->output_length);
		window->output_sent = 0;
	}
	int error = reserve(&window->output, &window->output_capacity,
			    window->output_length + length + 1);
	if (error != 0) {
		return error;
	}
	memcpy(window->output + window->output_length, line, length);
	window->output[window->output_length + length] = '\n';
	window->output_length += length + 1;
	return 0;
}

int call_window_send(struct call_window *window, const char *method, json_t *params, uint64_t tag)
{
	unsigned slot = 0;
	while (slot < CALL_WINDOW_SIZE && window->calls[slot].id != 0) {
		slot++;
	}
	if (slot == CALL_WINDOW_SIZE) {
		return -EBUSY;
	}
	json_t *request =
		json_pack("{s:s, s:I, s:s, s:O}", "jsonrpc", "2.0", "id",
			  (json_int_t)window->next_id, "method", method, "params", params);
	char *line = request == NULL ? NULL : json_dumps(request, JSON_COMPACT);
	json_decref(request);
	int error = line == NULL ? -ENOMEM : queue_line(window, line);
	free(line);
	if (error != 0) {
		return error;
	}
	window->calls[slot].id = window->next_id++;
	window->calls[slot].tag = tag;
	window->open_count++;
	return 0;
}

bool call_window_wants_write(const struct call_window *window)
{
	return window->output_sent < window->output_length;
}

int call_window_write(struct call_window *window)
{
	while (call_window_wants_write(window)) {
		ssize_t count = send(window->fd, window->output + window->output_sent,
				     window->output_length - window->output_sent, MSG_NOSIGNAL);
		if (count < 0 && errno == EINTR) {
			continue;
		}
		if (count < 0) {
			return errno == EAGAIN ? 0 : -errno;
		}
		window->output_sent += (size_t)count;
	}
	return 0;
}

int call_window_read(struct call_window *window)
{
	if (window->input_length > CALL_ANSWER_MAX) {
		return -EMSGSIZE;
	}
	int error =
		reserve(&window->input, &window->input_capacity, window->input_length + READ_BYTES);
	if (error != 0) {
		return error;
	}
	ssize_t count = read(window->fd, window->input + window->input_length, READ_BYTES);
	if (count < 0) {
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	}
	window->input_length += (size_t)count;
	return count == 0 ? -ECONNRESET : 0;
}

// Closes the call that the answer is for.
static int settle(struct call_window *window, const json_t *answer, uint64_t *ret_tag)
{
	const json_t *id = json_object_get(answer, "id");
	if (json_object_get(answer, "result") == NULL && json_object_get(answer, "error") == NULL) {
		return -EPROTO;
	}
	if (json_is_null(id)) {
		*ret_tag = 0;
		return 1;
	}
	for (unsigned i = 0; json_is_integer(id) && i < CALL_WINDOW_SIZE; i++) {
		if (window->calls[i].id != 0 &&
		    window->calls[i].id == (uint64_t)json_integer_value(id)) {
			*ret_tag = window->calls[i].tag;
			window->calls[i].id = 0;
			window->open_count--;
			return 1;
		}
	}
	return -EPROTO;
}

int call_window_next(struct call_window *window, uint64_t *ret_tag, json_t **ret_answer)
{
	const char *end = window->input_length == window->input_searched
				  ? NULL
				  : memchr(window->input + window->input_searched, '\n',
					   window->input_length - window->input_searched);
	window->input_searched = window->input_length;
	if (end == NULL) {
		return 0;
	}
	size_t length = (size_t)(end - window->input);
	json_t *answer = json_loadb(window->input, length, JSON_ALLOW_NUL, NULL);
	window->input_length -= length + 1;
	memmove(window->input, window->input + length + 1, window->input_length);
	window->input_searched = 0;
	int found = json_is_object(answer) ? settle(window, answer, ret_tag) : -EPROTO;
	if (found != 1) {
		json_decref(answer);
		return found;
	}
	*ret_answer = answer;
	return 1;
}
