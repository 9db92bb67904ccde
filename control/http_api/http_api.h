// SPDX-License-Identifier: BSD-3-Clause
// The HTTP API of a primary: health, readiness, metrics, orders, and Open MPIC's coordinator and checkers. Errors are problem documents (RFC 9457) with a JSON
// pointer to the fault.

#pragma once

#include "http_server/http_route.h"

#include <stddef.h>

struct service_context;

// Why new orders would be refused now, for a person; a remote: why its checks would fail. NULL: ready.
const char *http_api_not_ready(const struct service_context *service);

// Fills the listener's table; returns how many. The service outlives the listener.
size_t http_api_routes(struct service_context *service, struct http_route *routes, size_t max);
// Of those, what a remote serves too: the checkers of Open MPIC.
size_t http_api_checker_routes(struct service_context *service, struct http_route *routes,
			       size_t max);
