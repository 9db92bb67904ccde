// SPDX-License-Identifier: BSD-3-Clause

#include "service/service_context.h"

#include <parallax/base/error.h>
#include <parallax/base/log_line.h>

#include "audit/audit_log.h"
#include "guard/certificate_watch.h"
#include "lookup/lookup.h"
#include "mode/mode_state.h"
#include "perspective/signed_line.h"
#include "rules/utc_time.h"
#include "service/certificate_keeper.h"
#include "service/clock_keeper.h"
#include "service/evidence_keeper.h"
#include "service/mode_keeper.h"
#include "service/mode_record.h"
#include "service/order_desk.h"
#include "service/window_keeper.h"

#include <event2/event.h>
#include <jansson.h>
#include <openssl/evp.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_US 1000
#define NS_PER_MS 1000000
#define PUBLIC_KEY_BYTES 32 // RFC 8032 section 5.1.5

int64_t service_now_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * UTC_SECOND_US + now.tv_nsec / NS_PER_US;
}

static int64_t now_s(void *context)
{
	return service_now_us() / UTC_SECOND_US;
}

const struct config *service_config(const struct service_context *service)
{
	return service->generation->configuration.config;
}

struct http_tls_config service_tls(const struct config *config)
{
	return (struct http_tls_config) {
		.certificate_file = config->tls.certificate,
		.key_file = config->tls.key,
		.client_ca_file = config->tls.client_ca[0] != '\0' ? config->tls.client_ca : NULL,
		.is_tls13_only = config->role == CONFIG_ROLE_REMOTE,
	};
}

bool service_is_primary(const struct service_context *service)
{
	return service_config(service)->role == CONFIG_ROLE_PRIMARY;
}

static int service_fault(struct service_fault *fault, const char *step, int error, const char *text)
{
	fault->step = step;
	snprintf(fault->text, sizeof(fault->text), "%s", text);
	return error;
}

static int open_key(struct service_context *service, struct service_fault *fault)
{
	const char *path = service_config(service)->signing_key;
	int error = signing_key_read(path, true, &service->signing_key);
	if (error != 0) {
		fault->step = "signing_key";
		snprintf(fault->text, sizeof(fault->text),
			 "signing_key: %s: %s; make one with: openssl genpkey -algorithm ed25519 "
			 "-out FILE",
			 path, error == -EINVAL ? "no Ed25519 private key" : strerror(-error));
	}
	return error;
}

// For whoever verifies, on a thread of its own: a private key is its writer's alone.
static int open_public_key(struct service_context *service, struct service_fault *fault)
{
	uint8_t raw[PUBLIC_KEY_BYTES];
	size_t length = sizeof(raw);
	if (EVP_PKEY_get_raw_public_key(service->signing_key, raw, &length) == 1) {
		service->public_key =
			EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, raw, length);
	}
	return service->public_key != NULL
		       ? 0
		       : service_fault(fault, "signing_key", -ENOMEM, "not enough memory");
}

static int open_lookup(struct service_context *service, const struct config *from,
		       struct service_fault *fault)
{
	int error = 0;
	const struct lookup_config config = {
		.socket_path = from->dataplane_socket,
		.name = "parallaxd",
	};
	service->lookup = lookup_service_open(service->base, &config, &error);
	return service->lookup != NULL
		       ? 0
		       : service_fault(fault, "lookup", error, plx_error_text(error));
}

int service_open(struct service_context *service, struct event_base *base, const char *config_path,
		 struct configuration *configuration, struct service_fault *fault)
{
	struct plx_setting_fault reason;
	*service = (struct service_context) {.base = base, .config_path = config_path};
	LIST_INIT(&service->generations);
	service->started_us = service->reloaded_us = service_now_us();
	service->logs_json = configuration->config->log_format == CONFIG_LOG_JSON;
	int error = plx_random_init(&service->random);
	if (error != 0) {
		configuration_fini(configuration);
		return service_fault(fault, "random", error, "the kernel gives no random octets");
	}
	error = open_lookup(service, configuration->config, fault);
	if (error != 0) {
		configuration_fini(configuration);
		return error;
	}
	const struct generation_config config = {
		.base = base,
		.random = &service->random,
		.lookup = service->lookup,
		.path = config_path,
		.configuration = configuration,
		.list = &service->generations,
	};
	error = generation_create(&config, &service->generation, &reason);
	if (error != 0) {
		return service_fault(fault, "configuration", error, reason.text);
	}
	error = open_key(service, fault);
	error = error != 0 ? error : open_public_key(service, fault);
	if (error == 0 && certificate_keeper_open(service) != 0) {
		error = service_fault(fault, "certificates", -ENOMEM, "not enough memory");
	}
	return error;
}

static int open_clock(struct service_context *service, struct service_fault *fault)
{
	const struct config_guard *from = &service_config(service)->guard;
	const struct clock_keeper_config config = {
		.service = service,
		.stable_ns = (int64_t)from->stable_ms * NS_PER_MS,
		.needs_confirmation = from->needs_confirmation,
	};
	int error = clock_keeper_open(&config, &service->clock);
	return error == 0 ? 0 : service_fault(fault, "clock", error, "not enough memory");
}

static void log_mode_change(const struct mode_change *change, void *context)
{
	const struct service_context *service = context;
	struct plx_log_line line;
	plx_log_begin(&line, service->logs_json,
		      change->is_compliant ? PLX_LOG_LEVEL_NOTICE : PLX_LOG_LEVEL_WARNING,
		      "mode_changed");
	plx_log_text(&line, "profile", profile_name(change->profile));
	plx_log_text(&line, "from", mode_name(change->from));
	plx_log_text(&line, "to", mode_name(change->to));
	plx_log_text(&line, "compliant", change->is_compliant ? "yes" : "no");
	plx_log_text(&line, "actor", change->who);
	plx_log_text(&line, "reason", change->why);
	plx_log_end(&line);
}

// Orders are refused meanwhile, each with this reason; whoever watches the log should not have to wait for one.
static void log_audit_state(const struct audit_fault *audit_fault, void *context)
{
	const struct service_context *service = context;
	if (audit_fault == NULL) {
		plx_log_message(service->logs_json, PLX_LOG_LEVEL_NOTICE, "audit_resumed",
				"the audit log takes records again");
		return;
	}
	plx_log_message(service->logs_json, PLX_LOG_LEVEL_ERROR, "audit_failing",
			"no order is decided: %s", audit_fault->text);
}

static json_t *start_body(const struct service_context *service)
{
	const struct config *config = service_config(service);
	return json_pack("{s:s, s:s, s:s, s:s, s:i}", "version", PLX_VERSION, "role",
			 config_role_name((enum config_role)config->role), "perspective",
			 config->perspective.name, "rir", config->perspective.rir, "pid",
			 (int)getpid());
}

json_t *service_configuration_body(const struct service_context *service,
				   const struct configuration *configuration, const char *actor)
{
	return json_pack(
		"{s:s, s:s, s:s, s:s}", "digest", configuration->digest, "actor", actor, "path",
		service->config_path, "resolution",
		plx_resolution_name((enum plx_resolution)configuration->config->resolution));
}

static int open_modes(struct service_context *service, struct service_fault *fault)
{
	struct audit_fault reason;
	struct mode_state restored = {0};
	struct mode_window_list *windows = calloc(1, sizeof(*windows)); // large
	if (windows == NULL) {
		return service_fault(fault, "modes", -ENOMEM, "not enough memory");
	}
	int error = mode_record_restore(service_config(service)->audit_log, &restored, windows,
					&reason);
	if (error != 0) {
		free(windows);
		return service_fault(fault, "audit_log", error, reason.text);
	}
	const struct mode_keeper_config mode_config = {
		.base = service->base,
		.audit = service->audit,
		.restored = &restored,
		.schedule = service->generation->configuration.schedule,
		.now_s = now_s,
		.on_change = log_mode_change,
		.context = service,
	};
	service->modes = mode_keeper_create(&mode_config);
	const struct window_keeper_config window_config = {
		.base = service->base,
		.audit = service->audit,
		.modes = service->modes,
		.restored = windows,
		.configured = service->generation->configuration.schedule,
		.now_s = now_s,
	};
	char sentence[WINDOW_FAULT_MAX] = "not enough memory";
	error = service->modes == NULL
			? -ENOMEM
			: window_keeper_create(&window_config, &service->windows, sentence);
	free(windows);
	return error == 0 ? 0 : service_fault(fault, "modes", error, sentence);
}

int service_open_log(struct service_context *service, struct service_fault *fault)
{
	const struct config *config = service_config(service);
	struct audit_fault reason;
	char head_path[CONFIG_PATH_SIZE + 8];
	int error = open_clock(service, fault);
	if (error != 0 || !service_is_primary(service)) {
		service->state = error == 0 ? SERVICE_RUNNING : SERVICE_STARTING;
		return error;
	}
	snprintf(head_path, sizeof(head_path), "%s.head", config->audit_log);
	const struct audit_log_config log_config = {
		.path = config->audit_log,
		.previous_path =
			config->previous_audit_log[0] != '\0' ? config->previous_audit_log : NULL,
		.head_path = head_path,
		.head_key = service->signing_key,
		.base = service->base,
		.version = PLX_VERSION,
		.state_changed = log_audit_state,
		.state_context = service,
	};
	error = audit_log_open(&log_config, &service->audit, &reason);
	if (error != 0) {
		return service_fault(fault, "audit_log", error, reason.text);
	}
	error = evidence_keeper_open(service, fault);
	error = error != 0 ? error : open_modes(service, fault);
	if (error != 0) {
		return error;
	}
	error = order_desk_open(service, fault);
	if (error != 0) {
		return error;
	}
	service_record(service, AUDIT_KIND_START, start_body(service));
	service_record(
		service, AUDIT_KIND_CONFIGURATION,
		service_configuration_body(service, &service->generation->configuration, "start"));
	service->state = SERVICE_RUNNING;
	return 0;
}

static void on_recorded(int status, void *context)
{
	const struct service_context *service = context;
	if (status != 0) {
		plx_log_message(service->logs_json, PLX_LOG_LEVEL_ERROR, "audit_record_lost",
				"a record of the daemon itself was not written: %s",
				plx_error_text(status));
	}
}

void service_record(struct service_context *service, enum audit_kind kind, json_t *body)
{
	struct audit_fault fault;
	const struct audit_record record = {
		.kind = kind, .time_us = service_now_us(), .body = body};
	if (service->audit != NULL) {
		int error = body == NULL ? -ENOMEM
					 : audit_append(service->audit, &record, on_recorded,
							service, &fault);
		if (error != 0) {
			on_recorded(error, service);
		}
	}
	json_decref(body);
}

void service_close(struct service_context *service, const char *reason)
{
	if (service->audit != NULL) {
		service_record(service, AUDIT_KIND_STOP, json_pack("{s:s}", "reason", reason));
	}
	clock_keeper_close(service->clock);
	service->clock = NULL;
	window_keeper_destroy(service->windows);
	service->windows = NULL;
	mode_keeper_destroy(service->modes);
	service->modes = NULL;
	audit_log_close(service->audit); // a reload may end in it
	service->audit = NULL;
	order_table_destroy(service->orders);
	service->orders = NULL;
	struct generation *generation;
	while ((generation = LIST_FIRST(&service->generations)) != NULL) {
		generation_destroy(generation);
	}
	evidence_keeper_close(service);
	certificate_watch_close(service->certificates);
	lookup_service_close(service->lookup);
	EVP_PKEY_free(service->public_key);
	EVP_PKEY_free(service->signing_key);
}
