// SPDX-License-Identifier: BSD-3-Clause
// What is wrong, false, missing or too much in a proof, and that it is never believed.

#include "validation/proof.h"

#include "cunit_runner.h"
#include "unit/dnssec/zone_fixture.h"
#include "validation/cut_marks.h"
#include "validation/proof_material.h"
#include "world_verdict.h"

#include <parallax/base/attributes.h>

#include <stdio.h>
#include <string.h>

static struct world world;
static struct world_zone *com;
static struct world_zone *example;

// ". com example.com" signed, and zones of all sorts beside and below.
static void begin(void)
{
	world_init(&world);
	com = world_add(&world, "com", true);
	example = world_add(&world, "example.com", true);
}

static void end(void)
{
	world_fini(&world);
}

struct fault_row {
	struct signature_fault fault;
	enum dnssec_cause cause;
};

static const struct plx_name stranger = {.length = 7, .wire = "\005other"};

static const struct fault_row fault_rows[] = {
	{{.signer = &stranger}, DNSSEC_CAUSE_SIGNER},
	{{.is_wrong = true}, DNSSEC_CAUSE_SIGNATURE_WRONG},
	{{.tag_plus = 1}, DNSSEC_CAUSE_KEY_MISSING},
	{{.time_plus_s = -5000}, DNSSEC_CAUSE_EXPIRED},
	{{.time_plus_s = 5000}, DNSSEC_CAUSE_NOT_YET_VALID},
};

// Whose signature of which place is wrong, and where the chain breaks.
static const struct {
	const char *signer;
	enum world_place place;
	const char *zone;
} places[] = {
	{".", WORLD_DNSKEY, "."},
	{".", WORLD_DS, "com"},
	{"com", WORLD_DNSKEY, "com"},
	{"com", WORLD_DS, "example.com"},
	{"example.com", WORLD_DNSKEY, "example.com"},
	{"example.com", WORLD_ANSWER, "example.com"},
};

static struct world_zone *zone_named(const char *name)
{
	for (unsigned i = 0; i < world.zone_count; i++) {
		if (strcmp(world.zones[i].text, name) == 0) {
			return &world.zones[i];
		}
	}
	return NULL;
}

TEST(each_fault_at_each_place_is_bogus_there_by_its_cause)
{
	begin();
	for (unsigned i = 0; i < 2 * PLX_ARRAY_SIZE(places); i++) {
		unsigned at = i / 2;
		struct world_zone *signer = zone_named(places[at].signer);
		world.hides_referrals = i % 2 == 1;
		for (unsigned j = 0; j < PLX_ARRAY_SIZE(fault_rows); j++) {
			signer->faults[places[at].place] = fault_rows[j].fault;
			CU_ASSERT_TRUE(world_proves(&world, "www.example.com", PLX_TYPE_A,
						    PLX_DNSSEC_BOGUS, fault_rows[j].cause,
						    places[at].zone));
			CU_ASSERT_EQUAL(world.driver.verdict.kind, JUDGED_NOT_EVALUATED);
			CU_ASSERT_EQUAL(world.driver.verdict.ttl_s, 0);
		}
		signer->faults[places[at].place] = (struct signature_fault) {0};
		signer->is_bare[places[at].place] = true;
		CU_ASSERT_TRUE(world_proves(&world, "www.example.com", PLX_TYPE_A,
					    WORLD_BOGUS(SIGNATURE_MISSING), places[at].zone));
		signer->is_bare[places[at].place] = false;
		CU_ASSERT_TRUE(world_proves(&world, "www.example.com", PLX_TYPE_A, WORLD_SECURE,
					    "example.com"));
	}
	end();
}

TEST(wildcard_signatures_over_ds_and_keys_are_bogus)
{
	begin();
	for (unsigned place = WORLD_DS; place <= WORLD_DNSKEY; place++) {
		struct world_zone *signer = place == WORLD_DS ? com : example;
		signer->faults[place].labels_minus = 1;
		CU_ASSERT_TRUE(world_proves(&world, "www.example.com", PLX_TYPE_A,
					    WORLD_BOGUS(LABELS), "example.com"));
		signer->faults[place].labels_minus = 0;
	}
	end();
}

TEST(keys_that_no_ds_names_are_bogus)
{
	begin();
	struct zone_signer before = example->signer;
	world_look_up(&world, "www.example.com", PLX_TYPE_A);
	zone_signer_init(&example->signer, "example.com", DNSKEY_FLAG_ZONE);
	world_prove(&world);
	CU_ASSERT_TRUE(world_has_verdict(&world, WORLD_BOGUS(KEY_MISSING), "example.com"));
	zone_signer_fini(&before);
	end();
}

TEST(revoked_key_is_no_key_of_the_zone)
{
	begin();
	zone_signer_fini(&example->signer);
	zone_signer_init(&example->signer, "example.com", DNSKEY_FLAG_ZONE | DNSKEY_FLAG_REVOKE);
	CU_ASSERT_TRUE(world_proves(&world, "www.example.com", PLX_TYPE_A, WORLD_BOGUS(NO_ZONE_KEY),
				    "example.com"));
	end();
}

TEST(denial_that_is_left_out_is_missed)
{
	begin();
	example->lacks_denials = true;
	CU_ASSERT_TRUE(world_proves(&world, "nope.example.com", PLX_TYPE_A,
				    WORLD_BOGUS(DENIAL_MISSING), "example.com"));
	CU_ASSERT_TRUE(world_proves(&world, "www.example.com", PLX_TYPE_MX,
				    WORLD_BOGUS(DENIAL_MISSING), "example.com"));
	CU_ASSERT_TRUE(world_proves(&world, "wild.example.com", PLX_TYPE_A,
				    WORLD_BOGUS(DENIAL_MISSING), "example.com"));
	end();
}

TEST(alias_chain_without_end_is_given_up)
{
	begin();
	world_add_alias(&world, "a.example.com", "b.example.com", false);
	world_add_alias(&world, "b.example.com", "a.example.com", false);
	struct plx_name name = fixture_name("a.example.com");
	static struct signed_message loop;
	struct plx_name target = fixture_name("b.example.com");
	message_begin(&loop, "a.example.com", PLX_TYPE_A, 0);
	message_add_signed(&loop, PLX_SECTION_ANSWER, "a.example.com", PLX_TYPE_CNAME, target.wire,
			   target.length, &example->signer, NULL);
	message_add_signed(&loop, PLX_SECTION_ANSWER, "b.example.com", PLX_TYPE_CNAME, name.wire,
			   name.length, &example->signer, NULL);
	const struct plx_message *message = message_end(&loop);
	proof_begin(&world.proof, &name, PLX_TYPE_A);
	proof_add(&world.proof, PROOF_ANSWER, &name, PLX_TYPE_A, &example->name, message->wire,
		  message->length);
	world_prove(&world);
	CU_ASSERT_EQUAL(world.driver.verdict.state, PLX_DNSSEC_BOGUS);
	CU_ASSERT_EQUAL(world.driver.verdict.cause, DNSSEC_CAUSE_WORK_LIMIT);
	end();
}

TEST(false_zones_and_referrals_change_no_state)
{
	static const char *const zones[] = {".",         "com",         "www.example.com",
					    "other.com", "example.com", "a.www.example.com"};
	begin();
	world_add(&world, "plain.com", false);
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(zones); i++) {
		struct plx_name zone = fixture_name(zones[i]);
		for (unsigned j = 0; j < 2; j++) {
			const char *name = j == 0 ? "www.example.com" : "www.plain.com";
			world_reset(&world);
			world_look_up(&world, name, PLX_TYPE_A);
			for (unsigned k = 0; k < world.proof.message_count; k++) {
				world.proof.messages[k].zone = zone;
			}
			world_prove(&world);
			CU_ASSERT_TRUE(
				j == 0 ? world_has_verdict(&world, WORLD_SECURE, "example.com")
				       : world_has_verdict(&world, WORLD_NO_DS, "plain.com"));
		}
	}
	end();
}

TEST(referral_that_claims_another_child_proves_nothing)
{
	begin();
	world_add(&world, "plain.com", false);
	// "com" proves that plain.com is unsigned: told as if it were example.com.
	world_look_up(&world, "www.plain.com", PLX_TYPE_A);
	struct proof_message lie = world.proof.messages[1];
	CU_ASSERT_EQUAL_FATAL(lie.kind, PROOF_REFERRAL);
	world_look_up(&world, "www.example.com", PLX_TYPE_A);
	lie.name = example->name;
	world.proof.messages[1] = lie;
	example->is_bare[WORLD_ANSWER] = true;
	world_prove(&world);
	CU_ASSERT_TRUE(world_has_verdict(&world, WORLD_SECURE, "example.com"));
	world_look_up(&world, "www.example.com", PLX_TYPE_A);
	world.proof.messages[1] = lie;
	world.budget = judge_budget_init();
	world_prove(&world);
	CU_ASSERT_TRUE(world_has_verdict(&world, WORLD_BOGUS(SIGNATURE_MISSING), "example.com"));
	end();
}

TEST(failed_look_up_has_its_zones_state)
{
	begin();
	struct world_zone *plain = world_add(&world, "plain.com", false);
	world_add(&world, "sub.plain.com", false);
	CU_ASSERT_TRUE(world_proves_failed(&world, ".", WORLD_SECURE, "."));
	CU_ASSERT_TRUE(world_proves_failed(&world, "com", WORLD_SECURE, "com"));
	CU_ASSERT_TRUE(world_proves_failed(&world, "example.com", WORLD_SECURE, "example.com"));
	CU_ASSERT_TRUE(world_proves_failed(&world, "plain.com", WORLD_NO_DS, "plain.com"));
	CU_ASSERT_TRUE(world_proves_failed(&world, "sub.plain.com", WORLD_NO_DS, "plain.com"));
	// No zone at all: what is above it is signed.
	CU_ASSERT_TRUE(world_proves_failed(&world, "www.example.com", WORLD_SECURE, "example.com"));
	com->faults[WORLD_DS].time_plus_s = -5000;
	CU_ASSERT_TRUE(
		world_proves_failed(&world, "example.com", WORLD_BOGUS(EXPIRED), "example.com"));
	com->faults[WORLD_DS].time_plus_s = 0;
	example->is_silent[WORLD_DNSKEY] = true;
	CU_ASSERT_TRUE(world_proves_failed(&world, "example.com", WORLD_UNANSWERED, "example.com"));
	com->is_silent[WORLD_DS] = true;
	CU_ASSERT_TRUE(world_proves_failed(&world, "example.com", WORLD_UNANSWERED, "example.com"));
	CU_ASSERT_TRUE(world_proves_failed(&world, "plain.com", WORLD_UNANSWERED, "plain.com"));
	CU_ASSERT_EQUAL(world.driver.verdict.ttl_s, 0);
	// An unsigned zone between explains why nobody answers below it.
	com->is_silent[WORLD_DS] = false;
	plain->is_silent[WORLD_DS] = true;
	CU_ASSERT_TRUE(world_proves_failed(&world, "sub.plain.com", WORLD_NO_DS, "plain.com"));
	end();
}

TEST(failed_look_up_of_a_name_without_anchor_is_indeterminate)
{
	begin();
	world.anchors.zones[0].zone = fixture_name("org");
	CU_ASSERT_TRUE(world_proves_failed(&world, "example.com", PLX_DNSSEC_INDETERMINATE,
					   DNSSEC_CAUSE_NO_ANCHOR, "example.com"));
	end();
}

TEST(look_up_of_keys_or_of_a_ds_that_fails_is_indeterminate)
{
	begin();
	world_add(&world, "plain.com", false);
	world.hides_referrals = true;
	for (unsigned i = 0; i < world.zone_count - 1; i++) {
		struct world_zone *zone = &world.zones[i];
		zone->is_silent[WORLD_DNSKEY] = true;
		CU_ASSERT_TRUE(world_proves(&world, "www.example.com", PLX_TYPE_A, WORLD_UNANSWERED,
					    zone->text));
		zone->is_silent[WORLD_DNSKEY] = false;
	}
	com->is_silent[WORLD_DS] = true;
	CU_ASSERT_TRUE(world_proves(&world, "www.example.com", PLX_TYPE_A, WORLD_UNANSWERED,
				    "example.com"));
	CU_ASSERT_TRUE(
		world_proves(&world, "www.plain.com", PLX_TYPE_A, WORLD_UNANSWERED, "plain.com"));
	com->is_silent[WORLD_DS] = false;
	// A DS answer that is no answer is none.
	world_look_up(&world, "www.plain.com", PLX_TYPE_A);
	struct plx_name plain = fixture_name("plain.com");
	static uint8_t failure[] = {0,   1,   0x84, 0x02, 0, 1,   0,   0,   0, 0, 0,  0, 5, 'p',
				    'l', 'a', 'i',  'n',  3, 'c', 'o', 'm', 0, 0, 43, 0, 1};
	proof_add(&world.proof, PROOF_ANSWER, &plain, PLX_TYPE_DS, &com->name, failure,
		  sizeof(failure));
	world_prove(&world);
	CU_ASSERT_TRUE(world_has_verdict(&world, WORLD_UNANSWERED, "plain.com"));
	end();
}

TEST(budget_is_one_for_all_rounds)
{
	begin();
	world.hides_referrals = true;
	for (uint16_t left = 0; left < 12; left++) {
		world_reset(&world);
		world_look_up(&world, "www.example.com", PLX_TYPE_A);
		world.budget.validations_left = left;
		world_prove(&world);
		CU_ASSERT_TRUE(world.budget.validations_left <= left);
		if (world.driver.verdict.state != PLX_DNSSEC_SECURE) {
			CU_ASSERT_EQUAL(world.driver.verdict.state, PLX_DNSSEC_BOGUS);
			CU_ASSERT_EQUAL(world.driver.verdict.cause, DNSSEC_CAUSE_WORK_LIMIT);
		}
		CU_ASSERT_TRUE(left >= 6 || world.driver.verdict.state == PLX_DNSSEC_BOGUS);
	}
	CU_ASSERT_EQUAL(world.driver.verdict.state, PLX_DNSSEC_SECURE);
	end();
}

TEST(search_of_a_long_name_ends_at_the_limit_of_messages)
{
	char name[256];
	begin();
	for (unsigned i = 0; i < 110; i++) {
		memcpy(name + 2 * i, "a.", 2);
	}
	memcpy(name + 220, "example.com", sizeof("example.com"));
	example->is_bare[WORLD_ANSWER] = true;
	world_look_up(&world, name, PLX_TYPE_A);
	world_prove(&world);
	CU_ASSERT_EQUAL(world.driver.verdict.state, PLX_DNSSEC_BOGUS);
	CU_ASSERT_EQUAL(world.driver.verdict.cause, DNSSEC_CAUSE_WORK_LIMIT);
	CU_ASSERT_TRUE(world.proof.message_count <= PROOF_MESSAGES_MAX);
	end();
}

TEST(proof_without_an_answer_is_bogus)
{
	begin();
	struct plx_name name = fixture_name("www.example.com");
	proof_begin(&world.proof, &name, PLX_TYPE_A);
	world_prove(&world);
	CU_ASSERT_TRUE(world_has_verdict(&world, WORLD_BOGUS(DENIAL_MISSING), "www.example.com"));
	static const uint8_t octets[] = {1, 2, 3};
	proof_add(&world.proof, PROOF_ANSWER, &name, PLX_TYPE_A, &example->name, octets,
		  sizeof(octets));
	world_prove(&world);
	CU_ASSERT_TRUE(world_has_verdict(&world, WORLD_BOGUS(DENIAL_MISSING), "www.example.com"));
	end();
}

// Marks of "www.example.com" by a reply with `count` SOA records that say nothing of it, and then one of "example.com".
static unsigned mark_behind(unsigned count)
{
	static const uint8_t soa[22] = {0};
	static struct signed_message built;
	struct proof_material material;
	struct cut_marks marks;
	struct plx_name name = fixture_name("www.example.com");
	message_begin(&built, "www.example.com", PLX_TYPE_A, 0);
	for (unsigned i = 0; i < count; i++) {
		message_add(&built, PLX_SECTION_AUTHORITY, "other.com", PLX_TYPE_SOA, soa,
			    sizeof(soa));
	}
	message_add(&built, PLX_SECTION_AUTHORITY, "example.com", PLX_TYPE_SOA, soa, sizeof(soa));
	const struct plx_message *message = message_end(&built);
	proof_begin(&world.proof, &name, PLX_TYPE_A);
	proof_add(&world.proof, PROOF_ANSWER, &name, PLX_TYPE_A, &com->name, message->wire,
		  message->length);
	proof_material_open(&world.proof, &material);
	cut_marks_read(&material, &name, 3, ANSWER_INDEX_NONE, &marks);
	CU_ASSERT_EQUAL(marks.marks[1], CUT_MARK_TOLD);
	return marks.marks[2];
}

// Names of 127 labels, thousands of times in a message, are read for each name of a chain. These are but hints.
TEST(records_without_end_that_may_tell_of_cuts_are_not_all_read)
{
	begin();
	CU_ASSERT_EQUAL(mark_behind(0), CUT_MARK_TOLD);
	CU_ASSERT_EQUAL(mark_behind(CUT_RECORDS_READ_MAX - 1), CUT_MARK_TOLD);
	CU_ASSERT_EQUAL(mark_behind(CUT_RECORDS_READ_MAX), 0);
	end();
}

#define CASES                                                                                      \
	T(each_fault_at_each_place_is_bogus_there_by_its_cause),                                   \
		T(wildcard_signatures_over_ds_and_keys_are_bogus),                                 \
		T(keys_that_no_ds_names_are_bogus), T(revoked_key_is_no_key_of_the_zone),          \
		T(denial_that_is_left_out_is_missed), T(alias_chain_without_end_is_given_up),      \
		T(false_zones_and_referrals_change_no_state),                                      \
		T(referral_that_claims_another_child_proves_nothing),                              \
		T(failed_look_up_has_its_zones_state),                                             \
		T(failed_look_up_of_a_name_without_anchor_is_indeterminate),                       \
		T(look_up_of_keys_or_of_a_ds_that_fails_is_indeterminate),                         \
		T(budget_is_one_for_all_rounds),                                                   \
		T(search_of_a_long_name_ends_at_the_limit_of_messages),                            \
		T(proof_without_an_answer_is_bogus),                                               \
		T(records_without_end_that_may_tell_of_cuts_are_not_all_read)

int main(void)
{
	static const struct test_entry tests[] = {CASES};
	return cunit_run("validation_proof_fault", tests, PLX_ARRAY_SIZE(tests));
}
