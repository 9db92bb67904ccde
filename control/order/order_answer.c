// SPDX-License-Identifier: BSD-3-Clause
// The answer to an order, as docs/orders.md has it. A row is made into text as soon as its identifier is decided, so that
// an order of a thousand identifiers holds no evidence but that of those which run.

#include "order/order_internal.h"

#include "check/json_writer.h"
#include "rules/utc_time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *outcome_name(enum check_set set, enum check_outcome outcome)
{
	return set == CHECK_SET_CAA ? check_outcome_caa_name(outcome)
				    : check_outcome_dcv_name(outcome);
}

// What a client is told of a result: all but the evidence, which is in the audit log.
static json_t *detail_of(const json_t *result)
{
	static const char *const names[] = {
		"reason",   "message",       "dnssec", "authorization_domain",
		"found_at", "corroboration", "time"};
	json_t *detail = json_object();
	for (size_t i = 0; i < PLX_ARRAY_SIZE(names); i++) {
		json_t *value = json_member_get(result, names[i]);
		if (value != NULL && json_object_set(detail, names[i], value) != 0) {
			json_decref(detail);
			return NULL;
		}
	}
	return detail;
}

static json_t *perspective_row(const struct order *order, const struct order_ask *ask)
{
	const struct perspective *facts = &order_panel_seat(order->panel, ask->seat)->facts;
	json_t *row = json_pack("{s:s, s:s, s:s, s:b, s:o, s:I}", "name", facts->name, "rir",
				region_name(facts->region), "result",
				outcome_name(ask->set, ask->words.outcome), "corroborates",
				ask->corroborates, "detail", detail_of(ask->words.result),
				"latency_ms", (json_int_t)ask->latency_ms);
	if (row != NULL && ask->set == CHECK_SET_DCV &&
	    ask->compared != DCV_CORROBORATION_NOT_EVALUATED &&
	    ask->compared != DCV_CORROBORATION_SAME) {
		json_object_set_new(row, "difference",
				    json_string(dcv_corroboration_name(ask->compared)));
	}
	return row;
}

static json_t *region_names(region_set_t regions)
{
	json_t *names = json_array();
	for (int region = REGION_UNKNOWN + 1; region < REGION_COUNT; region++) {
		if ((regions & region_set_of((enum region)region)) != 0) {
			json_array_append_new(names, json_string(region_name((enum region)region)));
		}
	}
	return names;
}

static json_t *write_set(const struct order *order, enum check_set set,
			 const struct quorum_tally *tally, const struct order_attempt *attempt)
{
	size_t seat_count = attempt != NULL ? attempt->seat_counts[set] : 0;
	const struct order_ask *primary =
		seat_count > 0 ? order_attempt_ask(attempt, set, 0) : NULL;
	json_t *rows = json_array();
	for (size_t seat = 1; seat < seat_count; seat++) {
		json_array_append_new(
			rows, perspective_row(order, order_attempt_ask(attempt, set, seat)));
	}
	if (seat_count > 0 && json_array_size(rows) != seat_count - 1) {
		json_decref(rows);
		return NULL; // without memory; no row is left out silently
	}
	json_t *detail = primary != NULL
				 ? detail_of(primary->words.result)
				 : json_pack("{s:s, s:s}", "reason", "timeout", "message",
					     "the order's time ran out before it was asked");
	json_t *value =
		json_pack("{s:s, s:o, s:I, s:s, s:s, s:b, s:o, s:o}", "primary",
			  outcome_name(set, primary != NULL ? primary->words.outcome : CHECK_ERROR),
			  "primary_detail", detail, "primary_latency_ms",
			  (json_int_t)(primary != NULL ? primary->latency_ms : 0), "need",
			  corroboration_need_name(tally->need), "quorum", tally->quorum_text,
			  "corroborated", tally->is_corroborated, "regions",
			  region_names(tally->regions), "perspectives", rows);
	if (set == CHECK_SET_CAA && value != NULL) {
		// BR 4.2.2.1: the primary's check counts.
		json_t *until = primary != NULL && primary->words.outcome == CHECK_PASS
					? json_object_get(primary->words.result, "usable_until")
					: NULL;
		json_object_set(value, "usable_until", until != NULL ? until : json_null());
	}
	return value;
}

static json_t *write_reasons(const struct identifier_decision *decision)
{
	json_t *reasons = json_array();
	for (size_t i = 0; i < decision->reason_count; i++) {
		const struct identifier_reason *reason = &decision->reasons[i];
		json_array_append_new(
			reasons, json_pack("{s:s, s:s, s:s}", "check", check_set_name(reason->set),
					   "code", refusal_reason_name(reason->reason), "message",
					   refusal_reason_text(reason->reason)));
	}
	return reasons;
}

static json_t *diagnose(const struct order *order, const struct order_verdict *verdict,
			const struct order_attempt *attempt, const struct order_probing *probing)
{
	const struct order_services *services = &order->table->services;
	struct order_findings findings;
	json_t *diagnosis = NULL;
	bool is_whole = order->request->scope == ORDER_SCOPE_WHOLE; // half an order has its caller
	if (services->diagnose != NULL && attempt != NULL && is_whole &&
	    order_needs_diagnosis(attempt, verdict)) {
		order_findings_gather(attempt, probing, &findings);
		diagnosis = services->diagnose(services->context, &findings);
	}
	return diagnosis != NULL ? diagnosis : json_array();
}

// NULL without memory.
static json_t *write_probes(const struct order *order, const struct order_probing *probing)
{
	json_t *rows = json_array();
	for (size_t i = 0; probing != NULL && i < probing->count; i++) {
		const struct order_probe *probe = &probing->probes[i];
		const struct perspective *facts =
			&order_panel_seat(order->panel, probe->seat)->facts;
		json_t *row = json_pack("{s:s, s:s, s:s, s:o, s:I}", "probe",
					probe_kind_name(probe->kind), "perspective", facts->name,
					"result", check_outcome_dcv_name(probe->words.outcome),
					"detail", detail_of(probe->words.result), "latency_ms",
					(json_int_t)probe->latency_ms);
		if (json_array_append_new(rows, row) != 0) {
			json_decref(rows);
			return NULL;
		}
	}
	return rows;
}

char *order_answer_item(const struct order *order, size_t item_index,
			const struct order_verdict *verdict, const struct order_attempt *attempt,
			const struct order_probing *probing)
{
	const struct order_item *item = &order->request->items[item_index];
	bool has_dcv = order->request->scope != ORDER_SCOPE_CAA;
	bool has_caa = verdict->decision.caa_need != CAA_NOT_REQUIRED;
	json_t *caa = has_caa ? write_set(order, CHECK_SET_CAA, &verdict->decision.caa, attempt)
			      : json_null();
	json_t *dcv = has_dcv ? write_set(order, CHECK_SET_DCV, &verdict->decision.dcv, attempt)
			      : json_null();
	json_t *row = json_pack(
		"{s:s, s:s, s:s, s:s, s:s?, s:I, s:o, s:o, s:o, s:o, s:o}", "type",
		identifier_type_name(item->type), "value", item->text, "decision",
		order_request_decision_name(order->request, verdict->enforcement.decision),
		"enforced_decision",
		order_request_decision_name(order->request, verdict->enforcement.enforced_decision),
		"validation_method", has_dcv ? dcv_method_name(item->method) : NULL, "attempts",
		(json_int_t)(attempt != NULL ? attempt->number : 0), "dcv", dcv, "caa", caa,
		"reasons", write_reasons(&verdict->decision), "diagnosis",
		diagnose(order, verdict, attempt, probing), "probes", write_probes(order, probing));
	char *text = row != NULL ? json_text_write(row, 0, NULL) : NULL;
	json_decref(row);
	return text;
}

static json_t *write_head(const struct order *order)
{
	const struct order_request *request = order->request;
	char date[UTC_DATE_TEXT_MAX] = "";
	char started[UTC_TIME_TEXT_MAX] = "", decided[UTC_TIME_TEXT_MAX] = "";
	if (utc_date_format(request->decide_at_s, date) != 0 ||
	    utc_time_format(order->started_us, started) != 0 ||
	    utc_time_format(order_table_now_us(order->table), decided) != 0) {
		return NULL;
	}
	return json_pack("{s:s, s:O, s:s, s:s, s:s, s:b, s:s, s:s, s:s, s:b, s:s, s:s, s:O}", "id",
			 order->entry->id, "reference", request->reference, "profile",
			 profile_name(request->profile), "purpose", order_request_purpose(request),
			 "mode", mode_name(order->mode), "mode_compliant", order->is_compliant,
			 "decision",
			 order_request_decision_name(request, order->enforcement.decision),
			 "enforced_decision",
			 order_request_decision_name(request, order->enforcement.enforced_decision),
			 "rules_date", date, "hypothetical", request->is_hypothetical, "started",
			 started, "decided", decided, "unused_perspectives", order->panel->unused);
}

static char *append(char *end, const char *text, size_t length)
{
	memcpy(end, text, length);
	return end + length;
}

// The head without its last brace, then the rows, which are text already.
static char *join_rows(const struct order *order, const char *head, size_t *ret_length)
{
	static const char between[] = ",\"identifiers\":[";
	size_t count = order->request->item_count;
	size_t length = strlen(head) - 1 + sizeof(between) - 1;
	for (size_t i = 0; i < count; i++) {
		length += strlen(order->outcomes[i].answer) + 1; // and a comma, or the bracket
	}
	char *text = malloc(length + 2); // the last brace and NUL
	if (text == NULL) {
		return NULL;
	}
	char *end = append(text, head, strlen(head) - 1);
	end = append(end, between, sizeof(between) - 1);
	for (size_t i = 0; i < count; i++) {
		const char *row = order->outcomes[i].answer;
		end = append(end, row, strlen(row));
		*end++ = i + 1 < count ? ',' : ']';
	}
	append(end, "}", 2);
	*ret_length = length + 1;
	return text;
}

char *order_answer_write(const struct order *order, size_t *ret_length)
{
	for (size_t i = 0; i < order->request->item_count; i++) {
		if (order->outcomes[i].answer == NULL) {
			return NULL;
		}
	}
	json_t *value = write_head(order);
	char *head = value != NULL ? json_text_write(value, 0, NULL) : NULL;
	char *text = head != NULL ? join_rows(order, head, ret_length) : NULL;
	free(head);
	json_decref(value);
	return text;
}
