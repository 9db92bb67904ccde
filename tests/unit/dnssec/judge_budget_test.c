// SPDX-License-Identifier: BSD-3-Clause
// Attacks on the validator's time (KeyTrap CVE-2023-50387, CVE-2023-50868, BIND CVE-2025-8677): the work is bounded, and
// what was not looked at is never believed.

#include "dnssec/answer_judge.h"
#include "dnssec/public_key.h"

#include "cunit_runner.h"
#include "message_builder.h"
#include "zone_fixture.h"
#include "zone_signer.h"

#include <openssl/evp.h>

#define ANSWER PLX_SECTION_ANSWER
#define ADDRESS OCTETS("\300\0\2\1")
#define SIGNATURES_MANY 500

static struct fixture *fixture;
static struct zone_signer signer;
static struct signed_message built;

static struct answer_verdict judge_built(const struct key_set *keys)
{
	struct plx_name name = fixture_name("a.example");
	return answer_judge(&fixture->judge, message_end(&built), &name, PLX_TYPE_A, keys);
}

// `count` more keys with the signer's tag in front of it.
static struct key_set *colliding_keys(unsigned count)
{
	struct key_set *keys = zone_signer_keys(&signer);
	for (unsigned i = 0; i < count; i++) {
		struct zone_signer other;
		zone_signer_init(&other, "example", DNSKEY_FLAG_ZONE);
		keys->keys[keys->count++] =
			(struct zone_key) {.key = public_key_prepare(other.key, DNSSEC_ECDSAP256),
					   .tag = signer.tag,
					   .algorithm = DNSSEC_ECDSAP256};
		zone_signer_fini(&other);
	}
	struct zone_key last = keys->keys[keys->count - 1];
	keys->keys[keys->count - 1] = keys->keys[0];
	keys->keys[0] = last;
	return keys;
}

TEST(keytrap_costs_two_validations)
{
	struct signature_fault fault = {.is_wrong = true};
	struct key_set *keys = colliding_keys(KEYS_PER_ZONE_MAX - 1);
	message_begin(&built, "a.example", PLX_TYPE_A, 0);
	message_add(&built, ANSWER, "a.example", PLX_TYPE_A, ADDRESS);
	for (unsigned i = 0; i < SIGNATURES_MANY; i++) {
		struct plx_writer rdata = plx_writer_init((uint8_t[6]) {0}, 6);
		plx_write_u16(&rdata, 4);
		plx_write_bytes(&rdata, ADDRESS);
		message_sign(&built, ANSWER, "a.example", PLX_TYPE_A, &rdata, 1, &signer, &fault);
	}
	fixture->budget = judge_budget_init();
	struct answer_verdict verdict = judge_built(keys);
	CU_ASSERT_EQUAL(verdict.state, PLX_DNSSEC_BOGUS);
	CU_ASSERT_EQUAL(verdict.cause, DNSSEC_CAUSE_WORK_LIMIT);
	CU_ASSERT_EQUAL(fixture->budget.validations_left,
			VALIDATIONS_PER_LOOKUP_MAX - FAILURES_PER_RRSET_MAX);
	key_set_destroy(keys);
}

TEST(one_collision_of_tags_is_borne)
{
	for (unsigned count = 0; count < 4; count++) {
		struct key_set *keys = colliding_keys(count);
		message_begin(&built, "a.example", PLX_TYPE_A, 0);
		message_add_signed(&built, ANSWER, "a.example", PLX_TYPE_A, ADDRESS, &signer, NULL);
		fixture->budget = judge_budget_init();
		struct answer_verdict verdict = judge_built(keys);
		CU_ASSERT_EQUAL(verdict.state, count < FAILURES_PER_RRSET_MAX ? PLX_DNSSEC_SECURE
									      : PLX_DNSSEC_BOGUS);
		key_set_destroy(keys);
	}
}

TEST(signatures_of_no_key_cost_nothing_and_end)
{
	struct signature_fault fault = {.tag_plus = 1};
	struct key_set *keys = zone_signer_keys(&signer);
	message_begin(&built, "a.example", PLX_TYPE_A, 0);
	for (unsigned i = 0; i < SIGNATURES_PER_RRSET_MAX; i++) {
		message_add_signed(&built, ANSWER, "a.example", PLX_TYPE_A, ADDRESS, &signer,
				   &fault);
	}
	message_add_signed(&built, ANSWER, "a.example", PLX_TYPE_A, ADDRESS, &signer, NULL);
	fixture->budget = judge_budget_init();
	struct answer_verdict verdict = judge_built(keys);
	CU_ASSERT_EQUAL(verdict.state, PLX_DNSSEC_BOGUS);
	CU_ASSERT_EQUAL(verdict.cause, DNSSEC_CAUSE_WORK_LIMIT);
	CU_ASSERT_EQUAL(fixture->budget.validations_left, VALIDATIONS_PER_LOOKUP_MAX);
	key_set_destroy(keys);
}

TEST(broken_key_costs_like_a_wrong_signature)
{
	struct key_set *keys = zone_signer_keys(&signer);
	EVP_MD_CTX_free(keys->keys[0].key);
	keys->keys[0].key = NULL;
	message_begin(&built, "a.example", PLX_TYPE_A, 0);
	message_add_signed(&built, ANSWER, "a.example", PLX_TYPE_A, ADDRESS, &signer, NULL);
	fixture->budget = judge_budget_init();
	struct answer_verdict verdict = judge_built(keys);
	CU_ASSERT_EQUAL(verdict.cause, DNSSEC_CAUSE_SIGNATURE_WRONG);
	CU_ASSERT_EQUAL(fixture->budget.validations_left, VALIDATIONS_PER_LOOKUP_MAX - 1);
	key_set_destroy(keys);
}

TEST(budget_lasts_for_all_of_a_lookup)
{
	struct signature_fault fault = {.is_wrong = true};
	struct key_set *keys = zone_signer_keys(&signer);
	message_begin(&built, "a.example", PLX_TYPE_A, 0);
	message_add_signed(&built, ANSWER, "a.example", PLX_TYPE_A, ADDRESS, &signer, &fault);
	fixture->budget = judge_budget_init();
	for (unsigned i = 0; i < VALIDATIONS_PER_LOOKUP_MAX; i++) {
		CU_ASSERT_EQUAL(judge_built(keys).cause, DNSSEC_CAUSE_SIGNATURE_WRONG);
	}
	CU_ASSERT_EQUAL(judge_built(keys).cause, DNSSEC_CAUSE_WORK_LIMIT);
	message_begin(&built, "a.example", PLX_TYPE_A, 0);
	message_add_signed(&built, ANSWER, "a.example", PLX_TYPE_A, ADDRESS, &signer, NULL);
	CU_ASSERT_EQUAL(judge_built(keys).state, PLX_DNSSEC_BOGUS); // right, but too late
	CU_ASSERT_EQUAL(fixture->budget.validations_left, 0);
	key_set_destroy(keys);
}

// Each row with less and less budget: never another verdict than its own or bogus for the limit.
TEST(less_budget_never_changes_a_verdict)
{
	for (unsigned i = 0; i < fixture->row_count; i++) {
		const struct fixture_row *row = &fixture->rows[i];
		const struct key_set *keys = fixture_keys(fixture, &row->zone);
		struct plx_message message;
		CU_ASSERT_TRUE_FATAL(fixture_message(row->wire, row->length, &message));
		if (strcmp(row->judge, "answer") != 0) {
			continue;
		}
		for (unsigned left = 0; left < 12; left++) {
			fixture->budget =
				(struct judge_budget) {.validations_left = (uint16_t)(left % 4),
						       .hashes_left = (uint16_t)(left / 4 * 2)};
			struct answer_verdict verdict = answer_judge(&fixture->judge, &message,
								     &row->name, row->type, keys);
			bool is_own = strcmp(judged_kind_name(verdict.kind), row->kind) == 0;
			CU_ASSERT_TRUE(is_own || verdict.state == PLX_DNSSEC_BOGUS ||
				       verdict.state == PLX_DNSSEC_INSECURE);
			CU_ASSERT_TRUE(left % 4 > 0 || verdict.state == PLX_DNSSEC_BOGUS);
		}
	}
}

TEST(deep_names_end_at_the_hash_budget)
{
	char text[256] = "";
	struct plx_message message;
	const struct fixture_row *row =
		fixture_find(fixture, "answer", "nope.nsec3.test", PLX_TYPE_A);
	const struct key_set *keys = fixture_keys(fixture, &row->zone);
	for (unsigned i = 0; i < 100; i++) {
		memcpy(text + 2 * (size_t)i, "a.", 2);
	}
	memcpy(text + 200, "nsec3.test", 10);
	struct plx_name name = fixture_name(text);
	CU_ASSERT_TRUE_FATAL(fixture_message(row->wire, row->length, &message));
	fixture->budget = judge_budget_init();
	struct answer_verdict verdict =
		answer_judge(&fixture->judge, &message, &name, PLX_TYPE_A, keys);
	CU_ASSERT_EQUAL(verdict.state, PLX_DNSSEC_BOGUS);
	CU_ASSERT_EQUAL(verdict.cause, DNSSEC_CAUSE_WORK_LIMIT);
	CU_ASSERT_EQUAL(fixture->budget.hashes_left, 0);
}

TEST(too_many_iterations_are_never_hashed)
{
	struct plx_message message;
	const struct fixture_row *row =
		fixture_find(fixture, "answer", "nope.heavy.test", PLX_TYPE_A);
	const struct key_set *keys = fixture_keys(fixture, &row->zone);
	CU_ASSERT_TRUE_FATAL(fixture_message(row->wire, row->length, &message));
	for (unsigned is_insecure = 0; is_insecure < 2; is_insecure++) {
		fixture->policy.iterations_insecure = is_insecure != 0;
		fixture->budget = judge_budget_init();
		struct answer_verdict verdict =
			answer_judge(&fixture->judge, &message, &row->name, row->type, keys);
		CU_ASSERT_EQUAL(verdict.state,
				is_insecure ? PLX_DNSSEC_INSECURE : PLX_DNSSEC_INDETERMINATE);
		CU_ASSERT_EQUAL(verdict.cause, DNSSEC_CAUSE_NSEC3_ITERATIONS);
		CU_ASSERT_EQUAL(fixture->budget.hashes_left, NSEC3_HASHES_PER_LOOKUP_MAX);
	}
	fixture->policy.iterations_insecure = false;
}

// BIND CVE-2026-11605: a negative answer with records without end.
TEST(denials_without_end_are_not_all_verified)
{
	struct key_set *keys = zone_signer_keys(&signer);
	message_begin(&built, "a.example", PLX_TYPE_A, PLX_RCODE_NXDOMAIN);
	for (unsigned i = 0; i < 100; i++) {
		char owner[32];
		snprintf(owner, sizeof(owner), "c%03u.example", i);
		message_add_signed(&built, PLX_SECTION_AUTHORITY, owner, PLX_TYPE_NSEC,
				   OCTETS("\1z\7example\0\0\1\x40"), &signer, NULL);
	}
	fixture->budget = judge_budget_init();
	struct answer_verdict verdict = judge_built(keys);
	CU_ASSERT_EQUAL(verdict.cause, DNSSEC_CAUSE_WORK_LIMIT);
	CU_ASSERT_EQUAL(fixture->budget.validations_left,
			VALIDATIONS_PER_LOOKUP_MAX - DENIAL_RECORDS_MAX);
	key_set_destroy(keys);
}

// An NSEC of the apex and its signature, which deny the name, among `count` records.
static struct answer_verdict judge_denial_among(unsigned count, const struct key_set *keys)
{
	message_begin(&built, "a.example", PLX_TYPE_A, PLX_RCODE_NXDOMAIN);
	message_add_signed(&built, PLX_SECTION_AUTHORITY, "example", PLX_TYPE_NSEC,
			   OCTETS("\1z\7example\0\0\1\x40"), &signer, NULL);
	for (unsigned i = 2; i < count; i++) {
		message_add(&built, PLX_SECTION_AUTHORITY, "a.example", PLX_TYPE_NS, OCTETS("\0"));
	}
	fixture->budget = judge_budget_init();
	return judge_built(keys);
}

// Each of them is compared with each owner: of 5000 with long names that takes 60 ms, and a look-up may hold 64 messages.
TEST(denials_among_thousands_of_records_are_not_looked_for)
{
	struct key_set *keys = zone_signer_keys(&signer);
	struct answer_verdict verdict = judge_denial_among(SEARCHED_RECORDS_MAX, keys);
	CU_ASSERT_EQUAL(verdict.state, PLX_DNSSEC_SECURE);
	CU_ASSERT_EQUAL(verdict.kind, JUDGED_NXDOMAIN);
	verdict = judge_denial_among(SEARCHED_RECORDS_MAX + 1, keys);
	CU_ASSERT_EQUAL(verdict.state, PLX_DNSSEC_BOGUS);
	CU_ASSERT_EQUAL(verdict.cause, DNSSEC_CAUSE_WORK_LIMIT);
	CU_ASSERT_EQUAL(fixture->budget.validations_left, VALIDATIONS_PER_LOOKUP_MAX);
	key_set_destroy(keys);
}

#define CASES                                                                                      \
	T(keytrap_costs_two_validations), T(one_collision_of_tags_is_borne),                       \
		T(signatures_of_no_key_cost_nothing_and_end),                                      \
		T(broken_key_costs_like_a_wrong_signature), T(budget_lasts_for_all_of_a_lookup),   \
		T(less_budget_never_changes_a_verdict), T(deep_names_end_at_the_hash_budget),      \
		T(too_many_iterations_are_never_hashed),                                           \
		T(denials_without_end_are_not_all_verified),                                       \
		T(denials_among_thousands_of_records_are_not_looked_for)

int main(void)
{
	static const struct test_entry tests[] = {CASES};
	fixture = fixture_open();
	zone_signer_init(&signer, "example", DNSKEY_FLAG_ZONE);
	int status = cunit_run("dnssec_judge_budget", tests, PLX_ARRAY_SIZE(tests));
	zone_signer_fini(&signer);
	fixture_close(fixture);
	return status;
}
