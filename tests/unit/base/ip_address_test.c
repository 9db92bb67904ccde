// SPDX-License-Identifier: BSD-3-Clause

#include <parallax/base/ip_address.h>

#include "cunit_runner.h"

#include <errno.h>

static void expect_ip(const char *text, const char *expected)
{
	struct plx_ip ip;
	char formatted[PLX_IP_TEXT_MAX];
	CU_ASSERT_EQUAL_FATAL(plx_ip_parse(text, &ip), 0);
	CU_ASSERT_STRING_EQUAL(plx_ip_format(&ip, formatted), expected);
}

TEST(addresses_format_as_rfc_5952)
{
	expect_ip("192.0.2.1", "192.0.2.1");
	expect_ip("2001:DB8:0:0:0:0:0:1", "2001:db8::1");
	expect_ip("2001:0db8:0000:0001:0000:0000:0000:0001", "2001:db8:0:1::1");
	expect_ip("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1");
	expect_ip("::", "::");
	expect_ip("::ffff:192.0.2.1", "::ffff:192.0.2.1");
	expect_ip("::192.0.2.1", "::c000:201");
	expect_ip("::0.0.2.1", "::201");
	expect_ip("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255",
		  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
}

TEST(bad_addresses_are_refused_and_leave_the_output_alone)
{
	static const char *const bad[] = {
		"",      "192.0.2",    "192.0.2.256", "192.0.2.1.", "0x7f.1",     "2001:db8:::1",
		":",     "1:2:3",      "fe80::1%lo",  " 192.0.2.1", "192.0.2.1 ", "example",
		"[::1]", "192.0.2.01",
	};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(bad); i++) {
		struct plx_ip ip = {.family = 99};
		CU_ASSERT_EQUAL(plx_ip_parse(bad[i], &ip), -EINVAL);
		CU_ASSERT_EQUAL(ip.family, 99);
	}
}

TEST(no_address_is_a_dash)
{
	struct plx_ip none = {0};
	struct plx_endpoint nowhere = {.port = 53};
	char ip[PLX_IP_TEXT_MAX];
	char endpoint[PLX_ENDPOINT_TEXT_MAX];
	CU_ASSERT_STRING_EQUAL(plx_ip_format(&none, ip), "-");
	CU_ASSERT_STRING_EQUAL(plx_endpoint_format(&nowhere, endpoint), "-");
}

static void expect_endpoint(const char *text, const char *expected)
{
	struct plx_endpoint endpoint;
	char formatted[PLX_ENDPOINT_TEXT_MAX];
	CU_ASSERT_EQUAL_FATAL(plx_endpoint_parse(text, 53, &endpoint), 0);
	CU_ASSERT_STRING_EQUAL(plx_endpoint_format(&endpoint, formatted), expected);
}

TEST(endpoints_take_an_optional_port)
{
	expect_endpoint("192.0.2.1", "192.0.2.1:53");
	expect_endpoint("192.0.2.1:5353", "192.0.2.1:5353");
	expect_endpoint("2001:db8::1", "[2001:db8::1]:53");
	expect_endpoint("[2001:db8::1]", "[2001:db8::1]:53");
	expect_endpoint("[2001:db8::1]:65535", "[2001:db8::1]:65535");
	expect_endpoint("[ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255]:65535",
			"[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535");
}

TEST(bad_endpoints_are_refused)
{
	static const char *const bad[] = {
		"",
		":53",
		"192.0.2.1:",
		"192.0.2.1:0",
		"192.0.2.1:65536",
		"192.0.2.1:-1",
		"[::1",
		"[::1]53",
		"[::1]:",
		"[192.0.2.1]:53",
		"[]:53",
		"192.0.2.1:000053",
		"192.0.2.1: 53",
		"host.example:53",
		"[::1]:53x",
		"[aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]:53",
	};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(bad); i++) {
		struct plx_endpoint endpoint = {.port = 7};
		CU_ASSERT_EQUAL(plx_endpoint_parse(bad[i], 53, &endpoint), -EINVAL);
		CU_ASSERT_EQUAL(endpoint.port, 7);
	}
}

TEST(equality_looks_at_family_address_and_port)
{
	struct plx_endpoint v4;
	struct plx_endpoint v6;
	CU_ASSERT_EQUAL_FATAL(plx_endpoint_parse("1.2.3.4", 53, &v4), 0);
	CU_ASSERT_EQUAL_FATAL(plx_endpoint_parse("102:304::", 53, &v6), 0);
	CU_ASSERT_EQUAL(memcmp(v4.ip.bytes, v6.ip.bytes, 16), 0);
	CU_ASSERT_FALSE(plx_endpoint_equal(&v4, &v6));
	struct plx_endpoint other_port = v4;
	CU_ASSERT_TRUE(plx_endpoint_equal(&v4, &other_port));
	other_port.port = 54;
	CU_ASSERT_FALSE(plx_endpoint_equal(&v4, &other_port));
}

TEST_MAIN(ip_address, T(addresses_format_as_rfc_5952),
	  T(bad_addresses_are_refused_and_leave_the_output_alone), T(no_address_is_a_dash),
	  T(endpoints_take_an_optional_port), T(bad_endpoints_are_refused),
	  T(equality_looks_at_family_address_and_port))
