// SPDX-License-Identifier: BSD-3-Clause

#include "link/exclusive_link.h"

#include "link/arp.h"
#include "link/gateway.h"
#include "link/neighbor_discovery.h"
#include "ratelimit/token_bucket.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

static_assert(ARP_FRAME_BYTES <= LINK_FRAME_MAX && ND_FRAME_BYTES <= LINK_FRAME_MAX,
	      "every frame written here fits");

struct watch {
	struct plx_ip destination; // family 0: not watched
	bool has_neighbor;         // on the link: holds a use of the neighbour table
	struct link_path path;
};

// On the link, and resolved for exclusive_link_find.
struct guest {
	struct plx_ip ip; // family 0: free
	uint64_t used_ns;
};

struct exclusive_link {
	struct mac_address mac;
	struct link_addresses addresses;
	struct neighbor_table neighbors;
	struct gateway_set gateways;
	struct token_bucket answer_rate;
	struct watch watches[LINK_WATCHES_MAX];
	struct guest guests[LINK_GUESTS_MAX];
	struct link_counters counters;
	uint64_t polled_change_count; // of the neighbour table, at the last poll
	bool must_poll;               // a watch is new
};

static int copy_addresses(struct exclusive_link *link, const struct link_addresses *given)
{
	bool has_ipv6 = false;
	bool has_link_local = false;
	if (given->count == 0 || given->count > LINK_ADDRESSES_MAX) {
		return -EINVAL;
	}
	for (unsigned i = 0; i < given->count; i++) {
		const struct link_address *address = &given->entries[i];
		if (!ip_is_unicast(&address->ip) ||
		    address->prefix_length > plx_ip_length(&address->ip) * 8 ||
		    link_addresses_contain(&link->addresses, &address->ip)) {
			return -EINVAL;
		}
		link->addresses.entries[link->addresses.count++] = *address;
		has_ipv6 |= address->ip.family == 6;
		has_link_local |= ip_is_link_local(&address->ip);
	}
	if (!has_ipv6 || has_link_local) {
		return 0;
	}
	if (link->addresses.count == LINK_ADDRESSES_MAX) {
		return -EINVAL;
	}
	link->addresses.entries[link->addresses.count++] = (struct link_address) {
		.ip = nd_link_local(&link->mac),
		.prefix_length = 64,
	};
	return 0;
}

static bool has_family(const struct exclusive_link *link, uint8_t family)
{
	for (unsigned i = 0; i < link->addresses.count; i++) {
		if (link->addresses.entries[i].ip.family == family) {
			return true;
		}
	}
	return false;
}

static int check_gateways(const struct exclusive_link *link,
			  const struct exclusive_link_config *config)
{
	if (config->gateway_count > LINK_GATEWAYS_MAX) {
		return -EINVAL;
	}
	for (unsigned i = 0; i < config->gateway_count; i++) {
		const struct plx_ip *gateway = &config->gateways[i];
		if (!has_family(link, gateway->family) ||
		    link_addresses_contain(&link->addresses, gateway)) {
			return -EINVAL;
		}
	}
	return 0;
}

struct exclusive_link *exclusive_link_create(const struct exclusive_link_config *config,
					     uint64_t now_ns, int *ret_error)
{
	struct exclusive_link *link = calloc(1, sizeof(*link));
	if (link == NULL) {
		*ret_error = -ENOMEM;
		return NULL;
	}
	link->mac = config->mac;
	neighbor_table_init(&link->neighbors);
	token_bucket_init(&link->answer_rate, LINK_ANSWERS_PER_SECOND);
	int error = mac_is_station(&config->mac) ? 0 : -EINVAL;
	if (error == 0) {
		error = copy_addresses(link, &config->addresses);
	}
	if (error == 0) {
		error = check_gateways(link, config);
	}
	if (error == 0) {
		error = gateway_set_init(&link->gateways, config->gateways, config->gateway_count,
					 &link->neighbors, now_ns);
	}
	if (error < 0) {
		exclusive_link_destroy(link);
		*ret_error = error;
		return NULL;
	}
	return link;
}

void exclusive_link_destroy(struct exclusive_link *link)
{
	free(link);
}

const struct link_addresses *exclusive_link_addresses(const struct exclusive_link *link)
{
	return &link->addresses;
}

static struct route route_to(const struct exclusive_link *link, const struct plx_ip *destination)
{
	return route_find(&link->addresses,
			  gateway_set_current(&link->gateways, destination->family), destination);
}

int exclusive_link_watch(struct exclusive_link *link, unsigned index,
			 const struct plx_ip *destination, uint64_t now_ns)
{
	if (index >= LINK_WATCHES_MAX) {
		return -EINVAL;
	}
	exclusive_link_unwatch(link, index);
	struct watch *watch = &link->watches[index];
	// Whether it is on the link never changes: addresses are fixed.
	bool is_on_link = route_to(link, destination).kind == ROUTE_ON_LINK;
	if (is_on_link) {
		int error = neighbor_table_add(&link->neighbors, destination, now_ns);
		if (error < 0) {
			return error;
		}
	}
	*watch = (struct watch) {.destination = *destination, .has_neighbor = is_on_link};
	link->must_poll = true;
	return 0;
}

void exclusive_link_unwatch(struct exclusive_link *link, unsigned index)
{
	if (index >= LINK_WATCHES_MAX) {
		return;
	}
	struct watch *watch = &link->watches[index];
	if (watch->has_neighbor) {
		neighbor_table_remove(&link->neighbors, &watch->destination);
	}
	*watch = (struct watch) {0};
}

void exclusive_link_path(const struct exclusive_link *link, unsigned index,
			 struct link_path *ret_path)
{
	*ret_path = index < LINK_WATCHES_MAX ? link->watches[index].path : (struct link_path) {0};
}

static enum link_path_state state_of_neighbor(const struct neighbor *neighbor)
{
	if (neighbor == NULL || neighbor->state == NEIGHBOR_FAILED) {
		return LINK_PATH_NEIGHBOR_FAILED;
	}
	return neighbor_is_usable(neighbor) ? LINK_PATH_REACHABLE : LINK_PATH_RESOLVING;
}

static struct link_path work_out_path(const struct exclusive_link *link,
				      const struct plx_ip *destination)
{
	struct link_path path = {.source_mac = link->mac};
	struct route route = route_to(link, destination);
	switch (route.kind) {
	case ROUTE_LOCAL:
		path.state = LINK_PATH_LOCAL;
		return path;
	case ROUTE_NO_SOURCE:
		path.state = LINK_PATH_NO_SOURCE;
		return path;
	case ROUTE_ON_LINK:
		path.next_hop = *destination;
		break;
	case ROUTE_GATEWAY:
		path.next_hop = *gateway_set_current(&link->gateways, destination->family);
		break;
	case ROUTE_NONE:
	default:
		path.state = LINK_PATH_NO_ROUTE;
		return path;
	}
	const struct neighbor *neighbor = neighbor_table_find(&link->neighbors, &path.next_hop);
	path.source = route.source;
	path.state = state_of_neighbor(neighbor);
	if (path.state == LINK_PATH_REACHABLE) {
		path.destination_mac = neighbor->mac;
	}
	return path;
}

static void remove_guest(struct exclusive_link *link, struct guest *guest)
{
	if (guest->ip.family != 0) {
		neighbor_table_remove(&link->neighbors, &guest->ip);
	}
	*guest = (struct guest) {0};
}

// Keeps the destination resolved. Without room in the table its neighbour stays unknown, which counts as failed.
static void receive_guest(struct exclusive_link *link, const struct plx_ip *ip, uint64_t now_ns)
{
	struct guest *oldest = &link->guests[0];
	for (unsigned i = 0; i < LINK_GUESTS_MAX; i++) {
		struct guest *guest = &link->guests[i];
		if (plx_ip_equal(&guest->ip, ip)) {
			guest->used_ns = now_ns;
			return;
		}
		if (guest->ip.family != 0 && now_ns - guest->used_ns >= LINK_GUEST_KEEP_NS) {
			remove_guest(link, guest);
		}
		if (guest->used_ns < oldest->used_ns) {
			oldest = guest;
		}
	}
	remove_guest(link, oldest);
	if (neighbor_table_add(&link->neighbors, ip, now_ns) == 0) {
		*oldest = (struct guest) {.ip = *ip, .used_ns = now_ns};
	}
}

void exclusive_link_find(struct exclusive_link *link, const struct plx_ip *destination,
			 uint64_t now_ns, struct link_path *ret_path)
{
	if (route_to(link, destination).kind == ROUTE_ON_LINK) {
		receive_guest(link, destination, now_ns);
	}
	*ret_path = work_out_path(link, destination);
}

void exclusive_link_poll(struct exclusive_link *link, uint64_t now_ns, link_path_changed_cb changed,
			 void *context)
{
	bool has_switched = gateway_set_update(&link->gateways, &link->neighbors, now_ns);
	if (!has_switched && !link->must_poll &&
	    link->polled_change_count == link->neighbors.change_count) {
		return;
	}
	link->must_poll = false;
	link->polled_change_count = link->neighbors.change_count;
	for (unsigned i = 0; i < LINK_WATCHES_MAX; i++) {
		struct watch *watch = &link->watches[i];
		if (watch->destination.family == 0) {
			continue;
		}
		struct link_path path = work_out_path(link, &watch->destination);
		if (!link_path_equal(&path, &watch->path)) {
			watch->path = path;
			changed(context, i, &path);
		}
	}
}

static bool may_answer(struct exclusive_link *link, uint64_t now_ns)
{
	if (!token_bucket_has(&link->answer_rate, now_ns)) {
		link->counters.requests_limited++;
		return false;
	}
	token_bucket_take(&link->answer_rate, now_ns);
	link->counters.requests_answered++;
	return true;
}

static struct link_verdict receive_arp(struct exclusive_link *link, struct plx_reader *reader,
				       uint64_t now_ns, uint8_t reply[static LINK_FRAME_MAX])
{
	struct link_verdict verdict = {.is_neighbor = true};
	struct arp_packet packet;
	if (arp_read(reader, &packet) < 0) {
		link->counters.malformed++;
		return verdict;
	}
	bool is_for_us = link_addresses_contain(&link->addresses, &packet.target);
	if (link_addresses_contain(&link->addresses, &packet.sender)) {
		link->counters.address_conflicts++;
		return verdict;
	}
	if (packet.operation == ARP_REQUEST) {
		neighbor_table_hint(&link->neighbors, &packet.sender, &packet.sender_mac, now_ns);
		if (is_for_us && may_answer(link, now_ns)) {
			struct plx_writer writer = plx_writer_init(reply, LINK_FRAME_MAX);
			arp_write_answer(&writer, &link->mac, &packet);
			verdict.reply_length = (uint16_t)writer.position;
		}
		return verdict;
	}
	verdict.is_for_kernel = true;
	if (is_for_us) {
		neighbor_table_answer(&link->neighbors, &packet.sender, &packet.sender_mac, now_ns);
	} else {
		link->neighbors.unsolicited++;
		neighbor_table_hint(&link->neighbors, &packet.sender, &packet.sender_mac, now_ns);
	}
	return verdict;
}

static struct link_verdict receive_solicitation(struct exclusive_link *link,
						const struct nd_message *message,
						const struct mac_address *frame_source,
						uint64_t now_ns,
						uint8_t reply[static LINK_FRAME_MAX])
{
	struct link_verdict verdict = {.is_neighbor = true};
	if (message->has_mac) {
		neighbor_table_hint(&link->neighbors, &message->source, &message->mac, now_ns);
	}
	if (!link_addresses_contain(&link->addresses, &message->target)) {
		return verdict;
	}
	if (!ip_is_unicast(&message->source)) {
		link->counters.address_conflicts++;
	}
	if (mac_is_station(frame_source) && may_answer(link, now_ns)) {
		struct plx_writer writer = plx_writer_init(reply, LINK_FRAME_MAX);
		nd_write_answer(&writer, &link->mac, message, frame_source);
		verdict.reply_length = (uint16_t)writer.position;
	}
	return verdict;
}

static struct link_verdict receive_advertisement(struct exclusive_link *link,
						 const struct nd_message *message, uint64_t now_ns)
{
	struct link_verdict verdict = {.is_neighbor = true, .is_for_kernel = true};
	if (link_addresses_contain(&link->addresses, &message->target)) {
		link->counters.address_conflicts++;
		verdict.is_for_kernel = false;
		return verdict;
	}
	const struct mac_address *mac = message->has_mac ? &message->mac : NULL;
	if (message->is_solicited &&
	    link_addresses_contain(&link->addresses, &message->destination)) {
		neighbor_table_answer(&link->neighbors, &message->target, mac, now_ns);
		return verdict;
	}
	link->neighbors.unsolicited++;
	if (mac != NULL) {
		neighbor_table_hint(&link->neighbors, &message->target, mac, now_ns);
	}
	return verdict;
}

static struct link_verdict receive_ipv6(struct exclusive_link *link, struct plx_reader *reader,
					const struct ethernet_header *header, uint64_t now_ns,
					uint8_t reply[static LINK_FRAME_MAX])
{
	struct nd_message message;
	if (nd_read(reader, &message) < 0) {
		link->counters.malformed++;
		return (struct link_verdict) {.is_neighbor = true};
	}
	switch (message.kind) {
	case ND_SOLICITATION:
		return receive_solicitation(link, &message, &header->source, now_ns, reply);
	case ND_ADVERTISEMENT:
		return receive_advertisement(link, &message, now_ns);
	case ND_ROUTER:
		link->counters.router_messages++;
		return (struct link_verdict) {.is_neighbor = true};
	case ND_NONE:
	default:
		return (struct link_verdict) {.is_for_kernel = true};
	}
}

// The type behind a mere priority tag, which some switches put on every frame, ARP included.
static uint16_t inner_type(struct plx_reader *reader, uint16_t type)
{
	struct plx_reader tag = *reader;
	if (type != ETHERNET_TYPE_VLAN || (plx_read_u16(&tag) & ETHERNET_VLAN_ID_BITS) != 0) {
		return type;
	}
	type = plx_read_u16(&tag);
	*reader = tag;
	return type;
}

struct link_verdict exclusive_link_receive(struct exclusive_link *link, const uint8_t *frame,
					   size_t length, uint64_t now_ns,
					   uint8_t reply[static LINK_FRAME_MAX])
{
	struct plx_reader reader = plx_reader_init(frame, length);
	struct ethernet_header header;
	ethernet_read(&reader, &header);
	// A promiscuous port sees frames for others; a bridge may loop our own back.
	if (reader.failed || mac_equal(&header.source, &link->mac) ||
	    (!mac_is_multicast(&header.destination) &&
	     !mac_equal(&header.destination, &link->mac))) {
		return (struct link_verdict) {0};
	}
	switch (inner_type(&reader, header.type)) {
	case ETHERNET_TYPE_ARP:
		return receive_arp(link, &reader, now_ns, reply);
	case ETHERNET_TYPE_IPV6:
		return receive_ipv6(link, &reader, &header, now_ns, reply);
	default:
		return (struct link_verdict) {.is_for_kernel = true};
	}
}

// Our address that asks for a neighbour: one of its prefix, else (a gateway outside all prefixes) the first of its
// family.
static struct plx_ip source_for_neighbor(const struct exclusive_link *link, const struct plx_ip *ip)
{
	struct route route = route_find(&link->addresses, ip, ip);
	if (route.kind == ROUTE_ON_LINK || route.kind == ROUTE_GATEWAY) {
		return route.source;
	}
	unsigned index = 0;
	while (link->addresses.entries[index].ip.family != ip->family) {
		index++; // ends: check_gateways saw that the family is there
	}
	return link->addresses.entries[index].ip;
}

size_t exclusive_link_next_frame(struct exclusive_link *link, uint64_t now_ns,
				 uint8_t frame[static LINK_FRAME_MAX])
{
	struct neighbor_question question;
	if (!neighbor_table_next_question(&link->neighbors, now_ns, &question)) {
		return 0;
	}
	struct plx_writer writer = plx_writer_init(frame, LINK_FRAME_MAX);
	struct plx_ip source = source_for_neighbor(link, &question.ip);
	if (question.ip.family == 4) {
		arp_write_question(&writer, &link->mac, &source, &question.ip, &question.mac);
	} else {
		nd_write_question(&writer, &link->mac, &source, &question.ip, &question.mac);
	}
	link->counters.solicitations_sent++;
	return writer.position;
}

uint64_t exclusive_link_next_wakeup(const struct exclusive_link *link)
{
	if (link->must_poll || link->polled_change_count != link->neighbors.change_count) {
		return 0;
	}
	uint64_t ask_ns = neighbor_table_next_wakeup(&link->neighbors);
	uint64_t return_ns = gateway_set_next_wakeup(&link->gateways, &link->neighbors);
	return ask_ns < return_ns ? ask_ns : return_ns;
}

void exclusive_link_read_counters(const struct exclusive_link *link,
				  struct link_counters *ret_counters)
{
	*ret_counters = link->counters;
	ret_counters->unsolicited = link->neighbors.unsolicited;
	ret_counters->conflicting = link->neighbors.conflicting;
	ret_counters->gateway_switchovers = link->gateways.switchovers;
}

bool exclusive_link_neighbor(const struct exclusive_link *link, unsigned index,
			     struct neighbor *ret_neighbor)
{
	if (index >= NEIGHBORS_MAX) {
		return false;
	}
	*ret_neighbor = link->neighbors.entries[index];
	return true;
}

const struct plx_ip *exclusive_link_gateway(const struct exclusive_link *link, uint8_t family)
{
	return gateway_set_current(&link->gateways, family);
}
