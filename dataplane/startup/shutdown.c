// SPDX-License-Identifier: BSD-3-Clause
// The orderly end: SIGTERM, SIGINT or SIGHUP drains (no new jobs, those under way are finished and delivered), a second
// one or DRAIN_MAX_NS ends the wait; then everything is unmade in reverse.

#include "control_socket/control.h"

#include <parallax/base/error.h>
#include <parallax/base/log_line.h>
#include <parallax/process/supervisor.h>

#include "exchange/exchange_server.h"
#include "port/environment.h"
#include "port/packet_filter.h"
#include "port/unmap_guard.h"
#include "startup/dataplane.h"
#include "startup/exception_path.h"
#include "startup/path_service.h"
#include "startup/upstream_routes.h"
#include "tcp/tcp_query.h"
#include "validation/validator_pool.h"
#include "worker/worker_create.h"
#include "worker/worker_group.h"

#include <event2/event.h>
#include <rte_launch.h>
#include <rte_lcore.h>

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#define DRAIN_MAX_NS (5ull * 1000 * 1000 * 1000)
#define DRAIN_LOOK_US 10000

int start_fault(const struct dataplane *dataplane, const char *step, int error, const char *format,
		...)
{
	char message[1024];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	struct plx_log_line line;
	plx_log_begin(&line, dataplane_logs_json(dataplane), PLX_LOG_LEVEL_ERROR, "start_failed");
	plx_log_text(&line, "step", step);
	plx_log_text(&line, "message", message);
	plx_log_end(&line);
	return error < 0 ? error : -EIO;
}

static void look_at_drain(evutil_socket_t fd, short what, void *context)
{
	struct dataplane *dataplane = context;
	uint64_t open = worker_group_lookups_in_flight(dataplane->group);
	if (open == 0 || monotonic_time_ns() >= dataplane->drain_deadline_ns) {
		struct plx_log_line line;
		plx_log_begin(&line, dataplane_logs_json(dataplane), PLX_LOG_LEVEL_NOTICE,
			      "drained");
		plx_log_number(&line, "lookups_given_up", (int64_t)open);
		plx_log_end(&line);
		event_base_loopbreak(dataplane->events);
		return;
	}
	const struct timeval wait = {.tv_usec = DRAIN_LOOK_US};
	evtimer_add(dataplane->drain_timer, &wait);
}

void start_drain(struct dataplane *dataplane, const char *why)
{
	plx_log_message(dataplane_logs_json(dataplane), PLX_LOG_LEVEL_NOTICE, "stopping", "%s",
			why);
	plx_supervisor_stopping(dataplane->supervisor, why);
	dataplane->drain_deadline_ns = monotonic_time_ns() + DRAIN_MAX_NS;
	worker_group_set_drain(dataplane->group, true);
	const struct timeval wait = {.tv_usec = DRAIN_LOOK_US};
	evtimer_add(dataplane->drain_timer, &wait);
}

static void on_stop_signal(evutil_socket_t signal_number, short what, void *context)
{
	struct dataplane *dataplane = context;
	if (dataplane->drain_deadline_ns != 0) {
		event_base_loopbreak(dataplane->events); // the second one
		return;
	}
	start_drain(dataplane, signal_number == SIGINT   ? "SIGINT"
			       : signal_number == SIGHUP ? "SIGHUP"
							 : "SIGTERM");
}

static void write_status(void *context, char *ret_text, size_t size)
{
	const struct dataplane *dataplane = context;
	snprintf(ret_text, size, "%u workers, %s%llu look-ups in flight",
		 dataplane->lcores.worker_count,
		 dataplane->drain_deadline_ns != 0 ? "draining, " : "",
		 (unsigned long long)worker_group_lookups_in_flight(dataplane->group));
}

// Look-ups do not need it.
static void open_supervisor(struct dataplane *dataplane)
{
	int error = plx_supervisor_open(dataplane->events, write_status, dataplane,
					&dataplane->supervisor);
	if (error != 0) {
		plx_log_message(dataplane_logs_json(dataplane), PLX_LOG_LEVEL_WARNING, "supervisor",
				"it is not told how we do: NOTIFY_SOCKET or WATCHDOG_USEC: %s",
				plx_error_text(error));
	}
}

int start_events(struct dataplane *dataplane)
{
	static const int signals[STOP_SIGNALS] = {SIGTERM, SIGINT, SIGHUP};
	const struct sigaction ignore = {.sa_handler = SIG_IGN};
	sigaction(SIGPIPE, &ignore, NULL); // a client that is gone shows as EPIPE
	dataplane->events = event_base_new();
	if (dataplane->events == NULL) {
		return start_fault(dataplane, "events", -ENOMEM, "out of memory");
	}
	dataplane->drain_timer = evtimer_new(dataplane->events, look_at_drain, dataplane);
	for (unsigned i = 0; i < STOP_SIGNALS; i++) {
		struct sigaction before;
		sigaction(signals[i], NULL, &before);
		if (signals[i] == SIGHUP && before.sa_handler == SIG_IGN) {
			continue; // nohup
		}
		struct event *event =
			evsignal_new(dataplane->events, signals[i], on_stop_signal, dataplane);
		dataplane->stop_signals[i] = event;
		if (event == NULL || evsignal_add(event, NULL) != 0 ||
		    dataplane->drain_timer == NULL) {
			return start_fault(dataplane, "events", -ENOMEM, "out of memory");
		}
	}
	open_supervisor(dataplane);
	return 0;
}

static void free_event(struct event *event)
{
	if (event != NULL) {
		event_free(event);
	}
}

static void stop_workers(struct dataplane *dataplane)
{
	if (dataplane->are_workers_running) {
		worker_group_stop(dataplane->group);
		rte_eal_mp_wait_lcore();
		unmap_guard_clear();
		dataplane->are_workers_running = false;
	}
}

void shut_down(struct dataplane *dataplane)
{
	struct worker_environment *environment = &dataplane->environment;
	stop_workers(dataplane);
	control_destroy(dataplane->control);
	// The program first: what arrives from now on is the kernel's again.
	packet_filter_close(dataplane->filter);
	upstream_routes_destroy(dataplane->routes);
	exception_path_destroy(dataplane->exceptions);
	path_service_destroy(dataplane->paths);
	tcp_pool_destroy(environment->tcp);
	validator_pool_destroy(environment->validators);
	worker_group_destroy(dataplane->group);
	for (unsigned i = 0; i < environment->worker_count; i++) {
		worker_destroy(environment->workers[i]);
	}
	exchange_server_destroy(dataplane->exchange);
	queue_pairs_close(dataplane->port.queues, dataplane->port.queue_count);
	plx_supervisor_close(dataplane->supervisor);
	free_event(dataplane->control_wake);
	free_event(dataplane->beat_timer);
	free_event(dataplane->drain_timer);
	for (unsigned i = 0; i < STOP_SIGNALS; i++) {
		free_event(dataplane->stop_signals[i]);
	}
	if (environment->control_wake_fd > 0) {
		close(environment->control_wake_fd);
	}
	if (dataplane->events != NULL) {
		event_base_free(dataplane->events);
	}
	if (dataplane->is_eal_up) {
		environment_stop();
	}
}
