// SPDX-License-Identifier: BSD-3-Clause

#include "service/window_keeper.h"

#include "audit/audit_log.h"
#include "rules/utc_time.h"
#include "service/mode_keeper.h"
#include "service/window_record.h"

#include <event2/event.h>
#include <jansson.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEND_S 1

struct window_keeper {
	struct window_keeper_config config;
	struct mode_window_list list;
	struct mode_schedule configured;
	struct mode_schedule merged;  // while it is made
	struct window_saving *saving; // the one change on its way to the log
	struct event *mender;         // pending while a record is in doubt
	struct window_mending *mending;
	bool is_in_doubt;
	struct mode_window doubted; // of a change whose record was said to have failed
};

// A record of what holds. Outlives a keeper that is destroyed before the log tells.
struct window_mending {
	struct window_keeper *keeper; // NULL: gone
};

// Outlives a keeper that is destroyed before the log tells.
struct window_saving {
	struct window_keeper *keeper; // NULL: gone
	struct mode_window_list next;
	struct mode_schedule merged; // of it, by the file's schedule of the moment
	struct mode_window_change change;
	window_keeper_cb done;
	void *context;
};

static int64_t now_s(const struct window_keeper *keeper)
{
	return keeper->config.now_s(keeper->config.clock_context);
}

static int merge(const struct window_keeper *keeper, const struct mode_window_list *list,
		 const struct mode_schedule *configured, struct mode_schedule *ret_merged,
		 char fault[static WINDOW_FAULT_MAX])
{
	const struct mode_window *window = NULL, *other = NULL;
	enum mode_schedule_fault reason = mode_window_list_merge(list, configured, now_s(keeper),
								 ret_merged, &window, &other);
	if (reason == MODE_SCHEDULE_FAULT_NONE) {
		return 0;
	}
	char sentence[WINDOW_FAULT_MAX];
	mode_schedule_fault_describe(reason, window, other, sentence, sizeof(sentence));
	snprintf(fault, WINDOW_FAULT_MAX,
		 "%.250s; \"%s\" was added by command: mode schedule remove takes it away",
		 sentence, window->name);
	return -EINVAL;
}

static void on_mend(evutil_socket_t fd, short what, void *context);

int window_keeper_create(const struct window_keeper_config *config,
			 struct window_keeper **ret_keeper, char fault[static WINDOW_FAULT_MAX])
{
	struct window_keeper *keeper = calloc(1, sizeof(*keeper));
	if (keeper == NULL) {
		snprintf(fault, WINDOW_FAULT_MAX, "not enough memory");
		return -ENOMEM;
	}
	keeper->config = *config;
	keeper->list = *config->restored;
	keeper->mender = evtimer_new(config->base, on_mend, keeper);
	snprintf(fault, WINDOW_FAULT_MAX, "not enough memory");
	int error = keeper->mender == NULL
			    ? -ENOMEM
			    : window_keeper_configure(keeper, config->configured, fault);
	if (error != 0) {
		window_keeper_destroy(keeper);
		return error;
	}
	*ret_keeper = keeper;
	return 0;
}

void window_keeper_destroy(struct window_keeper *keeper)
{
	if (keeper == NULL) {
		return;
	}
	if (keeper->saving != NULL) {
		keeper->saving->keeper = NULL;
	}
	if (keeper->mending != NULL) {
		keeper->mending->keeper = NULL;
	}
	if (keeper->mender != NULL) {
		event_free(keeper->mender);
	}
	free(keeper);
}

int window_keeper_check(struct window_keeper *keeper, const struct mode_schedule *configured,
			char fault[static WINDOW_FAULT_MAX])
{
	int error = 0;
	if (keeper->saving != NULL) {
		error = merge(keeper, &keeper->saving->next, configured, &keeper->merged, fault);
	}
	return error != 0 ? error
			  : merge(keeper, &keeper->list, configured, &keeper->merged, fault);
}

int window_keeper_configure(struct window_keeper *keeper, const struct mode_schedule *configured,
			    char fault[static WINDOW_FAULT_MAX])
{
	int error = window_keeper_check(keeper, configured, fault);
	if (error == 0 && keeper->saving != NULL) {
		error = merge(keeper, &keeper->saving->next, configured, &keeper->saving->merged,
			      fault);
	}
	if (error == 0) {
		keeper->configured = *configured;
		mode_keeper_set_schedule(keeper->config.modes, &keeper->merged);
	}
	return error;
}

static int append(struct window_keeper *keeper, const struct mode_window_change *change,
		  audit_done_cb done, void *context)
{
	struct audit_fault fault;
	const struct mode_effective effective =
		mode_keeper_effective(keeper->config.modes, change->window.profile, change->at_s);
	json_t *body = window_record_make(change, effective.mode);
	const struct audit_record record = {
		.kind = AUDIT_KIND_MODE_CHANGE,
		.time_us = change->at_s * UTC_SECOND_US,
		.body = body,
	};
	int error = body == NULL
			    ? -ENOMEM
			    : audit_append(keeper->config.audit, &record, done, context, &fault);
	json_decref(body);
	return error;
}

static void mend_later(struct window_keeper *keeper)
{
	const struct timeval wait = {.tv_sec = MEND_S};
	evtimer_add(keeper->mender, &wait);
}

static void on_mended(int status, void *context)
{
	struct window_mending *mending = context;
	struct window_keeper *keeper = mending->keeper;
	free(mending);
	if (keeper == NULL) {
		return;
	}
	keeper->mending = NULL;
	keeper->is_in_doubt = status != 0;
	if (status != 0) {
		mend_later(keeper);
	}
}

static void on_mend(evutil_socket_t fd, short what, void *context)
{
	struct window_keeper *keeper = context;
	if (keeper->saving != NULL || keeper->mending != NULL) {
		mend_later(keeper); // what holds is not settled
		return;
	}
	struct window_mending *mending = calloc(1, sizeof(*mending));
	const struct mode_window_change *held = window_keeper_find(keeper, &keeper->doubted);
	struct mode_window_change change = {.window = keeper->doubted,
					    .is_removal = true,
					    .who = "parallaxd",
					    .why = "its record could not be written"};
	change = held != NULL ? *held : change;
	change.at_s = now_s(keeper);
	if (mending != NULL) {
		mending->keeper = keeper;
		keeper->mending = mending;
	}
	if (mending == NULL || append(keeper, &change, on_mended, mending) != 0) {
		keeper->mending = NULL;
		free(mending);
		mend_later(keeper);
	}
}

static void on_saved(int status, void *context)
{
	struct window_saving *saving = context;
	struct window_keeper *keeper = saving->keeper;
	if (keeper != NULL) {
		keeper->saving = NULL;
	}
	if (keeper != NULL && status != 0) {
		keeper->is_in_doubt = true;
		keeper->doubted = saving->change.window;
		mend_later(keeper);
	}
	if (keeper != NULL && status == 0) {
		keeper->is_in_doubt = false;
		event_del(keeper->mender);
		keeper->list = saving->next;
		mode_keeper_set_schedule(keeper->config.modes, &saving->merged);
	}
	saving->done(saving->context, status, NULL, &saving->change);
	free(saving);
}

// -EINVAL and the sentence.
static int judge(const struct window_keeper *keeper, struct window_saving *saving,
		 char fault[static WINDOW_FAULT_MAX])
{
	const struct mode_window *other = NULL;
	saving->next = keeper->list;
	mode_window_list_forget_past(&saving->next, saving->change.at_s);
	enum mode_schedule_fault reason = mode_window_list_change(
		&saving->next, &keeper->configured, &saving->change, &other);
	if (reason != MODE_SCHEDULE_FAULT_NONE) {
		mode_schedule_fault_describe(reason, &saving->change.window, other, fault,
					     WINDOW_FAULT_MAX);
		return -EINVAL;
	}
	return merge(keeper, &saving->next, &keeper->configured, &saving->merged, fault);
}

// While a record is in doubt only its own window: what comes after it settles what is true.
static bool may_change(const struct window_keeper *keeper, const struct mode_window *window)
{
	return !keeper->is_in_doubt || (keeper->doubted.profile == window->profile &&
					strcmp(keeper->doubted.name, window->name) == 0);
}

int window_keeper_change(struct window_keeper *keeper, const struct mode_window_change *change,
			 window_keeper_cb done, void *context)
{
	char fault[WINDOW_FAULT_MAX] = "";
	if (keeper->saving != NULL || !may_change(keeper, &change->window)) {
		return -EBUSY;
	}
	struct window_saving *saving = calloc(1, sizeof(*saving));
	if (saving == NULL) {
		done(context, -ENOMEM, NULL, NULL);
		return 0;
	}
	saving->keeper = keeper;
	saving->change = *change;
	saving->change.at_s = now_s(keeper);
	if (saving->change.window.start_s == MODE_WINDOW_FROM_NOW) {
		saving->change.window.start_s = saving->change.at_s;
	}
	saving->done = done;
	saving->context = context;
	int error = judge(keeper, saving, fault);
	if (error != 0) {
		free(saving);
		done(context, error, fault, NULL);
		return 0;
	}
	keeper->saving = saving;
	error = append(keeper, &saving->change, on_saved, saving);
	if (error != 0) {
		keeper->saving = NULL;
		free(saving);
		done(context, error, NULL, NULL);
	}
	return 0;
}

const struct mode_window_change *window_keeper_find(const struct window_keeper *keeper,
						    const struct mode_window *window)
{
	return mode_window_list_find(&keeper->list, window->profile, window->name);
}
