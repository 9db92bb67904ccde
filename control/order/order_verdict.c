// SPDX-License-Identifier: BSD-3-Clause
// From the answers of one attempt to the decision on its identifier. Here inputs are put together; what is decided is in
// quorum/, mode/ and policy/.

#include "order/order_internal.h"

enum corroboration_need order_item_need(const struct order_request *request,
					const struct order_item *item)
{
	switch (request->profile) {
	case PROFILE_PRIVATE:
		return CORROBORATION_NOT_REQUIRED;
	case PROFILE_TLS:
	case PROFILE_SMIME:
	case PROFILE_NOT_SET:
		break;
	}
	if (request->scope == ORDER_SCOPE_CAA) {
		return CORROBORATION_REQUIRED;
	}
	return dcv_method_needs_mpic(item->method, item->is_onion) ? CORROBORATION_REQUIRED
								   : CORROBORATION_NOT_REQUIRED;
}

enum caa_need order_item_caa_need(const struct order_request *request,
				  const struct order_item *item)
{
	if (request->scope == ORDER_SCOPE_DCV) {
		return CAA_NOT_REQUIRED;
	}
	switch (request->profile) {
	case PROFILE_PRIVATE:
		return CAA_NOT_REQUIRED;
	case PROFILE_TLS:
	case PROFILE_SMIME:
	case PROFILE_NOT_SET:
		break;
	}
	return item->type == IDENTIFIER_TYPE_IP || item->is_onion ? CAA_NOT_REQUIRED : CAA_REQUIRED;
}

static struct dcv_observation observe(const struct order_ask *ask, enum dcv_method method)
{
	return (struct dcv_observation) {
		.method = method,
		.outcome = ask->words.outcome,
		.evidence = json_string_value(json_object_get(ask->words.result, "corroboration")),
	};
}

// BR 3.2.2.9: a DCV check corroborates when it saw the same as the primary, a CAA check when it reads as permission.
static void compare(struct order_attempt *attempt, enum check_set set, struct order_ask *ask)
{
	const struct order *order = attempt->order;
	enum dcv_method method = order->request->items[attempt->item_index].method;
	const struct order_ask *primary = order_attempt_ask(attempt, set, 0);
	if (set == CHECK_SET_CAA) {
		ask->corroborates =
			primary->words.outcome == CHECK_PASS && ask->words.outcome == CHECK_PASS;
		return;
	}
	struct dcv_observation seen_by_primary = observe(primary, method);
	struct dcv_observation seen_by_remote = observe(ask, method);
	ask->compared =
		dcv_corroboration_judge(&seen_by_primary, &seen_by_remote, &order->panel->dcv);
	ask->corroborates = ask->compared == DCV_CORROBORATION_SAME;
}

static struct quorum_tally count_set(struct order_attempt *attempt, enum check_set set)
{
	const struct order *order = attempt->order;
	struct quorum_remote remotes[PERSPECTIVE_REMOTES_MAX];
	size_t first = set == CHECK_SET_CAA ? attempt->seat_counts[CHECK_SET_DCV] : 0;
	size_t count = attempt->seat_counts[set] - 1;
	for (size_t i = 0; i < count; i++) {
		struct order_ask *ask = &attempt->asks[first + 1 + i];
		compare(attempt, set, ask);
		remotes[i] = (struct quorum_remote) {
			.region = order_panel_seat(order->panel, ask->seat)->facts.region,
			.outcome = ask->words.outcome,
			.corroborates = ask->corroborates,
		};
	}
	struct quorum_input input = {
		.rules = order->rules,
		.need = order_item_need(order->request,
					&order->request->items[attempt->item_index]),
		.placement = order->panel->selection.reason,
		.primary = attempt->asks[first].words.outcome,
		.remotes = remotes,
		.remote_count = count,
	};
	return quorum_tally_count(&input);
}

static struct order_verdict reach(const struct order *order, const struct quorum_tally *dcv,
				  const struct quorum_tally *caa, enum caa_need caa_need,
				  bool primary_passed)
{
	struct order_verdict verdict = {
		.decision = order->request->scope == ORDER_SCOPE_CAA
				    ? identifier_decide_caa(caa)
				    : identifier_decide(dcv, caa, caa_need),
		.primary = primary_passed ? DECISION_ISSUE : DECISION_REFUSE,
	};
	verdict.enforcement = enforcement_decide(order->request->profile, order->mode,
						 verdict.primary, verdict.decision.decision);
	return verdict;
}

struct order_verdict order_verdict_reach(struct order_attempt *attempt)
{
	const struct order *order = attempt->order;
	enum caa_need caa_need =
		order_item_caa_need(order->request, &order->request->items[attempt->item_index]);
	bool has_caa = attempt->seat_counts[CHECK_SET_CAA] > 0;
	struct quorum_tally dcv = {.decision = DECISION_NOT_EVALUATED};
	struct quorum_tally caa = {.decision = DECISION_NOT_EVALUATED};
	bool primary_passed = true;
	if (order->request->scope != ORDER_SCOPE_CAA) {
		dcv = count_set(attempt, CHECK_SET_DCV);
		primary_passed =
			order_attempt_ask(attempt, CHECK_SET_DCV, 0)->words.outcome == CHECK_PASS;
	}
	if (has_caa) {
		caa = count_set(attempt, CHECK_SET_CAA);
		primary_passed &=
			order_attempt_ask(attempt, CHECK_SET_CAA, 0)->words.outcome == CHECK_PASS;
	} else {
		primary_passed &= caa_need == CAA_NOT_REQUIRED;
	}
	return reach(order, &dcv, has_caa ? &caa : NULL, caa_need, primary_passed);
}

struct order_verdict order_verdict_without_answers(const struct order *order,
						   const struct order_item *item)
{
	struct quorum_input input = {.rules = order->rules,
				     .need = order_item_need(order->request, item),
				     .placement = order->panel->selection.reason,
				     .primary = CHECK_ERROR};
	struct quorum_tally tally = quorum_tally_count(&input);
	return reach(order, &tally, &tally, order_item_caa_need(order->request, item), false);
}
