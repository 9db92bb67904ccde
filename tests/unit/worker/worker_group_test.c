// SPDX-License-Identifier: BSD-3-Clause
// What the group refuses before any worker hears of it.

#include "worker/worker_group.h"

#include "cunit_runner.h"
#include "worker/worker.h"

#include <errno.h>

TEST(a_server_without_a_part_for_every_worker_is_refused)
{
	static struct worker_environment environment = {.worker_count = 4};
	const struct port_summary port = {.mode = "shared"};
	struct worker_group *group = worker_group_create(&environment, &port, false);
	CU_ASSERT_PTR_NOT_NULL_FATAL(group);
	struct upstream_config config = {
		.endpoint = {.ip = {.family = 4, .bytes = {192, 0, 2, 53}}, .port = 53},
	};
	unsigned index = 99;
	for (config.in_flight_max = 1; config.in_flight_max < 4; config.in_flight_max++) {
		CU_ASSERT_EQUAL(worker_group_add_upstream(group, &config, &index), -ERANGE);
	}
	CU_ASSERT_EQUAL(index, 99);
	CU_ASSERT_EQUAL(worker_group_find_upstream(group, &config.endpoint), -ENOENT);
	environment.worker_count = 0; // none was made
	worker_group_destroy(group);
}

TEST_MAIN(worker_group, T(a_server_without_a_part_for_every_worker_is_refused))
