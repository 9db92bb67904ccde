// SPDX-License-Identifier: BSD-3-Clause

#include "readiness/readiness_tally.h"

#include "readiness/json_keep.h"
#include "readiness/readiness_row.h"

#include <jansson.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void readiness_tally_init(struct readiness_tally *tally)
{
	*tally = (struct readiness_tally) {
		.reasons = json_keep(json_object()),
		.codes = json_keep(json_object()),
		.perspectives = json_keep(json_object()),
		.failing = json_keep(json_array()),
		.faulty = json_keep(json_array()),
		.not_run = json_keep(json_array()),
	};
}

void readiness_tally_fini(struct readiness_tally *tally)
{
	json_decref(tally->reasons);
	json_decref(tally->codes);
	json_decref(tally->perspectives);
	json_decref(tally->failing);
	json_decref(tally->faulty);
	json_decref(tally->not_run);
	*tally = (struct readiness_tally) {0};
}

static bool has_room(struct readiness_tally *tally, const json_t *rows)
{
	if (json_array_size(rows) < READINESS_ROWS_MAX) {
		return true;
	}
	tally->rows_left_out++;
	return false;
}

static int check_answer(const json_t *answer)
{
	const json_t *identifiers = json_object_get(answer, "identifiers");
	const char *decision = json_text(answer, "enforced_decision");
	bool is_refused = strcmp(decision, "refuse") == 0;
	if (json_array_size(identifiers) == 0 || (!is_refused && strcmp(decision, "issue") != 0)) {
		return -EPROTO;
	}
	if (strcmp(json_text(answer, "mode"), "report-only") != 0) {
		return -EPERM;
	}
	bool has_failing = false;
	const json_t *identifier;
	size_t i;
	json_array_foreach(identifiers, i, identifier)
	{
		if (!readiness_row_is_readable(identifier)) {
			return -EPROTO;
		}
		has_failing |= readiness_row_fails(identifier);
	}
	// An order stands and falls with its identifiers; one that says otherwise is not believed.
	return has_failing == is_refused ? 0 : -EPROTO;
}

int readiness_tally_answer(struct readiness_tally *tally, uint64_t line, const json_t *answer)
{
	int error = check_answer(answer);
	if (error != 0) {
		return error;
	}
	const json_t *identifier;
	size_t i;
	json_array_foreach(json_object_get(answer, "identifiers"), i, identifier)
	{
		tally->identifiers++;
		readiness_row_count(tally, identifier);
		if (!readiness_row_fails(identifier)) {
			continue;
		}
		tally->identifiers_failed++;
		if (has_room(tally, tally->failing)) {
			json_push(tally->failing, readiness_row_make(line, i, answer, identifier));
		}
	}
	if (strcmp(json_text(answer, "enforced_decision"), "issue") == 0) {
		tally->orders_passed++;
	} else {
		tally->orders_failed++;
	}
	return 0;
}

// Text that need not be UTF-8, such as a line of the input: what is not becomes '?'.
static json_t *foreign_text(const char *text)
{
	json_t *value = json_string(text);
	if (value != NULL) {
		return value;
	}
	char *copy = strdup(text);
	for (char *c = copy; c != NULL && *c != '\0'; c++) {
		*c = (unsigned char)*c > '~' ? '?' : *c;
	}
	value = copy != NULL ? json_string(copy) : NULL;
	free(copy);
	return json_keep(value);
}

void readiness_tally_fault(struct readiness_tally *tally, uint64_t line,
			   const struct order_fault *fault)
{
	tally->orders_faulty++;
	if (has_room(tally, tally->faulty)) {
		json_push(tally->faulty, json_pack("{s:I, s:o, s:o}", "line", (json_int_t)line,
						   "pointer", foreign_text(fault->pointer),
						   "message", foreign_text(fault->text)));
	}
}

void readiness_tally_not_run(struct readiness_tally *tally, uint64_t line, const char *cause)
{
	tally->orders_not_run++;
	if (has_room(tally, tally->not_run)) {
		json_push(tally->not_run, json_pack("{s:I, s:o}", "line", (json_int_t)line,
						    "message", foreign_text(cause)));
	}
}

struct sorted_row {
	uint64_t key;
	size_t position; // rows of one key keep their order
	json_t *row;
};

static int compare_rows(const void *left, const void *right)
{
	const struct sorted_row *a = left, *b = right;
	if (a->key != b->key) {
		return a->key < b->key ? -1 : 1;
	}
	return a->position < b->position ? -1 : a->position > b->position;
}

// Takes over the array's reference; `key` by size, or the largest first.
static json_t *sort_rows(json_t *rows, const char *key, bool is_descending)
{
	size_t count = json_array_size(rows);
	struct sorted_row *order = calloc(count + 1, sizeof(*order));
	json_t *sorted = order == NULL ? NULL : json_array();
	json_keep(sorted);
	json_t *row;
	size_t i;
	json_array_foreach(rows, i, row)
	{
		uint64_t value = json_count(row, key);
		order[i] = (struct sorted_row) {is_descending ? UINT64_MAX - value : value, i, row};
	}
	qsort(order, count, sizeof(*order), compare_rows);
	for (i = 0; i < count; i++) {
		json_push(sorted, json_incref(order[i].row));
	}
	free(order);
	json_decref(rows);
	return sorted;
}

static json_t *values_of(const json_t *object)
{
	json_t *values = json_keep(json_array());
	const char *key;
	json_t *value;
	json_object_foreach((json_t *)(uintptr_t)object, key, value)
	{
		json_push(values, json_incref(value));
	}
	return values;
}

static json_t *make_summary(const struct readiness_tally *tally)
{
	uint64_t orders = tally->orders_passed + tally->orders_failed + tally->orders_faulty +
			  tally->orders_not_run;
	json_t *unread = tally->unread_from == 0 ? json_null()
						 : json_integer((json_int_t)tally->unread_from);
	return json_keep(json_pack(
		"{s:{s:I, s:I, s:I, s:I, s:I}, s:{s:I, s:I, s:I}, s:o, s:o, s:o, s:I, s:o}",
		"orders", "total", (json_int_t)orders, "pass", (json_int_t)tally->orders_passed,
		"fail", (json_int_t)tally->orders_failed, "faulty",
		(json_int_t)tally->orders_faulty, "not_run", (json_int_t)tally->orders_not_run,
		"identifiers", "total", (json_int_t)tally->identifiers, "pass",
		(json_int_t)(tally->identifiers - tally->identifiers_failed), "fail",
		(json_int_t)tally->identifiers_failed, "reasons",
		sort_rows(values_of(tally->reasons), "identifiers", true), "diagnosis",
		sort_rows(sort_rows(values_of(tally->codes), "passing", true), "failing", true),
		"perspectives", values_of(tally->perspectives), "rows_left_out",
		(json_int_t)tally->rows_left_out, "unread_from_line", unread));
}

json_t *readiness_tally_report(const struct readiness_tally *tally)
{
	return json_keep(json_pack("{s:o, s:o, s:o, s:o}", "summary", make_summary(tally),
				   "failing", sort_rows(json_incref(tally->failing), "line", false),
				   "faulty", sort_rows(json_incref(tally->faulty), "line", false),
				   "not_run",
				   sort_rows(json_incref(tally->not_run), "line", false)));
}
