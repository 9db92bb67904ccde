// SPDX-License-Identifier: BSD-3-Clause

#include "control_socket/control.h"

#include <parallax/exchange/region_layout.h>
#include <parallax/protocol/dataplane_methods.h>

#include "control_socket/capture_session.h"
#include "control_socket/control_state.h"
#include "control_socket/own_client.h"
#include "options/options.h"

#include <jansson.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define NS_PER_S 1000000000ull
#define NS_PER_US 1000

static const struct plx_rpc_binding bindings[] = {
	{"status.get", control_get_status},
	{"workers.list", control_list_workers},
	{"upstreams.list", control_list_upstreams},
	{"upstreams.add", control_add_upstream},
	{"upstreams.remove", control_remove_upstream},
	{"upstreams.drain", control_drain_upstream},
	{"lookup.run", control_run_lookup},
	{"caa.run", control_run_caa},
	{"explain.run", control_run_explain},
	{"counters.get", control_get_counters},
	{"ports.get", control_get_ports},
	{"clients.list", control_list_clients},
	{"poll_mode.get", control_get_poll_mode},
	{"poll_mode.set", control_set_poll_mode},
	{"capture.start", control_start_capture},
	{"capture.stop", control_stop_capture},
	{"capture.status", control_get_capture},
	{"cache.flush", control_flush_cache},
	{"drain.start", control_start_drain},
	{PLX_ATTACH_METHOD, control_attach_client},
};

static uint64_t clock_now_ns(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

json_t *control_time_text(uint64_t realtime_ns)
{
	time_t seconds = (time_t)(realtime_ns / NS_PER_S);
	struct tm parts;
	char day[32], text[48];
	gmtime_r(&seconds, &parts);
	strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &parts);
	snprintf(text, sizeof(text), "%s.%06uZ", day,
		 (unsigned)(realtime_ns % NS_PER_S / NS_PER_US));
	return json_string(text);
}

static int control_start(struct control *control, struct plx_rpc_fault *fault)
{
	const struct plx_rpc_config config = {
		.base = control->config.base,
		.socket_path = control->config.options->socket,
		.group = control->config.options->socket_group,
		.methods = plx_dataplane_methods,
		.method_count = plx_dataplane_method_count,
		.bindings = bindings,
		.binding_count = PLX_ARRAY_SIZE(bindings),
		.context = control,
		.server_name = "parallax-dataplane",
	};
	const struct capture_session_config capture_config = {
		.base = control->config.base,
		.group = control->config.group,
		.directory = control->config.options->capture_dir,
	};
	int error = -ENOMEM;
	snprintf(fault->text, sizeof(fault->text), "not enough memory");
	control->client = own_client_create(control->config.base, control->config.options->socket);
	control->capture = capture_session_create(&capture_config);
	if (control->client == NULL || control->capture == NULL) {
		return error;
	}
	control->server = plx_rpc_server_open(&config, &error, fault);
	return control->server != NULL ? 0 : error;
}

struct control *control_create(const struct control_config *config, int *ret_error,
			       struct plx_rpc_fault *fault)
{
	struct control *control = calloc(1, sizeof(*control));
	if (control == NULL) {
		snprintf(fault->text, sizeof(fault->text), "not enough memory");
		*ret_error = -ENOMEM;
		return NULL;
	}
	control->config = *config;
	control->started_realtime_ns = clock_now_ns(CLOCK_REALTIME);
	control->started_monotonic_ns = clock_now_ns(CLOCK_MONOTONIC);
	int error = control_start(control, fault);
	if (error != 0) {
		control_destroy(control);
		*ret_error = error;
		return NULL;
	}
	return control;
}

void control_destroy(struct control *control)
{
	if (control == NULL) {
		return;
	}
	// The server first: the own client's thread may wait for an answer that only the loop could give. Calls that
	// still wait are then answered into the void.
	plx_rpc_server_close(control->server);
	own_client_destroy(control->client);
	capture_session_destroy(control->capture);
	free(control);
}
