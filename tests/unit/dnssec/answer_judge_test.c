// SPDX-License-Identifier: BSD-3-Clause
// What honest zones never do: every record here is rightly signed, and still not to be believed.

#include "dnssec/answer_judge.h"
#include "dnssec/public_key.h"

#include "cunit_runner.h"
#include "message_builder.h"
#include "zone_fixture.h"
#include "zone_signer.h"

#define ANSWER PLX_SECTION_ANSWER
#define AUTHORITY PLX_SECTION_AUTHORITY
#define ADDRESS OCTETS("\300\0\2\1")
#define NSEC_B_TO_Z_A OCTETS("\1z\7example\0\0\1\x40")

static struct canonical_workspace *workspace;
static struct dnssec_policy policy;
static struct judge_budget budget;
static struct judge judge;
static struct zone_signer signer;
static struct key_set *keys;
static struct signed_message built;

static struct answer_verdict judge_built(const char *text, uint16_t type)
{
	struct plx_name name = fixture_name(text);
	budget = judge_budget_init();
	return answer_judge(&judge, message_end(&built), &name, type, keys);
}

static void expect_bogus(const char *name, uint16_t type, enum dnssec_cause cause)
{
	struct answer_verdict verdict = judge_built(name, type);
	CU_ASSERT_EQUAL(verdict.state, PLX_DNSSEC_BOGUS);
	CU_ASSERT_EQUAL(verdict.kind, JUDGED_NOT_EVALUATED);
	CU_ASSERT_STRING_EQUAL(dnssec_cause_name(verdict.cause), dnssec_cause_name(cause));
}

static void expect_secure(const char *name, uint16_t type, enum judged_kind kind)
{
	struct answer_verdict verdict = judge_built(name, type);
	CU_ASSERT_EQUAL(verdict.state, PLX_DNSSEC_SECURE);
	CU_ASSERT_EQUAL(verdict.kind, kind);
	CU_ASSERT_EQUAL(verdict.cause, DNSSEC_CAUSE_NONE);
}

TEST(repeated_records_count_once)
{
	message_begin(&built, "a.example", PLX_TYPE_A, 0);
	message_add(&built, ANSWER, "a.example", PLX_TYPE_A, ADDRESS);
	message_add_signed(&built, ANSWER, "a.example", PLX_TYPE_A, ADDRESS, &signer, NULL);
	expect_secure("a.example", PLX_TYPE_A, JUDGED_RECORDS);
}

TEST(added_record_breaks_the_set)
{
	message_begin(&built, "a.example", PLX_TYPE_A, 0);
	message_add(&built, ANSWER, "a.example", PLX_TYPE_A, OCTETS("\300\0\2\2"));
	message_add_signed(&built, ANSWER, "a.example", PLX_TYPE_A, ADDRESS, &signer, NULL);
	expect_bogus("a.example", PLX_TYPE_A, DNSSEC_CAUSE_SIGNATURE_WRONG);
}

TEST(unsigned_records_are_bogus)
{
	message_begin(&built, "a.example", PLX_TYPE_A, 0);
	message_add(&built, ANSWER, "a.example", PLX_TYPE_A, ADDRESS);
	expect_bogus("a.example", PLX_TYPE_A, DNSSEC_CAUSE_SIGNATURE_MISSING);
}

TEST(unreadable_signature_is_malformed)
{
	message_begin(&built, "a.example", PLX_TYPE_A, 0);
	message_add(&built, ANSWER, "a.example", PLX_TYPE_A, ADDRESS);
	message_add(&built, ANSWER, "a.example", PLX_TYPE_RRSIG, OCTETS("\0\1\15"));
	expect_bogus("a.example", PLX_TYPE_A, DNSSEC_CAUSE_MALFORMED);
}

TEST(signature_of_another_zone_is_refused)
{
	struct plx_name root = fixture_name(".");
	struct signature_fault fault = {.signer = &root};
	message_begin(&built, "a.example", PLX_TYPE_A, 0);
	message_add_signed(&built, ANSWER, "a.example", PLX_TYPE_A, ADDRESS, &signer, &fault);
	expect_bogus("a.example", PLX_TYPE_A, DNSSEC_CAUSE_SIGNER);
}

TEST(name_outside_the_zone_is_refused)
{
	message_begin(&built, "a.test", PLX_TYPE_A, 0);
	message_add_signed(&built, ANSWER, "a.test", PLX_TYPE_A, ADDRESS, &signer, NULL);
	expect_bogus("a.test", PLX_TYPE_A, DNSSEC_CAUSE_SIGNER);
}

TEST(zone_does_not_speak_of_its_own_ds)
{
	uint8_t rdata[36] = {0, 1, 13, 2};
	message_begin(&built, "example", PLX_TYPE_DS, 0);
	message_add_signed(&built, ANSWER, "example", PLX_TYPE_DS, rdata, sizeof(rdata), &signer,
			   NULL);
	expect_bogus("example", PLX_TYPE_DS, DNSSEC_CAUSE_SIGNER);
}

TEST(wildcard_above_the_zone_is_refused)
{
	struct signature_fault fault = {.labels_minus = 2};
	message_begin(&built, "a.example", PLX_TYPE_A, 0);
	message_add_signed(&built, ANSWER, "a.example", PLX_TYPE_A, ADDRESS, &signer, &fault);
	expect_bogus("a.example", PLX_TYPE_A, DNSSEC_CAUSE_LABELS);
}

TEST(expansion_needs_a_denial_of_the_closer_name)
{
	struct signature_fault fault = {.labels_minus = 1};
	message_begin(&built, "m.example", PLX_TYPE_A, 0);
	message_add_signed(&built, ANSWER, "m.example", PLX_TYPE_A, ADDRESS, &signer, &fault);
	expect_bogus("m.example", PLX_TYPE_A, DNSSEC_CAUSE_DENIAL_MISSING);
	message_add_signed(&built, AUTHORITY, "b.example", PLX_TYPE_NSEC, NSEC_B_TO_Z_A, &signer,
			   NULL);
	expect_secure("m.example", PLX_TYPE_A, JUDGED_RECORDS);
}

// Unbound CVE-2017-15105: an NSEC made from a wildcard takes the place of one that never was.
TEST(expanded_denial_proves_nothing)
{
	struct signature_fault fault = {.labels_minus = 1};
	message_begin(&built, "m.example", PLX_TYPE_CAA, 0);
	message_add_signed(&built, AUTHORITY, "m.example", PLX_TYPE_NSEC, NSEC_B_TO_Z_A, &signer,
			   &fault);
	expect_bogus("m.example", PLX_TYPE_CAA, DNSSEC_CAUSE_DENIAL_MISSING);
	message_begin(&built, "m.example", PLX_TYPE_CAA, 0);
	message_add_signed(&built, AUTHORITY, "m.example", PLX_TYPE_NSEC, NSEC_B_TO_Z_A, &signer,
			   NULL);
	expect_secure("m.example", PLX_TYPE_CAA, JUDGED_NODATA);
}

TEST(two_denials_at_one_name_prove_nothing)
{
	uint8_t octets[256];
	struct plx_writer rdata = plx_writer_init(octets, sizeof(octets));
	message_begin(&built, "m.example", PLX_TYPE_CAA, 0);
	plx_write_bytes(&rdata, OCTETS("\0\16\1z\7example\0\0\1\x40"));
	plx_write_bytes(&rdata, OCTETS("\0\16\1z\7example\0\0\1\x60"));
	message_add(&built, AUTHORITY, "m.example", PLX_TYPE_NSEC, NSEC_B_TO_Z_A);
	message_add(&built, AUTHORITY, "m.example", PLX_TYPE_NSEC,
		    OCTETS("\1z\7example\0\0\1\x60"));
	message_sign(&built, AUTHORITY, "m.example", PLX_TYPE_NSEC, &rdata, 2, &signer, NULL);
	expect_bogus("m.example", PLX_TYPE_CAA, DNSSEC_CAUSE_DENIAL_MISSING);
}

// RFC 6840 4.1: the parent's record at a delegation denies DS there, nothing else there or below.
TEST(delegation_record_denies_only_ds)
{
	message_begin(&built, "m.example", PLX_TYPE_CAA, 0);
	message_add_signed(&built, AUTHORITY, "m.example", PLX_TYPE_NSEC,
			   OCTETS("\1z\7example\0\0\1\x20"), &signer, NULL);
	expect_bogus("m.example", PLX_TYPE_CAA, DNSSEC_CAUSE_DENIAL_MISSING);
	expect_bogus("x.m.example", PLX_TYPE_CAA, DNSSEC_CAUSE_DENIAL_MISSING);
	expect_secure("m.example", PLX_TYPE_DS, JUDGED_NODATA);
}

// RFC 6840 4.4: a child's apex record must not deny the DS at its parent.
TEST(apex_record_never_denies_ds)
{
	message_begin(&built, "m.example", PLX_TYPE_DS, 0);
	message_add_signed(&built, AUTHORITY, "m.example", PLX_TYPE_NSEC,
			   OCTETS("\1z\7example\0\0\1\x22"), &signer, NULL);
	expect_bogus("m.example", PLX_TYPE_DS, DNSSEC_CAUSE_DENIAL_MISSING);
}

// RFC 6840 4.3.
TEST(record_of_an_alias_denies_no_type)
{
	message_begin(&built, "m.example", PLX_TYPE_CAA, 0);
	message_add_signed(&built, AUTHORITY, "m.example", PLX_TYPE_NSEC,
			   OCTETS("\1z\7example\0\0\1\x04"), &signer, NULL);
	expect_bogus("m.example", PLX_TYPE_CAA, DNSSEC_CAUSE_DENIAL_MISSING);
}

TEST(no_such_name_needs_the_wildcard_denied_too)
{
	message_begin(&built, "m.example", PLX_TYPE_A, PLX_RCODE_NXDOMAIN);
	message_add_signed(&built, AUTHORITY, "b.example", PLX_TYPE_NSEC, NSEC_B_TO_Z_A, &signer,
			   NULL);
	expect_bogus("m.example", PLX_TYPE_A, DNSSEC_CAUSE_DENIAL_MISSING);
	message_add_signed(&built, AUTHORITY, "example", PLX_TYPE_NSEC,
			   OCTETS("\1b\7example\0\0\1\x22"), &signer, NULL);
	expect_secure("m.example", PLX_TYPE_A, JUDGED_NXDOMAIN);
}

TEST(two_targets_are_no_alias)
{
	uint8_t octets[256];
	struct plx_writer rdata = plx_writer_init(octets, sizeof(octets));
	message_begin(&built, "a.example", PLX_TYPE_A, 0);
	plx_write_bytes(&rdata, OCTETS("\0\3\1b\0"));
	plx_write_bytes(&rdata, OCTETS("\0\3\1c\0"));
	message_add(&built, ANSWER, "a.example", PLX_TYPE_CNAME, OCTETS("\1b\0"));
	message_add(&built, ANSWER, "a.example", PLX_TYPE_CNAME, OCTETS("\1c\0"));
	message_sign(&built, ANSWER, "a.example", PLX_TYPE_CNAME, &rdata, 2, &signer, NULL);
	expect_bogus("a.example", PLX_TYPE_A, DNSSEC_CAUSE_MALFORMED);
}

TEST(alias_below_a_dname_must_be_the_one_it_makes)
{
	for (unsigned is_right = 0; is_right < 2; is_right++) {
		message_begin(&built, "x.y.d.example", PLX_TYPE_A, 0);
		message_add_signed(&built, ANSWER, "d.example", PLX_TYPE_DNAME,
				   OCTETS("\1t\4test\0"), &signer, NULL);
		message_add(&built, ANSWER, "x.y.d.example", PLX_TYPE_CNAME,
			    is_right ? "\1x\1y\1t\4test\0" : "\1x\1z\1t\4test\0", 12);
		if (is_right) {
			expect_secure("x.y.d.example", PLX_TYPE_A, JUDGED_ALIAS);
		} else {
			expect_bogus("x.y.d.example", PLX_TYPE_A, DNSSEC_CAUSE_SYNTHESIS);
		}
	}
	// Without the CNAME the DNAME is enough.
	struct plx_name target = fixture_name("x.y.t.test");
	message_begin(&built, "x.y.d.example", PLX_TYPE_A, 0);
	message_add_signed(&built, ANSWER, "d.example", PLX_TYPE_DNAME, OCTETS("\1t\4test\0"),
			   &signer, NULL);
	struct answer_verdict verdict = judge_built("x.y.d.example", PLX_TYPE_A);
	CU_ASSERT_EQUAL(verdict.kind, JUDGED_ALIAS);
	CU_ASSERT_TRUE(plx_name_equal(&verdict.target, &target));
}

// Asked for the CNAME itself, which has no signature of its own (RFC 6672 5.3.1).
TEST(cname_that_a_dname_makes_is_an_alias)
{
	message_begin(&built, "x.d.example", PLX_TYPE_CNAME, 0);
	message_add_signed(&built, ANSWER, "d.example", PLX_TYPE_DNAME, OCTETS("\4test\0"), &signer,
			   NULL);
	message_add(&built, ANSWER, "x.d.example", PLX_TYPE_CNAME, OCTETS("\1x\4test\0"));
	expect_secure("x.d.example", PLX_TYPE_CNAME, JUDGED_ALIAS);
	message_begin(&built, "x.example", PLX_TYPE_CNAME, 0);
	message_add(&built, ANSWER, "x.example", PLX_TYPE_CNAME, OCTETS("\1x\4test\0"));
	expect_bogus("x.example", PLX_TYPE_CNAME, DNSSEC_CAUSE_SIGNATURE_MISSING);
}

// "a.*.example" alone makes "*.example" exist without any type.
TEST(wildcard_that_is_an_empty_non_terminal_makes_no_data)
{
	message_begin(&built, "m.example", PLX_TYPE_CAA, 0);
	message_add_signed(&built, AUTHORITY, "a.*.example", PLX_TYPE_NSEC, NSEC_B_TO_Z_A, &signer,
			   NULL);
	expect_bogus("m.example", PLX_TYPE_CAA, DNSSEC_CAUSE_DENIAL_MISSING);
	message_add_signed(&built, AUTHORITY, "example", PLX_TYPE_NSEC,
			   OCTETS("\1a\1*\7example\0\0\1\x22"), &signer, NULL);
	expect_secure("m.example", PLX_TYPE_CAA, JUDGED_NODATA);
}

TEST(dname_that_makes_too_long_a_name_is_no_answer)
{
	char text[300] = "";
	for (unsigned i = 0; i < 120; i++) {
		memcpy(text + 2 * (size_t)i, "a.", 2);
	}
	memcpy(text + 240, "d.example", 9);
	message_begin(&built, text, PLX_TYPE_A, 0);
	message_add_signed(&built, ANSWER, "d.example", PLX_TYPE_DNAME,
			   OCTETS("\24targettargettargetta\4test\0"), &signer, NULL);
	expect_bogus(text, PLX_TYPE_A, DNSSEC_CAUSE_SYNTHESIS);
}

TEST(dname_at_the_name_itself_is_no_alias)
{
	message_begin(&built, "d.example", PLX_TYPE_A, 0);
	message_add_signed(&built, ANSWER, "d.example", PLX_TYPE_DNAME, OCTETS("\1t\4test\0"),
			   &signer, NULL);
	expect_bogus("d.example", PLX_TYPE_A, DNSSEC_CAUSE_DENIAL_MISSING);
}

TEST(two_dnames_or_one_of_a_wildcard_are_no_alias)
{
	uint8_t octets[256];
	struct plx_writer rdata = plx_writer_init(octets, sizeof(octets));
	struct signature_fault fault = {.labels_minus = 1};
	message_begin(&built, "x.d.example", PLX_TYPE_A, 0);
	plx_write_bytes(&rdata, OCTETS("\0\3\1b\0"));
	plx_write_bytes(&rdata, OCTETS("\0\3\1c\0"));
	message_add(&built, ANSWER, "d.example", PLX_TYPE_DNAME, OCTETS("\1b\0"));
	message_add(&built, ANSWER, "d.example", PLX_TYPE_DNAME, OCTETS("\1c\0"));
	message_sign(&built, ANSWER, "d.example", PLX_TYPE_DNAME, &rdata, 2, &signer, NULL);
	expect_bogus("x.d.example", PLX_TYPE_A, DNSSEC_CAUSE_MALFORMED);
	message_begin(&built, "x.d.example", PLX_TYPE_A, 0);
	message_add_signed(&built, ANSWER, "d.example", PLX_TYPE_DNAME, OCTETS("\1b\0"), &signer,
			   &fault);
	expect_bogus("x.d.example", PLX_TYPE_A, DNSSEC_CAUSE_LABELS);
}

TEST(malformed_denials_prove_nothing)
{
	static const struct {
		uint16_t type;
		const char *owner;
		const char *rdata;
		size_t length;
	} denials[] = {
		{PLX_TYPE_NSEC, "m.example", OCTETS("\1z\4test\0\0\1\x40")}, // out of the zone
		{PLX_TYPE_NSEC, "m.example", OCTETS("\1z\7example\0\0\0")},
		{PLX_TYPE_NSEC3, "m.example", OCTETS("\1\0\0\0\0\24abcdefghijklmnopqrst")},
	};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(denials); i++) {
		message_begin(&built, "m.example", PLX_TYPE_CAA, 0);
		message_add_signed(&built, AUTHORITY, denials[i].owner, denials[i].type,
				   denials[i].rdata, denials[i].length, &signer, NULL);
		expect_bogus("m.example", PLX_TYPE_CAA, DNSSEC_CAUSE_DENIAL_MISSING);
	}
}

// RFC 5155 8.2: records of two chains do not add up.
TEST(chains_of_nsec3_are_not_mixed)
{
	struct nsec3 plain = {.salt = (const uint8_t *)""};
	uint8_t hash[NSEC3_HASH_BYTES];
	char owner[64] = "";
	struct plx_name name = fixture_name("m.example");
	budget = judge_budget_init();
	CU_ASSERT_EQUAL(nsec3_hash(&name, &plain, &budget, hash), NSEC3_HASH_MADE);
	for (unsigned i = 0; i < 32; i++) {
		unsigned bit = i * 5;
		unsigned pair =
			(unsigned)hash[bit / 8] << 8 | (bit / 8 < 19 ? hash[bit / 8 + 1] : 0);
		owner[i] = "0123456789abcdefghijklmnopqrstuv"[pair >> (11 - bit % 8) & 31];
	}
	memcpy(owner + 32, ".example", 8);
	for (unsigned is_second = 0; is_second < 2; is_second++) {
		message_begin(&built, "m.example", PLX_TYPE_CAA, 0);
		if (is_second) {
			message_add_signed(
				&built, AUTHORITY, "00000000000000000000000000000000.example",
				PLX_TYPE_NSEC3, OCTETS("\1\0\0\1\0\24abcdefghijklmnopqrst\0\1\x40"),
				&signer, NULL);
		}
		message_add_signed(&built, AUTHORITY, owner, PLX_TYPE_NSEC3,
				   OCTETS("\1\0\0\0\0\24abcdefghijklmnopqrst\0\1\x40"), &signer,
				   NULL);
		if (is_second) {
			expect_bogus("m.example", PLX_TYPE_CAA, DNSSEC_CAUSE_DENIAL_MISSING);
		} else {
			expect_secure("m.example", PLX_TYPE_CAA, JUDGED_NODATA);
		}
	}
}

TEST(every_verdict_has_a_name_of_its_own)
{
	for (unsigned i = 0; i <= JUDGED_NXDOMAIN; i++) {
		CU_ASSERT_STRING_NOT_EQUAL(judged_kind_name((enum judged_kind)i), "unknown");
	}
	for (unsigned i = 0; i <= DENIAL_ITERATIONS; i++) {
		CU_ASSERT_STRING_NOT_EQUAL(denial_result_name((enum denial_result)i), "unknown");
	}
	for (unsigned i = 0; i <= SIGNATURE_LIMIT; i++) {
		CU_ASSERT_STRING_NOT_EQUAL(signature_result_name((enum signature_result)i),
					   "unknown");
	}
	CU_ASSERT_STRING_EQUAL(judged_kind_name((enum judged_kind)99), "unknown");
	CU_ASSERT_STRING_EQUAL(denial_result_name((enum denial_result)99), "unknown");
	CU_ASSERT_STRING_EQUAL(signature_result_name((enum signature_result)99), "unknown");
}

// As a public test suite serves them.
TEST(sets_of_a_thousand_records_are_judged)
{
	static uint8_t octets[1001 * 16];
	struct plx_writer rdata = plx_writer_init(octets, sizeof(octets));
	message_begin(&built, "a.example", PLX_TYPE_CAA, 0);
	for (unsigned i = 0; i < 1001; i++) {
		char value[12];
		snprintf(value, sizeof(value), "%c%cissue%04u", 0, 5, i);
		plx_write_u16(&rdata, 11);
		plx_write_bytes(&rdata, value, 11);
		// Served backwards, signed in order.
		snprintf(value, sizeof(value), "%c%cissue%04u", 0, 5, 1000 - i);
		message_add(&built, ANSWER, "a.example", PLX_TYPE_CAA, value, 11);
	}
	message_sign(&built, ANSWER, "a.example", PLX_TYPE_CAA, &rdata, 1001, &signer, NULL);
	expect_secure("a.example", PLX_TYPE_CAA, JUDGED_RECORDS);
}

#define CASES                                                                                      \
	T(repeated_records_count_once), T(added_record_breaks_the_set),                            \
		T(unsigned_records_are_bogus), T(unreadable_signature_is_malformed),               \
		T(signature_of_another_zone_is_refused), T(zone_does_not_speak_of_its_own_ds),     \
		T(name_outside_the_zone_is_refused), T(wildcard_above_the_zone_is_refused),        \
		T(expansion_needs_a_denial_of_the_closer_name), T(expanded_denial_proves_nothing), \
		T(two_denials_at_one_name_prove_nothing), T(delegation_record_denies_only_ds),     \
		T(apex_record_never_denies_ds), T(record_of_an_alias_denies_no_type),              \
		T(no_such_name_needs_the_wildcard_denied_too), T(two_targets_are_no_alias),        \
		T(alias_below_a_dname_must_be_the_one_it_makes),                                   \
		T(cname_that_a_dname_makes_is_an_alias),                                           \
		T(wildcard_that_is_an_empty_non_terminal_makes_no_data),                           \
		T(dname_that_makes_too_long_a_name_is_no_answer),                                  \
		T(dname_at_the_name_itself_is_no_alias),                                           \
		T(two_dnames_or_one_of_a_wildcard_are_no_alias),                                   \
		T(malformed_denials_prove_nothing), T(chains_of_nsec3_are_not_mixed),              \
		T(every_verdict_has_a_name_of_its_own), T(sets_of_a_thousand_records_are_judged)

int main(void)
{
	static const struct test_entry tests[] = {CASES};
	workspace = malloc(sizeof(*workspace));
	policy = dnssec_policy_production();
	judge = (struct judge) {
		.workspace = workspace, .policy = &policy, .budget = &budget, .now_s = FIXTURE_NOW};
	zone_signer_init(&signer, "example", DNSKEY_FLAG_ZONE);
	keys = zone_signer_keys(&signer);
	int status = cunit_run("dnssec_answer_judge", tests, PLX_ARRAY_SIZE(tests));
	key_set_destroy(keys);
	zone_signer_fini(&signer);
	free(workspace);
	return status;
}
