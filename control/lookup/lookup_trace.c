// SPDX-License-Identifier: BSD-3-Clause

#include "lookup/lookup_trace.h"

#include <parallax/exchange/client.h>

#include "lookup/lookup_state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct lookup_trace *trace_make(const struct plx_evidence_terms *terms,
				       const struct plx_result *result, const uint8_t *body)
{
	size_t anchors_bytes = strlen(terms->trust_anchors) + 1;
	size_t bytes = sizeof(struct lookup_trace) + anchors_bytes + result->body_length;
	struct lookup_trace *trace = malloc(bytes);
	if (trace == NULL) {
		return NULL;
	}
	*trace = (struct lookup_trace) {
		.reference_count = 1, .bytes = bytes, .result = *result, .terms = *terms};
	memcpy(trace->octets, terms->trust_anchors, anchors_bytes);
	trace->terms.trust_anchors = trace->octets;
	trace->body = (uint8_t *)trace->octets + anchors_bytes;
	memcpy(trace->body, body, result->body_length);
	return trace;
}

int lookup_trace_keep(const struct lookup_way *way, const struct plx_job *job,
		      const struct plx_result *result, const uint8_t *body,
		      struct lookup_trace **ret_trace)
{
	struct lookup_service *service = way->service;
	const struct plx_evidence_terms *terms = plx_client_terms(service->client);
	bool is_answered =
		result->status != PLX_STATUS_LOST && result->status != PLX_STATUS_CANCELLED;
	*ret_trace = NULL;
	if (!lookup_way_traces(way) || !is_answered) {
		return 0;
	}
	if (result->trace_length == 0) {
		return plx_result_is_definitive(result) ? -ENODATA : 0;
	}
	if (terms == NULL) {
		return -ENOKEY;
	}
	if (service->stats.trace_bytes >= LOOKUP_TRACE_BYTES_MAX) {
		return -ENOBUFS;
	}
	struct lookup_trace *trace = trace_make(terms, result, body);
	if (trace == NULL) {
		return -ENOMEM;
	}
	trace->job = lookup_evidence_job(way, job);
	trace->held_bytes = &service->stats.trace_bytes;
	service->stats.trace_bytes += trace->bytes;
	*ret_trace = trace;
	return 0;
}

struct lookup_trace *lookup_trace_acquire(struct lookup_trace *trace)
{
	if (trace != NULL) {
		trace->reference_count++;
	}
	return trace;
}

void lookup_trace_release(struct lookup_trace *trace)
{
	if (trace != NULL && --trace->reference_count == 0) {
		*trace->held_bytes -= trace->bytes;
		free(trace);
	}
}
