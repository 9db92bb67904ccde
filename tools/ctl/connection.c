// SPDX-License-Identifier: BSD-3-Clause

#include "connection.h"

#include <parallax/base/error.h>

#include <jansson.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/un.h>

#define READ_BYTES ((size_t)64 * 1024)
#define ANSWER_BYTES_MAX ((size_t)64 * 1024 * 1024)

void connection_print_failure(const char *socket_path, int error, FILE *out)
{
	const char *advice = "";
	if (error == -ENOENT || error == -ECONNREFUSED) {
		advice = "; is the daemon running? --socket names another socket";
	} else if (error == -EACCES) {
		advice = "; run as root or as a member of socket_group";
	}
	const char *text = error == -EPROTO      ? "the answer is not JSON-RPC"
			   : error == -ETIMEDOUT ? "the daemon does not respond"
						 : plx_error_text(error);
	fprintf(out, "parallaxctl: %s: %s%s\n", socket_path, text, advice);
}

int connection_open(const char *socket_path, struct connection *ret_connection)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	if (strlen(socket_path) >= sizeof(address.sun_path)) {
		return -ENAMETOOLONG;
	}
	memcpy(address.sun_path, socket_path, strlen(socket_path) + 1);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0) {
		return -errno;
	}
	if (connect(fd, (const struct sockaddr *)(const void *)&address, sizeof(address)) != 0) {
		int error = -errno;
		close(fd);
		return error;
	}
	*ret_connection =
		(struct connection) {.fd = fd, .timeout_ms = CONNECTION_TIMEOUT_MS, .next_id = 1};
	return 0;
}

void connection_close(struct connection *connection)
{
	if (connection->fd >= 0) {
		close(connection->fd);
	}
	free(connection->input);
	*connection = (struct connection) {.fd = -1};
}

static int send_all(int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t count = send(fd, bytes, length, MSG_NOSIGNAL);
		if (count < 0) {
			return -errno;
		}
		bytes += count;
		length -= (size_t)count;
	}
	return 0;
}

static int send_request(struct connection *connection, const char *method, json_t *params)
{
	json_t *request = json_pack("{s:s, s:i, s:s, s:O}", "jsonrpc", "2.0", "id",
				    (int)connection->next_id, "method", method, "params", params);
	char *line = request == NULL ? NULL : json_dumps(request, JSON_COMPACT);
	json_decref(request);
	if (line == NULL) {
		return -ENOMEM;
	}
	size_t length = strlen(line);
	line[length] = '\n'; // in place of the NUL
	int error = send_all(connection->fd, line, length + 1);
	free(line);
	return error;
}

static int receive_more(struct connection *connection)
{
	if (connection->input_length + READ_BYTES > connection->input_capacity) {
		size_t capacity = connection->input_capacity * 2 + READ_BYTES;
		char *input =
			capacity > ANSWER_BYTES_MAX ? NULL : realloc(connection->input, capacity);
		if (input == NULL) {
			return -ENOMEM;
		}
		connection->input = input;
		connection->input_capacity = capacity;
	}
	struct pollfd readable = {.fd = connection->fd, .events = POLLIN};
	int ready = poll(&readable, 1, connection->timeout_ms);
	if (ready <= 0) {
		return ready == 0 ? -ETIMEDOUT : -errno;
	}
	ssize_t count =
		read(connection->fd, connection->input + connection->input_length, READ_BYTES);
	if (count <= 0) {
		return count == 0 ? -ECONNRESET : -errno;
	}
	connection->input_length += (size_t)count;
	return 0;
}

// One line as JSON; whatever follows it stays.
static int receive_answer(struct connection *connection, json_t **ret_answer)
{
	size_t searched = 0;
	char *end = NULL;
	while (end == NULL) {
		if (connection->input_length > searched) {
			end = memchr(connection->input + searched, '\n',
				     connection->input_length - searched);
			searched = connection->input_length;
		}
		int error = end == NULL ? receive_more(connection) : 0;
		if (error != 0) {
			return error;
		}
	}
	size_t length = (size_t)(end - connection->input);
	json_t *answer = json_loadb(connection->input, length, JSON_ALLOW_NUL, NULL);
	connection->input_length -= length + 1;
	memmove(connection->input, end + 1, connection->input_length);
	if (!json_is_object(answer)) {
		json_decref(answer);
		return -EPROTO;
	}
	*ret_answer = answer;
	return 0;
}

int connection_call(struct connection *connection, const char *method, json_t *params,
		    json_t **ret_answer)
{
	int error = send_request(connection, method, params);
	// A daemon that refuses connections says why before it closes: what it said is read even if sending failed.
	if (error != 0 && error != -EPIPE) {
		return error;
	}
	json_t *answer = NULL;
	error = receive_answer(connection, &answer);
	if (error != 0) {
		return error;
	}
	const json_t *id = json_object_get(answer, "id");
	bool is_ours =
		json_is_null(id) || json_integer_value(id) == (json_int_t)connection->next_id;
	connection->next_id++;
	if (!is_ours || (json_object_get(answer, "result") == NULL &&
			 json_object_get(answer, "error") == NULL)) {
		json_decref(answer);
		return -EPROTO;
	}
	*ret_answer = answer;
	return 0;
}
