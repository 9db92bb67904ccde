// SPDX-License-Identifier: BSD-3-Clause
// config.reload, drain.start.

#include "command/command_internal.h"

#include <errno.h>

static void on_reloaded(void *context, int error, const char *text)
{
	struct plx_rpc_call *call = context;
	if (error != 0) {
		plx_rpc_fail(call, PLX_RPC_STATE, NULL, "nothing was changed: %s", text);
	} else {
		plx_rpc_reply(call, json_pack("{s:b}", "reloaded", 1));
	}
}

void command_reload(struct plx_rpc_call *call, const json_t *params, void *context)
{
	struct command_server *server = context;
	char actor[SERVICE_ACTOR_MAX];
	command_actor(call, actor);
	int error = service_reload(server->service, actor, on_reloaded, call);
	if (error == -EBUSY) {
		plx_rpc_fail(call, PLX_RPC_BUSY, NULL, "another reload is under way; try again");
	} else if (error != 0) {
		plx_rpc_fail(call, PLX_RPC_INTERNAL, NULL, "not enough memory");
	}
}

void command_drain(struct plx_rpc_call *call, const json_t *params, void *context)
{
	struct command_server *server = context;
	char actor[SERVICE_ACTOR_MAX];
	command_actor(call, actor);
	if (server->service->state != SERVICE_DRAINING) {
		server->config.drain(server->config.context, actor);
	}
	plx_rpc_reply(call, json_pack("{s:s}", "state", "draining"));
}
