// SPDX-License-Identifier: BSD-3-Clause
// lookup.run and caa.run. The answer is the same object that parallax-sweep writes per line.

#include <parallax/base/error.h>
#include <parallax/dns/rr_type.h>
#include <parallax/format/result_format.h>

#include "control_socket/control_state.h"
#include "control_socket/own_client.h"
#include "worker/worker_control.h"

#include <jansson.h>

#include <errno.h>
#include <string.h>

// The result as JSON, or NULL.
static json_t *result_object(const struct plx_job *job, const struct plx_result *result,
			     const uint8_t *body)
{
	const struct plx_asked asked = {
		.name = &job->name,
		.type = job->qtype,
		.relevant_caa = job->kind == PLX_JOB_RELEVANT_CAA,
	};
	struct plx_formatter *formatter = plx_formatter_create(PLX_FORMAT_JSONL);
	struct plx_text text = plx_text_growing();
	json_t *object = NULL;
	if (formatter != NULL &&
	    plx_formatter_append(formatter, &asked, result, body, &text) == 0) {
		object = json_loadb(text.bytes, text.length, JSON_ALLOW_NUL, NULL);
	}
	plx_text_free(&text);
	plx_formatter_destroy(formatter);
	return object;
}

static void lookup_done(void *context, int error, const struct plx_job *job,
			const struct plx_result *result, const uint8_t *body)
{
	struct plx_rpc_call *call = context;
	if (error != 0) {
		plx_rpc_fail(call, PLX_RPC_STATE, NULL, "the look-up was not started: %s",
			     plx_error_text(error));
		return;
	}
	json_t *object = result_object(job, result, body);
	if (object == NULL) {
		plx_rpc_fail(call, PLX_RPC_INTERNAL, NULL, "the result cannot be written as JSON");
		return;
	}
	plx_rpc_reply(call, object);
}

// False when the call was answered with an error.
static bool read_name(struct plx_rpc_call *call, const json_t *params, struct plx_name *ret_name)
{
	const json_t *name = json_object_get(params, "name");
	int error = plx_name_parse(json_string_value(name), json_string_length(name), ret_name);
	if (error != 0) {
		plx_rpc_fail(call, PLX_RPC_INVALID_PARAMS, "/params/name", "%s",
			     plx_error_text(error));
	}
	return error == 0;
}

static bool read_type(struct plx_rpc_call *call, const json_t *params, uint16_t *ret_type)
{
	const json_t *type = json_object_get(params, "type");
	if (plx_type_parse(json_string_value(type), json_string_length(type), ret_type) != 0) {
		plx_rpc_fail(call, PLX_RPC_INVALID_PARAMS, "/params/type",
			     "\"%s\" is not a record type; write CAA, TXT or TYPE257",
			     json_string_value(type));
		return false;
	}
	if (plx_type_is_meta(*ret_type)) {
		plx_rpc_fail(call, PLX_RPC_INVALID_PARAMS, "/params/type",
			     "%s is a question's type only and cannot be looked up",
			     json_string_value(type));
		return false;
	}
	return true;
}

// False when the call was answered with an error.
static bool read_resolution(struct plx_rpc_call *call, const json_t *params, struct plx_job *job)
{
	const char *word = json_string_value(json_object_get(params, "resolution"));
	enum plx_resolution resolution = PLX_RESOLUTION_STUB;
	bool asks_by_tcp = json_is_true(json_object_get(params, "tcp"));
	bool has_no_cache = json_is_true(json_object_get(params, "no_cache"));
	if (word != NULL && plx_resolution_parse(word, &resolution) != 0) {
		plx_rpc_fail(call, PLX_RPC_INVALID_PARAMS, "/params/resolution",
			     "\"%s\" is no resolution; write stub or iterative", word);
		return false;
	}
	if (asks_by_tcp && resolution != PLX_RESOLUTION_STUB) {
		plx_rpc_fail(call, PLX_RPC_INVALID_PARAMS, "/params/tcp",
			     "only stub look-ups can be asked by TCP from the start");
		return false;
	}
	if (has_no_cache && resolution != PLX_RESOLUTION_ITERATIVE) {
		plx_rpc_fail(call, PLX_RPC_INVALID_PARAMS, "/params/no_cache",
			     "upstreams have caches of their own; ask with resolution iterative");
		return false;
	}
	job->resolution = (uint8_t)resolution;
	job->flags = (uint8_t)((asks_by_tcp ? PLX_JOB_TCP_ONLY : 0) |
			       (has_no_cache ? PLX_JOB_NO_CACHE : 0));
	return true;
}

static void run(struct control *control, struct plx_rpc_call *call, const json_t *params,
		struct plx_job *job)
{
	// Numbers are within their bounds: the table says so.
	job->timeout_ms = (uint32_t)json_integer_value(json_object_get(params, "timeout_ms"));
	job->attempts = (uint8_t)json_integer_value(json_object_get(params, "attempts"));
	if (!read_resolution(call, params, job)) {
		return;
	}
	if (worker_group_is_draining(control->config.group)) {
		plx_rpc_fail(call, PLX_RPC_STATE, NULL, "the dataplane is draining");
		return;
	}
	int error = own_client_submit(control->client, job, lookup_done, call);
	if (error != 0) {
		plx_rpc_fail(call, PLX_RPC_BUSY, NULL, "the look-up was not started: %s",
			     error == -EAGAIN ? "too many run already" : plx_error_text(error));
	}
}

void control_run_lookup(struct plx_rpc_call *call, const json_t *params, void *context)
{
	struct plx_job job = {.kind = PLX_JOB_LOOKUP};
	if (read_name(call, params, &job.name) && read_type(call, params, &job.qtype)) {
		run(context, call, params, &job);
	}
}

void control_run_caa(struct plx_rpc_call *call, const json_t *params, void *context)
{
	struct plx_job job = {.kind = PLX_JOB_RELEVANT_CAA, .qtype = PLX_TYPE_CAA};
	if (read_name(call, params, &job.name)) {
		run(context, call, params, &job);
	}
}
