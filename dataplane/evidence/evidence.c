// SPDX-License-Identifier: BSD-3-Clause
// Evidence of a result that a dataplane gave.

#include "evidence/evidence.h"

#include <parallax/base/error.h>
#include <parallax/format/result_format.h>

#include <jansson.h>
#include <openssl/evp.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct plx_evidence_terms plx_evidence_terms_production(const char *trust_anchors)
{
	const struct dnssec_policy policy = dnssec_policy_production();
	return (struct plx_evidence_terms) {
		.trust_anchors = trust_anchors,
		.nsec3_iterations_max = policy.nsec3_iterations_max,
		.rsa_bits_min = policy.rsa_bits_min,
		.iterations_insecure = policy.iterations_insecure,
		.allow_sha1 = policy.allow_sha1,
	};
}

int evidence_steps_read(struct plx_evidence *evidence)
{
	struct plx_reader reader = plx_reader_init(evidence->trace, evidence->trace_length);
	struct plx_trace_step step;
	int found;
	evidence->step_count = 0;
	while ((found = plx_trace_read(&reader, &step)) == 1) {
		if (evidence->step_count == PLX_TRACE_STEPS_MAX) {
			return -EINVAL;
		}
		evidence->steps[evidence->step_count++] = step;
	}
	return found;
}

// The result as the line that parallax-sweep would write of it.
static json_t *result_object(const struct plx_job *job, const struct plx_result *result,
			     const uint8_t *body)
{
	const struct plx_asked asked = {
		.name = &job->name,
		.type = plx_job_qtype(job),
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

static int terms_read(const struct plx_evidence_terms *terms, struct plx_evidence *evidence)
{
	unsigned line;
	evidence->policy = (struct dnssec_policy) {
		.allow_sha1 = terms->allow_sha1,
		.iterations_insecure = terms->iterations_insecure,
		.nsec3_iterations_max = terms->nsec3_iterations_max,
		.rsa_bits_min = terms->rsa_bits_min,
	};
	const char *anchors = terms->trust_anchors;
	if (anchors == NULL || anchors[0] == '\0') {
		return 0;
	}
	return trust_anchors_parse(anchors, strlen(anchors), &evidence->policy, &evidence->anchors,
				   &line);
}

static int fill(const struct plx_job *job, const struct plx_evidence_terms *terms,
		const struct plx_result *result, const uint8_t *body, struct plx_evidence *evidence)
{
	struct plx_result_view view;
	if (plx_job_check(job) != 0 || plx_result_open(result, body, &view) != 0) {
		return -EINVAL;
	}
	struct plx_reader trace = plx_result_trace(result, body);
	evidence->job = *job;
	evidence->job.qtype = plx_job_qtype(job);
	evidence->is_as_written = true;
	evidence->trace_length = trace.length;
	if (trace.length > 0) {
		memcpy(evidence->trace, trace.bytes, trace.length);
	}
	int error = evidence_steps_read(evidence);
	if (error == 0) {
		error = terms_read(terms, evidence);
	}
	if (error == 0) {
		evidence->result = result_object(job, result, body);
		error = evidence->result == NULL ? -ENOMEM : 0;
	}
	return error;
}

int plx_evidence_create(const struct plx_job *job, const struct plx_evidence_terms *terms,
			const struct plx_result *result, const uint8_t *body,
			struct plx_evidence **ret_evidence)
{
	struct plx_evidence *evidence = calloc(1, sizeof(*evidence));
	if (evidence == NULL) {
		return -ENOMEM;
	}
	int error = fill(job, terms, result, body, evidence);
	if (error != 0) {
		plx_evidence_destroy(evidence);
		return error;
	}
	*ret_evidence = evidence;
	return 0;
}

void plx_evidence_destroy(struct plx_evidence *evidence)
{
	if (evidence != NULL) {
		json_decref(evidence->result);
		free(evidence);
	}
}

void evidence_anchor_format(const struct ds_set *zone, const struct ds *ds,
			    char text[static EVIDENCE_ANCHOR_TEXT])
{
	char name[PLX_NAME_TEXT_MAX];
	char digest[2 * DS_DIGEST_MAX + 1] = "";
	size_t length = plx_name_format(&zone->zone, name);
	for (unsigned i = 0; i < ds->digest_length; i++) {
		snprintf(digest + 2 * (size_t)i, 3, "%02X", ds->digest[i]);
	}
	// Absolute: "in" or "ds" would be read as a class or a type.
	bool is_root = length == 1 && name[0] == '.';
	snprintf(text, EVIDENCE_ANCHOR_TEXT, "%s%s IN DS %u %u %u %s", name, is_root ? "" : ".",
		 ds->tag, ds->algorithm, ds->digest_type, digest);
}

int evidence_digest(const struct json_t *object, char text[static EVIDENCE_DIGEST_TEXT])
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned length = 0;
	json_t *rest = json_copy((json_t *)(uintptr_t)object); // shallow; jansson counts references
	char *canonical = NULL;
	if (rest != NULL) {
		json_object_del(rest, "digest");
		canonical = json_dumps(rest, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENSURE_ASCII);
	}
	bool is_made = canonical != NULL && EVP_Digest(canonical, strlen(canonical), digest,
						       &length, EVP_sha256(), NULL) == 1;
	free(canonical);
	json_decref(rest);
	if (!is_made) {
		return -ENOMEM;
	}
	for (unsigned i = 0; i < (EVIDENCE_DIGEST_TEXT - 1) / 2; i++) {
		snprintf(text + 2 * (size_t)i, 3, "%02x", digest[i]);
	}
	return 0;
}
