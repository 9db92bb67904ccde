// SPDX-License-Identifier: BSD-3-Clause

#include "link/kernel_neighbors.h"

#include "link/kernel_query.h"
#include "link/route.h"

#include <errno.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define NOTIFICATIONS_PER_CALL 64 // datagrams read in one process call; the fd stays readable
#define PROMPTS_UNTIL_FAILED 3    // the kernel asks three times a second apart, then gives up
#define PROMPT_BUFFER_BYTES 4096  // answers to prompts are never read: keep few

#define NUD_WITH_MAC (NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE | NUD_PERMANENT)

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
	int prompt_fd[2]; // IPv4, IPv6; -1: the family is not there
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

static int open_prompt(int family)
{
	int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0) {
		const int bytes = PROMPT_BUFFER_BYTES;
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	}
	return fd;
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
	neighbors->prompt_fd[0] = open_prompt(AF_INET);
	neighbors->prompt_fd[1] = open_prompt(AF_INET6);
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
	for (unsigned i = 0; i < 2; i++) {
		if (neighbors->prompt_fd[i] >= 0) {
			close(neighbors->prompt_fd[i]);
		}
	}
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

// The routing table says no, as opposed to: the question failed.
static bool is_route_refusal(int error)
{
	return error == -ENETUNREACH || error == -EHOSTUNREACH || error == -EACCES ||
	       error == -EINVAL || error == -ESRCH || error == -EAFNOSUPPORT;
}

static int query_route(struct kernel_neighbors *neighbors, struct watch *watch)
{
	struct kernel_route route;
	struct plx_ip former_next_hop = watch->route.next_hop;
	int error = kernel_query_route(&neighbors->queries, neighbors->ifindex, &watch->endpoint.ip,
				       &route);
	if (error < 0 && !is_route_refusal(error)) {
		return error;
	}
	watch->must_query_route = false;
	watch->must_query_neighbor = true;
	if (error < 0) {
		watch->route = (struct kernel_route) {0};
		watch->route_state = LINK_PATH_NO_ROUTE;
		return 0;
	}
	watch->route = route;
	if (route.is_local) {
		watch->route_state = LINK_PATH_LOCAL;
	} else if (!route.is_unicast || !ip_is_unicast(&watch->endpoint.ip)) {
		watch->route_state = LINK_PATH_NO_ROUTE;
	} else if (route.ifindex != neighbors->ifindex) {
		watch->route_state = LINK_PATH_OTHER_INTERFACE;
	} else if (route.source.family != watch->endpoint.ip.family) {
		watch->route_state = LINK_PATH_NO_SOURCE;
	} else {
		watch->route_state = LINK_PATH_UNKNOWN; // the neighbour decides
	}
	if (!plx_ip_equal(&former_next_hop, &route.next_hop)) {
		watch->prompts = 0;
		watch->prompted_ns = 0;
	}
	return 0;
}

// The kernel resolves the next hop in order to send this.
static void send_prompt(const struct kernel_neighbors *neighbors, struct watch *watch,
			uint64_t now_ns)
{
	const struct plx_endpoint *endpoint = &watch->endpoint;
	if (endpoint->ip.family == 4) {
		struct sockaddr_in address = {
			.sin_family = AF_INET,
			.sin_port = htons(endpoint->port),
		};
		memcpy(&address.sin_addr, endpoint->ip.bytes, sizeof(address.sin_addr));
		// A failure shows as a neighbour that stays unknown.
		(void)sendto(neighbors->prompt_fd[0], "", 0, MSG_DONTWAIT | MSG_NOSIGNAL,
			     (const struct sockaddr *)&address, sizeof(address));
	} else {
		struct sockaddr_in6 address = {
			.sin6_family = AF_INET6,
			.sin6_port = htons(endpoint->port),
		};
		memcpy(&address.sin6_addr, endpoint->ip.bytes, sizeof(address.sin6_addr));
		if (ip_is_link_local(&endpoint->ip)) {
			address.sin6_scope_id = neighbors->ifindex;
		}
		(void)sendto(neighbors->prompt_fd[1], "", 0, MSG_DONTWAIT | MSG_NOSIGNAL,
			     (const struct sockaddr *)&address, sizeof(address));
	}
	watch->prompted_ns = now_ns;
	if (watch->prompts < UINT8_MAX) {
		watch->prompts++;
	}
}

// How long after a prompt the next one is due, while the neighbour is not usable.
static uint64_t prompt_pause(const struct watch *watch)
{
	if (watch->prompts <= PROMPTS_UNTIL_FAILED) {
		return KERNEL_NEIGHBOR_PROMPT_NS;
	}
	unsigned doublings = watch->prompts - PROMPTS_UNTIL_FAILED;
	uint64_t pause_ns = KERNEL_NEIGHBOR_PROMPT_NS << (doublings < 5 ? doublings : 5);
	return pause_ns < KERNEL_NEIGHBOR_RETRY_MAX_NS ? pause_ns : KERNEL_NEIGHBOR_RETRY_MAX_NS;
}

// Prompts when the last prompt is `pause_ns` ago, and looks again when the next one is due.
static void prompt_if_due(const struct kernel_neighbors *neighbors, struct watch *watch,
			  uint64_t pause_ns, uint64_t now_ns)
{
	if (watch->prompted_ns == 0 || now_ns - watch->prompted_ns >= pause_ns) {
		send_prompt(neighbors, watch, now_ns);
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
	if ((neighbor.state & NUD_WITH_MAC) != 0 && neighbor.has_mac &&
	    mac_is_station(&neighbor.mac)) {
		path->state = LINK_PATH_REACHABLE;
		path->destination_mac = neighbor.mac;
		if ((neighbor.state & NUD_STALE) != 0) {
			prompt_if_due(neighbors, watch, KERNEL_NEIGHBOR_REFRESH_NS, now_ns);
		} else {
			watch->check_ns = now_ns + KERNEL_NEIGHBOR_REFRESH_NS;
		}
		watch->prompts = 0;
		return 0;
	}
	bool has_failed =
		(neighbor.state & NUD_FAILED) != 0 || watch->prompts >= PROMPTS_UNTIL_FAILED;
	path->state = has_failed ? LINK_PATH_NEIGHBOR_FAILED : LINK_PATH_RESOLVING;
	prompt_if_due(neighbors, watch, prompt_pause(watch), now_ns);
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
