// SPDX-License-Identifier: BSD-3-Clause
// A new configuration while the daemon runs: read and built first, then recorded, then put in place at once. A fault at
// any step leaves all as it was.

#include "service/service_context.h"

#include <parallax/base/error.h>
#include <parallax/base/log_line.h>
#include <parallax/process/supervisor.h>

#include "audit/audit_log.h"
#include "http_server/http_listener.h"
#include "rules/utc_time.h"
#include "service/certificate_keeper.h"
#include "service/evidence_keeper.h"
#include "service/order_desk.h"
#include "service/remote_checks.h"
#include "service/window_keeper.h"

#include <jansson.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

// A reload on its way to the audit log.
struct service_reload {
	struct service_context *service;
	struct generation *next;
	service_reload_cb done;
	void *context;
};

static int reload_listener(struct service_context *service, const struct config *config,
			   struct plx_setting_fault *fault)
{
	struct http_fault reason;
	const struct http_tls_config tls = service_tls(config);
	int error = service->listener == NULL
			    ? 0
			    : http_listener_reload(service->listener, &tls, &reason);
	if (error != 0) {
		snprintf(fault->text, sizeof(fault->text), "%s: %s", service->config_path,
			 reason.text);
	}
	return error;
}

static int check_windows(struct service_context *service, const struct configuration *next,
			 struct plx_setting_fault *fault)
{
	char sentence[WINDOW_FAULT_MAX];
	int error = service->windows == NULL
			    ? 0
			    : window_keeper_check(service->windows, next->schedule, sentence);
	if (error != 0) {
		snprintf(fault->text, sizeof(fault->text), "%.200s: %s", service->config_path,
			 sentence);
	}
	return error;
}

static void reload_end(struct service_reload *reload, int error, const char *text)
{
	struct service_context *service = reload->service;
	service->reload = NULL;
	struct plx_log_line line;
	plx_log_begin(&line, service->logs_json,
		      error == 0 ? PLX_LOG_LEVEL_NOTICE : PLX_LOG_LEVEL_ERROR,
		      error == 0 ? "reloaded" : "reload_failed");
	plx_log_text(&line, "config", service->config_path);
	if (error != 0) {
		plx_log_text(&line, "message", text);
	}
	plx_log_end(&line);
	if (service->state == SERVICE_RUNNING) {
		plx_supervisor_ready(service->supervisor);
	}
	generation_release(reload->next);
	reload->done(reload->context, error, text);
	free(reload);
}

// What an operator drained stays so.
static void carry_draining(struct generation *from, struct generation *to)
{
	for (size_t i = 0; i < from->remotes.count; i++) {
		const struct remote *remote = &from->remotes.remotes[i];
		struct remote *next = remote_list_find(&to->remotes, remote->config->name);
		if (remote->is_draining && next != NULL) {
			remote_set_draining(next, true);
		}
	}
}

// The record is in the log, or a remote keeps none.
static void reload_take_effect(int status, void *context)
{
	struct service_reload *reload = context;
	struct service_context *service = reload->service;
	struct plx_setting_fault fault;
	if (status != 0) {
		reload_end(reload, status, "the audit log cannot be written");
		return;
	}
	// Again: one may have been added since.
	int error = check_windows(service, &reload->next->configuration, &fault);
	error = error != 0 ? error
			   : reload_listener(service, reload->next->configuration.config, &fault);
	if (error == 0) {
		error = remote_checks_renew(service, reload->next->configuration.config);
		snprintf(fault.text, sizeof(fault.text), "a name in callers is not valid");
	}
	if (error != 0) {
		reload_end(reload, error, fault.text);
		return;
	}
	struct generation *before = service->generation, *after = reload->next;
	carry_draining(before, after);
	service->generation = after;
	reload->next = before;
	if (order_desk_renew(service) != 0) {
		service->generation = before;
		reload->next = after;
		reload_end(reload, -ENOMEM, "not enough memory");
		return;
	}
	service->logs_json = service_config(service)->log_format == CONFIG_LOG_JSON;
	service->reloaded_us = service_now_us();
	service->reload_count++;
	certificate_keeper_renew(service);
	evidence_keeper_renew(service);
	char sentence[WINDOW_FAULT_MAX] = "";
	error = service->windows == NULL
			? 0
			: window_keeper_configure(service->windows, after->configuration.schedule,
						  sentence);
	reload_end(reload, error, sentence);
}

static int make_next(struct service_context *service, struct service_reload *reload,
		     struct plx_setting_fault *fault)
{
	struct configuration configuration;
	int error = configuration_read(service->config_path, service_now_us() / UTC_SECOND_US,
				       &configuration, fault);
	if (error != 0) {
		return error;
	}
	error = configuration_check_reload(service->config_path, service_config(service),
					   configuration.config, fault);
	error = error != 0 ? error : check_windows(service, &configuration, fault);
	if (error != 0) {
		configuration_fini(&configuration);
		return error;
	}
	const struct generation_config config = {
		.base = service->base,
		.random = &service->random,
		.lookup = service->lookup,
		.traces = service->traces,
		.path = service->config_path,
		.configuration = &configuration,
		.list = &service->generations,
	};
	return generation_create(&config, &reload->next, fault);
}

static int record_next(struct service_context *service, struct service_reload *reload,
		       const char *actor, struct plx_setting_fault *fault)
{
	struct audit_fault reason = {.text = "not enough memory"};
	json_t *body = service_configuration_body(service, &reload->next->configuration, actor);
	const struct audit_record record = {
		.kind = AUDIT_KIND_CONFIGURATION, .time_us = service_now_us(), .body = body};
	int error = body == NULL ? -ENOMEM
				 : audit_append(service->audit, &record, reload_take_effect, reload,
						&reason);
	json_decref(body);
	snprintf(fault->text, sizeof(fault->text), "%s", reason.text);
	return error;
}

static int64_t monotonic_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * UTC_SECOND_US + now.tv_nsec / 1000;
}

int service_reload(struct service_context *service, const char *actor, service_reload_cb done,
		   void *context)
{
	if (service->reload != NULL) {
		return -EBUSY;
	}
	struct service_reload *reload = calloc(1, sizeof(*reload));
	if (reload == NULL) {
		return -ENOMEM;
	}
	struct plx_setting_fault fault;
	*reload = (struct service_reload) {.service = service, .done = done, .context = context};
	service->reload = reload;
	plx_supervisor_reloading(service->supervisor, monotonic_us());
	int error = make_next(service, reload, &fault);
	if (error == 0 && service->audit != NULL) {
		error = record_next(service, reload, actor, &fault);
	} else if (error == 0) {
		reload_take_effect(0, reload);
	}
	if (error != 0) {
		reload_end(reload, error, fault.text);
	}
	return 0;
}
