// SPDX-License-Identifier: BSD-3-Clause

#include <parallax/base/octets_copy.h>

#include "cunit_runner.h"

TEST(exactly_the_octets_of_any_length_are_copied)
{
	uint8_t from[PLX_OCTETS_SHORT + 64];
	for (unsigned i = 0; i < sizeof(from); i++) {
		from[i] = (uint8_t)(i * 7 + 1);
	}
	for (size_t length = 0; length <= PLX_OCTETS_SHORT + 32; length++) {
		uint8_t to[sizeof(from)] = {0};
		plx_octets_copy(to, from, length);
		CU_ASSERT_EQUAL(memcmp(to, from, length), 0);
		for (size_t i = length; i < sizeof(to); i++) {
			CU_ASSERT_EQUAL(to[i], 0);
		}
	}
}

TEST_MAIN(octets_copy, T(exactly_the_octets_of_any_length_are_copied))
