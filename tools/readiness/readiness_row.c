// SPDX-License-Identifier: BSD-3-Clause

#include "readiness/readiness_row.h"

#include "readiness/json_keep.h"
#include "readiness/readiness_tally.h"

#include <jansson.h>

#include <stdio.h>
#include <string.h>

static const struct {
	const char *key;
	const char *good; // what a check that found nothing against it says
	const char *checks;
	const char *missed;
} check_sets[] = {
	{"dcv", "pass", "dcv_checks", "dcv_missed"},
	{"caa", "permit", "caa_checks", "caa_missed"},
};

bool readiness_row_is_readable(const json_t *identifier)
{
	const char *decision = json_text(identifier, "enforced_decision");
	return json_is_string(json_object_get(identifier, "value")) &&
	       (strcmp(decision, "issue") == 0 || strcmp(decision, "refuse") == 0);
}

bool readiness_row_fails(const json_t *identifier)
{
	return strcmp(json_text(identifier, "enforced_decision"), "issue") != 0;
}

static bool primary_is_good(const json_t *checks, size_t set)
{
	return strcmp(json_text(checks, "primary"), check_sets[set].good) == 0;
}

// A remote that saw what a failing primary did not see misses nothing; one that saw something else than a passing
// primary does.
static bool remote_missed(const json_t *checks, const json_t *perspective, size_t set)
{
	bool is_good = strcmp(json_text(perspective, "result"), check_sets[set].good) == 0;
	bool corroborates = json_is_true(json_object_get(perspective, "corroborates"));
	return !is_good || (!corroborates && primary_is_good(checks, set));
}

static json_t *entry_of(json_t *counts, const char *key)
{
	json_t *entry = json_object_get(counts, key);
	if (entry == NULL) {
		entry = json_keep(json_object());
		json_put(counts, key, entry);
	}
	return entry;
}

static void copy_text(json_t *to, const char *key, const json_t *from)
{
	json_put(to, key, json_string(json_text(from, key)));
}

static void count_perspective(struct readiness_tally *tally, const char *name, const char *rir,
			      size_t set, bool missed)
{
	json_t *entry = entry_of(tally->perspectives, name);
	json_put(entry, "name", json_string(name));
	json_put(entry, "rir", json_string(rir));
	json_add_count(entry, check_sets[set].checks, 1);
	json_add_count(entry, check_sets[set].missed, missed ? 1 : 0);
}

static void count_checks(struct readiness_tally *tally, const json_t *identifier)
{
	for (size_t set = 0; set < sizeof(check_sets) / sizeof(check_sets[0]); set++) {
		const json_t *checks = json_object_get(identifier, check_sets[set].key);
		if (!json_is_object(checks)) {
			continue;
		}
		count_perspective(tally, READINESS_PRIMARY, "", set, !primary_is_good(checks, set));
		const json_t *perspective;
		size_t i;
		json_array_foreach(json_object_get(checks, "perspectives"), i, perspective)
		{
			count_perspective(tally, json_text(perspective, "name"),
					  json_text(perspective, "rir"), set,
					  remote_missed(checks, perspective, set));
		}
	}
}

void readiness_row_count(struct readiness_tally *tally, const json_t *identifier)
{
	bool fails = readiness_row_fails(identifier);
	const json_t *value;
	size_t i;
	json_array_foreach(json_object_get(identifier, "reasons"), i, value)
	{
		char key[128];
		snprintf(key, sizeof(key), "%s %s", json_text(value, "check"),
			 json_text(value, "code"));
		json_t *entry = entry_of(tally->reasons, key);
		copy_text(entry, "check", value);
		copy_text(entry, "code", value);
		copy_text(entry, "message", value);
		json_add_count(entry, "identifiers", 1);
	}
	json_array_foreach(json_object_get(identifier, "diagnosis"), i, value)
	{
		json_t *entry = entry_of(tally->codes, json_text(value, "code"));
		copy_text(entry, "code", value);
		copy_text(entry, "advice", value);
		json_add_count(entry, "failing", fails ? 1 : 0);
		json_add_count(entry, "passing", fails ? 0 : 1);
	}
	count_checks(tally, identifier);
}

static json_t *missed_by(const char *name, const char *result, const json_t *detail)
{
	return json_keep(json_pack("{s:s, s:s, s:s}", "name", name, "result", result, "message",
				   json_text(detail, "message")));
}

static json_t *make_checks(const json_t *identifier, size_t set)
{
	const json_t *checks = json_object_get(identifier, check_sets[set].key);
	if (!json_is_object(checks)) {
		return json_null();
	}
	json_t *missed = json_keep(json_array());
	if (!primary_is_good(checks, set)) {
		json_push(missed, missed_by(READINESS_PRIMARY, json_text(checks, "primary"),
					    json_object_get(checks, "primary_detail")));
	}
	const json_t *perspective;
	size_t i;
	json_array_foreach(json_object_get(checks, "perspectives"), i, perspective)
	{
		if (remote_missed(checks, perspective, set)) {
			json_push(missed, missed_by(json_text(perspective, "name"),
						    json_text(perspective, "result"),
						    json_object_get(perspective, "detail")));
		}
	}
	// What the primary's answers were found to be: the least sure of them.
	const json_t *detail = json_object_get(checks, "primary_detail");
	return json_keep(json_pack("{s:s, s:s, s:s, s:o}", "primary", json_text(checks, "primary"),
				   "dnssec", json_text(detail, "dnssec"), "quorum",
				   json_text(checks, "quorum"), "missed", missed));
}

// The checks that the reasons speak of, each once.
static json_t *make_failed(const json_t *identifier)
{
	json_t *failed = json_keep(json_array());
	for (size_t set = 0; set < sizeof(check_sets) / sizeof(check_sets[0]); set++) {
		bool is_failed = false;
		const json_t *reason;
		size_t i;
		json_array_foreach(json_object_get(identifier, "reasons"), i, reason)
		{
			is_failed |= strcmp(json_text(reason, "check"), check_sets[set].key) == 0;
		}
		if (is_failed) {
			json_push(failed, json_string(check_sets[set].key));
		}
	}
	return failed;
}

static json_t *array_or_empty(const json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);
	return json_is_array(value) ? json_incref(value) : json_keep(json_array());
}

json_t *readiness_row_make(uint64_t line, size_t index, const json_t *answer,
			   const json_t *identifier)
{
	char pointer[48];
	snprintf(pointer, sizeof(pointer), "/identifiers/%zu", index);
	return json_keep(json_pack(
		"{s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "line",
		(json_int_t)line, "pointer", pointer, "order", json_text(answer, "id"), "reference",
		json_text(answer, "reference"), "identifier", json_text(identifier, "value"),
		"type", json_text(identifier, "type"), "validation_method",
		json_text(identifier, "validation_method"), "failed", make_failed(identifier),
		"dcv", make_checks(identifier, 0), "caa", make_checks(identifier, 1), "reasons",
		array_or_empty(identifier, "reasons"), "diagnosis",
		array_or_empty(identifier, "diagnosis")));
}
