// SPDX-License-Identifier: BSD-3-Clause

#include "policy/dns_challenge.h"

#include <parallax/dns/rr_type.h>

#include "cunit_runner.h"
#include "txt_records.h"

#include <openssl/evp.h>

#define HASH "LPsIwTo7o8BoG0-vjCyGQGBWSVIPxI-i_X336eUOQZo"

static struct txt_records set;
static size_t index_found;

static enum dns_challenge_reason judge(struct dns_challenge challenge)
{
	index_found = 99;
	return dns_challenge_judge(&challenge, set.records, set.count, &index_found);
}

static void add(const void *rdata, size_t length)
{
	set.count = 0;
	txt_records_add_rdata(&set, rdata, length);
}

// RFC 8555 8.4: what goes into TXT is the SHA-256 of the key authorization.
TEST(the_digest_of_the_key_authorization_is_what_txt_must_hold)
{
	static const char text[] = "LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0."
				   "9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI";
	uint8_t digest[EVP_MAX_MD_SIZE];
	char base64[64];
	CU_ASSERT_EQUAL(EVP_Digest(text, sizeof(text) - 1, digest, NULL, EVP_sha256(), NULL), 1);
	EVP_EncodeBlock((unsigned char *)base64, digest, 32);
	for (char *c = base64; *c != '\0'; c++) {
		*c = *c == '+' ? '-' : *c == '/' ? '_' : *c;
	}
	base64[DCV_THUMBPRINT_CHARACTERS] = '\0';
	set.count = 0;
	txt_records_add(&set, "junk|" HASH);
	CU_ASSERT_EQUAL(judge((struct dns_challenge) {PLX_TYPE_TXT, base64, true, false}),
			DNS_CHALLENGE_FOUND);
	CU_ASSERT_EQUAL(index_found, 1);
}

TEST(text_is_contained_or_equal_and_case_counts_as_asked)
{
	set.count = 0;
	txt_records_add(&set, "x|a To+Ken b");
	CU_ASSERT_EQUAL(judge((struct dns_challenge) {PLX_TYPE_TXT, "ToKen", false, false}),
			DNS_CHALLENGE_FOUND);
	CU_ASSERT_EQUAL(index_found, 1);
	CU_ASSERT_EQUAL(judge((struct dns_challenge) {PLX_TYPE_TXT, "token", false, false}),
			DNS_CHALLENGE_ABSENT);
	CU_ASSERT_EQUAL(judge((struct dns_challenge) {PLX_TYPE_TXT, "TOKEN", false, true}),
			DNS_CHALLENGE_FOUND);
	CU_ASSERT_EQUAL(judge((struct dns_challenge) {PLX_TYPE_TXT, "ToKen", true, false}),
			DNS_CHALLENGE_ABSENT);
	CU_ASSERT_EQUAL(index_found, 99);
}

TEST(records_that_cannot_be_read_never_match)
{
	add("\5tok", 4);
	CU_ASSERT_EQUAL(judge((struct dns_challenge) {PLX_TYPE_TXT, "tok", false, false}),
			DNS_CHALLENGE_ABSENT);
	add("\3tok", 4);
	CU_ASSERT_EQUAL(judge((struct dns_challenge) {PLX_TYPE_CNAME, "tok", false, false}),
			DNS_CHALLENGE_ABSENT);
	add("\0\0tok", 5);
	CU_ASSERT_EQUAL(judge((struct dns_challenge) {PLX_TYPE_CAA, "tok", false, false}),
			DNS_CHALLENGE_ABSENT);
	set.count = 0;
	CU_ASSERT_EQUAL(judge((struct dns_challenge) {PLX_TYPE_TXT, "tok", false, false}),
			DNS_CHALLENGE_NO_RECORDS);
}

TEST(names_are_equal_whatever_their_case_and_final_dot)
{
	add("\3Abc\2cA\4test\0", 13);
	CU_ASSERT_EQUAL(judge((struct dns_challenge) {PLX_TYPE_CNAME, "aBc.ca.test.", true, true}),
			DNS_CHALLENGE_FOUND);
	CU_ASSERT_EQUAL(judge((struct dns_challenge) {PLX_TYPE_PTR, "abc.ca.test", true, true}),
			DNS_CHALLENGE_FOUND);
	CU_ASSERT_EQUAL(judge((struct dns_challenge) {PLX_TYPE_PTR, "bc.ca.test", true, true}),
			DNS_CHALLENGE_ABSENT);
}

TEST(caa_is_searched_in_the_value_of_any_tag)
{
	add("\0\5issue"
	    "ca.test; tok",
	    19);
	CU_ASSERT_EQUAL(judge((struct dns_challenge) {PLX_TYPE_CAA, "TOK", false, true}),
			DNS_CHALLENGE_FOUND);
	CU_ASSERT_EQUAL(judge((struct dns_challenge) {PLX_TYPE_CAA, "issue", false, true}),
			DNS_CHALLENGE_ABSENT);
}

TEST(addresses_are_compared_as_addresses)
{
	add("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16);
	CU_ASSERT_EQUAL(judge((struct dns_challenge) {PLX_TYPE_AAAA, "2001:DB8:0::1", true, false}),
			DNS_CHALLENGE_FOUND);
	CU_ASSERT_EQUAL(judge((struct dns_challenge) {PLX_TYPE_AAAA, "192.0.2.1", true, false}),
			DNS_CHALLENGE_BAD_QUERY);
	CU_ASSERT_EQUAL(judge((struct dns_challenge) {PLX_TYPE_A, "32.1.13.184", true, false}),
			DNS_CHALLENGE_ABSENT);
}

TEST(what_makes_no_sense_is_an_error_and_never_found)
{
	set.count = 0;
	txt_records_add(&set, "");
	CU_ASSERT_EQUAL(judge((struct dns_challenge) {PLX_TYPE_TXT, "", false, false}),
			DNS_CHALLENGE_BAD_QUERY);
	CU_ASSERT_EQUAL(judge((struct dns_challenge) {PLX_TYPE_MX, "x", false, false}),
			DNS_CHALLENGE_BAD_QUERY);
	CU_ASSERT_EQUAL(judge((struct dns_challenge) {0}), DNS_CHALLENGE_BAD_QUERY);
	CU_ASSERT_EQUAL(dns_challenge_outcome(DNS_CHALLENGE_BAD_QUERY), CHECK_ERROR);
	CU_ASSERT_EQUAL(dns_challenge_outcome(DNS_CHALLENGE_NOT_EVALUATED), CHECK_NOT_EVALUATED);
	CU_ASSERT_EQUAL(dns_challenge_outcome(DNS_CHALLENGE_FOUND), CHECK_PASS);
}

TEST(case_counts_for_txt_alone)
{
	struct dcv_parameters parameters = {.method = DCV_DNS_CHANGE,
					    .challenge_value = "x",
					    .dns_record_type = PLX_TYPE_TXT,
					    .require_exact_case = true};
	struct dns_challenge challenge;
	CU_ASSERT_TRUE_FATAL(dns_challenge_of(&parameters, &challenge));
	CU_ASSERT_FALSE(challenge.folds_case);
	parameters.dns_record_type = PLX_TYPE_CAA;
	CU_ASSERT_TRUE_FATAL(dns_challenge_of(&parameters, &challenge));
	CU_ASSERT_TRUE(challenge.folds_case);
	parameters.method = DCV_WEBSITE_CHANGE;
	CU_ASSERT_FALSE(dns_challenge_of(&parameters, &challenge));
}

TEST_MAIN(dns_challenge, T(the_digest_of_the_key_authorization_is_what_txt_must_hold),
	  T(text_is_contained_or_equal_and_case_counts_as_asked),
	  T(records_that_cannot_be_read_never_match),
	  T(names_are_equal_whatever_their_case_and_final_dot),
	  T(caa_is_searched_in_the_value_of_any_tag), T(addresses_are_compared_as_addresses),
	  T(what_makes_no_sense_is_an_error_and_never_found), T(case_counts_for_txt_alone))
