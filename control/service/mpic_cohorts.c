// SPDX-License-Identifier: BSD-3-Clause

#include "service/mpic_cohorts.h"

#include "order/order_panel.h"
#include "service/generation.h"
#include "service/order_panel_seats.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

struct pool {
	struct cohort_perspective perspectives[COHORT_PERSPECTIVES_MAX];
	const char *close_codes[COHORT_PERSPECTIVES_MAX][COHORT_PERSPECTIVES_MAX];
	size_t count;
};

// All of them would be used side by side, and their resolvers are where they must be.
static bool are_usable(const struct order_panel *panel, const struct perspective *remotes,
		       size_t count)
{
	struct perspective_selection selection;
	perspective_set_select(&panel->primary.facts, remotes, count, &selection);
	return selection.reason == REFUSAL_NONE && selection.used_count == count;
}

static void add(struct pool *pool, const struct order_panel *panel, size_t index,
		struct mpic_cohorts *cohorts)
{
	struct perspective pair[2] = {panel->remotes[index].facts};
	size_t place = pool->count;
	if (!are_usable(panel, pair, 1)) {
		return;
	}
	struct cohort_perspective *added = &pool->perspectives[place];
	*added = (struct cohort_perspective) {
		.code = pair[0].code,
		.region = pair[0].region,
		.too_close_codes = pool->close_codes[place],
	};
	// Both ways, since Open MPIC's lists count one way.
	for (size_t i = 0; i < place; i++) {
		struct cohort_perspective *other = &pool->perspectives[i];
		pair[1] = panel->remotes[cohorts->remotes[i]].facts;
		if (!are_usable(panel, pair, 2)) {
			pool->close_codes[place][added->too_close_count++] = other->code;
			pool->close_codes[i][other->too_close_count++] = added->code;
		}
	}
	cohorts->remotes[place] = index;
	pool->count++;
}

// Panels leave drained remotes out; from index in the panel to index in the generation.
static void number_remotes(struct mpic_cohorts *cohorts, size_t count)
{
	const struct remote_list *list = &cohorts->generation->remotes;
	size_t numbers[COHORT_PERSPECTIVES_MAX] = {0};
	size_t known = 0;
	for (size_t i = 0; i < list->count; i++) {
		if (!list->remotes[i].is_draining) {
			numbers[known++] = i;
		}
	}
	for (size_t i = 0; i < count; i++) {
		cohorts->remotes[i] = numbers[cohorts->remotes[i]];
	}
}

int mpic_cohorts_plan(struct generation *generation, const char *target, size_t size,
		      struct mpic_cohorts *ret_cohorts)
{
	struct mpic_cohorts cohorts = {.generation = generation};
	struct order_panel *panel = order_panel_of(generation);
	struct pool *pool = calloc(1, sizeof(*pool));
	int error = panel == NULL || pool == NULL ? -ENOMEM : 0;
	if (error == 0) {
		for (size_t i = 0; i < panel->remote_count; i++) {
			add(pool, panel, i, &cohorts);
		}
		error = cohort_plan_make(pool->perspectives, pool->count, generation->hash_secret,
					 target, size, &cohorts.plan);
	}
	if (error == 0) {
		number_remotes(&cohorts, pool->count);
		generation_acquire(generation);
		*ret_cohorts = cohorts;
	}
	free(pool);
	order_panel_release(panel);
	return error;
}

void mpic_cohorts_fini(struct mpic_cohorts *cohorts)
{
	generation_release(cohorts->generation);
	*cohorts = (struct mpic_cohorts) {.generation = NULL};
}

static size_t remote_of(const struct mpic_cohorts *cohorts, size_t cohort, size_t member)
{
	return cohorts->remotes[cohorts->plan.members[cohort * cohorts->plan.cohort_size + member]];
}

const char *mpic_cohorts_member(const struct mpic_cohorts *cohorts, size_t cohort, size_t member)
{
	size_t index = remote_of(cohorts, cohort, member);
	return cohorts->generation->remotes.remotes[index].config->name;
}

struct order_panel *mpic_cohorts_panel(const struct mpic_cohorts *cohorts, size_t cohort)
{
	size_t indices[COHORT_PERSPECTIVES_MAX];
	for (size_t i = 0; i < cohorts->plan.cohort_size; i++) {
		indices[i] = remote_of(cohorts, cohort, i);
	}
	return order_panel_of_remotes(cohorts->generation, indices, cohorts->plan.cohort_size);
}
