// SPDX-License-Identifier: BSD-3-Clause
// A DNS query becomes its answer in the buffer in which it came. The question stays where it is, octet for octet (0x20);
// behind it comes a tail that was built before (tail.h). Pure, any thread, a fuzz target.

#pragma once

#include <parallax/base/attributes.h>

#include "reflect/answer_set.h"

#include <stddef.h>
#include <stdint.h>

// Our own UDP size (DNS flag day 2020): no answer is longer, whatever the client says.
#define REFLECT_ANSWER_MAX 1232

enum reflect_drop {
	REFLECT_ACCEPTED,
	REFLECT_DROP_SHORT,
	REFLECT_DROP_RESPONSE, // QR is set: answering answers makes loops
	REFLECT_DROP_OPCODE,
	REFLECT_DROP_QUESTION,  // not one question with a plain name
	REFLECT_DROP_MALFORMED, // other sections than a query has, octets behind its end
	REFLECT_DROP_NO_ROOM,   // the buffer has none
	// By frame.h and the program.
	REFLECT_DROP_NOT_FOR_US,
	REFLECT_DROP_BAD_FRAME,
	REFLECT_DROP_FRAGMENT,
	REFLECT_DROP_CHECKSUM,
	REFLECT_DROP_FOREIGN,
	REFLECT_DROP_RATE,
	REFLECT_DROP_LOSS,
	REFLECT_DROP_DELAY_FULL,
	REFLECT_DROP_TRANSMIT_FULL,
	REFLECT_DROPS,
};

const char *reflect_drop_name(enum reflect_drop drop);

// Who asks, in network order: part of the server cookie (RFC 7873 4.2).
struct reflect_client {
	const uint8_t *address;
	size_t address_length;
};

struct reflect_reply {
	size_t length;
	uint64_t sum; // checksum of all its octets (network/checksum.h)
};

// `message` holds a datagram of `length` octets and has room for `capacity`. The reply is set when the query was
// ACCEPTED; else the message is as it was.
PLX_MUST_CHECK enum reflect_drop reflect_answer(const struct reflect_answers *answers,
						const struct reflect_client *client,
						uint8_t *message, size_t length, size_t capacity,
						struct reflect_reply *ret_reply);
