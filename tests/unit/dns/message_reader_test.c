// SPDX-License-Identifier: BSD-3-Clause

#include <parallax/base/error.h>

#include "cunit_runner.h"
#include "message_builder.h"

#include <stdlib.h>

static struct message_builder built;

TEST(messages_of_0_to_11_octets_are_short)
{
	build_start(&built, 0, 0, 0);
	for (size_t length = 0; length < PLX_DNS_HEADER_BYTES; length++) {
		struct plx_message message;
		CU_ASSERT_EQUAL(plx_message_open(built.wire, length, &message), PLX_ERR_DNS_SHORT);
	}
}

TEST(every_cut_of_a_message_is_refused)
{
	build_start(&built, 1, 1, 1);
	build_answer(&built, PLX_TYPE_CAA, OCTETS("\0\5issueca.test"));
	build_answer(&built, PLX_TYPE_SOA,
		     OCTETS("\xc0\x0c\1b\xc0\x0c\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0\5"));
	build_opt(&built, 0,
		  OCTETS("\0\x0a\0\x08"
			 "clientck"));
	struct plx_message message;
	CU_ASSERT_EQUAL_FATAL(build_check(&built, &message), 0);
	for (size_t length = 0; length < built.writer.position; length++) {
		// A copy of that size, so that AddressSanitizer sees any read past it.
		uint8_t *copy = malloc(length + 1);
		memcpy(copy, built.wire, length);
		copy = realloc(copy, length > 0 ? length : 1);
		int error = plx_message_open(copy, length, &message);
		CU_ASSERT(error < 0 || plx_message_check(&message) < 0);
		free(copy);
	}
}

TEST(header_fields_are_read)
{
	static const uint8_t wire[] = "\xab\xcd\x87\xb5\0\0\0\1\0\2\0\3";
	struct plx_message message;
	CU_ASSERT_EQUAL_FATAL(plx_message_open(wire, 12, &message), 0);
	CU_ASSERT_EQUAL(message.id, 0xabcd);
	CU_ASSERT_EQUAL(message.flags, PLX_FLAG_QR | PLX_FLAG_AA | PLX_FLAG_TC | PLX_FLAG_RD |
					       PLX_FLAG_RA | PLX_FLAG_AD | PLX_FLAG_CD | 5);
	CU_ASSERT_EQUAL(PLX_OPCODE(message.flags), 0);
	CU_ASSERT_EQUAL(PLX_OPCODE(0x2800), 5);
	CU_ASSERT_EQUAL(message.rcode, PLX_RCODE_REFUSED);
	CU_ASSERT_EQUAL(message.question_count, 0);
	CU_ASSERT_EQUAL(message.record_count[PLX_SECTION_ANSWER], 1);
	CU_ASSERT_EQUAL(message.record_count[PLX_SECTION_AUTHORITY], 2);
	CU_ASSERT_EQUAL(message.record_count[PLX_SECTION_ADDITIONAL], 3);
	CU_ASSERT_EQUAL(message.records_offset, 12);
}

TEST(question_must_be_whole_and_uncompressed)
{
	struct plx_message message;
	build_start(&built, 0, 0, 0);
	CU_ASSERT_EQUAL_FATAL(build_check(&built, &message), 0);
	CU_ASSERT_EQUAL(message.question_name_length, 8);
	CU_ASSERT_EQUAL(message.question_type, PLX_TYPE_CAA);
	CU_ASSERT_EQUAL(message.records_offset, BUILDER_RECORDS_AT);
	static const uint8_t to_itself[] = "\0\0\x80\0\0\1\0\0\0\0\0\0\xc0\x0c\0\1\0\1";
	static const uint8_t to_header[] = "\0\0\x80\0\0\1\0\0\0\0\0\0\1a\xc0\0\0\1\0\1";
	CU_ASSERT_EQUAL(plx_message_open(to_itself, 18, &message), PLX_ERR_DNS_POINTER);
	CU_ASSERT_EQUAL(plx_message_open(to_header, 20, &message), PLX_ERR_DNS_POINTER);
}

TEST(two_questions_are_opened_but_fail_the_check)
{
	struct plx_message message;
	build_start(&built, 0, 0, 0);
	built.wire[5] = 2;
	CU_ASSERT_EQUAL(build_check(&built, &message), PLX_ERR_DNS_QUESTION);
	CU_ASSERT_EQUAL(message.question_count, 2);
}

TEST(message_past_65535_octets_is_refused)
{
	struct plx_message message;
	build_start(&built, 0, 0, 0);
	CU_ASSERT_EQUAL(plx_message_open(built.wire, PLX_MESSAGE_MAX + 1, &message),
			PLX_ERR_DNS_LIMIT);
}

TEST(records_are_iterated_in_wire_order)
{
	build_start(&built, 1, 0, 2);
	build_answer(&built, PLX_TYPE_CAA, OCTETS("\0\5issueca.test"));
	plx_write_bytes(&built.writer, OCTETS("\2ns\xc0\x0c"));
	build_record_fields(&built, PLX_TYPE_A, PLX_CLASS_IN, 0x80000001, OCTETS("\1\2\3\4"));
	build_opt(&built, 0x81000000, OCTETS(""));
	struct plx_message message;
	CU_ASSERT_EQUAL_FATAL(build_check(&built, &message), 0);
	struct plx_record_cursor cursor = plx_message_records(&message);
	struct plx_record record;

	CU_ASSERT_TRUE_FATAL(plx_message_next(&message, &cursor, &record));
	CU_ASSERT_EQUAL(record.section, PLX_SECTION_ANSWER);
	CU_ASSERT_EQUAL(record.owner_offset, BUILDER_RECORDS_AT);
	CU_ASSERT_EQUAL(record.type, PLX_TYPE_CAA);
	CU_ASSERT_EQUAL(record.ttl, 60);
	CU_ASSERT_EQUAL(record.rdata_length, 14);
	CU_ASSERT_EQUAL(memcmp(record.rdata, "\0\5issueca.test", 14), 0);
	CU_ASSERT_PTR_EQUAL(record.rdata, message.wire + record.rdata_offset);

	CU_ASSERT_TRUE_FATAL(plx_message_next(&message, &cursor, &record));
	CU_ASSERT_EQUAL(record.section, PLX_SECTION_ADDITIONAL);
	CU_ASSERT_EQUAL(record.type, PLX_TYPE_A);
	CU_ASSERT_EQUAL(record.ttl, 0); // RFC 2181 8
	struct plx_name owner;
	uint32_t next = 0;
	CU_ASSERT_EQUAL(plx_message_name(&message, record.owner_offset, &owner, &next), 0);
	CU_ASSERT_EQUAL(owner.length, 11);
	CU_ASSERT_EQUAL(memcmp(owner.wire, "\2ns\1a\4test", 11), 0);
	CU_ASSERT_EQUAL(next, record.owner_offset + 5);

	CU_ASSERT_TRUE_FATAL(plx_message_next(&message, &cursor, &record));
	CU_ASSERT_EQUAL(record.type, PLX_TYPE_OPT);
	CU_ASSERT_EQUAL(record.ttl, 0x81000000);
	CU_ASSERT_FALSE(plx_message_next(&message, &cursor, &record));
	CU_ASSERT_FALSE(plx_message_next(&message, &cursor, &record));
}

TEST(names_compare_through_pointers_without_case)
{
	struct plx_message message;
	struct plx_name name;
	build_start(&built, 1, 0, 0);
	build_record(&built, OCTETS("\2Ns\xc0\x0c"), PLX_TYPE_A, OCTETS("\1\2\3\4"));
	CU_ASSERT_EQUAL_FATAL(build_check(&built, &message), 0);
	CU_ASSERT_EQUAL_FATAL(plx_name_parse("nS.A.teSt", 9, &name), 0);
	CU_ASSERT_TRUE(plx_message_name_equal(&message, BUILDER_RECORDS_AT, &name));
	CU_ASSERT_FALSE(plx_message_name_equal(&message, PLX_DNS_HEADER_BYTES, &name));
	CU_ASSERT_EQUAL_FATAL(plx_name_parse("ns.a.tesu", 9, &name), 0);
	CU_ASSERT_FALSE(plx_message_name_equal(&message, BUILDER_RECORDS_AT, &name));
	CU_ASSERT_EQUAL_FATAL(plx_name_parse("ns.a", 4, &name), 0);
	CU_ASSERT_FALSE(plx_message_name_equal(&message, BUILDER_RECORDS_AT, &name));
	CU_ASSERT_EQUAL_FATAL(plx_name_parse("ns.a.test.b", 11, &name), 0);
	CU_ASSERT_FALSE(plx_message_name_equal(&message, BUILDER_RECORDS_AT, &name));
	name.length = 0;
	CU_ASSERT_FALSE(plx_message_name_equal(&message, BUILDER_RECORDS_AT, &name));
	CU_ASSERT_FALSE(plx_message_name_equal(&message, 70000, &name));
}

TEST(ancestors_of_the_question_are_whole_labels)
{
	struct plx_message message;
	build_start(&built, 6, 0, 0); // a.test
	uint32_t offsets[6];
	static const uint16_t targets[] = {12, 14, 19, 15}; // 15: "test" as lengths
	for (unsigned i = 0; i < 6; i++) {
		offsets[i] = (uint32_t)built.writer.position;
		if (i < 4) {
			plx_write_u16(&built.writer, POINTER(targets[i]));
		} else if (i == 4) {
			plx_write_bytes(&built.writer, OCTETS("\4TEST\0"));
		} else {
			plx_write_bytes(&built.writer, OCTETS("\4best\0"));
		}
		build_record_fields(&built, 65280, PLX_CLASS_IN, 60, OCTETS(""));
	}
	CU_ASSERT_EQUAL_FATAL(plx_message_open(built.wire, built.writer.position, &message), 0);
	CU_ASSERT_TRUE(plx_message_name_is_above_question(&message, offsets[0]));
	CU_ASSERT_TRUE(plx_message_name_is_above_question(&message, offsets[1]));
	CU_ASSERT_TRUE(plx_message_name_is_above_question(&message, offsets[2])); // the root
	CU_ASSERT_FALSE(plx_message_name_is_above_question(&message, offsets[3]));
	CU_ASSERT_TRUE(plx_message_name_is_above_question(&message, offsets[4]));
	CU_ASSERT_FALSE(plx_message_name_is_above_question(&message, offsets[5]));
	CU_ASSERT_FALSE(plx_message_name_is_above_question(&message, 70000));
	message.question_count = 0;
	CU_ASSERT_FALSE(plx_message_name_is_above_question(&message, offsets[0]));
}

TEST(iterating_an_unchecked_message_ends_at_its_end)
{
	struct plx_message message;
	struct plx_record record;
	build_start(&built, 65535, 65535, 65535);
	build_answer(&built, PLX_TYPE_A, OCTETS("\1\2\3\4"));
	CU_ASSERT_EQUAL_FATAL(plx_message_open(built.wire, built.writer.position, &message), 0);
	struct plx_record_cursor cursor = plx_message_records(&message);
	CU_ASSERT_TRUE(plx_message_next(&message, &cursor, &record));
	CU_ASSERT_FALSE(plx_message_next(&message, &cursor, &record));
}

TEST(a_question_that_was_compared_need_not_be_walked)
{
	struct plx_message message;
	struct plx_message again;
	build_start(&built, 1, 0, 0);
	build_answer(&built, PLX_TYPE_A, OCTETS("\1\2\3\4"));
	size_t length = built.writer.position;
	CU_ASSERT_EQUAL_FATAL(plx_message_open(built.wire, length, &message), 0);
	CU_ASSERT_EQUAL_FATAL(plx_message_open_asked(built.wire, length, 8, &again), 0);
	CU_ASSERT_EQUAL(again.question_name_length, message.question_name_length);
	CU_ASSERT_EQUAL(again.question_type, message.question_type);
	CU_ASSERT_EQUAL(again.question_class, message.question_class);
	CU_ASSERT_EQUAL(again.records_offset, message.records_offset);
	CU_ASSERT_EQUAL(again.flags, message.flags);
	CU_ASSERT_EQUAL(again.record_count[PLX_SECTION_ANSWER], 1);
	CU_ASSERT_EQUAL(plx_message_check(&again), 0);
	for (size_t cut = 0; cut < BUILDER_RECORDS_AT; cut++) {
		CU_ASSERT_EQUAL(plx_message_open_asked(built.wire, cut, 8, &again),
				PLX_ERR_DNS_SHORT);
	}
	CU_ASSERT_EQUAL(plx_message_open_asked(built.wire, PLX_MESSAGE_MAX + 1, 8, &again),
			PLX_ERR_DNS_LIMIT);
}

TEST_MAIN(message_reader, T(messages_of_0_to_11_octets_are_short),
	  T(every_cut_of_a_message_is_refused), T(header_fields_are_read),
	  T(question_must_be_whole_and_uncompressed),
	  T(two_questions_are_opened_but_fail_the_check), T(message_past_65535_octets_is_refused),
	  T(records_are_iterated_in_wire_order), T(names_compare_through_pointers_without_case),
	  T(ancestors_of_the_question_are_whole_labels),
	  T(iterating_an_unchecked_message_ends_at_its_end),
	  T(a_question_that_was_compared_need_not_be_walked))
