// SPDX-License-Identifier: BSD-3-Clause

#include "dnssec/type_bitmap.h"

#include "cunit_runner.h"
#include "message_builder.h"

#include <parallax/base/error.h>

static int parse(const void *octets, size_t length, struct type_bitmap *ret_bitmap)
{
	return type_bitmap_parse(octets, length, ret_bitmap);
}

TEST(types_are_found_in_their_window)
{
	// RFC 4034 4.3: A MX RRSIG NSEC TYPE1234.
	static const uint8_t octets[] = {0, 6, 0x40, 1, 0, 0, 0, 3, 4, 27, [36] = 0x20};
	struct type_bitmap bitmap;
	CU_ASSERT_EQUAL_FATAL(parse(octets, sizeof(octets), &bitmap), 0);
	for (unsigned type = 0; type <= UINT16_MAX; type++) {
		bool is_there = type == 1 || type == 15 || type == 46 || type == 47 || type == 1234;
		CU_ASSERT_EQUAL(type_bitmap_has(&bitmap, (uint16_t)type), is_there);
	}
	CU_ASSERT_EQUAL(parse("", 0, &bitmap), 0);
	CU_ASSERT_FALSE(type_bitmap_has(&bitmap, 1));
}

TEST(malformed_bitmaps_are_refused)
{
	struct type_bitmap bitmap;
	CU_ASSERT_EQUAL(parse(OCTETS("\0"), &bitmap), PLX_ERR_DNS_RDATA);
	CU_ASSERT_EQUAL(parse(OCTETS("\0\0"), &bitmap), PLX_ERR_DNS_RDATA);
	CU_ASSERT_EQUAL(parse(OCTETS("\0\2\1"), &bitmap), PLX_ERR_DNS_RDATA);
	CU_ASSERT_EQUAL(parse(OCTETS("\0\1\1\0\1\1"), &bitmap), PLX_ERR_DNS_RDATA); // twice
	CU_ASSERT_EQUAL(parse(OCTETS("\1\1\1\0\1\1"), &bitmap), PLX_ERR_DNS_RDATA); // descending
	uint8_t long_window[2 + 33] = {0, 33};
	CU_ASSERT_EQUAL(parse(long_window, sizeof(long_window), &bitmap), PLX_ERR_DNS_RDATA);
	long_window[1] = 32;
	CU_ASSERT_EQUAL(parse(long_window, sizeof(long_window) - 1, &bitmap), 0);
	CU_ASSERT_EQUAL(parse(long_window, sizeof(long_window), &bitmap), PLX_ERR_DNS_RDATA);
}

TEST(delegation_is_ns_without_soa)
{
	struct type_bitmap bitmap;
	CU_ASSERT_EQUAL_FATAL(parse(OCTETS("\0\1\x20"), &bitmap), 0);
	CU_ASSERT_TRUE(type_bitmap_is_delegation(&bitmap));
	CU_ASSERT_EQUAL_FATAL(parse(OCTETS("\0\1\x22"), &bitmap), 0);
	CU_ASSERT_FALSE(type_bitmap_is_delegation(&bitmap));
	CU_ASSERT_EQUAL_FATAL(parse(OCTETS("\0\1\x40"), &bitmap), 0);
	CU_ASSERT_FALSE(type_bitmap_is_delegation(&bitmap));
}

TEST_MAIN(dnssec_type_bitmap, T(types_are_found_in_their_window), T(malformed_bitmaps_are_refused),
	  T(delegation_is_ns_without_soa))
