// SPDX-License-Identifier: BSD-3-Clause
// What all kinds of checks do while they run: ask the DNS, keep evidence, give up.

#include "perform/check_run.h"

#include "lookup/lookup.h"
#include "lookup/lookup_trace.h"

#include <jansson.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void on_lookup(void *context, const struct plx_result *result, const uint8_t *body)
{
	struct check_run *run = context;
	run->lookup = NULL;
	run->on_answer(run, result, body);
}

void check_run_ask(struct check_run *run, enum plx_job_kind kind, const struct plx_name *name,
		   uint16_t type, check_answer_cb on_answer)
{
	const struct check_runner_config *config = &run->runner->config;
	uint32_t timeout_ms = check_run_step_ms(run, config->lookup_timeout_ms);
	run->on_answer = on_answer;
	run->job = (struct plx_job) {
		.qtype = type,
		.kind = (uint8_t)kind,
		.attempts = config->lookup_attempts,
		.timeout_ms = timeout_ms,
		.name = *name,
	};
	int error = lookup_start_evidence(&config->lookup, &run->job, on_lookup, run, &run->lookup);
	if (error != 0) {
		check_run_fail(run, check_fault_of_errno(error), NULL);
	}
}

void check_run_add_dns(struct check_run *run, json_t *answer)
{
	if (json_array_append_new(run->dns, answer) != 0) {
		run->is_evidence_lost = true;
	}
}

void check_run_note_answer(struct check_run *run, const struct plx_result *result,
			   const uint8_t *body, size_t decisive)
{
	const struct evidence_question question = {
		.name = &run->job.name,
		.type = run->job.qtype,
		.is_relevant_caa = run->job.kind == PLX_JOB_RELEVANT_CAA,
		.resolution = run->runner->config.lookup.resolution,
	};
	struct lookup_trace *trace = NULL;
	dnssec_worst_add(&run->dnssec, (enum plx_dnssec)result->dnssec);
	json_t *answer = evidence_answer(run->runner->formatter, &question, result, body, decisive);
	int error = lookup_trace_keep(&run->runner->config.lookup, &run->job, result, body, &trace);
	check_traces_add(run, trace, error, answer);
	check_run_add_dns(run, answer);
}

void check_run_format_name(const struct plx_name *name, char ret_text[static IDENTIFIER_TEXT_MAX])
{
	char text[PLX_NAME_TEXT_MAX];
	size_t length = plx_name_format(name, text);
	ret_text[0] = '\0';
	if (length < IDENTIFIER_TEXT_MAX) {
		memcpy(ret_text, text, length + 1);
	}
}

void check_run_set_message(struct check_run *run, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	(void)vsnprintf(run->result.message, sizeof(run->result.message), format, arguments);
	va_end(arguments);
}

const char *check_run_detail(const struct plx_result *result,
			     char ret_text[static CHECK_DETAIL_MAX])
{
	bool has_cause = result->cause != PLX_CAUSE_NONE;
	if (!has_cause && result->ede_code == 0) {
		return NULL;
	}
	int length = snprintf(ret_text, CHECK_DETAIL_MAX, "%s",
			      has_cause ? plx_cause_text((enum plx_cause)result->cause) : "");
	if (result->ede_code > 0 && length >= 0 && length < CHECK_DETAIL_MAX) {
		uint16_t info_code = (uint16_t)(result->ede_code - 1);
		(void)snprintf(ret_text + length, CHECK_DETAIL_MAX - (size_t)length,
			       "%sEDE %u, %s%s", has_cause ? " (" : "", info_code,
			       plx_ede_name(info_code), has_cause ? ")" : "");
	}
	return ret_text;
}

void check_run_fail(struct check_run *run, enum check_fault fault, const char *detail)
{
	check_run_set_message(run, "%s%s%s", check_fault_text(fault), detail == NULL ? "" : ": ",
			      detail == NULL ? "" : detail);
	check_run_end(run, CHECK_ERROR, check_fault_name(fault));
}
