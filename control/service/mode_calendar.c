// SPDX-License-Identifier: BSD-3-Clause

#include "service/mode_calendar.h"

#include <parallax/base/error.h>

#include "rules/utc_time.h"

#include <stdio.h>
#include <string.h>

#define SENTENCE_MAX 400

static int calendar_fault(struct plx_setting_fault *fault, const char *path,
			  const struct plx_setting_place *place, const char *sentence)
{
	snprintf(fault->text, sizeof(fault->text), "%s:%u:%u: %s", path, place->line, place->column,
		 sentence);
	return PLX_ERR_CONFIG;
}

static int add_windows(const char *path, enum profile profile, const struct config_profile *from,
		       struct mode_schedule *schedule, struct plx_setting_fault *fault)
{
	for (unsigned i = 0; i < from->schedule_count; i++) {
		const struct config_window *given = &from->schedule[i];
		const struct mode_window *other = NULL;
		struct mode_window window = {
			.profile = profile,
			.mode = (enum mode)given->mode,
			.start_s = given->start,
			.end_s = given->end,
			.is_forced = from->force,
		};
		snprintf(window.name, sizeof(window.name), "%s", given->name);
		enum mode_schedule_fault refusal = mode_schedule_add(schedule, &window, &other);
		if (refusal != MODE_SCHEDULE_FAULT_NONE) {
			char sentence[SENTENCE_MAX];
			mode_schedule_fault_describe(refusal, &window, other, sentence,
						     sizeof(sentence));
			return calendar_fault(fault, path, &given->place, sentence);
		}
	}
	return 0;
}

static int check_strength(const char *path, enum profile profile, const struct config_profile *from,
			  const struct mode_schedule *schedule, int64_t now_s,
			  struct plx_setting_fault *fault)
{
	int64_t at_s;
	struct mode_moment moment;
	if (!mode_schedule_find_weak(schedule, profile, now_s, &at_s, &moment)) {
		return 0;
	}
	char time[UTC_TIME_TEXT_MAX] = "then", sentence[SENTENCE_MAX];
	int error = utc_time_format(at_s * UTC_SECOND_US, time);
	(void)error; // only a year past 9999 has no text
	snprintf(sentence, sizeof(sentence),
		 "profile %s: %s%s%s is %s at %s, when the rules demand %s; choose a stronger "
		 "mode, or "
		 "say `force: true`",
		 profile_name(profile), moment.window != NULL ? "window \"" : "the mode",
		 moment.window != NULL ? moment.window->name : "",
		 moment.window != NULL ? "\"" : "", mode_name(moment.mode), time,
		 mode_name(mode_demanded(profile, at_s)));
	return calendar_fault(fault, path, &from->place, sentence);
}

int mode_calendar_make(const char *path, const struct config_profiles *profiles, int64_t now_s,
		       struct mode_schedule *ret_schedule, struct plx_setting_fault *fault)
{
	const struct {
		enum profile profile;
		const struct config_profile *from;
	} all[] = {
		{PROFILE_TLS, &profiles->tls},
		{PROFILE_SMIME, &profiles->smime},
		{PROFILE_PRIVATE, &profiles->private_use},
	};
	memset(ret_schedule, 0, sizeof(*ret_schedule));
	int error = 0;
	for (size_t i = 0; error == 0 && i < PLX_ARRAY_SIZE(all); i++) {
		ret_schedule->base[all[i].profile] = (struct mode_base) {
			.mode = (enum mode)all[i].from->mode, .is_forced = all[i].from->force};
		error = add_windows(path, all[i].profile, all[i].from, ret_schedule, fault);
	}
	for (size_t i = 0; error == 0 && i < PLX_ARRAY_SIZE(all); i++) {
		error = check_strength(path, all[i].profile, all[i].from, ret_schedule, now_s,
				       fault);
	}
	return error;
}
