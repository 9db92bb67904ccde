// SPDX-License-Identifier: BSD-3-Clause

#include "quorum/perspective_set.h"

#include "cunit_runner.h"

#include <string.h>

#define REMOTES 5

// A primary in Frankfurt and five remotes, each its own resolver: all in order. Tests spoil a copy.
struct fixture {
	struct perspective_resolver resolvers[REMOTES + 1];
	struct perspective primary;
	struct perspective remotes[REMOTES];
	struct perspective_selection selection;
};

static void place(struct perspective *perspective, struct perspective_resolver *resolver,
		  const char *code, enum region region, double latitude, double longitude)
{
	*resolver = (struct perspective_resolver) {code, region, {latitude, longitude}};
	*perspective =
		(struct perspective) {code, code, region, {latitude, longitude}, resolver, 1};
}

static void prepare(struct fixture *f)
{
	place(&f->primary, &f->resolvers[REMOTES], "fra", REGION_RIPE_NCC, 50.11, 8.68);
	place(&f->remotes[0], &f->resolvers[0], "nyc", REGION_ARIN, 40.71, -74.01);
	place(&f->remotes[1], &f->resolvers[1], "lax", REGION_ARIN, 34.05, -118.24);
	place(&f->remotes[2], &f->resolvers[2], "sin", REGION_APNIC, 1.35, 103.82);
	place(&f->remotes[3], &f->resolvers[3], "gru", REGION_LACNIC, -23.55, -46.63);
	place(&f->remotes[4], &f->resolvers[4], "lis", REGION_RIPE_NCC, 38.72, -9.14);
}

static enum refusal_reason choose(struct fixture *f)
{
	perspective_set_select(&f->primary, f->remotes, REMOTES, &f->selection);
	return f->selection.reason;
}

TEST(distinct_remotes_are_all_used)
{
	struct fixture f;
	prepare(&f);
	CU_ASSERT_EQUAL(choose(&f), REFUSAL_NONE);
	CU_ASSERT_EQUAL(f.selection.used_count, REMOTES);
	for (unsigned i = 0; i < REMOTES; i++) {
		CU_ASSERT_EQUAL(f.selection.remote_reasons[i], REFUSAL_NONE);
	}
}

// Vector 112.
TEST(a_remote_450_km_from_the_primary_is_dropped_and_the_rest_judged)
{
	struct fixture f;
	prepare(&f);
	place(&f.remotes[4], &f.resolvers[4], "near", REGION_RIPE_NCC, 50.11 + 450 / 111.2, 8.68);
	CU_ASSERT_EQUAL(choose(&f), REFUSAL_NONE);
	CU_ASSERT_EQUAL(f.selection.used_count, REMOTES - 1);
	CU_ASSERT_EQUAL(f.selection.remote_reasons[4], REFUSAL_NOT_DISTINCT);
	CU_ASSERT_EQUAL(f.selection.remote_reasons[3], REFUSAL_NONE);
}

TEST(of_two_remotes_too_close_the_first_is_used)
{
	struct fixture f;
	prepare(&f);
	place(&f.remotes[1], &f.resolvers[1], "bos", REGION_ARIN, 42.36, -71.06);
	CU_ASSERT_EQUAL(choose(&f), REFUSAL_NONE);
	CU_ASSERT_EQUAL(f.selection.remote_reasons[0], REFUSAL_NONE);
	CU_ASSERT_EQUAL(f.selection.remote_reasons[1], REFUSAL_NOT_DISTINCT);
}

TEST(a_dropped_remote_keeps_nobody_else_out)
{
	struct fixture f;
	prepare(&f);
	// A chain of 400 km steps from the primary: the first falls, the second stands 800 km off.
	place(&f.remotes[0], &f.resolvers[0], "one", REGION_RIPE_NCC, 50.11 + 3.6, 8.68);
	place(&f.remotes[1], &f.resolvers[1], "two", REGION_RIPE_NCC, 50.11 + 7.2, 8.68);
	CU_ASSERT_EQUAL(choose(&f), REFUSAL_NONE);
	CU_ASSERT_EQUAL(f.selection.remote_reasons[0], REFUSAL_NOT_DISTINCT);
	CU_ASSERT_EQUAL(f.selection.remote_reasons[1], REFUSAL_NONE);
}

TEST(one_code_is_one_perspective_wherever_it_claims_to_be)
{
	struct fixture f;
	prepare(&f);
	f.remotes[3].code = "NYC";
	f.remotes[4].code = "fra";
	CU_ASSERT_EQUAL(choose(&f), REFUSAL_NONE);
	CU_ASSERT_EQUAL(f.selection.remote_reasons[3], REFUSAL_NOT_DISTINCT);
	CU_ASSERT_EQUAL(f.selection.remote_reasons[4], REFUSAL_NOT_DISTINCT);
}

TEST(a_remote_without_a_place_is_not_used)
{
	struct fixture f;
	prepare(&f);
	f.remotes[0].region = REGION_UNKNOWN;
	f.remotes[1].place = (struct coordinates) {0};
	f.remotes[2].code = NULL;
	f.remotes[3] = (struct perspective) {0};
	CU_ASSERT_EQUAL(choose(&f), REFUSAL_NONE);
	CU_ASSERT_EQUAL(f.selection.used_count, 1);
	for (unsigned i = 0; i < 4; i++) {
		CU_ASSERT_EQUAL(f.selection.remote_reasons[i], REFUSAL_PLACE_UNKNOWN);
	}
}

// Vector 113.
TEST(resolvers_400_km_apart_make_the_attempt_non_compliant)
{
	struct fixture f;
	prepare(&f);
	f.resolvers[1].place =
		(struct coordinates) {40.71 + 400 / 111.2, -74.01}; // of lax, but near nyc's
	CU_ASSERT_EQUAL(choose(&f), REFUSAL_RESOLVERS_NOT_DISTINCT);
	CU_ASSERT_EQUAL(f.selection.first, 0);
	CU_ASSERT_EQUAL(f.selection.second, 1);
}

// Vector 113.
TEST(a_shared_resolver_makes_the_attempt_non_compliant)
{
	struct fixture f;
	prepare(&f);
	f.resolvers[0].id = "192.0.2.53";
	f.resolvers[1].id = "192.0.2.53"; // two places claimed, as with anycast
	CU_ASSERT_EQUAL(choose(&f), REFUSAL_RESOLVERS_NOT_DISTINCT);
	prepare(&f);
	f.remotes[4].resolvers = f.primary.resolvers;
	CU_ASSERT_EQUAL(choose(&f), REFUSAL_RESOLVERS_NOT_DISTINCT);
	CU_ASSERT_EQUAL(f.selection.first, -1);
	CU_ASSERT_EQUAL(f.selection.second, 4);
}

TEST(resolvers_of_a_dropped_remote_do_not_matter)
{
	struct fixture f;
	prepare(&f);
	place(&f.remotes[4], &f.resolvers[4], "near", REGION_RIPE_NCC, 50.5, 8.68);
	f.remotes[4].resolvers = f.primary.resolvers;
	CU_ASSERT_EQUAL(choose(&f), REFUSAL_NONE);
	CU_ASSERT_EQUAL(f.selection.used_count, REMOTES - 1);
}

TEST(a_second_resolver_of_the_same_perspective_may_stand_beside_the_first)
{
	struct fixture f;
	prepare(&f);
	struct perspective_resolver pair[] = {f.resolvers[0], f.resolvers[0]};
	pair[1].id = "nyc-2";
	f.remotes[0].resolvers = pair;
	f.remotes[0].resolver_count = 2;
	CU_ASSERT_EQUAL(choose(&f), REFUSAL_NONE);
	pair[1].id = "sin"; // but not be another's
	CU_ASSERT_EQUAL(choose(&f), REFUSAL_RESOLVERS_NOT_DISTINCT);
}

TEST(a_resolver_in_another_region_makes_the_attempt_non_compliant)
{
	struct fixture f;
	prepare(&f);
	f.resolvers[2].region = REGION_ARIN;
	CU_ASSERT_EQUAL(choose(&f), REFUSAL_RESOLVER_REGION);
	CU_ASSERT_EQUAL(f.selection.first, 2);
	prepare(&f);
	f.resolvers[REMOTES].region = REGION_ARIN; // the primary's
	CU_ASSERT_EQUAL(choose(&f), REFUSAL_RESOLVER_REGION);
	CU_ASSERT_EQUAL(f.selection.first, -1);
}

TEST(resolvers_that_say_nothing_make_the_attempt_non_compliant)
{
	struct fixture f;
	prepare(&f);
	f.remotes[1].resolver_count = 0;
	CU_ASSERT_EQUAL(choose(&f), REFUSAL_RESOLVER_UNKNOWN);
	prepare(&f);
	f.remotes[1].resolver_count = PERSPECTIVE_RESOLVERS_MAX + 1;
	CU_ASSERT_EQUAL(choose(&f), REFUSAL_RESOLVER_UNKNOWN);
	prepare(&f);
	f.resolvers[1].id = "";
	CU_ASSERT_EQUAL(choose(&f), REFUSAL_RESOLVER_UNKNOWN);
	prepare(&f);
	f.resolvers[1].place = (struct coordinates) {0};
	CU_ASSERT_EQUAL(choose(&f), REFUSAL_PLACE_UNKNOWN);
}

TEST(zeroed_and_oversized_sets_never_comply)
{
	struct fixture f;
	memset(&f, 0, sizeof(f));
	CU_ASSERT_EQUAL(f.selection.reason, REFUSAL_NOT_EVALUATED);
	CU_ASSERT_EQUAL(choose(&f), REFUSAL_PLACE_UNKNOWN);
	CU_ASSERT_EQUAL(f.selection.used_count, 0);
	prepare(&f);
	struct perspective many[PERSPECTIVE_REMOTES_MAX + 1] = {0};
	perspective_set_select(&f.primary, many, PERSPECTIVE_REMOTES_MAX + 1, &f.selection);
	CU_ASSERT_EQUAL(f.selection.reason, REFUSAL_TOO_MANY_REMOTES);
}

TEST_MAIN(perspective_set, T(distinct_remotes_are_all_used),
	  T(a_remote_450_km_from_the_primary_is_dropped_and_the_rest_judged),
	  T(of_two_remotes_too_close_the_first_is_used), T(a_dropped_remote_keeps_nobody_else_out),
	  T(one_code_is_one_perspective_wherever_it_claims_to_be),
	  T(a_remote_without_a_place_is_not_used),
	  T(resolvers_400_km_apart_make_the_attempt_non_compliant),
	  T(a_shared_resolver_makes_the_attempt_non_compliant),
	  T(resolvers_of_a_dropped_remote_do_not_matter),
	  T(a_second_resolver_of_the_same_perspective_may_stand_beside_the_first),
	  T(a_resolver_in_another_region_makes_the_attempt_non_compliant),
	  T(resolvers_that_say_nothing_make_the_attempt_non_compliant),
	  T(zeroed_and_oversized_sets_never_comply))
