// SPDX-License-Identifier: BSD-3-Clause
// Which name is validated for the name applied for (BR 3.2.2.4, SC-101). An ancestor is judged by its text; any other name
// must be an alias target, so that the alias chain is looked up first, here and now.

#include <parallax/dns/rr_type.h>

#include "perform/check_run.h"
#include "policy/authorization_domain.h"
#include "policy/dcv_text.h"

#include <string.h>

static void step_set(const struct check_run *run, const struct plx_name *name,
		     struct authorization_domain_step *ret_step)
{
	*ret_step = (struct authorization_domain_step) {.name = *name};
	struct plx_name base;
	if (base_domain_find(run->runner->config.suffixes, name, &base) == BASE_DOMAIN_FOUND) {
		ret_step->base_domain = base;
	}
}

// False: it is no host name.
static bool chosen_parse(const struct check_run *run, struct plx_name *ret_name)
{
	const char *text = run->request->authorization_domain;
	if (text == NULL) {
		*ret_name = run->request->identifier.name;
		return true;
	}
	size_t length = strlen(text);
	return dcv_text_is_host_name(text, length) && plx_name_parse(text, length, ret_name) == 0;
}

// What no look-up was needed for is a question that cannot be asked; after one it is what the DNS said.
static void refuse(struct check_run *run, enum authorization_domain_reason reason,
		   bool was_looked_up)
{
	check_run_set_message(run, "the Authorization Domain Name is refused: %s",
			      authorization_domain_reason_text(reason));
	check_run_end(run, was_looked_up ? CHECK_FAIL : CHECK_ERROR,
		      authorization_domain_reason_name(reason));
}

static void judge(struct check_run *run, const struct authorization_domain_step *chain,
		  size_t chain_count)
{
	const struct identifier *identifier = &run->request->identifier;
	struct plx_name applied;
	struct plx_name chosen;
	if (!chosen_parse(run, &chosen) ||
	    plx_name_parse(identifier->text, strlen(identifier->text), &applied) != 0) {
		check_run_fail(run, CHECK_FAULT_BAD_DOMAIN, NULL);
		return;
	}
	const struct authorization_domain_facts facts = {
		.method = run->request->dcv.parameters.method,
		.is_onion = identifier->is_onion,
		.applied = &applied,
		.chain = chain,
		.chain_count = chain_count,
		.chosen = &chosen,
	};
	enum authorization_domain_reason reason = authorization_domain_judge(&facts, &run->domain);
	if (!authorization_domain_is_allowed(reason)) {
		refuse(run, reason, chain_count > 1 || run->dnssec.has_answer);
		return;
	}
	check_run_format_name(&run->domain, run->result.authorization_domain);
	dcv_check_go_on(run);
}

static void on_aliases(struct check_run *run, const struct plx_result *result, const uint8_t *body)
{
	struct authorization_domain_step chain[AUTHORIZATION_DOMAIN_STEPS_MAX];
	struct plx_result_view view;
	enum check_fault fault =
		check_fault_of_answer(result, run->runner->config.requires_validation);
	check_run_note_answer(run, result, body, EVIDENCE_NO_RECORD);
	if (fault != CHECK_FAULT_NONE) {
		char detail[CHECK_DETAIL_MAX];
		check_run_fail(run, fault, check_run_detail(result, detail));
		return;
	}
	if (plx_result_open(result, body, &view) != 0) {
		check_run_fail(run, CHECK_FAULT_ANSWER_UNREADABLE, NULL);
		return;
	}
	step_set(run, &run->request->identifier.name, &chain[0]);
	for (size_t i = 0; i < result->alias_count; i++) {
		step_set(run, &view.aliases[i], &chain[1 + i]);
	}
	judge(run, chain, 1 + (size_t)result->alias_count);
}

void authorization_domain_begin(struct check_run *run)
{
	const struct plx_name *name = &run->request->identifier.name;
	struct plx_name chosen;
	if (!chosen_parse(run, &chosen)) {
		check_run_fail(run, CHECK_FAULT_BAD_DOMAIN, NULL);
		return;
	}
	if (!plx_name_is_below(name, &chosen)) {
		// Any type follows the aliases; nearly every name that has them has addresses.
		check_run_ask(run, PLX_JOB_LOOKUP, name, PLX_TYPE_A, on_aliases);
		return;
	}
	struct authorization_domain_step step;
	step_set(run, name, &step);
	judge(run, &step, 1);
}
