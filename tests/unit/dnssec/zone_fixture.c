// SPDX-License-Identifier: BSD-3-Clause

#include "zone_fixture.h"

#include "dnssec/trust_anchor.h"

#include "tsv_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void die(const char *what, const char *which)
{
	fprintf(stderr, "zone_fixture: %s: %s\n", what, which);
	exit(EXIT_FAILURE);
}

struct plx_name fixture_name(const char *text)
{
	struct plx_name name;
	if (plx_name_parse(text, strlen(text), &name) < 0) {
		die("bad name", text);
	}
	plx_name_lower(&name);
	return name;
}

static size_t read_hex(const char *text, uint8_t *bytes, size_t capacity)
{
	size_t length = strlen(text) / 2;
	if (length > capacity) {
		die("message too long", text);
	}
	for (size_t i = 0; i < length; i++) {
		unsigned octet;
		if (sscanf(text + 2 * i, "%2x", &octet) != 1) {
			die("bad hex", text);
		}
		bytes[i] = (uint8_t)octet;
	}
	return length;
}

static void copy(char *field, size_t size, const char *text)
{
	if ((size_t)snprintf(field, size, "%s", text) >= size) {
		die("field too long", text);
	}
}

static void read_row(const struct tsv_rows *table, struct fixture_row *row)
{
	const char *judge = table->fields[3];
	row->zone = fixture_name(table->fields[0]);
	row->name = fixture_name(table->fields[1]);
	if (plx_type_parse(table->fields[2], strlen(table->fields[2]), &row->type) < 0) {
		die("bad type", table->fields[2]);
	}
	if (strncmp(judge, "referral ", 9) == 0) {
		char child[256];
		snprintf(child, sizeof(child), "%s.%s", judge + 9, table->fields[0]);
		row->name = fixture_name(child);
		judge = "delegation";
	}
	copy(row->judge, sizeof(row->judge), judge);
	copy(row->kind, sizeof(row->kind), table->fields[4]);
	copy(row->state, sizeof(row->state), table->fields[5]);
	copy(row->cause, sizeof(row->cause), table->fields[6]);
	snprintf(row->title, sizeof(row->title), "%s %s (%s)", table->fields[1], table->fields[2],
		 table->fields[3]);
	row->length = read_hex(table->fields[7], row->wire, sizeof(row->wire));
}

static void read_anchors(struct fixture *fixture, const char *path)
{
	char text[1024];
	FILE *file = fopen(path, "r");
	size_t length = file != NULL ? fread(text, 1, sizeof(text), file) : 0;
	unsigned line;
	fixture->anchors = calloc(1, sizeof(*fixture->anchors));
	if (trust_anchors_parse(text, length, &fixture->policy, fixture->anchors, &line) < 0) {
		die("bad anchor", path);
	}
	fclose(file);
}

bool fixture_message(const uint8_t *wire, size_t length, struct plx_message *ret_message)
{
	return plx_message_open(wire, length, ret_message) == 0 &&
	       plx_message_check(ret_message) == 0;
}

const struct key_set *fixture_keys(const struct fixture *fixture, const struct plx_name *zone)
{
	for (unsigned i = 0; i < fixture->key_set_count; i++) {
		if (plx_name_equal(&fixture->key_sets[i]->zone, zone)) {
			return fixture->key_sets[i];
		}
	}
	return NULL;
}

// The parent in the table: the zone of the row that has the zone's DS.
static struct chain_verdict judge_keys(struct fixture *fixture, const struct fixture_row *row,
				       const struct plx_message *message)
{
	struct plx_message ds_message;
	if (row->zone.length == 1) {
		return chain_keys(&fixture->judge, trust_anchors_find(fixture->anchors, &row->zone),
				  message);
	}
	for (unsigned i = 0; i < fixture->row_count; i++) {
		const struct fixture_row *ds = &fixture->rows[i];
		const struct key_set *parent = fixture_keys(fixture, &ds->zone);
		if (strcmp(ds->judge, "delegation") == 0 && parent != NULL &&
		    plx_name_equal(&ds->name, &row->zone) &&
		    fixture_message(ds->wire, ds->length, &ds_message)) {
			return chain_step(&fixture->judge, parent, &row->zone, &ds_message,
					  message);
		}
	}
	die("no parent for the keys of", row->title);
	return (struct chain_verdict) {0};
}

// Rows are in the order of the chain.
static void read_key_sets(struct fixture *fixture)
{
	for (unsigned i = 0; i < fixture->row_count; i++) {
		struct fixture_row *row = &fixture->rows[i];
		struct plx_message message;
		if (strcmp(row->judge, "keys") != 0) {
			continue;
		}
		if (!fixture_message(row->wire, row->length, &message)) {
			die("bad message", row->title);
		}
		fixture->budget = judge_budget_init();
		struct chain_verdict verdict = judge_keys(fixture, row, &message);
		if (verdict.keys == NULL || fixture->key_set_count == FIXTURE_ZONES_MAX) {
			die(dnssec_cause_name(verdict.cause), row->title);
		}
		fixture->key_sets[fixture->key_set_count++] = verdict.keys;
	}
}

static void read_rows(struct fixture *fixture, const char *path)
{
	struct tsv_rows table;
	unsigned capacity = 0;
	tsv_open(&table, path, 8);
	while (tsv_next(&table)) {
		if (fixture->row_count == capacity) {
			capacity = capacity == 0 ? 128 : 2 * capacity;
			fixture->rows = realloc(fixture->rows, capacity * sizeof(fixture->rows[0]));
		}
		read_row(&table, &fixture->rows[fixture->row_count++]);
	}
}

struct fixture *fixture_open_at(const char *messages_path, const char *anchor_path)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	fixture->workspace = malloc(sizeof(*fixture->workspace));
	fixture->policy = dnssec_policy_production();
	fixture->judge = (struct judge) {.workspace = fixture->workspace,
					 .policy = &fixture->policy,
					 .budget = &fixture->budget,
					 .now_s = FIXTURE_NOW};
	read_anchors(fixture, anchor_path);
	read_rows(fixture, messages_path);
	read_key_sets(fixture);
	return fixture;
}

struct fixture *fixture_open(void)
{
	return fixture_open_at(ZONE_MESSAGES_FILE, ZONE_ANCHOR_FILE);
}

void fixture_close(struct fixture *fixture)
{
	for (unsigned i = 0; i < fixture->key_set_count; i++) {
		key_set_destroy(fixture->key_sets[i]);
	}
	free(fixture->rows);
	free(fixture->anchors);
	free(fixture->workspace);
	free(fixture);
}

const struct fixture_row *fixture_find(const struct fixture *fixture, const char *judge,
				       const char *name, uint16_t type)
{
	struct plx_name wanted = fixture_name(name);
	for (unsigned i = 0; i < fixture->row_count; i++) {
		const struct fixture_row *row = &fixture->rows[i];
		if (strcmp(row->judge, judge) == 0 && plx_name_equal(&row->name, &wanted) &&
		    row->type == type) {
			return row;
		}
	}
	die("no such row", name);
	return NULL;
}

struct fixture_verdict fixture_judge(struct fixture *fixture, const struct fixture_row *row,
				     const struct plx_message *message)
{
	const struct key_set *keys = fixture_keys(fixture, &row->zone);
	fixture->budget = judge_budget_init();
	if (strcmp(row->judge, "keys") == 0) {
		struct chain_verdict verdict = judge_keys(fixture, row, message);
		key_set_destroy(verdict.keys);
		return (struct fixture_verdict) {delegation_kind_name(verdict.kind), verdict.state,
						 verdict.cause, verdict.ttl_s};
	}
	if (keys == NULL) {
		die("no keys for", row->title);
	}
	if (strcmp(row->judge, "delegation") == 0) {
		struct delegation_verdict verdict;
		delegation_judge(&fixture->judge, message, &row->name, keys, &verdict);
		return (struct fixture_verdict) {delegation_kind_name(verdict.kind), verdict.state,
						 verdict.cause, verdict.ttl_s};
	}
	struct answer_verdict verdict =
		answer_judge(&fixture->judge, message, &row->name, row->type, keys);
	return (struct fixture_verdict) {judged_kind_name(verdict.kind), verdict.state,
					 verdict.cause, verdict.ttl_s};
}
