// SPDX-License-Identifier: BSD-3-Clause

#include "command/audit_task.h"

#include <parallax/base/error.h>

#include "audit/audit_reader.h"
#include "command/command_internal.h"
#include "service/generation.h"

#include <event2/event.h>

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/eventfd.h>

struct audit_task {
	struct command_server *server;
	struct plx_rpc_call *call;
	struct audit_task_request request;
	char *order, *identifier, *perspective;
	char *path;
	struct generation *generation; // holds request.config
	audit_task_work work;
	pthread_t thread;
	bool is_thread_running; // not joined yet
	int done_fd;
	struct event *done_event;
	// What came of it: written by the thread, read by the loop after the event.
	int error;
	json_t *result;
	struct audit_fault fault;
};

static void *run(void *context)
{
	struct audit_task *task = context;
	struct audit_reader *reader = NULL;
	task->error = audit_reader_open(task->path, &reader, &task->fault);
	if (task->error == 0) {
		task->error = task->work(reader, &task->request, &task->result, &task->fault);
		audit_reader_close(reader);
	}
	uint64_t one = 1;
	ssize_t written = write(task->done_fd, &one, sizeof(one));
	(void)written; // a counter of one cannot be full
	return NULL;
}

// Joined: what the thread wrote is ours.
static void answer(struct audit_task *task)
{
	if (task->call == NULL) {
		return;
	}
	if (task->error == 0) {
		plx_rpc_reply(task->call, task->result);
		task->result = NULL;
	} else {
		plx_rpc_fail(task->call, PLX_RPC_STATE, NULL, "%s", task->fault.text);
	}
	task->call = NULL;
}

void audit_task_destroy(struct audit_task *task)
{
	if (task == NULL) {
		return;
	}
	if (task->is_thread_running) {
		pthread_join(task->thread, NULL);
		task->is_thread_running = false;
		answer(task);
	}
	if (task->done_event != NULL) {
		event_free(task->done_event);
	}
	if (task->done_fd >= 0) {
		close(task->done_fd);
	}
	json_decref(task->result);
	generation_release(task->generation);
	free(task->order);
	free(task->identifier);
	free(task->perspective);
	free(task->path);
	free(task);
}

static void on_done(evutil_socket_t fd, short what, void *context)
{
	struct audit_task *task = context;
	task->server->audit_task = NULL;
	audit_task_destroy(task);
}

// False without memory.
static bool copy_text(const char *from, char **ret_copy, const char **ret_text)
{
	*ret_copy = from == NULL ? NULL : strdup(from);
	*ret_text = *ret_copy;
	return from == NULL || *ret_copy != NULL;
}

static struct audit_task *task_create(struct command_server *server,
				      const struct audit_task_request *request,
				      audit_task_work work)
{
	struct audit_task *task = calloc(1, sizeof(*task));
	if (task == NULL) {
		return NULL;
	}
	task->server = server;
	task->request = *request;
	task->work = work;
	task->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	task->path = strdup(service_config(server->service)->audit_log);
	task->generation = generation_acquire(server->service->generation);
	task->request.config = task->generation->configuration.config;
	bool is_whole =
		copy_text(request->order, &task->order, &task->request.order) &&
		copy_text(request->identifier, &task->identifier, &task->request.identifier) &&
		copy_text(request->perspective, &task->perspective, &task->request.perspective);
	if (is_whole && task->done_fd >= 0 && task->path != NULL) {
		task->done_event =
			event_new(server->service->base, task->done_fd, EV_READ, on_done, task);
	}
	if (task->done_event == NULL || event_add(task->done_event, NULL) != 0) {
		audit_task_destroy(task);
		return NULL;
	}
	return task;
}

void audit_task_start(struct command_server *server, struct plx_rpc_call *call,
		      const struct audit_task_request *request, audit_task_work work)
{
	if (server->audit_task != NULL) {
		plx_rpc_fail(call, PLX_RPC_BUSY, NULL,
			     "another walk through the audit log is under way; try again");
		return;
	}
	struct audit_task *task = task_create(server, request, work);
	if (task == NULL || pthread_create(&task->thread, NULL, run, task) != 0) {
		audit_task_destroy(task);
		plx_rpc_fail(call, PLX_RPC_INTERNAL, NULL, "not enough memory");
		return;
	}
	task->is_thread_running = true;
	task->call = call;
	server->audit_task = task;
}
