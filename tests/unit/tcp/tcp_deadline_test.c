// SPDX-License-Identifier: BSD-3-Clause

#include <parallax/base/random_source.h>

#include "cunit_runner.h"
#include "tcp/tcp_deadline.h"

#include <stdbool.h>

#define DEADLINES 1000

static struct tcp_deadline items[DEADLINES];

static uint64_t earliest(void)
{
	uint64_t at_ns = UINT64_MAX;
	for (size_t i = 0; i < DEADLINES; i++) {
		if (items[i].position != 0 && items[i].at_ns < at_ns) {
			at_ns = items[i].at_ns;
		}
	}
	return at_ns;
}

TEST(first_is_the_earliest_after_any_change)
{
	static const uint8_t key[PLX_RANDOM_KEY_BYTES] = {7};
	struct plx_random random;
	plx_random_init_fixed(&random, key);
	struct tcp_deadlines deadlines;
	CU_ASSERT_EQUAL_FATAL(tcp_deadlines_init(&deadlines, DEADLINES), 0);
	CU_ASSERT_PTR_NULL(tcp_deadline_first(&deadlines));
	bool is_right = true;
	for (int change = 0; change < 20000; change++) {
		struct tcp_deadline *item = &items[plx_random_u32(&random) % DEADLINES];
		if (plx_random_u32(&random) % 3 == 0) {
			tcp_deadline_clear(&deadlines, item);
		} else {
			tcp_deadline_set(&deadlines, item, plx_random_u32(&random) % 5000);
		}
		if (change % 20 == 0) {
			const struct tcp_deadline *first = tcp_deadline_first(&deadlines);
			is_right &= (first == NULL ? UINT64_MAX : first->at_ns) == earliest();
		}
	}
	CU_ASSERT_TRUE(is_right);
	uint64_t last_ns = 0;
	struct tcp_deadline *first;
	while ((first = tcp_deadline_first(&deadlines)) != NULL) {
		is_right &= first->at_ns >= last_ns;
		last_ns = first->at_ns;
		tcp_deadline_clear(&deadlines, first);
		CU_ASSERT_EQUAL(first->position, 0);
	}
	CU_ASSERT_TRUE(is_right);
	tcp_deadlines_fini(&deadlines);
}

TEST(clearing_what_is_not_set_changes_nothing)
{
	struct tcp_deadlines deadlines;
	CU_ASSERT_EQUAL_FATAL(tcp_deadlines_init(&deadlines, 2), 0);
	struct tcp_deadline set = {0};
	struct tcp_deadline unset = {0};
	tcp_deadline_set(&deadlines, &set, 5);
	tcp_deadline_clear(&deadlines, &unset);
	CU_ASSERT_PTR_EQUAL(tcp_deadline_first(&deadlines), &set);
	tcp_deadlines_fini(&deadlines);
}

TEST_MAIN(tcp_deadline, T(first_is_the_earliest_after_any_change),
	  T(clearing_what_is_not_set_changes_nothing))
