// SPDX-License-Identifier: BSD-3-Clause

#include "link/netlink_request.h"

#include <errno.h>
#include <linux/netlink.h>
#include <sys/socket.h>

int netlink_channel_open(struct netlink_channel *channel)
{
	*channel = (struct netlink_channel) {0};
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (socket == NULL) {
		return -errno;
	}
	if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		int error = -errno;
		mnl_socket_close(socket);
		return error;
	}
	channel->socket = socket;
	return 0;
}

void netlink_channel_close(struct netlink_channel *channel)
{
	if (channel->socket != NULL) {
		mnl_socket_close(channel->socket);
		channel->socket = NULL;
	}
}

static int netlink_collect(struct netlink_channel *channel, mnl_cb_t answer, void *context)
{
	_Alignas(struct nlmsghdr) char buffer[NETLINK_ANSWER_MAX];
	for (;;) {
		ssize_t length = mnl_socket_recvfrom(channel->socket, buffer, sizeof(buffer));
		if (length < 0) {
			return errno == EAGAIN ? -EPROTO : -errno;
		}
		int result = mnl_cb_run(buffer, (size_t)length, channel->sequence,
					mnl_socket_get_portid(channel->socket), answer, context);
		if (result == MNL_CB_STOP) {
			return 0; // the acknowledgement
		}
		// ESRCH and EPROTO: the rest of an earlier request that failed half-way.
		if (result < 0 && errno != ESRCH && errno != EPROTO) {
			return -errno;
		}
	}
}

int netlink_request(struct netlink_channel *channel, struct nlmsghdr *message, mnl_cb_t answer,
		    void *context)
{
	message->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
	message->nlmsg_seq = ++channel->sequence;
	if (mnl_socket_sendto(channel->socket, message, message->nlmsg_len) < 0) {
		return -errno;
	}
	return netlink_collect(channel, answer, context);
}

static int note_attribute(const struct nlattr *attribute, void *context)
{
	struct netlink_attributes *attributes = context;
	uint16_t type = mnl_attr_get_type(attribute);
	if (type < NETLINK_ATTRIBUTES_MAX) {
		attributes->by_type[type] = attribute;
	}
	return MNL_CB_OK;
}

bool netlink_read_attributes(const struct nlmsghdr *message, size_t header_bytes,
			     struct netlink_attributes *ret_attributes)
{
	*ret_attributes = (struct netlink_attributes) {0};
	return message->nlmsg_len >= mnl_nlmsg_size(header_bytes) &&
	       mnl_attr_parse(message, (unsigned)header_bytes, note_attribute, ret_attributes) ==
		       MNL_CB_OK;
}

bool netlink_read_u32(const struct nlattr *attribute, uint32_t *ret_value)
{
	if (attribute == NULL || mnl_attr_validate(attribute, MNL_TYPE_U32) < 0) {
		return false;
	}
	*ret_value = mnl_attr_get_u32(attribute);
	return true;
}

int netlink_family(const struct plx_ip *ip)
{
	return ip->family == 6 ? AF_INET6 : AF_INET;
}

bool netlink_read_ip(int family, const struct nlattr *attribute, struct plx_ip *ret_ip)
{
	struct plx_ip ip = {.family = family == AF_INET6 ? 6 : 4};
	if (attribute == NULL || (family != AF_INET && family != AF_INET6) ||
	    mnl_attr_get_payload_len(attribute) != plx_ip_length(&ip)) {
		return false;
	}
	memcpy(ip.bytes, mnl_attr_get_payload(attribute), plx_ip_length(&ip));
	*ret_ip = ip;
	return true;
}
