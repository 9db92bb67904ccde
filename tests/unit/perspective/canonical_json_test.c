// SPDX-License-Identifier: BSD-3-Clause
// What counts as canonical is what jansson writes, and nothing beside it.

#include "cunit_runner.h"

#include <parallax/base/attributes.h>

#include "perspective/canonical_json.h"

#include <jansson.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CANONICAL (JSON_COMPACT | JSON_SORT_KEYS)

static bool is_canonical(const char *text)
{
	return canonical_json_is_object(text, strlen(text));
}

static const char *const good[] = {
	"{}",
	"{\"a\":1}",
	"{\"\":1,\"a\":2,\"aa\":3,\"b\":4}",
	"{\"B\":1,\"a\":2}",
	"{\"a\":{\"b\":1},\"b\":{\"a\":1}}",
	"{\"a\":{},\"b\":[],\"c\":[[],{}]}",
	"{\"a\":[1,\"x\",true,false,null,{\"z\":1}]}",
	"{\"a\":0,\"b\":-1,\"c\":9223372036854775807}",
	"{\"a\":\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001F\x7f\"}",
	"{\"a\":\"\xc3\xa9\xe2\x80\xae\xf0\x9f\x98\x80\"}",
};

TEST(what_jansson_writes_is_canonical)
{
	for (size_t i = 0; i < PLX_ARRAY_SIZE(good); i++) {
		json_t *value = json_loads(good[i], JSON_REJECT_DUPLICATES, NULL);
		char *dump = json_dumps(value, CANONICAL);
		CU_ASSERT_PTR_NOT_NULL_FATAL(dump);
		CU_ASSERT_STRING_EQUAL(dump, good[i]); // the vector is what it says
		CU_ASSERT(is_canonical(good[i]));
		free(dump);
		json_decref(value);
	}
}

TEST(every_control_character_has_one_spelling)
{
	for (unsigned code = 1; code < ' '; code++) {
		char character[2] = {(char)code};
		char other[32];
		json_t *value = json_pack("{s:s}", "a", character);
		char *dump = json_dumps(value, CANONICAL);
		CU_ASSERT_PTR_NOT_NULL_FATAL(dump);
		CU_ASSERT(is_canonical(dump));
		snprintf(other, sizeof(other), "{\"a\":\"\\u%04X\"}", code);
		CU_ASSERT_EQUAL(is_canonical(other), strcmp(other, dump) == 0);
		snprintf(other, sizeof(other), "{\"a\":\"\\u%04x\"}", code);
		CU_ASSERT_EQUAL(is_canonical(other), strcmp(other, dump) == 0);
		snprintf(other, sizeof(other), "{\"a\":\"%c\"}", (int)code);
		CU_ASSERT_FALSE(is_canonical(other));
		free(dump);
		json_decref(value);
	}
}

TEST(another_spelling_is_not_canonical)
{
	static const char *const bad[] = {
		"",
		"{",
		"[]",
		"1",
		"\"a\"",
		"null",
		" {}",
		"{} ",
		"{}{}",
		"{ }",
		"{\"a\": 1}",
		"{\"a\" :1}",
		"{\"a\":1 }",
		"{\"a\":1,}",
		"{,\"a\":1}",
		"{\"a\":1,\"a\":1}",
		"{\"b\":1,\"a\":1}",
		"{\"aa\":1,\"a\":1}",
		"{\"a\":{\"c\":1,\"b\":1}}",
		"{\"a\":[{\"c\":1,\"b\":1}]}",
		"{\"\\u0061\":1}",
		"{\"\\\"\":1}",
		"{\"\xc3\xa9\":1}",
		"{\"\x7f\":1}",
		"{\"a\":\"\\/\"}",
		"{\"a\":\"\\u0000\"}",
		"{\"a\":\"\\u000A\"}",
		"{\"a\":\"\\u001f\"}",
		"{\"a\":\"\\u0020\"}",
		"{\"a\":\"\\u0041\"}",
		"{\"a\":\"\\u00E9\"}",
		"{\"a\":\"\\u\"}",
		"{\"a\":\"\\u00\"}",
		"{\"a\":\"\\u000\"}",
		"{\"a\":\"\\x\"}",
		"{\"a\":\"\\\"}",
		"{\"a\":\"x}",
		"{\"a\":01}",
		"{\"a\":-0}",
		"{\"a\":-01}",
		"{\"a\":-}",
		"{\"a\":+1}",
		"{\"a\":1.0}",
		"{\"a\":0.5}",
		"{\"a\":1e2}",
		"{\"a\":1E2}",
		"{\"a\":0x1}",
		"{\"a\":NaN}",
		"{\"a\":True}",
		"{\"a\":tru}",
		"{\"a\":truefalse}",
		"{\"a\":}",
		"{\"a\"}",
		"{a:1}",
		"{\"a\":[1 ,2]}",
		"{\"a\":[1,]}",
		"{\"a\":[,1]}",
		"{\"a\":[1}",
		"{\"a\":[1]",
		"{\"a\":{]}",
		"{\"a\":1]",
		"{\"a\":[\"b\":1]}",
		"{\"a\":{1}}",
	};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(bad); i++) {
		CU_ASSERT_FALSE(is_canonical(bad[i]));
		if (is_canonical(bad[i])) {
			fprintf(stderr, "%s\n", bad[i]);
		}
	}
	CU_ASSERT_FALSE(canonical_json_is_object("{\"a\0b\":1}", 9));
	CU_ASSERT_FALSE(canonical_json_is_object("{\"a\":\"\0\"}", 9));
}

TEST(a_text_cut_anywhere_is_not_canonical)
{
	for (size_t i = 0; i < PLX_ARRAY_SIZE(good); i++) {
		for (size_t length = 0; length < strlen(good[i]); length++) {
			CU_ASSERT_FALSE(canonical_json_is_object(good[i], length));
		}
	}
}

TEST(depth_is_bounded)
{
	char text[512];
	for (unsigned depth = 1; depth <= CANONICAL_JSON_DEPTH_MAX + 2; depth++) {
		size_t length = 0;
		// {"a":[[...1...]]} of `depth` levels
		length += (size_t)snprintf(text, sizeof(text), "{\"a\":");
		memset(text + length, '[', depth - 1);
		length += depth - 1;
		text[length++] = '1';
		memset(text + length, ']', depth - 1);
		length += depth - 1;
		text[length++] = '}';
		CU_ASSERT_EQUAL(canonical_json_is_object(text, length),
				depth <= CANONICAL_JSON_DEPTH_MAX);
	}
}

TEST_MAIN(canonical_json, T(what_jansson_writes_is_canonical),
	  T(every_control_character_has_one_spelling), T(another_spelling_is_not_canonical),
	  T(a_text_cut_anywhere_is_not_canonical), T(depth_is_bounded))
