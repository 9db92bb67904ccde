// SPDX-License-Identifier: BSD-3-Clause
// A and AAAA together, answered from a table by a real exchange server.

#include "lookup/address_lookup.h"

#include <parallax/base/byte_writer.h>
#include <parallax/dns/rr_type.h>

#include "lookup/lookup_trace.h"
#include "lookup_session.h"

#include <errno.h>

#include <string.h>

struct zone_row {
	const char *host;
	uint8_t a_status;
	uint8_t aaaa_status;
	uint8_t rcode;
	unsigned a_count;
	unsigned aaaa_count;
	unsigned rdata_length; // of each A record
	bool has_alias;
	bool is_aaaa_bogus; // its zone is, whatever became of the look-up
};

static const struct zone_row zone[] = {
	{"both.test", PLX_STATUS_ANSWERED, PLX_STATUS_ANSWERED, 0, 3, 2, 4, true, false},
	{"many.test", PLX_STATUS_ANSWERED, PLX_STATUS_ANSWERED, 0, 40, 17, 4, false, false},
	{"none.test", PLX_STATUS_ANSWERED, PLX_STATUS_ANSWERED, 3, 0, 0, 4, false, false},
	{"half.test", PLX_STATUS_ANSWERED, PLX_STATUS_TIMEOUT, 0, 1, 0, 4, false, false},
	{"lame.test", PLX_STATUS_ANSWERED, PLX_STATUS_TIMEOUT, 0, 0, 0, 4, false, false},
	{"dark.test", PLX_STATUS_TIMEOUT, PLX_STATUS_TIMEOUT, 0, 0, 0, 4, false, false},
	{"fake.test", PLX_STATUS_ANSWERED, PLX_STATUS_BOGUS, 0, 2, 0, 4, false, false},
	{"torn.test", PLX_STATUS_ANSWERED, PLX_STATUS_TIMEOUT, 0, 2, 0, 4, false, true},
	{"long.test", PLX_STATUS_ANSWERED, PLX_STATUS_ANSWERED, 0, 2, 0, 5, false, false},
	{"fail.test", PLX_STATUS_ANSWERED, PLX_STATUS_ANSWERED, 2, 0, 0, 4, false, false},
};

// Nobody looks into them here.
static const uint8_t trace_octets[] = "what was asked and answered";
#define UNTRACED_ROW 1

static const struct zone_row *row_of(const struct plx_name *name)
{
	for (size_t i = 0; i < PLX_ARRAY_SIZE(zone); i++) {
		struct plx_name host;
		if (plx_name_parse(zone[i].host, strlen(zone[i].host), &host) == 0 &&
		    plx_name_equal(&host, name)) {
			return &zone[i];
		}
	}
	return NULL;
}

// Each address comes twice.
static size_t zone_answer(const struct plx_job *job, struct plx_result *ret_result,
			  uint8_t *ret_body, size_t capacity)
{
	const struct zone_row *row = row_of(&job->name);
	if (row == NULL) {
		CU_FAIL("a question for a name outside the zone");
		return 0;
	}
	bool is_a = job->qtype == PLX_TYPE_A;
	unsigned count = is_a ? row->a_count : row->aaaa_count;
	ret_result->status = is_a ? row->a_status : row->aaaa_status;
	ret_result->dnssec = !is_a && row->is_aaaa_bogus ? PLX_DNSSEC_BOGUS : PLX_DNSSEC_UNCHECKED;
	ret_result->rcode = row->rcode;
	ret_result->record_count = (uint16_t)(2 * count);
	ret_result->alias_count = row->has_alias;
	struct plx_writer writer = plx_writer_init(ret_body, capacity);
	if (count > 0) {
		plx_result_body_name(&writer, &job->name);
	}
	if (row->has_alias) {
		plx_result_body_name(&writer, &job->name);
	}
	for (unsigned i = 0; i < 2 * count; i++) {
		uint8_t rdata[16] = {is_a ? 192 : 0x20, is_a ? 0 : 1, 0x0d, (uint8_t)(i / 2)};
		size_t start = plx_result_body_record_begin(&writer, 300);
		plx_write_bytes(&writer, rdata, is_a ? row->rdata_length : 16);
		plx_result_body_record_end(&writer, start);
	}
	if ((job->flags & PLX_JOB_TRACE) != 0 && row != &zone[UNTRACED_ROW]) {
		ret_result->trace_length = sizeof(trace_octets);
		plx_write_bytes(&writer, trace_octets, sizeof(trace_octets));
	}
	return writer.position;
}

struct outcome {
	unsigned count;
	struct address_list list;
	struct address_list *copy;
};

static void list_arrived(void *context, const struct address_list *list)
{
	struct outcome *outcome = context;
	outcome->count++;
	outcome->list = *list;
	outcome->copy = address_list_copy(list);
}

static struct address_lookup *outcome_start(struct loop *loop, const char *host,
					    struct outcome *outcome)
{
	struct plx_name name;
	*outcome = (struct outcome) {0};
	CU_ASSERT_EQUAL_FATAL(plx_name_parse(host, strlen(host), &name), 0);
	struct address_lookup *lookup = NULL;
	const struct lookup_way way = {.service = loop->service, .resolution = PLX_RESOLUTION_STUB};
	CU_ASSERT_EQUAL_FATAL(
		address_lookup_start(&way, &name, 10000, list_arrived, outcome, &lookup), 0);
	return lookup;
}

static void traced_outcome_wait(struct loop *loop, const char *host, struct outcome *outcome)
{
	struct plx_name name;
	*outcome = (struct outcome) {0};
	CU_ASSERT_EQUAL_FATAL(plx_name_parse(host, strlen(host), &name), 0);
	struct address_lookup *lookup = NULL;
	const struct lookup_way way = {.service = loop->service,
				       .resolution = PLX_RESOLUTION_ITERATIVE,
				       .wants_trace = true};
	CU_ASSERT_EQUAL_FATAL(
		address_lookup_start(&way, &name, 10000, list_arrived, outcome, &lookup), 0);
	LOOP_WHILE(loop, outcome->count == 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(outcome->copy);
}

static struct exchange_host *host_start(const struct loop *loop)
{
	struct exchange_host *host = exchange_host_start(&(struct exchange_host_config) {
		.socket_path = loop->socket.path, .worker_count = 1, .answer = zone_answer});
	CU_ASSERT_PTR_NOT_NULL_FATAL(host);
	return host;
}

static struct address_list look_up(const char *host)
{
	struct loop loop = loop_open(0, 0, 0);
	struct exchange_host *server = host_start(&loop);
	struct outcome outcome;
	outcome_start(&loop, host, &outcome);
	LOOP_WHILE(&loop, outcome.count == 0);
	loop_close(&loop);
	exchange_host_stop(server);
	address_list_free(outcome.copy);
	return outcome.list;
}

TEST(ipv6_comes_first_and_no_address_twice)
{
	struct address_list list = look_up("both.test");
	CU_ASSERT_EQUAL(list.outcome, ADDRESS_FOUND);
	CU_ASSERT_EQUAL_FATAL(list.count, 5);
	for (unsigned i = 0; i < 5; i++) {
		CU_ASSERT_EQUAL(list.addresses[i].family, i < 2 ? 6 : 4);
		CU_ASSERT_EQUAL(list.addresses[i].bytes[3], i < 2 ? i : i - 2);
	}
	CU_ASSERT_EQUAL(list.a.alias_count, 1);
	CU_ASSERT_EQUAL(list.aaaa.alias_count, 1);
	CU_ASSERT_TRUE(list.a.aliases[0].length > 0);
}

TEST(each_family_is_capped)
{
	struct address_list list = look_up("many.test");
	CU_ASSERT_EQUAL(list.count, ADDRESS_LOOKUP_MAX);
	CU_ASSERT_TRUE(list.a.is_capped && list.aaaa.is_capped);
}

TEST(outcome_tells_absence_from_failure)
{
	static const struct {
		const char *host;
		enum address_outcome outcome;
		unsigned count;
	} cases[] = {
		{"none.test", ADDRESS_NONE, 0},   // NXDOMAIN twice
		{"half.test", ADDRESS_FOUND, 1},  // AAAA timed out
		{"lame.test", ADDRESS_FAILED, 0}, // no A, and AAAA is not known
		{"dark.test", ADDRESS_FAILED, 0}, {"fake.test", ADDRESS_FAILED, 0},
		{"torn.test", ADDRESS_FAILED, 0}, // AAAA timed out, in a zone that is bogus
		{"long.test", ADDRESS_FAILED, 0}, {"fail.test", ADDRESS_FAILED, 0},
	};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(cases); i++) {
		struct address_list list = look_up(cases[i].host);
		CU_ASSERT_EQUAL(list.outcome, cases[i].outcome);
		CU_ASSERT_EQUAL(list.count, cases[i].count);
	}
	CU_ASSERT_EQUAL(look_up("fake.test").aaaa.result.status, PLX_STATUS_BOGUS);
	CU_ASSERT_TRUE(look_up("long.test").a.is_malformed);
}

TEST(cancelled_address_look_up_calls_nobody)
{
	struct loop loop = loop_open(0, 0, 0);
	struct exchange_host *server = host_start(&loop);
	struct outcome cancelled;
	struct outcome other;
	exchange_host_stall(server, true);
	struct address_lookup *lookup = outcome_start(&loop, "both.test", &cancelled);
	LOOP_WHILE(&loop, loop_stats(&loop).open < 2);
	address_lookup_cancel(lookup);
	address_lookup_cancel(NULL);
	exchange_host_stall(server, false);
	outcome_start(&loop, "half.test", &other);
	LOOP_WHILE(&loop, other.count == 0);
	CU_ASSERT_EQUAL(cancelled.count, 0);
	address_list_free(other.copy);
	loop_close(&loop);
	exchange_host_stop(server);
}

static struct exchange_host *judging_host_start(const struct loop *loop, const char *judged_by)
{
	struct exchange_host *host = exchange_host_start(
		&(struct exchange_host_config) {.socket_path = loop->socket.path,
						.worker_count = 1,
						.answer = zone_answer,
						.judged_by = judged_by});
	CU_ASSERT_PTR_NOT_NULL_FATAL(host);
	return host;
}

TEST(traces_stay_with_a_copied_list_until_it_is_freed)
{
	struct loop loop = loop_open(0, 0, 0);
	struct exchange_host *server = judging_host_start(
		&loop, "{\"trust_anchors\":\". IN DS 1 8 2 AA\",\"allow_sha1\":false,"
		       "\"iterations_insecure\":false,\"nsec3_iterations_max\":7,"
		       "\"rsa_bits_min\":1024}");
	struct outcome outcome;
	traced_outcome_wait(&loop, "half.test", &outcome);
	const struct address_family_result *a = &outcome.copy->a;
	CU_ASSERT_EQUAL(a->trace_error, 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(a->trace);
	CU_ASSERT_EQUAL(a->trace->reference_count, 1);
	CU_ASSERT_EQUAL(a->trace->job.flags, PLX_JOB_NO_CACHE | PLX_JOB_TRACE);
	CU_ASSERT_EQUAL(a->trace->job.qtype, PLX_TYPE_A);
	CU_ASSERT_EQUAL(a->trace->job.resolution, PLX_RESOLUTION_ITERATIVE);
	CU_ASSERT_EQUAL(a->trace->terms.nsec3_iterations_max, 7);
	CU_ASSERT_STRING_EQUAL(a->trace->terms.trust_anchors, ". IN DS 1 8 2 AA");
	const struct plx_result *result = &a->trace->result;
	CU_ASSERT_EQUAL_FATAL(result->trace_length, sizeof(trace_octets));
	CU_ASSERT_EQUAL(memcmp(a->trace->body + result->body_length - sizeof(trace_octets),
			       trace_octets, sizeof(trace_octets)),
			0);
	// A question that failed says how it came to that, too.
	CU_ASSERT_PTR_NOT_NULL_FATAL(outcome.copy->aaaa.trace);
	CU_ASSERT_EQUAL(outcome.copy->aaaa.trace->job.qtype, PLX_TYPE_AAAA);
	CU_ASSERT_EQUAL(loop_stats(&loop).trace_bytes,
			a->trace->bytes + outcome.copy->aaaa.trace->bytes);
	address_list_free(outcome.copy);
	CU_ASSERT_EQUAL(loop_stats(&loop).trace_bytes, 0);

	traced_outcome_wait(&loop, zone[UNTRACED_ROW].host, &outcome);
	CU_ASSERT_EQUAL(outcome.copy->a.trace_error, -ENODATA);
	CU_ASSERT_PTR_NULL(outcome.copy->a.trace);
	address_list_free(outcome.copy);
	loop_close(&loop);
	exchange_host_stop(server);
}

TEST(trace_without_what_it_was_judged_by_is_not_kept)
{
	struct loop loop = loop_open(0, 0, 0);
	struct exchange_host *server = judging_host_start(&loop, NULL);
	struct outcome outcome;
	traced_outcome_wait(&loop, "both.test", &outcome);
	CU_ASSERT_EQUAL(outcome.copy->a.trace_error, -ENOKEY);
	CU_ASSERT_EQUAL(outcome.copy->aaaa.trace_error, -ENOKEY);
	CU_ASSERT_EQUAL(loop_stats(&loop).trace_bytes, 0);
	address_list_free(outcome.copy);
	exchange_host_stop(server);
	loop_close(&loop);
}

TEST(names_of_outcomes_are_distinct)
{
	CU_ASSERT_STRING_EQUAL(address_outcome_name(ADDRESS_NOT_EVALUATED), "not-evaluated");
	CU_ASSERT_STRING_EQUAL(address_outcome_name(ADDRESS_FOUND), "found");
	CU_ASSERT_STRING_EQUAL(address_outcome_name(ADDRESS_NONE), "none");
	CU_ASSERT_STRING_EQUAL(address_outcome_name(ADDRESS_FAILED), "failed");
}

TEST_MAIN(address_lookup, T(ipv6_comes_first_and_no_address_twice), T(each_family_is_capped),
	  T(outcome_tells_absence_from_failure), T(cancelled_address_look_up_calls_nobody),
	  T(traces_stay_with_a_copied_list_until_it_is_freed),
	  T(trace_without_what_it_was_judged_by_is_not_kept), T(names_of_outcomes_are_distinct))
