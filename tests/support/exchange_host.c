// SPDX-License-Identifier: BSD-3-Clause
// The control thread of the test dataplane: it accepts clients and answers exchange.attach.

#include "exchange_host_state.h"

#include <parallax/exchange/region_layout.h>
#include <parallax/exchange/wake_event.h>

#include "exchange/lane_wake.h"

#include <jansson.h>

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

static void command_push(struct exchange_host *host, unsigned worker, struct exchange_lane *lane,
			 bool is_attach)
{
	pthread_mutex_lock(&host->lock);
	struct host_worker *target = &host->workers[worker];
	target->commands[target->command_count++] =
		(struct lane_command) {.lane = lane, .is_attach = is_attach};
	pthread_mutex_unlock(&host->lock);
}

static void lane_attach(void *context, unsigned worker, struct exchange_lane *lane)
{
	command_push(context, worker, lane, true);
}

static void lane_detach(void *context, unsigned worker, struct exchange_lane *lane)
{
	command_push(context, worker, lane, false);
}

static void client_count_update(struct exchange_host *host)
{
	struct exchange_client_info info;
	unsigned count = 0;
	for (unsigned i = 0; i < EXCHANGE_CLIENTS_MAX; i++) {
		count += exchange_server_client_info(host->server, i, &info);
	}
	pthread_mutex_lock(&host->lock);
	host->client_count = count;
	pthread_cond_broadcast(&host->changed);
	pthread_mutex_unlock(&host->lock);
}

static void finished_collect(struct exchange_host *host)
{
	plx_wake_event_drain(host->control_wake_fd);
	pthread_mutex_lock(&host->lock);
	for (unsigned i = 0; i < host->finished_count; i++) {
		exchange_server_detached(host->server, host->finished[i].worker,
					 host->finished[i].lane);
	}
	host->finished_count = 0;
	pthread_mutex_unlock(&host->lock);
	client_count_update(host);
}

static void error_send(int fd, int code)
{
	char line[128];
	int length = snprintf(line, sizeof(line),
			      "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":%d,"
			      "\"message\":\"refused\"}}\n",
			      code);
	send(fd, line, (size_t)length, MSG_NOSIGNAL);
}

static void answer_send(const struct exchange_host *host, int fd,
			const struct exchange_attachment *attachment)
{
	const char *judged_by = host->config.judged_by;
	char line[1024];
	int length = snprintf(
		line, sizeof(line),
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"version\":%d,"
		"\"client\":%u,\"workers\":%u%s%s}}\n",
		PLX_EXCHANGE_VERSION, attachment->client, attachment->worker_count,
		judged_by == NULL ? "" : ",\"judged_by\":", judged_by == NULL ? "" : judged_by);
	int fds[2 + EXCHANGE_WORKERS_MAX] = {attachment->region_fd, attachment->client_wake_fd};
	memcpy(fds + 2, attachment->worker_wake_fd, attachment->worker_count * sizeof(int));
	size_t fds_bytes = (2 + attachment->worker_count) * sizeof(int);
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(fds))];
	} control = {0};
	struct iovec iov = {.iov_base = line, .iov_len = (size_t)length};
	struct msghdr message = {.msg_iov = &iov,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = CMSG_SPACE(fds_bytes)};
	struct cmsghdr *part = CMSG_FIRSTHDR(&message);
	part->cmsg_level = SOL_SOCKET;
	part->cmsg_type = SCM_RIGHTS;
	part->cmsg_len = CMSG_LEN(fds_bytes);
	memcpy(CMSG_DATA(part), fds, fds_bytes);
	sendmsg(fd, &message, MSG_NOSIGNAL);
}

static void request_answer(struct exchange_host *host, struct host_connection *connection)
{
	json_t *request = json_loadb(connection->line, connection->length, 0, NULL);
	const char *method = "";
	const char *name = "";
	const char *priority = "";
	int version = 0;
	struct exchange_attachment attachment;
	int error = json_unpack(request, "{s:s, s:{s:i, s:s, s:s}}", "method", &method, "params",
				"version", &version, "name", &name, "priority", &priority);
	if (host->config.refuse_code != 0) {
		error_send(connection->fd, host->config.refuse_code);
	} else if (error != 0 || strcmp(method, PLX_ATTACH_METHOD) != 0) {
		error_send(connection->fd, -32600);
	} else if (version != PLX_EXCHANGE_VERSION) {
		error_send(connection->fd, PLX_ATTACH_ERROR_VERSION);
	} else if (exchange_server_attach(host->server,
					  strcmp(priority, "bulk") == 0 ? PLX_PRIORITY_BULK
									: PLX_PRIORITY_INTERACTIVE,
					  name, 0, &attachment) != 0) {
		error_send(connection->fd, PLX_ATTACH_ERROR_FULL);
	} else {
		connection->client = (int)attachment.client;
		client_count_update(host);
		answer_send(host, connection->fd, &attachment);
	}
	json_decref(request);
}

// False: the connection ended.
static bool connection_read(struct exchange_host *host, struct host_connection *connection)
{
	ssize_t count = recv(connection->fd, connection->line + connection->length,
			     sizeof(connection->line) - connection->length, MSG_DONTWAIT);
	if (count <= 0) {
		return count < 0 && errno == EAGAIN;
	}
	connection->length += (size_t)count;
	if (memchr(connection->line, '\n', connection->length) != NULL) {
		request_answer(host, connection);
		connection->length = 0;
	}
	return connection->length < sizeof(connection->line);
}

static void connection_end(struct exchange_host *host, unsigned index)
{
	struct host_connection *connection = &host->connections[index];
	if (connection->client >= 0) {
		exchange_server_detach(host->server, (unsigned)connection->client);
	}
	close(connection->fd);
	*connection = host->connections[--host->connection_count];
}

static void connection_accept(struct exchange_host *host)
{
	int fd = accept4(host->listen_fd, NULL, NULL, SOCK_CLOEXEC);
	if (fd >= 0) {
		host->connections[host->connection_count++] =
			(struct host_connection) {.fd = fd, .client = -1};
	}
}

static void *control_run(void *context)
{
	struct exchange_host *host = context;
	while (!__atomic_load_n(&host->is_stopping, __ATOMIC_ACQUIRE)) {
		struct pollfd fds[2 + EXCHANGE_CLIENTS_MAX + 8] = {
			{.fd = host->listen_fd, .events = POLLIN},
			{.fd = host->control_wake_fd, .events = POLLIN}};
		unsigned count = host->connection_count;
		for (unsigned i = 0; i < count; i++) {
			fds[2 + i] =
				(struct pollfd) {.fd = host->connections[i].fd, .events = POLLIN};
		}
		poll(fds, 2 + count, EXCHANGE_BEAT_MS);
		exchange_server_beat(host->server);
		for (unsigned i = count; i-- > 0;) {
			if (fds[2 + i].revents != 0 &&
			    !connection_read(host, &host->connections[i])) {
				connection_end(host, i);
			}
		}
		if (fds[0].revents != 0 && count < EXCHANGE_CLIENTS_MAX + 8) {
			connection_accept(host);
		}
		if (fds[1].revents != 0) {
			finished_collect(host);
		}
	}
	return NULL;
}

static int host_listen(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	unlink(path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(fd, 16) < 0) {
		return -1;
	}
	return fd;
}

struct exchange_host *exchange_host_start(const struct exchange_host_config *config)
{
	int listen_fd = host_listen(config->socket_path);
	struct exchange_host *host = calloc(1, sizeof(*host));
	if (listen_fd < 0 || host == NULL) {
		free(host);
		return NULL;
	}
	host->config = *config;
	host->listen_fd = listen_fd;
	host->control_wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	host->workers = calloc(config->worker_count, sizeof(*host->workers));
	pthread_mutex_init(&host->lock, NULL);
	pthread_condattr_t attributes;
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&host->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	const struct exchange_worker_ops ops = {lane_attach, lane_detach, host};
	int error = 0;
	host->server = exchange_server_create(config->worker_count, &ops, &error);
	if (host->server == NULL || host->workers == NULL) {
		abort();
	}
	for (unsigned i = 0; i < config->worker_count; i++) {
		host->workers[i].host = host;
		host->workers[i].index = i;
		host->workers[i].lanes_fd = lane_wake_open();
		if (host->workers[i].lanes_fd < 0) {
			abort();
		}
		pthread_create(&host->workers[i].thread, NULL, exchange_host_worker_run,
			       &host->workers[i]);
	}
	pthread_create(&host->control_thread, NULL, control_run, host);
	return host;
}

void exchange_host_stop(struct exchange_host *host)
{
	__atomic_store_n(&host->is_stopping, true, __ATOMIC_RELEASE);
	plx_wake_event_kick(host->control_wake_fd);
	pthread_join(host->control_thread, NULL);
	for (unsigned i = 0; i < host->config.worker_count; i++) {
		plx_wake_event_kick(exchange_server_worker_wake_fd(host->server, i));
		pthread_join(host->workers[i].thread, NULL);
		close(host->workers[i].lanes_fd);
	}
	exchange_server_destroy(host->server);
	for (unsigned i = 0; i < host->connection_count; i++) {
		close(host->connections[i].fd);
	}
	close(host->listen_fd);
	close(host->control_wake_fd);
	pthread_cond_destroy(&host->changed);
	pthread_mutex_destroy(&host->lock);
	free(host->workers);
	free(host);
}

void exchange_host_stall(struct exchange_host *host, bool is_stalled)
{
	__atomic_store_n(&host->is_stalled, is_stalled, __ATOMIC_RELEASE);
	for (unsigned i = 0; i < host->config.worker_count; i++) {
		plx_wake_event_kick(exchange_server_worker_wake_fd(host->server, i));
	}
}

void exchange_host_hang(struct exchange_host *host, unsigned index, bool is_hanging)
{
	struct host_worker *worker = &host->workers[index];
	pthread_mutex_lock(&host->lock);
	worker->must_hang = is_hanging;
	pthread_cond_broadcast(&host->changed);
	while (worker->is_hanging != is_hanging) {
		plx_wake_event_kick(exchange_server_worker_wake_fd(host->server, index));
		pthread_cond_wait(&host->changed, &host->lock);
	}
	pthread_mutex_unlock(&host->lock);
}

static bool count_wait(struct exchange_host *host, const unsigned *count, unsigned wanted,
		       bool is_minimum)
{
	struct timespec deadline;
	clock_gettime(CLOCK_MONOTONIC, &deadline);
	deadline.tv_sec += EXCHANGE_HOST_DEADLINE_MS / 1000;
	int error = 0;
	pthread_mutex_lock(&host->lock);
	while (*count != wanted && !(is_minimum && *count > wanted) && error == 0) {
		error = pthread_cond_timedwait(&host->changed, &host->lock, &deadline);
	}
	pthread_mutex_unlock(&host->lock);
	return error == 0;
}

bool exchange_host_wait_clients(struct exchange_host *host, unsigned count)
{
	return count_wait(host, &host->client_count, count, false);
}

bool exchange_host_wait_parked(struct exchange_host *host, unsigned count)
{
	return count_wait(host, &host->parked_count, count, true);
}

unsigned exchange_host_lost_wakeups(const struct exchange_host *host)
{
	return __atomic_load_n(&host->lost_wakeups, __ATOMIC_RELAXED);
}

unsigned exchange_host_bad_records(const struct exchange_host *host)
{
	return __atomic_load_n(&host->bad_records, __ATOMIC_RELAXED);
}

static void process_run(const struct exchange_host_config *config, int ready_fd)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (exchange_host_start(config) == NULL || write(ready_fd, "r", 1) != 1) {
		_exit(1);
	}
	close(ready_fd);
	for (;;) {
		pause();
	}
}

pid_t exchange_process_start(const struct exchange_host_config *config)
{
	int ready[2];
	if (pipe(ready) < 0) {
		return -1;
	}
	pid_t pid = fork();
	if (pid == 0) {
		close(ready[0]);
		process_run(config, ready[1]);
	}
	close(ready[1]);
	char byte;
	bool is_ready = pid > 0 && read(ready[0], &byte, 1) == 1;
	close(ready[0]);
	return is_ready ? pid : -1;
}

void exchange_process_kill(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

void exchange_process_hang(pid_t pid, bool is_hanging)
{
	kill(pid, is_hanging ? SIGSTOP : SIGCONT);
	waitpid(pid, NULL, is_hanging ? WUNTRACED : WCONTINUED);
}
