// SPDX-License-Identifier: BSD-3-Clause
// The table itself. A change of the Baseline Requirements is a new row here, a row in its test, and the day on which the
// table was written.

#include "rules/rule_table.h"

#include <parallax/base/attributes.h>

#include <stddef.h>

#define DAY_S (24 * 3600)

static const struct rule_row rows[] = {
	{
		.from_unix_s = INT64_MIN,
		.dcv_reuse_days = 398,
		.summary = "no corroboration is demanded",
	},
	{
		.from_unix_s = 1741996800, // 2025-03-15, SC-067
		.remotes_min = 2,
		.dcv_reuse_days = 398,
		.summary = "two remotes are used; a missed quorum does not yet prevent issuance",
	},
	{
		.from_unix_s = 1757894400, // 2025-09-15, SC-067
		.remotes_min = 2,
		.is_quorum_enforced = true,
		.dcv_reuse_days = 398,
		.summary = "a missed quorum prevents issuance",
	},
	{
		.from_unix_s = 1773532800, // 2026-03-15, SC-067, SC-081, SC-085
		.remotes_min = 3,
		.is_quorum_enforced = true,
		.regions_min = 2,
		.dcv_reuse_days = 200,
		.is_dnssec_required = true,
		.summary = "three remotes, corroboration from two RIR regions, DNSSEC validation "
			   "at the "
			   "primary, validations reused for at most 200 days",
	},
	{
		.from_unix_s = 1781481600, // 2026-06-15, SC-067
		.remotes_min = 4,
		.is_quorum_enforced = true,
		.regions_min = 2,
		.dcv_reuse_days = 200,
		.is_dnssec_required = true,
		.summary = "four remotes are used",
	},
	{
		.from_unix_s = 1797292800, // 2026-12-15, SC-067
		.remotes_min = 5,
		.is_quorum_enforced = true,
		.regions_min = 2,
		.dcv_reuse_days = 200,
		.is_dnssec_required = true,
		.summary = "five remotes are used",
	},
	{
		.from_unix_s = 1805068800, // 2027-03-15, SC-098, SC-081
		.remotes_min = 5,
		.is_quorum_enforced = true,
		.regions_min = 2,
		.dcv_reuse_days = 100,
		.is_dnssec_required = true,
		.is_rfc8657_required = true,
		.summary = "accounturi and validationmethods of CAA are obeyed, validations reused "
			   "for at "
			   "most 100 days",
	},
	{
		.from_unix_s = 1868227200, // 2029-03-15, SC-081
		.remotes_min = 5,
		.is_quorum_enforced = true,
		.regions_min = 2,
		.dcv_reuse_days = 10,
		.is_dnssec_required = true,
		.is_rfc8657_required = true,
		.summary = "validations reused for at most 10 days",
	},
};

const struct rule_row *rules_at(int64_t unix_s)
{
	size_t i = PLX_ARRAY_SIZE(rows) - 1;
	while (i > 0 && rows[i].from_unix_s > unix_s) {
		i--;
	}
	return &rows[i];
}

int64_t rules_issuance_time(int64_t now_s)
{
	return now_s > RULE_TABLE_WRITTEN_S ? now_s : RULE_TABLE_WRITTEN_S;
}

const struct rule_row *rules_next_change(int64_t unix_s)
{
	const struct rule_row *next = rules_at(unix_s) + 1;
	return next < rows + PLX_ARRAY_SIZE(rows) ? next : NULL;
}

unsigned rules_misses_allowed(unsigned remote_count)
{
	if (remote_count < 2) {
		return 0;
	}
	return remote_count <= 5 ? 1 : 2;
}

unsigned rule_row_dcv_reuse_days(const struct rule_row *row, bool is_persistent)
{
	if (is_persistent && row->dcv_reuse_days > RULE_PERSISTENT_DCV_REUSE_DAYS_MAX) {
		return RULE_PERSISTENT_DCV_REUSE_DAYS_MAX;
	}
	return row->dcv_reuse_days;
}

bool rules_dcv_is_reusable(int64_t validated_unix_s, int64_t issued_unix_s, bool is_persistent)
{
	int64_t age_s;
	if (__builtin_sub_overflow(issued_unix_s, validated_unix_s, &age_s) || age_s < 0) {
		return false;
	}
	return age_s <=
	       (int64_t)rule_row_dcv_reuse_days(rules_at(issued_unix_s), is_persistent) * DAY_S;
}

int64_t rules_caa_usable_until(int64_t checked_unix_s, uint32_t ttl_s)
{
	int64_t until_unix_s;
	int64_t span_s = ttl_s > RULE_CAA_REUSE_MIN_S ? ttl_s : RULE_CAA_REUSE_MIN_S;
	// A time that near to the end of time is nobody's clock: usable no longer than the moment itself.
	return __builtin_add_overflow(checked_unix_s, span_s, &until_unix_s) ? checked_unix_s
									     : until_unix_s;
}
