// SPDX-License-Identifier: BSD-3-Clause
// What the audit log keeps of an order (BR 5.4.1 (2), docs/audit-log.md): each check, each quorum, the decision.

#include "order/order_internal.h"

#include "rules/utc_time.h"

#include <string.h>

#define PRIMARY_SEAT 0 // order_panel.h

_Static_assert(1 + PERSPECTIVE_REMOTES_MAX <= AUDIT_PERSPECTIVES_MAX,
	       "an order that asked all could not be recorded");

// CAA and DCV have two results in BR 5.4.1; what came to no verdict is not a pass. The outcome itself is in the answer.
static const char *result_name(const struct order_ask *ask)
{
	bool passed = ask->words.outcome == CHECK_PASS;
	if (ask->set == CHECK_SET_CAA) {
		return passed ? "permit" : "prohibit";
	}
	return passed ? "pass" : "fail";
}

static const char *section_of(const struct order_item *item)
{
	if (item->method == DCV_METHOD_NONE) {
		return "caa"; // nobody asked for DCV
	}
	const char *section = dcv_method_section(item->method, item->type == IDENTIFIER_TYPE_IP);
	return section != NULL ? section : dcv_method_name(item->method);
}

static json_t *authorization_domain(const struct order_ask *ask, const struct order_item *item)
{
	json_t *domain = json_member_get(ask->words.result, "authorization_domain");
	bool differs = json_string_length(domain) > 0 &&
		       strcmp(json_string_value(domain), item->text) != 0;
	return differs ? json_incref(domain) : json_null();
}

// The parts of what was signed: payload = `signed` with "answer", answer = `answer` with "evidence". Kept apart so that
// nothing is in the log twice; docs/orders.md says how to put them together.
static json_t *without(const json_t *object, const char *name)
{
	json_t *copy = json_copy((json_t *)(uintptr_t)object);
	json_object_del(copy, name);
	return copy;
}

// The files of evidence that the record vouches for: of our own look-ups. A remote's answer may hold such words too, but
// what they name is not here.
static json_t *traces_of(const struct order_words *words, size_t seat)
{
	const json_t *dns = json_object_get(json_object_get(words->result, "evidence"), "dns");
	json_t *traces = json_array();
	for (size_t i = 0; seat == PRIMARY_SEAT && i < json_array_size(dns); i++) {
		json_t *digest = json_object_get(json_array_get(dns, i), "trace_sha256");
		if (digest != NULL && json_array_append(traces, digest) != 0) {
			json_decref(traces);
			return NULL;
		}
	}
	return traces;
}

// What was said, how it was signed, and on what evidence. Takes `record` when it fails: NULL.
static json_t *with_words(json_t *record, const struct order_words *words, size_t seat)
{
	json_t *evidence = json_object_get(words->result, "evidence");
	bool has_evidence = json_object_size(evidence) > 0;
	json_t *payload = json_object_get(words->envelope, "payload");
	json_t *signature = json_object_get(words->envelope, "signature");
	bool is_signed = payload != NULL && json_string_length(signature) > 0;
	json_t *answer =
		has_evidence ? without(words->result, "evidence") : json_incref(words->result);
	json_t *parts = is_signed ? without(payload, "answer") : json_null();
	bool failed = json_object_set_new(record, "answer", answer) != 0;
	failed |= json_object_set_new(record, "evidence",
				      has_evidence ? json_incref(evidence) : json_object()) != 0;
	failed |= json_object_set_new(record, "signature",
				      is_signed ? json_incref(signature) : json_null()) != 0;
	failed |= json_object_set_new(record, "signed", parts) != 0;
	failed |= json_object_set_new(record, "traces", traces_of(words, seat)) != 0;
	if (failed) {
		json_decref(record);
		return NULL;
	}
	return record;
}

static json_t *record_check(const struct order *order, const struct order_ask *ask)
{
	const struct order_item *item = &order->request->items[ask->attempt->item_index];
	const struct perspective *facts = &order_panel_seat(order->panel, ask->seat)->facts;
	json_t *record =
		json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:s, s:b, s:o, s:s, s:I}",
			  "order_id", order->entry->id, "identifier", item->text, "identifier_type",
			  identifier_type_name(item->type), "perspective", facts->name, "rir",
			  region_name(facts->region), "check", check_set_name(ask->set), "attempt",
			  (int)ask->attempt->number, "result", result_name(ask), "corroborates",
			  ask->corroborates, "adn", authorization_domain(ask, item), "method",
			  section_of(item), "latency_ms", (json_int_t)ask->latency_ms);
	return with_words(record, &ask->words, ask->seat);
}

static json_t *record_probe(const struct order *order, const struct order_probe *probe)
{
	const struct order_attempt *attempt = probe->probing->attempt;
	const struct order_item *item = &order->request->items[attempt->item_index];
	const struct perspective *facts = &order_panel_seat(order->panel, probe->seat)->facts;
	json_t *record = json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:s, s:s, s:s, s:I}", "order_id",
				   order->entry->id, "identifier", item->text, "identifier_type",
				   identifier_type_name(item->type), "perspective", facts->name,
				   "rir", region_name(facts->region), "attempt",
				   (int)attempt->number, "probe", probe_kind_name(probe->kind),
				   "result", check_outcome_dcv_name(probe->words.outcome), "method",
				   section_of(item), "latency_ms", (json_int_t)probe->latency_ms);
	return with_words(record, &probe->words, probe->seat);
}

void order_record_probes(struct order *order, const struct order_probing *probing)
{
	int64_t now_us = order_table_now_us(order->table);
	for (size_t i = 0; i < probing->count; i++) {
		order_journal_add(&order->journal, AUDIT_KIND_PROBE, now_us,
				  record_probe(order, &probing->probes[i]));
	}
}

static json_t *record_quorum(const struct order *order, const struct order_attempt *attempt,
			     enum check_set set, const struct quorum_tally *tally)
{
	const struct order_item *item = &order->request->items[attempt->item_index];
	return json_pack("{s:s, s:s, s:s, s:i, s:s, s:s, s:s, s:b, s:s}", "order_id",
			 order->entry->id, "identifier", item->text, "check", check_set_name(set),
			 "attempt", (int)attempt->number, "quorum", tally->quorum_text, "result",
			 tally->decision == DECISION_ISSUE ? "pass" : "fail", "reason",
			 refusal_reason_name(tally->reason), "corroborated", tally->is_corroborated,
			 "need", corroboration_need_name(tally->need));
}

// The names of who was asked, as the order's own record declares them.
static json_t *declare(const struct order *order, const struct order_attempt *attempt)
{
	json_t *declared = json_object();
	for (int i = 0; i < CHECK_SET_COUNT; i++) {
		size_t seats = attempt->seat_counts[i];
		json_t *names = seats > 1 ? order->panel->all_names : order->panel->primary_name;
		if (seats > 0 &&
		    json_object_set(declared, check_set_name((enum check_set)i), names) != 0) {
			json_decref(declared);
			return NULL;
		}
	}
	return declared;
}

void order_record_attempt(struct order *order, struct order_attempt *attempt,
			  const struct order_verdict *verdict)
{
	struct order_outcome *outcome = &order->outcomes[attempt->item_index];
	struct order_journal *journal = &order->journal;
	int64_t now_us = order_table_now_us(order->table);
	for (size_t i = 0; i < attempt->ask_count; i++) {
		order_journal_add(journal, AUDIT_KIND_CHECK, now_us,
				  record_check(order, &attempt->asks[i]));
	}
	if (attempt->seat_counts[CHECK_SET_DCV] > 0) {
		order_journal_add(
			journal, AUDIT_KIND_QUORUM, now_us,
			record_quorum(order, attempt, CHECK_SET_DCV, &verdict->decision.dcv));
	}
	if (attempt->seat_counts[CHECK_SET_CAA] > 0) {
		order_journal_add(
			journal, AUDIT_KIND_QUORUM, now_us,
			record_quorum(order, attempt, CHECK_SET_CAA, &verdict->decision.caa));
	}
	if (outcome->attempts == NULL) {
		outcome->attempts = json_array();
	}
	if (json_array_append_new(outcome->attempts, declare(order, attempt)) != 0) {
		journal->is_broken = true;
	}
}

static size_t count_checks(const json_t *attempts)
{
	size_t count = 0;
	for (size_t i = 0; i < json_array_size(attempts); i++) {
		const json_t *attempt = json_array_get(attempts, i);
		count += json_array_size(json_object_get(attempt, "dcv")) +
			 json_array_size(json_object_get(attempt, "caa"));
	}
	return count;
}

static json_t *declare_identifier(const struct order *order, size_t index, bool only_committed)
{
	const struct order_outcome *outcome = &order->outcomes[index];
	json_t *attempts = json_array();
	size_t count =
		only_committed ? outcome->attempts_committed : json_array_size(outcome->attempts);
	for (size_t i = 0; i < count; i++) {
		json_array_append(attempts, json_array_get(outcome->attempts, i));
	}
	size_t check_count = count_checks(attempts);
	return json_pack("{s:s, s:s, s:I, s:o}", "identifier", order->request->items[index].text,
			 "decision", order_request_decision_name(order->request, outcome->full),
			 "check_count", (json_int_t)check_count, "attempts", attempts);
}

json_t *order_record_write(const struct order *order, enum order_ending ending, bool only_committed)
{
	const struct order_request *request = order->request;
	bool is_decided = ending == ORDER_DECIDED;
	char decide_at[UTC_TIME_TEXT_MAX] = "", started[UTC_TIME_TEXT_MAX] = "";
	if (utc_time_format(request->decide_at_s * UTC_SECOND_US, decide_at) != 0 ||
	    utc_time_format(order->started_us, started) != 0) {
		return NULL;
	}
	json_t *identifiers = json_array();
	for (size_t i = 0; i < request->item_count; i++) {
		json_array_append_new(identifiers, declare_identifier(order, i, only_committed));
	}
	if (json_array_size(identifiers) != request->item_count) {
		json_decref(identifiers);
		return NULL;
	}
	return json_pack(
		"{s:s, s:s, s:s, s:s, s:b, s:s, s:s, s:s, s:s, s:s, s:b, s:O, s:O, s:O, s:s*, s:O, "
		"s:o}",
		"order_id", order->entry->id, "profile", profile_name(request->profile), "purpose",
		order_request_purpose(request), "mode", mode_name(order->mode), "mode_compliant",
		order->is_compliant, "ending", order_ending_name(ending), "decision",
		is_decided ? order_request_decision_name(request, order->enforcement.decision)
			   : order_ending_name(ending),
		"enforced_decision",
		is_decided
			? order_request_decision_name(request, order->enforcement.enforced_decision)
			: order_ending_name(ending),
		"started", started, "rules_at", decide_at, "hypothetical", request->is_hypothetical,
		"reference", request->reference, "account_uri", request->account_uri,
		"issuer_domains", request->issuer_domains, "caller", order->caller,
		"unused_perspectives", order->panel->unused, "identifiers", identifiers);
}
