// SPDX-License-Identifier: BSD-3-Clause
// POST /caa and /dcv: this perspective as a checker of Open MPIC, drop-in, for coordinators of others. One
// check, here and now; nothing is decided and nothing recorded.

#include "check/check_result.h"
#include "http_api/http_api_internal.h"
#include "http_server/http_exchange.h"
#include "http_server/http_reply.h"
#include "open_mpic/check_mapping.h"
#include "open_mpic/open_mpic_request.h"
#include "open_mpic/open_mpic_response.h"
#include "rules/utc_time.h"
#include "service/local_check.h"
#include "service/service_context.h"

#include <jansson.h>

#include <errno.h>
#include <stdlib.h>

#define OVERLOADED 503

struct checker_post {
	struct http_exchange *exchange;
	struct open_mpic_request request;
	json_t *check; // not to be changed until the result
	struct local_check *run;
};

static void post_free(struct checker_post *post)
{
	open_mpic_request_fini(&post->request);
	json_decref(post->check);
	free(post);
}

static void reply_result(struct checker_post *post, const struct check_result *result)
{
	struct http_exchange *exchange = post->exchange;
	int status = open_mpic_check_status(result, post->request.method);
	json_t *answer = open_mpic_check_write(result, &post->request);
	post_free(post);
	http_exchange_set_hangup(exchange, NULL, NULL);
	http_reply_json(exchange, status, answer);
}

static void reply_error(struct checker_post *post, const char *reason, const char *message)
{
	struct check_result result = {.outcome = CHECK_NOT_EVALUATED};
	check_result_set_error(&result, post->request.kind, reason, message);
	reply_result(post, &result);
	check_result_fini(&result);
}

static void on_result(void *context, json_t *value)
{
	struct checker_post *post = context;
	struct json_fault fault;
	struct check_result result;
	if (value == NULL || check_result_read(value, &result, &fault) != 0) {
		reply_error(post, "no-memory", "the perspective ran out of memory");
		return;
	}
	reply_result(post, &result);
	check_result_fini(&result);
}

static void on_hangup(void *context)
{
	struct checker_post *post = context;
	struct http_exchange *exchange = post->exchange;
	local_check_cancel(post->run);
	post_free(post);
	http_reply_json(exchange, OVERLOADED, NULL); // into the void: it frees the exchange
}

static json_t *map_check(const struct service_context *service,
			 const struct open_mpic_request *request)
{
	const struct config *config = service_config(service);
	const char *issuers[CONFIG_ISSUERS_MAX];
	for (unsigned i = 0; i < config->issuer_domain_count; i++) {
		issuers[i] = config->issuer_domains[i];
	}
	const struct check_mapping mapping = {
		.issuer_domains = issuers,
		.issuer_domain_count = config->issuer_domain_count,
		.time_s = service_now_us() / UTC_SECOND_US,
	};
	return check_mapping_write(request, &mapping);
}

static void run(struct service_context *service, struct checker_post *post)
{
	struct json_fault fault = {.text = ""};
	post->check = map_check(service, &post->request);
	int error = post->check == NULL
			    ? -ENOMEM
			    : local_check_start(service->generation, post->check,
						service_config(service)->limits.check_timeout_ms,
						on_result, post, &post->run, &fault);
	if (error == 0) {
		http_exchange_set_hangup(post->exchange, on_hangup, post);
	} else if (error == -EINVAL) {
		reply_error(post, "bad-request", fault.text);
	} else {
		reply_error(post, "overloaded", "too much was asked of this perspective at a time");
	}
}

static void post_check(struct service_context *service, struct http_exchange *exchange,
		       enum open_mpic_endpoint endpoint)
{
	size_t length;
	json_t *refusal = NULL;
	const char *body = http_exchange_body(exchange, &length);
	struct checker_post *post = calloc(1, sizeof(*post));
	int error = post == NULL ? -ENOMEM
				 : open_mpic_request_read(endpoint, body != NULL ? body : "",
							  length, NULL, &post->request, &refusal);
	if (error == 0) {
		post->exchange = exchange;
		run(service, post);
		return;
	}
	free(post);
	http_reply_json(exchange, error == -EINVAL ? open_mpic_fault_status(endpoint) : OVERLOADED,
			refusal);
}

void http_api_post_caa(struct http_exchange *exchange, void *context)
{
	post_check(context, exchange, OPEN_MPIC_CAA_CHECKER);
}

void http_api_post_dcv(struct http_exchange *exchange, void *context)
{
	post_check(context, exchange, OPEN_MPIC_DCV_CHECKER);
}
