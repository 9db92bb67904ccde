// SPDX-License-Identifier: BSD-3-Clause
// upstreams.list, add, remove, drain.

#include "control_socket/control_state.h"
#include "link/link_path.h"
#include "options/options.h"
#include "worker/worker_control.h"

#include <jansson.h>

#include <errno.h>
#include <string.h>

#define DNS_PORT 53

// One server as all workers together see it.
struct upstream_view {
	struct upstream_snapshot
		first; // worker 0: configuration and flags that are the same everywhere
	unsigned workers;
	unsigned up, probing, down; // workers by health
	uint64_t in_flight, window, sent, answered, timeouts, failures, unwanted;
	uint64_t srtt_sum_us;
	unsigned srtt_count;
	bool has_cookie, no_edns, no_0x20, tcp_only, no_tcp; // on any worker
};

static void view_add(struct upstream_view *view, const struct upstream_snapshot *snapshot)
{
	if (view->workers++ == 0) {
		view->first = *snapshot;
	}
	view->up += strcmp(snapshot->health, "up") == 0;
	view->probing += strcmp(snapshot->health, "probing") == 0;
	view->down += strcmp(snapshot->health, "down") == 0;
	view->in_flight += snapshot->in_flight;
	view->window += snapshot->window;
	view->sent += snapshot->sent;
	view->answered += snapshot->answered;
	view->timeouts += snapshot->timeouts;
	view->failures += snapshot->failures;
	view->unwanted += snapshot->unwanted;
	if (snapshot->srtt_us > 0) {
		view->srtt_sum_us += snapshot->srtt_us;
		view->srtt_count++;
	}
	view->has_cookie |= snapshot->has_cookie;
	view->no_edns |= snapshot->no_edns;
	view->no_0x20 |= snapshot->no_0x20;
	view->tcp_only |= snapshot->tcp_only;
	view->no_tcp |= snapshot->no_tcp;
}

// False when there is no such upstream.
static bool view_read(const struct control *control, unsigned index, struct upstream_view *ret_view)
{
	*ret_view = (struct upstream_view) {0};
	unsigned count = worker_group_count(control->config.group);
	for (unsigned worker = 0; worker < count; worker++) {
		struct upstream_snapshot snapshot;
		if (worker_group_read_upstream(control->config.group, worker, index, &snapshot)) {
			view_add(ret_view, &snapshot);
		}
	}
	return ret_view->workers > 0;
}

// "up" when all workers say so, "mixed" when they differ.
static const char *view_health(const struct upstream_view *view)
{
	if (view->up == view->workers) {
		return "up";
	}
	if (view->down == view->workers) {
		return "down";
	}
	return view->probing == view->workers ? "probing" : "mixed";
}

static json_t *downgrades_array(const struct upstream_view *view)
{
	json_t *array = json_array();
	int error = array == NULL;
	if (view->no_edns) {
		error |= json_array_append_new(array, json_string("no_edns"));
	}
	if (view->no_0x20) {
		error |= json_array_append_new(array, json_string("no_0x20"));
	}
	if (view->tcp_only) {
		error |= json_array_append_new(array, json_string("tcp_only"));
	}
	if (view->no_tcp) {
		error |= json_array_append_new(array, json_string("no_tcp"));
	}
	if (error != 0) {
		json_decref(array);
		return NULL;
	}
	return array;
}

static json_t *upstream_object(const struct control *control, unsigned index,
			       const struct upstream_view *view)
{
	char server[PLX_ENDPOINT_TEXT_MAX];
	const struct upstream_config *config = &view->first.config;
	json_t *srtt = view->srtt_count == 0
			       ? json_null()
			       : json_integer((json_int_t)(view->srtt_sum_us / view->srtt_count));
	return json_pack(
		"{s:i, s:s, s:b, s:b, s:I, s:I, s:s, s:b, s:s, s:I, s:I, s:o, s:I, s:I, s:I, s:I, "
		"s:I, "
		"s:b, s:o}",
		"index", (int)index, "server", plx_endpoint_format(&config->endpoint, server),
		"trusted", config->is_trusted, "steady", config->is_steady, "rate",
		(json_int_t)config->rate_qps, "in_flight_max", (json_int_t)config->in_flight_max,
		"health", view_health(view), "draining", view->first.is_draining, "path",
		link_path_state_name(worker_group_upstream_path(control->config.group, index)),
		"in_flight", (json_int_t)view->in_flight, "window", (json_int_t)view->window,
		"srtt_us", srtt, "sent", (json_int_t)view->sent, "answered",
		(json_int_t)view->answered, "timeouts", (json_int_t)view->timeouts, "failures",
		(json_int_t)view->failures, "unwanted", (json_int_t)view->unwanted, "cookie",
		view->has_cookie, "downgrades", downgrades_array(view));
}

void control_list_upstreams(struct plx_rpc_call *call, const json_t *params, void *context)
{
	struct control *control = context;
	json_t *upstreams = json_array();
	for (unsigned i = 0; i < UPSTREAMS_MAX; i++) {
		struct upstream_view view;
		if (view_read(control, i, &view) &&
		    json_array_append_new(upstreams, upstream_object(control, i, &view)) != 0) {
			json_decref(upstreams);
			upstreams = NULL;
		}
	}
	plx_rpc_reply(call, upstreams == NULL ? NULL : json_pack("{s:o}", "upstreams", upstreams));
}

void control_add_upstream(struct plx_rpc_call *call, const json_t *params, void *context)
{
	struct control *control = context;
	const char *text = json_string_value(json_object_get(params, "server"));
	struct upstream_config config;
	struct plx_setting_fault fault;
	if (options_parse_upstream(text, &config, &fault) != 0) {
		plx_rpc_fail(call, PLX_RPC_INVALID_PARAMS, "/params/server", "%s", fault.text);
		return;
	}
	unsigned index;
	int error = worker_group_add_upstream(control->config.group, &config, &index);
	switch (error) {
	case 0:
		plx_rpc_reply(call, json_pack("{s:i}", "index", (int)index));
		break;
	case -EEXIST:
		plx_rpc_fail(call, PLX_RPC_EXISTS, "/params/server",
			     "this server is an upstream already; remove it to change it");
		break;
	case -ERANGE:
		plx_rpc_fail(call, PLX_RPC_INVALID_PARAMS, "/params/server",
			     "in_flight is less than the %u workers",
			     worker_group_count(control->config.group));
		break;
	case -ENOSPC:
		plx_rpc_fail(call, PLX_RPC_BUSY, NULL,
			     "%u upstreams are in use, which is the limit", UPSTREAMS_MAX);
		break;
	default:
		plx_rpc_fail(call, PLX_RPC_INVALID_PARAMS, "/params/server",
			     "this address and port cannot be used: %s", strerror(-error));
		break;
	}
}

// The index that `server` names; otherwise the call is answered and the result negative.
static int find_upstream(struct control *control, struct plx_rpc_call *call, const json_t *params)
{
	const char *text = json_string_value(json_object_get(params, "server"));
	struct plx_endpoint endpoint;
	if (plx_endpoint_parse(text, DNS_PORT, &endpoint) != 0) {
		plx_rpc_fail(call, PLX_RPC_INVALID_PARAMS, "/params/server",
			     "\"%s\" is not a server; write 192.0.2.53, 192.0.2.53:5353 or "
			     "[2001:db8::53]:5353",
			     text);
		return -EINVAL;
	}
	int index = worker_group_find_upstream(control->config.group, &endpoint);
	if (index < 0) {
		plx_rpc_fail(call, PLX_RPC_NOT_FOUND, "/params/server",
			     "%s is no upstream; upstreams.list shows them", text);
	}
	return index;
}

static void answer_change(struct plx_rpc_call *call, int index, int error)
{
	if (error == 0) {
		plx_rpc_reply(call, json_pack("{s:i}", "index", index));
	} else {
		plx_rpc_fail(call, PLX_RPC_NOT_FOUND, "/params/server", "the upstream is gone");
	}
}

void control_remove_upstream(struct plx_rpc_call *call, const json_t *params, void *context)
{
	struct control *control = context;
	int index = find_upstream(control, call, params);
	if (index >= 0) {
		answer_change(call, index,
			      worker_group_remove_upstream(control->config.group, (unsigned)index));
	}
}

void control_drain_upstream(struct plx_rpc_call *call, const json_t *params, void *context)
{
	struct control *control = context;
	bool is_draining = !json_is_true(json_object_get(params, "off"));
	int index = find_upstream(control, call, params);
	if (index >= 0) {
		answer_change(call, index,
			      worker_group_drain_upstream(control->config.group, (unsigned)index,
							  is_draining));
	}
}
