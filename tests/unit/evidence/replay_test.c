// SPDX-License-Identifier: BSD-3-Clause

#include <parallax/evidence/replay.h>

#include "cunit_runner.h"
#include "recorded_lookup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char told[16384];

static void tell(void *context, const char *where, const char *what)
{
	size_t used = strlen(told);
	snprintf(told + used, sizeof(told) - used, "%s: %s\n", where, what);
}

static struct plx_replay_report replay(const struct plx_evidence *evidence)
{
	struct plx_replay_report report = {.verdict = PLX_REPLAY_NOT_EVALUATED};
	told[0] = '\0';
	CU_ASSERT_EQUAL(plx_replay(evidence, tell, NULL, &report), 0);
	return report;
}

static void expect_agreement(enum recorded_kind kind)
{
	struct plx_evidence *evidence = recorded_evidence(kind);
	struct plx_replay_report report = replay(evidence);
	CU_ASSERT_EQUAL(report.verdict, PLX_REPLAY_AGREES);
	CU_ASSERT_STRING_EQUAL(told, "");
	if (told[0] != '\0') {
		fputs(told, stderr);
	}
	plx_evidence_destroy(evidence);
}

TEST(signed_answer_agrees)
{
	expect_agreement(RECORDED_SIGNED);
}

TEST(unsigned_answer_agrees)
{
	expect_agreement(RECORDED_UNSIGNED);
}

TEST(bogus_answer_agrees)
{
	expect_agreement(RECORDED_BOGUS);
}

TEST(bogus_answers_that_were_asked_for_once_more_agree)
{
	expect_agreement(RECORDED_MENDED);
	expect_agreement(RECORDED_WRONG);
}

TEST(failed_lookup_agrees)
{
	expect_agreement(RECORDED_FAILED);
}

int main(void)
{
	static const struct test_entry tests[] = {
		T(signed_answer_agrees), T(unsigned_answer_agrees),
		T(bogus_answer_agrees),  T(bogus_answers_that_were_asked_for_once_more_agree),
		T(failed_lookup_agrees),
	};
	recorded_start();
	int status = cunit_run("replay", tests, sizeof(tests) / sizeof(tests[0]));
	recorded_stop();
	return status;
}
