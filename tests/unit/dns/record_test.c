// SPDX-License-Identifier: BSD-3-Clause

#include <parallax/base/error.h>
#include <parallax/dns/record.h>

#include "cunit_runner.h"
#include "message_builder.h"

#include <errno.h>

static struct message_builder built;

static void expect_expanded(uint16_t type, const void *rdata, size_t length, const void *expanded,
			    size_t expanded_length)
{
	struct plx_message message;
	struct plx_record record;
	uint8_t out[1024];
	build_start(&built, 1, 0, 0);
	build_answer(&built, type, rdata, length);
	CU_ASSERT_EQUAL_FATAL(build_check(&built, &message), 0);
	struct plx_record_cursor cursor = plx_message_records(&message);
	CU_ASSERT_TRUE_FATAL(plx_message_next(&message, &cursor, &record));
	struct plx_writer writer = plx_writer_init(out, sizeof(out));
	CU_ASSERT_EQUAL(plx_rdata_expand(&message, &record, &writer), 0);
	CU_ASSERT_EQUAL(writer.position, expanded_length);
	CU_ASSERT_EQUAL(memcmp(out, expanded, expanded_length), 0);
	// One octet less room is not enough.
	writer = plx_writer_init(out, expanded_length - 1);
	CU_ASSERT_EQUAL(plx_rdata_expand(&message, &record, &writer), -ENOSPC);
}

TEST(embedded_names_are_decompressed)
{
	expect_expanded(PLX_TYPE_NS, OCTETS("\1b\xc0\x0c"), OCTETS("\1b\1a\4test\0"));
	expect_expanded(PLX_TYPE_MX, OCTETS("\0\1\xc0\x0c"), OCTETS("\0\1\1a\4test\0"));
	expect_expanded(PLX_TYPE_SRV, OCTETS("\0\1\0\2\0\3\xc0\x0e"),
			OCTETS("\0\1\0\2\0\3\4test\0"));
	expect_expanded(PLX_TYPE_SOA,
			OCTETS("\xc0\x0c\1h\xc0\x0e\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0\5"),
			OCTETS("\1a\4test\0\1h\4test\0\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0\5"));
	expect_expanded(35, OCTETS("\0\1\0\2\1u\0\1x\xc0\x0e"), OCTETS("\0\1\0\2\1u\0\1x\4test\0"));
}

TEST(rdata_without_names_is_copied)
{
	expect_expanded(PLX_TYPE_A, OCTETS("\1\2\3\4"), OCTETS("\1\2\3\4"));
	expect_expanded(PLX_TYPE_TXT, OCTETS("\2\xc0\x0c"), OCTETS("\2\xc0\x0c"));
	expect_expanded(65280, OCTETS("\xc0\x0c"), OCTETS("\xc0\x0c"));
}

TEST(caa_is_taken_apart)
{
	struct plx_caa caa;
	CU_ASSERT_EQUAL_FATAL(plx_caa_parse((const uint8_t *)OCTETS("\x80\5issueca.test"), &caa),
			      0);
	CU_ASSERT_EQUAL(caa.flags, 0x80);
	CU_ASSERT_EQUAL(caa.tag_length, 5);
	CU_ASSERT_EQUAL(memcmp(caa.tag, "issue", 5), 0);
	CU_ASSERT_EQUAL(caa.value_length, 7);
	CU_ASSERT_EQUAL(memcmp(caa.value, "ca.test", 7), 0);
	CU_ASSERT_EQUAL_FATAL(plx_caa_parse((const uint8_t *)OCTETS("\0\1z"), &caa), 0);
	CU_ASSERT_EQUAL(caa.value_length, 0);
}

TEST(caa_tags_of_255_octets_are_read_and_others_refused)
{
	uint8_t rdata[2 + 255] = {0, 255};
	struct plx_caa caa = {.flags = 7};
	memset(rdata + 2, 'Z', 255);
	CU_ASSERT_EQUAL(plx_caa_parse(rdata, sizeof(rdata), &caa), 0);
	CU_ASSERT_EQUAL(caa.tag_length, 255);
	caa.flags = 7;
	CU_ASSERT_EQUAL(plx_caa_parse(rdata, sizeof(rdata) - 1, &caa), PLX_ERR_CAA_TAG);
	for (unsigned octet = 0; octet < 256; octet++) {
		rdata[100] = (uint8_t)octet;
		bool is_right = (octet >= '0' && octet <= '9') || (octet >= 'A' && octet <= 'Z') ||
				(octet >= 'a' && octet <= 'z');
		CU_ASSERT_EQUAL(plx_caa_parse(rdata, sizeof(rdata), &caa) == 0, is_right);
	}
}

TEST(txt_strings_come_one_by_one)
{
	static const uint8_t rdata[] = "\3abc\0\1x";
	const uint8_t *string;
	uint8_t length;
	size_t offset = 0;
	CU_ASSERT_EQUAL(plx_txt_next(rdata, 7, &offset, &string, &length), 1);
	CU_ASSERT_EQUAL(length, 3);
	CU_ASSERT_PTR_EQUAL(string, rdata + 1);
	CU_ASSERT_EQUAL(plx_txt_next(rdata, 7, &offset, &string, &length), 1);
	CU_ASSERT_EQUAL(length, 0);
	CU_ASSERT_EQUAL(plx_txt_next(rdata, 7, &offset, &string, &length), 1);
	CU_ASSERT_EQUAL(length, 1);
	CU_ASSERT_EQUAL(plx_txt_next(rdata, 7, &offset, &string, &length), 0);
	offset = 0;
	CU_ASSERT_EQUAL(plx_txt_next(rdata, 3, &offset, &string, &length), PLX_ERR_DNS_RDATA);
	CU_ASSERT_EQUAL(offset, 0);
	offset = 8;
	CU_ASSERT_EQUAL(plx_txt_next(rdata, 7, &offset, &string, &length), PLX_ERR_DNS_RDATA);
}

TEST_MAIN(record, T(embedded_names_are_decompressed), T(rdata_without_names_is_copied),
	  T(caa_is_taken_apart), T(caa_tags_of_255_octets_are_read_and_others_refused),
	  T(txt_strings_come_one_by_one))
