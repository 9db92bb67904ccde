// SPDX-License-Identifier: BSD-3-Clause

#include "policy/caa_lookup_failure.h"

#include "caa_lookup_text.h"
#include "cunit_runner.h"

#define NS_PER_S 1000000000ull

static struct caa_lookup_text lookup;
static struct caa_switches switches;
static bool needs_own_state;

// A failure that everything excuses; each test takes one condition away.
static void start(void)
{
	switches = (struct caa_switches) {.is_changed = {false}};
	caa_switch_set(&switches, CAA_SWITCH_LOOKUP_FAILURE_PERMITS, true);
	CU_ASSERT_TRUE_FATAL(caa_lookup_parse("failed timeout 2 insecure", &lookup));
	needs_own_state = false;
}

// The same, found by our own validator.
static void start_iterative(void)
{
	start();
	lookup.result.dnssec = PLX_DNSSEC_INSECURE;
	needs_own_state = true;
}

static enum caa_excuse judge(void)
{
	return caa_lookup_failure_judge(&lookup.result, needs_own_state,
					lookup.has_proof ? &lookup.proof : NULL, &switches);
}

TEST(all_conditions_together_excuse_a_failure)
{
	start();
	CU_ASSERT_EQUAL(judge(), CAA_EXCUSE_GRANTED);
}

TEST(without_the_switch_the_same_failure_is_not_excused)
{
	start();
	switches = (struct caa_switches) {.is_changed = {false}};
	CU_ASSERT_EQUAL(judge(), CAA_EXCUSE_NOT_ALLOWED);
}

TEST(a_failure_that_was_not_retried_is_not_excused)
{
	start();
	lookup.result.attempts = 1;
	CU_ASSERT_EQUAL(judge(), CAA_EXCUSE_NOT_RETRIED);
	lookup.result.attempts = 0;
	CU_ASSERT_EQUAL(judge(), CAA_EXCUSE_NOT_RETRIED);
}

TEST(only_a_definitive_insecure_answer_proves_the_domain_insecure)
{
	for (int i = 0; i < PLX_DNSSEC_COUNT; i++) {
		start();
		lookup.proof.dnssec = (uint8_t)i;
		CU_ASSERT_EQUAL(judge(), i == PLX_DNSSEC_INSECURE ? CAA_EXCUSE_GRANTED
								  : CAA_EXCUSE_NOT_INSECURE);
	}
	start();
	lookup.proof.rcode = 2; // a SERVFAIL has no AD bit either
	CU_ASSERT_EQUAL(judge(), CAA_EXCUSE_NOT_INSECURE);
	start();
	lookup.proof.status = PLX_STATUS_TIMEOUT;
	CU_ASSERT_EQUAL(judge(), CAA_EXCUSE_NOT_INSECURE);
	start();
	lookup.has_proof = false;
	lookup.result.dnssec = PLX_DNSSEC_INSECURE;
	CU_ASSERT_EQUAL(judge(), CAA_EXCUSE_NOT_INSECURE);
}

TEST(a_failure_that_is_itself_secure_or_bogus_is_not_excused_by_a_proof)
{
	start();
	lookup.result.dnssec = PLX_DNSSEC_SECURE;
	CU_ASSERT_EQUAL(judge(), CAA_EXCUSE_NOT_INSECURE);
	lookup.result.dnssec = PLX_DNSSEC_BOGUS;
	CU_ASSERT_EQUAL(judge(), CAA_EXCUSE_SUSPICIOUS);
}

TEST(an_iterative_failure_must_be_proved_insecure_itself)
{
	static const enum caa_excuse expected[PLX_DNSSEC_COUNT] = {
		[PLX_DNSSEC_UNCHECKED] = CAA_EXCUSE_NOT_INSECURE,
		[PLX_DNSSEC_SECURE] = CAA_EXCUSE_NOT_INSECURE,
		[PLX_DNSSEC_INSECURE] = CAA_EXCUSE_GRANTED,
		[PLX_DNSSEC_BOGUS] = CAA_EXCUSE_SUSPICIOUS,
		[PLX_DNSSEC_INDETERMINATE] = CAA_EXCUSE_NOT_INSECURE,
	};
	for (int i = 0; i < PLX_DNSSEC_COUNT; i++) {
		start_iterative();
		lookup.result.dnssec = (uint8_t)i;
		CU_ASSERT_EQUAL(judge(), expected[i]);
	}
	start_iterative();
	lookup.result.attempts = 1;
	CU_ASSERT_EQUAL(judge(), CAA_EXCUSE_NOT_RETRIED);
	start_iterative();
	switches = (struct caa_switches) {.is_changed = {false}};
	CU_ASSERT_EQUAL(judge(), CAA_EXCUSE_NOT_ALLOWED);
}

// What proves a domain insecure may be remembered: the network may be down all the same.
TEST(an_insecure_failure_alone_does_not_show_that_our_network_worked)
{
	start_iterative();
	lookup.has_proof = false;
	CU_ASSERT_EQUAL(judge(), CAA_EXCUSE_NOT_REACHED);
	for (int i = 0; i < PLX_DNSSEC_COUNT; i++) {
		start_iterative();
		lookup.proof.dnssec = (uint8_t)i;
		CU_ASSERT_EQUAL(judge(), i == PLX_DNSSEC_INSECURE ? CAA_EXCUSE_GRANTED
								  : CAA_EXCUSE_NOT_INSECURE);
	}
	start_iterative();
	lookup.proof.time_ns += 1 + CAA_PROOF_WINDOW_S * NS_PER_S;
	CU_ASSERT_EQUAL(judge(), CAA_EXCUSE_NOT_REACHED);
	start_iterative();
	lookup.proof.status = PLX_STATUS_TIMEOUT;
	CU_ASSERT_EQUAL(judge(), CAA_EXCUSE_NOT_REACHED);
}

TEST(a_primary_and_iterative_lookups_need_the_state_of_the_failure)
{
	CU_ASSERT_FALSE(caa_failure_needs_own_state(false, PLX_RESOLUTION_STUB));
	CU_ASSERT_TRUE(caa_failure_needs_own_state(true, PLX_RESOLUTION_STUB));
	CU_ASSERT_TRUE(caa_failure_needs_own_state(false, PLX_RESOLUTION_ITERATIVE));
	CU_ASSERT_TRUE(caa_failure_needs_own_state(true, PLX_RESOLUTION_ITERATIVE));
	CU_ASSERT_TRUE(caa_failure_needs_own_state(false, PLX_RESOLUTION_COUNT));
}

TEST(a_proof_of_another_time_proves_nothing)
{
	uint64_t window_ns = CAA_PROOF_WINDOW_S * NS_PER_S;
	start();
	lookup.proof.time_ns += window_ns;
	CU_ASSERT_EQUAL(judge(), CAA_EXCUSE_GRANTED);
	lookup.proof.time_ns += 1;
	CU_ASSERT_EQUAL(judge(), CAA_EXCUSE_NOT_INSECURE);
	start();
	lookup.proof.time_ns -= window_ns;
	CU_ASSERT_EQUAL(judge(), CAA_EXCUSE_GRANTED);
	lookup.proof.time_ns -= 1;
	CU_ASSERT_EQUAL(judge(), CAA_EXCUSE_NOT_INSECURE);
}

TEST(each_status_is_outside_ours_or_suspicious)
{
	static const enum caa_excuse expected[PLX_STATUS_COUNT] = {
		[PLX_STATUS_NOT_EVALUATED] = CAA_EXCUSE_OURS,
		[PLX_STATUS_ANSWERED] = CAA_EXCUSE_NOT_A_FAILURE,
		[PLX_STATUS_TIMEOUT] = CAA_EXCUSE_GRANTED,
		[PLX_STATUS_TRUNCATED] = CAA_EXCUSE_GRANTED,
		[PLX_STATUS_MALFORMED] = CAA_EXCUSE_GRANTED,
		[PLX_STATUS_BOGUS] = CAA_EXCUSE_SUSPICIOUS,
		[PLX_STATUS_LAME] = CAA_EXCUSE_GRANTED,
		[PLX_STATUS_LOOP] = CAA_EXCUSE_GRANTED,
		[PLX_STATUS_LIMIT] = CAA_EXCUSE_OURS,
		[PLX_STATUS_INVALID_NAME] = CAA_EXCUSE_OURS,
		[PLX_STATUS_LOST] = CAA_EXCUSE_OURS,
		[PLX_STATUS_CANCELLED] = CAA_EXCUSE_OURS,
	};
	for (int i = 0; i < PLX_STATUS_COUNT; i++) {
		start();
		lookup.result.status = (uint8_t)i;
		lookup.result.cause =
			i == PLX_STATUS_ANSWERED ? PLX_CAUSE_NONE : PLX_CAUSE_NO_ANSWER;
		CU_ASSERT_EQUAL(judge(), expected[i]);
	}
}

TEST(each_cause_is_outside_ours_or_suspicious)
{
	unsigned outside = 0;
	for (int i = 0; i < PLX_CAUSE_COUNT; i++) {
		start();
		lookup.result.cause = (uint8_t)i;
		outside += judge() == CAA_EXCUSE_GRANTED;
	}
	CU_ASSERT_EQUAL(outside, 8);
	start();
	lookup.result.cause = PLX_CAUSE_NO_SERVER;
	CU_ASSERT_EQUAL(judge(), CAA_EXCUSE_OURS);
	lookup.result.cause = PLX_CAUSE_NONE;
	CU_ASSERT_EQUAL(judge(), CAA_EXCUSE_OURS);
	lookup.result.cause = PLX_CAUSE_SPOOF_SUSPECTED;
	CU_ASSERT_EQUAL(judge(), CAA_EXCUSE_SUSPICIOUS);
}

TEST(every_excuse_has_a_name_and_a_sentence)
{
	for (int i = 0; i < CAA_EXCUSE_COUNT; i++) {
		CU_ASSERT_PTR_NOT_NULL(caa_excuse_name((enum caa_excuse)i));
		CU_ASSERT_PTR_NOT_NULL(caa_excuse_text((enum caa_excuse)i));
	}
}

TEST_MAIN(caa_lookup_failure, T(all_conditions_together_excuse_a_failure),
	  T(without_the_switch_the_same_failure_is_not_excused),
	  T(a_failure_that_was_not_retried_is_not_excused),
	  T(only_a_definitive_insecure_answer_proves_the_domain_insecure),
	  T(a_failure_that_is_itself_secure_or_bogus_is_not_excused_by_a_proof),
	  T(an_iterative_failure_must_be_proved_insecure_itself),
	  T(an_insecure_failure_alone_does_not_show_that_our_network_worked),
	  T(a_primary_and_iterative_lookups_need_the_state_of_the_failure),
	  T(a_proof_of_another_time_proves_nothing), T(each_status_is_outside_ours_or_suspicious),
	  T(each_cause_is_outside_ours_or_suspicious), T(every_excuse_has_a_name_and_a_sentence))
