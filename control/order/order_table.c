// SPDX-License-Identifier: BSD-3-Clause
// Who may start, whose turn it is, and what waits for room.

#include "order/order_internal.h"

#include <event2/event.h>

#include <errno.h>
#include <stdlib.h>

int64_t order_table_now_ms(const struct order_table *table)
{
	return table->services.monotonic_ms(table->services.context);
}

int64_t order_table_now_us(const struct order_table *table)
{
	return table->services.wall_us(table->services.context);
}

struct order_clock order_table_clock(const struct order_table *table)
{
	const struct order_services *services = &table->services;
	return services->clock != NULL ? services->clock(services->context)
				       : (struct order_clock) {.is_believed = true};
}

static void arm(struct event *timer, unsigned wait_ms)
{
	struct timeval wait = {.tv_sec = wait_ms / 1000, .tv_usec = wait_ms % 1000 * 1000};
	if (!evtimer_pending(timer, NULL)) {
		(void)evtimer_add(timer, &wait);
	}
}

void order_table_schedule(struct order_table *table)
{
	arm(table->turn_timer, 0);
}

void order_table_schedule_retry(struct order_table *table)
{
	arm(table->retry_timer, ORDER_RETRY_INTERVAL_MS);
}

void order_table_note_runnable(struct order_table *table, struct order *order)
{
	if (!order->is_runnable && order_can_start_item(order)) {
		TAILQ_INSERT_TAIL(&table->runnable, order, runnable_link);
		order->is_runnable = true;
	}
}

void order_table_hold(struct order_table *table, struct order *order)
{
	if (!order->is_held) {
		TAILQ_INSERT_TAIL(&table->held, order, held_link);
		order->is_held = true;
	}
	order_table_schedule_retry(table);
}

void order_table_unlist(struct order_table *table, struct order *order)
{
	if (order->is_runnable) {
		TAILQ_REMOVE(&table->runnable, order, runnable_link);
		order->is_runnable = false;
	}
	if (order->is_held) {
		TAILQ_REMOVE(&table->held, order, held_link);
		order->is_held = false;
	}
}

// Orders take turns, one identifier each. While the audit log has no room nothing new is begun.
static void on_turn(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	struct order_table *table = context;
	struct order *order;
	while ((order = TAILQ_FIRST(&table->runnable)) != NULL && TAILQ_EMPTY(&table->held) &&
	       table->check_count < table->limits.checks) {
		TAILQ_REMOVE(&table->runnable, order, runnable_link);
		order->is_runnable = false;
		if (!order_can_start_item(order)) {
			continue;
		}
		if (order_start_item(order)) {
			order_table_note_runnable(table, order);
		}
	}
}

static void on_retry(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	struct order_table *table = context;
	// Each at most once: what finds no room again goes to the tail. An order that ends may take others with it.
	struct order_attempt *attempt;
	size_t count = 0;
	TAILQ_FOREACH(attempt, &table->starved, starved_link)
	{
		count++;
	}
	for (; count > 0 && (attempt = TAILQ_FIRST(&table->starved)) != NULL; count--) {
		TAILQ_REMOVE(&table->starved, attempt, starved_link);
		attempt->is_starved = false;
		order_attempt_ask_waiting(attempt);
	}
	struct order *order;
	TAILQ_FOREACH(order, &table->held, held_link)
	{
		count++;
	}
	for (; count > 0 && (order = TAILQ_FIRST(&table->held)) != NULL; count--) {
		TAILQ_REMOVE(&table->held, order, held_link);
		order->is_held = false;
		order_progress(order);
	}
	if (!TAILQ_EMPTY(&table->starved) || !TAILQ_EMPTY(&table->held)) {
		order_table_schedule_retry(table);
	}
	order_table_schedule(table);
}

static void drop_closing(struct order_table *table)
{
	struct order_closing *closing = STAILQ_FIRST(&table->closings);
	STAILQ_REMOVE_HEAD(&table->closings, link);
	table->closing_count--;
	json_decref(closing->body);
	free(closing);
}

static void on_closed(int status, void *context)
{
	struct order_table *table = context;
	table->is_closing = false;
	if (status == 0) {
		drop_closing(table);
	}
	if (!STAILQ_EMPTY(&table->closings)) {
		arm(table->closing_timer, status == 0 ? 0 : ORDER_CLOSING_INTERVAL_MS);
	}
}

// A record that is larger than any the log takes would hold up those behind it for ever.
static bool may_fit_later(int error)
{
	return error == -EAGAIN || error == -ENOMEM || error == -ESHUTDOWN;
}

static void on_closing(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	struct order_table *table = context;
	const struct order_closing *closing = STAILQ_FIRST(&table->closings);
	if (closing == NULL || table->is_closing || table->is_stopping) {
		return;
	}
	struct audit_record record = {
		.kind = AUDIT_KIND_ORDER, .time_us = closing->time_us, .body = closing->body};
	int error = audit_is_writable(table->services.audit)
			    ? audit_append(table->services.audit, &record, on_closed, table,
					   &table->audit_fault)
			    : -EAGAIN;
	table->is_closing = error == 0;
	if (!table->is_closing && !may_fit_later(error)) {
		drop_closing(table); // as one that finds no room below
	}
	if (!table->is_closing && !STAILQ_EMPTY(&table->closings)) {
		arm(table->closing_timer, ORDER_CLOSING_INTERVAL_MS);
	}
}

void order_table_close_later(struct order_table *table, json_t *body, int64_t time_us)
{
	struct order_closing *closing =
		table->closing_count < ORDER_CLOSINGS_MAX ? calloc(1, sizeof(*closing)) : NULL;
	if (body == NULL || closing == NULL) {
		// The report names the order as one that has checks but no decision.
		json_decref(body);
		free(closing);
		return;
	}
	closing->body = body;
	closing->time_us = time_us;
	STAILQ_INSERT_TAIL(&table->closings, closing, link);
	table->closing_count++;
	arm(table->closing_timer, ORDER_CLOSING_INTERVAL_MS);
}

void order_table_note_ended(struct order_table *table)
{
	order_table_schedule(table);
	if (table->is_draining && table->order_count == 0 && table->on_drained != NULL) {
		arm(table->drained_timer, 0);
	}
}

static void on_drained(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	struct order_table *table = context;
	void (*callback)(void *) = table->on_drained;
	table->on_drained = NULL;
	if (callback != NULL) {
		callback(table->drained_context);
	}
}

// An order that ends may take others with it.
static bool stop_one_for_clock(struct order_table *table)
{
	struct order *order;
	TAILQ_FOREACH(order, &table->orders, link)
	{
		if (order_stop_for_clock(order)) {
			return true;
		}
	}
	return false;
}

static void on_clock(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	while (stop_one_for_clock(context)) {
	}
}

void order_table_note_clock(struct order_table *table)
{
	arm(table->clock_timer, 0);
}

static bool limits_are_set(const struct order_limits *limits)
{
	return limits->orders > 0 && limits->checks > 0 && limits->identifiers_at_a_time > 0 &&
	       limits->check_timeout_ms > 0 && limits->order_timeout_ms > 0;
}

struct order_table *order_table_create(const struct order_services *services,
				       const struct order_limits *limits, struct order_panel *panel)
{
	struct order_table *table = limits_are_set(limits) ? calloc(1, sizeof(*table)) : NULL;
	if (table == NULL) {
		return NULL;
	}
	table->services = *services;
	table->limits = *limits;
	table->panel = order_panel_acquire(panel);
	TAILQ_INIT(&table->orders);
	TAILQ_INIT(&table->runnable);
	TAILQ_INIT(&table->held);
	TAILQ_INIT(&table->starved);
	STAILQ_INIT(&table->closings);
	order_shelf_init(&table->shelf, limits->finished_count, limits->finished_bytes,
			 limits->finished_age_ms);
	table->turn_timer = evtimer_new(services->base, on_turn, table);
	table->retry_timer = evtimer_new(services->base, on_retry, table);
	table->closing_timer = evtimer_new(services->base, on_closing, table);
	table->drained_timer = evtimer_new(services->base, on_drained, table);
	table->clock_timer = evtimer_new(services->base, on_clock, table);
	if (table->clock_timer == NULL || table->turn_timer == NULL || table->retry_timer == NULL ||
	    table->closing_timer == NULL || table->drained_timer == NULL) {
		order_table_destroy(table);
		return NULL;
	}
	return table;
}

static void free_timer(struct event *timer)
{
	if (timer != NULL) {
		event_free(timer);
	}
}

void order_table_destroy(struct order_table *table)
{
	if (table == NULL) {
		return;
	}
	table->is_stopping = true;
	while (!TAILQ_EMPTY(&table->orders)) {
		order_stop(TAILQ_FIRST(&table->orders));
	}
	while (!STAILQ_EMPTY(&table->closings)) {
		drop_closing(table);
	}
	order_shelf_fini(&table->shelf);
	free_timer(table->turn_timer);
	free_timer(table->retry_timer);
	free_timer(table->closing_timer);
	free_timer(table->drained_timer);
	free_timer(table->clock_timer);
	order_panel_release(table->panel);
	free(table);
}

void order_table_set_panel(struct order_table *table, struct order_panel *panel)
{
	struct order_panel *old = table->panel;
	table->panel = order_panel_acquire(panel);
	order_panel_release(old);
}

void order_table_set_limits(struct order_table *table, const struct order_limits *limits)
{
	if (limits_are_set(limits)) {
		table->limits = *limits;
		table->shelf.count_max = limits->finished_count;
		table->shelf.bytes_max = limits->finished_bytes;
		table->shelf.age_max_ms = limits->finished_age_ms;
		order_table_schedule(table);
	}
}

static enum order_admission judge_room(const struct order_table *table)
{
	if (table->is_draining || table->is_stopping) {
		return ORDER_REFUSED_DRAINING;
	}
	const struct order_services *services = &table->services;
	if (!audit_is_writable(services->audit)) {
		return ORDER_REFUSED_AUDIT;
	}
	if (services->is_evidence_ready != NULL &&
	    !services->is_evidence_ready(services->context)) {
		return ORDER_REFUSED_EVIDENCE;
	}
	if (!order_table_clock(table).is_believed) {
		return ORDER_REFUSED_CLOCK;
	}
	return table->order_count < table->limits.orders ? ORDER_ADMITTED : ORDER_REFUSED_BUSY;
}

static struct order *admit(struct order_table *table, struct order_request *request,
			   struct order_panel *panel, const char *caller)
{
	char id[ORDER_ID_TEXT_MAX];
	order_id_make(order_table_now_us(table), table->services.random, id);
	struct order_shelf_entry *entry = order_shelf_add(&table->shelf, id);
	if (entry == NULL) {
		return NULL;
	}
	struct order *order = order_create(table, request, panel, caller, entry);
	if (order == NULL) {
		order_shelf_remove(&table->shelf, entry);
		return NULL;
	}
	TAILQ_INSERT_TAIL(&table->orders, order, link);
	table->order_count++;
	order_table_note_runnable(table, order);
	order_table_schedule(table);
	return order;
}

enum order_admission order_table_start(struct order_table *table, struct order_request *request,
				       const char *caller, order_end_cb on_end, void *context,
				       struct order **ret_order)
{
	return order_table_start_observed(table, request, table->panel, caller, NULL, on_end,
					  context, ret_order);
}

enum order_admission order_table_start_observed(struct order_table *table,
						struct order_request *request,
						struct order_panel *panel, const char *caller,
						order_findings_cb on_findings, order_end_cb on_end,
						void *context, struct order **ret_order)
{
	enum order_admission admission = judge_room(table);
	struct order *order =
		admission == ORDER_ADMITTED ? admit(table, request, panel, caller) : NULL;
	if (admission == ORDER_ADMITTED && order == NULL) {
		admission = ORDER_REFUSED_MEMORY;
	}
	table->statistics.admissions[admission]++;
	if (order != NULL) {
		order->on_end = on_end;
		order->on_findings = on_findings;
		order->context = context;
		*ret_order = order;
	}
	return admission;
}

bool order_table_find(struct order_table *table, const char *id, struct order_view *ret_view)
{
	const struct order_shelf_entry *entry =
		order_shelf_find(&table->shelf, id, order_table_now_ms(table));
	if (entry == NULL) {
		return false;
	}
	*ret_view = (struct order_view) {.ending = entry->ending,
					 .answer = entry->answer,
					 .answer_length = entry->answer_length};
	return true;
}

void order_table_drain(struct order_table *table, void (*on_drained_cb)(void *context),
		       void *context)
{
	table->is_draining = true;
	table->on_drained = on_drained_cb;
	table->drained_context = context;
	order_table_note_ended(table);
}

void order_table_resume(struct order_table *table)
{
	table->is_draining = false;
	table->on_drained = NULL;
}

bool order_table_is_draining(const struct order_table *table)
{
	return table->is_draining;
}

void order_table_statistics(const struct order_table *table,
			    struct order_statistics *ret_statistics)
{
	*ret_statistics = table->statistics;
	ret_statistics->orders_in_flight = table->order_count;
	ret_statistics->checks_in_flight = table->check_count;
	ret_statistics->probes_in_flight = table->probe_count;
	ret_statistics->finished_kept = table->shelf.finished_count;
	ret_statistics->unclosed = table->closing_count;
}
