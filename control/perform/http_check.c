// SPDX-License-Identifier: BSD-3-Clause
// Website change (BR 3.2.2.4.18, 3.2.2.5.1) and ACME http-01 (RFC 8555 8.3, BR 3.2.2.4.19, 3.2.2.5.6).

#include "perform/address_evidence.h"
#include "perform/check_run.h"
#include "perform/http_evidence.h"
#include "policy/http_challenge_verdict.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

// A key authorization has at most 299 octets; the rest is for the white space that servers put behind it.
#define HTTP_01_BODY_MAX 1024
// The value must stand in the first of it; Open MPIC reads 100 octets beyond the value's length, other CAs 2 to 100 KiB.
#define WEBSITE_BODY_MAX 16384
#define HEADER_LINE_MAX (DCV_HTTP_HEADER_NAME_MAX + 2 + DCV_HTTP_HEADER_VALUE_MAX + 1)

// BR: pass, fail when the far side answered and not so, error when nothing was learnt.
static enum check_outcome outcome_of_cause(enum fetch_cause cause)
{
	switch (cause) {
	case FETCH_CAUSE_NO_ADDRESS:
	case FETCH_CAUSE_ADDRESS_REFUSED:
	case FETCH_CAUSE_REDIRECT_STATUS:
	case FETCH_CAUSE_REDIRECT_LOCATION:
	case FETCH_CAUSE_REDIRECT_REFUSED:
	case FETCH_CAUSE_REDIRECT_LOOP:
	case FETCH_CAUSE_REDIRECT_LIMIT:
	case FETCH_CAUSE_HEADER_LIMIT:
	case FETCH_CAUSE_INFORMATIONAL_LIMIT:
	case FETCH_CAUSE_BODY_LIMIT:
	case FETCH_CAUSE_BAD_RESPONSE:
		return CHECK_FAIL;
	case FETCH_CAUSE_NONE:
	case FETCH_CAUSE_RESOLVE_FAILED:
	case FETCH_CAUSE_CONNECT_FAILED:
	case FETCH_CAUSE_CONNECT_TIMEOUT:
	case FETCH_CAUSE_TLS_FAILED:
	case FETCH_CAUSE_TOO_SLOW:
	case FETCH_CAUSE_DEADLINE:
	case FETCH_CAUSE_INTERNAL:
	case FETCH_CAUSE_COUNT:
		break;
	}
	return CHECK_ERROR;
}

static const struct fetch_hop *last_hop(const struct fetch_result *result)
{
	return &result->hops[result->hop_count - 1];
}

static void failure_end(struct check_run *run, const struct fetch_result *result)
{
	const struct fetch_hop *hop = last_hop(result);
	if (result->cause == FETCH_CAUSE_RESOLVE_FAILED) {
		check_run_fail(run, address_evidence_failure(hop->addresses), hop->url->host);
		return;
	}
	check_run_set_message(run, "%s%s%s", fetch_cause_text(result->cause),
			      result->reason == NULL ? "" : ": ",
			      result->reason == NULL ? "" : result->reason);
	check_run_end(run, outcome_of_cause(result->cause), fetch_cause_name(result->cause));
}

static void page_judge(struct check_run *run, const struct fetch_result *result)
{
	const struct dcv_parameters *parameters = &run->request->dcv.parameters;
	const char *urls[FETCH_HOPS_MAX];
	for (unsigned i = 0; i < result->hop_count; i++) {
		urls[i] = result->hops[i].url->text;
	}
	const struct http_page page = {
		.status = result->status,
		.body = result->body == NULL ? "" : (const char *)result->body,
		.body_length = result->body_length,
		.is_cut = result->is_body_cut,
		.urls = urls,
		.url_count = result->hop_count,
	};
	enum http_challenge_reason reason =
		http_challenge_judge(parameters, &page, &run->runner->config.dcv_switches);
	const char *value = parameters->method == DCV_ACME_HTTP_01 ? parameters->key_authorization
								   : parameters->challenge_value;
	// With a regex alone there is no value: what is equal everywhere is the pattern.
	value = value == NULL || value[0] == '\0' ? parameters->match_regex : value;
	(void)snprintf(run->result.corroboration, sizeof(run->result.corroboration), "%s",
		       value == NULL ? "" : value);
	check_run_set_message(run, "%s", http_challenge_reason_text(reason));
	check_run_end(run, http_challenge_outcome(reason), http_challenge_reason_name(reason));
}

static void on_fetch(void *context, const struct fetch_result *result)
{
	struct check_run *run = context;
	bool requires_validation = run->runner->config.requires_validation;
	enum check_fault fault = CHECK_FAULT_NONE;
	const char *host = NULL;
	run->fetch = NULL;
	for (unsigned i = 0; i < result->hop_count; i++) {
		const struct fetch_hop *hop = &result->hops[i];
		address_evidence_add(run, &hop->url->name, hop->addresses);
		if (fault == CHECK_FAULT_NONE) {
			fault = address_evidence_fault(hop->addresses, requires_validation);
			host = hop->url->host;
		}
	}
	run->http = http_evidence_fetch(result);
	run->is_evidence_lost |= run->http == NULL;
	if (fault != CHECK_FAULT_NONE) {
		check_run_fail(run, fault, host);
	} else if (result->outcome != FETCH_COMPLETE) {
		failure_end(run, result);
	} else {
		page_judge(run, result);
	}
}

// Lines of memory that the caller frees. -ENOMEM.
static int headers_make(const struct dcv_parameters *parameters,
			char *lines[static DCV_HTTP_HEADERS_MAX], unsigned *ret_count)
{
	unsigned count = 0;
	for (size_t i = 0; i < parameters->http_header_count && i < DCV_HTTP_HEADERS_MAX; i++) {
		const struct dcv_http_header *header = &parameters->http_headers[i];
		char *line = malloc(HEADER_LINE_MAX);
		if (line == NULL) {
			*ret_count = count;
			return -ENOMEM;
		}
		(void)snprintf(line, HEADER_LINE_MAX, "%s: %s", header->name, header->value);
		lines[count++] = line;
	}
	*ret_count = count;
	return 0;
}

void http_check_begin(struct check_run *run)
{
	const struct dcv_parameters *parameters = &run->request->dcv.parameters;
	const struct check_runner *runner = run->runner;
	char *lines[DCV_HTTP_HEADERS_MAX];
	unsigned count;
	int error = headers_make(parameters, lines, &count);
	const struct fetch_request request = {
		.url = run->query.url,
		.user_agent = run->request->probe == PROBE_USER_AGENT
				      ? runner->config.probe_user_agent
				      : runner->config.user_agent,
		.headers = (const char *const *)lines,
		.header_count = count,
		.body_limit = parameters->method == DCV_ACME_HTTP_01 ? HTTP_01_BODY_MAX
								     : WEBSITE_BODY_MAX,
		.body_excess = FETCH_EXCESS_IS_CUT, // the policy judges cut bodies
		.deadline_ms = check_run_step_ms(run, FETCH_DEADLINE_MS_DEFAULT),
		.connect_ms = runner->config.connect_ms,
		.address_family = run->request->address_family,
	};
	if (error == 0) {
		error = fetch_start(runner->fetches, &request, on_fetch, run, &run->fetch);
	}
	for (unsigned i = 0; i < count; i++) {
		free(lines[i]);
	}
	if (error != 0) {
		check_run_fail(run, check_fault_of_errno(error), NULL);
	}
}
