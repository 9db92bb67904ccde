// SPDX-License-Identifier: BSD-3-Clause
// Signals and the orderly end: SIGTERM, SIGINT or drain.start drain (nothing new is taken, what is in flight ends and is
// answered), a second signal or the deadline ends the wait; then everything is unmade in reverse. SIGHUP reloads.

#include <parallax/base/log_line.h>
#include <parallax/process/supervisor.h>

#include "command/command_server.h"
#include "daemon/daemon.h"
#include "http_server/http_listener.h"
#include "order/order_table.h"
#include "rules/utc_time.h"

#include <event2/event.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>

// Beyond what an order may take.
#define DRAIN_GRACE_US (5 * UTC_SECOND_US)
#define DRAIN_LOOK_US 20000
#define MS_US 1000

// Requests with their answers, and orders; those of the control socket have no request.
static uint64_t in_flight(const struct daemon *daemon)
{
	struct order_statistics orders = {.orders_in_flight = 0};
	uint64_t requests = 0;
	if (daemon->service.listener != NULL) {
		struct http_counters counters = http_listener_counters(daemon->service.listener);
		requests = counters.exchanges + counters.writing;
	}
	if (daemon->service.orders != NULL) {
		order_table_statistics(daemon->service.orders, &orders);
	}
	return requests > orders.orders_in_flight ? requests : orders.orders_in_flight;
}

static void look_later(struct daemon *daemon)
{
	const struct timeval wait = {.tv_usec = DRAIN_LOOK_US};
	evtimer_add(daemon->drain_timer, &wait);
}

static void look_at_drain(evutil_socket_t fd, short what, void *context)
{
	struct daemon *daemon = context;
	uint64_t open = in_flight(daemon);
	// Twice, so that what ended in this turn is on its way to the control socket's clients, too.
	bool is_done = open == 0 && daemon->was_idle;
	daemon->was_idle = open == 0;
	if (!is_done && service_now_us() < daemon->drain_deadline_us) {
		look_later(daemon);
		return;
	}
	struct plx_log_line line;
	plx_log_begin(&line, daemon_logs_json(daemon), PLX_LOG_LEVEL_NOTICE, "drained");
	plx_log_number(&line, "given_up", (int64_t)open);
	plx_log_end(&line);
	event_base_loopbreak(daemon->events);
}

void start_drain(struct daemon *daemon, const char *why)
{
	int64_t check_us =
		(int64_t)service_config(&daemon->service)->limits.check_timeout_ms * MS_US;
	plx_log_message(daemon_logs_json(daemon), PLX_LOG_LEVEL_NOTICE, "stopping", "%s", why);
	plx_supervisor_stopping(daemon->supervisor, why);
	snprintf(daemon->stop_reason, sizeof(daemon->stop_reason), "%s", why);
	daemon->service.state = SERVICE_DRAINING;
	daemon->drain_deadline_us = service_now_us() + check_us + DRAIN_GRACE_US;
	if (daemon->service.listener != NULL) {
		int error = http_listener_drain(daemon->service.listener, NULL, NULL);
		(void)error; // it drains already
	}
	if (daemon->service.orders != NULL) {
		order_table_drain(daemon->service.orders, NULL, NULL);
	}
	look_later(daemon);
}

static void on_stop_signal(evutil_socket_t signal_number, short what, void *context)
{
	struct daemon *daemon = context;
	if (daemon->service.state == SERVICE_DRAINING) {
		event_base_loopbreak(daemon->events); // the second one
		return;
	}
	start_drain(daemon, signal_number == SIGINT ? "SIGINT" : "SIGTERM");
}

static void on_reloaded(void *context, int error, const char *text)
{
	// It was logged, and nobody waits.
}

static void on_reload_signal(evutil_socket_t signal_number, short what, void *context)
{
	struct daemon *daemon = context;
	int error = service_reload(&daemon->service, "SIGHUP", on_reloaded, daemon);
	if (error != 0) {
		plx_log_message(
			daemon_logs_json(daemon), PLX_LOG_LEVEL_WARNING, "reload_failed", "%s",
			error == -EBUSY ? "another reload is under way" : "not enough memory");
	}
}

int start_events(struct daemon *daemon)
{
	const struct {
		int number;
		event_callback_fn run;
	} signals[] = {
		{SIGTERM, on_stop_signal},
		{SIGINT, on_stop_signal},
		{SIGHUP, on_reload_signal},
	};
	const struct sigaction ignore = {.sa_handler = SIG_IGN};
	sigaction(SIGPIPE, &ignore, NULL); // a peer that is gone shows as EPIPE
	daemon->logs_json = daemon->options.log_format == DAEMON_LOG_JSON ||
			    (daemon->options.log_format == DAEMON_LOG_AS_CONFIGURED &&
			     daemon->configuration.config->log_format == CONFIG_LOG_JSON);
	daemon->events = event_base_new();
	if (daemon->events == NULL) {
		return start_fault(daemon, "events", -ENOMEM, "not enough memory");
	}
	daemon->drain_timer = evtimer_new(daemon->events, look_at_drain, daemon);
	for (size_t i = 0; i < PLX_ARRAY_SIZE(signals); i++) {
		daemon->signals[i] =
			evsignal_new(daemon->events, signals[i].number, signals[i].run, daemon);
		if (daemon->drain_timer == NULL || daemon->signals[i] == NULL ||
		    evsignal_add(daemon->signals[i], NULL) != 0) {
			return start_fault(daemon, "events", -ENOMEM, "not enough memory");
		}
	}
	return 0;
}

static void free_event(struct event *event)
{
	if (event != NULL) {
		event_free(event);
	}
}

void shut_down(struct daemon *daemon)
{
	command_server_close(daemon->commands);
	close_listener(daemon);
	service_close(&daemon->service,
		      daemon->stop_reason[0] != '\0' ? daemon->stop_reason : "the start failed");
	configuration_fini(&daemon->configuration);
	plx_supervisor_close(daemon->supervisor);
	free_event(daemon->drain_timer);
	for (size_t i = 0; i < PLX_ARRAY_SIZE(daemon->signals); i++) {
		free_event(daemon->signals[i]);
	}
	if (daemon->events != NULL) {
		event_base_free(daemon->events);
	}
}
