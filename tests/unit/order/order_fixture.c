// SPDX-License-Identifier: BSD-3-Clause

#include "order_fixture.h"

#include "check/check_result.h"

#include <event2/event.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct pending_answer {
	struct scripted_perspective *perspective;
	json_t *check;
	order_answer_cb on_answer;
	void *context;
	unsigned number; // how often this was asked before
	TAILQ_ENTRY(pending_answer) link;
};

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

static char script_of(const struct pending_answer *answer, bool is_caa)
{
	if (json_object_get(answer->check, "probe") != NULL) {
		return answer->perspective->probe[0];
	}
	const char *script = is_caa ? answer->perspective->caa : answer->perspective->dcv;
	size_t last = strlen(script) - 1;
	return script[answer->number < last ? answer->number : last];
}

static enum check_outcome outcome_of(char script)
{
	switch (script) {
	case SCRIPT_FAIL:
		return CHECK_FAIL;
	case SCRIPT_ERROR:
		return CHECK_ERROR;
	default:
		return CHECK_PASS;
	}
}

static const char *name_of(const json_t *check)
{
	return json_string_value(json_object_get(json_object_get(check, "identifier"), "value"));
}

static json_t *make_result(const struct pending_answer *answer, char script, bool is_caa)
{
	struct check_result result = {.kind = is_caa ? CHECK_KIND_CAA : CHECK_KIND_DCV,
				      .outcome = outcome_of(script),
				      .dnssec = PLX_DNSSEC_SECURE,
				      .time_us = INT64_C(1795435200123456),
				      .duration_us = 12000};
	if (script == SCRIPT_SWAPPED) {
		result.kind = is_caa ? CHECK_KIND_DCV : CHECK_KIND_CAA;
	}
	bool passed = result.outcome == CHECK_PASS;
	snprintf(result.reason, sizeof(result.reason), "%s", passed ? "matched" : "no-match");
	snprintf(result.message, sizeof(result.message), "as scripted");
	if (!is_caa && passed && script != SCRIPT_NOTHING) {
		snprintf(result.corroboration, sizeof(result.corroboration), "%s",
			 script == SCRIPT_OTHER    ? "another value"
			 : script == SCRIPT_FOLDED ? "The Value"
						   : "the value");
	}
	if (is_caa && passed) {
		result.usable_until_s = FIXTURE_NOW_S + 8 * 3600;
	}
	// What was looked at: the row of a name must tell of that name.
	result.evidence = json_pack("{s:[{s:s}]}", "dns", "name", name_of(answer->check));
	json_t *value = check_result_write(&result);
	check_result_fini(&result);
	return value;
}

static void answer_once(struct pending_answer *pending, char script, bool is_caa)
{
	struct order_perspective_answer answer = {.latency_ms = 7};
	json_t *value = NULL;
	json_t *envelope = NULL;
	if (script == SCRIPT_LOST) {
		answer.cause = "disconnected";
		answer.detail = "the connection broke";
	} else if (script == SCRIPT_GARBAGE) {
		value = json_pack("{s:s}", "check", "dcv");
		answer.result = value;
	} else if (script == SCRIPT_CUT) {
		char name[2 * 100 + 1] = "";
		for (size_t i = 0; i + 2 < sizeof(name); i += 2) {
			memcpy(name + i, "\xc3\xa9", 3);
		}
		value = json_pack("{s:s}", name, "dcv");
		answer.result = value;
	} else {
		value = make_result(pending, script, is_caa);
		answer.result = value;
	}
	if (script == SCRIPT_SIGNED) {
		envelope = order_fixture_sign(pending->perspective->name, value);
		answer.envelope = envelope;
	}
	pending->on_answer(pending->context, &answer);
	json_decref(value);
	json_decref(envelope);
}

static void free_pending(struct pending_answer *pending)
{
	pending->perspective->open_count--;
	json_decref(pending->check);
	free(pending);
}

static bool is_silent(const struct pending_answer *pending)
{
	bool is_caa =
		strcmp(json_string_value(json_object_get(pending->check, "check")), "caa") == 0;
	return script_of(pending, is_caa) == SCRIPT_SILENT;
}

static void give_answer(struct pending_answer *pending)
{
	bool is_caa =
		strcmp(json_string_value(json_object_get(pending->check, "check")), "caa") == 0;
	char script = script_of(pending, is_caa);
	if (script == SCRIPT_TWICE) {
		answer_once(pending, SCRIPT_PASS, is_caa);
		script = SCRIPT_FAIL;
	}
	answer_once(pending, script, is_caa);
}

static void on_answer_time(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	struct order_fixture *fixture = context;
	if (fixture->is_holding) {
		return;
	}
	struct pending_answer *pending = TAILQ_FIRST(&fixture->pending);
	while (pending != NULL) {
		struct pending_answer *next = TAILQ_NEXT(pending, link);
		if (!is_silent(pending)) {
			TAILQ_REMOVE(&fixture->pending, pending, link);
			give_answer(pending);
			free_pending(pending);
			// An answer may have cancelled the next one.
			next = TAILQ_FIRST(&fixture->pending);
		}
		pending = next;
	}
}

static void arm_answers(struct order_fixture *fixture)
{
	struct timeval soon = {.tv_usec = 100};
	if (!fixture->is_holding && !evtimer_pending(fixture->answer_timer, NULL)) {
		evtimer_add(fixture->answer_timer, &soon);
	}
}

static unsigned note_asked(struct scripted_perspective *perspective, const json_t *check)
{
	char key[320];
	snprintf(key, sizeof(key), "%s %s", json_string_value(json_object_get(check, "check")),
		 name_of(check));
	json_int_t before = json_integer_value(json_object_get(perspective->asked, key));
	json_object_set_new(perspective->asked, key, json_integer(before + 1));
	return (unsigned)before;
}

static int scripted_ask(void *context, json_t *check, unsigned deadline_ms,
			order_answer_cb on_answer, void *answer_context, void **ret_handle)
{
	struct scripted_perspective *perspective = context;
	struct order_fixture *fixture = perspective->fixture;
	CU_ASSERT(deadline_ms > 0);
	if (perspective->room > 0 && perspective->open_count >= perspective->room) {
		perspective->refused_count++;
		return -EAGAIN;
	}
	bool is_caa = strcmp(json_string_value(json_object_get(check, "check")), "caa") == 0;
	bool is_probe = json_object_get(check, "probe") != NULL;
	const char *script = is_probe ? perspective->probe
			     : is_caa ? perspective->caa
				      : perspective->dcv;
	if (script[0] == SCRIPT_REFUSES) {
		return -ESHUTDOWN;
	}
	struct pending_answer *pending = calloc(1, sizeof(*pending));
	*pending = (struct pending_answer) {.perspective = perspective,
					    .check = json_incref(check),
					    .on_answer = on_answer,
					    .context = answer_context,
					    .number = note_asked(perspective, check)};
	perspective->asked_count++;
	perspective->open_count++;
	if (perspective->open_count > perspective->open_max) {
		perspective->open_max = perspective->open_count;
	}
	TAILQ_INSERT_TAIL(&fixture->pending, pending, link);
	arm_answers(fixture);
	*ret_handle = pending;
	return 0;
}

static void scripted_cancel(void *context, void *handle)
{
	struct scripted_perspective *perspective = context;
	struct pending_answer *pending = handle;
	perspective->cancelled_count++;
	TAILQ_REMOVE(&perspective->fixture->pending, pending, link);
	free_pending(pending);
}

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
		.ask = scripted_ask,
		.cancel = scripted_cancel,
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
	fixture->answer_timer = evtimer_new(fixture->audit.base, on_answer_time, fixture);
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
	arm_answers(fixture);
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

json_t *order_fixture_pending_checks(const struct order_fixture *fixture)
{
	json_t *checks = json_array();
	struct pending_answer *pending;
	TAILQ_FOREACH(pending, &fixture->pending, link)
	{
		json_array_append(checks, pending->check);
	}
	return checks;
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
