// SPDX-License-Identifier: BSD-3-Clause
// Two ports on one fake wire, and a liar beside them.

#include "link/exclusive_link.h"

#include "link/arp.h"
#include "link/neighbor_discovery.h"

#include "cunit_runner.h"
#include "link_text.h"

#include <errno.h>

#define SECOND 1000000000ull
#define START (1000 * SECOND)

#define OUR_MAC "02:00:00:00:00:01"
#define PEER_MAC "02:00:00:00:00:02"
#define LIAR_MAC "02:00:00:00:00:66"

struct changes {
	unsigned count;
	struct link_path last[LINK_WATCHES_MAX];
};

static void note_change(void *context, unsigned index, const struct link_path *path)
{
	struct changes *changes = context;
	changes->count++;
	changes->last[index] = *path;
}

static struct exclusive_link *link_of(const char *mac, const char *ipv4, const char *ipv6)
{
	struct exclusive_link_config config = {.mac = mac_of(mac)};
	config.addresses.entries[0] = prefix_of(ipv4);
	config.addresses.entries[1] = prefix_of(ipv6);
	config.addresses.count = 2;
	config.gateways[0] = ip_of("192.0.2.2");
	config.gateways[1] = ip_of("fe80::ff:fe00:2");
	config.gateway_count = 2;
	int error = 0;
	struct exclusive_link *link = exclusive_link_create(&config, START, &error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(link);
	return link;
}

static struct exclusive_link *our_link(void)
{
	return link_of(OUR_MAC, "192.0.2.1/24", "2001:db8::1/64");
}

static struct exclusive_link *peer_link(void)
{
	struct exclusive_link_config config = {.mac = mac_of(PEER_MAC)};
	config.addresses.entries[0] = prefix_of("192.0.2.2/24");
	config.addresses.entries[1] = prefix_of("2001:db8::2/64");
	config.addresses.count = 2;
	int error = 0;
	struct exclusive_link *link = exclusive_link_create(&config, START, &error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(link);
	return link;
}

static void watch(struct exclusive_link *link, unsigned index, const char *text)
{
	struct plx_ip ip = ip_of(text);
	CU_ASSERT_EQUAL(exclusive_link_watch(link, index, &ip, START), 0);
}

static bool has_priority_tags; // the wire between us and the peer puts one on every frame

static size_t through_the_wire(uint8_t frame[static LINK_FRAME_MAX + 4], size_t length)
{
	if (!has_priority_tags || length == 0) {
		return length;
	}
	memmove(frame + 16, frame + 12, length - 12);
	memcpy(frame + 12, "\x81\x00\xe0\x00", 4);
	return length + 4;
}

// Carries our questions to the peer and its answers back.
static void exchange(struct exclusive_link *us, struct exclusive_link *peer, uint64_t now_ns)
{
	uint8_t question[LINK_FRAME_MAX + 4], answer[LINK_FRAME_MAX + 4], unused[LINK_FRAME_MAX];
	size_t length;
	while ((length = exclusive_link_next_frame(us, now_ns, question)) > 0) {
		length = through_the_wire(question, length);
		length =
			exclusive_link_receive(peer, question, length, now_ns, answer).reply_length;
		length = through_the_wire(answer, length);
		if (length > 0) {
			(void)exclusive_link_receive(us, answer, length, now_ns, unused);
		}
	}
}

static void exchange_for(struct exclusive_link *us, struct exclusive_link *peer, uint64_t from_ns,
			 unsigned seconds, struct changes *changes)
{
	for (uint64_t now_ns = from_ns; now_ns < from_ns + seconds * SECOND;
	     now_ns += SECOND / 20) {
		exchange(us, peer, now_ns);
		exclusive_link_poll(us, now_ns, note_change, changes);
	}
}

// An ARP packet of the liar, as a frame to us.
static size_t arp_frame(uint8_t frame[static LINK_FRAME_MAX], enum arp_operation operation,
			const char *sender, const char *target)
{
	const struct arp_packet packet = {
		.operation = operation,
		.sender_mac = mac_of(LIAR_MAC),
		.sender = ip_of(sender),
		.target_mac = mac_of(OUR_MAC),
		.target = ip_of(target),
	};
	struct mac_address us = mac_of(OUR_MAC);
	struct plx_writer writer = plx_writer_init(frame, LINK_FRAME_MAX);
	arp_write_frame(&writer, &us, &packet.sender_mac, &packet);
	return writer.position;
}

static size_t nd_frame(uint8_t frame[static LINK_FRAME_MAX], const struct nd_message *message)
{
	struct mac_address us = mac_of(OUR_MAC);
	struct mac_address liar = mac_of(LIAR_MAC);
	struct plx_writer writer = plx_writer_init(frame, LINK_FRAME_MAX);
	nd_write_frame(&writer, &us, &liar, message);
	return writer.position;
}

static struct link_verdict receive(struct exclusive_link *link, const uint8_t *frame, size_t length,
				   uint64_t now_ns)
{
	uint8_t reply[LINK_FRAME_MAX];
	return exclusive_link_receive(link, frame, length, now_ns, reply);
}

TEST(servers_on_the_link_and_behind_gateways_are_reached)
{
	static const char *const texts[] = {"192.0.2.2", "2001:db8::2", "203.0.113.53",
					    "2001:db8:9::53"};
	struct exclusive_link *us = our_link();
	struct exclusive_link *peer = peer_link();
	struct changes changes = {0};
	for (unsigned i = 0; i < 4; i++) {
		watch(us, i, texts[i]);
	}
	CU_ASSERT_EQUAL(exclusive_link_next_wakeup(us), 0);
	exclusive_link_poll(us, START, note_change, &changes);
	CU_ASSERT_EQUAL(changes.count, 4);
	CU_ASSERT_EQUAL(changes.last[0].state, LINK_PATH_RESOLVING);
	exchange_for(us, peer, START, 1, &changes);
	CU_ASSERT_EQUAL(changes.count, 8);
	for (unsigned i = 0; i < 4; i++) {
		struct link_path path;
		exclusive_link_path(us, i, &path);
		CU_ASSERT_TRUE(link_path_is_reachable(&path));
		CU_ASSERT_TRUE(mac_is(&path.source_mac, OUR_MAC));
		CU_ASSERT_TRUE(mac_is(&path.destination_mac, PEER_MAC));
		CU_ASSERT_TRUE(ip_is(&path.source, i % 2 == 0 ? "192.0.2.1" : "2001:db8::1"));
	}
	CU_ASSERT_TRUE(ip_is(&changes.last[2].next_hop, "192.0.2.2"));
	CU_ASSERT_TRUE(ip_is(&changes.last[3].next_hop, "fe80::ff:fe00:2"));
	// A quarter of an hour of probes changes nothing.
	exchange_for(us, peer, START + SECOND, 900, &changes);
	CU_ASSERT_EQUAL(changes.count, 8);
	exclusive_link_destroy(us);
	exclusive_link_destroy(peer);
}

TEST(a_silent_peer_becomes_unreachable_and_comes_back)
{
	struct exclusive_link *us = our_link();
	struct exclusive_link *peer = peer_link();
	struct exclusive_link *nobody = link_of(LIAR_MAC, "192.0.2.9/24", "2001:db8::9/64");
	struct changes changes = {0};
	watch(us, 0, "192.0.2.2");
	exchange_for(us, peer, START, 10, &changes);
	CU_ASSERT_EQUAL(changes.last[0].state, LINK_PATH_REACHABLE);
	exchange_for(us, nobody, START + 10 * SECOND, 40, &changes);
	CU_ASSERT_EQUAL(changes.last[0].state, LINK_PATH_NEIGHBOR_FAILED);
	CU_ASSERT_TRUE(mac_is_zero(&changes.last[0].destination_mac));
	exchange_for(us, peer, START + 50 * SECOND, 31, &changes);
	CU_ASSERT_EQUAL(changes.last[0].state, LINK_PATH_REACHABLE);
	exclusive_link_destroy(us);
	exclusive_link_destroy(peer);
	exclusive_link_destroy(nobody);
}

TEST(what_cannot_be_reached_says_why)
{
	struct exclusive_link_config config = {.mac = mac_of(OUR_MAC)};
	config.addresses.entries[0] = prefix_of("192.0.2.1/24");
	config.addresses.count = 1;
	int error = 0;
	struct exclusive_link *us = exclusive_link_create(&config, START, &error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(us);
	struct changes changes = {0};
	watch(us, 0, "203.0.113.53");
	watch(us, 1, "2001:db8::53");
	watch(us, 2, "192.0.2.1");
	exclusive_link_poll(us, START, note_change, &changes);
	CU_ASSERT_EQUAL(changes.last[0].state, LINK_PATH_NO_ROUTE);
	CU_ASSERT_EQUAL(changes.last[1].state, LINK_PATH_NO_SOURCE);
	CU_ASSERT_EQUAL(changes.last[2].state, LINK_PATH_LOCAL);
	CU_ASSERT_EQUAL(exclusive_link_next_wakeup(us), UINT64_MAX);
	exclusive_link_unwatch(us, 0);
	struct link_path path;
	exclusive_link_path(us, 0, &path);
	CU_ASSERT_EQUAL(path.state, LINK_PATH_UNKNOWN);
	exclusive_link_destroy(us);
}

TEST(lies_of_the_lan_change_no_path)
{
	struct exclusive_link *us = our_link();
	struct exclusive_link *peer = peer_link();
	struct changes changes = {0};
	uint8_t frame[LINK_FRAME_MAX];
	watch(us, 0, "192.0.2.2");
	watch(us, 1, "2001:db8::2");
	exchange_for(us, peer, START, 1, &changes);
	unsigned before = changes.count;
	struct nd_message lie = {
		.kind = ND_ADVERTISEMENT,
		.source = ip_of("2001:db8::2"),
		.destination = ip_of("2001:db8::1"),
		.target = ip_of("2001:db8::2"),
		.is_solicited = true,
		.is_override = true,
		.has_mac = true,
		.mac = mac_of(LIAR_MAC),
	};
	for (uint64_t now_ns = START + SECOND; now_ns < START + 100 * SECOND;
	     now_ns += SECOND / 50) {
		size_t length = arp_frame(frame, ARP_REPLY, "192.0.2.2", "192.0.2.1");
		(void)receive(us, frame, length, now_ns);
		length = arp_frame(frame, ARP_REPLY, "192.0.2.2", "192.0.2.2");
		(void)receive(us, frame, length, now_ns);
		length = arp_frame(frame, ARP_REQUEST, "192.0.2.2", "192.0.2.1");
		(void)receive(us, frame, length, now_ns);
		length = nd_frame(frame, &lie);
		(void)receive(us, frame, length, now_ns);
		exchange(us, peer, now_ns);
		exclusive_link_poll(us, now_ns, note_change, &changes);
	}
	CU_ASSERT_EQUAL(changes.count, before);
	struct link_counters counters;
	exclusive_link_read_counters(us, &counters);
	CU_ASSERT_TRUE(counters.unsolicited > 1000);
	exclusive_link_destroy(us);
	exclusive_link_destroy(peer);
}

TEST(requests_for_our_addresses_are_answered_and_not_given_to_the_kernel)
{
	struct exclusive_link *us = our_link();
	uint8_t frame[LINK_FRAME_MAX];
	uint8_t reply[LINK_FRAME_MAX];
	size_t length = arp_frame(frame, ARP_REQUEST, "192.0.2.77", "192.0.2.1");
	struct link_verdict verdict = exclusive_link_receive(us, frame, length, START, reply);
	CU_ASSERT_EQUAL(verdict.reply_length, ARP_FRAME_BYTES);
	CU_ASSERT_TRUE(verdict.is_neighbor);
	CU_ASSERT_FALSE(verdict.is_for_kernel);
	length = arp_frame(frame, ARP_REQUEST, "192.0.2.77", "192.0.2.3");
	verdict = exclusive_link_receive(us, frame, length, START, reply);
	CU_ASSERT_EQUAL(verdict.reply_length, 0);
	CU_ASSERT_FALSE(verdict.is_for_kernel);
	// RFC 5227: a probe has no sender address.
	length = arp_frame(frame, ARP_REQUEST, "0.0.0.0", "192.0.2.1");
	verdict = exclusive_link_receive(us, frame, length, START + SECOND, reply);
	CU_ASSERT_EQUAL(verdict.reply_length, ARP_FRAME_BYTES);
	exclusive_link_destroy(us);
}

TEST(solicitations_for_all_our_addresses_are_answered)
{
	struct exclusive_link *us = our_link();
	static const char *const targets[] = {"2001:db8::1", "fe80::ff:fe00:1"};
	uint8_t frame[LINK_FRAME_MAX];
	uint8_t reply[LINK_FRAME_MAX];
	for (unsigned i = 0; i < 2; i++) {
		struct nd_message message = {
			.kind = ND_SOLICITATION,
			.source = ip_of("2001:db8::77"),
			.target = ip_of(targets[i]),
			.has_mac = true,
			.mac = mac_of(LIAR_MAC),
		};
		message.destination = nd_solicited_node(&message.target);
		size_t length = nd_frame(frame, &message);
		struct link_verdict verdict =
			exclusive_link_receive(us, frame, length, START + i * SECOND, reply);
		CU_ASSERT_EQUAL_FATAL(verdict.reply_length, ND_FRAME_BYTES);
		CU_ASSERT_FALSE(verdict.is_for_kernel);
		struct plx_reader reader = plx_reader_init(reply, verdict.reply_length);
		struct ethernet_header header;
		struct nd_message answer;
		ethernet_read(&reader, &header);
		CU_ASSERT_TRUE(mac_is(&header.destination, LIAR_MAC));
		CU_ASSERT_EQUAL_FATAL(nd_read(&reader, &answer), 0);
		CU_ASSERT_TRUE(answer.is_solicited);
		CU_ASSERT_TRUE(mac_is(&answer.mac, OUR_MAC));
		CU_ASSERT_TRUE(plx_ip_equal(&answer.target, &message.target));
	}
	exclusive_link_destroy(us);
}

TEST(a_dad_probe_for_our_address_is_answered_to_all)
{
	struct exclusive_link *us = our_link();
	uint8_t frame[LINK_FRAME_MAX];
	uint8_t reply[LINK_FRAME_MAX];
	struct nd_message probe = {
		.kind = ND_SOLICITATION,
		.source = {.family = 6},
		.target = ip_of("2001:db8::1"),
	};
	probe.destination = nd_solicited_node(&probe.target);
	size_t length = nd_frame(frame, &probe);
	struct link_verdict verdict = exclusive_link_receive(us, frame, length, START, reply);
	CU_ASSERT_EQUAL_FATAL(verdict.reply_length, ND_FRAME_BYTES);
	struct plx_reader reader = plx_reader_init(reply, verdict.reply_length);
	struct ethernet_header header;
	struct nd_message answer;
	ethernet_read(&reader, &header);
	CU_ASSERT_TRUE(mac_is(&header.destination, "33:33:00:00:00:01"));
	CU_ASSERT_EQUAL_FATAL(nd_read(&reader, &answer), 0);
	CU_ASSERT_TRUE(ip_is(&answer.destination, "ff02::1"));
	CU_ASSERT_FALSE(answer.is_solicited);
	struct link_counters counters;
	exclusive_link_read_counters(us, &counters);
	CU_ASSERT_EQUAL(counters.address_conflicts, 1);
	exclusive_link_destroy(us);
}

TEST(a_flood_of_requests_is_not_reflected)
{
	struct exclusive_link *us = our_link();
	uint8_t frame[LINK_FRAME_MAX];
	size_t length = arp_frame(frame, ARP_REQUEST, "192.0.2.77", "192.0.2.1");
	unsigned answered = 0;
	for (unsigned i = 0; i < 100000; i++) {
		uint64_t now_ns = START + i * (SECOND / 100000);
		answered += receive(us, frame, length, now_ns).reply_length > 0 ? 1 : 0;
	}
	CU_ASSERT_TRUE(answered <= LINK_ANSWERS_PER_SECOND + 5);
	CU_ASSERT_TRUE(answered >= LINK_ANSWERS_PER_SECOND - 5);
	struct link_counters counters;
	exclusive_link_read_counters(us, &counters);
	CU_ASSERT_EQUAL(counters.requests_answered, answered);
	CU_ASSERT_EQUAL(counters.requests_limited, 100000 - answered);
	exclusive_link_destroy(us);
}

TEST(somebody_with_our_address_is_counted)
{
	struct exclusive_link *us = our_link();
	uint8_t frame[LINK_FRAME_MAX];
	size_t length = arp_frame(frame, ARP_REPLY, "192.0.2.1", "192.0.2.1");
	struct link_verdict verdict = receive(us, frame, length, START);
	CU_ASSERT_FALSE(verdict.is_for_kernel);
	struct link_counters counters;
	exclusive_link_read_counters(us, &counters);
	CU_ASSERT_EQUAL(counters.address_conflicts, 1);
	exclusive_link_destroy(us);
}

TEST(the_kernel_gets_what_is_not_ours)
{
	struct exclusive_link *us = our_link();
	uint8_t frame[LINK_FRAME_MAX] = {0};
	struct ethernet_header header = {
		.destination = mac_of(OUR_MAC),
		.source = mac_of(LIAR_MAC),
		.type = ETHERNET_TYPE_IPV4,
	};
	struct plx_writer writer = plx_writer_init(frame, sizeof(frame));
	ethernet_write(&writer, &header);
	struct link_verdict verdict = receive(us, frame, sizeof(frame), START);
	CU_ASSERT_TRUE(verdict.is_for_kernel);
	CU_ASSERT_FALSE(verdict.is_neighbor);
	// An answer to the kernel's own ARP request as well.
	size_t length = arp_frame(frame, ARP_REPLY, "192.0.2.77", "192.0.2.1");
	CU_ASSERT_TRUE(receive(us, frame, length, START).is_for_kernel);
	// But nothing for another station, and nothing that we sent ourselves.
	header.destination = mac_of(PEER_MAC);
	writer = plx_writer_init(frame, sizeof(frame));
	ethernet_write(&writer, &header);
	CU_ASSERT_FALSE(receive(us, frame, sizeof(frame), START).is_for_kernel);
	header.destination = MAC_BROADCAST;
	header.source = mac_of(OUR_MAC);
	writer = plx_writer_init(frame, sizeof(frame));
	ethernet_write(&writer, &header);
	CU_ASSERT_FALSE(receive(us, frame, sizeof(frame), START).is_for_kernel);
	CU_ASSERT_FALSE(receive(us, frame, 13, START).is_for_kernel);
	exclusive_link_destroy(us);
}

TEST(router_messages_are_dropped)
{
	struct exclusive_link *us = our_link();
	uint8_t frame[LINK_FRAME_MAX];
	struct nd_message message = {
		.kind = ND_SOLICITATION,
		.source = ip_of("fe80::66"),
		.destination = ip_of("ff02::1"),
		.target = ip_of("fe80::66"),
	};
	size_t length = nd_frame(frame, &message);
	frame[ETHERNET_HEADER_BYTES + 40] = 134; // a router advertisement
	struct link_verdict verdict = receive(us, frame, length, START);
	CU_ASSERT_FALSE(verdict.is_for_kernel);
	CU_ASSERT_TRUE(verdict.is_neighbor);
	struct link_counters counters;
	exclusive_link_read_counters(us, &counters);
	CU_ASSERT_EQUAL(counters.router_messages, 1);
	exclusive_link_destroy(us);
}

TEST(a_priority_tag_hides_no_answer_and_no_question)
{
	struct exclusive_link *us = our_link();
	struct exclusive_link *peer = peer_link();
	struct changes changes = {0};
	watch(us, 0, "192.0.2.2");
	watch(us, 1, "2001:db8::2");
	has_priority_tags = true;
	exchange_for(us, peer, START, 1, &changes);
	has_priority_tags = false;
	CU_ASSERT_EQUAL(changes.last[0].state, LINK_PATH_REACHABLE);
	CU_ASSERT_EQUAL(changes.last[1].state, LINK_PATH_REACHABLE);
	exclusive_link_destroy(us);
	exclusive_link_destroy(peer);
}

TEST(a_gateway_outside_all_prefixes_is_on_the_link)
{
	struct exclusive_link_config config = {.mac = mac_of(OUR_MAC), .gateway_count = 1};
	config.addresses.entries[0] = prefix_of("198.51.100.5/32");
	config.addresses.count = 1;
	config.gateways[0] = ip_of("192.0.2.2");
	int error = 0;
	struct exclusive_link *us = exclusive_link_create(&config, START, &error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(us);
	struct exclusive_link *peer = peer_link();
	struct changes changes = {0};
	watch(us, 0, "203.0.113.53");
	exchange_for(us, peer, START, 1, &changes);
	CU_ASSERT_EQUAL(changes.last[0].state, LINK_PATH_REACHABLE);
	CU_ASSERT_TRUE(ip_is(&changes.last[0].source, "198.51.100.5"));
	exclusive_link_destroy(us);
	exclusive_link_destroy(peer);
}

TEST(wrong_configurations_are_refused)
{
	static const struct {
		const char *address, *second, *gateway;
	} wrong[] = {
		{"224.0.0.1/24", NULL, NULL},          {"192.0.2.1/24", "192.0.2.1/25", NULL},
		{"192.0.2.1/24", NULL, "2001:db8::1"}, {"192.0.2.1/24", NULL, "192.0.2.1"},
		{"192.0.2.1/24", NULL, "224.0.0.1"},
	};
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(wrong); i++) {
		struct exclusive_link_config config = {.mac = mac_of(OUR_MAC)};
		config.addresses.entries[config.addresses.count++] = prefix_of(wrong[i].address);
		if (wrong[i].second != NULL) {
			config.addresses.entries[config.addresses.count++] =
				prefix_of(wrong[i].second);
		}
		if (wrong[i].gateway != NULL) {
			config.gateways[config.gateway_count++] = ip_of(wrong[i].gateway);
		}
		int error = 0;
		CU_ASSERT_PTR_NULL(exclusive_link_create(&config, START, &error));
		CU_ASSERT_EQUAL(error, -EINVAL);
	}
	struct exclusive_link_config empty = {.mac = mac_of(OUR_MAC)};
	int error = 0;
	CU_ASSERT_PTR_NULL(exclusive_link_create(&empty, START, &error));
	CU_ASSERT_EQUAL(error, -EINVAL);
}

TEST_MAIN(exclusive_link, T(servers_on_the_link_and_behind_gateways_are_reached),
	  T(a_silent_peer_becomes_unreachable_and_comes_back), T(what_cannot_be_reached_says_why),
	  T(lies_of_the_lan_change_no_path),
	  T(requests_for_our_addresses_are_answered_and_not_given_to_the_kernel),
	  T(solicitations_for_all_our_addresses_are_answered),
	  T(a_dad_probe_for_our_address_is_answered_to_all),
	  T(a_flood_of_requests_is_not_reflected), T(somebody_with_our_address_is_counted),
	  T(the_kernel_gets_what_is_not_ours), T(router_messages_are_dropped),
	  T(a_priority_tag_hides_no_answer_and_no_question),
	  T(a_gateway_outside_all_prefixes_is_on_the_link), T(wrong_configurations_are_refused))
