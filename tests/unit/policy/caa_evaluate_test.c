// SPDX-License-Identifier: BSD-3-Clause
// What surrounds the outcome: zeroed memory, times, the record named, validation. Outcomes are rows of caa_vectors.tsv.

#include "policy/caa_evaluate.h"

#include "caa_lookup_text.h"
#include "cunit_runner.h"

#include <string.h>

static const char *const issuers[] = {"ca.test"};
static struct caa_lookup_text lookup;
static struct caa_switches switches;
static struct caa_request request;

static void start(void)
{
	switches = (struct caa_switches) {.is_changed = {false}};
	request = (struct caa_request) {.profile = CAA_PROFILE_TLS,
					.issuers = issuers,
					.issuer_count = 1,
					.switches = &switches,
					.rules_at = CAA_LOOKUP_TIME_S,
					.now = CAA_LOOKUP_TIME_S};
}

static struct caa_verdict judge_lookup(void)
{
	struct caa_record_set set;
	caa_record_set_read(&lookup.result, lookup.body, &set);
	return caa_evaluate(&request, &set);
}

static struct caa_verdict judge(const char *text)
{
	CU_ASSERT_TRUE_FATAL(caa_lookup_parse(text, &lookup));
	return judge_lookup();
}

TEST(zeroed_memory_permits_nothing)
{
	struct caa_verdict zeroed = {.has_record = false};
	struct caa_record_set set = {.ttl = 0};
	CU_ASSERT_EQUAL(zeroed.outcome, CAA_NOT_EVALUATED);
	CU_ASSERT_EQUAL(caa_verdict_check(&zeroed), CHECK_NOT_EVALUATED);
	CU_ASSERT_EQUAL(caa_reason_outcome(zeroed.reason), CAA_NOT_EVALUATED);
	start();
	struct caa_verdict verdict = caa_evaluate(&request, &set);
	CU_ASSERT_EQUAL(verdict.outcome, CAA_NOT_EVALUATED);
	CU_ASSERT_EQUAL(verdict.usable_until, 0);
	set.state = CAA_SET_RECORDS; // none of which can be read
	set.result.record_count = 1;
	CU_ASSERT_EQUAL(caa_evaluate(&request, &set).reason, CAA_REASON_RESULT_INCONSISTENT);
}

TEST(without_issuers_of_ours_every_restriction_prohibits)
{
	start();
	request.issuer_count = 0;
	CU_ASSERT_EQUAL(judge("0 issue \"ca.test\"").outcome, CAA_PROHIBIT);
	CU_ASSERT_EQUAL(judge("none").outcome, CAA_PERMIT);
}

TEST(the_record_that_decided_is_named)
{
	start();
	struct caa_verdict verdict = judge("0 iodef \"x\" | 0 issue \";\" | 0 issue \"ca.test\"");
	CU_ASSERT_TRUE(verdict.has_record);
	CU_ASSERT_EQUAL(verdict.record_index, 2);
	verdict = judge("0 issue \"ca.test\" | 128 tbs \"x\" | 128 tbs \"x\"");
	CU_ASSERT_TRUE(verdict.has_record);
	CU_ASSERT_EQUAL(verdict.record_index, 1);
	verdict = judge("0 issue \";\" | 0 issue \"%\" | 0 issue \";\"");
	CU_ASSERT_EQUAL(verdict.record_index, 1);
	CU_ASSERT_EQUAL(verdict.fault, ISSUE_VALUE_BAD_ISSUER);
	verdict = judge("0 iodef \"x\"");
	CU_ASSERT_FALSE(verdict.has_record);
}

TEST(permission_serves_from_the_moment_of_the_look_up)
{
	start();
	request.now = CAA_LOOKUP_TIME_S + 100;
	CU_ASSERT_EQUAL(judge("none").usable_until, CAA_LOOKUP_TIME_S + 8 * 3600);
	CU_ASSERT_EQUAL(judge("0 issue \"ca.test\"").usable_until, CAA_LOOKUP_TIME_S + 8 * 3600);
	CU_ASSERT_EQUAL(judge("0 issue \";\"").usable_until, 0);
	request.now = CAA_LOOKUP_TIME_S - 100; // the dataplane's clock runs ahead
	CU_ASSERT_EQUAL(judge("none").usable_until, CAA_LOOKUP_TIME_S - 100 + 8 * 3600);
	request.rules_at = CAA_LOOKUP_TIME_S + 1000000; // no clock at all
	CU_ASSERT_EQUAL(judge("none").usable_until, CAA_LOOKUP_TIME_S - 100 + 8 * 3600);
}

TEST(a_primary_takes_validated_answers_only)
{
	static const bool is_enough[PLX_DNSSEC_COUNT] = {
		[PLX_DNSSEC_SECURE] = true, [PLX_DNSSEC_INSECURE] = true};
	for (int i = 0; i < PLX_DNSSEC_COUNT; i++) {
		static const char *const texts[] = {"none", "0 issue \"ca.test\""};
		for (size_t text = 0; text < PLX_ARRAY_SIZE(texts); text++) {
			start();
			CU_ASSERT_TRUE_FATAL(caa_lookup_parse(texts[text], &lookup));
			lookup.result.dnssec = (uint8_t)i;
			CU_ASSERT_EQUAL(judge_lookup().outcome,
					i == PLX_DNSSEC_BOGUS ? CAA_ERROR : CAA_PERMIT);
			request.requires_validation = true;
			CU_ASSERT_EQUAL(judge_lookup().outcome,
					is_enough[i] ? CAA_PERMIT : CAA_ERROR);
		}
	}
}

TEST(a_failure_says_why_it_is_not_excused)
{
	start();
	CU_ASSERT_EQUAL(judge("failed timeout 2 none").excuse, CAA_EXCUSE_NOT_INSECURE);
	CU_ASSERT_EQUAL(judge("failed timeout 1 none").excuse, CAA_EXCUSE_NOT_RETRIED);
	CU_ASSERT_EQUAL(judge("failed lost 2 none").excuse, CAA_EXCUSE_OURS);
	CU_ASSERT_EQUAL(judge("none").excuse, CAA_EXCUSE_NOT_EVALUATED);
}

// A record that matches is found at the end of 1001 as well as at their start.
TEST(a_set_of_1001_records_is_judged_whole)
{
	struct plx_writer writer;
	start();
	caa_lookup_begin(&lookup, &writer);
	for (unsigned i = 0; i < 1000; i++) {
		caa_lookup_add(&lookup, &writer, 0, "issue", "other.test");
	}
	caa_lookup_finish(&lookup, &writer);
	CU_ASSERT_EQUAL(judge_lookup().reason, CAA_REASON_ISSUER_NOT_LISTED);
	caa_lookup_add(&lookup, &writer, 0, "issue", "ca.test");
	caa_lookup_finish(&lookup, &writer);
	struct caa_verdict verdict = judge_lookup();
	CU_ASSERT_EQUAL(verdict.reason, CAA_REASON_MATCHED);
	CU_ASSERT_EQUAL(verdict.record_index, 1000);
	caa_lookup_add(&lookup, &writer, 128, "tbs", "");
	caa_lookup_finish(&lookup, &writer);
	CU_ASSERT_EQUAL(judge_lookup().reason, CAA_REASON_CRITICAL_UNKNOWN);
}

TEST(outcomes_map_to_checks_and_every_reason_is_described)
{
	static const enum check_outcome checks[] = {CHECK_NOT_EVALUATED, CHECK_PASS, CHECK_FAIL,
						    CHECK_ERROR};
	static const char *const names[] = {"not-evaluated", "permit", "prohibit", "error"};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(checks); i++) {
		struct caa_verdict verdict = {.outcome = (enum caa_outcome)i};
		CU_ASSERT_EQUAL(caa_verdict_check(&verdict), checks[i]);
		CU_ASSERT_STRING_EQUAL(caa_outcome_name(verdict.outcome), names[i]);
	}
	for (int i = 0; i < CAA_REASON_COUNT; i++) {
		enum caa_reason reason = (enum caa_reason)i;
		CU_ASSERT_PTR_NOT_NULL(caa_reason_name(reason));
		CU_ASSERT_PTR_NOT_NULL(caa_reason_text(reason));
		CU_ASSERT_EQUAL(caa_reason_outcome(reason) == CAA_NOT_EVALUATED, i == 0);
	}
	CU_ASSERT_EQUAL(caa_reason_outcome(CAA_REASON_COUNT), CAA_ERROR);
}

TEST_MAIN(caa_evaluate, T(zeroed_memory_permits_nothing),
	  T(without_issuers_of_ours_every_restriction_prohibits),
	  T(the_record_that_decided_is_named), T(permission_serves_from_the_moment_of_the_look_up),
	  T(a_primary_takes_validated_answers_only), T(a_failure_says_why_it_is_not_excused),
	  T(a_set_of_1001_records_is_judged_whole),
	  T(outcomes_map_to_checks_and_every_reason_is_described))
