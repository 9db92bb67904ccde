// SPDX-License-Identifier: BSD-3-Clause

#include "dnssec/nsec.h"

#include "cunit_runner.h"
#include "message_builder.h"
#include "zone_fixture.h"

#include <parallax/base/error.h>

#define TYPES_A "\0\1\x40"
#define TYPES_NS "\0\1\x20"
#define TYPES_APEX "\0\1\x22"
#define TYPES_DNAME "\0\5\0\0\0\0\1"

static struct plx_name zone;

static int parse(const char *owner, const char *next, const char *types, size_t types_length,
		 struct nsec *ret_nsec)
{
	static uint8_t rdata[512];
	struct plx_name owner_name = fixture_name(owner);
	struct plx_name next_name = fixture_name(next);
	struct plx_writer writer = plx_writer_init(rdata, sizeof(rdata));
	zone = fixture_name("example");
	plx_write_bytes(&writer, next_name.wire, next_name.length);
	plx_write_bytes(&writer, types, types_length);
	return nsec_parse(&owner_name, &zone, rdata, writer.position, ret_nsec);
}

static bool denies(const struct nsec *nsec, const char *text)
{
	struct plx_name name = fixture_name(text);
	return nsec_denies(nsec, &zone, &name);
}

static bool is_empty(const struct nsec *nsec, const char *text)
{
	struct plx_name name = fixture_name(text);
	return nsec_is_empty_non_terminal(nsec, &zone, &name);
}

TEST(neighbours_deny_what_lies_between)
{
	struct nsec nsec;
	CU_ASSERT_EQUAL_FATAL(parse("b.example", "d.example", OCTETS(TYPES_A), &nsec), 0);
	CU_ASSERT_TRUE(denies(&nsec, "c.example"));
	CU_ASSERT_TRUE(denies(&nsec, "z.b.example"));
	CU_ASSERT_TRUE(denies(&nsec, "x.y.c.example"));
	CU_ASSERT_FALSE(denies(&nsec, "b.example"));
	CU_ASSERT_FALSE(denies(&nsec, "d.example"));
	CU_ASSERT_FALSE(denies(&nsec, "a.example"));
	CU_ASSERT_FALSE(denies(&nsec, "e.example"));
	CU_ASSERT_FALSE(denies(&nsec, "c.test"));
}

TEST(last_record_leads_to_the_apex)
{
	struct nsec nsec;
	CU_ASSERT_EQUAL_FATAL(parse("d.example", "example", OCTETS(TYPES_A), &nsec), 0);
	CU_ASSERT_TRUE(denies(&nsec, "e.example"));
	CU_ASSERT_FALSE(denies(&nsec, "c.example"));
	CU_ASSERT_FALSE(denies(&nsec, "example"));
	CU_ASSERT_EQUAL_FATAL(parse("example", "example", OCTETS(TYPES_APEX), &nsec), 0);
	CU_ASSERT_TRUE(denies(&nsec, "a.example"));
	CU_ASSERT_FALSE(denies(&nsec, "example"));
}

TEST(empty_non_terminals_exist)
{
	struct nsec nsec;
	CU_ASSERT_EQUAL_FATAL(parse("b.example", "x.y.d.example", OCTETS(TYPES_A), &nsec), 0);
	CU_ASSERT_TRUE(is_empty(&nsec, "d.example"));
	CU_ASSERT_TRUE(is_empty(&nsec, "y.d.example"));
	CU_ASSERT_FALSE(is_empty(&nsec, "x.y.d.example"));
	CU_ASSERT_FALSE(is_empty(&nsec, "c.example"));
	CU_ASSERT_FALSE(denies(&nsec, "d.example"));
	CU_ASSERT_TRUE(denies(&nsec, "c.example"));
	CU_ASSERT_TRUE(denies(&nsec, "a.y.d.example"));
}

TEST(records_at_a_cut_say_nothing_of_what_is_below)
{
	struct nsec nsec;
	CU_ASSERT_EQUAL_FATAL(parse("b.example", "d.example", OCTETS(TYPES_NS), &nsec), 0);
	CU_ASSERT_FALSE(denies(&nsec, "a.b.example"));
	CU_ASSERT_TRUE(denies(&nsec, "c.example"));
	CU_ASSERT_EQUAL_FATAL(parse("b.example", "x.a.b.example", OCTETS(TYPES_NS), &nsec), 0);
	CU_ASSERT_FALSE(is_empty(&nsec, "a.b.example"));
	CU_ASSERT_EQUAL_FATAL(parse("b.example", "d.example", OCTETS(TYPES_DNAME), &nsec), 0);
	CU_ASSERT_FALSE(denies(&nsec, "a.b.example"));
	CU_ASSERT_TRUE(denies(&nsec, "c.example"));
	CU_ASSERT_EQUAL_FATAL(parse("example", "d.example", OCTETS(TYPES_APEX), &nsec), 0);
	CU_ASSERT_TRUE(denies(&nsec, "c.example"));
}

TEST(records_of_another_zone_or_order_are_refused)
{
	struct nsec nsec;
	CU_ASSERT_EQUAL(parse("b.example", "d.test", OCTETS(TYPES_A), &nsec), PLX_ERR_DNS_RDATA);
	CU_ASSERT_EQUAL(parse("b.test", "example", OCTETS(TYPES_A), &nsec), PLX_ERR_DNS_RDATA);
	CU_ASSERT_EQUAL(parse("d.example", "b.example", OCTETS(TYPES_A), &nsec), PLX_ERR_DNS_RDATA);
	CU_ASSERT_EQUAL(parse("d.example", "d.example", OCTETS(TYPES_A), &nsec), PLX_ERR_DNS_RDATA);
	CU_ASSERT_EQUAL(parse("b.example", "d.example", OCTETS("\0"), &nsec), PLX_ERR_DNS_RDATA);
	CU_ASSERT_EQUAL(nsec_parse(&zone, &zone, (const uint8_t *)"\xc0\x0c", 2, &nsec),
			PLX_ERR_DNS_RDATA);
}

TEST_MAIN(dnssec_nsec, T(neighbours_deny_what_lies_between), T(last_record_leads_to_the_apex),
	  T(empty_non_terminals_exist), T(records_at_a_cut_say_nothing_of_what_is_below),
	  T(records_of_another_zone_or_order_are_refused))
