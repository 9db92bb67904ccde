// SPDX-License-Identifier: BSD-3-Clause

#include "policy/contact_record.h"

#include "cunit_runner.h"
#include "txt_records.h"

static bool email(const char *text)
{
	return contact_email_is_valid(text, strlen(text));
}

static bool phone(const char *text)
{
	return contact_phone_is_valid(text, strlen(text));
}

TEST(an_address_is_a_local_part_and_a_domain)
{
	static const char *const right[] = {"a@b", "a.b+c@d-e.test", "\"a b@c\"@d.test",
					    "\"a\\\"b\"@c", "j\303\266rg@b\303\274cher.test"};
	static const char *const wrong[] = {
		"",           "a",           "@b",          "a@",
		"a@b.",       "a@.b",        "a..b@c",      ".a@b",
		"a.@b",       "a b@c",       "<a@b>",       "a@b ",
		" a@b",       "a@b\n",       "a@[1.2.3.4]", "a@b_c",
		"a@-b",       "a@b-",        "a@b-.c",      "a@b,c@d",
		"mailto:a@b", "\"a\"b\"@c",  "\"a@c",       "\"a\\\"@c",
		"a\xff@b",    "a\xc2\x85@b", "a@b\x7f",     "\xed\xa0\x80@b"};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(right); i++) {
		CU_ASSERT_TRUE(email(right[i]));
	}
	for (size_t i = 0; i < PLX_ARRAY_SIZE(wrong); i++) {
		CU_ASSERT_FALSE(email(wrong[i]));
	}
	CU_ASSERT_FALSE(contact_email_is_valid("a@b\0c", 5));
}

TEST(an_address_has_bounded_parts)
{
	char text[300];
	memset(text, 'a', sizeof(text));
	text[64] = '@';
	CU_ASSERT_TRUE(contact_email_is_valid(text, 65 + 63));
	CU_ASSERT_FALSE(contact_email_is_valid(text, 65 + 64)); // a label of 64
	for (size_t i = 65 + 63; i < sizeof(text); i += 64) {
		text[i] = '.';
	}
	CU_ASSERT_TRUE(contact_email_is_valid(text, CONTACT_EMAIL_MAX));
	CU_ASSERT_FALSE(contact_email_is_valid(text, CONTACT_EMAIL_MAX + 1));
	text[64] = 'a';
	text[65] = '@';
	CU_ASSERT_FALSE(contact_email_is_valid(text, 70)); // a local part of 65
}

TEST(a_number_is_global)
{
	static const char *const right[] = {"+1 555 0100", "+49-30-(123)45", "+1.2",
					    "+123456789012345"};
	static const char *const wrong[] = {"",       "+",     "1555", "+0123",
					    "+1 ",    "+1  2", "+1a",  "+1;ext=5",
					    "tel:+1", "+-12",  " +12", "+1234567890123456"};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(right); i++) {
		CU_ASSERT_TRUE(phone(right[i]));
	}
	for (size_t i = 0; i < PLX_ARRAY_SIZE(wrong); i++) {
		CU_ASSERT_FALSE(phone(wrong[i]));
	}
}

TEST(numbers_are_equal_by_their_digits)
{
	CU_ASSERT_TRUE(contact_equal(true, "+1 555", 6, "+15-55", 6));
	CU_ASSERT_FALSE(contact_equal(true, "+1555", 5, "+15550", 6));
	CU_ASSERT_FALSE(contact_equal(true, "+15550", 6, "+1555", 5));
	CU_ASSERT_FALSE(contact_equal(false, "a@b", 3, "a@bc", 4));
}

TEST(the_selected_contact_is_found_among_others)
{
	struct txt_records set = {0};
	size_t index = 99;
	txt_records_add(&set, "mailto:a@b.test|x@b.test|a@+b.test");
	CU_ASSERT_EQUAL(contact_records_judge(DCV_CONTACT_EMAIL_TXT, "A@b.test", set.records,
					      set.count, &index),
			CONTACT_FOUND);
	CU_ASSERT_EQUAL(index, 2);
	// Once another contact is seen, a broken record does not hide that there was one.
	txt_records_add(&set, "broken");
	CU_ASSERT_EQUAL(contact_records_judge(DCV_CONTACT_EMAIL_TXT, "c@b.test", set.records,
					      set.count, &index),
			CONTACT_OTHER);
	CU_ASSERT_EQUAL(
		contact_records_judge(DCV_CONTACT_EMAIL_TXT, "c@b.test", set.records, 1, &index),
		CONTACT_NONE_USABLE);
	CU_ASSERT_EQUAL(
		contact_records_judge(DCV_CONTACT_EMAIL_TXT, "c@b.test", set.records, 0, &index),
		CONTACT_NO_RECORDS);
}

TEST(caa_contacts_go_by_their_tag)
{
	static const char email_rdata[] = "\x80\x0c"
					  "ContactEmail"
					  "a@b.test";
	static const char phone_rdata[] = "\0\x0c"
					  "contactphone"
					  "+1 555 0100";
	struct txt_records set = {0};
	size_t index = 99;
	txt_records_add_rdata(&set, email_rdata, sizeof(email_rdata) - 1);
	CU_ASSERT_EQUAL(contact_records_judge(DCV_CONTACT_PHONE_CAA, "+15550100", set.records,
					      set.count, &index),
			CONTACT_NO_RECORDS);
	txt_records_add_rdata(&set, phone_rdata, sizeof(phone_rdata) - 1);
	CU_ASSERT_EQUAL(contact_records_judge(DCV_CONTACT_PHONE_CAA, "+15550100", set.records,
					      set.count, &index),
			CONTACT_FOUND);
	CU_ASSERT_EQUAL(index, 1);
	CU_ASSERT_EQUAL(contact_records_judge(DCV_CONTACT_EMAIL_CAA, "a@b.test", set.records,
					      set.count, &index),
			CONTACT_FOUND);
	CU_ASSERT_EQUAL(index, 0);
}

TEST(other_methods_and_contacts_that_are_none_fail_closed)
{
	size_t index = 99;
	CU_ASSERT_EQUAL(contact_records_judge(DCV_ACME_DNS_01, "a@b", NULL, 0, &index),
			CONTACT_NOT_EVALUATED);
	CU_ASSERT_EQUAL(contact_records_judge(DCV_CONTACT_EMAIL_TXT, NULL, NULL, 0, &index),
			CONTACT_BAD_SELECTED);
	CU_ASSERT_EQUAL(contact_reason_outcome(CONTACT_NOT_EVALUATED), CHECK_NOT_EVALUATED);
	CU_ASSERT_EQUAL(contact_reason_outcome(CONTACT_BAD_SELECTED), CHECK_ERROR);
	CU_ASSERT_EQUAL(contact_reason_outcome(CONTACT_OTHER), CHECK_FAIL);
}

TEST_MAIN(contact_record, T(an_address_is_a_local_part_and_a_domain),
	  T(an_address_has_bounded_parts), T(a_number_is_global),
	  T(numbers_are_equal_by_their_digits), T(the_selected_contact_is_found_among_others),
	  T(caa_contacts_go_by_their_tag), T(other_methods_and_contacts_that_are_none_fail_closed))
