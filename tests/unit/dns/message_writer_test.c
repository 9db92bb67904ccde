// SPDX-License-Identifier: BSD-3-Clause

#include <parallax/dns/message_writer.h>

#include "cunit_runner.h"
#include "message_builder.h"

#include <string.h>

static const uint8_t name[] = "\3wWw\4test";
static const uint8_t cookie[40] = "clientckserver cookie of thirty-two oct";

static struct plx_query plain_query(void)
{
	return (struct plx_query) {.name = name,
				   .name_length = sizeof(name),
				   .id = 0xbeef,
				   .type = PLX_TYPE_CAA,
				   .flags = PLX_FLAG_RD};
}

TEST(plain_query_is_header_and_question)
{
	static const uint8_t expected[] = "\xbe\xef\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"
					  "\3wWw\4test\0\x01\x01\x00\x01";
	struct plx_query query = plain_query();
	uint8_t wire[PLX_QUERY_MAX];
	CU_ASSERT_EQUAL_FATAL(plx_query_write(&query, wire, sizeof(wire)), sizeof(expected) - 1);
	CU_ASSERT_EQUAL(memcmp(wire, expected, sizeof(expected) - 1), 0);
}

TEST(edns_query_ends_with_opt_and_cookie)
{
	static const uint8_t opt[] = "\0\0\x29\x04\xd0\0\0\x80\0\0\x0c\0\x0a\0\x08"
				     "clientck";
	struct plx_query query = plain_query();
	uint8_t wire[PLX_QUERY_MAX];
	query.edns = true;
	query.edns_do = true;
	query.cookie = cookie;
	query.cookie_length = PLX_COOKIE_CLIENT_BYTES;
	size_t length = plx_query_write(&query, wire, sizeof(wire));
	CU_ASSERT_EQUAL_FATAL(length, 12 + sizeof(name) + 4 + sizeof(opt) - 1);
	CU_ASSERT_EQUAL(wire[11], 1);
	CU_ASSERT_EQUAL(memcmp(wire + length - (sizeof(opt) - 1), opt, sizeof(opt) - 1), 0);
}

TEST(own_queries_pass_the_check)
{
	struct plx_query query = plain_query();
	struct plx_message message;
	uint8_t wire[PLX_QUERY_MAX];
	query.edns = true;
	query.cookie = cookie;
	query.cookie_length = sizeof(cookie);
	size_t length = plx_query_write(&query, wire, sizeof(wire));
	CU_ASSERT_EQUAL_FATAL(plx_message_open(wire, length, &message), 0);
	CU_ASSERT_EQUAL_FATAL(plx_message_check(&message), 0);
	CU_ASSERT_EQUAL(message.id, 0xbeef);
	CU_ASSERT_EQUAL(message.question_type, PLX_TYPE_CAA);
	CU_ASSERT_EQUAL(message.question_class, PLX_CLASS_IN);
	CU_ASSERT_EQUAL(message.question_name_length, sizeof(name));
	CU_ASSERT_EQUAL(memcmp(wire + 12, name, sizeof(name)), 0);
	CU_ASSERT_EQUAL(message.edns_udp_size, PLX_EDNS_UDP_SIZE);
	CU_ASSERT_FALSE(message.edns_do);
	CU_ASSERT_EQUAL(message.cookie_length, sizeof(cookie));
	CU_ASSERT_EQUAL(memcmp(message.cookie, cookie, sizeof(cookie)), 0);
}

TEST(longest_query_fits_and_shorter_capacities_write_nothing)
{
	uint8_t longest[255] = {0};
	for (unsigned i = 0; i < 254; i += 2) {
		longest[i] = 1;
		longest[i + 1] = 'x';
	}
	struct plx_query query = plain_query();
	uint8_t wire[PLX_QUERY_MAX];
	query.name = longest;
	query.name_length = 255;
	query.edns = true;
	query.cookie = cookie;
	query.cookie_length = sizeof(cookie);
	size_t length = plx_query_write(&query, wire, sizeof(wire));
	CU_ASSERT_EQUAL_FATAL(length, PLX_QUERY_MAX);
	for (size_t capacity = 0; capacity < length; capacity++) {
		CU_ASSERT_EQUAL(plx_query_write(&query, wire, capacity), 0);
	}
}

TEST_MAIN(message_writer, T(plain_query_is_header_and_question),
	  T(edns_query_ends_with_opt_and_cookie), T(own_queries_pass_the_check),
	  T(longest_query_fits_and_shorter_capacities_write_nothing))
