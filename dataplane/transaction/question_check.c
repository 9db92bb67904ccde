// SPDX-License-Identifier: BSD-3-Clause

#include "transaction/question_check.h"

#include <parallax/base/byte_reader.h>
#include <parallax/dns/rr_type.h>

#include <string.h>

enum plx_drop_reason question_check(const uint8_t *payload, uint32_t length, const uint8_t *sent,
				    unsigned sent_length, uint16_t qtype)
{
	struct plx_reader reader = plx_reader_init(payload, length);
	(void)plx_read_u16(&reader); // the ID was checked with the port
	uint16_t flags = plx_read_u16(&reader);
	uint16_t question_count = plx_read_u16(&reader);
	if ((flags & PLX_FLAG_QR) == 0 || PLX_OPCODE(flags) != 0 || question_count != 1) {
		return PLX_DROP_NOT_RESPONSE;
	}
	(void)plx_read_bytes(&reader, 6);
	const uint8_t *name = plx_read_bytes(&reader, sent_length);
	uint16_t type = plx_read_u16(&reader);
	uint16_t class = plx_read_u16(&reader);
	if (reader.failed || type != qtype || class != PLX_CLASS_IN) {
		return PLX_DROP_WRONG_QUESTION;
	}
	if (memcmp(name, sent, sent_length) == 0) {
		return PLX_DROP_ACCEPTED;
	}
	for (unsigned i = 0; i < sent_length; i++) {
		if (plx_ascii_lower(name[i]) != plx_ascii_lower(sent[i])) {
			return PLX_DROP_WRONG_QUESTION;
		}
	}
	return PLX_DROP_WRONG_CASE;
}
