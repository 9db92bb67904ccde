// SPDX-License-Identifier: BSD-3-Clause

#include "service/window_record.h"

#include "rules/utc_time.h"

#include <jansson.h>

#include <stdio.h>
#include <string.h>

#define CAUSE "window"
#define ADDED "added"
#define REMOVED "removed"

// RFC 3339, or null for never and for years that it cannot write.
static json_t *time_or_null(int64_t seconds)
{
	char text[UTC_TIME_TEXT_MAX];
	bool is_never = seconds > INT64_MAX / UTC_SECOND_US || seconds < INT64_MIN / UTC_SECOND_US;
	return is_never || utc_time_format(seconds * UTC_SECOND_US, text) != 0 ? json_null()
									       : json_string(text);
}

json_t *window_object_make(const struct mode_window *window)
{
	return json_pack("{s:s, s:s, s:s, s:o, s:o, s:b}", "profile", profile_name(window->profile),
			 "name", window->name, "mode", mode_name(window->mode), "start",
			 time_or_null(window->start_s), "end", time_or_null(window->end_s),
			 "forced", (int)window->is_forced);
}

json_t *window_record_make(const struct mode_window_change *change, enum mode mode)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:s, s:s}", "profile",
			 profile_name(change->window.profile), "cause", CAUSE, "action",
			 change->is_removal ? REMOVED : ADDED, "from", mode_name(mode), "to",
			 mode_name(mode), "at", time_or_null(change->at_s), "window",
			 window_object_make(&change->window), "actor", change->who, "reason",
			 change->why);
}

static bool text_read(const json_t *object, const char *name, char *ret_text, size_t size)
{
	const char *text = json_string_value(json_object_get(object, name));
	if (text == NULL || strlen(text) >= size) {
		return false;
	}
	snprintf(ret_text, size, "%s", text);
	return true;
}

static bool time_read(const json_t *object, const char *name, int64_t *ret_s)
{
	const char *text = json_string_value(json_object_get(object, name));
	int64_t time_us;
	if (text == NULL || utc_time_parse(text, &time_us) != 0) {
		return false;
	}
	*ret_s = time_us / UTC_SECOND_US;
	return true;
}

static bool window_read(const json_t *object, struct mode_window *window)
{
	char profile[16], mode[16];
	if (!text_read(object, "name", window->name, sizeof(window->name)) ||
	    !text_read(object, "profile", profile, sizeof(profile)) ||
	    !text_read(object, "mode", mode, sizeof(mode)) ||
	    !time_read(object, "start", &window->start_s)) {
		return false;
	}
	if (!time_read(object, "end", &window->end_s)) {
		window->end_s = MODE_TIME_NEVER;
	}
	window->profile = profile_parse(profile, strlen(profile));
	window->mode = mode_parse(mode, strlen(mode));
	window->is_forced = json_is_true(json_object_get(object, "forced"));
	return mode_window_check(window) == MODE_SCHEDULE_FAULT_NONE;
}

bool window_record_read(const char *body, size_t length, struct mode_window_change *ret_change)
{
	char cause[16], action[16];
	struct mode_window_change change = {.is_removal = false};
	json_t *object = json_loadb(body, length, JSON_REJECT_DUPLICATES, NULL);
	bool is_good = text_read(object, "cause", cause, sizeof(cause)) &&
		       strcmp(cause, CAUSE) == 0 &&
		       text_read(object, "action", action, sizeof(action)) &&
		       text_read(object, "actor", change.who, sizeof(change.who)) &&
		       text_read(object, "reason", change.why, sizeof(change.why)) &&
		       time_read(object, "at", &change.at_s) &&
		       window_read(json_object_get(object, "window"), &change.window);
	json_decref(object);
	if (!is_good || (strcmp(action, ADDED) != 0 && strcmp(action, REMOVED) != 0)) {
		return false;
	}
	change.is_removal = strcmp(action, REMOVED) == 0;
	*ret_change = change;
	return true;
}
