// SPDX-License-Identifier: BSD-3-Clause

#include "link/link_path.h"

#include "cunit_runner.h"
#include "link_text.h"

TEST(every_state_has_a_name_and_a_text)
{
	for (int state = 0; state < LINK_PATH_STATE_COUNT; state++) {
		CU_ASSERT_TRUE(strlen(link_path_state_name(state)) > 0);
		CU_ASSERT_TRUE(strlen(link_path_state_text(state)) > 0);
	}
	CU_ASSERT_STRING_EQUAL(link_path_state_name(LINK_PATH_OTHER_INTERFACE), "other_interface");
	CU_ASSERT_STRING_EQUAL(link_path_state_name(LINK_PATH_STATE_COUNT), "unknown");
}

TEST(a_zeroed_path_is_not_reachable)
{
	const struct link_path path = {0};
	CU_ASSERT_FALSE(link_path_is_reachable(&path));
}

TEST(paths_differ_by_every_field)
{
	const struct link_path path = {
		.source_mac = mac_of("02:00:00:00:00:01"),
		.destination_mac = mac_of("02:00:00:00:00:02"),
		.source = ip_of("192.0.2.1"),
		.next_hop = ip_of("192.0.2.254"),
		.state = LINK_PATH_REACHABLE,
	};
	CU_ASSERT_TRUE(link_path_equal(&path, &path));
	struct link_path other = path;
	other.source_mac.bytes[5]++;
	CU_ASSERT_FALSE(link_path_equal(&path, &other));
	other = path;
	other.destination_mac.bytes[5]++;
	CU_ASSERT_FALSE(link_path_equal(&path, &other));
	other = path;
	other.source = ip_of("192.0.2.2");
	CU_ASSERT_FALSE(link_path_equal(&path, &other));
	other = path;
	other.next_hop = ip_of("192.0.2.253");
	CU_ASSERT_FALSE(link_path_equal(&path, &other));
	other = path;
	other.state = LINK_PATH_LINK_DOWN;
	CU_ASSERT_FALSE(link_path_equal(&path, &other));
}

TEST_MAIN(link_path, T(every_state_has_a_name_and_a_text), T(a_zeroed_path_is_not_reachable),
	  T(paths_differ_by_every_field))
