// SPDX-License-Identifier: BSD-3-Clause
// From the text of an order to an order under way, or to the problem that says why not.

#pragma once

#include <parallax/base/attributes.h>

#include "check/json_members.h"
#include "order/order_table.h"

#include <stddef.h>

struct http_exchange;
struct service_context;

#define ORDER_CALLER_MAX 256

// Why an order was not taken: status 0 when it was.
struct order_refusal {
	int status;             // 400, 413, 429, 503
	unsigned retry_after_s; // 0: trying again does not help
	enum order_admission
		admission;       // ORDER_ADMISSION_NOT_EVALUATED: the text itself is at fault
	struct json_fault fault; // pointer "": none
};

// Who sent the request, for the audit log: the first name of its certificate, else its address.
void order_caller(const struct http_exchange *exchange, char ret_caller[static ORDER_CALLER_MAX]);

// True and *ret_order: on_end comes later. False and the refusal.
PLX_MUST_CHECK bool order_intake(struct service_context *service, const char *text, size_t length,
				 const char *caller, order_end_cb on_end, void *context,
				 struct order **ret_order, struct order_refusal *refusal);
