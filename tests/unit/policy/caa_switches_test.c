// SPDX-License-Identifier: BSD-3-Clause

#include "policy/caa_switches.h"

#include "cunit_runner.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

TEST(zeroed_memory_means_the_defaults)
{
	struct caa_switches switches = {.is_changed = {false}};
	for (int i = 0; i < CAA_SWITCH_COUNT; i++) {
		enum caa_switch which = (enum caa_switch)i;
		CU_ASSERT_EQUAL(caa_switch_is_on(&switches, which),
				caa_switch_get(which)->is_on_by_default);
	}
	CU_ASSERT_TRUE(caa_switch_is_on(&switches, CAA_SWITCH_PARAMETERS_ENFORCED));
	CU_ASSERT_FALSE(caa_switch_is_on(&switches, CAA_SWITCH_LOOKUP_FAILURE_PERMITS));
}

TEST(every_switch_can_be_found_by_name_and_turned_both_ways)
{
	for (int i = 0; i < CAA_SWITCH_COUNT; i++) {
		struct caa_switches switches = {.is_changed = {false}};
		enum caa_switch which = (enum caa_switch)i;
		enum caa_switch found = CAA_SWITCH_COUNT;
		const struct caa_switch_info *info = caa_switch_get(which);
		CU_ASSERT_EQUAL_FATAL(caa_switch_find(info->name, &found), 0);
		CU_ASSERT_EQUAL(found, which);
		CU_ASSERT_TRUE(strlen(info->text) > 0);
		caa_switch_set(&switches, which, false);
		CU_ASSERT_FALSE(caa_switch_is_on(&switches, which));
		caa_switch_set(&switches, which, true);
		CU_ASSERT_TRUE(caa_switch_is_on(&switches, which));
	}
	enum caa_switch found = CAA_SWITCH_COUNT;
	CU_ASSERT_EQUAL(caa_switch_find("issuer-case", &found), -ENOENT);
	CU_ASSERT_EQUAL(found, CAA_SWITCH_COUNT);
}

TEST(the_defaults_comply_on_every_date)
{
	struct caa_switches switches = {.is_changed = {false}};
	enum caa_switch breach = CAA_SWITCH_COUNT;
	CU_ASSERT_TRUE(caa_switches_comply(&switches, 0, &breach));
	CU_ASSERT_TRUE(caa_switches_comply(&switches, INT64_MAX - 1, &breach));
	CU_ASSERT_EQUAL(breach, CAA_SWITCH_COUNT);
}

TEST(from_the_15th_of_march_2027_parameters_must_be_enforced)
{
	struct caa_switches switches = {.is_changed = {false}};
	enum caa_switch breach = CAA_SWITCH_COUNT;
	caa_switch_set(&switches, CAA_SWITCH_PARAMETERS_ENFORCED, false);
	CU_ASSERT_TRUE(caa_switches_comply(&switches, 1805068799, &breach));
	CU_ASSERT_EQUAL(breach, CAA_SWITCH_COUNT);
	CU_ASSERT_FALSE(caa_switches_comply(&switches, 1805068800, &breach));
	CU_ASSERT_EQUAL(breach, CAA_SWITCH_PARAMETERS_ENFORCED);
}

TEST(what_the_rules_forbid_does_not_count)
{
	struct caa_switches switches = {.is_changed = {false}};
	enum caa_switch breach;
	caa_switch_set(&switches, CAA_SWITCH_PARAMETERS_ENFORCED, false);
	caa_switch_set(&switches, CAA_SWITCH_LOOKUP_FAILURE_PERMITS, true);
	struct caa_switches before = caa_switches_in_force(&switches, 1805068799);
	struct caa_switches after = caa_switches_in_force(&switches, 1805068800);
	CU_ASSERT_FALSE(caa_switch_is_on(&before, CAA_SWITCH_PARAMETERS_ENFORCED));
	CU_ASSERT_TRUE(caa_switch_is_on(&after, CAA_SWITCH_PARAMETERS_ENFORCED));
	CU_ASSERT_TRUE(caa_switch_is_on(&after, CAA_SWITCH_LOOKUP_FAILURE_PERMITS));
	CU_ASSERT_TRUE(caa_switches_comply(&after, 1805068800, &breach));
}

static const char *folder;

TEST(the_document_has_every_switch_in_its_words)
{
	static char document[64 * 1024];
	char path[4096];
	char row[512];
	snprintf(path, sizeof(path), "%s/../../../docs/caa.md", folder);
	FILE *file = fopen(path, "re");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	size_t length = fread(document, 1, sizeof(document) - 1, file);
	fclose(file);
	document[length] = '\0';
	for (int i = 0; i < CAA_SWITCH_COUNT; i++) {
		const struct caa_switch_info *info = caa_switch_get((enum caa_switch)i);
		snprintf(row, sizeof(row), "| `%s` | %s | %s |\n", info->name,
			 info->is_on_by_default ? "on" : "off", info->text);
		CU_ASSERT_PTR_NOT_NULL(strstr(document, row));
	}
}

int main(int argc, char **argv)
{
	static const struct test_entry tests[] = {
		T(zeroed_memory_means_the_defaults),
		T(every_switch_can_be_found_by_name_and_turned_both_ways),
		T(the_defaults_comply_on_every_date),
		T(from_the_15th_of_march_2027_parameters_must_be_enforced),
		T(what_the_rules_forbid_does_not_count),
		T(the_document_has_every_switch_in_its_words),
	};
	folder = argc > 1 ? argv[1] : ".";
	return cunit_run("caa_switches", tests, PLX_ARRAY_SIZE(tests));
}
