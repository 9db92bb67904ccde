// SPDX-License-Identifier: BSD-3-Clause
// One request to the kernel over rtnetlink and its answer. The kernel answers while it handles the send, so that a
// request never blocks. Control thread or start-up.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/ip_address.h>

#include <libmnl/libmnl.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NETLINK_MESSAGE_MAX 1024       // of what is sent here
#define NETLINK_ANSWER_MAX (32 * 1024) // a link with all its attributes is the longest

struct netlink_channel {
	struct mnl_socket *socket; // NULL: closed
	uint32_t sequence;         // of the last request
};

// 0 or -errno.
PLX_MUST_CHECK int netlink_channel_open(struct netlink_channel *channel);
void netlink_channel_close(struct netlink_channel *channel);

// Sends `message` and hands the answer, if there is one besides the acknowledgement, to `answer` (may be NULL).
// Returns 0 or the kernel's -errno; -EPROTO when the kernel does not acknowledge.
PLX_MUST_CHECK int netlink_request(struct netlink_channel *channel, struct nlmsghdr *message,
				   mnl_cb_t answer, void *context);

#define NETLINK_ATTRIBUTES_MAX 64

// The attributes of a message by type, after a header of `header_bytes`; types past the table are left out, a repeated
// one counts last. False when the message is shorter than its header or an attribute runs past its end.
struct netlink_attributes {
	const struct nlattr *by_type[NETLINK_ATTRIBUTES_MAX];
};
bool netlink_read_attributes(const struct nlmsghdr *message, size_t header_bytes,
			     struct netlink_attributes *ret_attributes);
// False (and the value untouched) when the attribute is absent or no 32-bit number.
bool netlink_read_u32(const struct nlattr *attribute, uint32_t *ret_value);

int netlink_family(const struct plx_ip *ip); // AF_INET or AF_INET6
// False (and the address untouched) when the attribute is absent or no address of AF_INET or AF_INET6.
bool netlink_read_ip(int family, const struct nlattr *attribute, struct plx_ip *ret_ip);
