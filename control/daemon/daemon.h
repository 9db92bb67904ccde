// SPDX-License-Identifier: BSD-3-Clause
// The process: what it owns beside the service, in the order in which it is made (main.c) and unmade (shutdown.c). Each
// start_ function is one step: 0, or a negative number after it logged one line that says what failed and how to mend it.

#pragma once

#include <parallax/base/attributes.h>

#include "daemon/daemon_options.h"
#include "http_server/http_route.h"
#include "service/service_context.h"

#include <stdbool.h>
#include <stdint.h>

struct command_server;
struct event;
struct event_base;
struct plx_supervisor;

#define DAEMON_ROUTES_MAX 16

struct daemon {
	struct daemon_options options;
	struct configuration configuration; // until the service takes it
	struct event_base *events;
	struct event *signals[3];
	struct service_context service;
	struct command_server *commands;
	struct http_route routes[DAEMON_ROUTES_MAX];
	struct event *drain_timer;
	struct plx_supervisor *supervisor; // NULL: none started us
	int64_t drain_deadline_us;
	bool was_idle; // when the drain looked last
	char stop_reason[SERVICE_REASON_MAX];
	bool logs_json; // until the service knows
};

bool daemon_logs_json(const struct daemon *daemon);
// Logs why the start failed at `step`; returns `error` (negative).
int start_fault(const struct daemon *daemon, const char *step, int error, const char *format, ...)
	PLX_PRINTF(4, 5);

PLX_MUST_CHECK int start_events(struct daemon *daemon);
// Warns when the service manager's environment is not as it should be; nothing else depends on it.
PLX_MUST_CHECK int start_supervisor(struct daemon *daemon);
PLX_MUST_CHECK int start_service(struct daemon *daemon);
PLX_MUST_CHECK int start_listener(struct daemon *daemon);
PLX_MUST_CHECK int start_commands(struct daemon *daemon);
PLX_MUST_CHECK int drop_privileges(struct daemon *daemon);
PLX_MUST_CHECK int start_log(struct daemon *daemon);

// Takes nothing new, lets what is in flight end, then leaves the event loop. `why` is for the audit log.
void start_drain(struct daemon *daemon, const char *why);
void close_listener(struct daemon *daemon);
// Undoes whatever was done, in reverse.
void shut_down(struct daemon *daemon);
