// SPDX-License-Identifier: BSD-3-Clause
// Many identifiers, many orders: room, turns, memory.

#include "order_fixture.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

// An order of `count` identifiers by dns-01; to be freed.
static char *order_of_many(unsigned count)
{
	json_t *identifiers = json_array();
	for (unsigned i = 0; i < count; i++) {
		json_array_append_new(identifiers,
				      json_pack("{s:s, s:o, s:{s:s, s:s}}", "type", "dns", "value",
						json_sprintf("h%u.example.test", i), "dcv",
						"validation_method", "acme-dns-01",
						"key_authorization_hash",
						"LPsIwTo7o8BoG0-vjCyGQGBWSVIPxI-i_X336eUOQZo"));
	}
	json_t *order = json_pack("{s:o}", "identifiers", identifiers);
	char *text = json_dumps(order, JSON_COMPACT);
	json_decref(order);
	return text;
}

TEST(each_of_1000_identifiers_is_asked_about_once_everywhere_and_named_in_its_own_row)
{
	struct order_fixture fixture;
	order_fixture_init(&fixture, 5);
	fixture.perspectives[2].room = 7; // a narrow remote is waited for, not failed
	order_fixture_open(&fixture);
	char *text = order_of_many(1000);
	order_fixture_start(&fixture, text);
	free(text);
	CU_ASSERT(order_fixture_wait(&fixture, 1));
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "decision"), "issue");
	for (unsigned i = 0; i < 1000; i++) {
		char path[64], name[64], key[80];
		snprintf(path, sizeof(path), "identifiers/%u/value", i);
		snprintf(name, sizeof(name), "h%u.example.test", i);
		CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, path), name);
		for (unsigned seat = 0; seat <= 5; seat++) {
			const json_t *asked = fixture.perspectives[seat].asked;
			snprintf(key, sizeof(key), "dcv %s", name);
			CU_ASSERT_EQUAL(json_integer_value(json_object_get(asked, key)), 1);
			snprintf(key, sizeof(key), "caa %s", name);
			CU_ASSERT_EQUAL(json_integer_value(json_object_get(asked, key)), 1);
		}
	}
	for (unsigned seat = 0; seat <= 5; seat++) {
		CU_ASSERT_EQUAL(json_object_size(fixture.perspectives[seat].asked), 2000);
		CU_ASSERT(fixture.perspectives[seat].open_max <= 2 * 32);
	}
	CU_ASSERT(fixture.perspectives[2].refused_count > 0);
	CU_ASSERT_EQUAL(fixture.perspectives[2].open_max, 7);
	CU_ASSERT_EQUAL(order_fixture_statistics(&fixture).check_errors, 0);
	order_fixture_expect_own_evidence(&fixture, 12000);
	order_fixture_verify(&fixture);
	order_fixture_fini(&fixture);
}

TEST(orders_take_turns_so_that_a_large_one_holds_up_nobody)
{
	struct order_fixture fixture;
	order_fixture_init(&fixture, 5);
	fixture.limits.checks = 120;
	order_fixture_open(&fixture);
	char *text = order_of_many(500);
	order_fixture_start(&fixture, text);
	free(text);
	for (unsigned i = 0; i < 20; i++) {
		order_fixture_start(&fixture, ORDER_OF(ORDER_DNS_01("a.example.test")));
	}
	CU_ASSERT(order_fixture_wait(&fixture, 20));
	CU_ASSERT_EQUAL(json_array_size(answer_get(fixture.answer, "identifiers")), 1);
	CU_ASSERT(fixture.perspectives[0].open_max <= 2 * 10 + 2);
	CU_ASSERT(order_fixture_wait(&fixture, 21));
	CU_ASSERT_EQUAL(json_array_size(answer_get(fixture.answer, "identifiers")), 500);
	order_fixture_verify(&fixture);
	order_fixture_fini(&fixture);
}

// Of the heap, in use. Nothing under a sanitizer, which brings its own.
static size_t heap_bytes(void)
{
	struct mallinfo2 info = mallinfo2();
	return info.uordblks + info.hblkhd;
}

TEST(orders_in_flight_up_to_the_limit_stay_small_and_past_it_are_refused)
{
	struct order_fixture fixture;
	order_fixture_init(&fixture, 5);
	fixture.limits.orders = 2000;
	fixture.limits.checks = 200000;
	order_fixture_open(&fixture);
	order_fixture_hold(&fixture, true);
	char *text = order_of_many(2);
	size_t before = heap_bytes();
	for (unsigned i = 0; i < 2000; i++) {
		order_fixture_start(&fixture, text);
	}
	CU_ASSERT_EQUAL(order_fixture_try(&fixture, text), ORDER_REFUSED_BUSY);
	CU_ASSERT(order_admission_retry_after_s(ORDER_REFUSED_BUSY) > 0);
	CU_ASSERT(order_fixture_wait_pending(&fixture, 2000 * 24));
	size_t bytes = heap_bytes() - before;
	printf("2000 orders in flight, 48000 checks: %zu kB\n", bytes / 1024);
	CU_ASSERT(bytes < 100u << 20);
	order_fixture_hold(&fixture, false);
	CU_ASSERT(order_fixture_wait(&fixture, 2000));
	CU_ASSERT_EQUAL(fixture.ending_counts[ORDER_DECIDED], 2000);
	CU_ASSERT_EQUAL(order_fixture_try(&fixture, text), ORDER_ADMITTED);
	free(text);
	CU_ASSERT(order_fixture_wait(&fixture, 2001));
	order_fixture_verify(&fixture);
	order_fixture_fini(&fixture);
}

TEST_MAIN(order_load,
	  T(each_of_1000_identifiers_is_asked_about_once_everywhere_and_named_in_its_own_row),
	  T(orders_take_turns_so_that_a_large_one_holds_up_nobody),
	  T(orders_in_flight_up_to_the_limit_stay_small_and_past_it_are_refused))
