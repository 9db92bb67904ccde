// SPDX-License-Identifier: BSD-3-Clause

#include "startup/source_ports.h"

#include "cunit_runner.h"

static bool are_free(uint16_t first, uint16_t last, const char *reserved)
{
	const struct options_port_range ours = {first, last}, kernel = {32768, 60999};
	return source_ports_are_free(&ours, &kernel, reserved);
}

TEST(a_range_beside_the_kernels_is_free)
{
	CU_ASSERT_TRUE(are_free(16384, 32767, "\n"));
	CU_ASSERT_TRUE(are_free(61000, 65095, ""));
}

TEST(an_overlap_of_one_port_is_not_free)
{
	CU_ASSERT_FALSE(are_free(16385, 32768, "\n"));
	CU_ASSERT_FALSE(are_free(60999, 65094, "\n"));
	CU_ASSERT_FALSE(are_free(40960, 45055, "\n"));
}

TEST(reserved_ports_are_free)
{
	CU_ASSERT_TRUE(are_free(40960, 45055, "40960-45055\n"));
	CU_ASSERT_TRUE(are_free(40960, 45055, "8080,40000-42000,42001,42002-50000\n"));
	CU_ASSERT_TRUE(are_free(16385, 32768, "32768\n"));
}

TEST(a_hole_in_the_reserved_ports_is_found)
{
	CU_ASSERT_FALSE(are_free(40960, 45055, "40960-45054\n"));
	CU_ASSERT_FALSE(are_free(40960, 45055, "40961-45055\n"));
	CU_ASSERT_FALSE(are_free(40960, 45055, "40000-42000,42002-50000\n"));
	CU_ASSERT_FALSE(are_free(40960, 45055, "what is this"));
}

TEST_MAIN(source_ports, T(a_range_beside_the_kernels_is_free),
	  T(an_overlap_of_one_port_is_not_free), T(reserved_ports_are_free),
	  T(a_hole_in_the_reserved_ports_is_found))
