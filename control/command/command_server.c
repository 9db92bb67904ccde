// SPDX-License-Identifier: BSD-3-Clause

#include "command/command_server.h"

#include <parallax/protocol/control_methods.h>

#include "command/audit_task.h"
#include "command/command_internal.h"
#include "rules/utc_time.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>

#define ACCOUNT_BUFFER_BYTES 4096

static const struct plx_rpc_binding bindings[] = {
	{"status.get", command_get_status},
	{"counters.get", command_get_counters},
	{"order.run", command_run_order},
	{"order.get", command_get_order},
	{"mode.get", command_get_mode},
	{"mode.set", command_set_mode},
	{"mode.release", command_release_mode},
	{"mode.schedule", command_get_schedule},
	{"schedule.add", command_add_window},
	{"schedule.remove", command_remove_window},
	{"perspectives.list", command_list_perspectives},
	{"perspectives.drain", command_drain_perspective},
	{"perspectives.resume", command_resume_perspective},
	{"perspectives.test", command_test_perspective},
	{"audit.verify", command_verify_audit},
	{"audit.evidence", command_get_evidence},
	{"audit.show", command_show_audit},
	{"audit.export", command_export_audit},
	{"audit.report", command_report_audit},
	{"clock.confirm", command_confirm_clock},
	{"config.reload", command_reload},
	{"drain.start", command_drain},
};

struct command_server *command_server_open(const struct command_server_config *config,
					   int *ret_error, struct plx_rpc_fault *fault)
{
	struct command_server *server = calloc(1, sizeof(*server));
	if (server == NULL) {
		snprintf(fault->text, sizeof(fault->text), "not enough memory");
		*ret_error = -ENOMEM;
		return NULL;
	}
	server->config = *config;
	server->service = config->service;
	const struct plx_rpc_config rpc_config = {
		.base = config->service->base,
		.socket_path = service_config(config->service)->socket,
		.group = service_config(config->service)->socket_group,
		.methods = plx_control_methods,
		.method_count = plx_control_method_count,
		.bindings = bindings,
		.binding_count = PLX_ARRAY_SIZE(bindings),
		.line_bytes_max = PLX_CONTROL_LINE_MAX,
		.context = server,
		.server_name = "parallaxd",
	};
	server->rpc = plx_rpc_server_open(&rpc_config, ret_error, fault);
	if (server->rpc == NULL) {
		free(server);
		return NULL;
	}
	return server;
}

void command_server_close(struct command_server *server)
{
	if (server == NULL) {
		return;
	}
	plx_rpc_server_close(server->rpc);
	audit_task_destroy(server->audit_task); // answers into the void
	free(server);
}

bool command_needs_primary(const struct command_server *server, struct plx_rpc_call *call)
{
	if (service_is_primary(server->service) && server->service->modes != NULL) {
		return true;
	}
	plx_rpc_fail(call, PLX_RPC_STATE, NULL,
		     "this daemon is a remote perspective: ask the primary");
	return false;
}

// The name service is asked, which an operator's own command may wait for: an auditor wants a person, not a number.
void command_actor(const struct plx_rpc_call *call, char ret_actor[static SERVICE_ACTOR_MAX])
{
	const struct plx_rpc_session *session = plx_rpc_call_session(call);
	if (session == NULL) {
		snprintf(ret_actor, SERVICE_ACTOR_MAX, "unknown");
		return;
	}
	const struct plx_rpc_peer *peer = plx_rpc_session_peer(session);
	struct passwd account, *found = NULL;
	char buffer[ACCOUNT_BUFFER_BYTES];
	int error = getpwuid_r(peer->uid, &account, buffer, sizeof(buffer), &found);
	snprintf(ret_actor, SERVICE_ACTOR_MAX, "%.64s (uid %u, pid %d)",
		 error == 0 && found != NULL ? found->pw_name : "?", (unsigned)peer->uid,
		 (int)peer->pid);
}

json_t *command_time(int64_t unix_us)
{
	char text[UTC_TIME_TEXT_MAX];
	return utc_time_format(unix_us, text) == 0 ? json_string(text) : json_null();
}

const char *command_text(const json_t *params, const char *name)
{
	return json_string_value(json_object_get(params, name));
}
