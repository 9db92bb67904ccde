// SPDX-License-Identifier: BSD-3-Clause
// Evidence as JSON. The members of each kind of step are those that docs/evidence.md lists, and no others.

#include "evidence/base64.h"
#include "evidence/evidence.h"

#include <parallax/dns/rr_type.h>

#include "dnssec/cause.h"

#include <jansson.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static json_t *name_json(const struct plx_name *name)
{
	char text[PLX_NAME_TEXT_MAX];
	if (name->length == 0) {
		return json_null();
	}
	plx_name_format(name, text);
	return json_string(text);
}

static json_t *type_json(uint16_t type)
{
	char text[PLX_TYPE_TEXT_MAX];
	return json_string(plx_type_format(type, text));
}

static json_t *octets_json(const uint8_t *octets, size_t length)
{
	if (length == 0) {
		return json_null();
	}
	char *text = malloc(BASE64_TEXT_MAX(length));
	json_t *json = text == NULL ? NULL : json_stringn(text, base64_write(octets, length, text));
	free(text);
	return json;
}

static json_t *query_json(const struct plx_trace_step *step)
{
	char server[PLX_ENDPOINT_TEXT_MAX];
	return json_pack("{ss si ss ss so so so ss sI sI so so}", "kind", "query", "depth",
			 (int)step->depth, "server", plx_endpoint_format(&step->server, server),
			 "transport", plx_transport_name((enum plx_transport)step->transport),
			 "zone", name_json(&step->zone), "name", name_json(&step->name), "type",
			 type_json(step->type), "verdict",
			 plx_trace_verdict_name((enum plx_trace_verdict)step->verdict), "at_us",
			 (json_int_t)step->at_us, "rtt_us", (json_int_t)step->rtt_us, "query",
			 octets_json(step->query, step->query_length), "response",
			 octets_json(step->response, step->response_length));
}

static json_t *proof_json(const struct plx_trace_step *step)
{
	return json_pack(
		"{ss so so ss so ss ss so sI sI}", "kind", "proof", "name", name_json(&step->name),
		"type", type_json(step->type), "verdict",
		plx_trace_verdict_name((enum plx_trace_verdict)step->verdict), "zone",
		name_json(&step->zone), "dnssec", plx_dnssec_name((enum plx_dnssec)step->dnssec),
		"cause", dnssec_cause_name((enum dnssec_cause)step->cause), "ede",
		step->ede_code > 0 ? json_integer(step->ede_code - 1) : json_null(), "at_us",
		(json_int_t)step->at_us, "judged_at", (json_int_t)step->judged_at_s);
}

static json_t *step_json(const struct plx_trace_step *step)
{
	switch ((enum plx_trace_kind)step->kind) {
	case PLX_TRACE_QUERY:
		return query_json(step);
	case PLX_TRACE_PROOF:
		return proof_json(step);
	case PLX_TRACE_REMEMBERED:
		return json_pack("{ss si so so so sI}", "kind", "remembered", "depth",
				 (int)step->depth, "zone", name_json(&step->zone), "name",
				 name_json(&step->name), "type", type_json(step->type), "at_us",
				 (json_int_t)step->at_us);
	case PLX_TRACE_CUT:
		return json_pack("{ss}", "kind", "cut");
	case PLX_TRACE_NOT_EVALUATED:
	case PLX_TRACE_KIND_COUNT:
		break;
	}
	return NULL;
}

static json_t *steps_json(const struct plx_evidence *evidence)
{
	json_t *steps = json_array();
	for (unsigned i = 0; i < evidence->step_count; i++) {
		if (json_array_append_new(steps, step_json(&evidence->steps[i])) != 0) {
			json_decref(steps);
			return NULL;
		}
	}
	return steps;
}

static json_t *anchors_json(const struct trust_anchors *anchors)
{
	char text[EVIDENCE_ANCHOR_TEXT];
	json_t *array = json_array();
	for (unsigned i = 0; i < anchors->zone_count; i++) {
		const struct ds_set *zone = &anchors->zones[i];
		for (unsigned k = 0; k < zone->count; k++) {
			evidence_anchor_format(zone, &zone->entries[k], text);
			json_array_append_new(array, json_string(text));
		}
	}
	return array;
}

static json_t *evidence_json(const struct plx_evidence *evidence)
{
	const struct plx_job *job = &evidence->job;
	const struct dnssec_policy *policy = &evidence->policy;
	char digest[EVIDENCE_DIGEST_TEXT];
	json_t *object = json_pack(
		"{si ss so so sb so s{sb sb si si} sO so}", "evidence", PLX_EVIDENCE_VERSION,
		"kind", job->kind == PLX_JOB_RELEVANT_CAA ? "relevant-caa" : "lookup", "name",
		name_json(&job->name), "type", type_json(job->qtype), "no_cache",
		(job->flags & PLX_JOB_NO_CACHE) != 0, "trust_anchors",
		anchors_json(&evidence->anchors), "policy", "allow_sha1", policy->allow_sha1,
		"iterations_insecure", policy->iterations_insecure, "nsec3_iterations_max",
		(int)policy->nsec3_iterations_max, "rsa_bits_min", (int)policy->rsa_bits_min,
		"result", evidence->result, "steps", steps_json(evidence));
	if (object == NULL || evidence_digest(object, digest) != 0 ||
	    json_object_set_new(object, "digest", json_string(digest)) != 0) {
		json_decref(object);
		return NULL;
	}
	return object;
}

int plx_evidence_write(const struct plx_evidence *evidence, struct plx_text *text)
{
	size_t before = text->length;
	json_t *object = evidence_json(evidence);
	char *line = object == NULL ? NULL : json_dumps(object, JSON_COMPACT | JSON_ENSURE_ASCII);
	json_decref(object);
	if (line == NULL) {
		return -ENOMEM;
	}
	plx_text_string(text, line);
	plx_text_character(text, '\n');
	free(line);
	if (text->failed) {
		plx_text_rewind(text, before);
		return text->grows ? -ENOMEM : -ENOSPC;
	}
	return 0;
}
