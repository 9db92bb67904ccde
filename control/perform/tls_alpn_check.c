// SPDX-License-Identifier: BSD-3-Clause
// ACME tls-alpn-01 (RFC 8737 section 3, RFC 8738 section 6; BR 3.2.2.4.20, 3.2.2.5.7).

#include "http_challenge/tls_alpn_probe.h"
#include "perform/address_evidence.h"
#include "perform/check_run.h"
#include "perform/http_evidence.h"
#include "perform/tls_alpn_judgement.h"

#include <stdio.h>

static enum check_outcome outcome_of_cause(enum tls_alpn_cause cause)
{
	switch (cause) {
	case TLS_ALPN_CAUSE_NO_ADDRESS:
	case TLS_ALPN_CAUSE_ADDRESS_REFUSED:
	case TLS_ALPN_CAUSE_PROTOCOL_REFUSED:
	case TLS_ALPN_CAUSE_NO_CERTIFICATE:
		return CHECK_FAIL;
	case TLS_ALPN_CAUSE_NONE:
	case TLS_ALPN_CAUSE_RESOLVE_FAILED:
	case TLS_ALPN_CAUSE_CONNECT_FAILED:
	case TLS_ALPN_CAUSE_CONNECT_TIMEOUT:
	case TLS_ALPN_CAUSE_HANDSHAKE_FAILED:
	case TLS_ALPN_CAUSE_DEADLINE:
	case TLS_ALPN_CAUSE_INTERNAL:
	case TLS_ALPN_CAUSE_COUNT:
		break;
	}
	return CHECK_ERROR;
}

static const char *text_of_cause(enum tls_alpn_cause cause)
{
	switch (cause) {
	case TLS_ALPN_CAUSE_NO_ADDRESS:
		return "the host has no address";
	case TLS_ALPN_CAUSE_ADDRESS_REFUSED:
		return "no address of the host may be connected to";
	case TLS_ALPN_CAUSE_PROTOCOL_REFUSED:
		return "the server does not speak acme-tls/1";
	case TLS_ALPN_CAUSE_NO_CERTIFICATE:
		return "the server sent no certificate";
	case TLS_ALPN_CAUSE_RESOLVE_FAILED:
		return "the addresses of the host could not be looked up";
	case TLS_ALPN_CAUSE_CONNECT_FAILED:
		return "the server refuses connections to port 443, or cannot be reached";
	case TLS_ALPN_CAUSE_CONNECT_TIMEOUT:
		return "the server did not accept a connection to port 443 in time";
	case TLS_ALPN_CAUSE_HANDSHAKE_FAILED:
		return "the TLS handshake failed";
	case TLS_ALPN_CAUSE_DEADLINE:
		return "the TLS handshake did not end in time";
	case TLS_ALPN_CAUSE_NONE:
	case TLS_ALPN_CAUSE_INTERNAL:
	case TLS_ALPN_CAUSE_COUNT:
		break;
	}
	return "the perspective could not do the TLS handshake";
}

static void failure_end(struct check_run *run, const struct tls_alpn_result *result)
{
	if (result->cause == TLS_ALPN_CAUSE_RESOLVE_FAILED) {
		check_run_fail(run, address_evidence_failure(result->addresses), NULL);
		return;
	}
	check_run_set_message(run, "%s%s%s", text_of_cause(result->cause),
			      result->detail == NULL ? "" : ": ",
			      result->detail == NULL ? "" : result->detail);
	check_run_end(run, outcome_of_cause(result->cause), tls_alpn_cause_name(result->cause));
}

static void certificate_judge(struct check_run *run, const struct tls_alpn_result *result)
{
	const struct tls_alpn_judgement judgement =
		tls_alpn_judge(run->request, run->result.authorization_domain, result->certificate,
			       result->certificate_length, &run->runner->config.dcv_switches);
	(void)snprintf(run->result.corroboration, sizeof(run->result.corroboration), "%s",
		       run->request->dcv.parameters.key_authorization_hash);
	check_run_set_message(run, "%s", judgement.text);
	check_run_end(run, judgement.outcome, judgement.reason);
}

static void on_probe(void *context, const struct tls_alpn_result *result)
{
	struct check_run *run = context;
	run->probe = NULL;
	address_evidence_add(run, &run->domain, result->addresses);
	run->tls = http_evidence_handshake(result);
	run->is_evidence_lost |= run->tls == NULL;
	enum check_fault fault =
		address_evidence_fault(result->addresses, run->runner->config.requires_validation);
	if (fault != CHECK_FAULT_NONE) {
		check_run_fail(run, fault, NULL);
	} else if (result->outcome != TLS_ALPN_HANDSHAKE_COMPLETE) {
		failure_end(run, result);
	} else {
		certificate_judge(run, result);
	}
}

void tls_alpn_check_begin(struct check_run *run)
{
	const struct check_runner *runner = run->runner;
	char server_name[PLX_NAME_TEXT_MAX];
	plx_name_format(&run->query.name, server_name);
	const struct tls_alpn_request request = {
		.host = run->result.authorization_domain,
		.server_name = server_name,
		.deadline_ms = check_run_step_ms(run, FETCH_DEADLINE_MS_DEFAULT),
		.connect_ms = runner->config.connect_ms,
		.address_family = run->request->address_family,
	};
	int error = tls_alpn_start(runner->probes, &request, on_probe, run, &run->probe);
	if (error != 0) {
		check_run_fail(run, check_fault_of_errno(error), NULL);
	}
}
