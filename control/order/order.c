// SPDX-License-Identifier: BSD-3-Clause
// One order: its identifiers in turn, its records, its end.

#include "order/order_internal.h"

#include "rules/utc_time.h"

#include <parallax/base/error.h>

#include <event2/event.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void on_order_deadline(evutil_socket_t fd, short what, void *context);

const char *order_id(const struct order *order)
{
	return order->entry->id;
}

static int order_prepare(struct order *order, const char *caller)
{
	struct order_table *table = order->table;
	uint32_t wait_ms = table->limits.order_timeout_ms;
	struct timeval wait = {.tv_sec = wait_ms / 1000, .tv_usec = wait_ms % 1000 * 1000};
	order->outcomes = calloc(order->request->item_count, sizeof(order->outcomes[0]));
	order->caller = caller != NULL ? strdup(caller) : NULL;
	order->timer = evtimer_new(table->services.base, on_order_deadline, order);
	bool is_made = order->outcomes != NULL && order->timer != NULL &&
		       (caller == NULL || order->caller != NULL);
	return is_made && evtimer_add(order->timer, &wait) == 0 ? 0 : -ENOMEM;
}

struct order *order_create(struct order_table *table, struct order_request *request,
			   struct order_panel *panel, const char *caller,
			   struct order_shelf_entry *entry)
{
	struct order *order = calloc(1, sizeof(*order));
	if (order == NULL) {
		return NULL;
	}
	order->table = table;
	order->entry = entry;
	order->request = request;
	order->panel = order_panel_acquire(panel);
	order->clock_steps = order_table_clock(table).steps;
	order->started_us = order_table_now_us(table);
	order->started_ms = order_table_now_ms(table);
	order->deadline_ms = order->started_ms + table->limits.order_timeout_ms;
	order->rules = rules_at(request->decide_at_s);
	TAILQ_INIT(&order->attempts);
	TAILQ_INIT(&order->probings);
	struct mode_effective effective = table->services.mode(
		table->services.context, request->profile, order->started_us / 1000000);
	order->mode = request->is_for_readiness ? MODE_REPORT_ONLY : effective.mode;
	if (request->scope != ORDER_SCOPE_WHOLE) {
		order->mode = MODE_ENFORCE; // modes are about issuance; one half is judged, no more
	}
	order->is_compliant = effective.is_compliant;
	if (order_prepare(order, caller) != 0) {
		order->request = NULL; // stays the caller's
		order_destroy(order);
		return NULL;
	}
	return order;
}

void order_destroy(struct order *order)
{
	while (!TAILQ_EMPTY(&order->attempts)) {
		order_attempt_destroy(TAILQ_FIRST(&order->attempts));
	}
	while (!TAILQ_EMPTY(&order->probings)) {
		order_probing_destroy(TAILQ_FIRST(&order->probings));
	}
	for (size_t i = 0;
	     order->outcomes != NULL && order->request != NULL && i < order->request->item_count;
	     i++) {
		free(order->outcomes[i].answer);
		json_decref(order->outcomes[i].attempts);
	}
	if (order->timer != NULL) {
		event_free(order->timer);
	}
	free(order->outcomes);
	free(order->answer);
	free(order->caller);
	order_journal_fini(&order->journal);
	order_request_free(order->request);
	order_panel_release(order->panel);
	free(order);
}

bool order_can_start_item(const struct order *order)
{
	return order->state != ORDER_RECORDING && order->ending == ORDER_ENDING_NOT_EVALUATED &&
	       order->next_item < order->request->item_count &&
	       order->journal.count < ORDER_JOURNAL_RECORDS_MAX &&
	       order->attempt_count < order->table->limits.identifiers_at_a_time;
}

// Ends without a decision. What runs is dropped, not recorded: the log takes nothing, or there is no memory to write.
static void order_fail(struct order *order, enum order_ending ending)
{
	order->ending = ending;
	order_table_unlist(order->table, order);
	while (!TAILQ_EMPTY(&order->attempts)) {
		struct order_attempt *attempt = TAILQ_FIRST(&order->attempts);
		order_attempt_settle_all(attempt, order_ending_name(ending),
					 order_ending_text(ending));
		order_attempt_destroy(attempt);
	}
	while (!TAILQ_EMPTY(&order->probings)) {
		order_probing_destroy(TAILQ_FIRST(&order->probings));
	}
}

static void finish_item(struct order *order, size_t index, const struct order_verdict *verdict,
			const struct order_attempt *attempt, const struct order_probing *probing)
{
	struct order_outcome *outcome = &order->outcomes[index];
	struct order_statistics *statistics = &order->table->statistics;
	outcome->is_finished = true;
	outcome->primary = verdict->primary;
	outcome->full = verdict->decision.decision;
	order->finished_count++;
	bool counts =
		!order->request->is_hypothetical && order->request->scope == ORDER_SCOPE_WHOLE;
	statistics->identifiers += counts;
	for (size_t i = 0; counts && i < verdict->decision.reason_count; i++) {
		statistics->reasons[verdict->decision.reasons[i].reason]++;
	}
	if (order->ending == ORDER_ENDING_NOT_EVALUATED) {
		outcome->answer = order_answer_item(order, index, verdict, attempt, probing);
		order->journal.is_broken |= outcome->answer == NULL;
	}
}

static void finish_unasked(struct order *order)
{
	for (; order->next_item < order->request->item_count; order->next_item++) {
		struct order_verdict verdict = order_verdict_without_answers(
			order, &order->request->items[order->next_item]);
		finish_item(order, order->next_item, &verdict, NULL, NULL);
	}
}

bool order_start_item(struct order *order)
{
	size_t index = order->next_item++;
	order->state = ORDER_RUNNING;
	if (order_attempt_start(order, index, 1) == NULL) {
		order_fail(order, ORDER_FAILED_MEMORY);
		order_progress(order);
		return false;
	}
	return true;
}

void order_stop(struct order *order)
{
	order_fail(order, ORDER_FAILED_SHUTDOWN);
	order_end(order, ORDER_FAILED_SHUTDOWN);
}

static bool may_try_again(const struct order *order, const struct order_attempt *attempt,
			  const struct order_verdict *verdict)
{
	return order->ending == ORDER_ENDING_NOT_EVALUATED &&
	       verdict->decision.decision != DECISION_ISSUE &&
	       attempt->number < order->request->attempts_max &&
	       order_table_now_ms(order->table) < order->deadline_ms;
}

static void take_attempt(struct order *order, struct order_attempt *attempt)
{
	size_t index = attempt->item_index;
	unsigned number = attempt->number;
	struct order_verdict verdict = order_verdict_reach(attempt);
	if (order->on_findings != NULL) {
		struct order_findings findings;
		order_findings_gather(attempt, NULL, &findings);
		order->on_findings(order->context, &findings, verdict.decision.decision);
	}
	order_record_attempt(order, attempt, &verdict);
	bool tries_again = may_try_again(order, attempt, &verdict);
	bool is_probed = !tries_again && order->request->scope == ORDER_SCOPE_WHOLE &&
			 order_probing_start(attempt, &verdict);
	if (!tries_again && !is_probed) {
		finish_item(order, index, &verdict, attempt, NULL);
	}
	if (!is_probed) {
		order_attempt_destroy(attempt);
	}
	if (tries_again && order_attempt_start(order, index, number + 1) == NULL) {
		order_fail(order, ORDER_FAILED_MEMORY);
	}
	order_table_note_runnable(order->table, order);
	order_table_schedule(order->table);
}

// The verdict is that of before the probes.
static void take_probing(struct order_probing *probing)
{
	struct order_attempt *attempt = probing->attempt;
	order_record_probes(attempt->order, probing);
	finish_item(attempt->order, attempt->item_index, &probing->verdict, attempt, probing);
	order_probing_destroy(probing);
}

// What runs is stopped; identifiers not begun stay unasked.
static void stop_attempts(struct order *order, const char *cause, const char *detail)
{
	struct order_attempt *attempt;
	while ((attempt = TAILQ_FIRST(&order->attempts)) != NULL) {
		order_attempt_settle_all(attempt, cause, detail);
		take_attempt(order, attempt);
	}
	struct order_probing *probing;
	while ((probing = TAILQ_FIRST(&order->probings)) != NULL) {
		order_probing_settle_all(probing, cause, detail);
		take_probing(probing);
	}
}

void order_note_attempt(struct order *order, struct order_attempt *attempt)
{
	take_attempt(order, attempt);
	order_progress(order);
}

void order_note_probing(struct order_probing *probing)
{
	struct order *order = probing->attempt->order;
	take_probing(probing);
	order_progress(order);
}

static void on_order_deadline(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	struct order *order = context;
	if (order->state == ORDER_RECORDING || order->ending != ORDER_ENDING_NOT_EVALUATED) {
		return; // the audit log has a limit of its own
	}
	order->state = ORDER_RUNNING;
	order->deadline_ms = order_table_now_ms(order->table); // no attempt begins any more
	finish_unasked(order);
	stop_attempts(order, "timeout", "the order's time ran out");
	order_progress(order);
}

static void on_recorded(int status, void *context)
{
	struct order *order = context;
	order_journal_note_done(&order->journal, status);
	for (size_t i = 0; i < order->request->item_count; i++) {
		struct order_outcome *outcome = &order->outcomes[i];
		if (status == 0) {
			outcome->attempts_committed = outcome->attempts_flushed;
		}
	}
	if (status != 0) {
		audit_fault_set(&order->table->audit_fault, status, "%s", plx_error_text(status));
		order_fail(order, ORDER_FAILED_AUDIT);
	}
	struct order_table *table = order->table;
	order_progress(order); // the last use of the order
	order_table_schedule(table);
}

static void flush(struct order *order)
{
	struct order_table *table = order->table;
	int error = table->is_stopping
			    ? -ESHUTDOWN
			    : order_journal_flush(&order->journal, table->services.audit,
						  on_recorded, order, &table->audit_fault);
	if (error == 0) {
		order->audit_wait_until_ms = 0;
		order_table_note_runnable(table, order);
		for (size_t i = 0; i < order->request->item_count; i++) {
			order->outcomes[i].attempts_flushed =
				json_array_size(order->outcomes[i].attempts);
		}
		return;
	}
	int64_t now_ms = order_table_now_ms(table);
	if (error == -EAGAIN && order->audit_wait_until_ms == 0) {
		order->audit_wait_until_ms = now_ms + ORDER_AUDIT_WAIT_MS;
	}
	if (error == -EAGAIN && now_ms < order->audit_wait_until_ms) {
		order_table_hold(table, order);
		return;
	}
	order_fail(order, error == -ENOMEM ? ORDER_FAILED_MEMORY : ORDER_FAILED_AUDIT);
}

// All identifiers are decided: the order is, and says so in its last record.
static void decide(struct order *order)
{
	size_t count = order->request->item_count;
	enum decision primary[ORDER_IDENTIFIERS_MAX];
	enum decision full[ORDER_IDENTIFIERS_MAX];
	for (size_t i = 0; i < count; i++) {
		primary[i] = order->outcomes[i].primary;
		full[i] = order->outcomes[i].full;
	}
	order->enforcement = enforcement_decide(order->request->profile, order->mode,
						order_decide(primary, count).decision,
						order_decide(full, count).decision);
	order->state = ORDER_RECORDING;
	enum order_ending ending =
		order->ending == ORDER_ABANDONED ? ORDER_ABANDONED : ORDER_DECIDED;
	if (ending == ORDER_DECIDED) {
		order->answer = order_answer_write(order, &order->answer_length);
		order->journal.is_broken |= order->answer == NULL;
	}
	order_journal_add(&order->journal, AUDIT_KIND_ORDER, order_table_now_us(order->table),
			  order_record_write(order, ending, false));
}

static bool has_failed(const struct order *order)
{
	switch (order->ending) {
	case ORDER_FAILED_AUDIT:
	case ORDER_FAILED_CLOCK:
	case ORDER_FAILED_MEMORY:
	case ORDER_FAILED_SHUTDOWN:
		return true;
	case ORDER_ENDING_NOT_EVALUATED:
	case ORDER_DECIDED:
	case ORDER_ABANDONED:
	case ORDER_ENDING_COUNT:
		break;
	}
	return false;
}

// Our deadlines stand still while the machine is suspended, and a commit may take as long as a disk hangs. No check is
// older than its order, and none serves for less than this (BR 4.2.2.1).
static bool is_stale(const struct order *order)
{
	return order_table_now_us(order->table) - order->started_us >
	       RULE_CAA_REUSE_MIN_S * (int64_t)UTC_SECOND_US;
}

// Nothing is decided or released on a clock that is not that of its checks. An abandoned order releases nothing.
static void hold_for_clock(struct order *order)
{
	struct order_clock clock = order_table_clock(order->table);
	if (order->ending == ORDER_ENDING_NOT_EVALUATED &&
	    (!clock.is_believed || clock.steps != order->clock_steps || is_stale(order))) {
		order_fail(order, ORDER_FAILED_CLOCK);
	}
}

bool order_stop_for_clock(struct order *order)
{
	if (order->ending != ORDER_ENDING_NOT_EVALUATED) {
		return false;
	}
	order_fail(order, ORDER_FAILED_CLOCK);
	order_progress(order);
	return true;
}

void order_progress(struct order *order)
{
	if (order->journal.is_open) {
		return; // on_recorded goes on
	}
	bool is_ready = order->state == ORDER_RUNNING &&
			(order->finished_count == order->request->item_count ||
			 (order->ending == ORDER_ABANDONED && order->attempt_count == 0));
	if (is_ready || (order->state == ORDER_RECORDING && order->journal.count == 0)) {
		hold_for_clock(order);
	}
	if (is_ready && !has_failed(order)) {
		decide(order);
	}
	if (!has_failed(order) && (order->journal.count > 0 || order->journal.is_broken)) {
		flush(order);
	}
	if (has_failed(order)) {
		order_end(order, order->ending);
	} else if (order->state == ORDER_RECORDING && !order->journal.is_open &&
		   order->journal.count == 0) {
		order_end(order,
			  order->ending == ORDER_ABANDONED ? ORDER_ABANDONED : ORDER_DECIDED);
	}
}

static void note_decided(const struct order *order)
{
	struct order_statistics *statistics = &order->table->statistics;
	// What would be under other rules is no decision of ours.
	if (order->request->is_hypothetical) {
		statistics->hypothetical++;
		return;
	}
	if (order->request->scope != ORDER_SCOPE_WHOLE) {
		statistics->single_checks++;
		return;
	}
	unsigned mode = order->mode < ORDER_MODE_COUNT ? order->mode : MODE_NOT_SET;
	bool is_issued = order->enforcement.decision == DECISION_ISSUE;
	statistics->issued[mode] += is_issued;
	statistics->refused[mode] += !is_issued;
	statistics->would_refuse[mode] += order->enforcement.would_refuse;
	order_statistics_note_latency(statistics,
				      order_table_now_ms(order->table) - order->started_ms);
}

void order_end(struct order *order, enum order_ending ending)
{
	struct order_table *table = order->table;
	struct order_end end = {.id = order->entry->id, .ending = ending, .detail = ""};
	if (ending == ORDER_DECIDED) {
		end.answer = order->answer;
		end.answer_length = order->answer_length;
		note_decided(order);
	} else if (ending == ORDER_ABANDONED) {
		table->statistics.abandoned++;
	} else {
		table->statistics.failed++;
		end.detail = ending == ORDER_FAILED_AUDIT ? table->audit_fault.text : "";
		end.retry_after_s = order_admission_retry_after_s(
			ending == ORDER_FAILED_CLOCK ? ORDER_REFUSED_CLOCK : ORDER_REFUSED_AUDIT);
		if (order->journal.has_committed) {
			order_table_close_later(table, order_record_write(order, ending, true),
						order_table_now_us(table));
		}
	}
	order_table_unlist(table, order);
	TAILQ_REMOVE(&table->orders, order, link);
	table->order_count--;
	if (order->on_end != NULL) {
		order->on_end(order->context, &end);
	}
	// An answer that was made but not recorded is none.
	char *answer = ending == ORDER_DECIDED ? order->answer : NULL;
	order->answer = answer != NULL ? NULL : order->answer;
	order_shelf_finish(&table->shelf, order->entry, ending, answer, end.answer_length,
			   order_table_now_ms(table));
	order_destroy(order);
	order_table_note_ended(table);
}

void order_abandon(struct order *order)
{
	struct order_table *table = order->table;
	order->on_end = NULL;
	order->on_findings = NULL;
	if (order->state == ORDER_RECORDING || has_failed(order)) {
		return;
	}
	order->ending = ORDER_ABANDONED;
	order_table_unlist(table, order);
	if (order->state == ORDER_QUEUED) {
		order_end(order, ORDER_ABANDONED);
		return;
	}
	stop_attempts(order, "abandoned", order_ending_text(ORDER_ABANDONED));
	order_progress(order);
}
