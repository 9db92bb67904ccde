// SPDX-License-Identifier: BSD-3-Clause
// Any octets as a query (after two that choose how to answer), bare and as a frame's payload. An answer is a message
// that our own reader accepts, with the query's ID and question, within the buffer and the client's size, and its sums
// are right; a dropped query is left as it was.

#include "reflect/frame.h"

#include "fuzz_target.h"
#include "network/checksum.h"

#include <parallax/dns/message_reader.h>

#include <string.h>

#define ROOM 4096
#define FRAME_LENGTH_MAX 2048

static const uint8_t address[16] = {0x20, 1, 0xd, 0xb8};

static struct reflect_answers *answers_for(uint8_t choice)
{
	static struct reflect_answers *made[2];
	unsigned by_name = choice & 1;
	if (made[by_name] == NULL) {
		const struct reflect_config config = {
			.profile = {REFLECT_CAA, 2},
			.is_by_name = by_name != 0,
			.recursion_available = true,
			.authentic_data = true,
			.cookie_key = {1, 2},
		};
		made[by_name] = reflect_answers_create(&config);
		must(made[by_name] != NULL);
	}
	return made[by_name];
}

static void check_answer(const uint8_t *query, size_t length, const uint8_t *wire,
			 const struct reflect_reply *reply, size_t capacity)
{
	struct plx_message message, asked;
	must(reply->length <= capacity && reply->length <= REFLECT_ANSWER_MAX);
	must(plx_message_open(wire, reply->length, &message) == 0);
	must(plx_message_check(&message) == 0);
	must(plx_message_open(query, length, &asked) == 0);
	must((message.flags & PLX_FLAG_QR) != 0 && message.id == asked.id);
	must(message.records_offset == asked.records_offset);
	must(memcmp(wire + 12, query + 12, message.records_offset - 12) == 0);
	must(message.has_edns || reply->length <= 512);
	must(checksum_fold(reply->sum) == checksum_fold(checksum_add(0, wire, reply->length)));
}

// Frames: the same octets from Ethernet on.
static void check_frame(const struct reflect_answers *answers, const uint8_t *bytes, size_t length)
{
	uint8_t frame[ROOM];
	uint32_t answer_length = 0;
	enum reflect_drop drop = REFLECT_DROPS;
	struct reflect_rules rules = {.answers = answers, .port = 53};
	rules.is_echo = length > 0 && (bytes[0] & 2) != 0;
	memcpy(frame, bytes, length);
	switch (reflect_frame(&rules, frame, (uint32_t)length, ROOM, &answer_length, &drop)) {
	case REFLECT_FRAME_ANSWER:
		must(answer_length >= 42 && answer_length <= ROOM);
		must(memcmp(frame, bytes + 6, 6) == 0 && memcmp(frame + 6, bytes, 6) == 0);
		break;
	case REFLECT_FRAME_DROP:
		must(drop > REFLECT_ACCEPTED && drop < REFLECT_DROPS);
		must(memcmp(frame, bytes, length) == 0);
		break;
	case REFLECT_FRAME_LINK:
		must(memcmp(frame, bytes, length) == 0);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t wire[ROOM];
	struct reflect_reply reply;
	const struct reflect_client client = {address, sizeof(address)};
	if (size < 2 || size - 2 > FRAME_LENGTH_MAX) {
		return 0;
	}
	const struct reflect_answers *answers = answers_for(data[0]);
	const uint8_t *query = data + 2;
	size_t length = size - 2;
	size_t capacity = length + (size_t)data[1] * 8;
	memcpy(wire, query, length);
	memset(wire + length, 0xee, sizeof(wire) - length);
	if (reflect_answer(answers, &client, wire, length, capacity, &reply) == REFLECT_ACCEPTED) {
		check_answer(query, length, wire, &reply, capacity);
		must(capacity == ROOM || wire[capacity] == 0xee);
	} else {
		must(memcmp(wire, query, length) == 0);
	}
	check_frame(answers, query, length);
	return 0;
}
