// SPDX-License-Identifier: BSD-3-Clause

#include "cunit_runner.h"

#include "readiness/order_list.h"

#include <jansson.h>

#include <stdio.h>
#include <string.h>

static struct order_list list;
static struct order_line line;

static void give(const char *text)
{
	CU_ASSERT_EQUAL(order_list_add(&list, text, strlen(text)), 0);
}

static void expect_order(uint64_t number, const char *reference)
{
	CU_ASSERT_EQUAL_FATAL(order_list_next(&list, &line), ORDER_LINE_ORDER);
	CU_ASSERT_EQUAL(line.number, number);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(line.order, "r")), reference);
	json_decref(line.order);
}

static void expect_fault(uint64_t number, const char *text)
{
	CU_ASSERT_EQUAL_FATAL(order_list_next(&list, &line), ORDER_LINE_FAULTY);
	CU_ASSERT_EQUAL(line.number, number);
	CU_ASSERT_STRING_EQUAL(line.fault.pointer, "");
	CU_ASSERT_PTR_NOT_NULL(strstr(line.fault.text, text));
}

TEST(lines_come_out_as_soon_as_they_are_whole)
{
	order_list_init(&list);
	give("{\"r\":\"one\"}\r\n{\"r\":");
	expect_order(1, "one");
	CU_ASSERT_EQUAL(order_list_next(&list, &line), ORDER_LINE_NONE);
	give("\"two\"}\n");
	expect_order(2, "two");
	CU_ASSERT_EQUAL(order_list_next(&list, &line), ORDER_LINE_NONE);
	CU_ASSERT_FALSE(order_list_is_done(&list));
	order_list_end(&list);
	CU_ASSERT_TRUE(order_list_is_done(&list));
	order_list_fini(&list);
}

TEST(a_last_line_without_its_end_is_a_line)
{
	order_list_init(&list);
	give("  {\"r\":\"one\"} \t");
	CU_ASSERT_EQUAL(order_list_next(&list, &line), ORDER_LINE_NONE);
	order_list_end(&list);
	expect_order(1, "one");
	CU_ASSERT_EQUAL(order_list_next(&list, &line), ORDER_LINE_NONE);
	CU_ASSERT_TRUE(order_list_is_done(&list));
	order_list_fini(&list);
}

TEST(empty_lines_count_and_are_passed_over)
{
	order_list_init(&list);
	give("\n \t\r\n{\"r\":\"three\"}\n\n");
	expect_order(3, "three");
	CU_ASSERT_EQUAL(order_list_next(&list, &line), ORDER_LINE_NONE);
	order_list_fini(&list);
}

TEST(names_and_broken_json_are_faults_that_say_so)
{
	order_list_init(&list);
	give("www.example.test\n[1]\n{\"r\":1,\"r\":2}\n{\"r\":\"x\"} "
	     "{}\n\"a\"\n{\"r\":\"six\"}\n");
	expect_fault(1, "\"www.example.test\" is not an order: each line is one JSON object");
	expect_fault(2, "\"[1]\" is not an order");
	expect_fault(3, "column ");
	expect_fault(4, "column ");
	expect_fault(5, "is not an order");
	expect_order(6, "six");
	order_list_fini(&list);
}

TEST(a_long_plain_line_is_quoted_in_part)
{
	char text[4096];
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	order_list_init(&list);
	give(text);
	give("\n");
	expect_fault(1, "xxx...\" is not an order");
	CU_ASSERT_TRUE(strlen(line.fault.text) < 300);
	order_list_fini(&list);
}

// Whatever is given in pieces of a few octets.
TEST(pieces_of_any_size_make_the_same_lines)
{
	static const char text[] = "{\"r\":\"one\"}\n\nname\n{\"r\":\"four\"}\n";
	for (size_t size = 1; size < sizeof(text); size++) {
		order_list_init(&list);
		unsigned orders = 0, faults = 0;
		for (size_t i = 0; i < sizeof(text) - 1; i += size) {
			size_t left = sizeof(text) - 1 - i;
			CU_ASSERT_EQUAL(order_list_add(&list, text + i, left < size ? left : size),
					0);
			enum order_line_kind kind;
			while ((kind = order_list_next(&list, &line)) != ORDER_LINE_NONE) {
				orders += kind == ORDER_LINE_ORDER;
				faults += kind == ORDER_LINE_FAULTY;
				json_decref(line.order);
			}
		}
		CU_ASSERT_EQUAL(orders, 2);
		CU_ASSERT_EQUAL(faults, 1);
		CU_ASSERT_EQUAL(list.number, 4);
		CU_ASSERT_EQUAL(list.taken, sizeof(text) - 1);
		order_list_fini(&list);
	}
}

TEST(of_a_line_that_is_too_long_nothing_is_kept)
{
	static char fill[64 * 1024];
	memset(fill, 'x', sizeof(fill));
	order_list_init(&list);
	unsigned faults = 0;
	for (size_t given = 0; given < 4 * ORDER_LINE_MAX; given += sizeof(fill)) {
		CU_ASSERT_EQUAL(order_list_add(&list, fill, sizeof(fill)), 0);
		while (order_list_next(&list, &line) == ORDER_LINE_FAULTY) {
			faults++;
			CU_ASSERT_EQUAL(line.number, 1);
			CU_ASSERT_PTR_NOT_NULL(strstr(line.fault.text, "longer than 4194304"));
		}
	}
	CU_ASSERT_EQUAL(faults, 1);
	CU_ASSERT_TRUE(list.capacity < 3 * ORDER_LINE_MAX);
	give("end\n{\"r\":\"two\"}\n");
	expect_order(2, "two");
	order_list_fini(&list);
}

TEST_MAIN(order_list, T(lines_come_out_as_soon_as_they_are_whole),
	  T(a_last_line_without_its_end_is_a_line), T(empty_lines_count_and_are_passed_over),
	  T(names_and_broken_json_are_faults_that_say_so), T(a_long_plain_line_is_quoted_in_part),
	  T(pieces_of_any_size_make_the_same_lines), T(of_a_line_that_is_too_long_nothing_is_kept))
