// SPDX-License-Identifier: BSD-3-Clause

#include "link/kernel_paths.h"

#include "link/kernel_neighbors.h"
#include "link/kernel_prompt.h"
#include "link/kernel_query.h"

#include <errno.h>
#include <stdlib.h>

#define DNS_PORT 53

extern unsigned if_nametoindex(const char *name); // <net/if.h> clashes with the netlink headers

struct hop {
	struct plx_ip ip; // family 0: free
	struct kernel_neighbor neighbor;
	uint64_t queried_ns;
	uint64_t used_ns;
	uint64_t prompted_ns; // 0: never
	uint8_t prompts;      // since it was last usable, saturating
};

struct kernel_paths {
	unsigned ifindex;
	struct kernel_interface interface;
	uint64_t interface_queried_ns;
	struct netlink_channel queries;
	struct kernel_prompt prompt;
	struct hop hops[KERNEL_HOPS_MAX];
};

struct kernel_paths *kernel_paths_open(const char *interface, int *ret_error)
{
	unsigned ifindex = if_nametoindex(interface);
	if (ifindex == 0) {
		*ret_error = -ENODEV;
		return NULL;
	}
	struct kernel_paths *paths = calloc(1, sizeof(*paths));
	if (paths == NULL) {
		*ret_error = -ENOMEM;
		return NULL;
	}
	paths->ifindex = ifindex;
	kernel_prompt_open(&paths->prompt);
	int error = netlink_channel_open(&paths->queries);
	if (error == 0) {
		error = kernel_query_interface(&paths->queries, ifindex, &paths->interface);
	}
	if (error == 0 && (!paths->interface.has_mac || !mac_is_station(&paths->interface.mac))) {
		error = -EINVAL;
	}
	if (error < 0) {
		kernel_paths_close(paths);
		*ret_error = error;
		return NULL;
	}
	return paths;
}

void kernel_paths_close(struct kernel_paths *paths)
{
	if (paths == NULL) {
		return;
	}
	netlink_channel_close(&paths->queries);
	kernel_prompt_close(&paths->prompt);
	free(paths);
}

static int refresh_interface(struct kernel_paths *paths, uint64_t now_ns)
{
	if (paths->interface_queried_ns != 0 &&
	    now_ns - paths->interface_queried_ns < KERNEL_HOP_FRESH_NS) {
		return 0;
	}
	struct kernel_interface interface;
	int error = kernel_query_interface(&paths->queries, paths->ifindex, &interface);
	if (error == -ENODEV) {
		paths->interface.is_up = false;
	} else if (error < 0) {
		return error;
	} else {
		paths->interface = interface;
	}
	paths->interface_queried_ns = now_ns;
	return 0;
}

static struct hop *find_hop(struct kernel_paths *paths, const struct plx_ip *ip)
{
	struct hop *oldest = &paths->hops[0];
	for (unsigned i = 0; i < KERNEL_HOPS_MAX; i++) {
		struct hop *hop = &paths->hops[i];
		if (plx_ip_equal(&hop->ip, ip)) {
			return hop;
		}
		if (hop->used_ns < oldest->used_ns) {
			oldest = hop;
		}
	}
	*oldest = (struct hop) {.ip = *ip};
	return oldest;
}

static bool is_usable(const struct hop *hop)
{
	return kernel_neighbor_has_mac(&hop->neighbor);
}

static void prompt_if_due(const struct kernel_paths *paths, struct hop *hop,
			  const struct plx_ip *server, uint64_t pause_ns, uint64_t now_ns)
{
	if (hop->prompted_ns != 0 && now_ns - hop->prompted_ns < pause_ns) {
		return;
	}
	const struct plx_endpoint endpoint = {.ip = *server, .port = DNS_PORT};
	kernel_prompt_send(&paths->prompt, paths->ifindex, &endpoint);
	hop->prompted_ns = now_ns;
	if (hop->prompts < UINT8_MAX) {
		hop->prompts++;
	}
}

static int refresh_hop(struct kernel_paths *paths, struct hop *hop, const struct plx_ip *server,
		       uint64_t now_ns)
{
	if (is_usable(hop) && now_ns - hop->queried_ns < KERNEL_HOP_FRESH_NS) {
		return 0;
	}
	struct kernel_neighbor neighbor = {0};
	int error = kernel_query_neighbor(&paths->queries, paths->ifindex, &hop->ip, &neighbor);
	if (error < 0 && error != -ENOENT) {
		return error;
	}
	hop->neighbor = neighbor;
	hop->queried_ns = now_ns;
	if (!is_usable(hop)) {
		prompt_if_due(paths, hop, server, kernel_neighbor_prompt_pause(hop->prompts),
			      now_ns);
		return 0;
	}
	hop->prompts = 0;
	if (kernel_neighbor_is_stale(&neighbor)) {
		prompt_if_due(paths, hop, server, KERNEL_NEIGHBOR_REFRESH_NS, now_ns);
	}
	return 0;
}

int kernel_paths_find(struct kernel_paths *paths, const struct plx_ip *server, uint64_t now_ns,
		      struct link_path *ret_path)
{
	struct kernel_route route;
	int error = refresh_interface(paths, now_ns);
	if (error < 0) {
		return error;
	}
	struct link_path path = {.source_mac = paths->interface.mac};
	if (!paths->interface.is_up) {
		path.state = LINK_PATH_LINK_DOWN;
		*ret_path = path;
		return 0;
	}
	error = kernel_query_way(&paths->queries, paths->ifindex, server, &route, &path.state);
	if (error < 0) {
		return error;
	}
	if (path.state != LINK_PATH_UNKNOWN) {
		*ret_path = path;
		return 0;
	}
	struct hop *hop = find_hop(paths, &route.next_hop);
	hop->used_ns = now_ns;
	error = refresh_hop(paths, hop, server, now_ns);
	if (error < 0) {
		return error;
	}
	path.source = route.source;
	path.next_hop = route.next_hop;
	if (is_usable(hop)) {
		path.state = LINK_PATH_REACHABLE;
		path.destination_mac = hop->neighbor.mac;
	} else {
		path.state = kernel_neighbor_has_failed(&hop->neighbor, hop->prompts)
				     ? LINK_PATH_NEIGHBOR_FAILED
				     : LINK_PATH_RESOLVING;
	}
	*ret_path = path;
	return 0;
}
