// SPDX-License-Identifier: BSD-3-Clause
// Why an identifier failed at some perspectives, told apart by what the others saw, and which few extra probes would
// settle what the evidence leaves open. The rules are told in docs/diagnosis.md. Never part of a decision: nothing
// that decides may call this. Pure; any thread.
//
//	results of all perspectives ──► diagnosis_make ──► findings: code, perspectives
//	                  │                  ▲
//	                  └► diagnosis_probes_wanted ──► at most three probes, made by perspectives

#pragma once

#include "check/check_result.h"
#include "diagnosis/diagnosis_code.h"
#include "diagnosis/sighting.h"
#include "quorum/region.h"

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_t;

#define DIAGNOSIS_PERSPECTIVES_MAX 64 // the primary and more remotes than an attempt takes
#define DIAGNOSIS_FINDINGS_MAX DIAGNOSIS_CODE_COUNT
#define DIAGNOSIS_PROBES_MAX 3 // for one identifier: a failing customer must not multiply our work
// Perspectives are asked at once. When all that miss the challenge looked at least this long after all that saw it, time
// explains it better than place.
#define DIAGNOSIS_REMOVED_GAP_US 2000000

struct diagnosis_view {
	const char *name;
	enum region region;
	bool is_primary;
	const struct check_result *dcv; // NULL: not asked
	const struct check_result *caa;
	const struct json_t *probes; // for DCV, made since; NULL: none
};

struct diagnosis_input {
	const struct diagnosis_view *views; // beyond DIAGNOSIS_PERSPECTIVES_MAX they are not read
	size_t view_count;
};

struct diagnosis_finding {
	enum diagnosis_code code;
	uint64_t views; // bit n: views[n]
};

// In the order of the codes, each at most once.
struct diagnosis {
	size_t count;
	struct diagnosis_finding findings[DIAGNOSIS_FINDINGS_MAX];
};

struct diagnosis_probe {
	enum probe_kind kind;
	size_t view;
	uint8_t family; // of PROBE_ADDRESS_FAMILY: 4 or 6, the one to use; else 0
};

// No findings when nothing failed, or when the evidence tells nothing.
void diagnosis_make(const struct diagnosis_input *input, struct diagnosis *ret_diagnosis);

// Returns how many of `ret_probes` are set. What was probed already is not wanted again.
size_t diagnosis_probes_wanted(const struct diagnosis_input *input,
			       struct diagnosis_probe ret_probes[static DIAGNOSIS_PROBES_MAX]);

// [{"code":"http-geo-blocked","perspectives":["gru-1"],"advice":"..."}], a new reference; NULL without memory. dnssec-bogus
// has "detail" when an extended error told why: "www.example.test A: EDE 7, Signature Expired".
struct json_t *diagnosis_write(const struct diagnosis *diagnosis,
			       const struct diagnosis_input *input);
