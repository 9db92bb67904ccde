// SPDX-License-Identifier: BSD-3-Clause
// Answers of real zones, signed and served by other people's programs, are judged as the table says.

#include "zone_fixture.h"

#include "cunit_runner.h"

#include <parallax/exchange/result.h>

#include <string.h>

static struct fixture *fixture;

static bool is_as_expected(const struct fixture_row *row, const struct fixture_verdict *verdict)
{
	bool is_right = strcmp(verdict->kind, row->kind) == 0 &&
			strcmp(plx_dnssec_name(verdict->state), row->state) == 0 &&
			strcmp(dnssec_cause_name(verdict->cause), row->cause) == 0;
	if (!is_right) {
		printf("\n  %s: %s %s %s, not %s %s %s", row->title, verdict->kind,
		       plx_dnssec_name(verdict->state), dnssec_cause_name(verdict->cause),
		       row->kind, row->state, row->cause);
	}
	return is_right;
}

TEST(every_row_is_judged_as_the_table_says)
{
	for (unsigned i = 0; i < fixture->row_count; i++) {
		struct plx_message message;
		const struct fixture_row *row = &fixture->rows[i];
		CU_ASSERT_TRUE_FATAL(fixture_message(row->wire, row->length, &message));
		struct fixture_verdict verdict = fixture_judge(fixture, row, &message);
		CU_ASSERT_TRUE(is_as_expected(row, &verdict));
		if (verdict.state == PLX_DNSSEC_SECURE) {
			CU_ASSERT_TRUE(verdict.ttl_s > 0 && verdict.ttl_s <= 3600);
		}
	}
	CU_ASSERT_TRUE(fixture->row_count > 100);
}

int main(void)
{
	static const struct test_entry tests[] = {T(every_row_is_judged_as_the_table_says)};
	fixture = fixture_open();
	int status = cunit_run("dnssec_zone_messages", tests, PLX_ARRAY_SIZE(tests));
	fixture_close(fixture);
	return status;
}
