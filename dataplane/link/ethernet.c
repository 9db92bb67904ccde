// SPDX-License-Identifier: BSD-3-Clause

#include "link/ethernet.h"

#include <errno.h>
#include <stdio.h>

static int hex_digit(char character)
{
	if (character >= '0' && character <= '9') {
		return character - '0';
	}
	if (character >= 'a' && character <= 'f') {
		return character - 'a' + 10;
	}
	if (character >= 'A' && character <= 'F') {
		return character - 'A' + 10;
	}
	return -1;
}

int mac_parse(const char *text, struct mac_address *ret_mac)
{
	struct mac_address mac;
	for (size_t i = 0; i < sizeof(mac.bytes); i++) {
		int high = hex_digit(text[0]);
		int low = high < 0 ? -1 : hex_digit(text[1]);
		if (low < 0) {
			return -EINVAL;
		}
		mac.bytes[i] = (uint8_t)(high << 4 | low);
		text += 2;
		if (i + 1 < sizeof(mac.bytes) && *text++ != ':') {
			return -EINVAL;
		}
	}
	if (*text != '\0') {
		return -EINVAL;
	}
	*ret_mac = mac;
	return 0;
}

const char *mac_format(const struct mac_address *mac, char text[static MAC_TEXT_MAX])
{
	const uint8_t *b = mac->bytes;
	snprintf(text, MAC_TEXT_MAX, "%02x:%02x:%02x:%02x:%02x:%02x", b[0], b[1], b[2], b[3], b[4],
		 b[5]);
	return text;
}

struct mac_address mac_of_multicast(const struct plx_ip *group)
{
	const uint8_t *b = group->bytes;
	return (struct mac_address) {{0x33, 0x33, b[12], b[13], b[14], b[15]}};
}

void ethernet_read(struct plx_reader *reader, struct ethernet_header *ret_header)
{
	plx_read_copy(reader, ret_header->destination.bytes, sizeof(ret_header->destination.bytes));
	plx_read_copy(reader, ret_header->source.bytes, sizeof(ret_header->source.bytes));
	ret_header->type = plx_read_u16(reader);
}

void ethernet_write(struct plx_writer *writer, const struct ethernet_header *header)
{
	plx_write_bytes(writer, header->destination.bytes, sizeof(header->destination.bytes));
	plx_write_bytes(writer, header->source.bytes, sizeof(header->source.bytes));
	plx_write_u16(writer, header->type);
}
