// SPDX-License-Identifier: BSD-3-Clause

#include "cunit_runner.h"
#include "tcp/tcp_match.h"

#include <string.h>

// "ab.c" CAA IN behind a header: question_length is 6 + 4.
static const uint8_t query[] = {0x42, 0x42, 1,   0,   0, 1,   0, 0, 0, 0, 0,
				0,    2,    'a', 'B', 1, 'c', 0, 1, 1, 0, 1};
#define QUESTION_LENGTH 10

static void make_answer(uint8_t ret_answer[static sizeof(query)])
{
	memcpy(ret_answer, query, sizeof(query));
	ret_answer[2] = 0x84;
}

static _Bool matches(const uint8_t *answer, uint32_t length)
{
	return tcp_match_answer(query, QUESTION_LENGTH, answer, length);
}

TEST(same_question_is_matched_without_case)
{
	uint8_t answer[sizeof(query)];
	make_answer(answer);
	CU_ASSERT_TRUE(matches(answer, sizeof(answer)));
	answer[13] = 'A';
	answer[14] = 'b';
	CU_ASSERT_TRUE(matches(answer, sizeof(answer)));
}

TEST(any_other_question_is_not_matched)
{
	uint8_t answer[sizeof(query)];
	for (size_t i = 12; i < sizeof(query); i++) {
		make_answer(answer);
		answer[i] ^= 0x01;
		CU_ASSERT_FALSE(matches(answer, sizeof(answer)));
	}
}

TEST(query_or_other_opcode_is_not_matched)
{
	uint8_t answer[sizeof(query)];
	CU_ASSERT_FALSE(matches(query, sizeof(query)));
	make_answer(answer);
	answer[2] |= 0x28; // UPDATE
	CU_ASSERT_FALSE(matches(answer, sizeof(answer)));
}

TEST(message_that_ends_early_is_not_matched)
{
	uint8_t answer[sizeof(query)];
	make_answer(answer);
	for (uint32_t length = 0; length < sizeof(query); length++) {
		CU_ASSERT_FALSE(matches(answer, length));
	}
}

TEST(question_may_lack_only_with_formerr_or_notimp)
{
	uint8_t answer[sizeof(query)];
	make_answer(answer);
	answer[5] = 0;
	for (uint8_t rcode = 0; rcode < 16; rcode++) {
		answer[3] = rcode;
		CU_ASSERT_EQUAL(matches(answer, 12), rcode == 1 || rcode == 4);
	}
	make_answer(answer);
	answer[5] = 2;
	CU_ASSERT_FALSE(matches(answer, sizeof(answer)));
}

TEST_MAIN(tcp_match, T(same_question_is_matched_without_case), T(any_other_question_is_not_matched),
	  T(query_or_other_opcode_is_not_matched), T(message_that_ends_early_is_not_matched),
	  T(question_may_lack_only_with_formerr_or_notimp))
