// SPDX-License-Identifier: BSD-3-Clause

#include "dnssec/canonical_rrset.h"

#include "cunit_runner.h"
#include "message_builder.h"
#include "zone_fixture.h"

#include <parallax/base/error.h>

static struct canonical_workspace *workspace;
static struct message_builder built;

static struct rrset find_built(uint16_t type)
{
	static struct plx_message message;
	struct plx_name owner = fixture_name("a.test");
	struct rrset rrset = {0};
	CU_ASSERT_EQUAL_FATAL(build_check(&built, &message), 0);
	CU_ASSERT_TRUE_FATAL(rrset_find(&message, PLX_SECTION_ANSWER, &owner, type, &rrset));
	return rrset;
}

static void expect_record(unsigned index, const char *octets, size_t length)
{
	CU_ASSERT_TRUE_FATAL(index < workspace->record_count);
	CU_ASSERT_EQUAL(workspace->records[index].length, length);
	CU_ASSERT_EQUAL(memcmp(workspace->records[index].rdata, octets, length), 0);
}

TEST(records_are_sorted_as_octets_each_once)
{
	build_start(&built, 6, 0, 0);
	build_answer(&built, PLX_TYPE_TXT, OCTETS("\2ab"));
	build_answer(&built, PLX_TYPE_TXT, OCTETS("\1b"));
	build_answer(&built, PLX_TYPE_TXT, OCTETS("\1\xff"));
	build_answer(&built, PLX_TYPE_TXT, OCTETS("\1b"));
	build_answer(&built, PLX_TYPE_TXT, OCTETS("\1b\0"));
	build_answer(&built, PLX_TYPE_TXT, OCTETS("\2ab"));
	struct rrset rrset = find_built(PLX_TYPE_TXT);
	CU_ASSERT_EQUAL(rrset.record_count, 6);
	CU_ASSERT_EQUAL_FATAL(canonical_rrset_read(workspace, &rrset), 0);
	CU_ASSERT_EQUAL_FATAL(workspace->record_count, 4);
	expect_record(0, OCTETS("\1b")); // the absence of an octet comes before a zero octet
	expect_record(1, OCTETS("\1b\0"));
	expect_record(2, OCTETS("\1\xff"));
	expect_record(3, OCTETS("\2ab"));
}

static void expect_canonical(uint16_t type, const char *rdata, size_t length, const char *expected,
			     size_t expected_length)
{
	build_start(&built, 1, 0, 0);
	build_answer(&built, type, rdata, length);
	struct rrset rrset = find_built(type);
	CU_ASSERT_EQUAL_FATAL(canonical_rrset_read(workspace, &rrset), 0);
	expect_record(0, expected, expected_length);
}

TEST(names_are_lowered_where_rfc_4034_says)
{
	expect_canonical(PLX_TYPE_NS, OCTETS("\2NS\xc0\x0c"), OCTETS("\2ns\1a\4test\0"));
	expect_canonical(PLX_TYPE_CNAME, OCTETS("\1B\0"), OCTETS("\1b\0"));
	expect_canonical(PLX_TYPE_DNAME, OCTETS("\1B\0"), OCTETS("\1b\0"));
	expect_canonical(PLX_TYPE_MX, OCTETS("AB\1C\xc0\x0e"), OCTETS("AB\1c\4test\0"));
	expect_canonical(PLX_TYPE_SRV, OCTETS("ABCDEF\1G\0"), OCTETS("ABCDEF\1g\0"));
	expect_canonical(PLX_TYPE_SOA, OCTETS("\1M\0\1R\0ABCDEFGHIJKLMNOPQRST"),
			 OCTETS("\1m\0\1r\0ABCDEFGHIJKLMNOPQRST"));
	expect_canonical(35, OCTETS("ABCD\1U\2ER\1X\1Y\0"), OCTETS("ABCD\1U\2ER\1X\1y\0")); // NAPTR
	expect_canonical(26, OCTETS("AB\1C\0\1D\0"), OCTETS("AB\1c\0\1d\0"));               // PX
}

TEST(other_octets_are_left_alone)
{
	expect_canonical(PLX_TYPE_TXT, OCTETS("\3ABC"), OCTETS("\3ABC"));
	expect_canonical(PLX_TYPE_CAA, OCTETS("\0\5ISSUECA.Test"), OCTETS("\0\5ISSUECA.Test"));
	// RFC 6840 5.1: NSEC's next name keeps its case.
	expect_canonical(PLX_TYPE_NSEC, OCTETS("\1B\0\0\1\x40"), OCTETS("\1B\0\0\1\x40"));
	expect_canonical(65280, OCTETS("\1B\0"), OCTETS("\1B\0"));
}

static size_t write_for(uint8_t labels, const char *signer_text)
{
	static const uint8_t fixed[RRSIG_FIXED_BYTES] = "fixed octets here";
	struct rrset rrset = find_built(PLX_TYPE_TXT);
	struct rrsig rrsig = {.rdata = fixed, .labels = labels, .original_ttl_s = 0x01020304};
	size_t length = 0;
	rrsig.signer = fixture_name(signer_text);
	CU_ASSERT_EQUAL_FATAL(canonical_rrset_read(workspace, &rrset), 0);
	CU_ASSERT_EQUAL_FATAL(canonical_rrset_write(workspace, &rrset, &rrsig, &length), 0);
	return length;
}

TEST(signed_octets_name_signer_owner_and_original_ttl)
{
	build_start(&built, 1, 0, 0);
	build_answer(&built, PLX_TYPE_TXT, OCTETS("\1x"));
	static const char whole[] =
		"fixed octets here\0\4test\0\1a\4test\0\0\x10\0\1\1\2\3\4\0\2\1x";
	CU_ASSERT_EQUAL(write_for(2, "test"), sizeof(whole) - 1);
	CU_ASSERT_EQUAL(memcmp(workspace->signed_octets, whole, sizeof(whole) - 1), 0);
	// Fewer labels: the wildcard that the owner was made from.
	static const char wildcard[] =
		"fixed octets here\0\4test\0\1*\4test\0\0\x10\0\1\1\2\3\4\0\2\1x";
	CU_ASSERT_EQUAL(write_for(1, "test"), sizeof(wildcard) - 1);
	CU_ASSERT_EQUAL(memcmp(workspace->signed_octets, wildcard, sizeof(wildcard) - 1), 0);
	static const char top[] = "fixed octets here\0\0\1*\0\0\x10\0\1\1\2\3\4\0\2\1x";
	CU_ASSERT_EQUAL(write_for(0, "."), sizeof(top) - 1);
	CU_ASSERT_EQUAL(memcmp(workspace->signed_octets, top, sizeof(top) - 1), 0);
}

TEST(sets_that_grow_too_large_are_refused)
{
	// Each MX is a pointer to a name of 255 octets, which decompressed 5000 times would be more than a megabyte.
	uint8_t name[256] = {0};
	for (unsigned i = 0; i < 3; i++) {
		name[64 * i] = 63;
		memset(name + 64 * i + 1, 'a', 63);
	}
	name[192] = 61;
	memset(name + 193, 'a', 61);
	build_start(&built, 3000, 0, 0);
	uint16_t at = 0;
	for (unsigned i = 0; i < 3000; i++) {
		uint8_t rdata[4] = {(uint8_t)(i >> 8), (uint8_t)i, 0xc0 | (uint8_t)(at >> 8),
				    (uint8_t)at};
		if (i == 0) {
			at = (uint16_t)(built.writer.position + 12 + 2);
			uint8_t first[2 + 255] = {0};
			memcpy(first + 2, name, 255);
			build_answer(&built, PLX_TYPE_MX, first, sizeof(first));
			continue;
		}
		build_answer(&built, PLX_TYPE_MX, rdata, sizeof(rdata));
	}
	struct rrset rrset = find_built(PLX_TYPE_MX);
	CU_ASSERT_EQUAL(canonical_rrset_read(workspace, &rrset), PLX_ERR_DNS_LIMIT);
}

// The whole of a message, under the longest owner there can be.
TEST(largest_sets_of_text_fit)
{
	struct plx_name owner = {.length = 255};
	for (unsigned i = 0; i < 127; i++) {
		owner.wire[2 * i] = 1;
		owner.wire[2 * i + 1] = 'a';
	}
	struct plx_writer writer = plx_writer_init(built.wire, PLX_MESSAGE_MAX);
	plx_write_bytes(&writer, OCTETS("\0\1\x84\0\0\1\0\0\0\0\0\0"));
	plx_write_bytes(&writer, owner.wire, owner.length);
	plx_write_bytes(&writer, OCTETS("\0\x10\0\1"));
	unsigned count = 0;
	for (; !writer.failed; count++) {
		plx_write_bytes(&writer, OCTETS("\xc0\x0c\0\x10\0\1\0\0\0\0\0\3\2"));
		plx_write_u16(&writer, (uint16_t)count);
	}
	count--;
	built.wire[6] = (uint8_t)(count >> 8);
	built.wire[7] = (uint8_t)count;
	struct plx_message message;
	struct rrset rrset;
	struct rrsig rrsig = {.rdata = built.wire, .labels = 127, .signer = {.length = 1}};
	size_t length = 0;
	size_t used = 12 + 255 + 4 + count * 15U;
	CU_ASSERT_TRUE_FATAL(fixture_message(built.wire, used, &message));
	CU_ASSERT_TRUE_FATAL(
		rrset_find(&message, PLX_SECTION_ANSWER, &owner, PLX_TYPE_TXT, &rrset));
	CU_ASSERT_TRUE(count > 4300);
	CU_ASSERT_EQUAL_FATAL(canonical_rrset_read(workspace, &rrset), 0);
	CU_ASSERT_EQUAL(canonical_rrset_write(workspace, &rrset, &rrsig, &length), 0);
	CU_ASSERT_EQUAL(length, 18 + 1 + count * (255U + 10 + 3));
}

int main(void)
{
	static const struct test_entry tests[] = {
		T(records_are_sorted_as_octets_each_once),
		T(names_are_lowered_where_rfc_4034_says),
		T(other_octets_are_left_alone),
		T(signed_octets_name_signer_owner_and_original_ttl),
		T(sets_that_grow_too_large_are_refused),
		T(largest_sets_of_text_fit)};
	workspace = malloc(sizeof(*workspace));
	int status = cunit_run("dnssec_canonical_rrset", tests, PLX_ARRAY_SIZE(tests));
	free(workspace);
	return status;
}
