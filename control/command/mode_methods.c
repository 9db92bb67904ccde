// SPDX-License-Identifier: BSD-3-Clause
// mode.get, mode.set, mode.release, mode.schedule.

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

// False: the call was answered.
static bool read_profile(struct plx_rpc_call *call, const json_t *params, enum profile *ret_profile)
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

static bool read_until(struct plx_rpc_call *call, const json_t *params, int64_t *ret_until_s)
{
	const char *text = command_text(params, "until");
	int64_t until_us;
	if (text == NULL) {
		*ret_until_s = MODE_TIME_NEVER;
		return true;
	}
	if (utc_time_parse(text, &until_us) != 0) {
		plx_rpc_fail(call, PLX_RPC_INVALID_PARAMS, "/params/until",
			     "until must be a time in UTC such as 2026-12-01T11:00:00Z");
		return false;
	}
	*ret_until_s = until_us / UTC_SECOND_US;
	return true;
}

void command_set_mode(struct plx_rpc_call *call, const json_t *params, void *context)
{
	struct command_server *server = context;
	struct mode_order order = {.is_release = false};
	const char *mode = command_text(params, "mode");
	if (!command_needs_primary(server, call) ||
	    !read_profile(call, params, &order.request.profile) ||
	    !read_until(call, params, &order.request.until_s)) {
		return;
	}
	order.request.mode = mode_parse(mode, strlen(mode));
	if (order.request.mode == MODE_NOT_SET) {
		plx_rpc_fail(call, PLX_RPC_INVALID_PARAMS, "/params/mode",
			     "mode must be report-only, test-window or enforce");
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
	    read_profile(call, params, &order.request.profile)) {
		change_mode(server, call, params, &order);
	}
}

static const char *window_state(const struct mode_window *window, int64_t now_s)
{
	return now_s < window->start_s ? "to come" : now_s < window->end_s ? "now" : "past";
}

static json_t *window_object(const struct mode_window *window, int64_t now_s)
{
	return json_pack("{s:s, s:s, s:s, s:o, s:o, s:s, s:b}", "profile",
			 profile_name(window->profile), "name", window->name, "mode",
			 mode_name(window->mode), "start",
			 command_time(window->start_s * UTC_SECOND_US), "end",
			 command_time(window->end_s * UTC_SECOND_US), "state",
			 window_state(window, now_s), "forced", (int)window->is_forced);
}

void command_get_schedule(struct plx_rpc_call *call, const json_t *params, void *context)
{
	struct command_server *server = context;
	if (!command_needs_primary(server, call)) {
		return;
	}
	const struct mode_schedule *schedule = mode_keeper_schedule(server->service->modes);
	int64_t now_s = service_now_us() / UTC_SECOND_US;
	json_t *base = json_object();
	json_t *windows = json_array();
	int error = base == NULL || windows == NULL;
	for (int i = PROFILE_NOT_SET + 1; i < PROFILE_COUNT; i++) {
		error |= json_object_set_new(base, profile_name((enum profile)i),
					     json_string(mode_name(schedule->base[i].mode)));
	}
	for (size_t i = 0; i < schedule->count; i++) {
		error |=
			json_array_append_new(windows, window_object(&schedule->windows[i], now_s));
	}
	if (error != 0) {
		json_decref(base);
		json_decref(windows);
		plx_rpc_reply(call, NULL);
		return;
	}
	plx_rpc_reply(call, json_pack("{s:o, s:o}", "base", base, "windows", windows));
}
