// SPDX-License-Identifier: BSD-3-Clause
// DS records that no honest parent publishes, and the policy's word on those that old ones do.

#include "dnssec/delegation_judge.h"

#include "cunit_runner.h"
#include "message_builder.h"
#include "zone_fixture.h"
#include "zone_signer.h"

#define ANSWER PLX_SECTION_ANSWER

static struct canonical_workspace *workspace;
static struct dnssec_policy policy;
static struct judge_budget budget;
static struct judge judge;
static struct zone_signer signer;
static struct key_set *keys;
static struct signed_message built;
static struct delegation_verdict verdict;

static void judge_built(const char *text)
{
	struct plx_name child = fixture_name(text);
	budget = judge_budget_init();
	delegation_judge(&judge, message_end(&built), &child, keys, &verdict);
}

// `count` DS records of one algorithm and digest type, `length` octets of digest each.
static void build_ds(unsigned count, uint8_t algorithm, uint8_t digest_type, size_t length)
{
	static uint8_t octets[8192];
	struct plx_writer rdata = plx_writer_init(octets, sizeof(octets));
	message_begin(&built, "a.example", PLX_TYPE_DS, 0);
	for (unsigned i = 0; i < count; i++) {
		uint8_t ds[64] = {0, (uint8_t)i, algorithm, digest_type};
		plx_write_u16(&rdata, (uint16_t)(4 + length));
		plx_write_bytes(&rdata, ds, 4 + length);
		message_add(&built, ANSWER, "a.example", PLX_TYPE_DS, ds, 4 + length);
	}
	message_sign(&built, ANSWER, "a.example", PLX_TYPE_DS, &rdata, count, &signer, NULL);
	judge_built("a.example");
}

TEST(unsupported_records_make_the_child_insecure)
{
	build_ds(1, 13, 2, 32);
	CU_ASSERT_EQUAL(verdict.kind, DELEGATION_SIGNED);
	CU_ASSERT_EQUAL(verdict.state, PLX_DNSSEC_SECURE);
	CU_ASSERT_EQUAL(verdict.ds.count, 1);
	CU_ASSERT_EQUAL(verdict.ttl_s, 300);
	build_ds(2, 5, 2, 32);
	CU_ASSERT_EQUAL(verdict.kind, DELEGATION_UNSIGNED);
	CU_ASSERT_EQUAL(verdict.state, PLX_DNSSEC_INSECURE);
	CU_ASSERT_EQUAL(verdict.cause, DNSSEC_CAUSE_ALGORITHM_UNSUPPORTED);
	build_ds(2, 13, 1, 20);
	CU_ASSERT_EQUAL(verdict.state, PLX_DNSSEC_INSECURE);
	CU_ASSERT_EQUAL(verdict.cause, DNSSEC_CAUSE_DIGEST_UNSUPPORTED);
	build_ds(1, 13, 3, 32);
	CU_ASSERT_EQUAL(verdict.cause, DNSSEC_CAUSE_DIGEST_UNSUPPORTED);
}

TEST(test_profile_takes_sha1_but_not_beside_better)
{
	policy = dnssec_policy_test();
	build_ds(2, 7, 1, 20);
	CU_ASSERT_EQUAL(verdict.kind, DELEGATION_SIGNED);
	CU_ASSERT_EQUAL(verdict.ds.count, 2);
	uint8_t octets[128];
	struct plx_writer rdata = plx_writer_init(octets, sizeof(octets));
	const uint8_t old[24] = {0, 1, 7, 1};
	const uint8_t better[36] = {0, 1, 7, 2};
	message_begin(&built, "a.example", PLX_TYPE_DS, 0);
	plx_write_u16(&rdata, sizeof(old));
	plx_write_bytes(&rdata, old, sizeof(old));
	plx_write_u16(&rdata, sizeof(better));
	plx_write_bytes(&rdata, better, sizeof(better));
	message_add(&built, ANSWER, "a.example", PLX_TYPE_DS, old, sizeof(old));
	message_add(&built, ANSWER, "a.example", PLX_TYPE_DS, better, sizeof(better));
	message_sign(&built, ANSWER, "a.example", PLX_TYPE_DS, &rdata, 2, &signer, NULL);
	judge_built("a.example");
	CU_ASSERT_EQUAL_FATAL(verdict.ds.count, 1);
	CU_ASSERT_EQUAL(verdict.ds.entries[0].digest_type, 2);
	policy = dnssec_policy_production();
}

TEST(sets_of_ds_without_end_are_bogus)
{
	build_ds(DS_SET_MAX, 13, 2, 32);
	CU_ASSERT_EQUAL(verdict.kind, DELEGATION_SIGNED);
	build_ds(DS_SET_MAX + 1, 13, 2, 32);
	CU_ASSERT_EQUAL(verdict.kind, DELEGATION_NOT_EVALUATED);
	CU_ASSERT_EQUAL(verdict.state, PLX_DNSSEC_BOGUS);
	CU_ASSERT_EQUAL(verdict.cause, DNSSEC_CAUSE_WORK_LIMIT);
}

// It claims to be signed: a record that nothing can match must not make the child insecure.
TEST(ds_among_thousands_of_records_is_not_looked_for)
{
	build_ds(1, 13, 2, 32);
	unsigned count = 2; // with its signature
	for (; count < SEARCHED_RECORDS_MAX; count++) {
		message_add(&built, PLX_SECTION_ADDITIONAL, "a.example", PLX_TYPE_A,
			    OCTETS("\300\0\2\1"));
	}
	judge_built("a.example");
	CU_ASSERT_EQUAL(verdict.kind, DELEGATION_SIGNED);
	message_add(&built, PLX_SECTION_ADDITIONAL, "a.example", PLX_TYPE_A, OCTETS("\300\0\2\1"));
	judge_built("a.example");
	CU_ASSERT_EQUAL(verdict.kind, DELEGATION_NOT_EVALUATED);
	CU_ASSERT_EQUAL(verdict.state, PLX_DNSSEC_BOGUS);
	CU_ASSERT_EQUAL(verdict.cause, DNSSEC_CAUSE_WORK_LIMIT);
	CU_ASSERT_EQUAL(budget.validations_left, VALIDATIONS_PER_LOOKUP_MAX);
}

TEST(digest_of_a_wrong_length_counts_as_a_ds)
{
	build_ds(1, 13, 2, 31);
	CU_ASSERT_EQUAL(verdict.kind, DELEGATION_SIGNED);
	CU_ASSERT_EQUAL(verdict.ds.entries[0].digest_length, 0);
}

TEST(unsigned_ds_is_bogus)
{
	const uint8_t ds[36] = {0, 1, 13, 2};
	message_begin(&built, "a.example", PLX_TYPE_DS, 0);
	message_add(&built, ANSWER, "a.example", PLX_TYPE_DS, ds, sizeof(ds));
	judge_built("a.example");
	CU_ASSERT_EQUAL(verdict.state, PLX_DNSSEC_BOGUS);
	CU_ASSERT_EQUAL(verdict.cause, DNSSEC_CAUSE_SIGNATURE_MISSING);
}

TEST(referral_without_proof_is_bogus)
{
	message_begin(&built, "x.a.example", PLX_TYPE_A, 0);
	message_add(&built, PLX_SECTION_AUTHORITY, "a.example", PLX_TYPE_NS, OCTETS("\2ns\0"));
	judge_built("a.example");
	CU_ASSERT_EQUAL(verdict.kind, DELEGATION_NOT_EVALUATED);
	CU_ASSERT_EQUAL(verdict.state, PLX_DNSSEC_BOGUS);
	CU_ASSERT_EQUAL(verdict.cause, DNSSEC_CAUSE_DENIAL_MISSING);
}

// RFC 6840 4.4: the NS bit must be there, or the name is no delegation; SOA and the record is the child's.
TEST(only_a_delegations_record_makes_it_insecure)
{
	static const struct {
		char bits;
		enum delegation_kind kind;
	} cases[] = {{0x20, DELEGATION_UNSIGNED},
		     {0x40, DELEGATION_NOT_A_CUT},
		     {0x22, DELEGATION_NOT_EVALUATED},
		     {0x24, DELEGATION_NOT_EVALUATED}};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(cases); i++) {
		char rdata[] = "\1z\7example\0\0\1\x20";
		rdata[13] = cases[i].bits;
		message_begin(&built, "a.example", PLX_TYPE_DS, 0);
		message_add_signed(&built, PLX_SECTION_AUTHORITY, "a.example", PLX_TYPE_NSEC,
				   OCTETS(rdata), &signer, NULL);
		judge_built("a.example");
		CU_ASSERT_EQUAL(verdict.kind, cases[i].kind);
	}
}

TEST(every_kind_has_a_name)
{
	for (unsigned i = 0; i <= DELEGATION_NOT_A_CUT; i++) {
		CU_ASSERT_STRING_NOT_EQUAL(delegation_kind_name((enum delegation_kind)i),
					   "unknown");
	}
	CU_ASSERT_STRING_EQUAL(delegation_kind_name((enum delegation_kind)99), "unknown");
}

int main(void)
{
	static const struct test_entry tests[] = {
		T(unsupported_records_make_the_child_insecure),
		T(test_profile_takes_sha1_but_not_beside_better),
		T(sets_of_ds_without_end_are_bogus),
		T(ds_among_thousands_of_records_is_not_looked_for),
		T(digest_of_a_wrong_length_counts_as_a_ds),
		T(unsigned_ds_is_bogus),
		T(referral_without_proof_is_bogus),
		T(only_a_delegations_record_makes_it_insecure),
		T(every_kind_has_a_name)};
	workspace = malloc(sizeof(*workspace));
	policy = dnssec_policy_production();
	judge = (struct judge) {
		.workspace = workspace, .policy = &policy, .budget = &budget, .now_s = FIXTURE_NOW};
	zone_signer_init(&signer, "example", DNSKEY_FLAG_ZONE);
	keys = zone_signer_keys(&signer);
	int status = cunit_run("dnssec_delegation_judge", tests, PLX_ARRAY_SIZE(tests));
	key_set_destroy(keys);
	zone_signer_fini(&signer);
	free(workspace);
	return status;
}
