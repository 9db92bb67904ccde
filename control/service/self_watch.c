// SPDX-License-Identifier: BSD-3-Clause

#include "service/self_watch.h"

#include <parallax/base/error.h>
#include <parallax/base/log_line.h>

#include "guard/certificate_watch.h"
#include "guard/clock_watch.h"
#include "rules/utc_time.h"
#include "service/service_context.h"

#include <jansson.h>

#include <errno.h>
#include <stdio.h>

static void log_clock(const struct service_context *service, const struct clock_change *change)
{
	bool is_good = change->to == CLOCK_STATE_OK;
	struct plx_log_line line;
	plx_log_begin(&line, service->logs_json,
		      is_good ? PLX_LOG_LEVEL_NOTICE : PLX_LOG_LEVEL_ERROR, "clock_changed");
	plx_log_text(&line, "from", clock_state_name(change->from));
	plx_log_text(&line, "to", clock_state_name(change->to));
	plx_log_number(&line, "step_ns", change->step_ns);
	plx_log_text(&line, "message",
		     is_good ? "the clock is believed again"
			     : "the clock was stepped: no order is taken until it is stable");
	plx_log_end(&line);
}

static void on_clock(void *context, const struct clock_change *change)
{
	struct service_context *service = context;
	log_clock(service, change);
	json_t *body =
		service_configuration_body(service, &service->generation->configuration, "clock");
	json_t *clock =
		json_pack("{s:s, s:s, s:I, s:I}", "from", clock_state_name(change->from), "to",
			  clock_state_name(change->to), "step_ns", (json_int_t)change->step_ns,
			  "total_ns", (json_int_t)change->total_ns);
	if (json_object_set_new(body, "clock", clock) != 0) {
		json_decref(body);
		body = NULL;
	}
	service_record(service, AUDIT_KIND_CONFIGURATION, body);
}

static void on_sync(void *context, enum clock_sync from, enum clock_sync to)
{
	const struct service_context *service = context;
	if (to == CLOCK_SYNC_NO) {
		plx_log_message(service->logs_json, PLX_LOG_LEVEL_WARNING, "clock_unsynchronised",
				"the kernel says that no NTP keeps the clock: run chrony or "
				"systemd-timesyncd");
	} else if (from == CLOCK_SYNC_NO) {
		plx_log_message(service->logs_json, PLX_LOG_LEVEL_NOTICE, "clock_synchronised",
				"synchronised: %s", clock_sync_name(to));
	}
}

static void on_certificate(void *context, const struct certificate_alarm *alarm)
{
	const struct service_context *service = context;
	const struct certificate_entry *entry = &alarm->entry;
	bool is_early = entry->state == CERTIFICATE_EXPIRING;
	struct plx_log_line line;
	plx_log_begin(&line, service->logs_json,
		      is_early ? PLX_LOG_LEVEL_WARNING : PLX_LOG_LEVEL_ERROR, "certificate");
	plx_log_text(&line, "file", entry->path);
	plx_log_text(&line, "state", certificate_state_name(entry->state));
	if (entry->state == CERTIFICATE_UNREADABLE) {
		plx_log_text(&line, "message", entry->fault);
	} else {
		plx_log_text(&line, "subject", entry->subject);
		plx_log_number(&line, "days_left", entry->days_left);
	}
	plx_log_end(&line);
}

// Private keys are left out: after the start the account may not be allowed to read them.
static size_t list_files(const struct config *config,
			 struct certificate_source sources[CERTIFICATE_GUARD_FILES_MAX])
{
	const char *const certificates[] = {config->tls.certificate, config->tls.client_ca,
					    config->tls.server_ca};
	size_t count = 0;
	for (size_t i = 0; i < PLX_ARRAY_SIZE(certificates); i++) {
		if (certificates[i][0] != '\0') {
			sources[count++] = (struct certificate_source) {
				certificates[i], CERTIFICATE_FILE_CERTIFICATES};
		}
	}
	for (unsigned i = 0; i < config->perspective_count; i++) {
		if (config->perspectives[i].public_key[0] != '\0') {
			sources[count++] = (struct certificate_source) {
				config->perspectives[i].public_key, CERTIFICATE_FILE_PUBLIC_KEY};
		}
	}
	return count;
}

void self_watch_renew(struct service_context *service)
{
	struct certificate_source sources[CERTIFICATE_GUARD_FILES_MAX];
	size_t count = list_files(service_config(service), sources);
	int error = certificate_watch_load(service->certificates, sources, count);
	if (error != 0) {
		plx_log_message(service->logs_json, PLX_LOG_LEVEL_WARNING, "certificates_unwatched",
				"%s", plx_error_text(error));
	}
}

int self_watch_open(struct service_context *service, struct service_fault *fault)
{
	const struct clock_watch_config clock_config = {
		.base = service->base,
		.stable_ns = CLOCK_GUARD_STABLE_DEFAULT_NS,
		.on_change = on_clock,
		.on_sync = on_sync,
		.context = service,
	};
	const struct certificate_watch_config certificate_config = {
		.base = service->base, .on_alarm = on_certificate, .context = service};
	int error = clock_watch_open(&clock_config, &service->clock);
	if (error == 0) {
		error = certificate_watch_open(&certificate_config, &service->certificates);
	}
	if (error != 0) {
		fault->step = "watch";
		snprintf(fault->text, sizeof(fault->text), "%s", plx_error_text(error));
		return error;
	}
	self_watch_renew(service);
	return 0;
}

void self_watch_close(struct service_context *service)
{
	clock_watch_close(service->clock);
	certificate_watch_close(service->certificates);
	service->clock = NULL;
	service->certificates = NULL;
}

bool self_watch_may_decide(const struct service_context *service)
{
	return service->clock != NULL && clock_watch_may_release(service->clock);
}

json_t *self_watch_clock(const struct service_context *service)
{
	const struct clock_guard *guard = clock_watch_guard(service->clock);
	return json_pack("{s:s, s:s, s:I, s:I}", "state", clock_state_name(guard->state),
			 "synchronised", clock_sync_name(clock_watch_sync(service->clock)), "steps",
			 (json_int_t)guard->counters.steps, "last_step_ns",
			 (json_int_t)guard->step_ns);
}

json_t *self_watch_certificates(const struct service_context *service)
{
	const struct certificate_guard *guard = certificate_watch_guard(service->certificates);
	size_t count = certificate_guard_entry_count(guard);
	json_t *all = json_array();
	for (size_t i = 0; i < count; i++) {
		struct certificate_entry entry =
			certificate_guard_entry(guard, i, service_now_us() / UTC_SECOND_US);
		json_t *one =
			json_pack("{s:s, s:s, s:s, s:I, s:s}", "file", entry.path, "state",
				  certificate_state_name(entry.state), "subject", entry.subject,
				  "days_left", (json_int_t)entry.days_left, "fault", entry.fault);
		if (json_array_append_new(all, one) != 0) {
			json_decref(all);
			return NULL;
		}
	}
	return all;
}
