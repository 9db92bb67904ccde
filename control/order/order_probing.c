// SPDX-License-Identifier: BSD-3-Clause
// Probes after a decision: what diagnosis cannot tell from the checks alone is asked once more, differently. The verdict
// was reached before and is carried through unchanged; nothing here writes to it. While it lasts the identifier takes no
// room of its order's, so that probes hold up no check.

#include "order/order_internal.h"

#include <parallax/base/error.h>

#include <event2/event.h>

#include <errno.h>
#include <stdlib.h>

static const struct order_perspective *perspective_of(const struct order_probe *probe)
{
	return order_panel_seat(probe->probing->attempt->order->panel, probe->seat);
}

static struct order_table *table_of(const struct order_probing *probing)
{
	return probing->attempt->order->table;
}

static void settle(struct order_probe *probe, struct order_words words)
{
	probe->words = words;
	probe->state = ORDER_ASK_SETTLED;
	probe->handle = NULL;
	probe->probing->unsettled_count--;
	table_of(probe->probing)->probe_count--;
}

static void settle_error(struct order_probe *probe, const char *cause, const char *detail)
{
	int64_t now_us = order_table_now_us(table_of(probe->probing));
	settle(probe, order_words_error(CHECK_KIND_DCV, cause, detail, now_us));
}

static void on_answer(void *context, const struct order_perspective_answer *answer)
{
	struct order_probe *probe = context;
	struct order_probing *probing = probe->probing;
	probe->latency_ms = answer->latency_ms;
	settle(probe,
	       order_words_read(answer, CHECK_KIND_DCV, order_table_now_us(table_of(probing))));
	if (probing->unsettled_count == 0) {
		order_note_probing(probing);
	}
}

// A perspective is asked for less than what is left, so that it can still say what it saw.
static int64_t time_for(const struct order_probing *probing)
{
	int64_t left_ms = probing->deadline_ms - order_table_now_ms(table_of(probing));
	return left_ms > 2 * ORDER_CHECK_GRACE_MS ? left_ms - ORDER_CHECK_GRACE_MS : left_ms / 2;
}

static void ask(struct order_probe *probe)
{
	const struct order_perspective *perspective = perspective_of(probe);
	int64_t time_ms = time_for(probe->probing);
	int error = -ETIMEDOUT;
	if (time_ms > 0) {
		error = perspective->ask(perspective->context, probe->check, (unsigned)time_ms,
					 on_answer, probe, &probe->handle);
	}
	if (error == 0) {
		probe->state = ORDER_ASK_OPEN;
		table_of(probe->probing)->statistics.probes++;
		return;
	}
	// A perspective without room has better to do.
	settle_error(probe, error == -ETIMEDOUT ? "timeout" : "not-asked", plx_error_text(error));
}

static void on_delay(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	struct order_probe *probe = context;
	struct order_probing *probing = probe->probing;
	ask(probe);
	if (probing->unsettled_count == 0) {
		order_note_probing(probing);
	}
}

static void on_deadline(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	struct order_probing *probing = context;
	order_probing_settle_all(probing, "timeout", "the answer to the order waits no longer");
	order_note_probing(probing);
}

void order_probing_settle_all(struct order_probing *probing, const char *cause, const char *detail)
{
	for (size_t i = 0; i < probing->count; i++) {
		struct order_probe *probe = &probing->probes[i];
		if (probe->state == ORDER_ASK_OPEN) {
			const struct order_perspective *perspective = perspective_of(probe);
			perspective->cancel(perspective->context, probe->handle);
		}
		if (probe->state != ORDER_ASK_SETTLED) {
			settle_error(probe, cause, detail);
		}
	}
}

static int arm(struct event *timer, int64_t wait_ms)
{
	const struct timeval wait = {.tv_sec = wait_ms / 1000, .tv_usec = wait_ms % 1000 * 1000};
	return timer != NULL ? evtimer_add(timer, &wait) : -1;
}

static int prepare(struct order_probing *probing, const struct order_probe_wish *wish)
{
	const struct order_table *table = table_of(probing);
	struct order_probe *probe = &probing->probes[probing->count];
	*probe = (struct order_probe) {
		.probing = probing, .kind = wish->kind, .seat = (uint32_t)wish->seat};
	probe->check = json_copy(probing->attempt->checks[CHECK_SET_DCV]);
	probe->timer = evtimer_new(table->services.base, on_delay, probe);
	probing->count++;
	bool is_made = json_object_set_new(probe->check, "probe",
					   json_string(probe_kind_name(wish->kind))) == 0;
	if (wish->kind == PROBE_ADDRESS_FAMILY) {
		is_made &= json_object_set_new(probe->check, "address_family",
					       json_integer(wish->family)) == 0;
	}
	int64_t delay_ms = wish->kind == PROBE_LATER ? table->limits.probe_delay_ms : 0;
	return is_made && arm(probe->timer, delay_ms) == 0 ? 0 : -ENOMEM;
}

static size_t find_wishes(const struct order_attempt *attempt,
			  struct order_probe_wish wishes[static ORDER_PROBES_MAX])
{
	const struct order_services *services = &attempt->order->table->services;
	struct order_findings findings;
	order_findings_gather(attempt, NULL, &findings);
	size_t count = services->probes_wanted(services->context, &findings, wishes);
	for (size_t i = 0; i < count; i++) {
		if (count > ORDER_PROBES_MAX ||
		    wishes[i].seat >= attempt->seat_counts[CHECK_SET_DCV]) {
			return 0;
		}
	}
	return count;
}

static bool may_probe(const struct order_attempt *attempt, const struct order_verdict *verdict)
{
	const struct order *order = attempt->order;
	const struct order_table *table = order->table;
	return table->services.probes_wanted != NULL && table->limits.probes > table->probe_count &&
	       !table->is_draining && !table->is_stopping &&
	       order->ending == ORDER_ENDING_NOT_EVALUATED &&
	       order_table_now_ms(table) < order->deadline_ms &&
	       order_needs_diagnosis(attempt, verdict);
}

bool order_probing_start(struct order_attempt *attempt, const struct order_verdict *verdict)
{
	struct order *order = attempt->order;
	struct order_table *table = order->table;
	struct order_probe_wish wishes[ORDER_PROBES_MAX];
	size_t count = may_probe(attempt, verdict) ? find_wishes(attempt, wishes) : 0;
	if (count == 0 || table->probe_count + count > table->limits.probes) {
		return false;
	}
	struct order_probing *probing = calloc(1, sizeof(*probing));
	if (probing == NULL) {
		return false;
	}
	int64_t now_ms = order_table_now_ms(table);
	int64_t end_ms = now_ms + table->limits.probe_wait_ms;
	probing->attempt = attempt;
	probing->verdict = *verdict;
	probing->deadline_ms = end_ms < order->deadline_ms ? end_ms : order->deadline_ms;
	probing->timer = evtimer_new(table->services.base, on_deadline, probing);
	int error = arm(probing->timer, probing->deadline_ms - now_ms);
	for (size_t i = 0; error == 0 && i < count; i++) {
		error = prepare(probing, &wishes[i]);
	}
	if (error != 0) {
		order_probing_free(probing);
		return false;
	}
	probing->unsettled_count = count;
	table->probe_count += count;
	order_attempt_detach(attempt);
	TAILQ_INSERT_TAIL(&order->probings, probing, link);
	return true;
}

static void free_timer(struct event *timer)
{
	if (timer != NULL) {
		event_free(timer);
	}
}

void order_probing_free(struct order_probing *probing)
{
	for (size_t i = 0; i < probing->count; i++) {
		struct order_probe *probe = &probing->probes[i];
		free_timer(probe->timer);
		json_decref(probe->check);
		order_words_fini(&probe->words);
	}
	free_timer(probing->timer);
	free(probing);
}

void order_probing_destroy(struct order_probing *probing)
{
	struct order_attempt *attempt = probing->attempt;
	order_probing_settle_all(probing, "cancelled", "the order has ended");
	TAILQ_REMOVE(&attempt->order->probings, probing, link);
	order_probing_free(probing);
	order_attempt_destroy(attempt);
}
