// SPDX-License-Identifier: BSD-3-Clause
// What is remembered of zones, for how long, how much of it, and that nothing unproved gets in.

#include "validation/trust_cache.h"

#include "cunit_runner.h"
#include "unit/dnssec/zone_fixture.h"
#include "world_verdict.h"

#include <parallax/base/attributes.h>

#include <parallax/dns/rr_type.h>

#include <stdio.h>
#include <string.h>

#define ZONES_MAX 8
#define NOW FIXTURE_NOW
#define LONG_S 10000000

static struct trust_cache *cache;

static void open_cache(uint32_t zones_max)
{
	struct trust_cache_config config = {
		.hash_key = {5, 6}, .zones_max = zones_max, .rrsets_max = 64};
	cache = trust_cache_create(&config);
	CU_ASSERT_PTR_NOT_NULL_FATAL(cache);
}

static void put(const char *name, enum trust_kind kind, int64_t ttl_s)
{
	struct plx_name wire = fixture_name(name);
	struct zone_trust trust = {.kind = kind, .expires_s = NOW + ttl_s};
	if (kind == TRUST_KEYS) {
		trust.keys = zone_keys_create(key_set_create(&wire));
	}
	trust_cache_put(cache, &wire, &trust, NOW);
	zone_keys_release(trust.keys);
}

static enum trust_kind kind_at(const char *name, int64_t now_s)
{
	struct plx_name wire = fixture_name(name);
	struct zone_trust trust = {0};
	if (!trust_cache_find(cache, &wire, now_s, &trust)) {
		return TRUST_NOT_EVALUATED;
	}
	zone_keys_release(trust.keys);
	return trust.kind;
}

TEST(what_was_proved_is_found_until_its_time_is_over)
{
	open_cache(ZONES_MAX);
	put("a.test", TRUST_KEYS, 300);
	CU_ASSERT_EQUAL(kind_at("a.test", NOW + 299), TRUST_KEYS);
	CU_ASSERT_EQUAL(kind_at("b.test", NOW), TRUST_NOT_EVALUATED);
	CU_ASSERT_EQUAL(kind_at("test", NOW), TRUST_NOT_EVALUATED);
	CU_ASSERT_EQUAL(kind_at("a.test", NOW + 300), TRUST_NOT_EVALUATED);
	put("a.test", TRUST_KEYS, 0);
	CU_ASSERT_EQUAL(kind_at("a.test", NOW), TRUST_NOT_EVALUATED);
	trust_cache_destroy(cache);
}

TEST(keys_are_kept_a_day_and_denials_an_hour_at_most)
{
	open_cache(ZONES_MAX);
	put("keys.test", TRUST_KEYS, LONG_S);
	put("unsigned.test", TRUST_UNSIGNED, LONG_S);
	put("inside.test", TRUST_NOT_A_CUT, LONG_S);
	CU_ASSERT_EQUAL(kind_at("unsigned.test", NOW + 3599), TRUST_UNSIGNED);
	CU_ASSERT_EQUAL(kind_at("inside.test", NOW + 3599), TRUST_NOT_A_CUT);
	CU_ASSERT_EQUAL(kind_at("unsigned.test", NOW + 3600), TRUST_NOT_EVALUATED);
	CU_ASSERT_EQUAL(kind_at("inside.test", NOW + 3600), TRUST_NOT_EVALUATED);
	CU_ASSERT_EQUAL(kind_at("keys.test", NOW + 86399), TRUST_KEYS);
	CU_ASSERT_EQUAL(kind_at("keys.test", NOW + 86400), TRUST_NOT_EVALUATED);
	trust_cache_destroy(cache);
}

TEST(clock_that_is_set_back_makes_nothing_last_longer)
{
	open_cache(ZONES_MAX);
	put("unsigned.test", TRUST_UNSIGNED, LONG_S);
	put("keys.test", TRUST_KEYS, LONG_S);
	CU_ASSERT_EQUAL(kind_at("unsigned.test", NOW - 1), TRUST_NOT_EVALUATED);
	CU_ASSERT_EQUAL(kind_at("keys.test", NOW - 1), TRUST_NOT_EVALUATED);
	put("brief.test", TRUST_UNSIGNED, 300);
	CU_ASSERT_EQUAL(kind_at("brief.test", NOW - 1), TRUST_UNSIGNED);
	CU_ASSERT_EQUAL(kind_at("brief.test", NOW - 3301), TRUST_NOT_EVALUATED);
	// It was forgotten: that the clock goes on does not bring it back.
	CU_ASSERT_EQUAL(kind_at("brief.test", NOW), TRUST_NOT_EVALUATED);
	trust_cache_destroy(cache);
}

TEST(newer_proof_takes_the_place_of_the_older)
{
	open_cache(ZONES_MAX);
	put("a.test", TRUST_UNSIGNED, 300);
	put("a.test", TRUST_KEYS, 300);
	CU_ASSERT_EQUAL(kind_at("a.test", NOW), TRUST_KEYS);
	trust_cache_destroy(cache);
}

TEST(zone_not_asked_for_the_longest_time_makes_room)
{
	char name[32];
	open_cache(ZONES_MAX);
	put("often.test", TRUST_KEYS, 300);
	for (unsigned i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "n%u.test", i);
		put(name, i % 2 == 0 ? TRUST_KEYS : TRUST_NOT_A_CUT, 300);
		CU_ASSERT_EQUAL(kind_at("often.test", NOW), TRUST_KEYS);
	}
	unsigned known = 0;
	for (unsigned i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "n%u.test", i);
		known += kind_at(name, NOW) != TRUST_NOT_EVALUATED;
	}
	CU_ASSERT_EQUAL(known, ZONES_MAX - 1);
	trust_cache_destroy(cache);
}

TEST(keys_in_use_outlive_their_place_in_the_cache)
{
	struct zone_trust trust;
	struct plx_name name = fixture_name("a.test");
	open_cache(1);
	put("a.test", TRUST_KEYS, 300);
	CU_ASSERT_TRUE_FATAL(trust_cache_find(cache, &name, NOW, &trust));
	put("b.test", TRUST_KEYS, 300);
	CU_ASSERT_TRUE(plx_name_equal(&trust.keys->set->zone, &name));
	trust_cache_destroy(cache);
	CU_ASSERT_EQUAL(trust.keys->holder_count, 1);
	zone_keys_release(trust.keys);
}

TEST(flush_forgets_the_zone_and_what_lies_below)
{
	struct plx_name zone = fixture_name("test");
	struct plx_name root = fixture_name(".");
	open_cache(ZONES_MAX);
	put(".", TRUST_KEYS, 300);
	put("test", TRUST_KEYS, 300);
	put("a.test", TRUST_UNSIGNED, 300);
	put("contest", TRUST_KEYS, 300);
	CU_ASSERT_EQUAL(trust_cache_flush(cache, &zone), 2);
	CU_ASSERT_EQUAL(kind_at("a.test", NOW), TRUST_NOT_EVALUATED);
	CU_ASSERT_EQUAL(kind_at("contest", NOW), TRUST_KEYS);
	CU_ASSERT_EQUAL(trust_cache_flush(cache, &root), 2);
	CU_ASSERT_EQUAL(trust_cache_flush(cache, &root), 0);
	trust_cache_destroy(cache);
}

TEST(cache_without_room_is_refused)
{
	struct trust_cache_config config = {.zones_max = 0, .rrsets_max = 64};
	CU_ASSERT_PTR_NULL(trust_cache_create(&config));
	config = (struct trust_cache_config) {.zones_max = 8, .rrsets_max = 0};
	CU_ASSERT_PTR_NULL(trust_cache_create(&config));
	trust_cache_destroy(NULL);
}

// A chain of a few zones, judged with a cache.
static struct world world;
static struct world_zone *com;
static struct world_zone *example;

static void begin_world(void)
{
	world_init(&world);
	com = world_add(&world, "com", true);
	example = world_add(&world, "example.com", true);
	world_add(&world, "plain.com", false);
	open_cache(64);
	world.driver.judge.cache = cache;
}

static void end_world(void)
{
	trust_cache_destroy(cache);
	world_fini(&world);
}

static unsigned checks(void)
{
	return (unsigned)(VALIDATIONS_PER_LOOKUP_MAX - world.budget.validations_left);
}

TEST(second_proof_of_a_zone_needs_nothing_but_its_answers_signature)
{
	begin_world();
	world.hides_referrals = true;
	CU_ASSERT_TRUE(
		world_proves(&world, "www.example.com", PLX_TYPE_A, WORLD_SECURE, "example.com"));
	CU_ASSERT_EQUAL(checks(), 6);
	CU_ASSERT_TRUE(
		world_proves(&world, "ftp.example.com", PLX_TYPE_A, WORLD_SECURE, "example.com"));
	CU_ASSERT_EQUAL(checks(), 1);
	CU_ASSERT_EQUAL(world.driver.need_count, 0);
	CU_ASSERT_TRUE(world_proves(&world, "www.plain.com", PLX_TYPE_A, WORLD_NO_DS, "plain.com"));
	CU_ASSERT_TRUE(world_proves(&world, "ftp.plain.com", PLX_TYPE_A, WORLD_NO_DS, "plain.com"));
	CU_ASSERT_EQUAL(world.driver.need_count, 0);
	CU_ASSERT_TRUE(world_proves_failed(&world, "example.com", WORLD_SECURE, "example.com"));
	CU_ASSERT_EQUAL(world.driver.need_count, 0);
	CU_ASSERT_EQUAL(checks(), 0);
	end_world();
}

TEST(proof_that_begins_anew_each_round_checks_no_signature_twice)
{
	begin_world();
	world.hides_referrals = true;
	world.driver.judge.cache = NULL;
	world.driver.judge.judge.memory = trust_cache_signatures(cache);
	CU_ASSERT_TRUE(
		world_proves(&world, "www.example.com", PLX_TYPE_A, WORLD_SECURE, "example.com"));
	CU_ASSERT_EQUAL(checks(), 6);
	CU_ASSERT_TRUE(world.driver.need_count > 0);
	end_world();
}

// As the root has it while its key is changed.
static void add_anchor_of_sha384(void)
{
	struct ds_set *set = &world.anchors.zones[0];
	struct dnskey key;
	struct ds *ds = &set->entries[set->count++];
	*ds = set->entries[0];
	ds->digest_type = DNSSEC_DIGEST_SHA384;
	CU_ASSERT_EQUAL_FATAL(dnskey_parse(world.zones[0].signer.dnskey, SIGNER_DNSKEY_BYTES, &key),
			      0);
	CU_ASSERT_EQUAL_FATAL(ds_digest(DNSSEC_DIGEST_SHA384, &world.zones[0].name, &key,
					ds->digest, &ds->digest_length),
			      0);
}

// RFC 8659 3. Each step begins at the root's keys, all have one budget.
TEST(climb_for_evidence_from_a_deep_name_stays_within_its_budget)
{
	const char *name = "l.k.j.i.h.g.f.e.d.c.b.a.example.com";
	begin_world();
	world.driver.judge.cache = NULL;
	add_anchor_of_sha384();
	for (; strcmp(name, "com") != 0; name = strchr(name, '.') + 1) {
		// The world signs anew what zones have signed once, and what would be remembered.
		world.budget.validations_left = VALIDATIONS_PER_LOOKUP_MAX;
		world_look_up(&world, name, PLX_TYPE_CAA);
		CU_ASSERT_EQUAL(world_prove(&world), PLX_DNSSEC_SECURE);
	}
	CU_ASSERT_TRUE(world.budget.digests_left > 0);
	end_world();
}

TEST(nothing_that_failed_is_remembered)
{
	begin_world();
	example->faults[WORLD_DNSKEY].is_wrong = true;
	CU_ASSERT_TRUE(world_proves(&world, "www.example.com", PLX_TYPE_A,
				    WORLD_BOGUS(SIGNATURE_WRONG), "example.com"));
	CU_ASSERT_EQUAL(kind_at("example.com", NOW), TRUST_NOT_EVALUATED);
	CU_ASSERT_EQUAL(kind_at("com", NOW), TRUST_KEYS);
	example->faults[WORLD_DNSKEY].is_wrong = false;
	CU_ASSERT_TRUE(
		world_proves(&world, "www.example.com", PLX_TYPE_A, WORLD_SECURE, "example.com"));
	com->is_bare[WORLD_DENIAL] = true;
	CU_ASSERT_TRUE(world_proves(&world, "www.plain.com", PLX_TYPE_A,
				    WORLD_BOGUS(SIGNATURE_MISSING), "plain.com"));
	CU_ASSERT_EQUAL(kind_at("plain.com", NOW), TRUST_NOT_EVALUATED);
	end_world();
}

TEST(keys_last_no_longer_than_what_vouches_for_them)
{
	begin_world();
	CU_ASSERT_TRUE(
		world_proves(&world, "www.example.com", PLX_TYPE_A, WORLD_SECURE, "example.com"));
	CU_ASSERT_EQUAL(kind_at("example.com", NOW + 299), TRUST_KEYS);
	CU_ASSERT_EQUAL(kind_at("example.com", NOW + 300), TRUST_NOT_EVALUATED);
	end_world();
}

TEST(proof_is_the_same_in_a_cache_that_holds_one_zone)
{
	begin_world();
	trust_cache_destroy(cache);
	open_cache(1);
	world.driver.judge.cache = cache;
	for (unsigned i = 0; i < 3; i++) {
		CU_ASSERT_TRUE(world_proves(&world, "www.example.com", PLX_TYPE_A, WORLD_SECURE,
					    "example.com"));
		CU_ASSERT_TRUE(world_proves(&world, "www.plain.com", PLX_TYPE_A, WORLD_NO_DS,
					    "plain.com"));
	}
	end_world();
}

TEST(cache_for_more_than_it_can_count_has_what_it_can_count)
{
	struct trust_cache_config config = {
		.hash_key = {5, 6}, .zones_max = UINT32_MAX, .rrsets_max = UINT32_MAX};
	cache = trust_cache_create(&config);
	CU_ASSERT_PTR_NOT_NULL_FATAL(cache);
	put("a.test", TRUST_KEYS, LONG_S);
	CU_ASSERT_EQUAL(kind_at("a.test", NOW), TRUST_KEYS);
	trust_cache_destroy(cache);
}

#define CASES                                                                                      \
	T(what_was_proved_is_found_until_its_time_is_over),                                        \
		T(keys_are_kept_a_day_and_denials_an_hour_at_most),                                \
		T(clock_that_is_set_back_makes_nothing_last_longer),                               \
		T(newer_proof_takes_the_place_of_the_older),                                       \
		T(zone_not_asked_for_the_longest_time_makes_room),                                 \
		T(keys_in_use_outlive_their_place_in_the_cache),                                   \
		T(flush_forgets_the_zone_and_what_lies_below), T(cache_without_room_is_refused),   \
		T(cache_for_more_than_it_can_count_has_what_it_can_count),                         \
		T(second_proof_of_a_zone_needs_nothing_but_its_answers_signature),                 \
		T(proof_that_begins_anew_each_round_checks_no_signature_twice),                    \
		T(climb_for_evidence_from_a_deep_name_stays_within_its_budget),                    \
		T(nothing_that_failed_is_remembered),                                              \
		T(keys_last_no_longer_than_what_vouches_for_them),                                 \
		T(proof_is_the_same_in_a_cache_that_holds_one_zone)

int main(void)
{
	static const struct test_entry tests[] = {CASES};
	return cunit_run("validation_trust_cache", tests, PLX_ARRAY_SIZE(tests));
}
