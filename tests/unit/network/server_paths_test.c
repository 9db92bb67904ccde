// SPDX-License-Identifier: BSD-3-Clause
// When a server's way is asked for, for how long an answer counts, and who makes room.

#include "network/server_paths.h"

#include "cunit_runner.h"

#include <string.h>

#define SECOND 1000000000ull
#define START (1000 * SECOND)

static const struct plx_siphash_key key = {1, 2};
static struct server_paths *paths;

static struct plx_ip server_of(uint32_t number)
{
	struct plx_ip ip = {.family = 6, .bytes = {0x20, 1, 0xd, 0xb8}};
	memcpy(ip.bytes + 12, &number, sizeof(number));
	return ip;
}

static struct header_template header_to(const struct plx_ip *server)
{
	struct header_template header;
	const struct header_fields fields = {
		.source = {.family = 6, .bytes = {0x20, 1, 0xd, 0xb8, [15] = 1}},
		.destination = {.ip = *server, .port = 53},
	};
	CU_ASSERT_EQUAL_FATAL(header_template_build(&header, &fields), 0);
	return header;
}

static void expect(uint32_t number, uint64_t now_ns, enum server_path_use use, bool must_ask)
{
	bool asks = !must_ask;
	const struct header_template *header = NULL;
	const struct plx_ip server = server_of(number);
	CU_ASSERT_EQUAL(server_paths_use(paths, &server, now_ns, &header, &asks), use);
	CU_ASSERT_EQUAL(asks, must_ask);
	CU_ASSERT_EQUAL(header != NULL, use == SERVER_PATH_OPEN);
	if (header != NULL) {
		const struct header_template wanted = header_to(&server);
		CU_ASSERT_EQUAL(memcmp(header->bytes, wanted.bytes, wanted.length), 0);
	}
}

static void open_path(uint32_t number, uint64_t now_ns)
{
	const struct plx_ip server = server_of(number);
	const struct header_template header = header_to(&server);
	server_paths_learn(paths, &server, &header, now_ns);
}

static void start(void)
{
	paths = server_paths_create(&key);
	CU_ASSERT_PTR_NOT_NULL_FATAL(paths);
}

TEST(an_unknown_server_is_asked_for_now_and_then_until_there_is_an_answer)
{
	start();
	expect(1, START, SERVER_PATH_WAIT, true);
	expect(1, START + 1, SERVER_PATH_WAIT, false);
	expect(2, START + 1, SERVER_PATH_WAIT, true);
	expect(1, START + SERVER_PATH_ASK_NS, SERVER_PATH_WAIT, true);
	open_path(1, START + SERVER_PATH_ASK_NS);
	expect(1, START + SERVER_PATH_ASK_NS, SERVER_PATH_OPEN, false);
	expect(2, START + SERVER_PATH_ASK_NS, SERVER_PATH_WAIT, false);
	server_paths_destroy(paths);
}

TEST(a_way_in_use_is_asked_for_again_while_it_is_used)
{
	start();
	expect(1, START, SERVER_PATH_WAIT, true);
	open_path(1, START);
	expect(1, START + SERVER_PATH_REFRESH_NS - 1, SERVER_PATH_OPEN, false);
	expect(1, START + SERVER_PATH_REFRESH_NS, SERVER_PATH_OPEN, true);
	expect(1, START + SERVER_PATH_REFRESH_NS + 1, SERVER_PATH_OPEN, false);
	open_path(1, START + SERVER_PATH_REFRESH_NS + 2);
	expect(1, START + 2 * SERVER_PATH_REFRESH_NS, SERVER_PATH_OPEN, false);
	server_paths_destroy(paths);
}

TEST(a_way_that_nobody_confirms_is_not_used_for_ever)
{
	start();
	expect(1, START, SERVER_PATH_WAIT, true);
	open_path(1, START);
	expect(1, START + SERVER_PATH_VALID_NS - 1, SERVER_PATH_OPEN, true);
	expect(1, START + SERVER_PATH_VALID_NS, SERVER_PATH_WAIT, false);
	server_paths_destroy(paths);
}

TEST(where_no_way_leads_is_looked_at_again_after_a_while)
{
	start();
	const struct plx_ip server = server_of(1);
	expect(1, START, SERVER_PATH_WAIT, true);
	server_paths_learn(paths, &server, NULL, START);
	expect(1, START + SERVER_PATH_NONE_NS - 1, SERVER_PATH_NONE, false);
	expect(1, START + SERVER_PATH_NONE_NS, SERVER_PATH_WAIT, true);
	open_path(1, START + SERVER_PATH_NONE_NS);
	expect(1, START + SERVER_PATH_NONE_NS, SERVER_PATH_OPEN, false);
	server_paths_learn(paths, &server, NULL, START + SERVER_PATH_NONE_NS + 1);
	expect(1, START + SERVER_PATH_NONE_NS + 1, SERVER_PATH_NONE, false);
	server_paths_destroy(paths);
}

TEST(an_answer_nobody_asked_for_is_not_remembered)
{
	start();
	open_path(1, START);
	expect(1, START, SERVER_PATH_WAIT, true);
	server_paths_destroy(paths);
}

TEST(a_server_in_use_stays_while_millions_of_others_come_and_go)
{
	start();
	expect(0, START, SERVER_PATH_WAIT, true);
	open_path(0, START);
	for (uint32_t i = 1; i <= 3000000; i++) {
		uint64_t now_ns = START + i * 100;
		const struct plx_ip server = server_of(i);
		const struct header_template *header;
		bool must_ask;
		(void)server_paths_use(paths, &server, now_ns, &header, &must_ask);
		if (i % 1000 == 0) {
			expect(0, now_ns, SERVER_PATH_OPEN, false);
		}
	}
	unsigned known = 0;
	for (uint32_t i = 1; i <= 1000; i++) {
		const struct plx_ip server = server_of(i);
		const struct header_template *header;
		bool must_ask;
		(void)server_paths_use(paths, &server, START + SECOND, &header, &must_ask);
		known += must_ask ? 0 : 1;
	}
	CU_ASSERT_EQUAL(known, 0); // they made room: everything has to be asked for anew
	server_paths_destroy(paths);
}

TEST_MAIN(server_paths, T(an_unknown_server_is_asked_for_now_and_then_until_there_is_an_answer),
	  T(a_way_in_use_is_asked_for_again_while_it_is_used),
	  T(a_way_that_nobody_confirms_is_not_used_for_ever),
	  T(where_no_way_leads_is_looked_at_again_after_a_while),
	  T(an_answer_nobody_asked_for_is_not_remembered),
	  T(a_server_in_use_stays_while_millions_of_others_come_and_go))
