// SPDX-License-Identifier: BSD-3-Clause

#include <parallax/dns/rr_type.h>
#include <parallax/exchange/result.h>
#include <parallax/exchange/trace.h>

#include "cunit_runner.h"

#include <errno.h>
#include <string.h>

static uint8_t body[1024];
static struct plx_writer writer;

static struct plx_name name_of(const char *text)
{
	struct plx_name name = {.length = 0};
	CU_ASSERT_EQUAL_FATAL(plx_name_parse(text, strlen(text), &name), 0);
	return name;
}

static void put_name(const char *text)
{
	struct plx_name name = name_of(text);
	plx_result_body_name(&writer, &name);
}

static void put_record(uint32_t ttl, const char *rdata)
{
	size_t start = plx_result_body_record_begin(&writer, ttl);
	plx_write_bytes(&writer, rdata, strlen(rdata));
	plx_result_body_record_end(&writer, start);
}

// found_at, owner, two aliases and two records.
static struct plx_result full_result(void)
{
	writer = plx_writer_init(body, sizeof(body));
	put_name("test");
	put_name("c.test");
	put_name("b.test");
	put_name("c.test");
	put_record(60, "first");
	put_record(61, "");
	return (struct plx_result) {.status = PLX_STATUS_ANSWERED,
				    .has_found_at = 1,
				    .alias_count = 2,
				    .record_count = 2,
				    .body_length = (uint32_t)writer.position};
}

TEST(body_reads_as_it_was_written)
{
	struct plx_result result = full_result();
	struct plx_result_view view;
	struct plx_result_record record;
	struct plx_name expected = name_of("b.test");
	CU_ASSERT_EQUAL_FATAL(plx_result_open(&result, body, &view), 0);
	CU_ASSERT_PTR_EQUAL(view.result, &result);
	CU_ASSERT_TRUE(plx_name_equal(&view.aliases[0], &expected));
	expected = name_of("c.test");
	CU_ASSERT_TRUE(plx_name_equal(&view.aliases[1], &expected));
	CU_ASSERT_TRUE(plx_name_equal(&view.owner, &expected));
	expected = name_of("test");
	CU_ASSERT_TRUE(plx_name_equal(&view.found_at, &expected));
	CU_ASSERT_TRUE_FATAL(plx_result_next(&view, &record));
	CU_ASSERT_EQUAL(record.ttl, 60);
	CU_ASSERT_EQUAL(record.rdata_length, 5);
	CU_ASSERT_EQUAL(memcmp(record.rdata, "first", 5), 0);
	CU_ASSERT_TRUE_FATAL(plx_result_next(&view, &record));
	CU_ASSERT_EQUAL(record.ttl, 61);
	CU_ASSERT_EQUAL(record.rdata_length, 0);
	CU_ASSERT_FALSE(plx_result_next(&view, &record));
}

TEST(empty_body_has_no_names)
{
	struct plx_result result = {.status = PLX_STATUS_TIMEOUT};
	struct plx_result_view view;
	struct plx_result_record record;
	CU_ASSERT_EQUAL_FATAL(plx_result_open(&result, NULL, &view), 0);
	CU_ASSERT_EQUAL(view.found_at.length, 0);
	CU_ASSERT_EQUAL(view.owner.length, 0);
	CU_ASSERT_FALSE(plx_result_next(&view, &record));
}

TEST(bodies_of_another_length_are_refused)
{
	struct plx_result result = full_result();
	struct plx_result_view view;
	uint32_t length = result.body_length;
	for (result.body_length = 0; result.body_length < length; result.body_length++) {
		CU_ASSERT_EQUAL(plx_result_open(&result, body, &view), -EINVAL);
	}
	result.body_length = length + 1;
	CU_ASSERT_EQUAL(plx_result_open(&result, body, &view), -EINVAL);
}

TEST(fields_out_of_range_are_refused)
{
	struct plx_result_view view;
	const struct plx_result bad[] = {
		{.status = PLX_STATUS_COUNT},
		{.dnssec = PLX_DNSSEC_COUNT},
		{.transport = PLX_TRANSPORT_COUNT},
		{.cause = PLX_CAUSE_COUNT},
		{.has_found_at = 2},
		{.alias_count = PLX_ALIASES_MAX + 1},
		{.body_length = PLX_RESULT_BODY_MAX + 1},
		{.server.ip.family = 5},
	};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(bad); i++) {
		CU_ASSERT_EQUAL(plx_result_open(&bad[i], body, &view), -EINVAL);
	}
}

TEST(trace_lies_behind_the_records)
{
	struct plx_result result = full_result();
	struct plx_result_view view;
	CU_ASSERT_EQUAL(plx_result_trace(&result, body).length, 0);
	plx_write_bytes(&writer, "trace", 5);
	result.body_length += 5;
	CU_ASSERT_EQUAL(plx_result_open(&result, body, &view), -EINVAL); // of unknown length
	result.trace_length = 5;
	CU_ASSERT_EQUAL(plx_result_open(&result, body, &view), 0);
	struct plx_reader trace = plx_result_trace(&result, body);
	CU_ASSERT_EQUAL_FATAL(plx_reader_left(&trace), 5);
	CU_ASSERT_EQUAL(memcmp(trace.bytes, "trace", 5), 0);
	result.trace_length = result.body_length + 1;
	CU_ASSERT_EQUAL(plx_result_open(&result, body, &view), -EINVAL);
	result = (struct plx_result) {.body_length = PLX_TRACE_BYTES_MAX + 1,
				      .trace_length = PLX_TRACE_BYTES_MAX + 1};
	CU_ASSERT_EQUAL(plx_result_open(&result, body, &view), -EINVAL);
}

TEST(malformed_names_are_refused)
{
	struct plx_result result = full_result();
	struct plx_result_view view;
	body[1] = 0xc0;
	CU_ASSERT_EQUAL(plx_result_open(&result, body, &view), -EINVAL);
}

TEST(full_writer_stays_failed)
{
	struct plx_name name = name_of("test");
	writer = plx_writer_init(body, 8);
	plx_result_body_name(&writer, &name);
	size_t start = plx_result_body_record_begin(&writer, 1);
	plx_result_body_record_end(&writer, start);
	CU_ASSERT_TRUE(writer.failed);
}

TEST(rdata_past_65535_octets_fails_the_writer)
{
	static uint8_t large[70000];
	static const uint8_t rdata[65536];
	writer = plx_writer_init(large, sizeof(large));
	size_t start = plx_result_body_record_begin(&writer, 1);
	plx_write_bytes(&writer, rdata, 65535);
	plx_result_body_record_end(&writer, start);
	CU_ASSERT_FALSE(writer.failed);
	CU_ASSERT_EQUAL(large[4], 0xff);
	CU_ASSERT_EQUAL(large[5], 0xff);
	plx_write_u8(&writer, 0);
	plx_result_body_record_end(&writer, start);
	CU_ASSERT_TRUE(writer.failed);
}

TEST(only_noerror_and_nxdomain_answers_are_definitive)
{
	for (uint8_t status = 0; status < PLX_STATUS_COUNT; status++) {
		for (uint16_t rcode = 0; rcode < 24; rcode++) {
			struct plx_result result = {.status = status, .rcode = rcode};
			bool expected = status == PLX_STATUS_ANSWERED &&
					(rcode == PLX_RCODE_NOERROR || rcode == PLX_RCODE_NXDOMAIN);
			CU_ASSERT_EQUAL(plx_result_is_definitive(&result), expected);
			for (uint8_t cause = PLX_CAUSE_NONE + 1; cause < PLX_CAUSE_COUNT; cause++) {
				result.cause = cause;
				CU_ASSERT_FALSE(plx_result_is_definitive(&result));
			}
		}
	}
	struct plx_result zero = {0};
	CU_ASSERT_FALSE(plx_result_is_definitive(&zero));
}

TEST(every_enum_value_has_a_word)
{
	for (int i = 0; i < PLX_STATUS_COUNT; i++) {
		CU_ASSERT_STRING_NOT_EQUAL(plx_status_name((enum plx_status)i), "unknown");
	}
	for (int i = 0; i < PLX_DNSSEC_COUNT; i++) {
		CU_ASSERT_STRING_NOT_EQUAL(plx_dnssec_name((enum plx_dnssec)i), "unknown");
	}
	for (int i = 0; i < PLX_TRANSPORT_COUNT; i++) {
		CU_ASSERT_STRING_NOT_EQUAL(plx_transport_name((enum plx_transport)i), "unknown");
	}
	for (int i = 0; i < PLX_CAUSE_COUNT; i++) {
		CU_ASSERT_STRING_NOT_EQUAL(plx_cause_text((enum plx_cause)i), "unknown");
	}
	CU_ASSERT_STRING_EQUAL(plx_status_name(PLX_STATUS_COUNT), "unknown");
	CU_ASSERT_STRING_EQUAL(plx_cause_text((enum plx_cause) - 1), "unknown");
	CU_ASSERT_STRING_EQUAL(plx_ede_name(0), "Other Error");
	CU_ASSERT_STRING_EQUAL(plx_ede_name(6), "DNSSEC Bogus");
	CU_ASSERT_STRING_EQUAL(plx_ede_name(9), "DNSKEY Missing");
	CU_ASSERT_STRING_EQUAL(plx_ede_name(22), "No Reachable Authority");
	CU_ASSERT_STRING_EQUAL(plx_ede_name(27), "Unsupported NSEC3 Iterations Value");
	CU_ASSERT_STRING_EQUAL(plx_ede_name(29), "Synthesized");
	CU_ASSERT_STRING_EQUAL(plx_ede_name(30), "unassigned");
	CU_ASSERT_STRING_EQUAL(plx_ede_name(UINT16_MAX), "unassigned");
}

TEST(status_field_is_the_rcode_of_an_answer)
{
	char text[12];
	struct plx_result result = {.status = PLX_STATUS_ANSWERED};
	CU_ASSERT_STRING_EQUAL(plx_status_format(&result, text), "NOERROR");
	result.rcode = PLX_RCODE_REFUSED;
	CU_ASSERT_STRING_EQUAL(plx_status_format(&result, text), "REFUSED");
	result.rcode = 4095;
	CU_ASSERT_STRING_EQUAL(plx_status_format(&result, text), "RCODE4095");
	result.status = PLX_STATUS_INVALID_NAME;
	CU_ASSERT_STRING_EQUAL(plx_status_format(&result, text), "INVALID_NAME");
}

TEST_MAIN(result, T(body_reads_as_it_was_written), T(empty_body_has_no_names),
	  T(bodies_of_another_length_are_refused), T(fields_out_of_range_are_refused),
	  T(trace_lies_behind_the_records), T(malformed_names_are_refused),
	  T(full_writer_stays_failed), T(rdata_past_65535_octets_fails_the_writer),
	  T(only_noerror_and_nxdomain_answers_are_definitive), T(every_enum_value_has_a_word),
	  T(status_field_is_the_rcode_of_an_answer))
