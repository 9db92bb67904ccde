// SPDX-License-Identifier: BSD-3-Clause
// Where the daemon serves HTTPS: the API of a primary, the checks of a remote.

#include "daemon/daemon.h"
#include "http_api/http_api.h"
#include "http_server/http_exchange.h"
#include "http_server/http_listener.h"
#include "perspective/perspective_server.h"
#include "service/remote_checks.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

// A remote's own, and the checkers.
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

// A primary's callers are systems of the CA, which have names of their own: a URI holds a colon, a DNS name cannot. By the
// configuration of the moment, also on connections that stood before; without a list TLS alone decides.
static bool is_listed(const struct http_exchange *exchange, void *context)
{
	const struct config *config = service_config(context);
	struct peer_identity identity;
	if (config->caller_count == 0) {
		return true;
	}
	if (http_exchange_peer_identity(exchange, &identity) != 0) {
		return false;
	}
	for (unsigned i = 0; i < config->caller_count; i++) {
		const char *name = config->callers[i];
		enum peer_name_kind kind =
			strchr(name, ':') != NULL ? PEER_NAME_URI : PEER_NAME_DNS;
		if (peer_identity_has(&identity, kind, name)) {
			return true;
		}
	}
	return false;
}

static void set_admission(struct daemon *daemon, struct http_listener_config *config)
{
	if (!service_is_primary(&daemon->service)) {
		config->admits = perspective_server_admits;
		config->admits_context = daemon->service.checks;
	} else {
		config->admits = is_listed;
		config->admits_context = &daemon->service;
	}
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
	set_admission(daemon, &listener_config);
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
