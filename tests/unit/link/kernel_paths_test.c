// SPDX-License-Identifier: BSD-3-Clause
// Ways that nobody watches, asked of the kernel, which owns a TAP interface; the station on its other end plays the LAN.

#include "link/kernel_paths.h"

#include "cunit_runner.h"
#include "link_text.h"
#include "private_network.h"

#include <errno.h>
#include <poll.h>

#define DEADLINE_NS (15ull * 1000000000)

static struct wire wire;
static struct kernel_paths *paths;

static void start(bool has_gateways)
{
	struct tap_config config = wire_tap_config("plx-kp0");
	if (has_gateways) {
		config.gateways[config.gateway_count++] = ip_of("192.0.2.2");
		config.gateways[config.gateway_count++] = ip_of("2001:db8::2");
	}
	wire_open(&wire, &config);
	int error = 0;
	paths = kernel_paths_open(config.name, &error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(paths);
}

static void stop(void)
{
	kernel_paths_close(paths);
	wire_close(&wire);
}

// Asks until the next hop is resolved or given up.
static struct link_path find(const char *text)
{
	struct link_path path = {0};
	const struct plx_ip ip = ip_of(text);
	uint64_t deadline_ns = monotonic_ns() + DEADLINE_NS;
	do {
		struct pollfd waiter = {.fd = wire.fd, .events = POLLIN};
		CU_ASSERT_EQUAL(kernel_paths_find(paths, &ip, monotonic_ns(), &path), 0);
		(void)poll(&waiter, 1, 2);
		wire_carry(&wire);
	} while ((path.state == LINK_PATH_RESOLVING || path.state == LINK_PATH_LINK_DOWN) &&
		 monotonic_ns() < deadline_ns);
	return path;
}

TEST(neighbors_are_resolved_when_they_are_asked_for)
{
	start(false);
	struct link_path path = find("192.0.2.2");
	CU_ASSERT_EQUAL(path.state, LINK_PATH_REACHABLE);
	CU_ASSERT_TRUE(mac_is(&path.source_mac, KERNEL_MAC));
	CU_ASSERT_TRUE(mac_is(&path.destination_mac, STATION_MAC));
	CU_ASSERT_TRUE(ip_is(&path.source, "192.0.2.1"));
	path = find("2001:db8::2");
	CU_ASSERT_EQUAL(path.state, LINK_PATH_REACHABLE);
	CU_ASSERT_TRUE(ip_is(&path.source, "2001:db8::1"));
	CU_ASSERT_TRUE(ip_is(&path.next_hop, "2001:db8::2"));
	stop();
}

TEST(all_servers_behind_a_gateway_share_its_neighbor)
{
	start(true);
	CU_ASSERT_EQUAL(find("198.51.100.1").state, LINK_PATH_REACHABLE);
	wire.is_silent = true; // what was found once is enough
	for (unsigned i = 2; i < 200; i++) {
		char text[32];
		snprintf(text, sizeof(text), "198.51.100.%u", i);
		struct link_path path = find(text);
		CU_ASSERT_EQUAL(path.state, LINK_PATH_REACHABLE);
		CU_ASSERT_TRUE(ip_is(&path.next_hop, "192.0.2.2"));
	}
	stop();
}

TEST(what_cannot_be_reached_says_why)
{
	start(false);
	CU_ASSERT_EQUAL(find("192.0.2.1").state, LINK_PATH_LOCAL);
	CU_ASSERT_EQUAL(find("198.51.100.53").state, LINK_PATH_NO_ROUTE);
	CU_ASSERT_EQUAL(find("2001:db8:9::53").state, LINK_PATH_NO_ROUTE);
	enum link_path_state state = find("224.0.0.1").state;
	CU_ASSERT_TRUE(state == LINK_PATH_NO_ROUTE || state == LINK_PATH_OTHER_INTERFACE);
	state = find("192.0.2.255").state;
	CU_ASSERT_EQUAL(state, LINK_PATH_NO_ROUTE);
	wire.is_silent = true;
	CU_ASSERT_EQUAL(find("192.0.2.3").state, LINK_PATH_NEIGHBOR_FAILED);
	stop();
}

TEST(no_such_interface_is_told)
{
	int error = 0;
	CU_ASSERT_PTR_NULL(kernel_paths_open("plx-none", &error));
	CU_ASSERT_EQUAL(error, -ENODEV);
}

int main(void)
{
	static const struct test_entry tests[] = {
		T(neighbors_are_resolved_when_they_are_asked_for),
		T(all_servers_behind_a_gateway_share_its_neighbor),
		T(what_cannot_be_reached_says_why),
		T(no_such_interface_is_told),
	};
	return private_network_enter()
		       ? cunit_run("kernel_paths", tests, sizeof(tests) / sizeof(tests[0]))
		       : TEST_SKIPPED;
}
