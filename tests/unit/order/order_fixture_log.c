// SPDX-License-Identifier: BSD-3-Clause
// What the fixture's audit log holds.

#include "order_fixture.h"

#include "audit/audit_query.h"
#include "audit/audit_report.h"
#include "audit/audit_verify.h"

#include <string.h>

static bool judge_evidence(const struct audit_entry *entry, void *context)
{
	if (entry->kind_length != strlen("check") || memcmp(entry->kind, "check", 5) != 0) {
		return true;
	}
	json_t *body = json_loadb(entry->body, entry->body_length, 0, NULL);
	CU_ASSERT_STRING_EQUAL(answer_text(body, "evidence/dns/0/name"),
			       answer_text(body, "identifier"));
	CU_ASSERT_STRING_EQUAL(answer_text(body, "answer/message"), "as scripted");
	(*(size_t *)context)++;
	json_decref(body);
	return true;
}

void order_fixture_expect_own_evidence(struct order_fixture *fixture, size_t count)
{
	struct audit_reader *reader = fixture_reader(&fixture->audit);
	struct audit_fault fault;
	size_t found = 0;
	CU_ASSERT_EQUAL(audit_reader_walk(reader, 1, INT64_MAX, judge_evidence, &found, &fault), 0);
	CU_ASSERT_EQUAL(found, count);
	audit_reader_close(reader);
}

static bool count_entry(const struct audit_entry *entry, void *context)
{
	(void)entry;
	(*(size_t *)context)++;
	return true;
}

size_t order_fixture_count(struct order_fixture *fixture, enum audit_kind kind)
{
	struct audit_reader *reader = fixture_reader(&fixture->audit);
	struct audit_fault fault;
	size_t count = 0;
	bool has_more = false;
	struct audit_query query = {.kind = kind};
	CU_ASSERT_EQUAL(audit_query_run(reader, &query, count_entry, &count, &has_more, &fault), 0);
	CU_ASSERT_FALSE(has_more);
	audit_reader_close(reader);
	return count;
}

void order_fixture_verify(struct order_fixture *fixture)
{
	struct audit_verification verification;
	struct audit_report_totals totals;
	struct audit_fault fault;
	fixture_close(&fixture->audit);
	struct audit_reader *reader = fixture_reader(&fixture->audit);
	CU_ASSERT_EQUAL(audit_verify(reader, NULL, NULL, &verification, &fault), 0);
	CU_ASSERT_EQUAL(verification.finding, AUDIT_FINDING_INTACT);
	CU_ASSERT_EQUAL(audit_report_run(reader, 0, 0, NULL, NULL, &totals, &fault), 0);
	CU_ASSERT_EQUAL(totals.missing_count, 0);
	CU_ASSERT_EQUAL(totals.duplicate_count, 0);
	CU_ASSERT_EQUAL(totals.undeclared_count, 0);
	CU_ASSERT_EQUAL(totals.undecided_order_count, 0);
	audit_reader_close(reader);
}
