// SPDX-License-Identifier: BSD-3-Clause

#include "startup/exception_path.h"

#include "link/exclusive_link.h"
#include "link/tap_device.h"
#include "startup/dataplane.h"
#include "startup/upstream_routes.h"
#include "worker/frame_handover.h"

#include <event2/event.h>
#include <rte_mbuf.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TAP_NUMBER_MAX 64

struct exception_path {
	struct dataplane *dataplane;
	int tap_fd;
	struct event *tap_readable;
	uint64_t now_ns; // of the turn
};

void exception_path_send(struct exception_path *path, const uint8_t *frame, size_t length)
{
	struct worker *worker = path->dataplane->environment.workers[0];
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(path->dataplane->port.frame_pool);
	if (mbuf == NULL) {
		return;
	}
	char *room = length <= UINT16_MAX ? rte_pktmbuf_append(mbuf, (uint16_t)length) : NULL;
	if (room == NULL) {
		rte_pktmbuf_free(mbuf);
		return;
	}
	memcpy(room, frame, length);
	if (!frame_send(worker, mbuf)) {
		rte_pktmbuf_free(mbuf);
	}
}

static void take_frame(void *context, struct rte_mbuf *mbuf)
{
	struct exception_path *path = context;
	uint8_t reply[LINK_FRAME_MAX];
	const uint8_t *frame = rte_pktmbuf_mtod(mbuf, const uint8_t *);
	struct exclusive_link *link = upstream_routes_link(path->dataplane->routes);
	struct link_verdict verdict =
		exclusive_link_receive(link, frame, mbuf->data_len, path->now_ns, reply);
	if (verdict.reply_length > 0) {
		exception_path_send(path, reply, verdict.reply_length);
	}
	if (verdict.is_for_kernel) {
		// A full queue or a frame it refuses: lost, as on any wire.
		int error = tap_write(path->tap_fd, frame, mbuf->data_len);
		(void)error;
	}
	rte_pktmbuf_free(mbuf);
}

void exception_path_process(struct exception_path *path)
{
	path->now_ns = monotonic_time_ns();
	if (frames_take(&path->dataplane->environment, take_frame, path) > 0) {
		upstream_routes_update(path->dataplane->routes);
	}
}

static void on_tap_readable(evutil_socket_t fd, short what, void *context)
{
	struct exception_path *path = context;
	uint8_t frame[RTE_MBUF_DEFAULT_DATAROOM];
	for (unsigned i = 0; i < FRAMES_PER_TURN; i++) {
		ssize_t length = tap_read(path->tap_fd, frame, sizeof(frame));
		if (length <= 0) {
			return;
		}
		exception_path_send(path, frame, (size_t)length);
	}
}

// The first free name of plx0, plx1 ...: several dataplanes may share a host.
static int open_tap(struct exception_path *path, char *ret_fault)
{
	const struct packet_port *port = &path->dataplane->port;
	const struct options *options = &path->dataplane->options;
	char name[TAP_NAME_MAX + 1];
	struct tap_config config = {
		.name = name,
		.mac = port->identity.mac,
		.mtu = port->identity.mtu < 1500 ? port->identity.mtu : 1500,
		.addresses =
			*exclusive_link_addresses(upstream_routes_link(path->dataplane->routes)),
	};
	for (unsigned i = 0; i < options->gateway_count; i++) {
		config.gateways[config.gateway_count++] = options->gateway[i];
	}
	int fd = -EBUSY;
	for (unsigned i = 0; i < TAP_NUMBER_MAX && (fd == -EBUSY || fd == -EEXIST); i++) {
		snprintf(name, sizeof(name), "plx%u", i);
		fd = tap_open(&config, ret_fault);
	}
	return fd;
}

struct exception_path *exception_path_create(struct dataplane *dataplane)
{
	char fault[TAP_FAULT_MAX];
	struct exception_path *path = calloc(1, sizeof(*path));
	if (path == NULL) {
		(void)start_fault(dataplane, "tap", -ENOMEM, "out of memory");
		return NULL;
	}
	path->dataplane = dataplane;
	path->tap_fd = open_tap(path, fault);
	if (path->tap_fd < 0) {
		(void)start_fault(dataplane, "tap", path->tap_fd, "%s", fault);
		exception_path_destroy(path);
		return NULL;
	}
	path->tap_readable = event_new(dataplane->events, path->tap_fd, EV_READ | EV_PERSIST,
				       on_tap_readable, path);
	if (path->tap_readable == NULL || event_add(path->tap_readable, NULL) != 0) {
		(void)start_fault(dataplane, "tap", -ENOMEM, "out of memory");
		exception_path_destroy(path);
		return NULL;
	}
	return path;
}

void exception_path_destroy(struct exception_path *path)
{
	if (path == NULL) {
		return;
	}
	if (path->tap_readable != NULL) {
		event_free(path->tap_readable);
	}
	if (path->tap_fd >= 0) {
		close(path->tap_fd);
	}
	free(path);
}
