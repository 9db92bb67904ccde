// SPDX-License-Identifier: BSD-3-Clause
// Deadlines, clients that go or do not read, memory, and zones that mean harm: bounded, told, and nothing left held.

#include "cunit_runner.h"

#include "ratelimit/flow_window.h"
#include "recursor_world.h"

#include <parallax/dns/rr_type.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MIB ((size_t)1024 * 1024)

static struct world world;

static void start(const struct scripted_server *servers, unsigned count)
{
	world_prepare(&world);
	world_start(&world);
	world_use(&world, servers, count);
}

static void stop(void)
{
	CU_ASSERT_TRUE(recursor_is_idle(world.recursor));
	world_stop(&world);
}

TEST(a_look_up_ends_at_its_deadline_even_while_it_waits_to_be_sent)
{
	world_prepare(&world);
	world.config.server_rate_qps = 1;
	world_start(&world);
	for (unsigned i = 0; i < 20; i++) {
		(void)world_submit(&world, "www.a.test A", PLX_JOB_UNMERGED);
	}
	world_pass(&world, 8 * SECOND - 10 * MS);
	CU_ASSERT_EQUAL(world.result_count, 0);
	world_pass(&world, 20 * MS);
	CU_ASSERT_EQUAL_FATAL(world.result_count, 20);
	CU_ASSERT_EQUAL(world.results[0].result.status, PLX_STATUS_TIMEOUT);
	CU_ASSERT_EQUAL(world.results[0].result.cause, PLX_CAUSE_NO_ANSWER);
	stop();
}

TEST(the_look_ups_of_a_client_that_goes_are_forgotten_and_no_others)
{
	start(NULL, 0);
	struct plx_job job = {.tag = 77, .kind = PLX_JOB_LOOKUP, .qtype = PLX_TYPE_A};
	job.name = scripted_name("www.a.test");
	CU_ASSERT_EQUAL(
		recursor_submit(world.recursor, 5, PLX_PRIORITY_INTERACTIVE, &job, world.now_ns),
		0);
	uint64_t tag = world_submit(&world, "www.a.test A", 0);
	(void)world_submit(&world, "www.b.test A", 0);
	recursor_cancel_client(world.recursor, 5);
	world_run(&world);
	CU_ASSERT_EQUAL(world.result_count, 2);
	CU_ASSERT_EQUAL(world_result_of(&world, tag)->result.record_count, 1);
	recursor_cancel_client(world.recursor, 0);
	stop();
}

TEST(results_that_are_refused_wait_and_their_client_gets_no_more_work)
{
	start(NULL, 0);
	struct plx_job job = {.kind = PLX_JOB_LOOKUP, .qtype = PLX_TYPE_A};
	job.name = scripted_name("www.a.test");
	uint64_t tag = world_submit(&world, "www.a.test A", 0);
	world.is_client_stalled = true;
	struct world_query query;
	static struct scripted_reply reply;
	while (world_next_query(&world, &query)) {
		CU_ASSERT_TRUE(world_answer(&world, &query, &reply));
		(void)world_deliver(&world, &query, &reply);
	}
	CU_ASSERT_EQUAL(world.counters.results_parked, 1);
	CU_ASSERT_EQUAL(
		recursor_submit(world.recursor, 0, PLX_PRIORITY_INTERACTIVE, &job, world.now_ns),
		-EBUSY);
	CU_ASSERT_EQUAL(
		recursor_submit(world.recursor, 1, PLX_PRIORITY_INTERACTIVE, &job, world.now_ns),
		0);
	recursor_cancel_client(world.recursor, 1);
	world.is_client_stalled = false;
	recursor_expire(world.recursor, world.now_ns);
	CU_ASSERT_STRING_EQUAL(world_text(&world, world_result_of(&world, tag)),
			       "www.a.test 203.0.113.1");
	stop();
}

TEST(replies_that_have_no_room_end_their_look_up_and_only_that)
{
	static char records[32 * 1024];
	world_prepare(&world);
	world.config.validates = true;
	world.config.message_bytes_max = 2 * 1024 * 1024;
	world_start(&world);
	// Each answer of 32 KiB takes a span of its own: 16 spans.
	for (unsigned i = 0; i < 800; i++) {
		size_t used = strlen(records);
		snprintf(records + used, sizeof(records) - used, "an www.a.test 60 A 10.0.%u.%u\n",
			 i / 250, i % 250);
	}
	const struct scripted_server servers[] = {
		{SERVER_A, "www.a.test A", "tcp:aa", records},
		{SERVER_A, "www.a.test A", "aa tc", ""},
	};
	world_use(&world, servers, 2);
	(void)world_look_up(&world, "warm.a.test A", 0);
	world_forget(&world);
	for (unsigned i = 0; i < 40; i++) {
		(void)world_submit(&world, "www.a.test A", PLX_JOB_UNMERGED);
	}
	world_run(&world);
	unsigned whole = 0;
	unsigned refused = 0;
	for (unsigned i = 0; i < world.result_count; i++) {
		const struct plx_result *result = &world.results[i].result;
		whole += result->record_count == 800;
		refused += result->status == PLX_STATUS_LIMIT &&
			   result->cause == PLX_CAUSE_OVERLOAD && result->record_count == 0;
	}
	CU_ASSERT_TRUE(whole > 0);
	CU_ASSERT_TRUE(refused > 0);
	CU_ASSERT_EQUAL(whole + refused, 40);
	stop();
}

TEST(names_whose_servers_have_no_addresses_cost_few_queries)
{
	char servers_text[4096] = "";
	for (unsigned i = 0; i < 60; i++) {
		size_t used = strlen(servers_text);
		snprintf(servers_text + used, sizeof(servers_text) - used,
			 "au evil.test 60 NS ns%u.b.test\n", i);
	}
	const struct scripted_server servers[] = {{TLD, "*.evil.test *", "", servers_text}};
	start(servers, 1);
	const struct plx_result *result = world_look_up(&world, "www.evil.test relevant", 0);
	CU_ASSERT_EQUAL(result->status, PLX_STATUS_LIMIT);
	CU_ASSERT_EQUAL(result->cause, PLX_CAUSE_WORK_LIMIT);
	CU_ASSERT_TRUE(result->queries <= WORK_QUERIES_MAX);
	stop();
}

TEST(zones_whose_servers_wait_for_each_other_are_a_loop)
{
	const struct scripted_server servers[] = {
		{TLD, "*.c.test *", "", "au c.test 60 NS ns.d.test\n"},
		{TLD, "*.d.test *", "", "au d.test 60 NS ns.c.test\n"},
	};
	start(servers, 2);
	const struct plx_result *result = world_look_up(&world, "www.c.test A", 0);
	CU_ASSERT_EQUAL(result->status, PLX_STATUS_LOOP);
	CU_ASSERT_EQUAL(result->cause, PLX_CAUSE_SERVER_LOOP);
	CU_ASSERT_TRUE(result->queries < 12);
	stop();
}

TEST(aliases_that_run_in_a_circle_are_told)
{
	const struct scripted_server servers[] = {
		{SERVER_A, "www.a.test *", "aa", "an www.a.test 60 CNAME www.b.test\n"},
		{SERVER_B, "www.b.test *", "aa", "an www.b.test 60 CNAME www.a.test\n"},
	};
	start(servers, 2);
	const struct plx_result *result = world_look_up(&world, "www.a.test CAA", 0);
	CU_ASSERT_EQUAL(result->status, PLX_STATUS_LOOP);
	CU_ASSERT_EQUAL(result->cause, PLX_CAUSE_ALIAS_LOOP);
	CU_ASSERT_EQUAL(result->record_count, 0);
	stop();
}

TEST(servers_that_cannot_be_reached_are_not_waited_for)
{
	const struct scripted_server servers[] = {{SERVER_A, "*", "unreachable", ""}};
	start(servers, 1);
	uint64_t start_ns = world.now_ns;
	const struct plx_result *result = world_look_up(&world, "www.a.test A", 0);
	CU_ASSERT_EQUAL(result->cause, PLX_CAUSE_UNREACHABLE);
	CU_ASSERT_TRUE(world.now_ns - start_ns < 100 * MS);
	stop();
}

TEST(the_root_is_asked_for_its_servers_once_and_they_are_used)
{
	const struct scripted_server servers[] = {
		{ROOT, ". NS", "aa", "an . 60 NS b.root\nad b.root 60 A 198.51.100.9\n"},
		{"198.51.100.9", "*.test *", "",
		 "au test 86400 NS ns.nic.test\nad ns.nic.test 86400 A " TLD "\n"},
	};
	world_prepare(&world);
	world.config.is_unprimed = false;
	world_start(&world);
	world_use(&world, servers, 2);
	const struct plx_result *result = world_look_up(&world, "www.a.test A", 0);
	CU_ASSERT_EQUAL(result->status, PLX_STATUS_ANSWERED);
	CU_ASSERT_EQUAL(world.queries, 4);
	struct plx_name zone = scripted_name("test");
	CU_ASSERT_TRUE(recursor_flush(world.recursor, &zone) > 0);
	(void)world_look_up(&world, "www.a.test A", 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(world.log, "198.51.100.9 test A"));
	CU_ASSERT_EQUAL(world.queries, 3);
	world_pass(&world, 60 * SECOND);
	(void)world_look_up(&world, "www.b.test A", 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(world.log, ROOT " . NS"));
	stop();
}

static size_t resident_bytes(void)
{
	char line[128] = ""; // "all resident ...", in pages
	FILE *file = fopen("/proc/self/statm", "re");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	CU_ASSERT_PTR_NOT_NULL_FATAL(fgets(line, sizeof(line), file));
	fclose(file);
	const char *resident = strchr(line, ' ');
	CU_ASSERT_PTR_NOT_NULL_FATAL(resident);
	return strtoul(resident, NULL, 10) * (size_t)sysconf(_SC_PAGESIZE);
}

TEST(memory_is_touched_only_as_far_as_it_is_used)
{
	world_prepare(&world);
	CU_ASSERT_EQUAL_FATAL(query_identity_init(&world.identity, 16384, 14, 2, 15, &world.random),
			      0);
	world.config.slot_count = 16384;
	world.config.lookups_max = 8192;
	world.config.servers_max = 65536;
	world.config.cache_bytes = 64 * MIB;
	size_t before = resident_bytes();
	world_start(&world);
	size_t at_rest = resident_bytes() - before;
	// Of some 370 MiB: hash buckets, and the ring of queries with their generations.
	CU_ASSERT_TRUE(at_rest < 4 * MIB);
	world_use(&world, NULL, 0);
	(void)world_look_up(&world, "www.a.test A", 0);
	// A huge page at most of each of a dozen tables.
	CU_ASSERT_TRUE(resident_bytes() - before < 32 * MIB);
	stop();
}

static unsigned send_all(void)
{
	static struct world_query query;
	unsigned count = 0;
	while (world_next_query(&world, &query)) {
		count++;
	}
	return count;
}

TEST(a_server_has_as_many_queries_at_once_as_its_window_lets_out)
{
	struct world_query first;
	static struct scripted_reply reply;
	start(NULL, 0);
	(void)world_look_up(&world, "www.a.test A", 0);
	for (unsigned i = 0; i < 300; i++) {
		(void)world_submit(&world, "www.a.test TXT", PLX_JOB_UNMERGED);
	}
	CU_ASSERT_TRUE_FATAL(world_next_query(&world, &first));
	unsigned window = 1 + send_all();
	CU_ASSERT_TRUE(window >= FLOW_WINDOW_START && window < 300);
	CU_ASSERT_EQUAL(send_all(), 0);
	// Not what somebody waits for.
	struct plx_job job = {.kind = PLX_JOB_LOOKUP, .qtype = PLX_TYPE_A};
	job.name = scripted_name("nothing.a.test");
	CU_ASSERT_EQUAL(
		recursor_submit(world.recursor, 0, PLX_PRIORITY_INTERACTIVE, &job, world.now_ns),
		0);
	CU_ASSERT_EQUAL(send_all(), 1);
	CU_ASSERT_TRUE(world_answer(&world, &first, &reply));
	CU_ASSERT_EQUAL(world_deliver(&world, &first, &reply), PLX_DROP_ACCEPTED);
	CU_ASSERT_EQUAL(world.result_count, 2);
	CU_ASSERT_TRUE(send_all() <= 1);
	recursor_cancel_client(world.recursor, 0);
	stop();
}

TEST(the_window_of_a_server_that_is_silent_holds_nothing_back)
{
	start(NULL, 0);
	for (unsigned i = 0; i < 300; i++) {
		(void)world_submit(&world, "www.a.test A", PLX_JOB_UNMERGED);
	}
	CU_ASSERT_EQUAL(send_all(), FLOW_WINDOW_START);
	world_pass(&world, 500 * MS);
	// All others, and those that ask again.
	CU_ASSERT_TRUE(send_all() >= 300 - FLOW_WINDOW_START);
	recursor_cancel_client(world.recursor, 0);
	stop();
}

// 64 KiB: a chain of eight names that begin alike, and behind it records whose owner, the question's name, begins so too.
static void write_long_answer(const struct world_query *query, struct scripted_reply *reply)
{
	struct plx_writer writer = plx_writer_init(reply->wire, sizeof(reply->wire));
	const unsigned question_bytes = query->message.question_name_length + 4u;
	const unsigned zone_at = PLX_DNS_HEADER_BYTES + question_bytes - 4 - 8; // "a.test"
	const uint8_t header[PLX_DNS_HEADER_BYTES] = {
		query->wire[0], query->wire[1], 0x84, 0, 0, 1};
	unsigned owner = PLX_DNS_HEADER_BYTES;
	unsigned count = 0;
	plx_write_bytes(&writer, header, sizeof(header));
	plx_write_bytes(&writer, query->wire + PLX_DNS_HEADER_BYTES, question_bytes);
	for (; count < PLX_ALIASES_MAX; count++) {
		unsigned length = zone_at - PLX_DNS_HEADER_BYTES;
		const uint8_t fields[] = {0xc0, 0, 0, 5,  0, 1,
					  0,    0, 0, 60, 0, (uint8_t)(length + 2)};
		plx_write_bytes(&writer, fields, sizeof(fields));
		reply->wire[writer.position - sizeof(fields)] |= (uint8_t)(owner >> 8);
		reply->wire[writer.position - sizeof(fields) + 1] = (uint8_t)owner;
		owner = (unsigned)writer.position;
		plx_write_bytes(&writer, query->wire + PLX_DNS_HEADER_BYTES, length);
		reply->wire[writer.position - 1] = (uint8_t)('b' + count);
		plx_write_u16(&writer, (uint16_t)(0xc000 | zone_at));
	}
	for (; writer.position + 13 <= sizeof(reply->wire); count++) {
		const uint8_t text[] = {0xc0, PLX_DNS_HEADER_BYTES, 0, 16, 0, 1, 0, 0, 0, 60, 0, 1,
					0};
		plx_write_bytes(&writer, text, sizeof(text));
	}
	reply->wire[6] = (uint8_t)(count >> 8);
	reply->wire[7] = (uint8_t)count;
	reply->length = writer.position;
}

static double cpu_s(void)
{
	return (double)clock() / CLOCKS_PER_SEC;
}

// A zone that many names of a sweep are in must not take the worker's time for each of them.
TEST(a_reply_that_many_wait_for_is_read_once)
{
	static struct scripted_reply reply;
	struct world_query query;
	char question[300];
	size_t used = 0;
	double spent_s = 0;
	world_prepare(&world);
	world.config.asks_whole_names = true;
	world_start(&world);
	for (unsigned i = 0; i < 110; i++) {
		used += (size_t)snprintf(question + used, sizeof(question) - used, "x.");
	}
	snprintf(question + used, sizeof(question) - used, "a.test A");
	for (unsigned i = 0; i < 800; i++) {
		(void)world_submit(&world, question, 0);
	}
	const struct plx_ip server = scripted_ip(SERVER_A);
	for (unsigned i = 0; i < 3; i++) {
		CU_ASSERT_TRUE_FATAL(world_next_query(&world, &query));
		if (plx_ip_equal(&query.server, &server)) {
			write_long_answer(&query, &reply);
		} else {
			CU_ASSERT_TRUE_FATAL(world_answer(&world, &query, &reply));
		}
		spent_s -= cpu_s();
		CU_ASSERT_EQUAL(world_deliver(&world, &query, &reply), PLX_DROP_ACCEPTED);
		spent_s += cpu_s();
	}
	// All go on at the chain's end.
	CU_ASSERT_TRUE_FATAL(world_next_query(&world, &query));
	CU_ASSERT_EQUAL(query.wire[PLX_DNS_HEADER_BYTES + query.message.question_name_length - 9] |
				0x20,
			'b' + PLX_ALIASES_MAX - 1);
	CU_ASSERT_FALSE(world_next_query(&world, &query));
	CU_ASSERT_TRUE(spent_s < 2); // a reading takes 20 ms
	recursor_cancel_client(world.recursor, 0);
	stop();
}

TEST_MAIN(recursor_limit, T(a_look_up_ends_at_its_deadline_even_while_it_waits_to_be_sent),
	  T(the_look_ups_of_a_client_that_goes_are_forgotten_and_no_others),
	  T(results_that_are_refused_wait_and_their_client_gets_no_more_work),
	  T(replies_that_have_no_room_end_their_look_up_and_only_that),
	  T(a_reply_that_many_wait_for_is_read_once),
	  T(names_whose_servers_have_no_addresses_cost_few_queries),
	  T(zones_whose_servers_wait_for_each_other_are_a_loop),
	  T(aliases_that_run_in_a_circle_are_told),
	  T(servers_that_cannot_be_reached_are_not_waited_for),
	  T(the_root_is_asked_for_its_servers_once_and_they_are_used),
	  T(memory_is_touched_only_as_far_as_it_is_used),
	  T(a_server_has_as_many_queries_at_once_as_its_window_lets_out),
	  T(the_window_of_a_server_that_is_silent_holds_nothing_back))
