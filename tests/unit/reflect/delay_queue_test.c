// SPDX-License-Identifier: BSD-3-Clause

#include "reflect/delay_queue.h"

#include "cunit_runner.h"

static int items[8];

TEST(entries_leave_when_they_are_due_and_in_order)
{
	void *out[4];
	struct delay_queue *queue = delay_queue_create(4);
	CU_ASSERT_EQUAL(delay_queue_next_ns(queue), UINT64_MAX);
	CU_ASSERT_TRUE(delay_queue_push(queue, &items[0], 100));
	CU_ASSERT_TRUE(delay_queue_push(queue, &items[1], 200));
	CU_ASSERT_EQUAL(delay_queue_next_ns(queue), 100);
	CU_ASSERT_EQUAL(delay_queue_pop(queue, 99, 4, out), 0);
	CU_ASSERT_EQUAL_FATAL(delay_queue_pop(queue, 100, 4, out), 1);
	CU_ASSERT_PTR_EQUAL(out[0], &items[0]);
	CU_ASSERT_EQUAL_FATAL(delay_queue_pop(queue, 500, 4, out), 1);
	CU_ASSERT_PTR_EQUAL(out[0], &items[1]);
	delay_queue_destroy(queue);
}

TEST(jitter_does_not_reorder)
{
	void *out[4];
	struct delay_queue *queue = delay_queue_create(4);
	CU_ASSERT_TRUE(delay_queue_push(queue, &items[0], 300));
	CU_ASSERT_TRUE(delay_queue_push(queue, &items[1], 100));
	CU_ASSERT_EQUAL(delay_queue_pop(queue, 299, 4, out), 0);
	CU_ASSERT_EQUAL_FATAL(delay_queue_pop(queue, 300, 4, out), 2);
	CU_ASSERT_PTR_EQUAL(out[0], &items[0]);
	delay_queue_destroy(queue);
}

TEST(a_full_queue_refuses_and_then_takes_again)
{
	void *out[4];
	struct delay_queue *queue = delay_queue_create(4);
	for (unsigned round = 0; round < 3; round++) { // past the end of the ring
		for (unsigned i = 0; i < 4; i++) {
			CU_ASSERT_TRUE(delay_queue_push(queue, &items[i], i));
		}
		CU_ASSERT_FALSE(delay_queue_push(queue, &items[4], 9));
		CU_ASSERT_EQUAL(delay_queue_pop(queue, 10, 3, out), 3);
		CU_ASSERT_EQUAL(delay_queue_pop(queue, 10, 3, out), 1);
		CU_ASSERT_PTR_EQUAL(out[0], &items[3]);
	}
	delay_queue_destroy(queue);
}

TEST_MAIN(reflect_delay_queue, T(entries_leave_when_they_are_due_and_in_order),
	  T(jitter_does_not_reorder), T(a_full_queue_refuses_and_then_takes_again))
