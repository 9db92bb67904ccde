// SPDX-License-Identifier: BSD-3-Clause
// order.run, order.get.

#include "command/command_internal.h"
#include "order/order_id.h"
#include "service/order_desk.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void on_end(void *context, const struct order_end *end)
{
	struct plx_rpc_call *call = context;
	if (end->ending == ORDER_DECIDED) {
		plx_rpc_reply(call, json_loadb(end->answer, end->answer_length, 0, NULL));
	} else {
		plx_rpc_fail(call, PLX_RPC_STATE, NULL, "order %s: %s", end->id,
			     order_ending_text(end->ending));
	}
}

// As a client of POST /v1/orders that hangs up: nobody would hear the decision.
static void on_hangup(struct plx_rpc_call *call, void *context)
{
	order_abandon(context);
	plx_rpc_fail(call, PLX_RPC_STATE, NULL,
		     "the client hung up"); // into the void: it ends the call
}

static void fail_reading(struct plx_rpc_call *call, int error, const struct json_fault *fault)
{
	char pointer[JSON_POINTER_MAX + 16];
	snprintf(pointer, sizeof(pointer), "/params/order%s", fault->pointer);
	plx_rpc_fail(call, error == -ENOMEM ? PLX_RPC_INTERNAL : PLX_RPC_INVALID_PARAMS, pointer,
		     "%s", error == -ENOMEM ? "not enough memory" : fault->text);
}

void command_run_order(struct plx_rpc_call *call, const json_t *params, void *context)
{
	struct command_server *server = context;
	struct json_fault fault = {.pointer = ""};
	char actor[SERVICE_ACTOR_MAX];
	struct order *order;
	const char *purpose = command_text(params, "purpose");
	bool is_for_readiness = purpose != NULL && strcmp(purpose, "readiness") == 0;
	int error = 0;
	if (!command_needs_primary(server, call)) {
		return;
	}
	if (purpose != NULL && !is_for_readiness && strcmp(purpose, "issuance") != 0) {
		plx_rpc_fail(call, PLX_RPC_INVALID_PARAMS, "/params/purpose",
			     "purpose must be issuance or readiness");
		return;
	}
	struct order_request *request =
		order_desk_read(server->service, json_object_get(params, "order"), &error, &fault);
	if (request == NULL) {
		fail_reading(call, error, &fault);
		return;
	}
	if (is_for_readiness) {
		order_request_make_readiness(request);
	}
	command_actor(call, actor);
	enum order_admission admission =
		order_desk_start(server->service, request, actor, on_end, call, &order);
	if (admission != ORDER_ADMITTED) {
		order_request_free(request);
		plx_rpc_fail(call, PLX_RPC_BUSY, NULL, "%s", order_admission_text(admission));
		return;
	}
	plx_rpc_call_set_hangup(call, on_hangup, order);
}

void command_get_order(struct plx_rpc_call *call, const json_t *params, void *context)
{
	struct command_server *server = context;
	const char *id = command_text(params, "id");
	struct order_view view;
	if (!command_needs_primary(server, call)) {
		return;
	}
	if (!order_id_is_valid(id) || !order_table_find(server->service->orders, id, &view)) {
		plx_rpc_fail(call, PLX_RPC_NOT_FOUND, "/params/id",
			     "there is no such order, or its answer is no longer kept; audit.show "
			     "finds its records");
		return;
	}
	if (view.ending == ORDER_DECIDED) {
		plx_rpc_reply(call, json_loadb(view.answer, view.answer_length, 0, NULL));
		return;
	}
	bool is_running = view.ending == ORDER_ENDING_NOT_EVALUATED;
	plx_rpc_reply(call, json_pack("{s:s, s:s, s:s}", "id", id, "state",
				      is_running ? "running" : order_ending_name(view.ending),
				      "detail", order_ending_text(view.ending)));
}
