// SPDX-License-Identifier: BSD-3-Clause

#include "dnssec/dnskey.h"

#include "cunit_runner.h"

#include <parallax/base/error.h>

#include <string.h>

TEST(key_needs_its_fixed_fields_and_one_octet)
{
	const uint8_t rdata[] = {1, 1, 3, 13, 0xab};
	struct dnskey key;
	for (size_t length = 0; length < sizeof(rdata); length++) {
		CU_ASSERT_EQUAL(dnskey_parse(rdata, length, &key), PLX_ERR_DNS_RDATA);
	}
	CU_ASSERT_EQUAL_FATAL(dnskey_parse(rdata, sizeof(rdata), &key), 0);
	CU_ASSERT_EQUAL(key.flags, 0x0101);
	CU_ASSERT_EQUAL(key.protocol, 3);
	CU_ASSERT_EQUAL(key.algorithm, 13);
	CU_ASSERT_EQUAL(key.key_length, 1);
	CU_ASSERT_PTR_EQUAL(key.key, rdata + 4);
}

TEST(tag_adds_octet_pairs_with_carry)
{
	// 0x0101 + 0x030d + 0xab00, by hand.
	CU_ASSERT_EQUAL(dnskey_tag((const uint8_t[]) {1, 1, 3, 13, 0xab}, 5), 0xaf0e);
	// 0xffff + 0xffff: the carry is added in.
	CU_ASSERT_EQUAL(dnskey_tag((const uint8_t[]) {0xff, 0xff, 0xff, 0xff}, 4), 0xffff);
	CU_ASSERT_EQUAL(dnskey_tag((const uint8_t[]) {0xff, 0xff, 0, 2}, 4), 2);
}

TEST(only_zone_keys_in_force_sign)
{
	struct dnskey key = {.flags = 0x0100, .protocol = 3};
	CU_ASSERT_TRUE(dnskey_is_zone_key(&key));
	key.flags = 0x0101;
	CU_ASSERT_TRUE(dnskey_is_zone_key(&key));
	key.flags = 0x0001;
	CU_ASSERT_FALSE(dnskey_is_zone_key(&key));
	key.flags = 0x0181; // revoked
	CU_ASSERT_FALSE(dnskey_is_zone_key(&key));
	key.flags = 0x0101;
	for (unsigned protocol = 0; protocol < 256; protocol++) {
		key.protocol = (uint8_t)protocol;
		CU_ASSERT_EQUAL(dnskey_is_zone_key(&key), protocol == 3);
	}
}

TEST_MAIN(dnssec_dnskey, T(key_needs_its_fixed_fields_and_one_octet),
	  T(tag_adds_octet_pairs_with_carry), T(only_zone_keys_in_force_sign))
