// SPDX-License-Identifier: BSD-3-Clause
// Evidence of hostile answers: valid, bounded, and every octet told.

#include "perform/evidence_json.h"

#include <parallax/dns/rr_type.h>
#include <parallax/exchange/job.h>
#include <parallax/format/result_format.h>

#include "cunit_runner.h"
#include "perform/dnssec_worst.h"
#include "perform/http_evidence.h"
#include "zone_table.h"

#include <jansson.h>

#include <string.h>

static char long_text[9000];

static json_t *answer_of(const struct zone_row *zone, size_t decisive)
{
	static uint8_t body[PLX_RESULT_BODY_MAX];
	struct plx_formatter *formatter = plx_formatter_create(PLX_FORMAT_JSONL);
	struct plx_job job = {.qtype = zone->type, .kind = PLX_JOB_LOOKUP};
	struct plx_result result = {.qtype = zone->type};
	CU_ASSERT_EQUAL_FATAL(plx_name_parse(zone->name, strlen(zone->name), &job.name), 0);
	zone_table_set(zone);
	result.body_length = (uint32_t)zone_table_answer(&job, &result, body, sizeof(body));
	const struct evidence_question question = {.name = &job.name, .type = job.qtype};
	json_t *answer = evidence_answer(formatter, &question, &result, body, decisive);
	plx_formatter_destroy(formatter);
	CU_ASSERT_PTR_NOT_NULL_FATAL(answer);
	return answer;
}

TEST(an_octet_zero_is_told_as_its_symbol)
{
	// A TXT string cannot hold it by the table's text, the name can.
	const struct zone_row zone[] = {
		{.name = "a\\000b\\200.test", .type = PLX_TYPE_TXT, .texts = {"\x80\x01\\u0000"}},
		{0}};
	json_t *answer = answer_of(zone, EVIDENCE_NO_RECORD);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(answer, "name")),
			       "a\\000b\\200.test");
	json_t *strings =
		json_object_get(json_array_get(json_object_get(answer, "records"), 0), "strings");
	CU_ASSERT_STRING_EQUAL(json_string_value(json_array_get(strings, 0)),
			       "\xc2\x80\x01\\u0000");
	json_decref(answer);
}

TEST(a_raw_zero_in_a_record_does_not_end_it)
{
	static uint8_t body[] = {6, 4, 't', 'e', 's', 't', 0, 0, 0, 0, 60, 0, 4, 3, 'a', 0, 'b'};
	struct plx_formatter *formatter = plx_formatter_create(PLX_FORMAT_JSONL);
	struct plx_name name;
	CU_ASSERT_EQUAL_FATAL(plx_name_parse("test", 4, &name), 0);
	const struct plx_result result = {.qtype = PLX_TYPE_TXT,
					  .status = PLX_STATUS_ANSWERED,
					  .record_count = 1,
					  .body_length = sizeof(body)};
	const struct evidence_question question = {.name = &name, .type = PLX_TYPE_TXT};
	json_t *answer = evidence_answer(formatter, &question, &result, body, 0);
	json_t *strings =
		json_object_get(json_array_get(json_object_get(answer, "records"), 0), "strings");
	CU_ASSERT_STRING_EQUAL(json_string_value(json_array_get(strings, 0)), "a\xe2\x90\x80"
									      "b");
	json_decref(answer);
	plx_formatter_destroy(formatter);
}

TEST(large_records_are_left_out_but_counted)
{
	memset(long_text, 'x', sizeof(long_text) - 1);
	const struct zone_row zone[] = {{.name = "big.test",
					 .type = PLX_TYPE_TXT,
					 .alias = "one.test two.test",
					 .texts = {long_text}},
					{0}};
	json_t *answer = answer_of(zone, 0);
	CU_ASSERT_EQUAL(json_array_size(json_object_get(answer, "records")), 0);
	CU_ASSERT_EQUAL(json_array_size(json_object_get(answer, "aliases")), 2);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(answer, "records_total")), 1);
	json_decref(answer);
}

TEST(the_decisive_record_has_its_room_kept)
{
	char half_text[5000];
	memset(half_text, 'y', sizeof(half_text) - 1);
	half_text[sizeof(half_text) - 1] = '\0';
	const struct zone_row zone[] = {
		{.name = "two.test", .type = PLX_TYPE_TXT, .texts = {half_text, half_text, "z"}},
		{0}};
	json_t *answer = answer_of(zone, 1);
	json_t *records = json_object_get(answer, "records");
	// The first would have left no room for the second.
	CU_ASSERT_EQUAL(json_array_size(records), 2);
	json_t *strings = json_object_get(json_array_get(records, 1), "strings");
	CU_ASSERT_STRING_EQUAL(json_string_value(json_array_get(strings, 0)), "z");
	json_decref(answer);
}

TEST(a_result_of_impossible_values_is_told_as_not_evaluated)
{
	struct plx_formatter *formatter = plx_formatter_create(PLX_FORMAT_JSONL);
	struct plx_name name;
	CU_ASSERT_EQUAL_FATAL(plx_name_parse("a.test", 6, &name), 0);
	const struct plx_result result = {.status = 250, .record_count = 7, .alias_count = 200};
	const struct evidence_question question = {.name = &name, .type = PLX_TYPE_CAA};
	json_t *answer = evidence_answer(formatter, &question, &result, (const uint8_t *)"", 3);
	CU_ASSERT_PTR_NOT_NULL_FATAL(answer);
	CU_ASSERT_EQUAL(json_array_size(json_object_get(answer, "records")), 0);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(answer, "status")),
			       "NOT_EVALUATED");
	json_decref(answer);
	plx_formatter_destroy(formatter);
}

// A redirect at each of eleven hosts, each with the worst aliases: all within the megabyte of a perspective's line.
TEST(addresses_of_hostile_hosts_stay_small)
{
	static struct address_list list = {.outcome = ADDRESS_FOUND, .count = ADDRESS_LOOKUP_MAX};
	struct plx_name name = {.length = PLX_NAME_MAX};
	struct plx_formatter *formatter = plx_formatter_create(PLX_FORMAT_JSONL);
	static const uint8_t label_at[] = {0, 64, 128, 192};
	memset(name.wire, 0xff, sizeof(name.wire));
	for (size_t i = 0; i < PLX_ARRAY_SIZE(label_at); i++) {
		name.wire[label_at[i]] = i == 3 ? 61 : 63;
	}
	name.wire[254] = 0;
	CU_ASSERT_TRUE_FATAL(plx_name_is_valid_wire(name.wire, name.length));
	struct address_family_result family = {.result = {.status = PLX_STATUS_ANSWERED},
					       .alias_count = PLX_ALIASES_MAX};
	for (size_t i = 0; i < PLX_ALIASES_MAX; i++) {
		family.aliases[i] = name;
	}
	list.a = family;
	list.aaaa = family;
	for (uint8_t i = 0; i < ADDRESS_LOOKUP_MAX; i++) {
		list.addresses[i] = (struct plx_ip) {
			.family = i < ADDRESS_LOOKUP_FAMILY_MAX ? 6 : 4, .bytes = {32, 1, 7, i}};
	}
	json_t *dns = json_array();
	CU_ASSERT_EQUAL(http_evidence_addresses(formatter, &name, &list, PLX_RESOLUTION_STUB, dns),
			0);
	json_t *first = json_array_get(dns, 0);
	CU_ASSERT_EQUAL(json_array_size(json_object_get(first, "records")),
			ADDRESS_LOOKUP_FAMILY_MAX);
	CU_ASSERT_EQUAL(json_array_size(json_object_get(first, "aliases")), PLX_ALIASES_MAX);
	char *text = json_dumps(dns, JSON_COMPACT);
	CU_ASSERT_TRUE(strlen(text) * FETCH_HOPS_MAX < 512 * 1024);
	free(text);
	json_decref(dns);
	plx_formatter_destroy(formatter);
}

TEST(texts_are_cut_and_made_utf_8)
{
	json_t *text = evidence_text("ab\xff\x80zz", 4);
	CU_ASSERT_STRING_EQUAL(json_string_value(text), "ab\xc3\xbf\xc2\x80");
	json_decref(text);
	text = evidence_octets("a\0.test", 7);
	CU_ASSERT_STRING_EQUAL(json_string_value(text), "a\xe2\x90\x80.test");
	json_decref(text);
	text = evidence_octets("", 0);
	CU_ASSERT_STRING_EQUAL(json_string_value(text), "");
	json_decref(text);
	text = evidence_text(NULL, 4);
	CU_ASSERT_TRUE(json_is_null(text));
}

TEST(parts_that_are_not_there_are_left_out)
{
	json_t *evidence = evidence_make(json_array(), NULL, NULL);
	CU_ASSERT_EQUAL(json_object_size(evidence), 1);
	json_decref(evidence);
}

TEST(the_worst_state_wins_in_any_order)
{
	static const enum plx_dnssec order[] = {PLX_DNSSEC_SECURE, PLX_DNSSEC_INSECURE,
						PLX_DNSSEC_INDETERMINATE, PLX_DNSSEC_UNCHECKED,
						PLX_DNSSEC_BOGUS};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(order); i++) {
		for (size_t j = 0; j < PLX_ARRAY_SIZE(order); j++) {
			struct dnssec_worst worst = {.has_answer = false};
			CU_ASSERT_EQUAL(dnssec_worst_state(&worst), PLX_DNSSEC_UNCHECKED);
			dnssec_worst_add(&worst, order[i]);
			dnssec_worst_add(&worst, order[j]);
			CU_ASSERT_EQUAL(dnssec_worst_state(&worst), order[i > j ? i : j]);
		}
	}
	struct dnssec_worst worst = {.has_answer = false};
	dnssec_worst_add(&worst, (enum plx_dnssec)77);
	CU_ASSERT_EQUAL(dnssec_worst_state(&worst), PLX_DNSSEC_UNCHECKED);
}

TEST_MAIN(evidence_json, T(an_octet_zero_is_told_as_its_symbol),
	  T(a_raw_zero_in_a_record_does_not_end_it), T(large_records_are_left_out_but_counted),
	  T(the_decisive_record_has_its_room_kept),
	  T(a_result_of_impossible_values_is_told_as_not_evaluated),
	  T(addresses_of_hostile_hosts_stay_small), T(texts_are_cut_and_made_utf_8),
	  T(parts_that_are_not_there_are_left_out), T(the_worst_state_wins_in_any_order))
