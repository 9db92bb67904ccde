// SPDX-License-Identifier: BSD-3-Clause

#include "link/route.h"

#include "cunit_runner.h"
#include "link_text.h"

#include <errno.h>

static struct link_addresses addresses_of(const char *const *texts, unsigned count)
{
	struct link_addresses addresses = {.count = count};
	for (unsigned i = 0; i < count; i++) {
		addresses.entries[i] = prefix_of(texts[i]);
	}
	return addresses;
}

static struct route find(const struct link_addresses *addresses, const char *gateway,
			 const char *destination)
{
	struct plx_ip gateway_ip = {0};
	if (gateway != NULL) {
		gateway_ip = ip_of(gateway);
	}
	struct plx_ip ip = ip_of(destination);
	return route_find(addresses, gateway != NULL ? &gateway_ip : NULL, &ip);
}

static const char *const ordinary[] = {"192.0.2.1/24", "198.51.100.77/28", "2001:db8:1::1/64",
				       "fd00:1::1/64", "fe80::1/64"};

TEST(prefixes_are_parsed_or_refused)
{
	struct link_address address = prefix_of("192.0.2.1/24");
	CU_ASSERT_EQUAL(address.prefix_length, 24);
	CU_ASSERT_TRUE(ip_is(&address.ip, "192.0.2.1"));
	CU_ASSERT_EQUAL(prefix_of("192.0.2.1").prefix_length, 32);
	CU_ASSERT_EQUAL(prefix_of("2001:db8::1").prefix_length, 128);
	CU_ASSERT_EQUAL(prefix_of("2001:db8::1/0").prefix_length, 0);
	static const char *const wrong[] = {
		"",
		"192.0.2.1/",
		"192.0.2.1/33",
		"192.0.2.1/-1",
		"192.0.2.1/2x",
		"192.0.2/24",
		"2001:db8::/129",
		"192.0.2.1/ 24",
		"/24",
		"192.0.2.1/18446744073709551640",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/1"};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(wrong); i++) {
		CU_ASSERT_EQUAL(link_address_parse(wrong[i], &address), -EINVAL);
	}
}

TEST(a_destination_of_a_prefix_is_on_the_link)
{
	struct link_addresses addresses = addresses_of(ordinary, 5);
	struct route route = find(&addresses, "192.0.2.254", "192.0.2.53");
	CU_ASSERT_EQUAL(route.kind, ROUTE_ON_LINK);
	CU_ASSERT_TRUE(ip_is(&route.source, "192.0.2.1"));
	route = find(&addresses, "192.0.2.254", "198.51.100.65");
	CU_ASSERT_EQUAL(route.kind, ROUTE_ON_LINK);
	CU_ASSERT_TRUE(ip_is(&route.source, "198.51.100.77"));
	route = find(&addresses, NULL, "2001:db8:1::53");
	CU_ASSERT_EQUAL(route.kind, ROUTE_ON_LINK);
	CU_ASSERT_TRUE(ip_is(&route.source, "2001:db8:1::1"));
	route = find(&addresses, NULL, "fe80::53");
	CU_ASSERT_EQUAL(route.kind, ROUTE_ON_LINK);
	CU_ASSERT_TRUE(ip_is(&route.source, "fe80::1"));
}

TEST(everything_else_goes_through_the_gateway)
{
	struct link_addresses addresses = addresses_of(ordinary, 5);
	struct route route = find(&addresses, "198.51.100.65", "203.0.113.53");
	CU_ASSERT_EQUAL(route.kind, ROUTE_GATEWAY);
	CU_ASSERT_TRUE(ip_is(&route.source, "198.51.100.77"));
	route = find(&addresses, "fe80::ffff", "2001:db8:9::53");
	CU_ASSERT_EQUAL(route.kind, ROUTE_GATEWAY);
	CU_ASSERT_TRUE(ip_is(&route.source, "2001:db8:1::1"));
	route = find(&addresses, "fe80::ffff", "fd00:9::53");
	CU_ASSERT_TRUE(ip_is(&route.source, "fd00:1::1"));
	CU_ASSERT_EQUAL(find(&addresses, NULL, "203.0.113.53").kind, ROUTE_NONE);
}

TEST(the_longest_prefix_names_the_source)
{
	static const char *const texts[] = {"10.0.0.1/8", "10.1.0.1/16", "10.1.2.1/25"};
	struct link_addresses addresses = addresses_of(texts, 3);
	struct route route = find(&addresses, NULL, "10.1.2.3");
	CU_ASSERT_TRUE(ip_is(&route.source, "10.1.2.1"));
	route = find(&addresses, NULL, "10.1.2.200");
	CU_ASSERT_TRUE(ip_is(&route.source, "10.1.0.1"));
	route = find(&addresses, NULL, "10.2.0.1");
	CU_ASSERT_TRUE(ip_is(&route.source, "10.0.0.1"));
}

TEST(addresses_that_no_host_has_are_not_routed)
{
	struct link_addresses addresses = addresses_of(ordinary, 5);
	static const char *const wrong[] = {
		"192.0.2.0", "192.0.2.255",     "255.255.255.255", "224.0.0.1",
		"127.0.0.1", "0.0.0.0",         "ff02::1",         "::1",
		"::",        "::ffff:192.0.2.5"};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(wrong); i++) {
		CU_ASSERT_EQUAL(find(&addresses, "192.0.2.254", wrong[i]).kind, ROUTE_NONE);
	}
}

TEST(a_point_to_point_prefix_has_no_broadcast)
{
	static const char *const texts[] = {"192.0.2.0/31"};
	struct link_addresses addresses = addresses_of(texts, 1);
	CU_ASSERT_EQUAL(find(&addresses, NULL, "192.0.2.1").kind, ROUTE_ON_LINK);
	CU_ASSERT_EQUAL(find(&addresses, NULL, "192.0.2.0").kind, ROUTE_LOCAL);
}

TEST(our_own_address_is_local)
{
	struct link_addresses addresses = addresses_of(ordinary, 5);
	CU_ASSERT_EQUAL(find(&addresses, NULL, "192.0.2.1").kind, ROUTE_LOCAL);
	CU_ASSERT_EQUAL(find(&addresses, NULL, "fe80::1").kind, ROUTE_LOCAL);
}

TEST(a_family_without_an_address_has_no_source)
{
	static const char *const texts[] = {"192.0.2.1/24"};
	struct link_addresses addresses = addresses_of(texts, 1);
	CU_ASSERT_EQUAL(find(&addresses, NULL, "2001:db8::53").kind, ROUTE_NO_SOURCE);
	static const char *const link_local[] = {"fe80::1/64"};
	addresses = addresses_of(link_local, 1);
	CU_ASSERT_EQUAL(find(&addresses, "fe80::ffff", "2001:db8::53").kind, ROUTE_NO_SOURCE);
}

TEST_MAIN(route, T(prefixes_are_parsed_or_refused), T(a_destination_of_a_prefix_is_on_the_link),
	  T(everything_else_goes_through_the_gateway), T(the_longest_prefix_names_the_source),
	  T(addresses_that_no_host_has_are_not_routed), T(a_point_to_point_prefix_has_no_broadcast),
	  T(our_own_address_is_local), T(a_family_without_an_address_has_no_source))
