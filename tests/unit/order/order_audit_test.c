// SPDX-License-Identifier: BSD-3-Clause
// Nothing is answered without its records: a full disk, a full queue, a log that takes nothing (reliability case 52).

#include "order/order_payload.h"

#include "order_fixture.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

struct file_limit {
	struct rlimit before;
	struct sigaction signal_before;
};

static struct file_limit limit_files(rlim_t bytes)
{
	struct file_limit limit;
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	CU_ASSERT_EQUAL(sigaction(SIGXFSZ, &ignore, &limit.signal_before), 0);
	CU_ASSERT_EQUAL(getrlimit(RLIMIT_FSIZE, &limit.before), 0);
	struct rlimit small = limit.before;
	small.rlim_cur = bytes;
	CU_ASSERT_EQUAL(setrlimit(RLIMIT_FSIZE, &small), 0);
	return limit;
}

static void lift_limit(const struct file_limit *limit)
{
	CU_ASSERT_EQUAL(setrlimit(RLIMIT_FSIZE, &limit->before), 0);
	CU_ASSERT_EQUAL(sigaction(SIGXFSZ, &limit->signal_before, NULL), 0);
}

static void wait_closed(struct order_fixture *fixture)
{
	struct order_statistics statistics;
	CU_ASSERT(fixture_wait_writable(&fixture->audit));
	unsigned turns = 0;
	do {
		order_fixture_turn(fixture);
		order_table_statistics(fixture->table, &statistics);
	} while (statistics.unclosed > 0 && ++turns < 500);
	CU_ASSERT_EQUAL(statistics.unclosed, 0);
}

TEST(a_full_disk_fails_orders_decides_none_and_resumes_without_a_gap)
{
	struct order_fixture fixture;
	order_fixture_init(&fixture, 5);
	order_fixture_open(&fixture);
	struct file_limit limit = limit_files(512 * 1024);
	unsigned started = 0;
	char id[ORDER_ID_TEXT_MAX] = "";
	struct order_view view;
	while (fixture.ending_counts[ORDER_FAILED_AUDIT] == 0 && started < 500) {
		// All its records leave in one append, with the answer made.
		struct order *order =
			order_fixture_start(&fixture, ORDER_OF(ORDER_DNS_01("a.example.test")));
		snprintf(id, sizeof(id), "%s", order_id(order));
		CU_ASSERT(order_fixture_wait(&fixture, ++started));
	}
	unsigned decided = fixture.ending_counts[ORDER_DECIDED];
	CU_ASSERT_EQUAL(fixture.ending_counts[ORDER_FAILED_AUDIT], 1);
	CU_ASSERT(fixture.last.retry_after_s > 0);
	CU_ASSERT_PTR_NULL(fixture.last.answer);
	CU_ASSERT(order_table_find(fixture.table, id, &view));
	CU_ASSERT_EQUAL(view.ending, ORDER_FAILED_AUDIT);
	CU_ASSERT_PTR_NULL(view.answer); // not by asking later either
	CU_ASSERT_EQUAL(order_fixture_try(&fixture, ORDER_OF(ORDER_DNS_01("a.example.test"))),
			ORDER_REFUSED_AUDIT);
	lift_limit(&limit);
	wait_closed(&fixture);
	order_fixture_start(&fixture, ORDER_OF(ORDER_DNS_01("a.example.test")));
	CU_ASSERT(order_fixture_wait(&fixture, started + 1));
	CU_ASSERT_EQUAL(fixture.ending_counts[ORDER_DECIDED], decided + 1);
	CU_ASSERT(order_fixture_count(&fixture, AUDIT_KIND_ORDER) >= decided + 1);
	order_fixture_verify(&fixture);
	order_fixture_fini(&fixture);
}

// To be freed.
static char *large_order(unsigned count)
{
	json_t *identifiers = json_array();
	for (unsigned i = 0; i < count; i++) {
		json_array_append_new(identifiers,
				      json_loads(ORDER_DNS_01("a.example.test"), 0, NULL));
		json_object_set_new(json_array_get(identifiers, i), "value",
				    json_sprintf("h%u.example.test", i));
	}
	json_t *order = json_pack("{s:o}", "identifiers", identifiers);
	char *text = json_dumps(order, JSON_COMPACT);
	json_decref(order);
	return text;
}

TEST(an_order_that_fails_half_recorded_is_closed_when_the_log_takes_records_again)
{
	struct order_fixture fixture;
	order_fixture_init(&fixture, 5);
	fixture.limits.identifiers_at_a_time = 1;
	order_fixture_open(&fixture);
	char *text = large_order(400);
	struct file_limit limit = limit_files(1024 * 1024);
	order_fixture_start(&fixture, text);
	CU_ASSERT(order_fixture_wait(&fixture, 1));
	CU_ASSERT_EQUAL(fixture.last.ending, ORDER_FAILED_AUDIT);
	struct order_statistics statistics;
	order_table_statistics(fixture.table, &statistics);
	CU_ASSERT_EQUAL(statistics.unclosed, 1);
	CU_ASSERT_EQUAL(order_fixture_count(&fixture, AUDIT_KIND_ORDER), 0);
	CU_ASSERT(order_fixture_count(&fixture, AUDIT_KIND_QUORUM) > 2);
	lift_limit(&limit);
	wait_closed(&fixture);
	CU_ASSERT_EQUAL(order_fixture_count(&fixture, AUDIT_KIND_ORDER), 1);
	free(text);
	order_fixture_verify(&fixture);
	order_fixture_fini(&fixture);
}

TEST(a_last_record_that_no_log_takes_holds_up_no_other)
{
	struct order_fixture fixture;
	order_fixture_init(&fixture, 5);
	fixture.limits.identifiers_at_a_time = 1;
	fixture.audit.config.queue_bytes_max = 24 * 1024; // a few identifiers at a time
	order_fixture_open(&fixture);
	char *text = large_order(400);
	order_fixture_start(&fixture, text);
	CU_ASSERT(order_fixture_wait(&fixture, 1));
	CU_ASSERT_EQUAL(fixture.last.ending, ORDER_FAILED_AUDIT);
	free(text);
	size_t quorums = order_fixture_count(&fixture, AUDIT_KIND_QUORUM);
	CU_ASSERT(quorums > 0); // so that it has to be closed
	order_fixture_start(&fixture, ORDER_OF(ORDER_DNS_01("a.example.test") "," ORDER_DNS_01(
					      "b.example.test")));
	unsigned asked = fixture.perspectives[0].asked_count;
	for (int i = 0; i < 500 && fixture.perspectives[0].asked_count < asked + 4; i++) {
		order_fixture_turn(&fixture);
	}
	order_fixture_hold(&fixture, true);
	for (int i = 0; i < 500 && order_fixture_count(&fixture, AUDIT_KIND_QUORUM) < quorums + 2;
	     i++) {
		order_fixture_turn(&fixture);
	}
	fixture.clock.steps++;
	order_table_note_clock(fixture.table);
	CU_ASSERT(order_fixture_wait(&fixture, 2));
	CU_ASSERT_EQUAL(fixture.last.ending, ORDER_FAILED_CLOCK);
	wait_closed(&fixture);
	CU_ASSERT_EQUAL(order_fixture_count(&fixture, AUDIT_KIND_ORDER), 1);
	order_fixture_fini(&fixture);
}

TEST(orders_wait_for_a_full_queue)
{
	struct order_fixture fixture;
	order_fixture_init(&fixture, 5);
	fixture.audit.config.queue_record_max = 16; // one order's
	order_fixture_open(&fixture);
	for (unsigned i = 0; i < 60; i++) {
		order_fixture_start(&fixture, ORDER_OF(ORDER_DNS_01("a.example.test")));
	}
	CU_ASSERT(order_fixture_wait(&fixture, 60));
	CU_ASSERT_EQUAL(fixture.ending_counts[ORDER_DECIDED], 60);
	order_fixture_verify(&fixture);
	order_fixture_fini(&fixture);
}

TEST(an_order_larger_than_the_queue_fails_and_says_why)
{
	struct order_fixture fixture;
	order_fixture_init(&fixture, 5);
	fixture.audit.config.queue_record_max = 8;
	order_fixture_open(&fixture);
	order_fixture_start(&fixture, ORDER_OF(ORDER_DNS_01("a.example.test")));
	CU_ASSERT(order_fixture_wait(&fixture, 1));
	CU_ASSERT_EQUAL(fixture.last.ending, ORDER_FAILED_AUDIT);
	order_fixture_verify(&fixture);
	order_fixture_fini(&fixture);
}

static bool find_signed(const struct audit_entry *entry, void *context)
{
	if (entry->kind_length != strlen("check") || memcmp(entry->kind, "check", 5) != 0) {
		return true;
	}
	json_t *body = json_loadb(entry->body, entry->body_length, 0, NULL);
	if (strcmp(answer_text(body, "perspective"), "mad-1") != 0) {
		CU_ASSERT(json_is_null(answer_get(body, "signature")));
		CU_ASSERT(json_is_null(answer_get(body, "signed")));
		CU_ASSERT_PTR_NULL(order_payload_of(body));
		json_decref(body);
		return true;
	}
	CU_ASSERT_PTR_NULL(answer_get(body, "answer/evidence")); // nothing is in the log twice
	// What was signed, put together again.
	json_t *answer = json_deep_copy(answer_get(body, "answer"));
	json_t *payload = json_deep_copy(answer_get(body, "signed"));
	json_object_set(answer, "evidence", json_object_get(body, "evidence"));
	json_object_set_new(payload, "answer", answer);
	CU_ASSERT(order_fixture_is_signed("mad-1", answer_text(body, "signature"), payload));
	json_t *same = order_payload_of(body);
	CU_ASSERT(json_equal(same, payload));
	json_decref(same);
	json_object_set_new(answer, "duration_us", json_integer(12001)); // not what was said
	CU_ASSERT_FALSE(order_fixture_is_signed("mad-1", answer_text(body, "signature"), payload));
	CU_ASSERT_EQUAL(json_object_size(payload), 2);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(payload, "id")), 1);
	CU_ASSERT_EQUAL(json_object_size(answer), 12);
	CU_ASSERT_STRING_EQUAL(answer_text(body, "method"), "3.2.2.4.7");
	(*(unsigned *)context)++;
	json_decref(payload);
	json_decref(body);
	return true;
}

TEST(what_a_perspective_signed_can_be_put_together_from_its_record)
{
	struct order_fixture fixture;
	order_fixture_init(&fixture, 5);
	fixture.perspectives[1].dcv = fixture.perspectives[1].caa = "I";
	order_fixture_open(&fixture);
	order_fixture_start(&fixture, ORDER_OF(ORDER_DNS_01("a.example.test")));
	CU_ASSERT(order_fixture_wait(&fixture, 1));
	struct audit_reader *reader = fixture_reader(&fixture.audit);
	struct audit_fault fault;
	unsigned found = 0;
	CU_ASSERT_EQUAL(audit_reader_walk(reader, 1, INT64_MAX, find_signed, &found, &fault), 0);
	CU_ASSERT_EQUAL(found, 2);
	audit_reader_close(reader);
	order_fixture_verify(&fixture);
	order_fixture_fini(&fixture);
}

struct found_traces {
	const char *primary;
	unsigned count;
};

static bool find_traces(const struct audit_entry *entry, void *context)
{
	struct found_traces *found = context;
	json_t *body = json_loadb(entry->body, entry->body_length, 0, NULL);
	const json_t *traces = json_object_get(body, "traces");
	bool is_check = entry->kind_length == 5 && memcmp(entry->kind, "check", 5) == 0;
	CU_ASSERT_EQUAL(json_is_array(traces), is_check);
	if (json_array_size(traces) > 0) {
		CU_ASSERT_EQUAL(json_array_size(traces), 1);
		CU_ASSERT_STRING_EQUAL(json_string_value(json_array_get(traces, 0)), SCRIPT_TRACE);
		CU_ASSERT_STRING_EQUAL(answer_text(body, "perspective"), found->primary);
		found->count++;
	}
	json_decref(body);
	return true;
}

// Files of remotes are not here, whatever their answers say.
TEST(records_vouch_for_the_evidence_of_the_primary_alone)
{
	struct order_fixture fixture;
	order_fixture_init(&fixture, 5);
	order_fixture_open(&fixture);
	order_fixture_start(&fixture, ORDER_OF(ORDER_DNS_01("a.example.test")));
	CU_ASSERT(order_fixture_wait(&fixture, 1));
	struct audit_reader *reader = fixture_reader(&fixture.audit);
	struct audit_fault fault;
	struct found_traces found = {.primary = fixture.perspectives[0].name};
	CU_ASSERT_EQUAL(audit_reader_walk(reader, 1, INT64_MAX, find_traces, &found, &fault), 0);
	CU_ASSERT_EQUAL(found.count, 2); // DCV and CAA
	audit_reader_close(reader);
	order_fixture_fini(&fixture);
}

TEST_MAIN(order_audit, T(a_full_disk_fails_orders_decides_none_and_resumes_without_a_gap),
	  T(an_order_that_fails_half_recorded_is_closed_when_the_log_takes_records_again),
	  T(a_last_record_that_no_log_takes_holds_up_no_other), T(orders_wait_for_a_full_queue),
	  T(an_order_larger_than_the_queue_fails_and_says_why),
	  T(records_vouch_for_the_evidence_of_the_primary_alone),
	  T(what_a_perspective_signed_can_be_put_together_from_its_record))
