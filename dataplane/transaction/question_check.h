// SPDX-License-Identifier: BSD-3-Clause
// Is this a response to the question that was sent (RFC 5452 9.1)? The same octets come back, letter case included. Pure.

#pragma once

#include <parallax/dns/message_reader.h>
#include <parallax/dns/name.h>
#include <parallax/exchange/drop_reason.h>

#include <stdint.h>

#define ANSWER_BYTES_MIN 17 // header, root name, type, class

// QR=1, opcode QUERY and one question: NOT_RESPONSE if not. Name as it was sent, type and class IN: WRONG_QUESTION, or
// WRONG_CASE when only letter case differs. Else ACCEPTED.
enum plx_drop_reason question_check(const uint8_t *payload, uint32_t length, const uint8_t *sent,
				    unsigned sent_length, uint16_t qtype);

// Names in the message may point into its question, whose letters were in random case: with the question folded they
// read as the server wrote them, or in lower case.
static inline void question_fold_case(uint8_t *wire, unsigned name_length)
{
	plx_ascii_lower_octets(wire + PLX_DNS_HEADER_BYTES, name_length);
}
