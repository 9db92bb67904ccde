// SPDX-License-Identifier: BSD-3-Clause
// Any bytes as a received frame. Beyond memory safety: the view lies inside the frame, an accepted datagram is addressed
// to us, and its checksum is what the offload or the packet says.

#include "network/packet_input.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	if (length < 2) {
		return 0;
	}
	const struct packet_rules rules = {
		.first_port = 16384,
		.last_port = 32767,
		.trusts_checksums =
			(bytes[0] & 1) != 0, // else nearly all inputs end at the checksum
		.address_count = 2,
		.addresses = {{.family = 4, .bytes = {192, 0, 2, 1}},
			      {.family = 6, .bytes = {0x20, 1, 0xd, 0xb8, [15] = 1}}},
	};
	const enum packet_checksum offload = bytes[1] % 3;
	const uint8_t *frame = bytes + 2;
	struct packet_view view;
	enum plx_drop_reason reason = PLX_DROP_COUNT;
	enum packet_class class =
		packet_classify(&rules, frame, (uint32_t)(length - 2), offload, &view, &reason);
	if (class == PACKET_DROP && (reason == PLX_DROP_COUNT || reason == PLX_DROP_ACCEPTED)) {
		abort();
	}
	if (class == PACKET_ANSWER &&
	    (view.payload < frame || view.payload + view.payload_length > bytes + length ||
	     view.destination_port < rules.first_port || view.destination_port > rules.last_port ||
	     offload == PACKET_CHECKSUM_BAD)) {
		abort();
	}
	return 0;
}
