// SPDX-License-Identifier: BSD-3-Clause

#include "quorum/region.h"

#include "cunit_runner.h"

#include <errno.h>

TEST(each_registry_reads_in_any_case_and_writes_its_name)
{
	static const char *const texts[] = {"afrinic", "ApNic", "ARIN", "lacnic", "Ripe Ncc"};
	static const char *const names[] = {"AFRINIC", "APNIC", "ARIN", "LACNIC", "RIPE NCC"};
	region_set_t all = 0;
	for (unsigned i = 0; i < 5; i++) {
		enum region region = REGION_UNKNOWN;
		CU_ASSERT_EQUAL(region_parse(texts[i], &region), 0);
		CU_ASSERT_STRING_EQUAL(region_name(region), names[i]);
		all |= region_set_of(region);
		CU_ASSERT_EQUAL(region_set_count(all), i + 1);
		all |= region_set_of(region);
		CU_ASSERT_EQUAL(region_set_count(all), i + 1);
	}
}

TEST(other_texts_are_refused)
{
	static const char *const texts[] = {"", "RIPE", "unknown", "ARIN ", "RIPE-NCC", "EU"};
	for (unsigned i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		enum region region = REGION_APNIC;
		CU_ASSERT_EQUAL(region_parse(texts[i], &region), -EINVAL);
		CU_ASSERT_EQUAL(region, REGION_APNIC);
	}
}

TEST(unknown_and_impossible_regions_never_count)
{
	CU_ASSERT_EQUAL(region_set_of(REGION_UNKNOWN), 0);
	CU_ASSERT_EQUAL(region_set_of(REGION_COUNT), 0);
	CU_ASSERT_EQUAL(region_set_of((enum region)99), 0);
	CU_ASSERT_STRING_EQUAL(region_name((enum region)99), "unknown");
}

TEST_MAIN(region, T(each_registry_reads_in_any_case_and_writes_its_name),
	  T(other_texts_are_refused), T(unknown_and_impossible_regions_never_count))
