// SPDX-License-Identifier: BSD-3-Clause

#include "link/arp.h"

#include "cunit_runner.h"
#include "link_text.h"

#include <errno.h>

// A request of 192.0.2.2 (02:00:00:00:00:02) for 192.0.2.1, as tcpdump shows one.
static const uint8_t request_bytes[ARP_PACKET_BYTES] = {
	0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 2, 192, 0, 2, 2, 0, 0, 0, 0, 0, 0, 192, 0, 2, 1};

static int read_changed(unsigned position, uint8_t value)
{
	uint8_t bytes[ARP_PACKET_BYTES];
	memcpy(bytes, request_bytes, sizeof(bytes));
	bytes[position] = value;
	struct plx_reader reader = plx_reader_init(bytes, sizeof(bytes));
	struct arp_packet packet;
	return arp_read(&reader, &packet);
}

TEST(a_request_is_read)
{
	struct plx_reader reader = plx_reader_init(request_bytes, sizeof(request_bytes));
	struct arp_packet packet;
	CU_ASSERT_EQUAL_FATAL(arp_read(&reader, &packet), 0);
	CU_ASSERT_EQUAL(packet.operation, ARP_REQUEST);
	CU_ASSERT_TRUE(mac_is(&packet.sender_mac, "02:00:00:00:00:02"));
	CU_ASSERT_TRUE(ip_is(&packet.sender, "192.0.2.2"));
	CU_ASSERT_TRUE(ip_is(&packet.target, "192.0.2.1"));
}

TEST(the_answer_names_us)
{
	struct plx_reader reader = plx_reader_init(request_bytes, sizeof(request_bytes));
	struct arp_packet request;
	struct arp_packet answer;
	uint8_t frame[ARP_FRAME_BYTES];
	struct plx_writer writer = plx_writer_init(frame, sizeof(frame));
	struct mac_address mac = mac_of("02:00:00:00:00:01");
	CU_ASSERT_EQUAL_FATAL(arp_read(&reader, &request), 0);
	arp_write_answer(&writer, &mac, &request);
	CU_ASSERT_FALSE(writer.failed);
	CU_ASSERT_EQUAL(writer.position, ETHERNET_FRAME_MIN);

	reader = plx_reader_init(frame, sizeof(frame));
	struct ethernet_header header;
	ethernet_read(&reader, &header);
	CU_ASSERT_EQUAL(header.type, ETHERNET_TYPE_ARP);
	CU_ASSERT_TRUE(mac_is(&header.destination, "02:00:00:00:00:02"));
	CU_ASSERT_EQUAL_FATAL(arp_read(&reader, &answer), 0);
	CU_ASSERT_EQUAL(answer.operation, ARP_REPLY);
	CU_ASSERT_TRUE(mac_equal(&answer.sender_mac, &mac));
	CU_ASSERT_TRUE(ip_is(&answer.sender, "192.0.2.1"));
	CU_ASSERT_TRUE(ip_is(&answer.target, "192.0.2.2"));
	CU_ASSERT_TRUE(mac_is(&answer.target_mac, "02:00:00:00:00:02"));
}

TEST(every_other_arp_is_refused)
{
	CU_ASSERT_EQUAL(read_changed(1, 6), -EBADMSG);    // hardware
	CU_ASSERT_EQUAL(read_changed(2, 0x86), -EBADMSG); // protocol
	CU_ASSERT_EQUAL(read_changed(4, 8), -EBADMSG);    // hardware length
	CU_ASSERT_EQUAL(read_changed(5, 16), -EBADMSG);   // protocol length
	CU_ASSERT_EQUAL(read_changed(7, 0), -EBADMSG);    // operations
	CU_ASSERT_EQUAL(read_changed(7, 3), -EBADMSG);
	CU_ASSERT_EQUAL(read_changed(6, 1), -EBADMSG);
	CU_ASSERT_EQUAL(read_changed(8, 3), -EBADMSG); // a group as the sender
	CU_ASSERT_EQUAL(read_changed(7, 2), 0);
}

TEST(a_short_packet_is_refused)
{
	for (size_t length = 0; length < ARP_PACKET_BYTES; length++) {
		struct plx_reader reader = plx_reader_init(request_bytes, length);
		struct arp_packet packet;
		CU_ASSERT_EQUAL(arp_read(&reader, &packet), -EBADMSG);
	}
}

TEST_MAIN(arp, T(a_request_is_read), T(the_answer_names_us), T(every_other_arp_is_refused),
	  T(a_short_packet_is_refused))
