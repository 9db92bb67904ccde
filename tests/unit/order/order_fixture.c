// SPDX-License-Identifier: BSD-3-Clause

#include "order_fixture.h"
#include "order_fixture_script.h"

#include <event2/event.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct {
	const char *name;
	enum region region;
	struct coordinates place;
} places[FIXTURE_SEATS] = {
	{"ams", REGION_RIPE_NCC, {52.37, 4.90}},  {"mad", REGION_RIPE_NCC, {40.42, -3.70}},
	{"iad", REGION_ARIN, {38.95, -77.45}},    {"sin", REGION_APNIC, {1.35, 103.99}},
	{"gru", REGION_LACNIC, {-23.43, -46.47}}, {"jnb", REGION_AFRINIC, {-26.13, 28.24}},
	{"sjc", REGION_ARIN, {37.36, -121.93}},
};

static int64_t fixture_wall_us(void *context)
{
	struct order_fixture *fixture = context;
	return fixture->wall_us;
}

static int64_t real_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t fixture_monotonic_ms(void *context)
{
	struct order_fixture *fixture = context;
	return real_ms() + fixture->skew_ms;
}

static struct order_clock fixture_clock(void *context)
{
	struct order_fixture *fixture = context;
	if (fixture->step_at_question > 0 && --fixture->step_at_question == 0) {
		fixture->clock.is_believed = false;
		fixture->clock.steps++;
	}
	return fixture->clock;
}

static struct mode_effective fixture_mode(void *context, enum profile profile, int64_t now_s)
{
	struct order_fixture *fixture = context;
	return (struct mode_effective) {
		.mode = fixture->mode,
		.is_compliant = !mode_is_weaker(fixture->mode, mode_demanded(profile, now_s))};
}

static json_t *fixture_diagnose(void *context, const struct order_findings *findings)
{
	struct order_fixture *fixture = context;
	fixture->diagnosed_count++;
	fixture->told_count = findings->probe_count;
	memcpy(fixture->told, findings->probes, sizeof(fixture->told));
	CU_ASSERT(findings->counts[CHECK_SET_DCV] > 0);
	for (int set = 0; set < CHECK_SET_COUNT; set++) {
		for (size_t i = 0; i < findings->counts[set]; i++) {
			CU_ASSERT_PTR_NOT_NULL(findings->sets[set][i].result);
			CU_ASSERT_PTR_NOT_NULL(findings->sets[set][i].perspective);
		}
	}
	return json_pack("[{s:s, s:s}]", "code", "dns-differs-by-location", "name",
			 findings->identifier);
}

static size_t fixture_probes_wanted(void *context, const struct order_findings *findings,
				    struct order_probe_wish wishes[static ORDER_PROBES_MAX])
{
	struct order_fixture *fixture = context;
	CU_ASSERT(findings->counts[CHECK_SET_DCV] > 0);
	CU_ASSERT_EQUAL(findings->probe_count, 0);
	memcpy(wishes, fixture->wishes, sizeof(fixture->wishes));
	return fixture->wish_count;
}

static struct order_perspective seat_of(struct scripted_perspective *perspective, unsigned seat)
{
	perspective->resolver = (struct perspective_resolver) {.id = places[seat].name,
							       .region = places[seat].region,
							       .place = places[seat].place};
	return (struct order_perspective) {
		.facts = {.name = perspective->name,
			  .code = perspective->name,
			  .region = places[seat].region,
			  .place = places[seat].place,
			  .resolvers = &perspective->resolver,
			  .resolver_count = 1},
		.context = perspective,
		.ask = order_script_ask,
		.cancel = order_script_cancel,
	};
}

struct order_panel *order_fixture_panel(struct order_fixture *fixture, unsigned remote_count)
{
	struct order_perspective seats[FIXTURE_SEATS];
	for (unsigned seat = 0; seat <= remote_count; seat++) {
		seats[seat] = seat_of(&fixture->perspectives[seat], seat);
	}
	struct order_panel_config config = {
		.primary = seats[0], .remotes = &seats[1], .remote_count = remote_count};
	struct order_panel *panel = order_panel_create(&config);
	CU_ASSERT_PTR_NOT_NULL_FATAL(panel);
	return panel;
}

void order_fixture_init(struct order_fixture *fixture, unsigned remote_count)
{
	static const uint8_t key[PLX_RANDOM_KEY_BYTES] = {7};
	struct plx_name name;
	*fixture = (struct order_fixture) {
		.limits = {.orders = 4000,
			   .checks = 60000,
			   .identifiers_at_a_time = 32,
			   .check_timeout_ms = 20000,
			   .order_timeout_ms = 60000,
			   .probes = 100,
			   .probe_wait_ms = 20000,
			   .finished_count = 5000,
			   .finished_bytes = 64 << 20,
			   .finished_age_ms = 600000},
		.remote_count = remote_count,
		.wall_us = FIXTURE_NOW_S * INT64_C(1000000),
		.mode = MODE_ENFORCE,
		.clock = {.is_believed = true},
	};
	fixture_init(&fixture->audit);
	plx_random_init_fixed(&fixture->random, key);
	CU_ASSERT_EQUAL_FATAL(plx_name_parse("test", 4, &name), 0);
	CU_ASSERT_EQUAL_FATAL(suffix_table_create(NULL, &name, 1, &fixture->suffixes), 0);
	TAILQ_INIT(&fixture->pending);
	fixture->answer_timer = evtimer_new(fixture->audit.base, order_script_on_time, fixture);
	for (unsigned seat = 0; seat < FIXTURE_SEATS; seat++) {
		struct scripted_perspective *perspective = &fixture->perspectives[seat];
		*perspective = (struct scripted_perspective) {
			.fixture = fixture, .seat = seat, .dcv = "P", .caa = "P", .probe = "P"};
		perspective->asked = json_object();
		snprintf(perspective->name, sizeof(perspective->name), "%s-1", places[seat].name);
	}
}

void order_fixture_open(struct order_fixture *fixture)
{
	fixture_open(&fixture->audit);
	fixture->panel = order_fixture_panel(fixture, fixture->remote_count);
	struct order_services services = {
		.base = fixture->audit.base,
		.random = &fixture->random,
		.audit = fixture->audit.log,
		.context = fixture,
		.wall_us = fixture_wall_us,
		.monotonic_ms = fixture_monotonic_ms,
		.mode = fixture_mode,
		.clock = fixture_clock,
		.diagnose = fixture_diagnose,
		.probes_wanted = fixture_probes_wanted,
	};
	fixture->table = order_table_create(&services, &fixture->limits, fixture->panel);
	CU_ASSERT_PTR_NOT_NULL_FATAL(fixture->table);
}

void order_fixture_fini(struct order_fixture *fixture)
{
	fixture_close(&fixture->audit);
	order_table_destroy(fixture->table);
	order_panel_release(fixture->panel);
	CU_ASSERT(TAILQ_EMPTY(&fixture->pending)); // all was answered or cancelled
	event_free(fixture->answer_timer);
	for (unsigned seat = 0; seat < FIXTURE_SEATS; seat++) {
		json_decref(fixture->perspectives[seat].asked);
	}
	json_decref(fixture->answer);
	suffix_table_destroy(fixture->suffixes);
	fixture_fini(&fixture->audit);
}

struct order_request_rules order_fixture_rules(struct order_fixture *fixture)
{
	static const char *const issuers[] = {"ca.test", "ca2.test"};
	return (struct order_request_rules) {
		.identifiers = {.suffixes = fixture->suffixes, .now_s = fixture->wall_us / 1000000},
		.scope = fixture->scope,
		.identifiers_max = ORDER_IDENTIFIERS_MAX,
		.issuer_domains = issuers,
		.issuer_domain_count = PLX_ARRAY_SIZE(issuers),
	};
}

struct order_request *order_fixture_read(struct order_fixture *fixture, const char *text)
{
	struct order_request_rules rules = order_fixture_rules(fixture);
	struct json_fault fault = {.text = ""};
	int error = 0;
	json_t *value = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(value);
	struct order_request *request = order_request_read(value, &rules, &error, &fault);
	json_decref(value);
	if (request == NULL) {
		printf("%s: %s\n", fault.pointer, fault.text);
	}
	CU_ASSERT_PTR_NOT_NULL_FATAL(request);
	if (fixture->is_for_readiness) {
		order_request_make_readiness(request);
	}
	return request;
}

static void on_end(void *context, const struct order_end *end)
{
	struct order_fixture *fixture = context;
	fixture->ended_count++;
	fixture->ending_counts[end->ending]++;
	json_decref(fixture->answer);
	fixture->answer = NULL;
	CU_ASSERT(order_id_is_valid(end->id));
	CU_ASSERT_EQUAL(end->answer != NULL, end->ending == ORDER_DECIDED);
	if (end->answer != NULL) {
		CU_ASSERT_EQUAL(strlen(end->answer), end->answer_length);
		fixture->answer = json_loads(end->answer, JSON_REJECT_DUPLICATES, NULL);
		CU_ASSERT_PTR_NOT_NULL(fixture->answer);
	}
	fixture->last = *end;
}

static enum order_admission start(struct order_fixture *fixture, const char *text,
				  struct order **ret_order)
{
	struct order_request *request = order_fixture_read(fixture, text);
	enum order_admission admission =
		order_table_start(fixture->table, request, "ca-system", on_end, fixture, ret_order);
	if (admission != ORDER_ADMITTED) {
		order_request_free(request);
	}
	return admission;
}

struct order *order_fixture_start(struct order_fixture *fixture, const char *text)
{
	struct order *order = NULL;
	CU_ASSERT_EQUAL_FATAL(start(fixture, text, &order), ORDER_ADMITTED);
	return order;
}

enum order_admission order_fixture_try(struct order_fixture *fixture, const char *text)
{
	struct order *order;
	return start(fixture, text, &order);
}

void order_fixture_hold(struct order_fixture *fixture, bool is_holding)
{
	fixture->is_holding = is_holding;
	order_script_arm(fixture);
}

void order_fixture_turn(struct order_fixture *fixture)
{
	struct timeval limit = {.tv_usec = 20000};
	event_base_loopexit(fixture->audit.base, &limit);
	event_base_loop(fixture->audit.base, EVLOOP_ONCE);
}

bool order_fixture_wait(struct order_fixture *fixture, unsigned ended_count)
{
	int64_t end_ms = real_ms() + FIXTURE_DEADLINE_S * 1000;
	while (fixture->ended_count < ended_count && real_ms() < end_ms) {
		order_fixture_turn(fixture);
	}
	return fixture->ended_count >= ended_count;
}

bool order_fixture_wait_idle(struct order_fixture *fixture)
{
	int64_t end_ms = real_ms() + FIXTURE_DEADLINE_S * 1000;
	struct order_statistics statistics;
	order_table_statistics(fixture->table, &statistics);
	while (statistics.orders_in_flight > 0 && real_ms() < end_ms) {
		order_fixture_turn(fixture);
		order_table_statistics(fixture->table, &statistics);
	}
	return statistics.orders_in_flight == 0;
}

bool order_fixture_wait_pending(struct order_fixture *fixture, unsigned count)
{
	int64_t end_ms = real_ms() + FIXTURE_DEADLINE_S * 1000;
	unsigned open = 0;
	do {
		order_fixture_turn(fixture);
		open = 0;
		for (unsigned seat = 0; seat < FIXTURE_SEATS; seat++) {
			open += fixture->perspectives[seat].open_count;
		}
	} while (open < count && real_ms() < end_ms);
	return open >= count;
}

const json_t *answer_get(const json_t *answer, const char *path)
{
	char copy[256];
	snprintf(copy, sizeof(copy), "%s", path);
	char *rest = copy;
	for (char *step; (step = strsep(&rest, "/")) != NULL && answer != NULL;) {
		answer = json_is_array(answer) ? json_array_get(answer, strtoul(step, NULL, 10))
					       : json_object_get(answer, step);
	}
	return answer;
}

const char *answer_text(const json_t *answer, const char *path)
{
	const char *text = json_string_value(answer_get(answer, path));
	return text != NULL ? text : "";
}

struct order_statistics order_fixture_statistics(const struct order_fixture *fixture)
{
	struct order_statistics statistics;
	order_table_statistics(fixture->table, &statistics);
	return statistics;
}
