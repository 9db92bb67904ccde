// SPDX-License-Identifier: BSD-3-Clause

#include "link/tap_device.h"

#include "link/kernel_query.h"

#include "cunit_runner.h"
#include "link_text.h"
#include "private_network.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define DEADLINE_NS (10ull * 1000000000)

static void note_change(void *context, unsigned index, const struct link_path *path)
{
	((struct link_path *)context)[index] = *path;
}

TEST(the_kernel_answers_for_the_addresses_on_the_device)
{
	struct tap_config config = wire_tap_config("plx-tap0");
	struct wire wire;
	wire_open(&wire, &config);
	static const char *const texts[] = {"192.0.2.1", "2001:db8::1", "fe80::ff:fe00:1"};
	for (unsigned i = 0; i < 3; i++) {
		struct plx_ip ip = ip_of(texts[i]);
		CU_ASSERT_EQUAL(exclusive_link_watch(wire.station, i, &ip, monotonic_ns()), 0);
	}
	struct link_path paths[LINK_WATCHES_MAX] = {0};
	uint64_t deadline_ns = monotonic_ns() + DEADLINE_NS;
	do {
		struct pollfd waiter = {.fd = wire.fd, .events = POLLIN};
		(void)poll(&waiter, 1, 10);
		wire_carry(&wire);
		exclusive_link_poll(wire.station, monotonic_ns(), note_change, paths);
	} while (monotonic_ns() < deadline_ns &&
		 (!link_path_is_reachable(&paths[0]) || !link_path_is_reachable(&paths[1]) ||
		  !link_path_is_reachable(&paths[2])));
	for (unsigned i = 0; i < 3; i++) {
		CU_ASSERT_TRUE(link_path_is_reachable(&paths[i]));
		CU_ASSERT_TRUE(mac_is(&paths[i].destination_mac, KERNEL_MAC));
	}
	wire_close(&wire);
}

// Ones' complement sum of an IPv4 datagram's UDP part and pseudo-header: 0xffff when its checksum is right.
static uint16_t udp_sum(const uint8_t *ip, size_t udp_length)
{
	uint32_t sum = 17 + (uint32_t)udp_length;
	for (size_t i = 12; i < 20 + udp_length; i++) {
		sum += (uint32_t)ip[i] << (i % 2 == 0 ? 8 : 0);
	}
	while (sum >> 16 != 0) {
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return (uint16_t)sum;
}

TEST(what_the_kernel_sends_has_complete_checksums)
{
	struct tap_config config = wire_tap_config("plx-tap0");
	struct wire wire;
	wire_open(&wire, &config);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(9)};
	inet_pton(AF_INET, "192.0.2.255", &address.sin_addr);
	const int on = 1;
	CU_ASSERT_EQUAL(setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof(on)), 0);
	CU_ASSERT_EQUAL(sendto(fd, "hello", 5, 0, (struct sockaddr *)&address, sizeof(address)), 5);
	close(fd);
	uint8_t frame[2048];
	bool is_found = false;
	uint64_t deadline_ns = monotonic_ns() + DEADLINE_NS;
	while (!is_found && monotonic_ns() < deadline_ns) {
		ssize_t length = tap_read(wire.fd, frame, sizeof(frame));
		if (length == -EAGAIN) {
			struct pollfd waiter = {.fd = wire.fd, .events = POLLIN};
			(void)poll(&waiter, 1, 10);
			continue;
		}
		// Ethernet, IPv4 of 20 octets, UDP, "hello"
		is_found = length == 14 + 20 + 8 + 5 && frame[12] == 8 && frame[13] == 0;
	}
	CU_ASSERT_TRUE_FATAL(is_found);
	CU_ASSERT_EQUAL(udp_sum(frame + 14, 8 + 5), 0xffff);
	CU_ASSERT_EQUAL(memcmp(frame + 6, &config.mac, 6), 0);
	wire_close(&wire);
}

TEST(gateways_become_default_routes)
{
	struct tap_config config = wire_tap_config("plx-tap0");
	config.gateways[0] = ip_of("192.0.2.253");
	config.gateways[1] = ip_of("192.0.2.254");
	config.gateways[2] = ip_of("203.0.113.1"); // outside all prefixes
	config.gateways[3] = ip_of("fe80::1");
	config.gateways[4] = ip_of("fe80::2");
	config.gateway_count = 5;
	struct wire wire;
	struct netlink_channel channel;
	struct kernel_route route;
	CU_ASSERT_EQUAL_FATAL(netlink_channel_open(&channel), 0);
	wire_open(&wire, &config);
	struct plx_ip ip = ip_of("198.51.100.53");
	CU_ASSERT_EQUAL_FATAL(kernel_query_route(&channel, 0, &ip, &route), 0);
	CU_ASSERT_TRUE(route.is_unicast);
	CU_ASSERT_FALSE(ip_is(&route.next_hop, "198.51.100.53"));
	CU_ASSERT_TRUE(ip_is(&route.source, "192.0.2.1"));
	ip = ip_of("2001:db8:9::53");
	CU_ASSERT_EQUAL_FATAL(kernel_query_route(&channel, 0, &ip, &route), 0);
	CU_ASSERT_TRUE(ip_is(&route.next_hop, "fe80::1") || ip_is(&route.next_hop, "fe80::2"));
	CU_ASSERT_TRUE(ip_is(&route.source, "2001:db8::1"));
	// All of it goes with the device.
	wire_close(&wire);
	CU_ASSERT_TRUE(kernel_query_route(&channel, 0, &ip, &route) < 0);
	CU_ASSERT_EQUAL(if_nametoindex("plx-tap0"), 0);
	netlink_channel_close(&channel);
}

TEST(a_fault_says_what_and_leaves_nothing)
{
	char fault[TAP_FAULT_MAX] = "";
	struct tap_config config = wire_tap_config("a-name-too-long-for-linux");
	CU_ASSERT_EQUAL(tap_open(&config, fault), -EINVAL);
	CU_ASSERT_PTR_NOT_NULL(strstr(fault, "1 to 15 characters"));
	config = wire_tap_config("plx-tap0");
	config.mtu = 1; // IPv4 needs 68
	CU_ASSERT_TRUE(tap_open(&config, fault) < 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(fault, "plx-tap0"));
	CU_ASSERT_EQUAL(if_nametoindex("plx-tap0"), 0);
	config = wire_tap_config("plx-tap0");
	config.gateways[config.gateway_count++] = ip_of("192.0.2.1"); // our own
	CU_ASSERT_TRUE(tap_open(&config, fault) < 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(fault, "192.0.2.1"));
	CU_ASSERT_EQUAL(if_nametoindex("plx-tap0"), 0);

	struct wire wire;
	config = wire_tap_config("plx-tap0");
	wire_open(&wire, &config);
	CU_ASSERT_EQUAL(tap_open(&config, fault), -EBUSY);
	CU_ASSERT_PTR_NOT_NULL(strstr(fault, "another process has it"));
	wire_close(&wire);
}

TEST(reading_and_writing_never_block)
{
	struct tap_config config = wire_tap_config("plx-tap0");
	struct wire wire;
	uint8_t frame[2048] = {0};
	wire_open(&wire, &config);
	// The kernel sends on a new device whenever it likes (MLD, router solicitations), so no reading but this one is
	// known to find it empty.
	ssize_t length;
	uint64_t deadline_ns = monotonic_ns() + DEADLINE_NS;
	do {
		length = tap_read(wire.fd, frame, sizeof(frame));
	} while (length > 0 && monotonic_ns() < deadline_ns);
	CU_ASSERT_EQUAL(length, -EAGAIN);
	CU_ASSERT_EQUAL(tap_write(wire.fd, frame, 4), -EINVAL);
	wire_close(&wire);
}

int main(void)
{
	static const struct test_entry tests[] = {
		T(the_kernel_answers_for_the_addresses_on_the_device),
		T(what_the_kernel_sends_has_complete_checksums),
		T(gateways_become_default_routes),
		T(a_fault_says_what_and_leaves_nothing),
		T(reading_and_writing_never_block),
	};
	return private_network_enter()
		       ? cunit_run("tap_device", tests, sizeof(tests) / sizeof(tests[0]))
		       : TEST_SKIPPED;
}
