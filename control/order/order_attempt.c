// SPDX-License-Identifier: BSD-3-Clause
// One attempt at one identifier: everything is asked at once, everything is waited for, up to the deadline.

#include "order/order_internal.h"

#include "rules/utc_time.h"

#include <parallax/base/error.h>

#include <event2/event.h>

#include <errno.h>
#include <stdlib.h>

static const struct order_perspective *perspective_of(const struct order_ask *ask)
{
	return order_panel_seat(ask->attempt->order->panel, ask->seat);
}

const struct order_ask *order_attempt_ask(const struct order_attempt *attempt, enum check_set set,
					  size_t seat)
{
	return &attempt->asks[(set == CHECK_SET_CAA ? attempt->seat_counts[CHECK_SET_DCV] : 0) +
			      seat];
}

static enum check_kind kind_of(enum check_set set)
{
	return set == CHECK_SET_CAA ? CHECK_KIND_CAA : CHECK_KIND_DCV;
}

static void settle(struct order_ask *ask, struct order_words words)
{
	struct order_attempt *attempt = ask->attempt;
	attempt->waiting_count -= ask->state == ORDER_ASK_WAITING;
	attempt->unsettled_count--;
	ask->state = ORDER_ASK_SETTLED;
	ask->handle = NULL;
	ask->words = words;
	attempt->order->table->statistics.check_errors += words.outcome == CHECK_ERROR;
}

static void settle_error(struct order_ask *ask, const char *cause, const char *detail)
{
	int64_t now_us = order_table_now_us(ask->attempt->order->table);
	settle(ask, order_words_error(kind_of(ask->set), cause, detail, now_us));
}

static void on_answer(void *context, const struct order_perspective_answer *answer)
{
	struct order_ask *ask = context;
	struct order_attempt *attempt = ask->attempt;
	struct order_table *table = attempt->order->table;
	if (ask->state != ORDER_ASK_OPEN) {
		table->statistics.repeated++;
		return;
	}
	ask->latency_ms = answer->latency_ms;
	settle(ask, order_words_read(answer, kind_of(ask->set), order_table_now_us(table)));
	if (!TAILQ_EMPTY(&table->starved)) {
		order_table_schedule_retry(table);
	}
	if (attempt->unsettled_count == 0) {
		order_note_attempt(attempt->order, attempt);
	}
}

static void ask_now(struct order_ask *ask)
{
	struct order_attempt *attempt = ask->attempt;
	const struct order_perspective *perspective = perspective_of(ask);
	struct order_table *table = attempt->order->table;
	int64_t left_ms = attempt->deadline_ms - order_table_now_ms(table);
	int error = -ETIMEDOUT;
	if (left_ms > 0) {
		error = perspective->ask(perspective->context, attempt->checks[ask->set],
					 (unsigned)left_ms, on_answer, ask, &ask->handle);
	}
	if (error == -EAGAIN) {
		return;
	}
	if (error == 0) {
		ask->state = ORDER_ASK_OPEN;
		attempt->waiting_count--;
		table->statistics.checks++;
		return;
	}
	settle_error(ask, error == -ETIMEDOUT ? "timeout" : "not-asked", plx_error_text(error));
}

void order_attempt_ask_waiting(struct order_attempt *attempt)
{
	struct order_table *table = attempt->order->table;
	for (size_t i = 0; i < attempt->ask_count && attempt->waiting_count > 0; i++) {
		if (attempt->asks[i].state == ORDER_ASK_WAITING) {
			ask_now(&attempt->asks[i]);
		}
	}
	bool is_starved = attempt->waiting_count > 0;
	if (is_starved && !attempt->is_starved) {
		TAILQ_INSERT_TAIL(&table->starved, attempt, starved_link);
		order_table_schedule_retry(table);
	} else if (!is_starved && attempt->is_starved) {
		TAILQ_REMOVE(&table->starved, attempt, starved_link);
	}
	attempt->is_starved = is_starved;
	if (attempt->unsettled_count == 0) {
		// Nobody could be asked. It ends from the loop, as all do.
		event_active(attempt->timer, EV_TIMEOUT, 0);
	}
}

static void on_deadline(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	struct order_attempt *attempt = context;
	order_attempt_settle_all(attempt, "timeout", "no answer came in time");
	order_note_attempt(attempt->order, attempt);
}

void order_attempt_settle_all(struct order_attempt *attempt, const char *cause, const char *detail)
{
	for (size_t i = 0; i < attempt->ask_count; i++) {
		struct order_ask *ask = &attempt->asks[i];
		const struct order_perspective *perspective = perspective_of(ask);
		if (ask->state == ORDER_ASK_OPEN) {
			perspective->cancel(perspective->context, ask->handle);
			ask->latency_ms =
				order_table_now_ms(attempt->order->table) - attempt->started_ms;
		}
		if (ask->state != ORDER_ASK_SETTLED) {
			settle_error(ask, cause, detail);
		}
	}
}

// The checks as perspectives are asked; all are asked the same.
static int write_checks(struct order_attempt *attempt)
{
	const struct order *order = attempt->order;
	const struct order_item *item = &order->request->items[attempt->item_index];
	char time[UTC_TIME_TEXT_MAX] = "";
	if (utc_time_format(order->request->decide_at_s * UTC_SECOND_US, time) != 0) {
		return -ERANGE;
	}
	bool has_dcv = order->request->scope != ORDER_SCOPE_CAA;
	bool has_caa = order_item_caa_need(order->request, item) != CAA_NOT_REQUIRED;
	if (has_dcv) {
		attempt->checks[CHECK_SET_DCV] = json_pack(
			"{s:s, s:{s:s, s:s}, s:O, s:O, s:s, s:s}", "check", "dcv", "identifier",
			"type", identifier_type_name(item->type), "value", item->text,
			"authorization_domain", item->authorization_domain, "dcv", item->dcv,
			"profile", profile_name(order->request->profile), "time", time);
	}
	if (has_caa) {
		attempt->checks[CHECK_SET_CAA] =
			json_pack("{s:s, s:{s:s, s:s}, s:O, s:O, s:s*, s:s, s:s}", "check", "caa",
				  "identifier", "type", identifier_type_name(item->type), "value",
				  item->text, "issuer_domains", order->request->issuer_domains,
				  "account_uri", order->request->account_uri, "validation_method",
				  has_dcv ? dcv_method_name(item->method) : NULL, "profile",
				  profile_name(order->request->profile), "time", time);
	}
	bool is_written = (!has_dcv || attempt->checks[CHECK_SET_DCV] != NULL) &&
			  (!has_caa || attempt->checks[CHECK_SET_CAA] != NULL);
	return is_written ? 0 : -ENOMEM;
}

static void prepare_asks(struct order_attempt *attempt)
{
	size_t next = 0;
	for (int set = 0; set < CHECK_SET_COUNT; set++) {
		for (size_t seat = 0; seat < attempt->seat_counts[set]; seat++) {
			attempt->asks[next++] = (struct order_ask) {.attempt = attempt,
								    .set = (enum check_set)set,
								    .seat = (uint32_t)seat};
		}
	}
}

static struct order_attempt *attempt_create(struct order *order, size_t item_index, unsigned number)
{
	const struct order_item *item = &order->request->items[item_index];
	bool needs_remotes = order_item_need(order->request, item) != CORROBORATION_NOT_REQUIRED;
	bool needs_caa = order_item_caa_need(order->request, item) != CAA_NOT_REQUIRED;
	size_t seats = 1 + (needs_remotes ? order->panel->used_count : 0);
	bool has_dcv = order->request->scope != ORDER_SCOPE_CAA;
	size_t ask_count = (has_dcv ? seats : 0) + (needs_caa ? seats : 0);
	struct order_attempt *attempt =
		calloc(1, sizeof(*attempt) + ask_count * sizeof(attempt->asks[0]));
	if (attempt == NULL) {
		return NULL;
	}
	attempt->order = order;
	attempt->item_index = item_index;
	attempt->number = number;
	attempt->seat_counts[CHECK_SET_DCV] = has_dcv ? seats : 0;
	attempt->seat_counts[CHECK_SET_CAA] = needs_caa ? seats : 0;
	attempt->ask_count = attempt->unsettled_count = attempt->waiting_count = ask_count;
	prepare_asks(attempt);
	TAILQ_INSERT_TAIL(&order->attempts, attempt, order_link);
	order->attempt_count++;
	order->table->check_count += ask_count;
	return attempt;
}

struct order_attempt *order_attempt_start(struct order *order, size_t item_index, unsigned number)
{
	struct order_table *table = order->table;
	struct order_attempt *attempt = attempt_create(order, item_index, number);
	if (attempt == NULL) {
		return NULL;
	}
	int64_t now_ms = order_table_now_ms(table);
	attempt->started_ms = now_ms;
	int64_t own_ms = now_ms + table->limits.check_timeout_ms;
	attempt->deadline_ms = own_ms < order->deadline_ms ? own_ms : order->deadline_ms;
	attempt->timer = evtimer_new(table->services.base, on_deadline, attempt);
	int64_t wait_ms = attempt->deadline_ms - now_ms + ORDER_CHECK_GRACE_MS;
	struct timeval wait = {.tv_sec = wait_ms / 1000, .tv_usec = wait_ms % 1000 * 1000};
	if (attempt->timer == NULL || evtimer_add(attempt->timer, &wait) != 0 ||
	    write_checks(attempt) != 0) {
		order_attempt_destroy(attempt);
		return NULL;
	}
	table->statistics.attempts++;
	order_attempt_ask_waiting(attempt);
	return attempt;
}

void order_attempt_detach(struct order_attempt *attempt)
{
	struct order *order = attempt->order;
	if (attempt->is_detached) {
		return;
	}
	attempt->is_detached = true;
	if (attempt->is_starved) {
		TAILQ_REMOVE(&order->table->starved, attempt, starved_link);
		attempt->is_starved = false;
	}
	if (attempt->timer != NULL) {
		event_free(attempt->timer);
		attempt->timer = NULL;
	}
	TAILQ_REMOVE(&order->attempts, attempt, order_link);
	order->attempt_count--;
	order->table->check_count -= attempt->ask_count;
}

void order_attempt_destroy(struct order_attempt *attempt)
{
	order_attempt_detach(attempt);
	for (size_t i = 0; i < attempt->ask_count; i++) {
		order_words_fini(&attempt->asks[i].words);
	}
	for (int set = 0; set < CHECK_SET_COUNT; set++) {
		json_decref(attempt->checks[set]);
	}
	free(attempt);
}
