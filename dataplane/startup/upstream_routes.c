// SPDX-License-Identifier: BSD-3-Clause

#include "startup/upstream_routes.h"

#include <parallax/base/error.h>
#include <parallax/base/log_line.h>

#include "link/exclusive_link.h"
#include "link/kernel_neighbors.h"
#include "port/packet_filter.h"
#include "startup/dataplane.h"
#include "startup/exception_path.h"
#include "worker/worker_group.h"

#include <event2/event.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NS_PER_US 1000ull
#define PROCESS_RETRY_NS (100ull * 1000 * 1000)

struct upstream_routes {
	struct dataplane *dataplane;
	struct kernel_neighbors *kernel; // shared mode
	struct exclusive_link *link;     // exclusive mode
	struct event *notification;      // shared mode: netlink is readable
	struct event *timer;
};

static void log_path(const struct upstream_routes *routes, unsigned index,
		     const struct link_path *path)
{
	char address[PLX_IP_TEXT_MAX];
	struct plx_log_line line;
	bool is_reachable = link_path_is_reachable(path);
	plx_log_begin(&line, dataplane_logs_json(routes->dataplane),
		      is_reachable ? PLX_LOG_LEVEL_NOTICE : PLX_LOG_LEVEL_WARNING, "upstream_path");
	plx_log_number(&line, "upstream", index);
	const struct plx_endpoint *server = worker_group_endpoint(routes->dataplane->group, index);
	if (server != NULL) {
		char text[PLX_ENDPOINT_TEXT_MAX];
		plx_log_text(&line, "server", plx_endpoint_format(server, text));
	}
	plx_log_text(&line, "state", link_path_state_name(path->state));
	if (is_reachable) {
		plx_log_text(&line, "next_hop", plx_ip_format(&path->next_hop, address));
		plx_log_text(&line, "source", plx_ip_format(&path->source, address));
	} else {
		plx_log_text(&line, "message", link_path_state_text(path->state));
	}
	plx_log_end(&line);
}

static void path_changed(void *context, unsigned index, const struct link_path *path)
{
	struct upstream_routes *routes = context;
	worker_group_set_path(routes->dataplane->group, index, path);
	if (path->state != LINK_PATH_RESOLVING && path->state != LINK_PATH_UNKNOWN) {
		log_path(routes, index, path);
	}
}

static void set_timer(struct upstream_routes *routes, uint64_t wakeup_ns, uint64_t now_ns)
{
	if (wakeup_ns == UINT64_MAX) {
		evtimer_del(routes->timer);
		return;
	}
	uint64_t wait_us = wakeup_ns <= now_ns ? 0 : (wakeup_ns - now_ns) / NS_PER_US + 1;
	const struct timeval wait = {
		.tv_sec = (time_t)(wait_us / 1000000),
		.tv_usec = (suseconds_t)(wait_us % 1000000),
	};
	evtimer_add(routes->timer, &wait);
}

static void update_kernel(struct upstream_routes *routes, uint64_t now_ns)
{
	int error = kernel_neighbors_process(routes->kernel, now_ns, path_changed, routes);
	if (error != 0) {
		plx_log_message(dataplane_logs_json(routes->dataplane), PLX_LOG_LEVEL_WARNING,
				"netlink_failed", "routes cannot be read: %s", strerror(-error));
		set_timer(routes, now_ns + PROCESS_RETRY_NS, now_ns);
		return;
	}
	set_timer(routes, kernel_neighbors_next_wakeup(routes->kernel), now_ns);
}

static void update_link(struct upstream_routes *routes, uint64_t now_ns)
{
	uint8_t frame[LINK_FRAME_MAX];
	size_t length;
	while ((length = exclusive_link_next_frame(routes->link, now_ns, frame)) > 0) {
		exception_path_send(routes->dataplane->exceptions, frame, length);
	}
	exclusive_link_poll(routes->link, now_ns, path_changed, routes);
	set_timer(routes, exclusive_link_next_wakeup(routes->link), now_ns);
}

void upstream_routes_update(struct upstream_routes *routes)
{
	uint64_t now_ns = monotonic_time_ns();
	if (routes->kernel != NULL) {
		update_kernel(routes, now_ns);
	} else {
		update_link(routes, now_ns);
	}
}

static void on_event(evutil_socket_t fd, short what, void *context)
{
	upstream_routes_update(context);
}

static void update_soon(struct upstream_routes *routes)
{
	const struct timeval now = {0};
	evtimer_add(routes->timer, &now);
}

static int upstream_added(void *context, unsigned index, const struct plx_endpoint *endpoint)
{
	struct upstream_routes *routes = context;
	if (routes->kernel != NULL) {
		kernel_neighbors_watch(routes->kernel, index, endpoint);
		packet_filter_add_server_port(routes->dataplane->filter, endpoint->port);
	} else {
		int error = exclusive_link_watch(routes->link, index, &endpoint->ip,
						 monotonic_time_ns());
		if (error != 0) {
			return error;
		}
	}
	update_soon(routes);
	return 0;
}

static void upstream_removed(void *context, unsigned index, const struct plx_endpoint *endpoint)
{
	struct upstream_routes *routes = context;
	if (routes->kernel != NULL) {
		kernel_neighbors_unwatch(routes->kernel, index);
		packet_filter_remove_server_port(routes->dataplane->filter, endpoint->port);
	} else {
		exclusive_link_unwatch(routes->link, index);
	}
}

static int open_kernel(struct upstream_routes *routes)
{
	int error;
	const char *interface = routes->dataplane->options.interface;
	routes->kernel = kernel_neighbors_open(interface, &error);
	if (routes->kernel == NULL && error == -EINVAL) {
		return start_fault(routes->dataplane, "routes", error,
				   "interface %s has no Ethernet address, as loopback and tunnels: "
				   "choose one that has",
				   interface);
	}
	if (routes->kernel == NULL) {
		return start_fault(routes->dataplane, "routes", error,
				   "routes of interface %s cannot be read: %s", interface,
				   plx_error_text(error));
	}
	routes->notification =
		event_new(routes->dataplane->events, kernel_neighbors_fd(routes->kernel),
			  EV_READ | EV_PERSIST, on_event, routes);
	if (routes->notification == NULL || event_add(routes->notification, NULL) != 0) {
		return start_fault(routes->dataplane, "routes", -ENOMEM, "out of memory");
	}
	return 0;
}

static int open_link(struct upstream_routes *routes)
{
	int error;
	const struct options *options = &routes->dataplane->options;
	struct exclusive_link_config config = {.mac = routes->dataplane->port.identity.mac};
	for (unsigned i = 0; i < options->address_count; i++) {
		config.addresses.entries[config.addresses.count++] = (struct link_address) {
			.ip = options->address[i].ip, .prefix_length = options->address[i].length};
	}
	for (unsigned i = 0; i < options->gateway_count; i++) {
		config.gateways[config.gateway_count++] = options->gateway[i];
	}
	routes->link = exclusive_link_create(&config, monotonic_time_ns(), &error);
	if (routes->link == NULL) {
		return start_fault(
			routes->dataplane, "routes", error,
			"address or gateway cannot be used (%s): each must be unicast and given "
			"once, and no gateway may be one of our own addresses",
			plx_error_text(error));
	}
	return 0;
}

struct upstream_routes *upstream_routes_create(struct dataplane *dataplane)
{
	struct upstream_routes *routes = calloc(1, sizeof(*routes));
	if (routes == NULL) {
		(void)start_fault(dataplane, "routes", -ENOMEM, "out of memory");
		return NULL;
	}
	routes->dataplane = dataplane;
	int error = dataplane_is_shared(dataplane) ? open_kernel(routes) : open_link(routes);
	if (error == 0) {
		routes->timer = evtimer_new(dataplane->events, on_event, routes);
		if (routes->timer == NULL) {
			error = start_fault(dataplane, "routes", -ENOMEM, "out of memory");
		}
	}
	if (error != 0) {
		upstream_routes_destroy(routes);
		return NULL;
	}
	const struct upstream_route_ops ops = {
		.added = upstream_added, .removed = upstream_removed, .context = routes};
	worker_group_set_routes(dataplane->group, &ops);
	return routes;
}

void upstream_routes_destroy(struct upstream_routes *routes)
{
	if (routes == NULL) {
		return;
	}
	if (routes->notification != NULL) {
		event_free(routes->notification);
	}
	if (routes->timer != NULL) {
		event_free(routes->timer);
	}
	if (routes->kernel != NULL) {
		kernel_neighbors_close(routes->kernel);
	}
	if (routes->link != NULL) {
		exclusive_link_destroy(routes->link);
	}
	free(routes);
}

struct exclusive_link *upstream_routes_link(const struct upstream_routes *routes)
{
	return routes->link;
}
