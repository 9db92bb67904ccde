// SPDX-License-Identifier: BSD-3-Clause

#include <parallax/base/error.h>

#include "dns/name_compression.h"

#include "cunit_runner.h"
#include "message_builder.h"

// Names begin past the header; 12 octets of it stand before each.
static struct message_builder built;

static void start(void)
{
	built.writer = plx_writer_init(built.wire, sizeof(built.wire));
	plx_write_bytes(&built.writer, OCTETS("\0\0\0\0\0\0\0\0\0\0\0\0"));
}

static uint32_t here(void)
{
	return (uint32_t)built.writer.position;
}

static int check_at(uint32_t offset)
{
	uint32_t next;
	uint32_t steps;
	return compressed_name_check(built.wire, offset, here(), &next, &steps);
}

TEST(pointers_lead_backward_only)
{
	start();
	plx_write_bytes(&built.writer, OCTETS("\1a\0"));
	uint32_t self = here();
	plx_write_u16(&built.writer, POINTER(self));
	uint32_t forward = here();
	plx_write_u16(&built.writer, POINTER(forward + 2));
	plx_write_bytes(&built.writer, OCTETS("\1b\0"));
	uint32_t back = here();
	plx_write_u16(&built.writer, POINTER(12));
	CU_ASSERT_EQUAL(check_at(self), PLX_ERR_DNS_POINTER);
	CU_ASSERT_EQUAL(check_at(forward), PLX_ERR_DNS_POINTER);
	CU_ASSERT_EQUAL(check_at(back), 0);
}

TEST(pointers_into_the_header_are_refused)
{
	start();
	plx_write_u16(&built.writer, POINTER(0));
	plx_write_u16(&built.writer, POINTER(11));
	CU_ASSERT_EQUAL(check_at(12), PLX_ERR_DNS_POINTER);
	CU_ASSERT_EQUAL(check_at(14), PLX_ERR_DNS_POINTER);
}

TEST(loops_through_labels_are_refused)
{
	start();
	plx_write_bytes(&built.writer, OCTETS("\1a\xc0\x0c")); // "a" and back to itself
	uint32_t second = here();
	plx_write_bytes(&built.writer, OCTETS("\1b"));
	plx_write_u16(&built.writer, POINTER(12));
	CU_ASSERT_EQUAL(check_at(12), PLX_ERR_DNS_POINTER);
	CU_ASSERT_EQUAL(check_at(second), PLX_ERR_DNS_POINTER);
}

TEST(a_pointed_run_may_not_reach_into_what_follows_it)
{
	start();
	plx_write_bytes(&built.writer,
			OCTETS("\3ab")); // its third octet would be the pointer's first
	uint32_t name = here();
	plx_write_u16(&built.writer, POINTER(12));
	plx_write_u8(&built.writer, 0);
	CU_ASSERT_EQUAL(check_at(name), PLX_ERR_DNS_POINTER);
}

TEST(jumps_of_128_are_followed_and_129_are_not)
{
	start();
	plx_write_u8(&built.writer, 0);
	uint32_t target = 12;
	for (unsigned i = 0; i < PLX_NAME_JUMPS_MAX + 1; i++) {
		uint32_t at = here();
		plx_write_u16(&built.writer, POINTER(target));
		target = at;
	}
	CU_ASSERT_EQUAL(check_at(target - 2), 0);
	CU_ASSERT_EQUAL(check_at(target), PLX_ERR_DNS_LIMIT);
}

TEST(label_types_01_and_10_are_unknown)
{
	start();
	plx_write_bytes(&built.writer, OCTETS("\x40\0\x80\0\x7f\0\xbf\0"));
	for (uint32_t offset = 12; offset < here(); offset += 2) {
		CU_ASSERT_EQUAL(check_at(offset), PLX_ERR_DNS_LABEL);
	}
}

TEST(compressed_names_hold_255_octets_and_not_256)
{
	start();
	for (unsigned i = 0; i < 126; i++) {
		plx_write_bytes(&built.writer, OCTETS("\1x"));
	}
	plx_write_u8(&built.writer, 0); // 253 octets
	uint32_t longest = here();
	plx_write_bytes(&built.writer, OCTETS("\1y\xc0\x0c"));
	uint32_t too_long = here();
	plx_write_bytes(&built.writer, OCTETS("\2yz\xc0\x0c"));
	struct plx_name name = {.length = 7};
	CU_ASSERT_EQUAL(compressed_name_read(built.wire, too_long, here(), &name, NULL),
			PLX_ERR_DNS_LIMIT);
	CU_ASSERT_EQUAL(name.length, 7);
	CU_ASSERT_EQUAL(compressed_name_read(built.wire, longest, here(), &name, NULL), 0);
	CU_ASSERT_EQUAL(name.length, 255);
	CU_ASSERT_TRUE(plx_name_is_valid_wire(name.wire, name.length));
	CU_ASSERT_TRUE(compressed_name_equal(built.wire, longest, here(), &name));
	CU_ASSERT_FALSE(compressed_name_equal(built.wire, too_long, here(), &name));
}

TEST(names_in_place_end_before_the_limit)
{
	start();
	plx_write_bytes(&built.writer, OCTETS("\1a\1b\0"));
	uint32_t next;
	uint32_t steps;
	CU_ASSERT_EQUAL(compressed_name_check(built.wire, 12, 17, &next, &steps), 0);
	CU_ASSERT_EQUAL(next, 17);
	CU_ASSERT_EQUAL(steps, 3);
	for (uint32_t limit = 0; limit < 17; limit++) {
		CU_ASSERT_EQUAL(compressed_name_check(built.wire, 12, limit, &next, &steps),
				PLX_ERR_DNS_SHORT);
	}
	plx_write_u16(&built.writer, POINTER(12));
	CU_ASSERT_EQUAL(compressed_name_check(built.wire, 17, 18, &next, &steps),
			PLX_ERR_DNS_SHORT);
	CU_ASSERT_EQUAL(compressed_name_check(built.wire, 17, 19, &next, &steps), 0);
	CU_ASSERT_EQUAL(next, 19);
	CU_ASSERT_EQUAL(steps, 4);
}

// A walk that ends at a known name says what the whole walk says.
static void compare_known(uint32_t offset, struct known_name known[static NAMES_KNOWN_MAX])
{
	uint32_t next[2] = {0, 0};
	uint32_t steps[2] = {0, 0};
	int error =
		compressed_name_check_known(built.wire, offset, here(), known, &next[0], &steps[0]);
	CU_ASSERT_EQUAL(error,
			compressed_name_check(built.wire, offset, here(), &next[1], &steps[1]));
	CU_ASSERT_EQUAL(next[0], next[1]);
	CU_ASSERT_EQUAL(steps[0], steps[1]);
}

TEST(known_names_are_walked_once)
{
	struct known_name known[NAMES_KNOWN_MAX] = {{.target = NAME_UNKNOWN},
						    {.target = NAME_UNKNOWN}};
	start();
	plx_write_bytes(&built.writer, OCTETS("\3www\1a\4test\0"));
	uint32_t owner = here();
	plx_write_u16(&built.writer, POINTER(16));
	uint32_t below = here();
	plx_write_bytes(&built.writer, OCTETS("\2ns\xc0\x10"));
	uint32_t farther = here();
	plx_write_bytes(&built.writer, OCTETS("\1x"));
	plx_write_u16(&built.writer, POINTER(below));
	compare_known(owner, known);
	CU_ASSERT_EQUAL(known[1].target, 16);
	CU_ASSERT_EQUAL(known[1].octets, 8);
	compare_known(below, known);
	CU_ASSERT_EQUAL(known[1].target, 16); // ended there
	compare_known(farther, known);
	CU_ASSERT_EQUAL(known[1].target, below);
	CU_ASSERT_EQUAL(known[1].octets, 11);
	CU_ASSERT_EQUAL(known[1].jumps, 1);
	compare_known(farther, known);
}

TEST(a_known_name_counts_towards_255_octets_and_128_jumps)
{
	start();
	plx_write_bytes(&built.writer, OCTETS("\1a\xc0\x0c"));
	uint32_t next;
	uint32_t steps;
	struct known_name known[NAMES_KNOWN_MAX] = {{.target = 12, .octets = 253, .jumps = 127},
						    {.target = NAME_UNKNOWN}};
	CU_ASSERT_EQUAL(compressed_name_check_known(built.wire, 12, here(), known, &next, &steps),
			0);
	known[0].octets = 254;
	CU_ASSERT_EQUAL(compressed_name_check_known(built.wire, 12, here(), known, &next, &steps),
			PLX_ERR_DNS_LIMIT);
	known[0].octets = 253;
	known[0].jumps = 128;
	CU_ASSERT_EQUAL(compressed_name_check_known(built.wire, 12, here(), known, &next, &steps),
			PLX_ERR_DNS_LIMIT);
}

static bool is_above(uint32_t offset, const char *text)
{
	struct plx_name name;
	CU_ASSERT_EQUAL_FATAL(plx_name_parse(text, strlen(text), &name), 0);
	return compressed_name_is_above(built.wire, offset, here(), &name);
}

TEST(ancestors_are_known_by_whole_labels)
{
	start();
	plx_write_bytes(&built.writer, OCTETS("\1a\4tEst\0"));
	uint32_t pointer = here();
	plx_write_u16(&built.writer, POINTER(14));
	uint32_t root = here();
	plx_write_u8(&built.writer, 0);
	CU_ASSERT_TRUE(is_above(pointer, "www.a.Test"));
	CU_ASSERT_TRUE(is_above(pointer, "test"));
	CU_ASSERT_FALSE(is_above(pointer, "a.contest"));
	CU_ASSERT_FALSE(is_above(pointer, "a.tests"));
	CU_ASSERT_FALSE(is_above(pointer, "."));
	CU_ASSERT_TRUE(is_above(12, "a.test"));
	CU_ASSERT_TRUE(is_above(12, "b.a.test"));
	CU_ASSERT_FALSE(is_above(12, "b.test"));
	CU_ASSERT_TRUE(is_above(root, "."));
	CU_ASSERT_TRUE(is_above(root, "www.a.test"));
	CU_ASSERT_FALSE(is_above(here(), "a.test")); // nothing to read
}

TEST_MAIN(name_compression, T(pointers_lead_backward_only), T(pointers_into_the_header_are_refused),
	  T(loops_through_labels_are_refused), T(a_pointed_run_may_not_reach_into_what_follows_it),
	  T(jumps_of_128_are_followed_and_129_are_not), T(label_types_01_and_10_are_unknown),
	  T(compressed_names_hold_255_octets_and_not_256), T(names_in_place_end_before_the_limit),
	  T(known_names_are_walked_once), T(a_known_name_counts_towards_255_octets_and_128_jumps),
	  T(ancestors_are_known_by_whole_labels))
