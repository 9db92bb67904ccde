// SPDX-License-Identifier: BSD-3-Clause
// Shards partition the names, evenly, the same on every machine.

#include "sweep/shard.h"

#include "cunit_runner.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static struct plx_name make_name(const char *prefix, unsigned number)
{
	char text[64];
	struct plx_name name;
	int length = snprintf(text, sizeof(text), "%s-%u.example.test", prefix, number);
	CU_ASSERT_EQUAL_FATAL(plx_name_parse(text, (size_t)length, &name), 0);
	return name;
}

TEST(each_name_is_in_one_shard)
{
	static const uint32_t counts[] = {1, 2, 3, 7, 64};
	for (size_t c = 0; c < sizeof(counts) / sizeof(counts[0]); c++) {
		unsigned members[64] = {0};
		for (unsigned n = 0; n < 6400; n++) {
			struct plx_name name = make_name("host", n);
			unsigned owners = 0;
			for (uint32_t index = 1; index <= counts[c]; index++) {
				struct shard shard = {index, counts[c]};
				if (shard_has_name(&shard, &name)) {
					owners++;
					members[index - 1]++;
				}
			}
			CU_ASSERT_EQUAL(owners, 1);
		}
		for (uint32_t i = 0; i < counts[c]; i++) {
			CU_ASSERT_TRUE(members[i] > 6400 / counts[c] / 2);
		}
	}
}

TEST(case_does_not_move_a_name)
{
	for (unsigned n = 0; n < 200; n++) {
		struct plx_name lower = make_name("host", n);
		struct plx_name upper = make_name("HOST", n);
		for (uint32_t index = 1; index <= 5; index++) {
			struct shard shard = {index, 5};
			CU_ASSERT_EQUAL(shard_has_name(&shard, &lower),
					shard_has_name(&shard, &upper));
		}
	}
}

TEST(membership_never_changes_between_versions)
{
	unsigned members = 0;
	for (unsigned n = 0; n < 32; n++) {
		struct plx_name name = make_name("stable", n);
		members |= (unsigned)shard_has_name(&(struct shard) {1, 2}, &name) << n;
	}
	CU_ASSERT_EQUAL(members, 0xc19194b4);
}

TEST(shard_text_is_checked)
{
	struct shard shard;
	CU_ASSERT_EQUAL(shard_parse("2/5", &shard), 0);
	CU_ASSERT_EQUAL(shard.index, 2);
	CU_ASSERT_EQUAL(shard.count, 5);
	static const char *const wrong[] = {"",     "2",    "0/5",     "6/5",
					    "2/",   "/5",   "2/5x",    "-1/5",
					    "2/ 5", " 2/5", "1/65537", "2/99999999999999999999"};
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		CU_ASSERT_EQUAL(shard_parse(wrong[i], &shard), -EINVAL);
	}
}

TEST_MAIN(shard, T(each_name_is_in_one_shard), T(case_does_not_move_a_name),
	  T(membership_never_changes_between_versions), T(shard_text_is_checked))
