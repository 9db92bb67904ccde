// SPDX-License-Identifier: BSD-3-Clause

#include <parallax/base/error.h>

#include "cunit_runner.h"
#include "message_builder.h"

static struct message_builder built;
static struct plx_message message;

// What the check says of a message with this one answer.
static int check_answer(uint16_t type, const void *rdata, size_t length)
{
	build_start(&built, 1, 0, 0);
	build_answer(&built, type, rdata, length);
	return build_check(&built, &message);
}

static int check_options(const void *options, size_t length)
{
	build_start(&built, 0, 0, 1);
	build_opt(&built, 0, options, length);
	return build_check(&built, &message);
}

TEST(trailing_octets_are_refused)
{
	build_start(&built, 0, 0, 0);
	CU_ASSERT_EQUAL(build_check(&built, &message), 0);
	plx_write_u8(&built.writer, 0);
	CU_ASSERT_EQUAL(build_check(&built, &message), PLX_ERR_DNS_TRAILING);
}

TEST(missing_records_are_refused)
{
	build_start(&built, 2, 0, 0);
	build_answer(&built, PLX_TYPE_A, OCTETS("\1\2\3\4"));
	CU_ASSERT_EQUAL(build_check(&built, &message), PLX_ERR_DNS_SHORT);
	build_start(&built, 65535, 65535, 65535);
	CU_ASSERT_EQUAL(build_check(&built, &message), PLX_ERR_DNS_SHORT);
}

TEST(a_pointer_to_offset_0_is_no_known_owner)
{
	// Without a question no owner is known yet; the first must not pass for one.
	static const uint8_t wire[] =
		"\0\0\x80\0\0\0\0\1\0\0\0\0\xc0\0\0\1\0\1\0\0\0\0\0\4\1\2\3\4";
	CU_ASSERT_EQUAL_FATAL(plx_message_open(wire, sizeof(wire) - 1, &message), 0);
	CU_ASSERT_EQUAL(plx_message_check(&message), PLX_ERR_DNS_POINTER);
}

TEST(rdata_must_fill_its_length)
{
	CU_ASSERT_EQUAL(check_answer(PLX_TYPE_A, OCTETS("\1\2\3")), PLX_ERR_DNS_RDATA);
	CU_ASSERT_EQUAL(check_answer(PLX_TYPE_A, OCTETS("\1\2\3\4\5")), PLX_ERR_DNS_RDATA);
	CU_ASSERT_EQUAL(check_answer(PLX_TYPE_AAAA, OCTETS("\1\2\3\4")), PLX_ERR_DNS_RDATA);
	CU_ASSERT_EQUAL(check_answer(PLX_TYPE_NS, OCTETS("")), PLX_ERR_DNS_RDATA);
	CU_ASSERT_EQUAL(check_answer(PLX_TYPE_NS, OCTETS("\1b\xc0\x0c")), 0);
	CU_ASSERT_EQUAL(check_answer(PLX_TYPE_NS, OCTETS("\1b\xc0\x0c\0")), PLX_ERR_DNS_RDATA);
	CU_ASSERT_EQUAL(check_answer(PLX_TYPE_NS, OCTETS("\1b\xc0")), PLX_ERR_DNS_RDATA);
	CU_ASSERT_EQUAL(check_answer(PLX_TYPE_CNAME, OCTETS("\5abc")), PLX_ERR_DNS_RDATA);
	CU_ASSERT_EQUAL(check_answer(PLX_TYPE_DNAME, OCTETS("\xc0\x0c")), 0);
	CU_ASSERT_EQUAL(check_answer(PLX_TYPE_MX, OCTETS("\0\1")), PLX_ERR_DNS_RDATA);
	CU_ASSERT_EQUAL(check_answer(PLX_TYPE_MX, OCTETS("\0\1\0")), 0);
	CU_ASSERT_EQUAL(check_answer(PLX_TYPE_SRV, OCTETS("\0\1\0\1\0\1\xc0\x0c")), 0);
	CU_ASSERT_EQUAL(check_answer(PLX_TYPE_SRV, OCTETS("\0\1\0\1\0")), PLX_ERR_DNS_RDATA);
	CU_ASSERT_EQUAL(
		check_answer(PLX_TYPE_SOA, OCTETS("\0\0\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0\5")),
		0);
	CU_ASSERT_EQUAL(
		check_answer(PLX_TYPE_SOA, OCTETS("\0\0\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0")),
		PLX_ERR_DNS_RDATA);
	CU_ASSERT_EQUAL(check_answer(35, OCTETS("\0\1\0\2\1u\0\0\0")), 0); // NAPTR
	CU_ASSERT_EQUAL(check_answer(35, OCTETS("\0\1\0\2\1u\0\0")), PLX_ERR_DNS_RDATA);
}

TEST(txt_strings_must_fill_their_rdata)
{
	CU_ASSERT_EQUAL(check_answer(PLX_TYPE_TXT, OCTETS("\3abc\0\1x")), 0);
	CU_ASSERT_EQUAL(check_answer(PLX_TYPE_TXT, OCTETS("")), PLX_ERR_DNS_RDATA);
	CU_ASSERT_EQUAL(check_answer(PLX_TYPE_TXT, OCTETS("\4abc")), PLX_ERR_DNS_RDATA);
	CU_ASSERT_EQUAL(check_answer(PLX_TYPE_TXT, OCTETS("\3abc\1")), PLX_ERR_DNS_RDATA);
}

TEST(malformed_caa_tag_fails_the_whole_message)
{
	CU_ASSERT_EQUAL(check_answer(PLX_TYPE_CAA, OCTETS("\0\5issueca.test")), 0);
	CU_ASSERT_EQUAL(check_answer(PLX_TYPE_CAA, OCTETS("\x80\5issue")), 0);
	CU_ASSERT_EQUAL(check_answer(PLX_TYPE_CAA, OCTETS("")), PLX_ERR_CAA_TAG);
	CU_ASSERT_EQUAL(check_answer(PLX_TYPE_CAA, OCTETS("\0")), PLX_ERR_CAA_TAG);
	CU_ASSERT_EQUAL(check_answer(PLX_TYPE_CAA, OCTETS("\0\0value")), PLX_ERR_CAA_TAG);
	CU_ASSERT_EQUAL(check_answer(PLX_TYPE_CAA, OCTETS("\0\6issue")), PLX_ERR_CAA_TAG);
	CU_ASSERT_EQUAL(check_answer(PLX_TYPE_CAA, OCTETS("\0\xffissue")), PLX_ERR_CAA_TAG);
	CU_ASSERT_EQUAL(check_answer(PLX_TYPE_CAA, OCTETS("\0\5is-ueca")), PLX_ERR_CAA_TAG);
	// Beside a good one, and outside the answer section.
	build_start(&built, 1, 0, 1);
	build_answer(&built, PLX_TYPE_CAA, OCTETS("\0\5issueca.test"));
	build_answer(&built, PLX_TYPE_CAA, OCTETS("\0\0"));
	CU_ASSERT_EQUAL(build_check(&built, &message), PLX_ERR_CAA_TAG);
}

TEST(unknown_types_and_classes_are_opaque)
{
	CU_ASSERT_EQUAL(check_answer(65280, OCTETS("\xc0\xff\xff")), 0);
	CU_ASSERT_EQUAL(check_answer(PLX_TYPE_RRSIG, OCTETS("")), 0);
	build_start(&built, 1, 0, 0);
	plx_write_u16(&built.writer, POINTER(12));
	build_record_fields(&built, PLX_TYPE_A, 3, 60, OCTETS("\0\1")); // class CH
	CU_ASSERT_EQUAL(build_check(&built, &message), 0);
}

TEST(edns_fields_are_read)
{
	CU_ASSERT_EQUAL_FATAL(check_options(OCTETS("")), 0);
	CU_ASSERT_TRUE(message.has_edns);
	CU_ASSERT_EQUAL(message.edns_udp_size, 1232);
	CU_ASSERT_PTR_NULL(message.cookie);
	CU_ASSERT_EQUAL(message.ede_code, 0);
	build_start(&built, 0, 0, 1);
	built.wire[3] = 0x07; // low rcode bits of BADCOOKIE
	build_opt(&built, 0x01028000,
		  OCTETS("\0\x0a\0\x10"
			 "clientckserverck"
			 "\0\x0f\0\5\0\x16why\0\x0f\0\2\0\6"));
	CU_ASSERT_EQUAL_FATAL(build_check(&built, &message), 0);
	CU_ASSERT_EQUAL(message.rcode, PLX_RCODE_BADCOOKIE);
	CU_ASSERT_EQUAL(message.edns_version, 2);
	CU_ASSERT_TRUE(message.edns_do);
	CU_ASSERT_EQUAL(message.cookie_length, 16);
	CU_ASSERT_EQUAL(memcmp(message.cookie, "clientckserverck", 16), 0);
	CU_ASSERT_EQUAL(message.ede_code, 6 + 1);
}

TEST(an_ede_code_about_validation_goes_before_others)
{
	CU_ASSERT_EQUAL(check_options(OCTETS("\0\x0f\0\2\0\x16\0\x0f\0\2\0\x03")), 0);
	CU_ASSERT_EQUAL(message.ede_code, 22 + 1); // none is: the first
	CU_ASSERT_EQUAL(check_options(OCTETS("\0\x0f\0\2\0\x16\0\x0f\0\2\0\x07\0\x0f\0\2\0\x09")),
			0);
	CU_ASSERT_EQUAL(message.ede_code, 7 + 1);
	CU_ASSERT_EQUAL(check_options(OCTETS("\0\x0f\0\2\0\x0c\0\x0f\0\2\0\x16")), 0);
	CU_ASSERT_EQUAL(message.ede_code, 12 + 1);
	CU_ASSERT_EQUAL(check_options(OCTETS("\0\x0f\0\2\xff\xff\0\x0f\0\2\0\6")), 0);
	CU_ASSERT_EQUAL(message.ede_code, 6 + 1);
}

TEST(soas_and_name_servers_of_the_authority_section_are_noted)
{
	static const char soa[] = "\0\0"
				  "\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1";
	build_start(&built, 1, 3, 0);
	build_answer(&built, PLX_TYPE_SOA, OCTETS(soa)); // not there
	build_answer(&built, PLX_TYPE_A, OCTETS("\1\2\3\4"));
	uint32_t first = (uint32_t)built.writer.position;
	build_answer(&built, PLX_TYPE_SOA, OCTETS(soa));
	uint32_t second = (uint32_t)built.writer.position;
	build_answer(&built, PLX_TYPE_A, OCTETS("\1\2\3\4"));
	CU_ASSERT_EQUAL_FATAL(build_check(&built, &message), 0);
	CU_ASSERT_EQUAL(message.soa_count, 1);
	CU_ASSERT_EQUAL(message.soa_owner_offset, first);
	CU_ASSERT_FALSE(message.has_authority_ns);
	built.writer.position = second;
	build_answer(&built, PLX_TYPE_NS, OCTETS("\0"));
	CU_ASSERT_EQUAL_FATAL(build_check(&built, &message), 0);
	CU_ASSERT_TRUE(message.has_authority_ns);
	built.writer.position = second;
	build_answer(&built, PLX_TYPE_SOA, OCTETS(soa));
	CU_ASSERT_EQUAL_FATAL(build_check(&built, &message), 0);
	CU_ASSERT_EQUAL(message.soa_count, 2);
	CU_ASSERT_EQUAL(message.soa_owner_offset, first);
}

TEST(opt_stands_once_at_the_root_of_the_additional_section)
{
	build_start(&built, 0, 0, 2);
	build_opt(&built, 0, OCTETS(""));
	build_opt(&built, 0, OCTETS(""));
	CU_ASSERT_EQUAL(build_check(&built, &message), PLX_ERR_DNS_OPT);
	build_start(&built, 1, 0, 0);
	build_opt(&built, 0, OCTETS(""));
	CU_ASSERT_EQUAL(build_check(&built, &message), PLX_ERR_DNS_OPT);
	build_start(&built, 0, 1, 0);
	build_opt(&built, 0, OCTETS(""));
	CU_ASSERT_EQUAL(build_check(&built, &message), PLX_ERR_DNS_OPT);
	build_start(&built, 0, 0, 1);
	build_answer(&built, PLX_TYPE_OPT, OCTETS(""));
	CU_ASSERT_EQUAL(build_check(&built, &message), PLX_ERR_DNS_OPT);
}

TEST(options_of_32_are_read_and_33_are_not)
{
	uint8_t options[33 * 4] = {0};
	CU_ASSERT_EQUAL(check_options(options, 32 * 4), 0);
	CU_ASSERT_EQUAL(check_options(options, 33 * 4), PLX_ERR_DNS_LIMIT);
}

TEST(malformed_options_are_refused)
{
	CU_ASSERT_EQUAL(check_options(OCTETS("\0")), PLX_ERR_DNS_RDATA);
	CU_ASSERT_EQUAL(check_options(OCTETS("\0\x0c\0")), PLX_ERR_DNS_RDATA);
	CU_ASSERT_EQUAL(check_options(OCTETS("\0\x0c\0\1")), PLX_ERR_DNS_RDATA);
	CU_ASSERT_EQUAL(check_options(OCTETS("\0\x0f\0\1x")), PLX_ERR_DNS_RDATA);
}

TEST(cookies_are_of_8_or_16_to_40_octets)
{
	uint8_t option[4 + 64] = {0, 10};
	for (uint8_t length = 0; length <= 64; length++) {
		option[3] = length;
		bool is_right = length == 8 || (length >= 16 && length <= 40);
		CU_ASSERT_EQUAL(check_options(option, 4u + length),
				is_right ? 0 : PLX_ERR_DNS_RDATA);
	}
}

TEST(last_ede_code_is_not_taken_for_none)
{
	CU_ASSERT_EQUAL(check_options(OCTETS("\0\x0f\0\2\xff\xff")), 0);
	CU_ASSERT_EQUAL(message.ede_code, 65535);
	CU_ASSERT_EQUAL(check_options(OCTETS("\0\x0f\0\2\0\0")), 0);
	CU_ASSERT_EQUAL(message.ede_code, 1);
}

// Two long names, referred to in turn so that none is remembered.
static unsigned build_bomb(unsigned records)
{
	uint32_t names[2];
	build_start(&built, (uint16_t)(records + 2), 0, 0);
	for (unsigned i = 0; i < 2; i++) {
		names[i] = (uint32_t)built.writer.position;
		for (unsigned label = 0; label < 127; label++) {
			plx_write_bytes(&built.writer, OCTETS("\1x"));
		}
		plx_write_u8(&built.writer, 0);
		build_record_fields(&built, PLX_TYPE_A, PLX_CLASS_IN, 60, OCTETS("\1\2\3\4"));
	}
	for (unsigned i = 0; i < records; i++) {
		plx_write_u16(&built.writer, POINTER(names[i % 2]));
		build_record_fields(&built, PLX_TYPE_A, PLX_CLASS_IN, 60, OCTETS("\1\2\3\4"));
	}
	return (unsigned)built.writer.position;
}

TEST(compression_bombs_exhaust_the_step_budget)
{
	build_bomb(20);
	CU_ASSERT_EQUAL(build_check(&built, &message), 0);
	// 129 steps for 16 octets; 64 of them and 2048 for the whole message are allowed.
	build_bomb(4000);
	CU_ASSERT_FALSE(built.writer.failed);
	CU_ASSERT_EQUAL(build_check(&built, &message), PLX_ERR_DNS_LIMIT);
}

TEST(large_rrsets_with_one_long_owner_pass)
{
	build_start(&built, 4001, 0, 0);
	uint32_t owner = (uint32_t)built.writer.position;
	for (unsigned label = 0; label < 127; label++) {
		plx_write_bytes(&built.writer, OCTETS("\1x"));
	}
	plx_write_u8(&built.writer, 0);
	build_record_fields(&built, PLX_TYPE_A, PLX_CLASS_IN, 60, OCTETS("\1\2\3\4"));
	for (unsigned i = 0; i < 4000; i++) {
		plx_write_u16(&built.writer, POINTER(owner));
		build_record_fields(&built, PLX_TYPE_A, PLX_CLASS_IN, 60, OCTETS("\1\2\3\4"));
	}
	CU_ASSERT_EQUAL(build_check(&built, &message), 0);
}

TEST_MAIN(message_check, T(trailing_octets_are_refused), T(missing_records_are_refused),
	  T(a_pointer_to_offset_0_is_no_known_owner), T(rdata_must_fill_its_length),
	  T(txt_strings_must_fill_their_rdata), T(malformed_caa_tag_fails_the_whole_message),
	  T(unknown_types_and_classes_are_opaque), T(edns_fields_are_read),
	  T(soas_and_name_servers_of_the_authority_section_are_noted),
	  T(opt_stands_once_at_the_root_of_the_additional_section),
	  T(options_of_32_are_read_and_33_are_not), T(malformed_options_are_refused),
	  T(cookies_are_of_8_or_16_to_40_octets),
	  T(an_ede_code_about_validation_goes_before_others),
	  T(last_ede_code_is_not_taken_for_none), T(compression_bombs_exhaust_the_step_budget),
	  T(large_rrsets_with_one_long_owner_pass))
