// SPDX-License-Identifier: BSD-3-Clause

#include "link/kernel_query.h"

#include "link/route.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#define PROMPTS_UNTIL_FAILED 3 // the kernel asks three times a second apart, then gives up

static bool read_mac(const struct nlattr *attribute, struct mac_address *ret_mac)
{
	if (attribute == NULL || mnl_attr_get_payload_len(attribute) != sizeof(ret_mac->bytes)) {
		return false;
	}
	memcpy(ret_mac->bytes, mnl_attr_get_payload(attribute), sizeof(ret_mac->bytes));
	return true;
}

static int on_interface(const struct nlmsghdr *message, void *context)
{
	struct kernel_interface *interface = context;
	struct netlink_attributes attributes;
	if (message->nlmsg_type != RTM_NEWLINK ||
	    !netlink_read_attributes(message, sizeof(struct ifinfomsg), &attributes)) {
		return MNL_CB_OK;
	}
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(message);
	interface->ifindex = (unsigned)info->ifi_index;
	interface->is_up = (info->ifi_flags & IFF_UP) != 0 && (info->ifi_flags & IFF_RUNNING) != 0;
	interface->has_mac = read_mac(attributes.by_type[IFLA_ADDRESS], &interface->mac);
	(void)netlink_read_u32(attributes.by_type[IFLA_MTU], &interface->mtu);
	return MNL_CB_OK;
}

int kernel_query_interface(struct netlink_channel *channel, unsigned ifindex,
			   struct kernel_interface *ret_interface)
{
	_Alignas(struct nlmsghdr) char buffer[NETLINK_MESSAGE_MAX];
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	message->nlmsg_type = RTM_GETLINK;
	struct ifinfomsg *info = mnl_nlmsg_put_extra_header(message, sizeof(*info));
	info->ifi_family = AF_UNSPEC;
	info->ifi_index = (int)ifindex;
	struct kernel_interface interface = {0};
	int error = netlink_request(channel, message, on_interface, &interface);
	if (error < 0) {
		return error;
	}
	if (interface.ifindex != ifindex) {
		return -ENODEV;
	}
	*ret_interface = interface;
	return 0;
}

// RTA_VIA: a next hop of the other family (an IPv4 route through an IPv6 gateway, RFC 8950).
static bool read_via(const struct nlattr *attribute, struct plx_ip *ret_next_hop)
{
	if (attribute == NULL) {
		return false;
	}
	struct plx_reader reader = plx_reader_init(mnl_attr_get_payload(attribute),
						   mnl_attr_get_payload_len(attribute));
	__kernel_sa_family_t family;
	plx_read_copy(&reader, &family, sizeof(family));
	struct plx_ip ip = {.family = family == AF_INET6 ? 6 : 4};
	plx_read_copy(&reader, ip.bytes, plx_ip_length(&ip));
	if (reader.failed || plx_reader_left(&reader) != 0) {
		return false;
	}
	*ret_next_hop = ip;
	return true;
}

static int on_route(const struct nlmsghdr *message, void *context)
{
	struct kernel_route *route = context;
	struct netlink_attributes attributes;
	if (message->nlmsg_type != RTM_NEWROUTE ||
	    !netlink_read_attributes(message, sizeof(struct rtmsg), &attributes)) {
		return MNL_CB_OK;
	}
	const struct rtmsg *info = mnl_nlmsg_get_payload(message);
	const struct nlattr *gateway = attributes.by_type[RTA_GATEWAY];
	const struct nlattr *via = attributes.by_type[RTA_VIA];
	bool has_next_hop = netlink_read_ip(info->rtm_family, gateway, &route->next_hop) ||
			    read_via(via, &route->next_hop);
	// A next hop that we cannot read must not pass for a destination on the link.
	bool is_readable = has_next_hop || (gateway == NULL && via == NULL);
	route->is_unicast = info->rtm_type == RTN_UNICAST && is_readable;
	route->is_local = info->rtm_type == RTN_LOCAL;
	(void)netlink_read_u32(attributes.by_type[RTA_OIF], &route->ifindex);
	(void)netlink_read_ip(info->rtm_family, attributes.by_type[RTA_PREFSRC], &route->source);
	return MNL_CB_OK;
}

int kernel_query_route(struct netlink_channel *channel, unsigned ifindex,
		       const struct plx_ip *destination, struct kernel_route *ret_route)
{
	_Alignas(struct nlmsghdr) char buffer[NETLINK_MESSAGE_MAX];
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	message->nlmsg_type = RTM_GETROUTE;
	struct rtmsg *info = mnl_nlmsg_put_extra_header(message, sizeof(*info));
	info->rtm_family = (unsigned char)netlink_family(destination);
	info->rtm_dst_len = (unsigned char)(plx_ip_length(destination) * 8);
	mnl_attr_put(message, RTA_DST, plx_ip_length(destination), destination->bytes);
	if (ip_is_link_local(destination)) {
		mnl_attr_put_u32(message, RTA_OIF, ifindex);
	}
	struct kernel_route route = {.next_hop = *destination};
	int error = netlink_request(channel, message, on_route, &route);
	if (error < 0) {
		return error;
	}
	*ret_route = route;
	return 0;
}

// The routing table says no, as opposed to: the question failed.
static bool is_route_refusal(int error)
{
	return error == -ENETUNREACH || error == -EHOSTUNREACH || error == -EACCES ||
	       error == -EINVAL || error == -ESRCH || error == -EAFNOSUPPORT;
}

int kernel_query_way(struct netlink_channel *channel, unsigned ifindex,
		     const struct plx_ip *destination, struct kernel_route *ret_route,
		     enum link_path_state *ret_state)
{
	struct kernel_route route = {0};
	int error = kernel_query_route(channel, ifindex, destination, &route);
	if (error < 0 && !is_route_refusal(error)) {
		return error;
	}
	*ret_route = route;
	if (error < 0) {
		*ret_state = LINK_PATH_NO_ROUTE;
	} else if (route.is_local) {
		*ret_state = LINK_PATH_LOCAL;
	} else if (!route.is_unicast || !ip_is_unicast(destination)) {
		*ret_state = LINK_PATH_NO_ROUTE;
	} else if (route.ifindex != ifindex) {
		*ret_state = LINK_PATH_OTHER_INTERFACE;
	} else if (route.source.family != destination->family) {
		*ret_state = LINK_PATH_NO_SOURCE;
	} else {
		*ret_state = LINK_PATH_UNKNOWN; // the neighbour decides
	}
	return 0;
}

struct neighbor_answer {
	struct kernel_neighbor neighbor;
	bool is_found;
};

static int on_neighbor(const struct nlmsghdr *message, void *context)
{
	struct neighbor_answer *answer = context;
	struct netlink_attributes attributes;
	if (message->nlmsg_type != RTM_NEWNEIGH ||
	    !netlink_read_attributes(message, sizeof(struct ndmsg), &attributes)) {
		return MNL_CB_OK;
	}
	const struct ndmsg *info = mnl_nlmsg_get_payload(message);
	answer->is_found = true;
	answer->neighbor.state = info->ndm_state;
	answer->neighbor.has_mac = read_mac(attributes.by_type[NDA_LLADDR], &answer->neighbor.mac);
	return MNL_CB_OK;
}

int kernel_query_neighbor(struct netlink_channel *channel, unsigned ifindex,
			  const struct plx_ip *ip, struct kernel_neighbor *ret_neighbor)
{
	_Alignas(struct nlmsghdr) char buffer[NETLINK_MESSAGE_MAX];
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	message->nlmsg_type = RTM_GETNEIGH;
	struct ndmsg *info = mnl_nlmsg_put_extra_header(message, sizeof(*info));
	info->ndm_family = (unsigned char)netlink_family(ip);
	info->ndm_ifindex = (int)ifindex;
	mnl_attr_put(message, NDA_DST, plx_ip_length(ip), ip->bytes);
	struct neighbor_answer answer = {0};
	int error = netlink_request(channel, message, on_neighbor, &answer);
	if (error < 0) {
		return error;
	}
	if (!answer.is_found) {
		return -ENOENT;
	}
	*ret_neighbor = answer.neighbor;
	return 0;
}

bool kernel_neighbor_has_mac(const struct kernel_neighbor *neighbor)
{
	const unsigned with_mac = NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE | NUD_PERMANENT;
	return (neighbor->state & with_mac) != 0 && neighbor->has_mac &&
	       mac_is_station(&neighbor->mac);
}

bool kernel_neighbor_is_stale(const struct kernel_neighbor *neighbor)
{
	return (neighbor->state & NUD_STALE) != 0;
}

bool kernel_neighbor_has_failed(const struct kernel_neighbor *neighbor, unsigned prompts)
{
	return (neighbor->state & NUD_FAILED) != 0 || prompts >= PROMPTS_UNTIL_FAILED;
}

uint64_t kernel_neighbor_prompt_pause(unsigned prompts)
{
	if (prompts <= PROMPTS_UNTIL_FAILED) {
		return KERNEL_NEIGHBOR_PROMPT_NS;
	}
	unsigned doublings = prompts - PROMPTS_UNTIL_FAILED;
	uint64_t pause_ns = KERNEL_NEIGHBOR_PROMPT_NS << (doublings < 5 ? doublings : 5);
	return pause_ns < KERNEL_NEIGHBOR_RETRY_MAX_NS ? pause_ns : KERNEL_NEIGHBOR_RETRY_MAX_NS;
}
