// SPDX-License-Identifier: BSD-3-Clause
// What the families of methods share. Not for use outside of dataplane/control.

#pragma once

#include <parallax/protocol/rpc_server.h>

#include "control_socket/control.h"

#include <stdint.h>

struct capture_session;
struct json_t;
struct own_client;
struct plx_rpc_call;
struct plx_worker_counters;

struct control {
	struct control_config config;
	struct plx_rpc_server *server;
	struct own_client *client;
	struct capture_session *capture;
	uint64_t started_realtime_ns;
	uint64_t started_monotonic_ns;
};

// Handlers, by family.
void control_get_status(struct plx_rpc_call *call, const struct json_t *params, void *context);
void control_list_workers(struct plx_rpc_call *call, const struct json_t *params, void *context);
void control_get_counters(struct plx_rpc_call *call, const struct json_t *params, void *context);
void control_get_ports(struct plx_rpc_call *call, const struct json_t *params, void *context);
void control_get_poll_mode(struct plx_rpc_call *call, const struct json_t *params, void *context);
void control_set_poll_mode(struct plx_rpc_call *call, const struct json_t *params, void *context);
void control_start_drain(struct plx_rpc_call *call, const struct json_t *params, void *context);
void control_list_upstreams(struct plx_rpc_call *call, const struct json_t *params, void *context);
void control_add_upstream(struct plx_rpc_call *call, const struct json_t *params, void *context);
void control_remove_upstream(struct plx_rpc_call *call, const struct json_t *params, void *context);
void control_drain_upstream(struct plx_rpc_call *call, const struct json_t *params, void *context);
void control_run_lookup(struct plx_rpc_call *call, const struct json_t *params, void *context);
void control_run_caa(struct plx_rpc_call *call, const struct json_t *params, void *context);
void control_run_explain(struct plx_rpc_call *call, const struct json_t *params, void *context);
void control_attach_client(struct plx_rpc_call *call, const struct json_t *params, void *context);
void control_list_clients(struct plx_rpc_call *call, const struct json_t *params, void *context);
void control_start_capture(struct plx_rpc_call *call, const struct json_t *params, void *context);
void control_stop_capture(struct plx_rpc_call *call, const struct json_t *params, void *context);
void control_get_capture(struct plx_rpc_call *call, const struct json_t *params, void *context);
void control_flush_cache(struct plx_rpc_call *call, const struct json_t *params, void *context);

unsigned control_client_count(const struct control *control);
// Sums over all workers, gauges included.
void control_sum_counters(const struct control *control, struct plx_worker_counters *ret_sum);
// "2026-11-23T17:00:00.123456Z" as a JSON string.
struct json_t *control_time_text(uint64_t realtime_ns);
