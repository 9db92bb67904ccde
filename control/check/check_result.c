// SPDX-License-Identifier: BSD-3-Clause

#include "check/check_result.h"

#include "check/json_text.h"
#include "rules/utc_time.h"

#include <jansson.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct json_member members[] = {
	{.name = "check", .kind = JSON_KIND_TEXT, .is_required = true},
	{.name = "outcome", .kind = JSON_KIND_TEXT, .is_required = true},
	{.name = "reason", .kind = JSON_KIND_TEXT, .is_required = true},
	{.name = "message", .kind = JSON_KIND_TEXT, .is_required = true},
	{.name = "corroboration", .kind = JSON_KIND_TEXT, .is_nullable = true},
	{.name = "authorization_domain", .kind = JSON_KIND_TEXT, .is_nullable = true},
	{.name = "found_at", .kind = JSON_KIND_TEXT, .is_nullable = true},
	{.name = "dnssec", .kind = JSON_KIND_TEXT, .is_required = true},
	{.name = "usable_until", .kind = JSON_KIND_TEXT, .is_nullable = true},
	{.name = "time", .kind = JSON_KIND_TEXT, .is_required = true},
	{.name = "duration_us", .kind = JSON_KIND_INTEGER, .is_required = true},
	{.name = "evidence", .kind = JSON_KIND_OBJECT, .is_nullable = true},
};

static const char *outcome_name(enum check_kind kind, enum check_outcome outcome)
{
	return kind == CHECK_KIND_CAA ? check_outcome_caa_name(outcome)
				      : check_outcome_dcv_name(outcome);
}

static json_t *text_or_null(const char *text)
{
	return text[0] != '\0' ? json_string(text) : json_null();
}

static json_t *time_or_null(int64_t unix_us)
{
	char text[UTC_TIME_TEXT_MAX];
	return unix_us != 0 && utc_time_format(unix_us, text) == 0 ? json_string(text)
								   : json_null();
}

json_t *check_result_write(const struct check_result *result)
{
	// A message may quote the far side, and end within a character.
	char message[CHECK_MESSAGE_SIZE];
	snprintf(message, sizeof(message), "%s", result->message);
	json_text_repair(message);
	return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:s, s:o, s:o, s:I, s:O?}", "check",
			 check_kind_name(result->kind), "outcome",
			 outcome_name(result->kind, result->outcome), "reason", result->reason,
			 "message", message, "corroboration", text_or_null(result->corroboration),
			 "authorization_domain", text_or_null(result->authorization_domain),
			 "found_at", text_or_null(result->found_at), "dnssec",
			 plx_dnssec_name(result->dnssec), "usable_until",
			 time_or_null(result->usable_until_s * UTC_SECOND_US), "time",
			 time_or_null(result->time_us), "duration_us",
			 (json_int_t)result->duration_us, "evidence", result->evidence);
}

static int copy_text(const json_t *value, const char *name, char *field, size_t size,
		     struct json_fault *fault)
{
	const char *text = json_member_text(value, name);
	int length = snprintf(field, size, "%s", text != NULL ? text : "");
	if (length < 0 || (size_t)length >= size) {
		char pointer[64];
		snprintf(pointer, sizeof(pointer), "/%s", name);
		return json_fault_set(fault, pointer, "is longer than %zu octets", size - 1);
	}
	return 0;
}

static int read_words(const json_t *value, struct check_result *result, struct json_fault *fault)
{
	const char *kind = json_member_text(value, "check");
	const char *outcome = json_member_text(value, "outcome");
	const char *dnssec = json_member_text(value, "dnssec");
	bool is_caa = strcmp(kind, "caa") == 0;
	if (!is_caa && strcmp(kind, "dcv") != 0) {
		return json_fault_set(fault, "/check", "is neither dcv nor caa");
	}
	result->kind = is_caa ? CHECK_KIND_CAA : CHECK_KIND_DCV;
	for (int i = CHECK_PASS; i <= CHECK_ERROR; i++) {
		if (strcmp(outcome, outcome_name(result->kind, (enum check_outcome)i)) == 0) {
			result->outcome = (enum check_outcome)i;
		}
	}
	if (result->outcome == CHECK_NOT_EVALUATED) {
		return json_fault_set(fault, "/outcome", "is not an outcome of this check");
	}
	for (int i = 0; i < PLX_DNSSEC_COUNT; i++) {
		if (strcmp(dnssec, plx_dnssec_name((enum plx_dnssec)i)) == 0) {
			result->dnssec = (enum plx_dnssec)i;
			return 0;
		}
	}
	return json_fault_set(fault, "/dnssec", "is not a validation state");
}

static int read_times(const json_t *value, struct check_result *result, struct json_fault *fault)
{
	const char *until = json_member_text(value, "usable_until");
	int64_t until_us = 0;
	json_int_t duration = json_integer_value(json_object_get(value, "duration_us"));
	if (utc_time_parse(json_member_text(value, "time"), &result->time_us) != 0) {
		return json_fault_set(fault, "/time", "is not RFC 3339 UTC");
	}
	if (until != NULL && utc_time_parse(until, &until_us) != 0) {
		return json_fault_set(fault, "/usable_until", "is not RFC 3339 UTC");
	}
	if (duration < 0 || duration > UINT32_MAX) {
		return json_fault_set(fault, "/duration_us", "is not a duration");
	}
	result->usable_until_s = until_us / UTC_SECOND_US;
	result->duration_us = (uint32_t)duration;
	return 0;
}

int check_result_read(json_t *value, struct check_result *ret_result, struct json_fault *fault)
{
	struct check_result result = {.kind = CHECK_KIND_NONE};
	int error = json_members_check(value, members, PLX_ARRAY_SIZE(members), fault);
	error = error != 0 ? error : read_words(value, &result, fault);
	error = error != 0 ? error : read_times(value, &result, fault);
	error = error != 0
			? error
			: copy_text(value, "reason", result.reason, sizeof(result.reason), fault);
	error = error != 0 ? error
			   : copy_text(value, "message", result.message, sizeof(result.message),
				       fault);
	error = error != 0 ? error
			   : copy_text(value, "corroboration", result.corroboration,
				       sizeof(result.corroboration), fault);
	error = error != 0 ? error
			   : copy_text(value, "authorization_domain", result.authorization_domain,
				       sizeof(result.authorization_domain), fault);
	error = error != 0 ? error
			   : copy_text(value, "found_at", result.found_at, sizeof(result.found_at),
				       fault);
	if (error != 0) {
		return error;
	}
	result.evidence = json_incref(json_member_get(value, "evidence"));
	*ret_result = result;
	return 0;
}

void check_result_fini(struct check_result *result)
{
	json_decref(result->evidence);
	result->evidence = NULL;
}

void check_result_set_error(struct check_result *result, enum check_kind kind, const char *reason,
			    const char *message)
{
	check_result_fini(result);
	*result = (struct check_result) {.kind = kind, .outcome = CHECK_ERROR};
	snprintf(result->reason, sizeof(result->reason), "%s", reason);
	snprintf(result->message, sizeof(result->message), "%s", message);
}
