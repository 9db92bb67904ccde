// SPDX-License-Identifier: BSD-3-Clause

#include <parallax/exchange/trace.h>

#include "cunit_runner.h"

#include <errno.h>
#include <string.h>

static const uint8_t query_octets[] = {1, 2, 3};
static const uint8_t response_octets[] = {4, 5, 6, 7, 8};
static uint8_t octets[4096];

static struct plx_name name_of(const char *text)
{
	struct plx_name name = {.length = 0};
	CU_ASSERT_EQUAL_FATAL(plx_name_parse(text, strlen(text), &name), 0);
	return name;
}

static struct plx_trace_step query_step(void)
{
	struct plx_trace_step step = {.kind = PLX_TRACE_QUERY,
				      .verdict = PLX_TRACE_REFERRAL,
				      .depth = 2,
				      .transport = PLX_TRANSPORT_UDP,
				      .type = 257,
				      .at_us = 123456789,
				      .rtt_us = 987654,
				      .zone = name_of("test"),
				      .name = name_of("wWw.example.test"),
				      .query_length = sizeof(query_octets),
				      .query = query_octets,
				      .response_length = sizeof(response_octets),
				      .response = response_octets};
	CU_ASSERT_EQUAL_FATAL(plx_endpoint_parse("2001:db8::1", 53, &step.server), 0);
	return step;
}

static struct plx_trace_step proof_step(void)
{
	return (struct plx_trace_step) {.kind = PLX_TRACE_PROOF,
					.verdict = PLX_TRACE_NODATA,
					.dnssec = PLX_DNSSEC_BOGUS,
					.cause = 14,
					.ede_code = 8,
					.type = 257,
					.at_us = 5,
					.judged_at_s = 0x123456789a,
					.zone = name_of("example.test"),
					.name = name_of("example.test")};
}

static size_t written(const struct plx_trace_step *step)
{
	struct plx_writer writer = plx_writer_init(octets, sizeof(octets));
	plx_trace_write(&writer, step);
	CU_ASSERT_FALSE_FATAL(writer.failed);
	return writer.position;
}

static void expect_same_query(const struct plx_trace_step *read, const struct plx_trace_step *step)
{
	CU_ASSERT_EQUAL(read->kind, step->kind);
	CU_ASSERT_EQUAL(read->verdict, step->verdict);
	CU_ASSERT_EQUAL(read->depth, step->depth);
	CU_ASSERT_EQUAL(read->transport, step->transport);
	CU_ASSERT_EQUAL(read->type, step->type);
	CU_ASSERT_EQUAL(read->at_us, step->at_us);
	CU_ASSERT_EQUAL(read->rtt_us, step->rtt_us);
	CU_ASSERT_TRUE(plx_endpoint_equal(&read->server, &step->server));
	CU_ASSERT_EQUAL(memcmp(read->name.wire, step->name.wire, step->name.length), 0); // case
	CU_ASSERT_TRUE(plx_name_equal(&read->zone, &step->zone));
	CU_ASSERT_EQUAL_FATAL(read->query_length, step->query_length);
	CU_ASSERT_EQUAL(memcmp(read->query, step->query, step->query_length), 0);
	CU_ASSERT_EQUAL_FATAL(read->response_length, step->response_length);
	CU_ASSERT_EQUAL(memcmp(read->response, step->response, step->response_length), 0);
}

TEST(steps_read_as_they_were_written)
{
	struct plx_trace_step query = query_step();
	struct plx_trace_step proof = proof_step();
	struct plx_trace_step read;
	struct plx_writer writer = plx_writer_init(octets, sizeof(octets));
	plx_trace_write(&writer, &query);
	plx_trace_write(&writer, &proof);
	struct plx_reader reader = plx_reader_init(octets, writer.position);
	CU_ASSERT_EQUAL_FATAL(plx_trace_read(&reader, &read), 1);
	expect_same_query(&read, &query);
	CU_ASSERT_EQUAL_FATAL(plx_trace_read(&reader, &read), 1);
	CU_ASSERT_EQUAL(read.dnssec, PLX_DNSSEC_BOGUS);
	CU_ASSERT_EQUAL(read.cause, 14);
	CU_ASSERT_EQUAL(read.ede_code, 8);
	CU_ASSERT_EQUAL(read.judged_at_s, 0x123456789a);
	CU_ASSERT_EQUAL(read.server.ip.family, 0);
	CU_ASSERT_PTR_NULL(read.query);
	CU_ASSERT_PTR_NULL(read.response);
	CU_ASSERT_EQUAL(plx_trace_read(&reader, &read), 0);
}

TEST(cut_steps_are_refused)
{
	struct plx_trace_step step = query_step();
	size_t length = written(&step);
	for (size_t cut = 1; cut < length; cut++) {
		struct plx_reader reader = plx_reader_init(octets, cut);
		struct plx_trace_step read = {.at_us = 77};
		CU_ASSERT_EQUAL(plx_trace_read(&reader, &read), -EINVAL);
		CU_ASSERT_EQUAL(read.at_us, 77);
		CU_ASSERT_EQUAL(plx_trace_read(&reader, &read), -EINVAL); // and not the end
	}
}

static void expect_refused(const struct plx_trace_step *step)
{
	struct plx_trace_step read;
	struct plx_reader reader = plx_reader_init(octets, written(step));
	CU_ASSERT_EQUAL(plx_trace_read(&reader, &read), -EINVAL);
}

TEST(steps_that_contradict_their_kind_are_refused)
{
	struct plx_trace_step step = query_step();
	step.kind = PLX_TRACE_NOT_EVALUATED;
	expect_refused(&step);
	step.kind = PLX_TRACE_KIND_COUNT;
	expect_refused(&step);
	step = query_step();
	step.verdict = PLX_TRACE_VERDICT_NONE;
	expect_refused(&step);
	step.verdict = PLX_TRACE_VERDICT_COUNT;
	expect_refused(&step);
	step = query_step();
	step.zone.length = 0;
	expect_refused(&step);
	step = query_step();
	step.server = (struct plx_endpoint) {.port = 0};
	expect_refused(&step);
	step = query_step();
	step.dnssec = PLX_DNSSEC_SECURE; // a query proves nothing
	expect_refused(&step);
	step = query_step();
	step.name.wire[0] = 0xc0;
	expect_refused(&step);
	step = query_step();
	step.transport = PLX_TRANSPORT_COUNT;
	expect_refused(&step);
}

TEST(proofs_that_say_nothing_are_refused)
{
	struct plx_trace_step step = proof_step();
	step.verdict = PLX_TRACE_REFERRAL;
	expect_refused(&step);
	step = proof_step();
	step.dnssec = PLX_DNSSEC_COUNT;
	expect_refused(&step);
	step = proof_step();
	step.response = response_octets;
	step.response_length = 1;
	expect_refused(&step);
	step = proof_step();
	step.kind = PLX_TRACE_CUT;
	step.verdict = PLX_TRACE_VERDICT_NONE;
	expect_refused(&step);
	step = proof_step();
	step.kind = PLX_TRACE_REMEMBERED; // with a verdict
	expect_refused(&step);
}

TEST(step_without_room_leaves_the_position)
{
	struct plx_trace_step step = query_step();
	size_t length = written(&step);
	for (size_t room = 0; room < length; room++) {
		struct plx_writer writer = plx_writer_init(octets, room);
		plx_trace_write(&writer, &step);
		CU_ASSERT_TRUE(writer.failed);
		CU_ASSERT_EQUAL(writer.position, 0);
	}
}

TEST(message_past_65535_octets_fails_the_writer)
{
	static uint8_t large[70000];
	struct plx_trace_step step = query_step();
	step.response = large;
	step.response_length = 65536;
	static uint8_t room[80000];
	struct plx_writer writer = plx_writer_init(room, sizeof(room));
	plx_trace_write(&writer, &step);
	CU_ASSERT_TRUE(writer.failed);
}

TEST(step_loses_its_octets_first_and_then_itself)
{
	struct plx_trace_step step = query_step();
	struct plx_trace_step read;
	size_t whole = written(&step);
	size_t bare = whole - sizeof(query_octets) - sizeof(response_octets);
	for (size_t room = PLX_TRACE_CUT_BYTES; room < whole + PLX_TRACE_CUT_BYTES + 2; room++) {
		struct plx_writer writer = plx_writer_init(octets, room);
		bool is_added = plx_trace_add(&writer, &step);
		CU_ASSERT_FALSE(writer.failed);
		CU_ASSERT_EQUAL(is_added, room >= bare + PLX_TRACE_CUT_BYTES);
		struct plx_reader reader = plx_reader_init(octets, writer.position);
		CU_ASSERT_EQUAL_FATAL(plx_trace_read(&reader, &read), 1);
		CU_ASSERT_EQUAL(read.kind, is_added ? PLX_TRACE_QUERY : PLX_TRACE_CUT);
		bool is_whole = room >= whole + PLX_TRACE_CUT_BYTES;
		CU_ASSERT_EQUAL(read.response_length, is_whole ? sizeof(response_octets) : 0);
		CU_ASSERT_EQUAL(plx_trace_read(&reader, &read), 0);
	}
}

TEST(cut_takes_the_room_that_is_kept_for_it)
{
	const struct plx_trace_step cut = {.kind = PLX_TRACE_CUT};
	CU_ASSERT_EQUAL(written(&cut), PLX_TRACE_CUT_BYTES);
}

static bool is_whole(const struct plx_trace_step *steps, unsigned count)
{
	struct plx_writer writer = plx_writer_init(octets, sizeof(octets));
	for (unsigned i = 0; i < count; i++) {
		plx_trace_write(&writer, &steps[i]);
	}
	CU_ASSERT_FALSE_FATAL(writer.failed);
	return plx_trace_is_whole(plx_reader_init(octets, writer.position));
}

TEST(trace_is_whole_unless_a_step_or_a_response_is_lacking)
{
	struct plx_trace_step steps[] = {query_step(), proof_step(), {.kind = PLX_TRACE_CUT}};
	CU_ASSERT_TRUE(is_whole(steps, 2));
	CU_ASSERT_TRUE(is_whole(steps, 0));
	CU_ASSERT_FALSE(is_whole(steps, 3));
	steps[0].query_length = steps[0].response_length = 0;
	CU_ASSERT_FALSE(is_whole(steps, 2));
	steps[0].verdict = PLX_TRACE_TIMEOUT;
	CU_ASSERT_TRUE(is_whole(steps, 2));
	steps[0].verdict = PLX_TRACE_UNREACHABLE;
	CU_ASSERT_TRUE(is_whole(steps, 2));
	const uint8_t no_step[] = {PLX_TRACE_QUERY, 0};
	CU_ASSERT_FALSE(plx_trace_is_whole(plx_reader_init(no_step, sizeof(no_step))));
}

TEST(every_kind_and_verdict_has_a_word)
{
	for (unsigned i = 0; i < PLX_TRACE_KIND_COUNT; i++) {
		CU_ASSERT_PTR_NOT_NULL_FATAL(plx_trace_kind_name((enum plx_trace_kind)i));
	}
	for (unsigned i = 0; i < PLX_TRACE_VERDICT_COUNT; i++) {
		CU_ASSERT_PTR_NOT_NULL_FATAL(plx_trace_verdict_name((enum plx_trace_verdict)i));
	}
	CU_ASSERT_STRING_EQUAL(plx_trace_kind_name(PLX_TRACE_KIND_COUNT), "unknown");
	CU_ASSERT_STRING_EQUAL(plx_trace_verdict_name(PLX_TRACE_VERDICT_COUNT), "unknown");
}

TEST_MAIN(trace, T(steps_read_as_they_were_written), T(cut_steps_are_refused),
	  T(steps_that_contradict_their_kind_are_refused), T(proofs_that_say_nothing_are_refused),
	  T(step_without_room_leaves_the_position), T(message_past_65535_octets_fails_the_writer),
	  T(step_loses_its_octets_first_and_then_itself), T(cut_takes_the_room_that_is_kept_for_it),
	  T(trace_is_whole_unless_a_step_or_a_response_is_lacking),
	  T(every_kind_and_verdict_has_a_word))
