// SPDX-License-Identifier: BSD-3-Clause

#include "names/special_address.h"

#include "cunit_runner.h"

#include <string.h>

TEST(what_is_no_address_is_special)
{
	struct plx_ip ip = {0};
	CU_ASSERT_TRUE(address_is_special(&ip));
	CU_ASSERT_STRING_EQUAL(special_range_find(&ip)->reason, "not an address");
	ip = (struct plx_ip) {.bytes = {8, 8, 8, 8}, .family = 5};
	CU_ASSERT_TRUE(address_is_special(&ip));
}

// The last address of a range.
static struct plx_ip range_end(const struct address_prefix *prefix)
{
	struct plx_ip ip = prefix->ip;
	for (size_t i = prefix->length_bits; i < plx_ip_length(&ip) * 8; i++) {
		ip.bytes[i / 8] |= (uint8_t)(0x80u >> (i % 8));
	}
	return ip;
}

TEST(first_and_last_address_of_each_range_are_special)
{
	size_t count;
	const struct special_range *ranges = special_range_list(&count);
	CU_ASSERT_TRUE(count > 50);
	for (size_t i = 0; i < count; i++) {
		struct plx_ip end = range_end(&ranges[i].prefix);
		CU_ASSERT_TRUE(address_is_special(&ranges[i].prefix.ip));
		CU_ASSERT_TRUE(address_is_special(&end));
	}
}

TEST(each_range_is_written_as_a_prefix_and_named_once)
{
	size_t count;
	const struct special_range *ranges = special_range_list(&count);
	for (size_t i = 0; i < count; i++) {
		char text[ADDRESS_PREFIX_TEXT_MAX];
		struct address_prefix again;
		address_prefix_format(&ranges[i].prefix, text);
		CU_ASSERT_EQUAL(address_prefix_parse(text, strlen(text), &again),
				ADDRESS_PREFIX_FAULT_NONE);
		CU_ASSERT_EQUAL(strncmp(ranges[i].reference, "RFC ", 4), 0);
		for (size_t j = 0; j < i; j++) {
			CU_ASSERT_FALSE(ranges[i].prefix.length_bits ==
						ranges[j].prefix.length_bits &&
					plx_ip_equal(&ranges[i].prefix.ip, &ranges[j].prefix.ip));
		}
	}
}

TEST_MAIN(special_address, T(what_is_no_address_is_special),
	  T(first_and_last_address_of_each_range_are_special),
	  T(each_range_is_written_as_a_prefix_and_named_once))
