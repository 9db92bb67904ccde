// SPDX-License-Identifier: BSD-3-Clause

#include "tcp/tcp_match.h"

#include <parallax/base/byte_reader.h>
#include <parallax/dns/message_reader.h>
#include <parallax/dns/name.h>
#include <parallax/dns/rr_type.h>

static bool question_equal(const uint8_t *ours, const uint8_t *theirs, uint16_t length)
{
	uint16_t name_length = length - 4;
	for (uint16_t i = 0; i < name_length; i++) {
		// Length octets are below 'A', so folding leaves them as they are.
		if (plx_ascii_lower(ours[i]) != plx_ascii_lower(theirs[i])) {
			return false;
		}
	}
	return memcmp(ours + name_length, theirs + name_length, 4) == 0;
}

bool tcp_match_answer(const uint8_t *query, uint16_t question_length, const uint8_t *message,
		      uint32_t message_length)
{
	struct plx_reader reader = plx_reader_init(message, message_length);
	(void)plx_read_u16(&reader); // ID: compared already
	uint16_t flags = plx_read_u16(&reader);
	uint16_t question_count = plx_read_u16(&reader);
	(void)plx_read_bytes(&reader, 6);
	if (reader.failed || (flags & PLX_FLAG_QR) == 0 || PLX_OPCODE(flags) != 0) {
		return false;
	}
	if (question_count == 0) {
		unsigned rcode = flags & 0xf;
		return rcode == PLX_RCODE_FORMERR || rcode == PLX_RCODE_NOTIMP;
	}
	const uint8_t *question = plx_read_bytes(&reader, question_length);
	return question_count == 1 && question != NULL &&
	       question_equal(query + PLX_DNS_HEADER_BYTES, question, question_length);
}
