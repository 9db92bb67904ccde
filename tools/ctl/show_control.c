// SPDX-License-Identifier: BSD-3-Clause

#include "show_control.h"

#include <parallax/base/attributes.h>

#include "show_table.h"
#include "table.h"

#include <jansson.h>

#include <stdint.h>
#include <string.h>

#define CELL_MAX 256

static const struct column mode_columns[] = {
	{"profile", "PROFILE"},
	{"mode", "MODE"},
	{"demanded", "RULES DEMAND"},
	{"compliant", "COMPLIANT"},
	{"forced", "FORCED"},
	{"next_change", "NEXT CHANGE"},
	{"actor", "BY"},
	{"reason", "BECAUSE"},
};

static const struct column window_columns[] = {
	{"profile", "PROFILE"}, {"name", "WINDOW"}, {"mode", "MODE"},
	{"start", "START"},     {"end", "END"},     {"state", "STATE"},
	{"forced", "FORCED"},   {"actor", "BY"},    {"reason", "BECAUSE"},
};

static const struct column perspective_columns[] = {
	{"name", "NAME"},
	{"role", "ROLE"},
	{"rir", "REGION"},
	{"state", "STATE"},
	{"draining", "DRAINING"},
	{"latency_ms", "LATENCY ms"},
	{"in_flight", "IN FLIGHT"},
	{"asked", "ASKED"},
	{"answered", "ANSWERED"},
	{"failed", "FAILED"},
	{"last_fault", "LAST FAULT"},
};

static const struct column certificate_columns[] = {
	{"file", "FILE"},
	{"state", "STATE"},
	{"days_left", "DAYS LEFT"},
	{"subject", "SUBJECT"},
};

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	return text != NULL ? text : "-";
}

static void print_text(FILE *out, const char *text)
{
	print_safe(out, text, strlen(text));
}

// "pass 4/5": the primary's own result, and the quorum.
static void add_check(struct table *table, const json_t *check)
{
	char text[CELL_MAX];
	snprintf(text, sizeof(text), "%s %s", text_of(check, "primary"), text_of(check, "quorum"));
	table_add(table, json_is_object(check) ? text : "-");
}

static void show_identifiers(const json_t *identifiers, FILE *out)
{
	size_t index;
	json_t *one;
	struct table table;
	table_init(&table, 6);
	static const char *const headings[] = {"TYPE",     "IDENTIFIER", "DECISION",
					       "ENFORCED", "DCV",        "CAA"};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(headings); i++) {
		table_add(&table, headings[i]);
	}
	json_array_foreach(identifiers, index, one)
	{
		table_add(&table, text_of(one, "type"));
		table_add(&table, text_of(one, "value"));
		table_add(&table, text_of(one, "decision"));
		table_add(&table, text_of(one, "enforced_decision"));
		add_check(&table, json_object_get(one, "dcv"));
		add_check(&table, json_object_get(one, "caa"));
	}
	table_print(&table, "", out);
	table_fini(&table);
}

// Why, and what the customer can do about it.
static void show_reasons(const json_t *identifier, FILE *out)
{
	size_t index;
	json_t *one;
	json_array_foreach(json_object_get(identifier, "reasons"), index, one)
	{
		fputs("\n", out);
		print_text(out, text_of(identifier, "value"));
		fputs(": ", out);
		print_text(out, text_of(one, "check"));
		fputs(": ", out);
		print_text(out, text_of(one, "message"));
	}
	json_array_foreach(json_object_get(identifier, "diagnosis"), index, one)
	{
		fputs("\n  ", out);
		print_text(out, text_of(one, "code"));
		fputs(": ", out);
		print_text(out, text_of(one, "advice"));
		if (json_is_string(json_object_get(one, "detail"))) {
			fputs(" (", out);
			print_text(out, text_of(one, "detail"));
			fputs(")", out);
		}
	}
}

void show_order(const json_t *result, FILE *out)
{
	size_t index;
	json_t *one;
	const json_t *identifiers = json_object_get(result, "identifiers");
	if (!json_is_array(identifiers)) {
		show_members(result, "", out);
		return;
	}
	fprintf(out, "order %s: ", text_of(result, "id"));
	print_text(out, text_of(result, "decision"));
	fputs(" (mode ", out);
	print_text(out, text_of(result, "mode"));
	fputs(", enforced: ", out);
	print_text(out, text_of(result, "enforced_decision"));
	fputs(", rules of ", out);
	print_text(out, text_of(result, "rules_date"));
	fputs(")\n", out);
	show_identifiers(identifiers, out);
	json_array_foreach(identifiers, index, one)
	{
		show_reasons(one, out);
	}
	fputs("\n", out);
}

void show_modes(const json_t *result, FILE *out)
{
	show_array(json_object_get(result, "modes"), mode_columns, PLX_ARRAY_SIZE(mode_columns),
		   "no profiles", out);
}

void show_mode_schedule(const json_t *result, FILE *out)
{
	fputs("outside of windows\n", out);
	show_members(json_object_get(result, "base"), "  ", out);
	show_array(json_object_get(result, "windows"), window_columns,
		   PLX_ARRAY_SIZE(window_columns), "no windows", out);
}

void show_perspectives(const json_t *result, FILE *out)
{
	show_array(json_object_get(result, "perspectives"), perspective_columns,
		   PLX_ARRAY_SIZE(perspective_columns), "no perspectives", out);
}

void show_perspective_test(const json_t *result, FILE *out)
{
	const json_t *answer = json_object_get(result, "answer");
	fprintf(out, "%s after %lld ms", text_of(result, "cause"),
		(long long)json_integer_value(json_object_get(result, "latency_ms")));
	if (json_is_object(answer)) {
		fputs(": ", out);
		print_text(out, text_of(answer, "outcome"));
		fputs(" (", out);
		print_text(out, text_of(answer, "message"));
		fputs(")", out);
	} else {
		fputs(": ", out);
		print_text(out, text_of(result, "detail"));
	}
	fputs("\n", out);
}

// What a record is about, whatever its kind.
static void add_subject(struct table *table, const json_t *body)
{
	static const char *const keys[] = {
		"order_id", "identifier", "check", "perspective", "result", "decision", "quorum",
		"profile",  "from",       "to",    "action",      "reason", "actor"};
	char text[CELL_MAX] = "";
	size_t used = 0;
	for (size_t i = 0; i < PLX_ARRAY_SIZE(keys); i++) {
		const char *value = json_string_value(json_object_get(body, keys[i]));
		if (value != NULL && used < sizeof(text)) {
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s=%s",
						 used > 0 ? " " : "", keys[i], value);
		}
	}
	const char *window =
		json_string_value(json_object_get(json_object_get(body, "window"), "name"));
	if (window != NULL && used < sizeof(text)) {
		snprintf(text + used, sizeof(text) - used, " window=%s", window);
	}
	table_add(table, text[0] != '\0' ? text : "-");
}

void show_audit_records(const json_t *result, FILE *out)
{
	size_t index;
	json_t *record;
	struct table table;
	table_init(&table, 4);
	table_add(&table, "SEQUENCE");
	table_add(&table, "TIME");
	table_add(&table, "KIND");
	table_add(&table, "WHAT");
	json_array_foreach(json_object_get(result, "records"), index, record)
	{
		show_cell(&table, json_object_get(record, "sequence"));
		table_add(&table, text_of(record, "time"));
		table_add(&table, text_of(record, "kind"));
		add_subject(&table, json_object_get(record, "body"));
	}
	table_print(&table, "", out);
	table_fini(&table);
	if (json_is_true(json_object_get(result, "more"))) {
		fprintf(out, "there are more: --after %lld\n",
			(long long)json_integer_value(json_object_get(result, "last")));
	}
}

void show_audit_evidence(const json_t *result, FILE *out)
{
	static const struct column columns[] = {
		{"sequence", "RECORD"}, {"identifier", "IDENTIFIER"},
		{"check", "CHECK"},     {"attempt", "ATTEMPT"},
		{"name", "NAME"},       {"type", "TYPE"},
		{"status", "STATUS"},   {"dnssec", "DNSSEC"},
		{"sha256", "SHA256"},
	};
	show_array(json_object_get(result, "evidence"), columns, PLX_ARRAY_SIZE(columns),
		   "no evidence is stored", out);
}

void show_audit_report(const json_t *result, FILE *out)
{
	static const struct column columns[] = {
		{"order_id", "ORDER"},
		{"identifier", "IDENTIFIER"},
		{"check", "CHECK"},
		{"attempt", "ATTEMPT"},
		{"expected_count", "EXPECTED"},
		{"present_count", "PRESENT"},
		{"quorum", "QUORUM"},
	};
	show_array(json_object_get(result, "rows"), columns, PLX_ARRAY_SIZE(columns), "no rows",
		   out);
	show_members(json_object_get(result, "totals"), "", out);
}

bool show_control_status(const json_t *result, FILE *out)
{
	if (strcmp(text_of(result, "program"), "parallaxd") != 0) {
		return false;
	}
	json_t *rest = json_copy((json_t *)(uintptr_t)result);
	json_object_del(rest, "modes");
	json_object_del(rest, "certificates");
	show_members(rest, "", out);
	json_decref(rest);
	if (json_is_array(json_object_get(result, "modes"))) {
		fputs("modes\n", out);
		show_modes(result, out);
	}
	fputs("certificates\n", out);
	show_array(json_object_get(result, "certificates"), certificate_columns,
		   PLX_ARRAY_SIZE(certificate_columns), "no files", out);
	return true;
}
