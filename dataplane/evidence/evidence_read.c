// SPDX-License-Identifier: BSD-3-Clause
// Evidence from a file that anybody may have written. A member that is missing, of another type, or unknown is a fault, so
// that nothing in a file goes unjudged. What it says is not believed here: that is replay's part.

#include "evidence/base64.h"
#include "evidence/evidence.h"

#include <parallax/base/error.h>
#include <parallax/dns/rr_type.h>

#include "dnssec/cause.h"

#include <jansson.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Of one object: each member is taken once, and in the end none may be left. The first fault stays.
struct members {
	const json_t *object;
	const char *where;
	size_t taken;
	bool failed;
	char *fault;
};

static void members_fail(struct members *members, const char *format, ...) PLX_PRINTF(2, 3);
static void members_fail(struct members *members, const char *format, ...)
{
	if (members->failed) {
		return;
	}
	char what[100];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(what, sizeof(what), format, arguments);
	va_end(arguments);
	snprintf(members->fault, PLX_EVIDENCE_FAULT_MAX, "%s: %s", members->where, what);
	members->failed = true;
}

static const json_t *take(struct members *members, const char *name)
{
	const json_t *value = json_object_get(members->object, name);
	if (value == NULL) {
		members_fail(members, "\"%s\" is missing", name);
		return NULL;
	}
	members->taken++;
	return value;
}

static bool members_end(struct members *members)
{
	if (json_object_size(members->object) != members->taken) {
		members_fail(members, "there are members of unknown names");
	}
	return !members->failed;
}

// "" and the fault when it is no text, or one with a NUL in it.
static const char *take_text(struct members *members, const char *name)
{
	const json_t *value = take(members, name);
	const char *text = json_string_value(value);
	if (text == NULL || strlen(text) != json_string_length(value)) {
		members_fail(members, "\"%s\" is no text", name);
		return "";
	}
	return text;
}

static int64_t take_number(struct members *members, const char *name, int64_t max)
{
	const json_t *value = take(members, name);
	json_int_t number = json_integer_value(value);
	if (!json_is_integer(value) || number < 0 || number > max) {
		members_fail(members, "\"%s\" is no number of 0 to %lld", name, (long long)max);
		return 0;
	}
	return number;
}

static bool take_flag(struct members *members, const char *name)
{
	const json_t *value = take(members, name);
	if (!json_is_boolean(value)) {
		members_fail(members, "\"%s\" is neither true nor false", name);
	}
	return json_is_true(value);
}

static void take_name(struct members *members, const char *name, bool may_be_null,
		      struct plx_name *ret_name)
{
	if (may_be_null && json_is_null(json_object_get(members->object, name))) {
		members->taken++;
		return;
	}
	const char *text = take_text(members, name);
	if (plx_name_parse(text, strlen(text), ret_name) != 0) {
		members_fail(members, "\"%s\" is no domain name", name);
	}
}

static uint16_t take_type(struct members *members)
{
	const char *text = take_text(members, "type");
	uint16_t type = 0;
	if (plx_type_parse(text, strlen(text), &type) != 0) {
		members_fail(members, "\"type\" is no record type");
	}
	return type;
}

// The enums whose words are in files.
static const char *verdict_word(unsigned value)
{
	return plx_trace_verdict_name((enum plx_trace_verdict)value);
}

static const char *transport_word(unsigned value)
{
	return plx_transport_name((enum plx_transport)value);
}

static const char *dnssec_word(unsigned value)
{
	return plx_dnssec_name((enum plx_dnssec)value);
}

static const char *cause_word(unsigned value)
{
	return dnssec_cause_name((enum dnssec_cause)value);
}

static uint8_t take_word(struct members *members, const char *name, unsigned count,
			 const char *(*word)(unsigned))
{
	const char *text = take_text(members, name);
	for (unsigned value = 0; value < count; value++) {
		if (strcmp(text, word(value)) == 0) {
			return (uint8_t)value;
		}
	}
	members_fail(members, "\"%s\" has an unknown value", name);
	return 0;
}

// Into `room`, which holds UINT16_MAX octets.
static uint32_t take_octets(struct members *members, const char *name, uint8_t *room)
{
	size_t length = 0;
	if (json_is_null(json_object_get(members->object, name))) {
		members->taken++;
		return 0;
	}
	const char *text = take_text(members, name);
	if (base64_read(text, strlen(text), UINT16_MAX, room, &length) != 0 || length == 0) {
		members_fail(members, "\"%s\" is not base64 of a message", name);
		return 0;
	}
	return (uint32_t)length;
}

struct octets {
	uint8_t query[UINT16_MAX];
	uint8_t response[UINT16_MAX];
};

static void query_read(struct members *members, struct octets *octets, struct plx_trace_step *step)
{
	step->kind = PLX_TRACE_QUERY;
	step->depth = (uint8_t)take_number(members, "depth", UINT8_MAX);
	const char *server = take_text(members, "server");
	if (plx_endpoint_parse(server, 53, &step->server) != 0) {
		members_fail(members, "\"server\" is no address");
	}
	step->transport = take_word(members, "transport", PLX_TRANSPORT_COUNT, transport_word);
	take_name(members, "zone", false, &step->zone);
	take_name(members, "name", false, &step->name);
	step->type = take_type(members);
	step->verdict = take_word(members, "verdict", PLX_TRACE_VERDICT_COUNT, verdict_word);
	step->at_us = (uint32_t)take_number(members, "at_us", UINT32_MAX);
	step->rtt_us = (uint32_t)take_number(members, "rtt_us", UINT32_MAX);
	step->query_length = take_octets(members, "query", octets->query);
	step->query = octets->query;
	step->response_length = take_octets(members, "response", octets->response);
	step->response = octets->response;
}

static void proof_read(struct members *members, struct plx_trace_step *step)
{
	step->kind = PLX_TRACE_PROOF;
	take_name(members, "name", false, &step->name);
	step->type = take_type(members);
	step->verdict = take_word(members, "verdict", PLX_TRACE_VERDICT_COUNT, verdict_word);
	take_name(members, "zone", false, &step->zone);
	step->dnssec = take_word(members, "dnssec", PLX_DNSSEC_COUNT, dnssec_word);
	step->cause = take_word(members, "cause", DNSSEC_CAUSE_COUNT, cause_word);
	if (json_is_null(json_object_get(members->object, "ede"))) {
		members->taken++;
	} else {
		step->ede_code = (uint16_t)(take_number(members, "ede", UINT16_MAX - 1) + 1);
	}
	step->at_us = (uint32_t)take_number(members, "at_us", UINT32_MAX);
	step->judged_at_s = take_number(members, "judged_at", UINT32_MAX);
}

static bool step_read(struct members *members, struct octets *octets, struct plx_writer *writer)
{
	struct plx_trace_step step = {.kind = PLX_TRACE_CUT};
	const char *kind = take_text(members, "kind");
	if (strcmp(kind, "query") == 0) {
		query_read(members, octets, &step);
	} else if (strcmp(kind, "proof") == 0) {
		proof_read(members, &step);
	} else if (strcmp(kind, "remembered") == 0) {
		step.kind = PLX_TRACE_REMEMBERED;
		step.depth = (uint8_t)take_number(members, "depth", UINT8_MAX);
		take_name(members, "zone", true, &step.zone);
		take_name(members, "name", false, &step.name);
		step.type = take_type(members);
		step.at_us = (uint32_t)take_number(members, "at_us", UINT32_MAX);
	} else if (strcmp(kind, "cut") != 0) {
		members_fail(members, "\"kind\" has an unknown value");
	}
	if (!members_end(members)) {
		return false;
	}
	plx_trace_write(writer, &step);
	if (writer->failed) {
		members_fail(members, "the steps are larger than a trace can be");
	}
	return !writer->failed;
}

static void steps_read(struct members *members, struct octets *octets,
		       struct plx_evidence *evidence)
{
	const json_t *steps = take(members, "steps");
	if (!json_is_array(steps) || json_array_size(steps) > PLX_TRACE_STEPS_MAX) {
		members_fail(members, "\"steps\" is no array of at most %u steps",
			     PLX_TRACE_STEPS_MAX);
		return;
	}
	struct plx_writer writer = plx_writer_init(evidence->trace, sizeof(evidence->trace));
	for (size_t i = 0; i < json_array_size(steps); i++) {
		char where[32];
		snprintf(where, sizeof(where), "step %zu", i + 1);
		struct members step = {
			.object = json_array_get(steps, i),
			.where = where,
			.fault = members->fault,
		};
		size_t before = writer.position;
		if (!step_read(&step, octets, &writer)) {
			members->failed = true;
			return;
		}
		evidence->trace_length = writer.position;
		struct plx_reader reader =
			plx_reader_init(evidence->trace + before, writer.position - before);
		if (plx_trace_read(&reader, &evidence->steps[i]) != 1) {
			members_fail(&step, "it contradicts its kind");
			members->failed = true;
			return;
		}
		evidence->step_count++;
	}
}

static void policy_read(struct members *members, struct dnssec_policy *policy)
{
	struct members own = {
		.object = take(members, "policy"),
		.where = "policy",
		.fault = members->fault,
	};
	policy->allow_sha1 = take_flag(&own, "allow_sha1");
	policy->iterations_insecure = take_flag(&own, "iterations_insecure");
	policy->nsec3_iterations_max =
		(uint16_t)take_number(&own, "nsec3_iterations_max", UINT16_MAX);
	policy->rsa_bits_min = (uint16_t)take_number(&own, "rsa_bits_min", UINT16_MAX);
	if (!members_end(&own)) {
		members->failed = true;
	}
}

static void anchors_read(struct members *members, struct plx_evidence *evidence)
{
	const json_t *array = take(members, "trust_anchors");
	size_t count = json_array_size(array);
	if (!json_is_array(array) || count > (size_t)TRUST_ANCHOR_ZONES_MAX * DS_SET_MAX) {
		members_fail(members, "\"trust_anchors\" is no array of DS records");
		return;
	}
	struct plx_text text = plx_text_growing();
	for (size_t i = 0; i < count; i++) {
		const json_t *line = json_array_get(array, i);
		// A line break would make two of it.
		if (!json_is_string(line) || strpbrk(json_string_value(line), "\n") != NULL ||
		    strlen(json_string_value(line)) != json_string_length(line)) {
			members_fail(members, "a trust anchor is no text");
			break;
		}
		plx_text_append(&text, json_string_value(line), json_string_length(line));
		plx_text_character(&text, '\n');
	}
	unsigned number = 0;
	if (!members->failed && count > 0 &&
	    (text.failed || trust_anchors_parse(text.bytes, text.length, &evidence->policy,
						&evidence->anchors, &number) != 0)) {
		members_fail(members, "trust anchor %u cannot be used by this policy", number);
	}
	plx_text_free(&text);
}

static void job_read(struct members *members, struct plx_job *job)
{
	const char *kind = take_text(members, "kind");
	job->resolution = PLX_RESOLUTION_ITERATIVE;
	job->flags = PLX_JOB_TRACE;
	job->kind = strcmp(kind, "lookup") == 0 ? PLX_JOB_LOOKUP : PLX_JOB_RELEVANT_CAA;
	if (job->kind == PLX_JOB_RELEVANT_CAA && strcmp(kind, "relevant-caa") != 0) {
		members_fail(members, "\"kind\" is neither lookup nor relevant-caa");
	}
	take_name(members, "name", false, &job->name);
	job->qtype = take_type(members);
	if (take_flag(members, "no_cache")) {
		job->flags |= PLX_JOB_NO_CACHE;
	}
	if (!members->failed && plx_job_check(job) != 0) {
		members_fail(members, "no such question can be asked");
	}
}

static bool object_read(struct members *members, struct octets *octets,
			struct plx_evidence *evidence)
{
	char digest[EVIDENCE_DIGEST_TEXT];
	if (take_number(members, "evidence", INT32_MAX) != PLX_EVIDENCE_VERSION) {
		members_fail(members, "it is no evidence of version %d", PLX_EVIDENCE_VERSION);
		return false;
	}
	job_read(members, &evidence->job);
	policy_read(members, &evidence->policy);
	anchors_read(members, evidence);
	json_t *result = json_incref((json_t *)(uintptr_t)take(members, "result"));
	evidence->result = result;
	if (!json_is_object(result)) {
		members_fail(members, "\"result\" is no object");
	}
	steps_read(members, octets, evidence);
	const char *recorded = take_text(members, "digest");
	if (!members_end(members)) {
		return false;
	}
	if (evidence_digest(members->object, digest) != 0) {
		members_fail(members, "no memory");
		return false;
	}
	evidence->is_as_written = strcmp(digest, recorded) == 0;
	return true;
}

static int parsed_read(const json_t *root, struct plx_evidence **ret_evidence, char *fault)
{
	struct plx_evidence *evidence = calloc(1, sizeof(*evidence));
	struct octets *octets = malloc(sizeof(*octets));
	struct members members = {.object = root, .where = "evidence", .fault = fault};
	int error = evidence == NULL || octets == NULL ? -ENOMEM : 0;
	if (error == 0 && !object_read(&members, octets, evidence)) {
		error = -EINVAL;
	}
	free(octets);
	if (error != 0) {
		plx_evidence_destroy(evidence);
		return error;
	}
	*ret_evidence = evidence;
	return 0;
}

int plx_evidence_read(const char *text, size_t length, struct plx_evidence **ret_evidence,
		      char fault[static PLX_EVIDENCE_FAULT_MAX])
{
	json_error_t where;
	snprintf(fault, PLX_EVIDENCE_FAULT_MAX, "no memory");
	if (length > PLX_EVIDENCE_BYTES_MAX) {
		snprintf(fault, PLX_EVIDENCE_FAULT_MAX, "it is larger than %u octets",
			 PLX_EVIDENCE_BYTES_MAX);
		return -EINVAL;
	}
	json_t *root = json_loadb(text, length, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &where);
	if (!json_is_object(root)) {
		snprintf(fault, PLX_EVIDENCE_FAULT_MAX, "it is no JSON object (line %d)",
			 root == NULL ? where.line : 1);
		json_decref(root);
		return -EINVAL;
	}
	int error = parsed_read(root, ret_evidence, fault);
	json_decref(root);
	return error;
}
