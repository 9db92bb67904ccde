// SPDX-License-Identifier: BSD-3-Clause

#include "service/mode_keeper.h"

#include "audit/audit_log.h"
#include "rules/utc_time.h"
#include "service/mode_record.h"

#include <event2/event.h>
#include <jansson.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

// An edge may come sooner than computed when the clock is stepped.
#define LOOK_S_MAX 10
#define RETRY_S 1

struct mode_keeper {
	struct mode_keeper_config config;
	struct mode_state state;
	struct mode_schedule schedule;
	struct event *timer;
	// The one change on its way to the log.
	struct mode_saving *saving;
	// Those that wait for it, in order.
	struct mode_order waiting[MODE_KEEPER_WAITING_MAX];
	unsigned waiting_count;
};

// Outlives a keeper that is destroyed before the log tells.
struct mode_saving {
	struct mode_keeper *keeper; // NULL: gone
	struct mode_state next;
	struct mode_change change;
	mode_keeper_cb done;
	void *context;
};

static int64_t now_s(const struct mode_keeper *keeper)
{
	return keeper->config.now_s(keeper->config.clock_context);
}

static void look_in(struct mode_keeper *keeper, int64_t seconds)
{
	const struct timeval wait = {.tv_sec = (time_t)seconds};
	evtimer_add(keeper->timer, &wait);
}

static void look_at_next_edge(struct mode_keeper *keeper)
{
	int64_t now = now_s(keeper);
	int64_t wait_s = LOOK_S_MAX;
	for (int i = PROFILE_NOT_SET + 1; i < PROFILE_COUNT; i++) {
		struct mode_effective effective = mode_state_effective(
			&keeper->state, &keeper->schedule, (enum profile)i, now);
		if (effective.next_change_s - now < wait_s) {
			wait_s = effective.next_change_s - now;
		}
	}
	look_in(keeper, wait_s > 0 ? wait_s : 0);
}

static void take_waiting(struct mode_keeper *keeper);

static void on_saved(int status, void *context)
{
	struct mode_saving *saving = context;
	struct mode_keeper *keeper = saving->keeper;
	if (keeper != NULL) {
		keeper->saving = NULL;
		if (status == 0) {
			keeper->state = saving->next;
			look_in(keeper, 0); // there may be more to record
		} else {
			mode_state_doubt(&keeper->state, saving->change.profile);
			look_in(keeper, RETRY_S);
		}
		if (status == 0 && keeper->config.on_change != NULL) {
			keeper->config.on_change(&saving->change, keeper->config.context);
		}
	}
	if (saving->done != NULL) {
		saving->done(saving->context, status, MODE_SWITCH_FAULT_NONE, &saving->change);
	}
	if (keeper != NULL) {
		take_waiting(keeper);
	}
	free(saving);
}

static int save(struct mode_keeper *keeper, struct mode_saving *saving)
{
	struct audit_fault fault;
	json_t *body = mode_record_make(&saving->change);
	const struct audit_record record = {
		.kind = AUDIT_KIND_MODE_CHANGE,
		.time_us = saving->change.at_s * UTC_SECOND_US,
		.body = body,
	};
	int error = body == NULL
			    ? -ENOMEM
			    : audit_append(keeper->config.audit, &record, on_saved, saving, &fault);
	json_decref(body);
	if (error == 0) {
		keeper->saving = saving;
	}
	return error;
}

static struct mode_saving *saving_create(struct mode_keeper *keeper)
{
	struct mode_saving *saving = calloc(1, sizeof(*saving));
	if (saving != NULL) {
		saving->keeper = keeper;
		saving->next = keeper->state;
	}
	return saving;
}

static void change(struct mode_keeper *keeper, const struct mode_order *order)
{
	struct mode_saving *saving = saving_create(keeper);
	if (saving == NULL) {
		order->done(order->context, -ENOMEM, MODE_SWITCH_FAULT_NONE, NULL);
		return;
	}
	saving->done = order->done;
	saving->context = order->context;
	enum mode_switch_fault fault = (order->is_release ? mode_state_release : mode_state_switch)(
		&saving->next, &keeper->schedule, &order->request, now_s(keeper), &saving->change);
	int error = fault != MODE_SWITCH_FAULT_NONE ? -EINVAL : save(keeper, saving);
	if (error != 0) {
		free(saving);
		order->done(order->context, error, fault, NULL);
	}
}

// Until one is on its way to the log.
static void take_waiting(struct mode_keeper *keeper)
{
	while (keeper->saving == NULL && keeper->waiting_count > 0) {
		const struct mode_order order = keeper->waiting[0];
		keeper->waiting_count--;
		memmove(&keeper->waiting[0], &keeper->waiting[1],
			keeper->waiting_count * sizeof(order));
		change(keeper, &order);
	}
}

// Records one profile's edge at a time; on_saved looks for the next one.
static void on_timer(evutil_socket_t fd, short what, void *context)
{
	struct mode_keeper *keeper = context;
	int64_t now = now_s(keeper);
	if (keeper->saving != NULL) {
		return;
	}
	struct mode_saving *saving = saving_create(keeper);
	bool has_change = false;
	for (int i = PROFILE_NOT_SET + 1; saving != NULL && !has_change && i < PROFILE_COUNT; i++) {
		has_change = mode_state_advance(&saving->next, &keeper->schedule, (enum profile)i,
						now, &saving->change);
	}
	if (has_change && save(keeper, saving) == 0) {
		return;
	}
	bool is_to_be_repeated = has_change || saving == NULL;
	free(saving);
	if (is_to_be_repeated) {
		look_in(keeper, RETRY_S);
	} else {
		look_at_next_edge(keeper);
	}
}

struct mode_keeper *mode_keeper_create(const struct mode_keeper_config *config)
{
	struct mode_keeper *keeper = calloc(1, sizeof(*keeper));
	if (keeper == NULL) {
		return NULL;
	}
	keeper->config = *config;
	keeper->state = *config->restored;
	keeper->schedule = *config->schedule;
	keeper->timer = evtimer_new(config->base, on_timer, keeper);
	if (keeper->timer == NULL) {
		free(keeper);
		return NULL;
	}
	look_in(keeper, 0);
	return keeper;
}

void mode_keeper_destroy(struct mode_keeper *keeper)
{
	if (keeper == NULL) {
		return;
	}
	if (keeper->saving != NULL) {
		keeper->saving->keeper = NULL;
	}
	for (unsigned i = 0; i < keeper->waiting_count; i++) {
		const struct mode_order *order = &keeper->waiting[i];
		order->done(order->context, -ESHUTDOWN, MODE_SWITCH_FAULT_NONE, NULL);
	}
	event_free(keeper->timer);
	free(keeper);
}

struct mode_effective mode_keeper_effective(const struct mode_keeper *keeper, enum profile profile,
					    int64_t at_s)
{
	return mode_state_effective(&keeper->state, &keeper->schedule, profile, at_s);
}

const struct mode_schedule *mode_keeper_schedule(const struct mode_keeper *keeper)
{
	return &keeper->schedule;
}

void mode_keeper_set_schedule(struct mode_keeper *keeper, const struct mode_schedule *schedule)
{
	keeper->schedule = *schedule;
	look_in(keeper, 0);
}

int mode_keeper_change(struct mode_keeper *keeper, const struct mode_order *order)
{
	if (keeper->waiting_count == MODE_KEEPER_WAITING_MAX) {
		return -EBUSY;
	}
	keeper->waiting[keeper->waiting_count++] = *order;
	take_waiting(keeper);
	return 0;
}
