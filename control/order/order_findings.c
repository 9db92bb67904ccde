// SPDX-License-Identifier: BSD-3-Clause

#include "order/order_internal.h"

void order_findings_gather(const struct order_attempt *attempt, const struct order_probing *probing,
			   struct order_findings *ret_findings)
{
	const struct order *order = attempt->order;
	const struct order_item *item = &order->request->items[attempt->item_index];
	*ret_findings = (struct order_findings) {
		.type = item->type,
		.identifier = item->text,
		.is_wildcard = item->is_wildcard,
		.method = item->method,
	};
	for (size_t i = 0; i < attempt->ask_count; i++) {
		const struct order_ask *ask = &attempt->asks[i];
		const struct perspective *facts = &order_panel_seat(order->panel, ask->seat)->facts;
		ret_findings->counts[ask->set] = ask->seat + 1;
		ret_findings->sets[ask->set][ask->seat] = (struct order_finding) {
			.perspective = facts->name,
			.region = facts->region,
			.outcome = ask->words.outcome,
			.corroborates = ask->corroborates,
			.result = ask->words.result,
		};
	}
	for (size_t i = 0; probing != NULL && i < probing->count; i++) {
		const struct order_probe *probe = &probing->probes[i];
		ret_findings->probes[ret_findings->probe_count++] = (struct order_probe_finding) {
			.kind = probe->kind, .seat = probe->seat, .outcome = probe->words.outcome};
	}
}

bool order_needs_diagnosis(const struct order_attempt *attempt, const struct order_verdict *verdict)
{
	for (size_t i = 0; i < attempt->ask_count; i++) {
		if (attempt->asks[i].seat > 0 && !attempt->asks[i].corroborates) {
			return true;
		}
	}
	return verdict->decision.decision != DECISION_ISSUE;
}
