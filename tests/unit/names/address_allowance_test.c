// SPDX-License-Identifier: BSD-3-Clause
// address_targets.tsv: what DNS or a redirect may aim a validation at.

#include "names/address_allowance.h"

#include "names/special_address.h"

#include "cunit_runner.h"
#include "tsv_rows.h"

#include <errno.h>

// "10.0.0.0/8,192.168.0.0/16"
static struct address_allowance parse_allowance(const char *text)
{
	struct address_allowance allowance = {0};
	while (*text != '\0') {
		struct address_prefix prefix = {0};
		size_t length = strcspn(text, ",");
		CU_ASSERT_EQUAL_FATAL(address_prefix_parse(text, length, &prefix),
				      ADDRESS_PREFIX_FAULT_NONE);
		CU_ASSERT_EQUAL_FATAL(address_allowance_add(&allowance, &prefix), 0);
		text += length + (text[length] == ',');
	}
	return allowance;
}

static const char *judge(const char *target, const struct address_allowance *allowance,
			 const char **ret_reason)
{
	struct plx_ip ip;
	*ret_reason = NULL;
	if (plx_ip_parse(target, &ip) != 0) {
		return "no-address";
	}
	if (!address_may_be_contacted(&ip, allowance, ret_reason)) {
		return "special";
	}
	return address_is_special(&ip) ? "opened" : "global";
}

TEST(each_target_gets_its_verdict)
{
	struct tsv_rows rows;
	tsv_open(&rows, TABLES "/address_targets.tsv", 4);
	while (tsv_next(&rows)) {
		struct address_allowance allowance = parse_allowance(rows.fields[1]);
		const char *reason;
		const char *verdict = judge(rows.fields[0], &allowance, &reason);
		if (strcmp(verdict, rows.fields[2]) != 0 ||
		    strcmp(reason != NULL ? reason : "", rows.fields[3]) != 0) {
			fprintf(stderr, "line %u: %s: %s, %s\n", rows.line_number, rows.fields[0],
				verdict, reason != NULL ? reason : "-");
			CU_FAIL("a target was misjudged");
		}
	}
	CU_ASSERT_TRUE(rows.row_count >= 70);
}

TEST(no_allowance_opens_nothing)
{
	struct plx_ip ip = {.bytes = {10, 0, 0, 1}, .family = 4};
	struct address_allowance empty = {0};
	CU_ASSERT_FALSE(address_may_be_contacted(&ip, NULL, NULL));
	CU_ASSERT_FALSE(address_may_be_contacted(&ip, &empty, NULL));
	ip.bytes[0] = 8;
	CU_ASSERT_TRUE(address_may_be_contacted(&ip, NULL, NULL));
}

TEST(a_zeroed_prefix_opens_nothing)
{
	struct plx_ip ip = {.bytes = {10, 0, 0, 1}, .family = 4};
	struct plx_ip none = {0};
	struct address_allowance allowance = {.count = 1};
	CU_ASSERT_FALSE(address_may_be_contacted(&ip, &allowance, NULL));
	CU_ASSERT_FALSE(address_may_be_contacted(&none, &allowance, NULL));
}

TEST(a_full_allowance_takes_no_more)
{
	struct address_allowance allowance = {0};
	struct address_prefix prefix = {.ip = {.bytes = {10}, .family = 4}, .length_bits = 8};
	for (unsigned i = 0; i < ADDRESS_ALLOWANCE_MAX; i++) {
		CU_ASSERT_EQUAL(address_allowance_add(&allowance, &prefix), 0);
	}
	CU_ASSERT_EQUAL(address_allowance_add(&allowance, &prefix), -ENOSPC);
	CU_ASSERT_EQUAL(allowance.count, ADDRESS_ALLOWANCE_MAX);
}

TEST_MAIN(address_allowance, T(each_target_gets_its_verdict), T(no_allowance_opens_nothing),
	  T(a_zeroed_prefix_opens_nothing), T(a_full_allowance_takes_no_more))
