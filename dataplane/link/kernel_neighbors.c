// SPDX-License-Identifier: BSD-3-Clause

#include "link/kernel_neighbors.h"

#include "link/kernel_prompt.h"
#include "link/kernel_query.h"

#include <errno.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>

#define NOTIFICATIONS_PER_CALL 64 // datagrams read in one process call; the fd stays readable

extern unsigned if_nametoindex(const char *name); // <net/if.h> clashes with the netlink headers

struct watch {
	struct plx_endpoint endpoint; // family 0: not watched
	struct kernel_route route;    // valid when route_state is LINK_PATH_UNKNOWN
	enum link_path_state route_state;
	struct link_path path;
	bool must_query_route;
	bool must_query_neighbor;
	uint8_t prompts; // since the next hop was last usable, saturating
	uint64_t prompted_ns;
	uint64_t check_ns; // look at the neighbour again, and prompt if it needs it
};

struct kernel_neighbors {
	unsigned ifindex;
	struct kernel_interface interface;
	struct netlink_channel queries;
	struct netlink_channel notifications;
	struct kernel_prompt prompt;
	bool must_query_interface;
	bool must_query_routes;
	uint64_t routes_queried_ns;
	struct watch watches[LINK_WATCHES_MAX];
};

static int open_notifications(struct kernel_neighbors *neighbors)
{
	static const int groups[] = {
		RTNLGRP_LINK,       RTNLGRP_NEIGH,      RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR,
		RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE, RTNLGRP_IPV4_RULE,   RTNLGRP_IPV6_RULE,
	};
	int error = netlink_channel_open(&neighbors->notifications);
	for (size_t i = 0; i < PLX_ARRAY_SIZE(groups) && error == 0; i++) {
		int group = groups[i];
		if (mnl_socket_setsockopt(neighbors->notifications.socket, NETLINK_ADD_MEMBERSHIP,
					  &group, sizeof(group)) < 0) {
			error = -errno;
		}
	}
	return error;
}

struct kernel_neighbors *kernel_neighbors_open(const char *interface, int *ret_error)
{
	unsigned ifindex = if_nametoindex(interface);
	if (ifindex == 0) {
		*ret_error = -ENODEV;
		return NULL;
	}
	struct kernel_neighbors *neighbors = calloc(1, sizeof(*neighbors));
	if (neighbors == NULL) {
		*ret_error = -ENOMEM;
		return NULL;
	}
	neighbors->ifindex = ifindex;
	kernel_prompt_open(&neighbors->prompt);
	// Notifications first, so that no change falls between the first question and the subscription.
	int error = open_notifications(neighbors);
	if (error == 0) {
		error = netlink_channel_open(&neighbors->queries);
	}
	if (error == 0) {
		error = kernel_query_interface(&neighbors->queries, ifindex, &neighbors->interface);
	}
	if (error == 0 &&
	    (!neighbors->interface.has_mac || !mac_is_station(&neighbors->interface.mac))) {
		error = -EINVAL;
	}
	if (error < 0) {
		kernel_neighbors_close(neighbors);
		*ret_error = error;
		return NULL;
	}
	return neighbors;
}

void kernel_neighbors_close(struct kernel_neighbors *neighbors)
{
	if (neighbors == NULL) {
		return;
	}
	netlink_channel_close(&neighbors->notifications);
	netlink_channel_close(&neighbors->queries);
	kernel_prompt_close(&neighbors->prompt);
	free(neighbors);
}

void kernel_neighbors_watch(struct kernel_neighbors *neighbors, unsigned index,
			    const struct plx_endpoint *endpoint)
{
	if (index < LINK_WATCHES_MAX) {
		neighbors->watches[index] = (struct watch) {
			.endpoint = *endpoint,
			.must_query_route = true,
		};
	}
}

void kernel_neighbors_unwatch(struct kernel_neighbors *neighbors, unsigned index)
{
	if (index < LINK_WATCHES_MAX) {
		neighbors->watches[index] = (struct watch) {0};
	}
}

int kernel_neighbors_fd(const struct kernel_neighbors *neighbors)
{
	return mnl_socket_get_fd(neighbors->notifications.socket);
}

static void note_neighbor(struct kernel_neighbors *neighbors, const struct nlmsghdr *message)
{
	struct netlink_attributes attributes;
	if (!netlink_read_attributes(message, sizeof(struct ndmsg), &attributes)) {
		return;
	}
	const struct ndmsg *info = mnl_nlmsg_get_payload(message);
	struct plx_ip ip;
	if ((unsigned)info->ndm_ifindex != neighbors->ifindex ||
	    !netlink_read_ip(info->ndm_family, attributes.by_type[NDA_DST], &ip)) {
		return;
	}
	for (unsigned i = 0; i < LINK_WATCHES_MAX; i++) {
		struct watch *watch = &neighbors->watches[i];
		if (watch->endpoint.ip.family != 0 && plx_ip_equal(&watch->route.next_hop, &ip)) {
			watch->must_query_neighbor = true;
		}
	}
}

static int on_notification(const struct nlmsghdr *message, void *context)
{
	struct kernel_neighbors *neighbors = context;
	switch (message->nlmsg_type) {
	case RTM_NEWNEIGH:
	case RTM_DELNEIGH:
		note_neighbor(neighbors, message);
		break;
	case RTM_NEWLINK:
	case RTM_DELLINK:
		neighbors->must_query_interface = true;
		break;
	default:
		break;
	}
	// All but neighbours (links, addresses, routes, rules) may change routes.
	if (message->nlmsg_type != RTM_NEWNEIGH && message->nlmsg_type != RTM_DELNEIGH) {
		neighbors->must_query_routes = true;
	}
	return MNL_CB_OK;
}

static int read_notifications(struct kernel_neighbors *neighbors)
{
	_Alignas(struct nlmsghdr) char buffer[NETLINK_ANSWER_MAX];
	for (unsigned i = 0; i < NOTIFICATIONS_PER_CALL; i++) {
		ssize_t length = mnl_socket_recvfrom(neighbors->notifications.socket, buffer,
						     sizeof(buffer));
		if (length >= 0) {
			(void)mnl_cb_run(buffer, (size_t)length, 0, 0, on_notification, neighbors);
			continue;
		}
		if (errno == EAGAIN) {
			return 0;
		}
		if (errno != ENOBUFS && errno != ENOSPC) {
			return -errno;
		}
		// Some were lost: nothing that we know is certain.
		neighbors->must_query_interface = true;
		neighbors->must_query_routes = true;
	}
	return 0;
}

static int query_interface(struct kernel_neighbors *neighbors)
{
	struct kernel_interface interface;
	int error = kernel_query_interface(&neighbors->queries, neighbors->ifindex, &interface);
	if (error == -ENODEV) {
		neighbors->interface.is_up = false;
		error = 0;
	} else if (error == 0) {
		neighbors->interface = interface;
	}
	neighbors->must_query_interface = error < 0;
	return error;
}

static int query_route(struct kernel_neighbors *neighbors, struct watch *watch)
{
	struct kernel_route route;
	enum link_path_state state;
	struct plx_ip former_next_hop = watch->route.next_hop;
	int error = kernel_query_way(&neighbors->queries, neighbors->ifindex, &watch->endpoint.ip,
				     &route, &state);
	if (error < 0) {
		return error;
	}
	watch->must_query_route = false;
	watch->must_query_neighbor = true;
	watch->route = route;
	watch->route_state = state;
	if (!plx_ip_equal(&former_next_hop, &route.next_hop)) {
		watch->prompts = 0;
		watch->prompted_ns = 0;
	}
	return 0;
}

// Prompts when the last prompt is `pause_ns` ago, and looks again when the next one is due.
static void prompt_if_due(const struct kernel_neighbors *neighbors, struct watch *watch,
			  uint64_t pause_ns, uint64_t now_ns)
{
	if (watch->prompted_ns == 0 || now_ns - watch->prompted_ns >= pause_ns) {
		kernel_prompt_send(&neighbors->prompt, neighbors->ifindex, &watch->endpoint);
		watch->prompted_ns = now_ns;
		if (watch->prompts < UINT8_MAX) {
			watch->prompts++;
		}
	}
	watch->check_ns = watch->prompted_ns + pause_ns;
}

static int query_neighbor(struct kernel_neighbors *neighbors, struct watch *watch, uint64_t now_ns,
			  struct link_path *path)
{
	struct kernel_neighbor neighbor = {0};
	int error = kernel_query_neighbor(&neighbors->queries, neighbors->ifindex, &path->next_hop,
					  &neighbor);
	if (error < 0 && error != -ENOENT) {
		return error;
	}
	watch->must_query_neighbor = false;
	if (kernel_neighbor_has_mac(&neighbor)) {
		path->state = LINK_PATH_REACHABLE;
		path->destination_mac = neighbor.mac;
		if (kernel_neighbor_is_stale(&neighbor)) {
			prompt_if_due(neighbors, watch, KERNEL_NEIGHBOR_REFRESH_NS, now_ns);
		} else {
			watch->check_ns = now_ns + KERNEL_NEIGHBOR_REFRESH_NS;
		}
		watch->prompts = 0;
		return 0;
	}
	path->state = kernel_neighbor_has_failed(&neighbor, watch->prompts)
			      ? LINK_PATH_NEIGHBOR_FAILED
			      : LINK_PATH_RESOLVING;
	prompt_if_due(neighbors, watch, kernel_neighbor_prompt_pause(watch->prompts), now_ns);
	return 0;
}

// Asks the kernel whatever is open about one watch. `ret_path` is untouched on failure.
static int refresh_watch(struct kernel_neighbors *neighbors, struct watch *watch, uint64_t now_ns,
			 struct link_path *ret_path)
{
	struct link_path path = {.source_mac = neighbors->interface.mac};
	if (watch->must_query_route) {
		int error = query_route(neighbors, watch);
		if (error < 0) {
			return error;
		}
	}
	watch->check_ns = UINT64_MAX;
	if (!neighbors->interface.is_up) {
		path.state = LINK_PATH_LINK_DOWN;
	} else if (watch->route_state != LINK_PATH_UNKNOWN) {
		path.state = watch->route_state;
	} else {
		path.source = watch->route.source;
		path.next_hop = watch->route.next_hop;
		int error = query_neighbor(neighbors, watch, now_ns, &path);
		if (error < 0) {
			watch->check_ns = now_ns + KERNEL_NEIGHBOR_PROMPT_NS;
			return error;
		}
	}
	watch->must_query_neighbor = false;
	*ret_path = path;
	return 0;
}

static bool watch_is_due(const struct watch *watch, uint64_t now_ns)
{
	return watch->endpoint.ip.family != 0 &&
	       (watch->must_query_route || watch->must_query_neighbor || watch->check_ns <= now_ns);
}

static uint64_t routes_due_ns(const struct kernel_neighbors *neighbors)
{
	return neighbors->routes_queried_ns == 0
		       ? 0
		       : neighbors->routes_queried_ns + KERNEL_ROUTE_SETTLE_NS;
}

int kernel_neighbors_process(struct kernel_neighbors *neighbors, uint64_t now_ns,
			     link_path_changed_cb changed, void *context)
{
	int error = read_notifications(neighbors);
	if (neighbors->must_query_interface && error == 0) {
		error = query_interface(neighbors);
	}
	if (neighbors->must_query_routes && routes_due_ns(neighbors) <= now_ns) {
		neighbors->must_query_routes = false;
		neighbors->routes_queried_ns = now_ns;
		for (unsigned i = 0; i < LINK_WATCHES_MAX; i++) {
			neighbors->watches[i].must_query_route = true;
		}
	}
	for (unsigned i = 0; i < LINK_WATCHES_MAX; i++) {
		struct watch *watch = &neighbors->watches[i];
		if (!watch_is_due(watch, now_ns)) {
			continue;
		}
		struct link_path path;
		int failure = refresh_watch(neighbors, watch, now_ns, &path);
		if (failure < 0) {
			error = failure;
		} else if (!link_path_equal(&path, &watch->path)) {
			watch->path = path;
			changed(context, i, &path);
		}
	}
	return error;
}

uint64_t kernel_neighbors_next_wakeup(const struct kernel_neighbors *neighbors)
{
	uint64_t wakeup_ns = neighbors->must_query_routes ? routes_due_ns(neighbors) : UINT64_MAX;
	for (unsigned i = 0; i < LINK_WATCHES_MAX; i++) {
		const struct watch *watch = &neighbors->watches[i];
		if (watch->endpoint.ip.family == 0) {
			continue;
		}
		uint64_t due_ns = watch->must_query_route ? 0 : watch->check_ns;
		if (due_ns < wakeup_ns) {
			wakeup_ns = due_ns;
		}
	}
	return wakeup_ns;
}

void kernel_neighbors_path(const struct kernel_neighbors *neighbors, unsigned index,
			   struct link_path *ret_path)
{
	*ret_path =
		index < LINK_WATCHES_MAX ? neighbors->watches[index].path : (struct link_path) {0};
}

void kernel_neighbors_interface(const struct kernel_neighbors *neighbors, unsigned *ret_ifindex,
				struct mac_address *ret_mac, uint32_t *ret_mtu)
{
	*ret_ifindex = neighbors->ifindex;
	*ret_mac = neighbors->interface.mac;
	*ret_mtu = neighbors->interface.mtu;
}
