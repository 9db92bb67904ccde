// SPDX-License-Identifier: BSD-3-Clause

#include "dnssec/rrsig.h"

#include "cunit_runner.h"
#include "message_builder.h"
#include "zone_fixture.h"

#include <parallax/base/error.h>

static const char rdata[] = "\0\1\15\2\0\0\16\20\0\0\0\40\0\0\0\20\x12\x34\7Example\0s";

TEST(every_shorter_rdata_is_refused)
{
	struct rrsig rrsig;
	size_t length = sizeof(rdata) - 1;
	for (size_t i = 0; i < length; i++) {
		CU_ASSERT_EQUAL(rrsig_parse((const uint8_t *)rdata, i, &rrsig), PLX_ERR_DNS_RDATA);
	}
	CU_ASSERT_EQUAL_FATAL(rrsig_parse((const uint8_t *)rdata, length, &rrsig), 0);
	CU_ASSERT_EQUAL(rrsig.type_covered, 1);
	CU_ASSERT_EQUAL(rrsig.algorithm, 13);
	CU_ASSERT_EQUAL(rrsig.labels, 2);
	CU_ASSERT_EQUAL(rrsig.original_ttl_s, 3600);
	CU_ASSERT_EQUAL(rrsig.expiration, 32);
	CU_ASSERT_EQUAL(rrsig.inception, 16);
	CU_ASSERT_EQUAL(rrsig.tag, 0x1234);
	CU_ASSERT_EQUAL(rrsig.signature_length, 1);
	CU_ASSERT_EQUAL(memcmp(rrsig.signer.wire, "\7example", 9), 0); // lower case
}

TEST(compressed_or_overlong_signers_are_refused)
{
	uint8_t wire[18 + 300] = {0, 1, 13, 2};
	struct rrsig rrsig;
	memcpy(wire + 18, "\xc0\0s", 3);
	CU_ASSERT_EQUAL(rrsig_parse(wire, 21, &rrsig), PLX_ERR_DNS_RDATA);
	memset(wire + 18, 'a', 300);
	for (unsigned i = 0; i < 5; i++) {
		wire[18 + 64 * i] = 63; // 5 labels of 63: 320 octets
	}
	wire[18 + 256] = 0;
	CU_ASSERT_EQUAL(rrsig_parse(wire, sizeof(wire), &rrsig), PLX_ERR_DNS_RDATA);
	memset(wire + 18, 'a', 300);
	for (unsigned i = 0; i < 4; i++) {
		wire[18 + 64 * i] = i == 3 ? 61 : 63; // 3 * 64 + 62 + 1 = 255
	}
	wire[18 + 254] = 0;
	CU_ASSERT_EQUAL(rrsig_parse(wire, sizeof(wire), &rrsig), 0);
	CU_ASSERT_EQUAL(rrsig.signer.length, 255);
}

static enum dnssec_cause check_times(uint32_t inception, uint32_t expiration, int64_t now_s)
{
	struct plx_name zone = fixture_name("example");
	struct rrsig rrsig = {
		.labels = 1, .inception = inception, .expiration = expiration, .signer = zone};
	return rrsig_check(&rrsig, &zone, &zone, now_s);
}

TEST(times_are_compared_as_serial_numbers)
{
	CU_ASSERT_EQUAL(check_times(100, 200, 99), DNSSEC_CAUSE_NOT_YET_VALID);
	CU_ASSERT_EQUAL(check_times(100, 200, 100), DNSSEC_CAUSE_NONE);
	CU_ASSERT_EQUAL(check_times(100, 200, 200), DNSSEC_CAUSE_NONE);
	CU_ASSERT_EQUAL(check_times(100, 200, 201), DNSSEC_CAUSE_EXPIRED);
	CU_ASSERT_EQUAL(check_times(100, 100, 100), DNSSEC_CAUSE_NONE);
	CU_ASSERT_EQUAL(check_times(200, 100, 150), DNSSEC_CAUSE_NOT_YET_VALID);
	// Around 2106-02-07, when 32 bits of seconds are over.
	int64_t wrap = INT64_C(1) << 32;
	CU_ASSERT_EQUAL(check_times(0xffffff00, 0x100, wrap - 1), DNSSEC_CAUSE_NONE);
	CU_ASSERT_EQUAL(check_times(0xffffff00, 0x100, wrap), DNSSEC_CAUSE_NONE);
	CU_ASSERT_EQUAL(check_times(0xffffff00, 0x100, wrap + 0x100), DNSSEC_CAUSE_NONE);
	CU_ASSERT_EQUAL(check_times(0xffffff00, 0x100, wrap + 0x101), DNSSEC_CAUSE_EXPIRED);
	CU_ASSERT_EQUAL(check_times(0xffffff00, 0x100, wrap - 0x101), DNSSEC_CAUSE_NOT_YET_VALID);
}

TEST(a_window_of_half_the_circle_never_holds)
{
	CU_ASSERT_EQUAL(check_times(0, 0x7fffffff, 5), DNSSEC_CAUSE_NONE);
	for (uint32_t now = 0; now < 1000; now += 5) {
		CU_ASSERT_NOT_EQUAL(check_times(0, 0x80000000, now), DNSSEC_CAUSE_NONE);
		CU_ASSERT_NOT_EQUAL(check_times(0, 0xfffffff0, now), DNSSEC_CAUSE_NONE);
	}
}

static void build_name(unsigned labels, bool is_wildcard, struct plx_name *ret_name)
{
	char text[32] = "";
	for (unsigned i = 0; i < labels; i++) {
		memcpy(text + 2 * (size_t)i, i == 0 && is_wildcard ? "*." : "a.", 3);
	}
	*ret_name = fixture_name(labels == 0 ? "." : text);
}

// One rule that three resolvers got wrong in one year (BIND CVE-2026-11721, PowerDNS CVE-2026-52688, Unbound
// CVE-2026-44690): every combination of up to four labels.
TEST(labels_lie_between_zone_and_owner)
{
	for (unsigned bits = 0; bits < 5 * 5 * 6 * 2; bits++) {
		unsigned owner_labels = bits % 5;
		unsigned zone_labels = bits / 5 % 5;
		unsigned labels = bits / 25 % 6;
		bool is_wildcard = bits >= 150 && owner_labels > 0;
		struct plx_name owner;
		struct rrsig rrsig = {.labels = (uint8_t)labels, .expiration = 10};
		build_name(owner_labels, is_wildcard, &owner);
		build_name(zone_labels, false, &rrsig.signer);
		bool is_inside = owner_labels >= zone_labels + (is_wildcard ? 1 : 0);
		bool is_right =
			labels >= zone_labels && labels <= owner_labels - (is_wildcard ? 1 : 0);
		enum dnssec_cause expected = !is_inside ? DNSSEC_CAUSE_SIGNER
					     : is_right ? DNSSEC_CAUSE_NONE
							: DNSSEC_CAUSE_LABELS;
		CU_ASSERT_EQUAL(rrsig_check(&rrsig, &owner, &rrsig.signer, 5), expected);
	}
}

TEST(signer_must_be_the_zone)
{
	struct plx_name owner = fixture_name("a.b.example");
	struct plx_name zone = fixture_name("b.example");
	struct rrsig rrsig = {.labels = 3, .expiration = 10, .signer = fixture_name("example")};
	CU_ASSERT_EQUAL(rrsig_check(&rrsig, &owner, &zone, 5), DNSSEC_CAUSE_SIGNER);
	rrsig.signer = owner;
	CU_ASSERT_EQUAL(rrsig_check(&rrsig, &owner, &zone, 5), DNSSEC_CAUSE_SIGNER);
	rrsig.signer = zone;
	CU_ASSERT_EQUAL(rrsig_check(&rrsig, &owner, &zone, 5), DNSSEC_CAUSE_NONE);
}

TEST(ttl_is_the_smallest_of_three)
{
	struct rrsig rrsig = {.original_ttl_s = 300, .expiration = 1000};
	CU_ASSERT_EQUAL(rrsig_limit_ttl(&rrsig, 600, 100), 300);
	CU_ASSERT_EQUAL(rrsig_limit_ttl(&rrsig, 60, 100), 60);
	CU_ASSERT_EQUAL(rrsig_limit_ttl(&rrsig, 600, 990), 10);
	CU_ASSERT_EQUAL(rrsig_limit_ttl(&rrsig, 600, 1000), 0);
}

TEST_MAIN(dnssec_rrsig, T(every_shorter_rdata_is_refused),
	  T(compressed_or_overlong_signers_are_refused), T(times_are_compared_as_serial_numbers),
	  T(a_window_of_half_the_circle_never_holds), T(labels_lie_between_zone_and_owner),
	  T(signer_must_be_the_zone), T(ttl_is_the_smallest_of_three))
