// SPDX-License-Identifier: BSD-3-Clause
// The walk from the anchor to the answer: which state, at which zone, and what had to be asked for it.

#include "validation/proof.h"

#include "cunit_runner.h"
#include "unit/dnssec/zone_fixture.h"
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

TEST(signed_chain_with_referrals_needs_keys_only_all_at_once)
{
	begin();
	CU_ASSERT_TRUE(
		world_proves(&world, "www.example.com", PLX_TYPE_A, WORLD_SECURE, "example.com"));
	CU_ASSERT_EQUAL(world.driver.need_count, 3);
	CU_ASSERT_EQUAL(world.driver.round_count, 2);
	CU_ASSERT_EQUAL(world.driver.verdict.kind, JUDGED_RECORDS);
	CU_ASSERT_EQUAL(world.driver.verdict.ttl_s, 300);
	struct plx_name owner = fixture_name("www.example.com");
	CU_ASSERT_TRUE(plx_name_equal(&world.driver.verdict.owner, &owner));
	// Six signatures: two DS, three key sets, the answer. The first round checked none.
	CU_ASSERT_EQUAL(VALIDATIONS_PER_LOOKUP_MAX - world.budget.validations_left, 6);
	end();
}

TEST(signed_chain_without_referrals_is_found_by_its_signers)
{
	begin();
	world.hides_referrals = true;
	CU_ASSERT_TRUE(
		world_proves(&world, "www.example.com", PLX_TYPE_A, WORLD_SECURE, "example.com"));
	CU_ASSERT_EQUAL(world.driver.need_count, 5);
	CU_ASSERT_TRUE(world.driver.round_count <= 3);
	end();
}

TEST(every_kind_of_answer_is_secure)
{
	begin();
	CU_ASSERT_TRUE(
		world_proves(&world, "www.example.com", PLX_TYPE_MX, WORLD_SECURE, "example.com"));
	CU_ASSERT_EQUAL(world.driver.verdict.kind, JUDGED_NODATA);
	CU_ASSERT_TRUE(
		world_proves(&world, "nope.example.com", PLX_TYPE_A, WORLD_SECURE, "example.com"));
	CU_ASSERT_EQUAL(world.driver.verdict.kind, JUDGED_NXDOMAIN);
	CU_ASSERT_TRUE(
		world_proves(&world, "wild.example.com", PLX_TYPE_A, WORLD_SECURE, "example.com"));
	CU_ASSERT_EQUAL(world.driver.verdict.kind, JUDGED_RECORDS);
	CU_ASSERT_TRUE(
		world_proves(&world, "example.com", PLX_TYPE_A, WORLD_SECURE, "example.com"));
	CU_ASSERT_TRUE(world_proves(&world, "com", PLX_TYPE_CAA, WORLD_SECURE, "com"));
	CU_ASSERT_TRUE(world_proves(&world, ".", PLX_TYPE_MX, WORLD_SECURE, "."));
	end();
}

TEST(ds_is_judged_by_the_parents_keys_and_dnskey_by_the_zones)
{
	begin();
	CU_ASSERT_TRUE(world_proves(&world, "example.com", PLX_TYPE_DS, WORLD_SECURE, "com"));
	CU_ASSERT_EQUAL(world.driver.verdict.kind, JUDGED_RECORDS);
	CU_ASSERT_TRUE(
		world_proves(&world, "example.com", PLX_TYPE_DNSKEY, WORLD_SECURE, "example.com"));
	CU_ASSERT_EQUAL(world.driver.verdict.kind, JUDGED_RECORDS);
	CU_ASSERT_TRUE(
		world_proves(&world, "www.example.com", PLX_TYPE_DS, WORLD_SECURE, "example.com"));
	CU_ASSERT_EQUAL(world.driver.verdict.kind, JUDGED_NODATA);
	CU_ASSERT_TRUE(world_proves(&world, ".", PLX_TYPE_DNSKEY, WORLD_SECURE, "."));
	end();
}

TEST(zone_is_insecure_only_where_its_parent_proves_it)
{
	begin();
	world_add(&world, "plain.com", false);
	for (unsigned i = 0; i < 2; i++) {
		world.hides_referrals = i == 1;
		CU_ASSERT_TRUE(world_proves(&world, "www.plain.com", PLX_TYPE_A, WORLD_NO_DS,
					    "plain.com"));
		CU_ASSERT_TRUE(world_proves(&world, "nope.plain.com", PLX_TYPE_A, WORLD_NO_DS,
					    "plain.com"));
		CU_ASSERT_EQUAL(world.driver.verdict.kind, JUDGED_NOT_EVALUATED);
		CU_ASSERT_EQUAL(world.driver.verdict.ttl_s, 300);
	}
	com->lacks_denials = true;
	for (unsigned i = 0; i < 2; i++) {
		world.hides_referrals = i == 1;
		CU_ASSERT_TRUE(world_proves(&world, "www.plain.com", PLX_TYPE_A,
					    WORLD_BOGUS(DENIAL_MISSING), "plain.com"));
	}
	com->lacks_denials = false;
	com->is_bare[WORLD_DENIAL] = true;
	CU_ASSERT_TRUE(world_proves(&world, "www.plain.com", PLX_TYPE_A,
				    WORLD_BOGUS(SIGNATURE_MISSING), "plain.com"));
	end();
}

TEST(what_lies_below_an_insecure_zone_is_insecure_signed_or_not)
{
	begin();
	world_add(&world, "plain.com", false);
	world_add(&world, "signed.plain.com", true);
	struct world_zone *island = world_add(&world, "island.com", true);
	island->has_ds = false;
	for (unsigned i = 0; i < 2; i++) {
		world.hides_referrals = i == 1;
		CU_ASSERT_TRUE(world_proves(&world, "www.signed.plain.com", PLX_TYPE_A, WORLD_NO_DS,
					    "plain.com"));
		CU_ASSERT_TRUE(world_proves(&world, "www.island.com", PLX_TYPE_A, WORLD_NO_DS,
					    "island.com"));
	}
	// Keys of an island prove nothing, so nobody asks for them when a referral tells that there is no DS.
	world.hides_referrals = false;
	CU_ASSERT_TRUE(
		world_proves(&world, "www.island.com", PLX_TYPE_A, WORLD_NO_DS, "island.com"));
	CU_ASSERT_EQUAL(world.driver.need_count, 2);
	end();
}

TEST(parent_and_child_on_one_server_are_told_apart)
{
	begin();
	struct world_zone *uk = world_add(&world, "uk", true);
	struct world_zone *co_uk = world_add(&world, "co.uk", true);
	world_add(&world, "shop.co.uk", true);
	world_add(&world, "plain.co.uk", false);
	co_uk->server = uk->server;
	for (unsigned i = 0; i < 2; i++) {
		world.hides_referrals = i == 1;
		CU_ASSERT_TRUE(world_proves(&world, "www.shop.co.uk", PLX_TYPE_A, WORLD_SECURE,
					    "shop.co.uk"));
		CU_ASSERT_TRUE(
			world_proves(&world, "www.co.uk", PLX_TYPE_A, WORLD_SECURE, "co.uk"));
		CU_ASSERT_TRUE(
			world_proves(&world, "nope.co.uk", PLX_TYPE_A, WORLD_SECURE, "co.uk"));
		CU_ASSERT_TRUE(world_proves(&world, "www.plain.co.uk", PLX_TYPE_A, WORLD_NO_DS,
					    "plain.co.uk"));
	}
	co_uk->is_signed = false;
	co_uk->has_ds = false;
	for (unsigned i = 0; i < 2; i++) {
		world.hides_referrals = i == 1;
		CU_ASSERT_TRUE(world_proves(&world, "www.co.uk", PLX_TYPE_A, WORLD_NO_DS, "co.uk"));
		CU_ASSERT_TRUE(
			world_proves(&world, "nope.co.uk", PLX_TYPE_A, WORLD_NO_DS, "co.uk"));
		CU_ASSERT_TRUE(
			world_proves(&world, "www.plain.co.uk", PLX_TYPE_A, WORLD_NO_DS, "co.uk"));
		CU_ASSERT_TRUE(
			world_proves(&world, "www.shop.co.uk", PLX_TYPE_A, WORLD_NO_DS, "co.uk"));
	}
	uk->lacks_denials = true;
	CU_ASSERT_TRUE(world_proves(&world, "www.co.uk", PLX_TYPE_A, WORLD_BOGUS(DENIAL_MISSING),
				    "co.uk"));
	end();
}

TEST(unsigned_child_that_nothing_tells_of_is_found_label_by_label)
{
	begin();
	struct world_zone *sub = world_add(&world, "sub.example.com", false);
	sub->server = example->server;
	CU_ASSERT_TRUE(world_proves(&world, "a.b.c.sub.example.com", PLX_TYPE_A, WORLD_NO_DS,
				    "sub.example.com"));
	CU_ASSERT_TRUE(world.driver.need_count <= 3 + 4);
	// Without that cut the same answer is bogus: each label is asked for.
	CU_ASSERT_TRUE(
		world_proves(&world, "a.b.c.example.com", PLX_TYPE_A, WORLD_SECURE, "example.com"));
	example->is_bare[WORLD_ANSWER] = true;
	CU_ASSERT_TRUE(world_proves(&world, "a.b.c.example.com", PLX_TYPE_A,
				    WORLD_BOGUS(SIGNATURE_MISSING), "example.com"));
	end();
}

// As if one server had all zones below "com".
static void reply_from_com(void *context, const struct proof_need *need,
			   struct proof_message *ret_message)
{
	world_reply(context, need, ret_message);
	ret_message->zone = com->name;
}

TEST(empty_answers_of_unsigned_zones_are_explained_by_a_cut_above)
{
	begin();
	struct world_zone *sub = world_add(&world, "sub.example.com", false);
	struct world_zone *plain = world_add(&world, "plain.com", false);
	struct world_zone *deep = world_add(&world, "deep.plain.com", false);
	sub->server = example->server;
	sub->lacks_soa = true;
	CU_ASSERT_TRUE(world_proves(&world, "nope.sub.example.com", PLX_TYPE_A, WORLD_NO_DS,
				    "sub.example.com"));
	// Only the zone of the answer is told, and the DS reply about it is as empty.
	plain->lacks_soa = true;
	deep->lacks_soa = true;
	world.hides_referrals = true;
	world.driver.answer = reply_from_com;
	CU_ASSERT_TRUE(
		world_proves(&world, "nope.deep.plain.com", PLX_TYPE_A, WORLD_NO_DS, "plain.com"));
	end();
}

TEST(cut_several_labels_below_its_parent_is_found)
{
	begin();
	world_add(&world, "deep.down.example.com", true);
	world_add(&world, "plain.down.example.com", false);
	for (unsigned i = 0; i < 2; i++) {
		world.hides_referrals = i == 1;
		CU_ASSERT_TRUE(world_proves(&world, "www.deep.down.example.com", PLX_TYPE_A,
					    WORLD_SECURE, "deep.down.example.com"));
		CU_ASSERT_TRUE(world_proves(&world, "www.plain.down.example.com", PLX_TYPE_A,
					    WORLD_NO_DS, "plain.down.example.com"));
	}
	end();
}

TEST(weakest_step_of_an_alias_chain_decides)
{
	begin();
	world_add(&world, "plain.com", false);
	struct world_zone *broken = world_add(&world, "broken.com", true);
	broken->faults[WORLD_ANSWER].is_wrong = true;
	world_add_alias(&world, "same.example.com", "www.example.com", false);
	world_add_alias(&world, "weak.example.com", "www.plain.com", false);
	world_add_alias(&world, "strong.plain.com", "www.example.com", false);
	world_add_alias(&world, "bad.example.com", "www.broken.com", false);
	world_add_alias(&world, "bad.plain.com", "www.broken.com", false);
	world_add_alias(&world, "gone.example.com", "nope.example.com", false);
	world_add_alias(&world, "far.com", "same.example.com", false);
	CU_ASSERT_TRUE(
		world_proves(&world, "same.example.com", PLX_TYPE_A, WORLD_SECURE, "example.com"));
	CU_ASSERT_EQUAL(world.driver.verdict.kind, JUDGED_RECORDS);
	CU_ASSERT_TRUE(world_proves(&world, "far.com", PLX_TYPE_A, WORLD_SECURE, "example.com"));
	struct plx_name owner = fixture_name("www.example.com");
	CU_ASSERT_TRUE(plx_name_equal(&world.driver.verdict.owner, &owner));
	CU_ASSERT_TRUE(
		world_proves(&world, "gone.example.com", PLX_TYPE_A, WORLD_SECURE, "example.com"));
	CU_ASSERT_TRUE(
		world_proves(&world, "weak.example.com", PLX_TYPE_A, WORLD_NO_DS, "plain.com"));
	CU_ASSERT_TRUE(
		world_proves(&world, "strong.plain.com", PLX_TYPE_A, WORLD_NO_DS, "plain.com"));
	CU_ASSERT_TRUE(plx_name_equal(&world.driver.verdict.owner, &owner));
	CU_ASSERT_TRUE(world_proves(&world, "bad.example.com", PLX_TYPE_A,
				    WORLD_BOGUS(SIGNATURE_WRONG), "broken.com"));
	CU_ASSERT_TRUE(world_proves(&world, "bad.plain.com", PLX_TYPE_A,
				    WORLD_BOGUS(SIGNATURE_WRONG), "broken.com"));
	// The alias itself is what is asked for.
	CU_ASSERT_TRUE(world_proves(&world, "weak.example.com", PLX_TYPE_CNAME, WORLD_SECURE,
				    "example.com"));
	end();
}

TEST(alias_within_one_message_may_cross_a_cut)
{
	begin();
	struct world_zone *sub = world_add(&world, "sub.example.com", false);
	sub->server = example->server;
	world_add_alias(&world, "www.example.com", "host.sub.example.com", false);
	world_add_alias(&world, "old.example.com", "nope.sub.example.com", false);
	CU_ASSERT_TRUE(world_proves(&world, "www.example.com", PLX_TYPE_A, WORLD_NO_DS,
				    "sub.example.com"));
	CU_ASSERT_TRUE(world_proves(&world, "old.example.com", PLX_TYPE_A, WORLD_NO_DS,
				    "sub.example.com"));
	sub->is_signed = true;
	sub->has_ds = true;
	CU_ASSERT_TRUE(world_proves(&world, "www.example.com", PLX_TYPE_A, WORLD_SECURE,
				    "sub.example.com"));
	sub->is_bare[WORLD_ANSWER] = true;
	CU_ASSERT_TRUE(world_proves(&world, "www.example.com", PLX_TYPE_A,
				    WORLD_BOGUS(SIGNATURE_MISSING), "sub.example.com"));
	end();
}

TEST(dname_is_judged_with_the_name_that_it_yields)
{
	begin();
	world_add(&world, "plain.com", false);
	world_add_alias(&world, "moved.example.com", "example.com", true);
	world_add_alias(&world, "lost.example.com", "plain.com", true);
	CU_ASSERT_TRUE(world_proves(&world, "www.moved.example.com", PLX_TYPE_A, WORLD_SECURE,
				    "example.com"));
	CU_ASSERT_EQUAL(world.driver.verdict.kind, JUDGED_RECORDS);
	CU_ASSERT_TRUE(
		world_proves(&world, "www.lost.example.com", PLX_TYPE_A, WORLD_NO_DS, "plain.com"));
	example->is_bare[WORLD_ANSWER] = true;
	CU_ASSERT_TRUE(world_proves(&world, "www.moved.example.com", PLX_TYPE_A,
				    WORLD_BOGUS(SIGNATURE_MISSING),
				    "www.moved.example.com")); // nor can it be shown to be no cut
	end();
}

TEST(anchor_below_the_root_is_where_the_walk_begins)
{
	begin();
	struct ds_set *set = &world.anchors.zones[world.anchors.zone_count++];
	struct dnskey key;
	*set = (struct ds_set) {.zone = example->name, .count = 1};
	set->entries[0] = (struct ds) {
		.tag = example->signer.tag, .algorithm = DNSSEC_ECDSAP256, .digest_type = 2};
	CU_ASSERT_EQUAL_FATAL(dnskey_parse(example->signer.dnskey, SIGNER_DNSKEY_BYTES, &key), 0);
	CU_ASSERT_EQUAL_FATAL(ds_digest(2, &example->name, &key, set->entries[0].digest,
					&set->entries[0].digest_length),
			      0);
	com->faults[WORLD_DS].is_wrong = true; // is not looked at
	CU_ASSERT_TRUE(
		world_proves(&world, "www.example.com", PLX_TYPE_A, WORLD_SECURE, "example.com"));
	CU_ASSERT_EQUAL(world.driver.need_count, 1);
	end();
}

#define CASES                                                                                      \
	T(signed_chain_with_referrals_needs_keys_only_all_at_once),                                \
		T(signed_chain_without_referrals_is_found_by_its_signers),                         \
		T(every_kind_of_answer_is_secure),                                                 \
		T(ds_is_judged_by_the_parents_keys_and_dnskey_by_the_zones),                       \
		T(zone_is_insecure_only_where_its_parent_proves_it),                               \
		T(what_lies_below_an_insecure_zone_is_insecure_signed_or_not),                     \
		T(parent_and_child_on_one_server_are_told_apart),                                  \
		T(unsigned_child_that_nothing_tells_of_is_found_label_by_label),                   \
		T(empty_answers_of_unsigned_zones_are_explained_by_a_cut_above),                   \
		T(cut_several_labels_below_its_parent_is_found),                                   \
		T(weakest_step_of_an_alias_chain_decides),                                         \
		T(alias_within_one_message_may_cross_a_cut),                                       \
		T(dname_is_judged_with_the_name_that_it_yields),                                   \
		T(anchor_below_the_root_is_where_the_walk_begins)

int main(void)
{
	static const struct test_entry tests[] = {CASES};
	return cunit_run("validation_proof_judge", tests, PLX_ARRAY_SIZE(tests));
}
