// SPDX-License-Identifier: BSD-3-Clause

#include "http_api/order_intake.h"

#include "http_server/http_exchange.h"
#include "service/order_desk.h"
#include "service/service_context.h"

#include <jansson.h>

#include <errno.h>
#include <stdio.h>

void order_caller(const struct http_exchange *exchange, char ret_caller[static ORDER_CALLER_MAX])
{
	struct peer_identity identity;
	if (http_exchange_peer_identity(exchange, &identity) == 0 && identity.count > 0) {
		snprintf(ret_caller, ORDER_CALLER_MAX, "%s", identity.names[0].text);
	} else {
		snprintf(ret_caller, ORDER_CALLER_MAX, "%s", http_exchange_peer_address(exchange));
	}
}

static bool refuse_admission(struct order_refusal *refusal, enum order_admission admission)
{
	*refusal = (struct order_refusal) {
		.status = admission == ORDER_REFUSED_BUSY ? 429 : 503,
		.retry_after_s = order_admission_retry_after_s(admission),
		.admission = admission,
	};
	snprintf(refusal->fault.text, sizeof(refusal->fault.text), "%s",
		 order_admission_text(admission));
	return false;
}

static json_t *parse(const char *text, size_t length, struct order_refusal *refusal)
{
	json_error_t error;
	json_t *value = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
	if (value == NULL) {
		*refusal = (struct order_refusal) {.status = 400};
		(void)json_fault_set(&refusal->fault, "",
				     "the order is not JSON: line %d, column %d: %s", error.line,
				     error.column, error.text);
	}
	return value;
}

bool order_intake(struct service_context *service, const char *text, size_t length,
		  const char *caller, order_end_cb on_end, void *context, struct order **ret_order,
		  struct order_refusal *refusal)
{
	int error = 0;
	struct json_fault fault = {.pointer = ""};
	json_t *value = parse(text, length, refusal);
	if (value == NULL) {
		return false;
	}
	struct order_request *request = order_desk_read(service, value, &error, &fault);
	json_decref(value);
	if (request == NULL && error == -ENOMEM) {
		return refuse_admission(refusal, ORDER_REFUSED_MEMORY);
	}
	if (request == NULL) {
		*refusal = (struct order_refusal) {.status = error == -E2BIG ? 413 : 400,
						   .fault = fault};
		return false;
	}
	enum order_admission admission =
		order_desk_start(service, request, caller, on_end, context, ret_order);
	if (admission != ORDER_ADMITTED) {
		order_request_free(request);
		return refuse_admission(refusal, admission);
	}
	return true;
}
