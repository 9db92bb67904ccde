// SPDX-License-Identifier: BSD-3-Clause
// Kinds of audit records and the members that they must have, as one table.

#include "audit/audit_record.h"

#include <parallax/base/error.h>

#include "check/json_writer.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum member_type {
	MEMBER_TEXT = 0, // a string that is not empty
	MEMBER_TEXT_OR_NULL,
	MEMBER_POSITIVE, // an integer of at least 1
	MEMBER_OBJECT,
	MEMBER_OBJECT_OR_NULL,
	MEMBER_TEXTS,  // an array, maybe empty, of strings that are not
	MEMBER_CHECK,  // "dcv" or "caa"
	MEMBER_RESULT, // as its check has it
	MEMBER_QUORUM, // "3/4"
	MEMBER_PASS,   // "pass" or "fail"
	MEMBER_ORDER_IDENTIFIERS,
};

struct member_rule {
	enum audit_kind kind;
	const char *name;
	enum member_type type;
};

static const struct member_rule member_rules[] = {
	{AUDIT_KIND_GENESIS, "log_id", MEMBER_TEXT},
	{AUDIT_KIND_GENESIS, "version", MEMBER_TEXT},
	{AUDIT_KIND_GENESIS, "schema", MEMBER_POSITIVE},
	{AUDIT_KIND_GENESIS, "previous_log", MEMBER_OBJECT_OR_NULL},
	{AUDIT_KIND_START, "version", MEMBER_TEXT},
	{AUDIT_KIND_STOP, "reason", MEMBER_TEXT},
	{AUDIT_KIND_CONFIGURATION, "digest", MEMBER_TEXT},
	{AUDIT_KIND_CONFIGURATION, "actor", MEMBER_TEXT},
	{AUDIT_KIND_CONFIGURATION, "resolution", MEMBER_TEXT},
	{AUDIT_KIND_MODE_CHANGE, "profile", MEMBER_TEXT},
	{AUDIT_KIND_MODE_CHANGE, "from", MEMBER_TEXT},
	{AUDIT_KIND_MODE_CHANGE, "to", MEMBER_TEXT},
	{AUDIT_KIND_MODE_CHANGE, "reason", MEMBER_TEXT},
	{AUDIT_KIND_MODE_CHANGE, "actor", MEMBER_TEXT},
	{AUDIT_KIND_ORDER, "order_id", MEMBER_TEXT},
	{AUDIT_KIND_ORDER, "profile", MEMBER_TEXT},
	{AUDIT_KIND_ORDER, "mode", MEMBER_TEXT},
	{AUDIT_KIND_ORDER, "decision", MEMBER_TEXT},
	{AUDIT_KIND_ORDER, "enforced_decision", MEMBER_TEXT},
	{AUDIT_KIND_ORDER, "identifiers", MEMBER_ORDER_IDENTIFIERS},
	{AUDIT_KIND_CHECK, "order_id", MEMBER_TEXT},
	{AUDIT_KIND_CHECK, "perspective", MEMBER_TEXT},
	{AUDIT_KIND_CHECK, "identifier", MEMBER_TEXT},
	{AUDIT_KIND_CHECK, "adn", MEMBER_TEXT_OR_NULL},
	{AUDIT_KIND_CHECK, "method", MEMBER_TEXT},
	{AUDIT_KIND_CHECK, "check", MEMBER_CHECK},
	{AUDIT_KIND_CHECK, "attempt", MEMBER_POSITIVE},
	{AUDIT_KIND_CHECK, "result", MEMBER_RESULT},
	{AUDIT_KIND_CHECK, "signature", MEMBER_TEXT_OR_NULL},
	{AUDIT_KIND_CHECK, "traces", MEMBER_TEXTS},
	{AUDIT_KIND_CHECK, "evidence", MEMBER_OBJECT},
	{AUDIT_KIND_QUORUM, "order_id", MEMBER_TEXT},
	{AUDIT_KIND_QUORUM, "identifier", MEMBER_TEXT},
	{AUDIT_KIND_QUORUM, "check", MEMBER_CHECK},
	{AUDIT_KIND_QUORUM, "attempt", MEMBER_POSITIVE},
	{AUDIT_KIND_QUORUM, "quorum", MEMBER_QUORUM},
	{AUDIT_KIND_QUORUM, "result", MEMBER_PASS},
	{AUDIT_KIND_PROBE, "order_id", MEMBER_TEXT},
	{AUDIT_KIND_PROBE, "perspective", MEMBER_TEXT},
	{AUDIT_KIND_PROBE, "identifier", MEMBER_TEXT},
	{AUDIT_KIND_PROBE, "attempt", MEMBER_POSITIVE},
	{AUDIT_KIND_PROBE, "probe", MEMBER_TEXT},
	{AUDIT_KIND_PROBE, "result", MEMBER_TEXT},
	{AUDIT_KIND_PROBE, "signature", MEMBER_TEXT_OR_NULL},
	{AUDIT_KIND_PROBE, "evidence", MEMBER_OBJECT},
	{AUDIT_KIND_CLOCK, "from", MEMBER_TEXT},
	{AUDIT_KIND_CLOCK, "to", MEMBER_TEXT},
	{AUDIT_KIND_CLOCK, "actor", MEMBER_TEXT},
	{AUDIT_KIND_PERSPECTIVE, "perspective", MEMBER_TEXT},
	{AUDIT_KIND_PERSPECTIVE, "from", MEMBER_TEXT},
	{AUDIT_KIND_PERSPECTIVE, "to", MEMBER_TEXT},
	{AUDIT_KIND_PERSPECTIVE, "actor", MEMBER_TEXT},
	{AUDIT_KIND_EVIDENCE, "action", MEMBER_TEXT},
	{AUDIT_KIND_EVIDENCE, "before", MEMBER_TEXT},
	{AUDIT_KIND_EVIDENCE, "keep_days", MEMBER_POSITIVE},
	{AUDIT_KIND_EVIDENCE, "actor", MEMBER_TEXT},
};

static const char *const kind_names[AUDIT_KIND_COUNT] = {
	[AUDIT_KIND_NONE] = "none",
	[AUDIT_KIND_GENESIS] = "genesis",
	[AUDIT_KIND_START] = "start",
	[AUDIT_KIND_STOP] = "stop",
	[AUDIT_KIND_CONFIGURATION] = "configuration",
	[AUDIT_KIND_MODE_CHANGE] = "mode-change",
	[AUDIT_KIND_ORDER] = "order",
	[AUDIT_KIND_CHECK] = "check",
	[AUDIT_KIND_QUORUM] = "quorum",
	[AUDIT_KIND_PROBE] = "probe",
	[AUDIT_KIND_CLOCK] = "clock",
	[AUDIT_KIND_PERSPECTIVE] = "perspective",
	[AUDIT_KIND_EVIDENCE] = "evidence",
};

const char *audit_kind_name(enum audit_kind kind)
{
	return kind < AUDIT_KIND_COUNT ? kind_names[kind] : kind_names[AUDIT_KIND_NONE];
}

enum audit_kind audit_kind_find(const char *name)
{
	for (unsigned i = AUDIT_KIND_NONE + 1; i < AUDIT_KIND_COUNT; i++) {
		if (strcmp(kind_names[i], name) == 0) {
			return (enum audit_kind)i;
		}
	}
	return AUDIT_KIND_NONE;
}

static bool is_text(const json_t *value)
{
	return json_is_string(value) && json_string_length(value) > 0;
}

// Bounded by the record's own size.
static bool is_texts(const json_t *value)
{
	bool is_good = json_is_array(value);
	for (size_t i = 0; is_good && i < json_array_size(value); i++) {
		is_good = is_text(json_array_get(value, i));
	}
	return is_good;
}

static bool is_one_of(const json_t *value, const char *one, const char *other)
{
	return json_is_string(value) && (strcmp(json_string_value(value), one) == 0 ||
					 strcmp(json_string_value(value), other) == 0);
}

static bool is_result(const json_t *value, const json_t *body)
{
	const json_t *check = json_object_get(body, "check");
	if (is_one_of(check, "caa", "caa")) {
		return is_one_of(value, "permit", "prohibit");
	}
	return is_one_of(value, "pass", "fail");
}

// BR 5.4.1 (2)(8): "3/4" when three of four remotes corroborated.
static bool is_quorum(const json_t *value)
{
	const char *text = json_is_string(value) ? json_string_value(value) : "";
	size_t first = strspn(text, "0123456789");
	if (first == 0 || first > 2 || text[first] != '/') {
		return false;
	}
	const char *rest = text + first + 1;
	size_t second = strspn(rest, "0123456789");
	return second > 0 && second <= 2 && rest[second] == '\0' &&
	       strtoul(text, NULL, 10) <= strtoul(rest, NULL, 10);
}

// How many checks {"dcv": [names], "caa": [names]} declares; -1 when it is not of that form.
static int64_t attempt_count_checks(const json_t *attempt)
{
	static const char *const checks[] = {"dcv", "caa"};
	int64_t count = 0;
	size_t member_count = 0;
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(checks); i++) {
		const json_t *names = json_object_get(attempt, checks[i]);
		size_t size = json_array_size(names);
		member_count += names != NULL;
		if (names != NULL &&
		    (!json_is_array(names) || size == 0 || size > AUDIT_PERSPECTIVES_MAX)) {
			return -1;
		}
		for (size_t j = 0; j < size; j++) {
			if (!is_text(json_array_get(names, j))) {
				return -1;
			}
		}
		count += (int64_t)size;
	}
	return json_is_object(attempt) && json_object_size(attempt) == member_count ? count : -1;
}

static bool is_order_identifier(const json_t *identifier)
{
	const json_t *attempts = json_object_get(identifier, "attempts");
	size_t size = json_array_size(attempts);
	int64_t declared = 0;
	if (!json_is_array(attempts) || size > AUDIT_ATTEMPTS_MAX ||
	    !is_text(json_object_get(identifier, "identifier")) ||
	    !is_text(json_object_get(identifier, "decision"))) {
		return false;
	}
	for (size_t i = 0; i < size; i++) {
		int64_t count = attempt_count_checks(json_array_get(attempts, i));
		if (count < 0) {
			return false;
		}
		declared += count;
	}
	const json_t *check_count = json_object_get(identifier, "check_count");
	return json_is_integer(check_count) && json_integer_value(check_count) == declared;
}

static bool is_order_identifiers(const json_t *identifiers)
{
	size_t size = json_array_size(identifiers);
	if (!json_is_array(identifiers) || size == 0 || size > AUDIT_IDENTIFIERS_MAX) {
		return false;
	}
	for (size_t i = 0; i < size; i++) {
		if (!is_order_identifier(json_array_get(identifiers, i))) {
			return false;
		}
	}
	return true;
}

static bool is_member(enum member_type type, const json_t *value, const json_t *body)
{
	switch (type) {
	case MEMBER_TEXT:
		return is_text(value);
	case MEMBER_TEXT_OR_NULL:
		return is_text(value) || json_is_null(value);
	case MEMBER_POSITIVE:
		return json_is_integer(value) && json_integer_value(value) >= 1;
	case MEMBER_OBJECT:
		return json_is_object(value);
	case MEMBER_OBJECT_OR_NULL:
		return json_is_object(value) || json_is_null(value);
	case MEMBER_TEXTS:
		return is_texts(value);
	case MEMBER_CHECK:
		return is_one_of(value, "dcv", "caa");
	case MEMBER_RESULT:
		return is_result(value, body);
	case MEMBER_QUORUM:
		return is_quorum(value);
	case MEMBER_PASS:
		return is_one_of(value, "pass", "fail");
	case MEMBER_ORDER_IDENTIFIERS:
		return is_order_identifiers(value);
	}
	return false;
}

int audit_record_check(const struct audit_record *record, struct audit_fault *fault)
{
	if (record->kind <= AUDIT_KIND_NONE || record->kind >= AUDIT_KIND_COUNT ||
	    !json_is_object(record->body)) {
		return audit_fault_set(fault, PLX_ERR_AUDIT_RECORD,
				       "audit record: its kind is unknown or its body is no "
				       "object: this is a fault of the program, report it");
	}
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(member_rules); i++) {
		const struct member_rule *rule = &member_rules[i];
		if (rule->kind == record->kind &&
		    !is_member(rule->type, json_object_get(record->body, rule->name),
			       record->body)) {
			return audit_fault_set(
				fault, PLX_ERR_AUDIT_RECORD,
				"audit record of kind %s: /%s is absent or not as "
				"docs/audit-log.md has it: this is a fault of the program, "
				"report it",
				audit_kind_name(record->kind), rule->name);
		}
	}
	return 0;
}

void audit_keys_extract(enum audit_kind kind, const json_t *body, struct audit_keys *ret_keys)
{
	*ret_keys = (struct audit_keys) {0};
	if (kind != AUDIT_KIND_ORDER && kind != AUDIT_KIND_CHECK && kind != AUDIT_KIND_QUORUM &&
	    kind != AUDIT_KIND_PROBE) {
		return;
	}
	ret_keys->order_id = json_string_value(json_object_get(body, "order_id"));
	if (kind == AUDIT_KIND_ORDER) {
		return;
	}
	ret_keys->identifier = json_string_value(json_object_get(body, "identifier"));
	ret_keys->check = json_string_value(json_object_get(body, "check"));
	ret_keys->attempt = json_integer_value(json_object_get(body, "attempt"));
	if (kind != AUDIT_KIND_QUORUM) {
		ret_keys->perspective = json_string_value(json_object_get(body, "perspective"));
	}
}

int audit_body_dump(const json_t *body, char **ret_text, size_t *ret_length)
{
	size_t length = 0;
	char *text = json_text_write(body, JSON_CANONICAL | JSON_ENSURE_ASCII, &length);
	if (text == NULL) {
		return -ENOMEM;
	}
	if (length > AUDIT_BODY_BYTES_MAX) {
		free(text);
		return PLX_ERR_AUDIT_RECORD;
	}
	*ret_text = text;
	*ret_length = length;
	return 0;
}
