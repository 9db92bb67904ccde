// SPDX-License-Identifier: BSD-3-Clause

#include "show.h"

#include <parallax/base/attributes.h>

#include "show_control.h"
#include "show_lookup.h"
#include "show_table.h"
#include "table.h"

#include <jansson.h>

#include <stdint.h>
#include <string.h>

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
		show_cell(&table, value);
		json_array_foreach(workers, index, worker)
		{
			show_cell(&table,
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
	if (json_object_get(result, "workers") == NULL) {
		show_members(result, "", out); // parallaxd has none
		return;
	}
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

static void show_ports(const json_t *result, FILE *out)
{
	size_t index;
	json_t *port;
	json_array_foreach(json_object_get(result, "ports"), index, port)
	{
		if (index > 0) {
			fputc('\n', out);
		}
		show_object(port, out); // what drivers count differs
	}
}

static void show_status(const json_t *result, FILE *out)
{
	if (!show_control_status(result, out)) {
		show_object(result, out);
	}
}

// Methods that are not listed are shown member by member.
static const struct {
	const char *method;
	void (*show)(const json_t *result, FILE *out);
} shows[] = {
	{"workers.list", show_workers},
	{"upstreams.list", show_upstreams},
	{"clients.list", show_clients},
	{"ports.get", show_ports},
	{"counters.get", show_counters},
	{"lookup.run", show_lookup},
	{"caa.run", show_lookup},
	{"rpc.describe", show_methods},
	{"status.get", show_status},
	{"order.run", show_order},
	{"order.get", show_order},
	{"mode.get", show_modes},
	{"mode.schedule", show_mode_schedule},
	{"perspectives.list", show_perspectives},
	{"perspectives.test", show_perspective_test},
	{"audit.show", show_audit_records},
	{"audit.report", show_audit_report},
	{"audit.evidence", show_audit_evidence},
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

static bool lookup_is_definitive(const json_t *result)
{
	const char *status = json_string_value(json_object_get(result, "status"));
	return status != NULL &&
	       (strcmp(status, "NOERROR") == 0 || strcmp(status, "NXDOMAIN") == 0);
}

static bool order_is_issued(const json_t *result)
{
	const char *decision = json_string_value(json_object_get(result, "decision"));
	return decision != NULL && strcmp(decision, "issue") == 0;
}

static bool log_is_intact(const json_t *result)
{
	return json_is_true(json_object_get(result, "intact")) &&
	       json_integer_value(json_object_get(result, "signatures_mismatched")) == 0 &&
	       json_integer_value(json_object_get(result, "evidence_altered")) == 0 &&
	       json_integer_value(json_object_get(result, "evidence_missing")) == 0;
}

static bool report_is_complete(const json_t *result)
{
	const json_t *totals = json_object_get(result, "totals");
	const json_t *missing = json_object_get(totals, "missing_count");
	return json_is_integer(missing) && json_integer_value(missing) == 0;
}

static bool perspective_answered(const json_t *result)
{
	return json_is_true(json_object_get(result, "answered"));
}

bool result_is_success(const char *method, const json_t *result)
{
	static const struct {
		const char *method;
		bool (*is_success)(const json_t *result);
	} rules[] = {
		{"lookup.run", lookup_is_definitive}, {"caa.run", lookup_is_definitive},
		{"order.run", order_is_issued},       {"audit.verify", log_is_intact},
		{"audit.report", report_is_complete}, {"perspectives.test", perspective_answered},
	};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(rules); i++) {
		if (strcmp(rules[i].method, method) == 0) {
			return rules[i].is_success(result);
		}
	}
	return true;
}
