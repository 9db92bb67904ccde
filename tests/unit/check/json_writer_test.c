// SPDX-License-Identifier: BSD-3-Clause

#include "check/json_writer.h"

#include "cunit_runner.h"

#include <jansson.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// By jansson's own writer, in all ways.
static void expect_as_jansson(const json_t *value)
{
	static const size_t flags[] = {0, JSON_SORT_KEYS, JSON_ENSURE_ASCII,
				       JSON_SORT_KEYS | JSON_ENSURE_ASCII};
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(flags); i++) {
		size_t length = 0;
		char *wanted = json_dumps(value, JSON_COMPACT | flags[i]);
		char *text = json_text_write(value, flags[i], &length);
		CU_ASSERT_PTR_NOT_NULL_FATAL(wanted);
		CU_ASSERT_PTR_NOT_NULL_FATAL(text);
		CU_ASSERT_STRING_EQUAL(text, wanted);
		CU_ASSERT_EQUAL(length, strlen(wanted));
		free(wanted);
		free(text);
	}
}

TEST(values_are_written_as_jansson_writes_them)
{
	static const char *const rows[] = {
		"{}",
		"[]",
		"[[],{},[{}]]",
		"{\"b\":1,\"a\":2,\"aa\":3,\"\":4,\"B\":5}",
		"{\"z\":{\"y\":{\"x\":[3,2,1]}},\"a\":[true,false,null]}",
		"[0,-1,9,10,99,100,9223372036854775807,-9223372036854775808]",
		"[0.1,-2.5e300,1.0,3e0]",
		"[\"quote \\\" back \\\\ slash / \\b\\f\\n\\r\\t \\u0001\\u001f\\u007f\"]",
		("{\"caf\xc3\xa9\":\"\xe2\x82\xac\",\"\xf0\x9f\x98\x80\":\"\xef\xbf\xbf "
		 "\xdf\xbf\xe0\xa0\x80\"}"),
		"[\"\\u0000x\",\"\"]",
	};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(rows); i++) {
		json_t *value = json_loads(rows[i], JSON_ALLOW_NUL, NULL);
		CU_ASSERT_PTR_NOT_NULL_FATAL(value);
		expect_as_jansson(value);
		json_decref(value);
	}
}

TEST(members_of_large_and_nested_objects_are_in_order)
{
	json_t *value = json_object();
	for (unsigned i = 0; i < 1000; i++) {
		char name[16];
		snprintf(name, sizeof(name), "%u", i * 7919 % 1000);
		json_object_set_new(value, name,
				    json_pack("{s:i, s:i, s:{s:i, s:i}}", "z", 1, "a", 2, "m", "y",
					      (int)i, "b", 0));
	}
	expect_as_jansson(value);
	json_decref(value);
}

TEST(members_of_an_outer_object_outlive_a_wide_one_within)
{
	json_t *wide = json_object();
	for (unsigned i = 0; i < 1000; i++) {
		char name[16];
		snprintf(name, sizeof(name), "%u", i);
		json_object_set_new(wide, name, json_integer((json_int_t)i));
	}
	json_t *value = json_pack("{s:{s:o, s:i}, s:i, s:s}", "a", "b", wide, "c", 1, "d", 2, "e",
				  "the stack of members moved meanwhile");
	expect_as_jansson(value);
	json_decref(value);
}

TEST(what_is_neither_object_nor_array_is_no_document)
{
	json_t *text = json_string("text");
	CU_ASSERT_PTR_NULL(json_text_write(text, 0, NULL));
	CU_ASSERT_PTR_NULL(json_text_write(NULL, 0, NULL));
	json_decref(text);
}

TEST(depth_has_a_limit)
{
	json_t *value = json_array();
	for (unsigned depth = 1; depth < JSON_WRITER_DEPTH_MAX; depth++) {
		json_t *outer = json_array();
		json_array_append_new(outer, value);
		value = outer;
	}
	char *text = json_text_write(value, 0, NULL);
	CU_ASSERT_PTR_NOT_NULL(text);
	free(text);
	json_t *outer = json_array();
	json_array_append_new(outer, value);
	CU_ASSERT_PTR_NULL(json_text_write(outer, 0, NULL));
	json_decref(outer);
}

TEST_MAIN(json_writer, T(values_are_written_as_jansson_writes_them),
	  T(members_of_large_and_nested_objects_are_in_order),
	  T(members_of_an_outer_object_outlive_a_wide_one_within),
	  T(what_is_neither_object_nor_array_is_no_document), T(depth_has_a_limit))
