// SPDX-License-Identifier: BSD-3-Clause

#include <parallax/settings/setting_value.h>

#include <parallax/base/error.h>

#include "cunit_runner.h"

#include <stdio.h>
#include <string.h>

static struct plx_setting_fault fault;

// -1 when it is refused.
static int64_t count_of(const char *text)
{
	uint32_t value;
	return plx_setting_count(text, 5, 4000000000u, &value) == 0 ? (int64_t)value : -1;
}

static int64_t duration_of(const char *text)
{
	uint64_t value_ms;
	return plx_setting_duration(text, &value_ms) == 0 ? (int64_t)value_ms : -1;
}

TEST(counts_have_bounds_and_two_units)
{
	CU_ASSERT_EQUAL(count_of("5"), 5);
	CU_ASSERT_EQUAL(count_of("10k"), 10000);
	CU_ASSERT_EQUAL(count_of("4000M"), 4000000000);
	static const char *const bad[] = {"",   "4",   "4001M", "4000000001", "99999999999",
					  "-7", "+7",  " 7",    "7 ",         "7K",
					  "k",  "7kk", "0x7",   "7.5",        "9999999999M"};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(bad); i++) {
		CU_ASSERT_EQUAL(count_of(bad[i]), -1);
	}
}

TEST(durations_need_a_unit)
{
	CU_ASSERT_EQUAL(duration_of("250ms"), 250);
	CU_ASSERT_EQUAL(duration_of("0s"), 0);
	CU_ASSERT_EQUAL(duration_of("10s"), 10000);
	CU_ASSERT_EQUAL(duration_of("5m"), 300000);
	// The largest of all is no overflow.
	CU_ASSERT_EQUAL(duration_of("9999999999h"), 35999999996400000);
	static const char *const bad[] = {"", "10", "s", "10 s", "10S", "-1s", "99999999999s"};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(bad); i++) {
		CU_ASSERT_EQUAL(duration_of(bad[i]), -1);
	}
}

TEST(booleans_are_three_words_each)
{
	static const char *const words[] = {"true", "yes", "on", "false", "no", "off"};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(words); i++) {
		bool value = i >= 3;
		CU_ASSERT_EQUAL(plx_setting_boolean(words[i], &value, &fault), 0);
		CU_ASSERT_EQUAL(value, i < 3);
	}
	bool untouched = true;
	CU_ASSERT_EQUAL(plx_setting_boolean("True", &untouched, &fault), PLX_ERR_CONFIG);
	CU_ASSERT_STRING_EQUAL(fault.text, "\"True\" is neither true nor false");
	CU_ASSERT_TRUE(untouched);
}

TEST(texts_fit_their_field)
{
	char field[5] = "";
	CU_ASSERT_EQUAL(plx_setting_text("abcd", sizeof(field), field, &fault), 0);
	CU_ASSERT_STRING_EQUAL(field, "abcd");
	CU_ASSERT_EQUAL(plx_setting_text("abcde", sizeof(field), field, &fault), PLX_ERR_CONFIG);
	CU_ASSERT_STRING_EQUAL(fault.text, "the value has 5 characters, at most 4 are possible");
	CU_ASSERT_EQUAL(plx_setting_text("", sizeof(field), field, &fault), PLX_ERR_CONFIG);
	CU_ASSERT_STRING_EQUAL(fault.text, "has no value; give one or leave it out");
	CU_ASSERT_EQUAL(plx_setting_text("a\nb", sizeof(field), field, &fault), PLX_ERR_CONFIG);
	CU_ASSERT_STRING_EQUAL(fault.text, "the value holds a control character");
	CU_ASSERT_STRING_EQUAL(field, "abcd");
}

TEST(paths_are_absolute)
{
	char field[5] = "";
	CU_ASSERT_EQUAL(plx_setting_path("/abc", sizeof(field), field, &fault), 0);
	CU_ASSERT_STRING_EQUAL(field, "/abc");
	CU_ASSERT_EQUAL(plx_setting_path("a/b", sizeof(field), field, &fault), PLX_ERR_CONFIG);
	CU_ASSERT_STRING_EQUAL(fault.text, "\"a/b\" is not an absolute path; start it with /");
	CU_ASSERT_EQUAL(plx_setting_path("/abcd", sizeof(field), field, &fault), PLX_ERR_CONFIG);
	CU_ASSERT_STRING_EQUAL(fault.text, "the value has 5 characters, at most 4 are possible");
}

TEST(faults_are_one_line_with_their_place)
{
	static const struct plx_setting_place place = {7, 3};
	CU_ASSERT_EQUAL(plx_setting_fault_set(&fault, "%s", "a\nb\x1b[2J\x7f"), PLX_ERR_CONFIG);
	CU_ASSERT_STRING_EQUAL(fault.text, "a?b?[2J?");
	CU_ASSERT_EQUAL(plx_setting_fault_at(&fault, "f.yaml", &place, "key"), PLX_ERR_CONFIG);
	CU_ASSERT_STRING_EQUAL(fault.text, "f.yaml:7:3: key: a?b?[2J?");
	plx_setting_fault_set(&fault, "what");
	plx_setting_fault_at(&fault, "f.yaml", &place, NULL);
	CU_ASSERT_STRING_EQUAL(fault.text, "f.yaml:7:3: what");
}

TEST_MAIN(setting_value, T(counts_have_bounds_and_two_units), T(durations_need_a_unit),
	  T(booleans_are_three_words_each), T(texts_fit_their_field), T(paths_are_absolute),
	  T(faults_are_one_line_with_their_place))
