// SPDX-License-Identifier: BSD-3-Clause
// From DS to keys: which keys count, and how much a hostile child may cost.

#include "dnssec/chain.h"

#include "cunit_runner.h"
#include "message_builder.h"
#include "zone_fixture.h"
#include "zone_signer.h"

#include <openssl/evp.h>

#define ANSWER PLX_SECTION_ANSWER
#define KEYS_MANY 500

static struct canonical_workspace *workspace;
static struct dnssec_policy policy;
static struct judge_budget budget;
static struct judge judge;
static struct signed_message built;

static void ds_of(const struct zone_signer *signer, struct ds *ret_ds)
{
	struct dnskey key;
	CU_ASSERT_EQUAL_FATAL(dnskey_parse(signer->dnskey, sizeof(signer->dnskey), &key), 0);
	*ret_ds = (struct ds) {.tag = key.tag, .algorithm = key.algorithm, .digest_type = 2};
	CU_ASSERT_EQUAL_FATAL(
		ds_digest(2, &signer->zone, &key, ret_ds->digest, &ret_ds->digest_length), 0);
}

static struct ds_set set_of(const struct zone_signer *signer)
{
	struct ds_set set = {.zone = signer->zone, .count = 1};
	ds_of(signer, &set.entries[0]);
	return set;
}

static struct chain_verdict judge_keys(const struct ds_set *set)
{
	budget = judge_budget_init();
	struct chain_verdict verdict = chain_keys(&judge, set, message_end(&built));
	key_set_destroy(verdict.keys);
	return verdict;
}

static void build_own_key(const struct zone_signer *signer)
{
	message_begin(&built, "example", PLX_TYPE_DNSKEY, 0);
	message_add_signed(&built, ANSWER, "example", PLX_TYPE_DNSKEY, signer->dnskey,
			   sizeof(signer->dnskey), signer, NULL);
}

static void expect_bogus(const struct ds_set *set, enum dnssec_cause cause)
{
	struct chain_verdict verdict = judge_keys(set);
	CU_ASSERT_EQUAL(verdict.state, PLX_DNSSEC_BOGUS);
	CU_ASSERT_PTR_NULL(verdict.keys);
	CU_ASSERT_STRING_EQUAL(dnssec_cause_name(verdict.cause), dnssec_cause_name(cause));
}

TEST(key_that_the_ds_names_vouches_for_the_set)
{
	struct zone_signer signer;
	zone_signer_init(&signer, "example", DNSKEY_FLAG_ZONE);
	struct ds_set set = set_of(&signer);
	build_own_key(&signer);
	struct chain_verdict verdict = judge_keys(&set);
	CU_ASSERT_EQUAL(verdict.state, PLX_DNSSEC_SECURE);
	CU_ASSERT_EQUAL(verdict.kind, DELEGATION_SIGNED);
	set.entries[0].digest[3] ^= 1;
	expect_bogus(&set, DNSSEC_CAUSE_KEY_MISSING);
	set.count = 0;
	verdict = judge_keys(&set);
	CU_ASSERT_EQUAL(verdict.state, PLX_DNSSEC_INDETERMINATE);
	CU_ASSERT_EQUAL(verdict.cause, DNSSEC_CAUSE_NO_ANCHOR);
	zone_signer_fini(&signer);
}

TEST(set_must_be_signed_by_the_key_that_the_ds_names)
{
	struct zone_signer named;
	struct zone_signer other;
	uint8_t octets[256];
	struct plx_writer rdata = plx_writer_init(octets, sizeof(octets));
	zone_signer_init(&named, "example", DNSKEY_FLAG_ZONE);
	zone_signer_init(&other, "example", DNSKEY_FLAG_ZONE);
	struct ds_set set = set_of(&named);
	bool is_first = memcmp(named.dnskey, other.dnskey, SIGNER_DNSKEY_BYTES) < 0;
	const struct zone_signer *sorted[] = {is_first ? &named : &other,
					      is_first ? &other : &named};
	message_begin(&built, "example", PLX_TYPE_DNSKEY, 0);
	for (unsigned i = 0; i < 2; i++) {
		plx_write_u16(&rdata, SIGNER_DNSKEY_BYTES);
		plx_write_bytes(&rdata, sorted[i]->dnskey, SIGNER_DNSKEY_BYTES);
		message_add(&built, ANSWER, "example", PLX_TYPE_DNSKEY, sorted[i]->dnskey,
			    SIGNER_DNSKEY_BYTES);
	}
	message_sign(&built, ANSWER, "example", PLX_TYPE_DNSKEY, &rdata, 2, &other, NULL);
	expect_bogus(&set, DNSSEC_CAUSE_KEY_MISSING);
	message_sign(&built, ANSWER, "example", PLX_TYPE_DNSKEY, &rdata, 2, &named, NULL);
	budget = judge_budget_init();
	struct chain_verdict verdict = chain_keys(&judge, &set, message_end(&built));
	CU_ASSERT_EQUAL(verdict.state, PLX_DNSSEC_SECURE);
	CU_ASSERT_EQUAL(verdict.keys->count, 2);
	CU_ASSERT_EQUAL(verdict.keys->ttl_s, 300);
	key_set_destroy(verdict.keys);
	zone_signer_fini(&named);
	zone_signer_fini(&other);
}

TEST(revoked_and_foreign_keys_vouch_for_nothing)
{
	static const uint16_t flags[] = {DNSKEY_FLAG_ZONE | DNSKEY_FLAG_REVOKE, 0, 1};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(flags); i++) {
		struct zone_signer signer;
		zone_signer_init(&signer, "example", flags[i]);
		struct ds_set set = set_of(&signer);
		build_own_key(&signer);
		expect_bogus(&set, DNSSEC_CAUSE_NO_ZONE_KEY);
		zone_signer_fini(&signer);
	}
}

TEST(answer_without_keys_is_bogus)
{
	struct zone_signer signer;
	zone_signer_init(&signer, "example", DNSKEY_FLAG_ZONE);
	struct ds_set set = set_of(&signer);
	message_begin(&built, "example", PLX_TYPE_DNSKEY, 0);
	expect_bogus(&set, DNSSEC_CAUSE_KEY_MISSING);
	zone_signer_fini(&signer);
}

TEST(malformed_digest_matches_nothing)
{
	uint8_t rdata[4 + 33] = {0x12, 0x34, 13, 2};
	struct ds ds;
	for (size_t length = 0; length < 4; length++) {
		CU_ASSERT_TRUE(ds_parse(rdata, length, &ds) < 0);
	}
	for (size_t length = 4; length <= sizeof(rdata); length++) {
		CU_ASSERT_EQUAL_FATAL(ds_parse(rdata, length, &ds), 0);
		CU_ASSERT_EQUAL(ds.digest_length, length == 36 ? 32 : 0);
	}
	struct zone_signer signer;
	zone_signer_init(&signer, "example", DNSKEY_FLAG_ZONE);
	struct ds_set set = set_of(&signer);
	set.entries[0].digest_length = 0;
	build_own_key(&signer);
	expect_bogus(&set, DNSSEC_CAUSE_KEY_MISSING);
	CU_ASSERT_EQUAL(budget.digests_left, DS_DIGESTS_PER_LOOKUP_MAX);
	zone_signer_fini(&signer);
}

// KeyTrap's LockCram: keys without end.
TEST(too_many_keys_are_refused_unread)
{
	struct zone_signer signer;
	zone_signer_init(&signer, "example", DNSKEY_FLAG_ZONE);
	struct ds_set set = set_of(&signer);
	build_own_key(&signer);
	for (unsigned i = 0; i < KEYS_MANY; i++) {
		uint8_t rdata[SIGNER_DNSKEY_BYTES];
		memcpy(rdata, signer.dnskey, sizeof(rdata));
		rdata[10] = (uint8_t)i;
		rdata[11] = (uint8_t)(i >> 8);
		message_add(&built, ANSWER, "example", PLX_TYPE_DNSKEY, rdata, sizeof(rdata));
	}
	expect_bogus(&set, DNSSEC_CAUSE_WORK_LIMIT);
	CU_ASSERT_EQUAL(budget.validations_left, VALIDATIONS_PER_LOOKUP_MAX);
	CU_ASSERT_EQUAL(budget.digests_left, DS_DIGESTS_PER_LOOKUP_MAX);
	zone_signer_fini(&signer);
}

TEST(keys_among_thousands_of_records_are_not_looked_for)
{
	struct zone_signer signer;
	zone_signer_init(&signer, "example", DNSKEY_FLAG_ZONE);
	struct ds_set set = set_of(&signer);
	build_own_key(&signer);
	for (unsigned count = 2; count < SEARCHED_RECORDS_MAX; count++) {
		message_add(&built, PLX_SECTION_ADDITIONAL, "example", PLX_TYPE_A,
			    OCTETS("\300\0\2\1"));
	}
	CU_ASSERT_EQUAL(judge_keys(&set).state, PLX_DNSSEC_SECURE);
	message_add(&built, PLX_SECTION_ADDITIONAL, "example", PLX_TYPE_A, OCTETS("\300\0\2\1"));
	expect_bogus(&set, DNSSEC_CAUSE_WORK_LIMIT);
	CU_ASSERT_EQUAL(budget.digests_left, DS_DIGESTS_PER_LOOKUP_MAX);
	zone_signer_fini(&signer);
}

// KeyTrap's HashTrap: DS records of one tag that fit none of the keys with it.
TEST(ds_records_that_fit_no_key_are_soon_given_up)
{
	struct zone_signer signer;
	zone_signer_init(&signer, "example", DNSKEY_FLAG_ZONE);
	struct ds_set set = set_of(&signer);
	for (set.count = 1; set.count < DS_SET_MAX; set.count++) {
		set.entries[set.count] = set.entries[0];
		set.entries[set.count].digest[0] ^= (uint8_t)set.count;
	}
	set.entries[0].digest[0] ^= 0x80;
	build_own_key(&signer);
	expect_bogus(&set, DNSSEC_CAUSE_WORK_LIMIT);
	CU_ASSERT_EQUAL(budget.digests_left, DS_DIGESTS_PER_LOOKUP_MAX - DS_MISMATCHES_MAX - 1);
	// One that fits among the first is enough.
	ds_of(&signer, &set.entries[2]);
	CU_ASSERT_EQUAL(judge_keys(&set).state, PLX_DNSSEC_SECURE);
	// None left.
	budget.digests_left = 0;
	struct chain_verdict verdict = chain_keys(&judge, &set, message_end(&built));
	CU_ASSERT_EQUAL(verdict.cause, DNSSEC_CAUSE_WORK_LIMIT);
	zone_signer_fini(&signer);
}

TEST(signed_delegation_without_keys_is_bogus)
{
	struct zone_signer signer;
	struct ds ds;
	uint8_t rdata[36] = {0};
	struct plx_name child = fixture_name("a.example");
	zone_signer_init(&signer, "example", DNSKEY_FLAG_ZONE);
	struct key_set *keys = zone_signer_keys(&signer);
	ds_of(&signer, &ds);
	memcpy(rdata, (const uint8_t[]) {0, 1, 13, 2}, 4);
	message_begin(&built, "a.example", PLX_TYPE_DS, 0);
	message_add_signed(&built, ANSWER, "a.example", PLX_TYPE_DS, rdata, sizeof(rdata), &signer,
			   NULL);
	budget = judge_budget_init();
	struct chain_verdict verdict = chain_step(&judge, keys, &child, message_end(&built), NULL);
	CU_ASSERT_EQUAL(verdict.state, PLX_DNSSEC_BOGUS);
	CU_ASSERT_EQUAL(verdict.cause, DNSSEC_CAUSE_KEY_MISSING);
	// The zone itself is not its own child.
	verdict = chain_step(&judge, keys, &signer.zone, &built.message, NULL);
	CU_ASSERT_EQUAL(verdict.cause, DNSSEC_CAUSE_SIGNER);
	key_set_destroy(keys);
	zone_signer_fini(&signer);
}

// The keys last no longer than the parent's word for them, as received.
TEST(step_lasts_as_long_as_its_shortest_part)
{
	static struct signed_message ds_built;
	struct zone_signer parent;
	struct zone_signer child;
	struct ds ds;
	uint8_t rdata[36] = {0};
	zone_signer_init(&parent, "example", DNSKEY_FLAG_ZONE);
	zone_signer_init(&child, "a.example", DNSKEY_FLAG_ZONE);
	struct key_set *keys = zone_signer_keys(&parent);
	ds_of(&child, &ds);
	struct plx_writer writer = plx_writer_init(rdata, sizeof(rdata));
	plx_write_u16(&writer, ds.tag);
	plx_write_u8(&writer, ds.algorithm);
	plx_write_u8(&writer, ds.digest_type);
	plx_write_bytes(&writer, ds.digest, 32);
	message_begin(&ds_built, "a.example", PLX_TYPE_DS, 0);
	size_t ttl_at =
		ds_built.writer.position + 2 + 4; // behind the owner's pointer, type and class
	message_add_signed(&ds_built, ANSWER, "a.example", PLX_TYPE_DS, rdata, sizeof(rdata),
			   &parent, NULL);
	ds_built.wire[ttl_at + 2] = 0;
	ds_built.wire[ttl_at + 3] = 7;
	message_begin(&built, "a.example", PLX_TYPE_DNSKEY, 0);
	message_add_signed(&built, ANSWER, "a.example", PLX_TYPE_DNSKEY, child.dnskey,
			   sizeof(child.dnskey), &child, NULL);
	// Twice the same key is one.
	message_add(&built, ANSWER, "a.example", PLX_TYPE_DNSKEY, child.dnskey,
		    sizeof(child.dnskey));
	budget = judge_budget_init();
	struct chain_verdict verdict =
		chain_step(&judge, keys, &child.zone, message_end(&ds_built), message_end(&built));
	CU_ASSERT_EQUAL(verdict.state, PLX_DNSSEC_SECURE);
	CU_ASSERT_EQUAL(verdict.ttl_s, 7);
	CU_ASSERT_PTR_NOT_NULL_FATAL(verdict.keys);
	CU_ASSERT_EQUAL(verdict.keys->ttl_s, 7);
	CU_ASSERT_EQUAL(verdict.keys->count, 1);
	CU_ASSERT_EQUAL(budget.validations_left, VALIDATIONS_PER_LOOKUP_MAX - 2);
	key_set_destroy(verdict.keys);
	key_set_destroy(keys);
	zone_signer_fini(&parent);
	zone_signer_fini(&child);
}

TEST(wildcards_make_no_delegations)
{
	struct zone_signer signer;
	uint8_t rdata[36] = {0, 1, 13, 2};
	struct signature_fault fault = {.labels_minus = 1};
	struct plx_name child = fixture_name("a.example");
	zone_signer_init(&signer, "example", DNSKEY_FLAG_ZONE);
	struct key_set *keys = zone_signer_keys(&signer);
	message_begin(&built, "a.example", PLX_TYPE_DS, 0);
	message_add_signed(&built, ANSWER, "a.example", PLX_TYPE_DS, rdata, sizeof(rdata), &signer,
			   &fault);
	budget = judge_budget_init();
	struct delegation_verdict verdict;
	delegation_judge(&judge, message_end(&built), &child, keys, &verdict);
	CU_ASSERT_EQUAL(verdict.state, PLX_DNSSEC_BOGUS);
	CU_ASSERT_EQUAL(verdict.cause, DNSSEC_CAUSE_LABELS);
	key_set_destroy(keys);
	zone_signer_fini(&signer);
}

#define CASES                                                                                      \
	T(key_that_the_ds_names_vouches_for_the_set),                                              \
		T(set_must_be_signed_by_the_key_that_the_ds_names),                                \
		T(revoked_and_foreign_keys_vouch_for_nothing), T(answer_without_keys_is_bogus),    \
		T(malformed_digest_matches_nothing), T(too_many_keys_are_refused_unread),          \
		T(keys_among_thousands_of_records_are_not_looked_for),                             \
		T(ds_records_that_fit_no_key_are_soon_given_up),                                   \
		T(signed_delegation_without_keys_is_bogus), T(wildcards_make_no_delegations),      \
		T(step_lasts_as_long_as_its_shortest_part)

int main(void)
{
	static const struct test_entry tests[] = {CASES};
	workspace = malloc(sizeof(*workspace));
	policy = dnssec_policy_production();
	judge = (struct judge) {
		.workspace = workspace, .policy = &policy, .budget = &budget, .now_s = FIXTURE_NOW};
	int status = cunit_run("dnssec_chain", tests, PLX_ARRAY_SIZE(tests));
	free(workspace);
	return status;
}
