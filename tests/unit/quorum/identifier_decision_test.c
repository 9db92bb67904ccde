// SPDX-License-Identifier: BSD-3-Clause

#include "quorum/identifier_decision.h"

#include "cunit_runner.h"

static const struct quorum_tally good = {.decision = DECISION_ISSUE, .reason = REFUSAL_NONE};
static const struct quorum_tally bad = {.decision = DECISION_REFUSE,
					.reason = REFUSAL_QUORUM_MISSED};
static const struct quorum_tally zero;

TEST(both_sets_must_issue)
{
	CU_ASSERT_EQUAL(identifier_decide(&good, &good, CAA_REQUIRED).decision, DECISION_ISSUE);
	struct identifier_decision result = identifier_decide(&bad, &bad, CAA_REQUIRED);
	CU_ASSERT_EQUAL(result.decision, DECISION_REFUSE);
	CU_ASSERT_EQUAL(result.reason_count, 2);
	CU_ASSERT_EQUAL(result.reasons[0].set, CHECK_SET_DCV);
	CU_ASSERT_EQUAL(result.reasons[1].set, CHECK_SET_CAA);
	CU_ASSERT_EQUAL(result.reasons[1].reason, REFUSAL_QUORUM_MISSED);
	CU_ASSERT_EQUAL(identifier_decide(&good, &bad, CAA_REQUIRED).decision, DECISION_REFUSE);
	CU_ASSERT_EQUAL(identifier_decide(&bad, &good, CAA_REQUIRED).decision, DECISION_REFUSE);
}

TEST(caa_that_is_not_required_says_so_and_is_not_looked_at)
{
	struct identifier_decision result = identifier_decide(&good, NULL, CAA_NOT_REQUIRED);
	CU_ASSERT_EQUAL(result.decision, DECISION_ISSUE);
	CU_ASSERT_STRING_EQUAL(caa_need_name(result.caa_need), "not-required");
	CU_ASSERT_EQUAL(identifier_decide(&good, &bad, CAA_NOT_REQUIRED).decision, DECISION_ISSUE);
	CU_ASSERT_EQUAL(identifier_decide(&bad, NULL, CAA_NOT_REQUIRED).decision, DECISION_REFUSE);
}

TEST(zeroed_and_contradictory_tallies_refuse)
{
	CU_ASSERT_EQUAL(identifier_decide(&zero, &zero, CAA_REQUIRED).decision, DECISION_REFUSE);
	CU_ASSERT_EQUAL(identifier_decide(&zero, NULL, CAA_NOT_REQUIRED).decision, DECISION_REFUSE);
	CU_ASSERT_EQUAL(identifier_decide(&good, NULL, CAA_REQUIRED).decision, DECISION_REFUSE);
	CU_ASSERT_EQUAL(identifier_decide(&good, NULL, (enum caa_need)7).decision, DECISION_REFUSE);
	struct quorum_tally odd = good;
	odd.reason = REFUSAL_NOT_EVALUATED;
	CU_ASSERT_EQUAL(identifier_decide(&odd, &good, CAA_REQUIRED).decision, DECISION_REFUSE);
	odd = good;
	odd.decision = DECISION_REFUSE;
	struct identifier_decision result = identifier_decide(&odd, &good, CAA_REQUIRED);
	CU_ASSERT_EQUAL(result.decision, DECISION_REFUSE);
	CU_ASSERT_EQUAL(result.reasons[0].reason, REFUSAL_NOT_EVALUATED);
	odd.decision = (enum decision)99;
	CU_ASSERT_EQUAL(identifier_decide(&odd, &good, CAA_REQUIRED).decision, DECISION_REFUSE);
}

TEST(an_order_issues_when_all_its_identifiers_do)
{
	enum decision identifiers[] = {DECISION_ISSUE, DECISION_ISSUE, DECISION_ISSUE};
	struct order_decision order = order_decide(identifiers, 3);
	CU_ASSERT_EQUAL(order.decision, DECISION_ISSUE);
	CU_ASSERT_EQUAL(order.reason, REFUSAL_NONE);
	static const enum decision others[] = {DECISION_REFUSE, DECISION_NOT_EVALUATED,
					       (enum decision)77};
	for (unsigned i = 0; i < 3; i++) {
		identifiers[i] = others[i];
		order = order_decide(identifiers, 3);
		CU_ASSERT_EQUAL(order.decision, DECISION_REFUSE);
		CU_ASSERT_EQUAL(order.reason, REFUSAL_IDENTIFIER_REFUSED);
		CU_ASSERT_EQUAL(order.refused_count, 1);
		identifiers[i] = DECISION_ISSUE;
	}
}

TEST(an_order_without_identifiers_is_refused)
{
	struct order_decision order = order_decide(NULL, 0);
	CU_ASSERT_EQUAL(order.decision, DECISION_REFUSE);
	CU_ASSERT_EQUAL(order.reason, REFUSAL_NO_IDENTIFIERS);
}

TEST_MAIN(identifier_decision, T(both_sets_must_issue),
	  T(caa_that_is_not_required_says_so_and_is_not_looked_at),
	  T(zeroed_and_contradictory_tallies_refuse),
	  T(an_order_issues_when_all_its_identifiers_do),
	  T(an_order_without_identifiers_is_refused))
