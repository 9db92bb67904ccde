// SPDX-License-Identifier: BSD-3-Clause
// What is kept of a look-up so that its evidence can be written later: the question, the result with its trace, and by what
// the dataplane judged it. Only what is worth keeping becomes JSON (trace_store.h), which costs more than the copy.
// Thread of the event base, but for plx_evidence_create of what is in it.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/evidence/evidence.h>
#include <parallax/exchange/job.h>
#include <parallax/exchange/result.h>

#include <stddef.h>
#include <stdint.h>

// Of one service at a time. Whoever runs a zone decides how long the traces of its name are, 128 KiB each at most.
#define LOOKUP_TRACE_BYTES_MAX (512u << 20)

struct lookup_way;

// Never changes once it is there.
struct lookup_trace {
	unsigned reference_count;
	size_t *held_bytes; // of the service
	size_t bytes;
	struct plx_job job;
	struct plx_result result;
	struct plx_evidence_terms terms;
	uint8_t *body;
	char octets[]; // the text of the trust anchors, the body
};

// Within the callback of a look-up that was started in this way for `job`. The way's service outlives the trace. One
// reference; NULL when nothing was asked for, or the look-up failed before anything was asked, so that there is nothing to keep. -ENODATA: a
// definitive answer without its trace; -ENOKEY: by what it was judged is not known; -ENOBUFS: too much is kept already; -ENOMEM.
PLX_MUST_CHECK int lookup_trace_keep(const struct lookup_way *way, const struct plx_job *job,
				     const struct plx_result *result, const uint8_t *body,
				     struct lookup_trace **ret_trace);
struct lookup_trace *lookup_trace_acquire(struct lookup_trace *trace); // NULL is fine
void lookup_trace_release(struct lookup_trace *trace);                 // NULL is fine
