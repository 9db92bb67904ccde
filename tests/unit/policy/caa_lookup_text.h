// SPDX-License-Identifier: BSD-3-Clause
// Results of CAA look-ups from short texts, through the real writer and reader of results:
//
//	0 issue "ca.test" | 128 tbs "x" | \# 0005      records; \# is RDATA in hexadecimal; U1 and U2 are account URIs
//	none [DNSSEC] / nxdomain                       the climb found none
//	failed FORM ATTEMPTS PROOF [OWN]               PROOF: the DNSSEC state of a second look-up, or none; with OWN, its own
//	                                               state, the look-ups are iterative

#pragma once

#include "policy/caa_record_set.h"

#include <parallax/exchange/job.h>
#include <parallax/exchange/result.h>

#include <stdbool.h>
#include <stdint.h>

#define CAA_LOOKUP_TIME_S 1795435200 // 2026-11-23T12:00:00Z
#define CAA_LOOKUP_TTL_S 60

struct caa_lookup_text {
	struct plx_result result;
	struct plx_result proof;
	bool has_proof;
	enum plx_resolution resolution;
	uint8_t body[PLX_RESULT_BODY_MAX];
};

// Begins a result with records, to which records are added; `finish` makes the result.
void caa_lookup_begin(struct caa_lookup_text *lookup, struct plx_writer *ret_writer);
void caa_lookup_add(struct caa_lookup_text *lookup, struct plx_writer *writer, uint8_t flags,
		    const char *tag, const char *value);
void caa_lookup_finish(struct caa_lookup_text *lookup, const struct plx_writer *writer);

// False when the text is in none of the forms.
bool caa_lookup_parse(const char *text, struct caa_lookup_text *ret_lookup);
// "U1" and "U2" as the URIs that they stand for.
void caa_account_expand(const char *text, char *ret_text, size_t size);
