// SPDX-License-Identifier: BSD-3-Clause
// mode.get, mode.set, mode.release.

#include <parallax/base/error.h>

#include "command/command_internal.h"
#include "rules/utc_time.h"
#include "service/mode_keeper.h"
#include "service/mode_record.h"

#include <stdio.h>
#include <string.h>

json_t *command_modes(const struct service_context *service)
{
	json_t *modes = json_array();
	int64_t now_s = service_now_us() / UTC_SECOND_US;
	for (int i = PROFILE_NOT_SET + 1; i < PROFILE_COUNT; i++) {
		struct mode_effective effective =
			mode_keeper_effective(service->modes, (enum profile)i, now_s);
		if (json_array_append_new(modes,
					  mode_effective_make((enum profile)i, &effective)) != 0) {
			json_decref(modes);
			return NULL;
		}
	}
	return modes;
}

void command_get_mode(struct plx_rpc_call *call, const json_t *params, void *context)
{
	struct command_server *server = context;
	if (command_needs_primary(server, call)) {
		json_t *modes = command_modes(server->service);
		plx_rpc_reply(call, modes == NULL ? NULL : json_pack("{s:o}", "modes", modes));
	}
}

// The call waits for the record of its change.
static void on_changed(void *context, int error, enum mode_switch_fault fault,
		       const struct mode_change *change)
{
	struct plx_rpc_call *call = context;
	if (fault != MODE_SWITCH_FAULT_NONE) {
		plx_rpc_fail(call, PLX_RPC_INVALID_PARAMS, "/params", "%s",
			     mode_switch_fault_text(fault));
		return;
	}
	if (error != 0) {
		plx_rpc_fail(call, PLX_RPC_STATE, NULL,
			     "nothing was changed: the audit log cannot be written: %s",
			     plx_error_text(error));
		return;
	}
	json_t *record = mode_record_make(change);
	plx_rpc_reply(call, record == NULL ? NULL : json_pack("{s:o}", "change", record));
}

static void change_mode(struct command_server *server, struct plx_rpc_call *call,
			const json_t *params, struct mode_order *order)
{
	struct mode_request *request = &order->request;
	command_actor(call, request->who);
	snprintf(request->why, sizeof(request->why), "%s", command_text(params, "reason"));
	order->done = on_changed;
	order->context = call;
	if (mode_keeper_change(server->service->modes, order) != 0) {
		plx_rpc_fail(call, PLX_RPC_BUSY, NULL,
			     "too many changes wait for the audit log; try again");
	}
}

bool command_profile(struct plx_rpc_call *call, const json_t *params, enum profile *ret_profile)
{
	const char *text = command_text(params, "profile");
	*ret_profile = profile_parse(text, strlen(text));
	if (!profile_is_set(*ret_profile)) {
		plx_rpc_fail(call, PLX_RPC_INVALID_PARAMS, "/params/profile",
			     "profile must be tls, smime or private");
		return false;
	}
	return true;
}

bool command_read_time(struct plx_rpc_call *call, const json_t *params, const char *parameter,
		       int64_t *ret_s)
{
	char pointer[32];
	int64_t time_us;
	const char *text = command_text(params, parameter);
	if (text == NULL) {
		*ret_s = MODE_TIME_NEVER;
		return true;
	}
	if (utc_time_parse(text, &time_us) != 0) {
		snprintf(pointer, sizeof(pointer), "/params/%s", parameter);
		plx_rpc_fail(call, PLX_RPC_INVALID_PARAMS, pointer,
			     "%s must be a time in UTC such as 2026-12-01T11:00:00Z", parameter);
		return false;
	}
	*ret_s = time_us / UTC_SECOND_US;
	return true;
}

bool command_mode(struct plx_rpc_call *call, const json_t *params, enum mode *ret_mode)
{
	const char *text = command_text(params, "mode");
	*ret_mode = mode_parse(text, strlen(text));
	if (*ret_mode == MODE_NOT_SET) {
		plx_rpc_fail(call, PLX_RPC_INVALID_PARAMS, "/params/mode",
			     "mode must be report-only, test-window or enforce");
		return false;
	}
	return true;
}

void command_set_mode(struct plx_rpc_call *call, const json_t *params, void *context)
{
	struct command_server *server = context;
	struct mode_order order = {.is_release = false};
	if (!command_needs_primary(server, call) ||
	    !command_profile(call, params, &order.request.profile) ||
	    !command_read_time(call, params, "until", &order.request.until_s) ||
	    !command_mode(call, params, &order.request.mode)) {
		return;
	}
	order.request.is_forced = json_is_true(json_object_get(params, "force"));
	change_mode(server, call, params, &order);
}

void command_release_mode(struct plx_rpc_call *call, const json_t *params, void *context)
{
	struct command_server *server = context;
	struct mode_order order = {.is_release = true};
	if (command_needs_primary(server, call) &&
	    command_profile(call, params, &order.request.profile)) {
		change_mode(server, call, params, &order);
	}
}
