// SPDX-License-Identifier: BSD-3-Clause

#include "watch_screen.h"

#include <parallax/base/attributes.h>

#include "show.h"
#include "show_control.h"
#include "table.h"

#include <jansson.h>

#include <string.h>

#define NS_PER_S 1000000000.0

struct rate {
	const char *key;
	const char *label;
};

// Of the member `traffic` of the dataplane's status.
static const struct rate traffic_rates[] = {
	{"results_delivered", "results"}, {"queries_sent", "queries"},
	{"queries_retried", "retries"},   {"query_timeouts", "timeouts"},
	{"tcp_queries", "TCP queries"},   {"packets_received", "packets in"},
	{"packets_sent", "packets out"},
};

// Of the member `orders` of parallaxd's status.
static const struct rate order_rates[] = {
	{"issued", "orders issued"},
	{"refused", "orders refused"},
	{"would_refuse", "would be refused"}, // of those issued, under enforcement
	{"turned_away", "turned away"},
	{"abandoned", "abandoned"},
	{"failed", "failed"},
	{"identifiers", "identifiers"},
	{"checks", "checks"},
	{"check_errors", "check errors"},
};

_Static_assert(PLX_ARRAY_SIZE(traffic_rates) <= WATCH_RATES_MAX, "each rate has its place");
_Static_assert(PLX_ARRAY_SIZE(order_rates) <= WATCH_RATES_MAX, "each rate has its place");

static const char *member_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	return text != NULL ? text : "-";
}

static long long member_number(const json_t *object, const char *key)
{
	return (long long)json_integer_value(json_object_get(object, key));
}

static void show_rates(struct watch_rates *rates, const struct rate *from, size_t count,
		       const json_t *counters, FILE *out)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	double elapsed = (double)(now.tv_sec - rates->before_time.tv_sec) +
			 (double)(now.tv_nsec - rates->before_time.tv_nsec) / NS_PER_S;
	struct table table;
	table_init(&table, 3);
	table_add(&table, "");
	table_add(&table, "PER SECOND");
	table_add(&table, "TOTAL");
	for (size_t i = 0; i < count; i++) {
		long long total = member_number(counters, from[i].key);
		table_add(&table, from[i].label);
		if (rates->has_before && elapsed > 0) {
			table_add_number(&table,
					 (long long)((double)(total - rates->before[i]) / elapsed));
		} else {
			table_add(&table, "-");
		}
		table_add_number(&table, total);
		rates->before[i] = total;
	}
	table_print(&table, "  ", out);
	table_fini(&table);
	rates->before_time = now;
	rates->has_before = true;
}

bool watch_is_control(const json_t *status)
{
	return strcmp(member_text(status, "program"), "parallaxd") == 0;
}

void watch_show_dataplane(struct watch_rates *rates, const json_t *status, const json_t *upstreams,
			  FILE *out)
{
	const json_t *port = json_object_get(status, "port");
	const json_t *traffic = json_object_get(status, "traffic");
	fprintf(out, "parallax-dataplane %s  %s  %s\n", member_text(status, "version"),
		member_text(status, "state"), member_text(status, "time"));
	fprintf(out, "%s port %s, %lld workers%s, %lld clients, up %lld s%s\n\n",
		member_text(port, "mode"), member_text(port, "device"),
		member_number(status, "workers"),
		json_is_true(json_object_get(status, "poll_mode")) ? " (poll mode)" : "",
		member_number(status, "clients"), member_number(status, "uptime_s"),
		json_is_true(json_object_get(status, "capture")) ? ", capturing" : "");
	fprintf(out, "look-ups in flight %lld, questions %lld, spoofing suspected %lld times\n\n",
		member_number(traffic, "lookups_in_flight"),
		member_number(traffic, "questions_in_flight"),
		member_number(traffic, "spoof_suspects"));
	show_rates(rates, traffic_rates, PLX_ARRAY_SIZE(traffic_rates), traffic, out);
	fputc('\n', out);
	show_upstreams(upstreams, out);
}

// What must be there for any order to be decided; capitals where it is not.
static void show_needs(const json_t *status, FILE *out)
{
	const json_t *dataplane = json_object_get(status, "dataplane");
	const json_t *audit = json_object_get(status, "audit");
	const json_t *clock = json_object_get(status, "clock");
	fprintf(out, "dataplane %s, look-ups in flight %lld",
		json_is_true(json_object_get(dataplane, "attached")) ? "attached" : "NOT ATTACHED",
		member_number(dataplane, "lookups_in_flight"));
	if (json_is_object(audit)) {
		fprintf(out, "; audit log %s, record %lld",
			json_is_true(json_object_get(audit, "writable")) ? "writable"
									 : "NOT WRITABLE",
			member_number(audit, "sequence"));
	}
	if (json_is_object(clock)) {
		fprintf(out, "; clock %s, decisions %s", member_text(clock, "state"),
			member_text(clock, "decisions"));
	}
	fputc('\n', out);
}

void watch_show_control(struct watch_rates *rates, const json_t *status, const json_t *perspectives,
			FILE *out)
{
	const json_t *orders = json_object_get(status, "orders");
	fprintf(out, "parallaxd %s  %s  %s\n", member_text(status, "version"),
		member_text(status, "state"), member_text(status, "time"));
	fprintf(out, "%s %s (%s), up %lld s\n", member_text(status, "role"),
		member_text(status, "perspective"), member_text(status, "rir"),
		member_number(status, "uptime_s"));
	show_needs(status, out);
	if (json_is_object(orders)) { // a primary's
		fprintf(out, "\norders in flight %lld, checks %lld, probes %lld\n\n",
			member_number(orders, "in_flight"),
			member_number(orders, "checks_in_flight"),
			member_number(orders, "probes_in_flight"));
		show_rates(rates, order_rates, PLX_ARRAY_SIZE(order_rates), orders, out);
		fputc('\n', out);
		show_modes(status, out);
	}
	fputc('\n', out);
	show_perspectives(perspectives, out);
}
