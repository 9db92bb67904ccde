// SPDX-License-Identifier: BSD-3-Clause

#include "engine_fixture.h"

#include <CUnit/Basic.h>

#include <stdlib.h>
#include <string.h>

static bool keep_result(void *context, unsigned client, const struct plx_result *result,
			const uint8_t *body)
{
	struct fixture *fixture = context;
	if (fixture->is_client_stalled) {
		return false;
	}
	CU_ASSERT_FATAL(fixture->result_count < FIXTURE_RESULTS_MAX);
	struct fixture_result *kept = &fixture->results[fixture->result_count++];
	kept->client = client;
	kept->result = *result;
	kept->body = malloc(result->body_length + 1);
	if (result->body_length > 0) {
		memcpy(kept->body, body, result->body_length);
	}
	return true;
}

static void start(struct fixture *fixture, uint16_t worker, uint16_t worker_count,
		  unsigned upstream_count, bool is_trusted, uint32_t rate_qps,
		  uint32_t in_flight_max)
{
	memset(fixture, 0, sizeof(*fixture));
	static const uint8_t key[PLX_RANDOM_KEY_BYTES] = {42};
	plx_random_init_fixed(&fixture->random, key);
	CU_ASSERT_EQUAL_FATAL(
		query_identity_init(&fixture->identity, 16384, 14, 2, 10, &fixture->random), 0);
	const struct resolver_config config = {
		.identity = &fixture->identity,
		.worker = worker,
		.worker_count = worker_count,
		.lookups_max = 1024,
		.random = &fixture->random,
		.sink = {.deliver = keep_result, .context = fixture},
		.counters = &fixture->counters,
	};
	int error = 0;
	fixture->resolver = resolver_create(&config, &error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(fixture->resolver);
	fixture->now_ns = 1000 * SECOND;
	resolver_expire(fixture->resolver, fixture->now_ns);
	for (unsigned i = 0; i < upstream_count; i++) {
		const struct upstream_config upstream = {
			.endpoint = {.ip = {.family = 4, .bytes = {192, 0, 2, (uint8_t)(i + 1)}},
				     .port = 53},
			.is_trusted = is_trusted,
			.rate_qps = rate_qps,
			.in_flight_max = in_flight_max,
		};
		resolver_upstream_set(fixture->resolver, i, &upstream);
		resolver_upstream_reachable(fixture->resolver, i, true);
	}
}

void fixture_start_config(struct fixture *fixture, unsigned upstream_count, bool is_trusted,
			  uint32_t rate_qps, uint32_t in_flight_max)
{
	start(fixture, 0, 1, upstream_count, is_trusted, rate_qps, in_flight_max);
}

void fixture_start_worker(struct fixture *fixture, uint16_t worker, uint16_t worker_count,
			  uint32_t rate_qps, uint32_t in_flight_max)
{
	start(fixture, worker, worker_count, 1, false, rate_qps, in_flight_max);
}

void fixture_start(struct fixture *fixture, unsigned upstream_count)
{
	fixture_start_config(fixture, upstream_count, false, 0, 0);
}

void fixture_forget_results(struct fixture *fixture)
{
	for (unsigned i = 0; i < fixture->result_count; i++) {
		free(fixture->results[i].body);
	}
	fixture->result_count = 0;
}

void fixture_stop(struct fixture *fixture)
{
	resolver_destroy(fixture->resolver);
	fixture_forget_results(fixture);
}

uint64_t fixture_submit(struct fixture *fixture, unsigned client, enum plx_priority priority,
			struct plx_job *job, const char *name)
{
	static uint64_t tag;
	job->tag = ++tag;
	CU_ASSERT_EQUAL_FATAL(plx_name_parse(name, strlen(name), &job->name), 0);
	CU_ASSERT_EQUAL_FATAL(
		resolver_submit(fixture->resolver, client, priority, job, fixture->now_ns), 0);
	return job->tag;
}

uint64_t fixture_lookup(struct fixture *fixture, const char *name, uint16_t type)
{
	struct plx_job job = {.kind = PLX_JOB_LOOKUP, .qtype = type};
	return fixture_submit(fixture, 0, PLX_PRIORITY_BULK, &job, name);
}

uint64_t fixture_caa(struct fixture *fixture, const char *name)
{
	struct plx_job job = {.kind = PLX_JOB_RELEVANT_CAA, .qtype = PLX_TYPE_CAA};
	return fixture_submit(fixture, 0, PLX_PRIORITY_BULK, &job, name);
}

static void parse_query(struct fixture_query *query)
{
	CU_ASSERT_EQUAL_FATAL(plx_message_open(query->wire, query->length, &query->message), 0);
	CU_ASSERT_EQUAL_FATAL(plx_message_check(&query->message), 0);
	CU_ASSERT_EQUAL_FATAL(
		plx_message_name(&query->message, PLX_DNS_HEADER_BYTES, &query->name, NULL), 0);
	struct plx_name lower = query->name;
	plx_name_lower(&lower);
	plx_name_format(&lower, query->name_text);
}

bool fixture_next_udp(struct fixture *fixture, struct fixture_query *ret_query)
{
	memset(ret_query, 0, sizeof(*ret_query));
	struct outgoing_query outgoing = {.wire = ret_query->wire};
	if (!resolver_next_query(fixture->resolver, fixture->now_ns, &outgoing)) {
		return false;
	}
	ret_query->length = outgoing.length;
	ret_query->source_port = outgoing.source_port;
	ret_query->upstream = outgoing.upstream;
	struct upstream_snapshot snapshot;
	resolver_upstream_read(fixture->resolver, outgoing.upstream, &snapshot);
	ret_query->server = snapshot.config.endpoint;
	parse_query(ret_query);
	return true;
}

bool fixture_next_tcp(struct fixture *fixture, struct fixture_query *ret_query)
{
	memset(ret_query, 0, sizeof(*ret_query));
	if (!resolver_next_tcp(fixture->resolver, fixture->now_ns, &ret_query->tcp)) {
		return false;
	}
	ret_query->length = ret_query->tcp.query_length;
	memcpy(ret_query->wire, ret_query->tcp.query, ret_query->length);
	ret_query->server = ret_query->tcp.server;
	parse_query(ret_query);
	return true;
}

void fixture_pass(struct fixture *fixture, uint64_t duration_ns)
{
	for (uint64_t end_ns = fixture->now_ns + duration_ns; fixture->now_ns < end_ns;) {
		uint64_t step_ns =
			end_ns - fixture->now_ns < 5 * MS ? end_ns - fixture->now_ns : 5 * MS;
		fixture->now_ns += step_ns;
		resolver_expire(fixture->resolver, fixture->now_ns);
	}
}

void reply_begin(struct fixture_reply *reply, const struct fixture_query *query, uint16_t flags,
		 uint16_t rcode)
{
	reply->writer = plx_writer_init(reply->wire, sizeof(reply->wire));
	reply->source = query->server;
	reply->port = query->source_port;
	struct plx_writer *writer = &reply->writer;
	plx_write_u16(writer, query->message.id);
	plx_write_u16(writer, PLX_FLAG_QR | PLX_FLAG_RD | flags | (rcode & 0xf));
	plx_write_u16(writer, 1);
	plx_write_u16(writer, 0);
	plx_write_u16(writer, 0);
	plx_write_u16(writer, 0);
	plx_write_bytes(writer, query->name.wire, query->name.length);
	plx_write_u16(writer, query->message.question_type);
	plx_write_u16(writer, PLX_CLASS_IN);
}

static void add_count(struct fixture_reply *reply, unsigned section)
{
	uint8_t *field = reply->wire + 4 + 2 * section;
	unsigned value = ((unsigned)field[0] << 8 | field[1]) + 1;
	field[0] = (uint8_t)(value >> 8);
	field[1] = (uint8_t)value;
}

static void write_name(struct fixture_reply *reply, const char *text)
{
	if (text == NULL) {
		plx_write_u16(&reply->writer, 0xc000 | PLX_DNS_HEADER_BYTES);
		return;
	}
	struct plx_name name;
	CU_ASSERT_EQUAL_FATAL(plx_name_parse(text, strlen(text), &name), 0);
	plx_write_bytes(&reply->writer, name.wire, name.length);
}

// Returns where RDLENGTH stands.
static size_t begin_record(struct fixture_reply *reply, unsigned section, const char *owner,
			   uint16_t type)
{
	add_count(reply, section);
	write_name(reply, owner);
	plx_write_u16(&reply->writer, type);
	plx_write_u16(&reply->writer, PLX_CLASS_IN);
	plx_write_u32(&reply->writer, 300);
	plx_write_u16(&reply->writer, 0);
	return reply->writer.position - 2;
}

static void end_record(struct fixture_reply *reply, size_t length_at)
{
	size_t length = reply->writer.position - length_at - 2;
	reply->wire[length_at] = (uint8_t)(length >> 8);
	reply->wire[length_at + 1] = (uint8_t)length;
}

void reply_cname(struct fixture_reply *reply, const char *owner, const char *target)
{
	size_t at = begin_record(reply, PLX_SECTION_ANSWER, owner, PLX_TYPE_CNAME);
	write_name(reply, target);
	end_record(reply, at);
}

void reply_caa(struct fixture_reply *reply, const char *owner, uint8_t flags, const char *tag,
	       const char *value)
{
	size_t at = begin_record(reply, PLX_SECTION_ANSWER, owner, PLX_TYPE_CAA);
	plx_write_u8(&reply->writer, flags);
	plx_write_u8(&reply->writer, (uint8_t)strlen(tag));
	plx_write_bytes(&reply->writer, tag, strlen(tag));
	plx_write_bytes(&reply->writer, value, strlen(value));
	end_record(reply, at);
}

void reply_txt(struct fixture_reply *reply, const char *owner, const char *text)
{
	size_t at = begin_record(reply, PLX_SECTION_ANSWER, owner, PLX_TYPE_TXT);
	plx_write_u8(&reply->writer, (uint8_t)strlen(text));
	plx_write_bytes(&reply->writer, text, strlen(text));
	end_record(reply, at);
}

void reply_soa(struct fixture_reply *reply, const char *zone)
{
	size_t at = begin_record(reply, PLX_SECTION_AUTHORITY, zone, PLX_TYPE_SOA);
	write_name(reply, zone);
	write_name(reply, zone);
	for (unsigned i = 0; i < 5; i++) {
		plx_write_u32(&reply->writer, 300);
	}
	end_record(reply, at);
}

void reply_ns(struct fixture_reply *reply, const char *zone, const char *target)
{
	size_t at = begin_record(reply, PLX_SECTION_AUTHORITY, zone, PLX_TYPE_NS);
	write_name(reply, target);
	end_record(reply, at);
}

void reply_opt(struct fixture_reply *reply, uint8_t extended_rcode, const uint8_t *options,
	       uint16_t length)
{
	add_count(reply, PLX_SECTION_ADDITIONAL);
	plx_write_u8(&reply->writer, 0);
	plx_write_u16(&reply->writer, PLX_TYPE_OPT);
	plx_write_u16(&reply->writer, 1232);
	plx_write_u8(&reply->writer, extended_rcode);
	plx_write_u8(&reply->writer, 0);
	plx_write_u16(&reply->writer, 0x8000);
	plx_write_u16(&reply->writer, length);
	plx_write_bytes(&reply->writer, options, length);
}

enum plx_drop_reason reply_send(struct fixture *fixture, struct fixture_reply *reply)
{
	CU_ASSERT_FALSE(reply->writer.failed);
	struct datagram datagram = {
		.payload = reply->wire,
		.length = (uint32_t)reply->writer.position,
		.source = reply->source,
	};
	uint16_t id = (uint16_t)((unsigned)reply->wire[0] << 8 | reply->wire[1]);
	if (!query_identity_decode(&fixture->identity, reply->port, id, &datagram.code)) {
		return PLX_DROP_NOT_OURS;
	}
	return resolver_receive(fixture->resolver, &datagram, fixture->now_ns);
}

void reply_send_tcp(struct fixture *fixture, const struct fixture_query *query,
		    struct fixture_reply *reply)
{
	const struct tcp_answer answer = {
		.server = query->tcp.server,
		.slot = query->tcp.slot,
		.generation = query->tcp.generation,
		.rtt_us = 1000,
		.was_connected = true,
		.length = (uint32_t)reply->writer.position,
		.message = reply->wire,
	};
	resolver_tcp_answer(fixture->resolver, &answer, fixture->now_ns);
}

void reply_fail_tcp(struct fixture *fixture, const struct fixture_query *query, int error)
{
	const struct tcp_answer answer = {
		.server = query->tcp.server,
		.slot = query->tcp.slot,
		.generation = query->tcp.generation,
		.error = error,
	};
	resolver_tcp_answer(fixture->resolver, &answer, fixture->now_ns);
}

enum plx_drop_reason reply_nodata(struct fixture *fixture, const struct fixture_query *query)
{
	static struct fixture_reply reply;
	reply_begin(&reply, query, PLX_FLAG_RA, PLX_RCODE_NOERROR);
	reply_soa(&reply, "test");
	return reply_send(fixture, &reply);
}

enum plx_drop_reason reply_rcode(struct fixture *fixture, const struct fixture_query *query,
				 uint16_t rcode)
{
	static struct fixture_reply reply;
	reply_begin(&reply, query, PLX_FLAG_RA, rcode);
	return reply_send(fixture, &reply);
}

const struct fixture_result *fixture_result_of(const struct fixture *fixture, uint64_t tag)
{
	const struct fixture_result *found = NULL;
	for (unsigned i = 0; i < fixture->result_count; i++) {
		if (fixture->results[i].result.tag == tag) {
			CU_ASSERT_PTR_NULL(found);
			found = &fixture->results[i];
		}
	}
	return found;
}

const struct plx_result *fixture_expect_result(const struct fixture *fixture, uint64_t tag,
					       enum plx_status status, enum plx_cause cause)
{
	static const struct plx_result none;
	const struct fixture_result *found = fixture_result_of(fixture, tag);
	const struct plx_result *result = found != NULL ? &found->result : &none;
	CU_ASSERT_PTR_NOT_NULL(found);
	CU_ASSERT_EQUAL(result->status, status);
	CU_ASSERT_EQUAL(result->cause, cause);
	return result;
}

void reply_hello(struct fixture *fixture, const struct fixture_query *query)
{
	static struct fixture_reply reply;
	reply_begin(&reply, query, PLX_FLAG_RA, PLX_RCODE_NOERROR);
	reply_txt(&reply, NULL, "hello");
	CU_ASSERT_EQUAL(reply_send(fixture, &reply), PLX_DROP_ACCEPTED);
}
