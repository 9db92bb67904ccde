// SPDX-License-Identifier: BSD-3-Clause

#include "perform_session.h"

#include "lookup/lookup.h"
#include "own_network.h"

#include <event2/event.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

// A dataplane that is not there is told after this; one that stalls only long after the deadlines of the tests.
#define SESSION_GRACE_MS 100
#define SESSION_STALL_GRACE_MS 1000
#define SESSION_LOOKUP_MS 5000
#define REQUEST_TEXT_MAX 8192

static int64_t session_clock(void *context)
{
	return SESSION_NOW_US;
}

static void socket_create(struct perform_session *session)
{
	snprintf(session->directory, sizeof(session->directory), "/tmp/plx-perform-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(session->directory));
	snprintf(session->socket_path, sizeof(session->socket_path), "%s/dataplane",
		 session->directory);
}

void session_open(struct perform_session *session, const struct zone_row *zone,
		  enum session_dataplane dataplane)
{
	struct plx_name suffix;
	struct address_prefix loopback;
	int error = 0;
	memset(session, 0, sizeof(*session));
	zone_table_set(zone);
	session->base = event_base_new();
	socket_create(session);
	if (dataplane != SESSION_DATAPLANE_IS_GONE) {
		session->host = exchange_host_start(
			&(struct exchange_host_config) {.socket_path = session->socket_path,
							.worker_count = 1,
							.answer = zone_table_answer});
		CU_ASSERT_PTR_NOT_NULL_FATAL(session->host);
		exchange_host_stall(session->host, dataplane == SESSION_DATAPLANE_STALLS);
	}
	session->lookup = lookup_service_open(
		session->base,
		&(struct lookup_config) {.socket_path = session->socket_path,
					 .name = "perform test",
					 .grace_ms = dataplane == SESSION_DATAPLANE_STALLS
							     ? SESSION_STALL_GRACE_MS
							     : SESSION_GRACE_MS},
		&error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(session->lookup);
	CU_ASSERT_EQUAL_FATAL(plx_name_parse("test", 4, &suffix), 0);
	CU_ASSERT_EQUAL_FATAL(suffix_table_create(NULL, &suffix, 1, &session->suffixes), 0);
	CU_ASSERT_EQUAL_FATAL(address_prefix_parse("127.0.0.0/8", 11, &loopback),
			      ADDRESS_PREFIX_FAULT_NONE);
	CU_ASSERT_EQUAL_FATAL(address_allowance_add(&session->allowance, &loopback), 0);
	session->config = (struct check_runner_config) {
		.base = session->base,
		.lookup = {.service = session->lookup, .resolution = PLX_RESOLUTION_STUB},
		.suffixes = session->suffixes,
		.allowance = &session->allowance,
		.dcv_switches = {.challenge_characters_min = 19},
		.user_agent = "perform test",
		.probe_user_agent = "a browser",
		.lookup_timeout_ms = SESSION_LOOKUP_MS,
		.now_us = session_clock,
	};
}

void session_runner_open(struct perform_session *session)
{
	int error = 0;
	session->runner = check_runner_open(&session->config, &error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(session->runner);
}

void session_close(struct perform_session *session)
{
	check_result_fini(&session->result);
	check_runner_close(session->runner);
	lookup_service_close(session->lookup);
	if (session->host != NULL) {
		exchange_host_stall(session->host, false);
		exchange_host_stop(session->host);
	}
	suffix_table_destroy(session->suffixes);
	event_base_free(session->base);
	unlink(session->socket_path);
	rmdir(session->directory);
}

struct check_request *session_request(struct perform_session *session, const char *text)
{
	char quoted[REQUEST_TEXT_MAX];
	struct json_fault fault = {.text = ""};
	const struct identifier_rules rules = {.suffixes = session->suffixes,
					       .allowance = &session->allowance};
	snprintf(quoted, sizeof(quoted), "%s", text);
	for (char *quote = quoted; (quote = strchr(quote, '\'')) != NULL;) {
		*quote = '"';
	}
	json_t *value = json_loads(quoted, 0, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(value);
	struct check_request *request = check_request_read(value, &rules, &fault);
	json_decref(value);
	if (request == NULL) {
		fprintf(stderr, "%s: %s\n", fault.pointer, fault.text);
	}
	CU_ASSERT_PTR_NOT_NULL_FATAL(request);
	return request;
}

static void on_end(void *context, const struct check_result *result)
{
	struct perform_session *session = context;
	check_result_fini(&session->result);
	session->result = *result;
	json_incref(session->result.evidence);
	session->ended++;
	session->run = NULL;
}

void session_start(struct perform_session *session, const char *text, uint32_t deadline_ms)
{
	struct check_request *request = session_request(session, text);
	session->ended = 0;
	CU_ASSERT_EQUAL_FATAL(check_run_start(session->runner, request, deadline_ms, on_end,
					      session, &session->run),
			      0);
	CU_ASSERT_EQUAL(session->ended, 0);
}

static void on_alarm(evutil_socket_t fd, short what, void *context)
{
	*(bool *)context = true;
}

void session_turn(struct perform_session *session)
{
	event_base_loop(session->base, EVLOOP_ONCE);
}

// What travels must survive the way there and back.
static void result_travels(const struct check_result *result)
{
	struct check_result again = {.kind = CHECK_KIND_NONE};
	struct json_fault fault;
	json_t *value = check_result_write(result);
	CU_ASSERT_PTR_NOT_NULL_FATAL(value);
	char *text = json_dumps(value, JSON_COMPACT);
	json_t *loaded = json_loads(text, 0, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(loaded);
	CU_ASSERT_EQUAL(check_result_read(loaded, &again, &fault), 0);
	CU_ASSERT_EQUAL(again.outcome, result->outcome);
	CU_ASSERT_TRUE(json_equal(again.evidence, result->evidence));
	check_result_fini(&again);
	json_decref(loaded);
	json_decref(value);
	free(text);
}

void session_wait(struct perform_session *session)
{
	struct event *alarm_event = evtimer_new(session->base, on_alarm, &session->is_late);
	const struct timeval limit = {.tv_sec = PERFORM_DEADLINE_S};
	evtimer_add(alarm_event, &limit);
	while (session->ended == 0 && !session->is_late) {
		session_turn(session);
	}
	event_free(alarm_event);
	CU_ASSERT_FALSE_FATAL(session->is_late);
	CU_ASSERT_EQUAL(session->ended, 1);
	CU_ASSERT_EQUAL(session->result.time_us, SESSION_NOW_US);
	CU_ASSERT_NOT_EQUAL(session->result.outcome, CHECK_NOT_EVALUATED);
	result_travels(&session->result);
}

void session_check(struct perform_session *session, const char *request)
{
	session_start(session, request, 0);
	session_wait(session);
}

const char *session_told(struct perform_session *session)
{
	static char told[128];
	snprintf(told, sizeof(told), "%s %s", check_outcome_dcv_name(session->result.outcome),
		 session->result.reason);
	return told;
}

json_t *session_evidence(const struct perform_session *session, const char *path)
{
	char text[128];
	char *rest = text;
	json_t *value = session->result.evidence;
	snprintf(text, sizeof(text), "%s", path);
	for (char *name; value != NULL && (name = strsep(&rest, ".")) != NULL;) {
		value = json_is_array(value) ? json_array_get(value, strtoul(name, NULL, 10))
					     : json_object_get(value, name);
	}
	return value;
}

const char *session_evidence_text(const struct perform_session *session, const char *path)
{
	const char *text = json_string_value(session_evidence(session, path));
	return text == NULL ? "(none)" : text;
}

const char *request_dcv(const char *type, const char *value, const char *authorization_domain,
			const char *parameters)
{
	static char text[REQUEST_TEXT_MAX];
	char domain[300];
	const char *quote = authorization_domain == NULL ? "" : "'";
	snprintf(domain, sizeof(domain), "%s%s%s", quote,
		 authorization_domain == NULL ? "null" : authorization_domain, quote);
	snprintf(text, sizeof(text),
		 "{'check':'dcv','identifier':{'type':'%s','value':'%s'},"
		 "'authorization_domain':%s,'dcv':{%s},'profile':'tls',"
		 "'time':'2026-11-26T12:00:00.000000Z'}",
		 type, value, domain, parameters);
	return text;
}

const char *request_caa(const char *type, const char *value, const char *more)
{
	static char text[REQUEST_TEXT_MAX];
	snprintf(text, sizeof(text),
		 "{'check':'caa','identifier':{'type':'%s','value':'%s'},"
		 "'issuer_domains':['ca.test']%s,'profile':'tls',"
		 "'time':'2026-11-26T12:00:00.000000Z'}",
		 type, value, more);
	return text;
}

int perform_tests_run(const char *suite, const struct test_entry *tests, size_t count)
{
	const struct sigaction ignore = {.sa_handler = SIG_IGN};
	sigaction(SIGPIPE, &ignore, NULL);
	return own_network_enter() ? cunit_run(suite, tests, count) : TEST_SKIPPED;
}
