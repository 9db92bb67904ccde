// SPDX-License-Identifier: BSD-3-Clause
// What is remembered of checks, and that nothing else is believed for it.

#include "dnssec/signature_memory.h"

#include "cunit_runner.h"
#include "zone_fixture.h"
#include "zone_signer.h"

#define CHECKS_MANY 10000

static const struct plx_siphash_key hash_key = {1, 2};
static const uint8_t address[4] = {192, 0, 2, 1};
static struct canonical_workspace *workspace;
static struct dnssec_policy policy;
static struct judge_budget budget;
static struct judge judge;
static struct zone_signer signer;
static struct signed_message built;

static enum plx_dnssec judge_once(const struct key_set *keys, const struct signature_fault *fault,
				  unsigned *ret_checks)
{
	struct rrset rrset;
	struct plx_name owner = fixture_name("a.example");
	message_begin(&built, "a.example", PLX_TYPE_A, 0);
	message_add_signed(&built, PLX_SECTION_ANSWER, "a.example", PLX_TYPE_A, address,
			   sizeof(address), &signer, fault);
	CU_ASSERT_TRUE_FATAL(
		rrset_find(message_end(&built), PLX_SECTION_ANSWER, &owner, PLX_TYPE_A, &rrset));
	budget = judge_budget_init();
	enum plx_dnssec state = rrset_verify(&judge, &rrset, keys).state;
	// The same octets once more: a signature of ECDSA is another one each time.
	budget = judge_budget_init();
	CU_ASSERT_EQUAL(rrset_verify(&judge, &rrset, keys).state, state);
	*ret_checks = VALIDATIONS_PER_LOOKUP_MAX - budget.validations_left;
	return state;
}

TEST(signature_that_was_valid_costs_nothing_again)
{
	unsigned checks;
	struct key_set *keys = zone_signer_keys(&signer);
	CU_ASSERT_EQUAL(judge_once(keys, NULL, &checks), PLX_DNSSEC_SECURE);
	CU_ASSERT_EQUAL(checks, 0);
	key_set_destroy(keys);
}

TEST(signature_that_was_wrong_is_checked_and_wrong_again)
{
	unsigned checks;
	struct signature_fault fault = {.is_wrong = true};
	struct key_set *keys = zone_signer_keys(&signer);
	CU_ASSERT_EQUAL(judge_once(keys, &fault, &checks), PLX_DNSSEC_BOGUS);
	CU_ASSERT_EQUAL(checks, 1);
	key_set_destroy(keys);
}

TEST(signature_is_not_taken_for_another_keys)
{
	unsigned checks;
	struct zone_signer other;
	zone_signer_init(&other, "example", DNSKEY_FLAG_ZONE);
	struct key_set *keys = zone_signer_keys(&signer);
	struct key_set *others = zone_signer_keys(&other);
	others->keys[0].tag = signer.tag;
	CU_ASSERT_EQUAL(judge_once(keys, NULL, &checks), PLX_DNSSEC_SECURE);
	struct rrset rrset;
	struct plx_name owner = fixture_name("a.example");
	CU_ASSERT_TRUE_FATAL(
		rrset_find(&built.message, PLX_SECTION_ANSWER, &owner, PLX_TYPE_A, &rrset));
	CU_ASSERT_EQUAL(rrset_verify(&judge, &rrset, others).state, PLX_DNSSEC_BOGUS);
	key_set_destroy(others);
	key_set_destroy(keys);
	zone_signer_fini(&other);
}

TEST(signature_that_was_valid_expires_all_the_same)
{
	unsigned checks;
	struct rrset rrset;
	struct plx_name owner = fixture_name("a.example");
	struct key_set *keys = zone_signer_keys(&signer);
	CU_ASSERT_EQUAL(judge_once(keys, NULL, &checks), PLX_DNSSEC_SECURE);
	CU_ASSERT_TRUE_FATAL(
		rrset_find(&built.message, PLX_SECTION_ANSWER, &owner, PLX_TYPE_A, &rrset));
	struct judge later = judge;
	later.now_s = FIXTURE_NOW + 1001;
	struct rrset_verdict verdict = rrset_verify(&later, &rrset, keys);
	CU_ASSERT_EQUAL(verdict.state, PLX_DNSSEC_BOGUS);
	CU_ASSERT_EQUAL(verdict.cause, DNSSEC_CAUSE_EXPIRED);
	key_set_destroy(keys);
}

TEST(digest_tells_octets_signature_and_key_apart)
{
	struct zone_key key = {.identity = {1}};
	struct zone_key other = {.identity = {2}};
	struct signature_digest digests[5];
	bool is_made = signature_memory_digest(judge.memory, &key, (const uint8_t *)"abcd", 4,
					       (const uint8_t *)"ef", 2, &digests[0]) &&
		       signature_memory_digest(judge.memory, &key, (const uint8_t *)"abce", 4,
					       (const uint8_t *)"ef", 2, &digests[1]) &&
		       signature_memory_digest(judge.memory, &key, (const uint8_t *)"abcd", 4,
					       (const uint8_t *)"eg", 2, &digests[2]) &&
		       signature_memory_digest(judge.memory, &other, (const uint8_t *)"abcd", 4,
					       (const uint8_t *)"ef", 2, &digests[3]) &&
		       // The same octets in a row, cut elsewhere.
		       signature_memory_digest(judge.memory, &key, (const uint8_t *)"bcd", 3,
					       (const uint8_t *)"efa", 3, &digests[4]);
	CU_ASSERT_TRUE(is_made);
	signature_memory_add(judge.memory, &digests[0]);
	CU_ASSERT_TRUE(signature_memory_has(judge.memory, &digests[0]));
	for (unsigned i = 1; i < 5; i++) {
		CU_ASSERT_FALSE(signature_memory_has(judge.memory, &digests[i]));
	}
}

TEST(oldest_make_room_and_the_newest_stay)
{
	struct signature_memory *memory = signature_memory_create(64, &hash_key);
	struct signature_digest digest;
	unsigned known = 0;
	for (uint32_t i = 0; i < CHECKS_MANY; i++) {
		const struct zone_key key = {.identity = {1}};
		CU_ASSERT_TRUE_FATAL(signature_memory_digest(memory, &key, (const uint8_t *)&i,
							     sizeof(i), NULL, 0, &digest));
		signature_memory_add(memory, &digest);
		CU_ASSERT_TRUE(signature_memory_has(memory, &digest));
	}
	for (uint32_t i = 0; i < CHECKS_MANY; i++) {
		const struct zone_key key = {.identity = {1}};
		CU_ASSERT_TRUE_FATAL(signature_memory_digest(memory, &key, (const uint8_t *)&i,
							     sizeof(i), NULL, 0, &digest));
		known += signature_memory_has(memory, &digest);
	}
	CU_ASSERT_TRUE(known > 0 && known <= 64);
	signature_memory_destroy(memory);
}

TEST(memory_without_room_is_refused)
{
	CU_ASSERT_PTR_NULL(signature_memory_create(0, &hash_key));
	CU_ASSERT_PTR_NULL(signature_memory_create(SIGNATURES_REMEMBERED_MAX + 1, &hash_key));
	signature_memory_destroy(NULL);
}

#define CASES                                                                                      \
	T(signature_that_was_valid_costs_nothing_again),                                           \
		T(signature_that_was_wrong_is_checked_and_wrong_again),                            \
		T(signature_is_not_taken_for_another_keys),                                        \
		T(signature_that_was_valid_expires_all_the_same),                                  \
		T(digest_tells_octets_signature_and_key_apart),                                    \
		T(oldest_make_room_and_the_newest_stay), T(memory_without_room_is_refused)

int main(void)
{
	static const struct test_entry tests[] = {CASES};
	workspace = malloc(sizeof(*workspace));
	policy = dnssec_policy_production();
	judge = (struct judge) {.workspace = workspace,
				.policy = &policy,
				.budget = &budget,
				.now_s = FIXTURE_NOW,
				.memory = signature_memory_create(1024, &hash_key)};
	zone_signer_init(&signer, "example", DNSKEY_FLAG_ZONE);
	int status = cunit_run("dnssec_signature_memory", tests, PLX_ARRAY_SIZE(tests));
	zone_signer_fini(&signer);
	signature_memory_destroy(judge.memory);
	free(workspace);
	return status;
}
