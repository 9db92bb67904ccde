// SPDX-License-Identifier: BSD-3-Clause
// An ARP packet. Oracle: what is read survives being written and read again; an answer to it has the fixed length.

#include "link/arp.h"

#include "fuzz_target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct plx_reader reader = plx_reader_init(data, size);
	struct arp_packet packet;
	if (arp_read(&reader, &packet) < 0) {
		return 0;
	}
	must(mac_is_station(&packet.sender_mac));
	uint8_t frame[ARP_FRAME_BYTES];
	struct plx_writer writer = plx_writer_init(frame, sizeof(frame));
	arp_write_frame(&writer, &packet.target_mac, &packet.sender_mac, &packet);
	must(!writer.failed && writer.position == sizeof(frame));
	must(memcmp(frame + ETHERNET_HEADER_BYTES, data, ARP_PACKET_BYTES) == 0);

	struct arp_packet answer;
	writer = plx_writer_init(frame, sizeof(frame));
	arp_write_answer(&writer, &packet.sender_mac, &packet);
	must(!writer.failed && writer.position == sizeof(frame));
	reader = plx_reader_init(frame + ETHERNET_HEADER_BYTES, ARP_PACKET_BYTES);
	must(arp_read(&reader, &answer) == 0);
	must(answer.operation == ARP_REPLY && plx_ip_equal(&answer.sender, &packet.target));
	return 0;
}
