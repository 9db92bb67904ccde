// SPDX-License-Identifier: BSD-3-Clause

#include "service/evidence_keeper.h"

#include <parallax/base/log_line.h>

#include "audit/audit_log.h"
#include "perform/check_runner.h"
#include "rules/utc_time.h"
#include "service/clock_keeper.h"
#include "service/evidence_record.h"
#include "trace_store/trace_store.h"

#include <event2/event.h>
#include <jansson.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define LOOK_INTERVAL_S 3600 // for what is old enough: it is kept for years
#define DAY_S 86400
#define BYTES_PER_MEGABYTE 1000000u

struct evidence_keeper {
	struct service_context *service;
	struct trace_store *store;
	struct event *timer;
	bool is_recording; // of a purge
	int64_t purge_before_s;
};

static void log_state(const struct trace_fault *store_fault, void *context)
{
	const struct evidence_keeper *keeper = context;
	bool logs_json = keeper->service->logs_json;
	if (store_fault == NULL) {
		plx_log_message(logs_json, PLX_LOG_LEVEL_NOTICE, "evidence_resumed",
				"the evidence of look-ups is stored again");
		return;
	}
	plx_log_message(logs_json, PLX_LOG_LEVEL_ERROR, "evidence_failing", "no check passes: %s",
			store_fault->text);
}

static const struct config_evidence_store *settings(const struct evidence_keeper *keeper)
{
	return &service_config(keeper->service)->evidence;
}

static void on_recorded(int status, void *context)
{
	struct evidence_keeper *keeper = context;
	keeper->is_recording = false;
	if (status == 0) {
		plx_log_message(keeper->service->logs_json, PLX_LOG_LEVEL_NOTICE, "evidence_purge",
				"evidence older than %u days is removed",
				settings(keeper)->keep_days);
		trace_store_purge(keeper->store, keeper->purge_before_s);
	}
}

// A clock that is not believed must not be what ends evidence.
static bool is_due(struct evidence_keeper *keeper, int64_t before_s)
{
	struct trace_store_status status;
	trace_store_status(keeper->store, &status);
	return !keeper->is_recording && settings(keeper)->keep_days > 0 && status.is_counted &&
	       status.oldest_s < before_s && clock_keeper_judge(keeper->service->clock).is_believed;
}

static void on_look(evutil_socket_t fd, short what, void *context)
{
	struct evidence_keeper *keeper = context;
	struct audit_fault fault;
	unsigned keep_days = settings(keeper)->keep_days;
	int64_t now_us = service_now_us();
	int64_t before_s = now_us / UTC_SECOND_US - (int64_t)keep_days * DAY_S;
	if (!is_due(keeper, before_s)) {
		return;
	}
	json_t *body = evidence_record_make(before_s, keep_days);
	const struct audit_record record = {
		.kind = AUDIT_KIND_EVIDENCE, .time_us = now_us, .body = body};
	keeper->purge_before_s = before_s;
	keeper->is_recording = body != NULL && audit_append(keeper->service->audit, &record,
							    on_recorded, keeper, &fault) == 0;
	json_decref(body);
}

static int timer_start(struct evidence_keeper *keeper)
{
	static const struct timeval interval = {.tv_sec = LOOK_INTERVAL_S};
	keeper->timer = event_new(keeper->service->base, -1, EV_PERSIST, on_look, keeper);
	return keeper->timer != NULL && event_add(keeper->timer, &interval) == 0 ? 0 : -ENOMEM;
}

int evidence_keeper_open(struct service_context *service, struct service_fault *fault)
{
	struct trace_fault reason = {.text = "not enough memory"};
	struct evidence_keeper *keeper = calloc(1, sizeof(*keeper));
	service->evidence = keeper;
	int error = keeper == NULL ? -ENOMEM : 0;
	if (error == 0) {
		keeper->service = service;
		const struct trace_store_config config = {
			.audit_log = service_config(service)->audit_log,
			.base = service->base,
			.bytes_max = (uint64_t)settings(keeper)->max_megabytes * BYTES_PER_MEGABYTE,
			.state_changed = log_state,
			.state_context = keeper,
		};
		error = trace_store_open(&config, &keeper->store, &reason);
	}
	if (error == 0) {
		error = timer_start(keeper);
	}
	if (error != 0) {
		fault->step = "evidence";
		snprintf(fault->text, sizeof(fault->text), "%s", reason.text);
		return error;
	}
	service->traces = keeper->store;
	check_runner_set_traces(service->generation->runner, keeper->store);
	return 0;
}

void evidence_keeper_close(struct service_context *service)
{
	struct evidence_keeper *keeper = service->evidence;
	if (keeper == NULL) {
		return;
	}
	if (keeper->timer != NULL) {
		event_free(keeper->timer);
	}
	trace_store_close(keeper->store);
	free(keeper);
	service->evidence = NULL;
	service->traces = NULL;
}

void evidence_keeper_renew(struct service_context *service)
{
	if (service->evidence != NULL) {
		const struct config_evidence_store *now = settings(service->evidence);
		trace_store_limit(service->traces,
				  (uint64_t)now->max_megabytes * BYTES_PER_MEGABYTE);
	}
}

static bool is_kept(const struct service_context *service)
{
	const struct config *config = service_config(service);
	return config->evidence.store != CONFIG_EVIDENCE_NONE &&
	       config->resolution == PLX_RESOLUTION_ITERATIVE;
}

bool evidence_keeper_is_ready(const struct service_context *service)
{
	return service->traces == NULL || !is_kept(service) ||
	       trace_store_is_writable(service->traces);
}

static json_t *oldest_text(const struct trace_store_status *status)
{
	char text[UTC_TIME_TEXT_MAX];
	bool is_known = status->is_counted && status->oldest_s != INT64_MAX;
	return is_known && utc_time_format(status->oldest_s * UTC_SECOND_US, text) == 0
		       ? json_string(text)
		       : json_null();
}

json_t *evidence_keeper_status(const struct service_context *service)
{
	struct trace_store_status status;
	if (service->traces == NULL) {
		return json_null();
	}
	trace_store_status(service->traces, &status);
	return json_pack(
		"{s:s, s:b, s:b, s:b, s:I, s:I, s:o, s:I, s:I, s:I, s:I, s:o}", "store",
		config_evidence_name((enum config_evidence)service_config(service)->evidence.store),
		"in_use", (int)is_kept(service), "writable", (int)status.is_writable, "counted",
		(int)status.is_counted, "files", (json_int_t)status.total.files, "bytes",
		(json_int_t)status.total.bytes, "oldest", oldest_text(&status), "stored",
		(json_int_t)status.stored_count, "failed", (json_int_t)status.failed_count,
		"waiting", (json_int_t)status.waiting_count, "purged",
		(json_int_t)status.purged.files, "fault",
		status.fault.error == 0 ? json_null() : json_string(status.fault.text));
}
