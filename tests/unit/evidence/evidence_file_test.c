// SPDX-License-Identifier: BSD-3-Clause
// What is written is read again, and what is no evidence is refused with a word about where.

#include <parallax/base/error.h>
#include <parallax/evidence/evidence.h>

#include "cunit_runner.h"
#include "evidence/base64.h"
#include "evidence/evidence.h"
#include "recorded_lookup.h"

#include <jansson.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char fault[PLX_EVIDENCE_FAULT_MAX];

static int read_text(const char *text)
{
	struct plx_evidence *evidence = NULL;
	int error = plx_evidence_read(text, strlen(text), &evidence, fault);
	plx_evidence_destroy(evidence);
	return error;
}

static int read_object(json_t *object)
{
	char *text = json_dumps(object, JSON_COMPACT);
	int error = read_text(text);
	free(text);
	json_decref(object);
	return error;
}

static json_t *recorded_object(void)
{
	char *text = recorded_text(RECORDED_SIGNED);
	json_t *object = json_loads(text, JSON_ALLOW_NUL, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(object);
	free(text);
	return object;
}

TEST(evidence_reads_as_it_was_written)
{
	for (enum recorded_kind kind = 0; kind < RECORDED_KINDS; kind++) {
		char *text = recorded_text(kind);
		struct plx_evidence *evidence = NULL;
		struct plx_text again = plx_text_growing();
		CU_ASSERT_EQUAL_FATAL(plx_evidence_read(text, strlen(text), &evidence, fault), 0);
		CU_ASSERT_TRUE(evidence->is_as_written);
		CU_ASSERT_EQUAL_FATAL(plx_evidence_write(evidence, &again), 0);
		CU_ASSERT_EQUAL_FATAL(again.length, strlen(text));
		CU_ASSERT_EQUAL(memcmp(again.bytes, text, again.length), 0);
		plx_text_free(&again);
		plx_evidence_destroy(evidence);
		free(text);
	}
}

TEST(text_without_room_stays_as_it_was)
{
	char room[100];
	struct plx_evidence *evidence = recorded_evidence(RECORDED_SIGNED);
	struct plx_text text = plx_text_fixed(room, sizeof(room));
	plx_text_literal(&text, "before");
	CU_ASSERT_EQUAL(plx_evidence_write(evidence, &text), -ENOSPC);
	CU_ASSERT_EQUAL(text.length, 6);
	CU_ASSERT_FALSE(text.failed);
	plx_evidence_destroy(evidence);
}

TEST(dnskey_anchors_are_kept_as_ds)
{
	static struct recorded_lookup lookup;
	struct plx_evidence *evidence = NULL;
	struct plx_text text = plx_text_growing();
	recorded_make(RECORDED_SIGNED, &lookup);
	// The key of the root's roll-over of 2018, as dns-root-data has it.
	const struct plx_evidence_terms terms = plx_evidence_terms_production(
		". 172800 IN DNSKEY 257 3 8 "
		"AwEAAaz/tAm8yTn4Mfeh5eyI96WSVexTBAvkMgJzkKTOiW1vkIbzxeF3"
		"+/"
		"4RgWOq7HrxRixHlFlExOLAJr5emLvN7SWXgnLh4+B5xQlNVz8Og8kvArMtNROxVQuCaSnIDdD5LKyWbRd2"
		"n9WGe2R8PzgCmr3EgVLrjyBxWezF0jLHwVN8efS3rCj/EWgvIWgb9tarpVUDK/"
		"b58Da+sqqls3eNbuv7pr+e"
		"oZG+SrDK6nWeL3c6H5Apxz7LjVc1uTIdsIXxuOLYA4/"
		"ilBmSVIzuDWfdRUfhHdY6+cn8HFRm+2hM8AnXGXws"
		"9555KrUB5qihylGa8subX2Nn6UwNR1AkUTV74bU=\n");
	CU_ASSERT_EQUAL_FATAL(
		plx_evidence_create(&lookup.job, &terms, &lookup.result, lookup.body, &evidence),
		0);
	CU_ASSERT_EQUAL_FATAL(plx_evidence_write(evidence, &text), 0);
	plx_text_character(&text, '\0');
	CU_ASSERT_PTR_NOT_NULL(strstr(
		text.bytes, "\"trust_anchors\":[\". IN DS 20326 8 2 "
			    "E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\"]"));
	plx_text_free(&text);
	plx_evidence_destroy(evidence);
}

// "in DS ..." would be an anchor of the root.
TEST(anchors_of_zones_named_like_a_class_or_a_type_stay_theirs)
{
	static const char *const names[] = {"in", "ds", "dnskey", "7"};
	const struct dnssec_policy policy = dnssec_policy_production();
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct ds_set zone = {.count = 1};
		struct ds ds = {.algorithm = 13, .digest_type = 2, .digest_length = 32};
		struct trust_anchors anchors;
		char line[EVIDENCE_ANCHOR_TEXT];
		unsigned number = 0;
		CU_ASSERT_EQUAL_FATAL(plx_name_parse(names[i], strlen(names[i]), &zone.zone), 0);
		evidence_anchor_format(&zone, &ds, line);
		CU_ASSERT_EQUAL_FATAL(
			trust_anchors_parse(line, strlen(line), &policy, &anchors, &number), 0);
		CU_ASSERT_PTR_NOT_NULL(trust_anchors_find(&anchors, &zone.zone));
	}
}

TEST(results_that_are_inconsistent_give_no_evidence)
{
	static struct recorded_lookup lookup;
	struct plx_evidence *evidence = NULL;
	struct plx_evidence_terms terms = plx_evidence_terms_production(NULL);
	recorded_make(RECORDED_SIGNED, &lookup);
	lookup.body[lookup.result.body_length - lookup.result.trace_length] = 99; // its first kind
	CU_ASSERT_EQUAL(
		plx_evidence_create(&lookup.job, &terms, &lookup.result, lookup.body, &evidence),
		-EINVAL);
	recorded_make(RECORDED_SIGNED, &lookup);
	lookup.result.record_count++;
	CU_ASSERT_EQUAL(
		plx_evidence_create(&lookup.job, &terms, &lookup.result, lookup.body, &evidence),
		-EINVAL);
	recorded_make(RECORDED_SIGNED, &lookup);
	terms.trust_anchors = "no anchor";
	CU_ASSERT_EQUAL(
		plx_evidence_create(&lookup.job, &terms, &lookup.result, lookup.body, &evidence),
		PLX_ERR_CONFIG);
	CU_ASSERT_PTR_NULL(evidence);
}

TEST(texts_that_are_no_evidence_are_refused)
{
	static const char *const texts[] = {"",
					    "[]",
					    "{",
					    "{}",
					    "7",
					    "{\"evidence\":2}",
					    "{\"evidence\":1}",
					    "{\"evidence\":1,\"evidence\":1}"};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		CU_ASSERT_EQUAL(read_text(texts[i]), -EINVAL);
		CU_ASSERT(fault[0] != '\0');
	}
	size_t length = PLX_EVIDENCE_BYTES_MAX + 1;
	struct plx_evidence *evidence = NULL;
	char *large = malloc(length);
	memset(large, ' ', length);
	CU_ASSERT_EQUAL(plx_evidence_read(large, length, &evidence, fault), -EINVAL);
	free(large);
}

static void expect_members_to_matter(const char *array)
{
	json_t *whole = recorded_object();
	json_t *first = array == NULL ? whole : json_array_get(json_object_get(whole, array), 0);
	json_t *names = json_object();
	json_object_update(names, first);
	const char *name;
	json_t *value;
	json_object_foreach(names, name, value)
	{
		for (unsigned way = 0; way < 2; way++) {
			json_t *object = recorded_object();
			json_t *part = array == NULL
					       ? object
					       : json_array_get(json_object_get(object, array), 0);
			if (way == 0) {
				json_object_del(part, name);
			} else {
				json_object_set_new(part, name, json_real(1.5));
			}
			CU_ASSERT_EQUAL(read_object(object), -EINVAL);
		}
	}
	json_decref(names);
	json_decref(whole);
}

TEST(members_that_are_missing_or_of_another_type_are_refused)
{
	expect_members_to_matter(NULL);
	expect_members_to_matter("steps");
}

TEST(unknown_members_are_refused)
{
	json_t *object = recorded_object();
	json_object_set_new(object, "comment", json_string("x"));
	CU_ASSERT_EQUAL(read_object(object), -EINVAL);
	CU_ASSERT_STRING_EQUAL(fault, "evidence: there are members of unknown names");
	object = recorded_object();
	json_object_set_new(json_array_get(json_object_get(object, "steps"), 2), "comment",
			    json_string("x"));
	CU_ASSERT_EQUAL(read_object(object), -EINVAL);
	CU_ASSERT_STRING_EQUAL(fault, "step 3: there are members of unknown names");
	object = recorded_object();
	json_object_set_new(json_object_get(object, "policy"), "comment", json_string("x"));
	CU_ASSERT_EQUAL(read_object(object), -EINVAL);
}

TEST(more_steps_than_a_trace_has_are_refused)
{
	json_t *object = recorded_object();
	json_t *steps = json_object_get(object, "steps");
	while (json_array_size(steps) <= PLX_TRACE_STEPS_MAX) {
		json_array_append_new(steps, json_pack("{ss}", "kind", "cut"));
	}
	CU_ASSERT_EQUAL(read_object(object), -EINVAL);
}

TEST(anchor_with_a_line_break_is_refused)
{
	json_t *object = recorded_object();
	json_t *anchors = json_object_get(object, "trust_anchors");
	char text[1024];
	snprintf(text, sizeof(text), "; nothing\n%s",
		 json_string_value(json_array_get(anchors, 0)));
	json_array_set_new(anchors, 0, json_string(text));
	CU_ASSERT_EQUAL(read_object(object), -EINVAL);
}

TEST(base64_has_one_text_for_each_message)
{
	static const struct {
		const char *text;
		int length; // below 0: refused
	} rows[] = {
		{"", 0},          {"AA==", 1},      {"AAA=", 2},  {"AAAA", 3},   {"AAAAAA==", 4},
		{"AB==", -1},     {"AAB=", -1},     {"A===", -1}, {"====", -1},  {"AA=A", -1},
		{"AA==AAAA", -1}, {"AAAA\n", -1},   {" AAA", -1}, {"AAA\n", -1}, {"AAA", -1},
		{"AA-_", -1},     {"AAAAAAAA", -1}, // more than there is room for
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t octets[5];
		size_t length = 0;
		int error = base64_read(rows[i].text, strlen(rows[i].text), sizeof(octets), octets,
					&length);
		CU_ASSERT_EQUAL(error, rows[i].length < 0 ? -EINVAL : 0);
		if (error == 0) {
			CU_ASSERT_EQUAL((int)length, rows[i].length);
		}
	}
}

int main(void)
{
	static const struct test_entry tests[] = {
		T(evidence_reads_as_it_was_written),
		T(text_without_room_stays_as_it_was),
		T(dnskey_anchors_are_kept_as_ds),
		T(anchors_of_zones_named_like_a_class_or_a_type_stay_theirs),
		T(results_that_are_inconsistent_give_no_evidence),
		T(texts_that_are_no_evidence_are_refused),
		T(members_that_are_missing_or_of_another_type_are_refused),
		T(unknown_members_are_refused),
		T(more_steps_than_a_trace_has_are_refused),
		T(anchor_with_a_line_break_is_refused),
		T(base64_has_one_text_for_each_message),
	};
	recorded_start();
	int status = cunit_run("evidence_file", tests, sizeof(tests) / sizeof(tests[0]));
	recorded_stop();
	return status;
}
