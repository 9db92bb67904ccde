// SPDX-License-Identifier: BSD-3-Clause

#include "link/tap_device.h"

#include <parallax/base/error.h>

#include "link/netlink_request.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define TUN_PATH "/dev/net/tun"

// Not declared for C outside the kernel together with <net/if.h>; this file needs the netlink headers.
extern unsigned if_nametoindex(const char *name);

static int device_create(const struct tap_config *config, char ret_fault[static TAP_FAULT_MAX])
{
	size_t length = strlen(config->name);
	if (length == 0 || length > TAP_NAME_MAX) {
		snprintf(ret_fault, TAP_FAULT_MAX, "a TAP name has 1 to %d characters",
			 TAP_NAME_MAX);
		return -EINVAL;
	}
	int fd = open(TUN_PATH, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0) {
		int error = -errno;
		snprintf(ret_fault, TAP_FAULT_MAX, "cannot open %s: %s", TUN_PATH,
			 plx_error_text(error));
		return error;
	}
	struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};
	memcpy(request.ifr_name, config->name, length + 1);
	if (ioctl(fd, TUNSETIFF, &request) < 0) {
		int error = -errno;
		snprintf(ret_fault, TAP_FAULT_MAX, "cannot make TAP device %s: %s", config->name,
			 error == -EBUSY ? "another process has it" : plx_error_text(error));
		close(fd);
		return error;
	}
	return fd;
}

static struct nlmsghdr *link_message(char buffer[static NETLINK_MESSAGE_MAX], unsigned ifindex,
				     unsigned flags)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	message->nlmsg_type = RTM_NEWLINK;
	struct ifinfomsg *info = mnl_nlmsg_put_extra_header(message, sizeof(*info));
	info->ifi_family = AF_UNSPEC;
	info->ifi_index = (int)ifindex;
	info->ifi_flags = flags;
	info->ifi_change = flags;
	return message;
}

// The kernel must not invent IPv6 addresses that exclusive_link does not answer for.
static int device_stop_autoconf(struct netlink_channel *channel, unsigned ifindex)
{
	_Alignas(struct nlmsghdr) char buffer[NETLINK_MESSAGE_MAX];
	struct nlmsghdr *message = link_message(buffer, ifindex, 0);
	struct nlattr *families = mnl_attr_nest_start(message, IFLA_AF_SPEC);
	struct nlattr *ipv6 = mnl_attr_nest_start(message, AF_INET6);
	mnl_attr_put_u8(message, IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
	mnl_attr_nest_end(message, ipv6);
	mnl_attr_nest_end(message, families);
	int error = netlink_request(channel, message, NULL, NULL);
	// A kernel without IPv6 has nothing to stop.
	return error == -EAFNOSUPPORT || error == -EOPNOTSUPP ? 0 : error;
}

static int device_set_up(struct netlink_channel *channel, unsigned ifindex,
			 const struct tap_config *config)
{
	_Alignas(struct nlmsghdr) char buffer[NETLINK_MESSAGE_MAX];
	struct nlmsghdr *message = link_message(buffer, ifindex, IFF_UP);
	mnl_attr_put(message, IFLA_ADDRESS, sizeof(config->mac.bytes), config->mac.bytes);
	mnl_attr_put_u32(message, IFLA_MTU, config->mtu);
	return netlink_request(channel, message, NULL, NULL);
}

static int device_add_address(struct netlink_channel *channel, unsigned ifindex,
			      const struct link_address *address)
{
	_Alignas(struct nlmsghdr) char buffer[NETLINK_MESSAGE_MAX];
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	message->nlmsg_type = RTM_NEWADDR;
	message->nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL;
	struct ifaddrmsg *info = mnl_nlmsg_put_extra_header(message, sizeof(*info));
	size_t length = plx_ip_length(&address->ip);
	info->ifa_family = (unsigned char)netlink_family(&address->ip);
	info->ifa_prefixlen = address->prefix_length;
	info->ifa_index = ifindex;
	// No DAD: its probes would leave by the port and delay the start by a second, for an address that we answer
	// for already.
	info->ifa_flags = address->ip.family == 6 ? IFA_F_NODAD : 0;
	mnl_attr_put(message, IFA_LOCAL, length, address->ip.bytes);
	mnl_attr_put(message, IFA_ADDRESS, length, address->ip.bytes);
	return netlink_request(channel, message, NULL, NULL);
}

static int device_add_gateway(struct netlink_channel *channel, unsigned ifindex,
			      const struct tap_config *config, const struct plx_ip *gateway)
{
	_Alignas(struct nlmsghdr) char buffer[NETLINK_MESSAGE_MAX];
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	message->nlmsg_type = RTM_NEWROUTE;
	// Appended with one metric: among equal default routes Linux itself prefers a gateway that answers.
	message->nlmsg_flags = NLM_F_CREATE | NLM_F_APPEND;
	struct rtmsg *info = mnl_nlmsg_put_extra_header(message, sizeof(*info));
	info->rtm_family = (unsigned char)netlink_family(gateway);
	info->rtm_table = RT_TABLE_MAIN;
	info->rtm_protocol = RTPROT_STATIC;
	info->rtm_scope = RT_SCOPE_UNIVERSE;
	info->rtm_type = RTN_UNICAST;
	info->rtm_flags = RTNH_F_ONLINK;
	uint32_t metric =
		config->route_metric != 0 ? config->route_metric : TAP_ROUTE_METRIC_DEFAULT;
	mnl_attr_put(message, RTA_GATEWAY, plx_ip_length(gateway), gateway->bytes);
	mnl_attr_put_u32(message, RTA_OIF, ifindex);
	mnl_attr_put_u32(message, RTA_PRIORITY, metric);
	return netlink_request(channel, message, NULL, NULL);
}

static int fault_of_address(const struct tap_config *config, const char *what,
			    const struct plx_ip *ip, int error,
			    char ret_fault[static TAP_FAULT_MAX])
{
	char text[PLX_IP_TEXT_MAX];
	snprintf(ret_fault, TAP_FAULT_MAX, "cannot %s %s on TAP device %s: %s%s", what,
		 plx_ip_format(ip, text), config->name, plx_error_text(error),
		 ip->family == 6 && error == -EACCES ? " (is IPv6 disabled by sysctl?)" : "");
	return error;
}

static int device_configure(struct netlink_channel *channel, const struct tap_config *config,
			    char ret_fault[static TAP_FAULT_MAX])
{
	unsigned ifindex = if_nametoindex(config->name);
	int error = ifindex != 0 ? device_stop_autoconf(channel, ifindex) : -errno;
	if (error == 0) {
		error = device_set_up(channel, ifindex, config);
	}
	if (error < 0) {
		snprintf(ret_fault, TAP_FAULT_MAX, "cannot set up TAP device %s: %s", config->name,
			 plx_error_text(error));
		return error;
	}
	for (unsigned i = 0; i < config->addresses.count; i++) {
		const struct link_address *address = &config->addresses.entries[i];
		error = device_add_address(channel, ifindex, address);
		if (error < 0) {
			return fault_of_address(config, "set address", &address->ip, error,
						ret_fault);
		}
	}
	for (unsigned i = 0; i < config->gateway_count; i++) {
		error = device_add_gateway(channel, ifindex, config, &config->gateways[i]);
		if (error < 0) {
			return fault_of_address(config, "add gateway", &config->gateways[i], error,
						ret_fault);
		}
	}
	return 0;
}

int tap_open(const struct tap_config *config, char ret_fault[static TAP_FAULT_MAX])
{
	int fd = device_create(config, ret_fault);
	if (fd < 0) {
		return fd;
	}
	struct netlink_channel channel;
	int error = netlink_channel_open(&channel);
	if (error < 0) {
		snprintf(ret_fault, TAP_FAULT_MAX, "cannot open a netlink socket: %s",
			 plx_error_text(error));
		close(fd);
		return error;
	}
	error = device_configure(&channel, config, ret_fault);
	netlink_channel_close(&channel);
	if (error < 0) {
		close(fd);
		return error;
	}
	return fd;
}

ssize_t tap_read(int fd, uint8_t *ret_frame, size_t capacity)
{
	ssize_t length = read(fd, ret_frame, capacity);
	return length < 0 ? -errno : length;
}

int tap_write(int fd, const uint8_t *frame, size_t length)
{
	ssize_t written = write(fd, frame, length);
	if (written >= 0) {
		return 0;
	}
	// Out of kernel buffers is as passing as a full queue.
	return errno == ENOBUFS || errno == ENOMEM ? -EAGAIN : -errno;
}
