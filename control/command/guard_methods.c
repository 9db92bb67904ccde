// SPDX-License-Identifier: BSD-3-Clause
// clock.confirm, and what status.get tells of the clock and of certificates.

#include "command/command_internal.h"
#include "guard/certificate_watch.h"
#include "rules/utc_time.h"
#include "service/clock_keeper.h"

#include <errno.h>

#define NS_PER_MS 1000000

json_t *command_clock(const struct service_context *service)
{
	if (service->clock == NULL) {
		return json_null();
	}
	const struct clock_guard *guard = clock_keeper_guard(service->clock);
	bool is_believed = clock_guard_may_release(guard);
	return json_pack(
		"{s:s, s:s, s:I, s:I, s:s, s:b, s:I}", "state", clock_state_name(guard->state),
		"synchronised", clock_sync_name(clock_keeper_sync(service->clock)), "steps",
		(json_int_t)guard->counters.steps, "last_step_ms",
		(json_int_t)(guard->step_ns / NS_PER_MS), "decisions",
		is_believed ? "released" : "held back", "confirmed", (int)guard->is_confirmed,
		"stable_for_ms", (json_int_t)(guard->stable_elapsed_ns / NS_PER_MS));
}

static json_t *certificate_object(const struct certificate_entry *entry)
{
	bool has_dates =
		entry->state != CERTIFICATE_UNREADABLE && entry->state != CERTIFICATE_UNDATED;
	bool is_readable = entry->state != CERTIFICATE_UNREADABLE;
	return json_pack(
		"{s:s, s:s, s:s, s:s, s:o, s:o}", "file", entry->path, "kind",
		certificate_file_kind_name(entry->kind), "state",
		certificate_state_name(entry->state), is_readable ? "subject" : "fault",
		is_readable ? entry->subject : entry->fault, "not_after",
		has_dates ? command_time(entry->validity.not_after_s * UTC_SECOND_US) : json_null(),
		"days_left", has_dates ? json_integer((json_int_t)entry->days_left) : json_null());
}

json_t *command_certificates(const struct service_context *service)
{
	json_t *list = json_array();
	if (service->certificates == NULL) {
		return list;
	}
	const struct certificate_guard *guard = certificate_watch_guard(service->certificates);
	int64_t now_s = service_now_us() / UTC_SECOND_US;
	for (size_t i = 0; i < certificate_guard_entry_count(guard); i++) {
		const struct certificate_entry entry = certificate_guard_entry(guard, i, now_s);
		if (json_array_append_new(list, certificate_object(&entry)) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

void command_confirm_clock(struct plx_rpc_call *call, const json_t *params, void *context)
{
	struct command_server *server = context;
	struct service_context *service = server->service;
	char actor[SERVICE_ACTOR_MAX];
	json_int_t steps = json_integer_value(json_object_get(params, "steps"));
	if (service->clock == NULL) {
		plx_rpc_fail(call, PLX_RPC_STATE, NULL, "the daemon starts; try again");
		return;
	}
	command_actor(call, actor);
	switch (clock_keeper_confirm(service->clock, (uint64_t)steps, actor)) {
	case 0:
		plx_rpc_reply(call, json_pack("{s:o}", "clock", command_clock(service)));
		return;
	case -ENOENT:
		plx_rpc_fail(call, PLX_RPC_STATE, NULL, "the clock waits for no confirmation");
		return;
	default:
		plx_rpc_fail(call, PLX_RPC_STATE, "/params/steps",
			     "the clock was set again since: look at it once more; parallaxctl "
			     "status says how many steps there were");
	}
}
