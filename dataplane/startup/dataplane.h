// SPDX-License-Identifier: BSD-3-Clause
// Everything that the process owns, in the order in which it is made (main.c) and unmade (shutdown.c). Each start_
// function is one step: it returns 0, or a negative number after it logged one line that says what failed and how to
// mend it. All of it runs on the main lcore, which is the control thread.

#pragma once

#include <parallax/base/attributes.h>

#include "options/options.h"
#include "startup/iteration_setup.h"
#include "startup/lcore_plan.h"
#include "startup/packet_port.h"
#include "worker/worker.h"
#include "worker/worker_control.h"

#include <stdbool.h>

struct packet_filter;
struct control;
struct event;
struct event_base;
struct exception_path;
struct exchange_server;
struct path_service;
struct plx_supervisor;
struct upstream_routes;
struct worker_group;

struct dataplane;

// What a program for self-tests adds to the process: the other end of its port.
struct dataplane_extension {
	int (*start)(struct dataplane *dataplane); // a step of the start, before the port's
	void (*stop)(void); // before all else is unmade, also when the start failed before or in it
};

#define STOP_SIGNALS 3 // SIGTERM, SIGINT, SIGHUP

struct dataplane {
	const struct dataplane_extension *extension; // NULL: none
	struct options options;
	struct options_request request;
	struct lcore_plan lcores;
	struct event_base *events;
	struct packet_port port;
	struct packet_filter *filter; // shared mode
	struct worker_environment environment;
	struct worker_group *group;
	struct exchange_server *exchange;
	struct upstream_routes *routes;
	struct iteration_setup iteration;
	struct path_service *paths;        // of iterative look-ups
	struct exception_path *exceptions; // exclusive mode
	struct control *control;           // JSON-RPC
	struct event *control_wake;
	struct event *beat_timer;
	struct event *stop_signals[STOP_SIGNALS];
	struct event *drain_timer;
	struct plx_supervisor *supervisor; // NULL: none started us
	uint64_t drain_deadline_ns;
	bool is_eal_up;
	bool are_workers_running;
};

static inline bool dataplane_is_shared(const struct dataplane *dataplane)
{
	return dataplane->options.interface[0] != '\0';
}

static inline bool dataplane_logs_json(const struct dataplane *dataplane)
{
	return dataplane->options.log_format == OPTIONS_LOG_JSON;
}

// Logs why the start failed at `step`; returns `error` (negative).
int start_fault(const struct dataplane *dataplane, const char *step, int error, const char *format,
		...) PLX_PRINTF(4, 5);

PLX_MUST_CHECK int start_source_ports(struct dataplane *dataplane);
PLX_MUST_CHECK int start_eal(struct dataplane *dataplane);
PLX_MUST_CHECK int start_port(struct dataplane *dataplane);
PLX_MUST_CHECK int start_events(struct dataplane *dataplane);
PLX_MUST_CHECK int start_iteration(struct dataplane *dataplane);
PLX_MUST_CHECK int start_workers(struct dataplane *dataplane);
PLX_MUST_CHECK int start_routes(struct dataplane *dataplane);
PLX_MUST_CHECK int start_upstreams(struct dataplane *dataplane);
PLX_MUST_CHECK int start_control(struct dataplane *dataplane);
PLX_MUST_CHECK int drop_privileges(struct dataplane *dataplane);
// Warns when captures will fail, as the account that we now run as; look-ups do not need the folder.
PLX_MUST_CHECK int check_capture_dir(struct dataplane *dataplane);
PLX_MUST_CHECK int launch_workers(struct dataplane *dataplane);
void log_started(const struct dataplane *dataplane);

// From the command line to the end. Exit status.
int dataplane_main(int argc, char **argv, const struct dataplane_extension *extension);
// Lets running look-ups end, then leaves the event loop.
void start_drain(struct dataplane *dataplane, const char *why);
// Undoes whatever was done, in reverse.
void shut_down(struct dataplane *dataplane);
