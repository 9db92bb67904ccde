// SPDX-License-Identifier: BSD-3-Clause
// Where a primary's orders come in: the order table, joined with this perspective's own checks, the channels to the
// remotes, the modes and the audit log.
//
// A panel (who is asked) belongs to one generation; orders in flight keep theirs over a reload.

#pragma once

#include <parallax/base/attributes.h>

#include "check/json_members.h"
#include "order/order_table.h"

struct generation;
struct json_t;
struct service_context;
struct service_fault;

// service->orders. -ENOMEM or -EINVAL and the fault.
PLX_MUST_CHECK int order_desk_open(struct service_context *service, struct service_fault *fault);
// For orders that start from now on: the present generation, without the remotes that are drained. -ENOMEM: as before.
PLX_MUST_CHECK int order_desk_renew(struct service_context *service);

// Reads an order by the present configuration. As order_request_read.
struct order_request *order_desk_read(const struct service_context *service, struct json_t *value,
				      int *ret_error, struct json_fault *fault);
// The same for DCV or CAA alone in Open MPIC's form, where names may end in a dot; `issuer_domains` (an array of texts)
// are the CA's own for it, NULL: those of the configuration.
struct order_request *order_desk_read_single(const struct service_context *service,
					     struct json_t *value, enum order_scope scope,
					     const struct json_t *issuer_domains, int *ret_error,
					     struct json_fault *fault);
// order_table_start, or why not: nothing is taken while the daemon starts or drains.
enum order_admission order_desk_start(struct service_context *service,
				      struct order_request *request, const char *caller,
				      order_end_cb on_end, void *context, struct order **ret_order);
// The same with order_table_start_observed.
enum order_admission order_desk_start_observed(struct service_context *service,
					       struct order_request *request,
					       struct order_panel *panel, const char *caller,
					       order_findings_cb on_findings, order_end_cb on_end,
					       void *context, struct order **ret_order);
