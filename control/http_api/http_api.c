// SPDX-License-Identifier: BSD-3-Clause

#include "http_api/http_api.h"

#include <parallax/base/attributes.h>

#include "http_api/http_api_internal.h"

static size_t add(const struct http_route *from, size_t count, struct http_route *routes,
		  size_t max)
{
	size_t added = 0;
	for (; added < count && added < max; added++) {
		routes[added] = from[added];
	}
	return added;
}

size_t http_api_routes(struct service_context *service, struct http_route *routes, size_t max)
{
	const struct http_route all[] = {
		{"POST", "/v1/orders", http_api_post_orders, service},
		{"GET", "/v1/orders/{id}", http_api_get_order, service},
		{"POST", "/mpic", http_api_post_mpic, service},
		{"GET", "/configz", http_api_get_configz, service},
		{"GET", "/healthz", http_api_get_health, service},
		{"GET", "/readyz", http_api_get_ready, service},
		{"GET", "/metrics", http_api_get_metrics, service},
	};
	size_t count = add(all, PLX_ARRAY_SIZE(all), routes, max);
	return count + http_api_checker_routes(service, routes + count, max - count);
}

size_t http_api_checker_routes(struct service_context *service, struct http_route *routes,
			       size_t max)
{
	const struct http_route all[] = {
		{"POST", "/caa", http_api_post_caa, service},
		{"POST", "/dcv", http_api_post_dcv, service},
	};
	return add(all, PLX_ARRAY_SIZE(all), routes, max);
}
