// SPDX-License-Identifier: BSD-3-Clause

#include "http_api/http_api.h"

#include <parallax/base/attributes.h>

#include "http_api/http_api_internal.h"

size_t http_api_routes(struct service_context *service, struct http_route *routes, size_t max)
{
	const struct http_route all[] = {
		{"POST", "/v1/orders", http_api_post_orders, service},
		{"GET", "/v1/orders/{id}", http_api_get_order, service},
		{"GET", "/healthz", http_api_get_health, service},
		{"GET", "/readyz", http_api_get_ready, service},
		{"GET", "/metrics", http_api_get_metrics, service},
	};
	size_t count = 0;
	for (; count < PLX_ARRAY_SIZE(all) && count < max; count++) {
		routes[count] = all[count];
	}
	return count;
}
