// SPDX-License-Identifier: BSD-3-Clause

#include "quorum/cohort.h"

#include "quorum/cohort_seed.h"
#include "quorum/mersenne_twister.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

// A cohort of three or more is first given members of this many regions.
#define COHORT_REGIONS_MIN 2

// Perspectives not yet dealt, by region, first come first served.
struct pool {
	const struct cohort_perspective *perspectives;
	uint8_t waiting[REGION_COUNT][COHORT_PERSPECTIVES_MAX];
	size_t counts[REGION_COUNT];
	enum region regions[REGION_COUNT]; // in order of their first perspective
	size_t region_count;
	size_t total;
	size_t turn; // which of the regions is next to give
};

struct draft {
	uint8_t members[COHORT_PERSPECTIVES_MAX];
	size_t count;
};

// Cohorts in the making, as a list that keeps its order. The smallest cohort has two members.
struct draft_list {
	struct draft drafts[COHORT_PERSPECTIVES_MAX / 2];
	size_t count;
};

static void pool_give(struct pool *pool, uint8_t perspective)
{
	enum region region = pool->perspectives[perspective].region;
	pool->waiting[region][pool->counts[region]++] = perspective;
	pool->total++;
}

static uint8_t pool_take(struct pool *pool, enum region region)
{
	uint8_t first = pool->waiting[region][0];
	pool->counts[region]--;
	pool->total--;
	memmove(pool->waiting[region], pool->waiting[region] + 1, pool->counts[region]);
	return first;
}

static void pool_give_all(struct pool *pool, const struct draft *draft)
{
	for (size_t i = 0; i < draft->count; i++) {
		pool_give(pool, draft->members[i]);
	}
}

// The next region in turn, empty or not.
static enum region pool_next_region(struct pool *pool)
{
	enum region region = pool->regions[pool->turn];
	pool->turn = (pool->turn + 1) % pool->region_count;
	return region;
}

static void pool_fill(struct pool *pool, const struct cohort_perspective *perspectives,
		      const uint8_t *order, size_t count)
{
	*pool = (struct pool) {.perspectives = perspectives};
	for (size_t i = 0; i < count; i++) {
		enum region region = perspectives[order[i]].region;
		if (pool->counts[region] == 0) {
			pool->regions[pool->region_count++] = region;
		}
		pool_give(pool, order[i]);
	}
}

static void draft_add(struct draft *draft, uint8_t perspective)
{
	draft->members[draft->count++] = perspective;
}

static void draft_list_add(struct draft_list *list, const struct draft *draft)
{
	list->drafts[list->count++] = *draft;
}

static void draft_list_remove(struct draft_list *list, size_t index)
{
	list->count--;
	memmove(&list->drafts[index], &list->drafts[index + 1],
		(list->count - index) * sizeof(list->drafts[0]));
}

// Two members: pairs, region after region; neither regions nor distance are demanded of them.
static void make_pairs(struct pool *pool, struct draft_list *ret_full)
{
	while (pool->total >= 2) {
		struct draft pair = {.count = 0};
		while (pair.count < 2) {
			enum region region = pool_next_region(pool);
			if (pool->counts[region] > 0) {
				draft_add(&pair, pool_take(pool, region));
			}
		}
		draft_list_add(ret_full, &pair);
	}
}

static bool has_region(const struct pool *pool, const struct draft *draft, enum region region)
{
	for (size_t i = 0; i < draft->count; i++) {
		if (pool->perspectives[draft->members[i]].region == region) {
			return true;
		}
	}
	return false;
}

// First pass: region after region gives one perspective to each cohort in turn, until it runs out or comes round to a
// cohort that it gave to already. A cohort of two regions leaves the round. What stays with less is undone.
static void deal_regions(struct pool *pool, size_t cohort_count, struct draft_list *ret_started)
{
	struct draft_list fresh = {.count = cohort_count};
	size_t at = 0;
	for (size_t i = 0; i < pool->region_count; i++) {
		enum region region = pool->regions[i];
		while (at < fresh.count && pool->counts[region] > 0 &&
		       !has_region(pool, &fresh.drafts[at], region)) {
			draft_add(&fresh.drafts[at], pool_take(pool, region));
			if (fresh.drafts[at].count == COHORT_REGIONS_MIN) {
				draft_list_add(ret_started, &fresh.drafts[at]);
				draft_list_remove(&fresh, at);
			} else {
				at++;
			}
			if (at >= fresh.count) {
				at = 0;
			}
		}
	}
	for (size_t i = 0; i < fresh.count; i++) {
		pool_give_all(pool, &fresh.drafts[i]);
	}
}

static bool is_too_close(const struct pool *pool, uint8_t candidate, const struct draft *draft)
{
	const struct cohort_perspective *newcomer = &pool->perspectives[candidate];
	for (size_t i = 0; i < draft->count; i++) {
		const char *code = pool->perspectives[draft->members[i]].code;
		for (size_t j = 0; j < newcomer->too_close_count; j++) {
			if (strcmp(newcomer->too_close_codes[j], code) == 0) {
				return true;
			}
		}
	}
	return false;
}

// Adds the region's first perspective that is not too close; those before it are set aside.
static void draft_add_of_region(struct draft *draft, struct pool *pool, enum region region,
				struct draft *aside)
{
	while (pool->counts[region] > 0) {
		uint8_t candidate = pool_take(pool, region);
		if (!is_too_close(pool, candidate, draft)) {
			draft_add(draft, candidate);
			return;
		}
		draft_add(aside, candidate);
	}
}

// Second pass: one cohort after the other is filled, the regions' turn going on from cohort to cohort. One that cannot
// be filled gives its members back for the next.
static void fill_cohorts(struct pool *pool, struct draft_list *started, size_t cohort_size,
			 struct draft_list *ret_full)
{
	for (size_t i = 0; i < started->count; i++) {
		struct draft *draft = &started->drafts[i];
		struct draft aside = {.count = 0};
		while (draft->count < cohort_size && cohort_size - draft->count <= pool->total) {
			draft_add_of_region(draft, pool, pool_next_region(pool), &aside);
		}
		if (draft->count == cohort_size) {
			draft_list_add(ret_full, draft);
		} else {
			pool_give_all(pool, draft);
		}
		pool_give_all(pool, &aside);
	}
}

static void deal(struct pool *pool, size_t cohort_size, struct draft_list *ret_full)
{
	if (cohort_size == 2) {
		make_pairs(pool, ret_full);
	} else if (pool->region_count >= COHORT_REGIONS_MIN) {
		struct draft_list started = {.count = 0};
		deal_regions(pool, pool->total / cohort_size, &started);
		fill_cohorts(pool, &started, cohort_size, ret_full);
	}
}

static void sort_by_code(const struct cohort_perspective *perspectives, size_t count,
			 uint8_t order[static COHORT_PERSPECTIVES_MAX])
{
	for (size_t i = 0; i < count; i++) {
		size_t j = i;
		for (; j > 0 && strcmp(perspectives[order[j - 1]].code, perspectives[i].code) > 0;
		     j--) {
			order[j] = order[j - 1];
		}
		order[j] = (uint8_t)i;
	}
}

static void shuffle(struct mersenne_twister *twister, uint8_t *order, size_t count)
{
	for (size_t i = count; i > 1; i--) {
		size_t j = mersenne_twister_below(twister, (uint32_t)i);
		uint8_t kept = order[i - 1];
		order[i - 1] = order[j];
		order[j] = kept;
	}
}

static int check(const struct cohort_perspective *perspectives, size_t count, size_t cohort_size)
{
	if (count > COHORT_PERSPECTIVES_MAX) {
		return -E2BIG;
	}
	for (size_t i = 0; i < count; i++) {
		if (perspectives[i].code == NULL || region_set_of(perspectives[i].region) == 0) {
			return -EINVAL;
		}
	}
	return cohort_size < 2 ? -EINVAL : 0;
}

int cohort_plan_make(const struct cohort_perspective *perspectives, size_t perspective_count,
		     const char *hash_secret, const char *target, size_t cohort_size,
		     struct cohort_plan *ret_plan)
{
	struct mersenne_twister twister;
	int error = check(perspectives, perspective_count, cohort_size);
	if (error == 0) {
		error = cohort_seed(hash_secret, target, &twister);
	}
	if (error < 0) {
		return error;
	}
	struct cohort_plan plan = {.cohort_count = 0};
	sort_by_code(perspectives, perspective_count, plan.order);
	shuffle(&twister, plan.order, perspective_count);
	if (cohort_size <= perspective_count) {
		struct pool pool;
		struct draft_list full = {.count = 0};
		pool_fill(&pool, perspectives, plan.order, perspective_count);
		deal(&pool, cohort_size, &full);
		for (size_t i = 0; i < full.count; i++) {
			memcpy(plan.members + i * cohort_size, full.drafts[i].members, cohort_size);
		}
		plan.cohort_size = (uint8_t)cohort_size;
		plan.cohort_count = (uint8_t)full.count;
	}
	*ret_plan = plan;
	return 0;
}
