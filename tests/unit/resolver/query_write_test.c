// SPDX-License-Identifier: BSD-3-Clause
// How queries look on the wire.

#include "cunit_runner.h"
#include "engine_fixture.h"

#include <string.h>

static struct fixture fixture;

// The name of `length` octets, all letters but for label lengths and the root.
static void name_of(unsigned length, struct plx_name *ret_name)
{
	memset(ret_name->wire, 'q', sizeof(ret_name->wire));
	ret_name->length = (uint8_t)length;
	for (unsigned at = 0; at < length && at < PLX_NAME_MAX; at += 64) {
		unsigned left = length - at - 1; // behind this octet
		ret_name->wire[at] = (uint8_t)(left > 63 ? 63 : left > 0 ? left - 1 : 0);
	}
	ret_name->wire[length - 1] = 0;
}

#define QUERIES 64

// Asks for it many times: every letter comes in both cases, and nothing else changes.
static void check_case(unsigned length)
{
	uint8_t seen[PLX_NAME_MAX] = {0};
	struct plx_job job = {
		.kind = PLX_JOB_LOOKUP, .flags = PLX_JOB_UNMERGED, .qtype = PLX_TYPE_CAA};
	name_of(length, &job.name);
	CU_ASSERT_TRUE_FATAL(plx_name_is_valid_wire(job.name.wire, job.name.length));
	fixture_start(&fixture, 1);
	for (unsigned i = 0; i < QUERIES; i++) {
		struct fixture_query query;
		CU_ASSERT_EQUAL_FATAL(resolver_submit(fixture.resolver, 0, PLX_PRIORITY_BULK, &job,
						      fixture.now_ns),
				      0);
		CU_ASSERT_TRUE_FATAL(fixture_next_udp(&fixture, &query));
		CU_ASSERT_EQUAL_FATAL(query.name.length, length);
		for (unsigned at = 0; at < length; at++) {
			uint8_t octet = query.name.wire[at];
			seen[at] |= octet == 'q' ? 1 : octet == 'Q' ? 2 : 0;
			CU_ASSERT_EQUAL(plx_ascii_lower(octet), job.name.wire[at]);
		}
	}
	for (unsigned at = 0; at < length; at++) {
		CU_ASSERT_EQUAL(seen[at], job.name.wire[at] == 'q' ? 3 : 0); // but once in 2^63
	}
	fixture_stop(&fixture);
}

TEST(letters_of_names_of_any_length_come_in_either_case)
{
	static const unsigned lengths[] = {3, 7, 8, 9, 15, 16, 17, 31, 33, 40, 64, 129, 254, 255};
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(lengths); i++) {
		check_case(lengths[i]);
	}
}

TEST_MAIN(query_write, T(letters_of_names_of_any_length_come_in_either_case))
