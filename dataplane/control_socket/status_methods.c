// SPDX-License-Identifier: BSD-3-Clause
// status.get, workers.list, counters.get, poll_mode.get, poll_mode.set, drain.start.

#include <parallax/exchange/worker_counters.h>

#include "control_socket/capture_session.h"
#include "control_socket/control_state.h"
#include "options/options.h"
#include "worker/worker_control.h"

#include <jansson.h>

#include <string.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S 1000000000ull

void control_sum_counters(const struct control *control, struct plx_worker_counters *ret_sum)
{
	struct plx_worker_counters sum = {0};
	unsigned count = worker_group_count(control->config.group);
	for (unsigned i = 0; i < count; i++) {
		struct plx_worker_counters one;
		worker_group_read_counters(control->config.group, i, &one);
#define ADD_COUNTER(name) sum.name += one.name;
		PLX_WORKER_COUNTERS(ADD_COUNTER)
		PLX_WORKER_GAUGES(ADD_COUNTER)
#undef ADD_COUNTER
		for (unsigned reason = 0; reason < PLX_DROP_COUNT; reason++) {
			sum.packets_by_reason[reason] += one.packets_by_reason[reason];
		}
	}
	*ret_sum = sum;
}

static json_t *counters_object(const struct plx_worker_counters *counters)
{
	json_t *object = json_object();
	json_t *packets = json_object();
	int error = object == NULL || packets == NULL;
#define SET_COUNTER(name)                                                                          \
	error |= json_object_set_new(object, #name, json_integer((json_int_t)counters->name));
	PLX_WORKER_COUNTERS(SET_COUNTER)
	PLX_WORKER_GAUGES(SET_COUNTER)
#undef SET_COUNTER
	for (unsigned i = 0; i < PLX_DROP_COUNT; i++) {
		error |= json_object_set_new(
			packets, plx_drop_reason_name((enum plx_drop_reason)i),
			json_integer((json_int_t)counters->packets_by_reason[i]));
	}
	error |= json_object_set_new(object, "packets_by_reason", packets);
	if (error != 0) {
		json_decref(object);
		return NULL;
	}
	return object;
}

void control_get_counters(struct plx_rpc_call *call, const json_t *params, void *context)
{
	struct control *control = context;
	json_t *workers = json_array();
	int error = workers == NULL;
	unsigned count = worker_group_count(control->config.group);
	for (unsigned i = 0; i < count; i++) {
		struct plx_worker_counters counters;
		worker_group_read_counters(control->config.group, i, &counters);
		error |= json_array_append_new(workers, counters_object(&counters));
	}
	struct plx_worker_counters sum;
	control_sum_counters(control, &sum);
	json_t *total = counters_object(&sum);
	if (error != 0 || total == NULL) {
		json_decref(workers);
		json_decref(total);
		plx_rpc_reply(call, NULL);
		return;
	}
	plx_rpc_reply(call,
		      json_pack("{s:o, s:o, s:I}", "total", total, "workers", workers,
				"cycles_per_second", (json_int_t)worker_group_cycles_per_second()));
}

static json_t *worker_object(const struct control *control, unsigned worker)
{
	struct worker_status status;
	struct plx_worker_counters counters;
	worker_group_read_status(control->config.group, worker, &status);
	worker_group_read_counters(control->config.group, worker, &counters);
	return json_pack("{s:i, s:i, s:o, s:i, s:b, s:b, s:i, s:I, s:I, s:I, s:I, s:I, s:I}",
			 "worker", (int)worker, "lcore", (int)status.lcore, "cpu",
			 status.cpu < 0 ? json_null() : json_integer(status.cpu), "queue",
			 (int)status.queue, "polling", status.is_polling, "sleeping",
			 status.is_sleeping, "clients", (int)status.clients, "lookups_in_flight",
			 (json_int_t)counters.lookups_in_flight, "questions_in_flight",
			 (json_int_t)counters.questions_in_flight, "results_delivered",
			 (json_int_t)counters.results_delivered, "queries_sent",
			 (json_int_t)counters.queries_sent, "packets_received",
			 (json_int_t)counters.packets_received, "packets_sent",
			 (json_int_t)counters.packets_sent);
}

void control_list_workers(struct plx_rpc_call *call, const json_t *params, void *context)
{
	struct control *control = context;
	json_t *workers = json_array();
	unsigned count = worker_group_count(control->config.group);
	for (unsigned i = 0; i < count; i++) {
		if (json_array_append_new(workers, worker_object(control, i)) != 0) {
			json_decref(workers);
			workers = NULL;
		}
	}
	plx_rpc_reply(call, workers == NULL ? NULL : json_pack("{s:o}", "workers", workers));
}

static json_t *port_object(const struct control *control)
{
	const struct port_summary *port = worker_group_port(control->config.group);
	return json_pack("{s:s, s:s, s:s, s:i, s:i}", "mode", port->mode, "device", port->device,
			 "port_name", port->port_name, "first_source_port",
			 (int)port->first_source_port, "last_source_port",
			 (int)port->last_source_port);
}

static json_t *sessions_object(const struct control *control)
{
	struct plx_rpc_counters counters;
	plx_rpc_server_counters(control->server, &counters);
	return json_pack("{s:i, s:I, s:I, s:I, s:I, s:I, s:I}", "sessions", (int)counters.sessions,
			 "accepted", (json_int_t)counters.accepted, "denied",
			 (json_int_t)counters.denied, "refused", (json_int_t)counters.refused,
			 "requests", (json_int_t)counters.requests, "errors",
			 (json_int_t)counters.errors, "overflowed",
			 (json_int_t)counters.overflowed);
}

static unsigned upstream_count(const struct control *control)
{
	unsigned count = 0;
	for (unsigned i = 0; i < UPSTREAMS_MAX; i++) {
		struct upstream_snapshot snapshot;
		count += worker_group_read_upstream(control->config.group, 0, i, &snapshot);
	}
	return count;
}

static uint64_t now_ns(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

// Counts that only grow; a reader of two of them knows the rates.
static json_t *traffic_object(const struct control *control)
{
	struct plx_worker_counters sum;
	control_sum_counters(control, &sum);
	return json_pack(
		"{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "lookups_in_flight",
		(json_int_t)sum.lookups_in_flight, "questions_in_flight",
		(json_int_t)sum.questions_in_flight, "jobs_received", (json_int_t)sum.jobs_received,
		"results_delivered", (json_int_t)sum.results_delivered, "queries_sent",
		(json_int_t)sum.queries_sent, "queries_retried", (json_int_t)sum.queries_retried,
		"query_timeouts", (json_int_t)sum.query_timeouts, "tcp_queries",
		(json_int_t)sum.tcp_queries, "spoof_suspects", (json_int_t)sum.spoof_suspects,
		"packets_received", (json_int_t)sum.packets_received, "packets_sent",
		(json_int_t)sum.packets_sent);
}

void control_get_status(struct plx_rpc_call *call, const json_t *params, void *context)
{
	struct control *control = context;
	const struct worker_group *group = control->config.group;
	uint64_t uptime_ns = now_ns(CLOCK_MONOTONIC) - control->started_monotonic_ns;
	plx_rpc_reply(
		call,
		json_pack("{s:s, s:s, s:i, s:s, s:o, s:o, s:I, s:o, s:b, s:i, s:i, s:i, s:b, s:o, "
			  "s:o}",
			  "program", "parallax-dataplane", "version", PLX_VERSION, "pid",
			  (int)getpid(), "state",
			  worker_group_is_draining(group) ? "draining" : "running", "time",
			  control_time_text(now_ns(CLOCK_REALTIME)), "started",
			  control_time_text(control->started_realtime_ns), "uptime_s",
			  (json_int_t)(uptime_ns / NS_PER_S), "port", port_object(control),
			  "poll_mode", worker_group_is_poll_mode(group), "workers",
			  (int)worker_group_count(group), "upstreams", (int)upstream_count(control),
			  "clients", (int)control_client_count(control), "capture",
			  capture_session_is_running(control->capture), "traffic",
			  traffic_object(control), "control_socket", sessions_object(control)));
}

static json_t *poll_mode_object(bool is_enabled)
{
	return json_pack("{s:b}", "enabled", is_enabled);
}

void control_get_poll_mode(struct plx_rpc_call *call, const json_t *params, void *context)
{
	struct control *control = context;
	plx_rpc_reply(call, poll_mode_object(worker_group_is_poll_mode(control->config.group)));
}

void control_set_poll_mode(struct plx_rpc_call *call, const json_t *params, void *context)
{
	struct control *control = context;
	bool is_enabled = json_is_true(json_object_get(params, "enabled"));
	worker_group_set_poll_mode(control->config.group, is_enabled);
	plx_rpc_reply(call, poll_mode_object(is_enabled));
}

void control_start_drain(struct plx_rpc_call *call, const json_t *params, void *context)
{
	struct control *control = context;
	if (!worker_group_is_draining(control->config.group)) {
		control->config.drain(control->config.context);
	}
	plx_rpc_reply(call,
		      json_pack("{s:s, s:I}", "state", "draining", "lookups_in_flight",
				(json_int_t)worker_group_lookups_in_flight(control->config.group)));
}
