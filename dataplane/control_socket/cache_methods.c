// SPDX-License-Identifier: BSD-3-Clause
// cache.flush.

#include <parallax/base/error.h>
#include <parallax/dns/name.h>

#include "control_socket/control_state.h"
#include "worker/worker_control.h"

#include <jansson.h>

static void flushed(void *context, uint64_t entries)
{
	struct plx_rpc_call *call = context;
	plx_rpc_reply(call, json_pack("{s:I}", "entries", (json_int_t)entries));
}

void control_flush_cache(struct plx_rpc_call *call, const json_t *params, void *context)
{
	struct control *control = context;
	struct plx_name zone = {.length = 1}; // the root
	const json_t *text = json_object_get(params, "zone");
	int error = text == NULL ? 0
				 : plx_name_parse(json_string_value(text), json_string_length(text),
						  &zone);
	if (error != 0) {
		plx_rpc_fail(call, PLX_RPC_INVALID_PARAMS, "/params/zone", "%s",
			     plx_error_text(error));
		return;
	}
	if (!worker_group_is_iterative(control->config.group)) {
		plx_rpc_fail(call, PLX_RPC_STATE, NULL,
			     "iterative look-ups are off; the log says why at the start");
		return;
	}
	plx_name_lower(&zone);
	if (worker_group_flush_cache(control->config.group, &zone, flushed, call) != 0) {
		plx_rpc_reply(call, NULL);
	}
}
