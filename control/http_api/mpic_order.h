// SPDX-License-Identifier: BSD-3-Clause
// A request in Open MPIC's form as an order for one half: DCV alone or CAA alone.

#pragma once

#include <parallax/base/attributes.h>

#include "check/json_members.h"

struct open_mpic_request;
struct order_request;
struct service_context;

// One attempt's. NULL, ret_error (-EINVAL, -ENOMEM) and the fault, whose pointer is into the order and not the request.
struct order_request *mpic_order_read(const struct service_context *service,
				      const struct open_mpic_request *request, int *ret_error,
				      struct json_fault *fault);
