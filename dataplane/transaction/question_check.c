// SPDX-License-Identifier: BSD-3-Clause

#include "transaction/question_check.h"

#include <parallax/base/byte_reader.h>
#include <parallax/dns/rr_type.h>

#include <stdbool.h>
#include <string.h>

#define QUESTION_FIELDS_BYTES 4u // type and class

static uint64_t load_word(const uint8_t *octets)
{
	uint64_t word;
	memcpy(&word, octets, sizeof(word));
	return word;
}

// memcmp, of which a call with a length that is not known takes longer than the comparison.
static bool is_same(const uint8_t *a, const uint8_t *b, unsigned length)
{
	if (length < 8) {
		return memcmp(a, b, length) == 0;
	}
	uint64_t difference = load_word(a + length - 8) ^ load_word(b + length - 8);
	for (unsigned at = 0; at + 8 < length; at += 8) {
		difference |= load_word(a + at) ^ load_word(b + at);
	}
	return difference == 0;
}

enum plx_drop_reason question_check(const uint8_t *payload, uint32_t length, const uint8_t *sent,
				    unsigned sent_length, uint16_t qtype)
{
	if (length < PLX_DNS_HEADER_BYTES) {
		return PLX_DROP_NOT_RESPONSE;
	}
	// Of constant length, like the other one: the compiler then drops the bounds checks.
	struct plx_reader header = plx_reader_init(payload, PLX_DNS_HEADER_BYTES);
	(void)plx_read_u16(&header); // the ID was checked with the port
	uint16_t flags = plx_read_u16(&header);
	uint16_t question_count = plx_read_u16(&header);
	if ((flags & PLX_FLAG_QR) == 0 || PLX_OPCODE(flags) != 0 || question_count != 1) {
		return PLX_DROP_NOT_RESPONSE;
	}
	if (length - PLX_DNS_HEADER_BYTES < sent_length + QUESTION_FIELDS_BYTES) {
		return PLX_DROP_WRONG_QUESTION;
	}
	const uint8_t *name = payload + PLX_DNS_HEADER_BYTES;
	struct plx_reader fields = plx_reader_init(name + sent_length, QUESTION_FIELDS_BYTES);
	uint16_t type = plx_read_u16(&fields);
	uint16_t class = plx_read_u16(&fields);
	if (type != qtype || class != PLX_CLASS_IN) {
		return PLX_DROP_WRONG_QUESTION;
	}
	if (PLX_LIKELY(is_same(name, sent, sent_length))) {
		return PLX_DROP_ACCEPTED;
	}
	for (unsigned i = 0; i < sent_length; i++) {
		if (plx_ascii_lower(name[i]) != plx_ascii_lower(sent[i])) {
			return PLX_DROP_WRONG_QUESTION;
		}
	}
	return PLX_DROP_WRONG_CASE;
}
