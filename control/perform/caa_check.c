// SPDX-License-Identifier: BSD-3-Clause
// CAA (BR 4.2.2.1): the climb to the relevant RRset, and, only where the configuration lets a failed look-up be excused, a
// second question that may prove the domain insecure.

#include <parallax/dns/rr_type.h>

#include "perform/check_run.h"
#include "policy/caa_evaluate.h"
#include "rules/utc_time.h"

#include <stdio.h>

static enum caa_profile profile_of(enum profile profile)
{
	switch (profile) {
	case PROFILE_TLS:
		return CAA_PROFILE_TLS;
	case PROFILE_SMIME:
		return CAA_PROFILE_SMIME;
	case PROFILE_PRIVATE:
		return CAA_PROFILE_PRIVATE;
	case PROFILE_NOT_SET:
		break;
	}
	return CAA_PROFILE_NONE;
}

static struct caa_method_labels labels_of(enum dcv_method method)
{
	const struct dcv_method_rule *rule = dcv_method_rule_get(method);
	struct caa_method_labels labels = {.count = 0};
	for (size_t i = 0; i < DCV_CAA_LABELS_MAX && rule->caa_labels[i] != NULL; i++) {
		(void)snprintf(labels.text[labels.count++], CAA_METHOD_LABEL_MAX, "%s",
			       rule->caa_labels[i]);
	}
	return labels;
}

_Static_assert(DCV_CAA_LABELS_MAX <= CAA_METHOD_LABELS_MAX, "labels of a method do not fit");

static struct caa_verdict evaluate(const struct check_run *run, const struct caa_record_set *set,
				   const struct plx_result *proof)
{
	const struct check_request *request = run->request;
	const struct check_runner_config *config = &run->runner->config;
	// A configuration may be older than the rules of the day.
	const struct caa_switches switches =
		caa_switches_in_force(&config->caa_switches, request->time_s);
	const struct caa_request question = {
		.profile = profile_of(request->profile),
		.is_wildcard = request->identifier.is_wildcard,
		.requires_validation = config->requires_validation,
		.resolution = config->lookup.resolution,
		.issuers = request->issuer_domains,
		.issuer_count = request->issuer_domain_count,
		.requester = {.account_uri = request->account_uri,
			      .methods = labels_of(request->caa_method)},
		.switches = &switches,
		.insecure_proof = proof,
		.rules_at = request->time_s,
		.now = config->now_us(config->clock_context) / UTC_SECOND_US,
	};
	return caa_evaluate(&question, set);
}

// A failure says why it is not permission; a bogus answer has no such excuse.
static void verdict_end(struct check_run *run, const struct caa_record_set *set,
			const struct caa_verdict *verdict)
{
	char text[CHECK_DETAIL_MAX];
	bool is_failure = verdict->excuse != CAA_EXCUSE_NOT_EVALUATED;
	const char *detail = is_failure || set->state == CAA_SET_BOGUS
				     ? check_run_detail(&set->result, text)
				     : NULL;
	check_run_set_message(run, "%s%s%s%s%s", caa_reason_text(verdict->reason),
			      detail == NULL ? "" : ": ", detail == NULL ? "" : detail,
			      is_failure ? "; " : "",
			      is_failure ? caa_excuse_text(verdict->excuse) : "");
	run->result.usable_until_s = verdict->usable_until;
	check_run_end(run, caa_verdict_check(verdict), caa_reason_name(verdict->reason));
}

static void on_proof(struct check_run *run, const struct plx_result *result, const uint8_t *body)
{
	check_run_note_answer(run, result, body, EVIDENCE_NO_RECORD);
	struct caa_verdict verdict = evaluate(run, &run->caa_set, result);
	verdict_end(run, &run->caa_set, &verdict);
}

// Only when a second answer is all that is missing.
static bool proof_would_help(const struct check_run *run, const struct caa_record_set *set)
{
	const struct check_runner_config *config = &run->runner->config;
	bool needs_own_state =
		caa_failure_needs_own_state(config->requires_validation, config->lookup.resolution);
	if (set->state != CAA_SET_FAILED || set->result.dnssec == PLX_DNSSEC_SECURE ||
	    !caa_switch_is_on(&config->caa_switches, CAA_SWITCH_LOOKUP_FAILURE_PERMITS)) {
		return false;
	}
	enum caa_excuse excuse = caa_lookup_failure_judge(&set->result, needs_own_state, NULL,
							  &config->caa_switches);
	return excuse == (needs_own_state ? CAA_EXCUSE_NOT_REACHED : CAA_EXCUSE_NOT_INSECURE);
}

// The SOA of the Base Domain. The climb may have failed at any name from the identifier up, and what lies below an
// insecure zone is insecure too, but not what lies above it: the Base Domain speaks for all names that its holder has.
static void proof_ask(struct check_run *run)
{
	struct plx_name name;
	if (base_domain_find(run->runner->config.suffixes, &run->request->identifier.name, &name) !=
	    BASE_DOMAIN_FOUND) {
		name = run->request->identifier.name;
	}
	check_run_ask(run, PLX_JOB_LOOKUP, &name, PLX_TYPE_SOA, on_proof);
}

static void on_records(struct check_run *run, const struct plx_result *result, const uint8_t *body);

// Attempts of an iterative look-up may have gone to other servers and zones on the way: that it was retried is certain when
// the whole of it was (BR 4.2.2.1).
static void retry_ask(struct check_run *run)
{
	run->is_retried = true;
	check_run_ask(run, PLX_JOB_RELEVANT_CAA, &run->request->identifier.name, PLX_TYPE_CAA,
		      on_records);
}

static void found_at_set(struct check_run *run, const struct plx_result *result,
			 const uint8_t *body)
{
	struct plx_result_view view;
	if (plx_result_open(result, body, &view) == 0 && result->has_found_at) {
		check_run_format_name(&view.found_at, run->result.found_at);
	}
}

static void on_records(struct check_run *run, const struct plx_result *result, const uint8_t *body)
{
	struct caa_record_set set;
	caa_record_set_read(result, body, &set);
	if (proof_would_help(run, &set)) {
		// The records of a failed look-up are not looked at again, so that its body may go.
		run->caa_set = set;
		check_run_note_answer(run, result, body, EVIDENCE_NO_RECORD);
		if (run->is_retried ||
		    run->runner->config.lookup.resolution == PLX_RESOLUTION_STUB) {
			proof_ask(run);
		} else {
			retry_ask(run);
		}
		return;
	}
	struct caa_verdict verdict = evaluate(run, &set, NULL);
	check_run_note_answer(run, result, body,
			      verdict.has_record ? verdict.record_index : EVIDENCE_NO_RECORD);
	found_at_set(run, result, body);
	verdict_end(run, &set, &verdict);
}

void caa_check_begin(struct check_run *run)
{
	const struct identifier *identifier = &run->request->identifier;
	if (identifier->type != IDENTIFIER_TYPE_DNS) {
		check_run_fail(run, CHECK_FAULT_NOT_A_DOMAIN, NULL);
	} else if (identifier->is_onion) {
		check_run_fail(run, CHECK_FAULT_ONION, NULL);
	} else {
		check_run_ask(run, PLX_JOB_RELEVANT_CAA, &identifier->name, PLX_TYPE_CAA,
			      on_records);
	}
}
