// SPDX-License-Identifier: BSD-3-Clause

#include "network/checksum.h"

#include "cunit_runner.h"

#include <string.h>

// RFC 1071 section 4.1, word by word: the plainest form, to compare with.
static uint16_t reference(const uint8_t *bytes, size_t length)
{
	uint32_t sum = 0;
	for (size_t i = 0; i < length; i++) {
		sum += i % 2 == 0 ? (uint32_t)bytes[i] << 8 : bytes[i];
	}
	while (sum >> 16 != 0) {
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return (uint16_t)sum;
}

TEST(example_of_rfc_1071)
{
	static const uint8_t bytes[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
	CU_ASSERT_EQUAL(__builtin_bswap16(checksum_fold(checksum_add(0, bytes, 8))), 0xddf2);
}

TEST(every_length_agrees_with_the_plain_form)
{
	uint8_t bytes[1300];
	uint32_t state = 12345;
	for (size_t i = 0; i < sizeof(bytes); i++) {
		state = state * 1664525 + 1013904223;
		bytes[i] = (uint8_t)(state >> 24);
	}
	for (size_t length = 0; length <= sizeof(bytes); length++) {
		uint16_t sum = __builtin_bswap16(checksum_fold(checksum_add(0, bytes, length)));
		CU_ASSERT_EQUAL_FATAL(sum, reference(bytes, length));
	}
}

TEST(all_ones_do_not_overflow)
{
	static uint8_t bytes[65536];
	memset(bytes, 0xff, sizeof(bytes));
	CU_ASSERT_EQUAL(checksum_fold(checksum_add(0, bytes, sizeof(bytes))), 0xffff);
}

TEST(a_sum_of_parts_is_the_sum_of_the_whole)
{
	static const uint8_t bytes[] = {0x12, 0x34, 0xff, 0xff, 0x80, 0x01, 0x7f};
	uint64_t parts = checksum_add(checksum_add(0, bytes, 4), bytes + 4, 3);
	CU_ASSERT_EQUAL(checksum_fold(parts), checksum_fold(checksum_add(0, bytes, 7)));
	parts = checksum_add(checksum_add_u16(0, 0x1234), bytes + 2, 5);
	CU_ASSERT_EQUAL(checksum_fold(parts), checksum_fold(checksum_add(0, bytes, 7)));
}

TEST_MAIN(checksum, T(example_of_rfc_1071), T(every_length_agrees_with_the_plain_form),
	  T(all_ones_do_not_overflow), T(a_sum_of_parts_is_the_sum_of_the_whole))
