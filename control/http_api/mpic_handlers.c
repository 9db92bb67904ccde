// SPDX-License-Identifier: BSD-3-Clause
// POST /mpic and GET /configz: the coordinator of Open MPIC, drop-in. Each attempt is an order of its own, for DCV alone
// or CAA alone, at the primary and at one cohort; it is decided and recorded like any order before anything is told.
//
//	request ──► cohorts of the target ──► attempt = order at cohort 1 ──► recorded ──► valid, or the last one: answer
//	                                        ▲                                │
//	                                        └── the next cohort, all anew ◄──┘

#include "check/check_result.h"
#include "http_api/http_api_internal.h"
#include "http_api/mpic_order.h"
#include "http_api/order_intake.h"
#include "http_server/http_exchange.h"
#include "http_server/http_reply.h"
#include "open_mpic/open_mpic_request.h"
#include "open_mpic/open_mpic_response.h"
#include "service/mpic_cohorts.h"
#include "service/order_desk.h"
#include "service/service_context.h"

#include <jansson.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MS_PER_S 1000.0
#define PYTHON_INFO 20
#define KEEPALIVE_S 60.0
#define REFUSED 400
#define BROKEN 500
#define UNAVAILABLE 503

struct mpic_post {
	struct service_context *service;
	struct http_exchange *exchange;
	struct open_mpic_request request;
	struct mpic_cohorts cohorts;
	struct order *order;
	char caller[ORDER_CALLER_MAX];
	int64_t attempt;          // from 1
	json_t *previous;         // of the attempts before
	enum decision decision;   // of this attempt, by the rules
	bool is_heard;            // results hold something
	struct check_result *own; // by member of the cohort; owned
	struct open_mpic_perspective perspectives[COHORT_PERSPECTIVES_MAX];
};

static size_t cohort_size(const struct mpic_post *post)
{
	return post->cohorts.plan.cohort_size;
}

static size_t cohort_of(const struct mpic_post *post)
{
	return post->request.cohort.is_given
		       ? (size_t)post->request.cohort.value - 1
		       : (size_t)(post->attempt - 1) % post->cohorts.plan.cohort_count;
}

static void forget_results(struct mpic_post *post)
{
	for (size_t i = 0; post->is_heard && i < cohort_size(post); i++) {
		check_result_fini(&post->own[i]);
	}
	post->is_heard = false;
	post->decision = DECISION_NOT_EVALUATED;
}

// Replies and frees it; the exchange is gone afterwards. Takes `body`.
static void reply(struct mpic_post *post, int status, unsigned retry_after_s, json_t *body)
{
	struct http_exchange *exchange = post->exchange;
	char seconds[16];
	forget_results(post);
	free(post->own);
	json_decref(post->previous);
	mpic_cohorts_fini(&post->cohorts);
	open_mpic_request_fini(&post->request);
	free(post);
	http_exchange_set_hangup(exchange, NULL, NULL);
	if (retry_after_s > 0) {
		snprintf(seconds, sizeof(seconds), "%u", retry_after_s);
		http_reply_header(exchange, "Retry-After", seconds);
	}
	http_reply_json(exchange, status, body);
}

static void take_finding(struct mpic_post *post, size_t member, const struct order_finding *finding)
{
	struct check_result *result = &post->own[member];
	struct json_fault fault;
	*result = (struct check_result) {.outcome = CHECK_NOT_EVALUATED};
	if (finding == NULL) {
		check_result_set_error(result, post->request.kind, "not-asked",
				       "it may not be counted beside the others of its cohort");
		return;
	}
	if (check_result_read(finding->result, result, &fault) != 0) {
		check_result_set_error(result, post->request.kind, "no-memory",
				       "the coordinator ran out of memory");
	}
}

static void on_findings(void *context, const struct order_findings *findings,
			enum decision decision)
{
	struct mpic_post *post = context;
	enum check_set set = post->request.kind == CHECK_KIND_CAA ? CHECK_SET_CAA : CHECK_SET_DCV;
	forget_results(post);
	post->decision = decision;
	for (size_t i = 0; i < cohort_size(post); i++) {
		const char *name = mpic_cohorts_member(&post->cohorts, cohort_of(post), i);
		const struct order_finding *found = NULL;
		for (size_t seat = 1; seat < findings->counts[set] && found == NULL; seat++) {
			const struct order_finding *finding = &findings->sets[set][seat];
			found = strcmp(finding->perspective, name) == 0 ? finding : NULL;
		}
		take_finding(post, i, found);
		post->perspectives[i] = (struct open_mpic_perspective) {
			.code = name,
			.region = found != NULL ? found->region : REGION_UNKNOWN,
			.result = &post->own[i],
		};
	}
	post->is_heard = true;
}

static bool is_valid(const struct mpic_post *post)
{
	return post->decision == DECISION_ISSUE &&
	       open_mpic_is_corroborated(post->perspectives, cohort_size(post),
					 post->request.actual_quorum_count);
}

static void answer(struct mpic_post *post)
{
	const struct open_mpic_answer found = {
		.request = &post->request,
		.perspectives = post->perspectives,
		.perspective_count = cohort_size(post),
		.attempt_count = post->attempt,
		.is_decided_valid = post->decision == DECISION_ISSUE,
		.previous_attempts = post->previous,
	};
	reply(post, 200, 0, open_mpic_response_write(&found));
}

static enum order_admission start_attempt(struct mpic_post *post, struct json_fault *fault);

// What was found goes to the earlier attempts, and another one begins. False: none does, and nothing has changed.
static bool try_again(struct mpic_post *post)
{
	struct json_fault fault;
	json_t *row =
		open_mpic_perspectives_write(post->perspectives, cohort_size(post), &post->request);
	if (post->previous == NULL) {
		post->previous = json_array();
	}
	if (json_array_append_new(post->previous, row) != 0) {
		return false;
	}
	post->attempt++;
	if (start_attempt(post, &fault) == ORDER_ADMITTED) {
		forget_results(
			post); // an attempt that ends unheard must not be answered with these
		return true;
	}
	post->attempt--;
	json_array_remove(post->previous, json_array_size(post->previous) - 1);
	if (json_array_size(post->previous) == 0) {
		json_decref(post->previous);
		post->previous = NULL;
	}
	return false;
}

static void on_end(void *context, const struct order_end *end)
{
	struct mpic_post *post = context;
	post->order = NULL;
	if (end->ending != ORDER_DECIDED || !post->is_heard) {
		reply(post, UNAVAILABLE, end->retry_after_s,
		      open_mpic_error_write(end->ending != ORDER_DECIDED
						    ? order_ending_text(end->ending)
						    : "the order's time ran out"));
		return;
	}
	bool is_last = is_valid(post) || post->attempt >= post->request.attempts_max;
	if (is_last || !try_again(post)) {
		answer(post);
	}
}

static void on_hangup(void *context)
{
	struct mpic_post *post = context;
	order_abandon(post->order);
	reply(post, UNAVAILABLE, 0, NULL); // into the void: it frees the exchange
}

// ORDER_ADMISSION_NOT_EVALUATED and the fault: the rules do not allow such a check.
static enum order_admission start_attempt(struct mpic_post *post, struct json_fault *fault)
{
	int error = 0;
	struct order_request *request =
		mpic_order_read(post->service, &post->request, &error, fault);
	if (request == NULL) {
		return error == -ENOMEM ? ORDER_REFUSED_MEMORY : ORDER_ADMISSION_NOT_EVALUATED;
	}
	struct order_panel *panel = mpic_cohorts_panel(&post->cohorts, cohort_of(post));
	enum order_admission admission = ORDER_REFUSED_MEMORY;
	if (panel != NULL) {
		admission = order_desk_start_observed(post->service, request, panel, post->caller,
						      on_findings, on_end, post, &post->order);
	}
	order_panel_release(panel);
	if (admission != ORDER_ADMITTED) {
		order_request_free(request);
	}
	return admission;
}

static void begin(struct mpic_post *post)
{
	struct json_fault fault = {.text = ""};
	const struct open_mpic_request *request = &post->request;
	int error = mpic_cohorts_plan(post->service->generation, request->target,
				      request->actual_perspective_count, &post->cohorts);
	if (error == -EINVAL || error == -E2BIG ||
	    (error == 0 && post->cohorts.plan.cohort_count == 0)) {
		reply(post, BROKEN, 0,
		      open_mpic_no_cohort_write(request->actual_perspective_count));
		return;
	}
	if (error == 0 && request->cohort.is_given &&
	    (request->cohort.value < 1 ||
	     request->cohort.value > post->cohorts.plan.cohort_count)) {
		reply(post, BROKEN, 0, open_mpic_no_such_cohort_write(request->cohort.value));
		return;
	}
	post->own = error == 0 ? calloc(cohort_size(post), sizeof(post->own[0])) : NULL;
	post->attempt = 1;
	enum order_admission admission =
		post->own != NULL ? start_attempt(post, &fault) : ORDER_REFUSED_MEMORY;
	if (admission == ORDER_ADMITTED) {
		http_exchange_set_hangup(post->exchange, on_hangup, post);
	} else if (admission == ORDER_ADMISSION_NOT_EVALUATED) {
		reply(post, REFUSED, 0, open_mpic_refusal_write(fault.text));
	} else {
		reply(post, admission == ORDER_REFUSED_BUSY ? 429 : UNAVAILABLE,
		      order_admission_retry_after_s(admission),
		      open_mpic_error_write(order_admission_text(admission)));
	}
}

static int read_request(const struct service_context *service, struct http_exchange *exchange,
			struct open_mpic_request *request, json_t **ret_refusal)
{
	size_t length;
	const struct config *config = service_config(service);
	const char *body = http_exchange_body(exchange, &length);
	const char *issuers[CONFIG_ISSUERS_MAX];
	for (unsigned i = 0; i < config->issuer_domain_count; i++) {
		issuers[i] = config->issuer_domains[i];
	}
	const struct open_mpic_limits limits = {
		.known_perspective_count = config->perspective_count,
		.default_perspective_count = config->mpic.default_perspective_count,
		.absolute_max_attempts = config->mpic.absolute_max_attempts,
		.issuer_domains = issuers,
		.issuer_domain_count = config->issuer_domain_count,
		.accepts_any_caa_domain = config->mpic.any_caa_domain,
	};
	return open_mpic_request_read(OPEN_MPIC_COORDINATOR, body != NULL ? body : "", length,
				      &limits, request, ret_refusal);
}

void http_api_post_mpic(struct http_exchange *exchange, void *context)
{
	struct service_context *service = context;
	json_t *refusal = NULL;
	struct mpic_post *post = calloc(1, sizeof(*post));
	int error =
		post == NULL ? -ENOMEM : read_request(service, exchange, &post->request, &refusal);
	if (error == 0) {
		post->service = service;
		post->exchange = exchange;
		order_caller(exchange, post->caller);
		begin(post);
		return;
	}
	free(post);
	http_reply_json(exchange,
			error == -EINVAL ? open_mpic_fault_status(OPEN_MPIC_COORDINATOR)
					 : UNAVAILABLE,
			refusal);
}

void http_api_get_configz(struct http_exchange *exchange, void *context)
{
	const struct config *config = service_config(context);
	const struct open_mpic_configuration configuration = {
		.app_version = PLX_VERSION,
		.default_perspective_count = config->mpic.default_perspective_count,
		.absolute_max_attempts = config->mpic.absolute_max_attempts,
		.http_client_timeout_s = config->limits.check_timeout_ms / MS_PER_S,
		.http_client_keepalive_timeout_s = KEEPALIVE_S,
		.log_level = PYTHON_INFO,
	};
	http_reply_json(exchange, 200,
			open_mpic_configuration_write(OPEN_MPIC_COORDINATOR, &configuration));
}
