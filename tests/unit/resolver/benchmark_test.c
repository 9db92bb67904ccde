// SPDX-License-Identifier: BSD-3-Clause
// The switches of a benchmark: what each leaves out, and that nothing is left out without it.

#include "cunit_runner.h"
#include "engine_fixture.h"

#include <parallax/exchange/job.h>

#include <stdio.h>

static struct fixture fixture;
static struct fixture_query query;

static uint64_t submit(uint8_t flags, const char *name)
{
	struct plx_job job = {.kind = PLX_JOB_LOOKUP,
			      .qtype = PLX_TYPE_TXT,
			      .flags = flags,
			      .attempts = 1,
			      .timeout_ms = 5000};
	return fixture_submit(&fixture, 0, PLX_PRIORITY_INTERACTIVE, &job, name);
}

static unsigned take_all_udp(void)
{
	unsigned count = 0;
	while (fixture_next_udp(&fixture, &query)) {
		count++;
	}
	return count;
}

// One server as a benchmark wants it, in the place of the fixture's.
static void start_with(const struct upstream_config *switches)
{
	fixture_start(&fixture, 1);
	resolver_upstream_remove(fixture.resolver, 0, fixture.now_ns);
	struct upstream_config config = *switches;
	CU_ASSERT_EQUAL_FATAL(plx_ip_parse("192.0.2.1", &config.endpoint.ip), 0);
	config.endpoint.port = 53;
	resolver_upstream_set(fixture.resolver, 0, &config);
	resolver_upstream_reachable(fixture.resolver, 0, true);
}

static const struct fixture_result *result_of(uint64_t tag)
{
	const struct fixture_result *result = fixture_result_of(&fixture, tag);
	CU_ASSERT_PTR_NOT_NULL_FATAL(result);
	return result;
}

TEST(unmerged_questions_are_asked_each_by_itself)
{
	fixture_start(&fixture, 1);
	uint64_t merged = submit(0, "x.test");
	uint64_t first = submit(PLX_JOB_UNMERGED, "x.test");
	uint64_t second = submit(PLX_JOB_UNMERGED, "x.test");
	(void)submit(0, "x.test"); // joins the first, not one of those
	CU_ASSERT_TRUE_FATAL(fixture_next_udp(&fixture, &query));
	CU_ASSERT_EQUAL(reply_nodata(&fixture, &query), PLX_DROP_ACCEPTED);
	CU_ASSERT_EQUAL(fixture.result_count, 2);
	CU_ASSERT_PTR_NOT_NULL(fixture_result_of(&fixture, merged));
	while (fixture_next_udp(&fixture, &query)) {
		CU_ASSERT_EQUAL(reply_nodata(&fixture, &query), PLX_DROP_ACCEPTED);
	}
	CU_ASSERT_PTR_NOT_NULL(fixture_result_of(&fixture, first));
	CU_ASSERT_PTR_NOT_NULL(fixture_result_of(&fixture, second));
	CU_ASSERT_EQUAL(fixture.counters.questions_merged, 1);
	CU_ASSERT_EQUAL(fixture.counters.queries_sent, 3);
	fixture_stop(&fixture);
}

TEST(the_first_answer_ends_it_whatever_it_says)
{
	static const struct {
		uint16_t flags, rcode;
		enum plx_status status;
	} answers[] = {
		{PLX_FLAG_TC, 0, PLX_STATUS_TRUNCATED},
		{0, 1, PLX_STATUS_ANSWERED},
		{0, 2, PLX_STATUS_ANSWERED},
		{0, 5, PLX_STATUS_ANSWERED},
		{0, 0, PLX_STATUS_ANSWERED}, // neither AA nor RA, no records: LAME when judged
	};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(answers); i++) {
		fixture_start(&fixture, 2);
		uint64_t tag = submit(PLX_JOB_FIRST_ANSWER, "x.test");
		CU_ASSERT_TRUE_FATAL(fixture_next_udp(&fixture, &query));
		struct fixture_reply reply;
		reply_begin(&reply, &query, PLX_FLAG_QR | answers[i].flags, answers[i].rcode);
		CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_ACCEPTED);
		const struct plx_result *result = &result_of(tag)->result;
		CU_ASSERT_EQUAL(result->status, answers[i].status);
		CU_ASSERT_EQUAL(result->rcode, answers[i].rcode);
		CU_ASSERT_EQUAL(result->cause, PLX_CAUSE_UNJUDGED);
		CU_ASSERT_EQUAL(result->answer_bytes, reply.writer.position);
		CU_ASSERT_FALSE(plx_result_is_definitive(result));
		CU_ASSERT_FALSE(fixture_next_tcp(&fixture, &query));
		CU_ASSERT_FALSE(fixture_next_udp(&fixture, &query));
		fixture_stop(&fixture);
	}
}

TEST(an_alias_is_not_followed_for_the_first_answer)
{
	fixture_start(&fixture, 1);
	uint64_t tag = submit(PLX_JOB_FIRST_ANSWER, "x.test");
	CU_ASSERT_TRUE_FATAL(fixture_next_udp(&fixture, &query));
	struct fixture_reply reply;
	reply_begin(&reply, &query, PLX_FLAG_QR | PLX_FLAG_AA, 0);
	reply_cname(&reply, NULL, "elsewhere.test");
	CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_ACCEPTED);
	CU_ASSERT_EQUAL(result_of(tag)->result.alias_count, 0);
	CU_ASSERT_FALSE(fixture_next_udp(&fixture, &query));
	fixture_stop(&fixture);
}

TEST(forged_answers_neither_end_a_first_answer_job_nor_move_it_to_tcp)
{
	fixture_start(&fixture, 1);
	uint64_t tag = submit(PLX_JOB_FIRST_ANSWER | PLX_JOB_PATIENT, "x.test");
	CU_ASSERT_TRUE_FATAL(fixture_next_udp(&fixture, &query));
	for (unsigned i = 0; i < 20; i++) {
		struct fixture_reply reply;
		reply_begin(&reply, &query, PLX_FLAG_QR | PLX_FLAG_AA, 0);
		reply.source.port = 5353;
		CU_ASSERT_EQUAL(reply_send(&fixture, &reply), PLX_DROP_WRONG_SOURCE);
	}
	struct fixture_query by_tcp;
	CU_ASSERT_FALSE(fixture_next_tcp(&fixture, &by_tcp));
	CU_ASSERT_PTR_NULL(fixture_result_of(&fixture, tag));
	CU_ASSERT_EQUAL(reply_nodata(&fixture, &query), PLX_DROP_ACCEPTED);
	CU_ASSERT_EQUAL(result_of(tag)->result.status, PLX_STATUS_ANSWERED);
	fixture_stop(&fixture);
}

TEST(a_patient_query_is_answered_just_before_its_deadline)
{
	fixture_start(&fixture, 1);
	uint64_t patient = submit(PLX_JOB_PATIENT, "x.test");
	CU_ASSERT_TRUE_FATAL(fixture_next_udp(&fixture, &query));
	uint64_t hasty = submit(0, "y.test");
	struct fixture_query other;
	CU_ASSERT_TRUE_FATAL(fixture_next_udp(&fixture, &other));
	fixture_pass(&fixture, 4900 * MS);
	CU_ASSERT_EQUAL(result_of(hasty)->result.status, PLX_STATUS_TIMEOUT);
	CU_ASSERT_PTR_NULL(fixture_result_of(&fixture, patient));
	CU_ASSERT_EQUAL(reply_nodata(&fixture, &query), PLX_DROP_ACCEPTED);
	CU_ASSERT_EQUAL(result_of(patient)->result.status, PLX_STATUS_ANSWERED);
	CU_ASSERT_TRUE(result_of(patient)->result.rtt_us >= 4900000);
	fixture_stop(&fixture);
}

TEST(a_patient_query_ends_by_its_deadline_and_its_answer_is_late)
{
	fixture_start(&fixture, 1);
	uint64_t tag = submit(PLX_JOB_BENCHMARK, "x.test");
	CU_ASSERT_TRUE_FATAL(fixture_next_udp(&fixture, &query));
	fixture_pass(&fixture, 5100 * MS);
	CU_ASSERT_EQUAL(result_of(tag)->result.status, PLX_STATUS_TIMEOUT);
	CU_ASSERT_EQUAL(reply_nodata(&fixture, &query), PLX_DROP_LATE);
	fixture_stop(&fixture);
}

TEST(a_steady_server_takes_all_at_once_and_silence_does_not_stop_it)
{
	start_with(&(struct upstream_config) {.is_steady = true, .in_flight_max = 200});
	for (unsigned i = 0; i < 220; i++) {
		char name[32];
		snprintf(name, sizeof(name), "n%u.test", i);
		(void)submit(PLX_JOB_BENCHMARK, name);
	}
	CU_ASSERT_EQUAL(take_all_udp(), 200); // its limit holds, the start of the window does not
	fixture_pass(&fixture, 5200 * MS);
	fixture_forget_results(&fixture);
	(void)submit(0, "short.test"); // timed out by the server's own measure
	CU_ASSERT_EQUAL(take_all_udp(), 1);
	fixture_pass(&fixture, 1000 * MS);
	struct upstream_snapshot snapshot;
	resolver_upstream_read(fixture.resolver, 0, &snapshot);
	CU_ASSERT_STRING_EQUAL(snapshot.health, "up");
	CU_ASSERT_EQUAL(snapshot.window, 200);
	fixture_stop(&fixture);
}

TEST(an_ordinary_server_starts_with_a_small_window)
{
	start_with(&(struct upstream_config) {.in_flight_max = 600});
	for (unsigned i = 0; i < 600; i++) {
		char name[32];
		snprintf(name, sizeof(name), "n%u.test", i);
		(void)submit(0, name);
	}
	CU_ASSERT_EQUAL(take_all_udp(), 128);
	fixture_stop(&fixture);
}

TEST(unwanted_answers_raise_no_alarm_about_a_steady_server)
{
	start_with(&(struct upstream_config) {.is_steady = true, .in_flight_max = 600});
	(void)submit(PLX_JOB_BENCHMARK, "x.test");
	CU_ASSERT_TRUE_FATAL(fixture_next_udp(&fixture, &query));
	CU_ASSERT_EQUAL(reply_nodata(&fixture, &query), PLX_DROP_ACCEPTED);
	for (unsigned i = 0; i < 300; i++) {
		struct fixture_reply reply;
		reply_begin(&reply, &query, PLX_FLAG_QR, 0);
		reply.port ^= 0x55;
		(void)reply_send(&fixture, &reply);
	}
	CU_ASSERT_EQUAL(fixture.counters.spoof_alarms, 0);
	(void)submit(PLX_JOB_BENCHMARK, "y.test");
	CU_ASSERT_TRUE(fixture_next_udp(&fixture, &query));
	fixture_stop(&fixture);
}

TEST(edns_do_and_cookie_are_left_out_by_name)
{
	start_with(&(struct upstream_config) {.is_without_edns = true});
	(void)submit(0, "x.test");
	CU_ASSERT_TRUE_FATAL(fixture_next_udp(&fixture, &query));
	CU_ASSERT_FALSE(query.message.has_edns);
	fixture_stop(&fixture);
	start_with(&(struct upstream_config) {.is_without_do = true, .is_without_cookie = true});
	(void)submit(0, "x.test");
	CU_ASSERT_TRUE_FATAL(fixture_next_udp(&fixture, &query));
	CU_ASSERT_TRUE(query.message.has_edns);
	CU_ASSERT_FALSE(query.message.edns_do);
	CU_ASSERT_PTR_NULL(query.message.cookie);
	fixture_stop(&fixture);
	start_with(&(struct upstream_config) {0});
	(void)submit(0, "x.test");
	CU_ASSERT_TRUE_FATAL(fixture_next_udp(&fixture, &query));
	CU_ASSERT_TRUE(query.message.has_edns && query.message.edns_do);
	CU_ASSERT_PTR_NOT_NULL(query.message.cookie);
	fixture_stop(&fixture);
}

TEST_MAIN(benchmark, T(unmerged_questions_are_asked_each_by_itself),
	  T(the_first_answer_ends_it_whatever_it_says),
	  T(an_alias_is_not_followed_for_the_first_answer),
	  T(forged_answers_neither_end_a_first_answer_job_nor_move_it_to_tcp),
	  T(a_patient_query_is_answered_just_before_its_deadline),
	  T(a_patient_query_ends_by_its_deadline_and_its_answer_is_late),
	  T(a_steady_server_takes_all_at_once_and_silence_does_not_stop_it),
	  T(an_ordinary_server_starts_with_a_small_window),
	  T(unwanted_answers_raise_no_alarm_about_a_steady_server),
	  T(edns_do_and_cookie_are_left_out_by_name))
