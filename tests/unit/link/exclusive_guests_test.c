// SPDX-License-Identifier: BSD-3-Clause
// Destinations that nobody watches: two ports on one fake wire, and zones of strangers that name our neighbours.

#include "link/exclusive_link.h"

#include "cunit_runner.h"
#include "link_text.h"

#define SECOND 1000000000ull
#define START (1000 * SECOND)

#define OUR_MAC "02:00:00:00:00:01"
#define PEER_MAC "02:00:00:00:00:02"

static struct exclusive_link *link_of(struct exclusive_link_config *config, const char *ipv4,
				      const char *ipv6)
{
	int error = 0;
	config->addresses.entries[0] = prefix_of(ipv4);
	config->addresses.entries[1] = prefix_of(ipv6);
	config->addresses.count = 2;
	struct exclusive_link *link = exclusive_link_create(config, START, &error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(link);
	return link;
}

static struct exclusive_link *our_link(void)
{
	struct exclusive_link_config config = {
		.mac = mac_of(OUR_MAC),
		.gateways = {ip_of("192.0.2.2"), ip_of("fe80::ff:fe00:2")},
		.gateway_count = 2,
	};
	return link_of(&config, "192.0.2.1/24", "2001:db8::1/64");
}

static struct exclusive_link *peer_link(void)
{
	struct exclusive_link_config config = {.mac = mac_of(PEER_MAC)};
	return link_of(&config, "192.0.2.2/24", "2001:db8::2/64");
}

static void note_change(void *context, unsigned index, const struct link_path *path)
{
	CU_FAIL("nothing is watched");
}

static void exchange_for(struct exclusive_link *us, struct exclusive_link *peer, uint64_t from_ns,
			 unsigned seconds)
{
	uint8_t question[LINK_FRAME_MAX], answer[LINK_FRAME_MAX], unused[LINK_FRAME_MAX];
	for (uint64_t now_ns = from_ns; now_ns < from_ns + seconds * SECOND;
	     now_ns += SECOND / 20) {
		size_t length;
		while ((length = exclusive_link_next_frame(us, now_ns, question)) > 0) {
			length = exclusive_link_receive(peer, question, length, now_ns, answer)
					 .reply_length;
			if (length > 0) {
				(void)exclusive_link_receive(us, answer, length, now_ns, unused);
			}
		}
		exclusive_link_poll(us, now_ns, note_change, NULL);
	}
}

static unsigned neighbors_of(const struct exclusive_link *link)
{
	unsigned count = 0;
	struct neighbor neighbor;
	for (unsigned i = 0; exclusive_link_neighbor(link, i, &neighbor); i++) {
		count += neighbor.ip.family != 0;
	}
	return count;
}

static struct link_path find(struct exclusive_link *link, const char *text, uint64_t now_ns)
{
	struct link_path path;
	const struct plx_ip ip = ip_of(text);
	exclusive_link_find(link, &ip, now_ns, &path);
	return path;
}

TEST(any_destination_can_be_asked_for_without_watching_it)
{
	struct exclusive_link *us = our_link();
	struct exclusive_link *peer = peer_link();
	CU_ASSERT_EQUAL(find(us, "192.0.2.2", START).state, LINK_PATH_RESOLVING);
	CU_ASSERT_EQUAL(find(us, "2001:db8::2", START).state, LINK_PATH_RESOLVING);
	CU_ASSERT_EQUAL(find(us, "203.0.113.53", START).state, LINK_PATH_RESOLVING);
	CU_ASSERT_EQUAL(exclusive_link_next_wakeup(us), 0);
	exchange_for(us, peer, START, 1);
	static const char *const texts[] = {"192.0.2.2", "2001:db8::2", "203.0.113.53",
					    "2001:db8:9::53"};
	for (unsigned i = 0; i < 4; i++) {
		struct link_path path = find(us, texts[i], START + SECOND);
		CU_ASSERT_TRUE(link_path_is_reachable(&path));
		CU_ASSERT_TRUE(mac_is(&path.destination_mac, PEER_MAC));
		CU_ASSERT_TRUE(ip_is(&path.source, i % 2 == 0 ? "192.0.2.1" : "2001:db8::1"));
	}
	CU_ASSERT_EQUAL(find(us, "192.0.2.1", START).state, LINK_PATH_LOCAL);
	CU_ASSERT_EQUAL(find(us, "127.0.0.1", START).state, LINK_PATH_NO_ROUTE);
	CU_ASSERT_EQUAL(find(us, "224.0.0.1", START).state, LINK_PATH_NO_ROUTE);
	CU_ASSERT_EQUAL(find(us, "192.0.2.255", START).state, LINK_PATH_NO_ROUTE);
	CU_ASSERT_EQUAL(find(us, "::1", START).state, LINK_PATH_NO_ROUTE);
	exclusive_link_destroy(us);
	exclusive_link_destroy(peer);
}

TEST(strangers_who_name_neighbours_do_not_fill_the_table)
{
	struct exclusive_link *us = our_link();
	struct exclusive_link *peer = peer_link();
	for (unsigned i = 10; i < 250; i++) {
		char text[32];
		snprintf(text, sizeof(text), "192.0.2.%u", i);
		(void)find(us, text, START + i);
	}
	CU_ASSERT_EQUAL(neighbors_of(us), LINK_GUESTS_MAX + 2); // and two gateways
	// The last ones are those that are kept, until nobody asks for them any more.
	CU_ASSERT_EQUAL(find(us, "192.0.2.249", START + SECOND).state, LINK_PATH_RESOLVING);
	exchange_for(us, peer, START + SECOND, 10);
	CU_ASSERT_EQUAL(find(us, "192.0.2.249", START + 11 * SECOND).state,
			LINK_PATH_NEIGHBOR_FAILED);
	(void)find(us, "192.0.2.7", START + 12 * SECOND + LINK_GUEST_KEEP_NS);
	CU_ASSERT_EQUAL(neighbors_of(us), 3); // two gateways and the new guest
	exclusive_link_destroy(us);
	exclusive_link_destroy(peer);
}

TEST_MAIN(exclusive_guests, T(any_destination_can_be_asked_for_without_watching_it),
	  T(strangers_who_name_neighbours_do_not_fill_the_table))
