// SPDX-License-Identifier: BSD-3-Clause

#include "service/mode_record.h"

#include "audit/audit_query.h"
#include "rules/utc_time.h"
#include "service/window_record.h"

#include <jansson.h>

#include <stdio.h>
#include <string.h>

// RFC 3339, or null for never.
static json_t *time_or_null(int64_t seconds)
{
	char text[UTC_TIME_TEXT_MAX];
	bool is_never = seconds == MODE_TIME_NEVER || seconds > INT64_MAX / UTC_SECOND_US;
	return is_never || utc_time_format(seconds * UTC_SECOND_US, text) != 0 ? json_null()
									       : json_string(text);
}

json_t *mode_record_make(const struct mode_change *change)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:b, s:b, s:b, s:s, s:s}", "profile",
			 profile_name(change->profile), "cause", mode_cause_name(change->cause),
			 "from", mode_name(change->from), "to", mode_name(change->to), "at",
			 time_or_null(change->at_s), "until", time_or_null(change->until_s),
			 "release", (int)change->is_release, "forced", (int)change->is_forced,
			 "compliant", (int)change->is_compliant, "actor", change->who, "reason",
			 change->why);
}

static const char *text_of(const json_t *body, const char *name)
{
	const char *text = json_string_value(json_object_get(body, name));
	return text != NULL ? text : "";
}

// Null is never.
static int64_t time_of(const json_t *body, const char *name)
{
	int64_t time_us;
	return utc_time_parse(text_of(body, name), &time_us) == 0 ? time_us / UTC_SECOND_US
								  : MODE_TIME_NEVER;
}

static enum mode mode_of(const json_t *body, const char *name)
{
	const char *text = text_of(body, name);
	return mode_parse(text, strlen(text));
}

static enum mode_cause cause_of(const json_t *body)
{
	const char *text = text_of(body, "cause");
	return strcmp(text, mode_cause_name(MODE_CAUSE_HAND)) == 0       ? MODE_CAUSE_HAND
	       : strcmp(text, mode_cause_name(MODE_CAUSE_SCHEDULE)) == 0 ? MODE_CAUSE_SCHEDULE
									 : MODE_CAUSE_NOT_SET;
}

bool mode_record_read(const char *body, size_t length, struct mode_change *ret_change)
{
	json_t *object = json_loadb(body, length, JSON_REJECT_DUPLICATES, NULL);
	const char *profile = text_of(object, "profile");
	struct mode_change change = {
		.profile = profile_parse(profile, strlen(profile)),
		.cause = cause_of(object),
		.from = mode_of(object, "from"),
		.to = mode_of(object, "to"),
		.at_s = time_of(object, "at"),
		.until_s = time_of(object, "until"),
		.is_release = json_is_true(json_object_get(object, "release")),
		.is_forced = json_is_true(json_object_get(object, "forced")),
		.is_compliant = json_is_true(json_object_get(object, "compliant")),
	};
	snprintf(change.who, sizeof(change.who), "%s", text_of(object, "actor"));
	snprintf(change.why, sizeof(change.why), "%s", text_of(object, "reason"));
	json_decref(object);
	bool is_good = profile_is_set(change.profile) && change.cause != MODE_CAUSE_NOT_SET &&
		       change.to != MODE_NOT_SET && change.at_s != MODE_TIME_NEVER;
	if (is_good) {
		*ret_change = change;
	}
	return is_good;
}

json_t *mode_effective_make(enum profile profile, const struct mode_effective *effective)
{
	return json_pack("{s:s, s:s, s:s, s:b, s:b, s:s, s:s, s:s, s:o}", "profile",
			 profile_name(profile), "mode", mode_name(effective->mode), "demanded",
			 mode_name(effective->demanded), "compliant", (int)effective->is_compliant,
			 "forced", (int)effective->is_forced, "cause",
			 mode_cause_name(effective->cause), "actor", effective->who, "reason",
			 effective->why, "next_change", time_or_null(effective->next_change_s));
}

struct restore {
	struct mode_change last[PROFILE_COUNT];
	struct mode_window_list *windows;
	uint64_t sequence;
};

static bool take_record(const struct audit_entry *entry, void *context)
{
	struct restore *restore = context;
	struct mode_change change;
	struct mode_window_change window;
	if (mode_record_read(entry->body, entry->body_length, &change)) {
		restore->last[change.profile] = change;
	} else if (window_record_read(entry->body, entry->body_length, &window)) {
		mode_window_list_restore(restore->windows, &window);
	}
	restore->sequence = entry->sequence;
	return true;
}

int mode_record_restore(const char *path, struct mode_state *state,
			struct mode_window_list *windows, struct audit_fault *fault)
{
	struct restore restore = {.windows = windows};
	struct audit_reader *reader;
	int error = audit_reader_open(path, &reader, fault);
	if (error != 0) {
		return error;
	}
	bool has_more = true;
	while (error == 0 && has_more) {
		const struct audit_query query = {.kind = AUDIT_KIND_MODE_CHANGE,
						  .after_sequence = restore.sequence};
		error = audit_query_run(reader, &query, take_record, &restore, &has_more, fault);
	}
	audit_reader_close(reader);
	for (int i = 0; error == 0 && i < PROFILE_COUNT; i++) {
		mode_state_restore(state, &restore.last[i]);
	}
	return error;
}
