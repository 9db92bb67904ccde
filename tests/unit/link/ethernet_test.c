// SPDX-License-Identifier: BSD-3-Clause

#include "link/ethernet.h"

#include "cunit_runner.h"
#include "link_text.h"

#include <errno.h>

TEST(a_mac_survives_text_and_back)
{
	char text[MAC_TEXT_MAX];
	struct mac_address mac = mac_of("0A:1b:2c:3D:4e:ff");
	CU_ASSERT_STRING_EQUAL(mac_format(&mac, text), "0a:1b:2c:3d:4e:ff");
}

TEST(text_that_is_no_mac_is_refused)
{
	static const char *const texts[] = {"",
					    "0a",
					    "0a:1b:2c:3d:4e",
					    "0a:1b:2c:3d:4e:",
					    "0a:1b:2c:3d:4e:f",
					    "0a:1b:2c:3d:4e:ff:00",
					    "0a-1b-2c-3d-4e-ff",
					    "0g:1b:2c:3d:4e:ff",
					    "0a:1b:2c:3d:4e:ff "};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(texts); i++) {
		struct mac_address mac;
		CU_ASSERT_EQUAL(mac_parse(texts[i], &mac), -EINVAL);
	}
}

TEST(a_header_is_read_as_it_was_written)
{
	uint8_t frame[ETHERNET_HEADER_BYTES];
	const struct ethernet_header written = {
		.destination = mac_of("02:00:00:00:00:01"),
		.source = mac_of("02:00:00:00:00:02"),
		.type = ETHERNET_TYPE_IPV6,
	};
	struct plx_writer writer = plx_writer_init(frame, sizeof(frame));
	ethernet_write(&writer, &written);
	CU_ASSERT_FALSE(writer.failed);
	CU_ASSERT_EQUAL(frame[12], 0x86);
	struct plx_reader reader = plx_reader_init(frame, sizeof(frame));
	struct ethernet_header read;
	ethernet_read(&reader, &read);
	CU_ASSERT_FALSE(reader.failed);
	CU_ASSERT_TRUE(mac_equal(&read.destination, &written.destination));
	CU_ASSERT_TRUE(mac_equal(&read.source, &written.source));
	CU_ASSERT_EQUAL(read.type, ETHERNET_TYPE_IPV6);
}

TEST(a_short_header_sets_the_sticky_error)
{
	const uint8_t frame[ETHERNET_HEADER_BYTES - 1] = {0};
	struct plx_reader reader = plx_reader_init(frame, sizeof(frame));
	struct ethernet_header header;
	ethernet_read(&reader, &header);
	CU_ASSERT_TRUE(reader.failed);
}

TEST(stations_are_neither_zero_nor_groups)
{
	struct mac_address zero = {0};
	struct mac_address broadcast = MAC_BROADCAST;
	struct mac_address group = mac_of("33:33:00:00:00:01");
	struct mac_address station = mac_of("02:00:00:00:00:01");
	CU_ASSERT_FALSE(mac_is_station(&zero));
	CU_ASSERT_FALSE(mac_is_station(&broadcast));
	CU_ASSERT_FALSE(mac_is_station(&group));
	CU_ASSERT_TRUE(mac_is_station(&station));
}

TEST(an_ipv6_group_has_the_mac_of_rfc_2464)
{
	struct plx_ip group = ip_of("ff02::1:ff12:3456");
	struct mac_address mac = mac_of_multicast(&group);
	CU_ASSERT_TRUE(mac_is(&mac, "33:33:ff:12:34:56"));
}

TEST_MAIN(ethernet, T(a_mac_survives_text_and_back), T(text_that_is_no_mac_is_refused),
	  T(a_header_is_read_as_it_was_written), T(a_short_header_sets_the_sticky_error),
	  T(stations_are_neither_zero_nor_groups), T(an_ipv6_group_has_the_mac_of_rfc_2464))
