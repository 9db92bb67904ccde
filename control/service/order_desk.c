// SPDX-License-Identifier: BSD-3-Clause

#include "service/order_desk.h"

#include "rules/utc_time.h"
#include "service/clock_keeper.h"
#include "service/evidence_keeper.h"
#include "service/mode_keeper.h"
#include "service/order_diagnosis.h"
#include "service/order_panel_seats.h"
#include "service/service_context.h"

#include <jansson.h>

#include <errno.h>
#include <stdio.h>
#include <time.h>

#define MS_PER_S 1000
#define NS_PER_MS 1000000
// Of one order. A thousand identifiers take turns; others go between.
#define IDENTIFIERS_AT_A_TIME 50
// A few attempts one after the other, and the queue before them.
#define ORDER_TIMEOUT_MS 120000
#define FINISHED_COUNT 10000
#define FINISHED_BYTES (128u << 20)
#define FINISHED_AGE_MS (10 * 60 * MS_PER_S)

static int64_t wall_us(void *context)
{
	return service_now_us();
}

static int64_t monotonic_ms(void *context)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * MS_PER_S + now.tv_nsec / NS_PER_MS;
}

static struct mode_effective mode_of(void *context, enum profile profile, int64_t now_s)
{
	const struct service_context *service = context;
	return mode_keeper_effective(service->modes, profile, now_s);
}

static struct order_clock clock_of(void *context)
{
	const struct service_context *service = context;
	return clock_keeper_judge(service->clock);
}

static bool is_evidence_ready(void *context)
{
	return evidence_keeper_is_ready(context);
}

static struct order_limits limits_of(const struct config *config)
{
	return (struct order_limits) {
		.orders = config->limits.orders,
		.checks = config->limits.checks,
		.identifiers_at_a_time = IDENTIFIERS_AT_A_TIME,
		.check_timeout_ms = config->limits.check_timeout_ms,
		.order_timeout_ms = ORDER_TIMEOUT_MS,
		.probes = config->limits.probes,
		.probe_wait_ms = config->limits.probe_wait_ms,
		.probe_delay_ms = config->limits.probe_delay_ms,
		.finished_count = FINISHED_COUNT,
		.finished_bytes = FINISHED_BYTES,
		.finished_age_ms = FINISHED_AGE_MS,
	};
}

int order_desk_open(struct service_context *service, struct service_fault *fault)
{
	const struct config *config = service_config(service);
	const struct order_services services = {
		.base = service->base,
		.random = &service->random,
		.audit = service->audit,
		.context = service,
		.wall_us = wall_us,
		.monotonic_ms = monotonic_ms,
		.mode = mode_of,
		.clock = clock_of,
		.is_evidence_ready = is_evidence_ready,
		.diagnose = order_diagnose,
		.probes_wanted = order_probes_wanted,
	};
	const struct order_limits limits = limits_of(config);
	struct order_panel *panel = order_panel_of(service->generation);
	service->orders = panel == NULL ? NULL : order_table_create(&services, &limits, panel);
	order_panel_release(panel);
	if (service->orders == NULL) {
		fault->step = "orders";
		snprintf(fault->text, sizeof(fault->text), "not enough memory");
		return -ENOMEM;
	}
	return 0;
}

int order_desk_renew(struct service_context *service)
{
	if (service->orders == NULL) {
		return 0;
	}
	struct order_panel *panel = order_panel_of(service->generation);
	if (panel == NULL) {
		return -ENOMEM;
	}
	const struct order_limits limits = limits_of(service_config(service));
	order_table_set_panel(service->orders, panel);
	order_table_set_limits(service->orders, &limits);
	order_panel_release(panel);
	return 0;
}

static struct order_request_rules rules_of(const struct service_context *service,
					   const char *issuers[static CONFIG_ISSUERS_MAX])
{
	const struct config *config = service_config(service);
	for (unsigned i = 0; i < config->issuer_domain_count; i++) {
		issuers[i] = config->issuer_domains[i];
	}
	return (struct order_request_rules) {
		.identifiers = {.suffixes = service->generation->suffixes,
				.allowance = &service->generation->allowance,
				.now_s = service_now_us() / UTC_SECOND_US},
		.dcv = config->dcv.switches,
		.identifiers_max = config->limits.identifiers,
		.issuer_domains = issuers,
		.issuer_domain_count = config->issuer_domain_count,
	};
}

struct order_request *order_desk_read(const struct service_context *service, json_t *value,
				      int *ret_error, struct json_fault *fault)
{
	const char *issuers[CONFIG_ISSUERS_MAX];
	const struct order_request_rules rules = rules_of(service, issuers);
	return order_request_read(value, &rules, ret_error, fault);
}

struct order_request *order_desk_read_single(const struct service_context *service, json_t *value,
					     enum order_scope scope, const json_t *issuer_domains,
					     int *ret_error, struct json_fault *fault)
{
	const char *issuers[CONFIG_ISSUERS_MAX];
	struct order_request_rules rules = rules_of(service, issuers);
	size_t count = json_array_size(issuer_domains);
	if (count > CONFIG_ISSUERS_MAX) {
		*ret_error = json_fault_set(fault, "/issuer_domains", "takes 1 to %d names",
					    CONFIG_ISSUERS_MAX);
		return NULL;
	}
	for (size_t i = 0; i < count; i++) {
		issuers[i] = json_string_value(json_array_get(issuer_domains, i));
	}
	rules.issuer_domain_count = count > 0 ? count : rules.issuer_domain_count;
	rules.scope = scope;
	rules.identifiers.accepts_trailing_dot = true;
	return order_request_read(value, &rules, ret_error, fault);
}

static enum order_admission judge_state(const struct service_context *service)
{
	if (service->orders == NULL || service->state != SERVICE_RUNNING) {
		return ORDER_REFUSED_DRAINING;
	}
	return ORDER_ADMITTED;
}

enum order_admission order_desk_start(struct service_context *service,
				      struct order_request *request, const char *caller,
				      order_end_cb on_end, void *context, struct order **ret_order)
{
	enum order_admission state = judge_state(service);
	return state != ORDER_ADMITTED ? state
				       : order_table_start(service->orders, request, caller, on_end,
							   context, ret_order);
}

enum order_admission order_desk_start_observed(struct service_context *service,
					       struct order_request *request,
					       struct order_panel *panel, const char *caller,
					       order_findings_cb on_findings, order_end_cb on_end,
					       void *context, struct order **ret_order)
{
	enum order_admission state = judge_state(service);
	return state != ORDER_ADMITTED
		       ? state
		       : order_table_start_observed(service->orders, request, panel, caller,
						    on_findings, on_end, context, ret_order);
}
