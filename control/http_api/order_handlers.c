// SPDX-License-Identifier: BSD-3-Clause
// POST /v1/orders with one order, GET /v1/orders/{id}. Many orders of one request are order_stream.c's.

#include "http_api/http_api_internal.h"
#include "http_api/order_intake.h"
#include "http_api/order_stream.h"
#include "http_server/http_exchange.h"
#include "http_server/http_reply.h"
#include "order/order_id.h"
#include "service/service_context.h"

#include <jansson.h>

#include <stdlib.h>
#include <string.h>

// One order and the client that waits for it.
struct order_post {
	struct http_exchange *exchange;
	struct order *order;
};

static void on_end(void *context, const struct order_end *end)
{
	struct order_post *post = context;
	struct http_exchange *exchange = post->exchange;
	free(post);
	http_exchange_set_hangup(exchange, NULL, NULL);
	if (end->ending == ORDER_DECIDED) {
		http_reply_text(exchange, 200, "application/json", end->answer, end->answer_length);
		return;
	}
	const struct http_problem problem = {.status = 503, .retry_after_s = end->retry_after_s};
	http_reply_problem(exchange, &problem, "order %s: %s", end->id,
			   order_ending_text(end->ending));
}

static void on_hangup(void *context)
{
	struct order_post *post = context;
	struct http_exchange *exchange = post->exchange;
	order_abandon(post->order);
	free(post);
	http_reply_json(exchange, 503, NULL); // into the void: it frees the exchange
}

static void reply_refusal(struct http_exchange *exchange, const struct order_refusal *refusal)
{
	const struct http_problem problem = {
		.status = refusal->status,
		.retry_after_s = refusal->retry_after_s,
		.pointer = refusal->admission == ORDER_ADMISSION_NOT_EVALUATED &&
					   refusal->status != 413
				   ? refusal->fault.pointer
				   : NULL,
	};
	http_reply_problem(exchange, &problem, "%s", refusal->fault.text);
}

static void post_one(struct service_context *service, struct http_exchange *exchange)
{
	char caller[ORDER_CALLER_MAX];
	struct order_refusal refusal;
	size_t length;
	const char *body = http_exchange_body(exchange, &length);
	struct order_post *post = calloc(1, sizeof(*post));
	if (post == NULL) {
		const struct http_problem problem = {.status = 503, .retry_after_s = 1};
		http_reply_problem(exchange, &problem, "not enough memory");
		return;
	}
	post->exchange = exchange;
	order_caller(exchange, caller);
	if (!order_intake(service, body != NULL ? body : "", length, caller, on_end, post,
			  &post->order, &refusal)) {
		free(post);
		reply_refusal(exchange, &refusal);
		return;
	}
	http_exchange_set_hangup(exchange, on_hangup, post);
}

static bool has_type(const struct http_exchange *exchange, const char *type)
{
	const char *header = http_exchange_header(exchange, "Content-Type");
	size_t length = strlen(type);
	return header != NULL && strncasecmp(header, type, length) == 0 &&
	       (header[length] == '\0' || header[length] == ';' || header[length] == ' ');
}

void http_api_post_orders(struct http_exchange *exchange, void *context)
{
	if (has_type(exchange, "application/x-ndjson")) {
		order_stream_start(context, exchange);
	} else if (has_type(exchange, "application/json")) {
		post_one(context, exchange);
	} else {
		const struct http_problem problem = {.status = 415};
		http_reply_problem(exchange, &problem,
				   "Content-Type must be application/json for one order, or "
				   "application/x-ndjson for one a line");
	}
}

void http_api_get_order(struct http_exchange *exchange, void *context)
{
	struct service_context *service = context;
	const char *id = http_exchange_parameter(exchange);
	struct order_view view;
	if (service->orders == NULL || !order_id_is_valid(id) ||
	    !order_table_find(service->orders, id, &view)) {
		const struct http_problem problem = {.status = 404};
		http_reply_problem(exchange, &problem,
				   "there is no such order, or its answer is no longer kept; the "
				   "audit log has it");
		return;
	}
	if (view.ending == ORDER_DECIDED) {
		http_reply_text(exchange, 200, "application/json", view.answer, view.answer_length);
		return;
	}
	bool is_running = view.ending == ORDER_ENDING_NOT_EVALUATED;
	http_reply_json(exchange, is_running ? 202 : 200,
			json_pack("{s:s, s:s, s:s}", "id", id, "state",
				  is_running ? "running" : order_ending_name(view.ending), "detail",
				  order_ending_text(view.ending)));
}
