// SPDX-License-Identifier: BSD-3-Clause
// Which checks run: their start, their deadlines, and what ends when all of them end.

#include "perform/check_runner.h"

#include <parallax/format/result_format.h>

#include "http_challenge/tls_alpn_probe.h"
#include "lookup/lookup.h"
#include "perform/check_run.h"

#include <event2/event.h>
#include <jansson.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

// A step ends so long before the check does.
#define REPORT_MS 50
#define NS_PER_MS 1000000
#define NS_PER_US 1000
#define NS_PER_S 1000000000

static int64_t now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

uint32_t check_run_step_ms(const struct check_run *run, uint32_t limit_ms)
{
	int64_t left_ms = (run->deadline_ns - now_ns()) / NS_PER_MS - REPORT_MS;
	if (left_ms < 1) {
		return 1;
	}
	return left_ms < limit_ms ? (uint32_t)left_ms : limit_ms;
}

static void operations_cancel(struct check_run *run)
{
	lookup_cancel(run->lookup);
	fetch_cancel(run->fetch);
	tls_alpn_cancel(run->probe);
	run->lookup = NULL;
	run->fetch = NULL;
	run->probe = NULL;
}

static void run_free(struct check_run *run)
{
	operations_cancel(run);
	if (run->step != NULL) {
		event_free(run->step);
	}
	if (run->deadline != NULL) {
		event_free(run->deadline);
	}
	check_traces_fini(&run->traces);
	json_decref(run->dns);
	json_decref(run->http);
	json_decref(run->tls);
	check_result_fini(&run->result);
	free(run);
}

static void run_detach(struct check_run *run)
{
	LIST_REMOVE(run, entry);
	run->runner->stats.running--;
}

void check_run_cancel(struct check_run *run)
{
	if (run != NULL) {
		run->runner->stats.cancelled++;
		run_detach(run);
		check_request_free(run->request);
		run_free(run);
	}
}

static void evidence_collect(struct check_run *run)
{
	run->result.evidence = evidence_make(run->dns, run->http, run->tls);
	run->dns = NULL;
	run->http = NULL;
	run->tls = NULL;
	// A verdict that cannot be shown later is none (BR 5.4.1).
	if (run->result.evidence == NULL || run->is_evidence_lost) {
		check_result_set_error(&run->result, run->request->kind,
				       check_fault_name(CHECK_FAULT_NO_MEMORY),
				       check_fault_text(CHECK_FAULT_NO_MEMORY));
	}
}

static void run_finish(struct check_run *run)
{
	struct check_runner *runner = run->runner;
	struct check_result *result = &run->result;
	run_detach(run);
	result->dnssec = dnssec_worst_state(&run->dnssec);
	evidence_collect(run);
	if (result->outcome != CHECK_PASS) {
		result->corroboration[0] = '\0';
		result->usable_until_s = 0;
	}
	result->time_us = runner->config.now_us(runner->config.clock_context);
	int64_t duration_us = (now_ns() - run->start_ns) / NS_PER_US;
	result->duration_us = duration_us > UINT32_MAX ? UINT32_MAX : (uint32_t)duration_us;
	uint64_t *counters = result->kind == CHECK_KIND_CAA ? runner->stats.caa : runner->stats.dcv;
	counters[result->outcome]++;
	check_request_free(run->request);
	run->callback(run->context, result);
	run_free(run);
}

// What does not pass needs no evidence to stay what it is.
void check_run_stored(struct check_run *run)
{
	struct check_result *result = &run->result;
	if (run->traces.is_lost && result->outcome == CHECK_PASS) {
		result->outcome = CHECK_ERROR;
		(void)snprintf(result->reason, sizeof(result->reason), "%s",
			       check_fault_name(CHECK_FAULT_EVIDENCE_UNSTORED));
		check_run_set_message(run, "%s: %s",
				      check_fault_text(CHECK_FAULT_EVIDENCE_UNSTORED),
				      run->traces.fault);
	}
	check_traces_fini(&run->traces);
	run_finish(run);
}

// A disk that hangs has no claim on the time of an order.
static void store_deadline_arm(struct check_run *run)
{
	uint32_t left_ms = check_run_step_ms(run, CHECK_RUN_DEADLINE_MS_MAX) + CHECK_STORE_MS;
	const struct timeval due = {.tv_sec = left_ms / 1000, .tv_usec = (left_ms % 1000) * 1000};
	evtimer_add(run->deadline, &due);
}

void check_run_end(struct check_run *run, enum check_outcome outcome, const char *reason)
{
	struct check_result *result = &run->result;
	operations_cancel(run);
	result->kind = run->request->kind;
	// A verdict that nobody reached is no verdict.
	result->outcome = outcome == CHECK_NOT_EVALUATED ? CHECK_ERROR : outcome;
	(void)snprintf(result->reason, sizeof(result->reason), "%s", reason);
	run->is_storing = check_traces_store(run);
	if (run->is_storing) {
		store_deadline_arm(run);
	} else {
		check_run_stored(run);
	}
}

static void on_deadline(evutil_socket_t fd, short what, void *context)
{
	struct check_run *run = context;
	const char *open_step = run->fetch != NULL    ? "while the web server was asked"
				: run->probe != NULL  ? "while the TLS server was asked"
				: run->lookup != NULL ? "while the DNS was asked"
						      : "before anything was asked";
	if (run->is_storing) {
		run->traces.is_lost = true;
		(void)snprintf(run->traces.fault, sizeof(run->traces.fault),
			       "the disk did not take it in time");
		check_run_stored(run);
		return;
	}
	check_run_fail(run, CHECK_FAULT_DEADLINE, open_step);
}

static void on_step(evutil_socket_t fd, short what, void *context)
{
	struct check_run *run = context;
	if (run->request->kind == CHECK_KIND_CAA) {
		caa_check_begin(run);
	} else {
		dcv_check_begin(run);
	}
}

static int events_make(struct check_run *run, uint32_t deadline_ms)
{
	struct event_base *base = run->runner->config.base;
	const struct timeval due = {.tv_sec = deadline_ms / 1000,
				    .tv_usec = (deadline_ms % 1000) * 1000};
	run->step = evtimer_new(base, on_step, run);
	run->deadline = evtimer_new(base, on_deadline, run);
	return run->step == NULL || run->deadline == NULL || evtimer_add(run->deadline, &due) != 0
		       ? -ENOMEM
		       : 0;
}

int check_run_start(struct check_runner *runner, struct check_request *request,
		    uint32_t deadline_ms, check_run_cb callback, void *context,
		    struct check_run **ret_run)
{
	uint32_t limit_ms = deadline_ms == 0 ? CHECK_RUN_DEADLINE_MS_DEFAULT : deadline_ms;
	if (limit_ms > CHECK_RUN_DEADLINE_MS_MAX || request->kind == CHECK_KIND_NONE) {
		return -EINVAL;
	}
	if (runner->stats.running >= runner->config.running_max) {
		runner->stats.refused++;
		return -EAGAIN;
	}
	struct check_run *run = calloc(1, sizeof(*run));
	if (run == NULL) {
		return -ENOMEM;
	}
	run->runner = runner;
	run->callback = callback;
	run->context = context;
	run->start_ns = now_ns();
	run->deadline_ns = run->start_ns + (int64_t)limit_ms * NS_PER_MS;
	run->dns = json_array();
	if (run->dns == NULL || events_make(run, limit_ms) != 0) {
		run_free(run);
		return -ENOMEM;
	}
	run->request = request;
	LIST_INSERT_HEAD(&runner->running, run, entry);
	runner->stats.running++;
	runner->stats.started++;
	event_active(run->step, EV_TIMEOUT, 0);
	*ret_run = run;
	return 0;
}

static int config_check(const struct check_runner_config *config)
{
	bool is_whole = config->base != NULL && config->lookup.service != NULL &&
			(unsigned)config->lookup.resolution < PLX_RESOLUTION_COUNT &&
			config->suffixes != NULL && config->now_us != NULL;
	bool is_within = config->running_max <= CHECK_RUNNING_MAX &&
			 config->lookup_timeout_ms <= PLX_JOB_TIMEOUT_MS_MAX &&
			 config->lookup_attempts <= PLX_JOB_ATTEMPTS_MAX &&
			 config->connect_ms <= FETCH_DEADLINE_MS_MAX;
	return is_whole && is_within ? 0 : -EINVAL;
}

static int services_open(struct check_runner *runner)
{
	runner->rules = (struct connection_rules) {.allowance = runner->config.allowance,
						   .switches = &runner->config.dcv_switches};
	const struct fetch_rules rules = connection_rules_of(&runner->rules);
	const struct host_resolver resolver = host_resolver_of(&runner->config.lookup);
	runner->fetches = fetch_service_open(
		runner->config.base, &(struct fetch_config) {.resolver = resolver, .rules = rules});
	runner->probes = tls_alpn_service_open(
		runner->config.base,
		&(struct tls_alpn_config) {.resolver = resolver, .rules = rules});
	runner->formatter = plx_formatter_create(PLX_FORMAT_JSONL);
	return runner->fetches == NULL || runner->probes == NULL || runner->formatter == NULL
		       ? -ENOMEM
		       : 0;
}

struct check_runner *check_runner_open(const struct check_runner_config *config, int *ret_error)
{
	int error = config_check(config);
	struct check_runner *runner = error == 0 ? calloc(1, sizeof(*runner)) : NULL;
	if (runner == NULL) {
		*ret_error = error == 0 ? -ENOMEM : error;
		return NULL;
	}
	runner->config = *config;
	if (runner->config.running_max == 0) {
		runner->config.running_max = CHECK_RUNNING_MAX;
	}
	if (runner->config.lookup_timeout_ms == 0) {
		runner->config.lookup_timeout_ms = PLX_JOB_TIMEOUT_MS_DEFAULT;
	}
	LIST_INIT(&runner->running);
	error = services_open(runner);
	if (error != 0) {
		check_runner_close(runner);
		*ret_error = error;
		return NULL;
	}
	return runner;
}

void check_runner_close(struct check_runner *runner)
{
	if (runner == NULL) {
		return;
	}
	struct check_run *run;
	while ((run = LIST_FIRST(&runner->running)) != NULL) {
		check_run_cancel(run);
	}
	fetch_service_close(runner->fetches);
	tls_alpn_service_close(runner->probes);
	plx_formatter_destroy(runner->formatter);
	free(runner);
}

void check_runner_stats(const struct check_runner *runner, struct check_runner_stats *ret_stats)
{
	*ret_stats = runner->stats;
}

void check_runner_set_traces(struct check_runner *runner, struct trace_store *traces)
{
	runner->config.traces = traces;
}
