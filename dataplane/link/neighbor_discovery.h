// SPDX-License-Identifier: BSD-3-Clause
// IPv6 neighbour discovery (RFC 4861): neighbour solicitations and advertisements to struct and back. Router
// advertisements and redirects are told apart only to be dropped: an exclusive port's routes are configured. Pure.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/ip_address.h>

#include "link/ethernet.h"

#include <stdbool.h>
#include <stdint.h>

#define ND_OPTIONS_MAX 16 // per message; RFC 4861 knows five kinds, an endless list is an attack
#define ND_MESSAGE_BYTES 24
#define ND_FRAME_BYTES (ETHERNET_HEADER_BYTES + 40 + ND_MESSAGE_BYTES + 8)

enum nd_kind {
	ND_NONE = 0, // not neighbour discovery at all: for the kernel
	ND_SOLICITATION,
	ND_ADVERTISEMENT,
	ND_ROUTER, // RS, RA or redirect: not read further
};

struct nd_message {
	enum nd_kind kind;
	struct plx_ip source; // unspecified in a DAD probe
	struct plx_ip destination;
	struct plx_ip target;
	bool is_solicited; // advertisement flags
	bool is_override;
	bool has_mac; // source (solicitation) or target (advertisement) link-layer address option
	struct mac_address mac;
};

// Reads what follows an Ethernet header of ETHERNET_TYPE_IPV6. 0 with kind ND_NONE for other traffic; -EBADMSG when it
// is neighbour discovery that RFC 4861 7.1 tells to discard silently (hop limit, checksum, code, options ...).
PLX_MUST_CHECK int nd_read(struct plx_reader *reader, struct nd_message *ret_message);

// A whole frame. ND_SOLICITATION: has_mac adds the source link-layer option; ND_ADVERTISEMENT: the target one.
void nd_write_frame(struct plx_writer *writer, const struct mac_address *destination,
		    const struct mac_address *source, const struct nd_message *message);

// The advertisement that answers a solicitation for one of our addresses, from `mac`; to all nodes when it is a DAD
// probe. `frame_source` is the solicitation's Ethernet source, for one without a link-layer option.
void nd_write_answer(struct plx_writer *writer, const struct mac_address *mac,
		     const struct nd_message *solicitation, const struct mac_address *frame_source);
// "Who has `target`?", to one station, or with MAC_BROADCAST to the target's solicited-node group.
void nd_write_question(struct plx_writer *writer, const struct mac_address *mac,
		       const struct plx_ip *source, const struct plx_ip *target,
		       const struct mac_address *destination);

struct plx_ip nd_solicited_node(const struct plx_ip *ip);   // ff02::1:ffXX:XXXX
struct plx_ip nd_link_local(const struct mac_address *mac); // fe80::/64 and EUI-64
