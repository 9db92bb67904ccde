// SPDX-License-Identifier: BSD-3-Clause
// GET /healthz: the process answers. GET /readyz: it can take orders now, or why not.

#include "audit/audit_log.h"
#include "http_api/http_api.h"
#include "http_api/http_api_internal.h"
#include "http_server/http_reply.h"
#include "lookup/lookup.h"
#include "service/clock_keeper.h"
#include "service/evidence_keeper.h"
#include "service/service_context.h"

#include <jansson.h>

#define RETRY_AFTER_S 5

void http_api_get_health(struct http_exchange *exchange, void *context)
{
	http_reply_json(exchange, 200, json_pack("{s:s}", "status", "ok"));
}

const char *http_api_not_ready(const struct service_context *service)
{
	struct lookup_stats stats;
	lookup_service_stats(service->lookup, &stats);
	if (service->state == SERVICE_DRAINING) {
		return "the daemon drains";
	}
	if (service->state == SERVICE_STARTING) {
		return "the daemon starts";
	}
	if (service->audit != NULL && !audit_is_writable(service->audit)) {
		return "the audit log cannot be written";
	}
	if (!evidence_keeper_is_ready(service)) {
		return "the evidence of look-ups cannot be stored";
	}
	if (!clock_keeper_judge(service->clock).is_believed) {
		return "the clock was set and is not yet believed";
	}
	if (!stats.is_attached) {
		return "the dataplane is not attached";
	}
	return stats.is_responding ? NULL : "the dataplane does not respond";
}

void http_api_get_ready(struct http_exchange *exchange, void *context)
{
	const char *reason = http_api_not_ready(context);
	if (reason == NULL) {
		http_reply_json(exchange, 200, json_pack("{s:s}", "status", "ready"));
		return;
	}
	const struct http_problem problem = {.status = 503, .retry_after_s = RETRY_AFTER_S};
	http_reply_problem(exchange, &problem, "%s", reason);
}
