// SPDX-License-Identifier: BSD-3-Clause

#include "show.h"

#include <parallax/base/attributes.h>

#include "show_lookup.h"
#include "table.h"

#include <jansson.h>

#include <stdint.h>
#include <string.h>

// A column of a table: a member of each object of an array.
struct column {
	const char *key;
	const char *heading;
};

static const struct column worker_columns[] = {
	{"worker", "WORKER"},
	{"lcore", "LCORE"},
	{"cpu", "CPU"},
	{"queue", "QUEUE"},
	{"polling", "POLLING"},
	{"clients", "CLIENTS"},
	{"lookups_in_flight", "LOOK-UPS"},
	{"questions_in_flight", "QUESTIONS"},
	{"results_delivered", "RESULTS"},
	{"queries_sent", "QUERIES"},
	{"packets_received", "RECEIVED"},
	{"packets_sent", "SENT"},
};

static const struct column upstream_columns[] = {
	{"server", "SERVER"},       {"health", "HEALTH"},     {"path", "PATH"},
	{"draining", "DRAINING"},   {"trusted", "TRUSTED"},   {"rate", "RATE"},
	{"in_flight", "IN FLIGHT"}, {"window", "WINDOW"},     {"srtt_us", "RTT us"},
	{"sent", "SENT"},           {"answered", "ANSWERED"}, {"timeouts", "TIMEOUTS"},
	{"failures", "FAILURES"},   {"unwanted", "UNWANTED"}, {"downgrades", "DOWNGRADES"},
};

static const struct column client_columns[] = {
	{"client", "CLIENT"},     {"name", "NAME"},           {"pid", "PID"},
	{"priority", "PRIORITY"}, {"detaching", "DETACHING"}, {"jobs", "JOBS"},
	{"results", "RESULTS"},
};

static const struct column method_columns[] = {
	{"name", "METHOD"},
	{"command", "COMMAND"},
	{"permission", "NEEDS"},
	{"help", "DOES"},
};

static void join_strings(const json_t *array, char *text, size_t size)
{
	size_t index, used = 0;
	json_t *string;
	snprintf(text, size, "-");
	json_array_foreach(array, index, string)
	{
		int length = snprintf(text + used, size - used, "%s%s", index > 0 ? "," : "",
				      json_string_value(string));
		used += length > 0 && (size_t)length < size - used ? (size_t)length : 0;
	}
}

// A value as one cell.
static void add_cell(struct table *table, const json_t *value)
{
	char text[128];
	if (json_is_integer(value)) {
		table_add_number(table, json_integer_value(value));
	} else if (json_is_boolean(value)) {
		table_add(table, json_is_true(value) ? "yes" : "no");
	} else if (json_is_string(value)) {
		table_add(table, json_string_value(value));
	} else if (json_is_array(value)) {
		join_strings(value, text, sizeof(text));
		table_add(table, text);
	} else {
		table_add(table, "-");
	}
}

static void show_array(const json_t *array, const struct column *columns, unsigned count,
		       const char *none, FILE *out)
{
	struct table table;
	size_t index;
	json_t *object;
	if (json_array_size(array) == 0) {
		fprintf(out, "%s\n", none);
		return;
	}
	table_init(&table, count);
	for (unsigned i = 0; i < count; i++) {
		table_add(&table, columns[i].heading);
	}
	json_array_foreach(array, index, object)
	{
		for (unsigned i = 0; i < count; i++) {
			add_cell(&table, json_object_get(object, columns[i].key));
		}
	}
	table_print(&table, "", out);
	table_fini(&table);
}

// Each member of an object as a line; objects within follow, indented, below their name.
static void show_members(const json_t *object, const char *indent, FILE *out)
{
	const char *key;
	json_t *value;
	struct table table;
	table_init(&table, 2);
	json_object_foreach((json_t *)(uintptr_t)object, key, value)
	{
		if (!json_is_object(value)) {
			table_add(&table, key);
			add_cell(&table, value);
		}
	}
	table_print(&table, indent, out);
	table_fini(&table);
	json_object_foreach((json_t *)(uintptr_t)object, key, value)
	{
		if (json_is_object(value)) {
			fprintf(out, "%s%s\n", indent, key);
			show_members(value, "    ", out);
		}
	}
}

// Rows are the counters of `names`, an object; columns the total and each worker. `within` is the member of total
// and workers that holds them, NULL for these themselves.
static void show_counter_rows(const json_t *result, const char *within, FILE *out)
{
	const json_t *workers = json_object_get(result, "workers");
	const json_t *total = json_object_get(result, "total");
	const json_t *names = within == NULL ? total : json_object_get(total, within);
	const char *key;
	json_t *value, *worker;
	size_t index;
	struct table table;
	char heading[32];
	table_init(&table, 2 + (unsigned)json_array_size(workers));
	table_add(&table, within == NULL ? "COUNTER" : "PACKETS RECEIVED");
	table_add(&table, "TOTAL");
	json_array_foreach(workers, index, worker)
	{
		snprintf(heading, sizeof(heading), "WORKER %zu", index);
		table_add(&table, heading);
	}
	json_object_foreach((json_t *)(uintptr_t)names, key, value)
	{
		if (!json_is_integer(value)) {
			continue;
		}
		table_add(&table, key);
		add_cell(&table, value);
		json_array_foreach(workers, index, worker)
		{
			add_cell(&table,
				 json_object_get(within == NULL ? worker
								: json_object_get(worker, within),
						 key));
		}
	}
	table_print(&table, "", out);
	table_fini(&table);
}

static void show_counters(const json_t *result, FILE *out)
{
	show_counter_rows(result, NULL, out);
	fputc('\n', out);
	show_counter_rows(result, "packets_by_reason", out);
}

static void show_workers(const json_t *result, FILE *out)
{
	show_array(json_object_get(result, "workers"), worker_columns,
		   PLX_ARRAY_SIZE(worker_columns), "no workers", out);
}

void show_upstreams(const json_t *result, FILE *out)
{
	show_array(json_object_get(result, "upstreams"), upstream_columns,
		   PLX_ARRAY_SIZE(upstream_columns),
		   "no upstreams; add one with: parallaxctl upstreams add 192.0.2.53", out);
}

static void show_clients(const json_t *result, FILE *out)
{
	show_array(json_object_get(result, "clients"), client_columns,
		   PLX_ARRAY_SIZE(client_columns), "no clients are attached", out);
}

static void show_methods(const json_t *result, FILE *out)
{
	show_array(json_object_get(result, "methods"), method_columns,
		   PLX_ARRAY_SIZE(method_columns), "no methods", out);
}

static void show_object(const json_t *result, FILE *out)
{
	show_members(result, "", out);
}

// Methods that are not listed are shown member by member.
static const struct {
	const char *method;
	void (*show)(const json_t *result, FILE *out);
} shows[] = {
	{"workers.list", show_workers}, {"upstreams.list", show_upstreams},
	{"clients.list", show_clients}, {"counters.get", show_counters},
	{"lookup.run", show_lookup},    {"caa.run", show_lookup},
	{"rpc.describe", show_methods},
};

void show_result(const char *method, const json_t *result, FILE *out)
{
	for (size_t i = 0; i < PLX_ARRAY_SIZE(shows); i++) {
		if (strcmp(shows[i].method, method) == 0) {
			shows[i].show(result, out);
			return;
		}
	}
	show_object(result, out);
}

bool result_is_success(const char *method, const json_t *result)
{
	if (strcmp(method, "lookup.run") != 0 && strcmp(method, "caa.run") != 0) {
		return true;
	}
	const char *status = json_string_value(json_object_get(result, "status"));
	return status != NULL &&
	       (strcmp(status, "NOERROR") == 0 || strcmp(status, "NXDOMAIN") == 0);
}
