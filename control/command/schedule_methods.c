// SPDX-License-Identifier: BSD-3-Clause
// mode.schedule, schedule.add, schedule.remove: the calendar of modes, as configured and as operators changed it.

#include <parallax/base/error.h>

#include "command/command_internal.h"
#include "rules/utc_time.h"
#include "service/mode_keeper.h"
#include "service/window_keeper.h"
#include "service/window_record.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char *window_state(const struct mode_window *window, int64_t now_s)
{
	return now_s < window->start_s ? "to come" : now_s < window->end_s ? "now" : "past";
}

static json_t *window_row(const struct window_keeper *windows, const struct mode_window *window,
			  int64_t now_s)
{
	json_t *row = window_object_make(window);
	const struct mode_window_change *added = window_keeper_find(windows, window);
	const char *actor = added != NULL ? added->who : "configuration";
	const char *reason = added != NULL ? added->why : "";
	int error = json_object_set_new(row, "state", json_string(window_state(window, now_s)));
	error |= json_object_set_new(row, "actor", json_string(actor));
	error |= json_object_set_new(row, "reason", json_string(reason));
	if (error != 0) {
		json_decref(row);
		return NULL;
	}
	return row;
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
		error |= json_array_append_new(windows, window_row(server->service->windows,
								   &schedule->windows[i], now_s));
	}
	if (error != 0) {
		json_decref(base);
		json_decref(windows);
		plx_rpc_reply(call, NULL);
		return;
	}
	plx_rpc_reply(call, json_pack("{s:o, s:o}", "base", base, "windows", windows));
}

// The call waits for the record of its change.
static void on_changed(void *context, int error, const char *fault,
		       const struct mode_window_change *change)
{
	struct plx_rpc_call *call = context;
	if (error == -EINVAL) {
		plx_rpc_fail(call, PLX_RPC_INVALID_PARAMS, "/params", "%s", fault);
		return;
	}
	if (error != 0) {
		plx_rpc_fail(call, PLX_RPC_STATE, NULL,
			     "nothing was changed: the audit log cannot be written: %s",
			     plx_error_text(error));
		return;
	}
	plx_rpc_reply(call, json_pack("{s:s, s:o, s:s, s:s}", "action",
				      change->is_removal ? "removed" : "added", "window",
				      window_object_make(&change->window), "actor", change->who,
				      "reason", change->why));
}

static void change_windows(struct command_server *server, struct plx_rpc_call *call,
			   const json_t *params, struct mode_window_change *change)
{
	command_actor(call, change->who);
	snprintf(change->why, sizeof(change->why), "%s", command_text(params, "reason"));
	snprintf(change->window.name, sizeof(change->window.name), "%s",
		 command_text(params, "name"));
	if (window_keeper_change(server->service->windows, change, on_changed, call) != 0) {
		plx_rpc_fail(call, PLX_RPC_BUSY, NULL,
			     "another change of the schedule waits for the audit log; try again");
	}
}

// "now" is a start too.
static bool read_start(struct plx_rpc_call *call, const json_t *params, int64_t *ret_s)
{
	if (strcmp(command_text(params, "start"), "now") == 0) {
		*ret_s = MODE_WINDOW_FROM_NOW;
		return true;
	}
	return command_read_time(call, params, "start", ret_s);
}

void command_add_window(struct plx_rpc_call *call, const json_t *params, void *context)
{
	struct command_server *server = context;
	struct mode_window_change change = {.is_removal = false};
	struct mode_window *window = &change.window;
	if (command_needs_primary(server, call) &&
	    command_profile(call, params, &window->profile) &&
	    command_mode(call, params, &window->mode) &&
	    read_start(call, params, &window->start_s) &&
	    command_read_time(call, params, "end", &window->end_s)) {
		window->is_forced = json_is_true(json_object_get(params, "force"));
		change_windows(server, call, params, &change);
	}
}

void command_remove_window(struct plx_rpc_call *call, const json_t *params, void *context)
{
	struct command_server *server = context;
	struct mode_window_change change = {.is_removal = true};
	if (command_needs_primary(server, call) &&
	    command_profile(call, params, &change.window.profile)) {
		change_windows(server, call, params, &change);
	}
}
