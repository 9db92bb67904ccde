// SPDX-License-Identifier: BSD-3-Clause
// Methods that pass by what the DNS holds: challenges in records (BR 3.2.2.4.7, .21; 3.2.2.5.3), contacts (.13, .14, .16,
// .17) and persistent records (.22, 3.2.2.5.8).

#include "perform/check_run.h"
#include "policy/contact_record.h"
#include "policy/dns_challenge.h"
#include "policy/persistent_record.h"

#include <stdio.h>
#include <stdlib.h>

struct finding {
	enum check_outcome outcome;
	const char *reason;
	const char *text;
	size_t decisive;
	const char *corroboration; // what must be equal at the other perspectives
};

static struct finding contact_judge(const struct dcv_parameters *parameters,
				    const struct plx_result_record *records, size_t count)
{
	struct finding finding = {.decisive = EVIDENCE_NO_RECORD,
				  .corroboration = parameters->challenge_value};
	enum contact_reason reason = contact_records_judge(
		parameters->method, parameters->challenge_value, records, count, &finding.decisive);
	finding.outcome = contact_reason_outcome(reason);
	finding.reason = contact_reason_name(reason);
	finding.text = contact_reason_text(reason);
	return finding;
}

static struct finding persistent_judge(const struct check_run *run,
				       const struct plx_result_record *records, size_t count)
{
	const struct check_request *request = run->request;
	const struct identifier *identifier = &request->identifier;
	const struct dcv_parameters *parameters = &request->dcv.parameters;
	struct finding finding = {.decisive = EVIDENCE_NO_RECORD,
				  .corroboration = parameters->account_uri};
	bool is_domain = identifier->type == IDENTIFIER_TYPE_DNS;
	const struct persistent_expected expected = {
		.issuer_domain_names = parameters->issuer_domain_names,
		.issuer_domain_name_count = parameters->issuer_domain_name_count,
		.account_uri = parameters->account_uri,
		.covers_more = is_domain && (identifier->is_wildcard ||
					     !plx_name_equal(&run->domain, &identifier->name)),
		.unix_time = request->time_s,
		.switches = &run->runner->config.dcv_switches,
	};
	enum persistent_reason reason =
		persistent_records_judge(&expected, records, count, &finding.decisive);
	finding.outcome = persistent_reason_outcome(reason);
	finding.reason = persistent_reason_name(reason);
	finding.text = persistent_reason_text(reason);
	return finding;
}

static struct finding challenge_judge(const struct dcv_parameters *parameters,
				      const struct plx_result_record *records, size_t count)
{
	struct finding finding = {.decisive = EVIDENCE_NO_RECORD};
	struct dns_challenge challenge;
	enum dns_challenge_reason reason = DNS_CHALLENGE_BAD_QUERY;
	if (dns_challenge_of(parameters, &challenge)) {
		finding.corroboration = challenge.expected;
		reason = dns_challenge_judge(&challenge, records, count, &finding.decisive);
	}
	finding.outcome = dns_challenge_outcome(reason);
	finding.reason = dns_challenge_reason_name(reason);
	finding.text = dns_challenge_reason_text(reason);
	return finding;
}

static struct finding judge(const struct check_run *run, const struct plx_result_record *records,
			    size_t count)
{
	const struct dcv_parameters *parameters = &run->request->dcv.parameters;
	switch (parameters->method) {
	case DCV_CONTACT_EMAIL_TXT:
	case DCV_CONTACT_EMAIL_CAA:
	case DCV_CONTACT_PHONE_TXT:
	case DCV_CONTACT_PHONE_CAA:
		return contact_judge(parameters, records, count);
	case DCV_DNS_PERSISTENT:
		return persistent_judge(run, records, count);
	case DCV_ACME_DNS_01:
	case DCV_ACME_DNS_ACCOUNT_01:
	case DCV_DNS_CHANGE:
	case DCV_IP_ADDRESS:
	case DCV_REVERSE_ADDRESS_LOOKUP:
	case DCV_WEBSITE_CHANGE: // these four have no DNS question, and are refused
	case DCV_ACME_HTTP_01:
	case DCV_ACME_TLS_ALPN_01:
	case DCV_METHOD_NONE:
	case DCV_METHOD_COUNT:
		break;
	}
	return challenge_judge(parameters, records, count);
}

// A definitive answer.
static void answer_judge(struct check_run *run, const struct plx_result *result,
			 const uint8_t *body)
{
	struct plx_result_view view;
	if (plx_result_open(result, body, &view) != 0) {
		check_run_note_answer(run, result, body, EVIDENCE_NO_RECORD);
		check_run_fail(run, CHECK_FAULT_ANSWER_UNREADABLE, NULL);
		return;
	}
	if (result->has_found_at) {
		check_run_format_name(&view.found_at, run->result.found_at);
	}
	// One more than there are, so that none is no special case.
	struct plx_result_record *records =
		calloc((size_t)result->record_count + 1, sizeof(*records));
	size_t count = 0;
	if (records == NULL) {
		check_run_fail(run, CHECK_FAULT_NO_MEMORY, NULL);
		return;
	}
	while (count < result->record_count && plx_result_next(&view, &records[count])) {
		count++;
	}
	const struct finding finding = judge(run, records, count);
	free(records);
	check_run_note_answer(run, result, body, finding.decisive);
	check_run_set_message(run, "%s", finding.text);
	(void)snprintf(run->result.corroboration, sizeof(run->result.corroboration), "%s",
		       finding.corroboration == NULL ? "" : finding.corroboration);
	check_run_end(run, finding.outcome, finding.reason);
}

static void on_answer(struct check_run *run, const struct plx_result *result, const uint8_t *body)
{
	enum check_fault fault =
		check_fault_of_answer(result, run->runner->config.requires_validation);
	if (fault == CHECK_FAULT_NONE) {
		answer_judge(run, result, body);
		return;
	}
	check_run_note_answer(run, result, body, EVIDENCE_NO_RECORD);
	char detail[CHECK_DETAIL_MAX];
	check_run_fail(run, fault, check_run_detail(result, detail));
}

void dns_check_begin(struct check_run *run)
{
	bool is_climb = run->query.kind == DCV_QUERY_RELEVANT_CAA;
	check_run_ask(run, is_climb ? PLX_JOB_RELEVANT_CAA : PLX_JOB_LOOKUP, &run->query.name,
		      run->query.type, on_answer);
}
