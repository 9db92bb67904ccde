// SPDX-License-Identifier: BSD-3-Clause
// The kernel owns a TAP interface; the station on its other end plays the LAN.

#include "link/kernel_neighbors.h"

#include "cunit_runner.h"
#include "link_text.h"
#include "private_network.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#define DEADLINE_NS (15ull * 1000000000)

struct site {
	struct wire wire;
	struct kernel_neighbors *neighbors;
	struct link_path paths[LINK_WATCHES_MAX];
	uint64_t frozen_ns; // time for the code under test; 0: it passes
};

static void note_change(void *context, unsigned index, const struct link_path *path)
{
	struct site *site = context;
	site->paths[index] = *path;
}

static void site_open(struct site *site, const struct tap_config *config)
{
	*site = (struct site) {0};
	wire_open(&site->wire, config);
	int error = 0;
	site->neighbors = kernel_neighbors_open(config->name, &error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(site->neighbors);
}

static void site_close(struct site *site)
{
	kernel_neighbors_close(site->neighbors);
	wire_close(&site->wire);
}

static void site_watch(struct site *site, unsigned index, const char *text)
{
	struct plx_endpoint endpoint;
	CU_ASSERT_EQUAL_FATAL(plx_endpoint_parse(text, 53, &endpoint), 0);
	kernel_neighbors_watch(site->neighbors, index, &endpoint);
}

// Runs the event loop until the path has this state. False after the deadline.
static bool site_reaches(struct site *site, unsigned index, enum link_path_state state)
{
	uint64_t deadline_ns = monotonic_ns() + DEADLINE_NS;
	for (;;) {
		uint64_t real_ns = monotonic_ns();
		uint64_t now_ns = site->frozen_ns != 0 ? site->frozen_ns : real_ns;
		CU_ASSERT_EQUAL(
			kernel_neighbors_process(site->neighbors, now_ns, note_change, site), 0);
		if (site->paths[index].state == state) {
			return true;
		}
		if (real_ns > deadline_ns) {
			return false;
		}
		if (site->wire.fd >= 0) {
			wire_carry(&site->wire);
		}
		uint64_t wakeup_ns = kernel_neighbors_next_wakeup(site->neighbors);
		int wait_ms = wakeup_ns <= now_ns ? 0 : 100;
		struct pollfd waiters[2] = {
			{.fd = kernel_neighbors_fd(site->neighbors), .events = POLLIN},
			{.fd = site->wire.fd, .events = POLLIN},
		};
		(void)poll(waiters, 2, wait_ms);
	}
}

// Waits until the new interface causes no more notifications, lest one of them wakes what a test watches.
static void site_settle(struct site *site)
{
	uint64_t deadline_ns = monotonic_ns() + DEADLINE_NS;
	struct pollfd waiter = {.fd = kernel_neighbors_fd(site->neighbors), .events = POLLIN};
	do {
		CU_ASSERT_EQUAL(kernel_neighbors_process(site->neighbors, monotonic_ns(),
							 note_change, site),
				0);
	} while (poll(&waiter, 1, 300) > 0 && monotonic_ns() < deadline_ns);
}

TEST(an_unknown_neighbor_is_prompted_and_found)
{
	struct tap_config config = wire_tap_config("plx-kn0");
	struct site site;
	site_open(&site, &config);
	site_watch(&site, 0, "192.0.2.2");
	site_watch(&site, 1, "2001:db8::2");
	CU_ASSERT_TRUE(site_reaches(&site, 0, LINK_PATH_REACHABLE));
	CU_ASSERT_TRUE(site_reaches(&site, 1, LINK_PATH_REACHABLE));
	CU_ASSERT_TRUE(mac_is(&site.paths[0].source_mac, KERNEL_MAC));
	CU_ASSERT_TRUE(mac_is(&site.paths[0].destination_mac, STATION_MAC));
	CU_ASSERT_TRUE(ip_is(&site.paths[0].source, "192.0.2.1"));
	CU_ASSERT_TRUE(ip_is(&site.paths[0].next_hop, "192.0.2.2"));
	CU_ASSERT_TRUE(mac_is(&site.paths[1].destination_mac, STATION_MAC));
	CU_ASSERT_TRUE(ip_is(&site.paths[1].source, "2001:db8::1"));
	struct link_path path;
	kernel_neighbors_path(site.neighbors, 0, &path);
	CU_ASSERT_TRUE(link_path_equal(&path, &site.paths[0]));
	CU_ASSERT_TRUE(kernel_neighbors_next_wakeup(site.neighbors) > monotonic_ns());
	site_close(&site);
}

TEST(notifications_alone_bring_the_answer)
{
	struct tap_config config = wire_tap_config("plx-kn0");
	struct site site;
	site_open(&site, &config);
	site_settle(&site);
	site.frozen_ns = monotonic_ns(); // so that no timer falls due
	site_watch(&site, 0, "192.0.2.2");
	CU_ASSERT_TRUE(site_reaches(&site, 0, LINK_PATH_RESOLVING));
	CU_ASSERT_TRUE(site_reaches(&site, 0, LINK_PATH_REACHABLE));
	site_close(&site);
}

TEST(a_gateway_is_the_next_hop)
{
	struct tap_config config = wire_tap_config("plx-kn0");
	config.gateways[config.gateway_count++] = ip_of("192.0.2.2");
	config.gateways[config.gateway_count++] = ip_of("2001:db8::2");
	struct site site;
	site_open(&site, &config);
	site_watch(&site, 0, "198.51.100.53:5353");
	site_watch(&site, 1, "2001:db8:9::53");
	CU_ASSERT_TRUE(site_reaches(&site, 0, LINK_PATH_REACHABLE));
	CU_ASSERT_TRUE(site_reaches(&site, 1, LINK_PATH_REACHABLE));
	CU_ASSERT_TRUE(ip_is(&site.paths[0].next_hop, "192.0.2.2"));
	CU_ASSERT_TRUE(mac_is(&site.paths[0].destination_mac, STATION_MAC));
	CU_ASSERT_TRUE(ip_is(&site.paths[1].next_hop, "2001:db8::2"));
	site_close(&site);
}

TEST(what_cannot_be_reached_says_why)
{
	struct tap_config config = wire_tap_config("plx-kn0");
	struct site site;
	site_open(&site, &config);
	site_watch(&site, 0, "198.51.100.53");
	site_watch(&site, 1, "192.0.2.1");
	CU_ASSERT_TRUE(site_reaches(&site, 0, LINK_PATH_NO_ROUTE));
	CU_ASSERT_TRUE(site_reaches(&site, 1, LINK_PATH_LOCAL));
	CU_ASSERT_EQUAL(kernel_neighbors_next_wakeup(site.neighbors), UINT64_MAX);
	site_close(&site);
}

TEST(route_changes_are_followed)
{
	struct tap_config config = wire_tap_config("plx-kn0");
	struct site site;
	site_open(&site, &config);
	site_watch(&site, 0, "198.51.100.53");
	CU_ASSERT_TRUE(site_reaches(&site, 0, LINK_PATH_NO_ROUTE));
	// Another interface takes the destination, and gives it back when it goes.
	struct tap_config other = {
		.name = "plx-kn1", .mac = mac_of("02:00:00:00:00:09"), .mtu = 1500};
	other.addresses.entries[other.addresses.count++] = prefix_of("198.51.100.1/24");
	char fault[TAP_FAULT_MAX];
	int fd = tap_open(&other, fault);
	CU_ASSERT_TRUE_FATAL(fd >= 0);
	CU_ASSERT_TRUE(site_reaches(&site, 0, LINK_PATH_OTHER_INTERFACE));
	close(fd);
	CU_ASSERT_TRUE(site_reaches(&site, 0, LINK_PATH_NO_ROUTE));
	site_close(&site);
}

TEST(a_silent_neighbor_fails_and_comes_back)
{
	struct tap_config config = wire_tap_config("plx-kn0");
	struct site site;
	site_open(&site, &config);
	site.wire.is_silent = true;
	site_watch(&site, 0, "192.0.2.2");
	CU_ASSERT_TRUE(site_reaches(&site, 0, LINK_PATH_RESOLVING));
	CU_ASSERT_TRUE(site_reaches(&site, 0, LINK_PATH_NEIGHBOR_FAILED));
	site.wire.is_silent = false;
	CU_ASSERT_TRUE(site_reaches(&site, 0, LINK_PATH_REACHABLE));
	site_close(&site);
}

TEST(an_interface_that_goes_is_down)
{
	struct tap_config config = wire_tap_config("plx-kn0");
	struct site site;
	site_open(&site, &config);
	site_watch(&site, 0, "192.0.2.2");
	CU_ASSERT_TRUE(site_reaches(&site, 0, LINK_PATH_REACHABLE));
	close(site.wire.fd);
	site.wire.fd = -1;
	CU_ASSERT_TRUE(site_reaches(&site, 0, LINK_PATH_LINK_DOWN));
	CU_ASSERT_TRUE(mac_is_zero(&site.paths[0].destination_mac));
	site_close(&site);
}

TEST(an_unwatched_server_is_forgotten)
{
	struct tap_config config = wire_tap_config("plx-kn0");
	struct site site;
	site_open(&site, &config);
	site_watch(&site, 0, "192.0.2.2");
	CU_ASSERT_TRUE(site_reaches(&site, 0, LINK_PATH_REACHABLE));
	kernel_neighbors_unwatch(site.neighbors, 0);
	struct link_path path;
	kernel_neighbors_path(site.neighbors, 0, &path);
	CU_ASSERT_EQUAL(path.state, LINK_PATH_UNKNOWN);
	CU_ASSERT_EQUAL(kernel_neighbors_next_wakeup(site.neighbors), UINT64_MAX);
	site_close(&site);
}

TEST(interfaces_that_cannot_be_used_are_refused)
{
	int error = 0;
	CU_ASSERT_PTR_NULL(kernel_neighbors_open("plx-none", &error));
	CU_ASSERT_EQUAL(error, -ENODEV);
	CU_ASSERT_PTR_NULL(kernel_neighbors_open("lo", &error));
	CU_ASSERT_EQUAL(error, -EINVAL);
}

TEST(the_interface_is_described)
{
	struct tap_config config = wire_tap_config("plx-kn0");
	config.mtu = 1400;
	struct site site;
	site_open(&site, &config);
	unsigned ifindex = 0;
	struct mac_address mac;
	uint32_t mtu = 0;
	kernel_neighbors_interface(site.neighbors, &ifindex, &mac, &mtu);
	CU_ASSERT_TRUE(ifindex > 0);
	CU_ASSERT_TRUE(mac_is(&mac, KERNEL_MAC));
	CU_ASSERT_EQUAL(mtu, 1400);
	site_close(&site);
}

// Every interface has a route for fe80::/64: the routing table alone cannot know which one is meant.
TEST(a_link_local_server_is_one_on_our_own_interface)
{
	static const char *const names[] = {"plx-tap0", "plx-tap1"};
	struct site sites[2];
	for (unsigned i = 0; i < 2; i++) {
		struct tap_config config = wire_tap_config(names[i]);
		site_open(&sites[i], &config);
		site_settle(&sites[i]);
	}
	for (unsigned i = 0; i < 2; i++) {
		site_watch(&sites[i], 0, "fe80::99");
		CU_ASSERT_EQUAL(kernel_neighbors_process(sites[i].neighbors, monotonic_ns(),
							 note_change, &sites[i]),
				0);
		CU_ASSERT_STRING_EQUAL(link_path_state_name(sites[i].paths[0].state), "resolving");
	}
	for (unsigned i = 0; i < 2; i++) {
		site_close(&sites[i]);
	}
}

int main(void)
{
	static const struct test_entry tests[] = {
		T(an_unknown_neighbor_is_prompted_and_found),
		T(notifications_alone_bring_the_answer),
		T(a_gateway_is_the_next_hop),
		T(what_cannot_be_reached_says_why),
		T(route_changes_are_followed),
		T(a_silent_neighbor_fails_and_comes_back),
		T(an_interface_that_goes_is_down),
		T(an_unwatched_server_is_forgotten),
		T(interfaces_that_cannot_be_used_are_refused),
		T(the_interface_is_described),
		T(a_link_local_server_is_one_on_our_own_interface),
	};
	return private_network_enter()
		       ? cunit_run("kernel_neighbors", tests, sizeof(tests) / sizeof(tests[0]))
		       : TEST_SKIPPED;
}
