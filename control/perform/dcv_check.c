// SPDX-License-Identifier: BSD-3-Clause
// The beginning of every DCV check: the parameters are judged by the rules of the request's time before anything is sent,
// then the Authorization Domain Name or the address, then the question of the method.

#include "names/reverse_name.h"
#include "perform/check_run.h"

#include <stdio.h>
#include <string.h>

static bool is_address(const struct check_request *request)
{
	return request->identifier.type == IDENTIFIER_TYPE_IP;
}

static bool parameters_pass(struct check_run *run)
{
	const struct check_request *request = run->request;
	const struct dcv_identifier identifier = {
		.is_ip = is_address(request),
		.is_wildcard = request->identifier.is_wildcard,
		.is_onion = request->identifier.is_onion,
	};
	const struct dcv_parameters_finding finding =
		dcv_parameters_check(&request->dcv.parameters, &identifier, request->time_s,
				     &run->runner->config.dcv_switches);
	if (finding.verdict == DCV_PARAMETERS_OK) {
		return true;
	}
	check_run_set_message(run, "%s%s%s", finding.member, finding.member[0] == '\0' ? "" : ": ",
			      dcv_parameters_verdict_text(finding.verdict));
	check_run_end(run, CHECK_ERROR, dcv_parameters_verdict_name(finding.verdict));
	return false;
}

void dcv_check_begin(struct check_run *run)
{
	const struct check_request *request = run->request;
	if (!parameters_pass(run)) {
		return;
	}
	if (request->identifier.is_onion) {
		check_run_fail(run, CHECK_FAULT_ONION, NULL);
		return;
	}
	if (!is_address(request)) {
		authorization_domain_begin(run);
		return;
	}
	// An address has no other name to be validated by.
	if (request->authorization_domain != NULL &&
	    strcmp(request->authorization_domain, request->identifier.text) != 0) {
		check_run_fail(run, CHECK_FAULT_BAD_DOMAIN, NULL);
		return;
	}
	(void)snprintf(run->result.authorization_domain, sizeof(run->result.authorization_domain),
		       "%s", request->identifier.text);
	dcv_check_go_on(run);
}

static int query_make(struct check_run *run)
{
	const struct identifier *identifier = &run->request->identifier;
	const struct dcv_parameters *parameters = &run->request->dcv.parameters;
	if (!is_address(run->request)) {
		const struct dcv_target target = {.domain = &run->domain};
		return dcv_query_make(parameters, &target, &run->query);
	}
	struct plx_name reverse;
	int error = reverse_name_make(&identifier->ip, &reverse);
	const struct dcv_target target = {.ip = &identifier->ip, .reverse_name = &reverse};
	return error != 0 ? error : dcv_query_make(parameters, &target, &run->query);
}

void dcv_check_go_on(struct check_run *run)
{
	if (query_make(run) != 0) {
		check_run_fail(run, CHECK_FAULT_BAD_QUERY, NULL);
		return;
	}
	switch (run->query.kind) {
	case DCV_QUERY_DNS:
	case DCV_QUERY_RELEVANT_CAA:
		dns_check_begin(run);
		return;
	case DCV_QUERY_HTTP:
		http_check_begin(run);
		return;
	case DCV_QUERY_TLS_ALPN:
		tls_alpn_check_begin(run);
		return;
	case DCV_QUERY_NONE:
		break;
	}
	check_run_fail(run, CHECK_FAULT_BAD_QUERY, NULL);
}
