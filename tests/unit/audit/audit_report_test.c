// SPDX-License-Identifier: BSD-3-Clause
// Queries, and the self-audit table: complete when all is there, and the one check that is left out is named.

#include "audit/audit_report.h"

#include "audit/audit_query.h"

#include <parallax/base/error.h>

#include "audit_fixture.h"
#include "cunit_runner.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct audit_report_totals totals_of(struct audit_fixture *fixture, int64_t first_us,
					    audit_report_cb callback, void *context)
{
	struct audit_report_totals totals = {0};
	struct audit_fault fault;
	struct audit_reader *reader = fixture_reader(fixture);
	CU_ASSERT_EQUAL(audit_report_run(reader, first_us, 0, callback, context, &totals, &fault),
			0);
	audit_reader_close(reader);
	return totals;
}

static bool print_row(const struct audit_report_row *row, void *context)
{
	audit_report_write_row(row, context);
	json_t *json = audit_report_row_json(row);
	CU_ASSERT_EQUAL(json_array_size(json_object_get(json, "entries")), row->expected_count);
	json_decref(json);
	return true;
}

TEST(report_over_complete_orders_has_no_missing_entry)
{
	struct audit_fixture fixture;
	fixture_init(&fixture);
	fixture_open(&fixture);
	unsigned count = 0;
	for (unsigned i = 0; i < 100; i++) {
		char order[32];
		snprintf(order, sizeof(order), "order-%u", i);
		count += fixture_append_order(&fixture, order, "www.example.test", 6, 0);
	}
	CU_ASSERT_TRUE(fixture_wait(&fixture, count));
	struct audit_report_totals totals = totals_of(&fixture, 0, NULL, NULL);
	CU_ASSERT_EQUAL(totals.order_count, 100);
	CU_ASSERT_EQUAL(totals.identifier_count, 100);
	CU_ASSERT_EQUAL(totals.expected_count, 1400);
	CU_ASSERT_EQUAL(totals.present_count, 1400);
	CU_ASSERT_EQUAL(totals.missing_count, 0);
	CU_ASSERT_EQUAL(totals.duplicate_count, 0);
	CU_ASSERT_EQUAL(totals.undeclared_count, 0);
	CU_ASSERT_EQUAL(totals.undecided_order_count, 0);
	// The last order alone.
	totals = totals_of(&fixture, fixture.time_us - 1, NULL, NULL);
	CU_ASSERT_EQUAL(totals.order_count, 1);
	fixture_fini(&fixture);
}

TEST(check_that_is_left_out_is_named)
{
	struct audit_fixture fixture;
	char *text = NULL;
	size_t length = 0;
	fixture_init(&fixture);
	fixture_open(&fixture);
	unsigned count = fixture_append_order(&fixture, "order-1", "a.example.test", 5, 0);
	count += fixture_append_order(&fixture, "order-2", "b.example.test", 5, 1);
	CU_ASSERT_TRUE(fixture_wait(&fixture, count));
	FILE *output = open_memstream(&text, &length);
	audit_report_write_header(output);
	struct audit_report_totals totals = totals_of(&fixture, 0, print_row, output);
	audit_report_write_totals(&totals, output);
	fclose(output);
	CU_ASSERT_EQUAL(totals.missing_count, 1);
	CU_ASSERT_EQUAL(totals.present_count, 23);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "missing entries: 1\n"));
	char *row = strstr(text, "order-2");
	CU_ASSERT_PTR_NOT_NULL_FATAL(row);
	*strchr(row, '\n') = '\0';
	CU_ASSERT_PTR_NOT_NULL(strstr(row, "dcv"));
	CU_ASSERT_PTR_NOT_NULL(strstr(row, "perspective-0"));
	CU_ASSERT_PTR_NULL(strstr(row, "perspective-1"));
	free(text);
	fixture_fini(&fixture);
}

TEST(duplicate_undeclared_and_undecided_checks_are_counted)
{
	struct audit_fixture fixture;
	fixture_init(&fixture);
	fixture_open(&fixture);
	unsigned count = fixture_append_order(&fixture, "order-1", "a.example.test", 3, 0);
	const struct {
		const char *order;
		unsigned perspective;
	} extra[] = {{"order-1", 0}, {"order-1", 7}, {"order-9", 0}};
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(extra); i++) {
		CU_ASSERT_EQUAL(fixture_append(&fixture, AUDIT_KIND_CHECK,
					       check_body(extra[i].order, "a.example.test",
							  extra[i].perspective, "dcv")),
				0);
	}
	CU_ASSERT_TRUE(fixture_wait(&fixture, count + 3));
	struct audit_report_totals totals = totals_of(&fixture, 0, NULL, NULL);
	CU_ASSERT_EQUAL(totals.missing_count, 0);
	CU_ASSERT_EQUAL(totals.duplicate_count, 1);
	CU_ASSERT_EQUAL(totals.undeclared_count, 1);
	CU_ASSERT_EQUAL(totals.undecided_order_count, 1);
	json_t *json = audit_report_totals_json(&totals);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(json, "undeclared_count")), 1);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(json, "expected_count")), 8);
	json_decref(json);
	fixture_fini(&fixture);
}

static bool count_entry(const struct audit_entry *entry, void *context)
{
	(*(unsigned *)context)++;
	return true;
}

static unsigned count_of(struct audit_fixture *fixture, const struct audit_query *query,
			 bool *ret_has_more)
{
	unsigned count = 0;
	struct audit_fault fault;
	struct audit_reader *reader = fixture_reader(fixture);
	CU_ASSERT_EQUAL(audit_query_run(reader, query, count_entry, &count, ret_has_more, &fault),
			0);
	audit_reader_close(reader);
	return count;
}

TEST(records_are_found_by_each_key_while_the_writer_runs)
{
	struct audit_fixture fixture;
	bool has_more = true;
	fixture_init(&fixture);
	fixture_open(&fixture);
	int64_t begin_us = fixture.time_us;
	unsigned count = fixture_append_order(&fixture, "order-1", "a.example.test", 3, 0);
	count += fixture_append_order(&fixture, "order-2", "b.example.test", 3, 0);
	CU_ASSERT_TRUE(fixture_wait(&fixture, count));
	const struct {
		struct audit_query query;
		unsigned expected;
	} rows[] = {
		{{.order_id = "order-1"}, 9},
		{{.order_id = "order-1' OR 1 --"}, 0},
		{{.identifier = "b.example.test"}, 8},
		{{.perspective = "perspective-2"}, 4},
		{{.kind = AUDIT_KIND_ORDER}, 2},
		{{.kind = AUDIT_KIND_QUORUM, .order_id = "order-2"}, 2},
		{{.time_first_us = begin_us, .time_last_us = begin_us + 3}, 4},
		{{.after_sequence = 10}, 9},
		{{.after_sequence = 10, .sequence_last = 12}, 2},
	};
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(rows); i++) {
		CU_ASSERT_EQUAL(count_of(&fixture, &rows[i].query, &has_more), rows[i].expected);
		CU_ASSERT_FALSE(has_more);
	}
	struct audit_query limited = {.order_id = "order-1", .row_max = 4};
	CU_ASSERT_EQUAL(count_of(&fixture, &limited, &has_more), 4);
	CU_ASSERT_TRUE(has_more);
	fixture_fini(&fixture);
}

static int count_step(void *context)
{
	(*(unsigned *)context)++;
	return 0;
}

// What SQLite does for a report over so many orders for one name, in hundreds of steps.
static unsigned report_cost(unsigned order_count, unsigned perspective_count)
{
	struct audit_fixture fixture;
	struct audit_report_totals totals = {0};
	struct audit_fault fault;
	unsigned cost = 0;
	unsigned count = 0;
	fixture_init(&fixture);
	fixture_open(&fixture);
	for (unsigned i = 0; i < order_count; i++) {
		char order[32];
		snprintf(order, sizeof(order), "order-%u", i);
		count += fixture_append_order(&fixture, order, "www.example.test",
					      perspective_count, 0);
	}
	CU_ASSERT_TRUE(fixture_wait(&fixture, count));
	struct audit_reader *reader = fixture_reader(&fixture);
	sqlite3_progress_handler(audit_reader_database(reader), 100, count_step, &cost);
	CU_ASSERT_EQUAL(audit_report_run(reader, 0, 0, NULL, NULL, &totals, &fault), 0);
	CU_ASSERT_EQUAL(totals.order_count, order_count);
	audit_reader_close(reader);
	fixture_fini(&fixture);
	return cost;
}

TEST(a_report_takes_as_long_for_one_large_order_as_for_many_small_ones)
{
	unsigned small = report_cost(100, 3);
	unsigned large = report_cost(7, 64);
	CU_ASSERT(small > 0);
	CU_ASSERT(large <= 2 * small);
	CU_ASSERT(report_cost(400, 3) <= 5 * small);
}

TEST(an_order_is_found_as_fast_when_many_share_its_name)
{
	struct audit_fixture fixture;
	struct audit_fault fault;
	unsigned cost = 0;
	unsigned count = 0;
	unsigned found = 0;
	bool has_more = true;
	fixture_init(&fixture);
	fixture_open(&fixture);
	for (unsigned i = 0; i < 300; i++) {
		char order[32];
		snprintf(order, sizeof(order), "order-%u", i);
		count += fixture_append_order(&fixture, order, "www.example.test", 3, 0);
	}
	CU_ASSERT_TRUE(fixture_wait(&fixture, count));
	struct audit_query query = {.order_id = "order-200", .identifier = "www.example.test"};
	struct audit_reader *reader = fixture_reader(&fixture);
	sqlite3_progress_handler(audit_reader_database(reader), 100, count_step, &cost);
	CU_ASSERT_EQUAL(audit_query_run(reader, &query, count_entry, &found, &has_more, &fault), 0);
	CU_ASSERT_EQUAL(found, 8);
	CU_ASSERT(cost < 10); // of some 240 when all records of the name are looked at
	audit_reader_close(reader);
	fixture_fini(&fixture);
}

TEST(a_report_is_refused_when_the_index_lacks_records)
{
	struct audit_fixture fixture;
	struct audit_report_totals totals = {.order_count = 7};
	struct audit_fault fault;
	sqlite3 *database = NULL;
	fixture_init(&fixture);
	fixture_open(&fixture);
	unsigned count = fixture_append_order(&fixture, "order-1", "a.example.test", 3, 0);
	count += fixture_append_order(&fixture, "order-2", "b.example.test", 3, 0);
	CU_ASSERT_TRUE(fixture_wait(&fixture, count));
	fixture_close(&fixture);
	CU_ASSERT_EQUAL_FATAL(sqlite3_open(fixture.path, &database), SQLITE_OK);
	CU_ASSERT_EQUAL(sqlite3_exec(database,
				     "DELETE FROM record_index WHERE order_id = 'order-1'", NULL,
				     NULL, NULL),
			SQLITE_OK);
	fixture_open(&fixture); // which looks at the ends only
	struct audit_reader *reader = fixture_reader(&fixture);
	CU_ASSERT_EQUAL(audit_report_run(reader, 0, 0, NULL, NULL, &totals, &fault),
			PLX_ERR_AUDIT_INDEX);
	CU_ASSERT_EQUAL(totals.order_count, 7);
	CU_ASSERT_PTR_NOT_NULL(strstr(fault.text, "record_index"));
	audit_reader_close(reader);
	fixture_close(&fixture);
	CU_ASSERT_EQUAL(sqlite3_exec(database, "DELETE FROM record_index", NULL, NULL, NULL),
			SQLITE_OK);
	sqlite3_close(database);
	fixture_open(&fixture);
	totals = totals_of(&fixture, 0, NULL, NULL);
	CU_ASSERT_EQUAL(totals.order_count, 2);
	CU_ASSERT_EQUAL(totals.missing_count, 0);
	fixture_fini(&fixture);
}

TEST_MAIN(audit_report, T(report_over_complete_orders_has_no_missing_entry),
	  T(check_that_is_left_out_is_named),
	  T(duplicate_undeclared_and_undecided_checks_are_counted),
	  T(records_are_found_by_each_key_while_the_writer_runs),
	  T(a_report_takes_as_long_for_one_large_order_as_for_many_small_ones),
	  T(an_order_is_found_as_fast_when_many_share_its_name),
	  T(a_report_is_refused_when_the_index_lacks_records))
