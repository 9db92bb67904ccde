// SPDX-License-Identifier: BSD-3-Clause

#include "startup/path_service.h"

#include <parallax/base/error.h>

#include "link/exclusive_link.h"
#include "link/kernel_paths.h"
#include "startup/dataplane.h"
#include "startup/upstream_routes.h"
#include "worker/path_handover.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define ASKS_PER_TURN 64 // of one worker, so that a flood keeps nobody from timers and clients
#define DNS_PORT 53

struct path_service {
	struct dataplane *dataplane;
	struct kernel_paths *kernel; // shared mode
	struct exclusive_link *link; // exclusive mode; the routes'
};

struct path_service *path_service_create(struct dataplane *dataplane)
{
	int error = -ENOMEM;
	struct path_service *service = calloc(1, sizeof(*service));
	if (service == NULL) {
		(void)start_fault(dataplane, "routes", error, "out of memory");
		return NULL;
	}
	service->dataplane = dataplane;
	if (!dataplane_is_shared(dataplane)) {
		service->link = upstream_routes_link(dataplane->routes);
		return service;
	}
	const char *interface = dataplane->options.interface;
	service->kernel = kernel_paths_open(interface, &error);
	if (service->kernel == NULL) {
		(void)start_fault(dataplane, "routes", error,
				  "routes of interface %s cannot be read: %s", interface,
				  plx_error_text(error));
		path_service_destroy(service);
		return NULL;
	}
	return service;
}

void path_service_destroy(struct path_service *service)
{
	if (service != NULL) {
		kernel_paths_close(service->kernel);
		free(service);
	}
}

static struct link_path find(struct path_service *service, const struct plx_ip *server,
			     uint64_t now_ns)
{
	struct link_path path = {0};
	if (service->kernel == NULL) {
		exclusive_link_find(service->link, server, now_ns, &path);
	} else if (kernel_paths_find(service->kernel, server, now_ns, &path) != 0) {
		path.state = LINK_PATH_RESOLVING; // nothing is known: asked again soon
	}
	return path;
}

// True when the next hop has to be resolved first: the worker asks again.
static bool answer(struct path_service *service, struct worker *worker, const struct plx_ip *server,
		   uint64_t now_ns)
{
	const struct link_path path = find(service, server, now_ns);
	if (path.state == LINK_PATH_RESOLVING || path.state == LINK_PATH_UNKNOWN) {
		return true;
	}
	struct path_answer reply = {.server = *server};
	const struct header_fields fields = {
		.source_mac = path.source_mac,
		.destination_mac = path.destination_mac,
		.source = path.source,
		.destination = {.ip = *server, .port = DNS_PORT},
	};
	if (link_path_is_reachable(&path) && header_template_build(&reply.header, &fields) == 0) {
		reply.is_open = true;
		reply.source = path.source;
	}
	path_answer(worker, &reply);
	return false;
}

void path_service_process(struct path_service *service)
{
	const struct worker_environment *environment = &service->dataplane->environment;
	struct path_ask asks[ASKS_PER_TURN];
	uint64_t now_ns = monotonic_time_ns();
	bool must_resolve = false;
	bool has_more = false;
	for (unsigned i = 0; i < environment->worker_count; i++) {
		struct worker *worker = environment->workers[i];
		unsigned count = path_asks_take(worker, asks, ASKS_PER_TURN);
		for (unsigned j = 0; j < count; j++) {
			must_resolve |= answer(service, worker, &asks[j].server, now_ns);
		}
		has_more |= path_asks_wait(worker);
	}
	if (must_resolve && service->link != NULL) {
		upstream_routes_update(service->dataplane->routes); // sends the questions
	}
	if (has_more) {
		const uint64_t one = 1;
		ssize_t written = write(environment->control_wake_fd, &one, sizeof(one));
		(void)written; // a full counter already wakes us
	}
}
