// SPDX-License-Identifier: BSD-3-Clause
// What a CA keeps to show how it came to an answer: the question, the result, every query and response that led to it,
// and what the answers were judged by. One JSON object, described field by field in docs/evidence.md. It is written once,
// and read by anyone at any time: by people (explain.h) and by whoever judges it again (replay.h), with no network.
//
//   result with trace ──► plx_evidence_create ──► plx_evidence_write ──► file
//   file ──► plx_evidence_read ──► plx_explain | plx_replay
//
// Pure but for the heap. An evidence is read-only once it is made: any number of threads may use it.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/exchange/job.h>
#include <parallax/exchange/result.h>
#include <parallax/format/text_buffer.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLX_EVIDENCE_VERSION 1
// A whole trace as base64, and a result whose every octet is written as \u00XX.
#define PLX_EVIDENCE_BYTES_MAX (2u << 20)
#define PLX_EVIDENCE_FAULT_MAX 160 // octets of text, NUL included

// By what the dataplane judged. Of the production policy unless a test profile says otherwise.
struct plx_evidence_terms {
	// DS or DNSKEY records, one a line, as in the files of dns-root-data; "" or NULL: nothing was validated.
	const char *trust_anchors;
	uint16_t nsec3_iterations_max;
	uint16_t rsa_bits_min;
	bool iterations_insecure;
	bool allow_sha1;
};

struct plx_evidence;

// The terms of the production policy with these anchors.
struct plx_evidence_terms plx_evidence_terms_production(const char *trust_anchors);
// `result` and `body` are those of an iterative look-up with PLX_JOB_TRACE for `job`. Nothing of the arguments is kept.
// -EINVAL: the result or its trace is inconsistent; PLX_ERR_CONFIG: the trust anchors cannot be read; -ENOMEM.
PLX_MUST_CHECK int plx_evidence_create(const struct plx_job *job,
				       const struct plx_evidence_terms *terms,
				       const struct plx_result *result, const uint8_t *body,
				       struct plx_evidence **ret_evidence);
// Reads a file, of which nothing is trusted. -EINVAL and what is wrong with it; -ENOMEM.
PLX_MUST_CHECK int plx_evidence_read(const char *text, size_t length,
				     struct plx_evidence **ret_evidence,
				     char fault[static PLX_EVIDENCE_FAULT_MAX]);
void plx_evidence_destroy(struct plx_evidence *evidence); // or NULL
// Appends the file's text, ended by a newline. -ENOMEM or -ENOSPC: the text is as it was.
PLX_MUST_CHECK int plx_evidence_write(const struct plx_evidence *evidence, struct plx_text *text);
