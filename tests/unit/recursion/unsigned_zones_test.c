// SPDX-License-Identifier: BSD-3-Clause
// What is remembered of unsigned zones: for which names, for how long, and that nothing else is taken for unsigned.

#include "recursion/unsigned_zones.h"

#include "cunit_runner.h"
#include "unit/iteration/scripted_reply.h"

#include <parallax/dns/rr_type.h>

#include <stdio.h>

#define NOW 1700000000
#define HOUR 3600

static struct trust_anchors anchors;
static struct unsigned_zones *zones;

static void start(void)
{
	static const struct plx_siphash_key key = {1, 2};
	anchors.zone_count = 1;
	anchors.zones[0].zone = scripted_name(".");
	zones = unsigned_zones_create(&anchors, &key);
	CU_ASSERT_PTR_NOT_NULL_FATAL(zones);
}

static void put(const char *name, int64_t ttl_s)
{
	struct plx_name wire = scripted_name(name);
	const struct unsigned_zone zone = {.expires_s = NOW + ttl_s, .cause = DNSSEC_CAUSE_NO_DS};
	unsigned_zones_put(zones, &wire, &zone, NOW);
}

static bool knows_type(const char *name, uint16_t type, int64_t now_s)
{
	struct plx_name wire = scripted_name(name);
	struct unsigned_zone zone = {0};
	bool is_known = unsigned_zones_find(zones, &wire, type, now_s, &zone);
	CU_ASSERT_EQUAL(zone.cause == DNSSEC_CAUSE_NO_DS, is_known);
	CU_ASSERT_EQUAL(zone.expires_s > now_s, is_known);
	return is_known;
}

static bool knows(const char *name, int64_t now_s)
{
	return knows_type(name, PLX_TYPE_CAA, now_s);
}

TEST(a_zone_counts_for_itself_and_all_below_and_nothing_else)
{
	start();
	CU_ASSERT_FALSE(knows("plain.test", NOW));
	put("plain.test", 300);
	CU_ASSERT_TRUE(knows("plain.test", NOW));
	CU_ASSERT_TRUE(knows("www.plain.test", NOW));
	CU_ASSERT_TRUE(knows("a.b.c.d.e.f.g.h.plain.test", NOW));
	CU_ASSERT_FALSE(knows("test", NOW));
	CU_ASSERT_FALSE(knows(".", NOW));
	CU_ASSERT_FALSE(knows("signed.test", NOW));
	CU_ASSERT_FALSE(knows("unplain.test", NOW));
	CU_ASSERT_FALSE(knows("plain.test.example", NOW));
	unsigned_zones_destroy(zones);
}

TEST(the_ds_of_a_zone_is_its_parents)
{
	start();
	put("plain.test", 300);
	CU_ASSERT_FALSE(knows_type("plain.test", PLX_TYPE_DS, NOW));
	CU_ASSERT_TRUE(knows_type("sub.plain.test", PLX_TYPE_DS, NOW));
	CU_ASSERT_FALSE(knows_type(".", PLX_TYPE_DS, NOW));
	unsigned_zones_destroy(zones);
}

TEST(it_is_known_until_its_time_is_over_and_for_an_hour_at_most)
{
	start();
	put("plain.test", 300);
	CU_ASSERT_TRUE(knows("www.plain.test", NOW + 299));
	CU_ASSERT_FALSE(knows("www.plain.test", NOW + 300));
	put("plain.test", 10 * HOUR);
	CU_ASSERT_TRUE(knows("www.plain.test", NOW + HOUR - 1));
	CU_ASSERT_FALSE(knows("www.plain.test", NOW + HOUR));
	put("gone.test", 0);
	put("past.test", -1);
	CU_ASSERT_FALSE(knows("gone.test", NOW - 10));
	CU_ASSERT_FALSE(knows("past.test", NOW - 10));
	unsigned_zones_destroy(zones);
}

TEST(it_is_not_known_for_longer_when_the_clock_is_set_back)
{
	start();
	put("plain.test", 300);
	CU_ASSERT_TRUE(knows("www.plain.test", NOW - 1));
	CU_ASSERT_FALSE(knows("www.plain.test", NOW - HOUR));
	CU_ASSERT_FALSE(knows("www.plain.test", NOW - 10000 * HOUR));
	unsigned_zones_destroy(zones);
}

TEST(below_a_trust_anchor_only_what_was_proved_from_there_counts)
{
	start();
	put("plain.test", 300);
	anchors.zone_count = 2;
	anchors.zones[1].zone = scripted_name("island.plain.test");
	CU_ASSERT_TRUE(knows("www.plain.test", NOW));
	CU_ASSERT_FALSE(knows("island.plain.test", NOW));
	CU_ASSERT_FALSE(knows("www.island.plain.test", NOW));
	put("sub.island.plain.test", 300);
	CU_ASSERT_TRUE(knows("www.sub.island.plain.test", NOW));
	// Without an anchor above it all is indeterminate.
	anchors.zones[0].zone = scripted_name("elsewhere");
	CU_ASSERT_FALSE(knows("www.plain.test", NOW));
	CU_ASSERT_TRUE(knows("www.sub.island.plain.test", NOW));
	unsigned_zones_destroy(zones);
}

TEST(a_flush_forgets_a_zone_and_all_below)
{
	struct plx_name test = scripted_name("test");
	struct plx_name root = scripted_name(".");
	start();
	put("plain.test", 300);
	put("sub.other.test", 300);
	put("plain.example", 300);
	unsigned_zones_flush(zones, &test);
	CU_ASSERT_FALSE(knows("www.plain.test", NOW));
	CU_ASSERT_FALSE(knows("sub.other.test", NOW));
	CU_ASSERT_TRUE(knows("www.plain.example", NOW));
	unsigned_zones_flush(zones, &root);
	CU_ASSERT_FALSE(knows("www.plain.example", NOW));
	unsigned_zones_destroy(zones);
}

TEST(what_is_used_stays_however_many_zones_come)
{
	char name[32];
	unsigned kept_count = 0;
	start();
	put("test", HOUR);
	for (unsigned i = 0; i < 50000; i++) {
		snprintf(name, sizeof(name), "d%u.example", i);
		put(name, HOUR);
		CU_ASSERT_TRUE(knows(name, NOW));
		CU_ASSERT_TRUE_FATAL(knows("www.a.test", NOW));
	}
	for (unsigned i = 0; i < 50000; i++) {
		snprintf(name, sizeof(name), "d%u.example", i);
		kept_count += knows(name, NOW);
	}
	CU_ASSERT_TRUE(kept_count > 3000 && kept_count <= 4096);
	unsigned_zones_destroy(zones);
}

TEST(zones_deep_below_the_root_are_not_remembered)
{
	start();
	put("f.e.d.c.b.a", 300);
	put("7.6.5.4.3.2.1", 300);
	CU_ASSERT_TRUE(knows("x.f.e.d.c.b.a", NOW));
	CU_ASSERT_FALSE(knows("7.6.5.4.3.2.1", NOW));
	unsigned_zones_destroy(zones);
}

TEST_MAIN(unsigned_zones, T(a_zone_counts_for_itself_and_all_below_and_nothing_else),
	  T(the_ds_of_a_zone_is_its_parents),
	  T(it_is_known_until_its_time_is_over_and_for_an_hour_at_most),
	  T(it_is_not_known_for_longer_when_the_clock_is_set_back),
	  T(below_a_trust_anchor_only_what_was_proved_from_there_counts),
	  T(a_flush_forgets_a_zone_and_all_below), T(what_is_used_stays_however_many_zones_come),
	  T(zones_deep_below_the_root_are_not_remembered))
