// SPDX-License-Identifier: BSD-3-Clause
// explain.run: one iterative look-up, and the answer is its evidence (docs/evidence.md).

#include <parallax/base/error.h>
#include <parallax/dns/rr_type.h>
#include <parallax/evidence/evidence.h>

#include "control_socket/control_state.h"
#include "control_socket/own_client.h"
#include "evidence/judged_by.h"
#include "worker/worker_control.h"

#include <jansson.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct explained {
	struct plx_rpc_call *call;
	const struct control_config *config;
};

static int make_evidence(const struct control_config *config, const struct plx_job *job,
			 const struct plx_result *result, const uint8_t *body,
			 struct plx_text *text)
{
	struct plx_evidence *evidence = NULL;
	struct plx_text anchors = plx_text_growing();
	struct plx_evidence_terms terms;
	int error = evidence_terms_of(config->anchors, config->policy, &anchors, &terms);
	if (error == 0) {
		error = plx_evidence_create(job, &terms, result, body, &evidence);
	}
	if (error == 0) {
		error = plx_evidence_write(evidence, text);
	}
	plx_evidence_destroy(evidence);
	plx_text_free(&anchors);
	return error;
}

static void explain_done(void *context, int error, const struct plx_job *job,
			 const struct plx_result *result, const uint8_t *body)
{
	struct explained explained = *(struct explained *)context;
	free(context);
	if (error != 0) {
		plx_rpc_fail(explained.call, PLX_RPC_STATE, NULL, "the look-up was not started: %s",
			     plx_error_text(error));
		return;
	}
	struct plx_text text = plx_text_growing();
	error = make_evidence(explained.config, job, result, body, &text);
	json_t *object =
		error == 0 ? json_loadb(text.bytes, text.length, JSON_ALLOW_NUL, NULL) : NULL;
	plx_text_free(&text);
	if (object == NULL) {
		plx_rpc_fail(explained.call, PLX_RPC_INTERNAL, NULL,
			     "the evidence cannot be written: %s",
			     plx_error_text(error == 0 ? -ENOMEM : error));
		return;
	}
	plx_rpc_reply(explained.call, object);
}

// False when the call was answered with an error.
static bool read_job(struct plx_rpc_call *call, const json_t *params, struct plx_job *job)
{
	const json_t *name = json_object_get(params, "name");
	const json_t *type = json_object_get(params, "type");
	int error = plx_name_parse(json_string_value(name), json_string_length(name), &job->name);
	if (error != 0) {
		plx_rpc_fail(call, PLX_RPC_INVALID_PARAMS, "/params/name", "%s",
			     plx_error_text(error));
		return false;
	}
	bool is_type =
		plx_type_parse(json_string_value(type), json_string_length(type), &job->qtype) == 0;
	job->kind = json_is_true(json_object_get(params, "climb")) ? PLX_JOB_RELEVANT_CAA
								   : PLX_JOB_LOOKUP;
	job->resolution = PLX_RESOLUTION_ITERATIVE;
	job->flags = PLX_JOB_TRACE;
	if (json_is_true(json_object_get(params, "no_cache"))) {
		job->flags |= PLX_JOB_NO_CACHE;
	}
	// Numbers are within their bounds: the table says so.
	job->timeout_ms = (uint32_t)json_integer_value(json_object_get(params, "timeout_ms"));
	if (!is_type || plx_job_check(job) != 0) {
		plx_rpc_fail(call, PLX_RPC_INVALID_PARAMS, "/params/type",
			     "\"%s\" cannot be looked up%s", json_string_value(type),
			     job->kind == PLX_JOB_RELEVANT_CAA ? ": a climb is for CAA" : "");
		return false;
	}
	return true;
}

void control_run_explain(struct plx_rpc_call *call, const json_t *params, void *context)
{
	struct control *control = context;
	struct plx_job job = {.kind = PLX_JOB_LOOKUP};
	if (!read_job(call, params, &job)) {
		return;
	}
	if (worker_group_is_draining(control->config.group)) {
		plx_rpc_fail(call, PLX_RPC_STATE, NULL, "the dataplane is draining");
		return;
	}
	struct explained *explained = malloc(sizeof(*explained));
	int error = -ENOMEM;
	if (explained != NULL) {
		*explained = (struct explained) {.call = call, .config = &control->config};
		error = own_client_submit(control->client, &job, explain_done, explained);
	}
	if (error != 0) {
		free(explained);
		plx_rpc_fail(call, PLX_RPC_BUSY, NULL, "the look-up was not started: %s",
			     error == -EAGAIN ? "too many run already" : plx_error_text(error));
	}
}
