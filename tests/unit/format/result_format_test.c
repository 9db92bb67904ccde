// SPDX-License-Identifier: BSD-3-Clause
// Golden lines of every output format, escaping of hostile octets, and behaviour without room.

#include <parallax/format/result_format.h>

#include "cunit_runner.h"
#include "result_builder.h"

#include <errno.h>
#include <stdio.h>

static const char caa_issue[] = "\x00\x05"
				"issueca.test";
static const char caa_iodef[] = "\x80\x05"
				"iodefmailto:a@b.test";

static char line[8192];

// The line of one result in one format, NUL-terminated, or "error N".
static const char *render(enum plx_format format, const struct plx_asked *asked,
			  const struct plx_result *result, const uint8_t *body)
{
	struct plx_text text = plx_text_fixed(line, sizeof(line) - 1);
	struct plx_formatter *formatter = plx_formatter_create(format);
	int error = plx_formatter_append(formatter, asked, result, body, &text);
	plx_formatter_destroy(formatter);
	if (error != 0) {
		snprintf(line, sizeof(line), "error %d", error);
	} else {
		line[text.length] = '\0';
	}
	return line;
}

static const char *render_built(enum plx_format format, const char *name, bool relevant_caa,
				struct result_builder *builder)
{
	struct plx_name asked_name = name_of(name);
	struct plx_asked asked = {
		.line = 7,
		.name = &asked_name,
		.type = builder->result.qtype,
		.relevant_caa = relevant_caa,
	};
	return render(format, &asked, builder_finish(builder), builder->body);
}

static void build_found_caa(struct result_builder *builder)
{
	builder_init(builder, PLX_TYPE_CAA);
	builder_found_at(builder, "example.test");
	builder_owner(builder, "example.test");
	builder_record(builder, 300, caa_issue, sizeof(caa_issue) - 1);
}

static void build_aliased_addresses(struct result_builder *builder)
{
	builder_init(builder, PLX_TYPE_A);
	builder_owner(builder, "c.example.test");
	builder_alias(builder, "b.example.test");
	builder_alias(builder, "c.example.test");
	builder_record(builder, 60, "\xc0\x00\x02\x01", 4);
	builder_record(builder, 60, "\xc0\x00\x02\x02", 4);
}

TEST(jsonl_renders_the_documented_caa_line)
{
	struct result_builder builder;
	build_found_caa(&builder);
	CU_ASSERT_STRING_EQUAL(
		render_built(PLX_FORMAT_JSONL, "www.example.test", true, &builder),
		"{\"line\":7,\"name\":\"www.example.test\",\"type\":\"CAA\",\"status\":\"NOERROR\","
		"\"found_at\":\"example.test\",\"records\":[{\"name\":\"example.test\",\"ttl\":300,"
		"\"type\":\"CAA\",\"flags\":0,\"tag\":\"issue\",\"value\":\"ca.test\"}],"
		"\"dnssec\":\"insecure\",\"server\":\"192.0.2.53\",\"transport\":\"udp\","
		"\"queries\":2,\"attempts\":1,\"rtt_us\":812,"
		"\"time\":\"2026-11-23T17:00:00.123456Z\"}");
}

TEST(jsonl_says_null_when_no_ancestor_has_caa)
{
	struct result_builder builder;
	builder_init(&builder, PLX_TYPE_CAA);
	CU_ASSERT_STRING_EQUAL(
		render_built(PLX_FORMAT_JSONL, "example.test", true, &builder),
		"{\"line\":7,\"name\":\"example.test\",\"type\":\"CAA\",\"status\":\"NOERROR\","
		"\"found_at\":null,\"records\":[],\"dnssec\":\"insecure\",\"server\":\"192.0.2."
		"53\","
		"\"transport\":\"udp\",\"queries\":2,\"attempts\":1,\"rtt_us\":812,"
		"\"time\":\"2026-11-23T17:00:00.123456Z\"}");
}

TEST(jsonl_failure_has_an_error_and_never_a_null_found_at)
{
	struct result_builder builder;
	builder_init(&builder, PLX_TYPE_CAA);
	builder.result.status = PLX_STATUS_TIMEOUT;
	builder.result.cause = PLX_CAUSE_NO_ANSWER;
	builder.result.server = (struct plx_endpoint) {0};
	builder.result.transport = PLX_TRANSPORT_NONE;
	builder.result.rtt_us = 0;
	const char *text = render_built(PLX_FORMAT_JSONL, "example.test", true, &builder);
	CU_ASSERT_PTR_NULL(strstr(text, "found_at"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"status\":\"TIMEOUT\",\"records\":[]"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"server\":null,\"transport\":\"none\""));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "Z\",\"error\":\""));
}

TEST(jsonl_keeps_txt_strings_apart)
{
	struct result_builder builder;
	builder_init(&builder, PLX_TYPE_TXT);
	builder_owner(&builder, "t.test");
	builder_record(&builder, 5, "\x03one\x00\x05t\"w\\o", 11);
	CU_ASSERT_PTR_NOT_NULL(strstr(render_built(PLX_FORMAT_JSONL, "t.test", false, &builder),
				      "\"status\":\"NOERROR\",\"records\":[{\"name\":\"t.test\","
				      "\"ttl\":5,\"type\":\"TXT\","
				      "\"strings\":[\"one\",\"\",\"t\\\"w\\\\o\"]}],"));
}

TEST(jsonl_gives_malformed_caa_and_txt_as_unknown_data)
{
	struct result_builder builder;
	builder_init(&builder, PLX_TYPE_CAA);
	builder_owner(&builder, "t.test");
	builder_record(&builder, 5, "\x00\x09xy", 4);
	CU_ASSERT_PTR_NOT_NULL(strstr(render_built(PLX_FORMAT_JSONL, "t.test", false, &builder),
				      "\"type\":\"CAA\",\"data\":\"\\\\# 4 00097879\"}]"));
	builder_init(&builder, PLX_TYPE_TXT);
	builder_owner(&builder, "t.test");
	builder_record(&builder, 5, "\x09xy", 3);
	CU_ASSERT_PTR_NOT_NULL(strstr(render_built(PLX_FORMAT_JSONL, "t.test", false, &builder),
				      "\"type\":\"TXT\",\"data\":\"\\\\# 3 097879\"}]"));
}

TEST(jsonl_lists_aliases_and_other_types_as_data)
{
	struct result_builder builder;
	build_aliased_addresses(&builder);
	CU_ASSERT_PTR_NOT_NULL(
		strstr(render_built(PLX_FORMAT_JSONL, "a.example.test", false, &builder),
		       "\"records\":[{\"name\":\"c.example.test\",\"ttl\":60,\"type\":\"A\","
		       "\"data\":\"192.0.2.1\"},{\"name\":\"c.example.test\",\"ttl\":60,"
		       "\"type\":\"A\",\"data\":\"192.0.2.2\"}],"
		       "\"aliases\":[\"b.example.test\",\"c.example.test\"],\"dnssec\""));
}

TEST(server_names_its_port_only_when_it_is_not_53)
{
	struct result_builder builder;
	builder_init(&builder, PLX_TYPE_A);
	builder.result.server.port = 5353;
	CU_ASSERT_PTR_NOT_NULL(strstr(render_built(PLX_FORMAT_JSONL, "a.test", false, &builder),
				      "\"server\":\"192.0.2.53:5353\""));
	builder_init(&builder, PLX_TYPE_A);
	builder.result.server.ip =
		(struct plx_ip) {.bytes = {0x20, 0x01, 0x0d, 0xb8, [15] = 1}, .family = 6};
	CU_ASSERT_PTR_NOT_NULL(strstr(render_built(PLX_FORMAT_JSONL, "a.test", false, &builder),
				      "\"server\":\"2001:db8::1\""));
	builder.result.server.port = 5353;
	CU_ASSERT_PTR_NOT_NULL(strstr(render_built(PLX_FORMAT_JSONL, "a.test", false, &builder),
				      "\"server\":\"[2001:db8::1]:5353\""));
}

TEST(every_octet_of_a_value_stays_printable_and_reversible)
{
	struct result_builder builder;
	char rdata[2 + 5 + 256] = "\x00\x05issue";
	for (unsigned i = 0; i < 256; i++) {
		rdata[7 + i] = (char)i;
	}
	builder_init(&builder, PLX_TYPE_CAA);
	builder_owner(&builder, "t.test");
	builder_record(&builder, 5, rdata, sizeof(rdata));
	const char *text = render_built(PLX_FORMAT_JSONL, "t.test", false, &builder);
	const char *value = strstr(text, "\"value\":\"");
	CU_ASSERT_PTR_NOT_NULL_FATAL(value);
	value += 9;
	for (unsigned i = 0; i < 256; i++) {
		unsigned octet = (uint8_t)*value;
		if (*value == '\\' && value[1] == 'u') {
			CU_ASSERT_EQUAL(sscanf(value, "\\u%4x", &octet), 1);
			value += 6;
		} else if (*value == '\\') {
			octet = (uint8_t)value[1];
			value += 2;
		} else {
			value++;
		}
		CU_ASSERT_EQUAL(octet, i);
	}
	CU_ASSERT_EQUAL(*value, '"');
	for (const char *c = text; *c != '\0'; c++) {
		CU_ASSERT_TRUE(*c >= ' ' && *c <= '~');
	}
}

TEST(invalid_input_is_shown_escaped_with_its_reason)
{
	const struct plx_result result = {.time_ns = 1795453200000000000u,
					  .status = PLX_STATUS_INVALID_NAME};
	const char raw[] = "bad\t\xff\"..name";
	const struct plx_asked asked = {
		.line = 9,
		.raw = raw,
		.raw_length = sizeof(raw) - 1,
		.type = PLX_TYPE_CAA,
		.relevant_caa = true,
		.error = "the name has an empty label",
	};
	CU_ASSERT_STRING_EQUAL(
		render(PLX_FORMAT_JSONL, &asked, &result, NULL),
		"{\"line\":9,\"name\":\"bad\\u0009\\u00ff\\\"..name\",\"type\":\"CAA\","
		"\"status\":\"INVALID_NAME\",\"records\":[],\"dnssec\":\"unchecked\",\"server\":"
		"null,"
		"\"transport\":\"none\",\"queries\":0,\"attempts\":0,\"rtt_us\":0,"
		"\"time\":\"2026-11-23T17:00:00.000000Z\",\"error\":\"the name has an empty "
		"label\"}");
	CU_ASSERT_STRING_EQUAL(render(PLX_FORMAT_MASSDNS_SIMPLE, &asked, &result, NULL),
			       "; bad\\009\\255\"..name CAA INVALID_NAME");
	CU_ASSERT_STRING_EQUAL(render(PLX_FORMAT_MASSDNS_NDJSON, &asked, &result, NULL),
			       "{\"name\":\"bad\\u0009\\u00ff\\\"..name\",\"type\":\"CAA\","
			       "\"class\":\"IN\",\"error\":\"INVALID_NAME\"}");
}

TEST(massdns_simple_joins_records_by_tabs)
{
	struct result_builder builder;
	builder_init(&builder, PLX_TYPE_CAA);
	builder_owner(&builder, "example.test");
	builder_record(&builder, 300, caa_issue, sizeof(caa_issue) - 1);
	builder_record(&builder, 300, caa_iodef, sizeof(caa_iodef) - 1);
	CU_ASSERT_STRING_EQUAL(
		render_built(PLX_FORMAT_MASSDNS_SIMPLE, "example.test", false, &builder),
		"example.test. CAA 0 issue \"ca.test\"\t"
		"example.test. CAA 128 iodef \"mailto:a@b.test\"");
	build_aliased_addresses(&builder);
	CU_ASSERT_STRING_EQUAL(
		render_built(PLX_FORMAT_MASSDNS_SIMPLE, "a.example.test", false, &builder),
		"a.example.test. CNAME b.example.test.\tb.example.test. CNAME c.example.test.\t"
		"c.example.test. A 192.0.2.1\tc.example.test. A 192.0.2.2");
}

TEST(massdns_simple_writes_a_comment_when_there_is_no_record)
{
	struct result_builder builder;
	builder_init(&builder, PLX_TYPE_A);
	builder.result.rcode = PLX_RCODE_NXDOMAIN;
	CU_ASSERT_STRING_EQUAL(
		render_built(PLX_FORMAT_MASSDNS_SIMPLE, "Example.test", false, &builder),
		"; Example.test. A NXDOMAIN");
}

TEST(massdns_ndjson_has_the_keys_of_massdns)
{
	struct result_builder builder;
	build_found_caa(&builder);
	CU_ASSERT_STRING_EQUAL(
		render_built(PLX_FORMAT_MASSDNS_NDJSON, "www.example.test", true, &builder),
		"{\"name\":\"www.example.test.\",\"type\":\"CAA\",\"class\":\"IN\","
		"\"status\":\"NOERROR\",\"rx_ts\":1795453200123456789,\"data\":{\"answers\":["
		"{\"ttl\":300,\"type\":\"CAA\",\"class\":\"IN\",\"name\":\"example.test.\","
		"\"data\":\"0 issue \\\"ca.test\\\"\"}]},\"flags\":[],"
		"\"resolver\":\"192.0.2.53:53\",\"proto\":\"UDP\"}");
	builder_init(&builder, PLX_TYPE_A);
	builder.result.rcode = PLX_RCODE_NXDOMAIN;
	builder.result.dnssec = PLX_DNSSEC_SECURE;
	builder.result.transport = PLX_TRANSPORT_TCP;
	CU_ASSERT_STRING_EQUAL(
		render_built(PLX_FORMAT_MASSDNS_NDJSON, "x.test", false, &builder),
		"{\"name\":\"x.test.\",\"type\":\"A\",\"class\":\"IN\",\"status\":\"NXDOMAIN\","
		"\"rx_ts\":1795453200123456789,\"data\":{},\"flags\":[\"ad\"],"
		"\"resolver\":\"192.0.2.53:53\",\"proto\":\"TCP\"}");
}

TEST(zdns_has_the_shape_of_zdns)
{
	struct result_builder builder;
	build_found_caa(&builder);
	CU_ASSERT_STRING_EQUAL(
		render_built(PLX_FORMAT_ZDNS, "www.example.test", true, &builder),
		"{\"name\":\"www.example.test\",\"class\":\"IN\",\"results\":{\"CAA\":{"
		"\"status\":\"NOERROR\",\"timestamp\":\"2026-11-23T17:00:00.123456Z\","
		"\"duration\":0.000812,\"data\":{\"answers\":[{\"name\":\"example.test\","
		"\"class\":\"IN\",\"type\":\"CAA\",\"ttl\":300,\"tag\":\"issue\","
		"\"value\":\"ca.test\",\"flag\":0}],\"protocol\":\"udp\","
		"\"resolver\":\"192.0.2.53:53\"}}}}");
	builder_init(&builder, PLX_TYPE_MX);
	builder_owner(&builder, "m.test");
	builder_record(&builder, 9, "\x00\x0a\x02mx\x04test", 11);
	CU_ASSERT_PTR_NOT_NULL(
		strstr(render_built(PLX_FORMAT_ZDNS, "m.test", false, &builder),
		       "\"type\":\"MX\",\"ttl\":9,\"preference\":10,\"answer\":\"mx.test\"}]"));
	builder_init(&builder, PLX_TYPE_TXT);
	builder_owner(&builder, "t.test");
	builder_record(&builder, 5, "\x01x\x01y", 4);
	CU_ASSERT_PTR_NOT_NULL(strstr(render_built(PLX_FORMAT_ZDNS, "t.test", false, &builder),
				      "\"ttl\":5,\"answer\":\"x\\ny\"}]"));
}

TEST(root_and_escapes_keep_the_dots_of_each_format)
{
	struct result_builder builder;
	builder_init(&builder, PLX_TYPE_A);
	builder_alias(&builder, ".");
	const char *text =
		render_built(PLX_FORMAT_MASSDNS_NDJSON, "a.example.test", false, &builder);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"name\":\"a.example.test.\",\"data\":\".\"}"));
	builder_init(&builder, PLX_TYPE_NS);
	builder_owner(&builder, "a.test");
	builder_record(&builder, 60, "\x03@ns\x04test", 10);
	builder_record(&builder, 60, "", 1);
	builder_record(&builder, 60, "\x03no", 3);
	text = render_built(PLX_FORMAT_ZDNS, "a.test", false, &builder);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"answer\":\"\\\\@ns.test\"}"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"answer\":\".\"}"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"answer\":\"\\\\# 3 036E6F\"}"));
}

TEST(names_with_unusual_octets_are_escaped_twice)
{
	struct result_builder builder;
	builder_init(&builder, PLX_TYPE_A);
	CU_ASSERT_PTR_NOT_NULL(
		strstr(render_built(PLX_FORMAT_JSONL, "a\\.b\\\\.\\009x.test", false, &builder),
		       "\"name\":\"a\\\\.b\\\\\\\\.\\\\009x.test\""));
	builder_init(&builder, PLX_TYPE_A);
	CU_ASSERT_PTR_NOT_NULL(
		strstr(render_built(PLX_FORMAT_JSONL, ".", false, &builder), "\"name\":\".\","));
	builder_init(&builder, PLX_TYPE_A);
	CU_ASSERT_STRING_EQUAL(render_built(PLX_FORMAT_MASSDNS_SIMPLE, ".", false, &builder),
			       "; . A NOERROR");
}

TEST(times_are_right_around_leap_days_and_years)
{
	static const struct {
		uint64_t second;
		const char *text;
	} cases[] = {
		{0, "1970-01-01T00:00:00.000001Z"},
		{951782399, "2000-02-28T23:59:59.000001Z"},
		{951782400, "2000-02-29T00:00:00.000001Z"},
		{951868800, "2000-03-01T00:00:00.000001Z"},
		{1767225599, "2025-12-31T23:59:59.000001Z"},
		{1767225600, "2026-01-01T00:00:00.000001Z"},
		{4107542399, "2100-02-28T23:59:59.000001Z"},
		{4107542400, "2100-03-01T00:00:00.000001Z"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct result_builder builder;
		builder_init(&builder, PLX_TYPE_A);
		builder.result.time_ns = cases[i].second * 1000000000u + 1999;
		CU_ASSERT_PTR_NOT_NULL(strstr(
			render_built(PLX_FORMAT_JSONL, "a.test", false, &builder), cases[i].text));
	}
}

TEST(text_without_room_is_left_as_it_was)
{
	struct result_builder builder;
	build_found_caa(&builder);
	const struct plx_result *result = builder_finish(&builder);
	struct plx_name name = name_of("www.example.test");
	struct plx_asked asked = {.name = &name, .type = PLX_TYPE_CAA};
	struct plx_formatter *formatter = plx_formatter_create(PLX_FORMAT_JSONL);
	size_t whole = strlen(render(PLX_FORMAT_JSONL, &asked, result, builder.body));
	for (size_t room = 0; room < whole; room++) {
		char *memory = malloc(3 + room); // exact, so that the sanitizer sees an overrun
		struct plx_text text = plx_text_fixed(memory, 3 + room);
		plx_text_literal(&text, "old");
		CU_ASSERT_EQUAL(
			plx_formatter_append(formatter, &asked, result, builder.body, &text),
			-ENOSPC);
		CU_ASSERT_EQUAL(text.length, 3);
		CU_ASSERT_FALSE(text.failed);
		free(memory);
	}
	struct plx_text growing = plx_text_growing();
	for (unsigned i = 0; i < 100; i++) {
		CU_ASSERT_EQUAL(
			plx_formatter_append(formatter, &asked, result, builder.body, &growing), 0);
	}
	CU_ASSERT_EQUAL(growing.length, 100 * whole);
	plx_text_free(&growing);
	plx_formatter_destroy(formatter);
}

TEST(inconsistent_body_is_refused)
{
	struct result_builder builder;
	build_found_caa(&builder);
	builder_finish(&builder);
	builder.result.body_length -= 1;
	struct plx_name name = name_of("www.example.test");
	struct plx_asked asked = {.name = &name, .type = PLX_TYPE_CAA};
	CU_ASSERT_STRING_EQUAL(render(PLX_FORMAT_JSONL, &asked, &builder.result, builder.body),
			       "error -22");
}

TEST(long_rdata_is_rendered_whole)
{
	struct result_builder builder;
	uint8_t rdata[1500];
	memset(rdata, 0x12, sizeof(rdata));
	builder_init(&builder, 65280);
	builder_owner(&builder, "p.test");
	builder_record(&builder, 5, rdata, sizeof(rdata));
	const char *text = render_built(PLX_FORMAT_JSONL, "p.test", false, &builder);
	const char *data = strstr(text, "\"data\":\"\\\\# 1500 12");
	CU_ASSERT_PTR_NOT_NULL_FATAL(data);
	CU_ASSERT_EQUAL(strchr(data + 8, '"') - data, 17 + 3000);
}

TEST(numbers_of_all_lengths_are_written)
{
	char expected[24];
	uint64_t value = 0;
	for (unsigned i = 0; i < 20; i++) {
		char digits[24];
		struct plx_text text = plx_text_fixed(digits, sizeof(digits));
		plx_text_unsigned(&text, value);
		int length =
			snprintf(expected, sizeof(expected), "%llu", (unsigned long long)value);
		CU_ASSERT_EQUAL(text.length, (size_t)length);
		CU_ASSERT_EQUAL(memcmp(digits, expected, text.length), 0);
		value = value * 10 + i % 10;
	}
	struct plx_text text = plx_text_fixed(expected, 20);
	plx_text_unsigned(&text, UINT64_MAX);
	CU_ASSERT_EQUAL(memcmp(expected, "18446744073709551615", 20), 0);
}

TEST(formats_are_found_by_name)
{
	enum plx_format format = PLX_FORMAT_COUNT;
	CU_ASSERT_EQUAL(plx_format_parse("massdns-ndjson", &format), 0);
	CU_ASSERT_EQUAL(format, PLX_FORMAT_MASSDNS_NDJSON);
	CU_ASSERT_EQUAL(plx_format_parse("json", &format), -EINVAL);
	CU_ASSERT_STRING_EQUAL(plx_format_name(PLX_FORMAT_ZDNS), "zdns");
}

TEST_MAIN(result_format, T(jsonl_renders_the_documented_caa_line),
	  T(jsonl_says_null_when_no_ancestor_has_caa),
	  T(jsonl_failure_has_an_error_and_never_a_null_found_at), T(jsonl_keeps_txt_strings_apart),
	  T(jsonl_gives_malformed_caa_and_txt_as_unknown_data),
	  T(jsonl_lists_aliases_and_other_types_as_data),
	  T(server_names_its_port_only_when_it_is_not_53),
	  T(every_octet_of_a_value_stays_printable_and_reversible),
	  T(invalid_input_is_shown_escaped_with_its_reason),
	  T(massdns_simple_joins_records_by_tabs),
	  T(massdns_simple_writes_a_comment_when_there_is_no_record),
	  T(massdns_ndjson_has_the_keys_of_massdns), T(zdns_has_the_shape_of_zdns),
	  T(root_and_escapes_keep_the_dots_of_each_format),
	  T(names_with_unusual_octets_are_escaped_twice),
	  T(times_are_right_around_leap_days_and_years), T(text_without_room_is_left_as_it_was),
	  T(inconsistent_body_is_refused), T(long_rdata_is_rendered_whole),
	  T(numbers_of_all_lengths_are_written), T(formats_are_found_by_name))
