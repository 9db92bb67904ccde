// SPDX-License-Identifier: BSD-3-Clause

#include <parallax/dns/record.h>

#include "cunit_runner.h"
#include "message_builder.h"
#include "message_samples.h"

#include <stdio.h>
#include <stdlib.h>

static struct message_builder built; // of raw samples, too
static char text[1 << 20];

static size_t sample_read(const char *hex)
{
	size_t length = strlen(hex) / 2;
	for (size_t i = 0; i < length; i++) {
		const char digits[] = {hex[2 * i], hex[2 * i + 1], '\0'};
		built.wire[i] = (uint8_t)strtoul(digits, NULL, 16);
	}
	return length;
}

// "owner TTL type RDATA" and a newline, as the samples have it.
static int line_format(const struct plx_message *message, const struct plx_record *record,
		       char *line, size_t size)
{
	uint8_t rdata[4096];
	struct plx_name owner;
	char owner_text[PLX_NAME_TEXT_MAX];
	char type_text[PLX_TYPE_TEXT_MAX];
	struct plx_writer writer = plx_writer_init(rdata, sizeof(rdata));
	CU_ASSERT_EQUAL_FATAL(plx_rdata_expand(message, record, &writer), 0);
	CU_ASSERT_EQUAL_FATAL(plx_message_name(message, record->owner_offset, &owner, NULL), 0);
	plx_name_format(&owner, owner_text);
	plx_rdata_format(record->type, rdata, writer.position, text, sizeof(text));
	return snprintf(line, size, "%s. %u %s %s\n", owner_text, record->ttl,
			plx_type_format(record->type, type_text), text);
}

TEST(answers_of_knotd_read_as_kdig_prints_them)
{
	static char lines[1 << 20];
	for (size_t i = 0; i < PLX_ARRAY_SIZE(message_samples); i++) {
		const struct message_sample *sample = &message_samples[i];
		struct plx_message message;
		struct plx_record record;
		int length = 0;
		size_t wire_length = sample_read(sample->wire_hex);
		CU_ASSERT_EQUAL_FATAL(plx_message_open(built.wire, wire_length, &message), 0);
		CU_ASSERT_EQUAL_FATAL(plx_message_check(&message), 0);
		struct plx_record_cursor cursor = plx_message_records(&message);
		lines[0] = '\0';
		while (plx_message_next(&message, &cursor, &record)) {
			if (record.type != PLX_TYPE_OPT) {
				length += line_format(&message, &record, lines + length,
						      sizeof(lines) - (size_t)length);
			}
		}
		CU_ASSERT_STRING_EQUAL(lines, sample->lines);
		if (strcmp(lines, sample->lines) != 0) {
			printf("\n%s\nours:\n%skdig:\n%s", sample->question, lines, sample->lines);
		}
	}
}

static void expect_text(uint16_t type, const void *rdata, size_t length, const char *expected)
{
	CU_ASSERT_EQUAL(plx_rdata_format(type, rdata, length, text, sizeof(text)),
			strlen(expected));
	CU_ASSERT_STRING_EQUAL(text, expected);
}

TEST(malformed_rdata_is_written_generically)
{
	expect_text(PLX_TYPE_A, OCTETS("\1\2\3"), "\\# 3 010203");
	expect_text(PLX_TYPE_A, OCTETS("\1\2\3\4\5"), "\\# 5 0102030405");
	expect_text(PLX_TYPE_NS, OCTETS("\xc0\x0c"), "\\# 2 C00C");
	expect_text(PLX_TYPE_NS, OCTETS(""), "\\# 0");
	expect_text(PLX_TYPE_TXT, OCTETS(""), "\\# 0");
	expect_text(PLX_TYPE_TXT, OCTETS("\3ab"), "\\# 3 036162");
	expect_text(PLX_TYPE_CAA, OCTETS("\0\0"), "\\# 2 0000");
	expect_text(PLX_TYPE_DNSKEY, OCTETS("\1\1\3\x0d"), "\\# 4 0101030D");
	expect_text(PLX_TYPE_NSEC3, OCTETS("\1\0\0\0\0\0"), "\\# 6 010000000000");
	expect_text(PLX_TYPE_NSEC, OCTETS("\0\0\0"), "\\# 3 000000");
	expect_text(PLX_TYPE_NSEC, OCTETS("\0\0\1\x40\0\1\x40"), "\\# 7 00000140000140");
	expect_text(65280, OCTETS("\0\xff"), "\\# 2 00FF");
}

TEST(svcb_parameters_follow_kdig)
{
	expect_text(PLX_TYPE_SVCB, OCTETS("\0\1\0\0\1\0\4\3A B"), "1 . alpn=\"A B\"");
	expect_text(PLX_TYPE_SVCB, OCTETS("\0\1\0\0\1\0\4\3A\"B"), "1 . alpn=A\\\"B");
	expect_text(PLX_TYPE_SVCB, OCTETS("\0\1\0\0\1\0\6\2h2\2h3"), "1 . alpn=h2,h3");
	expect_text(PLX_TYPE_SVCB, OCTETS("\0\1\0\0\5\0\0"), "1 . ech");
	expect_text(PLX_TYPE_SVCB, OCTETS("\0\1\0\0\x09\0\0"), "1 . key9");
	expect_text(PLX_TYPE_SVCB, OCTETS("\0\0\1a\0"), "0 a.");
}

TEST(malformed_svcb_parameters_are_written_generically)
{
	expect_text(PLX_TYPE_SVCB, OCTETS("\0\1\0\0\1\0\0"), "\\# 7 00010000010000"); // empty alpn
	expect_text(PLX_TYPE_SVCB, OCTETS("\0\1\0\0\1\0\1\0"),
		    "\\# 8 0001000001000100"); // empty id
	expect_text(PLX_TYPE_SVCB, OCTETS("\0\1\0\0\3\0\1\1"),
		    "\\# 8 0001000003000101"); // port of 1
	expect_text(PLX_TYPE_SVCB, OCTETS("\0\1\0\0\4\0\3\1\1\1"), "\\# 10 00010000040003010101");
	expect_text(PLX_TYPE_SVCB, OCTETS("\0\1\0\0\2\0\1\1"), "\\# 8 0001000002000101");
	expect_text(PLX_TYPE_SVCB, OCTETS("\0\1\0\0\x09\0\0\0\x09\0\0"),
		    "\\# 11 0001000009000000090000");
	expect_text(PLX_TYPE_SVCB, OCTETS("\0\1\0\0\x09\0\0\0\x08\0\0"),
		    "\\# 11 0001000009000000080000");
	expect_text(PLX_TYPE_SVCB, OCTETS("\0\1\0\0\x09\0"), "\\# 6 000100000900");
}

TEST(short_buffers_are_cut_and_the_whole_length_told)
{
	static const uint8_t rdata[] = {192, 0, 2, 1};
	for (size_t size = 0; size < 12; size++) {
		char small[12];
		memset(small, 'x', sizeof(small));
		CU_ASSERT_EQUAL(plx_rdata_format(PLX_TYPE_A, rdata, 4, small, size), 9);
		if (size > 0) {
			CU_ASSERT_EQUAL(strlen(small), size > 9 ? 9 : size - 1);
			CU_ASSERT_EQUAL(memcmp(small, "192.0.2.1", strlen(small)), 0);
		}
		if (size < 12) {
			CU_ASSERT_EQUAL(small[size], 'x');
		}
	}
}

TEST_MAIN(record_text, T(answers_of_knotd_read_as_kdig_prints_them),
	  T(malformed_rdata_is_written_generically), T(svcb_parameters_follow_kdig),
	  T(malformed_svcb_parameters_are_written_generically),
	  T(short_buffers_are_cut_and_the_whole_length_told))
