// SPDX-License-Identifier: BSD-3-Clause

#include "service/evidence_record.h"

#include "rules/utc_time.h"

#include <jansson.h>

#include <string.h>

#define PURGE "purge"

json_t *evidence_record_make(int64_t before_s, unsigned keep_days)
{
	char before[UTC_TIME_TEXT_MAX];
	if (utc_time_format(before_s * UTC_SECOND_US, before) != 0) {
		return NULL;
	}
	return json_pack("{s:s, s:s, s:i, s:s}", "action", PURGE, "before", before, "keep_days",
			 (int)keep_days, "actor", "retention");
}

bool evidence_record_read(const char *body, size_t length, int64_t *ret_before_s)
{
	int64_t before_us = 0;
	json_t *object = json_loadb(body, length, JSON_REJECT_DUPLICATES, NULL);
	const char *action = json_string_value(json_object_get(object, "action"));
	const char *before = json_string_value(json_object_get(object, "before"));
	bool is_purge = action != NULL && strcmp(action, PURGE) == 0 && before != NULL &&
			utc_time_parse(before, &before_us) == 0;
	json_decref(object);
	if (is_purge) {
		*ret_before_s = before_us / UTC_SECOND_US;
	}
	return is_purge;
}
