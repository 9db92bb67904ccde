// SPDX-License-Identifier: BSD-3-Clause
// Where the daemon serves HTTPS: the API of a primary, the checks of a remote.

#include "daemon/daemon.h"
#include "http_api/http_api.h"
#include "http_server/http_listener.h"
#include "perspective/perspective_server.h"
#include "service/remote_checks.h"

#include <errno.h>
#include <stddef.h>

// A remote's own: only primaries that it knows by their certificate get this far.
static size_t add_remote_routes(struct daemon *daemon)
{
	const struct http_route routes[] = {
		{"POST", "/v1/checks", perspective_server_take_checks, daemon->service.checks},
		{"GET", "/healthz", perspective_server_take_health, daemon->service.checks},
	};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(routes); i++) {
		daemon->routes[i] = routes[i];
	}
	size_t count = PLX_ARRAY_SIZE(routes);
	return count + http_api_checker_routes(&daemon->service, daemon->routes + count,
					       DAEMON_ROUTES_MAX - count);
}

static int open_routes(struct daemon *daemon, size_t *ret_count)
{
	struct service_fault fault;
	if (service_is_primary(&daemon->service)) {
		*ret_count = http_api_routes(&daemon->service, daemon->routes, DAEMON_ROUTES_MAX);
		return 0;
	}
	int error = remote_checks_open(&daemon->service, &fault);
	if (error != 0) {
		return start_fault(daemon, fault.step, error, "%s", fault.text);
	}
	*ret_count = add_remote_routes(daemon);
	return 0;
}

int start_listener(struct daemon *daemon)
{
	const struct config *config = service_config(&daemon->service);
	char texts[CONFIG_LISTEN_MAX][PLX_ENDPOINT_TEXT_MAX];
	const char *addresses[CONFIG_LISTEN_MAX];
	for (unsigned i = 0; i < config->listen_count; i++) {
		addresses[i] = plx_endpoint_format(&config->listen[i], texts[i]);
	}
	const struct http_tls_config tls = service_tls(config);
	struct http_listener_config listener_config = {
		.base = daemon->events,
		.addresses = addresses,
		.address_count = config->listen_count,
		.tls = &tls,
		.limits = http_limits_default(),
		.routes = daemon->routes,
	};
	struct http_fault fault;
	int error = open_routes(daemon, &listener_config.route_count);
	if (error != 0) {
		return error;
	}
	listener_config.limits.body_bytes_max = config->limits.body_bytes;
	daemon->service.listener = http_listener_open(&listener_config, &error, &fault);
	return daemon->service.listener != NULL
		       ? 0
		       : start_fault(daemon, "listen", error, "%s", fault.text);
}

void close_listener(struct daemon *daemon)
{
	http_listener_close(daemon->service.listener);
	daemon->service.listener = NULL;
	remote_checks_close(&daemon->service);
}
