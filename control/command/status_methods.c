// SPDX-License-Identifier: BSD-3-Clause
// status.get, counters.get.

#include "audit/audit_log.h"
#include "command/command_internal.h"
#include "http_server/http_listener.h"
#include "lookup/lookup.h"
#include "order/order_table.h"
#include "perspective/perspective_client.h"
#include "rules/utc_time.h"
#include "service/evidence_keeper.h"
#include "service/mode_keeper.h"
#include "service/validation_state.h"

#include <unistd.h>

static const char *state_name(enum service_state state)
{
	switch (state) {
	case SERVICE_STARTING:
		return "starting";
	case SERVICE_RUNNING:
		return "running";
	case SERVICE_DRAINING:
		return "draining";
	}
	return "unknown";
}

static const char *dataplane_state(const struct lookup_stats *stats)
{
	if (!stats->is_attached) {
		return "not attached";
	}
	if (!stats->is_responding) {
		return "does not respond";
	}
	return stats->is_control_responding ? "responds" : "its control thread does not respond";
}

// How look-ups are made, and whether all answers so far were validated, as the DNS of a primary must be (BR 4.2.2.2).
static json_t *validation_object(const struct service_context *service)
{
	struct validation_state state = validation_state_get(service);
	return json_pack("{s:s, s:b, s:I, s:b}", "resolution",
			 plx_resolution_name(state.resolution), "required", (int)state.is_required,
			 "unvalidated_answers", (json_int_t)state.unvalidated, "compliant",
			 (int)state.is_compliant);
}

static json_t *dataplane_object(const struct service_context *service)
{
	struct lookup_stats stats;
	lookup_service_stats(service->lookup, &stats);
	return json_pack("{s:s, s:b, s:b, s:I, s:s, s:I, s:I, s:I}", "state",
			 dataplane_state(&stats), "attached", (int)stats.is_attached, "responding",
			 (int)stats.is_responding, "workers_silent",
			 (json_int_t)stats.silent_workers, "socket",
			 service_config(service)->dataplane_socket, "lookups_in_flight",
			 (json_int_t)stats.open, "lookups_waiting", (json_int_t)stats.waiting,
			 "lookups_lost", (json_int_t)stats.lost);
}

static json_t *audit_fault_text(const struct audit_fault *fault)
{
	return fault->error == 0 ? json_null() : json_string(fault->text);
}

static json_t *audit_object(const struct service_context *service)
{
	struct audit_log_status status;
	if (service->audit == NULL) {
		return json_null();
	}
	audit_log_status(service->audit, &status);
	return json_pack("{s:s, s:s, s:b, s:I, s:I, s:o, s:o, s:o}", "path",
			 service_config(service)->audit_log, "log_id", audit_log_id(service->audit),
			 "writable", (int)status.is_writable, "sequence",
			 (json_int_t)status.sequence, "queued", (json_int_t)status.queued_count,
			 "fault", audit_fault_text(&status.fault), "checkpoint_fault",
			 audit_fault_text(&status.checkpoint_fault), "head_fault",
			 audit_fault_text(&status.head_fault));
}

static json_t *configuration_object(const struct service_context *service)
{
	return json_pack("{s:s, s:s, s:o, s:I}", "path", service->config_path, "digest",
			 service->generation->configuration.digest, "in_force_since",
			 command_time(service->reloaded_us), "reloads",
			 (json_int_t)service->reload_count);
}

static json_t *http_object(const struct service_context *service)
{
	if (service->listener == NULL) {
		return json_null();
	}
	struct http_counters counters = http_listener_counters(service->listener);
	return json_pack("{s:i, s:i, s:I, s:I, s:I, s:I, s:I}", "connections",
			 (int)counters.connections, "requests_in_flight", (int)counters.exchanges,
			 "accepted", (json_int_t)counters.accepted, "requests",
			 (json_int_t)counters.requests, "timed_out", (json_int_t)counters.timed_out,
			 "hung_up", (json_int_t)counters.hung_up, "overflowed",
			 (json_int_t)counters.overflowed);
}

static json_t *remotes_object(const struct service_context *service)
{
	const struct remote_list *list = &service->generation->remotes;
	int up = 0, down = 0, draining = 0;
	for (size_t i = 0; i < list->count; i++) {
		struct perspective_client_status status;
		remote_status(&list->remotes[i], &status);
		up += status.health.state == CHANNEL_UP;
		down += status.health.state == CHANNEL_DOWN;
		draining += list->remotes[i].is_draining;
	}
	return json_pack("{s:i, s:i, s:i, s:i}", "configured", (int)list->count, "up", up, "down",
			 down, "draining", draining);
}

static json_t *orders_object(const struct service_context *service)
{
	struct order_statistics all;
	if (service->orders == NULL) {
		return json_null();
	}
	order_table_statistics(service->orders, &all);
	json_int_t issued = 0, refused = 0, would_refuse = 0, turned_away = 0;
	for (int i = ORDER_ADMITTED + 1; i < ORDER_ADMISSION_COUNT; i++) {
		turned_away += (json_int_t)all.admissions[i];
	}
	for (int mode = 0; mode < ORDER_MODE_COUNT; mode++) {
		issued += (json_int_t)all.issued[mode];
		refused += (json_int_t)all.refused[mode];
		would_refuse += (json_int_t)all.would_refuse[mode];
	}
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
			 "in_flight", (json_int_t)all.orders_in_flight, "checks_in_flight",
			 (json_int_t)all.checks_in_flight, "issued", issued, "refused", refused,
			 "would_refuse", would_refuse, "abandoned", (json_int_t)all.abandoned,
			 "failed", (json_int_t)all.failed, "turned_away", turned_away,
			 "identifiers", (json_int_t)all.identifiers, "checks",
			 (json_int_t)all.checks, "check_errors", (json_int_t)all.check_errors,
			 "probes", (json_int_t)all.probes, "probes_in_flight",
			 (json_int_t)all.probes_in_flight);
}

static json_t *sessions_object(const struct command_server *server)
{
	struct plx_rpc_counters counters;
	plx_rpc_server_counters(server->rpc, &counters);
	return json_pack("{s:i, s:I, s:I, s:I, s:I, s:I, s:I}", "sessions", (int)counters.sessions,
			 "accepted", (json_int_t)counters.accepted, "denied",
			 (json_int_t)counters.denied, "refused", (json_int_t)counters.refused,
			 "requests", (json_int_t)counters.requests, "errors",
			 (json_int_t)counters.errors, "overflowed",
			 (json_int_t)counters.overflowed);
}

void command_get_status(struct plx_rpc_call *call, const json_t *params, void *context)
{
	struct command_server *server = context;
	const struct service_context *service = server->service;
	const struct config *config = service_config(service);
	int64_t now_us = service_now_us();
	plx_rpc_reply(
		call,
		json_pack("{s:s, s:s, s:i, s:s, s:o, s:o, s:I, s:s, s:s, s:s, s:o, s:o, s:o, s:o, "
			  "s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
			  "program", "parallaxd", "version", PLX_VERSION, "pid", (int)getpid(),
			  "state", state_name(service->state), "time", command_time(now_us),
			  "started", command_time(service->started_us), "uptime_s",
			  (json_int_t)((now_us - service->started_us) / UTC_SECOND_US), "role",
			  config_role_name((enum config_role)config->role), "perspective",
			  config->perspective.name, "rir", config->perspective.rir, "configuration",
			  configuration_object(service), "dataplane", dataplane_object(service),
			  "validation", validation_object(service), "audit", audit_object(service),
			  "evidence", evidence_keeper_status(service), "modes",
			  service->modes == NULL ? json_null() : command_modes(service), "orders",
			  orders_object(service), "remotes", remotes_object(service), "http",
			  http_object(service), "clock", command_clock(service), "certificates",
			  command_certificates(service), "control_socket",
			  sessions_object(server)));
}

// {"iterative":{"secure":n,...},"stub":{...}}
static json_t *answers_by_state(const struct lookup_stats *stats)
{
	json_t *all = json_object();
	int error = all == NULL;
	for (int i = 0; i < PLX_RESOLUTION_COUNT; i++) {
		json_t *one = json_object();
		for (int state = 0; state < PLX_DNSSEC_COUNT; state++) {
			error |= json_object_set_new(
				one, plx_dnssec_name((enum plx_dnssec)state),
				json_integer((json_int_t)stats->by_state[i][state]));
		}
		error |= json_object_set_new(all, plx_resolution_name((enum plx_resolution)i), one);
	}
	if (error != 0) {
		json_decref(all);
		return NULL;
	}
	return all;
}

static json_t *lookup_counters(const struct service_context *service)
{
	struct lookup_stats stats;
	lookup_service_stats(service->lookup, &stats);
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "started",
			 (json_int_t)stats.started, "finished", (json_int_t)stats.finished, "lost",
			 (json_int_t)stats.lost, "expired", (json_int_t)stats.expired, "refused",
			 (json_int_t)stats.refused, "resubmitted", (json_int_t)stats.resubmitted,
			 "cancelled", (json_int_t)stats.cancelled, "late",
			 (json_int_t)stats.late_results, "stray", (json_int_t)stats.stray_results,
			 "attached", (json_int_t)stats.attached_count, "silent",
			 (json_int_t)stats.silent_count, "finished_by_dnssec",
			 answers_by_state(&stats));
}

static json_t *audit_counters(const struct service_context *service)
{
	struct audit_log_status status;
	if (service->audit == NULL) {
		return json_null();
	}
	audit_log_status(service->audit, &status);
	return json_pack("{s:I, s:I, s:I}", "records_committed", (json_int_t)status.committed_count,
			 "commits", (json_int_t)status.commit_count, "records_failed",
			 (json_int_t)status.failed_count);
}

static json_t *channel_counters(const struct service_context *service)
{
	const struct remote_list *list = &service->generation->remotes;
	json_t *all = json_object();
	for (size_t i = 0; i < list->count; i++) {
		struct perspective_client_status status;
		remote_status(&list->remotes[i], &status);
		json_t *one = json_pack("{s:I, s:I, s:I}", "asked", (json_int_t)status.asked,
					"batches", (json_int_t)status.batches, "unasked",
					(json_int_t)status.unasked);
		int error = one == NULL;
		for (int cause = PERSPECTIVE_ANSWERED; cause <= PERSPECTIVE_CLOSED; cause++) {
			error |= json_object_set_new(
				one, perspective_cause_name((enum perspective_cause)cause),
				json_integer((json_int_t)status.by_cause[cause]));
		}
		error |= json_object_set_new(all, list->remotes[i].config->name, one);
		if (error != 0) {
			json_decref(all);
			return NULL;
		}
	}
	return all;
}

void command_get_counters(struct plx_rpc_call *call, const json_t *params, void *context)
{
	struct command_server *server = context;
	plx_rpc_reply(call, json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "orders",
				      orders_object(server->service), "lookups",
				      lookup_counters(server->service), "audit",
				      audit_counters(server->service), "http",
				      http_object(server->service), "remotes",
				      channel_counters(server->service), "control_socket",
				      sessions_object(server)));
}
